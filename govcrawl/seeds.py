"""The first tasks of a round: a site's home page, the columns it registered, and its first availability visit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from govcrawl.contracts import CLOSED, Campaign, RegisteredColumn, Site, Task
from govcrawl.reading.urls import canonical, identity, in_gbk
from govcrawl.visits import beat

HOME, COLUMN, VISIT = 1, 10, 1  #: priorities; the others stand with the spider that gives them


def seeds(campaign: Campaign, sites: list[Site], columns: Iterable[RegisteredColumn], now: float) -> Iterator[Task]:
    """Of the chosen sites.  ``now``: Unix time; each site's first visit is on its own beat (``visits.beat``)."""
    registered: dict[str, list[RegisteredColumn]] = {}
    for column in columns:
        registered.setdefault(column.site, []).append(column)
    for site in sites:
        yield Task(site.code, "site", "home", canonical(site.home), priority=HOME)
        for column in registered.get(site.code, ()):
            yield from _column(column)
        yield visit(site, beat(site.code, campaign.probe.spacing_s, now))


def _column(column: RegisteredColumn) -> Iterator[Task]:
    """Chinese words in a query, written as such, are asked for in both encodings that a site may have: a page in the wrong one shows
    nothing, and proves nothing.
    """
    url, other = canonical(column.url), in_gbk(column.url)
    told = Task(column.site, "site", "column", url, depth=1, text=column.name[:60], priority=COLUMN)
    if other == url:
        yield told
    else:
        yield replace(told, guessed=True)
        yield replace(told, role="more", url=other, found_on=url, guessed=True)


def closed(sites: Iterable[Site]) -> Iterator[Task]:
    """One look a round at the home page of each site that the register calls closed, but for those that share it with another."""
    sites = list(sites)
    others = {identity(site.home) for site in sites if site.status not in CLOSED}
    for site in sites:
        if site.status in CLOSED and identity(site.home) not in others:
            yield Task(site.code, "site", "closed", canonical(site.home), priority=HOME)


def visit(site: Site, at: float) -> Task:
    """The first visit of a round; ``at``: Unix time."""
    return Task(site.code, "probe", "probe", canonical(site.home), visit=1, not_before=round(at, 3), priority=VISIT)
