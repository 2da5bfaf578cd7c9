"""Parts of a worker, as a test needs them: each ends or stops its own process when it comes to a boundary for the n-th time.

Settings: ``TRAP_AT`` (a stage), ``TRAP_ON`` (the n-th time), ``TRAP_SIGNAL``.  The stages, in the order of a lease's life:

    claimed      leased, the gate has not been asked
    queued       leased and let through, the request has not been sent
    downloading  the request is out, the answer has not come
    callback     the page is about to be read
    storing      the page was read, its result is about to be written
    stored       the result is in MongoDB, Redis has not heard of it
    acked        Redis has taken the acknowledgement

``claim`` is no stage: there Redis is gone for a moment, when the n-th claim is made.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path
from signal import SIGKILL
from typing import Any, Self

import redis
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from govcrawl.contracts import Lease, Page, Result
from govcrawl.frontier.frontier import Frontier, Settled
from govcrawl.frontier.scheduler import LeaseScheduler
from govcrawl.spiders.site import SiteSpider as _SiteSpider
from govcrawl.store import Store
from pipelines.persist import PersistPipeline

STAGES = ("claimed", "queued", "downloading", "callback", "storing", "stored", "acked")
ON_ITS_WAY_S = 0.03  #: after this time a request is under way; less than the pages of ``crew.tree`` take
STALL_S = 0.1  #: an event loop that comes this much too late is told of


class Trap:
    def __init__(self, settings: BaseSettings) -> None:
        self._stage, self._on = settings.get("TRAP_AT", ""), settings.getint("TRAP_ON", 1)
        self._signal = settings.getint("TRAP_SIGNAL", SIGKILL)
        self._times = 0

    def pass_by(self, stage: str, times: int = 1) -> None:
        if self.comes_to(stage, times):
            os.kill(os.getpid(), self._signal)

    def comes_to(self, stage: str, times: int = 1) -> bool:
        before, self._times = self._times, self._times + times * (stage == self._stage)
        return before < self._on <= self._times


class TrappedScheduler(LeaseScheduler):
    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        self = super().from_crawler(crawler)
        self.trap = Trap(crawler.settings)
        crawler.signals.connect(self._sent, signals.request_reached_downloader)
        return self

    def _claim(self, *args: Any) -> tuple[list[Lease], float]:
        if self.trap.comes_to("claim"):
            raise redis.ConnectionError("gone for a moment")
        leases, wait = super()._claim(*args)
        self.trap.pass_by("claimed", len(leases))
        return leases, wait

    def enqueue_request(self, request: Request) -> bool:
        self.trap.pass_by("queued")
        return super().enqueue_request(request)

    def _sent(self) -> None:
        asyncio.get_running_loop().call_later(ON_ITS_WAY_S, self.trap.pass_by, "downloading")

    async def settle(self, settled: Sequence[Settled]) -> None:
        await super().settle(settled)
        self.trap.pass_by("acked", sum(one.action == "ack" for one in settled))


class FaultyFrontier(Frontier):
    """Our own code fails: at the second sign of life, and the first time it is to say a word of the ``unsaid`` page alone."""

    signs = words = 0

    def hello(self, worker: str) -> float:
        self.signs += 1
        if self.signs == 2:
            raise ValueError("a defect of ours")
        return super().hello(worker)

    def settle(self, settled: Sequence[Settled]) -> int:
        if any("unsaid" in one.lease.task.url for one in settled):
            self.words += len(settled) == 1
            if len(settled) > 1 or self.words == 1:
                raise ValueError("a defect of ours")
        return super().settle(settled)


class FaultyScheduler(LeaseScheduler):
    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        self = super().from_crawler(crawler)
        self.frontier = FaultyFrontier(self.server, self.frontier.hands)
        return self


class TrappedPersist(PersistPipeline):
    async def open_spider(self) -> None:
        self.trap = Trap(self.crawler.settings)
        await super().open_spider()

    async def _save(self, batch: list[Result]) -> None:
        self.trap.pass_by("storing", len(batch))
        await super()._save(batch)
        self.trap.pass_by("stored", len(batch))


class CutOffPersist(PersistPipeline):
    """After its first results MongoDB can't be reached from here any more."""

    async def _save(self, batch: list[Result]) -> None:
        await super()._save(batch)
        self.store = Store("mongodb://127.0.0.1:9/govcrawl")


class Detains:
    """Pipeline: the results of some pages come late."""

    async def process_item(self, item: Result) -> Result:
        if "detained" in item.page.url:
            await asyncio.sleep(60)
        return item


class TrappedSpider(_SiteSpider):
    """Some pages kill whoever reads them."""

    name = "trapped"

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        self = super().from_crawler(crawler, *args, **kwargs)
        self.trap = Trap(crawler.settings)
        return self

    def read(self, lease: Lease, page: Page) -> Result:
        self.trap.pass_by("callback")
        if "poison" in page.url:
            os.kill(os.getpid(), SIGKILL)
        return super().read(lease, page)


class Stalls:
    """Extension: writes each stall of the event loop to ``STALLS_FILE``, as "<monotonic time> <seconds>"."""

    def __init__(self, crawler: Crawler) -> None:
        self._file = Path(crawler.settings["STALLS_FILE"])
        crawler.signals.connect(self._start, signals.spider_opened)
        crawler.signals.connect(self._stop, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _start(self) -> None:
        self._file.touch()
        self._watch = asyncio.ensure_future(self._run())

    def _stop(self) -> None:
        self._watch.cancel()

    async def _run(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.02)
            late = time.monotonic() - before - 0.02
            if late > STALL_S:
                with self._file.open("a") as out:
                    out.write(f"{before} {late:.3f}\n")
