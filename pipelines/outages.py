"""Our own outages: when nearly all that a monitor visited failed at the same time, the fault is the monitor's, not the sites'.

Such visits leave the denominator (design rule: what is our fault is never scored against a site).  A failed visit is looked at with
those that the same monitor, or the same worker, began next, and with those it began last: at the first visit of an outage all that
follow fail, at its last one all before it, however long or short it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from govcrawl.contracts import Probe
from govcrawl.visits import monitor_of

SITES = 10  #: so many sites are looked at together …
WINDOW_S = 300.0  #: … that were visited within this time
MIN_SITES = 5  #: fewer prove nothing about the monitor
SHARE = 0.8  #: of those sites
#: Failures that a monitor without a network sees everywhere; an HTTP error comes from a server that was reached.
NETWORK = frozenset({"timeout", "dns", "refused", "reset"})

Visit = tuple[str, str, datetime]  #: worker, site, its end


class _Begun(NamedTuple):
    at: float
    site: str
    cut_off: bool  #: no server was reached
    visit: Visit
    outcome: str


def outages(visits: Iterable[tuple[str, str, datetime, float, str]]) -> set[Visit]:
    """``visits``: (worker, site, moment of its end, seconds, outcome) of all sites.  Returns those that failed while we were cut off."""
    lines: defaultdict[str, list[_Begun]] = defaultdict(list)
    for worker, site, at, seconds, outcome in visits:
        cut_off = outcome in NETWORK or outcome == "our_fault"
        one = _Begun(at.timestamp() - seconds, site, cut_off, (worker, site, at), outcome)
        for name in {worker, monitor_of(worker)}:
            lines[name].append(one)
    found: set[Visit] = set()
    for line in lines.values():
        line.sort()
        found.update(
            one.visit
            for n, one in enumerate(line)
            if one.outcome in NETWORK and (_all_fail(line, n, 1) or _all_fail(line, n, -1))
        )
    return found


def _all_fail(line: Sequence[_Begun], n: int, step: int) -> bool:
    """Nearly all of the sites visited from the nth visit on, or up to it."""
    sites: dict[str, bool] = {}
    first = line[n].at
    while 0 <= n < len(line) and len(sites) < SITES and abs(line[n].at - first) <= WINDOW_S:
        sites[line[n].site] = sites.get(line[n].site, False) or line[n].cut_off
        n += step
    return len(sites) >= MIN_SITES and sum(sites.values()) >= SHARE * len(sites)


def without(probes: Iterable[Probe], cut_off: set[Visit]) -> list[Probe]:
    """Network failures of those visits become inconclusive."""
    return [
        replace(p, failed=None) if p.outcome in NETWORK and (p.worker, p.site, p.at) in cut_off else p for p in probes
    ]
