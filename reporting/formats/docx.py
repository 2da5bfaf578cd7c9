"""bulletin.docx, set as GB/T 9704-2012 asks: A4, margins 37/35/28/26 mm, 仿宋 3号, 22 lines of 28 characters."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from ..bulletin import Bulletin
from ..parts import Annex
from ..tables import LEFT, Table
from ..text import by_sense, width
from .packed import moment, same_bytes

XIAOBIAOSONG, FANGSONG, HEITI, KAITI, SONGTI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LATIN = "Times New Roman"
#: What Word takes where a face is not installed; without it Word chooses by itself, seldom well.
FALLBACKS = {
    XIAOBIAOSONG: "方正小标宋_GBK;宋体",
    FANGSONG: "仿宋;FangSong",
    KAITI: "楷体;KaiTi",
    HEITI: "SimHei",
    SONGTI: "SimSun",
}
BODY = 16.0  #: 3号, points; also the unit in which indents are counted
PITCH = 28.8  #: exact line pitch, points: 22 lines in 225 mm
SQUEEZE = -5  #: between characters of the body, 1/20 pt: 28 x 15.75 pt in 156 mm (442.2 pt)
#: What follows the borders among a paragraph's properties; Word refuses another order.
_AFTER_BORDERS = ("w:shd", "w:tabs", "w:overflowPunct", "w:spacing", "w:ind", "w:jc", "w:outlineLvl")
FOOT_WIDTH = Mm(156)
_AFTER_PLACE = ("w:tblOverlap", "w:tblW", "w:jc", "w:tblBorders", "w:tblLayout", "w:tblLook")
_FOOT_LINES = (  # 0.35 mm, 0.25 mm between
    f"<w:tblBorders {nsdecls('w')}>"
    '<w:top w:val="single" w:sz="8" w:color="000000"/><w:bottom w:val="single" w:sz="8" w:color="000000"/>'
    '<w:insideH w:val="single" w:sz="6" w:color="000000"/></w:tblBorders>'
)
_ROW = f'<w:tr {nsdecls("w")}><w:trPr><w:cantSplit/><w:trHeight w:val="440"/>{{}}</w:trPr>{{}}</w:tr>'
_CELL = (
    '<w:tc><w:tcPr><w:tcW w:w="{}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
    '<w:p><w:pPr><w:pStyle w:val="{}"/>{}</w:pPr><w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>'
    '<w:t xml:space="preserve">{}</w:t></w:r></w:p></w:tc>'
)
_CELL_MARGINS = (
    f"<w:tblCellMar {nsdecls('w')}>"
    '<w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar>'  # 1 mm
)
RED = RGBColor(0xD7, 0x00, 0x0F)


@dataclass(frozen=True)
class Style:
    """``indent``: of the first line, in characters; ``level``: of the navigation pane, 0 = body text."""

    font: str
    size: float = BODY
    align: Any = ALIGN.JUSTIFY
    indent: int = 0
    pitch: float | None = PITCH
    level: int = 0
    red: bool = False
    latin: str = LATIN


STYLES = {
    "红头": Style(XIAOBIAOSONG, 36, ALIGN.CENTER, pitch=None, red=True),
    "发文字号": Style(FANGSONG, align=ALIGN.CENTER),
    "公文标题": Style(XIAOBIAOSONG, 22, ALIGN.CENTER, pitch=34),
    "稿次": Style(KAITI, align=ALIGN.CENTER),
    "主送机关": Style(FANGSONG),
    "公文正文": Style(FANGSONG, indent=2),
    "一级标题": Style(HEITI, indent=2, level=1),
    "附件说明": Style(FANGSONG, align=ALIGN.LEFT),
    "署名": Style(FANGSONG, align=ALIGN.RIGHT),
    "附件序号": Style(HEITI, align=ALIGN.LEFT, level=1),
    "表格": Style(FANGSONG, 12, ALIGN.CENTER, pitch=18),
    "表头": Style(HEITI, 12, ALIGN.CENTER, pitch=18),
    "表注": Style(FANGSONG, 12, ALIGN.LEFT, pitch=22),
    "抄送": Style(FANGSONG, 14, ALIGN.LEFT, pitch=24),
    "版记末": Style(FANGSONG, 1, ALIGN.LEFT, pitch=1),
    "页码": Style(SONGTI, 14, pitch=None, latin=SONGTI),
}


def render(bulletin: Bulletin) -> bytes:
    """The same bytes for the same bulletin, dated by its cut-off."""
    document = Document(io.BytesIO(_blank()))
    (_letterhead if bulletin.letter else _head)(document, bulletin)
    if bulletin.marks:
        _draft(document, bulletin.marks)
    _body(document, bulletin)
    _closing(document, bulletin)
    for annex in bulletin.annexes:
        _annex(document, annex)
    if bulletin.copies_to:
        _copies(document, bulletin)
    _properties(document, bulletin)
    out = io.BytesIO()
    document.save(out)
    return same_bytes(out.getvalue(), bulletin.as_of, {"word/fontTable.xml": lambda _: _font_table()})


@cache
def _blank() -> bytes:
    """Page and styles, which all texts share, and which take longer to make than most texts."""
    document = Document()
    _page(document)
    for name, style in STYLES.items():
        _define(document, name, style)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


# --- page and styles --------------------------------------------------------------------------------------------


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(23)  # number 7 mm below the text area: 35 - 7 - its own height
    # no character grid: it would stretch every other size; SQUEEZE sets 28 characters to the line
    section._sectPr.remove(section._sectPr.find(qn("w:docGrid")))
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(document, section.footer, ALIGN.RIGHT)
    _page_number(document, section.even_page_footer, ALIGN.LEFT)


def _page_number(document: Any, footer: Any, align: Any) -> None:
    """``— 1 —``, one character in from the outer edge."""
    if "页码" not in document.styles:
        _define(document, "页码", STYLES["页码"])
    paragraph = footer.paragraphs[0]
    paragraph.style, paragraph.alignment = document.styles["页码"], align
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
    paragraph.add_run("— ")
    paragraph._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
    paragraph.add_run(" —")


def _define(document: Any, name: str, given: Style) -> None:
    if name in document.styles:
        return
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style, style.quick_style = document.styles["Normal"], True
    style.font.size = Pt(given.size)
    _typeface(style.element.get_or_add_rPr(), given.font, given.latin)
    if given.size == BODY:
        _squeeze(style.element.get_or_add_rPr())
    if given.red:
        style.font.color.rgb = RED
    form = style.paragraph_format
    form.alignment, form.space_before, form.space_after = given.align, Pt(0), Pt(0)
    form.widow_control = False  # 22 lines on every page
    _within_margins(style.element.get_or_add_pPr())
    form.line_spacing_rule = WD_LINE_SPACING.SINGLE
    if given.pitch:
        form.line_spacing = Pt(given.pitch)
    if given.indent:
        _indent(style.element.get_or_add_pPr(), firstLine=given.indent)
    if given.level:
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(given.level - 1))
        style.element.get_or_add_pPr().append(outline)


def _within_margins(properties: Any) -> None:
    """No sign hangs over the edge of the text."""
    inside = OxmlElement("w:overflowPunct")
    inside.set(qn("w:val"), "0")
    properties.insert_element_before(
        inside, "w:topLinePunct", "w:autoSpaceDE", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
    )


def _typeface(properties: Any, font: str, latin: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for key, face in (("ascii", latin), ("hAnsi", latin), ("eastAsia", font), ("cs", latin)):
        fonts.set(qn(f"w:{key}"), face)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)


def _squeeze(properties: Any) -> None:
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(SQUEEZE))
    properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:lang")


def _indent(properties: Any, **characters: float) -> None:
    """``left``, ``right``, ``firstLine``, ``hanging`` in characters of the body, for Word, and in twips, for others."""
    indent = properties.get_or_add_ind()
    for side, number in characters.items():
        indent.set(qn(f"w:{side}Chars"), str(round(number * 100)))
        indent.set(qn(f"w:{side}"), str(round(number * BODY * 20)))


def _font_table() -> bytes:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in FALLBACKS.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'.encode()


# --- text -------------------------------------------------------------------------------------------------------


def _add(document: Any, style: str, text: str = "", lead: str = "") -> Any:
    """A paragraph; ``lead`` is set in 楷体 before ``text``."""
    paragraph = document.add_paragraph()
    paragraph._p.style = style  # the id of ours is its name; looked up by name it takes ten times as long
    if lead:
        _write(paragraph, lead).set(qn("w:eastAsia"), KAITI)
    _write(paragraph, text)
    return paragraph


def _write(paragraph: Any, text: str) -> Any:
    """The fonts of a new run; the hint makes “ ” — … Chinese signs, which Word would else set narrow in the Latin face."""
    fonts = paragraph.add_run(text)._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:hint"), "eastAsia")
    return fonts


def _head(document: Any, bulletin: Bulletin) -> None:
    issuer = _add(document, "红头", bulletin.issuer)
    # the name fits one line of 442 pt, 2号 at least
    issuer.runs[0].font.size = Pt(max(22, min(44, 430 // max(1, len(bulletin.issuer)))))
    _add(document, "发文字号")
    line = _add(document, "发文字号", bulletin.number)
    _border(line, 16, bottom="D7000F")
    _add(document, "发文字号")


def _letterhead(document: Any, bulletin: Bulletin) -> None:
    """信函格式: the name 30 mm below the edge, under it a double line, another 20 mm above the lower edge; no number on page 1."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.header_distance, section.footer_distance = Mm(30), Mm(20)
    name = section.first_page_header.paragraphs[0]
    name.style = document.styles["红头"]
    _write(name, bulletin.issuer)
    name.runs[0].font.size = Pt(max(22, min(44, 430 // max(1, len(bulletin.issuer)))))
    foot = section.first_page_footer.paragraphs[0]
    foot.style = document.styles["页码"]
    for paragraph, kind, side in ((name, "thickThinSmallGap", "bottom"), (foot, "thinThickSmallGap", "top")):
        paragraph._p.get_or_add_pPr().insert_element_before(
            parse_xml(
                f'<w:pBdr {nsdecls("w")}><w:{side} w:val="{kind}" w:sz="24" w:space="11" w:color="D7000F"/></w:pBdr>'
            ),
            "w:shd", "w:spacing", "w:ind", "w:jc",
        )  # fmt: skip
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(-7)
    _add(document, "署名", bulletin.number)
    _add(document, "发文字号")


def _border(paragraph: Any, weight: int, **sides: str) -> None:
    """A line at ``top`` or ``bottom`` of the paragraph, ``weight`` eighths of a point, in this colour."""
    properties = paragraph._p.get_or_add_pPr()
    there = properties.find(qn("w:pBdr"))
    if there is None:
        there = parse_xml(f"<w:pBdr {nsdecls('w')}/>")
        properties.insert_element_before(there, *_AFTER_BORDERS)
    for side, colour in sides.items():
        line = f'<w:{side} {nsdecls("w")} w:val="single" w:sz="{weight}" w:space="6" w:color="{colour}"/>'
        there.append(parse_xml(line))


def _draft(document: Any, marks: tuple[str, ...]) -> None:
    """On every page, above the text: what it is not yet."""
    section = document.sections[0]
    headers = [section.header, section.even_page_header]
    if section.different_first_page_header_footer:
        headers.append(section.first_page_header)
    for header in headers:
        paragraph = header.paragraphs[0] if header is not section.first_page_header else header.add_paragraph()
        paragraph.style = document.styles["稿次"]
        _write(paragraph, "".join(marks))


def _body(document: Any, bulletin: Bulletin) -> None:
    _add(document, "公文标题", "\n".join(by_sense(bulletin.title)))
    for mark in bulletin.marks:
        _add(document, "稿次", mark)
    _add(document, "主送机关")
    _add(document, "主送机关", bulletin.addressees)
    if bulletin.opening:
        _add(document, "公文正文", bulletin.opening)
    for section in bulletin.sections:
        if section.heading:
            _add(document, "一级标题", section.heading).paragraph_format.keep_with_next = True
        for paragraph in section.paragraphs:
            _add(document, "公文正文", paragraph.text, paragraph.lead)


def _closing(document: Any, bulletin: Bulletin) -> None:
    """附件说明, 署名 and 成文日期; the date ends four characters from the edge, the name is centred over it."""
    _add(document, "附件说明")
    number = 1.3 if len(bulletin.attachments) > 1 else 0.0
    for n, line in enumerate(bulletin.attachments):
        paragraph = _add(document, "附件说明", f"附件：{line}" if n == 0 else line)
        paragraph.paragraph_format.keep_with_next = True
        _indent(paragraph._p.get_or_add_pPr(), left=5 + number, hanging=number if n else 3 + number)
    for _ in range(2):
        _add(document, "署名").paragraph_format.keep_with_next = True
    name = _add(document, "署名", bulletin.issuer)
    name.paragraph_format.keep_with_next = True
    _indent(name._p.get_or_add_pPr(), right=max(2.0, 4 + (width(bulletin.dated) - len(bulletin.issuer)) / 2))
    _indent(_add(document, "署名", bulletin.dated)._p.get_or_add_pPr(), right=4)
    if bulletin.remark:
        _add(document, "公文正文", f"（{bulletin.remark}）")


def _copies(document: Any, bulletin: Bulletin) -> None:
    """版记, at the foot of the last page: 抄送, a thin line, who printed it and when; of a letter 抄送 alone, without lines."""
    words = [f"抄送：{bulletin.copies_to}。"]
    if not bulletin.letter:
        words.append(f"{bulletin.issuer}\t{bulletin.dated}印发")
    foot = document.add_table(rows=len(words), cols=1)
    height = sum(24 * ceil(width(text) / 29) for text in words) + 6  # points; 29 characters of 4号 in a line
    at = Mm(297 - 35).twips - round(height * 20)
    place = f'w:vertAnchor="page" w:horzAnchor="margin" w:tblpXSpec="center" w:tblpY="{at}"'
    foot._tblPr.insert_element_before(parse_xml(f"<w:tblpPr {nsdecls('w')} {place}/>"), *_AFTER_PLACE)
    if not bulletin.letter:
        foot._tblPr.insert_element_before(parse_xml(_FOOT_LINES), "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    foot.columns[0].width = FOOT_WIDTH
    for row, text in zip(foot.rows, words, strict=True):
        row.cells[0].width = FOOT_WIDTH
        paragraph = row.cells[0].paragraphs[0]
        paragraph.style = document.styles["抄送"]
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(
            8
        )  # the cell has the rest
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(156) - Pt(24), WD_TAB_ALIGNMENT.RIGHT)
        _write(paragraph, text)
    _add(document, "版记末")


# --- annexes ----------------------------------------------------------------------------------------------------


def _annex(document: Any, annex: Annex) -> None:
    label = _add(document, "附件序号", annex.label)
    label.paragraph_format.page_break_before = True
    _add(document, "附件说明")
    _add(document, "公文标题", "\n".join(by_sense(annex.table.title))).paragraph_format.keep_with_next = True
    _add(document, "表注")
    _table(document, annex.table)
    _add(document, "表注", annex.table.note)


def _table(document: Any, table: Table) -> None:
    """Borders, the header again on every page, no row broken over two."""
    grid = document.add_table(rows=0, cols=len(table.header), style="Table Grid")
    grid.alignment, grid.autofit = 1, False
    grid._tblPr.insert_element_before(parse_xml(_CELL_MARGINS), "w:tblLook")
    unit = Mm(156) / sum(table.widths)
    widths = [int(unit * parts) for parts in table.widths]
    for column, width_ in zip(grid.columns, widths, strict=True):
        column.width = width_
    left = {table.header.index(heading) for heading in LEFT if heading in table.header}
    plain, bold = (document.styles[name].style_id for name in ("表格", "表头"))
    for n, cells in enumerate((table.header, *table.rows)):
        style = bold if n == 0 or (table.totals and n == len(table.rows)) else plain
        tcs = (
            _cell(str(value), style, width_ // 635, n > 0 and at in left)
            for at, (value, width_) in enumerate(zip(cells, widths, strict=True))
        )
        again = "<w:tblHeader/>" if n == 0 else ""
        grid._tbl.append(parse_xml(_ROW.format(again, "".join(tcs))))


def _cell(text: str, style: str, twips: int, left: bool) -> str:
    """As XML: a table of hundreds of rows takes python-docx seconds."""
    side = '<w:jc w:val="left"/>' if left else ""
    return _CELL.format(twips, style, side, escape(text))


def _properties(document: Any, bulletin: Bulletin) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = bulletin.title[:255], bulletin.issuer[:255], ""
    properties.comments, properties.keywords, properties.language, properties.revision = "", "", "zh-CN", 1
    properties.created = properties.modified = moment(bulletin.as_of)
