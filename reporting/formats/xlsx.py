"""tables.xlsx (a sheet for each annex) and ledger.xlsx (问题台账)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from .. import ledger
from ..snapshot import Snapshot
from ..tables import Cell, Table
from .csvs import is_formula
from .packed import same_bytes

_LINE = Side(style="thin", color="808080")
_GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="D9E2F3")
_BOLD, _PLAIN = Font(name="宋体", size=11, bold=True), Font(name="宋体", size=11)
_WRAP = Alignment(vertical="center", wrap_text=True)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)


def tables(annexes: Iterable[Table], day: date) -> bytes:
    """The annexes, title above and note below each; ``day`` dates the file."""
    book = Workbook(write_only=True)
    _add(book, annexes)
    return _saved(book, day)


def _add(book: Any, annexes: Iterable[Table]) -> None:
    for table in annexes:
        sheet = _sheet(book, table.name, [width * 3.6 for width in table.widths], frozen="A3")
        pen = _Pen(sheet)
        sheet.append([pen.cell(table.title, _TITLE)])
        sheet.append([pen.cell(heading, _HEADING) for heading in table.header])
        for n, row in enumerate(table.rows, 1):
            look = _TOTAL if table.totals and n == len(table.rows) else _CENTRED
            sheet.append([pen.cell(value, _BODY if len(str(value)) > 12 else look) for value in row])
        sheet.append([pen.cell(table.note, _NOTE)])


def ledger_book(snapshot: Snapshot) -> bytes:
    """问题台账; on sheets of their own what the review dismissed and what not all rounds found, if anything."""
    header = ledger.header(snapshot)
    sheets = {"问题台账": ledger.problems(snapshot)}
    if dismissed := ledger.dismissed(snapshot):
        sheets["复核排除"] = dismissed
    if transient := ledger.transient(snapshot):
        sheets["各轮不一致（不计入）"] = transient
    return long_book(header, sheets, ledger.WIDTHS, snapshot.campaign.ends)


def long_book(
    header: Sequence[str], sheets: Mapping[str, Sequence[Sequence[Cell]]], widths: Sequence[float], day: date
) -> bytes:
    """Sheets of very many plain rows under one header: openpyxl makes the book with a row of each look, the rest is written beside it."""
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        _long(book, name, header, len(rows), widths)
    edits = {f"xl/worksheets/sheet{n}.xml": partial(filled, rows) for n, rows in enumerate(sheets.values(), 1)}
    return _saved(book, day, edits)


def working_book(
    sheets: Mapping[str, tuple[Sequence[str], Sequence[Sequence[Cell]], Sequence[float]]],
    choices: Mapping[str, Sequence[str]],
    annexes: Iterable[Table],
    day: date,
) -> bytes:
    """``sheets``: name → header, rows, widths, as of ``long_book``; of the first some columns offer ``choices``; then tables."""
    book = Workbook(write_only=True)
    for n, (name, (header, rows, widths)) in enumerate(sheets.items()):
        sheet = _long(book, name, header, len(rows), widths)
        for heading, words in choices.items() if n == 0 else ():
            letter = get_column_letter(header.index(heading) + 1)
            choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
            choice.add(f"{letter}2:{letter}1048576")
            sheet.data_validations.append(choice)
    _add(book, annexes)
    edits = {f"xl/worksheets/sheet{n}.xml": partial(filled, one[1]) for n, one in enumerate(sheets.values(), 1)}
    return _saved(book, day, edits)


def _long(book: Any, name: str, header: Sequence[str], rows: int, widths: Sequence[float]) -> Any:
    """A sheet whose second row shows how its cells are to look."""
    sheet = _sheet(book, name, widths, frozen="A2")
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{rows + 1}"
    pen = _Pen(sheet)
    sheet.append([pen.cell(heading, _HEADING) for heading in header])
    sheet.append([pen.cell("x", _BODY), pen.cell("=x", _BODY)])
    return sheet


def filled(rows: Sequence[Sequence[Cell]], sheet: bytes) -> bytes:
    """``sheet`` with ``rows`` where its second row shows how a cell looks, and how one that might be a formula."""
    start, end = sheet.index(b'<row r="2"'), sheet.index(b"</sheetData>")
    plain, quoted = (look.decode() or "0" for look in re.findall(rb'<c r="\w+"(?: s="(\d+)")?', sheet[start:end]))
    return b"".join((sheet[:start], _written(rows, plain, quoted), sheet[end:]))


def _written(rows: Sequence[Sequence[Cell]], plain: str, quoted: str) -> bytes:
    letters = [get_column_letter(n) for n in range(1, max(map(len, rows), default=0) + 1)]
    known = _Bodies(plain, quoted)
    lines = []
    for n, row in enumerate(rows, 2):
        cells = [f'<c r="{letter}{n}" {known[value]}' for letter, value in zip(letters, row, strict=False)]
        lines.append(f'<row r="{n}">{"".join(cells)}</row>')
    return "".join(lines).encode()


class _Bodies(dict[Cell, str]):
    """Most cells of a ledger say what many others say: how one is written is worked out once."""

    def __init__(self, plain: str, quoted: str) -> None:
        self._looks = plain, quoted

    def __missing__(self, value: Cell) -> str:
        return self.setdefault(value, _body(value, *self._looks))


def _body(value: Cell, plain: str, quoted: str) -> str:
    if value == "":
        return f's="{plain}"/>'
    if not isinstance(value, str):
        return f's="{plain}"><v>{value}</v></c>'
    look = quoted if is_formula(value) else plain
    return f's="{look}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def _sheet(book: Any, name: str, widths: Sequence[float], frozen: str) -> Any:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = frozen
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
    sheet.print_title_rows = f"1:{int(frozen[1:]) - 1}"
    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    return sheet


@dataclass(frozen=True)
class _Look:
    font: Font
    align: Alignment | None = None
    fill: PatternFill | None = None


_HEADING, _BODY, _CENTRED = _Look(_BOLD, _MIDDLE, _HEAD), _Look(_PLAIN, _WRAP), _Look(_PLAIN, _MIDDLE)
_TOTAL, _TITLE, _NOTE = _Look(_BOLD, _MIDDLE), _Look(Font(name="宋体", size=14, bold=True)), _Look(_PLAIN)


class _Pen:
    """Makes the cells of one sheet; a look is worked out once and copied, for a ledger has very many cells."""

    def __init__(self, sheet: Any) -> None:
        self.sheet, self._styles = sheet, dict[int, Any]()

    def cell(self, value: Cell, look: _Look) -> Any:
        """A string is typed as one whatever it looks like; one like a formula also stays text when it is edited."""
        cell = WriteOnlyCell(self.sheet, None if value == "" else value)
        cell._style = copy(self._styles.get(id(look)) or self._style(look))
        if value and isinstance(value, str):
            cell.data_type = "s"
            if is_formula(value):
                cell.quotePrefix = True
        return cell

    def _style(self, look: _Look) -> Any:
        model = WriteOnlyCell(self.sheet)
        model.font = look.font
        if look.align:
            model.alignment, model.border = look.align, _GRID
        if look.fill:
            model.fill = look.fill
        return self._styles.setdefault(id(look), model._style)


def _saved(book: Any, day: date, edits: Mapping[str, Callable[[bytes], bytes]] | None = None) -> bytes:
    out = io.BytesIO()
    book.properties.creator = "govcrawl"
    book.save(out)
    return same_bytes(out.getvalue(), day, edits)
