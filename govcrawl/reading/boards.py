"""Message boards (政务咨询): letters with the day asked, the day answered and the state shown, in tables, lists or one a page.

A letter is ``open`` only where the page says so in words; without such words it is ``unknown``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

from govcrawl.contracts import Letter
from govcrawl.reading import dates
from govcrawl.reading.document import Anchor, Document
from govcrawl.reading.lists import is_noise
from govcrawl.reading.regions import Regions

State = Literal["answered", "open", "unknown"]

_BOARD = re.compile(r"信箱|留言|来信|咨询|投诉|互动|信访|问政|答疑|写信|建议|诉求|民意|12345|回复|答复")
_OPEN = re.compile(
    r"未(?:回复|答复|办理|处理|办结|受理|回应)|待(?:回复|答复|办理|处理|受理|办)|(?:受理|办理|处理|审核|转办|交办)中|正在(?:办理|处理|受理)|尚未|暂未(?:回复|答复)|暂无(?:回复|答复)|无(?:回复|答复)"
)
_DONE = re.compile(r"已(?:回复|答复|办理|处理|办结|回应|解决|公开|反馈)|办结|(?:回复|答复)完毕|办理完毕|处理完毕")
_ASKED = re.compile(
    r"(?:来信|写信|留言|提问|咨询|投诉|提交|发布|发表|来件|信件|受理|申请|反映|建议)(?:时间|日期)|^时间$|^日期$"
)
_ANSWERED = re.compile(r"(?:回复|答复|办结|回信|反馈|处理|办理|解答|回应|答复发布)(?:时间|日期)")
_TITLE = re.compile(r"标\s*题|主\s*题|题\s*目|信件名称|来信名称|问题|内容")
_STATUS = re.compile(r"状\s*态|办理情况|处理结果|处理情况|是否(?:回复|答复|办结)|进度")
_REPLY = re.compile(
    r"^[【\[]?(?:(?:单位|部门|官方|领导|本站|管理员)?(?:回复|答复|回信)(?:内容|意见|情况|单位|部门)?|答|处理结果|办理结果|办理情况|解答)[】\]]?\s*[:：]?"
)
_NO_REPLY = re.compile(r"^(?:暂无|无|未回复|待回复|-+|—+)?$")
_BOXES = ("li", "div", "dl", "table", "section", "article")
MAX_LETTER = 10_000  #: characters of a letter with its reply
MIN_LETTER = 15  #: characters; a box with less is a date, not a letter
_DATE_LABEL = re.compile(
    r"([\u4e00-\u9fff]{2,6}(?:时间|日期))\s*[:：]?\s*\n?\s*((?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2})?"
)


def is_board(doc: Document, regions: Regions, name: str) -> bool:
    """Whether the page speaks of letters at all: in its title, breadcrumb or the column's name."""
    return bool(_BOARD.search(" ".join((doc.title, name, *regions.crumb_names))))


def letters(doc: Document, regions: Regions) -> tuple[Letter, ...]:
    """The letters of a board page, or the one of a detail page."""
    start, end = regions.main or (0, regions.footer)
    found = (
        tuple(_table_letters(doc, start, end))
        or tuple(_whole_letters(doc, start, end))
        or tuple(_list_letters(doc, start, end))
    )
    return found or tuple(_detail(doc, regions, start, end))


# --- tables: a head row names the cells --------------------------------------------------------------------------


def _table_letters(doc: Document, start: int, end: int) -> Iterator[Letter]:
    for t in doc.all("table"):
        if start <= t < end:
            rows = [r for r in range(t, doc.end[t]) if doc.tags[r] == "tr"]
            heads = [doc.text(c) for c in _cells(doc, rows[0])] if rows else []
            title, asked = _column(heads, _TITLE), _column(heads, _ASKED)
            if title is not None and (asked is not None or _column(heads, _STATUS) is not None):
                yield from _rows(doc, rows[1:], heads, title)
                return


def _rows(doc: Document, rows: list[int], heads: list[str], title: int) -> Iterator[Letter]:
    asked, answered, status = (_column(heads, p) for p in (_ASKED, _ANSWERED, _STATUS))
    for row in rows:
        cells = _cells(doc, row)
        if len(cells) < len(heads):
            continue
        words = [doc.text(c) for c in cells]
        link = next(iter(doc.anchors_in(cells[title], doc.end[cells[title]])), None)
        day = dates.find(words[answered]) if answered is not None else None
        state = _state(words[status]) if status is not None else "unknown"
        if words[title]:
            yield _letter(
                link.words if link else words[title],
                dates.find(words[asked]) if asked is not None else None,
                day,
                state,
                link,
            )


def _cells(doc: Document, row: int) -> list[int]:
    return [c for c in range(row, doc.end[row]) if doc.tags[c] in ("td", "th") and doc.parent[c] == row]


def _column(heads: list[str], pattern: re.Pattern[str]) -> int | None:
    return next((k for k, head in enumerate(heads) if len(head) <= 12 and pattern.search(head)), None)


# --- lists: an entry holds a title, a date and a state ----------------------------------------------------------------


