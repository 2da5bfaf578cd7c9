"""scrapy-redis's scheduler, queue and dupefilter with leases put under them; plugged in by settings.

What stays scrapy-redis's: the connection and its settings (``REDIS_URL``, ``REDIS_PARAMS``), the class to plug in, the queue's and
the dupefilter's place.  What changes (``Scheduler`` of 0.9.1 pops for good, blocks the event loop, remembers as seen what was never
fetched, unpickles its queue and calls APIs that Scrapy 2.19 deprecates): a request is born from a lease that ``claims`` took off the
event loop, and is done when a pipeline says ``settle``.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Self, TypeVar

import redis
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.misc import load_object
from scrapy_redis import connection
from scrapy_redis.dupefilter import RFPDupeFilter
from scrapy_redis.queue import Base
from scrapy_redis.scheduler import Scheduler
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from govcrawl.contracts import Lease, Result
from govcrawl.frontier import codec
from govcrawl.frontier.frontier import Frontier, Settled
from govcrawl.frontier.known import KnownTasks

logger = logging.getLogger(__name__)
T = TypeVar("T")

#: request.meta key of the lease; never inherited by another request.
LEASE = "govcrawl_lease"
WORKER = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"  #: name of this process
BEAT_S = 10.0  #: at most, between two signs of life
STORE_RETRY_S = 1.0  #: between two tries while Redis is away


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

    held: dict[
        tuple[str, bytes], Lease
    ]  #: by round and id; leases of this worker: waiting, downloading, or on their way to MongoDB
    _landed: dict[str, list[Lease]]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        self = cls(
            server=connection.from_settings(settings),
            persist=True,
            queue_cls=settings["SCHEDULER_QUEUE_CLASS"],
            dupefilter_cls=settings["DUPEFILTER_CLASS"],
            serializer=codec,
        )
        self.crawler, self.stats = crawler, crawler.stats
        self.lease_s = settings.getfloat("LEASE_S")
        self.hold = settings.getint("CONCURRENT_REQUESTS") + settings.getint("LEASES_WAITING")
        self.worker = WORKER
        self.known = KnownTasks()
        self.held, self._landed = {}, {}
        self.frontier = Frontier(self.server)
        self._turn = 0
        # threads of our own: a slow DNS look-up in the loop's shared pool must not hold up the stores
        self._threads = ThreadPoolExecutor(2, "frontier")
        return self

    def open(self, spider: Spider) -> None:
        """Called by the engine before ``start()``; wires the failures that no pipeline sees."""
        self.spider = spider
        self.queue = load_object(self.queue_cls)(self.server, spider, self.queue_key % {"spider": spider.name})
        self.df = load_object(self.dupefilter_cls).from_spider(spider)
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
            await self.settle([Settled(lease, "release") for lease in self.held.values()])
            await self._off_loop(lambda: self.frontier.goodbye(self.worker))
        except redis.RedisError as error:
            logger.warning("Redis is away at close; the leases will expire by themselves: %s", error)
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
        request: Request | None = self.queue.pop()
        return request

    def has_pending_requests(self) -> bool:
        return len(self.queue) > 0

    # --- leases ---

    async def claims(self, queues: Mapping[str, float], stop_when_done: bool) -> AsyncIterator[Lease]:
        """Leases of all rounds in turn, as room and politeness allow; endless, or until these queues are empty.

        ``queues``: queue → share of this worker's leases it may hold at once, so that slow links don't keep pages waiting.
        """
        while True:
            room = self.hold - len(self.held)
            if room <= 0:
                await asyncio.sleep(0.02)
                continue
            try:
                rounds = await self._off_loop(self.frontier.rounds)
                leases, wait = await self._claim_some(rounds, self._limits(queues), room)
                if (
                    stop_when_done
                    and not leases
                    and not self.held
                    and not await self._off_loop(partial(self._any_open, queues))
                ):
                    return
            except redis.RedisError as error:
                logger.warning("Redis is away, waiting: %s", error)
                await asyncio.sleep(STORE_RETRY_S)
                continue
            for lease in leases:
                self.held[lease.round_key, lease.id] = lease
            for lease in leases:
                yield lease
            if not leases:
                await asyncio.sleep(min(max(wait, 0.01), 0.5))

    def _any_open(self, queues: Iterable[str]) -> bool:
        rounds = self.frontier.rounds()
        return any(n for key in rounds for n in self.frontier.open_by_site(key, tuple(queues)).values())

    def _limits(self, queues: Mapping[str, float]) -> dict[str, int]:
        held = Counter(codec.queue_of(lease.task) for lease in self.held.values())
        return {queue: max(0, round(share * self.hold) - held[queue]) for queue, share in queues.items()}

    async def _claim_some(self, rounds: list[str], queues: Mapping[str, int], room: int) -> tuple[list[Lease], float]:
        leases: list[Lease] = []
        soonest = 0.5
        for step in range(len(rounds)):
            key = rounds[(self._turn + step) % len(rounds)]
            token = f"{self.worker}:{secrets.token_hex(4)}"
            back, self._landed = self._landed.get(key, []), {k: v for k, v in self._landed.items() if k != key}
            claim = partial(self.frontier.claim, key, queues, room - len(leases), token, self.lease_s, back)
            got, wait = await self._off_loop(claim)
            leases += got
            soonest = min(soonest, wait)
            if len(leases) >= room:
                break
        self._turn += 1
        return leases, soonest

    def landed(self, lease: Lease) -> None:
        """The request of a lease came back: its host hears so with the next claim."""
        self._landed.setdefault(lease.round_key, []).append(lease)

    async def settle(self, settled: Sequence[Settled]) -> None:
        """Waits out a Redis that is away: the result is stored, only the word of it is missing."""
        if not settled:
            return
        while True:
            try:
                stale = await self._off_loop(lambda: self.frontier.settle(settled))
                break
            except redis.RedisError as error:
                logger.warning("Redis can't take an acknowledgement, it waits: %s", error)
                await asyncio.sleep(STORE_RETRY_S)
        if self.stats:
            self.stats.inc_value("frontier/settled", len(settled))
            self.stats.inc_value("frontier/stale", stale)
        if stale or any(one.action == "dead" for one in settled):
            self.known.forget()  # what these pages led to may be unplanned
        for one in settled:
            self.held.pop((one.lease.round_key, one.lease.id), None)

    async def _heartbeat(self) -> None:
        while True:
            try:
                await self._off_loop(lambda: self.frontier.hello(self.worker))
                lost = await self._off_loop(lambda: self.frontier.extend(list(self.held.values()), self.lease_s))
                for lease in [lease for lease in self.held.values() if lease.id in lost]:
                    logger.warning("Lease lost to another worker: %s", lease.task.url)
                    self.held.pop((lease.round_key, lease.id), None)
                    self.known.forget()
            except redis.RedisError as error:
                logger.warning("Redis is away, heartbeat missed: %s", error)
            await asyncio.sleep(min(self.lease_s / 3, BEAT_S))

    def _failed_item(self, item: Any, failure: Failure, **_: Any) -> None:
        if isinstance(item, Result):
            self._bury(item.lease, failure)

    def _failed_spider(self, failure: Failure, response: Any, **_: Any) -> None:
        meta = getattr(getattr(response, "request", None), "meta", {})  # of a response, or of a failed download
        if LEASE in meta:
            self._bury(meta[LEASE], failure)

    def _bury(self, lease: Lease, failure: Failure) -> None:
        """A defect of ours on this page: it is put aside with its reason, and the round goes on."""
        reason = f"{type(failure.value).__name__}: {failure.getErrorMessage()}"[:500]
        asyncio.ensure_future(self.settle([Settled(lease, "dead", reason=reason)]))  # noqa: RUF006 – settle waits for itself

    async def _off_loop(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)
