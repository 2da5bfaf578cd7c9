"""How many partitions there are, and that all workers say the same."""

from __future__ import annotations

from collections import Counter

import pytest
import redis

from govcrawl import services
from govcrawl.errors import InputError
from govcrawl.frontier.frontier import Frontier
from govcrawl.frontier.partitions import KEY, Partitions, connect
from tests.govcrawl.build import campaign, task
from tests.govcrawl.frontier.inside import keys


def test_one_server_has_one_partition(client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOVCRAWL_PARTITIONS", raising=False)
    partitions = Partitions(client)
    assert list(partitions.all()) == [0]
    partitions.settle()
    assert (partitions.count, client.get(KEY), partitions.of("a.gov.cn")) == (1, b"1", 0)


def test_what_was_said_first_counts_for_all(client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Partitions(client), Partitions(client)
    for one, wanted in ((first, "5"), (second, "7")):
        monkeypatch.setenv("GOVCRAWL_PARTITIONS", wanted)
        one.settle()
    assert list(first.all()) == list(second.all()) == list(Partitions(client).all()) == list(range(5))


@pytest.mark.parametrize("wanted", ["0", "-1", "many", "1.5", "1000000"])
def test_a_number_that_is_none_is_told(wanted: str, client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVCRAWL_PARTITIONS", wanted)
    with pytest.raises(InputError, match="GOVCRAWL_PARTITIONS"):
        Partitions(client).settle()
    assert client.get(KEY) is None


def test_names_are_spread_evenly_and_for_good(client: redis.Redis) -> None:
    client.set(KEY, 16)
    one, other = Partitions(client), Partitions(client)
    spread = Counter(one.of(f"53{n:08}") for n in range(1600))
    assert set(spread) == set(range(16))
    assert max(spread.values()) < 1.5 * 100
    assert all(one.of(f"{n}.gov.cn") == other.of(f"{n}.gov.cn") for n in range(100))
    assert Partitions(client).of("a.gov.cn") == 2  # in no release may a name move: what lies on Redis would be lost


def test_a_redis_that_was_emptied_does_not_change_what_a_worker_knows(client: redis.Redis) -> None:
    client.set(KEY, 5)
    partitions = Partitions(client)
    partitions.refresh()
    client.flushdb()
    partitions.refresh()
    assert partitions.count == 5


def test_every_key_of_a_round_lies_in_its_sites_partition(client: redis.Redis) -> None:
    client.set(KEY, 4)
    frontier = Frontier(client)
    frontier.open_round(campaign(), 1)
    sites = [f"53{n:08}" for n in range(20)]
    frontier.add("t-2018q2:1", [task(1, site=site) for site in sites])
    lanes = {key.decode() for key in keys(client, "gc:{*}:t-2018q2:1:l:*")}
    assert lanes == {f"gc:{{{frontier.partitions.of(s)}}}:t-2018q2:1:l:site:a.gov.cn|{s}" for s in sites}
    assert {key.split(b":")[1] for key in keys(client, "gc:{*")} == {b"{0}", b"{1}", b"{2}", b"{3}"}


def test_a_single_server_gets_a_plain_client(urls: services.Urls) -> None:
    with connect(urls.redis, socket_timeout=5) as client:
        assert isinstance(client, redis.Redis)
        assert client.connection_pool.connection_kwargs["socket_timeout"] == 5


def test_a_server_that_is_away_is_told_as_redis_tells_it() -> None:
    with pytest.raises(redis.RedisError):
        connect(f"redis://127.0.0.1:{services.free_port()}/0")
