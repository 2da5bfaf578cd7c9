"""Which part of a page is what: breadcrumb, navigation, side lists, footer, and the main area that is left.

A page that can't be told apart has no main area; then nothing is said about what it lacks.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final

from govcrawl.reading import dates
from govcrawl.reading.document import HOME_WORDS, Anchor, Document

_CRUMB_LABEL: Final = re.compile(r"(?:当前|所在|现在|您的?|你的?)(?:的|所在)*(?:位置|栏目|页面)")
_CRUMB_MARK: Final = re.compile(r"^(?:>+|»|›|→|＞+|>>|/|::|-{1,2}|—+|·)\s*$|^\s*(?:>|»|›|＞|→)")
_SEPARATOR: Final = re.compile(r"\s*(?:>+|»|›|→|＞+|/|::|\n|——|--|\||\s-\s)\s*")
_NOT_A_NAME: Final = frozenset(
    (
        "正文",
        "列表",
        "文章",
        "内容",
        "详细",
        "详细内容",
        "信息内容",
        "文章内容",
        "浏览",
        "详情",
        "更多",
        "信息列表",
        "栏目列表",
    )
)
_FOOTER_WORDS: Final = re.compile(
    r"版权所有|Copyright|©|备案号|备案序号|ICP备|IPC备|标识码|公网安备|公安备|主\s?办\s?单\s?位|主\s?办\s?[:：]|承\s?办\s?单\s?位|承\s?办\s?[:：]|技术支持|建议使用|维护单位|[主承]办$",
    re.I,
)
_FOOTER_LINK: Final = re.compile(
    r"网站地图|联系我们|联系方式|关于我们|网站声明|免责|隐私|RSS|纠错|找错|收藏|设为首页|版权|站点地图|使用帮助|网站说明|管理|友情链接"
)
_FRIEND_WORDS: Final = re.compile(
    r"友情链接|相关链接|网站链接|部门网站|网站导航|站点导航|链接[:：]|各县区|政府网站|常用网站|下属单位网站"
)
_SIDE_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:left|side|aside|sidebar|l?menu|submenu|sub-?nav|leftnav|left[_-]?\w*|\w*[_-]left|column-?list)(?:$|[\s_-])"
)
_NAV_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:nav|menu|navbar|mainnav|topnav|sitemenu|navigation|topmenu|nav\w*|\w*nav|\w*menu|menu\w*)(?:$|[\s_-])"
)
_FOOT_NAME: Final = re.compile(r"(?:^|[\s_-])(?:foot\w*|\w*foot|footer|copyright|copy|bottom\w*)(?:$|[\s_-])")
_YEARS: Final = re.compile(r"(?:Copyright|©|版权).{0,40}", re.I)
_TURN: Final = re.compile(r"^[\s|\[\]【】<>«»]*[上前]\s*一?\s*页")
_PAGER_LENGTH: Final = 8  #: elements behind a pager's first word among which its second stands
_SHORT_NAME: Final = 14  #: characters of a column's name at most, as a rule


_THINGS: Final = frozenset("img iframe input textarea select form video audio embed object canvas".split())
_FURNITURE, _SIDE = 1, 2


@dataclass(slots=True)
class Regions:
    """Ranges of a document.  ``main`` is None where it can't be told."""

    crumb: tuple[int, int] | None = None
    crumb_names: tuple[str, ...] = ()
    crumb_links: tuple[Anchor, ...] = ()
    nav: list[tuple[int, int]] = field(default_factory=list)
    side: list[tuple[int, int]] = field(default_factory=list)
    friends: list[tuple[int, int]] = field(default_factory=list)
    footer: int = 0  #: where the footer starts; the document's end if it has none
    main: tuple[int, int] | None = None
    zones: bytearray = field(default_factory=bytearray)

    def settle(self, size: int) -> None:
        """Marks every index of a document of ``size`` with its zone."""
        self.zones = bytearray(size)
        for zone, ranges in ((_SIDE, self.side), (_FURNITURE, [*self.nav, *self.friends, (self.footer, size)])):
            for a, b in ranges:
                self.zones[a:b] = bytes((zone,)) * (b - a)
        if self.crumb:
            a, b = self.crumb
            self.zones[a:b] = bytes((_FURNITURE,)) * (b - a)

    @property
    def area(self) -> tuple[int, int]:
        """The main area; where it can't be told, all before the footer."""
        return self.main or (0, self.footer)

    def furniture(self, i: int) -> bool:
        """Whether ``i`` lies in navigation, breadcrumb, footer or among friend links."""
        return self.zones[i] == _FURNITURE

    def aside(self, i: int) -> bool:
        return self.zones[i] == _SIDE


@lru_cache(maxsize=8192)
def _is_nav(hint: str) -> bool:
    return bool(_NAV_NAME.search(hint))


