"""What strangers have on a page: links that nobody sees, scripts, frames.  Most pages have none, and cost next to nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from govcrawl.facts import ForeignFacts, HiddenLink, Trick
from govcrawl.reading import injected, sheets
from govcrawl.reading.document import Anchor, Document
from govcrawl.reading.domains import host_of, registered, stranger
from govcrawl.reading.hiding import Hidden, Hider, pixels, same_colour
from govcrawl.reading.written import without_scripts

MAX_HIDDEN: Final = 400  #: links of one page; more make no clearer case
MAX_TEXT: Final = 80  #: characters of a link's words
MAX_UNSEEN: Final = 20_000  #: characters that stand where browsers show none of it

#: Files that pages keep at hand in case a server of libraries should fail.
_LIBRARY: Final = re.compile(r"jquery|bootstrap|swiper|vue|layui|echarts|\bmin\b|lib", re.I)
_LINK: Final = re.compile(
    r"""<a\b[^>]{0,300}?\bhref\s*=\s*["']?(https?://[^"'\s>]{3,300})[^>]{0,300}>([^<]{0,80})""", re.I
)


def read(doc: Document) -> ForeignFacts:
    own = registered(host_of(doc.url))
    claims = " ".join(filter(None, (doc.metas.get("keywords"), doc.metas.get("description"))))[:1000]
    files = [url for i in doc.by_tag.get("script", ()) if doc.attrs[i] and (url := _source(doc, i))]
    scripts = [url for url in files if stranger(url, own)]
    page = _Page(doc, own)
    tricks = (*page.frames(), *_twins(files, scripts), *injected.tricks(doc.scripts.values(), own))
    hidden = tuple(islice(page.links(), MAX_HIDDEN))
    styled = sheets.find(doc, page.seen, page.hider, own, page.opening)
    return ForeignFacts(hidden, tuple(dict.fromkeys(scripts)), tricks, claims, *styled)


def of_script(source: str, url: str) -> ForeignFacts:
    """Of a stranger's script file; ``url``: the page that loads it."""
    return ForeignFacts(tricks=injected.of_file(source, registered(host_of(url))))


def _source(doc: Document, i: int) -> str:
    src = doc.attrs[i].get("src")
    return doc.join(src) or "" if src else ""


def _twins(files: Sequence[str], strange: Sequence[str]) -> Iterator[Trick]:
    """What plants a script often plants it twice, lest one of them be found."""
    paths = {urlsplit(url).path for url in files if url not in strange} if strange else ()
    for url in strange:
        path = urlsplit(url).path
        if path in paths and not _LIBRARY.search(path):
            yield Trick("twin", url, path)


class _Page:
    def __init__(self, doc: Document, own: str) -> None:
        self.doc, self.own, self.hider = doc, own, Hider(doc)
        self.seen: list[Anchor] = []  #: links to strangers that aren't hidden, once ``links`` is through

    def links(self) -> Iterator[HiddenLink]:
        for a in self.doc.anchors:
            if "//" in a.href and a.url and stranger(a.url, self.own):
                start = self._words(a)
                hidden = self.hider.of(start) or self._coloured(start)
                if hidden:
                    yield self._link(a, hidden)
                else:
                    self.seen.append(a)
        yield from self._unseen()

    def _words(self, a: Anchor) -> int:
        """The element whose letters the link is; of one with a picture, itself."""
        texts = [] if self.doc.holds(a.at, a.end, "img") else self.doc.texts_in(a.at, a.end)
        return self.doc.parent[texts[0]] if texts else a.at

    def _coloured(self, i: int) -> Hidden | None:
        told = same_colour(self.doc, i)
        return None if told is None else Hidden("same-colour", told, i)

    def _link(self, a: Anchor, hidden: Hidden) -> HiddenLink:
        scripted = hidden.how == "script" or self._by_script(a, hidden.box)
        return HiddenLink(a.url, a.words[:MAX_TEXT], hidden.how, hidden.sure, scripted, self.opening(hidden.box))

    def _by_script(self, a: Anchor, box: int) -> bool:
        """Whether the link, or what hides it, is in no markup but what a script writes."""
        style = self.doc.attr(box, "style")
        return a.href not in self._markup or bool(style and style not in self._markup and "&" not in style)

    @cached_property
    def _markup(self) -> str:
        """The source without its scripts, if any of them writes."""
        source = self.doc.source
        return (without_scripts(source) if "document.write" in source else source).replace("&amp;", "&")

    def opening(self, i: int) -> str:
        said = (f'{name}="{words}"' for name, words in self.doc.attrs[i].items() if words and name != "href")
        return f"<{' '.join((self.doc.tags[i], *said))}>"[:200]

    def _unseen(self) -> Iterator[HiddenLink]:
        """Links within what only browsers without frames or plug-ins would show."""
        for tag in ("noframes", "noembed", "xmp"):
            if tag in self.doc.by_tag:
                part = self.doc.source.lower().find(f"<{tag}")
                for url, text in _LINK.findall(self.doc.source, part, part + MAX_UNSEEN):
                    if stranger(url, self.own):
                        yield HiddenLink(url, text.strip(), "other", False, at=f"<{tag}>")

    def frames(self) -> Iterator[Trick]:
        """Frames of strangers that nobody sees."""
        for i in self.doc.all("iframe", "frame"):
            url = self.doc.join(self.doc.attr(i, "src"))
            if url and stranger(url, self.own) and self._is_tiny(i):
                yield Trick("frame", url, self.opening(i))

    def _is_tiny(self, i: int) -> bool:
        sizes = (pixels(self.doc.attr(i, edge)) for edge in ("width", "height"))
        hidden = self.hider.of(i)
        return any(px is not None and px <= 1 for px in sizes) or (hidden is not None and hidden.sure)
