"""The verdict on one site under one standard.

Pure: no clock, no store, no network; the same observations in any order give the same verdict.  Scoring again under
another pack is another call with the same observations.

    observations, probes --seen--> what was seen --judged_*--> one Ruling per rule --here--> Verdict
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from govcrawl.contracts import RUNNING, Finding, Observation, Probe, Site, Verdict
from pipelines.allowed import NOTHING, Allowed
from pipelines.judged_checks import rule_on_checks
from pipelines.judged_columns import Columns, judge_columns, rule_on_columns
from pipelines.judged_duties import rule_on_reposts, rule_on_twice_dated
from pipelines.judged_home import rule_on_home
from pipelines.judged_identity import rule_on_domain, rule_on_identity, rule_on_name, rule_on_notice
from pipelines.judged_notices import spare
from pipelines.judged_pages import rule_on_letters, rule_on_links
from pipelines.judged_services import rule_on_services
from pipelines.judged_visits import count_probes, rule_on_probes
from pipelines.kinds import may_be_portal
from pipelines.points import Sum, add_up, charge, counts, is_scored, plain
from pipelines.rulings import NOTHING_BESIDE, Beside, Case, Doubt, Ruling, Weight
from pipelines.seen import look_at
from pipelines.standards.packs import Pack

#: Vetoes that nothing still to be read can undo.
STANDS_ALONE = frozenset({"site_unreachable", "poor_response"})


def score(
    site: Site,
    observations: Iterable[Observation],
    probes: Iterable[Probe],
    pack: Pack,
    *,
    campaign: str,
    as_of: date,
    pages: int,
    visits: int = 0,
    rounds: int = 1,
    complete: bool = True,
    allowed: Allowed = NOTHING,
    beside: Beside = NOTHING_BESIDE,
) -> Verdict:
    """Judges a site by everything that all rounds saw of it.

    ``observations`` and ``probes`` are this site's only; ``pages``: distinct pages read; ``visits``: availability
    visits the campaign plans in its ``rounds``; ``complete`` False: the crawl still goes on or was cut short, so that only
    what nothing still to be read can undo fails the site; ``allowed``: words that are no typos; ``beside``: what else is known of it.

    pass          nothing is wrong enough, and nothing that could not be told might be
    fail          ``vetoes`` names why; or it is empty and the points miss the pass line (``score_below_pass``)
    insufficient  证据不足; ``doubts`` says why
    not_checked   the site isn't 正常运行
    """
    blank = Verdict(campaign, site.code, pack.label, as_of, "not_checked", pages=pages)
    if site.status != RUNNING:
        return blank
    case = Case(campaign, site, pack, look_at(observations, as_of), visits, rounds, allowed, beside)
    visits_made = list(probes)
    count, columns = count_probes(visits_made), judge_columns(case)
    rulings = _rulings(case, columns, rule_on_probes(case, visits_made, count), complete)
    rulings, shown = spare(case, rulings, tuple(verdict for column in columns.judged if (verdict := column.verdict)))
    unscored = pack.unscored() if is_scored(case) else ()
    return _decide(
        case, _weighed(case, rulings), complete, replace(blank, probes=count, columns=shown, unscored=unscored)
    )


def _rulings(case: Case, columns: Columns, visited: Sequence[Ruling], complete: bool) -> list[Ruling]:
    """Of every rule, whether or not the pack counts it."""
    return [
        *visited, *rule_on_home(case, columns), *rule_on_columns(case, columns), *rule_on_letters(case),
        *rule_on_links(case, columns, _outage(case, visited)), *rule_on_identity(case), *rule_on_services(case),
        *rule_on_checks(case), *rule_on_name(case), *rule_on_domain(case), *rule_on_notice(case), *rule_on_twice_dated(case),
        *(rule_on_reposts(case) if complete else ()),
    ]  # fmt: skip


def _outage(case: Case, visited: Sequence[Ruling]) -> Fraction:
    """Points taken for visits that failed."""
    rule = case.pack.rules.get("home_unavailable")
    own = [_standing(case, r) for r in visited if rule and r.rule == rule.id]
    return charge(case, rule, own)[0] if rule else Fraction(0)


def _standing(case: Case, ruling: Ruling) -> Ruling:
    """Without what a person dismissed, which is listed still, and counts for nothing."""
    kept = tuple(f for f in ruling.findings if f.id not in case.allowed.dismissed)
    if len(kept) == len(ruling.findings):
        return ruling
    return replace(ruling, findings=kept, points=ruling.points if kept else None)


def _weighed(case: Case, rulings: Iterable[Ruling]) -> list[Ruling]:
    """A rule that isn't counted still lists its findings and what it could not tell, but decides nothing."""
    rules = case.pack.rules
    return [r if r.rule not in rules or counts(case, rules[r.rule]) else _listed(r) for r in rulings]