@lru_cache(maxsize=8192)
def _is_beside(hint: str) -> bool:
    return bool(_SIDE_NAME.search(hint) or _NAV_NAME.search(hint))


@lru_cache(maxsize=8192)
def _is_foot(hint: str) -> bool:
    return bool(_FOOT_NAME.search(hint))


def divide(doc: Document) -> Regions:
    regions = Regions(footer=len(doc.tags))
    _find_crumb(doc, regions)
    _find_nav(doc, regions)
    start = _main_start(regions)
    regions.footer = _footer_start(doc, start)
    regions.friends = _friends(doc, start, regions.footer)
    regions.side = _sides(doc, start, regions)
    if start:
        regions.main = (start, max(start, regions.footer))
    regions.settle(len(doc.tags))
    return regions


def _main_start(regions: Regions) -> int:
    """Where header, navigation and breadcrumb end; 0 where none was found."""
    if regions.crumb:
        return regions.crumb[1]
    return regions.nav[0][1] if regions.nav else 0


# --- breadcrumb -------------------------------------------------------------------------------------------------


def _find_crumb(doc: Document, regions: Regions) -> None:
    box = _marked_crumb(doc) or _labelled_crumb(doc) or _arrowed_crumb(doc)
    if not box:
        return
    regions.crumb = box
    regions.crumb_links = tuple(a for a in doc.anchors_in(*box) if a.text)
    regions.crumb_names = _crumb_names(doc.text(*box))


def _crumb_names(text: str) -> tuple[str, ...]:
    label = _CRUMB_LABEL.search(text)
    text = text[label.end() :].lstrip("：: 是") if label else text
    names = [n.strip("：: \"'[]【】") for n in _SEPARATOR.split(text)]
    return tuple(n for n in names if n and n not in HOME_WORDS and n not in _NOT_A_NAME and len(n) <= 40)


def _marked_crumb(doc: Document) -> tuple[int, int] | None:
    """TRS marks its breadcrumb's links."""
    first = next((a for a in doc.anchors if doc.attrs[a.at].get("class") == "CurrChnlCls"), None)
    return _crumb_box(doc, first.at) if first else None


def _labelled_crumb(doc: Document) -> tuple[int, int] | None:
    for i in doc.text_at:
        text = doc.texts[i]
        if ("位置" in text or "所在" in text or "当前" in text) and len(text) < 80 and _CRUMB_LABEL.search(text):
            return _crumb_box(doc, i)
    return None


def _arrowed_crumb(doc: Document) -> tuple[int, int] | None:
    """``首页 > 工作动态``: a home link followed by an arrow."""
    for i, following in pairwise(doc.text_at):
        if doc.texts[i].strip() in HOME_WORDS and _CRUMB_MARK.search(doc.texts[following].strip()):
            return _crumb_box(doc, i)
    return None


def _crumb_box(doc: Document, i: int) -> tuple[int, int]:
    """The largest short box around ``i`` that still is one trail: few words, and a handful of links."""
    best = (i, doc.end[i])
    for k in doc.above(i, 6):
        a, b = k, doc.end[k]
        if doc.count_anchors(a, b) > 8 or doc.chars(a, b) > 160 or _has_heading(doc, a, b):
            break
        if doc.end[best[0]] < b and _is_trail(doc, *best) and not _goes_on(doc, best[1], b):
            break
        if doc.lines[_last_text(doc, a, b)] - doc.lines[i] > 12:
            break
        best = (a, b)
        if doc.count_anchors(a, b) > 1 and doc.tags[k] in ("div", "td", "p", "ul", "dl", "nav"):
            break
    return best


def _is_trail(doc: Document, a: int, b: int) -> bool:
    """Whether a box holds a trail that names this page, not one whose last part is still to come."""
    text = doc.text(a, b)
    return bool(_crumb_names(text)) and not text.endswith((">", "»", "›", "→", "＞", "：", ":"))


def _goes_on(doc: Document, a: int, b: int) -> bool:
    """Whether what follows a trail in a larger box belongs to it: more of the same line, or a line led by an arrow."""
    texts = doc.texts_in(a, b)
    if not texts:
        return _THINGS.isdisjoint(doc.tags[a:b])
    before = doc.text_at[max(bisect_left(doc.text_at, a) - 1, 0)]
    return doc.lines[texts[-1]] == doc.lines[before] or bool(_CRUMB_MARK.search(doc.texts[texts[0]].strip()))


def _last_text(doc: Document, a: int, b: int) -> int:
    texts = doc.texts_in(a, b)
    return texts[-1] if texts else a


def _has_heading(doc: Document, a: int, b: int) -> bool:
    return doc.holds(a, b, "h1", "h2", "h3")


# --- navigation --------------------------------------------------------------------------------------------------


