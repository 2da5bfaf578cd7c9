"""The annexes of a bulletin, and the sums that must agree before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from govcrawl.contracts import ReportPlan

from .rates import rate, share
from .snapshot import SiteResult, Snapshot, registered_code
from .text import day, enumerate_names, months, shorten

Cell = str | int
RUNNING, CHECKED, FAILED, INSUFFICIENT, RATE = "在运行网站数", "检查网站数", "不合格网站数", "证据不足", "合格率"
RATIO = "抽查比例"
MONTHS = "发现月份"
TOTAL = "总计"
#: Headings of columns that hold names and sentences, set flush left.
LEFT = ("网站名称", "名称", "主办单位", "证据不足的原因")
#: Characters of one cell.
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Count:
    """One row of 附件1, in sites."""

    name: str
    running: int
    passed: int
    failed: int
    insufficient: int

    @property
    def checked(self) -> int:
        """Looked at, with whatever outcome; ``running - checked`` were not."""
        return self.passed + self.failed + self.insufficient

    def rate(self, plan: ReportPlan) -> str:
        """合格率; a 证据不足 site counts neither way."""
        return rate(self.passed, self.passed + self.failed, plan.digits, plan.rounding)

    @property
    def spotless(self) -> bool:
        """Checked, and every site of it judged and passed."""
        return self.passed > 0 and self.passed == self.checked


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` are as wide as ``header``; ``totals``: the last row is 总计; ``widths`` are relative."""

    key: str  #: "summary", "failed" …; names the csv
    name: str  #: short, for a sheet
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str
    widths: tuple[int, ...]
    totals: bool = False
    annex: bool = True  #: printed with the bulletin; else only in the spreadsheets

    def column(self, heading: str) -> tuple[Cell, ...]:
        """The cells under ``heading``, 总计 included; ValueError if there is no such column."""
        at = self.header.index(heading)
        return tuple(row[at] for row in self.rows)


def counts(snapshot: Snapshot) -> tuple[Count, ...]:
    """附件1 without 总计; groups without a running site are left out."""
    groups: dict[str, list[SiteResult]] = {}
    for result in snapshot.running:
        groups.setdefault(result.site.group, []).append(result)
    return tuple(_count(name, results) for name, results in groups.items())


def _count(name: str, results: list[SiteResult]) -> Count:
    seen = Counter(r.verdict.verdict for r in results)
    return Count(name, len(results), seen["pass"], seen["fail"], seen["insufficient"])


def total(rows: Iterable[Count]) -> Count:
    """The 总计 of ``rows``: their sum, nothing counted anew."""
    rows = tuple(rows)
    sums = (sum(getattr(row, field) for row in rows) for field in ("running", "passed", "failed", "insufficient"))
    return Count(TOTAL, *sums)


def group_heading(division: str) -> str:
    """What a row of 附件1 is: a prefecture for a province's issuer, else a county."""
    return "州、市/部门" if division.endswith("0000") else "县、市/部门"


def base_title(title: str) -> str:
    """``2018年二季度全省政府网站普查``: the campaign's title without 情况 and 通报."""
    base = title.removesuffix("通报").removesuffix("的").removesuffix("情况").removesuffix("的")
    return base or title


def note(snapshot: Snapshot) -> str:
    """What the sampled data cover, under every table."""
    campaign = snapshot.campaign
    span = months(campaign.starts, campaign.ends)
    return "；".join(
        filter(None, (f"注：数据采样时间截至{day(campaign.ends)}，包含{span}数据", snapshot.partial.rstrip("。")))
    )


def site_tables(snapshot: Snapshot) -> tuple[Table, ...]:
    """附件1, the list of failed sites (header only where none failed), and 证据不足 if any."""
    heading = group_heading(snapshot.campaign.issuer.division)
    base = base_title(snapshot.campaign.title)
    tables = [summary(snapshot), _list(snapshot, "failed", "不合格网站", f"{base}不合格网站名单", heading, "存在问题")]
    if snapshot.of("insufficient"):
        title = f"{base}证据不足网站名单"
        tables.append(_list(snapshot, "insufficient", "证据不足网站", title, heading, "证据不足的原因"))
    return tuple(tables)


