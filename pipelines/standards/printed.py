"""``govcrawl standards``: packs as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import groupby
from pathlib import Path

from pipelines.standards import SUFFIX, known_packs, load_pack
from pipelines.standards.packs import Pack, PassLine
from pipelines.standards.rules import Rule

TABLES = {"veto": "单项否决", "deduction": "扣分指标", "bonus": "加分指标", "listed": "只列出，不计分"}
JUDGES = {"crawl": "抓取判定", "register": "按登记表判定", "person": "须人工判定"}
KINDS = {"portal": "政府门户网站", "service": "提供对外服务的网站"}
CLASSES = {
    "news": "动态要闻", "notice": "通知公告", "policy": "政策文件", "personnel": "人事信息", "plan": "规划计划", "consult": "政务咨询",
    "survey": "调查征集", "interview": "在线访谈", "service": "办事服务", "static": "固定内容", "other": "其他",
}  # fmt: skip
#: A rule's own numbers in words; ``{}`` is the number.
NUMBERS = {
    "failed_share": "失败比例≥{}", "window_days": "期限{}天", "fewer_than": "少于{}条", "key_count": "重点类别合计≥{}个",
    "all_count": "全部栏目≥{}个", "count": "≥{}个", "late_months": "超过{}个月（按日历月）", "within_days": "前{}天内",
    "missing": "缺≥{}类要素",
    "points": "每处{}分", "points_home": "首页每处{}分", "points_other": "其他页面每处{}分",
    "points_per_percent": "每1%{}分", "cap": "最多{}分",
}  # fmt: skip


def lines(what: str = "list", name: str = "") -> Iterator[str]:
    """``list``: the packs there are; ``show``: one of them; ``table``: how many indicators are judged how; ``check``: one file.

    ``name``: of a pack, or the path of a file.  Raises InputError where there is none, or where it is malformed.
    """
    if what == "list":
        return _list(map(load_pack, known_packs()))
    if what == "table":
        return _figures([_load(name)] if name else map(load_pack, known_packs()))
    pack = _load(name)
    return _show(pack) if what == "show" else iter([f"{name}：{pack.label}，格式正确", *_figures([pack])])


def words() -> dict[str, str]:
    """Indicator → what the standards there are call it; each word once."""
    found: dict[str, dict[str, None]] = {}
    for pack in map(load_pack, known_packs()):
        for id_, rule in pack.rules.items():
            found.setdefault(id_, {})[rule.word] = None
        found.setdefault("score_below_pass", {})[pack.pass_line.word] = None
    return {id_: " / ".join(some) for id_, some in sorted(found.items())}


def _load(name: str) -> Pack:
    return load_pack(str(Path(name).absolute()) if name.endswith(SUFFIX) else name)


def _list(packs: Iterable[Pack]) -> Iterator[str]:
    for pack in packs:
        inherits = f"；继承 {pack.pack.inherits}" if pack.pack.inherits else ""
        yield f"{pack.label:<14} {pack.pack.title}（{_years(pack)}{inherits}）"


def _years(pack: Pack) -> str:
    return f"自{pack.pack.valid_from}" + (f"至{pack.pack.valid_to}" if pack.pack.valid_to else "起") + "施行"


# --- one pack ---------------------------------------------------------------------------------------------------


def _show(pack: Pack) -> Iterator[str]:
    yield f"{pack.label}  {pack.pack.title}"
    yield f"依据：{pack.pack.source}；{_years(pack)}" + (f"；继承 {pack.pack.inherits}" if pack.pack.inherits else "")
    yield f"合格线：{_pass_line(pack.pass_line)}"
    yield "更新期限：" + "、".join(f"{CLASSES[cls]}{days}天" for cls, days in pack.windows.items())
    for group in pack.groups.values():
        points = f"{_number(group.points)}分" if group.points else "分值未见原文"
        only = f"；只用于{_kinds(group.applies_to)}，其他网站按比例折算" if group.applies_to else ""
        yield f"部分：{group.word}（{points}{only}）"
    for table, rules in groupby(pack.rules.values(), key=lambda rule: rule.table):
        yield from ("", f"【{TABLES[table]}】")
        for n, rule in enumerate(rules, 1):
            yield from _rule(n, rule, pack)
    if pack.accounts:
        yield from ("", "【政务新媒体】")
        for n, rule in enumerate(pack.accounts.values(), 1):
            yield from _rule(n, rule, pack)
    yield from ("", *_figures([pack]))


def _pass_line(line: PassLine) -> str:
    only = f"（只对{_kinds(line.applies_to)}评分，其他网站只按单项否决）" if line.applies_to else ""
    if line.score is None:
        return f"扣分超过{_number(line.deductions)}分为不合格，恰为{_number(line.deductions)}分合格{only}"
    bonus = f"，超过{_number(line.bonus_above)}分的加计加分指标（最多{_number(line.bonus_full)}分）"
    return f"满分{_number(line.full)}分，低于{_number(line.score)}分为不合格{bonus if line.bonus_above else ''}{only}"


def _rule(n: int, rule: Rule, pack: Pack) -> Iterator[str]:
    known = "已核对原文" if rule.verified else "未核对原文"
    group = f"·{pack.groups[rule.group].word}" if rule.group else ""
    listed = "，只列出" if rule.table == "listed" and rule.id in pack.accounts else ""
    yield f"{n:>3}. {rule.word}（{rule.id}{group}）  [{JUDGES[rule.judged]}{listed}；{known}]"
    yield f"     要求：{rule.clause}"
    if numbers := "、".join(_numbers(rule)):
        yield f"     数值：{numbers}"
    if rule.applies_to:
        yield f"     适用：{_kinds(rule.applies_to)}"
    if rule.unscored:
        yield f"     不计分：{rule.unscored}"
    yield f"     出处：{rule.source}"


def _numbers(rule: Rule) -> Iterator[str]:
    for key, words in NUMBERS.items():
        if (number := getattr(rule, key, None)) is not None:
            yield words.format(f"{number * 100}%" if key == "failed_share" else _number(number))
    for cls, points in (getattr(rule, "points_by_class", None) or {}).items():
        yield f"{CLASSES[cls]}每个{_number(points)}分"
    if first := getattr(rule, "first_level", ()):
        yield f"{'、'.join(CLASSES[cls] for cls in first)}只计一级栏目"


def _number(number: Fraction | int | None) -> str:
    return f"{float(number or 0):g}"


def _kinds(kinds: Iterable[str]) -> str:
    return "且".join(KINDS[kind] for kind in kinds)


# --- how much of a standard a program judges --------------------------------------------------------------------


def _figures(packs: Iterable[Pack]) -> Iterator[str]:
    """Rows of a Markdown table: of each part, how many indicators there are, who judges them, and what is known of their points."""
    yield "| 标准 | 部分 | 指标 | 抓取判定 | 登记表判定 | 须人工判定 | 原文已核对 | 有分值 | 计分 |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for pack in packs:
        parts = {name: [r for r in pack.rules.values() if r.table == table] for table, name in TABLES.items()}
        for name, rules in {**parts, "政务新媒体": list(pack.accounts.values())}.items():
            if rules:
                yield f"| {pack.label} | {name} | {' | '.join(_counts(rules))} |"


def _counts(rules: list[Rule]) -> Iterator[str]:
    yield str(len(rules))
    for judge in JUDGES:
        yield str(sum(rule.judged == judge for rule in rules))
    yield str(sum(rule.verified for rule in rules))
    scored = [rule for rule in rules if rule.table in ("deduction", "bonus")]
    yield str(sum(bool(rule.amounts) for rule in scored)) if scored else "–"
    yield str(sum(rule.counted for rule in rules)) if rules[0].table != "listed" else "–"
