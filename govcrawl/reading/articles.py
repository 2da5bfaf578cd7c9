"""An article: its title, the day it was published, where it came from, its text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from govcrawl.facts import ArticleFacts
from govcrawl.reading import dates, prose
from govcrawl.reading.document import Document
from govcrawl.reading.marks import alone
from govcrawl.reading.regions import Regions

_BODY: Final = re.compile(
    r"(?:^|\s)(?:trs_editor\w*|trs_ueditor|zoom|article_zoom|vsb_content\w*|v_news_content|ucap-content|divmaincontentid|news_?content|"
    r"article[-_]?con(?:tent)?|con_?text|info_?content|detail-?content|pages_content|article-body|xl_?content)(?:$|\s)"
)
_TITLE_HINT: Final = re.compile(r"title|tit\b|biaoti|bt\b|headline", re.I)
_CENTRED: Final = re.compile(r"text-align\s*:\s*center", re.I)
_SITE: Final = re.compile(r"(?:网站?|政府|门户|平台|首页|局|厅|委|委员会|办公室|中心)$")
_SITE_NAME: Final = 6  #: characters
_SEPARATOR: Final = re.compile(r"\s*(?:——|--|_|\||-|–|—|>|·)\s*")
_PUBLISHED: Final = re.compile(r"(?:发布|发表)(?:(?:时间|日期|于)\s*[:：]?|\s*[:：])\s*")
#: Other labels of an article's head; bare 时间 only where no word before it makes it an event's (报名时间, 会议时间).
_LABELLED: Final = re.compile(
    r"(?:(?:公开|发文|成文|更新|添加|录入|上传)(?:时间|日期)|(?<![\u4e00-\u9fff])(?:时间|日期))\s*[:：]?\s*"
)
_DISCLOSED: Final = re.compile(r"(?:公开|上网|上传|录入)(?:时间|日期)\s*[:：]?\s*")
_SHORT_DAY: Final = re.compile(r"(?<![\d.])\d\d([-/.])\d\d?\1\d\d?(?![\d.])")  #: ``18-06-01``, without its century
_PROSE: Final = re.compile(r"。|[，；].*[，；]")
#: Words beside a date that is not the publish date: of a law, an event, a generated page; and dates within a sentence.
_OTHER_DAY: Final = re.compile(
    r"通过|修订|修正|批准|会议|施行|实施|召开|举行|印发|生[效成]|截[止至]|\d\s*[日号]?\s*[起至到]|第.{1,8}号|[于在自从由]\s*(?:19|20)\d\d|"
    r"(?<=[\u4e00-\u9fff])(?<!发布)(?<!发表)(?<!公开)(?<!更新)(?<!添加)(?<!录入)(?<!上传)(?:时间|日期)\s*[:：]?\s*(?:19|20)\d\d|"
    r"\d\s*日(?!来源|作者|编辑|责编|发布|字体|字号|浏览|点击|阅读|星期|周)[\u4e00-\u9fff]"
)
_TOOLS: Final = re.compile(  # of a line of the head that is no heading
    r"^[\[【(（]*(?:(?:\w{0,4}来源|作者|\w{0,2}编辑|\w{0,4}(?:时间|日期)|发布[者人]?|发布\w{2}|字体|字号|\w{0,2}(?:点击|浏览|阅读)\w{0,2}|索引号|\w{0,2}文号|主题\w{0,2})\s*[:：]|"
    r"(?:[大中小]|分享|打印|关闭|收藏|打印本页|关闭本页)[\s\])】]|请输入|\S{0,6}(?:搜索|检索)$)"
)
_SOURCE: Final = re.compile(
    r"来源(?<!资金来源)(?<!数据来源)(?<!经费来源)(?<!收入来源)于?\s*[:：]\s*([^\n:：|【】\[\]（）()，。；]{2,40})"
)
_AFTER_SOURCE: Final = re.compile(
    r"\s*(?:(?:19|20)\d\d\s*[-年/.]\s*\d|(?:发布(?:者|人|时间|日期|机构|单位)|作者|时间|日期|点击|浏览|阅读|责任|责编|字体|字号|编辑|审核|供稿|分享|打印|关闭|录入)).*"
)
_LONGEST: Final = 30  #: characters of a date
_NEAR: Final = 200  #: characters after the title in which a bare date is the publish date
_HEAD: Final = 500  #: characters of an article that may be its head
_LINE: Final = 400  #: elements of a line; a longer one is no heading
FEW_WORDS: Final = 40  #: characters of a page that shows no article; a script may draw it
MAX_HEAD: Final = 100  #: characters of a line of the head
_FIRST_TEXTS: Final = 60  #: of the main area, among which the heading stands


def find_title(doc: Document, regions: Regions) -> tuple[str, int]:
    """(title, index where it stands; -1 if only the head names it)."""
    named = doc.metas.get("articletitle", "")
    start, end = regions.area
    candidates = [i for i in doc.texts_in(start, end) if not regions.zones[i]][:_FIRST_TEXTS]
    wanted = _squeezed(named or doc.title)
    for i in candidates:
        if (
            wanted.startswith(_squeezed(doc.texts[i]))
            and len(line := _line(doc, i)) >= 4
            and wanted.startswith(_squeezed(line))
        ):
            return (named or line), i
    at = _heading(doc, regions, candidates)
    if named or at >= 0:
        return named or _line(doc, at), at
    return _own_part(doc.title), -1


def _own_part(title: str) -> str:
    """What a page's title says of the page: its first part, but where that is the site's name, the last."""
    parts = _SEPARATOR.split(title)
    own = (part for part in reversed(parts) if len(part) > _SITE_NAME and not _SITE.search(part))
    return next(own, parts[0]) if _SITE.search(parts[0]) else parts[0]


def _heading(doc: Document, regions: Regions, candidates: Sequence[int]) -> int:
    """Where the heading stands that the page's title doesn't repeat: a headline's element or box, the line above the date, or
    bold or centred words before the text; -1 if there is none."""
    dated = _above_date(doc, regions, candidates)
    headed = next((i for i in candidates if _headed(doc, i) and _may_be_heading(doc, regions, i)), -1)
    if headed >= 0 and not 0 <= dated < headed:
        return headed
    return dated if dated >= 0 else _marked(doc, regions, candidates)


def _may_be_heading(doc: Document, regions: Regions, i: int) -> bool:
    line = _line(doc, i)
    return (
        2 <= len(line) <= 120
        and line not in regions.crumb_names
        and (line not in doc.title or doc.title.startswith(line) or _ends_title(line, doc.title))
    )


def _ends_title(line: str, title: str) -> bool:
    """Whether a line is what a page's title says behind the site's name."""
    return len(line) > _SITE_NAME and title.endswith(line) and not _SITE.search(line)


def _headed(doc: Document, i: int) -> bool:
    return any(doc.tags[k] in ("h1", "h2", "h3") or _TITLE_HINT.search(doc.hint(k)) for k in doc.above(i, 3))


def _above_date(doc: Document, regions: Regions, candidates: Sequence[int]) -> int:
    """The line above the first date that stands alone in the head, other lines of the head passed over; -1 if there is none."""
    links = doc.within("a")
    above: list[int] = []
    for i in _line_starts(doc, candidates):
        line = _line(doc, i)
        if _PROSE.search(line) or doc.chars(candidates[0], i) > _HEAD:
            return -1
        if not links[i] and _dates_article(line, _line(doc, above[-1]) if above else ""):
            return next((k for k in reversed(above) if _may_head_date(doc, regions, k)), -1)
        if not links[i]:
            above.append(i)
    return -1


def _dates_article(line: str, before: str) -> bool:
    """Whether a line of the head is its date, not one of a table's cells (发文日期：)."""
    return bool(_said(_PUBLISHED, line) or (_lone(line) and not before.endswith((":", "：", "日期", "时间"))))