def _listed(r: Ruling) -> Ruling:
    return Ruling(r.rule, r.findings, doubts=tuple(replace(d, weight=Weight.NOTE) for d in r.doubts))


def _decide(case: Case, rulings: Sequence[Ruling], complete: bool, verdict: Verdict) -> Verdict:
    """Vetoes first; then what could not be looked at; then points; then what might still be wrong."""
    total, line = add_up(case, [_standing(case, r) for r in rulings]), case.pack.pass_line
    vetoed = [name for name in total.vetoes if complete or name in STANDS_ALONE]
    doubts = _doubts(case, rulings, total, complete)
    heaviest = max(doubts.values(), default=Weight.NOTE)
    findings = [f for r in rulings for f in r.findings]
    verdict = replace(verdict, doubts=tuple(doubts), findings=_in_order(findings), items=total.items)
    if vetoed:
        words = tuple(case.pack.rules[name].word for name in vetoed)
        return replace(verdict, verdict="fail", vetoes=tuple(sorted(vetoed)), reasons=words)
    if heaviest is Weight.NO_MEANS or not complete:
        return replace(verdict, verdict="insufficient")
    scored = replace(
        verdict,
        verdict="pass",
        deductions=None if total.points is None else float(total.points),
        score=None if total.score is None else plain(total.score),
    )
    if total.failed:
        below = _in_order([*findings, _below_pass(case, total)])
        return replace(scored, verdict="fail", reasons=(line.word,), findings=below)
    if heaviest is Weight.MAY_FAIL:
        return replace(verdict, verdict="insufficient")
    return scored


def _doubts(case: Case, rulings: Iterable[Ruling], total: Sum, complete: bool) -> dict[str, Weight]:
    """Every doubt once, at its heaviest."""
    every = [doubt for r in rulings for doubt in r.doubts]
    if total.points is not None and not total.vetoes and total.may_fail and not total.failed:
        text = f"已扣{_short(total.points)}分，未能判断的部分最多可再扣{_short(total.possible)}分"
        every.append(Doubt(text, Weight.MAY_FAIL))
    if not is_scored(case) and may_be_portal(case.site):
        every.append(Doubt("登记信息不足以认定为政府门户网站，未按扣分、加分指标评分"))
    if not complete:
        every.append(Doubt("抓取尚未完成", Weight.MAY_FAIL))
    weights: dict[str, Weight] = {}
    for doubt in every:
        weights[doubt.text] = max(doubt.weight, weights.get(doubt.text, Weight.NOTE))
    return weights


def _below_pass(case: Case, total: Sum) -> Finding:
    line, points = case.pack.pass_line, total.points or Fraction(0)
    detail = {"deductions": float(points), "pass_line": float(line.deductions or line.score or 0)}
    excerpt = f"累计扣分{_short(points)}分"
    if total.score is not None:
        detail, excerpt = detail | {"score": float(total.score)}, f"{excerpt}，得分{_short(total.score)}分"
    return case.finding("score_below_pass", detail, excerpt=excerpt, clause=line.clause)


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (f.indicator, f.url, f.id)))


def _short(points: Fraction) -> str:
    return f"{float(points):.10g}"
