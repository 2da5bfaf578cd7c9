"""The render spider: pages that a script draws are shown to a browser once, and read again.

What it sees is added to what the plain page showed; it never takes anything away: a rendering that fails leaves ``unknown`` as it was,
and a page that shows nothing stays ``unknown``, for nobody can tell an empty column from one whose data we were not given.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import ClassVar

import redis
from scrapy import Request, signals

from govcrawl import addresses
from govcrawl.contracts import Lease, Page, Result
from govcrawl.facts import Facts, Item
from govcrawl.frontier.codec import host_of
from govcrawl.frontier.frontier import Settled
from govcrawl.frontier.scheduler import BEAT_S, LEASE
from govcrawl.frontier.turns import Turns
from govcrawl.rendering import Browser, BrowserGone, Cut, Limits
from govcrawl.rendering.chromium import find
from govcrawl.rendering.errands import Errands, Shelf
from govcrawl.rendering.tab import Asked
from govcrawl.spiders import outcome
from govcrawl.spiders.base import LeaseSpider, headers_of
from govcrawl.spiders.check import is_html
from govcrawl.spiders.download import ALLOW
from govcrawl.spiders.site import children, look

logger = logging.getLogger(__name__)
BROKEN_S = 60.0  #: between two tries to start a browser that does not start
STOP_LOOK_S = 0.5  #: after so long a page that is being rendered is given back by a worker that is to end
#: Headers that are our own, or the connection's; all others are the page's.
OURS = frozenset("user-agent accept-encoding cookie host connection content-length upgrade-insecure-requests".split())


class Stopped(Exception):
    """The worker is to end: the page is for others."""


class RenderSpider(LeaseSpider):
    """``scrapy crawl render``: for machines that have Chromium."""

    name = "render"
    queues: ClassVar[dict[str, float]] = {"render": 0.25}  # of eight: two pages at once
    custom_settings: ClassVar[dict[str, object]] = {"CONCURRENT_REQUESTS": 8, "LEASES_WAITING": 0}  # type: ignore[misc]

    async def start(self) -> AsyncIterator[Request]:
        settings = self.settings
        self.browser = Browser(find(settings["CHROMIUM"]), settings.getint("RENDER_MEMORY_MB"))
        self.limits = Limits(
            settings.getfloat("RENDER_ALONE_S"),
            settings.getfloat("RENDER_TOTAL_S"),
            settings.getint("DOWNLOAD_MAXSIZE"),
        )
        self.shelf, self.able = Shelf(), bool(find(settings["CHROMIUM"]))
        self.turns = Turns(self.scheduler.frontier.gate, addresses.shared(), settings.getfloat("REQUEST_LASTS_S"))
        self.crawler.signals.connect(self._end, signals.spider_closed)
        self._saying = asyncio.ensure_future(self._say())
        async for request in super().start():
            if isinstance(request, Request) and await self._can_render(request.meta[LEASE]):
                yield request

    async def _can_render(self, lease: Lease) -> bool:
        """Before the page is asked for: where no browser starts, its host is left in peace."""
        try:
            await self.browser.ready()
            self.able = True
        except BrowserGone as error:
            self.able = False
            logger.error("%s; pages wait to be rendered by others", error)
            self.scheduler.landed(lease)
            await self.scheduler.settle([Settled(lease, "release")])
            await asyncio.sleep(BROKEN_S)
            return False
        return True

    async def _say(self) -> None:
        """That pages are rendered here, for as long as they are."""
        while True:
            with suppress(redis.RedisError):  # the scheduler says that Redis is away
                await asyncio.to_thread(self.scheduler.frontier.renders, self.scheduler.worker, self.able)
            await asyncio.sleep(BEAT_S)

    async def _end(self) -> None:
        self._saying.cancel()
        self.turns.close()
        await self.browser.close()

    # --- the way of a page ---

    async def _conclude(self, lease: Lease, page: Page) -> AsyncIterator[Result]:
        plain = page
        if page.outcome == "ok" and is_html(page):
            self.scheduler.landed(lease, outcome.slow_s(page))  # the page has come; what follows has turns of its own
            try:
                page = await self._rendered(lease, page)
            except Stopped:
                await self.scheduler.settle([Settled(lease, "release")])
                return
        async for result in super()._conclude(lease, page):
            facts = result.facts
            before = look(plain, lease.task) if facts and (facts.home or facts.column) else None
            yield replace(result, facts=told(facts, before)) if facts else result

    async def _rendered(self, lease: Lease, page: Page) -> Page:
        """The page as a browser shows it, or why it could not be shown whole.  Raises Stopped."""
        allow = self.plan(lease).allow_networks
        errands = Errands(page.url, partial(self._fetch, lease, allow), self.shelf, " ".join(allow))
        try:
            html = await self._unless_stopped(self.browser.render(page, errands, self.limits))
        except Cut as error:
            return replace(page, outcome="timeout", error=str(error)[:300])
        except BrowserGone as error:
            return replace(page, outcome="our_fault", error=str(error)[:300])
        if errands.missing:
            return replace(
                page, outcome="bad_answer", error=f"its scripts had no answer from {errands.missing[0]}"[:300]
            )
        return replace(page, body=html, headers=(("Content-Type", "text/html; charset=utf-8"),), rendered=True)

    async def _unless_stopped(self, rendering: Coroutine[None, None, bytes]) -> bytes:
        """A rendering may last minutes; the browser is not asked to finish it."""
        work = asyncio.ensure_future(rendering)
        while not work.done() and self.crawler.crawling:
            await asyncio.wait([work], timeout=STOP_LOOK_S)
        if not work.done():
            work.cancel()
            await self.browser.close()
            await asyncio.wait([work])
            raise Stopped
        return work.result()

    def tries(self, lease: Lease, page: Page) -> int:
        """A page that came, and whose scripts did not come to an end, will do no better."""
        return 1 if page.outcome == "timeout" and page.status else super().tries(lease, page)

    def read(self, lease: Lease, page: Page) -> Result:
        if not page.rendered:
            return Result(lease, page)
        facts = look(page, lease.task)
        return Result(lease, page, facts, children=tuple(children(self, lease, page, facts)))

    # --- what its scripts ask for ---

    async def _fetch(self, lease: Lease, allow: tuple[str, ...], asked: Asked) -> Page:
        """As the crawler fetches: at its host's pace, through the guard, under our name."""
        headers = {n: v for n, v in asked.headers.items() if n.lower() not in OURS and not n.lower().startswith("sec-")}
        meta = {
            ALLOW: allow,
            "download_timeout": self.settings.getfloat("DOWNLOAD_TIMEOUT"),
            "download_slot": host_of(asked.url),
        }
        request = Request(asked.url, method=asked.method, headers=headers, body=asked.body, meta=meta)
        async with self.turns.turn(asked.url, lease.delay_s) as turn:
            page = await self._answer(request)
            turn.slow_s = outcome.slow_s(page)
        return page

    async def _answer(self, request: Request) -> Page:
        page = partial(Page, request.url, at=self.scheduler.now(), seconds=0.0)
        assert self.crawler.engine is not None  # noqa: S101 – a page of it is being read
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 – Scrapy's download exceptions have no root of their own
            return page(outcome=outcome.of_error(error), status=None, error=str(error))
        headers = headers_of(response)
        how = outcome.of_answer(response.status, headers, response.body)
        return page(outcome=how, status=response.status, headers=headers, body=response.body)


def told(seen: Facts, plain: Facts | None) -> Facts:
    """What a rendering can tell.  Nothing is there, or nothing came: without cookies and strangers' frames nobody knows, so a column is
    not called blank, and what a script draws is known to be drawn whole only where more is seen than on the plain page and no place
    for more is left empty.
    """
    column, home = seen.column, seen.home
    if column and column.state == "blank":
        column = replace(column, state="unknown", why=f"渲染后未见内容（{column.why}）")
    if column and plain and plain.column and not _more(column.items, plain.column.items):
        column = replace(column, drawn=plain.column.drawn or column.drawn)
    if home and plain and plain.home and not _more(home.items, plain.home.items):
        home = replace(home, drawn=plain.home.drawn or home.drawn)
    return replace(seen, column=column, home=home)


def _more(seen: Sequence[Item], plain: Sequence[Item]) -> bool:
    return bool({i.url for i in seen} - {i.url for i in plain})
