"""问题台账: one row for each finding, and for each veto of which no finding tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from govcrawl.contracts import Finding

from .snapshot import SiteResult, Snapshot, registered_code
from .tables import causes, group_heading
from .text import shorten, without_numbers
from .wording import detail_words, wording

REVIEW = {"pending": "待复核", "confirmed": "已确认", "dismissed": "已排除"}
#: Characters of one cell; a spreadsheet holds 32,767 and nobody reads more than these.
EXCERPT, CELL = 300, 2000
WIDTHS = (6, 12, 30, 14, 16, 10, 40, 40, 50, 40, 30, 26, 10)

Row = tuple[str | int, ...]


def header(snapshot: Snapshot) -> tuple[str, ...]:
    """The thirteen headings; the second depends on the issuer."""
    place = group_heading(snapshot.campaign.issuer.division)
    first = ("序号", place, "网站名称", "网站标识码", "问题类型", "单项否决", "问题页面", "所在页面")
    return (*first, "摘录", "详情", "依据条款", "证据", "复核状态")


def problems(snapshot: Snapshot) -> list[Row]:
    """What stands: everything that no person dismissed."""
    return _numbered(snapshot, lambda finding: finding.review != "dismissed", bare_vetoes=True)


def dismissed(snapshot: Snapshot) -> list[Row]:
    """What a person dismissed, kept apart so that nobody takes it for a fault."""
    return _numbered(snapshot, lambda finding: finding.review == "dismissed", bare_vetoes=False)


def _numbered(snapshot: Snapshot, keep: Callable[[Finding], bool], *, bare_vetoes: bool) -> list[Row]:
    rows: list[Row] = []
    for result in snapshot.results:
        rows += (_row(result, finding) for finding in result.verdict.findings if keep(finding))
        rows += _bare(result) if bare_vetoes and result.verdict.verdict == "fail" else ()
    return [(n, *row) for n, row in enumerate(rows, 1)]


def _site(result: SiteResult) -> Row:
    return result.site.group, shorten(result.site.name, EXCERPT), registered_code(result.site)


def _row(result: SiteResult, finding: Finding) -> Row:
    private = finding.indicator == "privacy_leak"
    excerpt, detail = finding.excerpt, detail_words(finding.detail)
    if private:
        excerpt, detail = without_numbers(excerpt), without_numbers(detail)
    veto = "是" if finding.indicator in result.verdict.vetoes else "否"
    pages = shorten(finding.url, CELL), shorten(finding.found_on, CELL)
    words = shorten(excerpt, EXCERPT), shorten(detail, EXCERPT), shorten(finding.clause, EXCERPT)
    kind = wording(finding.indicator).name
    return (*_site(result), kind, veto, *pages, *words, shorten(finding.evidence, CELL), REVIEW[finding.review])


def _bare(result: SiteResult) -> Iterator[Row]:
    told = {finding.indicator for finding in result.verdict.findings}
    for indicator in causes(result):
        if indicator not in told:
            seen = shorten(wording(indicator).seen(result.verdict, ()), EXCERPT)
            veto = "是" if indicator in result.verdict.vetoes else "否"
            yield (*_site(result), wording(indicator).name, veto, result.site.home, "", "", seen, "", "", "系统判定")
