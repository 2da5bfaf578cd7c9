"""Style sheets of the site that are files of their own: what they may hide on a page, and what they hide.

Only a page that leads to several strangers from boxes with names asks for them, and for what they take in (``@import``), one step deep;
all of its sheets must be files of the site itself, and few.  A name counts as hidden where a sheet hides it under no condition, and
neither a sheet nor a script of the page shows it under any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from govcrawl.facts import Box, Hiding, StyledLink, StyleFacts
from govcrawl.reading.document import Anchor, Document
from govcrawl.reading.domains import stranger
from govcrawl.reading.hiding import COMMENT, MAX_BOXES, MAX_STYLES, Hider, rules, selectors
from govcrawl.reading.urls import join, same_site

MAX_SHEETS: Final = 5  #: of a page; more would cost the site more than the answer is worth
MAX_SHEET: Final = 200_000  #: characters; what is longer is a library and much else
MAX_NAMES: Final = 2000  #: that a sheet hides or shows
FEW: Final = 2  #: strangers' domains on a page
MAX_LINKS: Final = 400  #: of one page
MAX_AT: Final = 100  #: characters
MAX_TEXT: Final = 80  #: characters of a link's words
_SCREENS: Final = ("", "all", "screen")
_LAYERED: Final = re.compile(r"layer|supports")
_IMPORT: Final = re.compile(
    r"""@import\s{1,9}(?:url\(\s{0,9})?["']?([^"'()\s;{}]{1,300})["']?\s{0,9}\)?([^;{}"']{0,100})(?:;|\Z)""", re.I
)

Found = tuple[tuple[StyledLink, ...], tuple[str, ...], tuple[str, ...]]


def find(doc: Document, links: Sequence[Anchor], hider: Hider, own: str, opening: Callable[[int], str]) -> Found:
    """``styled``, ``sheets`` and ``strange`` of ``ForeignFacts``.  ``links``: those to strangers that the page itself doesn't hide;
    ``own``: the site's domain; ``opening``: how an element begins.
    """
    if len({stranger(a.url, own) for a in links if a.url}) < FEW:
        return (), (), ()
    urls = tuple(dict.fromkeys(_sheets(doc)))
    if not 0 < len(urls) <= MAX_SHEETS or not all(urls):
        return (), (), ()
    strange = tuple(url for url in urls if not same_site(url, doc.url))
    boxes = _Boxes(doc, hider, opening)
    some = ((a, boxes.around(a)) for a in links[:MAX_LINKS])
    styled = [StyledLink(a.url, a.words[:MAX_TEXT], around) for a, around in some if a.url and around]
    return (tuple(styled), () if strange else urls, strange) if styled else ((), (), ())


def _sheets(doc: Document) -> Iterator[str]:
    """Those that hold on every screen; "" for one whose address can't be read."""
    for i in doc.all("link"):
        if doc.attr(i, "rel").lower().split() == ["stylesheet"] and doc.attr(i, "media").strip().lower() in _SCREENS:
            yield doc.join(doc.attr(i, "href")) or ""
    own = "\n".join(doc.styles)[:MAX_STYLES] if doc.styles and "@import" in doc.source else ""
    yield from (doc.join(href) or "" for href in imports(own) or ())


def imports(css: str) -> list[str] | None:
    """What a sheet takes in for every screen, as written; None: it leaves open when."""
    if "@import" not in css:
        return []
    found = [(m[1], m[2].strip().lower()) for m in _IMPORT.finditer(COMMENT.sub("", css))]
    if len(found) > MAX_SHEETS or len(found) < css.count("@import") or any(_LAYERED.search(when) for _, when in found):
        return None
    return [href for href, when in found if when in _SCREENS]


class _Boxes:
    def __init__(self, doc: Document, hider: Hider, opening: Callable[[int], str]) -> None:
        self.doc, self.hider, self.opening = doc, hider, opening
        self.shown = {name for names, how in rules("\n".join(doc.styles)[:MAX_STYLES]) if how is None for name in names}
        self.scripts = "\n".join(doc.scripts.values()).replace("'", '"')
        self.made: dict[int, Box | None] = {}

    def around(self, a: Anchor) -> tuple[Box, ...]:
        return tuple(box for i in (a.at, *self.doc.above(a.at, MAX_BOXES)) if (box := self._box(i)))

    def _box(self, i: int) -> Box | None:
        if i not in self.made:
            names = tuple(name for name in selectors(self.doc.attrs[i]) if not self._is_opened(name))
            self.made[i] = Box(names, self.opening(i)[:MAX_AT], self.hider.stays(i)) if names else None
        return self.made[i]

    def _is_opened(self, name: str) -> bool:
        """By the page's own style sheets, or perhaps by a script that knows its name."""
        return name in self.shown or f'"{name}"' in self.scripts or f'"{name[1:]}"' in self.scripts


def read(source: str, url: str = "") -> StyleFacts | None:
    """None: no style sheet, or one that leaves open what it hides.  ``url``: its own."""
    if len(source) > MAX_SHEET or source.lstrip("\ufeff \r\n\t").startswith("<"):
        return None
    taken = imports(source)
    others = [join(url, href) or "" for href in taken or ()]
    if taken is None or not all(other and same_site(other, url) for other in others):
        return None
    hides: dict[str, Hiding] = {}
    shows: dict[str, None] = {}
    for names, how in rules(_IMPORT.sub("", source) if taken else source):
        if how is None:
            shows |= dict.fromkeys(names)
        else:
            hides |= dict.fromkeys(names, how)
        if len(hides) + len(shows) > MAX_NAMES:
            return None
    return StyleFacts(tuple(hides.items()), tuple(shows), tuple(dict.fromkeys(others)))
