"""The probe spider: availability visits to home pages, a redirect's target included, within one time limit.

A visit fails if the page is not open at ``probe.timeout_s`` (2015 standard, 单项否决 1).  Visit n plans visit n+1,
``spacing_s`` after its own time, so a site has one visit on the queue at any moment.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from govcrawl.contracts import Campaign, Lease, Page, Probe, ProbePlan, Result, Task
from govcrawl.frontier.frontier import split_round
from govcrawl.reading.urls import canonical
from govcrawl.spiders.base import MAX_HOPS, LeaseSpider, location
from govcrawl.spiders.outcome import NOT_YOU


class ProbeSpider(LeaseSpider):
    """``scrapy crawl probe``: visits home pages and nothing else."""

    name = "probe"
    queues: ClassVar[dict[str, float]] = {"probe": 1.0}

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
        failed = _failed(page, spent, plan.timeout_s)
        probe = Probe(
            task.site, number, task.visit, page.at, round(spent, 3), page.outcome, page.status, failed, page.worker
        )
        return Result(lease, page, probe=probe, children=_next_visit(task, page, plan))


def _hop(task: Task, target: str, spent: float) -> Task:
    """The same visit goes on at the redirect's target; ``found_on`` keeps the home page."""
    first = task.found_on or task.url
    return replace(task, url=canonical(target), found_on=first, hops=task.hops + 1, spent_s=round(spent, 3))


def _next_visit(task: Task, page: Page, plan: ProbePlan) -> tuple[Task, ...]:
    """On the plan's own beat; a beat that was missed (no worker for a while) is not caught up in a burst."""
    if task.visit >= plan.per_round:
        return ()
    beat = task.not_before + plan.spacing_s
    late = page.at.timestamp() > beat
    at = page.at.timestamp() + plan.spacing_s if late else beat
    first = task.found_on or task.url
    return (Task(task.site, "probe", "probe", first, visit=task.visit + 1, not_before=round(at, 3), priority=0),)


def _failed(page: Page, spent_s: float, timeout_s: float) -> bool | None:
    """None: our fault, an answer we can't read, or a wall (firewall, cookie test): left out of the share."""
    if page.outcome in ("our_fault", "refused_by_us", "bad_answer", "challenge") or page.status in NOT_YOU:
        return None
    if page.outcome == "redirect" and any(name.lower() == "set-cookie" for name, _ in page.headers):
        return None
    return page.outcome not in ("ok", "too_large") or spent_s >= timeout_s
