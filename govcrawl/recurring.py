"""A campaign file that recurs (周期抽查): ``[recurring]`` makes one campaign a month of it, the same whenever and wherever it is planned.

``starts`` and ``ends`` of the file bound the series.  A month's campaign has the month in its id, title and seed; the last one of a quarter
gathers the others of it in its bulletin, and is compared with the quarter before.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from govcrawl.contracts import Campaign
from govcrawl.errors import NotDue

QUARTERS = "一二三四"
SEED_BYTES = 6  #: what JSON and a spreadsheet still hold exactly


@dataclass(frozen=True, slots=True)
class Recurring:
    """``days``: first and last of each month's check; a month that ends earlier ends it."""

    days: tuple[int, int] = (1, 31)
    quarterly: bool = True  #: the last check of a quarter is its bulletin


def month_of(series: Campaign, how: Recurring, on: date) -> Campaign:
    """The campaign of the month of ``on``; ``series``: as the file has it.  Raises NotDue where the series has none then."""
    starts, ends = _days_of(series, how, on.year, on.month)
    if ends < starts:
        raise NotDue(f"{series.id}：{on:%Y-%m} 没有抽查；周期自 {series.starts} 至 {series.ends}")
    of_quarter = how.quarterly and _is_last_of_quarter(series, how, on)
    quarter = f"{on.year}年{QUARTERS[quarter_of(on)[1]]}季度{series.title}"
    return replace(
        series,
        id=f"{series.id}-{on:%Y-%m}",
        series=series.id,
        title=f"{on.year}年{on.month}月{series.title}",
        starts=starts,
        ends=ends,
        scope=replace(series.scope, seed=seed_of(series.scope.seed, on)),
        report=replace(series.report, title=quarter if of_quarter else ""),
    )


def _days_of(series: Campaign, how: Recurring, year: int, month: int) -> tuple[date, date]:
    """First and last day of a month's check; where it has none the last is before the first."""
    first, last = (date(year, month, min(day, monthrange(year, month)[1])) for day in how.days)
    return max(first, series.starts), min(last, series.ends)


def _is_last_of_quarter(series: Campaign, how: Recurring, on: date) -> bool:
    later = range(on.month + 1, quarter_of(on)[1] * 3 + 4)
    spans = [_days_of(series, how, on.year, month) for month in later]
    return all(ends < starts for starts, ends in spans)


def seed_of(seed: int, on: date) -> int:
    """The first six bytes of the SHA-256 of ``<seed>:<yyyy-mm>``: whoever has the file can draw the same sites."""
    return int.from_bytes(sha256(f"{seed}:{on:%Y-%m}".encode()).digest()[:SEED_BYTES])


def quarter_of(day: date) -> tuple[int, int]:
    """Year, and quarter from 0."""
    return day.year, (day.month - 1) // 3


def linked(campaign: Campaign, planned: Sequence[Campaign]) -> Campaign:
    """With the months before it that were planned: as ``previous`` the last one; a quarter's bulletin gathers those of its quarter, and
    has the last one before the quarter as ``previous``.  Planned again, it is not before itself.
    """
    others = [one for one in planned if one.id != campaign.id]
    before = sorted((one for one in others if one.starts < campaign.starts), key=lambda one: one.starts)
    months = [one for one in before if quarter_of(one.starts) == quarter_of(campaign.starts)]
    gathers = campaign.report.title != ""
    last = [one.id for one in before if not gathers or one not in months][-1:]
    report = replace(campaign.report, months=tuple(one.id for one in months) if gathers else ())
    return replace(campaign, previous=(*campaign.previous, *last), report=report)


def missed(campaign: Campaign, planned: Sequence[Campaign]) -> list[str]:
    """Months of the quarter that a bulletin can't gather, for they were never planned: ``2018-05``."""
    there = [one.starts for one in planned]
    if not campaign.report.title or not there:
        return []
    year, quarter = quarter_of(campaign.starts)
    months = [date(year, quarter * 3 + n, 1) for n in (1, 2, 3)]
    planned_in = {(day.year, day.month) for day in there}
    began = min(there).replace(day=1)
    return [
        f"{m:%Y-%m}"
        for m in months
        if began <= m < campaign.starts.replace(day=1) and (m.year, m.month) not in planned_in
    ]
