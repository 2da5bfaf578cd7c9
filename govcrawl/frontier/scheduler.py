"""scrapy-redis's scheduler, queue and dupefilter with leases put under them; plugged in by settings.

What stays scrapy-redis's: its settings (``REDIS_URL``, ``REDIS_PARAMS``), the class to plug in, the queue's and the dupefilter's place.
What changes (``Scheduler`` of 0.9.1 pops for good, blocks the event loop, remembers as seen what was never fetched, unpickles its queue
and calls APIs that Scrapy 2.19 deprecates): a request is born from a lease that ``claims`` took off the event loop, and is done when a
pipeline says ``settle``.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
import socket
import time
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self, TypeVar

import redis
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.misc import load_object
from scrapy_redis.dupefilter import RFPDupeFilter
from scrapy_redis.queue import Base
from scrapy_redis.scheduler import Scheduler
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from govcrawl import addresses, metrics
from govcrawl.contracts import Lease, Result
from govcrawl.frontier import codec, sharing
from govcrawl.frontier.admission import Admission
from govcrawl.frontier.frontier import Frontier, Settled, split_round
from govcrawl.frontier.gate import Landing
from govcrawl.frontier.hands import Hands
from govcrawl.frontier.known import KnownTasks
from govcrawl.frontier.partitions import connect
from govcrawl.frontier.sharing import Answers
from govcrawl.metrics.health import PULSE
from govcrawl.patience import beside
from govcrawl.visits import CONFIRM_S

logger = logging.getLogger(__name__)
T = TypeVar("T")

#: request.meta key of the lease; never inherited by another request.
LEASE = "govcrawl_lease"
#: where this process stands: whose network it uses; part of file names
MONITOR = re.sub(r"[^\w.-]", "_", os.environ.get("GOVCRAWL_MONITOR") or socket.gethostname())
WORKER = f"{MONITOR}-{os.getpid()}-{secrets.token_hex(3)}"  #: name of this process
HANDS = Hands()  #: of this process: what kills the worker ends the leases of both its spiders
BEAT_S = 10.0  #: at most, between two signs of life
STORE_RETRY_S = 1.0  #: between two tries while Redis is away
CLOSE_S = 10.0  #: a worker that was told to stop waits so long for a Redis that is away
GATHER_S = 0.02  #: between two looks while there is work: news gather meanwhile
IDLE_S = 0.5  #: at most, between two looks while there is none
ROUNDS_S = 0.5  #: a list of rounds is used for this time
RESTORE_S = 5.0  #: between two checks that every open round is on Redis
LOGGED = ("response_received_count", "item_scraped_count")  #: what Scrapy's LogStats reads: here, results stored


def trouble(error: redis.RedisError) -> str:
    away = isinstance(error, (redis.ConnectionError, redis.TimeoutError))
    return "Redis is away" if away else "Redis refuses"


def is_spoilt(error: Exception) -> bool:
    """Whether a script stumbled over what lies there, or our own code; else the server can't do its work now, and waiting helps."""
    if not isinstance(error, redis.RedisError):
        return True
    return type(error) is redis.ResponseError and not str(error).startswith(("MISCONF", "NOREPLICAS"))


class RoundQueue(Base):  # type: ignore[misc]  # scrapy-redis has no types
    """The leases this worker holds but has not sent yet.  Its length is what is ready here, not what is on Redis."""

    def __init__(self, server: redis.Redis, spider: Spider, key: str, serializer: Any = codec) -> None:
        self.server, self.spider, self.key, self.serializer = server, spider, key, serializer
        self._ready: deque[Request] = deque()

    def push(self, request: Request) -> None:
        self._ready.append(request)

    def pop(self, timeout: float = 0) -> Request | None:
        """The next request, or None; never waits."""
        return self._ready.popleft() if self._ready else None

    def __len__(self) -> int:
        return len(self._ready)

    def clear(self) -> None:
        self._ready.clear()


class PlanDupeFilter(RFPDupeFilter):  # type: ignore[misc]
    """A URL is seen because it is in the round's plan.  The plan's scripts refuse duplicates, so nothing is left to filter here."""

    def request_seen(self, request: Request) -> bool:
        return False

    def clear(self) -> None:
        """The plan is not ours to empty."""