def _list_letters(doc: Document, start: int, end: int) -> Iterator[Letter]:
    for box in range(start, end):
        if doc.tags[box] not in ("li", "tr", "dl", "div") or doc.chars(box, doc.end[box]) > 400:
            continue
        link = next((a for a in doc.anchors_in(box, doc.end[box]) if len(a.words) > 3 and not is_noise(a.words)), None)
        if not link or _repeated(doc, box, link):
            continue
        rest = doc.text(box).replace(link.text, " ", 1)
        state = _state(rest)
        asked, answered = _labelled(rest)
        if state != "unknown" and (asked or answered):
            yield _letter(link.words, asked, answered, state, link)


def _repeated(doc: Document, box: int, link: Anchor) -> bool:
    """Whether a smaller box of the same kind holds the link: then that one is the entry."""
    return any(doc.tags[k] in ("li", "tr", "dl", "div") and k > box and _is_entry(doc, k) for k in doc.above(link.at))


def _is_entry(doc: Document, k: int) -> bool:
    text = doc.text(k)
    return bool(dates.find(text)) and _state(text) != "unknown"


def _labelled(text: str) -> tuple[date | None, date | None]:
    """(asked, answered): by label; else the first date and, only if labelled so, the second."""
    asked = answered = None
    for m in _DATE_LABEL.finditer(text):
        day = dates.find(m[2] or "")
        if day and _ANSWERED.search(m[1]):
            answered = answered or day
        elif day and _ASKED.search(m[1]):
            asked = asked or day
    days = [d for d, _ in dates.find_all(text)]
    if not asked and days and days[0] != answered:
        asked = days[0]
    return asked, answered


# --- whole letters, one box each, with labelled dates and the reply below ------------------------------------------------


def _whole_letters(doc: Document, start: int, end: int) -> Iterator[Letter]:
    """Boxes that hold one asked date each; a page with fewer than two of them is read as one letter."""
    boxes = [k for k in range(start, end) if doc.tags[k] in _BOXES and _asked_dates(doc, k) == 1]
    known = set(boxes)
    outer = [k for k in boxes if known.isdisjoint(doc.above(k))]
    for k in outer if len(outer) > 1 else ():
        text = doc.text(k)
        asked, answered = _labelled(text)
        reply = _reply(text)
        link = next((a for a in doc.anchors_in(k, doc.end[k]) if len(a.words) > 3 and not is_noise(a.words)), None)
        state: State = "answered" if answered or reply else _state(text)
        if asked and (reply is not None or state != "unknown"):
            yield Letter(_heading(doc, k), asked, answered, state, link.url if link else "")


def _asked_dates(doc: Document, k: int) -> int:
    if not MIN_LETTER <= doc.chars(k, doc.end[k]) <= MAX_LETTER:
        return 0
    return sum(bool(m[2]) and bool(_ASKED.fullmatch(m[1])) for m in _DATE_LABEL.finditer(doc.text(k)))


def _heading(doc: Document, k: int) -> str:
    """The heading of a letter's box, or its first words."""
    inside = range(k, doc.end[k])
    heads = (doc.text(i) for i in inside if doc.tags[i] in ("h1", "h2", "h3", "h4", "h5", "a", "strong", "b", "dt"))
    first = next((h for h in heads if h.strip()), "") or next(
        (doc.texts[i] for i in inside if doc.texts[i].strip()), ""
    )
    return " ".join(_DATE_LABEL.sub("", first).split())[:100]


# --- one letter a page ------------------------------------------------------------------------------------------------


def _detail(doc: Document, regions: Regions, start: int, end: int) -> Iterator[Letter]:
    text = doc.text(start, end)
    asked_label = any(_ASKED.fullmatch(m[1]) for m in _DATE_LABEL.finditer(text))
    reply = _reply(text)
    if not asked_label or reply is None:
        return
    asked, answered = _labelled(text)
    state: State = "answered" if answered or reply else _state(text)
    yield Letter(_detail_title(doc, regions, text), asked, answered, state, doc.url)


def _reply(text: str) -> str | None:
    """The words of the reply; "" where its place is shown empty; None where the page has no such place."""
    lines = text.split("\n")
    for k, line in enumerate(lines):
        m = _REPLY.match(line)
        if m and not _DATE_LABEL.match(line):
            words = line[m.end() :].strip() or (lines[k + 1].strip() if k + 1 < len(lines) else "")
            return "" if _NO_REPLY.match(words) or _OPEN.search(words[:20]) else words
    return None


def _detail_title(doc: Document, regions: Regions, text: str) -> str:
    m = re.search(r"(?:标\s*题|主\s*题|题\s*目)\s*[:：]?\s*\n?\s*([^\n]{2,100})", text)
    if m:
        return m[1].strip()
    return re.split(r"\s*[-_|]+\s*", doc.title)[0] or (regions.crumb_names or ("",))[-1]


def _letter(title: str, asked: date | None, answered: date | None, state: State, link: Anchor | None) -> Letter:
    if answered and state == "unknown":
        state = "answered"
    return Letter(" ".join(title.split()), asked, answered, state, link.url if link else "")


def _state(text: str) -> State:
    if _OPEN.search(text):
        return "open"
    return "answered" if _DONE.search(text) else "unknown"
