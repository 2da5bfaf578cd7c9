"""What no single key of a pack can show: that its parts agree with each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from govcrawl.reading.guides import ELEMENTS
from pipelines.standards.packs import Group, Pack, PassLine
from pipelines.standards.rules import (
    CRAWLED,
    ColumnsNotUpdated,
    ColumnStale,
    PoorResponse,
    Rule,
    ServiceNotUseful,
    Unreachable,
)
from pipelines.standards.schema import BadKey

SHORTEST_MONTH = 28  #: days


def agree(pack: Pack) -> None:
    """Raises BadKey for the first contradiction."""
    head = pack.pack
    if head.valid_to and head.valid_to < head.valid_from:
        raise BadKey("pack.valid_to", f"早于 valid_from（{head.valid_from}）")
    _line(pack.pass_line)
    for rule in pack.rules.values():
        _rule(rule, pack)
    for rule in pack.accounts.values():
        _account(rule, f"account.{rule.id}")
    _never_broken(pack)
    _windows(pack)
    _groups(pack)


def _line(line: PassLine) -> None:
    key = "pass_line"
    if (line.deductions is None) == (line.score is None):
        raise BadKey(key, "deductions（扣分超过即不合格）与 score（得分低于即不合格）须写且只写一个")
    if (line.score is None) != (line.full is None):
        raise BadKey(f"{key}.full", "与 score 须一并写出")
    if (line.bonus_above is None) != (line.bonus_full is None) or (line.bonus_above and not line.score):
        raise BadKey(f"{key}.bonus_above", "与 bonus_full、score 须一并写出")
    if line.score and line.full and not line.score <= (line.bonus_above or line.full) <= line.full:
        raise BadKey(f"{key}.score", "应有 score ≤ bonus_above ≤ full")


def _rule(rule: Rule, pack: Pack) -> None:
    key = f"{rule.table}.{rule.id}"
    scored = rule.table in ("deduction", "bonus")
    if rule.judged == "register" or (rule.judged == "crawl" and rule.id not in CRAWLED):
        raise BadKey(f"{key}.judged", f"没有判定 {rule.id} 的程序；请写 person")
    if rule.points is not None and "points" not in rule.amount_keys:
        raise BadKey(f"{key}.points", f"此指标的分值请写在 {'、'.join(rule.amount_keys)}")
    if not scored and (rule.amounts or rule.cap):
        raise BadKey(key, "单项否决和只列出的指标没有分值")
    if rule.counted and rule.judged == "person":
        raise BadKey(f"{key}.unscored", "缺少；须由人判定的指标不计分，请写明原因")
    if rule.counted and scored and not rule.priced:
        lacking = "、".join(name for name in rule.amount_keys if not getattr(rule, name))
        raise BadKey(f"{key}.unscored", f"缺少；没有写明 {lacking}，请补上分值，或写明不计分的原因")
    if rule.cap and max(rule.amounts, default=Fraction(0)) > rule.cap:
        raise BadKey(f"{key}.cap", "小于一处问题的扣分")
    whole = pack.pass_line.full if rule.table == "deduction" else pack.pass_line.bonus_full
    for name, amount in (*((name, getattr(rule, name)) for name in rule.amount_keys), ("cap", rule.cap)):
        if whole and max(_amounts(amount), default=Fraction(0)) > whole:
            raise BadKey(f"{key}.{name}", f"大于全部指标合计的{float(whole):g}分")
    if rule.group and rule.group not in pack.groups:
        raise BadKey(f"{key}.group", f"没有 group.{rule.group}")
    if rule.table == "bonus" and not pack.pass_line.bonus_above:
        raise BadKey(key, "pass_line 没有 bonus_above，不能有加分指标")


def _amounts(amount: object) -> Iterable[Fraction]:
    found = amount.values() if isinstance(amount, Mapping) else (amount,)
    return (one for one in found if isinstance(one, Fraction))


def _never_broken(pack: Pack) -> None:
    """Numbers that no site can reach: such a rule would let everybody pass."""
    reach, letters, guides = pack.rule(Unreachable), pack.rule(PoorResponse), pack.rule(ServiceNotUseful)
    if reach and reach.failed_share > 1:
        raise BadKey(f"{reach.table}.{reach.id}.failed_share", '大于1（全部访问）；5%请写成 "0.05"')
    # a letter older than that is no evidence any more
    if letters and letters.late_months * SHORTEST_MONTH >= letters.within_days:
        raise BadKey(f"{letters.table}.{letters.id}.late_months", "不短于 within_days，没有留言能够超期")
    if guides and guides.missing > len(ELEMENTS):
        raise BadKey(f"{guides.table}.{guides.id}.missing", f"办事指南的要素共{len(ELEMENTS)}类，不能缺更多")


def _account(rule: Rule, key: str) -> None:
    if rule.table not in ("veto", "listed"):
        raise BadKey(f"{key}.table", "政务新媒体只有 veto、listed")
    if rule.judged == "crawl" or rule.amounts or rule.cap or rule.group:
        raise BadKey(key, "政务新媒体不由抓取判定，也没有分值")
    if rule.counted == (rule.judged == "person"):
        raise BadKey(f"{key}.unscored", "须由人判定的写明原因，其他的不写")


def _windows(pack: Pack) -> None:
    veto, stale = pack.rule(ColumnsNotUpdated), pack.rule(ColumnStale)
    named = [(f"{veto.table}.{veto.id}.key_classes", (*veto.key_classes, *veto.first_level))] if veto else []
    if stale:
        classes = (*(stale.points_by_class or ()), *stale.first_level)
        named.append((f"{stale.table}.{stale.id}.points_by_class", classes))
    for key, classes in named:
        if missing := sorted(set(classes) - set(pack.windows)):
            raise BadKey(key, f"{missing[0]} 在 windows 中没有期限")


def _groups(pack: Pack) -> None:
    line = pack.pass_line
    used = {rule.group: rule.table for rule in pack.rules.values() if rule.group}
    for name, group in pack.groups.items():
        members = [rule for rule in pack.rules.values() if rule.group == name]
        if len({rule.table for rule in members}) > 1:
            raise BadKey(f"group.{name}", "所含指标既有扣分又有加分")
        if group.applies_to and group.points is None:
            raise BadKey(f"group.{name}.points", "缺少；不适用于所有网站的部分须有分值，才能折算")
        _sum(f"group.{name}", group.points, [rule.cap for rule in members])
    for table, whole in (("deduction", line.full), ("bonus", line.bonus_full)):
        groups: list[Group] = [group for name, group in pack.groups.items() if used.get(name) == table]
        _sum(f"group（{table}）", whole, [group.points for group in groups])


def _sum(key: str, whole: Fraction | None, parts: Iterable[Fraction | None]) -> None:
    """Parts that are all known make up the whole; else they leave room for the others."""
    parts = list(parts)
    known = sum((part for part in parts if part), Fraction(0))
    if whole is None or not parts:
        return
    if known > whole or (None not in parts and known != whole):
        raise BadKey(key, f"各项合计{float(known):g}分，应为{float(whole):g}分")
