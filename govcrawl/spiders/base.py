"""What both spiders share: leases become requests, answers become Results, failures are tried again or become the result."""

from __future__ import annotations

import logging
import string
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote_from_bytes

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from govcrawl import metrics, rounds, services
from govcrawl.contracts import Answer, Campaign, CrawlPlan, Lease, Page, Result
from govcrawl.frontier.codec import host_of
from govcrawl.frontier.frontier import Settled, split_round
from govcrawl.frontier.gate import MAX_WAIT_S
from govcrawl.frontier.scheduler import LEASE, LeaseScheduler
from govcrawl.patience import patiently
from govcrawl.private import MaskedRecord
from govcrawl.reading.urls import join
from govcrawl.spiders import outcome
from govcrawl.spiders.download import ALLOW, PAUSED, SECONDS
from govcrawl.store import shared

logger = logging.getLogger(__name__)
ORPHAN_WAIT_S = 60.0  #: before a task whose campaign can't be read is looked at again
MAX_HOPS = 10  #: redirects followed from one URL


class FewWords(LogFormatter):
    """Says nothing of what went well."""

    def crawled(self, *_: Any) -> None:  # type: ignore[override]
        return None

    def scraped(self, *_: Any) -> None:  # type: ignore[override]
        return None


class LeaseSpider(Spider):
    """Claims tasks for as long as there are rounds; a subclass says what to make of a page."""

    queues: ClassVar[dict[str, float]] = {}  #: queue → share of the leases it may hold, first choice first

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Stores that no variable names are the embedded ones, held until the process ends.  No log shows a person's number."""
        super().update_settings(settings)
        logging.setLogRecordFactory(MaskedRecord)
        if not (settings.get("REDIS_URL") and settings.get("MONGODB_URI")):
            for name, url in services.hold_for_process().environment().items():
                settings.set(name, url, priority="spider")  # above the project's empty ones

    async def start(self) -> AsyncIterator[Request | Result]:
        """Endless, or until no round has open tasks (``STOP_WHEN_DONE``)."""
        self.store = shared(self.settings["MONGODB_URI"])
        self._campaigns: dict[str, Campaign] = {}
        self._homes: dict[str, dict[str, str]] = {}  # campaign → site → URL of the home page
        self._refused: set[str] = set()  # rounds of which the log has said that an address was refused
        told: set[str] = set()
        await patiently(self.store.open_rounds)  # before anything is claimed that could not be stored
        restore = partial(self._keep_rounds, told)
        stop, known = self.settings.getbool("STOP_WHEN_DONE"), self.store.answers
        async for lease in self.scheduler.claims(self.queues, stop, restore, known):
            id_ = split_round(lease.round_key)[0]
            try:
                campaign = await self._campaign(id_)
            except rounds.UNREADABLE as error:
                rounds.leave_alone(id_, error, told)
                self.scheduler.landed(lease)
                await self.scheduler.settle([Settled(lease, "release", retry_s=ORPHAN_WAIT_S)])
                continue
            yield self._told(lease, lease.answer) if lease.answer else self._request(lease, campaign)

    def _keep_rounds(self, told: set[str]) -> bool:
        """Off the loop, now and then; see ``rounds.restore``."""
        rounds.end_rendering(self.scheduler.frontier, self.settings.getfloat("RENDER_WAIT_S"))
        return rounds.restore(self.store, self.scheduler.frontier, told)

    def closed(self, reason: str) -> None:
        """A spider that came to its end by an error of its own is, for the command, one that never was: exit status 1."""
        if reason not in ("finished", "shutdown"):
            self.crawler.spider = None

    @property
    def scheduler(self) -> LeaseScheduler:
        scheduler = self.crawler.engine.scheduler if self.crawler.engine else None
        if not isinstance(scheduler, LeaseScheduler):
            raise TypeError(f"{type(self).__name__} 需要 SCHEDULER = govcrawl.frontier.scheduler.LeaseScheduler")
        return scheduler

    # --- what a subclass says ---

    def timeout_s(self, lease: Lease, campaign: Campaign) -> float:
        return self.settings.getfloat("DOWNLOAD_TIMEOUT")

    def method(self, lease: Lease) -> str:
        return "GET"

    def headers(self, lease: Lease) -> dict[str, str]:
        """Beside those of every request."""
        return {}

    def read(self, lease: Lease, page: Page) -> Result:
        """The result of a finished fetch, whatever its outcome.  Pure but for the site's plan."""
        raise NotImplementedError

    def tries(self, lease: Lease, page: Page) -> int:
        """How many fetches this outcome is worth before it is the result."""
        if page.outcome == "our_fault":
            return 2 * self.settings.getint("FETCH_ATTEMPTS")
        passing = page.outcome in outcome.PASSING or (page.status or 0) >= 500 or page.status in outcome.TOO_FAST
        return self.settings.getint("FETCH_ATTEMPTS") if passing else 1

    # --- the way of a lease ---

    def _request(self, lease: Lease, campaign: Campaign) -> Request:
        meta = {
            LEASE: lease,
            ALLOW: campaign.crawl.allow_networks,
            "download_timeout": self.timeout_s(lease, campaign),
            "download_slot": host_of(lease.task.url),
            "handle_httpstatus_all": True,
        }
        return Request(
            lease.task.url, method=self.method(lease), headers=self.headers(lease), meta=meta, callback=self.parse, errback=self.failed,
            dont_filter=True,
        )  # fmt: skip

    def _told(self, lease: Lease, answer: Answer) -> Result:
        """The target was asked already: nothing is sent."""
        return replace(self.read(lease, answer.page), evidence=answer.evidence)

    async def parse(self, response: Response, **_: Any) -> AsyncIterator[Result]:
        """Every answer, whatever its status."""
        headers = headers_of(response)
        how = outcome.of_answer(response.status, headers, response.body)
        page = self._page(response.meta, status=response.status, headers=headers, body=response.body, outcome=how)
        async for result in self._conclude(response.meta[LEASE], page):
            yield result

    async def failed(self, failure: Failure) -> AsyncIterator[Result]:
        """Every download that raised."""
        meta = failure.request.meta  # type: ignore[attr-defined]
        error = failure.value or RuntimeError("no cause")
        page = self._page(
            meta, status=None, outcome=outcome.of_error(error), error=f"{type(error).__name__}: {error}"[:300]
        )
        if page.outcome == "refused_by_us":
            self._tell_refused(meta[LEASE].round_key, page)
        async for result in self._conclude(meta[LEASE], page):
            yield result

    def _tell_refused(self, round_key: str, page: Page) -> None:
        """Once a round: the key of the campaign file that was forgotten, perhaps."""
        if round_key not in self._refused:
            self._refused.add(round_key)
            logger.warning(
                "%s: not fetched, for it is neither public nor in crawl.allow_networks: %s", round_key, page.url
            )

    async def _conclude(self, lease: Lease, page: Page) -> AsyncIterator[Result]:
        slow_s = outcome.slow_s(page)
        self.scheduler.landed(lease, slow_s)
        if lease.attempt < self.tries(lease, page):
            wait = max(self._retry_wait(lease), min(slow_s or 0.0, MAX_WAIT_S))
            await self.scheduler.settle([Settled(lease, "retry", retry_s=wait)])
            return
        with metrics.timed("read"):
            result = self.read(lease, page)
        yield result

    def _retry_wait(self, lease: Lease) -> float:
        first = min(self.settings.getfloat("RETRY_WAIT_S"), 3 * lease.delay_s)
        return float(first * 2 ** (lease.attempt - 1))

    def _page(self, meta: dict[str, Any], **parts: Any) -> Page:
        """A failure, or an answer that came too late, says nothing of the site where this process stood still meanwhile."""
        took, paused = meta.get(SECONDS, 0.0), meta.get(PAUSED, 0.0)
        if paused and (parts["outcome"] in outcome.PASSING or took >= meta["download_timeout"]):
            parts |= {"outcome": "our_fault", "error": f"this worker stood still for {paused:.1f} s"}
        return Page(
            url=meta[LEASE].task.url, at=self.scheduler.now(), seconds=round(max(took - paused, 0.0), 3),
            worker=self.scheduler.worker, **parts,
        )  # fmt: skip

    async def _campaign(self, id_: str) -> Campaign:
        """A campaign's limits; read when its first task is claimed (a changed campaign file is picked up by the next workers)."""
        if id_ not in self._homes:
            campaign = await patiently(partial(self.store.campaign, id_))
            sites = await patiently(partial(self.store.sites, id_, True))
            served = {split_round(key)[0] for key in self.scheduler.rounds}
            self._homes = {one: homes for one, homes in self._homes.items() if one in served}
            self._homes[id_] = {site.code: site.home for site in sites}
            self._campaigns[id_] = campaign
        return self._campaigns[id_]

    def home(self, lease: Lease) -> str:
        """The address of the home page of a lease's site."""
        return self._homes.get(split_round(lease.round_key)[0], {}).get(lease.task.site, lease.task.url)

    def plan(self, lease: Lease) -> CrawlPlan:
        """Of the campaign that a lease in hand belongs to."""
        return self._campaigns[split_round(lease.round_key)[0]].crawl

    def looks_again(self, lease: Lease) -> bool:
        """Whether its campaign is a recheck of another's findings."""
        return bool(self._campaigns[split_round(lease.round_key)[0]].rechecks)


def location(page: Page) -> str:
    """Where a redirect leads, absolute; empty where it says nothing usable."""
    target = next((value for name, value in page.headers if name.lower() == "location"), "")
    return join(page.url, target) or ""


def headers_of(response: Response) -> tuple[tuple[str, str], ...]:
    """As text; an address that isn't UTF-8 keeps its bytes, percent-encoded, as browsers ask for it."""
    return tuple(
        (name, _address(v) if name.lower() == "location" else _words(v))
        for name, values in ((_words(k), values) for k, values in response.headers.items())
        for v in values
    )


def _address(header: bytes) -> str:
    try:
        return header.decode()
    except UnicodeDecodeError:
        return quote_from_bytes(header, safe=string.punctuation + " ")


def _words(header: bytes) -> str:
    """A header's text: UTF-8, else GBK, as old servers write it."""
    try:
        return header.decode()
    except UnicodeDecodeError:
        return header.decode("gb18030", "replace")
