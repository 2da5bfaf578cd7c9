"""Dates as government pages write them, beside a link, in an article's head, or only in the URL.

A date counts only where it is real and lies between 1990 and 2100; a year is never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Literal

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2099

_YEAR: Final = r"(?:19[9]\d|20\d\d)"
_FULL: Final = re.compile(  # the years first: a search looks for their first digits, not at every character
    r"(19(?<![\d.]19)9\d|20(?<![\d.]20)\d\d)(?:\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})| ?([-/.．－／–—]) ?(\d{1,2}) ?\4 ?(\d{1,2}))(?!\d)"
)
_WIDE: Final = {0xFF10 + digit: str(digit) for digit in range(10)}
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH: Final = rf"(?P<{{}}>{'|'.join(_MONTHS)})[a-z]*\.?"
_ENGLISH: Final = re.compile(  # Jun 1, 2018; Fri Jun 01 00:00:00 CST 2018; 1 June 2018
    rf"\b(?:{_MONTH.format('a')} +(?P<d>\d\d?)(?:st|nd|rd|th)?,?(?: \d\d:\d\d:\d\d(?: [A-Z]{{3,4}})?)? +(?P<y>20\d\d|199\d)"
    rf"|(?P<e>\d\d?) +{_MONTH.format('b')},? +(?P<z>20\d\d|199\d))\b",
    re.I,
)
#: 6/3/2018, as a server of American habit writes it: the month first.
_AMERICAN: Final = re.compile(r"(?<![\d/.-])(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<y>20\d\d|199\d)(?!\d)")
_HAN_DIGIT: Final = {digit: n for n, digits in enumerate(("〇○零OＯ0０", *"一二三四五六七八九")) for digit in digits}
_HAN: Final = re.compile(
    r"(?P<y>二[〇○零OＯ0０][〇○零OＯ0０一二三四五六七八九]{2})年(?P<m>[元一二三四五六七八九十]{1,2})月(?P<d>[一二三四五六七八九十]{1,3})[日号]"
)
_HAN_YEAR: Final = str.maketrans({digit: str(n) for digit, n in _HAN_DIGIT.items()})
MAX_PART: Final = 30  #: characters of a part of a date
MAX_ODD: Final = 100  #: characters of a text that is searched for rarer forms
_SHORT: Final = re.compile(r"^[\[(【（]?\s*(\d\d)[-/.](\d\d)[-/.](\d\d)(?:\s+\d\d?:\d\d(?::\d\d)?)?\s*[\])】）]?$")
_TOGETHER: Final = re.compile(rf"^[\[(【（]?\s*({_YEAR})(\d\d)(\d\d)\s*[\])】）]?$")
_MONTH_DAY: Final = re.compile(
    r"^[\[(【（]?\s*(\d{1,2})(?:[-/.]|\s*月\s*)(\d{1,2})\s*日?(?:\s+\d\d?:\d\d)?\s*[\])】）]?$"
)
_YEAR_MONTH: Final = re.compile(rf"^({_YEAR})(?:[-/.]|\s*年\s*)(\d{{1,2}})\s*月?$")
#: ``06/2018``, ``Jun 2018``, ``6月 2018``
_MONTH_YEAR: Final = re.compile(
    rf"^(?:(\d{{1,2}})(?:[-/.]|\s*月\s*)|{_MONTH.format('a')},?\s+)\s*({_YEAR})\s*年?$", re.I
)
_MONTH_ONLY: Final = re.compile(rf"^(?:(\d{{1,2}})\s*月|{_MONTH.format('a')})$", re.I)
_YEAR_ONLY: Final = re.compile(rf"^({_YEAR})\s*年?$")
_DAY_ONLY: Final = re.compile(r"^(\d{1,2})\s*日?$")
_YEAR_HEADING: Final = re.compile(rf"^({_YEAR})\s*年度?$")

#: Days a shown day may lie before its URL's, and behind it: a page is not dated long after it was made.
BEFORE, AFTER = 45, 2

_IN_URL: Final = (
    re.compile(rf"/t({_YEAR})(\d\d)(\d\d)_"),
    re.compile(rf"/({_YEAR})/(\d{{1,2}})/(\d{{1,2}})(?:/|_)"),
    re.compile(rf"/({_YEAR})[-_]?(\d\d)/(\d\d)/"),
    re.compile(rf"/({_YEAR})[-_](\d{{1,2}})[-_](\d{{1,2}})(?:[/_.]|$)"),
    re.compile(rf"/({_YEAR})/[a-z]*_?(\d\d)(\d\d)/", re.I),
    re.compile(rf"[/_]({_YEAR})(\d\d)(\d\d)(?:\d{{4,9}})?(?:[/_.-]|$)"),
)
_MONTH_IN_URL: Final = re.compile(rf"/({_YEAR})[-_/]?(\d\d)/(?!\d\d?/)")


def real(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar or the accepted years don't have it."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def find(text: str) -> date | None:
    """The first full date (with its year) written in ``text``."""
    found = find_all(text, 1)
    return found[0][0] if found else None


def find_all(text: str, most: int = 1_000_000) -> list[tuple[date, int]]:
    """Every full date with the offset where it starts, or the first ``most`` of them."""
    found: list[tuple[date, int]] = []
    if "20" in text or "19" in text:
        for m in _FULL.finditer(text):
            if day := real(int(m[1]), int(m[2] or m[5]), int(m[3] or m[6])):
                found.append((day, m.start()))
                if len(found) == most:
                    break
    return found or (_odd(text) if len(text) <= MAX_ODD else found)


def _odd(text: str) -> list[tuple[date, int]]:
    """The date of a short text in a rarer form: wide digits, Chinese numerals, American or English order."""
    if "２０" in text:
        return find_all(text.translate(_WIDE))
    m: re.Match[str] | None = None
    if "二" in text and "年" in text and (m := _HAN.search(text)):
        year, month, day = m["y"].translate(_HAN_YEAR), _han(m["m"]), _han(m["d"])
    elif "/20" in text and (m := _AMERICAN.search(text)):
        year, month, day = m["y"], int(m["m"]), int(m["d"])
    elif " 20" in text and (m := _ENGLISH.search(text)):
        year, month, day = m["y"] or m["z"], _MONTHS.index((m["a"] or m["b"]).lower()) + 1, int(m["d"] or m["e"])
    found = real(int(year), month, day) if m else None
    return [(found, m.start())] if m and found else []


def _han(text: str) -> int:
    """一 … 三十一; 元 is the first month."""
    tens, ten, ones = text.rpartition("十")
    return (_HAN_DIGIT.get(tens, 1) * 10 if ten else 0) + (_HAN_DIGIT.get(ones, 1 if ones == "元" else 0))


_LABELS: Final = re.compile(r"[\u4e00-\u9fff]{2,6}[:：]\s*")
_RELATIVE: Final = re.compile(
    r"(?:\d|[一二两三四五六七八九十几半])\s*个?(?:秒钟?|分钟?|小时|天|日|周|星期|月|年)之?以?前|刚刚|[昨今前][天日]"
)
_SOME: Final = r"(?:\d{1,4}|[〇○零一二三四五六七八九十]{1,4})"
_LIKE: Final = re.compile(
    rf"^\W*{_SOME}(?:\s*[-/.．－／–—年月]\s*{_SOME}|(?:\s*[-/.．－／–—年月日,，、:： ]\s*{_SOME}){{2,5}})\s*[年月日号]?(?:\s*[AP]M)?\W*$",
    re.I,
)


def like(text: str) -> bool:
    """Whether a text is, or holds, what a reader may take for a date: ``06-01``, ``3天前``, ``2018、6、1``."""
    return bool(_RELATIVE.search(text) or _LIKE.match(_LABELS.sub("", text)) or find(text) or _ENGLISH.search(text))


def whole(text: str) -> date | None:
    """The date where ``text`` is nothing but one of two-digit year, as ``18-03-08 23:16``, or without marks, as ``20180308``."""
    m = _SHORT.match(text) or _TOGETHER.match(text)
    return real(int(m[1]) + 2000 * (len(m[1]) == 2), int(m[2]), int(m[3])) if m else None


def month_day(text: str) -> tuple[int, int] | None:
    """(month, day) where ``text`` is nothing but those: ``09-25``, ``[09-25]``, ``9月25日``."""
    m = _MONTH_DAY.match(text)
    return (int(m[1]), int(m[2])) if m and real(2000, int(m[1]), int(m[2])) else None


def combine(first: str, second: str) -> date | None:
    """The date two neighbouring elements show together: ``09/25`` + ``2020``, ``25`` + ``2020-09`` or ``Sep 2020``, in either order."""
    one, other = _part(first), _part(second)
    return _joined(one, other) or _joined(other, one) if one and other else None


def combine_three(first: str, second: str, third: str) -> date | None:
    """The date of three neighbouring elements, of which the middle one says that it is the month: ``25`` + ``9月`` + ``2020``."""
    month = _MONTH_ONLY.match(second)
    if not month:
        return None
    one, other = _part(first), _part(third)
    for day, year in ((one, other), (other, one)):
        if day and year and day.of == "day" and year.of == "year":
            return real(year.number, _month(month[1], month[2]), day.number)
    return None


@dataclass(slots=True, frozen=True)
class _Part:
    """A part of a date: a year, a year with its month, a month with its day, or a day."""

    of: Literal["year", "year-month", "month-day", "day"]
    number: int
    second: int = 0


@lru_cache(maxsize=8192)
def _part(text: str) -> _Part | None:
    if len(text) > MAX_PART:
        return None
    if m := _DAY_ONLY.match(text):
        return _Part("day", int(m[1]))
    if m := _YEAR_ONLY.match(text):
        return _Part("year", int(m[1]))
    if m := _YEAR_MONTH.match(text):
        return _Part("year-month", int(m[1]), int(m[2]))
    if m := _MONTH_YEAR.match(text):
        return _Part("year-month", int(m[3]), _month(m[1], m[2]))
    md = month_day(text)
    return _Part("month-day", *md) if md else None


def is_part(text: str) -> bool:
    """Whether ``combine`` or ``combine_three`` may make a date of ``text`` and what follows it."""
    return _part(text) is not None


def _joined(part: _Part, year: _Part) -> date | None:
    if part.of == "month-day" and year.of == "year":
        return real(year.number, part.number, part.second)
    if part.of == "day" and year.of == "year-month":
        return real(year.number, year.second, part.number)
    return None


def _month(number: str | None, name: str | None) -> int:
    return int(number) if number else _MONTHS.index((name or "jan").lower()) + 1


@lru_cache(maxsize=8192)
def from_url(url: str) -> date | None:
    """The day a URL carries, as ``/t20260731_14068.html``, ``/art/2026/9/10/``, ``/2026/jieguo_0914/``; a mere month is none."""
    if "/19" not in url and "20" not in url:
        return None
    for pattern in _IN_URL:
        for m in pattern.finditer(url):
            if day := real(int(m[1]), int(m[2]), int(m[3])):
                return day
    return None


@lru_cache(maxsize=8192)
def month_of_url(url: str) -> tuple[int, int] | None:
    """(year, month) of a folder that a URL names, as ``/a/201803/x.html``, ``/2018-03/x.html``."""
    m = _MONTH_IN_URL.search(url)
    return (int(m[1]), int(m[2])) if m and 1 <= int(m[2]) <= 12 else None


def with_year_of_month(md: tuple[int, int], folder: tuple[int, int]) -> date | None:
    """A yearless day given the year of a URL's month, where it lies in that month or in the one before."""
    year, month = folder
    if md[0] == month:
        return real(year, *md)
    return real(year - (month == 1), *md) if md[0] % 12 + 1 == month else None


def with_year_of(md: tuple[int, int], near: date) -> date | None:
    """A yearless day given the year of a URL's day, where it lies at most ``BEFORE`` days before or ``AFTER`` days behind it;
    None where the year stays open: many pages of other years were moved in on one day, which their URLs show.
    """
    days = (real(year, *md) for year in (near.year - 1, near.year, near.year + 1))
    return next((d for d in days if d and -BEFORE <= (d - near).days <= AFTER), None)


def year_heading(text: str) -> int:
    """The year where ``text`` is nothing but that, as ``2020年``; 0 if it isn't."""
    m = _YEAR_HEADING.match(text)
    return int(m[1]) if m else 0
