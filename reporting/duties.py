"""内容职责: which sites were seen to pass on the campaign's topics (转载), and what else of their duties was seen.

Only told: what no page showed that was read may stand on one that wasn't.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from govcrawl.contracts import Duty

from .snapshot import SiteResult, Snapshot, registered_code
from .tables import TOTAL, Cell, Table, base_title, group_heading, note
from .text import enumerate_names, shorten

#: What a clerk reads for each state, in the order of the columns.
REPOSTED = {"seen": "已转载", "late": "逾期转载", "not_seen": "未见转载", "unknown": "未能判断"}
SEEN = {"seen": "已见", "late": "已见，逾期", "file": "仅为附件", "not_seen": "未见", "unknown": "未能判断"}
UNSURE = "；“未见”指所读页面中没有，须人工核对"


def tables(snapshot: Snapshot) -> tuple[Table, ...]:
    """Reposts by group and by site where the campaign has topics; other duties by site."""
    own = _by_site(snapshot)
    found = (_by_group(snapshot, own), _by_topic(snapshot, own), _others(snapshot, own))
    return tuple(table for table in found if table.rows)


def errors(snapshot: Snapshot, found: Mapping[str, Table]) -> Iterator[str]:
    """Every site once a topic, in its own group."""
    table = found.get("reposts")
    if table is None:
        return
    closed = {r.site.code for r in snapshot.results} - {r.site.code for r in snapshot.running}
    told = Counter(d.name for d in snapshot.duties if d.kind == "repost" and d.site not in closed)
    for topic in dict.fromkeys(table.column("专题")):
        rows = [row for row in table.rows if row[1] == topic]
        *groups, whole = ([int(n) for n in row[2:]] for row in rows)
        if [sum(column) for column in zip(*groups, strict=True)] != whole:
            yield f"转载情况 {topic}：各行之和与总计不符"
        if whole[0] != sum(whole[1:]):
            yield f"转载情况 {topic}：各项之和与应转载网站数不符"
        if whole[0] != told[str(topic)]:
            yield f"转载情况 {topic}：{whole[0]}个网站，应为{told[str(topic)]}个"


def _by_site(snapshot: Snapshot) -> list[tuple[SiteResult, list[Duty]]]:
    duties: dict[str, list[Duty]] = {}
    for duty in snapshot.duties:
        duties.setdefault(duty.site, []).append(duty)
    return [(r, duties[r.site.code]) for r in snapshot.running if r.site.code in duties]


def _topics(snapshot: Snapshot, own: list[tuple[SiteResult, list[Duty]]]) -> list[str]:
    planned = [topic.name for topic in snapshot.campaign.reposts]
    seen = {d.name for _, duties in own for d in duties if d.kind == "repost"}
    return [name for name in planned if name in seen]


def _by_group(snapshot: Snapshot, own: list[tuple[SiteResult, list[Duty]]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for topic in _topics(snapshot, own):
        groups: dict[str, Counter[str]] = {}
        for result, duties in own:
            groups.setdefault(result.site.group, Counter()).update(
                d.state for d in duties if d.kind == "repost" and d.name == topic
            )
        groups[TOTAL] = sum(groups.values(), Counter())
        rows += [(name, topic, n.total(), *(n[state] for state in REPOSTED)) for name, n in groups.items()]
    title = f"{base_title(snapshot.campaign.title)}重要信息转载情况"
    header = (group_heading(snapshot.campaign.issuer.division), "专题", "应转载网站数", *REPOSTED.values())
    return Table("reposts", "转载情况", title, header, tuple(rows), note(snapshot) + UNSURE, (3, 6, 3, 2, 2, 2, 2))


def _by_topic(snapshot: Snapshot, own: list[tuple[SiteResult, list[Duty]]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for topic in _topics(snapshot, own):
        for result, duties in own:
            for d in (d for d in duties if d.kind == "repost" and d.name == topic):
                day = d.day.isoformat() if d.day else ""
                rows.append((len(rows) + 1, *_site(result), topic, REPOSTED[d.state], day, d.count, _urls(d)))
    place = group_heading(snapshot.campaign.issuer.division)
    header = ("序号", place, "网站名称", "网站标识码", "专题", "情况", "最早日期", "页数", "页面")
    title = f"{base_title(snapshot.campaign.title)}重要信息转载明细"
    widths = (3, 5, 9, 7, 8, 5, 6, 3, 20)
    return Table("reposts_sites", "转载明细", title, header, tuple(rows), note(snapshot) + UNSURE, widths, annex=False)


def _others(snapshot: Snapshot, own: list[tuple[SiteResult, list[Duty]]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for result, duties in own:
        kinds: dict[str, Duty] = {d.kind: d for d in duties if d.kind != "repost"}
        if kinds:
            rows.append((len(rows) + 1, *_site(result), *_cells(kinds)))
    place = group_heading(snapshot.campaign.issuer.division)
    first = ("序号", place, "网站名称", "网站标识码")
    reports = ("年度报表", "报表页面", "依申请公开申请表", "依申请公开流程图")
    header = (*first, *reports, "所见政策文件", "其中有解读", "其中相互链接")
    title = f"{base_title(snapshot.campaign.title)}内容职责情况"
    widths = (3, 5, 9, 7, 6, 14, 12, 12, 4, 4, 4)
    return Table("duties", "内容职责", title, header, tuple(rows), note(snapshot) + UNSURE, widths, annex=False)


def _cells(kinds: Mapping[str, Duty]) -> tuple[Cell, ...]:
    report, explained = kinds.get("annual_report"), kinds.get("explained")
    told = f"{report.name}年度：{SEEN[report.state]}" if report else ""
    forms = (_told(kinds.get(kind)) for kind in ("request_form", "request_chart"))
    policies = (explained.of, explained.count, explained.linked) if explained else (0, 0, 0)
    return told, _urls(report) if report else "", *forms, *policies


def _told(duty: Duty | None) -> str:
    return (_urls(duty) or SEEN[duty.state]) if duty else ""


def _urls(duty: Duty) -> str:
    return shorten(enumerate_names(duty.urls), 600)


def _site(result: SiteResult) -> tuple[Cell, ...]:
    return result.site.group, shorten(result.site.name, 300), registered_code(result.site)
