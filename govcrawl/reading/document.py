"""One parse of a page, laid out flat: its elements and texts in reading order.

An element is an index; its content is the index range ``[i, end[i])``; so "how many links are in this box" and "what comes
before this date" are questions about ranges, answered without walking a tree again.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from govcrawl.reading.taming import tame
from govcrawl.reading.urls import join
from govcrawl.reading.written import unroll

MAX_NODES = 120_000  #: the rest of a larger page isn't read
MAX_WORDS = 500  #: characters of a link's text; more is a link that was never closed

_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd div dl dt fieldset figure footer form frameset h1 h2 h3 h4 h5 "
    "h6 header hr legend li main nav ol option p pre section select table tbody td tfoot th thead title tr ul".split()
)
_UNREAD = frozenset("script style noscript template iframe noframes noembed textarea title object".split())
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\xad]")
_ODD = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\xad", "&#8", "&#x200", "&#65279", "&#173", "&shy", "&zw")
_ICONS = re.compile("[\ue000-\uf8ff]+")  #: private use: letters of an icon font
_BARE = frozenset("br hr wbr strong b em i u sup sub tbody col".split())  #: nothing is told by their attributes
_CUT = re.compile(r"(?:\.{2,}|…+)$")

Attributes = dict[str, str | None]
_NOTHING: Attributes = {}

HOME_WORDS = frozenset(
    ("首页", "网站首页", "主页", "网站主页", "返回首页", "本站首页", "回到首页", "网首页", "站首页", "Home", "HOME")
)


@dataclass(slots=True)
class Anchor:
    """An ``<a>`` or ``<area>``: ``url`` is "" where it leads nowhere."""

    at: int
    end: int
    href: str
    url: str
    text: str
    title: str

    @property
    def words(self) -> str:
        """The full words of the link: the title attribute where the text is cut short or missing."""
        if self.title and (not self.text or _CUT.search(self.text)):
            return self.title
        return self.text


class Document:
    """A parsed page.  Lists run over its elements and non-blank texts in reading order; a text has the tag ""."""

    def __init__(self, source: str, url: str) -> None:
        self.source = source
        self.url = url
        self.title = ""
        self.scripts: dict[int, str] = {}  #: inline scripts by their element
        self.by_tag: defaultdict[str, list[int]] = defaultdict(list)
        self.end: list[int] = []
        rows = self._lay_out(tame(unroll(source)))
        self.tags, self.parent, self.texts, self.lines, self.attrs = rows
        self.hidden = self._hidden_ranges()
        self.base = next((u for i in self.by_tag["base"] if (u := join(url, self.attr(i, "href")))), url)
        self.anchors = [self._anchor(i) for i in self.all("a", "area")]
        self.text_at = [i for i, text in enumerate(self.texts) if text]
        self._anchor_at = [a.at for a in self.anchors]
        self._sums = [0, *accumulate(map(len, self.texts))]
        self._link_sums = [0, *accumulate(len(a.text) + 1 for a in self.anchors)]

    def _lay_out(self, source: str) -> tuple[list[str], list[int], list[str], list[int], list[Attributes]]:
        """(tags, parents, texts, lines, attributes): one loop, for a call per node would cost more than the parse.

        Texts of one line of the page have one line number.
        """
        rows: list[tuple[str, int, str, int, Attributes]] = []
        end, by_tag, odd = self.end, self.by_tag, any(mark in source for mark in _ODD)
        node: Any = LexborHTMLParser(source).root  # its types say "may be None" of what can't be here
        above = [-1]
        around, inside = -1, ""
        line, gap = 0, ""
        while node is not None and len(end) < MAX_NODES:
            tag = node.tag
            if tag == "-text":
                text = node.text_content or " "
                if text.isspace():
                    gap = " "
                elif inside in _UNREAD:
                    self._keep_aside(inside, around, text)
                else:
                    if odd:
                        text = _INVISIBLE.sub("", text) or " "
                    lead = gap or (" " if text[0].isspace() else "")
                    rows.append(("", around, lead + " ".join(text.split()), line, _NOTHING))
                    end.append(len(rows))
                    gap = " " if text[-1].isspace() else ""
            elif tag[0] != "-":
                i = len(rows)
                if tag in _BLOCKS:
                    line += 1
                by_tag[tag].append(i)
                rows.append((tag, around, "", line, node.attributes if tag not in _BARE else _NOTHING))
                end.append(i + 1)
                child = node.first_child
                if child is not None:
                    above.append(i)
                    around, inside, node = i, tag, child
                    continue
            following = node.next
            while following is None and len(above) > 1:
                node = node.parent
                closed = above.pop()
                end[closed] = len(rows)
                if rows[closed][0] in _BLOCKS:
                    line += 1
                around = above[-1]
                inside = rows[around][0] if around >= 0 else ""
                following = node.next
            node = following
        for i in above[1:]:
            end[i] = len(rows)
        return tuple(map(list, zip(*rows, strict=True))) if rows else ([], [], [], [], [])  # type: ignore[return-value]

    def _keep_aside(self, tag: str, at: int, text: str) -> None:
        """Words a reader doesn't see on the page: scripts, and the title in the head."""
        if tag == "script":
            self.scripts[at] = text
        elif tag == "title":
            self.title = self.title or " ".join(text.split())

    def _hidden_ranges(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        until = 0
        for i, attrs in enumerate(self.attrs):
            if i < until or not (attrs or self.tags[i] == "noscript"):
                continue
            style = attrs.get("style") or ""
            if self.tags[i] == "noscript" or "hidden" in attrs or _is_hiding(style):
                until = self.end[i]
                found.append((i, until))
        return found

    def _anchor(self, i: int) -> Anchor:
        href = self.attr(i, "href")
        alone = self.end[i] == i + 2
        text = self.texts[i + 1].strip() if alone else self.text(i)
        text = _ICONS.sub("", text).strip()
        if not text:
            text = next((alt for j in range(i, self.end[i]) if (alt := self.attr(j, "alt").strip())), "")
        url = join(self.base, href) if href else ""
        title = " ".join(self.attr(i, "title").split())
        return Anchor(i, self.end[i], href, url or "", text[:MAX_WORDS], title[:MAX_WORDS])

    def attr(self, i: int, name: str) -> str:
        return self.attrs[i].get(name) or ""

    def hint(self, i: int) -> str:
        """What the page's author calls the element: tag, id and class, lower case."""
        attrs = self.attrs[i]
        return f"{self.tags[i]} {attrs.get('id') or ''} {attrs.get('class') or ''}".lower()

    def text(self, start: int, end: int | None = None, hidden: bool = True) -> str:
        """The text of an element, or of a range: one line per block; ``hidden`` parts on demand."""
        end = self.end[start] if end is None else end
        parts: list[str] = []
        last = -1
        for i in range(start, end):
            if self.texts[i] and (hidden or not self.is_hidden(i)):
                if last >= 0 and self.lines[i] != last:
                    parts.append("\n")
                parts.append(self.texts[i])
                last = self.lines[i]
        return _tidy("".join(parts)) if parts else ""

    def chars(self, start: int, end: int) -> int:
        """Characters of text in a range."""
        return self._sums[end] - self._sums[start]

    def loose_chars(self, start: int, end: int) -> int:
        """Characters of a range that aren't a link's; each link may bring a separator of its own."""
        first, last = bisect_left(self._anchor_at, start), bisect_left(self._anchor_at, end)
        return self.chars(start, end) - (self._link_sums[last] - self._link_sums[first])

    @cached_property
    def words(self) -> str:
        """All text, hidden parts included."""
        return self.text(0)

    def is_hidden(self, i: int) -> bool:
        k = bisect_left(self.hidden, (i + 1, 0)) - 1
        return k >= 0 and i < self.hidden[k][1]

    def anchors_in(self, start: int, end: int) -> list[Anchor]:
        return self.anchors[bisect_left(self._anchor_at, start) : bisect_left(self._anchor_at, end)]

    def count_anchors(self, start: int, end: int) -> int:
        return bisect_left(self._anchor_at, end) - bisect_left(self._anchor_at, start)

    def above(self, i: int, levels: int = 1000) -> Iterator[int]:
        """The elements around ``i``, innermost first, without ``html`` and ``body``."""
        while levels and (i := self.parent[i]) > 0 and self.tags[i] != "body":
            yield i
            levels -= 1

    def inside(self, i: int, tag: str) -> bool:
        return tag in (self.tags[k] for k in self.above(i))

    def all(self, *tags: str) -> list[int]:
        """Every element of these tags, in reading order."""
        found = [self.by_tag[tag] for tag in tags if tag in self.by_tag]
        return found[0] if len(found) == 1 else sorted(chain.from_iterable(found))

    def metas(self) -> dict[str, str]:
        """Meta tags by lower-case name or http-equiv; the first of each counts."""
        found: dict[str, str] = {}
        for i in self.all("meta"):
            name = (self.attr(i, "name") or self.attr(i, "http-equiv") or self.attr(i, "property")).strip().lower()
            if name:
                found.setdefault(name, self.attr(i, "content").strip())
        return found


def _tidy(text: str) -> str:
    return text.strip().replace("\n ", "\n")


def _is_hiding(style: str) -> bool:
    return ("none" in style.lower() or "hidden" in style) and bool(_HIDDEN_STYLE.search(style))
