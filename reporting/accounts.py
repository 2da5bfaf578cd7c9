"""政务新媒体检查情况: counts by group and by platform, and the accounts that failed, could not be told, or have a mere fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from govcrawl.contracts import RUNNING as IN_USE
from govcrawl.contracts import AccountVerdict

from .rates import rate
from .snapshot import Snapshot, group_order
from .tables import TOTAL, Cell, Table, base_title, group_heading, note, sums
from .text import day, enumerate_names, shorten

RUNNING, FAILED, INSUFFICIENT, RATE, PLATFORM = "在运行账号数", "不合格账号数", "证据不足", "合格率", "平台"
#: key, what its title says of the accounts, heading of its last column, and whose words stand there
_LISTS: tuple[tuple[str, str, str, Callable[[AccountVerdict], tuple[str, ...]]], ...] = (
    ("accounts_failed", "不合格", "存在问题", lambda v: (*v.reasons, *v.faults) if v.verdict == "fail" else ()),
    ("accounts_insufficient", "证据不足", "证据不足的原因", lambda v: v.doubts if v.verdict == "insufficient" else ()),
    ("accounts_faults", "有其他问题", "存在问题", lambda v: v.faults if v.verdict != "fail" else ()),
)


def tables(snapshot: Snapshot) -> tuple[Table, ...]:
    """None where the campaign has no accounts, or its standard no rules for them."""
    if not snapshot.accounts:
        return ()
    base = f"{base_title(snapshot.campaign.title)}政务新媒体"
    place = group_heading(snapshot.campaign.issuer.division)
    by_group = _counts(snapshot, "accounts", f"{base}检查情况", place, lambda v: v.account.group)
    by_platform = _counts(snapshot, "accounts_platforms", f"{base}分平台情况", PLATFORM, lambda v: v.account.platform)
    lists = (_list(snapshot, key, f"{base}{what}名单", place, last, why) for key, what, last, why in _LISTS)
    return (by_group, by_platform, *lists, *_unregistered(snapshot, base, place))


def _unregistered(snapshot: Snapshot, base: str, place: str) -> tuple[Table, ...]:
    """抽查发现未纳入监管的: for the texts that print them apart; each is also among those with other faults."""
    found = [v.account for v in _running(snapshot) if v.account.registered is False]
    found.sort(key=lambda account: account.line)
    rows: list[tuple[Cell, ...]] = []
    for n, one in enumerate(found, 1):
        rows.append((n, *(shorten(word, 300) for word in (one.group, one.organiser, one.name, one.platform))))
    header, title = ("序号", place, "主办单位", "名称", PLATFORM), f"{base}未纳入监管名单"
    table = Table(
        "accounts_unregistered",
        "政务新媒体未备案",
        title,
        header,
        tuple(rows),
        note(snapshot),
        (3, 5, 7, 7, 5),
        annex=False,
    )
    return (table,) if rows else ()


def told(snapshot: Snapshot, whose: str, found: Mapping[str, Table], labels: Mapping[str, str]) -> str:
    """The paragraph; every figure is a cell, or the length of a list.  ``whose``: 全省."""
    if not snapshot.accounts:
        return ""
    whole = dict(zip(found["accounts"].header, found["accounts"].rows[-1], strict=True))
    if not whole[RUNNING]:
        return f"{whose}没有在运行的政务新媒体账号。"
    platforms = enumerate_names(f"{row[0]}{row[1]}个" for row in found["accounts_platforms"].rows[:-1])
    parts = [f"截至{day(snapshot.campaign.ends)}，{whose}在运行政务新媒体{whole[RUNNING]}个，其中{platforms}。"]
    if whole[RATE] != "—":
        failed = f"发现不合格政务新媒体{whole[FAILED]}个" if whole[FAILED] else "未发现不合格政务新媒体"
        parts.append(f"{failed}，总体合格率{whole[RATE]}{_see(labels, 'accounts')}。")
    if whole[INSUFFICIENT]:
        where = _see(labels, "accounts_insufficient")
        parts.append(f"另有{whole[INSUFFICIENT]}个证据不足，未判定合格与否，不计入合格率{where}。")
    for key, what, _, _ in _LISTS[2:]:
        if number := len(found[key].rows):
            parts.append(f"{number}个政务新媒体{what}，不影响合格与否{_see(labels, key)}。")
    return "".join(parts)


def _see(labels: Mapping[str, str], key: str) -> str:
    return f"（见{labels[key]}）" if key in labels else ""


def errors(snapshot: Snapshot, found: Mapping[str, Table]) -> Iterator[str]:
    """Both counts against the verdicts, and the lists against the counts."""
    if not snapshot.accounts:
        return
    right = Counter(v.verdict for v in snapshot.accounts if v.account.status == IN_USE)
    expected = {RUNNING: right.total(), FAILED: right["fail"], INSUFFICIENT: right["insufficient"]}
    for key in ("accounts", "accounts_platforms"):
        table = found[key]
        yield from sums(table.name, table)
        whole = dict(zip(table.header, table.rows[-1], strict=True))
        for heading, number in expected.items():
            if whole[heading] != number:
                yield f"{table.name} {heading}：{whole[heading]}，应为{number}"
    for key, heading in (("accounts_failed", FAILED), ("accounts_insufficient", INSUFFICIENT)):
        if len(found[key].rows) != expected[heading]:
            yield f"{found[key].title}：{len(found[key].rows)}个，应为{expected[heading]}个"
    for verdict in snapshot.accounts:
        if verdict.pack != snapshot.pack:
            yield f"政务新媒体 {verdict.account.name}：判定依据 {verdict.pack}，与通报不同"
        if (verdict.verdict == "fail") != bool(verdict.reasons):
            yield f"政务新媒体 {verdict.account.name}：结论与存在问题不符"


def _running(snapshot: Snapshot) -> list[AccountVerdict]:
    """In the order of the groups, then platform and name."""
    issuer, found = snapshot.campaign.issuer, [v for v in snapshot.accounts if v.account.status == IN_USE]
    named = issuer.order if issuer.direct in issuer.order else (issuer.direct, *issuer.order)
    known = (*named, *group_order(issuer, (r.site for r in snapshot.results)))
    names = dict.fromkeys((*known, *sorted(v.account.group for v in found)))
    rank = {name: n for n, name in enumerate(names)}
    return sorted(found, key=lambda v: (rank[v.account.group], v.account.platform, v.account.name, v.account.line))


def _counts(snapshot: Snapshot, key: str, title: str, heading: str, by: Callable[[AccountVerdict], str]) -> Table:
    seen: dict[str, Counter[str]] = {}
    for verdict in _running(snapshot):
        seen.setdefault(by(verdict), Counter())[verdict.verdict] += 1
    if key == "accounts_platforms":
        seen = dict(sorted(seen.items(), key=lambda one: -one[1].total()))
    seen[TOTAL] = sum(seen.values(), Counter())
    plan = snapshot.campaign.report
    rows: list[tuple[Cell, ...]] = []
    for name, n in seen.items():
        share = rate(n["pass"], n["pass"] + n["fail"], plan.digits, plan.rounding)
        rows.append((name, n.total(), n["fail"], n["insufficient"], share))
    header = (heading, RUNNING, FAILED, INSUFFICIENT, RATE)
    name = "政务新媒体" if key == "accounts" else "政务新媒体分平台"
    return Table(key, name, title, header, tuple(rows), note(snapshot), (3, 2, 2, 2, 2), True, key == "accounts")


def _list(
    snapshot: Snapshot, key: str, title: str, place: str, last: str, why: Callable[[AccountVerdict], tuple[str, ...]]
) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for v in _running(snapshot):
        if words := why(v):
            account = v.account
            updated = account.updated.isoformat() if account.updated else ""
            cells = (account.group, account.name, account.platform, account.organiser, updated, enumerate_names(words))
            rows.append((len(rows) + 1, *(shorten(cell, 300) for cell in cells)))
    header = ("序号", place, "名称", PLATFORM, "主办单位", "最近更新", last)
    name = f"政务新媒体{title.rpartition('政务新媒体')[2].removesuffix('名单')}"
    return Table(key, name, title, header, tuple(rows), note(snapshot), (3, 5, 6, 5, 7, 7, 8))
