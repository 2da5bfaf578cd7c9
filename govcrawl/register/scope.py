"""Which running sites a campaign visits (抽查 or 普查)."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Collection, Iterable
from fractions import Fraction

from govcrawl.contracts import RUNNING, Scope, Site

PREVIOUS_FAILED = "previous_failed"  #: a word of ``scope.always``


def choose(sites: Iterable[Site], scope: Scope, previous_failed: Collection[str] = ()) -> list[Site]:
    """The sites to visit, in the order given.

    A sample takes ceil(ratio × n), at least one, of every stratum (group × level); the same seed and the same sites
    give the same sample whatever their order.  ``previous_failed``: codes of the last campaign's failed sites, added to
    it if ``scope.always`` says so.
    """
    running = [site for site in sites if site.status == RUNNING]
    if scope.mode == "all":
        return running
    chosen = set(previous_failed) if PREVIOUS_FAILED in scope.always else set()
    strata = defaultdict(list)
    for site in running:
        strata[site.group, site.level].append(site.code)
    for (group, level), codes in strata.items():
        draw = random.Random(f"{scope.seed}:{group}:{level}")
        chosen.update(draw.sample(sorted(codes), _size(scope.ratio, len(codes))))
    return [site for site in running if site.code in chosen]


def _size(ratio: float, total: int) -> int:
    """Exact: 0.07 of 100 is 7, where binary fractions would give 8."""
    return max(1, math.ceil(Fraction(str(ratio)) * total))
