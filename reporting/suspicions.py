"""名录核对: where the register and the web disagree.  For a person to look into; only in the spreadsheets, of no weight in a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from govcrawl.contracts import SuspicionKind

from .snapshot import Snapshot
from .tables import LONGEST, Cell, Table, base_title
from .text import shorten

KINDS: dict[SuspicionKind, str] = {
    "gone": "违规关停",
    "closed_but_running": "关停后仍运行",
    "link_to_closed": "错链断链（指向已关停网站）",
    "unregistered_site": "未纳入监管",
    "counterfeit_site": "仿冒",
    "notice_missing": "未挂公告",
}
HEADER = (
    "序号",
    "疑似问题",
    "域名",
    "网址",
    "网站名称",
    "网站标识码",
    "地区/部门",
    "发现情况",
    "链接它的网站数",
    "所在页面示例",
)
NOTE = (
    "注：均为机器发现的线索，须人工核实，不计入任何网站的评判。未纳入监管只列与登记网站在同一政府域名下、或链接文字为本地政府机构的网站；"
    "其他地区和上级机关的网站不列"
)


def tables(snapshot: Snapshot) -> tuple[Table, ...]:
    if not snapshot.suspicions:
        return ()
    order = {kind: n for n, kind in enumerate(KINDS)}
    ranked = sorted(snapshot.suspicions, key=lambda s: (order[s.kind], -s.linked_by, s.host, s.site))
    rows: list[tuple[Cell, ...]] = []
    for n, s in enumerate(ranked, 1):
        code = "" if s.site.startswith("row-") else s.site
        words = (s.host, s.url, s.title, code, s.group, s.why)
        cells = (shorten(word, LONGEST) for word in words)
        rows.append((n, KINDS[s.kind], *cells, s.linked_by or "", shorten(s.example, LONGEST)))
    title = f"{base_title(snapshot.campaign.title)}名录核对线索"
    widths = (3, 8, 10, 14, 12, 7, 6, 20, 5, 16)
    return (Table("suspicions", "名录核对", title, HEADER, tuple(rows), NOTE, widths, annex=False),)


def errors(snapshot: Snapshot, found: Mapping[str, Table]) -> Iterator[str]:
    """A row of the register that is named must be of this campaign."""
    codes = {result.site.code for result in snapshot.results}
    yield from (f"名录核对 {s.site}：不是本次普查的网站" for s in snapshot.suspicions if s.site and s.site not in codes)
