"""The Redis of deploy/redis, started as there: what its user may do is what we do, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from govcrawl import services
from govcrawl.frontier.frontier import Frontier, Settled
from tests.deploy.conftest import KEY, PASSWORD, Crawled, Guarded
from tests.govcrawl.build import campaign, task


def test_a_round_goes_through_with_no_more_rights_than_the_file_gives(crawled: Crawled) -> None:
    log = crawled.done.stderr
    assert crawled.done.returncode == 0, log
    for word in ("NOPERM", "no permissions", "waiting", "Traceback", PASSWORD):
        assert word not in crawled.done.stdout + log
    counts = crawled.frontier.counts(KEY)
    assert (counts.open, counts.dead) == (0, 0)
    assert counts.visits == 2
    assert crawled.store.db["pages"].count_documents({"outcome": "ok", "role": {"$ne": "probe"}}) >= 3
    assert crawled.frontier.workers_alive() == 0  # it said goodbye


def test_all_that_the_frontier_can_do_is_allowed(guarded: Guarded) -> None:
    key = "t-rights:1"
    with redis.Redis.from_url(guarded.url) as client:
        frontier = Frontier(client)
        frontier.open_round(campaign("t-rights"), 1)
        assert frontier.add(key, [task(n, host=f"{n}.gov.cn") for n in range(4)]) == 4
        frontier.built(key)
        assert frontier.exists(key)
        leases = frontier.claim(key, {"site": 9, "probe": 9}, 9, "w", 60).leases
        assert not frontier.extend(leases, 60)
        frontier.settle(
            [
                Settled(leases[0], "retry", retry_s=9),
                Settled(leases[1], "defer", retry_s=9),
                Settled(leases[2], "dead", reason="x"),
            ]
        )
        frontier.renders("host-1-abc", able=True)
        frontier.hello("host-1-abc")
        assert (frontier.workers_alive(), frontier.renderers_alive(), frontier.monitors()) == (1, 1, {"host"})
        assert frontier.unserved_since(key, "render") > 0
        frontier.forget_unserved(key, "render")
        frontier.goodbye("host-1-abc")
        assert frontier.give_up(key, "site", "x") == 2
        assert frontier.revive(key, frontier.dead(key)) == 3
        assert (frontier.hosts_waiting(key, "site"), frontier.overdue(key), frontier.counts(key).expired) == (3, 0, 0)
        assert frontier.by_site(key)
        with client.lock("gc:filling:x", timeout=5) as lock:
            lock.reacquire()
        frontier.close_round(key)
        assert not list(client.scan_iter("gc:{0}:t-rights*"))


@pytest.mark.parametrize(
    "command",
    [
        "KEYS *",
        "FLUSHALL",
        "CONFIG GET *",
        "SHUTDOWN",
        "GET other",
        "SET other 1",
        "ACL LIST",
        "MONITOR",
        "SAVE",
        "REPLICAOF a 1",
    ],
)
def test_what_is_not_ours_is_refused(command: str, guarded: Guarded) -> None:
    with redis.Redis.from_url(guarded.url) as client, pytest.raises(redis.ResponseError, match="permission"):
        client.execute_command(*command.split())


def test_a_script_has_no_more_rights_than_its_user(guarded: Guarded) -> None:
    with redis.Redis.from_url(guarded.url) as client:
        with pytest.raises(redis.ResponseError, match=r"ACL|permission"):
            client.eval("return redis.call('SET', 'other', 1)", 0)
        with pytest.raises(redis.ResponseError, match=r"ACL|permission"):
            client.eval("return redis.call('FLUSHALL')", 0)


def test_nobody_comes_in_without_a_password_but_to_see_whether_it_lives(guarded: Guarded) -> None:
    never = Retry(NoBackoff(), 0)
    anonymous = redis.Redis(port=guarded.port, retry=never)
    with anonymous, pytest.raises(redis.RedisError):
        anonymous.ping()
    with (
        redis.Redis(port=guarded.port, username="govcrawl", password="falsch", retry=never) as wrong,
        pytest.raises(redis.AuthenticationError),
    ):
        wrong.ping()
    with redis.Redis(port=guarded.port, username="health", password="none") as health:
        assert health.ping()
        with pytest.raises(redis.ResponseError):
            health.get("gc:rounds")


def test_it_keeps_what_it_has_and_throws_nothing_away(guarded: Guarded) -> None:
    """What start.sh and valkey.conf say, as the server has it; asked by the one question that the user may ask."""
    with redis.Redis.from_url(guarded.url) as client:
        assert client.info("memory")["maxmemory_policy"] == "noeviction"
        assert client.info("persistence")["aof_enabled"] == 1
    conf = (Path(__file__).parents[2] / "deploy/redis/valkey.conf").read_text()
    assert "\nappendfsync everysec\n" in conf
    assert PASSWORD not in "".join(file.read_text() for file in guarded.folder.glob("tmp*"))


def test_the_check_of_the_stores_passes(guarded: Guarded, urls: services.Urls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", guarded.url)
    monkeypatch.setenv("MONGODB_URI", urls.mongodb)
    with services.stores() as found:
        assert found.redis == guarded.url
