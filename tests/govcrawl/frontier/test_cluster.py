"""The frontier on a Redis Cluster of three masters."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from govcrawl.contracts import Lease, Site
from govcrawl.frontier.codec import host_of
from govcrawl.frontier.frontier import Frontier, Settled
from govcrawl.frontier.gate import Knock, Landing
from govcrawl.frontier.partitions import OF_A_CLUSTER, connect
from govcrawl.rounds import open_round, restore
from govcrawl.store import Store
from tests.govcrawl.build import campaign, task
from tests.govcrawl.frontier.inside import ALL, KEY, assert_books, keys, prefixes
from tests.govcrawl.frontier.servers import Server, cluster
from tests.pathologies import links, served

ROOT = Path(__file__).parents[3]
SITES = [f"53{n:08}" for n in range(60)]
DELAY_S = 0.02


@pytest.fixture(scope="module")
def masters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    with cluster(tmp_path_factory.mktemp("cluster")) as found:
        yield found


@pytest.fixture
def client(masters: list[Server]) -> Iterator[Any]:
    """Takes the place of the single server's."""
    with connect(masters[0].url, socket_timeout=10.0, health_check_interval=30) as one:
        one.flushall()
        yield one


@pytest.fixture
def frontier(client: Any) -> Frontier:
    return Frontier(client)


def test_a_cluster_is_known_by_its_first_word(client: Any) -> None:
    assert isinstance(client, redis.RedisCluster)
    frontier = Frontier(client)
    frontier.open_round(campaign(), 1)
    assert list(frontier.partitions.all()) == list(range(OF_A_CLUSTER))


def test_partitions_lie_on_all_masters(opened: Frontier, masters: list[Server]) -> None:
    opened.add(KEY, [task(1, f"{site}.gov.cn", site) for site in SITES])
    holders = {opened.client.get_node_from_key(prefix).port for prefix in prefixes(opened)}
    assert holders == {one.port for one in masters}
    counts = [len(keys(one.client, "gc:{*}:*:t")) for one in masters]
    assert sum(counts) == OF_A_CLUSTER
    assert min(counts) >= 2


