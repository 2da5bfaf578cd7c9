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
from pipelines.judged_columns import judge_columns, rule_on_columns
from pipelines.judged_home import count_probes, rule_on_home, rule_on_probes
from pipelines.judged_notices import spare
from pipelines.judged_pages import rule_on_identity, rule_on_letters, rule_on_links
from pipelines.rulings import Case, Doubt, Ruling, Weight
from pipelines.seen import look_at
from pipelines.standards import Pack

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
    complete: bool = True,
) -> Verdict:
    """Judges a site by everything that all rounds saw of it.

    ``observations`` and ``probes`` are this site's only; ``pages``: distinct pages read; ``visits``: availability
    visits the campaign plans; ``complete`` False: the crawl still goes on or was cut short, so that only
    what nothing still to be read can undo fails the site.

    pass          nothing is wrong enough, and nothing that could not be told might be
    fail          ``vetoes`` names why; or it is empty and the deductions exceed the pass line (``score_below_pass``)
    insufficient  证据不足; ``doubts`` says why
    not_checked   the site isn't 正常运行
    """
    blank = Verdict(campaign, site.code, pack.label, as_of, "not_checked", pages=pages)
    if site.status != RUNNING:
        return blank
    case = Case(campaign, site, pack, look_at(observations, as_of), visits)
    columns, count = judge_columns(case.seen, pack), count_probes(probes)
    rulings = [
        *rule_on_probes(case, count), *rule_on_home(case, columns), *rule_on_columns(case, columns),
        rule_on_letters(case), rule_on_links(case), rule_on_identity(case),
    ]  # fmt: skip
    rulings, shown = spare(case, rulings, tuple(verdict for column in columns.judged if (verdict := column.verdict)))
    return _decide(
        case, _counted(pack, rulings), complete, replace(blank, probes=count, columns=shown, unscored=pack.unscored())
    )


def _counted(pack: Pack, rulings: Iterable[Ruling]) -> list[Ruling]:
    """A rule that the pack doesn't count still lists its findings and what it could not tell, but decides nothing."""
    rules = pack.rules()
    return [r if r.rule not in rules or rules[r.rule].counted else _listed(r) for r in rulings]


def _listed(r: Ruling) -> Ruling:
    return Ruling(r.rule, r.findings, doubts=tuple(replace(d, weight=Weight.NOTE) for d in r.doubts))


def _decide(case: Case, rulings: Sequence[Ruling], complete: bool, verdict: Verdict) -> Verdict:
    """Vetoes first; then what could not be looked at; then points; then what might still be wrong."""
    total = sum((r.points for r in rulings), Fraction(0))
    line = case.pack.pass_line
    vetoed = [r.rule for r in rulings if r.veto and (complete or r.rule in STANDS_ALONE)]
    doubts = _doubts(case.pack, rulings, total, complete)
    heaviest = max(doubts.values(), default=Weight.NOTE)
    findings = [f for r in rulings for f in r.findings]
    verdict = replace(verdict, doubts=tuple(doubts), findings=_in_order(findings))
    if vetoed:
        words = tuple(rule.word for name, rule in case.pack.rules().items() if name in vetoed)
        return replace(verdict, verdict="fail", vetoes=tuple(sorted(vetoed)), reasons=words)
    if heaviest is Weight.NO_MEANS or not complete:
        return replace(verdict, verdict="insufficient")
    if total > line.deductions:
        findings.append(_below_pass(case, total))
        return replace(
            verdict, verdict="fail", deductions=float(total), reasons=(line.word,), findings=_in_order(findings)
        )
    if heaviest is Weight.MAY_FAIL:
        return replace(verdict, verdict="insufficient")
    return replace(verdict, verdict="pass", deductions=float(total))


def _doubts(pack: Pack, rulings: Iterable[Ruling], total: Fraction, complete: bool) -> dict[str, Weight]:
    """Every doubt once, at its heaviest."""
    every = [doubt for r in rulings for doubt in r.doubts]
    possible = sum((r.possible for r in rulings), Fraction(0))
    if not any(r.veto for r in rulings) and total <= pack.pass_line.deductions < total + possible:
        every.append(Doubt(f"已扣{_plain(total)}分，未能判断的部分最多可再扣{_plain(possible)}分", Weight.MAY_FAIL))
    if not complete:
        every.append(Doubt("抓取尚未完成", Weight.MAY_FAIL))
    weights: dict[str, Weight] = {}
    for doubt in every:
        weights[doubt.text] = max(doubt.weight, weights.get(doubt.text, Weight.NOTE))
    return weights


def _below_pass(case: Case, total: Fraction) -> Finding:
    line = case.pack.pass_line
    detail = {"deductions": float(total), "pass_line": float(line.deductions)}
    excerpt = f"累计扣分{_plain(total)}分"
    return case.finding("score_below_pass", detail, excerpt=excerpt, clause=line.clause)


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (f.indicator, f.url, f.id)))


def _plain(points: Fraction) -> str:
    return f"{float(points):.10g}"
