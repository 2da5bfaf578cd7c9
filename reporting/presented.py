"""A table as an issuer prints it: some of its columns under headings of the issuer's own, some of its rows, another title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from .tables import INSUFFICIENT, TOTAL, Cell, Table
from .text import enumerate_names

PLACE = "地区"  #: stands for the heading that depends on the issuer
_PLACES = ("州、市/部门", "县、市/部门")
NUMBER = "序号"


@dataclass(frozen=True)
class Wish:
    """What a text asked for.  ``columns``: ``标题`` or ``标题=所印标题``; ``where``: heading → the only values wanted."""

    table: str
    title: str = ""
    columns: Sequence[str] = ()
    note: str | None = None
    total: str = ""
    where: Mapping[str, object] = field(default_factory=dict)
    sort: str = ""  #: a heading; empty: as they stand


def presented(table: Table, wish: Wish) -> Table:
    """ValueError with what can't be: a column that the table hasn't, rows left out of a sum."""
    if (wish.where or wish.sort) and table.totals:
        raise ValueError(f"“{table.name}”有总计，不能只印一部分行，也不能另行排序")
    wanted = [row for row in table.rows if _wanted(table, row, wish.where)]
    if wish.sort:
        at = _at(table, wish.sort)
        wanted.sort(key=lambda row: (isinstance(row[at], str), row[at]))
    rows = _numbered(table, wanted)
    columns = [_column(table, wanted) for wanted in wish.columns] or list(enumerate(table.header))
    kept = [at for at, _ in columns]
    if wish.total and table.totals:
        rows[-1] = tuple(wish.total if cell == TOTAL else cell for cell in rows[-1])
    return replace(
        table,
        title=wish.title or table.title,
        header=tuple(heading for _, heading in columns),
        rows=tuple(tuple(row[at] for at in kept) for row in rows),
        widths=tuple(table.widths[at] for at in kept),
        note=(table.note if wish.note is None else wish.note) + _left_out(table, kept),
    )


def _wanted(table: Table, row: Sequence[Cell], where: Mapping[str, object]) -> bool:
    for heading, value in where.items():
        values = value if isinstance(value, (list, tuple)) else (value,)
        if row[_at(table, heading)] not in values:
            return False
    return True


def _numbered(table: Table, rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    if table.header[0] != NUMBER:
        return rows
    return [(n, *row[1:]) for n, row in enumerate(rows, 1)]


def _column(table: Table, wanted: str) -> tuple[int, str]:
    source, equals, printed = wanted.partition("=")
    at = _at(table, source.strip())
    return at, printed.strip() if equals else table.header[at]


def _at(table: Table, heading: str) -> int:
    names = [heading, *(_PLACES if heading == PLACE else ())]
    for name in names:
        if name in table.header:
            return table.header.index(name)
    raise ValueError(f"“{table.name}”没有“{heading}”一列；有 {enumerate_names(table.header)}")


def _left_out(table: Table, kept: list[int]) -> str:
    """Where a sum leaves something out of its rate, a reader is told though the column isn't printed."""
    if not table.totals or INSUFFICIENT not in table.header:
        return ""
    at = table.header.index(INSUFFICIENT)
    number = table.rows[-1][at]
    return "" if at in kept or not number else f"；另有{number}个证据不足，不计入合格率"
