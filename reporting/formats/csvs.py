"""tables/*.csv, for any spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from ..tables import Cell, Table

#: First characters that make a spreadsheet take a cell for a formula; some fold the full-width ones.
_FORMULA = tuple("=+-@＝＋－＠")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might compute ``text`` instead of showing it."""
    if text[:1].isspace():
        return text.startswith(("\t", "\r", "\n")) or text.strip().startswith(_FORMULA)
    return text.startswith(_FORMULA)


def neutral(cell: Cell) -> Cell:
    """``cell`` with an apostrophe before what could be a formula; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell


def render(table: Table) -> bytes:
    """Header and rows, UTF-8 with BOM and CRLF as Excel expects; title and note are left to the other formats."""
    return encode((table.header, *table.rows))


def encode(rows: Iterable[Iterable[Cell]]) -> bytes:
    """Any rows as csv bytes."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
