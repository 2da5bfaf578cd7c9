"""tables.xlsx (a sheet for each annex) and ledger.xlsx (问题台账)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
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
_TITLE = Font(name="宋体", size=14, bold=True)
_WRAP = Alignment(vertical="center", wrap_text=True)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)


def tables(annexes: Iterable[Table], day: date) -> bytes:
    """The annexes, title above and note below each; ``day`` dates the file."""
    book = Workbook(write_only=True)
    for table in annexes:
        sheet = _sheet(book, table.name, [width * 3.6 for width in table.widths], frozen="A3")
        sheet.append([_cell(sheet, table.title, _TITLE)])
        sheet.append([_cell(sheet, heading, _BOLD, _MIDDLE, _HEAD) for heading in table.header])
        for n, row in enumerate(table.rows, 1):
            font = _BOLD if table.totals and n == len(table.rows) else _PLAIN
            sheet.append([_cell(sheet, value, font, _WRAP if len(str(value)) > 12 else _MIDDLE) for value in row])
        sheet.append([_cell(sheet, table.note, _PLAIN)])
    return _saved(book, day)


def ledger_book(snapshot: Snapshot) -> bytes:
    """问题台账, and on a sheet of its own what the review dismissed, if anything."""
    book = Workbook(write_only=True)
    header = ledger.header(snapshot)
    _plain_sheet(book, "问题台账", header, ledger.problems(snapshot))
    if dismissed := ledger.dismissed(snapshot):
        _plain_sheet(book, "复核排除", header, dismissed)
    return _saved(book, snapshot.campaign.ends)


def _plain_sheet(book: Any, name: str, header: Sequence[str], rows: Sequence[ledger.Row]) -> None:
    sheet = _sheet(book, name, ledger.WIDTHS, frozen="A2")
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{len(rows) + 1}"
    sheet.append([_cell(sheet, heading, _BOLD, _MIDDLE, _HEAD) for heading in header])
    for row in rows:
        sheet.append([_cell(sheet, value, _PLAIN, _WRAP) for value in row])


def _sheet(book: Any, name: str, widths: Sequence[float], frozen: str) -> Any:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = frozen
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
    sheet.print_title_rows = f"1:{int(frozen[1:]) - 1}"
    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    return sheet


def _cell(sheet: Any, value: Cell, font: Font, align: Alignment | None = None, fill: PatternFill | None = None) -> Any:
    """A string is typed as one whatever it looks like; one like a formula also stays text when it is edited."""
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = is_formula(value)
    cell.font = font
    if align:
        cell.alignment, cell.border = align, _GRID
    if fill:
        cell.fill = fill
    return cell


def _saved(book: Any, day: date) -> bytes:
    out = io.BytesIO()
    book.properties.creator = "govcrawl"
    book.save(out)
    return same_bytes(out.getvalue(), day)
