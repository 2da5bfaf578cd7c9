"""Lists that a script asks a server for, as they come back: records in JSON, of which no two systems name the keys alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from govcrawl.facts import Item
from govcrawl.reading import dates
from govcrawl.reading.urls import join

MAX_ITEMS: Final = 500
MAX_DEPTH: Final = 8  #: of an answer; lists lie no deeper

BEIJING: Final = timezone(timedelta(hours=8))
_SECONDS, _MILLISECONDS = 10**8, 10**11  #: least numbers that are a moment: the year 1973 in either unit

_TITLES: Final = (
    "title", "doctitle", "articletitle", "infotitle", "newstitle", "subject", "headline", "bt", "biaoti", "name", "topic",
)  # fmt: skip
_URLS: Final = (
    "url", "docpuburl", "puburl", "linkurl", "infourl", "articleurl", "htmlurl", "pageurl", "weburl", "pcurl", "link",
    "href", "path", "staticurl",
)  # fmt: skip
_DATES: Final = (
    "publishedtimestr", "publishedtime", "publishtime", "publishdate", "pubtime", "pubdate", "docreltime", "docpubtime", "releasetime",
    "releasedate", "fbsj", "fbrq", "senddate", "sendtime", "displaytime", "displaydate", "showtime", "showdate", "infodate", "newsdate",
    "articledate", "date", "time", "rq", "deploytime", "issuetime", "issuedate", "createtime", "createdate", "addtime", "inputtime",
)  # fmt: skip
_TAG: Final = re.compile(r"<[^<>]{0,200}>")
_PADDING: Final = re.compile(r"[\s\ufeff]{0,100}(?:/\*\*/)?[\w$.]{0,60}\s{0,9}\(?\s{0,9}(?=[\[{])")


def answer(source: str) -> Any:
    """The value of a JSON text, or of the only argument of a call (JSONP); None where it is neither."""
    start = _PADDING.match(source)
    if not start:
        return None
    try:
        value, end = json.JSONDecoder().raw_decode(source, start.end())
    except (ValueError, RecursionError):
        return None
    if source[end:].strip(" \r\n\t);"):
        return None
    return _whole(value) if "\\ud" in source or "\\uD" in source else value


def _whole(value: Any) -> Any:
    """Without halves of letters, which escapes may spell, and nothing can store."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return {_whole(key): _whole(item) for key, item in value.items()} if isinstance(value, dict) else value


def items(found: Any, base: str) -> tuple[Item, ...]:
    """The entries of an answer: the longest list of records in it that have titles and, some of them, dates.

    Without any date it may as well be a menu, or the names of the regions.
    """
    lists = [[item for record in part if (item := _item(record, base))] for part in _lists(found, 0)]
    return tuple(max((x for x in lists if any(item.date for item in x)), key=len, default=[])[:MAX_ITEMS])


def _lists(found: Any, depth: int) -> Iterator[list[dict[str, Any]]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(found, str) and found[:1] in ("[", "{"):
        yield from _lists(answer(found), depth + 1)  # JSON within JSON
    elif isinstance(found, list):
        records = [x for x in found if isinstance(x, dict)]
        yield records
        for x in records[:MAX_ITEMS]:
            yield from _lists(x, depth + 1)
    elif isinstance(found, dict):
        for part in found.values():
            if isinstance(part, list | dict | str):
                yield from _lists(part, depth + 1)


def _item(record: dict[str, Any], base: str) -> Item | None:
    """An entry: its title, and an address or a date; a menu's or a code table's records have neither."""
    plain = {re.sub(r"[^a-z]", "", key.lower()): x for key, x in record.items() if isinstance(key, str)}
    title = next((text for key in _TITLES if (text := _words(plain.get(key)))), "")
    address = next((x for key in _URLS if isinstance(x := plain.get(key), str) and x.strip()), "")
    day = next((day for key in _DATES if (day := _day(plain.get(key)))), None)
    url = join(base, address) if address else None
    if len(title) < 2 or not (url or day):
        return None
    by_url = dates.from_url(url) if url and not day else None
    told = any(plain.get(key) for key in _DATES)
    return Item(url or base, title, day or by_url, "shown" if day else "url" if by_url else "unread" if told else "")


def _words(found: Any) -> str:
    return " ".join(_TAG.sub("", found).split()) if isinstance(found, str) else ""


def _day(found: Any) -> date | None:
    """A date as text, or a moment as seconds or milliseconds since 1970, in Beijing."""
    if isinstance(found, str) and not found.strip().isdigit():
        return _instant(found) or dates.find(found)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    number = int(found)
    text = str(number)
    if len(text) == 8 and text.startswith(("19", "20")):
        return dates.find(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    seconds = number / 1000 if number >= _MILLISECONDS else number
    return _in_beijing(datetime.fromtimestamp(seconds, BEIJING)) if _SECONDS <= seconds < 2**32 else None


def _instant(text: str) -> date | None:
    """The day in Beijing of a moment written with its time zone, as ``2020-01-01T16:00:00.000Z``."""
    if "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return _in_beijing(moment) if moment.tzinfo else None


def _in_beijing(moment: datetime) -> date | None:
    day = moment.astimezone(BEIJING).date()
    return dates.real(day.year, day.month, day.day)