def _find_nav(doc: Document, regions: Regions) -> None:
    limit = regions.crumb[0] if regions.crumb else len(doc.tags)
    for anchor in doc.anchors:
        if anchor.at >= limit:
            break
        if anchor.text.replace(" ", "") in HOME_WORDS and not _turns(doc, anchor):
            box = _nav_box(doc, anchor.at, limit) or _menu_run(doc, anchor, limit)
            if box:
                regions.nav.append(box)
                return
    _find_hinted_nav(doc, regions, limit)


def _turns(doc: Document, home: Anchor) -> bool:
    """Whether a 首页 is the first page of a list: what follows turns its pages."""
    return bool(_TURN.search(doc.text(home.end, min(home.end + _PAGER_LENGTH, len(doc.tags)))))


def _find_hinted_nav(doc: Document, regions: Regions, limit: int) -> None:
    """No home link: a box that calls itself navigation."""
    for i, tag in enumerate(doc.tags[:limit]):
        if tag in ("nav", "div", "ul", "table", "td") and _is_nav(doc.hint(i)) and _is_menu(doc, i, doc.end[i]):
            regions.nav.append((i, doc.end[i]))
            return


def _nav_box(doc: Document, i: int, limit: int) -> tuple[int, int] | None:
    """The largest box around a home link that is nothing but a menu."""
    best = None
    for k in doc.above(i, 12):
        if doc.end[k] > limit or doc.count_anchors(k, doc.end[k]) > 400:
            break
        if _is_menu(doc, k, doc.end[k]):
            best = (k, doc.end[k])
        elif best:
            break
    return best


def _menu_run(doc: Document, home: Anchor, limit: int) -> tuple[int, int] | None:
    """The short links that follow a home link without other words between: a menu that no box holds together."""
    last, count = home, 1
    for a in doc.anchors_in(home.end, limit):
        if len(a.text) > _SHORT_NAME or doc.loose_chars(last.end, a.at) > 3:
            break
        last, count = a, count + bool(a.text)
    return (home.at, last.end) if count > 3 and not dates.find(doc.text(home.at, last.end)) else None


def _is_menu(doc: Document, a: int, b: int) -> bool:
    """At least three short links, hardly any other words, and no dates."""
    anchors = [x for x in doc.anchors_in(a, b) if x.text]
    short = sum(len(x.text) <= _SHORT_NAME for x in anchors)
    if len(anchors) < 3 or short < 0.9 * len(anchors):
        return False
    after = anchors[-1].end
    if doc.loose_chars(a, b) > 12 + len(anchors) or doc.chars(after, b) or not _bare(doc, after, b):
        return False
    return not dates.find(doc.text(a, b))


# --- footer ------------------------------------------------------------------------------------------------------


def _footer_start(doc: Document, start: int) -> int:
    mark = next((i for i in reversed(doc.text_at) if i < start or _FOOTER_WORDS.search(doc.texts[i])), -1)
    hinted = _hinted_footer(doc, start)
    if mark < start:
        return hinted or len(doc.tags)
    box = _footer_box(doc, mark, start)
    if hinted and hinted <= mark:
        box = min(box, hinted)
    return _with_siblings(doc, box, start)


def _hinted_footer(doc: Document, start: int) -> int:
    """The first box that calls itself a footer, holds a footer's words, is short and shows no dates."""
    first = max(start, 1)
    for i in doc.all("footer", "div", "table", "td"):
        named = doc.attrs[i] or doc.tags[i] == "footer"
        if i < first or not named or doc.chars(i, doc.end[i]) > 1500 or not _is_foot(doc.hint(i)):
            continue
        text = doc.text(i)
        if (
            ("foot" in doc.hint(i) or _mostly_footer(doc, i))
            and _FOOTER_WORDS.search(text)
            and not _has_heading(doc, i, doc.end[i])
            and not _is_dated(text)
        ):
            return i
    return 0


def _is_dated(text: str) -> bool:
    """Whether a date is shown that isn't a copyright's."""
    return bool(dates.find(text) and dates.find(_YEARS.sub("", text)))


def _footer_box(doc: Document, mark: int, start: int) -> int:
    best = mark
    for k in doc.above(mark):
        if k < start or _has_heading(doc, k, doc.end[k]):
            break
        if _mostly_footer(doc, k):
            best = k
    return best


def _mostly_footer(doc: Document, k: int) -> bool:
    """Whether nothing but a footer's words and links is in the box: no prose before its first mark, no dates, not long."""
    if doc.chars(k, doc.end[k]) > 1500 or _is_dated(doc.text(k)):
        return False
    loose, links = 0, doc.within("a")
    for i in doc.texts_in(k, doc.end[k]):
        if _FOOTER_WORDS.search(doc.texts[i]):
            return loose <= 12 and _bare(doc, k, i)
        loose += len(doc.texts[i].strip(" |-")) if not links[i] else 0
    return False


