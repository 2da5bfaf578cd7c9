"""What an issuer's own text may name: plain values, each one a cell of a table or counted from the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Literal

from .rates import rate
from .snapshot import SiteResult, Snapshot
from .tables import CHECKED, FAILED, INSUFFICIENT, RATE, RATIO, RUNNING, Cell, Count, Table, base_title, counts, total
from .text import clean, day, months
from .wording import wording

#: Every table that some campaign has: a text may ask for one that this campaign lacks.
NAMES = {
    "summary": "检查情况", "failed": "不合格网站", "insufficient": "证据不足网站", "months": "分月情况", "sample": "抽样情况",
    "trend": "历次对比", "changes": "整改情况", "new": "新增不合格", "unmended": "仍未整改到位",
    "messages": "留言办理情况", "messages_late": "超期留言",
    "accounts": "政务新媒体", "accounts_platforms": "政务新媒体分平台", "accounts_failed": "政务新媒体不合格",
    "accounts_insufficient": "政务新媒体证据不足", "accounts_faults": "政务新媒体有其他问题",
    "accounts_unregistered": "政务新媒体未备案", "departments": "专栏问题", "columns": "专栏情况", "register": "登记情况",
    "levels": "分层级情况", "named": "上级通报",
}  # fmt: skip
KNOWN = frozenset((*NAMES, *NAMES.values()))
PASSED = "合格网站数"


def offered(
    snapshot: Snapshot, found: Mapping[str, Table], said: Mapping[str, Any], accused: Callable[[str], list[SiteResult]]
) -> dict[str, Any]:
    """``said``: the usual paragraphs; ``accused``: the sites that the bulletin may name for an indicator."""
    campaign, issuer = snapshot.campaign, snapshot.campaign.issuer
    plan, rows = campaign.report, counts(snapshot)

    def ratio(
        part: int, whole: int, digits: int = plan.digits, rounding: Literal["half_up", "truncate"] = plan.rounding
    ) -> str:
        return rate(part, whole, digits, rounding)

    trend = _rows(found.get("trend"))
    return {
        "普查": {
            "编号": campaign.id, "名称": base_title(campaign.title), "标题": campaign.title, "标准": snapshot.pack,
            "开始": day(campaign.starts), "截至": day(campaign.ends), "年": campaign.ends.year, "轮次": campaign.rounds,
            "月份": months(campaign.starts, campaign.ends),
        },
        "发文": {
            "机关": issuer.name, "字号": issuer.number, "主送": issuer.addressees, "抄送": issuer.copies_to,
            "联系人": issuer.contact, "整改期限": issuer.deadline,
        },
        "总": _figures(total(rows), snapshot),
        "各组": [_figures(row, snapshot) for row in rows],
        "百分百": [row.name for row in rows if row.spotless],
        "上次": trend[-2] if len(trend) > 1 else {},
        "留言": {str(row["平台"]): row for row in _without_total(found.get("messages"))},
        "表": lambda name: _without_total(_named(found, name)),
        "合计": lambda name: _total(_named(found, name)),
        "网站": lambda indicator: [_site(snapshot, r, indicator) for r in accused(_indicator(snapshot, indicator))],
        "错字": _typos(snapshot),
        "比率": ratio,
        "百分点": _moved,
        **said,
    }  # fmt: skip


def _figures(row: Count, snapshot: Snapshot) -> dict[str, Cell]:
    plan = snapshot.campaign.report
    return {
        "名称": row.name, RUNNING: row.running, CHECKED: row.checked, FAILED: row.failed, PASSED: row.passed,
        INSUFFICIENT: row.insufficient, RATE: row.rate(plan), RATIO: rate(row.checked, row.running, 1),
    }  # fmt: skip


def _rows(table: Table | None) -> list[dict[str, Cell]]:
    return [dict(zip(table.header, row, strict=True)) for row in table.rows] if table else []


def _without_total(table: Table | None) -> list[dict[str, Cell]]:
    return _rows(table)[: -1 if table and table.totals else None]


def _total(table: Table | None) -> dict[str, Cell]:
    if not table:
        return {}
    if not table.totals:
        raise ValueError(f"“{table.name}”没有总计")
    return _rows(table)[-1]


def _named(found: Mapping[str, Table], name: str) -> Table | None:
    if name not in KNOWN:
        raise ValueError(f"没有名为“{name}”的表；有 {'、'.join(NAMES.values())}")
    return next((t for t in found.values() if name in (t.key, t.name, NAMES.get(t.key))), None)


def _indicator(snapshot: Snapshot, name: str) -> str:
    """By its id, or by the word of the standard."""
    words = {word: indicator for indicator, word in snapshot.words.items()}
    return words.get(name, name)


def _site(snapshot: Snapshot, result: SiteResult, name: str) -> dict[str, str]:
    indicator = _indicator(snapshot, name)
    told = tuple(f for f in snapshot.counted(result) if f.indicator == indicator)
    site = result.site
    seen = wording(indicator, snapshot.words).seen(result.verdict, told)
    return {"名称": site.name, "地区": site.group, "主办单位": site.organiser, "层级": site.level, "所见": seen}


def _typos(snapshot: Snapshot) -> list[dict[str, str]]:
    """Each pair once, in the order of the sites."""
    pairs: dict[tuple[str, str], str] = {}
    for result in snapshot.results:
        for found in snapshot.counted(result):
            if found.indicator == "typo" and {"wrong", "right"} <= found.detail.keys():
                pairs.setdefault(
                    (clean(str(found.detail["wrong"])), clean(str(found.detail["right"]))), result.site.name
                )
    return [{"写为": wrong, "应为": right, "网站": name} for (wrong, right), name in pairs.items()]


def _moved(was: str, now: str) -> str:
    """``提高2.14个百分点``, ``下降…``, ``持平``: of the rates as printed."""
    difference = Decimal(str(now).rstrip("%")) - Decimal(str(was).rstrip("%"))
    if not difference:
        return "持平"
    return f"{'提高' if difference > 0 else '下降'}{abs(difference).normalize():f}个百分点"