def _may_head_date(doc: Document, regions: Regions, i: int) -> bool:
    line = _line(doc, i)
    return len(line) >= 4 and _may_be_heading(doc, regions, i) and not _TOOLS.match(line)


def _marked(doc: Document, regions: Regions, candidates: Sequence[int]) -> int:
    """The first bold or centred line before the text; -1 if there is none."""
    links = doc.within("a")
    for i in _line_starts(doc, candidates[:20]):
        line = _line(doc, i)
        if _PROSE.search(line) or len(line) > 60:
            return -1
        if not links[i] and len(line) > 4 and _stands_out(doc, i) and _may_head_date(doc, regions, i):
            return i
    return -1


def _stands_out(doc: Document, i: int) -> bool:
    return any(
        doc.tags[k] in ("strong", "b", "center", "h4")
        or doc.attr(k, "align").lower() == "center"
        or _CENTRED.search(doc.attr(k, "style"))
        for k in doc.above(i, 3)
    )


def _line_starts(doc: Document, at: Sequence[int]) -> Iterator[int]:
    """The first text of each line."""
    last = -1
    for i in at:
        if doc.lines[i] != last:
            yield i
        last = doc.lines[i]


def _line(doc: Document, i: int) -> str:
    """The whole line a text belongs to: titles are often cut into several elements."""
    return doc.text(i, min(bisect_right(doc.lines, doc.lines[i], i), i + _LINE))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def read(doc: Document, regions: Regions, body: int) -> ArticleFacts:
    """``body``: the element ``body_of`` found."""
    title, at = find_title(doc, regions)
    start, end = regions.area
    text, before = doc.text(max(at, start), end), doc.text(start, max(at, start))
    day = published(doc, text, at >= 0, before)
    shown = doc.seen(body) if body else doc.seen(max(at, start), end)
    return ArticleFacts(
        title, day, _source(doc, text), shown, not day and _may_be_dated(doc, f"{before}\n{_head(text)}", shown)
    )


