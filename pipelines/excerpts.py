"""Where the words of a finding stand: in the text that a reader sees, and in the bytes that were stored.

Pure, and worked out when a finding is shown: of a million pages read, a few hundred are asked for.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from govcrawl import attachments
from govcrawl.contracts import Role
from govcrawl.facts import Facts
from govcrawl.private import masked
from govcrawl.reading import read
from govcrawl.reading.encoding import decode

AROUND = 30  #: characters shown before and after
FEW = 5  #: characters of a title tell one entry from another; fewer may not
MAX_EXCERPT = 500  #: characters that are looked for; what is longer is found by its beginning
#: Between two letters that follow each other on the page, its source may have tags, spaces and breaks.
_GAP = rb"(?:\s|&nbsp;|<[^<>]{0,2000}>)*"
_WIDE = ("utf-16-le", "utf-16-be")  #: not searched: a letter's second byte may be any byte


@dataclass(frozen=True, slots=True)
class Place:
    """``start``, ``end``: characters of the visible text, whose words are shown masked; ``stored``: bytes of the page, None where the
    words are not there in this order (a script drew them, entities spell them, a file packs them)."""

    start: int
    end: int
    words: str
    before: str
    after: str
    stored: tuple[int, int] | None
    whole: bool = False  #: of all that is visible; else without the parts that every page of the site repeats


@dataclass(frozen=True, slots=True)
class Sheet:
    """A stored page, as it is read."""

    body: bytes
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    role: Role = "page"
    name: str = ""

    def facts(self, role: Role | None = None) -> Facts:
        if self.role == "file":
            return attachments.read(self.body, self.url, self.name) or Facts("file", self.name, "")
        return read(self.body, self.url, self.headers, role=role or self.role, name=self.name)


def locate(excerpt: str, sheet: Sheet) -> Place | None:
    """The first place of these words; spaces and breaks don't matter.  None: the page does not show them."""
    words = masked(excerpt).strip().removesuffix("…").strip()[:MAX_EXCERPT]
    if not words:
        return None
    for text, shown, whole in _texts(sheet):
        if found := _search(words, shown):
            return _place(text, shown, *found.span(), sheet, whole)
    return None


def newest_line(day: date, sheet: Sheet) -> Place | None:
    """The line of the newest entry of a list or home page: what shows that nothing newer is there."""
    facts = sheet.facts()
    items = (facts.column and facts.column.items) or (facts.home and facts.home.items) or ()
    title = masked(next((item.title for item in items if item.date == day), ""))
    # pages cut long titles short, and give them whole where the mouse rests on them
    for words in (title[:n] for n in range(len(title), FEW, -1)):
        for text, shown, whole in _texts(sheet):
            if found := _search(words, shown):
                start, end = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.end())
                return _place(text, shown, start, len(text) if end < 0 else end, sheet, whole)
    return None


def link_at(url: str, sheet: Sheet) -> tuple[int, int] | None:
    """The bytes of the stored page that spell a link's address: whole, or from some slash on, as a relative one is written."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    ways = [url, *(path[at:] for at in range(len(path)) if at == 0 or path[at - 1] == "/")]
    spelt = (way.encode() for one in ways if len(one) > 1 for way in (one, html.escape(one), unquote(one)))
    quoted = (re.search(rb"""["'=/\s]%b["'\s>#]""" % re.escape(way), sheet.body) for way in spelt)
    return next((m.span() for m in quoted if m), None)


@lru_cache(maxsize=4)
def _texts(sheet: Sheet) -> tuple[tuple[str, str, bool], ...]:
    """What is visible, first as the page was read; the same, as long, with numbers of persons masked; and whether that is all."""
    roles: tuple[Role, ...] = ("file",) if sheet.role == "file" else tuple(dict.fromkeys((sheet.role, "fragment")))
    texts = ((sheet.facts(role).text, role in ("home", "fragment", "file")) for role in roles)
    return tuple((text, masked(text), whole) for text, whole in texts)


def _search(words: str, text: str) -> re.Match[str] | None:
    return re.search(r"\s*".join(map(re.escape, "".join(words.split()))), text)


def _place(text: str, shown: str, start: int, end: int, sheet: Sheet, whole: bool) -> Place:
    before, after = shown[max(start - AROUND, 0) : start], shown[end : end + AROUND]
    stored = stored_at(text[start:end], sheet.body, sheet.headers)
    return Place(start, end, shown[start:end], before, after, stored, whole)


def stored_at(words: str, body: bytes, headers: Sequence[tuple[str, str]]) -> tuple[int, int] | None:
    """The range of bytes that spells ``words``, tags between its letters included."""
    _, encoding = decode(body, headers)
    letters = "".join(words.split())
    if encoding in _WIDE or not letters:
        return None
    pattern = re.compile(_GAP.join(_spelt(letter, encoding) for letter in letters))
    return next((m.span() for m in pattern.finditer(body) if _begins_a_letter(body, m.start(), encoding)), None)


def _spelt(letter: str, encoding: str) -> bytes:
    ways = {letter, html.escape(letter)}
    return b"(?:%b)" % b"|".join(re.escape(way.encode(encoding, "xmlcharrefreplace")) for way in sorted(ways))


def _begins_a_letter(body: bytes, at: int, encoding: str) -> bool:
    """In GB18030 the second half of a letter and the first of the next may look like a third; a line is enough to tell."""
    line = body.rfind(b"\n", 0, at) + 1
    return not body[line:at].decode(encoding, "replace").endswith("\ufffd")
