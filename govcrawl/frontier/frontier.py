"""The frontier: who may fetch what, and when.  Every call is one round trip.

All methods block; a worker calls them off its event loop (``scheduler.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, TypeVar

import redis

from govcrawl.contracts import Campaign, Lease, Task
from govcrawl.errors import BadMessage
from govcrawl.frontier import scripts
from govcrawl.frontier.codec import decode, encode, host_of, queue_of, task_id

T = TypeVar("T")
Action = Literal["ack", "retry", "release", "dead"]

#: Rounds that have work, oldest first: ZSET round key → Unix time of planning.  Outside the rounds' hash tags.
ROUNDS = "gc:rounds"
#: Workers that were heard of: ZSET worker → Unix time.
WORKERS = "gc:workers"

BATCH = 500  #: tasks per script call: keeps one call under a few milliseconds
LINK_CAP = 400  #: links checked per site and round, beside its max_pages
MAX_ATTEMPTS = 3  #: leases that may expire before a task is dead
MAX_BUSY = 4  #: requests in flight to one host, over all workers


@dataclass(frozen=True, slots=True)
class Settled:
    """What a worker says of a lease.  ``retry_s``: seconds to wait; ``reason``: why it is dead."""

    lease: Lease
    action: Action
    children: tuple[Task, ...] = ()
    retry_s: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """States of a round's tasks; ``planned`` is always the sum of the other four."""

    planned: int = 0
    pending: int = 0
    leased: int = 0
    done: int = 0
    dead: int = 0
    pages: int = 0  #: of the done: pages read
    visits: int = 0  #: of the done: availability visits
    expired: int = 0
    stale: int = 0

    @property
    def open(self) -> int:
        return self.pending + self.leased


def round_key(campaign: str, number: int) -> str:
    return f"{campaign}:{number}"


def split_round(key: str) -> tuple[str, int]:
    campaign, _, number = key.rpartition(":")
    return campaign, int(number)


