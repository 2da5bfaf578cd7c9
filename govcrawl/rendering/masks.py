"""A page's source with the numbers of persons masked as they stand in its text: also where tags part them and entities spell them."""

from __future__ import annotations

import re

from govcrawl.private import Private, find, masked
from govcrawl.reading.document import Document

MOST = 500  #: numbers parted by tags that are looked for one by one
_GAP = r"(?:\s|&nbsp;|-|<[^<>]{0,2000}>)*"
_PIECE = re.compile(r"<[^<>]*>|&#\w{1,8};|\w")


def masked_page(source: str) -> str:
    source = masked(source)
    words = Document(source, "").words
    for _, one in zip(range(MOST), find(words), strict=False):
        source = _masked(source, one, one.masked(words))
    return source


def _masked(source: str, one: Private, shown: str) -> str:
    if one.kind == "address":
        return source  # its numbers are few, and stand in one piece nearly always
    letters = [letter for letter in shown if letter.isalnum() or letter == "*"]
    spelt = re.compile(_GAP.join(map(_spelt, one.plain)), re.I)
    return spelt.sub(lambda match: _starred(match[0], letters), source)


def _spelt(letter: str) -> str:
    wide = chr(ord(letter) + 0xFEE0)
    return f"(?:{letter}|{wide}|&#0*{ord(letter)};|&#x0*{ord(letter):x};)"


def _starred(match: str, letters: list[str]) -> str:
    rest = iter(letters)
    return _PIECE.sub(lambda piece: piece[0] if piece[0][0] == "<" else next(rest), match)