class LeaseScheduler(Scheduler):  # type: ignore[misc]
    """One per crawler.  ``claims`` feeds the spider's ``start()``; ``settle`` is called by the last pipeline."""

    #: by round and id: leases of this worker, from the claim until Redis has taken word of their end
    held: dict[tuple[str, bytes], Lease]
    #: the same, of those whose end is on its way to Redis
    _leaving: set[tuple[str, bytes]]
    #: of those, links whose answer is known, until they are yielded
    _told: list[Lease]
    _answers: Answers | None
    #: those with workers alive, as of the last sign of life
    monitors: frozenset[str]
    #: set by who can't store results now: nothing is claimed meanwhile
    resting = False
    _restored: float
    _listed: float
    rounds: list[str]  #: that it serves, as it last heard
    #: round and partition: those of which the log says that they are spoilt
    _spoilt: set[tuple[str, int]]
    #: time.monotonic until which it waits, once told to stop, for a Redis that is away; 0: not yet
    _close_by: float
    #: time.monotonic of the last sign of life that Redis took
    _beaten: float
    _calls: set[asyncio.Future[Any]]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        self = cls(
            server=connect(settings["REDIS_URL"], **settings.getdict("REDIS_PARAMS")),
            persist=True,
            queue_cls=settings["SCHEDULER_QUEUE_CLASS"],
            dupefilter_cls=settings["DUPEFILTER_CLASS"],
            serializer=codec,
        )
        self.crawler, self.stats = crawler, crawler.stats
        self.lease_s = settings.getfloat("LEASE_S")
        self.at_once = settings.getint("CONCURRENT_REQUESTS")
        self.hold = self.at_once + settings.getint("LEASES_WAITING")
        self.worker, self.monitors = WORKER, frozenset({MONITOR})
        self.campaign = str(settings["CAMPAIGN"] or "")
        self.known = KnownTasks()
        self.held, self._leaving, self._told = {}, set(), []
        self.frontier = Frontier(self.server, HANDS)
        self._turn = 0
        self._restored, self._listed, self.rounds = -RESTORE_S, -ROUNDS_S, []
        self._spoilt, self._close_by = set(), 0.0
        self._beaten = time.monotonic()
        self._offset = time.time() - time.monotonic()
        # threads of our own: a slow DNS look-up in the loop's shared pool must not hold up the stores
        self._threads = ThreadPoolExecutor(2, "frontier")
        self._calls = set()
        return self

    def open(self, spider: Spider) -> None:
        """Called by the engine before ``start()``; wires the failures that no pipeline sees."""
        self.spider = spider
        self.queue = load_object(self.queue_cls)(self.server, spider, self.queue_key % {"spider": spider.name})
        self.df = load_object(self.dupefilter_cls).from_spider(spider)
        self.admission = Admission(addresses.shared(), self.crawler.settings.getfloat("REQUEST_LASTS_S"))
        self._beat = asyncio.ensure_future(self._heartbeat())
        connect = self.crawler.signals.connect
        connect(self._failed_item, signals.item_error)
        connect(self._failed_spider, signals.spider_error)

    def close(self, reason: str) -> Deferred[None]:
        """Gives back what was claimed and not finished; its attempt is not counted."""
        self._beat.cancel()
        return deferred_from_coro(self._give_back())

    async def _give_back(self) -> None:
        self.queue.clear()
        try:
            await asyncio.gather(*self._calls, return_exceptions=True)  # a claim under way may still hold more
            await self.settle([Settled(lease, "release") for lease in self.held.values()])
            knocked = [Landing(knock) for _, knock in self.admission.news()[0]]  # some may have passed unheard
            await self._off_loop(lambda: self.frontier.gate.knock([], [*self.admission.leave(), *knocked]))
            await self._off_loop(lambda: self.frontier.goodbye(self.worker))
        except redis.RedisError as error:
            logger.warning("%s at close; the leases will expire by themselves: %s", trouble(error), error)
        self.server.close()
        self._threads.shutdown(wait=False)

    # --- what the engine calls ---

    def enqueue_request(self, request: Request) -> bool:
        """Only a request born from a lease is taken.  False makes the engine drop it with ``request_dropped``."""
        if LEASE not in request.meta:
            logger.error(
                "Request without a lease refused: %s (spiders plan tasks through Result.children)", request.url
            )
            return False
        self.queue.push(request)
        return True

    def next_request(self) -> Request | None:
        """None too where the leases may be over (this process slept, Redis was away): the next sign of life will tell."""
        if time.monotonic() - self._beaten > self.lease_s:
            return None
        request: Request | None = self.queue.pop()
        while request and not self._still_ours(request.meta[LEASE]):
            request = self.queue.pop()
        return request

    def has_pending_requests(self) -> bool:
        return len(self.queue) > 0

    # --- leases ---

    async def claims(
        self, queues: Mapping[str, float], stop: bool, restore: Callable[[], bool], answers: Answers | None = None
    ) -> AsyncIterator[Lease]:
        """Leases of all rounds in turn whose request may go out now; endless, or until these queues are empty.

        ``queues``: queue → share of this worker's leases it may hold at once, so that slow links don't keep pages waiting.
        ``stop``: when they are empty.
        ``restore``: called off the loop now and then, to put rounds back that Redis has lost; whether all are there.
        ``answers``: what is stored of links' targets; such a lease needs no request, and bears its answer.
        """
        self._answers = answers
        while True:
            try:
                await self._restore(restore)
                passed, wait = await self._look(queues)
                if stop and not passed and not self.held and await self._over(queues, restore):
                    return
            except redis.RedisError as error:
                logger.warning("%s, waiting: %s", trouble(error), error)
                await asyncio.sleep(STORE_RETRY_S)
                continue
            for lease in passed:
                yield lease
            await asyncio.sleep(min(max(wait, 0.01), IDLE_S))

    async def _over(self, queues: Iterable[str], restore: Callable[[], bool]) -> bool:
        """Whether nothing is open.  Asked again when the rounds are known to be there: an emptied Redis has nothing open either."""
        any_open = partial(self._any_open, tuple(queues))
        if await self._off_loop(any_open):
            return False
        return await beside(restore) and not await self._off_loop(any_open)

    async def _restore(self, restore: Callable[[], object]) -> None:
        if time.monotonic() - self._restored >= RESTORE_S:
            await beside(restore)  # MongoDB may hang
            self._restored = time.monotonic()

    async def _look(self, queues: Mapping[str, float]) -> tuple[list[Lease], float]:
        """One look at the queue and one knock at the gate: leases that may go out now, and seconds until the next look."""
        room = min(self.hold - len(self.held), self.at_once - self.admission.busy)
        wait = GATHER_S
        if room > 0 and not self.resting:
            wait = await self._claim_some(await self._rounds(), self._limits(queues), room)
        passed = [*await self._knock(), *filter(self._still_ours, self._told)]
        self._told.clear()
        return passed, GATHER_S if passed or self.admission.waiting else wait

    async def _rounds(self) -> list[str]:
        if time.monotonic() - self._listed >= ROUNDS_S:
            self.rounds = await self._off_loop(self._served)
            self.known.keep(self.rounds)
            self._listed = time.monotonic()
        return self.rounds

    def _served(self) -> list[str]:
        """Rounds that this worker serves, oldest first."""
        return [key for key in self.frontier.rounds() if not self.campaign or split_round(key)[0] == self.campaign]

    async def _knock(self) -> list[Lease]:
        """What may go out now; what may not goes back to the queue until its turn."""
        asked, landed = self.admission.news()
        if not asked and not landed:
            return []
        waits = await self._off_loop(lambda: self.frontier.gate.knock([knock for _, knock in asked], landed))
        self.admission.told(asked, waits, landed)
        answers = [(lease, wait) for (lease, _), wait in zip(asked, waits, strict=True)]
        await self.settle([Settled(lease, "defer", retry_s=wait) for lease, wait in answers if wait])
        return [lease for lease, wait in answers if not wait and self._still_ours(lease)]

    def _still_ours(self, lease: Lease) -> bool:
        ours = self.holds(lease)
        if not ours:
            self.landed(lease)
            self.frontier.hands.let_go([lease])
        return ours

    def holds(self, lease: Lease) -> bool:
        """Whether it is this worker's still, as far as the last sign of life told."""
        return self.held.get((lease.round_key, lease.id)) is lease  # not another of the same task, claimed anew

    def _drop(self, lease: Lease) -> None:
        if self.holds(lease):
            del self.held[lease.round_key, lease.id]

    def _any_open(self, queues: Sequence[str]) -> bool:
        return any(self.frontier.open(key, queues) for key in self._served())

    def _limits(self, queues: Mapping[str, float]) -> dict[str, int]:
        held = Counter(codec.queue_of(lease.task) for lease in self.held.values())
        return {queue: max(0, round(share * self.hold) - held[queue]) for queue, share in queues.items()}

    async def _claim_some(self, rounds: list[str], queues: Mapping[str, int], room: int) -> float:
        """From one partition of one round after the other, beginning with the next at each look.  Returns seconds until the next one."""
        soonest = IDLE_S
        cells = [(key, partition) for key in rounds for partition in self.frontier.partitions.all()]
        self._turn += 1
        for step in range(len(cells)):
            key, partition = cells[(self._turn + step) % len(cells)]
            try:
                leases, wait = await self._off_loop(partial(self._claim, key, partition, queues, room))
            except redis.ResponseError as error:
                if not is_spoilt(error):
                    raise
                self._tell_spoilt(key, partition, error)
                continue
            self._spoilt.discard((key, partition))
            await self._enter(leases)  # at once: the next partition's claim may find Redis away
            soonest = min(soonest, wait)
            room -= len(leases)
            if room <= 0:
                break
        return soonest

    async def _enter(self, leases: Sequence[Lease]) -> None:
        others = [lease for lease in leases if self._is_for_another(lease)]
        shared = [lease for lease in leases if self._answers and codec.is_shared(lease.task)]
        for lease in leases:
            if lease not in others and lease not in shared:
                self.admission.enter(lease)
        found = await sharing.sort(self.server, shared, self._answers)
        for lease in found.ask:
            self.admission.enter(lease)
        for lease in found.told:
            held = self.held.get((lease.round_key, lease.id))
            if held and held.token == lease.token:  # not lost meanwhile
                self.held[lease.round_key, lease.id] = lease
        self._told += found.told
        await self.settle([Settled(one, "release", retry_s=sharing.AGAIN_S) for one in (*others, *found.wait)])

    @staticmethod
    def _is_for_another(lease: Lease) -> bool:
        """A visit that another monitor is to confirm, for as long as one may come."""
        return lease.task.avoid == MONITOR and lease.at < lease.task.not_before + CONFIRM_S

    def _tell_spoilt(self, key: str, partition: int, error: redis.ResponseError) -> None:
        """Once: what lies there is asked for at each look, and keeps no other round waiting."""
        if (key, partition) not in self._spoilt:
            self._spoilt.add((key, partition))
            logger.error(
                "Round %s, partition %s, is spoilt on Redis; `govcrawl rebuild` mends it: %s", key, partition, error
            )

    def _claim(self, key: str, partition: int, queues: Mapping[str, int], room: int) -> tuple[list[Lease], float]:
        """Off the loop.  Held at once: what a worker claims while it is closed must be given back."""
        token = f"{self.worker}:{secrets.token_hex(4)}"
        claimed = self.frontier.claim(key, queues, room, token, self.lease_s, partition)
        for lease in claimed.leases:
            self.held[lease.round_key, lease.id] = lease
            self._offset = lease.at - time.monotonic()
        return claimed.leases, claimed.wait_s

    def landed(self, lease: Lease, slow_s: float | None = None) -> None:
        """The request of a lease came back: the gate hears so with the next look.  ``slow_s``: see ``gate.Landing``."""
        self.admission.landed(lease, slow_s)

    def now(self) -> datetime:
        """The moment by Redis's clock, to the millisecond: workers' clocks may differ."""
        return datetime.fromtimestamp(round(time.monotonic() + self._offset, 3), UTC)

    def _tell(self, settled: Sequence[Settled]) -> int:
        sharing.forget(self.server, [one.lease for one in settled if one.action in ("ack", "dead")])
        refused: int = self.frontier.settle(settled)
        return refused

    async def settle(self, settled: Sequence[Settled]) -> None:
        """Waits out a Redis that is away: the result is stored, only the word of it is missing."""
        if not settled:
            return
        keys = {(one.lease.round_key, one.lease.id) for one in settled}
        self._leaving |= keys
        while True:
            try:
                stale = await self._off_loop(lambda: self._tell(settled))
                break
            except Exception as error:
                if is_spoilt(error) and len(settled) > 1:  # one must not keep the others waiting
                    for one in settled:
                        await self.settle([one])
                    return
                if is_spoilt(error) or self._closing_for_long():  # a result, if there is one, is stored
                    defect = None if isinstance(error, redis.RedisError) else error
                    logger.error("Redis can't be told of %s task(s): %s", len(settled), error, exc_info=defect)
                    self.frontier.hands.let_go(one.lease for one in settled)
                    stale = len(settled)
                    break
                logger.warning("Redis can't take an acknowledgement, it waits: %s", error)
                await asyncio.sleep(STORE_RETRY_S)
        if self.stats:
            self.stats.inc_value("frontier/settled", len(settled))
            for name in LOGGED:
                self.stats.inc_value(name, sum(one.action == "ack" for one in settled))
            self.stats.inc_value("frontier/stale", stale)
        metrics.settled(settled, stale)
        if stale or any(one.action == "dead" for one in settled):
            self.known.forget()  # what these pages led to may be unplanned
        self._leaving -= keys
        for one in settled:
            self.known.settled(one.lease, acked=one.action == "ack" and not stale)
            self._drop(one.lease)

    def _closing_for_long(self) -> bool:
        """Whether a worker that was told to stop has waited long enough; its leases end by themselves."""
        if self.crawler.crawling:
            return False
        self._close_by = self._close_by or time.monotonic() + CLOSE_S
        return time.monotonic() > self._close_by

    async def _heartbeat(self) -> None:
        while True:
            PULSE.tick()
            try:
                self._offset = await self._off_loop(lambda: self.frontier.hello(self.worker)) - time.monotonic()
                await self._extend()
                self.monitors = await self._off_loop(self.frontier.monitors)
            except redis.RedisError as error:
                logger.warning("%s, heartbeat missed: %s", trouble(error), error)
            except Exception:  # or the leases would end while their pages are read
                logger.exception("A defect of ours; heartbeat missed")
            await asyncio.sleep(min(self.lease_s / 3, BEAT_S))

    async def _extend(self) -> None:
        start, rounds = time.monotonic(), defaultdict(list)
        for lease in list(self.held.values()):  # a copy: a claim may add to it meanwhile
            rounds[lease.round_key].append(lease)
        for leases in rounds.values():  # each by itself: two rounds may hold the same task
            try:
                lost = await self._off_loop(partial(self.frontier.extend, leases, self.lease_s))
            except redis.ResponseError as error:
                if not is_spoilt(error):
                    raise
                lost = {lease.id for lease in leases}
            for lease in leases:
                # what is being settled is no longer held either
                if lease.id in lost and self.holds(lease) and (lease.round_key, lease.id) not in self._leaving:
                    logger.warning("Lease lost to another worker: %s", lease.task.url)
                    self._drop(lease)
                    self.known.forget()
        self._beaten = start

    def _failed_item(self, item: Any, failure: Failure, **_: Any) -> None:
        if isinstance(item, Result):
            self._bury(item.lease, failure)

    def _failed_spider(self, failure: Failure, response: Any, **_: Any) -> None:
        meta = getattr(getattr(response, "request", None), "meta", {})  # of a response, or of a failed download
        if LEASE in meta:
            self._bury(meta[LEASE], failure)

    def _bury(self, lease: Lease, failure: Failure) -> None:
        """A defect of ours on this page: it is put aside with its reason, and the round goes on."""
        self.landed(lease)
        reason = f"{type(failure.value).__name__}: {failure.getErrorMessage()}"[:500]
        asyncio.ensure_future(self.settle([Settled(lease, "dead", reason=reason)]))  # noqa: RUF006 – settle waits for itself

    async def _off_loop(self, call: Callable[[], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(
            self._threads, metrics.watched("Redis", call, redis.RedisError)
        )
        self._calls.add(future)
        future.add_done_callback(self._calls.discard)
        return await asyncio.shield(future)
