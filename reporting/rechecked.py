"""整改复查: what the command line finds by name, and its tables: every finding, site by site, and what is 仍未整改到位."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from govcrawl import ledger, rechecks
from govcrawl.contracts import Campaign, Recheck, Site
from govcrawl.reading.records import BEIJING
from pipelines import looked_again
from reporting.formats import csvs, xlsx
from reporting.judged import judged, words_of
from reporting.snapshot import group_order, line_order, registered_code
from reporting.tables import TOTAL, Cell, Table, base_title, group_heading
from reporting.text import cleaned, day, shorten, without_numbers
from reporting.wording import wording
from reporting.write import put

if TYPE_CHECKING:
    from govcrawl.store import Store

STATES = {
    "unmended": "未整改", "returned": "反弹", "deleted": "删除网页", "moved": "已迁移", "mended": "已整改", "unknown": "未能判断",
    "planned": "待复查",
}  # fmt: skip
STILL = ("unmended", "returned")  #: 仍未整改到位
EXCERPT = 300  #: characters of one cell


def begin(store: Store, campaign_id: str, standard: str) -> Campaign:
    """The recheck to do: one that was cut off goes on, else a new one.  InputError where nothing was confirmed."""
    campaign, pack = judged(store, campaign_id, standard)
    store.prepare()
    return rechecks.begin(
        store, replace(campaign, standard=standard or campaign.standard), pack, datetime.now(BEIJING).date()
    )


def end(store: Store, recheck: Campaign, out: Path) -> tuple[list[list[str]], list[Path]]:
    """Judges what the recheck saw; the table of the sites, and the files written."""
    found = looked_again.judge(store, recheck)
    ledger.follow(store.db, recheck.rechecks, datetime.now(UTC).replace(microsecond=0))
    before = rechecks.before(store, recheck.rechecks, rechecks.number_of(recheck.id))
    made = tables(recheck, store.sites(recheck.id), found, before, words_of(found[0].pack, recheck.standard))
    files = {"recheck.xlsx": xlsx.tables(made, recheck.ends)}
    files |= {f"tables/{table.key}.csv": csvs.render(table) for table in made}
    return [list(map(str, made[0].header)), *(list(map(str, row)) for row in made[0].rows)], put(files, out, ())


def tables(
    recheck: Campaign,
    sites: Iterable[Site],
    found: Sequence[Recheck],
    before: Mapping[str, Sequence[Recheck]],
    words: Mapping[str, str],
) -> tuple[Table, ...]:
    """Site by site with its counts, every finding, and 仍未整改到位 (a header only where all is mended)."""
    found, known = cleaned(tuple(found)), {site.code: cleaned(site) for site in sites}
    order = {name: n for n, name in enumerate(group_order(recheck.issuer, known.values()))}
    looked = [known[code] for code in {one.site for one in found}]
    looked.sort(key=lambda site: (order[site.group], line_order(site)))
    heading, number = group_heading(recheck.issuer.division), rechecks.number_of(recheck.id)
    base, note = (
        f"{base_title(recheck.title.removesuffix(f'第{number}次复查'))}第{number}次复查",
        f"注：复查日期{day(recheck.ends)}起",
    )
    rank = {site.code: n for n, site in enumerate(looked)}
    every = sorted(found, key=lambda one: (rank[one.site], list(STATES).index(one.state), one.indicator, one.finding))
    still = [one for one in every if one.state in STILL]
    return (
        _counts(heading, f"{base}情况", note, looked, found),
        _list("recheck", "复查结果", f"{base}结果", heading, note, every, known, before, words),
        _list("still", "仍未整改到位", f"{base}仍未整改到位问题清单", heading, note, still, known, before, words),
    )


def _counts(heading: str, title: str, note: str, sites: Sequence[Site], found: Sequence[Recheck]) -> Table:
    shown = [state for state in STATES if state != "planned"]
    rows: list[tuple[Cell, ...]] = []
    for site in sites:
        seen = Counter(one.state for one in found if one.site == site.code)
        rows.append((site.group, *_name(site), seen.total(), *(seen[state] for state in shown)))  # type: ignore[index]
    every = Counter(one.state for one in found)
    rows.append((TOTAL, "", "", every.total(), *(every[state] for state in shown)))  # type: ignore[index]
    header = (heading, "网站名称", "网站标识码", "已确认问题", *(STATES[state] for state in shown))
    return Table(
        "recheck_sites", "各网站复查情况", title, header, tuple(rows), note, (4, 9, 6, *[3] * (len(shown) + 1)), True
    )


def _list(
    key: str,
    name: str,
    title: str,
    heading: str,
    note: str,
    found: Sequence[Recheck],
    sites: Mapping[str, Site],
    before: Mapping[str, Sequence[Recheck]],
    words: Mapping[str, str],
) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for n, one in enumerate(found, 1):
        site = sites[one.site]
        told = without_numbers(one.excerpt) if one.indicator == "privacy_leak" else one.excerpt
        past = "、".join(f"第{r.number}次{STATES[r.state]}" for r in before.get(one.finding, ()))
        cells = (
            site.group, *_name(site), wording(one.indicator, words).name, one.url, shorten(told, EXCERPT), STATES[one.state],
            shorten(one.why, EXCERPT), one.moved_to, one.day.isoformat() if one.day else "", past, one.finding,
        )  # fmt: skip
        rows.append((n, *cells))
    first = ("序号", heading, "网站名称", "网站标识码", "问题类型", "问题页面", "问题")
    header = (*first, "复查结果", "说明", "新址", "复查日期", "以往复查", "证据")
    return Table(key, name, title, header, tuple(rows), note, (2, 4, 8, 6, 4, 10, 10, 4, 10, 8, 4, 5, 6))


def _name(site: Site) -> tuple[str, str]:
    return shorten(site.name, EXCERPT), registered_code(site)
