"""The frontier: who may fetch what.  Every call is one round trip to each partition it concerns.

All methods block; a worker calls them off its event loop (``scheduler.py``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal, TypeVar

from govcrawl.contracts import Campaign, Lease, Task
from govcrawl.errors import BadMessage
from govcrawl.frontier import scripts
from govcrawl.frontier.codec import decode, encode, slip_of, task_id
from govcrawl.frontier.gate import Gate
from govcrawl.frontier.hands import HELD_BACK_S, Hands
from govcrawl.frontier.partitions import KEY, Partitions, tag
from govcrawl.visits import monitor_of

T = TypeVar("T")
Action = Literal["ack", "retry", "release", "defer", "dead"]

#: Rounds that have work, oldest first: ZSET round key → Unix time of planning.  Outside the rounds' hash tags.
ROUNDS = "gc:rounds"
#: Workers that were heard of: ZSET worker → Unix time; and those of them that have a browser.
WORKERS, RENDERERS = "gc:workers", "gc:renderers"
ALIVE_S = 30.0  #: since the last sign of life

BATCH = 500  #: tasks per script call: keeps one call under a few milliseconds
LINK_CAP = 400  #: links checked per site and round, beside its max_pages
RENDER_CAP = 100  #: pages rendered per site and round
MAX_ATTEMPTS = 3  #: leases that may expire before a task is dead
QUEUES = ("site", "link", "probe", "render")
STATES = ("planned", "pending", "leased", "done", "dead")
#: Keys of a round beside those of its queues, hosts and lanes (``scripts.py``); whoever planned a task made some of them.
NAMES = "conf n t done slot w due leases lease tries apart lost looked dead".split()


@dataclass(frozen=True, slots=True)
class Settled:
    """What a worker says of a lease.  ``retry_s``: seconds to wait (``defer``: for its host too); ``reason``: why it is dead."""

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
    missed: int = 0  #: beats of a site on which nobody was there to visit it; the visit waited for the next one
    expired: int = 0  #: leases whose worker died or stalled
    stale: int = 0  #: acknowledgements refused
    over_quota: int = 0  #: tasks left out for better ones: their site's quota is full
    sites_open: int = 0  #: sites with pages or links to do
    open_in: Mapping[str, int] = field(default_factory=dict)  #: queue → pending + leased

    @property
    def open(self) -> int:
        return self.pending + self.leased


@dataclass(frozen=True, slots=True)
class Claimed:
    """``wait_s``: seconds after which it is worth asking again."""

    leases: list[Lease]
    wait_s: float


@dataclass(frozen=True, slots=True)
class Dead:
    """A task that was given up.  ``task`` None: its message was rubbish."""

    id: bytes
    site: str
    task: Task | None
    reason: str


def round_key(campaign: str, number: int) -> str:
    return f"{campaign}:{number}"


def split_round(key: str) -> tuple[str, int]:
    campaign, _, number = key.rpartition(":")
    return campaign, int(number)


class Frontier:
    """``client``: a redis.Redis or redis.RedisCluster without decode_responses (ids are bytes).  ``hands``: shared by all frontiers that
    claim in one process.
    """

    def __init__(self, client: Any, hands: Hands | None = None) -> None:
        self.client = client
        self.hands = hands or Hands()
        self.partitions = Partitions(client)
        self.gate = Gate(client, self.partitions)
        load = client.register_script
        self._add = load(scripts.LIBRARY + scripts.ADD)
        self._claim = load(scripts.LIBRARY + scripts.CLAIM)
        self._settle = load(scripts.LIBRARY + scripts.SETTLE)
        self._extend = load(scripts.LIBRARY + scripts.EXTEND)
        self._mark_done = load(scripts.LIBRARY + scripts.MARK_DONE)
        self._revive = load(scripts.LIBRARY + scripts.REVIVE)
        self._give_up = load(scripts.LIBRARY + scripts.GIVE_UP)
        self._built = load(scripts.BUILT)

    # --- rounds ---

    def open_round(self, campaign: Campaign, number: int) -> None:
        """Fixes the limits of a round and lists it for the workers.  Twice is once."""
        self.partitions.settle()
        key = round_key(campaign.id, number)
        conf: dict[str, Any] = {
            "delay_ms": round(campaign.crawl.delay_s * 1000),
            "spacing_ms": round(campaign.probe.spacing_s * 1000),
            "max_attempts": MAX_ATTEMPTS,
            "cap:site": campaign.crawl.max_pages,
            "cap:link": LINK_CAP,
            "cap:probe": 0,
            "cap:render": RENDER_CAP,
        }
        for prefix in self._prefixes(key):
            self.client.hset(prefix + "conf", mapping=conf)
        self.client.zadd(ROUNDS, {key: self.now()}, nx=True)

    def rounds(self) -> list[str]:
        """Keys of the rounds that workers serve, oldest first."""
        self.partitions.refresh()
        return [key.decode() for key in self.client.zrange(ROUNDS, 0, -1)]

    def close_round(self, key: str) -> None:
        """The round is over: its memory is freed.  Its results are in MongoDB."""
        self.client.zrem(ROUNDS, key)
        self._free(self._prefixes(key))

    def break_up(self, key: str) -> None:
        """From now on the round is not whole: nothing is claimed or acknowledged, until it is cleared, opened and filled anew."""
        for prefix in self._prefixes(key):
            self.client.unlink(prefix + "conf")

    def clear(self, key: str) -> None:
        """Frees what lies of the round where it is not whole: it may be in any state."""
        self._free([prefix for prefix in self._prefixes(key) if not self._is_built(prefix)])

    def _free(self, prefixes: Iterable[str]) -> None:
        for prefix in prefixes:
            self.client.unlink(prefix + "conf")  # first: no script changes anything any more
            named = [prefix + name for name in NAMES]
            if self.client.exists(*named):  # else there is nothing to look for
                pattern = prefix.replace("[", "\\[").replace("*", "\\*") + "*:*"
                for names in _batches(self.client.scan_iter(match=pattern, count=1000), BATCH):
                    self.client.unlink(*names)
                self.client.unlink(*named)  # last: after an interruption it is looked for again

    def exists(self, key: str) -> bool:
        """Whether the round is whole on Redis: listed, opened, and filled from what is stored.  Of a cluster, one server may have
        come back empty.
        """
        if not self.client.exists(KEY) or self.client.zscore(ROUNDS, key) is None:
            return False
        return all(map(self._is_built, self._prefixes(key)))

    def _is_built(self, prefix: str) -> bool:
        return bool(self.client.hexists(prefix + "conf", "built"))

    def built(self, key: str) -> None:
        """Says that the round has been filled; until then it is filled again by whoever opens it."""
        for prefix in self._prefixes(key):
            self._built(keys=[prefix])

    def counts(self, key: str) -> Counts:
        """The sum over the partitions, each of which balances at every moment."""
        raw: Counter[str] = Counter()
        for prefix in self._prefixes(key):
            raw.update({name.decode(): int(value) for name, value in self.client.hgetall(prefix + "n").items()})
        return Counts(
            **{name: raw[name] for name in (*STATES, "expired", "stale")},
            pages=raw["done:site"],
            visits=raw["done:probe"],
            missed=raw["missed"],
            over_quota=raw["refused"] + raw["evicted"],
            sites_open=raw["sites"],
            open_in={queue: raw[f"open:{queue}"] for queue in QUEUES},
        )

    def open(self, key: str, queues: Iterable[str] = QUEUES) -> int:
        """Tasks of these queues that are pending or leased."""
        names = [f"open:{queue}" for queue in queues]
        return sum(int(n or 0) for prefix in self._prefixes(key) for n in self.client.hmget(prefix + "n", names))

    def overdue(self, key: str) -> int:
        """Visits whose time has come and that nobody has begun; of one host counted once."""
        now = round(self.now() * 1000)
        found = (
            (self.client.zcount(p + "due", "-inf", now), self.client.zcard(p + "r:probe")) for p in self._prefixes(key)
        )
        return sum(int(due) + int(ready) for due, ready in found)

    def hosts_waiting(self, key: str, queue: str) -> int:
        """Hosts with tasks of this queue that wait for their turn: as many could be asked at once."""
        return sum(int(self.client.zcard(f"{prefix}r:{queue}")) for prefix in self._prefixes(key))

    def by_site(self, key: str, queues: Iterable[str] = QUEUES) -> dict[str, Counter[str]]:
        """Site → state → tasks of these queues; the books of each site balance as the round's do."""
        result: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for prefix in self._prefixes(key):
            for name, value in self.client.hgetall(prefix + "w").items():
                state, _, rest = name.decode().partition("|")
                queue, _, site = rest.partition("|")
                if state in STATES and queue in queues:
                    result[site][state] += int(value)
        return dict(result)

    def dead(self, key: str) -> list[Dead]:
        """Tasks given up, each with its reason."""
        found = []
        for prefix in self._prefixes(key):
            for id_, value in self.client.hgetall(prefix + "dead").items():
                slip, _, reason = value.decode("utf-8", "replace").partition("\n")
                task = None
                with suppress(BadMessage):  # put aside as such; its reason says so
                    task = _read(id_, self.client.hget(prefix + "t", id_))
                found.append(Dead(id_, "".join(slip.split("|", 2)[2:]), task, reason))
        return found

    def revive(self, key: str, dead: Iterable[Dead]) -> int:
        """Dead tasks wait again, with all their attempts before them.  Returns how many came back."""
        return self._per_partition(key, self._revive, dead, lambda one: one.site, lambda one: (one.id,))

    # --- tasks ---

    def add(self, key: str, tasks: Iterable[Task]) -> int:
        """Plans tasks; those already planned are left as they are.  Returns how many are new."""
        return self._per_partition(key, self._add, tasks, lambda task: task.site, _words)

    def claim(
        self, key: str, queues: Mapping[str, int], limit: int, token: str, lease_s: float, partition: int = 0
    ) -> Claimed:
        """Up to ``limit`` leases of one partition of a round, at most one for each host and queue.  Whether a request may go out
        now is the gate's word; ``defer`` a lease that it refuses.  A task with one try left is only given to a process that holds
        nothing else, and nothing else is given to it meanwhile; a process that is to get one gets nothing until it holds nothing.

        ``queues``: queue → most leases of it, first choice first.
        A message that is not the task it is listed as is put aside as dead with its reason; it is never executed.
        """
        cell = id(self), key, partition
        with self.hands.lock:
            if not self.hands.may_ask(cell):
                return Claimed([], HELD_BACK_S)
            args: list[Any] = [limit, round(lease_s * 1000), token, int(self.hands.free)]
            args += [x for pair in queues.items() for x in pair]
            wait, now, delay, apart, *flat = self._claim(keys=[self._prefix(key, partition)], args=args)
            leases = []
            for id_, attempt, raw in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
                if task := self._read_or_bury(key, partition, id_, token, raw):
                    leases.append(Lease(key, id_, token, int(attempt), task, now / 1000, delay / 1000))
            self.hands.take(cell, leases, bool(apart), lease_s)
        return Claimed(leases, wait / 1000)

    def _read_or_bury(self, key: str, partition: int, id_: bytes, token: str, raw: bytes | None) -> Task | None:
        try:
            return _read(id_, raw)
        except BadMessage as error:
            self._settle(keys=[self._prefix(key, partition)], args=[id_, token, "dead", 0, str(error), 0])
            return None

    def settle(self, settled: Sequence[Settled]) -> int:
        """Says what became of leases; children are planned in the same step as their parent's ack (they are of its site, so of its
        partition).  Returns how many were refused because the lease had been given to another worker.
        """
        stale = 0
        for key in {s.lease.round_key for s in settled}:
            calls: defaultdict[int, list[Any]] = defaultdict(list)
            for s in settled:
                if s.lease.round_key == key:
                    calls[self.partitions.of(s.lease.task.site)] += _settlement(s)
            stale += sum(
                list(self._settle(keys=[self._prefix(key, partition)], args=args)).count(0)
                for partition, args in calls.items()
            )
        self.hands.let_go(s.lease for s in settled)
        return stale

    def extend(self, leases: Sequence[Lease], lease_s: float) -> set[bytes]:
        """Heartbeat.  Returns the ids that were given to others; settle them all the same, or ``hands.let_go`` what was never sent."""
        lost: set[bytes] = set()
        calls: defaultdict[str, list[Any]] = defaultdict(list)
        for lease in leases:
            calls[self._prefix(lease.round_key, self.partitions.of(lease.task.site))] += (lease.id, lease.token)
        for prefix, args in calls.items():
            lost.update(self._extend(keys=[prefix], args=[round(lease_s * 1000), *args]))
        return lost

    def mark_done(self, key: str, tasks: Iterable[Task]) -> int:
        """For a rebuild: these tasks have their result in MongoDB.  Returns how many were not done before."""
        words = lambda task: (task_id(task), slip_of(task))  # noqa: E731
        return self._per_partition(key, self._mark_done, tasks, lambda task: task.site, words)

    def give_up(self, key: str, queue: str, reason: str) -> int:
        """What waits in a queue that nobody serves is dead; ``revive`` brings it back.  Returns how many tasks."""
        return sum(int(self._give_up(keys=[prefix], args=[queue, reason])) for prefix in self._prefixes(key))

    def unserved_since(self, key: str, queue: str) -> float:
        """When this was first asked, Unix time by Redis's clock; forgotten with ``forget_unserved``, or after a week."""
        name = f"gc:unserved:{queue}:{key}"
        self.client.set(name, self.now(), nx=True, ex=7 * 86400)
        return float(self.client.get(name) or self.now())

    def forget_unserved(self, key: str, queue: str) -> None:
        self.client.unlink(f"gc:unserved:{queue}:{key}")

    # --- workers ---

    def now(self) -> float:
        """Redis's clock, Unix seconds."""
        seconds, micros = self.client.time()
        return float(seconds + micros / 1e6)

    def hello(self, worker: str) -> float:
        """A sign of life.  Returns Redis's clock, Unix seconds."""
        now = self.now()
        self.client.zadd(WORKERS, {worker: now})
        return now

    def goodbye(self, worker: str) -> None:
        self.client.zrem(WORKERS, worker)
        self.client.zrem(RENDERERS, worker)

    def renders(self, worker: str, able: bool) -> None:
        """A worker's word on its browser."""
        if able:
            self.client.zadd(RENDERERS, {worker: self.now()})
        else:
            self.client.zrem(RENDERERS, worker)

    def renderers_alive(self) -> int:
        now = self.now()
        self.client.zremrangebyscore(RENDERERS, "-inf", now - 86400)
        return int(self.client.zcount(RENDERERS, now - ALIVE_S, "+inf"))

    def monitors(self, within_s: float = 30.0) -> frozenset[str]:
        """Where workers are alive."""
        names = self.client.zrangebyscore(WORKERS, self.now() - within_s, "+inf")
        return frozenset(monitor_of(name.decode()) for name in names)

    def workers_alive(self, within_s: float = ALIVE_S) -> int:
        now = self.now()
        self.client.zremrangebyscore(WORKERS, "-inf", now - 86400)
        return int(self.client.zcount(WORKERS, now - within_s, "+inf"))

    # --- within ---

    def _per_partition(
        self,
        key: str,
        script: Any,
        things: Iterable[T],
        site_of: Callable[[T], str],
        words: Callable[[T], Sequence[Any]],
    ) -> int:
        """The sum of a script's answers to the words of all things, in batches."""
        total = 0
        for batch in _batches(things, BATCH):
            calls: defaultdict[int, list[Any]] = defaultdict(list)
            for thing in batch:
                calls[self.partitions.of(site_of(thing))] += words(thing)
            total += sum(int(script(keys=[self._prefix(key, p)], args=args)) for p, args in calls.items())
        return total

    def _prefixes(self, key: str) -> list[str]:
        return [self._prefix(key, partition) for partition in self.partitions.all()]

    @staticmethod
    def _prefix(key: str, partition: int) -> str:
        return f"{tag(partition)}{key}:"


def _words(task: Task) -> tuple[bytes, str, int, bytes]:
    return task_id(task), slip_of(task), round(task.not_before * 1000), encode(task)


def _settlement(s: Settled) -> list[Any]:
    words = [s.lease.id, s.lease.token, s.action, round(s.retry_s * 1000), s.reason, len(s.children)]
    return words + [word for child in s.children for word in _words(child)]


def _read(id_: bytes, raw: bytes | None) -> Task:
    """Raises BadMessage where the message is not the task that it is listed as."""
    task = decode(raw or b"")
    if task_id(task) != id_:
        raise BadMessage("不是所列的任务", raw or b"")
    return task


def _batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch
