"""Availability: whether the home page can be opened (单项否决·站点无法访问, 综合评分·首页可用性).

The share is failed ÷ all visits, exactly as the standard has it; what could not be told leaves both.  What reaches the limit still
accuses nobody while another look might undo it:

    another round    where the campaign has several, a failure that only one round looked at waits for the next one
    another monitor  where another place opened the site within the hour of a failure, our line is suspected, not the site: the rest
                     of the failures must reach the limit; visits that only confirm (visit < 0) are looks of that kind
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from math import sqrt
from statistics import NormalDist
from typing import Any

from govcrawl.contracts import Finding, Probe, ProbeCount
from govcrawl.visits import monitor_of, visit_id
from pipelines.rulings import Case, Doubt, Ruling, Weight
from pipelines.standards.rules import HomeUnavailable, Unreachable

NEAR = timedelta(hours=1)  #: two visits within this time see the same state of a site
CONFIDENCE = 0.95


def count_probes(probes: Iterable[Probe]) -> ProbeCount:
    """Of the plan's visits; those that only confirm are none."""
    failed = [probe.failed for probe in probes if probe.visit > 0]
    conclusive = len(failed) - failed.count(None)
    count = ProbeCount(len(failed), failed.count(True), failed.count(None))
    if not conclusive:
        return count
    low, high = interval(count.failed, conclusive)
    return replace(count, share=round(count.failed / conclusive, 4), low=round(low, 4), high=round(high, 4))


def interval(failed: int, of: int) -> tuple[float, float]:
    """Wilson's interval of a share (E. B. Wilson 1927; for few trials recommended by Brown, Cai & DasGupta 2001, for the exact one of
    Clopper & Pearson is too wide).  It says how well so many visits know the share; no verdict rests on it.
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share, weight = failed / of, z * z / of
    centre, half = share + weight / 2, z * sqrt(share * (1 - share) / of + weight / (4 * of))
    return max(0.0, (centre - half) / (1 + weight)), min(1.0, (centre + half) / (1 + weight))


def rule_on_probes(case: Case, probes: Sequence[Probe], count: ProbeCount) -> list[Ruling]:
    """The veto, or else points by the share of failed visits; exact fractions, no rounding."""
    conclusive = count.total - count.inconclusive
    if not conclusive:
        return [_untold("首页可用性没有一次有效的访问记录，未能判断", Weight.NO_MEANS)]
    # visits still to come are taken as successes: a site is accused only of what they can't undo
    possible = max(conclusive, case.visits - count.inconclusive)
    veto, deduction = case.rule(Unreachable), case.rule(HomeUnavailable)
    standing = _standing(probes)
    if veto and Fraction(count.failed, conclusive) >= veto.failed_share:
        few = Fraction(count.failed, possible) < veto.failed_share or 2 * possible < case.visits
        suspected = Fraction(len(standing), possible) < veto.failed_share
        if few:
            return [_untold(f"首页的有效访问只有{conclusive}次，其中打不开{count.failed}次，不足以判断")]
        if why := _one_round(case, probes) or (_our_line(probes, standing) if suspected else ""):
            return [_untold(why)]
        return [Ruling("site_unreachable", (_finding(case, "site_unreachable", probes, count),))]
    if 2 * conclusive < count.total:
        return [_untold(f"首页的{count.total}次访问只有{conclusive}次有效，不足以判断首页可用性")]
    if not count.failed or not deduction:
        return []
    each = 100 * (deduction.points_per_percent or 0)
    points, most = (Fraction(n, possible) * each for n in (len(standing), count.failed))
    found = (_finding(case, "home_unavailable", probes, count),) if standing else ()
    return [Ruling("home_unavailable", found, points=points, possible=most - points)]


def _untold(why: str, weight: Weight = Weight.MAY_FAIL) -> Ruling:
    return Ruling("site_unreachable", doubts=(Doubt(why, weight),))


def _standing(probes: Iterable[Probe]) -> list[Probe]:
    """The plan's failed visits but for those of which, of the looks from elsewhere within the hour, the nearest opened the site."""
    looks = sorted((p for p in probes if p.failed is not None), key=lambda p: p.at)
    times = [p.at for p in looks]

    def near(p: Probe) -> list[Probe]:
        return looks[bisect_left(times, p.at - NEAR) : bisect_right(times, p.at + NEAR)]

    return [p for p in looks if p.failed and p.visit > 0 and not _opened(p, near(p))]


def _opened(failed: Probe, near: Iterable[Probe]) -> bool:
    others = (p for p in near if monitor_of(p.worker) != monitor_of(failed.worker))
    nearest = min(others, key=lambda p: (abs(p.at - failed.at), p.failed), default=None)
    return nearest is not None and nearest.failed is False


def _one_round(case: Case, probes: Iterable[Probe]) -> str:
    """Why it waits for another round; empty where it needn't."""
    rounds = sorted({p.round for p in probes if p.failed is not None and p.visit > 0})
    return f"首页打不开只见于第{rounds[0]}轮，尚待另一轮复查" if case.rounds > 1 and len(rounds) == 1 else ""


def _our_line(probes: Sequence[Probe], standing: Sequence[Probe]) -> str:
    """Where the rest of the failures is too little; each of the others was seen from one place while another opened the site."""
    failed = [p for p in probes if p.failed and p.visit > 0]
    doubted = set(failed).difference(standing)
    places = "、".join(sorted({monitor_of(p.worker) for p in doubted}))
    some = f"其中{len(doubted)}次" if standing else ""
    return f"首页{len(failed)}次打不开，{some}只由监测点{places}所见，同时段其他监测点能够打开，疑为本方线路问题"


def _finding(case: Case, indicator: str, probes: Sequence[Probe], count: ProbeCount) -> Finding:
    """Its evidence is the last failed visit, if there is one the last that left an answer."""
    failed = sorted((p for p in probes if p.failed and p.visit > 0), key=lambda p: (bool(p.page), p.round, p.visit))
    places = Counter(monitor_of(p.worker) for p in failed)
    every = {monitor_of(p.worker) for p in probes if p.failed is not None}
    detail: dict[str, Any] = {
        "total": count.total, "failed": count.failed, "inconclusive": count.inconclusive,
        "share": count.share, "low": count.low, "high": count.high,
        "outcomes": dict(sorted(Counter(p.outcome for p in failed).items())), "monitors": dict(sorted(places.items())),
    }  # fmt: skip
    seen_by = (
        f"{len(every)}个监测点访问，{len(places)}个见到打不开" if len(every) > 1 else "只有一个监测点，无他处可复核"
    )
    excerpt = f"访问首页{count.total}次，打不开{count.failed}次，未能判断{count.inconclusive}次；{seen_by}"
    last = failed[-1]
    finding = case.finding(indicator, detail, excerpt=excerpt)
    ids = {p: visit_id(case.campaign, p) for p in failed}
    return replace(finding, evidence=ids[last], seen=tuple(sorted(ids.values())))
