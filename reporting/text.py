"""Words a clerk reads: crawled text made printable, dates and numbers in Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import combinations, pairwise
from operator import attrgetter
from typing import Any

#: Not legal in XML, or invisible and able to turn a line of text around: controls, soft hyphen, zero-width and
#: bidirectional marks, annotation and tag characters, surrogates, U+FFFE and U+FFFF.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"[^\S ]|  |^ | $")
_PRIVATE = re.compile(r"\d{7,}[Xx]?|1\d\d[ -]\d{4}[ -]\d{4}|\d{4}(?:[ -]\d{4}){3,}[ -]?\d*")
TITLE_LINE = 19.5  #: characters of 2号 (22 pt) in a line of 156 mm
#: Where a title is parted by sense: after 关于, a quarter, 的; before the region, the sites, the kind of list, a quotation.
_SENSE = re.compile(
    "(?<=关于)|(?<=季度)|(?<=半年)|(?<=的)|(?<=”)(?=.{3})|(?=全[省区市州县])|(?<!“)(?=政府网站)|(?<!系统)(?=政务新媒体)"
    "|(?=和政府)|(?=不合格)|(?=证据不足)|(?=“)|(?<=全[省区市州县])(?=政府)|(?=(?:检|普|抽)查情况)|(?=抽查发现)"
)
#: A line never begins with the first, never ends with the second.
_NOT_FIRST, _NOT_LAST = "，、。；：”）》〕的", "“（《〔和与"
_WORDLESS = frozenset({bool, int, float, date, datetime})
_DIGITS = "零一二三四五六七八九"


def clean(text: str) -> str:
    """``text`` on one line, without characters that a document can't hold or a reader can't see."""
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    text = _UNPRINTABLE.sub("", text)
    return " ".join(text.split()) if _SPACES.search(text) else text


def cleaned(value: Any) -> Any:
    """``value`` with every string in it cleaned, in dataclasses, tuples, lists and dicts, however deep; itself where nothing was."""
    if isinstance(value, str):
        return clean(value)
    if not value or type(value) in _WORDLESS:
        return value
    if isinstance(value, (tuple, list)):
        items = [cleaned(item) for item in value]
        return value if all(a is b for a, b in zip(value, items, strict=True)) else type(value)(items)
    if isinstance(value, dict):
        pairs = [(cleaned(key), cleaned(item)) for key, item in value.items()]
        same = all(a is b and value[a] is c for a, (b, c) in zip(value, pairs, strict=True))
        return value if same else dict(pairs)
    names, read = _fields(value.__class__)
    return _cleaned_fields(value, names, read(value)) if names else value


@cache
def _fields(of: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The fields of a dataclass, and what reads them all at once; of anything else none."""
    names = tuple(f.name for f in fields(of)) if is_dataclass(of) else ()
    return names, attrgetter(*names, "__class__") if names else tuple


def _cleaned_fields(value: Any, names: Iterable[str], values: Sequence[Any]) -> Any:
    """A snapshot has millions of fields, and hardly one to clean: the strings of one thing are looked at together."""
    clear = _is_clean("|".join([v for v in values if type(v) is str]))
    changed = {}
    for name, old in zip(names, values, strict=False):
        if not old or type(old) in _WORDLESS or (clear and type(old) is str):
            continue
        if (new := cleaned(old)) is not old and new != old:
            changed[name] = new
    return replace(value, **changed) if changed else value


def _is_clean(joined: str) -> bool:
    return joined.isprintable() and " |" not in f"{joined}|" and "| " not in f"|{joined}" and "  " not in joined


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters; what is cut off shows as “……”."""
    return text if len(text) <= limit else text[: limit - 2] + "……"


def without_numbers(text: str) -> str:
    """``text`` with whatever may be a person's number (telephone, identity or bank card) cut to three digits."""
    return _PRIVATE.sub(lambda match: match[0][:3] + "****", text)


def quoted(text: str, limit: int = 60) -> str:
    """A name in Chinese quotation marks; its own outer marks become single ones."""
    return "“" + shorten(text, limit).replace("“", "‘").replace("”", "’") + "”"


def day(value: date | str | None) -> str:
    """``2018年6月15日``; an ISO string is read as a date, other words stay, None is empty."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return str(value)
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def months(starts: date, ends: date) -> str:
    """``4—6月``, ``6月`` or ``2017年12月—2018年2月``."""
    if starts.year != ends.year:
        return f"{starts.year}年{starts.month}月—{ends.year}年{ends.month}月"
    return f"{ends.month}月" if starts.month == ends.month else f"{starts.month}—{ends.month}月"


def points(value: float) -> str:
    """``12.5``, ``40``: exactly what was deducted, never rounded across the pass line."""
    exact = format(Decimal(str(value)), "f")
    return exact.rstrip("0").rstrip(".") if "." in exact else exact


def width(text: str) -> float:
    """In full-width characters."""
    return sum(0.5 if char.isascii() else 1.0 for char in text)


def by_sense(title: str) -> tuple[str, ...]:
    """``title`` in the fewest lines that hold it, parted by sense and evenly; whole where it can't be."""
    if width(title) <= TITLE_LINE:
        return (title,)
    places = sorted({match.start() for match in _SENSE.finditer(title)} - {0, len(title)})
    for number in (1, 2, 3):
        parted = [_parted(title, at) for at in combinations([p for p in places if _may_part(title, p)], number)]
        if fitting := [parts for parts in parted if max(map(width, parts)) <= TITLE_LINE]:
            return min(fitting, key=_uneven)
    return (title,)


def _parted(title: str, places: Iterable[int]) -> tuple[str, ...]:
    edges = (0, *places, len(title))
    return tuple(title[start:end] for start, end in pairwise(edges))


def _may_part(title: str, at: int) -> bool:
    return title[at] not in _NOT_FIRST and title[at - 1] not in _NOT_LAST


def _uneven(parts: tuple[str, ...]) -> float:
    return max(map(width, parts)) - min(map(width, parts))


def numeral(n: int) -> str:
    """1…99 as 一, 十二, 二十一."""
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def enumerate_names(names: Iterable[str]) -> str:
    """``甲、乙、丙``."""
    return "、".join(names)
