"""抽查比例 by stratum, and what changed since the campaigns that this one names as ``previous``.

A site that failed last time and fails again is 仍未整改到位; one that passed in between has 反弹; 已整改 passes now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from govcrawl.contracts import RUNNING as IN_USE

from .rates import rate, share
from .snapshot import SiteResult, Snapshot, registered_code
from .tables import (
    CHECKED,
    FAILED,
    RATE,
    RATIO,
    RUNNING,
    TOTAL,
    Cell,
    Table,
    base_title,
    counts,
    group_heading,
    note,
    sums,
    total,
)
from .text import enumerate_names, shorten

STILL, AGAIN, NEW, MENDED = "仍未整改到位", "反弹", "新增", "已整改"
#: What else may have become of a site that failed before.
_OTHERS = {"insufficient": "证据不足", "not_checked": "本次未检查"}
CLOSED, GONE = "不再运行", "已不在登记表中"
CHANGE = "变化"
#: Of a failed site without 网站标识码.
UNKNOWN = "无标识码，未对比"


def tables(snapshot: Snapshot) -> tuple[Table, ...]:
    sample = (_strata(snapshot),) if snapshot.campaign.scope.mode == "sample" else ()
    return (*sample, *((_trend(snapshot), _changes(snapshot), _new(snapshot)) if snapshot.before else ()))


def sampled(found: Mapping[str, Table]) -> str:
    """The sentence on 抽查比例, of a sample; compared with the last campaign's if that was one too."""
    summary = found["summary"]
    whole = dict(zip(summary.header, summary.rows[-1], strict=True))
    sentence = f"本次抽查{whole.get(CHECKED, whole[RUNNING])}个，抽查比例为{whole[RATIO]}"
    if "trend" in found:
        last, now = (row[found["trend"].header.index(RATIO)] for row in found["trend"].rows[-2:])
        sentence += _points(str(last), str(now), "比上次") if last else ""
    return f"{sentence}。"


def told(found: Mapping[str, Table], labels: Mapping[str, str]) -> str:
    """The paragraph on 整改; empty without an earlier campaign."""
    if "trend" not in found:
        return ""
    trend, changes = found["trend"], found["changes"]
    (last, *_, was), (*_, now) = trend.rows[-2:]
    parts = []
    if "—" not in (was, now):
        moved = _points(str(was), str(now), "") or "，与上次持平"
        parts.append(
            f"与{last}相比，总体合格率由{was}变为{now}{moved}。" if was != now else f"总体合格率{now}，与{last}持平。"
        )
    words, new = Counter(map(str, changes.column(CHANGE))), found["new"].column(CHANGE).count(NEW)
    where = f"（见{labels['changes']}）" if "changes" in labels else ""
    if words:
        outcomes = enumerate_names(f"{word}{n}个" for word, n in words.items())
        parts.append(f"以往检查不合格、需要复查的网站{words.total()}个，其中{outcomes}{where}。")
    if new:
        parts.append(f"本次新发现不合格网站{new}个。")
    return "".join(parts)


def errors(snapshot: Snapshot, found: Mapping[str, Table]) -> Iterator[str]:
    """The sample against 附件1, the last row of the comparison too, and the failed sites against the changes."""
    whole = total(counts(snapshot))
    if "sample" in found:
        yield from sums("抽样情况", found["sample"])
        if (cells := found["sample"].rows[-1][2:]) != (
            right := (whole.running, whole.checked, share(whole.checked, whole.running))
        ):
            yield f"抽样情况 {TOTAL}：{cells}，应为{right}"
    if "trend" not in found:
        return
    now = dict(zip(found["trend"].header, found["trend"].rows[-1], strict=True))
    if (now[RUNNING], now[CHECKED], now[FAILED]) != (whole.running, whole.checked, whole.failed):
        yield f"历次对比：本次各数与附件1不一致（{now}）"
    failing = sum(word in (STILL, AGAIN) for word in found["changes"].column(CHANGE)) + len(found["new"].rows)
    if failing != whole.failed:
        yield f"整改情况：仍未整改到位、反弹、新增共{failing}个，不合格网站{whole.failed}个"


def _points(was: str, now: str, since: str) -> str:
    """``，比上次提高2.1个百分点``: the difference of the figures as printed, so that a reader's own sum agrees; empty for none."""
    if "—" in (was, now):
        return ""
    difference = Decimal(now.rstrip("%")) - Decimal(was.rstrip("%"))
    moved = "提高" if difference > 0 else "下降"
    return f"，{since}{moved}{abs(difference).normalize():f}个百分点" if difference else ""


