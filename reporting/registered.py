"""What the register itself says: sites by 运行状态, by 层级; and what a superior's bulletins said of ours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from govcrawl.contracts import STATUSES

from .rates import share
from .snapshot import Snapshot, group_order
from .tables import (
    CHECKED,
    FAILED,
    INSUFFICIENT,
    RATE,
    RATIO,
    RUNNING,
    TOTAL,
    Cell,
    Count,
    Table,
    base_title,
    group_heading,
    note,
    sums,
    total,
)
from .text import shorten

REGISTERED, LEVEL = "登记网站数", "层级"
_HEIGHT = ("国", "部", "省", "自治区", "市", "州", "盟", "地", "县", "区", "旗", "乡", "镇", "街道")


def tables(snapshot: Snapshot) -> tuple[Table, ...]:
    """Printed only where an issuer's text asks for them."""
    levels = (_levels(snapshot),) if any(r.site.level for r in snapshot.running) else ()
    whole = (_register(snapshot),) if len(snapshot.running) != len(snapshot.results) else ()
    return (*whole, *levels, *((_named(snapshot),) if snapshot.named else ()))


def errors(snapshot: Snapshot, found: Mapping[str, Table]) -> Iterator[str]:
    if "register" in found:
        register = found["register"]
        yield from sums("登记情况", register)
        if register.rows[-1][1:3] != (right := (len(snapshot.results), len(snapshot.running))):
            yield f"登记情况 {TOTAL}：{register.rows[-1][1:3]}，应为{right}"
        for row in register.rows:
            if row[1] != sum(int(cell) for cell in row[2:]):
                yield f"登记情况 {row[0]}：各运行状态之和不等于{row[1]}"
    if "levels" in found:
        yield from sums("分层级情况", found["levels"])
        if found["levels"].rows[-1][1] != len(snapshot.running):
            yield f"分层级情况 {RUNNING}：{found['levels'].rows[-1][1]}，应为{len(snapshot.running)}"


def _register(snapshot: Snapshot) -> Table:
    seen: dict[str, Counter[str]] = {}
    for name in group_order(snapshot.campaign.issuer, (r.site for r in snapshot.results)):
        seen[name] = Counter()
    for result in snapshot.results:
        seen[result.site.group][result.site.status] += 1
    seen[TOTAL] = sum(seen.values(), Counter())
    rows: list[tuple[Cell, ...]] = [(name, n.total(), *(n[s] for s in STATUSES)) for name, n in seen.items()]
    header = (group_heading(snapshot.campaign.issuer.division), REGISTERED, *STATUSES)
    title = f"{base_title(snapshot.campaign.title)}网站登记情况"
    return Table("register", "登记情况", title, header, tuple(rows), note(snapshot), (3, *[2] * 5), True, annex=False)


def _levels(snapshot: Snapshot) -> Table:
    seen: dict[str, Counter[str]] = {}
    for result in snapshot.running:
        seen.setdefault(result.site.level or "未注明", Counter())[result.verdict.verdict] += 1
    counts = [
        Count(name, n.total(), n["pass"], n["fail"], n["insufficient"]) for name, n in sorted(seen.items(), key=_rank)
    ]
    plan = snapshot.campaign.report
    rows: list[tuple[Cell, ...]] = []
    for row in (*counts, total(counts)):
        figures = (row.running, row.checked, share(row.checked, row.running), row.failed, row.insufficient)
        rows.append((row.name, *figures, row.rate(plan)))
    header = (LEVEL, RUNNING, CHECKED, RATIO, FAILED, INSUFFICIENT, RATE)
    title = f"{base_title(snapshot.campaign.title)}分层级情况"
    return Table("levels", "分层级情况", title, header, tuple(rows), note(snapshot), (4, *[2] * 6), True, annex=False)


def _rank(one: tuple[str, Counter[str]]) -> tuple[int, bool, str]:
    """The higher first, of one height the portals."""
    name = one[0]
    found = re.match("|".join(_HEIGHT), name)
    return _HEIGHT.index(found[0]) if found else len(_HEIGHT), "门户" not in name, name


def _named(snapshot: Snapshot) -> Table:
    """``整改情况``: what the clerk wrote; where that is empty, what this campaign found of the same code."""
    now = {r.site.code: r.verdict.verdict for r in snapshot.running}
    found = {"pass": "已整改", "fail": "仍未整改到位"}
    rows: list[tuple[Cell, ...]] = []
    for n, one in enumerate(snapshot.named, 1):
        state = one.state or found.get(now.get(one.code, ""), "")
        words = (one.place, one.name, one.code, one.reason, one.bulletin, state)
        rows.append((n, *(shorten(word, 300) for word in words)))
    header = ("序号", "州、市/部门", "网站名称", "网站标识码", "存在问题", "通报", "整改情况")
    title = f"{base_title(snapshot.campaign.title)}上级通报的网站"
    return Table("named", "上级通报", title, header, tuple(rows), note(snapshot), (3, 4, 8, 6, 7, 6, 5), annex=False)
