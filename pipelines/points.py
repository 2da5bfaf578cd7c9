"""Rulings added up: vetoes, points within their caps, the score.  Exact fractions; a figure is rounded only to be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from govcrawl.contracts import ScoredItem
from pipelines.kinds import kinds_of
from pipelines.rulings import Case, Ruling
from pipelines.standards.rules import Rule

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Sum:
    """What all rulings come to.  ``points`` None: this site is judged by vetoes alone.

    ``score``: of a standard that takes points from a full score, bonus included; ``worst``: should all that could not be told be
    wrong.  ``possible``: how many points that would cost more.
    """

    vetoes: tuple[str, ...]  #: in the order of the standard
    items: tuple[ScoredItem, ...]
    points: Fraction | None
    possible: Fraction
    score: Fraction | None
    failed: bool  #: by the pass line
    may_fail: bool  #: by the pass line, if what could not be told is wrong


def is_scored(case: Case) -> bool:
    """Whether this site has points at all."""
    return kinds_of(case.site).issuperset(case.pack.pass_line.applies_to)


def counts(case: Case, rule: Rule) -> bool:
    return rule.counted and (rule.table == "veto" or (rule.table != "listed" and is_scored(case)))


def add_up(case: Case, rulings: Iterable[Ruling]) -> Sum:
    by_rule: dict[str, list[Ruling]] = defaultdict(list)
    for ruling in rulings:
        by_rule[ruling.rule].append(ruling)
    broken = [(rule, by_rule[name]) for name, rule in case.pack.rules.items() if name in by_rule]
    vetoes = tuple(r.id for r, own in broken if r.table == "veto" and any(_fails(case, r, o) for o in own))
    items = tuple(item for rule, own in broken if (item := _item(case, rule, own)))
    deducted, worst = _total(case, "deduction", broken)
    bonus = _total(case, "bonus", broken)[0]
    if not is_scored(case):
        return Sum(vetoes, items, None, ZERO, None, failed=False, may_fail=False)
    line = case.pack.pass_line
    if line.score is None:
        limit = line.deductions or ZERO
        return Sum(vetoes, items, deducted, worst - deducted, None, deducted > limit, worst > limit)
    score, least = (scaled(case, amount) for amount in (deducted, worst))
    with_bonus = score + min(bonus, line.bonus_full or ZERO) if line.bonus_above and score > line.bonus_above else score
    return Sum(vetoes, items, deducted, worst - deducted, with_bonus, score < line.score, least < line.score)


def _fails(case: Case, rule: Rule, ruling: Ruling) -> bool:
    """What only a person can judge fails a site once a person has confirmed it."""
    if rule.judged == "person":
        return any(f.id in case.allowed.confirmed for f in ruling.findings)
    return rule.counted and bool(ruling.findings)


def scaled(case: Case, deducted: Fraction) -> Fraction:
    """The full score without these points.  Parts that don't apply to the site leave it, and the rest is scaled up (× 4/3)."""
    full, kinds = case.pack.pass_line.full or ZERO, kinds_of(case.site)
    absent = sum((g.points or ZERO for g in case.pack.groups.values() if not kinds.issuperset(g.applies_to)), ZERO)
    usable = full - absent
    return max(ZERO, usable - deducted) * full / usable


def charge(case: Case, rule: Rule, rulings: Sequence[Ruling]) -> tuple[Fraction, Fraction]:
    """What these rulings cost by that rule, and what they might cost at worst; never more than its cap."""
    if not counts(case, rule) or _absent(case, rule):
        return ZERO, ZERO
    each = rule.points or ZERO
    cost = sum((len(r.findings) * each if r.points is None else r.points for r in rulings), ZERO)
    worst = cost + sum((r.possible for r in rulings), ZERO)
    return (min(cost, rule.cap), min(worst, rule.cap)) if rule.cap else (cost, worst)


def _absent(case: Case, rule: Rule) -> bool:
    """Its part of the table isn't for this site."""
    group = case.pack.groups.get(rule.group)
    return bool(group) and not kinds_of(case.site).issuperset(group.applies_to if group else ())


def _total(case: Case, table: str, broken: Iterable[tuple[Rule, list[Ruling]]]) -> tuple[Fraction, Fraction]:
    charges = [charge(case, rule, own) for rule, own in broken if rule.table == table]
    return sum((cost for cost, _ in charges), ZERO), sum((worst for _, worst in charges), ZERO)


def _item(case: Case, rule: Rule, rulings: Sequence[Ruling]) -> ScoredItem | None:
    findings = [f for r in rulings for f in r.findings]
    if not findings:
        return None
    priced = rule.table in ("deduction", "bonus") and counts(case, rule)
    return ScoredItem(
        rule.id,
        rule.table,
        plain(charge(case, rule, rulings)[0]) if priced else None,
        plain(rule.cap) if rule.cap else None,
        tuple(sorted({f.id for f in findings})),
        tuple(sorted({id_ for f in findings for id_ in f.seen})),
    )


def plain(number: Fraction) -> str:
    """In decimals: exact where it ends within 20 of them, else cut after 6."""
    for places in (0, 1, 2, 4, 8, 20):
        if (number * 10**places).denominator == 1:
            return f"{Decimal(int(number * 10**places)).scaleb(-places).normalize():f}"
    return f"{Decimal(int(number * 10**6)).scaleb(-6):f}"