class Worker(threading.Thread):
    """Claims, knocks, and settles until nothing is open.  Sixty sites on six addresses."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(name=name)
        self.client = connect(url)
        self.frontier = Frontier(self.client)
        self.done: list[Lease] = []
        self.asked: defaultdict[str, list[float]] = defaultdict(list)
        self.flying: list[Landing] = []

    def run(self) -> None:
        while self.frontier.open(KEY):
            leases = [lease for p in self.frontier.partitions.all() for lease in self.claim(p)]
            knocks = [Knock(lease.id, names(lease), lease.delay_s, 30.0) for lease in leases]
            waits = self.frontier.gate.knock(knocks, self.flying)
            self.flying = [Landing(knock, 0.0) for knock, wait in zip(knocks, waits, strict=True) if not wait]
            self.frontier.settle([self.word(*pair) for pair in zip(leases, waits, strict=True)])
            time.sleep(0.005)
        self.client.close()

    def claim(self, partition: int) -> list[Lease]:
        return self.frontier.claim(KEY, ALL, 4, self.name, 60.0, partition).leases

    def word(self, lease: Lease, wait: float) -> Settled:
        if wait:
            return Settled(lease, "defer", retry_s=wait)
        for name in names(lease):
            self.asked[name].append(time.monotonic())
        self.done.append(lease)
        first = lease.task.url.endswith("/0")
        host, site = host_of(lease.task.url), lease.task.site
        return Settled(lease, "ack", tuple(task(n, host, site) for n in range(1, 6)) if first else ())


def names(lease: Lease) -> tuple[str, str]:
    return host_of(lease.task.url), f"10.0.0.{int(lease.task.site) % 6}"


def test_two_workers_do_a_round_once_politely_and_leave_nothing(frontier: Frontier, masters: list[Server]) -> None:
    frontier.open_round(campaign(delay_s=DELAY_S), 1)
    frontier.add(KEY, [task(0, f"{site}.gov.cn", site) for site in SITES])
    workers = [Worker(one.url, f"w{n}") for n, one in enumerate(masters[:2])]
    start = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    done = Counter(lease.task.url for worker in workers for lease in worker.done)
    assert done == {f"http://{site}.gov.cn/{n}": 1 for site in SITES for n in range(6)}
    assert all(worker.done for worker in workers)
    counts = frontier.counts(KEY)
    assert (counts.planned, counts.done, counts.open, counts.stale) == (360, 360, 0, 0)
    assert all(books == {"planned": 6, "done": 6} for books in frontier.by_site(KEY).values())
    assert_books(frontier)
    for name in workers[0].asked:
        times = sorted(time for worker in workers for time in worker.asked[name])
        assert len(times) == (60 if name.startswith("10.") else 6)
        assert times[-1] - start > (len(times) - 1) * DELAY_S
    frontier.close_round(KEY)
    left = {key for one in masters for key in keys(one.client, "*")}
    assert not [key for key in left if b"t-2018q2" in key]
    assert {key.partition(b"}:")[2][:1] or key for key in left} <= {b"@", b"#", b"gc:partitions"}


def test_a_master_that_comes_back_empty_is_filled_again(
    frontier: Frontier, store: Store, masters: list[Server]
) -> None:
    sites = [Site(code, code, f"http://{code}.gov.cn/", "省直") for code in SITES]
    one = campaign()
    store.save_plan(one, sites, SITES, [])
    open_round(one, 1, store, frontier)
    before = frontier.counts(KEY)
    (lease,) = frontier.claim(KEY, ALL, 1, "w", 60.0, frontier.partitions.of(SITES[0])).leases
    for master in masters:
        held = len(keys(master.client, "gc:{*}:*:t"))
        master.client.flushall()
        assert held
        assert not frontier.exists(KEY)
        restore(store, Frontier(frontier.client), set())
        assert frontier.exists(KEY)
        assert (frontier.rounds(), frontier.partitions.count) == ([KEY], OF_A_CLUSTER)
        assert frontier.counts(KEY).planned == before.planned
        assert_books(frontier)
    assert frontier.settle([Settled(lease, "ack")]) == 1  # of a master that lost it


def test_two_workers_crawl_a_site(
    frontier: Frontier, store: Store, environment: dict[str, str], masters: list[Server]
) -> None:
    command = [sys.executable, "-m", "scrapy", "crawl", "site", "-s", "STOP_WHEN_DONE=1"]
    with served("127.70.0.6") as server:
        paths = [f"/p{n}.html" for n in range(12)]
        server.pages |= {"/": links(*paths)} | dict.fromkeys(paths, "<p>短文</p>")
        one = campaign(delay_s=0.05)
        store.save_plan(one, [Site(SITES[0], "测试网站", server.url(), "省直")], [SITES[0]], [])
        open_round(one, 1, store, frontier)
        workers = [
            subprocess.Popen(
                command, cwd=ROOT, env=environment | {"REDIS_URL": master.url + "/0"}, text=True, stderr=subprocess.PIPE
            )
            for master in masters[:2]
        ]
        logs = [worker.communicate(timeout=200)[1] for worker in workers]
        assert not [log for log in logs if "Traceback" in log or "ERROR" in log], logs
        assert server.hits == dict.fromkeys(["/", *paths], 1)
        assert server.times[-1] - server.times[0] > 10 * 0.05
    counts = frontier.counts(KEY)
    assert (counts.pages, counts.leased, counts.dead, store.db["pages"].count_documents({})) == (13, 0, 0, 13)


def test_a_cluster_that_is_away_is_a_redis_that_is_away(tmp_path: Path) -> None:
    with cluster(tmp_path) as own:
        client = connect(own[0].url, socket_timeout=1.0, socket_connect_timeout=1.0)
        frontier = Frontier(client)
        frontier.open_round(campaign(), 1)
        for one in own:
            one.process.kill()
            one.process.wait()
        for call in (frontier.rounds, frontier.now, lambda: frontier.counts(KEY), lambda: frontier.add(KEY, [task(1)])):
            with pytest.raises(redis.RedisError):
                call()
        with pytest.raises(redis.RedisError):
            connect(own[0].url)
        client.close()
