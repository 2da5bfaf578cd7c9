"""The rules of a pack.  What a key of a rule's table means stands with its field; a field without a default must be there.

Which table a rule stands in (单项否决, 扣分, 加分, 只列出) is the pack's choice, not the rule's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

from govcrawl.facts import ColumnClass

Table = Literal["veto", "deduction", "bonus", "listed"]
TABLES: tuple[Table, ...] = ("veto", "deduction", "bonus", "listed")
#: What a site must be for a rule to apply: 政府门户网站; with services for the public (对外服务).
Kind = Literal["portal", "service"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule says.  A rule that no program judges is one of these."""

    #: Keys that hold points; a deduction is counted only where all of them are known.
    amount_keys: ClassVar[tuple[str, ...]] = ("points",)

    id: str  #: the name of its table in the file
    table: Table
    word: str  #: the bulletin's wording
    clause: str
    source: str
    verified: bool  #: the published text was seen
    judged: Literal["crawl", "register", "person"]  #: by what the crawl saw; by a table that was handed in; by a person
    unscored: str = ""  #: why it is not counted; empty: it is
    points: Fraction | None = None  #: for each finding; None: no source states them
    cap: Fraction | None = None  #: most that all findings together cost
    group: str = ""  #: part of the table it belongs to
    applies_to: tuple[Kind, ...] = ()  #: what a site must be, all of it
    covers: tuple[str, ...] = ()  #: what the checks find and this standard has no rule of its own for

    @property
    def counted(self) -> bool:
        return not self.unscored

    @property
    def amounts(self) -> tuple[Fraction, ...]:
        """The points one fault may cost, as far as they are known."""
        found: list[Fraction] = []
        for key in self.amount_keys:
            amount = getattr(self, key)
            found += amount.values() if isinstance(amount, Mapping) else () if amount is None else (amount,)
        return tuple(found)

    @property
    def priced(self) -> bool:
        """All its points are known."""
        return all(getattr(self, key) for key in self.amount_keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable(Rule):
    failed_share: Fraction  #: of conclusive visits; reaching it is enough


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeUnavailable(Rule):
    amount_keys: ClassVar[tuple[str, ...]] = ("points_per_percent",)
    points_per_percent: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeNotUpdated(Rule):
    window_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFewUpdates(Rule):
    fewer_than: int
    window_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsNotUpdated(Rule):
    key_classes: tuple[ColumnClass, ...]
    key_count: int  #: stale columns of ``key_classes`` together
    all_count: int  #: stale columns of any class with a window
    first_level: tuple[ColumnClass, ...] = ()  #: of these, only 一级栏目 count as key columns


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsBlank(Rule):
    count: int
    not_counted: tuple[ColumnClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStale(Rule):
    amount_keys: ClassVar[tuple[str, ...]] = ("points_by_class",)
    points_by_class: Mapping[ColumnClass, Fraction] | None = None
    first_level: tuple[ColumnClass, ...] = ()  #: of these, only 一级栏目 cost points


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnBlank(Rule):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLink(Rule):
    amount_keys: ClassVar[tuple[str, ...]] = ("points_home", "points_other")
    points_home: Fraction | None = None
    points_other: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoorResponse(Rule):
    late_months: int  #: an answer later than the same day so many months on is late; calendar months
    within_days: int  #: how far back the letter may have been asked
    boards: tuple[ColumnClass, ...]
    excludes: tuple[str, ...]  #: words of a board's name
    includes: tuple[str, ...]  #: which make an excluded board count all the same
    channel_wanted: bool = False  #: a site without any such board breaks the rule too; only a person can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNotUseful(Rule):
    missing: int  #: elements a guide lacks at least, to be one of the bad ones
    count: int  #: bad guides; with fewer guides in all, all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingIdentity(Rule):
    pass


#: Rules that a program judges by what the crawl saw.
CRAWLED: dict[str, type[Rule]] = {
    "site_unreachable": Unreachable,
    "home_unavailable": HomeUnavailable,
    "home_not_updated": HomeNotUpdated,
    "home_few_updates": HomeFewUpdates,
    "columns_not_updated": ColumnsNotUpdated,
    "columns_blank": ColumnsBlank,
    "column_stale": ColumnStale,
    "column_blank": ColumnBlank,
    "dead_link": DeadLink,
    "poor_response": PoorResponse,
    "service_not_useful": ServiceNotUseful,
    "missing_identity": MissingIdentity,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNotUpdated(Rule):
    window_days: int


#: Rules for 政务新媒体 that a program judges by accounts.csv.
ACCOUNTS: dict[str, type[Rule]] = {"account_not_updated": AccountNotUpdated}
