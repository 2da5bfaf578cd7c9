"""Words a clerk reads: crawled text made printable, dates and numbers in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

#: Not legal in XML, or invisible and able to turn a line of text around: controls, soft hyphen, zero-width and
#: bidirectional marks, annotation and tag characters, surrogates, U+FFFE and U+FFFF.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"[^\S ]|  |^ | $")
_PRIVATE = re.compile(r"\d{7,}[Xx]?|1\d\d[ -]\d{4}[ -]\d{4}|\d{4}(?:[ -]\d{4}){3,}[ -]?\d*")
TITLE_LINE = 20  #: characters of 2号 (22 pt) in a line of 156 mm
#: Where a title may be parted: after 关于 or a quarter, before the region, the sites or the kind of list.
_SENSE = re.compile("(?<=关于)|(?<=季度)|(?<=半年)|(?=全[省区市州县])|(?=政府网站)|(?=不合格网站)|(?=证据不足)")
_DIGITS = "零一二三四五六七八九"


def clean(text: str) -> str:
    """``text`` on one line, without characters that a document can't hold or a reader can't see."""
    text = _UNPRINTABLE.sub("", text)
    return " ".join(text.split()) if _SPACES.search(text) else text


def cleaned(value: Any) -> Any:
    """``value`` with every string in it cleaned, in dataclasses, tuples, lists and dicts, however deep."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (tuple, list)):
        items = [cleaned(item) for item in value]
        return value if all(a is b for a, b in zip(value, items, strict=True)) else type(value)(items)
    if isinstance(value, dict):
        return {cleaned(key): cleaned(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _cleaned_fields(value)
    return value


def _cleaned_fields(value: Any) -> Any:
    old = {f.name: getattr(value, f.name) for f in fields(value)}
    new = {name: cleaned(item) for name, item in old.items()}
    changed = {name: item for name, item in new.items() if item is not old[name] and item != old[name]}
    return replace(value, **changed) if changed else value


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
    """``title`` in two lines where one won't hold it, parted before or after a word that ends a thought, evenly."""
    halves = [(title[: match.start()], title[match.start() :]) for match in _SENSE.finditer(title)]
    fitting = [pair for pair in halves if max(map(width, pair)) <= TITLE_LINE]
    if width(title) <= TITLE_LINE or not fitting:
        return (title,)
    return min(fitting, key=lambda pair: abs(width(pair[0]) - width(pair[1])))


def numeral(n: int) -> str:
    """1…99 as 一, 十二, 二十一."""
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def enumerate_names(names: Iterable[str]) -> str:
    """``甲、乙、丙``."""
    return "、".join(names)
