"""Checks of what a page says and does: one file each; a file put into this folder is a check, there is no list to add it to.

A check's module holds:

    NAME        a word for logs and tables
    INDICATORS  what it may find: ids of the rule packs, whose tables say what follows from it; what no pack has is no fault (``duties``)
    look(page)  yields Sightings; pure: no network, no store, no clock; time and memory bounded on any page

    FILES       True: it looks at attachments too, of which nothing but the text is known; may be missing
    prepare()   reads what it needs, before the first page has come; may be missing

Modules whose name begins with ``_`` are their helpers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from itertools import islice
from pkgutil import iter_modules
from typing import Any, Protocol, cast

import msgspec

from govcrawl.contracts import Page, Task
from govcrawl.facts import Facts

log = logging.getLogger(__name__)

MAX_SIGHTINGS = 50  #: of one check on one page; a page with more is not helped by a longer list


@dataclass(frozen=True, slots=True)
class Look:
    """One page that was read."""

    task: Task
    page: Page  #: bytes, headers, address as it was asked
    facts: Facts


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a check saw.  The same ``key`` on many pages of a site is one fault: what stands in the foot of every page."""

    indicator: str
    excerpt: str  #: the words of the page that show it, at most a sentence
    detail: dict[str, Any]  #: JSON-ready; its keys: the contract of results.json
    key: str  #: the fault, whatever the page
    span: tuple[int, int] | None = None  #: of the fault in ``Facts.text``; None: it isn't text


class Check(Protocol):
    NAME: str
    INDICATORS: tuple[str, ...]

    def look(self, page: Look, /) -> Iterator[Sighting]: ...


@dataclass(frozen=True, slots=True)
class Looked:
    sightings: tuple[tuple[str, Sighting], ...]  #: name of the check, what it saw
    #: by name: checks that raised; the others have looked all the same
    failed: dict[str, Exception] = field(default_factory=dict)


@cache
def checks() -> tuple[Check, ...]:
    """All modules of this folder, by name; one that can't be loaded is logged, and left out."""
    names = sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_"))
    return tuple(check for name in names if (check := _load(name)))


def _load(name: str) -> Check | None:
    file = f"pipelines/checks/{name}.py"
    try:
        module = import_module(f"{__name__}.{name}")
    except Exception as error:  # noqa: BLE001 – whatever stands in the file, the other checks go on
        at = f"第{error.lineno}行：" if isinstance(error, SyntaxError) else ""
        log.error("检查项文件 %s 无法载入（%s%s），不作此项检查；请改正该文件后重新启动", file, at, error)
        return None
    if lacks := [word for word in ("NAME", "INDICATORS", "look") if not hasattr(module, word)]:
        log.error("检查项文件 %s 缺少 %s，不作此项检查；请补上后重新启动", file, "、".join(lacks))
        return None
    return cast(Check, module)


def prepare() -> None:
    """What takes long is done by a worker before it holds anything.  A check that fails here fails on each page, and is told there."""
    for check in checks():
        try:
            getattr(check, "prepare", lambda: None)()
        except Exception as error:  # noqa: BLE001 – as above
            log.error("检查项 %s 未能准备（%s）", check.NAME, error)


def for_files() -> tuple[Check, ...]:
    """Those that look at attachments too: their text is all there is."""
    return tuple(check for check in checks() if getattr(check, "FILES", False))


def _storable(seen: Sighting) -> Sighting:
    """Raises where nothing could store it: with it the page would be lost."""
    msgspec.json.encode(seen)
    return seen


def look_at(page: Look, ask: Callable[[], tuple[Check, ...]] = checks) -> Looked:
    """Every check looks at the page; one that raises stops nothing.  ``ask``: which checks there are."""
    sightings: list[tuple[str, Sighting]] = []
    failed: dict[str, Exception] = {}
    for check in ask():
        try:
            sightings += [(check.NAME, _storable(seen)) for seen in islice(check.look(page), MAX_SIGHTINGS)]
        except Exception as error:  # noqa: BLE001 – whatever it is, the page and the other checks must not suffer from it
            failed[check.NAME] = error
    return Looked(tuple(sightings), failed)
