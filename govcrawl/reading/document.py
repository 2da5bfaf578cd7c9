"""One parse of a page, laid out flat: its elements and texts in reading order.

An element is an index; its content is the index range ``[i, end[i])``; so "how many links are in this box" and "what comes
before this date" are questions about ranges, answered without walking a tree again.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, chain
from typing import Any, Final

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from govcrawl.reading.native import NATIVE
from govcrawl.reading.taming import tame
from govcrawl.reading.urls import join
from govcrawl.reading.written import unroll

MAX_NODES: Final = 120_000  #: the rest of a larger page isn't read
MAX_HINT: Final = 200  #: characters of an element's names; patterns of what they tell take long over longer ones
MAX_WORDS: Final = 500  #: characters of a link's text; more is a link that was never closed

_BLOCKS: Final = frozenset(
    "address article aside blockquote body br caption center dd div dl dt fieldset figure footer form frameset h1 h2 h3 h4 h5 "
    "h6 header hr legend li main nav ol option p pre section select table tbody td tfoot th thead title tr ul".split()
)
_UNREAD: Final = frozenset("script style noscript template iframe noframes noembed textarea title object".split())
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_INVISIBLE: Final = re.compile("[\u200b\u200c\u200d\u2060\ufeff\xad]")
_PUNCTUATION: Final = re.compile(r"[\s\W_]+")
_ICONS: Final = re.compile("[\ue000-\uf8ff]+")  #: private use: letters of an icon font
_BARE: Final = frozenset("br hr wbr sup sub col option".split())  #: nothing is told by their attributes
_OPTIONS: Final = LexborDocumentOptions.WO_EVENTS  #: the tree as written, without what scripting would change in it

Attributes = dict[str, str | None]
_NOTHING: Final[Attributes] = {}
_Kind = tuple[
    str, bool, bool, list[int] | None
]  #: of a node: its tag, whether it is a block, or bare, where its like stand

HOME_WORDS: Final = frozenset(
    ("首页", "网站首页", "主页", "网站主页", "返回首页", "本站首页", "回到首页", "网首页", "站首页", "Home", "HOME")
)


class Anchor:
    """An ``<a>`` or ``<area>``: ``url`` is "" where it leads nowhere; ``words`` are the title attribute's where the text is cut
    short or missing."""

    __slots__ = ("at", "end", "href", "text", "title", "url", "words")

    def __init__(self, at: int, end: int, href: str, url: str, text: str, title: str, words: str) -> None:
        self.at, self.end, self.href, self.url = at, end, href, url
        self.text, self.title, self.words = text, title, words


class Document:
    """A parsed page; ``shown_on``: where its relative links start, if it is put into another page; ``encoding``: as ``decode`` tells.

    Lists run over its elements and non-blank texts in reading order; a text has the tag "".
    """

    def __init__(self, source: str, url: str, shown_on: str = "", encoding: str = "utf-8") -> None:
        self.source = source
        self.url = url
        self._encoding = "" if encoding.startswith("utf") else "gbk" if encoding == "gb18030" else encoding
        self.title = ""
        self.scripts: dict[int, str] = {}  #: inline scripts by their element
        self.styles: list[str] = []  #: style sheets in the page
        self.fields: dict[int, str] = {}  #: what stands in a textarea, by its element
        self.by_tag: defaultdict[str, list[int]] = defaultdict(list)
        self.tags: list[str] = []
        self.parent: list[int] = []
        self.end: list[int] = []
        self.lines: list[int] = []  #: texts of one line of the page have one number
        self.texts: list[str] = []
        self.attrs: list[Attributes] = []
        self.text_at: list[int] = []
        self._styled: list[int] = []  #: elements that a style or ``hidden`` may hide
        parser = LexborHTMLParser(tame(unroll(source)), options=_OPTIONS)
        if NATIVE is None:
            self._lay_out(parser.root)
        else:
            self._walk(parser)
        self._written = self._write() if NATIVE is None else NATIVE.tidy(self.texts, self.text_at, self.lines, _visible)
        self._sums = [0, *accumulate(map(len, self.texts))]
        self.hidden = self._hidden_ranges()
        self.shaded = mask(len(self.tags), self.hidden)  #: for each index, whether it is hidden
        self._masks: dict[str, bytearray] = {}
        self.base = next((u for i in self.by_tag["base"] if (u := join(url, self.attr(i, "href")))), shown_on or url)
        self.anchors = [self._anchor(i) for i in self.all("a", "area")]
        self._anchor_at = [a.at for a in self.anchors]
        self._link_sums = [0, *accumulate(len(a.text) + 1 for a in self.anchors)]

    def _walk(self, parser: Any) -> None:
        """``_lay_out`` as native code."""
        aside: list[tuple[str, int, str]] = []
        rows = (self.tags, self.parent, self.end, self.lines, self.texts, self.attrs, self.text_at, self._styled)
        kinds = (_BLOCKS, _BARE, _UNREAD, _NOTHING)
        NATIVE.lay_out(parser.root.mem_id, MAX_NODES, kinds, rows, self.by_tag, aside)
        for tag, at, text in aside:
            self._keep_aside(tag, at, text)

    def _lay_out(self, root: Any) -> None:
        """Fills the lists, texts as they are, in one loop: a call per node would cost more than the parse."""
        tags, parent, end, lines, texts, attrs = self.tags, self.parent, self.end, self.lines, self.texts, self.attrs
        kinds: dict[int, _Kind] = {}
        node = root
        opened: list[tuple[Any, int, bool]] = []
        around, line, gap, i = -1, 0, "", 0
        while node is not None and i < MAX_NODES:
            tag, block, bare, at = kinds.get(node.tag_id) or self._kind(node, kinds)
            if at is not None:
                line += block
                at.append(i)
                tags.append(tag)
                parent.append(around)
                lines.append(line)
                texts.append("")
                attrs.append(_NOTHING if bare else node.attributes)
                i += 1
                end.append(i)
                child = node.first_child
                if child is not None:
                    opened.append((node, around, block))
                    around, node = i - 1, child
                    continue
            elif tag == "-text":
                text = node.text_content or " "
                if text.isspace():
                    gap = " "
                elif tags[around] in _UNREAD:
                    self._keep_aside(tags[around], around, text)
                else:
                    self.text_at.append(i)
                    tags.append("")
                    parent.append(around)
                    lines.append(line)
                    texts.append(gap + text)
                    attrs.append(_NOTHING)
                    i += 1
                    end.append(i)
                    gap = ""
            node = node.next
            while node is None and opened:
                end[around] = i
                last, around, block = opened.pop()
                line += block
                node = last.next
        while around >= 0:
            end[around] = i
            around = parent[around]
        self._styled = [i for i, a in enumerate(attrs) if a and ("style" in a or "hidden" in a)]

    def _kind(self, node: Any, kinds: dict[int, _Kind]) -> _Kind:
        tag = node.tag or "-"
        at = None if tag[0] == "-" else self.by_tag[tag]
        return kinds.setdefault(node.tag_id, (sys.intern(tag), tag in _BLOCKS, tag in _BARE, at))

    def _write(self) -> list[str]:
        """Tidies each text; gives them as they stand on the page, the first of a line with the line's break."""
        written: list[str] = []
        last, gap = -1, ""
        for i in self.text_at:
            text = self.texts[i]
            words = " ".join(text.split())
            if not words.isprintable():
                text, words = _visible(text)
            lead, gap = gap, ""
            if len(words) != len(text):
                lead = " " if lead or text[0].isspace() else ""
                gap = " " if text[-1].isspace() else ""
            self.texts[i] = lead + words
            written.append(lead + words if self.lines[i] == last else "\n" + words)
            last = self.lines[i]
        return written

    def _keep_aside(self, tag: str, at: int, text: str) -> None:
        """Words that are no text of the page: scripts, styles, what is filled into a form, and the title in the head."""
        if tag == "script":
            self.scripts[at] = text
        elif tag == "textarea":
            self.fields[at] = " ".join(text.split())
        elif tag == "style":
            self.styles.append(text)
        elif tag == "title":
            self.title = self.title or " ".join(text.split())

    def _hidden_ranges(self) -> list[tuple[int, int]]:
        at = [i for i in self._styled if "hidden" in self.attrs[i] or _hides(self.attr(i, "style"))]
        found: list[tuple[int, int]] = []
        until = 0
        for i in sorted((*at, *self.by_tag.get("noscript", ()))):
            if i >= until:
                until = self.end[i]
                found.append((i, until))
        return found

    def _anchor(self, i: int) -> Anchor:
        attrs, end = self.attrs[i], self.end[i]
        href = attrs.get("href") or ""
        text = self.texts[i + 1].strip() if end == i + 2 else self.text(i)
        if not text.isprintable():
            text = _ICONS.sub("", text).strip()
        if not text:
            text = next((alt for j in range(i, end) if (alt := self.attr(j, "alt").strip())), "")
        if len(text) > MAX_WORDS:
            text = text[:MAX_WORDS]
        title = attrs.get("title") or ""
        if title:
            title = " ".join(title.split())[:MAX_WORDS]
        words = title if title and (not text or text.endswith(("..", "…"))) else text
        return Anchor(i, end, href, self.join(href) or "" if href else "", text, title, words)

    def join(self, href: str) -> str | None:
        """Where a link of this page leads."""
        return join(self.base, href, self._encoding)

    def attr(self, i: int, name: str) -> str:
        return self.attrs[i].get(name) or ""

    def hint(self, i: int) -> str:
        """What the page's author calls the element: tag, id and class, lower case."""
        attrs = self.attrs[i]
        return _hint(self.tags[i], attrs.get("id"), attrs.get("class"))

    def text(self, start: int, end: int | None = None) -> str:
        """The text of an element, or of a range: one line per block."""
        end = self.end[start] if end is None else end
        first, last = bisect_left(self.text_at, start), bisect_left(self.text_at, end)
        return "".join(self._written[first:last]).strip()

    def seen(self, start: int, end: int | None = None) -> str:
        """``text`` without the hidden parts."""
        end = self.end[start] if end is None else end
        if 1 not in self.shaded[start:end]:
            return self.text(start, end)
        return self.joined([i for i in self.texts_in(start, end) if not self.shaded[i]])

    def joined(self, at: Sequence[int]) -> str:
        """Some of the texts, one line per block."""
        parts: list[str] = []
        last = -1
        for i in at:
            text = self.texts[i]
            if self.lines[i] != last:
                last = self.lines[i]
                parts.append("\n")
                text = text.removeprefix(" ")
            parts.append(text)
        return "".join(parts).strip()

    def texts_in(self, start: int, end: int) -> list[int]:
        return self.text_at[bisect_left(self.text_at, start) : bisect_left(self.text_at, end)]

    def line_start(self, start: int, end: int, line: int) -> int:
        """Where a line of a range's text begins, from 0; its last line where it has fewer."""
        at = self.texts_in(start, end)
        firsts = [i for k, i in enumerate(at) if not k or self.lines[i] != self.lines[at[k - 1]]]
        return firsts[min(line, len(firsts) - 1)]

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

    def anchors_in(self, start: int, end: int) -> list[Anchor]:
        return self.anchors[bisect_left(self._anchor_at, start) : bisect_left(self._anchor_at, end)]

    def count_anchors(self, start: int, end: int) -> int:
        return bisect_left(self._anchor_at, end) - bisect_left(self._anchor_at, start)

    def above(self, i: int, levels: int = 1000) -> Iterator[int]:
        """The elements around ``i``, innermost first, without ``html`` and ``body``."""
        while levels and (i := self.parent[i]) > 0 and self.tags[i] != "body":
            yield i
            levels -= 1

    def within(self, tag: str) -> bytearray:
        """For each index, whether an element of this tag is around it."""
        if tag not in self._masks:
            self._masks[tag] = mask(len(self.tags), ((k + 1, self.end[k]) for k in self.by_tag.get(tag, ())))
        return self._masks[tag]

    def holds(self, start: int, end: int, *tags: str) -> bool:
        """Whether an element of one of these tags lies in a range."""
        found = (self.by_tag[tag] for tag in tags if tag in self.by_tag)
        return any((k := bisect_left(at, start)) < len(at) and at[k] < end for at in found)

    def all(self, *tags: str) -> list[int]:
        """Every element of these tags, in reading order."""
        found = [self.by_tag[tag] for tag in tags if tag in self.by_tag]
        return found[0] if len(found) == 1 else sorted(chain.from_iterable(found))

    @cached_property
    def metas(self) -> dict[str, str]:
        """Meta tags by lower-case name or http-equiv; the first of each counts."""
        found: dict[str, str] = {}
        for i in self.all("meta"):
            name = (self.attr(i, "name") or self.attr(i, "http-equiv") or self.attr(i, "property")).strip().lower()
            if name:
                found.setdefault(name, self.attr(i, "content").strip())
        return found


def _visible(text: str) -> tuple[str, str]:
    """(text, its words) without the characters that nobody sees."""
    text = _INVISIBLE.sub("", text) or " "
    return text, " ".join(text.split())


@lru_cache(maxsize=4096)
def _hides(style: str) -> bool:
    return bool(_HIDDEN_STYLE.search(style))


@lru_cache(maxsize=16384)
def _hint(tag: str, id_: str | None, class_: str | None) -> str:
    return f"{tag} {id_ or ''} {class_ or ''}"[:MAX_HINT].lower()


def squeezed(text: str) -> str:
    """Letters and digits only: how names are compared."""
    return _PUNCTUATION.sub("", text)


def mask(size: int, ranges: Iterable[tuple[int, int]]) -> bytearray:
    """A byte for each index of a document of ``size``: 1 within the ranges."""
    marked = bytearray(size)
    for a, b in ranges:
        if b - a == 1:
            marked[a] = 1
        else:
            marked[a:b] = b"\1" * (b - a)
    return marked
