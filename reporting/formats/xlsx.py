"""tables.xlsx (a sheet for each annex) and ledger.xlsx (问题台账)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

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
    for table in annexes:
        sheet = _sheet(book, table.name, [width * 3.6 for width in table.widths], frozen="A3")
        pen = _Pen(sheet)
        sheet.append([pen.cell(table.title, _TITLE)])
        sheet.append([pen.cell(heading, _HEADING) for heading in table.header])
        for n, row in enumerate(table.rows, 1):
            look = _TOTAL if table.totals and n == len(table.rows) else _CENTRED
            sheet.append([pen.cell(value, _BODY if len(str(value)) > 12 else look) for value in row])
        sheet.append([pen.cell(table.note, _NOTE)])
    return _saved(book, day)


def ledger_book(snapshot: Snapshot) -> bytes:
    """问题台账; on sheets of their own what the review dismissed and what not all rounds found, if anything."""
    book = Workbook(write_only=True)
    header = ledger.header(snapshot)
    _plain_sheet(book, "问题台账", header, ledger.problems(snapshot))
    if dismissed := ledger.dismissed(snapshot):
        _plain_sheet(book, "复核排除", header, dismissed)
    if transient := ledger.transient(snapshot):
        _plain_sheet(book, "各轮不一致（不计入）", header, transient)
    return _saved(book, snapshot.campaign.ends)


def _plain_sheet(book: Any, name: str, header: Sequence[str], rows: Sequence[ledger.Row]) -> None:
    sheet = _sheet(book, name, ledger.WIDTHS, frozen="A2")
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{len(rows) + 1}"
    pen = _Pen(sheet)
    sheet.append([pen.cell(heading, _HEADING) for heading in header])
    for row in rows:
        sheet.append([pen.cell(value, _BODY) for value in row])


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


def _saved(book: Any, day: date) -> bytes:
    out = io.BytesIO()
    book.properties.creator = "govcrawl"
    book.save(out)
    return same_bytes(out.getvalue(), day)
