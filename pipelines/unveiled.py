"""Links that a style sheet in a file of its own hides: what a page has (``checks/hijack.py``) held against what its sheets hide.

Said only where every style sheet of the page was read in the same round; and, as for a part that may be a menu, only of words that sell:
strong ones, or weak ones to two strangers from boxes that nothing opens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from govcrawl.contracts import Observation
from govcrawl.reading.domains import host_of, registered
from govcrawl.reading.hiding import fits, named, opens
from govcrawl.reading.urls import identity
from pipelines.checks.hijack import FEW, STYLED, sells

Sheets = Mapping[tuple[int, str], Observation]  #: round, identity of the address


class Veil(NamedTuple):
    how: str
    within: str
    stays: bool
    sheet: str


def unveiled(looks: Sequence[Observation], styles: Iterable[Observation]) -> list[Observation]:
    """``looks``: of checks.  Links that are hidden so become hidden_link, and are no planted link in plain sight any more."""
    pages: defaultdict[tuple[int, str], list[Observation]] = defaultdict(list)
    for o in looks:
        if o.data["indicator"] == STYLED:
            pages[o.round, o.page].append(o)
    if not pages:
        return list(looks)
    sheets = {(o.round, identity(o.url)): o for o in styles}
    hidden = [o for own in pages.values() for o in _hidden(own, sheets)]
    gone = {(o.round, o.page, identity(o.data["detail"]["target"])) for o in hidden}
    return [*(o for o in looks if o.data["indicator"] != STYLED and not _is_told(o, gone)), *hidden]


def unsettled(looks: Iterable[Observation]) -> tuple[int, list[str]]:
    """How many links that sell style sheets of other hosts may hide, which nobody read; and those hosts."""
    pages: defaultdict[tuple[int, str], list[Observation]] = defaultdict(list)
    for o in looks:
        if o.data["indicator"] == STYLED and o.data["detail"].get("strange"):
            pages[o.round, o.page].append(o)
    some = [own for own in pages.values() if len({_domain(o) for o in own}) >= FEW]
    targets = {identity(o.data["detail"]["target"]) for own in some for o in own}
    return len(targets), sorted({host_of(url) for own in some for url in own[0].data["detail"]["strange"]})


def _is_told(o: Observation, gone: set[tuple[int, str, str]]) -> bool:
    detail = o.data["detail"]
    plain = o.data["indicator"] == "security_incident" and detail.get("what") == "link"
    return plain and (o.round, o.page, identity(detail["target"])) in gone


def _hidden(links: Sequence[Observation], sheets: Sheets) -> Iterator[Observation]:
    """Of one page."""
    found = [(o, veil) for o in links if (veil := _veil(o.round, o.data["detail"], sheets))]
    weak = {_domain(o) for o, veil in found if veil.stays}
    for o, veil in found:
        if sells(o.excerpt) or (veil.stays and len(weak) >= FEW):
            detail = {"target": o.data["detail"]["target"], "how": veil.how, "within": veil.within, "sheet": veil.sheet}
            data = o.data | {"indicator": "hidden_link", "detail": detail}
            yield replace(o, data=data, key=o.key.replace(STYLED, "hidden_link", 1))


def _domain(o: Observation) -> str:
    return registered(host_of(o.data["detail"]["target"]))


def _veil(number: int, detail: Mapping[str, Any], sheets: Sheets) -> Veil | None:
    """What hides it; None: nothing, or a sheet wasn't read."""
    read = [sheets.get((number, identity(url))) for url in detail["sheets"]]
    told = [o for o in read if o]
    taken = [sheets.get((number, identity(url))) for o in told for url in o.data.get("imports", ())]
    if not told or len(told) < len(read) or any(o is None or o.data.get("imports") for o in taken):
        return None
    every = [*told, *(o for o in taken if o)]
    shown = {name for o in every for name in o.data["shows"]}
    hides = {
        name: (how, o.url)
        for o in every
        for name, how in o.data["hides"]
        if shown.isdisjoint(named(name)[1] or (name,))
    }
    return next(_fitting(detail["boxes"], hides), None)


def _fitting(boxes: Sequence[Mapping[str, Any]], hides: Mapping[str, tuple[str, str]]) -> Iterator[Veil]:
    """What hides one of the boxes, the link first.  A link without a name of its own is no box."""
    around = [(box["at"][1:].partition(" ")[0].rstrip(">"), box["names"], box) for box in boxes]
    if around and around[0][0] != "a":
        around.insert(0, ("a", [], {"at": "<a>", "stays": True}))
    paths = [path for path in hides if " " in path or len(named(path)[1]) > 1]
    for k, (_, names, box) in enumerate(around):
        yield from (Veil(hides[n][0], box["at"], box["stays"], hides[n][1]) for n in names if n in hides)
        for path in paths:
            if fits(path, [(tag, names) for tag, names, _ in around[k:]]):
                stays = not opens(path) and all(box["stays"] for *_, box in around[k:])
                yield Veil(hides[path][0], box["at"], stays, hides[path][1])
