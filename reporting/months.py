"""A quarter's bulletin over monthly spot checks (每月抽查1次、每3个月通报1次).

The campaign of the last month gathers those before it (``report.months``): a site that failed in any month failed, one that could be
judged in no month is 证据不足.  Its columns, visits and points are those of the last month that failed it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from govcrawl.contracts import RUNNING as IN_USE
from govcrawl.contracts import Campaign, Finding, Verdict

from .rates import rate
from .snapshot import Month, SiteResult, Snapshot, registered_code
from .tables import CHECKED, FAILED, RATE, RUNNING, Cell, Table, base_title, note
from .text import enumerate_names, quoted

WHOLE = "合计（同一网站只计一次）"
_BETTER = ("fail", "pass", "insufficient", "not_checked")


@dataclass(frozen=True)
class Check:
    """One month's campaign, and its sites with their verdicts."""

    campaign: Campaign
    results: tuple[SiteResult, ...]

    def month(self) -> Month:
        running = [r for r in self.results if r.site.status == IN_USE]
        codes = {
            word: frozenset(r.site.code for r in running if r.verdict.verdict == word) for word in ("pass", "fail")
        }
        unclear = sum(r.verdict.verdict == "insufficient" for r in running)
        whole = self.campaign
        return Month(whole.title, whole.starts, whole.ends, len(running), codes["pass"], codes["fail"], unclear)


def gathered(own: Check, earlier: Sequence[Check]) -> tuple[Check, tuple[Month, ...], tuple[str, ...]]:
    """One check of all months, the months, and sentences on what no table can hold.  The register is that of ``own``."""
    checks = (*sorted(earlier, key=lambda one: one.campaign.ends), own)
    seen: dict[str, list[Verdict]] = {}
    for check in checks:
        for result in check.results:
            if result.site.status == IN_USE and (registered_code(result.site) or check is own):
                seen.setdefault(result.site.code, []).append(result.verdict)
    results = tuple(replace(r, verdict=_over(seen.get(r.site.code, [r.verdict]), own.campaign)) for r in own.results)
    title = own.campaign.report.title or own.campaign.title
    campaign = replace(own.campaign, starts=min(check.campaign.starts for check in checks), title=title)
    return Check(campaign, results), tuple(check.month() for check in checks), tuple(_left(checks))


def tables(snapshot: Snapshot) -> tuple[Table, ...]:
    """Month by month; none of a single check."""
    if not snapshot.months:
        return ()
    plan = snapshot.campaign.report
    rows: list[tuple[Cell, ...]] = []
    for month in snapshot.months:
        passed, failed = len(month.passed), len(month.failed)
        share = rate(passed, passed + failed, plan.digits, plan.rounding)
        rows.append((base_title(month.title), month.running, month.checked, failed, share))
    passed, failed = len(snapshot.of("pass")), len(snapshot.of("fail"))
    share = rate(passed, passed + failed, plan.digits, plan.rounding)
    checked = sum(r.verdict.verdict != "not_checked" for r in snapshot.running)
    rows.append((WHOLE, len(snapshot.running), checked, failed, share))
    title = f"{base_title(snapshot.campaign.title)}分月情况"
    header = ("抽查名称", RUNNING, CHECKED, FAILED, RATE)
    return (Table("months", "分月情况", title, header, tuple(rows), note(snapshot), (6, 2, 2, 2, 2), annex=False),)


def told(snapshot: Snapshot) -> str:
    """The sentence of the quarter; each figure is one of the table by month."""
    if not snapshot.months:
        return ""
    each = enumerate_names(f"{month.ends.month}月{month.checked}个" for month in snapshot.months)
    mended = sum(
        any(r.site.code in m.failed for m in snapshot.months[:-1]) for r in snapshot.of("fail") if _mended(snapshot, r)
    )
    since = f"其中{mended}个在最近一次抽查中已合格。" if mended else ""
    return f"共抽查{len(snapshot.months)}次（{each}），各次合计，同一网站只计一次。{since}"


def errors(snapshot: Snapshot, found: Mapping[str, Table]) -> Iterator[str]:
    """The failed sites against those of the months, where the register still has them."""
    if not snapshot.months:
        return
    if found["months"].rows[-1][3] != len(snapshot.of("fail")):
        yield f"分月情况 {WHOLE}：不合格{found['months'].rows[-1][3]}个，应为{len(snapshot.of('fail'))}个"
    by_month = frozenset().union(*(month.failed for month in snapshot.months))
    running = {r.site.code for r in snapshot.running}
    failed = {r.site.code for r in snapshot.of("fail")}
    for code in sorted(failed ^ (by_month & running)):
        yield f"分月情况：{code} 的结论与各月不一致"


def _mended(snapshot: Snapshot, result: SiteResult) -> bool:
    return result.site.code in snapshot.months[-1].passed


def _over(verdicts: Sequence[Verdict], campaign: Campaign) -> Verdict:
    """One verdict of a site's verdicts, the last month's last."""
    word = min((v.verdict for v in verdicts), key=_BETTER.index)
    same = [v for v in verdicts if v.verdict == word]
    findings: dict[tuple[str, ...], Finding] = {}
    for finding in (f for v in verdicts for f in v.findings):
        # the same fault of two months is one: as the last month has it
        findings[finding.indicator, finding.url, finding.found_on, finding.excerpt, str(finding.detail)] = finding
    return replace(
        same[-1],
        campaign=campaign.id,
        as_of=campaign.ends,
        vetoes=tuple(dict.fromkeys(veto for v in same for veto in v.vetoes)),
        reasons=tuple(dict.fromkeys(reason for v in same for reason in v.reasons)),
        findings=tuple(findings.values()),
        pages=max(v.pages for v in verdicts),
    )


def _left(checks: Sequence[Check]) -> Iterator[str]:
    """Sites that failed in an earlier month and are not in use any more."""
    now = Counter(r.site.code for r in checks[-1].results if r.site.status == IN_USE)
    gone = {
        r.site.name: None
        for check in checks[:-1]
        for r in check.results
        if r.site.status == IN_USE and r.verdict.verdict == "fail" and not now[r.site.code]
    }
    if gone:
        yield f"以往月份抽查不合格的{enumerate_names(map(quoted, gone))}现已不在运行，未列入附表"
