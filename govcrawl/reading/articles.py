"""An article: its title, the day it was published, where it came from, its text."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from govcrawl.contracts import ArticleFacts
from govcrawl.reading import dates
from govcrawl.reading.document import Document
from govcrawl.reading.lists import alone
from govcrawl.reading.regions import Regions

_BODY = re.compile(
    r"(?:^|\s)(?:trs_editor\w*|trs_ueditor|zoom|article_zoom|vsb_content\w*|v_news_content|ucap-content|divmaincontentid|news_?content|"
    r"article[-_]?con(?:tent)?|con_?text|info_?content|detail-?content|pages_content|article-body|xl_?content)(?:$|\s)"
)
_TITLE_HINT = re.compile(r"title|tit\b|biaoti|bt\b|headline", re.I)
_SEPARATOR = re.compile(r"\s*(?:——|--|_|\||-|–|—|>|·)\s*")
_LABELLED = re.compile(
    r"(?:发布|发表|公开|发文|成文|更新|添加|录入|上传)?(?:时间|日期|于)\s*[:：]?\s*"
    r"((?:19|20)\d\d\s*(?:年|[-/.])\s*\d{1,2}\s*(?:月|[-/.])\s*\d{1,2})"
)
_PUBLISHED = re.compile(
    r"(?:发布|发表)(?:时间|日期|于)?\s*[:：]?\s*((?:19|20)\d\d\s*(?:年|[-/.])\s*\d{1,2}\s*(?:月|[-/.])\s*\d{1,2})"
)
_SOURCE = re.compile(r"(?:信息|文章|稿件|新闻)?来源(?:于)?\s*[:：]\s*([^\s:：|【\[]{2,30})")
_NOT_A_SOURCE = re.compile(r"^(?:发布|作者|时间|日期|点击|浏览|责任|字体|编辑|【|\[)")
_NEAR = 200  #: characters after the title in which a bare date is the publish date


def find_title(doc: Document, regions: Regions) -> tuple[str, int]:
    """(title, index where it stands; -1 if only the head names it)."""
    named = doc.metas.get("articletitle", "")
    start, end = regions.main or (0, regions.footer)
    head = doc.title
    candidates = [i for i in doc.texts_in(start, end) if not regions.zones[i]][:60]
    wanted = _squeezed(named or head)
    for i in candidates:
        if (
            wanted.startswith(_squeezed(doc.texts[i]))
            and len(line := _line(doc, i)) >= 4
            and wanted.startswith(_squeezed(line))
        ):
            return (named or line), i
    if named:
        return named, -1
    for i in candidates:
        if _headed(doc, i) and 2 <= len(line := _line(doc, i)) <= 120 and line not in regions.crumb_names:
            return line, i
    return _SEPARATOR.split(head)[0] if head else "", -1


def _headed(doc: Document, i: int) -> bool:
    return any(doc.tags[k] in ("h1", "h2", "h3") or _TITLE_HINT.search(doc.hint(k)) for k in doc.above(i, 3))


def _line(doc: Document, i: int) -> str:
    """The whole line a text belongs to: titles are often cut into several elements."""
    line = doc.lines[i]
    last = i
    while last + 1 < len(doc.tags) and doc.lines[last + 1] == line:
        last += 1
    return doc.text(i, last + 1)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def read(doc: Document, regions: Regions) -> ArticleFacts:
    title, at = find_title(doc, regions)
    start, end = regions.main or (0, regions.footer)
    text = doc.text(max(at, start), end)
    body = body_of(doc, start)
    return ArticleFacts(
        title=title,
        published=published(doc, text, at >= 0),
        source=_source(doc, text),
        text=doc.seen(body) if body else doc.seen(max(at, start), end),
    )


@lru_cache(maxsize=8192)
def _is_body(hint: str) -> bool:
    return bool(_BODY.search(hint))


def body_of(doc: Document, start: int) -> int:
    """The element that systems of this field put an article's text into; 0 if there is none."""
    for i in range(max(start, 1), len(doc.tags)):
        attrs = doc.attrs[i]
        if ("id" in attrs or "class" in attrs) and doc.tags[i] != "a" and _is_body(doc.hint(i)):
            return i
    return 0


def published(doc: Document, text: str, titled: bool) -> date | None:
    """The publish date: meta tag; a label that says so; the first date alone on a line below the title; any label; the URL.

    ``text`` runs from the title on.  Without any of these there is none: a date in the prose is not taken.
    """
    metas = doc.metas
    for name in ("pubdate", "publishdate", "firstpublishedtime", "article:published_time"):
        if day := dates.find(metas.get(name, "")):
            return day
    head = text[: 2 * _NEAR + 100]
    return (
        _said(_PUBLISHED, head)
        or (_bare(text) if titled else None)
        or _said(_LABELLED, head)
        or _said(_PUBLISHED, text)
        or dates.from_url(doc.url)
    )


def _said(label: re.Pattern[str], text: str) -> date | None:
    m = label.search(text)
    return dates.find(m[1]) if m else None


def _bare(text: str) -> date | None:
    """A date that stands alone on one of the lines right below the title."""
    for line in text[: len(text.partition("\n")[0]) + _NEAR].split("\n")[1:]:
        if day := alone(line):
            return day
    return None


def _source(doc: Document, text: str) -> str:
    named = doc.metas.get("contentsource", "")
    if named:
        return named
    m = _SOURCE.search(text[:1000])
    return m[1] if m and not _NOT_A_SOURCE.match(m[1]) else ""
