"""``govcrawl probe ID``: a worker that makes the availability visits of one campaign and nothing else, until their window ends.

Any number of them may run, on any machines, beside workers or alone; what is due, and when, is in the queue (``visits.py``).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import redis
from pymongo.errors import PyMongoError

from govcrawl.contracts import Campaign
from govcrawl.credentials import hidden
from govcrawl.frontier.frontier import Frontier, split_round
from govcrawl.reading.records import BEIJING
from govcrawl.store import Store

SAY_S = 10.0


@dataclass(frozen=True, slots=True)
class Window:
    """How far the visits of a round are."""

    key: str
    planned: int
    made: int
    open: int  #: pending and leased, with those that only confirm
    overdue: int
    missed: int
    failing: int  #: sites
    ends: datetime  #: by the beat of a site that missed none

    def __str__(self) -> str:
        return (
            f"{self.key} 计划访问 {self.planned} 已访问 {self.made} 到时未访问 {self.overdue} 顺延 {self.missed} "
            f"打不开过的网站 {self.failing} 窗口至 {self.ends.astimezone(BEIJING):%m-%d %H:%M}"
        )


def window(campaign: Campaign, key: str, sites: int, store: Store, frontier: Frontier) -> Window:
    counts, plan = frontier.counts(key), campaign.probe
    left = max(plan.per_round - counts.visits / max(sites, 1), 0.0) if counts.open_in["probe"] else 0.0
    return Window(
        key, sites * plan.per_round, counts.visits, counts.open_in["probe"], frontier.overdue(key), counts.missed,
        store.failing(*split_round(key)), datetime.fromtimestamp(frontier.now(), UTC) + timedelta(seconds=left * plan.spacing_s),
    )  # fmt: skip


def windows(campaign: Campaign, store: Store, frontier: Frontier) -> list[Window]:
    """Of the open rounds of a campaign."""
    sites = len(store.sites(campaign.id, chosen_only=True))
    keys = [key for key in frontier.rounds() if split_round(key)[0] == campaign.id]
    return [window(campaign, key, sites, store, frontier) for key in keys]


@contextmanager
def told(campaign: Campaign, store: Store, frontier: Frontier) -> Iterator[None]:
    """A line a round on stderr every ten seconds, and one at the end."""
    over = threading.Event()

    def say() -> None:
        try:
            for one in windows(campaign, store, frontier):
                sys.stderr.write(f"{one}{_drift()}\n")
        except (redis.RedisError, PyMongoError) as error:
            sys.stderr.write(f"存储暂时不可用，等待恢复：{hidden(str(error)).partition(',')[0]}\n")

    def watch() -> None:
        while not over.wait(SAY_S):
            say()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join(SAY_S)
        say()


def _drift() -> str:
    """Seconds between beat and request, of this process's visits."""
    from govcrawl.spiders.probe import ProbeSpider  # Scrapy, only where it runs anyway

    late = sorted(ProbeSpider.late_s.copy())
    if not late:
        return ""
    return f" 偏差（秒）中位 {late[len(late) // 2]:.2f} 99% {late[len(late) * 99 // 100]:.2f}"


def probe(campaign_id: str, store: Store, frontier: Frontier, log_level: str = "WARNING") -> int:
    """Returns the exit status.  Raises UnknownCampaign."""
    from govcrawl.worker import work

    campaign = store.campaign(campaign_id)
    if not store.open_rounds(campaign_id):
        sys.stderr.write("没有进行中的轮次；请先运行 govcrawl plan\n")
        return 0
    with told(campaign, store, frontier):
        return work(log_level, only=("probe",), CAMPAIGN=campaign_id, STOP_WHEN_DONE=True)
