"""Pages made to break parsers, cut down to what any parser reads in linear time.

An HTML parser walks its open elements and pending formatting at every tag, and compares attributes pairwise: 200,000 nested
``<div>`` take minutes.  Real pages stay far below these limits.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from govcrawl.reading.native import NATIVE

MAX_DEPTH: Final = 400  #: open elements
MAX_FORMATTING: Final = 60  #: open <a>, <b>, <font> … that every new block repeats
MAX_TAGS: Final = 300_000
MAX_OPTIONS: Final = 2000  #: <option>s of a page; the parser counts them again at each
MAX_TAG_LENGTH: Final = 20_000  #: characters between < and >
_FEW_TAGS: Final = 1500  #: opening tags; with fewer, or in a small page, nothing can be slow
_SMALL: Final = 60_000  #: characters

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_SELF_CLOSING: Final = frozenset(
    "a area base br col embed hr img input link meta param source track wbr p li dt dd option tr td th tbody thead tfoot".split()
)
_FORMATTING: Final = frozenset("b big code em font i nobr s small strike strong tt u".split())
_LIMITS: Final = (MAX_DEPTH, MAX_FORMATTING, MAX_TAGS, MAX_OPTIONS, MAX_TAG_LENGTH)


def tame(source: str) -> str:
    """``source`` without the tags that go beyond the limits; ordinary pages come back as they are."""
    if NATIVE is not None and NATIVE.is_tame(source, _SELF_CLOSING, _FORMATTING, *_LIMITS):
        return source
    if len(source) > _SMALL and _has_long_piece(source):
        source = "<".join(map(_shorter_tag, source.split("<")))
    tags = source.count("<")
    return _shallower(source) if tags > _FEW_TAGS and tags - source.count("</") > _FEW_TAGS else source


def _has_long_piece(source: str) -> bool:
    """Whether more than ``MAX_TAG_LENGTH`` characters may follow without a "<": then half as many that start at a multiple do."""
    step = MAX_TAG_LENGTH // 2
    return any(source.find("<", at, at + step) < 0 for at in range(0, len(source), step))


def _shorter_tag(piece: str) -> str:
    """A tag with thousands of attributes loses them; text and one long attribute (an inline picture) stay."""
    tag, _, rest = piece.partition(">")
    if len(tag) <= MAX_TAG_LENGTH or tag.count(" ") + tag.count("=") < MAX_DEPTH:
        return piece
    return tag[:100].partition(" ")[0] + ">" + rest


def _shallower(source: str) -> str:
    open_tags: Counter[str] = Counter()
    depth = formatting = options = 0
    dropped: list[int] = []
    for count, m in enumerate(_TAG.finditer(source)):
        name = m[2].lower()
        if count >= MAX_TAGS:
            return _without(source[: m.start()], dropped)
        if name in _SELF_CLOSING:
            options += name == "option"
            if options > MAX_OPTIONS and name == "option":
                dropped.append(m.start())
            continue
        if not m[1]:
            if depth >= MAX_DEPTH or (name in _FORMATTING and formatting >= MAX_FORMATTING):
                dropped.append(m.start())
                continue
            open_tags[name] += 1
            depth += 1
            formatting += name in _FORMATTING
        elif open_tags[name]:
            open_tags[name] -= 1
            depth -= 1
            formatting -= name in _FORMATTING
    return _without(source, dropped)


def _without(source: str, tags: list[int]) -> str:
    """``source`` without the tags that start at these offsets."""
    if not tags:
        return source
    out: list[str] = []
    at = 0
    for start in tags:
        if start < at:
            continue
        out.append(source[at:start])
        at = source.find(">", start) + 1 or len(source)
    return "".join((*out, source[at:]))
