"""Rows of a csv or xlsx file a clerk made, whatever program saved it."""

from __future__ import annotations

import csv
import io
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from govcrawl.errors import InputError

MAX_BYTES = 64 * 1024 * 1024  #: of a csv, or of an xlsx as packed
MAX_UNPACKED = 256 * 1024 * 1024  #: of an xlsx, all parts together
MAX_COLUMNS = 256

#: Key of what a csv row has beyond its header: its cells are shifted and must not be trusted.
EXCESS = ""

_TEXT = {".csv", ".tsv", ".txt"}
_BOOK = {".xlsx", ".xlsm"}
#: What openpyxl and zipfile raise on a broken file (XML faults of both parsers are SyntaxErrors).
_BROKEN = (
    zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, TypeError,
    AttributeError, ArithmeticError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip
_Row = tuple[int, list[str]]


def read_rows(path: str | Path, required: Collection[str] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """Every row that is not empty, as (line, header → cell); the first row is the header.

    The line is the row's first physical line in a text file, the row number in a workbook (its first sheet is read).
    Cells are stripped, without control characters; a missing cell is "".  Headers are half-width, without spaces.
    Raises ``InputError`` for a file that can't be read as a table, or lacks a ``required`` column.
    """
    file = Path(path)
    rows = (row for row in _raw_rows(file) if any(row[1]))
    line, first = next(rows, (0, []))
    header = _header(file, line, first, required)
    for number, cells in rows:
        named = {name: cells[n] if n < len(cells) else "" for n, name in enumerate(header) if name}
        excess = [cell for n, cell in enumerate(cells) if cell and (n >= len(header) or not header[n])]
        yield number, named | ({EXCESS: "，".join(excess)} if excess and file.suffix.lower() in _TEXT else {})


def _raw_rows(file: Path) -> Iterator[_Row]:
    suffix = file.suffix.lower()
    if suffix not in _TEXT | _BOOK:
        hint = "；旧版 .xls 请用表格软件另存为 .xlsx" if suffix == ".xls" else ""
        raise InputError(str(file), 0, f"不认识的文件类型“{suffix}”，只读 .csv 和 .xlsx{hint}")
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                str(file), 0, f"文件太大（{size >> 20} MB，上限 {MAX_BYTES >> 20} MB），请拆分或删去多余的列"
            )
        data = file.read_bytes()
    except OSError as error:
        raise InputError(str(file), 0, f"文件打不开（{error.strerror}）；请检查路径和权限") from error
    return _csv_rows(file, data) if suffix in _TEXT else _xlsx_rows(file, data)


def _header(file: Path, line: int, cells: list[str], required: Collection[str]) -> list[str]:
    header = ["".join(unicodedata.normalize("NFKC", cell).split()) for cell in cells]
    if not any(header):
        raise InputError(str(file), 0, "文件是空的；第一行应为表头，其后每行一条")
    names = [name for name in header if name]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(str(file), line, f"表头中“{'、'.join(twice)}”出现了不止一次；请删去重复的列")
    missing = [name for name in required if name not in names]
    if missing:
        seen = "、".join(names)[:200]
        raise InputError(str(file), line, f"表头缺少“{'、'.join(missing)}”列（读到的是：{seen}）；表头应在第一行")
    return header


def _clean(text: str) -> str:
    """Without control and zero-width characters, which neither docx nor xlsx can hold; line breaks become spaces."""
    if text.isprintable():
        return text.strip()
    spaced = " ".join(text.split())
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")).strip()


# --- csv ---------------------------------------------------------------------------------------------------------


def _csv_rows(file: Path, data: bytes) -> Iterator[_Row]:
    text = _decode(file, data)
    head = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            hint = "请检查这一行（及其后）的英文双引号是否成对"
            raise InputError(str(file), line, f"这一行不是正确的 csv（{error}）；{hint}") from error
        if cells is None:
            return
        yield line, [_clean(cell) for cell in cells]


def _decode(file: Path, data: bytes) -> str:
    if data.startswith(b"PK\x03\x04"):
        raise InputError(str(file), 0, "内容是 xlsx 而不是文本；请把扩展名改为 .xlsx")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(file, data, "utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        head = data.partition(b"\n")[0]
        if error.start >= len(head) and not head.isascii():
            return _strictly(file, data, "utf-8-sig")
    return _strictly(file, data, "gb18030")


def _strictly(file: Path, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(str(file), line, f"这一行有不能按 {encoding} 读出的字节；请另存为 UTF-8 编码的 csv") from error


# --- xlsx --------------------------------------------------------------------------------------------------------


def _xlsx_rows(file: Path, data: bytes) -> Iterator[_Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            unpacked = sum(part.file_size for part in package.infolist())
        if unpacked > MAX_UNPACKED:
            raise InputError(str(file), 0, f"解压后太大（{unpacked >> 20} MB）；请只保留数据，删去空白行列和图片")
        yield from _sheet_rows(data)
    except _BROKEN as error:
        reason = "文件已损坏、加了密码，或不是 xlsx；请用表格软件打开后另存为 .xlsx"
        raise InputError(str(file), 0, reason) from error


def _sheet_rows(data: bytes) -> Iterator[_Row]:
    from openpyxl import load_workbook  # a fifth of the time that any command takes to start

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's remarks on styles and validation say nothing about the cells
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size is often wrong
        found = enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), 1)
        rows = [(number, _cells(row)) for number, row in found if row.count(None) < len(row)]
    yield from rows


def _cells(row: tuple[Any, ...]) -> list[str]:
    used = max(n for n, value in enumerate(row, 1) if value is not None)
    return [_cell(value) for value in row[:used]]


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
    return _clean(str(value))
