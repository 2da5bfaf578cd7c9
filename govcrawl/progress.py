"""How far a round is, how fast it goes, and how long it will take."""

from __future__ import annotations

import time
from dataclasses import dataclass

from govcrawl.contracts import Campaign
from govcrawl.frontier.frontier import Counts, Frontier


@dataclass(frozen=True, slots=True)
class Reading:
    """``left_s``: None while nothing has been done since the first look."""

    counts: Counts
    sites: int
    pages_per_s: float
    left_s: float | None

    def __str__(self) -> str:
        left = "未知" if self.left_s is None else clock(self.left_s)
        done = max(
            self.sites - self.counts.sites_open, 0
        )  # those called closed, which are looked at too, aren't among them
        sites = f"{done}/{self.sites}"
        return f"网页 {self.counts.pages} 访问 {self.counts.visits} 采完站点 {sites} {self.pages_per_s:.1f}页/秒 剩余 {left}"


class Meter:
    """Measures from its first look on."""

    def __init__(self, campaign: Campaign, key: str, frontier: Frontier, sites: int) -> None:
        self._probe, self._key, self._frontier, self._sites = campaign.probe, key, frontier, sites
        self._start, self._first = time.monotonic(), frontier.counts(key)

    def read(self) -> Reading:
        now = self._frontier.counts(self._key)
        seconds = max(time.monotonic() - self._start, 0.001)
        return Reading(now, self._sites, (now.pages - self._first.pages) / seconds, self._left(now, seconds))

    def _left(self, now: Counts, seconds: float) -> float | None:
        """The slower of the tasks still waiting and the visits still to come, which have a beat of their own."""
        crawl = sum(now.open_in[queue] for queue in ("site", "link", "render"))
        ended = now.done + now.dead - now.visits
        pace = (ended - (self._first.done + self._first.dead - self._first.visits)) / seconds
        visits = 0.0
        if now.open_in["probe"]:
            visits = max(self._probe.per_round - now.visits / max(self._sites, 1), 0) * self._probe.spacing_s
        if not crawl:
            return visits
        return max(crawl / pace, visits) if pace > 0 else None


def clock(seconds: float) -> str:
    """1:02:03, or 2:03"""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
