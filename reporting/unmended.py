"""仍未整改到位: sites whose faults of earlier campaigns an office was told of, and a recheck, or a clerk, found not mended in time.

In doubt a site isn't named: not while its deadline runs, nor where the last look could not tell, nor where the same fault was struck off
under another campaign since, nor where a later campaign passes the site, or fails it and no longer finds the fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from govcrawl import ledger
from govcrawl.contracts import LedgerStep
from govcrawl.errors import InputError, UnknownCampaign
from govcrawl.reading.records import BEIJING
from govcrawl.reading.urls import identity

from .book import STATES, Entry, load, named_day
from .snapshot import SiteResult, Snapshot, Still, registered_code
from .tables import Cell, Table, base_title, group_heading, note
from .text import enumerate_names, shorten

if TYPE_CHECKING:
    from govcrawl.store import Store

NOT_MENDED = ("unmended", "returned")
KEY, NAME = "unmended", "仍未整改到位"
_Fault = tuple[str, str, str]  #: site, indicator, what its URL stands for


def of_earlier(store: Store, campaigns: Iterable[str]) -> tuple[Still, ...]:
    """What stands unmended of these campaigns, each by its own standard; nothing of one that isn't stored."""
    found: list[tuple[_Fault, Still]] = []
    struck: dict[_Fault, date] = {}
    for id_ in dict.fromkeys(campaigns):
        if not ledger.is_begun(store.db, id_):
            continue
        try:
            book = load(store, id_, "", datetime.now(UTC).replace(microsecond=0))
        except (InputError, UnknownCampaign):
            continue
        failed = ledger.vetoed(store.db, id_, book.pack)
        for entry in book.entries:
            fault = entry.site.code, entry.finding.indicator, identity(entry.finding.url)
            if entry.state == "closed":
                struck[fault] = max(_when(entry.steps[-1]) or date.min, struck.get(fault, date.min))
            named = entry.finding.indicator in failed.get(entry.site.code, ())
            if day := unmended_on(entry, named, named_day(book.campaign)):
                again = _last(entry) == "returned"
                one = Still(
                    entry.site.code, book.campaign.title, entry.finding.indicator, entry.kind,
                    "returned" if again else "unmended", day,
                )  # fmt: skip
                found.append((fault, one))
    return tuple(one for fault, one in found if one.day > struck.get(fault, date.min))


def unmended_on(entry: Entry, named: bool, until: date | None = None) -> date | None:
    """The day on which it was seen not to be mended, though its office had known of it and its time was over: by a notice, or, where none
    was sent, as the bulletin ``named`` the site for it, with its own deadline ``until``.  None: nobody can say so.
    """
    if not entry.steps or _last(entry) not in NOT_MENDED or entry.state not in ("found", *NOT_MENDED):
        return None
    seen, notice = _when(entry.steps[-1]), entry.notice
    if notice is None:
        return seen if named and seen and not (until and seen <= until) else None
    in_time = seen is None or notice.deadline is None or seen <= notice.deadline
    return None if in_time or entry.state not in NOT_MENDED else seen


def _when(step: LedgerStep) -> date | None:
    return step.day if step.recheck else step.at.astimezone(BEIJING).date()


def _last(entry: Entry) -> str:
    """What was seen, or said, last."""
    last: LedgerStep = entry.steps[-1]
    return str(last.result) if last.recheck else last.state


def tables(snapshot: Snapshot) -> tuple[Table, ...]:
    """A row a site; none where no earlier campaign left anything."""
    if not snapshot.still:
        return ()
    rows: list[tuple[Cell, ...]] = []
    for result in snapshot.running:
        if own := list(_stand(snapshot, result)):
            rows.append((len(rows) + 1, *_cells(result, own)))
    header = (
        "序号", group_heading(snapshot.campaign.issuer.division), "网站名称", "网站标识码", "存在问题", "检查名称", "复查日期", "整改情况",
    )  # fmt: skip
    title = f"以往检查发现问题{NAME}的政府网站名单"
    return (Table(KEY, NAME, title, header, tuple(rows), note(snapshot), (3, 5, 8, 7, 7, 7, 5, 4)),)


def told(found: Mapping[str, Table], labels: Mapping[str, str]) -> str:
    """The sentence; empty where nothing stands."""
    if KEY not in found or not found[KEY].rows:
        return ""
    where = f"（见{labels[KEY]}）" if KEY in labels else ""
    return f"以往检查发现问题，经复查{NAME}的网站{len(found[KEY].rows)}个{where}。"


def errors(snapshot: Snapshot, found: Mapping[str, Table]) -> Iterator[str]:
    """Each site once, and none that passes now."""
    if KEY not in found:
        return
    codes = found[KEY].column("网站标识码")
    passed = {r.site.code for r in snapshot.of("pass")}
    yield from (f"{NAME}：{code} 列了不止一次" for code in dict.fromkeys(codes) if codes.count(code) > 1)
    yield from (f"{NAME}：{code} 本次检查合格" for code in codes if code in passed)


def _stand(snapshot: Snapshot, result: SiteResult) -> Iterator[Still]:
    if not registered_code(result.site) or result.verdict.verdict == "pass":
        return
    now = {f.indicator for f in result.findings} | set(result.verdict.vetoes)
    for one in snapshot.still:
        if one.site != result.site.code:
            continue
        later = any(e.ends >= one.day and one.site in e.passed for e in snapshot.before)
        gone = result.verdict.verdict == "fail" and snapshot.campaign.ends >= one.day and one.indicator not in now
        if not later and not gone:
            yield one


def _cells(result: SiteResult, own: list[Still]) -> tuple[Cell, ...]:
    titles = enumerate_names(dict.fromkeys(base_title(one.title) for one in own))
    kinds = enumerate_names(dict.fromkeys(one.kind for one in own))
    state = STATES["returned" if all(one.state == "returned" for one in own) else "unmended"]
    day = max(one.day for one in own).isoformat()
    site = result.site
    return site.group, shorten(site.name, 300), site.code, kinds, shorten(titles, 300), day, state
