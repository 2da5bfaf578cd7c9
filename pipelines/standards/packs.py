"""A pack as a value: one standard, whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeVar

from govcrawl.facts import ColumnClass
from pipelines.standards.rules import CRAWLED, Kind, Rule

R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    name: str
    version: int
    title: str
    source: str
    valid_from: date
    valid_to: date | None = None  #: the last day it was in force
    inherits: str = ""  #: the pack of which this one says only what differs


@dataclass(frozen=True, slots=True, kw_only=True)
class PassLine:
    """One of two forms: points are counted up (``deductions``), or taken from a full score (``score``)."""

    word: str
    clause: str
    source: str
    verified: bool
    deductions: Fraction | None = None  #: more than this fails
    score: Fraction | None = None  #: less than this fails
    full: Fraction | None = None  #: points of a faultless site
    bonus_above: Fraction | None = None  #: only a score above this has the bonus added
    bonus_full: Fraction | None = None  #: most that the bonus can bring
    applies_to: tuple[Kind, ...] = ()  #: other sites are judged by vetoes alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Part of the scored table.  Where it doesn't apply its points leave the full score, and the rest is scaled up."""

    word: str
    points: Fraction | None = None
    applies_to: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """``rules`` by indicator id: vetoes first, then deductions, bonus, listed; ``accounts``: those for 政务新媒体."""

    pack: Head
    pass_line: PassLine
    windows: Mapping[ColumnClass, int]  #: days; a class not named is never judged for freshness
    groups: Mapping[str, Group]
    rules: Mapping[str, Rule]
    accounts: Mapping[str, Rule]

    @property
    def name(self) -> str:
        return self.pack.name

    @property
    def label(self) -> str:
        """What a verdict names: ``2015@1``."""
        return f"{self.pack.name}@{self.pack.version}"

    def rule(self, kind: type[R]) -> R | None:
        """The rule of that class, if the pack has one."""
        found = self.rules.get(_IDS[kind])
        return found if isinstance(found, kind) else None

    def unscored(self, table: str = "") -> tuple[str, ...]:
        """Scored items that are never counted, of one table or both; ``rules[id].unscored`` says why."""
        tables = (table,) if table else ("deduction", "bonus")
        return tuple(name for name, rule in self.rules.items() if rule.table in tables and not rule.counted)

    def covers(self, day: date) -> bool:
        """Whether the standard was in force."""
        return self.pack.valid_from <= day and (self.pack.valid_to is None or day <= self.pack.valid_to)


_IDS: dict[type[Rule], str] = {kind: name for name, kind in CRAWLED.items()}
