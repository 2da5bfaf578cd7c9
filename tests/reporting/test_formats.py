import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from made_up import ENDS, finding, result, snapshot, yunnan
from openpyxl import load_workbook

from govcrawl.contracts import ColumnVerdict, ProbeCount
from reporting.annexes import annexes
from reporting.bulletin import build
from reporting.formats import csvs, docx, html, results_json, xlsx
from reporting.ledger import header
from reporting.write import contents

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1", "＋1", "－1", "＠1"]
NASTY = "\x00<b>&\"'\ud800=cmd|' /C calc'!A0\x0b{{7*7}}" + "长" * 10_000


def hostile():
    """A failed site all of whose words come from an attacker."""
    found = finding(
        "typo", url=NASTY, found_on=NASTY, excerpt=NASTY, detail={"wrong": NASTY, "right": NASTY}, clause=NASTY
    )
    column = ColumnVerdict(NASTY, NASTY, "news", None, 0, "blank")
    more = {"vetoes": ("typo", "columns_blank"), "reasons": (NASTY,), "columns": (column,) * 5, "findings": (found,)}
    return snapshot(result("5301000001", "fail", name=NASTY, **more), notes=(NASTY,))


@pytest.fixture(scope="module")
def document():
    return Document(io.BytesIO(docx.render(build(yunnan()))))


# --- docx -------------------------------------------------------------------------------------------------------


def test_page_of_gb_t_9704(document):
    section = document.sections[0]
    page = (section.page_width, section.page_height, section.top_margin, section.bottom_margin)
    margins = (section.left_margin, section.right_margin)
    assert [round(x / Mm(1)) for x in (*page, *margins)] == [210, 297, 37, 35, 28, 26]
    assert document.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        assert paragraph._p.find(qn("w:fldSimple")).get(qn("w:instr")) == "PAGE"
        assert paragraph._p.pPr.jc.get(qn("w:val")) == side