def _strata(snapshot: Snapshot) -> Table:
    seen: dict[tuple[str, str], Counter[bool]] = {}
    for result in snapshot.running:
        stratum = seen.setdefault((result.site.group, result.site.level), Counter())
        stratum[result.verdict.verdict != "not_checked"] += 1
    rows: list[tuple[Cell, ...]] = [
        (*stratum, n.total(), n[True], share(n[True], n.total())) for stratum, n in seen.items()
    ]
    whole = sum(seen.values(), Counter[bool]())
    rows.append((TOTAL, "", whole.total(), whole[True], share(whole[True], whole.total())))
    header = (group_heading(snapshot.campaign.issuer.division), "层级", RUNNING, CHECKED, RATIO)
    title = f"{base_title(snapshot.campaign.title)}抽样情况"
    return Table("sample", "抽样情况", title, header, tuple(rows), note(snapshot), (3, 3, 2, 2, 2), True, annex=False)


def _trend(snapshot: Snapshot) -> Table:
    campaign, now = snapshot.campaign, total(counts(snapshot))
    plan = campaign.report
    rows: list[tuple[Cell, ...]] = []
    for earlier in snapshot.before:
        passed, failed = len(earlier.passed), len(earlier.failed)
        ratio = share(earlier.checked, earlier.running) if earlier.sample else ""
        figures = (
            earlier.running,
            earlier.checked,
            ratio,
            failed,
            rate(passed, passed + failed, plan.digits, plan.rounding),
        )
        rows.append((base_title(earlier.title), *figures))
    ratio = share(now.checked, now.running) if campaign.scope.mode == "sample" else ""
    rows.append((base_title(campaign.title), now.running, now.checked, ratio, now.failed, now.rate(plan)))
    header = ("检查名称", RUNNING, CHECKED, RATIO, FAILED, RATE)
    title = f"{base_title(campaign.title)}与历次对比"
    return Table("trend", "历次对比", title, header, tuple(rows), note(snapshot), (6, 2, 2, 2, 2, 2), annex=False)


def _changes(snapshot: Snapshot) -> Table:
    """Sites that failed before: what became of them."""
    rows = _rows(snapshot, lambda word: word not in (NEW, UNKNOWN))
    left = {code for earlier in snapshot.before for code in earlier.failed} - {r.site.code for r in snapshot.results}
    for code in sorted(left):
        if _to_recheck(snapshot, code):
            rows.append(("", "", code, _failed_for(snapshot, code), "", GONE))
    return _list(snapshot, "changes", "整改情况", "不合格网站整改情况", rows)


def _new(snapshot: Snapshot) -> Table:
    """Sites that fail and did not before; those without a code can't be compared."""
    rows = _rows(snapshot, lambda word: word in (NEW, UNKNOWN))
    return _list(snapshot, "new", "新增不合格", "新发现不合格网站", rows)


def _rows(snapshot: Snapshot, wanted: Callable[[str], bool]) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for result in snapshot.results:
        site, word = result.site, _change(snapshot, result)
        if word and wanted(word):
            why = enumerate_names(result.verdict.reasons) if word in (STILL, AGAIN, NEW, UNKNOWN) else ""
            before = _failed_for(snapshot, site.code)
            rows.append((site.group, shorten(site.name, 300), registered_code(site), before, why, word))
    return rows


def _list(snapshot: Snapshot, key: str, name: str, what: str, rows: list[tuple[Cell, ...]]) -> Table:
    place = group_heading(snapshot.campaign.issuer.division)
    header = ("序号", place, "网站名称", "网站标识码", "上次存在问题", "本次存在问题", CHANGE)
    title = f"{base_title(snapshot.campaign.title)}{what}"
    numbered = tuple((n, *row) for n, row in enumerate(rows, 1))
    annex = key == "changes"
    return Table(key, name, title, header, numbered, note(snapshot), (3, 5, 8, 7, 6, 6, 5), annex=annex)


def _change(snapshot: Snapshot, result: SiteResult) -> str:
    """Empty: nothing to tell."""
    code, outcome = result.site.code, result.verdict.verdict
    if result.site.status == IN_USE and outcome == "fail":
        if not registered_code(result.site):
            return UNKNOWN
        if not any(code in earlier.failed for earlier in snapshot.before):
            return NEW
        return STILL if _to_recheck(snapshot, code) else AGAIN
    if not _to_recheck(snapshot, code):
        return ""
    if result.site.status != IN_USE:
        return CLOSED
    return MENDED if outcome == "pass" else _OTHERS[outcome]


def _to_recheck(snapshot: Snapshot, code: str) -> bool:
    """Whether the last earlier campaign that judged the site failed it.  ``row-N`` is another site in another register."""
    if code.startswith("row-"):
        return False
    judged = [code in earlier.failed for earlier in snapshot.before if code in earlier.failed or code in earlier.passed]
    return bool(judged) and judged[-1]


def _failed_for(snapshot: Snapshot, code: str) -> str:
    """The words of the last campaign that failed it."""
    if code.startswith("row-"):
        return ""
    words = [earlier.failed[code] for earlier in snapshot.before if code in earlier.failed]
    return enumerate_names(words[-1]) if words else ""
