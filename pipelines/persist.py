"""Last pipeline: results become durable in MongoDB, and only then is their task acknowledged, its children planned in the same step."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine
from functools import partial
from typing import Any, Self

from scrapy.crawler import Crawler

from govcrawl import metrics
from govcrawl.contracts import Result
from govcrawl.frontier.frontier import Settled
from govcrawl.frontier.scheduler import LeaseScheduler
from govcrawl.patience import patiently
from govcrawl.private import masked
from govcrawl.store import shared

logger = logging.getLogger(__name__)


CLOSE_S = 5.0  #: a worker that was told to end waits so long for a MongoDB that is away, or hangs
CLOSING_S = 1.0  #: between two looks whether it was told so


class Left(Exception):
    """The results are given up: their tasks go to other workers."""


class PersistPipeline:
    """Gathers results for a moment and writes them in bulk; ``process_item`` does not wait for it, the lease does."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.batch_size = crawler.settings.getint("PERSIST_BATCH")
        self.wait_s = crawler.settings.getfloat("PERSIST_WAIT_S")
        self.patience_s = crawler.settings.getfloat("STORE_PATIENCE_S")
        self._waiting: list[Result] = []
        self._wake = asyncio.Event()
        self._closing = False
        self._close_by = 0.0  # time.monotonic
        self._writer: asyncio.Future[None] | None = None
        self._words: set[asyncio.Future[None]] = set()  # to Redis, under way

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def open_spider(self) -> None:
        self.store = shared(self.crawler.settings["MONGODB_URI"])
        self._writer = asyncio.ensure_future(self._run())

    async def process_item(self, item: Result) -> Result:
        self._waiting.append(item)
        if len(self._waiting) >= self.batch_size:
            self._wake.set()
        return item

    async def close_spider(self) -> None:
        """Writes what is left, as far as MongoDB is there; Scrapy closes the scheduler only after this."""
        self._closing, self._close_by = True, time.monotonic() + CLOSE_S
        self._wake.set()
        if self._writer:  # else the store refused at the start
            await self._writer
            await asyncio.gather(*self._words)

    async def _run(self) -> None:
        while not self._closing or self._waiting:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self.wait_s)
            self._wake.clear()
            batch, self._waiting = self._waiting[: self.batch_size], self._waiting[self.batch_size :]
            if batch := self._held(batch):
                await self._settle(batch)

    def _held(self, batch: list[Result]) -> list[Result]:
        """Without those whose task has been given to another worker; Redis hears of their end all the same."""
        held = [self._scheduler.holds(result.lease) for result in batch]
        self._tell([Settled(r.lease, "release") for r, ours in zip(batch, held, strict=True) if not ours])
        return [r for r, ours in zip(batch, held, strict=True) if ours]

    async def _settle(self, batch: list[Result]) -> None:
        try:
            await self._save(batch)
        except Left:
            self._waiting.clear()
            return
        except Exception as error:  # noqa: BLE001
            # refused, not away, or not to be written at all: one bad result must not hold up the others, nor end this loop
            if len(batch) > 1:
                for one in batch:
                    await self._settle([one])
                return
            logger.error("MongoDB can't take the result of %s: %s", batch[0].page.url, error)
            self._tell([Settled(batch[0].lease, "dead", reason=masked(f"store: {error}")[:500])])
            return
        for result in batch:
            metrics.stored(result)
        self._tell([Settled(r.lease, "ack", r.children) for r in batch])

    def _tell(self, settled: list[Settled]) -> None:
        """Not waited for: while Redis is away or hangs, the next results are stored all the same."""
        if not settled:
            return
        word = asyncio.ensure_future(self._scheduler.settle(settled))
        self._words.add(word)
        word.add_done_callback(self._words.discard)

    async def _save(self, batch: list[Result]) -> None:
        start = time.monotonic()

        def away() -> None:
            leaving = self._closing and time.monotonic() > self._close_by
            if leaving or time.monotonic() - start > self.patience_s:
                self._give_back(batch)
            if leaving:
                raise Left

        try:
            with metrics.timed("store"):
                await self._until_closed(patiently(partial(self.store.save_results, batch), away))
        except TimeoutError:
            logger.warning("MongoDB hangs: %s task(s) are given back", len(batch) + len(self._waiting))
            self._give_back(batch)
            raise Left from None
        finally:
            self._scheduler.resting = False

    async def _until_closed(self, saving: Coroutine[Any, Any, None]) -> None:
        """Raises TimeoutError where MongoDB says nothing at all until this worker has to end."""
        task = asyncio.ensure_future(saving)
        while not (await asyncio.wait({task}, timeout=CLOSING_S))[0]:
            if self._closing and time.monotonic() > self._close_by + CLOSING_S:
                task.cancel()
                raise TimeoutError
        task.result()

    def _give_back(self, batch: list[Result]) -> None:
        """Others may reach MongoDB.  This batch is stored all the same when it can be, unless another's is there by then."""
        self._scheduler.resting = True
        held = [r for r in [*batch, *self._waiting] if self._scheduler.holds(r.lease)]
        if held:
            logger.error("MongoDB can't be reached from here for long: %s task(s) go to other workers", len(held))
        self._tell([Settled(r.lease, "release") for r in held])

    @property
    def _scheduler(self) -> LeaseScheduler:
        scheduler: Any = self.crawler.engine.scheduler if self.crawler.engine else None
        if not isinstance(scheduler, LeaseScheduler):
            raise TypeError("PersistPipeline 需要 SCHEDULER = govcrawl.frontier.scheduler.LeaseScheduler")
        return scheduler
