"""Further pages of a list that may hold newer entries than the one at hand.

The newest entries stand on the first page, as a rule; where the oldest stand first, on the last.  A page's number says
nothing: 博达 counts down, page 1 is the oldest.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate, pairwise
from typing import Final
from urllib.parse import quote, unquote

from govcrawl.facts import Item
from govcrawl.reading.document import HOME_WORDS, Document
from govcrawl.reading.lists import is_pager
from govcrawl.reading.regions import Regions
from govcrawl.reading.urls import canonical

MOST: Final = 3  #: pages
MOST_PINNED: Final = 2  #: entries at the top of a list that are older than those below
MAX_CODED: Final = 20_000  #: characters of a pager written in base64
PROXY: Final = "/module/web/jpage/dataproxy.jsp"

_FIRST: Final = ("首页", "第一页", "上一页", "上页")
_LAST: Final = ("尾页", "末页", "最后一页")
NEXT: Final = ("下一页", "下页", "后一页", "后页")
_PAGES: Final = re.compile(r"共\s*[:：]?\s*(\d+)\s*页|(?:^|\s)\d+\s*/\s*(\d+)\s*页|总页数\s*[:：]?\s*(\d+)")
CREATE_PAGE: Final = re.compile(
    r"createPageHTML\w{0,40}\(\s*(\d+)\s*,\s*(\d+)\s*,\s*[\"']([\w./-]+)[\"']\s*,\s*[\"'](\w+)[\"']"
)
_CODED: Final = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")
_LINK: Final = re.compile(
    r"""<a\b[^>]{0,300}?href\s*=\s*["']([^"']{1,500})["'][^>]{0,300}>(?:<[^>]{0,100}>)*\s*([^<]{1,20})""", re.I
)
_STORE: Final = re.compile(
    r"""\b(totalRecord|perPage|proxyUrl|col|appid|webid|path|columnid|sourceContentType|unitid|webname|permissiontype)"""
    r"""["']?\s*:\s*(?:"([^"]*)"|'([^']*)'|(\d+))"""
)


def next_pages(doc: Document, regions: Regions, items: Iterable[Item]) -> tuple[str, ...]:
    """Pages of the same list that may hold newer entries, best first: the first page, if this is a later one; the last, if the
    oldest entry stands first, and the next too, if the entries stand in no order; the records of a store that shows none."""
    shown = tuple(items)
    rising = _oldest_first(shown)
    mixed = not rising and _unordered(shown)
    words = (*_FIRST, *(_LAST if rising or mixed else ()), *(NEXT if mixed else ()))
    turns = pager(doc, regions)
    wanted = [turns[w] for w in words if w in turns]
    wanted += _created(doc, rising)
    wanted += _stored(doc, rising, bool(shown))
    own = canonical(doc.url)
    return tuple(dict.fromkeys(u for u in wanted if canonical(u) != own))[:MOST]


def unseen(doc: Document, regions: Regions, items: Iterable[Item], pages: Sequence[str]) -> str:
    """Why further pages than ``pages``, which ``next_pages`` gave, may hold newer entries, in Chinese; "" if none does."""
    shown = tuple(items)
    rising = _oldest_first(shown)
    if not rising and not _unordered(shown):
        return ""
    turns = pager(doc, regions)
    if rising and any(turns.get(last) in pages for last in _LAST):
        return ""
    count = _page_count(doc, regions)
    return "条目未按日期由新到旧排列，另有页面未读" if count > 1 + len(pages) else ""


def _page_count(doc: Document, regions: Regions) -> int:
    """How many pages the list has, as far as its pager tells: one, where there is none."""
    start, end = regions.main or (0, len(doc.tags))
    told = [int(next(filter(None, m.groups()))) for m in _PAGES.finditer(doc.text(start, end))]
    words = [word(a.text) for a in doc.anchors_in(start, end) if is_pager(a.text)]
    numbers = [int(w) for w in words if w.isdigit()]
    further = len(words) > len(numbers) and not {*words}.isdisjoint((*_LAST, *NEXT))
    return max(1, *told, *numbers) if told or numbers else MOST + 2 if further else 1


def pager(doc: Document, regions: Regions) -> dict[str, str]:
    """The words of the page's pager and where they lead; a 首页 alone is the way home."""
    start, end = regions.main or (0, len(doc.tags))
    links = [(a.text, a.url) for a in doc.anchors_in(start, end) if a.url and not regions.furniture(a.at)]
    found = {word(text): url for text, url in (*links, *_coded(doc, start, end)) if is_pager(text)}
    return {} if HOME_WORDS.issuperset(found) else found


def word(text: str) -> str:
    return text.strip("[]【】<>«» ")


def _coded(doc: Document, start: int, end: int) -> Iterator[tuple[str, str]]:
    """The links of a pager that a script unpacks from its box: base64 of percent-encoded HTML."""
    for i in doc.texts_in(start, end):
        text = doc.texts[i].strip()
        if 40 <= len(text) <= MAX_CODED and " " not in text[:200] and _CODED.fullmatch(text) and len(text) % 4 == 0:
            html = unquote(b64decode(text).decode("ascii", "replace"))
            for href, words in _LINK.findall(html):
                if url := doc.join(href):
                    yield words.strip(), url


def _created(doc: Document, rising: bool) -> list[str]:
    """TRS: ``createPageHTML(pages, this, "index", "html")``; page n is ``index_n.html``, page 0 ``index.html``."""
    m = next((m for s in doc.scripts.values() if (m := CREATE_PAGE.search(s))), None)
    if not m:
        return []
    pages, current = int(m[1]), int(m[2])
    names = [f"{m[3]}.{m[4]}"] if current else []
    if rising and current < pages - 1:
        names.append(f"{m[3]}_{pages - 1}.{m[4]}")
    return [url for name in names if (url := doc.join(name))]


def _stored(doc: Document, rising: bool, filled: bool) -> list[str]:
    """大汉 jpage: the records of the list's other end, or of its beginning where the page brought none with it."""
    script = next((s for s in doc.scripts.values() if ".jpage(" in s), "")
    if not script or (filled and not rising):
        return []
    told = {m[1]: m[2] or m[3] or m[4] or "" for m in _STORE.finditer(script, script.index(".jpage("))}
    total, size = int(told.pop("totalRecord", "0") or 0), int(told.pop("perPage", "0") or 15)
    proxy = doc.join(told.pop("proxyUrl", "") or PROXY)
    if not proxy or "columnid" not in told or not total:
        return []
    first = max(1, total - size + 1) if rising else 1
    last = total if rising else min(total, 3 * size)
    rest = "&".join(f"{name}={quote(value)}" for name, value in told.items())
    return [f"{proxy}?startrecord={first}&endrecord={last}&perpage={size}&{rest}"]


def _oldest_first(items: Iterable[Item]) -> bool:
    days = _days(items)
    rises = sum(a < b for a, b in pairwise(days))
    falls = sum(a > b for a, b in pairwise(days))
    return len(days) > 2 and days[0] < days[-1] and rises > 2 * falls


def _unordered(items: Iterable[Item]) -> bool:
    """Whether too many entries stand above newer ones to be pinned."""
    days = _days(items)
    newest = list(accumulate(reversed(days), max))
    above = sum(day < below for day, below in zip(reversed(days), newest, strict=True))
    return above > MOST_PINNED and above > len(days) / 3


def _days(items: Iterable[Item]) -> list[date]:
    return [i.date for i in items if i.date and i.dated_by == "shown"]
