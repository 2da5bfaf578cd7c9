"""Script files of the site that alone make a home page a doubt: once they are read, it may be judged."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from govcrawl.reading.document import Document
from govcrawl.reading.drawn import Canvas, is_counter, is_trim, names
from govcrawl.reading.scripted import of_code

MAX_FILES: Final = 10  #: more would cost the site more than the page is worth
MAX_IDS: Final = 500  #: no page that a person made has more
MAX_FURNITURE: Final = 3000  #: characters of a script that shows the day, or that counts visits
#: A script that writes entries, or asks for them, is no clock, though it formats days.
_LISTS: Final = re.compile(r"<(?:a|li|tr|dd)\b|\bhref\b|ajax|getJSON|fetch\s*\(|XMLHttpRequest", re.I)
_FILLS: Final = re.compile(r"\.(?:html|append|prepend|load)\s*\(|innerHTML")
_YEAR: Final = re.compile(r"\bget(?:Full)?Year\b")
_DAY: Final = re.compile(r"\bget(?:Date|Day|Month)\b")


@dataclass(frozen=True, slots=True)
class Suspects:
    """``files``, ``ids``: as of ``HomeFacts``, none where something else may draw the page too; ``idle``: no script draws anything."""

    files: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    idle: bool = False


def find(canvas: Canvas, followed: Collection[str], ours: Callable[[str], bool]) -> Suspects:
    """Of a home page that may be drawn.  ``canvas``: the whole page; ``followed``: frames that are read with it."""
    bare = Canvas(canvas.doc, canvas.at, canvas.ran, _is_idle)
    if bare.more() or bare.frames(followed):
        return Suspects()
    if not canvas.files:
        return Suspects(idle=True)
    files, ids = _files(canvas, ours), _ids(canvas.doc)
    if not files or len(ids) > MAX_IDS or _is_written(bare, ids):
        return Suspects()
    return Suspects(files, ids)


def _files(canvas: Canvas, ours: Callable[[str], bool]) -> tuple[str, ...]:
    """None, where not all of them can be read."""
    doc = canvas.doc
    urls = tuple(dict.fromkeys(doc.join(src) or "" for _, src in canvas.files))
    modules = any(doc.attr(i, "type") == "module" for i, _ in canvas.files)
    return urls if len(urls) <= MAX_FILES and not modules and all(url and ours(url) for url in urls) else ()


def _is_idle(script: str) -> bool:
    told = of_code(script, inline=True)
    return not (told.draws or told.into)


def _is_written(canvas: Canvas, ids: Collection[str]) -> bool:
    """Whether a script that stands in the page may draw anything, or into one of its elements; it may call what the files have."""
    for script in (*canvas.scripts.values(), *canvas.handlers()):
        if not script.strip() or _is_furniture(script):
            continue
        told = of_code(script, inline=True, trusted=True)
        if told.draws or not set(told.into).isdisjoint(ids):
            return True
    return False


def _is_furniture(script: str) -> bool:
    """Whether it only shows the day, or calls one who counts visits: what it is known to do elsewhere than in a list."""
    if _LISTS.search(script):
        return False
    clock = _YEAR.search(script) and _DAY.search(script)
    return len(script) <= MAX_FURNITURE and bool(clock or (is_counter(script) and not _FILLS.search(script)))


def _ids(doc: Document) -> tuple[str, ...]:
    """But those of empty elements that are meant for a date, a search or the like."""
    found = ((i, doc.attr(i, "id")) for i in range(len(doc.tags)) if doc.attrs[i])
    return tuple(
        dict.fromkeys(id_ for i, id_ in found if id_ and not (all(map(is_trim, names(doc, i))) and doc.end[i] == i + 1))
    )
