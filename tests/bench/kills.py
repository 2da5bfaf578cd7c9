"""``python -m tests.bench.kills --trials 20``: what a killed worker, and a killed store, cost.

A trial: two workers on a round, one is killed (SIGKILL) at a random moment, the other finishes.  Counted against the plan: pages without a
result (*lost*), pages asked more than once (*twice*), and the seconds from the kill until the last page that the victim held is done; the
greater part of them is the lease (``--lease``, 60 s in production).  Then each store is killed in the middle of a round of its own.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import redis

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.kills.crew import KEY, Crew, planned, recovery, stored, until
from tests.govcrawl.kills.forked import Forked
from tests.govcrawl.kills.stores import MISHAPS, Stores, own_stores
from tests.pathologies import Server, links, served, slow

HOSTS, LISTS = 4, 5


@dataclass(frozen=True)
class Bench:
    """``urls``: all pages there are."""

    stores: Stores
    store: Store
    frontier: Frontier
    folder: Path
    servers: list[Server]
    urls: frozenset[str]
    lease_s: float
    environment: dict[str, str]

    @contextmanager
    def round(self) -> Iterator[Crew]:
        """A new round with two workers at it."""
        self.frontier.client.flushall()
        for name in self.store.db.list_collection_names():
            self.store.db[name].delete_many({})
        for server in self.servers:
            server.hits.clear()
        planned(self.store, self.frontier, *self.servers, max_pages=1000)
        crew = Crew(Path(tempfile.mkdtemp(dir=self.folder)), self.environment)
        try:
            for _ in range(2):
                crew.start(LEASE_S=self.lease_s, REQUEST_LASTS_S=self.lease_s)
            until(lambda: self.frontier.counts(KEY).pages > 0)
            yield crew
        finally:
            crew.close()

    def lost(self) -> int:
        results = stored(self.store)
        assert set(results.values()) == {1}, "a page has two results"
        return len(self.urls - set(results))

    def twice(self) -> int:
        return sum(hits > 1 for server in self.servers for hits in server.hits.values())


@dataclass(frozen=True)
class Trial:
    done: int  #: pages done when the victim was killed
    held: int  #: tasks it held
    lost: int
    twice: int
    expired: int
    dead: int
    seconds: float


def trial(bench: Bench, chance: random.Random) -> Trial:
    with bench.round() as crew:
        victim, other = chance.sample(crew.workers, 2)
        wanted = chance.randrange(1, len(bench.urls))
        until(lambda: bench.frontier.counts(KEY).pages >= wanted, 60)
        time.sleep(chance.random() * 0.05)
        victim.kill()
        victim.wait()
        killed, held, done = time.monotonic(), held_by(victim, bench.frontier), bench.frontier.counts(KEY).pages
        until(lambda: all_done(held, bench.frontier), 120)
        seconds = time.monotonic() - killed
        crew.finish(other, seconds=120)
        counts = bench.frontier.counts(KEY)
        lost, twice = bench.lost(), bench.twice()
        return Trial(done, len(held), lost, twice, counts.expired, counts.dead, seconds if held else 0.0)


def held_by(worker: Forked, frontier: Frontier) -> list[bytes]:
    leases = frontier.client.hgetall(f"gc:{{0}}:{KEY}:lease")
    return [id_ for id_, value in leases.items() if f"-{worker.pid}-".encode() in value.partition(b" ")[0]]


def all_done(ids: list[bytes], frontier: Frontier) -> bool:
    return not ids or all(frontier.client.smismember(f"gc:{{0}}:{KEY}:done", ids))


def mishap(bench: Bench, name: str) -> tuple[float, int]:
    """Seconds until work goes on, and pages lost."""
    with bench.round() as crew:
        until(lambda: bench.frontier.counts(KEY).pages >= len(bench.urls) // 3)
        seconds = recovery(MISHAPS[name], bench.stores, bench.store, bench.frontier)
        crew.finish(*crew.workers, seconds=120)
        return seconds, bench.lost()


def fill(server: Server, pages: int, chance: random.Random) -> list[str]:
    """A home page, lists, and pages that link to twenty others: what a lost page leads to is found elsewhere too, but lists are not."""
    tops = [f"/l{n}/" for n in range(LISTS)]
    paths = [f"{tops[n % LISTS]}p{n}.html" for n in range(pages - LISTS - 1)]
    server.pages["/"] = links(*tops)
    server.pages |= {top: slow(0.05, links(*[p for p in paths if p.startswith(top)])) for top in tops}
    for path in paths:
        server.pages[path] = slow(0.02 + chance.random() * 0.1, links(*chance.sample(paths, min(20, len(paths)))))
    return [server.url(path) for path in server.pages]


@contextmanager
def opened(pages: int, lease_s: float, chance: random.Random) -> Iterator[Bench]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="govcrawl-kills-")))
        stores = stack.enter_context(own_stores(folder / "stores"))
        servers = [stack.enter_context(served(f"127.71.0.{n}")) for n in range(1, HOSTS + 1)]
        urls = frozenset(url for server in servers for url in fill(server, pages // HOSTS, chance))
        store, client = Store(stores.urls.mongodb), stack.enter_context(redis.Redis.from_url(stores.urls.redis))
        stack.callback(store.close)
        environment = os.environ | stores.urls.environment() | {"GOVCRAWL_HOME": str(folder / "home")}
        yield Bench(stores, store, Frontier(client), folder, servers, urls, lease_s, environment)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--pages", type=int, default=300, help="of each round, on four hosts")
    parser.add_argument("--lease", type=float, default=3.0, help="LEASE_S of the workers")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    with opened(args.pages, args.lease, chance) as bench:
        print(f"{len(bench.urls)} pages on {HOSTS} hosts, 2 workers, LEASE_S {args.lease:g}, seed {args.seed}")
        print("trial  done  held  lost  twice  expired  dead  recovered after s")
        trials = []
        for n in range(1, args.trials + 1):
            trials.append(one := trial(bench, chance))
            print(
                f"{n:5}{one.done:6}{one.held:6}{one.lost:6}{one.twice:7}{one.expired:9}{one.dead:6}{one.seconds:19.1f}",
                flush=True,
            )
        print(total(trials, len(bench.urls)))
        for name in MISHAPS:
            seconds, lost = mishap(bench, name)
            print(f"{name}: next result after {seconds:.1f} s, {lost} pages lost", flush=True)


def total(trials: list[Trial], pages: int) -> str:
    seconds = sorted(one.seconds for one in trials if one.held) or [0.0]
    return (
        f"total: {sum(t.lost for t in trials)} of {pages * len(trials)} pages lost, {sum(t.twice for t in trials)} asked twice, "
        f"{sum(t.dead for t in trials)} given up; recovered after {median(seconds):.1f} s (median), {seconds[-1]:.1f} s at most"
    )


if __name__ == "__main__":
    main()