def _with_siblings(doc: Document, box: int, start: int) -> int:
    """The footer with the boxes right before it that are also footer: 联系我们 links, a second line of 主办单位."""
    for i in reversed(_earlier_siblings(doc, box, start)):
        long = doc.chars(i, doc.end[i])
        if not long and (_bare(doc, i, doc.end[i]) or {*doc.tags[i : doc.end[i]]} <= {"a", "img", "p", "span"}):
            continue  # nothing, or a badge: the footer's if it starts before
        text = doc.text(i) if long <= 300 else ""
        if not (_FOOTER_WORDS.search(text) or (text and _footer_links(doc, i))) or dates.find(text):
            break
        box = i
    return box


def _earlier_siblings(doc: Document, box: int, start: int) -> list[int]:
    found = []
    i = doc.parent[box] + 1
    while i < box:
        if i >= start:
            found.append(i)
        i = doc.end[i]
    return found


def _footer_links(doc: Document, i: int) -> bool:
    anchors = [a for a in doc.anchors_in(i, doc.end[i]) if a.text]
    return len(anchors) > 1 and sum(bool(_FOOTER_LINK.search(a.text)) for a in anchors) * 2 >= len(anchors)


# --- friend links and side lists -----------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def _heads_friends(text: str) -> bool:
    return bool(_FRIEND_WORDS.search(text))


def _friends(doc: Document, start: int, footer: int) -> list[tuple[int, int]]:
    """Boxes headed 友情链接: the heading's smallest box with links or a selection in it, if hardly anything else is there."""
    found = []
    for i in doc.texts_in(start, footer):
        if len(doc.texts[i]) <= 12 and _heads_friends(doc.texts[i]):
            box = next((k for k in doc.above(i, 5) if doc.count_anchors(k, doc.end[k]) > 1 or _has_select(doc, k)), 0)
            if box >= max(start, 1) and _only_links(doc, box):
                found.append((box, doc.end[box]))
    return found


def _only_links(doc: Document, box: int) -> bool:
    a, b = box, doc.end[box]
    links, options = doc.within("a"), doc.within("option")
    if sum(len(doc.texts[i]) for i in doc.texts_in(a, b) if not (links[i] or options[i])) > 30:
        return False
    things = _THINGS.intersection(doc.tags[a:b]) - {"select", "form"}
    return all(links[i] for tag in things for i in doc.by_tag[tag] if a <= i < b) and not dates.find(doc.text(a, b))


def _has_select(doc: Document, k: int) -> bool:
    return doc.holds(k, doc.end[k], "select")


def _sides(doc: Document, start: int, regions: Regions) -> list[tuple[int, int]]:
    """Menus beside the main area: boxes that call themselves so, or that list this page's own name among short links."""
    found: list[tuple[int, int]] = []
    until = start
    links = [*(a.at for a in doc.anchors), len(doc.tags)]
    k = 0
    for i in doc.all("div", "ul", "table", "dl", "td", "aside", "nav", "section"):
        if i < until:
            continue
        while links[k] < i:
            k += 1
        b = doc.end[i]
        if links[k] < b <= regions.footer and _is_side(doc, i, b, regions.crumb_names):
            found.append((i, b))
            until = b
    return found


def _is_side(doc: Document, a: int, b: int, trail: tuple[str, ...]) -> bool:
    if doc.chars(a, b) > 1500 or doc.loose_chars(a, b) > 16:
        return False
    anchors = [x for x in doc.anchors_in(a, b) if x.text]
    if (
        not anchors
        or doc.chars(anchors[-1].end, b)
        or not (_bare(doc, a, anchors[0].at) and _bare(doc, anchors[-1].end, b))
    ):
        return False
    hinted = _is_beside(doc.hint(a))
    if max(len(x.text) for x in anchors) > (3 * _SHORT_NAME if hinted else _SHORT_NAME):
        return False
    names, heading = {x.text for x in anchors}, doc.text(a, anchors[0].at)
    siblings = len(names) > 1 and (
        heading in trail[:-1] or (not names.isdisjoint(trail) and (heading == "" or heading in trail))
    )
    return (hinted or siblings) and not dates.find(doc.text(a, b))


def _bare(doc: Document, a: int, b: int) -> bool:
    """Whether a range holds no picture, form, frame, script or place for a script to fill: nothing that would be lost."""
    tags = doc.tags[a:b]
    if not _THINGS.isdisjoint(tags) or any("id" in doc.attrs[i] and doc.end[i] == i + 1 for i in range(a, b)):
        return False
    return "script" not in tags or all(
        "document.write" in doc.scripts.get(i, "") for i in doc.by_tag["script"] if a <= i < b
    )
