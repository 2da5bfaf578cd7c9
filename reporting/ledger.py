"""问题台账: one row for each finding, and for each veto of which no finding tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

from govcrawl.contracts import Finding

from .snapshot import SiteResult, Snapshot, registered_code
from .tables import causes, group_heading
from .text import shorten, without_numbers
from .wording import detail_words, wording

REVIEW = {"pending": "待复核", "confirmed": "已确认", "dismissed": "已排除"}
#: Characters of one cell; a spreadsheet holds 32,767 and nobody reads more than these.
EXCERPT, CELL = 300, 2000
WIDTHS = (6, 12, 30, 14, 16, 10, 40, 40, 50, 40, 30, 26, 10, 12, 12, 12)

Row = tuple[str | int, ...]


def header(snapshot: Snapshot) -> tuple[str, ...]:
    """The sixteen headings; the second depends on the issuer."""
    place = group_heading(snapshot.campaign.issuer.division)
    first = ("序号", place, "网站名称", "网站标识码", "问题类型", "单项否决", "问题页面", "所在页面")
    return (*first, "摘录", "详情", "依据条款", "证据", "复核状态", "首次发现", "最近发现", "其后未再发现")


def problems(snapshot: Snapshot) -> list[Row]:
    """What stands: everything that no person dismissed."""
    return _numbered(snapshot, lambda finding: finding.review != "dismissed", bare_vetoes=True)


def dismissed(snapshot: Snapshot) -> list[Row]:
    """What a person dismissed, kept apart so that nobody takes it for a fault."""
    return _numbered(snapshot, lambda finding: finding.review == "dismissed", bare_vetoes=False)


def transient(snapshot: Snapshot) -> list[Row]:
    """What some round found and all rounds together don't: mended meanwhile (其后未再发现), or not the same in every round."""
    found = ((result, finding) for result in snapshot.results for finding in result.verdict.transient)
    return [(n, *_site(result), *_row(snapshot, result, finding)) for n, (result, finding) in enumerate(found, 1)]


def _numbered(snapshot: Snapshot, keep: Callable[[Finding], bool], *, bare_vetoes: bool) -> list[Row]:
    rows: list[Row] = []
    for result in snapshot.results:
        site = _site(result)
        rows += [(*site, *_row(snapshot, result, f)) for f in result.verdict.findings if keep(f)]
        rows += _bare(snapshot, result) if bare_vetoes and result.verdict.verdict == "fail" else ()
    return [(n, *row) for n, row in enumerate(rows, 1)]


def _site(result: SiteResult) -> Row:
    return result.site.group, shorten(result.site.name, EXCERPT), registered_code(result.site)


def _row(snapshot: Snapshot, result: SiteResult, finding: Finding) -> Row:
    private = finding.indicator == "privacy_leak"
    excerpt, detail = finding.wording or finding.excerpt, detail_words(finding.detail)
    if private:
        excerpt, detail = without_numbers(excerpt), without_numbers(detail)
    veto = "是" if finding.indicator in result.verdict.vetoes else "否"
    pages = shorten(finding.url, CELL), shorten(finding.found_on, CELL)
    words = shorten(excerpt, EXCERPT), shorten(detail, EXCERPT), shorten(finding.clause, EXCERPT)
    kind = wording(finding.indicator, snapshot.words).name
    return (
        kind,
        veto,
        *pages,
        *words,
        finding.id,
        REVIEW[finding.review],
        *_days(finding),
    )


def _days(finding: Finding) -> Row:
    return _iso(finding.first_seen), _iso(finding.last_seen), _iso(finding.gone)


@lru_cache(maxsize=4096)  # a campaign's findings share a few hundred days
def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _bare(snapshot: Snapshot, result: SiteResult) -> Iterator[Row]:
    told = {finding.indicator for finding in result.verdict.findings}
    for indicator in causes(result):
        if indicator not in told:
            seen = shorten(wording(indicator, snapshot.words).seen(result.verdict, ()), EXCERPT)
            veto = "是" if indicator in result.verdict.vetoes else "否"
            kind = wording(indicator, snapshot.words).name
            yield (*_site(result), kind, veto, result.site.home, "", "", seen, "", "", "系统判定", "", "", "")
