"""How far a ledger has got, in figures: for the whole, by kind, by group, by 主办单位."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from .book import STATES, Book, Entry
from .bulletin import region
from .tables import TOTAL, Cell, Table, base_title, group_heading
from .text import cleaned, day

OVERDUE, FOUND = "超期", "问题数"
NO_ORGANISER = "（登记表未写主办单位）"


@dataclass(frozen=True)
class _Cut:
    """A table: ``name`` of its sheet, ``what`` its title says, ``of``: the row that an entry counts in."""

    key: str
    name: str
    what: str
    header: tuple[str, ...]
    of: Callable[[Entry], tuple[str, ...]]


def tables(book: Book, on: date) -> tuple[Table, ...]:
    """By kind for the whole, by group, by 主办单位: found, each state, overdue as of ``on``; the sums agree by their making."""
    place, whole = group_heading(book.campaign.issuer.division), region(book.campaign.issuer.name)
    kinds = _Cut("ledger_kinds", whole, "问题类型", ("问题类型",), lambda e: (e.kind,))
    organisers = _Cut("ledger_organisers", "主办单位", "主办单位", (place, "主办单位"), _organiser)
    return _counted(book, kinds, on), by_group(book, on), _counted(book, organisers, on)


def by_group(book: Book, on: date) -> Table:
    """The second of ``tables``."""
    place = group_heading(book.campaign.issuer.division)
    return _counted(book, _Cut("ledger_groups", "地区", "地区", (place,), lambda e: (e.site.group,)), on)


def _organiser(entry: Entry) -> tuple[str, ...]:
    return entry.site.group, entry.site.organiser or NO_ORGANISER


def _counted(book: Book, cut: _Cut, on: date) -> Table:
    rows: dict[tuple[str, ...], Counter[str]] = {}
    for entry in book.entries:
        rows.setdefault(cut.of(entry), Counter()).update(figures(entry, on))
    rows[TOTAL, *[""] * (len(cut.header) - 1)] = sum(rows.values(), Counter())
    shown = (FOUND, *STATES.values(), OVERDUE)
    cells: list[tuple[Cell, ...]] = [(*cleaned(names), *(n[word] for word in shown)) for names, n in rows.items()]
    title = f"{base_title(book.campaign.title)}问题整改情况（{cut.what}）"
    widths = (*[8] * len(cut.header), *[3] * len(shown))
    note = f"注：截至{day(on)}；标准{book.pack}"
    return Table(cut.key, cut.name, title, (*cut.header, *shown), tuple(cells), note, widths, totals=True)


def figures(entry: Entry, on: date) -> tuple[str, ...]:
    """The columns that an entry counts in."""
    return (FOUND, STATES[entry.state], *((OVERDUE,) if entry.overdue(on) else ()))