# --- the body ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def _is_body(hint: str) -> bool:
    return bool(_BODY.search(hint))


def body_of(doc: Document, regions: Regions) -> int:
    """The element that holds an article's text: one that systems of this field put it into, or where the words are; 0 if none."""
    for i in range(max(regions.main[0] if regions.main else 0, 1), len(doc.tags)):
        attrs = doc.attrs[i]
        if ("id" in attrs or "class" in attrs) and doc.tags[i] != "a" and _is_body(doc.hint(i)):
            return i
    k, weight = prose.box(doc, regions)
    return k if weight >= prose.ENOUGH else 0


def is_shown(doc: Document, regions: Regions, body: int) -> bool:
    """Whether the page shows an article: its name in a meta tag, a body, or a heading with a date of its own."""
    if body or doc.metas.get("articletitle"):
        return True
    start, end = regions.area
    first = [i for i in doc.texts_in(start, end) if not regions.zones[i]][:_FIRST_TEXTS]
    return _above_date(doc, regions, first) >= 0


# --- date and source -----------------------------------------------------------------------------------------------------


def published(doc: Document, text: str, titled: bool, before: str) -> date | None:
    """The publish date: meta tag; a label that says so; the first date alone on a line below the title; any label; the URL.

    ``text`` runs from the title on, ``before`` up to it (a table of 索引号 and dates).  Without any of these there is none: a
    date in the prose is not taken.
    """
    metas = doc.metas
    for name in ("pubdate", "publishdate", "firstpublishedtime", "article:published_time"):
        if day := dates.find(metas.get(name, "")):
            return day
    head = _head(text)
    return (
        _said(_PUBLISHED, head)
        or (_bare(text) if titled else None)
        or _said(_LABELLED, head)
        or _said(_PUBLISHED, text)
        or _said(_PUBLISHED, before)
        or _said(_DISCLOSED, before)
        or dates.from_url(doc.url)
    )


def _may_be_dated(doc: Document, head: str, shown: str) -> bool:
    """Whether the head of an article without a date says that there is one, or shows what may be one, or whether a script draws it:
    all of it, or a part of its head.
    """
    if any(
        dates.like(line) or _SHORT_DAY.search(line) or _PUBLISHED.search(line) or _LABELLED.search(line)
        for line in head.split("\n")
        if len(line) <= MAX_HEAD
    ):
        return True
    drawn = len(shown) < FEW_WORDS and bool(doc.by_tag["script"])
    return drawn or ("{{" in doc.source and "}}" in doc.source)


def _head(text: str) -> str:
    """The lines from the title to the first of the prose."""
    lines = text[:_HEAD].split("\n")
    prose_at = next((n for n, line in enumerate(lines[1:], 1) if _PROSE.search(line)), len(lines))
    return "\n".join(lines[:prose_at])


def _said(label: re.Pattern[str], text: str) -> date | None:
    """The day that stands right behind such a label."""
    for m in label.finditer(text):
        said = text[m.end() : m.end() + _LONGEST].partition("\n")[0]
        found = dates.find_all(said, 1)
        if day := found[0][0] if found and found[0][1] < 5 else dates.whole(said.partition(" ")[0]):
            return day
    return None


def _bare(text: str) -> date | None:
    """A date that stands alone on one of the lines right below the title."""
    for line in text[: len(text.partition("\n")[0]) + _NEAR].split("\n")[1:]:
        if day := _lone(line):
            return day
    return None


def _lone(line: str) -> date | None:
    """The date of a line of an article's head, not one of a law's passing or of an event."""
    told = len(line) <= 60 and len(dates.find_all(line)) == 1 and not _OTHER_DAY.search(line)
    return alone(line) if told else None


def _source(doc: Document, text: str) -> str:
    named = doc.metas.get("contentsource", "")
    parts = (part for part in (text[: 2 * _HEAD], text[-_HEAD:]) if "来源" in part)
    found = (m[1] for part in parts for m in _SOURCE.finditer(part))
    return named or next((name for words in found if (name := _name_of(words))), "")


def _name_of(words: str) -> str:
    """A source's name without what follows it on its line; several words are one name where nothing else does."""
    name = _AFTER_SOURCE.sub("", words).strip()
    if name != words.strip():
        name = name.partition(" ")[0]
    return name if 2 <= len(name) <= 30 else ""
