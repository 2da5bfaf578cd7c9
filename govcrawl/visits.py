"""When a site is visited, and from where: a site's beats are a function of its code and the spacing, and of nothing else.

    phase   a number in [0, 1) from the site's code, so the sites of a register are spread evenly over the spacing
    beats   every Unix time t with t = (n + phase) × spacing

Whoever plans a visit (the first one, the next one, one that was missed, all of them again after Redis was lost) puts it on a beat, so
the load of 84,000 sites is as even after an outage as before it.
"""

from __future__ import annotations

from hashlib import blake2b
from math import ceil

from govcrawl.contracts import Probe

#: Share of the spacing that two visits to one site keep at least: a visit made later than the rest lets the next beat pass.
KEPT = 0.8
CONFIRM_S = 120.0  #: for so long a failed visit waits for another monitor to confirm it; then any worker looks


def phase(code: str) -> float:
    return int.from_bytes(blake2b(code.encode(), digest_size=6).digest()) / 2**48


def beat(code: str, spacing_s: float, after: float) -> float:
    """A site's first beat at ``after`` or later, Unix time."""
    if spacing_s <= 0:
        return after
    own = phase(code)
    return (ceil(after / spacing_s - own) + own) * spacing_s


def next_beat(code: str, spacing_s: float, begun: float, ended: float) -> float:
    """The beat of the visit that follows one made from ``begun`` to ``ended``."""
    return beat(code, spacing_s, max(begun + KEPT * spacing_s, ended))


def visit_id(campaign: str, visit: Probe) -> str:
    """The ``_id`` it is stored under."""
    return f"{campaign}:{visit.round}:{visit.site}:{visit.visit}"


def monitor_of(worker: str) -> str:
    """Where a worker (``<monitor>-<pid>-<random>``) stands: those of one monitor share its network, and count as one witness."""
    return worker.rsplit("-", 2)[0]
