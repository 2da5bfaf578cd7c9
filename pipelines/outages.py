"""Our own outages: when nearly all that a monitor visited failed at the same time, the fault is the monitor's, not the sites'.

Such visits leave the denominator (design rule: what is our fault is never scored against a site).  A failed visit is looked at with
those that the same monitor, or the same worker, began next, and with those it began last: at the first visit of an outage all that
follow fail, at its last one all before it, however long or short it is.  A campaign of few sites has nobody to hold a failure
against: where the monitor opened no other site about then, it is suspected, and only another monitor that saw the failure clears it.

Visits pass by in the order of time; what is kept of them is an hour's, put in order, and some minutes' of each worker and monitor.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from operator import attrgetter
from typing import NamedTuple

from govcrawl.contracts import Probe
from govcrawl.visits import monitor_of
from pipelines.judged_visits import NEAR

SITES = 10  #: so many sites are looked at together …
WINDOW_S = 300.0  #: … that were visited within this time, or within that in which every site is visited once
MIN_SITES = 5  #: fewer prove nothing about the monitor, neither way
SHARE = 0.8  #: of those sites
LONGEST_S = 3600.0  #: a visit that lasts longer may be looked at beside the wrong ones
#: Failures that a monitor without a network sees everywhere; an HTTP error comes from a server that was reached.
NETWORK = frozenset({"timeout", "dns", "refused", "reset"})

#: Of those, what the host itself says.
ANSWERED = frozenset({"refused"})

Visit = tuple[str, str, datetime]  #: worker, site, its end
CutOff = Mapping[Visit, bool]  #: failures that may be ours; True: they are, False: nothing tells


class _Begun(NamedTuple):
    at: float
    site: str
    cut_off: bool  #: no server was reached
    visit: Visit
    outcome: str


class _Line:
    """What one worker, or all of one monitor, began one after the other."""

    def __init__(self, window_s: float, *, whole: bool) -> None:
        self._window, self._whole = window_s, whole
        self._begun: list[_Begun] = []
        self._decided = 0  # of them

    def add(self, one: _Begun) -> Iterable[tuple[Visit, bool]]:
        """Those of which it is known, by now, that they failed, or may have failed, while it was cut off."""
        self._begun.append(one)
        late = one.at - self._begun[self._decided].at > 2 * self._window
        return self._decide(one.at - self._window) if late else ()

    def is_over(self, now: float) -> bool:
        """Whether nothing that begins from now on is looked at with any of these."""
        return now - self._begun[-1].at > self._window

    def rest(self) -> Iterable[tuple[Visit, bool]]:
        return self._decide(float("inf"))

    def _decide(self, before: float) -> list[tuple[Visit, bool]]:
        """All that they are looked at with has been added."""
        line, end = self._begun, self._index(before)
        found = [
            (line[n].visit, proven)
            for n in range(self._decided, end)
            if line[n].outcome in NETWORK
            and ((proven := ours(line, n, self._window)) or (self._whole and unwitnessed(line, n, self._window)))
        ]
        passed = self._index(before - self._window)
        self._begun, self._decided = line[passed:], end - passed
        return found

    def _index(self, before: float) -> int:
        return bisect_left(self._begun, before, key=attrgetter("at"))


def outages(visits: Iterable[tuple[str, str, datetime, float, str]], spacing_s: float = 0.0) -> dict[Visit, bool]:
    """``visits``: (worker, site, moment of its end, seconds, outcome) of all sites, those that ended first first; ``spacing_s``: between
    two visits to one site, by the plan.  Returns those that failed while we were cut off (True), or where nothing tells (False).
    """
    window_s = max(WINDOW_S, 1.1 * spacing_s)
    lines: dict[str, _Line] = {}
    found: dict[Visit, bool] = {}

    def note(some: Iterable[tuple[Visit, bool]]) -> None:
        for visit, proven in some:
            found[visit] = proven or found.get(visit, False)

    swept = 0.0
    for one in _as_begun(visits):
        monitor = monitor_of(one.visit[0])
        for name in {one.visit[0], monitor}:
            if name not in lines:
                lines[name] = _Line(window_s, whole=name == monitor)
            note(lines[name].add(one))
        if one.at - swept > window_s:
            swept = one.at
            for name in [name for name, line in lines.items() if line.is_over(swept)]:
                note(lines.pop(name).rest())
    for line in lines.values():
        note(line.rest())
    return found


def _as_begun(visits: Iterable[tuple[str, str, datetime, float, str]]) -> Iterator[_Begun]:
    """In the order in which they began."""
    waiting: list[_Begun] = []
    for worker, site, at, seconds, outcome in visits:
        ended = at.timestamp()
        cut_off = outcome in NETWORK or outcome == "our_fault"
        heappush(waiting, _Begun(ended - seconds, site, cut_off, (worker, site, at), outcome))
        while waiting[0].at < ended - LONGEST_S:
            yield heappop(waiting)
    while waiting:
        yield heappop(waiting)


def ours(line: Sequence[_Begun], n: int, window_s: float) -> bool:
    """Whether nearly all sites visited from the nth visit on, or up to it, failed."""
    return _all_fail(line, n, 1, window_s) or _all_fail(line, n, -1, window_s)


def _all_fail(line: Sequence[_Begun], n: int, step: int, window_s: float) -> bool:
    sites: dict[str, bool] = {}
    first = line[n].at
    while 0 <= n < len(line) and len(sites) < SITES and abs(line[n].at - first) <= window_s:
        sites[line[n].site] = sites.get(line[n].site, False) or line[n].cut_off
        n += step
    return len(sites) >= MIN_SITES and sum(sites.values()) >= SHARE * len(sites)


def unwitnessed(line: Sequence[_Begun], n: int, window_s: float) -> bool:
    """Whether no other site was visited about the time of the nth visit, or none of the few that were visited then was reached."""
    if line[n].outcome in ANSWERED:
        return False
    sides = [_others(line, n, step, window_s) for step in (1, -1)]
    return not any(sides) or any(0 < len(o) < MIN_SITES - 1 and not any(o.values()) for o in sides)


def _others(line: Sequence[_Begun], n: int, step: int, window_s: float) -> dict[str, bool]:
    """Other sites visited from then on, or up to then: whether one was reached.  No more of them than tell something."""
    sites: dict[str, bool] = {}
    own, at = line[n].site, n + step
    while 0 <= at < len(line) and len(sites) < MIN_SITES and abs(line[at].at - line[n].at) <= window_s:
        if line[at].site != own:
            sites[line[at].site] = sites.get(line[at].site, False) or not line[at].cut_off
        at += step
    return sites


def spells(cut_off: CutOff, spacing_s: float) -> tuple[tuple[datetime, datetime], ...]:
    """When we were cut off, with some time before and after: so long may pass without a visit that tells.  By whichever monitor."""
    slack = timedelta(seconds=max(WINDOW_S, spacing_s / MIN_SITES))
    found: list[tuple[datetime, datetime]] = []
    for at in sorted(at for (_, _, at), proven in cut_off.items() if proven):
        begins = found.pop()[0] if found and at - slack <= found[-1][1] else at - slack
        found.append((begins, at + slack))
    return tuple(found)


def without(probes: Iterable[Probe], cut_off: CutOff) -> list[Probe]:
    """Network failures of those visits become inconclusive, but for those that another monitor, which was not cut off, saw too."""
    probes = list(probes)
    if not cut_off:
        return probes
    told = {p: cut_off.get((p.worker, p.site, p.at)) if p.outcome in NETWORK else None for p in probes}
    witnesses = (
        [p for p in probes if p.failed and told[p] is not True] if any(t is not None for t in told.values()) else []
    )
    return [p if told[p] is None or _confirmed(p, witnesses) else replace(p, failed=None) for p in probes]


def _confirmed(failed: Probe, witnesses: Iterable[Probe]) -> bool:
    others = (p for p in witnesses if p.site == failed.site and abs(p.at - failed.at) <= NEAR)
    return any(monitor_of(p.worker) != monitor_of(failed.worker) for p in others)