def test_typefaces_and_line_pitch(document):
    body = document.styles["公文正文"]
    assert body.font.size.pt == 16
    assert body.paragraph_format.line_spacing.pt == pytest.approx(28.8)
    faces = {name: document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia")) for name in docx.STYLES}
    assert (faces["公文正文"], faces["一级标题"], faces["公文标题"]) == ("仿宋_GB2312", "黑体", "方正小标宋简体")
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            assert run._r.rPr.rFonts.get(qn("w:hint")) == "eastAsia"


def test_the_text_and_tables_of_the_docx(document):
    words = [paragraph.text for paragraph in document.paragraphs]
    assert words[0] == "云南省人民政府办公厅"
    assert words.index("一、总体情况") < words.index("二、存在问题") < words.index("三、下一步工作要求")
    assert [p.text for p in document.paragraphs if p.paragraph_format.page_break_before] == ["附件1", "附件2"]
    for table, annex in zip(document.tables[:-1], annexes(yunnan()), strict=True):  # the last one is 版记
        cells = [[cell.text for cell in row.cells] for row in table.rows]
        assert cells == [[str(cell) for cell in row] for row in (annex.header, *annex.rows)]
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_the_docx_is_valid_enough_to_name_its_fonts(document):
    archive = zipfile.ZipFile(io.BytesIO(docx.render(build(yunnan()))))
    fonts = etree.fromstring(archive.read("word/fontTable.xml"))
    assert {font.get(qn("w:name")) for font in fonts} >= {"方正小标宋简体", "仿宋_GB2312", "楷体_GB2312"}
    assert {info.date_time for info in archive.infolist()} == {(2018, 6, 15, 12, 0, 0)}
    properties = document.core_properties
    assert properties.created.date() == properties.modified.date() == ENDS
    assert (properties.author, properties.comments) == ("云南省人民政府办公厅", "")


# --- html -------------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.words = set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not {"src", "href", "onclick"} & {name for name, _ in attrs}

    def handle_data(self, data):
        self.words.append(data)


def read(page):
    reader = Reader()
    reader.feed(page.decode())
    return reader


def test_html_is_self_contained():
    reader = read(html.render(build(yunnan())))
    assert not reader.tags & {"script", "link", "img", "iframe", "a"}
    words = "".join(reader.words)
    assert "临沧市环境保护局信息公开网站" in words
    assert "总体合格率94%" in words


def test_html_draws_the_counts_and_tells_them_in_words():
    made = build(yunnan())
    page = html.render(made).decode()
    (chart,) = re.findall(r'<svg class="chart".*?</svg>', page, re.S)
    desc = re.search(r"<desc>(.*?)</desc>", chart)[1]
    for one in made.counts:
        assert f"{one.name}：合格{one.passed}、不合格{one.failed}" in desc
    assert chart.count('class="name"') == len(made.counts)
    assert page.index(chart) > page.index('id="summary"')
    assert "<svg" not in html.render(replace(made, counts=made.counts[:1])).decode()


def test_html_escapes_what_was_crawled():
    page = html.render(build(snapshot(result("5301000001", "fail", name="<script>alert(1)</script>"))))
    reader = read(page)
    assert "script" not in reader.tags
    assert "<script>alert(1)</script>" in reader.words


# --- spreadsheets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_formula_in_csv(formula):
    assert csvs.neutral(formula) == f"'{formula}"
    (row,) = csv.reader(io.StringIO(csvs.encode([[formula, 5, "平常"]]).decode("utf-8-sig")))
    assert row == [f"'{formula}", "5", "平常"]


def test_csv_of_the_annex():
    content = csvs.render(annexes(yunnan())[0])
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == ["州、市/部门", "在运行网站数", "不合格网站数", "合格率"]
    assert rows[-1] == ["总计", "457", "29", "94%"]


def test_tables_book():
    book = load_workbook(io.BytesIO(xlsx.tables(annexes(yunnan()), ENDS)))
    assert book.sheetnames == ["检查情况", "不合格网站"]
    sheet = book["检查情况"]
    values = [[cell.value for cell in row][:4] for row in sheet.iter_rows()]
    assert values[0][0] == "2018年二季度全省政府网站普查情况"
    assert values[2] == ["省直", 62, 4, "94%"]
    assert values[20] == ["总计", 457, 29, "94%"]
    assert values[21][0].startswith("注：数据采样时间截至2018年6月15日")
    assert sheet.freeze_panes == "A3"
    assert book.properties.modified.date() == book.properties.created.date() == ENDS


@pytest.mark.parametrize("formula", [*FORMULAS, "#REF!", '=HYPERLINK("http://x")'])
def test_no_formula_in_a_workbook(formula):
    found = finding("typo", url=formula, found_on=formula, excerpt=formula)
    content = xlsx.ledger_book(snapshot(result(name=formula, findings=(found,))))
    sheet = load_workbook(io.BytesIO(content))["问题台账"]
    for row in sheet.iter_rows(min_row=2):
        assert {cell.data_type for cell in row[1:]} <= {"s", "n"}
        assert [cell.value for cell in row][2] == formula.strip()
        assert row[2].quotePrefix == (not formula.startswith("#"))


def test_ledger_book():
    found = (finding("dead_link"), finding("dead_link", review="dismissed", n=2))
    made = snapshot(result(findings=found))
    book = load_workbook(io.BytesIO(xlsx.ledger_book(made)))
    assert book.sheetnames == ["问题台账", "复核排除"]
    sheet = book["问题台账"]
    assert tuple(cell.value for cell in sheet[1]) == header(made)
    assert (sheet.freeze_panes, sheet.max_row, sheet.auto_filter.ref) == ("A2", 2, "A1:P2")


# --- results.json -----------------------------------------------------------------------------------------------


def test_a_score_is_told_where_the_standard_has_one():
    made = snapshot(
        result("5301000001", "pass", deductions=8.0, score="92"), result("5301000002", "pass", deductions=8.0)
    )
    scores = [site.get("score") for site in results_json.as_dict(made)["sites"]]
    assert scores == ["92", None]


def test_results_json_has_the_keys_of_the_contract():
    column = ColumnVerdict("通知公告", "http://x.example.cn/", "notice", date(2018, 5, 30), 25, "fresh")
    found = (finding("typo", detail={"wrong": "案列", "right": "案例"}),)
    more = {"vetoes": ("typo", "home_not_updated"), "reasons": ("错字漏字",), "columns": (column,), "findings": found}
    made = snapshot(result("5301000001", "fail", pages=143, probes=ProbeCount(20, 1, 2, 0.0556, 0.01, 0.2576), **more))
    assert json.loads(results_json.render(made)) == {
        "campaign": "yn-2018q2",
        "standard": "2015-yunnan@1",
        "as_of": "2018-06-15",
        "total": {"running": 1, "checked": 1, "failed": 1, "insufficient": 0, "rate": "0%"},
        "groups": [{"name": "昆明", "running": 1, "checked": 1, "failed": 1, "rate": "0%"}],
        "sites": [
            {
                "code": "5301000001",
                "name": "昆明网站5301000001",
                "group": "昆明",
                "status": "正常运行",
                "verdict": "fail",
                "vetoes": ["home_not_updated", "typo"],
                "deductions": None,
                "reasons": ["错字漏字"],
                "pages": 143,
                "probes": {"total": 20, "failed": 1, "inconclusive": 2, "share": 0.0556, "low": 0.01, "high": 0.2576},
                "columns": [
                    {
                        "name": "通知公告",
                        "url": "http://x.example.cn/",
                        "class": "notice",
                        "newest": "2018-05-30",
                        "items": 25,
                        "state": "fresh",
                    }
                ],
                "findings": [
                    {
                        "id": "5301000001-typo-1",
                        "indicator": "typo",
                        "url": "http://5301000001.example.cn/p1.html",
                        "found_on": "http://5301000001.example.cn/",
                        "excerpt": "摘录",
                        "detail": {"wrong": "案列", "right": "案例"},
                        "evidence": "page-1",
                        "review": "pending",
                    }
                ],
            }
        ],
    }


def test_results_json_has_every_site_and_no_private_number():
    leak = finding("privacy_leak", excerpt="电话13800000000", detail={"kind": "mobile", "masked": "138****0000"})
    closed = result("5301000002", "not_checked", status="永久关停")
    document = json.loads(results_json.render(snapshot(result(findings=(leak,), deductions=12.5), closed)))
    assert [(s["status"], s["verdict"]) for s in document["sites"]] == [
        ("正常运行", "pass"),
        ("永久关停", "not_checked"),
    ]
    assert document["total"]["running"] == 1
    assert document["sites"][0]["deductions"] == 12.5
    assert document["sites"][0]["findings"][0]["excerpt"] == "电话138****"
    assert document["sites"][0]["findings"][0]["detail"]["masked"] == "138****0000"


def test_dates_in_details_are_iso_and_nonsense_is_refused():
    made = snapshot(result(findings=(finding("poor_response", detail={"asked": date(2017, 11, 2), "answered": None}),)))
    assert b'"asked": "2017-11-02"' in results_json.render(made)
    with pytest.raises(TypeError, match="no place"):
        results_json.render(snapshot(result(findings=(finding("typo", detail={"x": object()}),))))


# --- all --------------------------------------------------------------------------------------------------------


def test_hostile_words_break_nothing():
    files = contents(hostile())
    Document(io.BytesIO(files["bulletin.docx"]))
    sheet = load_workbook(io.BytesIO(files["ledger.xlsx"]))["问题台账"]
    assert all(len(str(cell.value)) <= 2000 for row in sheet.iter_rows() for cell in row)
    assert b"<b>&" not in files["bulletin.html"].split(b"</style>")[1]
    assert "{{7*7}}" in json.loads(files["results.json"])["sites"][0]["name"]
    assert len(files["bulletin.html"]) < 42_000


@settings(max_examples=15)
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=40))
def test_any_words_fit_every_format(words):
    found = finding("typo", url=words, excerpt=words, detail={"wrong": words, "right": words})
    more = {"vetoes": ("typo",), "reasons": (words or "错字漏字",), "findings": (found,)}
    files = contents(snapshot(result("5301000001", "fail", name=words, **more)))
    Document(io.BytesIO(files["bulletin.docx"]))
    load_workbook(io.BytesIO(files["ledger.xlsx"]))
    json.loads(files["results.json"])
    files["bulletin.html"].decode()
