"""Dates shown on a page that stand for themselves: the day, in one text or in two or three, or month and day below a year."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from govcrawl.reading import dates
from govcrawl.reading.document import Document

MAX_YEARS: Final = 60  #: headings of years on a page
BESIDE, IN_LINK = 20, 3  #: characters beside a date that stands for itself; in a link more are its title's
MAX_ENTRY: Final = 600  #: characters around a date and its one link; more is prose with a date in it
DIGIT: Final = re.compile(r"[\d二]")  #: of a date, 二〇一八年 among them
_LABEL: Final = re.compile(
    r"(?:发布|更新|发文|成文|公开|生成|印发|录入|来信|留言)?(?:时间|日期)\s*[:：]?|阅读次数.*|点击.*|浏览.*|来源.*|\d{1,2}:\d{1,2}(?::\d{1,2})?|作者.*?(?=\d|$)|编辑.*?(?=\d|$)"
)
_SENTENCE: Final = re.compile(r"[，。；、！？]|今[天日]")
_RELEASED: Final = re.compile(r"发布(?:时间|日期|于)?\s*[:：]?\s*(?=\d)")


@dataclass(slots=True)
class Mark:
    """A date shown at a text: the day, or month and day, to which a heading may have given the year."""

    at: int
    day: date | None
    md: tuple[int, int] | None = None


def find(doc: Document, start: int, end: int) -> list[Mark]:
    """The dates shown in a range that stand for themselves, not those of prose or of a title."""
    texts, links, at = doc.texts, doc.within("a"), [*doc.texts_in(start, end), -1]
    found: list[Mark] = []
    paired = -1
    for k, i in enumerate(at[:-1]):
        if len(texts[i]) > 62 or not DIGIT.search(texts[i]):
            continue
        shown, following = _shown(texts[i].strip(), bool(links[i])), at[k + 1]
        if shown is None or i == paired:
            continue
        if shown.day:
            found.append(Mark(i, shown.day))
        elif following >= 0 and shown.part and (day := _split(doc, texts[i].strip(), i, following)):
            found.append(Mark(i, day))
            paired = following
        elif shown.md:
            found.append(Mark(i, None, shown.md))
    if any(m.md for m in found):
        _give_years(doc, [m for m in found if m.md], at[:-1])
    return found


@dataclass(slots=True, frozen=True)
class _Shown:
    """What a text says for itself of a date; ``part``: it may be one with the text that follows it."""

    day: date | None
    md: tuple[int, int] | None
    part: bool


@lru_cache(maxsize=8192)
def _shown(text: str, in_link: bool) -> _Shown | None:
    """None: nothing.  Dates, numbers and pagers come again on the pages of a site."""
    if len(text) > 60:
        return None
    day = _shown_day(text, IN_LINK if in_link else BESIDE)
    shown = _Shown(day, dates.month_day(text), len(text) <= 10 and dates.is_part(text))
    return shown if shown.day or shown.md or shown.part else None


def _shown_day(text: str, others: int) -> date | None:
    """The day of a text that shows little else; of several the one of 发布, else the latest."""
    day = alone(text, others)
    if "发布" in text and (m := _RELEASED.search(text)):
        said = text[m.end() : m.end() + 20]
        return dates.find(said) or dates.whole(said.partition(" ")[0]) or day
    return max(d for d, _ in dates.find_all(text)) if day and len(text) > 19 else day


def _split(doc: Document, text: str, i: int, following: int) -> date | None:
    if doc.lines[following] - doc.lines[i] > 2:
        return None
    second, third = doc.texts[following].strip(), _after(doc, following)
    day = dates.combine(text, second) or dates.combine_three(text, second, doc.texts[third].strip())
    return day if day and _one_entry(doc, i, following) else None


def _after(doc: Document, i: int) -> int:
    """The text that follows text ``i``; ``i`` itself, if it is the last."""
    k = bisect_left(doc.text_at, i) + 1
    return doc.text_at[min(k, len(doc.text_at) - 1)]


def _one_entry(doc: Document, i: int, following: int) -> bool:
    """Whether two texts are one entry's: not two cells of a table of figures, whose rows have no links."""
    cell = next((k for k in doc.above(i, 8) if doc.tags[k] in ("td", "th")), 0)
    if not cell or doc.end[cell] > following:
        return True
    row = next((k for k in doc.above(cell, 8) if doc.tags[k] == "tr" and doc.end[k] > following), 0)
    return bool(row) and 1 <= doc.count_anchors(row, doc.end[row]) <= 3


def _give_years(doc: Document, yearless: list[Mark], at: list[int]) -> None:
    """Headings as ``2020年`` date the yearless entries right below them, in the same box, if those run in order.  Years in a row
    without entries between are a choice of years, not headings.
    """
    links, options = doc.within("a"), doc.within("option")
    told = [(i, dates.year_heading(doc.texts[i].strip())) for i in at if 5 <= len(doc.texts[i]) <= 9]
    headings = [(i, year) for i, year in told if year and not (links[i] or options[i])]
    if not headings or len(headings) > MAX_YEARS:
        return
    ends = [*(i for i, _ in headings[1:]), len(doc.tags)]
    below = [_governed(doc, yearless, i, end) for (i, _), end in zip(headings, ends, strict=True)]
    for (_, year), entries_below in zip(headings, below, strict=True):
        for m in entries_below if all(below) else ():
            m.day = dates.real(year, *m.md) if m.md else None


def _governed(doc: Document, yearless: list[Mark], i: int, end: int) -> list[Mark]:
    """The dates before ``end`` that a year at ``i`` holds for."""
    first = next((m.at for m in yearless if m.at > i), end)
    box_end = next((doc.end[k] for k in doc.above(i, 12) if doc.end[k] > first), 0)
    found = [m for m in yearless if i < m.at < min(end, box_end)]
    days = [m.md or (0, 0) for m in found]
    adjacent = doc.count_anchors(i, first) <= 2 and doc.chars(i, first) <= MAX_ENTRY // 3
    return found if adjacent and days in (sorted(days), sorted(days, reverse=True)) else []


def alone(text: str, others: int = BESIDE) -> date | None:
    """The date of a text that holds little else: a time, a label, brackets, at most ``others`` characters."""
    found = dates.find_all(text)
    if not found:
        return dates.whole(text)
    rest = _LABEL.sub("", text)
    loose = len(rest) - 10
    return found[0][0] if loose <= others and not _SENTENCE.search(rest) else None
