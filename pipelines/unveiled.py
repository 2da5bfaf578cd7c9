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
    if len(told) < len(read):
        return None
    shown = {name for o in told for name in o.data["shows"]}
    hides = {name: (how, o.url) for o in told for name, how in o.data["hides"] if name not in shown}
    boxes = ((box, name) for box in detail["boxes"] for name in box["names"] if name in hides)
    return next((Veil(hides[name][0], box["at"], box["stays"], hides[name][1]) for box, name in boxes), None)
