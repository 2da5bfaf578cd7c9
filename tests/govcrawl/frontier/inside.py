"""What lies on Redis: looked at, and pushed where a test can't wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from govcrawl.contracts import Lease
from govcrawl.frontier.frontier import STATES, Frontier, round_key

ALL = {"site": 99, "link": 99, "probe": 99}
KEY = round_key("t-2018q2", 1)


def prefixes(frontier: Frontier, key: str = KEY) -> list[str]:
    return [f"gc:{{{partition}}}:{key}:" for partition in frontier.partitions.all()]


def take(
    frontier: Frontier, key: str = KEY, queues: Mapping[str, int] = ALL, limit: int = 99, token: str = "w1", lease_s: float = 60.0
) -> list[Lease]:  # fmt: skip
    """What one look at every partition gives."""
    leases: list[Lease] = []
    for partition in frontier.partitions.all():
        leases += frontier.claim(key, queues, limit - len(leases), token, lease_s, partition).leases
    return leases


def names(leases: Iterable[Lease]) -> list[str]:
    """Of their pages."""
    return [lease.task.url.rpartition("/")[2] for lease in leases]


def run_out(frontier: Frontier, key: str = KEY, only: Iterable[bytes] | None = None) -> int:
    """The time of all leases is over, or of some.  Returns of how many."""
    count = 0
    for prefix in prefixes(frontier, key):
        for id_ in frontier.client.zrange(prefix + "leases", 0, -1):
            if only is None or id_ in set(only):
                count += 1
                frontier.client.zadd(prefix + "leases", {id_: 1}, xx=True)
    return count


def time_passes(frontier: Frontier, key: str = KEY, late_s: float = 0.0) -> None:
    """What waits for its time has waited long enough, ``late_s`` more than that, every host is worth asking, and nobody is heard of
    who sees to last tries.
    """
    now = round((frontier.now() - late_s) * 1000)
    for prefix in prefixes(frontier, key):
        frontier.client.delete(prefix + "slot", prefix + "apart")
        for name in [prefix + "due", *keys(frontier.client, f"{prefix}r:*")]:
            for member in frontier.client.zrange(name, 0, -1):
                frontier.client.zadd(name, {member: now})


def nobody_looked(frontier: Frontier, key: str = KEY) -> None:
    """As after a time in which Redis was away."""
    for prefix in prefixes(frontier, key):
        frontier.client.set(prefix + "looked", 1)


def keys(client: Any, pattern: str) -> list[Any]:
    return list(client.scan_iter(match=pattern, count=1000))


@dataclass(frozen=True)
class Inside:
    """All that lies on Redis of one partition of a round."""

    n: dict[str, int]  #: what is noted, per partition
    w: Counter[tuple[str, str, str]]  #: and per state, queue and site
    ids: dict[str, set[bytes]]  #: state → what lies there
    tokens: dict[bytes, str]
    messages: set[bytes]
    apart: bool  #: a worker sees to those with one try left


def look(frontier: Frontier, key: str = KEY) -> list[Inside]:
    return [_look(frontier.client, prefix) for prefix in prefixes(frontier, key)]


def _look(client: Any, prefix: str) -> Inside:
    queues = [name for name in client.scan_iter(match=f"{prefix}*:*", count=9999) if not _of_hosts(name, prefix)]
    with client.pipeline(transaction=False) as ask:
        for name in ("n", "w", "lease", "dead", "t"):
            ask.hgetall(prefix + name)
        ask.smembers(prefix + "done")
        ask.exists(prefix + "apart")
        for name in [prefix + "leases", prefix + "due", *queues]:
            ask.zrange(name, 0, -1)
        n, w, lease, dead, t, done, apart, leases, *queued = ask.execute()
    waiting = [member[:12] for members in queued for member in members]
    assert len(waiting) == len(set(waiting))
    assert set(leases) == set(lease)
    words = {tuple(name.decode().split("|", 2)): int(value) for name, value in w.items()}
    return Inside(
        n={name.decode(): int(value) for name, value in n.items()},
        w=Counter({name: value for name, value in words.items() if len(name) == 3}),  # type: ignore[misc]
        ids={"pending": set(waiting), "leased": set(leases), "done": set(done), "dead": set(dead)},
        tokens={id_: value.partition(b" ")[0].decode() for id_, value in lease.items()},
        messages=set(t),
        apart=bool(apart),
    )


def _of_hosts(name: bytes, prefix: str) -> bool:
    return name.startswith((f"{prefix}r:".encode(), f"{prefix}h:".encode()))


def assert_books(frontier: Frontier, key: str = KEY) -> list[Inside]:
    """Every count is what lies there, each task in one state; per partition, per round, and per site."""
    found = look(frontier, key)
    for one in found:
        noted = {state: one.n.get(state, 0) for state in STATES}
        assert {state: len(ids) for state, ids in one.ids.items()} | {
            "planned": sum(map(len, one.ids.values()))
        } == noted
        assert len(set().union(*one.ids.values())) == noted["planned"]
        assert one.messages == set().union(*one.ids.values()) - one.ids["done"]
        assert all(sum(n for (s, _, _), n in one.w.items() if s == state) == noted[state] for state in STATES)
    counts, sites = frontier.counts(key), frontier.by_site(key)
    for books in (*sites.values(), {state: getattr(counts, state) for state in STATES}):
        assert books["planned"] == books["pending"] + books["leased"] + books["done"] + books["dead"]
    for state in STATES:
        assert sum(site[state] for site in sites.values()) == getattr(counts, state)
    assert counts.open == sum(counts.open_in.values())
    open_sites = {
        site for one in found for state, queue, site in one.w if state in ("pending", "leased") and queue != "probe"
    }
    assert counts.sites_open == len(open_sites)
    return found
