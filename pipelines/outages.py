"""Our own outages: when nearly all that a worker visited failed at the same time, the fault is the monitor's, not the sites'.

Such visits leave the denominator (design rule: what is our fault is never scored against a site).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from govcrawl.contracts import Probe

WINDOW_S = 300  #: visits of one worker within this time are looked at together
MIN_SITES = 5  #: fewer sites prove nothing about the monitor
SHARE = 0.8  #: of the sites visited in a window
#: Failures that a monitor without a network sees everywhere; an HTTP error comes from a server that was reached.
NETWORK = frozenset({"timeout", "dns", "refused", "reset"})

Window = tuple[str, int]  #: worker, number of the window


def window_of(worker: str, at: datetime) -> Window:
    return worker, int(at.timestamp()) // WINDOW_S


def outages(visits: Iterable[tuple[str, str, datetime, str]]) -> set[Window]:
    """``visits``: (worker, site, moment, outcome) of all sites.  Returns the windows in which the monitor was cut off."""
    seen: dict[Window, set[str]] = defaultdict(set)
    failed: dict[Window, set[str]] = defaultdict(set)
    for worker, site, at, outcome in visits:
        window = window_of(worker, at)
        seen[window].add(site)
        if outcome in NETWORK:
            failed[window].add(site)
    return {w for w, sites in seen.items() if len(sites) >= MIN_SITES and len(failed[w]) >= SHARE * len(sites)}


def without(probes: Iterable[Probe], cut_off: set[Window]) -> list[Probe]:
    """Network failures in those windows become inconclusive."""
    return [
        replace(p, failed=None) if p.outcome in NETWORK and window_of(p.worker, p.at) in cut_off else p for p in probes
    ]
