"""问题台账 of a campaign as it stands: every fault that an office can be told of, where it has got to, whose it is, what is overdue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from govcrawl import desk, ledger
from govcrawl.contracts import Campaign, LedgerState, LedgerStep, RegisteredColumn, Site
from govcrawl.documents import StoredFinding
from govcrawl.errors import InputError
from govcrawl.reading.urls import identity
from pipelines.standards import load_pack

from .deciding import LONGEST
from .judged import judged, words_of
from .snapshot import group_order, line_order
from .text import day
from .wording import wording

if TYPE_CHECKING:
    from govcrawl.store import Store

_FULL_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日前?")
#: What a clerk reads for each state, in the order of the columns.
STATES: Final[Mapping[LedgerState, str]] = {
    "found": "待通知", "notified": "已通知", "mended": "报称已整改", "rechecked": "复查待认定", "closed": "已销号", "unmended": "未整改",
    "returned": "反弹",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A fault that stands."""

    finding: StoredFinding
    site: Site
    kind: str  #: what the standard calls it
    office: str  #: 责任单位: the department of its registered column, else 主办单位
    steps: tuple[LedgerStep, ...] = ()

    @property
    def state(self) -> LedgerState:
        return ledger.state_of(self.steps)

    @property
    def notice(self) -> LedgerStep | None:
        """The last one that told its office."""
        return next((s for s in reversed(self.steps) if s.notice), None)

    @property
    def look(self) -> LedgerStep | None:
        """The last recheck."""
        return next((s for s in reversed(self.steps) if s.recheck), None)

    @property
    def said(self) -> LedgerStep | None:
        """What a person wrote down last."""
        return next((s for s in reversed(self.steps) if not s.recheck and not s.notice), None)

    def overdue(self, on: date) -> int:
        """Days, 0: not."""
        return ledger.overdue(self.steps, on)


@dataclass(frozen=True, slots=True)
class Left:
    """A fault that was followed up and isn't one any more: in no figure, but kept."""

    steps: tuple[LedgerStep, ...]
    site: Site | None
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Book:
    """``entries`` in the order of groups, sites, kinds."""

    campaign: Campaign
    pack: str
    words: Mapping[str, str]
    entries: tuple[Entry, ...]
    left: tuple[Left, ...] = ()


def load(store: Store, campaign_id: str, standard: str, at: datetime) -> Book:
    """``campaign_id`` empty: the one that ends last.  What rechecks saw since is taken in first, as of ``at``."""
    campaign, pack = judged(store, campaign_id, standard)
    ledger.follow(store.db, campaign.id, at)
    words = words_of(pack, campaign.standard)
    found = ledger.standing(store.db, campaign.id, pack, _by_person(campaign, pack))
    histories = ledger.histories(store.db, campaign.id)
    sites = {site.code: site for site in store.sites(campaign.id)}
    offices = Offices(store.registered_columns(campaign.id))
    entries = [
        Entry(f, sites[f.site], wording(f.indicator, words).name, offices.of(f, sites[f.site]), tuple(histories.get(f.id, ())))
        for f in found
        if f.site in sites
    ]  # fmt: skip
    ranks = {name: n for n, name in enumerate(group_order(campaign.issuer, sites.values()))}
    entries.sort(
        key=lambda e: (ranks[e.site.group], line_order(e.site), e.finding.indicator, e.finding.url, e.finding.id)
    )
    standing = {entry.finding.id for entry in entries}
    gone = {id_: steps for id_, steps in histories.items() if id_ not in standing}
    return Book(campaign, pack, words, tuple(entries), tuple(_left(store, gone, pack, sites, words)))


def _by_person(campaign: Campaign, pack: str) -> frozenset[str] | None:
    """None where only what was reviewed counts, or nobody can say what the pack leaves to a person."""
    if campaign.report.require_review:
        return None
    for name in (campaign.standard, pack):
        try:
            found = load_pack(name)
        except InputError:
            continue
        if found.label == pack:
            return frozenset(name for name, rule in found.rules.items() if rule.judged == "person")
    return None


def _left(
    store: Store, gone: Mapping[str, list[LedgerStep]], pack: str, sites: Mapping[str, Site], words: Mapping[str, str]
) -> Iterable[Left]:
    now = {f.id: f.review for f in desk.some(store.db, list(gone)) if f.pack == pack}
    why = {"dismissed": "复核排除", "pending": "复核结论已收回，或未复核而不再计入", "confirmed": "网站已不在登记表中"}
    for id_, steps in sorted(gone.items()):
        one = steps[0]
        told = why[now[id_]] if id_ in now else "重新评判后不再列为问题"
        yield Left(tuple(steps), sites.get(one.site), wording(one.indicator, words).name, told)


def named_day(campaign: Campaign) -> date | None:
    """``issuer.deadline``, where it is a whole date, as 2018年7月15日 or 2018-07-15."""
    found = _FULL_DAY.fullmatch(day(campaign.issuer.deadline))
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


class Offices:
    """责任单位 of a fault."""

    def __init__(self, columns: Iterable[RegisteredColumn]) -> None:
        self._departments: dict[tuple[str, str], str] = {}
        for column in columns:
            if column.department:
                self._departments.setdefault((column.site, identity(column.url)), column.department)

    def of(self, finding: StoredFinding, site: Site) -> str:
        """The department of the registered column on which it stands, or that led to it; else 主办单位."""
        for url in (finding.url, finding.found_on) if self._departments else ():
            if department := self._departments.get((site.code, identity(url))) if url else None:
                return department
        return site.organiser


def taken(book: Book, steps: Iterable[LedgerStep]) -> Book:
    """``book`` with steps that were just made, where they follow on what it has."""
    by_finding = {s.finding: s for s in steps}
    entries = tuple(
        replace(e, steps=(*e.steps, new))
        if (new := by_finding.get(e.finding.id)) and new.number == len(e.steps) + 1
        else e
        for e in book.entries
    )
    return replace(book, entries=entries)


# --- what a person may write down ----------------------------------------------------------------------------------------

#: What an office says of itself; what a clerk decides.
REPLIES: Final[tuple[LedgerState, ...]] = ("mended",)
DECISIONS: Final[tuple[LedgerState, ...]] = ("mended", "closed", "unmended", "returned")


def trouble(state: LedgerState, wanted: LedgerState, reason: str) -> str:
    """Why this can't be written down of a fault in ``state``; empty: it can."""
    if not ledger.may(state, wanted):
        first = "；还没有通知，请先发整改通知书（govcrawl ledger notify）" if state == "found" else ""
        return f"现为“{STATES[state]}”，不能记为“{STATES[wanted]}”{first}"
    if wanted != "mended" and not reason:
        return f"记为“{STATES[wanted]}”须写明说明"
    return f"说明不得超过{LONGEST}字" if len(reason) > LONGEST else ""


def step(entry: Entry, state: LedgerState, reason: str, by: str, at: datetime) -> LedgerStep:
    """The next one of an entry."""
    f = entry.finding
    return LedgerStep(f.campaign, f.site, f.id, f.indicator, f.url, len(entry.steps) + 1, state, by, at, reason)
