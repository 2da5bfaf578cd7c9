"""Entries of a list: a link with the date shown beside it, before it, inside it, in its own cell, or only in its URL."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from govcrawl.facts import Item
from govcrawl.reading import dates, marks, prose, tips
from govcrawl.reading.document import HOME_WORDS, Anchor, Document
from govcrawl.reading.marks import DIGIT, MAX_ENTRY, Mark, alone
from govcrawl.reading.regions import Regions
from govcrawl.reading.urls import canonical, same_site

MAX_ITEMS: Final = 500
MAX_GAP: Final = 60  #: characters between a link and its date where no box holds the two together
MAX_RELATED: Final = 8  #: links of one entry of a list, its title and those that go with it
MAX_BESIDE, MAX_LINES = 20, 4  #: elements and lines from a link within which a date beside it is looked for
_MORE: Final = re.compile(
    r"^[\[【(<+\s]*(?:更\s*多|查看更多|查看全部|more)\s*(?:信息|内容)?\s*[>＞»+.…\])】\s]*$|^[>＞»+]{1,3}$", re.I
)
_PAGER: Final = re.compile(
    r"^[\[【<«‹]*\s*(?:第?\s*\d{1,5}\s*页?|首\s*页|[上下前后]一?\s*[页頁]|尾\s*页|末\s*页|第一页|最后一页|GO|跳转|转到|[<>«»‹›.…]+)\s*[\]】>»›]*$",
    re.I,
)
_NOISE: Final = re.compile(
    r"^(?:设为首页|加入收藏|收藏本站|登\s*录|注\s*册|打印.{0,3}|关闭.{0,3}|返回.{0,4}|分享.{0,4}|繁體.{0,3}|简体.{0,3}|English|手机版|无障碍.{0,4}|"
    r"RSS.{0,4}|查看|详细|详情|\[?详细\]?|下载|点击.{0,4}|大|中|小|无|TOP|搜索|查询|我要.{2,4}|在线.{2})$",
    re.I,
)
#: The words of links to a host or to another language.
_NO_TITLE: Final = re.compile(r"(?:https?://)?(?:[a-z\d-]+\.)+(?:cn|com|net|org)/?|(?:Chinese)?\s*中文版?", re.I)
_IN_TITLE: Final = re.compile(
    r"^[\[(（【]\s*([^\])）】]{6,24})[\])）】]\s*|\s*[\[(（【]\s*([^\])）】]{6,24})[\])）】]$|(?:^|\s)(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})(?:\s\d\d?:\d\d(?::\d\d)?)?$|^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})\s"
)
_BULLET: Final = re.compile(r"^[·•●◆■▪・○]\s*")
_ARTICLE_URL: Final = re.compile(
    r"/t\d{8}_\d+|/art/\d{4}/|art_\d+_\d+|/info/\d+/\d+\.|(?:content|article|info|news|show|view|detail|disp|display)\w*[_/-]\d+\.|"
    r"/\d{3,}\.(?:s?html?|jsp|aspx?|php)$|[?&](?:\w*id|aid|nid|no)=\w*\d|/20\d\d[-/]?\d\d/|_\d{4,}\.s?html?$",
    re.I,
)
_COLUMN_URL: Final = re.compile(
    r"/$|/(?:index|list|default|main|home)(?:[_-]?\d+)?(?:\.\w+)?$|/col/|(?:^|/)col\d+/(?:index|$)|column\w*[./-]|list[\w-]*\.\w+(?:$|\?)|/node_\d+|/channel|class\w*=|"
    r"columnid=|channelid=|typeid=|catid=|lanmu|/more",
    re.I,
)
#: What stands before or above a date: of its publishing, and of something else that happens to a paper.
_SHOWN_FROM: Final = re.compile(r"发布|发表|公开|公布|上网|上传|更新|刊登|录入|添加")
_NOT_SHOWN_FROM: Final = re.compile(
    r"成文|生成|印发|制定|签发|生效|失效|施行|实施|执行|截[止至]|有效|废止|通过|开始|结束|届满"
)
_DATE_NAME: Final = re.compile(r"(?:^|[\s_-])(?:date|time|rq|riqi|shijian)\w*$")
_FILE: Final = re.compile(r"\.(?:docx?|xlsx?|pdf|zip|rar|wps|et|pptx?)$", re.I)


@lru_cache(maxsize=4096)
def is_more(text: str) -> bool:
    return bool(_MORE.match(text))


def is_pager(text: str) -> bool:
    return bool(_PAGER.match(text))


@lru_cache(maxsize=8192)
def is_noise(text: str) -> bool:
    """Words of a link that never name an entry or a column."""
    return bool(_NOISE.match(text) or _PAGER.match(text) or _MORE.match(text)) or text.replace(" ", "") in HOME_WORDS


@lru_cache(maxsize=8192)
def looks_like_article(url: str) -> bool:
    path = url.partition("://")[2]
    return bool(_ARTICLE_URL.search(path)) and not (_COLUMN_URL.search(path) and not dates.from_url(url))


@lru_cache(maxsize=8192)
def looks_like_column(url: str) -> bool:
    return bool(_COLUMN_URL.search("/" + url.partition("://")[2].partition("/")[2]))


# --- pairing ---------------------------------------------------------------------------------------------------------


class _Pairing:
    """Gives each date to its link: the longest of the one to three links in the smallest box around the date; where the
    boxes are broken (tables closed too early), the link nearest in reading order."""

    def __init__(self, doc: Document, anchors: list[Anchor], found: list[Mark]) -> None:
        self.doc = doc
        self.anchors = anchors
        self.anchor_at = [a.at for a in anchors]
        self.marks = found
        self.mark_at = [m.at for m in found]
        self.given: dict[int, Mark] = {}
        self._levels: dict[int, int] = {}
        self.lone: list[Mark] = []
        self.related: set[int] = set()  #: links of entries, the titles among them
        for mark in found:
            self._pair(mark)

    def _in(self, a: int, b: int) -> list[Anchor]:
        return self.anchors[bisect_left(self.anchor_at, a) : bisect_left(self.anchor_at, b)]

    def _marks_in(self, a: int, b: int) -> int:
        return bisect_left(self.mark_at, b) - bisect_left(self.mark_at, a)

    def _pair(self, mark: Mark) -> None:
        for levels, k in enumerate(self.doc.above(mark.at, 8)):
            a, b = k, self.doc.end[k]
            inside = self._in(a, b)
            if not inside and self._is_row(k):
                if not self._in_entry(k):
                    self.lone.append(mark)
                return
            if not inside:
                continue
            most = MAX_RELATED if self.doc.tags[k] == "li" else 3
            if len(inside) <= most and (len(inside) == 1 or self._marks_in(a, b) == 1):
                if self.doc.chars(a, b) <= MAX_ENTRY:
                    self._give(max(inside, key=lambda x: len(x.words)), mark, levels)
                    self.related.update(x.at for x in inside if self.doc.tags[k] in ("li", "tr"))
            else:
                self._give_nearest(mark, a, b)
            return
        self._give_nearest(mark, 0, len(self.doc.tags))

    def _is_row(self, k: int) -> bool:
        """A list entry or table row that holds a date and other words but no link."""
        return self.doc.tags[k] in ("li", "tr") and self.doc.chars(k, self.doc.end[k]) > 14

    def _in_entry(self, k: int) -> bool:
        """Whether a row is part of an entry with a link: a pop-up with 索引号 and dates of its own."""
        items = (j for j in self.doc.above(k, 8) if self.doc.tags[j] == "li")
        return any(1 <= len(self._in(j, self.doc.end[j])) <= 3 for j in items)

    def _give(self, anchor: Anchor, mark: Mark, levels: int = 8) -> None:
        """Of several dates the one of 发布 is the entry's own; else the one ``levels`` fewest below its box, the others are a pop-up's;
        else the latest.
        """
        old = self.given.get(anchor.at)
        if not old or self._rank(mark, levels) > self._rank(old, self._levels[anchor.at]):
            self.given[anchor.at], self._levels[anchor.at] = mark, levels

    def _rank(self, mark: Mark, levels: int) -> tuple[int, int, date]:
        told = _named(self.doc, mark.at)
        return bool(_SHOWN_FROM.search(told)) - bool(_NOT_SHOWN_FROM.search(told)), -levels, mark.day or date.min

    def _give_nearest(self, mark: Mark, a: int, b: int) -> None:
        k = bisect_left(self.mark_at, mark.at)
        while (
            self.doc.tags[a] in ("li", "tr")
            and k
            and self.mark_at[k - 1] > a
            and not self._in(self.mark_at[k - 1], mark.at)
        ):
            k -= 1  # another date of the same entry
        before = self._in(max(self.mark_at[k - 1] if k else a, a), mark.at)[-3:]
        after = self._in(mark.at, min(self.mark_at[k + 1] if k + 1 < len(self.mark_at) else b, b))[:3]
        near = after if self._dates_lead(a, b) else before
        near = [x for x in near if self.doc.chars(min(x.end, mark.at), max(x.at, mark.at)) <= MAX_GAP]
        if near:
            self._give(max(near, key=lambda x: len(x.words)), mark)

    def _dates_lead(self, a: int, b: int) -> bool:
        """Whether the dates of a box stand before their links: its first date comes before its first link."""
        link = bisect_left(self.anchor_at, a)
        return link < len(self.anchors) and self.mark_at[bisect_left(self.mark_at, a)] < self.anchor_at[link] < b


def _named(doc: Document, i: int) -> str:
    """What a date is said to be: by words before it on its line, in the cell before, or at the head of its column."""
    own, first = doc.texts[i], bisect_left(doc.text_at, i)
    before = doc.texts[doc.text_at[first - 1]].strip() if first else ""
    before = before if len(before) <= 10 and not DIGIT.search(before) else ""
    if before.endswith((":", "：")):
        return own + before
    cell = next((k for k in (i, *doc.above(i, 4)) if doc.tags[k] in ("td", "th")), 0)
    row = doc.parent[cell] if cell else 0
    table = next((k for k in doc.above(row) if doc.tags[k] == "table"), 0) if row else 0
    head = next((k for k in doc.all("tr") if table < k < row), 0) if table else 0
    cells, heads = _children(doc, row), _children(doc, head)
    return own + (doc.text(heads[cells.index(cell)]) if head and len(heads) == len(cells) and cell in cells else before)


def _children(doc: Document, k: int) -> list[int]:
    found, i = [], k + 1
    while k and i < doc.end[k]:
        found.append(i)
        i = doc.end[i]
    return found


# --- entries -----------------------------------------------------------------------------------------------------------


def entries(doc: Document, regions: Regions, start: int, end: int) -> tuple[Item, ...]:
    """The entries in a range of the page, in reading order: dated links, and undated ones that look like articles."""
    anchors = [
        a for a in doc.anchors_in(start, end) if not regions.zones[a.at] and _may_be_title(a) and _in_sight(doc, a)
    ]
    found = [m for m in marks.find(doc, start, end) if not regions.furniture(m.at)]
    pairing = _Pairing(doc, anchors, found)
    shown = {m.at for m in found}
    items: dict[object, tuple[int, Item]] = {}
    for a in anchors:
        mark = pairing.given.get(a.at)
        entry = bool(mark) or (a.at not in pairing.related and _is_entry(doc, a))
        if not entry and not (DIGIT.search(a.words) and _IN_TITLE.search(a.words)):
            continue
        item = _item(doc, a, mark, shown)
        if entry or item.dated_by == "shown":
            _keep(items, item, a.at, _key(doc, a, item))
    for mark in pairing.lone:
        row = _unlinked(doc, mark)
        if row:
            _keep(items, row, mark.at, (row.title, row.date))
    listed = sorted(items.values(), key=lambda x: x[0])[:MAX_ITEMS]
    return () if _beside_text(doc, regions, listed) else tuple(item for _, item in listed)


def _key(doc: Document, a: Anchor, item: Item) -> object:
    """What makes two links one entry: their address, or their words; a row led by a dot is an entry of its own."""
    if a.url:
        return canonical(a.url)
    row = next((k for k in doc.above(a.at, 8) if doc.tags[k] in ("li", "tr")), 0) if _is_bulleted(a) else 0
    return item.title, item.date, row


def _beside_text(doc: Document, regions: Regions, listed: Sequence[tuple[int, Item]]) -> bool:
    """Whether links that only their addresses date, with nothing said between them, stand beside a text longer than they are:
    a menu; the text is what the page shows."""
    if len(listed) < 3 or any(item.dated_by != "url" for _, item in listed):
        return False
    first, last = listed[0][0], listed[-1][0]
    k, weight = prose.box(doc, regions)
    apart = doc.end[k] <= first or k > last
    return apart and doc.loose_chars(first, last) < 10 * len(listed) and weight > sum(len(i.title) for _, i in listed)


def _in_sight(doc: Document, a: Anchor) -> bool:
    """Hidden links of the own site are tabs that a click opens; hidden links to elsewhere are no entries of this page."""
    return not doc.shaded[a.at] or not a.url or same_site(a.url, doc.url)


def _may_be_title(a: Anchor) -> bool:
    if "{{" in a.words or "{{" in a.href or (not a.url and a.href.lower().startswith(("mailto:", "tel:"))):
        return False
    if not a.words:
        return bool(a.url) and looks_like_article(a.url)
    return not (is_noise(a.words) or _NO_TITLE.fullmatch(a.words))


def _is_entry(doc: Document, a: Anchor) -> bool:
    """An undated link that leads to an article, by its URL or by its words."""
    if a.url and canonical(a.url) == canonical(doc.url):
        return False
    if a.url and (looks_like_article(a.url) or _FILE.search(a.url)):
        return len(a.words) >= 4 or bool(dates.from_url(a.url))
    if a.url and looks_like_column(a.url):
        return False
    return bool(a.url or not doc.shaded[a.at]) and (len(a.words) >= 10 or _is_bulleted(a))


def _is_bulleted(a: Anchor) -> bool:
    """A row of a list whose links lead nowhere, led by a dot."""
    return not a.url and len(a.words) >= 6 and bool(_BULLET.match(a.words))


def _item(doc: Document, a: Anchor, mark: Mark | None, shown: set[int]) -> Item:
    title, inner = _title(doc, a, shown)
    by_url = dates.from_url(a.url) if a.url else None
    url = a.url or doc.url
    day = mark.day if mark else inner
    if not day and mark and inner and (inner.month, inner.day) == mark.md:
        day = inner
    if day and not (mark and mark.md and by_url and abs((day - by_url).days) > dates.BEFORE):
        return Item(url, title, day, "shown")
    if mark and mark.md:
        day = dates.with_year_of(mark.md, by_url) if by_url else _in_folder(mark.md, url)
        return Item(url, title, day, "shown" if day else "unread")
    return Item(url, title, by_url, "url" if by_url else "unread" if _shows_a_date(doc, a) else "")


def _in_folder(md: tuple[int, int], url: str) -> date | None:
    folder = dates.month_of_url(url)
    return dates.with_year_of_month(md, folder) if folder else None


def _shows_a_date(doc: Document, a: Anchor) -> bool:
    """Whether what may be a date stands in a link or beside it, before the next one, or a script or a box for
    one."""
    k = bisect_left(doc.anchors, a.at, key=lambda x: x.at)
    start = max(doc.anchors[k - 1].end if k else 0, a.at - MAX_BESIDE)
    until = min(doc.anchors[k + 1].at if k + 1 < len(doc.anchors) else len(doc.tags), a.end + MAX_BESIDE)
    parts = [
        i for i in (*range(start, a.at), *range(a.at + 1, until)) if abs(doc.lines[i] - doc.lines[a.at]) <= MAX_LINES
    ]
    if any(doc.tags[i] == "script" or _awaits_date(doc, i) for i in parts):
        return True
    texts = [doc.texts[i].strip() for i in parts if not doc.tags[i] and len(doc.texts[i]) <= 62]
    beside = "".join(doc.texts[i] for i in parts if not doc.tags[i] and not a.at <= i < a.end)[:MAX_GAP]
    return any(map(dates.like, (*texts, beside, a.text[-12:].rpartition(" ")[2])))


def _awaits_date(doc: Document, i: int) -> bool:
    """Whether an element is an empty box for a date that a script can tell from its like; any other stays empty."""
    told = doc.end[i] == i + 1 and bool(_DATE_NAME.search(doc.hint(i)))
    return told and any(name == "id" or name.startswith("data-") for name in doc.attrs[i])


def _title(doc: Document, a: Anchor, shown: set[int]) -> tuple[str, date | None]:
    """The words of an entry without the date written among them, and that date."""
    text = a.title if a.title.startswith(a.text) else a.words
    inside = doc.texts_in(a.at, a.end)
    kept = [doc.texts[i].strip() for i in inside if i not in shown]
    if kept and len(kept) < len(inside):
        return a.title or max(kept, key=len), None
    if ("：" in a.title or ":" in a.title) and (tip := tips.read(a.title)):
        return tip
    m = _IN_TITLE.search(text)
    if m and (day := alone(next(g for g in m.groups() if g))):
        return (text[: m.start()] + text[m.end() :]).strip(), day
    return _BULLET.sub("", text.partition("\n")[0]), None


def _unlinked(doc: Document, mark: Mark) -> Item | None:
    """A row of words and a date without a link: shown to the reader all the same."""
    row = next(k for k in doc.above(mark.at) if doc.tags[k] in ("li", "tr"))
    words = [doc.texts[i].strip() for i in doc.texts_in(row, doc.end[row]) if i != mark.at]
    title = max(words, key=len, default="")
    if not mark.day or len(title) < 4 or len(title) > 120 or dates.find(title):
        return None
    return Item(doc.url, title, mark.day, "shown")


def _keep(items: dict[object, tuple[int, Item]], item: Item, at: int, key: object) -> None:
    """Once per ``key``, its address or row (a picture and its caption are one entry); the dated, then the longer title stays."""
    old = items.get(key)
    if not old:
        items[key] = (at, item)
        return
    best = max((old[1], item), key=lambda x: (x.dated_by == "shown", x.date is not None))
    title = max((old[1].title, item.title), key=len)
    items[key] = (old[0], Item(best.url, title, best.date, best.dated_by))
