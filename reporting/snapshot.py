"""All that a report is made from, as one value."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from govcrawl.contracts import (
    RUNNING,
    AccountVerdict,
    Campaign,
    Duty,
    Finding,
    Issuer,
    MessageVerdict,
    Named,
    RegisteredColumn,
    Site,
    Suspicion,
    Verdict,
)

from .text import cleaned

#: Fields of a snapshot that hold words of others.
_PRINTED = (
    "campaign", "pack", "results", "notes", "partial", "messages", "accounts", "before", "columns", "named", "months", "duties",
    "suspicions", "still",
)  # fmt: skip


@contextmanager
def all_kept() -> Iterator[None]:
    """Nothing made meanwhile is looked through for cycles: among the millions of fields of a province that is a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(frozen=True, slots=True)
class SiteResult:
    """A site of the register and what was judged about it."""

    site: Site
    verdict: Verdict

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What no person dismissed."""
        return tuple(f for f in self.verdict.findings if f.review != "dismissed")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A campaign that this one names as ``previous``.  Sites by code; ``failed`` with the words of 存在问题."""

    title: str
    ends: date
    sample: bool
    running: int
    checked: int
    passed: frozenset[str]
    failed: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Month:
    """One of the spot checks that a quarter's bulletin gathers.  Sites by code."""

    title: str
    starts: date
    ends: date
    running: int
    passed: frozenset[str]
    failed: frozenset[str]
    insufficient: int

    @property
    def checked(self) -> int:
        return len(self.passed) + len(self.failed) + self.insufficient


@dataclass(frozen=True, slots=True)
class Still:
    """A fault of an earlier campaign that was not mended in time."""

    site: str  #: 网站标识码
    title: str  #: of that campaign
    indicator: str
    kind: str  #: what its standard calls it
    state: Literal["unmended", "returned"]  #: 未整改, 反弹
    day: date  #: when that was seen


@dataclass(frozen=True)
class Snapshot:
    """One campaign at one moment.  Built once, it is printable (no control characters) and in order (group, code).

    ``pack``: rule pack and version, ``2015@1``; ``notes``: sentences for 有关说明; ``partial``: one Chinese sentence
    on why the figures are not final yet, empty when they are.  ``messages``, ``accounts``: empty where the campaign has no
    such register; ``before``: earlier campaigns, the last one last; ``words``: the rule pack's, by indicator;
    ``by_person``: its indicators that only a person can judge.  ``columns``: of columns.csv, in its order; ``named``: of
    superior.csv; ``months``: the spot checks gathered here, this campaign's own last, empty where it is the only one.
    ``form``: the issuer's own text (``forms.py``); ``final``: signed, no draft whatever was left uncounted.
    """

    campaign: Campaign
    pack: str
    results: tuple[SiteResult, ...]
    notes: tuple[str, ...] = ()
    partial: str = ""
    messages: tuple[MessageVerdict, ...] = ()
    accounts: tuple[AccountVerdict, ...] = ()
    before: tuple[Earlier, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    by_person: frozenset[str] = frozenset()
    duties: tuple[Duty, ...] = ()
    columns: tuple[RegisteredColumn, ...] = ()
    named: tuple[Named, ...] = ()
    months: tuple[Month, ...] = ()
    form: str = ""
    final: bool = False
    suspicions: tuple[Suspicion, ...] = ()  #: where the register and the web disagree
    still: tuple[Still, ...] = ()  #: what earlier campaigns' rechecks found not mended

    def __post_init__(self) -> None:
        for name in _PRINTED:
            object.__setattr__(self, name, cleaned(getattr(self, name)))
        rank = {name: i for i, name in enumerate(group_order(self.campaign.issuer, (r.site for r in self.results)))}
        within = code_order if self.campaign.report.rows == "code" else line_order
        ordered = sorted(self.results, key=lambda r: (rank[r.site.group], within(r.site)))
        object.__setattr__(self, "results", tuple(ordered))
        object.__setattr__(self, "before", tuple(sorted(self.before, key=lambda earlier: earlier.ends)))

    @cached_property
    def running(self) -> tuple[SiteResult, ...]:
        """The sites that count in a table: 正常运行."""
        return tuple(r for r in self.results if r.site.status == RUNNING)

    def of(self, verdict: str) -> tuple[SiteResult, ...]:
        """The running sites with this verdict."""
        return tuple(r for r in self.running if r.verdict.verdict == verdict)

    def counted(self, result: SiteResult) -> tuple[Finding, ...]:
        """The findings of a site that a bulletin may speak of; with ``require_review`` only confirmed ones."""
        only_confirmed = self.campaign.report.require_review
        return tuple(f for f in result.findings if f.review == "confirmed" or not only_confirmed)


def registered_code(site: Site) -> str:
    """网站标识码 as printed: empty where the register gives none (``row-N``)."""
    return "" if site.code.startswith("row-") else site.code


def code_order(site: Site) -> tuple[bool, int, str, str]:
    """Sort key: codes upwards, sites without a code last, in the order of the register."""
    return not registered_code(site), 0 if registered_code(site) else len(site.code), site.code, site.name


def line_order(site: Site) -> tuple[bool, int, str, str]:
    """Sort key: as in the register."""
    return False, site.line, site.code, site.name


def group_order(issuer: Issuer, sites: Iterable[Site]) -> tuple[str, ...]:
    """Every group once: in the issuer's order (its own departments first unless named there), then by lowest code."""
    lowest: dict[str, tuple[bool, int, str, str]] = {}
    for site in sites:
        lowest[site.group] = min(lowest.get(site.group, code_order(site)), code_order(site))
    named = issuer.order if issuer.direct in issuer.order else (issuer.direct, *issuer.order)
    ranked = [name for name in dict.fromkeys(named) if name in lowest]
    return (*ranked, *sorted(lowest.keys() - set(ranked), key=lambda name: (lowest[name], name)))