def summary(snapshot: Snapshot) -> Table:
    """附件1; 检查网站数 only where it differs from 在运行网站数, 抽查比例 only of a sample, 证据不足 only where there is one."""
    rows = counts(snapshot)
    printed = (*rows, total(rows))
    plan = snapshot.campaign.report
    columns: dict[str, list[Cell]] = {
        group_heading(snapshot.campaign.issuer.division): [row.name for row in printed],
        RUNNING: [row.running for row in printed],
        CHECKED: [row.checked for row in printed],
        RATIO: [share(row.checked, row.running) for row in printed],
        FAILED: [row.failed for row in printed],
        INSUFFICIENT: [row.insufficient for row in printed],
        RATE: [row.rate(plan) for row in printed],
    }
    if columns[CHECKED] == columns[RUNNING]:
        del columns[CHECKED]
    if snapshot.campaign.scope.mode != "sample":
        del columns[RATIO]
    if not any(columns[INSUFFICIENT]):
        del columns[INSUFFICIENT]
    cells = tuple(zip(*columns.values(), strict=True))
    title = f"{base_title(snapshot.campaign.title)}情况"
    return Table(
        "summary", "检查情况", title, tuple(columns), cells, note(snapshot), (3, *[2] * (len(columns) - 1)), True
    )


def _list(snapshot: Snapshot, key: str, name: str, title: str, heading: str, why: str) -> Table:
    verdict = "fail" if key == "failed" else key
    rows = []
    for n, result in enumerate(snapshot.of(verdict), 1):
        rows.append((n, *_identity(result), shorten(_why(result), LONGEST), *_months(snapshot, result, key)))
    widths: tuple[int, ...] = (4, 7, 16, 8, 9) if key == "failed" else (4, 7, 9, 8, 13)
    header: tuple[str, ...] = ("序号", heading, "网站名称", "网站标识码", why)
    if key == "failed" and snapshot.months:
        header, widths = (*header, MONTHS), (*widths, 4)
    return Table(key, name, title, header, tuple(rows), note(snapshot), widths)


def _months(snapshot: Snapshot, result: SiteResult, key: str) -> tuple[Cell, ...]:
    if key != "failed" or not snapshot.months:
        return ()
    return (enumerate_names(f"{m.ends.month}月" for m in snapshot.months if result.site.code in m.failed),)


def _why(result: SiteResult) -> str:
    """Reasons are words, doubts are sentences."""
    verdict = result.verdict
    return enumerate_names(verdict.reasons) if verdict.verdict == "fail" else "；".join(verdict.doubts)


# --- reconciling ------------------------------------------------------------------------------------------------


def site_errors(snapshot: Snapshot, by_key: dict[str, Table]) -> Iterator[str]:
    """A line for every figure of the tables that disagrees with another or with the verdicts.

    A verdict of another site, campaign, pack or day, a site counted twice, and a failed site without a reason (or whose
    only findings of a veto a person dismissed after the scoring) don't reconcile either: each would accuse wrongly.
    """
    yield from (*_misfiled(snapshot), *_unfounded(snapshot), *sums("附件1", by_key["summary"]))
    yield from (*_recount(snapshot, by_key), *_named(snapshot, by_key))


def _misfiled(snapshot: Snapshot) -> Iterator[str]:
    for code, times in Counter(r.site.code for r in snapshot.results).items():
        if times > 1:
            yield f"{code} 出现{times}次"
    for result in snapshot.results:
        site, verdict = result.site, result.verdict
        if verdict.site != site.code or any(f.site != site.code for f in verdict.findings):
            yield f"{site.code} {site.name}：判定或线索属于其他网站（{verdict.site}）"
        if verdict.campaign != snapshot.campaign.id:
            yield f"{site.code} {site.name}：判定属于其他普查（{verdict.campaign}）"
        rules = (verdict.pack, verdict.as_of)
        if verdict.verdict != "not_checked" and rules != (snapshot.pack, snapshot.campaign.ends):
            yield f"{site.code} {site.name}：判定依据 {verdict.pack}、截至 {verdict.as_of}，与通报不同"


