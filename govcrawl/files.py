"""The text of an attachment: xlsx, xls, docx, pdf, and plain text.  A table's cells are lines of their own, as those of a page.

``python -m govcrawl.files SUFFIX`` reads a file from stdin and writes its text, within little time and memory: a small file can ask for
any.  It loads only what it needs; ``govcrawl.attachments`` starts it for each file.
"""

from __future__ import annotations

import logging
import os
import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

MEMORY: Final = 1024 * 1024 * 1024  #: bytes of address space
CPU_S: Final = 15
MAX_UNPACKED: Final = 64 * 1024 * 1024  #: bytes of all parts of a zip; none gives more than the zip says
MAX_PARTS: Final = 5000
MAX_ROWS, MAX_COLUMNS, MAX_PAGES = 50_000, 60, 300
MAX_TEXT: Final = 4_000_000  #: characters
#: Suffixes that are read.
READABLE: Final = frozenset("xlsx xls docx pdf csv txt".split())
#: Those that people put up as well, and for which there is no reader that is kept up; or that hold files of any kind.
UNREADABLE: Final = frozenset("doc wps et rtf zip rar 7z".split())
_COMPOUND: Final = b"\xd0\xcf\x11\xe0"
_PARAGRAPH: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"
_TEXT: Final = _PARAGRAPH[:-1] + "t"


class Unreadable(ValueError):
    """These bytes are no file of a kind that is read, or too large a one."""


def text_of(body: bytes, suffix: str) -> str:
    """By the first bytes, whatever the suffix says; plain text by its suffix.  Raises Unreadable, and what the readers raise."""
    if body.startswith(b"%PDF"):
        return _cut(_pdf(body))
    if body.startswith(b"PK"):
        return _cut(_zipped(body))
    if body.startswith(_COMPOUND):
        return _cut(_xls(body))
    if suffix == "xls" and body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return _cut(_table(body))
    if suffix not in ("csv", "txt") or b"\0" in body[:1024]:
        raise Unreadable(suffix)
    # as the readers below: each takes long to load, and a process reads one file
    from govcrawl.reading.encoding import decode

    return decode(body, ())[0][:MAX_TEXT]


def _cut(lines: Iterator[str]) -> str:
    parts, size = [], 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size > MAX_TEXT:
            break
    return "\n".join(parts)[:MAX_TEXT]


def _zipped(body: bytes) -> Iterator[str]:
    try:
        with ZipFile(BytesIO(body)) as parts:
            sizes = {part.filename: part.file_size for part in parts.infolist()}
    except BadZipFile as error:
        raise Unreadable(str(error)) from error
    if len(sizes) > MAX_PARTS or sum(sizes.values()) > MAX_UNPACKED:
        raise Unreadable("too large unpacked")
    if "xl/workbook.xml" in sizes:
        return _xlsx(body)
    if "word/document.xml" in sizes:
        return _docx(body)
    raise Unreadable("neither xlsx nor docx")


def _xlsx(body: bytes) -> Iterator[str]:
    import openpyxl

    book = openpyxl.load_workbook(BytesIO(body), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        for row in islice(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), MAX_ROWS):
            yield "\n".join(filter(None, map(_cell, row)))


def _xls(body: bytes) -> Iterator[str]:
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=body, logfile=sys.stderr, on_demand=True, ragged_rows=True)
    except xlrd.XLRDError as error:  # a document of Word begins alike
        raise Unreadable(str(error)) from error
    for sheet in map(book.sheet_by_index, range(book.nsheets)):
        for row in range(min(sheet.nrows, MAX_ROWS)):
            yield "\n".join(filter(None, map(_cell, sheet.row_values(row, 0, MAX_COLUMNS))))


def _table(body: bytes) -> Iterator[str]:
    """A page that calls itself a sheet, as programs write that have nothing better."""
    from govcrawl.reading.document import Document
    from govcrawl.reading.encoding import decode

    yield Document(decode(body, ())[0], "http://localhost/").seen(0)


def _cell(value: Any) -> str:
    """A number as it is shown: a telephone's has no decimals."""
    whole = isinstance(value, float) and value.is_integer()
    return "" if value is None else str(int(value) if whole else value).strip()


def _docx(body: bytes) -> Iterator[str]:
    import docx

    for paragraph in docx.Document(BytesIO(body)).element.body.iter(_PARAGRAPH):
        if text := "".join(piece.text or "" for piece in paragraph.iter(_TEXT)).strip():
            yield text


def _pdf(body: bytes) -> Iterator[str]:
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    for page in islice(pypdf.PdfReader(BytesIO(body)).pages, MAX_PAGES):
        yield page.extract_text()


def main(suffix: str) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.nice(10)
    try:
        text = text_of(sys.stdin.buffer.read(), suffix)
    except (Unreadable, MemoryError, RecursionError):
        return 1
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
