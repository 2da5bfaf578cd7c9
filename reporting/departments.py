"""州政府网站专栏检查情况: what is wrong with the columns (专栏) that departments keep on a portal, by 责任部门 of columns.csv."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from govcrawl.contracts import Finding, RegisteredColumn
from govcrawl.reading.urls import identity

from .snapshot import SiteResult, Snapshot
from .tables import Cell, Table, base_title, note
from .text import enumerate_names, shorten
from .wording import VALUES, wording

DEPARTMENT, FAULT = "责任部门", "存在问题"
#: State of a column, and the findings that say so.
_STATES = {"stale": ("column_stale", "columns_not_updated"), "blank": ("column_blank", "columns_blank")}
_BY_STATE = frozenset(indicator for indicators in _STATES.values() for indicator in indicators)


@dataclass
class _Kept:
    """What one department keeps, and what was found there."""

    columns: list[RegisteredColumn] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def words(self, snapshot: Snapshot) -> Iterator[str]:
        if self.stale:
            yield f"{self.stale[0]}超期不更新" if len(self.stale) == 1 else "部分栏目信息超期不更新"
        if self.blank:
            yield f"{self.blank[0]}空白" if len(self.blank) == 1 else "部分栏目空白"
        for indicator in dict.fromkeys(f.indicator for f in self.findings):
            yield _told(snapshot, indicator, [f for f in self.findings if f.indicator == indicator])


def tables(snapshot: Snapshot) -> tuple[Table, ...]:
    """All departments with their columns, and those with a fault, in the order of columns.csv; none where it names none."""
    departments: dict[str, _Kept] = {}
    for column in snapshot.columns:
        if column.department:
            departments.setdefault(column.department, _Kept()).columns.append(column)
    if not departments:
        return ()
    results = {r.site.code: r for r in snapshot.running}
    for kept in departments.values():
        _look(snapshot, kept, results)
    rows: list[tuple[Cell, ...]] = []
    counted: list[tuple[Cell, ...]] = []
    for name, kept in departments.items():
        words = tuple(kept.words(snapshot))
        counted.append((name, len(kept.columns), len(kept.stale), len(kept.blank), len(kept.findings)))
        if words:
            rows.append((len(rows) + 1, shorten(name, 300), shorten("；".join(words), 300)))
    base, under = base_title(snapshot.campaign.title), note(snapshot)
    header = (DEPARTMENT, "专栏栏目数", "超期不更新", "空白", "其他问题")
    return (
        Table(
            "departments", "专栏问题", f"{base}专栏检查情况", ("序号", DEPARTMENT, FAULT), tuple(rows), under, (2, 5, 9)
        ),
        Table("columns", "专栏情况", f"{base}专栏情况", header, tuple(counted), under, (5, 2, 2, 2, 2), annex=False),
    )


def _look(snapshot: Snapshot, kept: _Kept, results: dict[str, SiteResult]) -> None:
    for column in kept.columns:
        if not (result := results.get(column.site)) or result.verdict.verdict in ("not_checked", "insufficient"):
            continue
        at = identity(column.url)
        for seen in result.verdict.columns:
            if identity(seen.url) == at and _stands(snapshot, result, at, seen.state):
                (kept.stale if seen.state == "stale" else kept.blank).append(_column(column.name))
        for finding in snapshot.counted(result):
            if finding.indicator not in _BY_STATE and _within(finding, at):
                kept.findings.append(finding)


def _stands(snapshot: Snapshot, result: SiteResult, at: str, state: str) -> bool:
    """Whether the column may be called so: nobody dismissed it, and somebody confirmed it where that is asked for."""
    if state not in _STATES:
        return False
    told = [f for f in result.verdict.findings if f.indicator in _STATES[state] and identity(f.url) == at]
    counted = snapshot.counted(result)
    return any(f in counted for f in told) if told else not snapshot.campaign.report.require_review


def _within(finding: Finding, column: str) -> bool:
    """On the column's own page, or on one that it led to."""
    return column in (identity(finding.url), identity(finding.found_on) if finding.found_on else "")


def _column(name: str) -> str:
    return name if name.endswith(("栏", "栏目", "专栏")) else f"{name}栏目"


def _told(snapshot: Snapshot, indicator: str, found: list[Finding]) -> str:
    if indicator != "privacy_leak":
        return wording(indicator, snapshot.words).heading
    kinds = filter(None, dict.fromkeys(VALUES.get(str(f.detail.get("kind", "")), "") for f in found))
    named = enumerate_names(kinds)
    return "发布信息涉个人隐私" + (f"，如{named}" if named else "")