class Frontier:
    """``client``: a redis.Redis without decode_responses (ids are bytes)."""

    def __init__(self, client: redis.Redis) -> None:
        self.client: Any = client  # redis-py's types can't tell bytes from decoded answers
        load = client.register_script
        self._add = load(scripts.LIBRARY + scripts.ADD)
        self._claim = load(scripts.LIBRARY + scripts.CLAIM)
        self._settle = load(scripts.LIBRARY + scripts.SETTLE)
        self._extend = load(scripts.LIBRARY + scripts.EXTEND)
        self._mark_done = load(scripts.LIBRARY + scripts.MARK_DONE)

    # --- rounds ---

    def open_round(self, campaign: Campaign, number: int) -> None:
        """Fixes the limits of a round and lists it for the workers.  Twice is once."""
        key = round_key(campaign.id, number)
        conf: dict[str, Any] = {
            "delay_ms": round(campaign.crawl.delay_s * 1000),
            "max_busy": MAX_BUSY,
            "max_attempts": MAX_ATTEMPTS,
            "cap:site": campaign.crawl.max_pages,
            "cap:link": LINK_CAP,
            "cap:probe": 0,
        }
        self.client.hset(self._prefix(key) + "conf", mapping=conf)
        seconds, _ = self.client.time()
        self.client.zadd(ROUNDS, {key: seconds}, nx=True)

    def rounds(self) -> list[str]:
        """Keys of the rounds that workers serve, oldest first."""
        return [key.decode() for key in self.client.zrange(ROUNDS, 0, -1)]

    def close_round(self, key: str) -> None:
        """The round is over: its memory is freed.  Its results are in MongoDB."""
        self.client.zrem(ROUNDS, key)
        pattern = self._prefix(key).replace("[", "\\[").replace("*", "\\*") + "*"
        for names in _batches(self.client.scan_iter(match=pattern, count=1000), BATCH):
            self.client.unlink(*names)

    def exists(self, key: str) -> bool:
        """Whether the round is whole on Redis: opened, and filled from what is stored."""
        return bool(self.client.hexists(self._prefix(key) + "conf", "built"))

    def built(self, key: str) -> None:
        """Says that the round has been filled; until then it is filled again by whoever opens it."""
        self.client.hset(self._prefix(key) + "conf", "built", 1)

    def counts(self, key: str) -> Counts:
        raw = {k.decode(): int(v) for k, v in self.client.hgetall(self._prefix(key) + "n").items()}
        names = ("planned", "pending", "leased", "done", "dead", "expired", "stale")
        return Counts(
            **{n: raw.get(n, 0) for n in names}, pages=raw.get("done:site", 0), visits=raw.get("done:probe", 0)
        )

    def open_by_site(self, key: str, queues: Sequence[str] = ("site", "link", "probe")) -> dict[str, int]:
        """Site → tasks of these queues that are pending or leased; finished sites have 0."""
        result: dict[str, int] = {}
        for field, value in self.client.hgetall(self._prefix(key) + "open").items():
            queue, _, site = field.decode().partition("|")
            if queue in queues:
                result[site] = result.get(site, 0) + int(value)
        return result

    def dead(self, key: str) -> list[tuple[Task, str]]:
        """Tasks given up, each with its reason."""
        prefix = self._prefix(key)
        found = []
        for id_, reason in self.client.hgetall(prefix + "dead").items():
            with suppress(BadMessage):  # put aside as such; its reason is in the log of the worker that claimed it
                found.append((decode(self.client.hget(prefix + "t", id_) or b""), reason.decode()))
        return found

    # --- tasks ---

    def add(self, key: str, tasks: Iterable[Task]) -> int:
        """Plans tasks; those already planned are left as they are.  Returns how many are new."""
        new = 0
        for batch in _batches(tasks, BATCH):
            new += int(self._add(keys=[self._prefix(key)], args=_pairs(batch)))
        return new

    def claim(
        self, key: str, queues: Mapping[str, int], limit: int, token: str, lease_s: float, landed: Sequence[Lease] = ()
    ) -> tuple[list[Lease], float]:
        """Up to ``limit`` leases, and the seconds after which it is worth asking again.

        ``queues``: queue → most leases of it, first choice first.
        ``landed``: leases whose request came back; their host may be asked again, though their result is not stored yet.
        A message that is not a task is put aside as dead with its reason; it is never executed.
        """
        args: list[Any] = [
            limit,
            round(lease_s * 1000),
            token,
            len(queues),
            *(x for pair in queues.items() for x in pair),
        ]
        args += [word for lease in landed for word in (lease.id, host_of(lease.task.url))]
        wait, *flat = self._claim(keys=[self._prefix(key)], args=args)
        leases = []
        for task_key, attempt, raw in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
            try:
                leases.append(Lease(key, task_key, token, int(attempt), decode(raw)))
            except BadMessage as error:
                self._settle(keys=[self._prefix(key)], args=[task_key, token, "dead", 0, str(error), 0])
        return leases, wait / 1000

    def settle(self, settled: Sequence[Settled]) -> int:
        """Says what became of leases; children are planned in the same step as their parent's ack.

        Returns how many were refused because the lease had been given to another worker.
        """
        stale = 0
        for key in {s.lease.round_key for s in settled}:
            args: list[Any] = []
            for s in settled:
                if s.lease.round_key == key:
                    args += [s.lease.id, s.lease.token, s.action, round(s.retry_s * 1000), s.reason, len(s.children)]
                    args += _pairs(s.children)
            stale += list(self._settle(keys=[self._prefix(key)], args=args)).count(0)
        return stale

    def extend(self, leases: Sequence[Lease], lease_s: float) -> set[bytes]:
        """Heartbeat.  Returns the ids that this worker no longer holds."""
        lost: set[bytes] = set()
        for key in {lease.round_key for lease in leases}:
            flat = [x for lease in leases if lease.round_key == key for x in (lease.id, lease.token)]
            lost.update(self._extend(keys=[self._prefix(key)], args=[round(lease_s * 1000), *flat]))
        return lost

    def mark_done(self, key: str, tasks: Iterable[Task]) -> int:
        """For a rebuild: these tasks have their result in MongoDB."""
        new = 0
        for batch in _batches(tasks, BATCH):
            args = [x for task in batch for x in (task_id(task), f"{queue_of(task)}|{task.site}")]
            new += int(self._mark_done(keys=[self._prefix(key)], args=args))
        return new

    # --- workers ---

    def hello(self, worker: str) -> None:
        seconds, micros = self.client.time()
        self.client.zadd(WORKERS, {worker: seconds + micros / 1e6})

    def goodbye(self, worker: str) -> None:
        self.client.zrem(WORKERS, worker)

    def workers_alive(self, within_s: float = 30.0) -> int:
        seconds, _ = self.client.time()
        return int(self.client.zcount(WORKERS, seconds - within_s, "+inf"))

    @staticmethod
    def _prefix(key: str) -> str:
        return f"gc:{{{key}}}:"


def _pairs(tasks: Iterable[Task]) -> list[bytes]:
    return [x for task in tasks for x in (task_id(task), encode(task))]


def _batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch
