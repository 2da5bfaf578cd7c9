"""Departments' columns, the register's own tables, the months: what stops a bulletin, and whom nobody may accuse."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from docx import Document
from docx.oxml.ns import qn
from made_up import CAMPAIGN, ENDS, finding, reporting_as, result, snapshot, yunnan

from govcrawl.contracts import ColumnVerdict, RegisteredColumn
from govcrawl.errors import Irreconcilable
from govcrawl.register.superior import read_superior
from reporting.annexes import annexes, reconcile
from reporting.bulletin import build
from reporting.formats import docx, html, pdf
from reporting.snapshot import Month
from reporting.text import by_sense

URL = "http://5301000001.example.cn/zl/"
COLUMN = RegisteredColumn("5301000001", "公示栏", URL, None, "甲局")


def tables_of(made):
    return {t.key: t for t in annexes(made)}


def kept(state="stale", outcome="pass", reviews=(), **plan):
    """One department with one column."""
    seen = ColumnVerdict("公示栏", URL + "index.html", "notice", None, 0, state)
    found = tuple(finding("column_stale", review=review, n=n, url=URL) for n, review in enumerate(reviews))
    one = result("5301000001", outcome, columns=(seen,), findings=found)
    return snapshot(
        one, campaign=reporting_as(**plan), columns=(COLUMN, RegisteredColumn("5301000001", "无", URL + "x"))
    )


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (kept(), ["公示栏超期不更新"]),
        (kept("blank"), ["公示栏空白"]),
        (kept("fresh"), []),
        (kept("unknown"), []),
        (kept(outcome="insufficient"), []),
        (kept(outcome="not_checked"), []),
        (kept(reviews=("dismissed",)), []),
        (kept(reviews=("dismissed", "pending")), ["公示栏超期不更新"]),
        (kept(require_review=True), []),
        (kept(reviews=("pending",), require_review=True), []),
        (kept(reviews=("confirmed",), require_review=True), ["公示栏超期不更新"]),
    ],
)
def test_a_department_is_named_only_for_what_stands(made, words):
    table = tables_of(made)["departments"]
    assert [row[2] for row in table.rows] == words
    assert ("departments" in [annex.table.key for annex in build(made).annexes]) == bool(words)


def test_what_lies_elsewhere_is_not_the_departments():
    leak = finding("privacy_leak", url="http://5301000001.example.cn/other/1.html", detail={"kind": "mobile"})
    made = snapshot(result(findings=(leak,)), columns=(COLUMN,))
    assert tables_of(made)["departments"].rows == ()
    assert tables_of(made)["columns"].rows == (("甲局", 1, 0, 0, 0),)


def test_the_register_and_its_levels_add_up_or_nothing_is_written():
    sites = [result(f"530100000{n}") for n in range(4)]
    levels = ("县级部门", "市级部门", "市级政府门户", "市级部门")
    sites = [replace(r, site=replace(r.site, level=level)) for r, level in zip(sites, levels, strict=True)]
    made = snapshot(*sites, result("5303000001", "not_checked", "曲靖", status="永久关停"))
    found = tables_of(made)
    assert found["register"].rows[-1] == ("总计", 5, 4, 0, 0, 1)
    assert [row[:2] for row in found["levels"].rows] == [
        ("市级政府门户", 1), ("市级部门", 2), ("县级部门", 1), ("总计", 4)
    ]  # fmt: skip
    for key in ("register", "levels"):
        table = found[key]
        rows = [list(row) for row in table.rows]
        rows[0][1] += 1
        wrong = replace(table, rows=tuple(map(tuple, rows)))
        with pytest.raises(Irreconcilable, match=table.name):
            reconcile(made, [wrong if t.key == key else t for t in annexes(made)])


def _months():
    def month(n, failed):
        return Month(
            f"2018年{n}月抽查", date(2018, n, 1), date(2018, n, 28), 2, frozenset({"5301000002"}), frozenset(failed), 0
        )

    sites = (result("5301000001", "fail"), result("5301000002"))
    return snapshot(*sites, months=(month(4, ["5301000001"]), month(5, []), month(6, [])))


def test_months_that_disagree_with_the_sites_stop_the_bulletin():
    made = _months()
    reconcile(made, annexes(made))
    assert (
        "共抽查3次（4月2个、5月1个、6月1个），各次合计，同一网站只计一次。"
        in build(made).sections[0].paragraphs[0].text
    )
    assert tables_of(made)["failed"].column("发现月份") == ("4月",)
    wrong = replace(made, months=made.months[1:])
    with pytest.raises(Irreconcilable, match="5301000001 的结论与各月不一致"):
        reconcile(wrong, annexes(wrong))


def test_superior_rows_without_a_name_are_told(tmp_path):
    file = tmp_path / "up.csv"
    file.write_text("网站名称,存在问题,通报,整改情况,地区\n甲网,空白,一季度,,德宏\n,空白,一季度,,德宏\n", "utf-8")
    named, issues = read_superior(replace(CAMPAIGN, superior_file=str(file)))
    assert [(one.name, one.bulletin, one.place, one.line) for one in named] == [("甲网", "一季度", "德宏", 2)]
    assert [(issue.line, issue.fatal) for issue in issues] == [(3, True)]
    assert read_superior(CAMPAIGN) == ([], [])


# --- the form -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("2018年二季度“政府网站找错”平台留言办理情况", ("2018年二季度“政府网站找错”", "平台留言办理情况")),
        ("2018年二季度普查不合格政府网站", ("2018年二季度普查不合格政府网站",)),
        ("抽查发现未纳入监管的政府系统政务新媒体名单", ("抽查发现未纳入监管的", "政府系统政务新媒体名单")),
        (
            "楚雄州人民政府办公室关于2021年一季度全州政府网站和政府系统政务新媒体检查情况的通报",
            ("楚雄州人民政府办公室关于", "2021年一季度全州政府网站", "和政府系统政务新媒体检查情况的通报"),
        ),
        ("字" * 50, ("字" * 50,)),
    ],
)
def test_titles_are_parted_by_sense(title, lines):
    assert by_sense(title) == lines


def test_a_letter_has_two_double_lines_and_no_number_on_its_first_page():
    letter = replace(build(yunnan()), letter=True, remark="联系人：甲")
    document = Document(io.BytesIO(docx.render(letter)))
    section = document.sections[0]
    assert section.different_first_page_header_footer
    assert section.first_page_header.paragraphs[0].text == letter.issuer
    assert "PAGE" not in section.first_page_footer._element.xml
    styles = [
        el.get(qn("w:val"))
        for part in (section.first_page_header, section.first_page_footer)
        for el in part._element.iter(qn("w:top"), qn("w:bottom"))
    ]
    assert styles == ["thickThinSmallGap", "thinThickSmallGap"]
    assert "（联系人：甲）" in [p.text for p in document.paragraphs]
    assert 'class="letter"' in html.render(letter).decode()


def test_a_draft_is_marked_on_every_page():
    made = build(snapshot(result(findings=(finding("typo"),))))
    for one in (made, replace(made, letter=True)):
        section = Document(io.BytesIO(docx.render(one))).sections[0]
        headers = [section.header, section.even_page_header]
        headers += [section.first_page_header] if one.letter else []
        assert all("草稿：1条" in h._element.xpath("string(.)") for h in headers)
    assert "草稿" not in docx_text(build(yunnan()))


def docx_text(bulletin):
    archive = zipfile.ZipFile(io.BytesIO(docx.render(bulletin)))
    return "".join(
        archive.read(name).decode() for name in archive.namelist() if re.match(r"word/(document|header)", name)
    )


def test_the_foot_has_three_lines_and_both_offices():
    document = Document(io.BytesIO(docx.render(build(yunnan()))))
    foot = document.tables[-1]
    assert [row.cells[0].text.split("\t")[0] for row in foot.rows] == [
        "抄送：省委各部委，省人大常委会办公厅，省政协办公厅。",
        "云南省人民政府办公厅",
    ]
    borders = foot._tblPr.find(qn("w:tblBorders"))
    assert [(b.tag.rpartition("}")[2], b.get(qn("w:sz"))) for b in borders] == [
        ("top", "8"),
        ("bottom", "8"),
        ("insideH", "6"),
    ]


@pytest.mark.skipif(not pdf.shutil.which("soffice"), reason="LibreOffice is not installed")
def test_the_pdf_has_the_same_pages(monkeypatch):
    monkeypatch.setattr(pdf, "SOFFICE", "")
    made = pdf.render(docx.render(build(snapshot(result()))), ENDS)
    assert made.startswith(b"%PDF")


def test_without_libreoffice_there_is_none(monkeypatch, caplog):
    assert pdf.program() == ""
    monkeypatch.setattr(pdf, "SOFFICE", "/bin/false")
    assert pdf.program() == "/bin/false"
    assert pdf.render(b"", ENDS) == b""
    assert "没有生成 bulletin.pdf" in caplog.text