def _unfounded(snapshot: Snapshot) -> Iterator[str]:
    for result in snapshot.of("pass"):
        if result.verdict.vetoes:
            yield f"{result.site.code} {result.site.name}：合格但有单项否决 {enumerate_names(result.verdict.vetoes)}"
    for result in snapshot.of("fail"):
        name = f"{result.site.code} {result.site.name}"
        if not result.verdict.reasons or not causes(result):
            yield f"{name}：不合格但没有存在问题"
        for veto in result.verdict.vetoes:
            found = [f for f in result.verdict.findings if f.indicator == veto]
            kept = [f for f in snapshot.counted(result) if f.indicator == veto]
            if found and not kept:
                yield f"{name}：{veto} 的线索均未通过人工复核，请重新评分（govcrawl score）"


def causes(result: SiteResult) -> tuple[str, ...]:
    """The indicators that failed a site: its vetoes, or else its points."""
    by_points = ("score_below_pass",) if result.verdict.deductions is not None else ()
    return result.verdict.vetoes or by_points


def sums(name: str, table: Table) -> Iterator[str]:
    """Columns of numbers whose rows don't add up to 总计."""
    for heading in table.header:
        if all(isinstance(cell, int) for cell in table.column(heading)):
            *parts, whole = (int(cell) for cell in table.column(heading))
            if sum(parts) != whole:
                yield f"{name} {heading}：各行之和{sum(parts)}，总计{whole}"


def _recount(snapshot: Snapshot, tables: dict[str, Table]) -> Iterator[str]:
    """Each row of 附件1 against the verdicts of its group, and against the lists."""
    table = tables["summary"]
    names = table.column(table.header[0])[:-1]
    if Counter(names) != Counter({r.site.group for r in snapshot.running}):
        yield f"附件1 的行与在运行网站的地区不一致：{enumerate_names(map(str, names))}"
    verdicts: dict[str, Counter[str]] = {}
    for result in snapshot.running:
        verdicts.setdefault(result.site.group, Counter())[result.verdict.verdict] += 1
    lists: dict[str, Table] = {key: tables[key] for key in ("failed", "insufficient") if key in tables}
    listed = {key: Counter(t.column(table.header[0])) for key, t in lists.items()}
    for name, row in zip(names, table.rows[:-1], strict=True):
        lengths = {key: groups[name] for key, groups in listed.items()}
        yield from _row_errors(table, row, verdicts.get(str(name), Counter()), lengths, snapshot.campaign.report)
    whole = sum(verdicts.values(), Counter())
    lengths = {key: groups.total() for key, groups in listed.items()}
    yield from _row_errors(table, table.rows[-1], whole, lengths, snapshot.campaign.report)


def _row_errors(
    table: Table, cells: tuple[Cell, ...], own: Counter[str], listed: dict[str, int], plan: ReportPlan
) -> Iterator[str]:
    row = dict(zip(table.header, cells, strict=True))
    running = row[RUNNING]
    checked, failed, insufficient = row.get(CHECKED, running), row[FAILED], row.get(INSUFFICIENT, 0)
    expected = {
        RUNNING: (running, own.total()),
        CHECKED: (checked, own.total() - own["not_checked"]),
        FAILED: (failed, own["fail"]),
        INSUFFICIENT: (insufficient, own["insufficient"]),
        RATIO: (row.get(RATIO), share(own.total() - own["not_checked"], own.total()) if RATIO in row else None),
        RATE: (row[RATE], rate(own["pass"], own["pass"] + own["fail"], plan.digits, plan.rounding)),
        "不合格网站名单": (listed.get("failed", 0), failed),
        "证据不足网站名单": (listed.get("insufficient", 0), insufficient),
    }
    for heading, (printed, right) in expected.items():
        if printed != right:
            yield f"附件1 {cells[0]} {heading}：{printed}，应为{right}"


def _named(snapshot: Snapshot, tables: dict[str, Table]) -> Iterator[str]:
    """Each list names the sites of its verdict and no other."""
    for key, verdict in (("failed", "fail"), ("insufficient", "insufficient")):
        printed = Counter(row[1:4] for row in tables[key].rows) if key in tables else Counter()
        right = Counter(_identity(result) for result in snapshot.of(verdict))
        for row in (printed - right) + (right - printed):
            yield f"{enumerate_names(filter(None, map(str, row)))}：名单与判定不一致"


def _identity(result: SiteResult) -> tuple[Cell, ...]:
    return result.site.group, shorten(result.site.name, LONGEST), registered_code(result.site)
