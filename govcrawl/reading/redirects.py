"""Where a page sends its reader without being asked: a meta refresh, or a script that is all the page holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from govcrawl.reading.document import Document
from govcrawl.reading.urls import canonical
from govcrawl.reading.written import Variables, commented, value

MAX_DELAY_S: Final = 10.0  #: a longer wait is a page to read that renews itself
_FEW_WORDS: Final = 40  #: characters; 正在跳转，请稍候 …
_LONG_SCRIPT: Final = 4000

_REFRESH: Final = re.compile(r"^\s*(\d*\.?\d*)\s*[;,]?\s*(?:url\s*=\s*)?[\"']?\s*([^\"'>]*)", re.I)
_LOCATION: Final = re.compile(
    r"(?<![\w.$])(?:(?:window|self|top|parent|document|this)\s*\.\s*){0,2}location\s*(?:\.\s*href\s*)?(?:=(?!=)|\.\s*(?:replace|assign)\s*\()|"
    r"(?<![\w.$])window\s*\.\s*navigate\s*\("
)
_FOR_PHONES: Final = re.compile(r"/(?:m|wap|mobile|3g|phone|sj|app)(?:[./?]|$)|//(?:m|wap|3g)\.", re.I)

_ASKS_FOR_PHONES: Final = re.compile(r"userAgent|navigator\.platform|Mobile|iPhone|Android|screen\.width", re.I)


def target(doc: Document) -> str:
    """The absolute URL the page leads to by itself, or ""."""
    return _refresh(doc) or _location(doc)


def _refresh(doc: Document) -> str:
    for i in doc.all("meta"):
        if doc.attr(i, "http-equiv").strip().lower() != "refresh" or (doc.within("noscript")[i] and not _is_bare(doc)):
            continue
        m = _REFRESH.match(doc.attr(i, "content"))
        url = doc.join(m[2]) if m and m[2].strip() else None
        if m and url and float(m[1] if m[1].strip(".") else 0) <= MAX_DELAY_S and canonical(url) != canonical(doc.url):
            return url
    return ""


def _is_bare(doc: Document) -> bool:
    return len(doc.anchors) <= 1 and len(doc.text(0)) <= _FEW_WORDS


def _location(doc: Document) -> str:
    """Only where nothing else is on the page: an ordinary page names locations in what its buttons do."""
    if not _is_bare(doc) or sum(len(s) for s in doc.scripts.values()) > _LONG_SCRIPT:
        return ""
    found = [url for script in _scripts(doc) for url in _targets(doc, script) if canonical(url) != canonical(doc.url)]
    phones = any(_ASKS_FOR_PHONES.search(script) for script in _scripts(doc))
    led = [url for url in found if not (phones and _FOR_PHONES.search(url))]
    return min(led, key=lambda url: bool(_FOR_PHONES.search(url)), default="")


def _scripts(doc: Document) -> Iterator[str]:
    yield from doc.scripts.values()
    yield from (onload for i in doc.all("body") if (onload := doc.attr(i, "onload")))


def _targets(doc: Document, script: str) -> Iterator[str]:
    """Where a script leads; a desktop's browser, where it tells phones apart."""
    variables = Variables()
    variables.add(script)
    for m in _LOCATION.finditer(script):
        if not commented(script, m.start()) and (url := doc.join(value(script, m.end(), variables))):
            yield url
