"""Attachments: their text, and what a hostile one costs."""

from __future__ import annotations

import io
import sys
import time
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from pypdf import PdfWriter

from govcrawl import attachments
from govcrawl.files import MAX_UNPACKED, Unreadable, text_of
from tests.pipelines.checks.invented import identity, mobile, name

URL = "http://www.a.gov.cn/P020180501.xlsx"
OLD = Path(__file__).with_name("list.xls")


def xlsx(rows) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def word(paragraphs, rows=()) -> bytes:
    document, out = docx.Document(), io.BytesIO()
    for words in paragraphs:
        document.add_paragraph(words)
    table = document.add_table(0, 2)
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    document.save(out)
    return out.getvalue()


def pdf(lines) -> bytes:
    """The least that is one, in a font that every reader has."""
    shown = "".join(f"({line}) ' " for line in lines).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\nBT /F1 12 Tf 14 TL 50 750 Td %b ET\nendstream" % (len(shown) + 35, shown),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]  # fmt: skip
    body, places = b"%PDF-1.4\n", []
    for n, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (n, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 6\n0000000000 65535 f \n%btrailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(body),
    )


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            with packed.open(path, "w", force_zip64=True) as part:
                for _ in range(size // 2**20):
                    part.write(b" " * 2**20)
    return out.getvalue()


def test_cells_are_lines_and_numbers_have_no_decimals():
    text = text_of(xlsx([["姓名", "电话", None], [name(1), float(mobile(1)), 3.5], [name(2), int(mobile(2))]]), "xlsx")
    assert text.split("\n") == ["姓名", "电话", name(1), mobile(1), "3.5", name(2), mobile(2)]


def test_a_document_gives_its_paragraphs_and_cells():
    assert text_of(word(["公示"], [[name(1), identity(1)]]), "docx").split("\n") == ["公示", name(1), identity(1)]


def test_a_pdf_gives_its_lines():
    assert text_of(pdf(["No. 1", mobile(1)]), "pdf").split() == ["No.", "1", mobile(1)]


def test_plain_text_is_decoded():
    assert text_of(f"{name(1)},{mobile(1)}\n".encode("gb18030"), "csv") == f"{name(1)},{mobile(1)}\n"


def test_an_old_workbook_gives_its_cells():
    """``list.xls``: an Excel 97 workbook of two people that nobody is."""
    rows = [["姓名", "身份证号", "联系电话", "金额"], *([name(n), identity(n), mobile(n), "360.5"] for n in (1, 2))]
    assert text_of(OLD.read_bytes(), "xls").split("\n") == [cell for row in rows for cell in row]
    facts = attachments.read(OLD.read_bytes(), URL.replace("xlsx", "xls"), "发放名单")
    assert facts.text.split("\n")[4:6] == [name(1), identity(1)]


def test_a_page_that_calls_itself_a_sheet_gives_its_cells():
    body = f"<html><meta charset='gbk'><table><tr><td>姓名</td><td>{mobile(1)}</td></tr></table>".encode("gbk")
    assert text_of(body, "xls").split() == ["姓名", mobile(1)]


@pytest.mark.parametrize(
    "body",
    [b"", b"\xd0\xcf\x11\xe0" + bytes(100), b"PK\3\4 broken", b"<html></html>"],
    ids="empty old zip page".split(),
)
def test_what_is_no_such_file_is_said(body):
    with pytest.raises(Unreadable):
        text_of(body, "xlsx")


def test_what_unpacks_to_too_much_is_not_opened():
    with pytest.raises(Unreadable):
        text_of(bomb(MAX_UNPACKED), "xlsx")


def test_a_file_is_read_in_a_process_of_its_own():
    facts = attachments.read(xlsx([["姓名", "电话"], [name(1), mobile(1)]]), URL, "发放名单")
    assert (facts.kind, facts.title, facts.text) == ("file", "发放名单", f"姓名\n电话\n{name(1)}\n{mobile(1)}")


@pytest.mark.parametrize(
    "body",
    [
        bomb(2**26),
        bomb(2**25),
        b"%PDF-1.7\n" + b"[" * 1_000_000,
        b"PK" + bytes(1000),
        OLD.read_bytes()[:3000],
        OLD.read_bytes()[:512] + b"\xff" * 100_000,
        OLD.read_bytes()[:76] + bytes(436) * 9,
    ],
    ids="bomb half nested rubbish cut-off full-of-ones looped".split(),
)
def test_hostile_files_are_left_unread(body):
    start = time.monotonic()
    assert attachments.read(body, URL, "") is None
    assert time.monotonic() - start < attachments.WALL_S


def test_entities_that_grow_are_left_unread():
    """A document of a few kilobytes that would be three gigabytes of words."""
    grow = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    out, whole = io.BytesIO(), zipfile.ZipFile(io.BytesIO(word(["公示"])))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in whole.infolist():
            body = whole.read(part)
            if part.filename == "word/document.xml":
                text = body.decode().rpartition("?>")[2].replace("公示", "&l9;")
                body = f'<!DOCTYPE d [<!ENTITY l0 "lol">{grow}]>{text}'.encode()
            packed.writestr(part.filename, body)
    assert attachments.read(out.getvalue(), URL.replace("xlsx", "docx"), "") is None


def test_an_endless_sheet_ends(monkeypatch):
    monkeypatch.setattr("govcrawl.files.MAX_ROWS", 100)
    assert text_of(xlsx([[1]] * 200), "xlsx").count("\n") == 99


def test_an_encrypted_pdf_is_left_unread():
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(out)
    assert attachments.read(out.getvalue(), URL, "") is None


@pytest.mark.parametrize(
    ("url", "words", "wanted"),
    [
        (URL, "2018年低保名单", True), (URL, "附件", False), ("http://a.gov.cn/%E5%90%8D%E5%8D%95.pdf", "附件1", True),
        ("http://a.gov.cn/1.zip", "名单", False), ("http://a.gov.cn/1.doc", "名单", False), ("http://a.gov.cn/1.DOCX", "发放表", True),
        ("http://a.gov.cn/1.xls", "名单", True),
    ],
)  # fmt: skip
def test_lists_of_people_are_wanted(url, words, wanted):
    assert attachments.is_wanted(url, words) is wanted


@pytest.mark.parametrize(
    ("url", "words", "told"),
    [
        ("http://a.gov.cn/1.doc", "名单", True), ("http://a.gov.cn/1.ZIP?x=1", "发放表", True), ("http://a.gov.cn/1.doc", "附件", False),
        ("http://a.gov.cn/1.xls", "名单", False), ("http://a.gov.cn/1.html", "名单", False),
    ],
)  # fmt: skip
def test_lists_that_nobody_can_read_are_told(url, words, told):
    assert attachments.is_passed_over(url, words) is told


def test_a_worker_that_is_to_end_does_not_wait_for_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "READER", [sys.executable, "-c", "import time; time.sleep(600)"])
    start = time.monotonic()
    with pytest.raises(attachments.Stopped):
        attachments.read(b"x", URL, "", lambda: True)
    assert time.monotonic() - start < attachments.WALL_S / 2


def test_a_reader_that_was_ended_with_its_worker_did_not_find_the_file_unreadable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attachments, "READER", ["sh", "-c", "kill -TERM $$"])
    with pytest.raises(attachments.Stopped):
        attachments.read(b"x", URL, "")
    monkeypatch.setattr(attachments, "READER", ["sh", "-c", "exit 3"])
    assert attachments.read(b"x", URL, "") is None
