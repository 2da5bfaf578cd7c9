"""The probe spider: availability visits to home pages, a redirect's target included, within one time limit.

A visit fails if the page is not open at ``probe.timeout_s`` (2015 standard, 单项否决 1).  Visit n plans visit n+1, on a beat of its
site (``govcrawl/visits.py``), so a site has one visit on the queue at any moment.  Where another monitor is at work, a failed visit n
also plans visit -n, at once and for the other: it counts in no share, but tells whether the site was down or our line was.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings

from govcrawl import addresses
from govcrawl.contracts import Campaign, Lease, Page, Probe, ProbePlan, Result, Task
from govcrawl.frontier.frontier import split_round
from govcrawl.reading.urls import canonical
from govcrawl.seeds import VISIT
from govcrawl.spiders.base import MAX_HOPS, LeaseSpider, location
from govcrawl.spiders.outcome import NOT_YOU
from govcrawl.stored import page_id
from govcrawl.visits import monitor_of, next_beat

REMEMBERED = 20_000  #: visits whose lateness a process remembers


class ProbeSpider(LeaseSpider):
    """``scrapy crawl probe``: visits home pages and nothing else."""

    name = "probe"
    queues: ClassVar[dict[str, float]] = {"probe": 1.0}
    #: seconds from the beat of each of this process's last visits to its request
    late_s: ClassVar[deque[float]] = deque(maxlen=REMEMBERED)

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """A visit may last its whole ``timeout_s``, and holds nothing but a socket meanwhile."""
        super().update_settings(settings)
        settings.set("CONCURRENT_REQUESTS", settings.getint("CONCURRENT_VISITS"), priority="spider")

    def timeout_s(self, lease: Lease, campaign: Campaign) -> float:
        return max(campaign.probe.timeout_s - lease.task.spent_s, 0.05)

    def tries(self, lease: Lease, page: Page) -> int:
        """A visit is a visit: a second try would hide the failure."""
        return 1

    def read(self, lease: Lease, page: Page) -> Result:
        task = lease.task
        campaign_id, number = split_round(lease.round_key)
        plan = self._campaigns[campaign_id].probe
        spent = task.spent_s + page.seconds
        target = location(page) if page.outcome == "redirect" else ""
        if target and task.hops < MAX_HOPS and spent < plan.timeout_s:
            return Result(lease, page, children=(_hop(task, target, spent),))
        probe = Probe(
            task.site, number, task.visit, page.at, round(spent, 3), page.outcome, page.status,
            _failed(page, spent, plan.timeout_s), page.worker, due=datetime.fromtimestamp(task.not_before, UTC), error=page.error,
            address=", ".join(addresses.shared().remembered(urlsplit(task.url).hostname or "")),
            page=page_id(lease.round_key, lease.id) if page.status is not None else "",
        )  # fmt: skip
        if task.visit < 0:
            return Result(lease, page, probe=probe)
        self.late_s.append(page.at.timestamp() - spent - task.not_before)
        return Result(
            lease, page, probe=probe, children=(*_next_visit(task, probe, plan), *self._confirming(task, probe))
        )

    def _confirming(self, task: Task, probe: Probe) -> tuple[Task, ...]:
        """Only where there is somebody else to look."""
        own = monitor_of(probe.worker)
        if not probe.failed or not self.scheduler.monitors - {own}:
            return ()
        at = round(probe.at.timestamp(), 3)
        return (
            Task(task.site, "probe", "probe", _home(task), visit=-task.visit, not_before=at, priority=0, avoid=own),
        )


def _home(task: Task) -> str:
    return task.found_on or task.url


def _hop(task: Task, target: str, spent: float) -> Task:
    """The same visit goes on at the redirect's target; ``found_on`` keeps the home page."""
    return replace(
        task, url=canonical(target), found_on=_home(task), hops=task.hops + 1, spent_s=round(spent, 3), priority=0
    )


def _next_visit(task: Task, probe: Probe, plan: ProbePlan) -> tuple[Task, ...]:
    if task.visit >= plan.per_round:
        return ()
    ended = probe.at.timestamp()
    at = next_beat(task.site, plan.spacing_s, ended - probe.seconds, ended)
    return (
        Task(task.site, "probe", "probe", _home(task), visit=task.visit + 1, not_before=round(at, 3), priority=VISIT),
    )


def _failed(page: Page, spent_s: float, timeout_s: float) -> bool | None:
    """None: our fault, an answer we can't read, or a wall (firewall, cookie test): left out of the share."""
    if page.outcome in ("our_fault", "refused_by_us", "bad_answer", "challenge") or page.status in NOT_YOU:
        return None
    if page.outcome == "redirect" and any(name.lower() == "set-cookie" for name, _ in page.headers):
        return None
    return page.outcome not in ("ok", "too_large") or spent_s >= timeout_s
