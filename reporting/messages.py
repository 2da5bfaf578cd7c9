"""网民留言办理情况: how many messages each platform took, and those that were closed too late or not at all (附件3 of the bulletin of
2018-06-26).  Its rate is over all platforms together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from govcrawl.contracts import MessageState, MessageVerdict, ReportPlan

from .rates import rate
from .snapshot import Snapshot
from .tables import TOTAL, Cell, Table, base_title, group_heading, note, sums
from .text import day, enumerate_names, quoted, shorten

#: What a clerk reads for each state, in the order of the columns.
WORDS: dict[MessageState, str] = {
    "in_time": "按期办结",
    "late": "超期办结",
    "overdue": "未办结",
    "pending": "未到期",
    "unknown": "未能判断",
}
FAULTS = ("late", "overdue")
PLATFORM, ACCEPTED, RATE = "平台", "受理留言数", "按期办结率"


def tables(snapshot: Snapshot) -> tuple[Table, ...]:
    """Counts by platform, and the list of what was late; none where the campaign has no messages."""
    return (_by_platform(snapshot), _late(snapshot)) if snapshot.messages else ()


def told(snapshot: Snapshot, found: Mapping[str, Table], labels: Mapping[str, str]) -> str:
    """The paragraph; every figure is a cell of the first table.  ``labels``: the annex that a table is printed as."""
    if not snapshot.messages:
        return ""
    *rows, whole = (dict(zip(found["messages"].header, row, strict=True)) for row in found["messages"].rows)
    each = "；".join(_platform(row) for row in rows)
    where = f"（见{labels['messages_late']}）" if "messages_late" in labels else ""
    total = f"总体按期办结率{whole[RATE]}{where}。" if whole[RATE] != "—" else "尚无可以判断是否按期的留言。"
    why = "".join(
        f"{reason}，未能判断是否超期，不计入按期办结率。"
        for reason in sorted({v.why for v in snapshot.messages} - {""})
    )
    return f"截至{day(snapshot.campaign.ends)}，{each}。{total}{why}"


def _platform(row: Mapping[str, Cell]) -> str:
    took = f"{quoted(str(row[PLATFORM]))}平台共受理网民有效留言{row[ACCEPTED]}条"
    if row["按期办结"] == row[ACCEPTED]:
        return f"{took}，均按期办结"
    others = (f"{word}{row[word]}条" for state, word in WORDS.items() if state != "in_time" and row[word])
    return f"{took}，其中{enumerate_names(others)}"


def errors(snapshot: Snapshot, found: Mapping[str, Table]) -> Iterator[str]:
    """Every message counted once, under its own platform and state; the list as long as its columns say."""
    if not snapshot.messages:
        return
    counted, late = found["messages"], found["messages_late"]
    yield from sums("留言办理情况", counted)
    states = Counter((v.message.platform, WORDS[v.state]) for v in snapshot.messages)
    for row in (dict(zip(counted.header, cells, strict=True)) for cells in counted.rows[:-1]):
        for word in WORDS.values():
            if row.get(word, 0) != (right := states.pop((str(row[PLATFORM]), word), 0)):
                yield f"留言办理情况 {row[PLATFORM]} {word}：{row.get(word, 0)}，应为{right}"
        if row[ACCEPTED] != sum(int(row.get(word, 0)) for word in WORDS.values()):
            yield f"留言办理情况 {row[PLATFORM]} {ACCEPTED}：与各项之和不符"
    yield from (f"留言办理情况缺少平台 {platform}" for platform in sorted({platform for platform, _ in states}))
    if len(late.rows) != (right := sum(v.state in FAULTS for v in snapshot.messages)):
        yield f"超期留言名单：{len(late.rows)}条，应为{right}条"
    known = {r.site.code for r in snapshot.results}
    yield from (
        f"留言 {v.message.number} 所属网站 {v.message.site} 不在登记表中"
        for v in snapshot.messages
        if v.message.site not in known
    )


def closing_rate(states: Counter[MessageState], plan: ReportPlan) -> str:
    """按期办结率: of the messages that were due and could be judged."""
    due = states["in_time"] + states["late"] + states["overdue"]
    return rate(states["in_time"], due, plan.digits, plan.rounding)


def _by_platform(snapshot: Snapshot) -> Table:
    states: dict[str, Counter[MessageState]] = {}
    for verdict in snapshot.messages:
        states.setdefault(verdict.message.platform, Counter())[verdict.state] += 1
    # the busiest first
    rows = sorted(states.items(), key=lambda one: (-one[1].total(), one[0]))
    rows.append((TOTAL, sum(states.values(), Counter())))
    plan = snapshot.campaign.report
    cells: list[tuple[Cell, ...]] = []
    for name, n in rows:
        cells.append((name, n.total(), *(n[state] for state in WORDS), closing_rate(n, plan)))
    title = f"{base_title(snapshot.campaign.title)}网民留言办理情况"
    header = (PLATFORM, ACCEPTED, *WORDS.values(), RATE)
    return Table(
        "messages", "留言办理情况", title, header, tuple(cells), note(snapshot), (6, *[3] * 7), totals=True, annex=False
    )


def _late(snapshot: Snapshot) -> Table:
    sites = {r.site.code: r.site for r in snapshot.results}
    rank = {code: n for n, code in enumerate(sites)}
    late = [v for v in snapshot.messages if v.state in FAULTS and v.message.site in sites]
    late.sort(key=lambda v: (rank[v.message.site], v.message.accepted, v.message.number))
    many = len({v.message.platform for v in late}) > 1
    platform = (PLATFORM,) if many else ()
    header = (
        "序号",
        group_heading(snapshot.campaign.issuer.division),
        "网站名称",
        *platform,
        "留言编号",
        "受理时间",
        "办结时间",
        "办理情况",
    )
    rows = []
    for n, v in enumerate(late, 1):
        site = sites[v.message.site]
        rows.append((n, site.group, shorten(site.name, 300), *_cells(v, many, snapshot.campaign.ends.year)))
    title = f"{base_title(snapshot.campaign.title)}网民留言超期办理情况"
    of = "" if many or not late else f"；{quoted(late[0].message.platform)}平台留言"
    widths = (8, 10, 18, *[10] * many, 26, 14, 14, 13)
    return Table("messages_late", "超期留言", title, header, tuple(rows), f"{note(snapshot)}{of}", widths)


def _cells(verdict: MessageVerdict, many: bool, year: int) -> tuple[Cell, ...]:
    message = verdict.message
    closed = _short(message.closed, year) if message.closed and verdict.state == "late" else ""
    platform = (message.platform,) if many else ()
    return *platform, shorten(message.number, 60), _short(message.accepted, year), closed, WORDS[verdict.state]


def _short(value: date, year: int) -> str:
    """``4月2日`` of the campaign's own year, as the bulletins print it."""
    return f"{value.month}月{value.day}日" if value.year == year else day(value)
