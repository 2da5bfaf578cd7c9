"""Sites that say on their home page that they were closed or have moved: 关停、迁移公告.

Such a site brings nothing new, and need not.  Whether it was allowed to close is for the register (运行状态) and a person, so
it is not accused of what a closed site can't do, and it does not pass either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from govcrawl.contracts import ColumnVerdict, Observation, Site, Suspicion
from govcrawl.reading.urls import same_site, site_of
from pipelines.rulings import Case, Doubt, Ruling, Weight
from pipelines.seen import date_items
from pipelines.standards.rules import HomeNotUpdated

NOTICE_DAYS = 92  #: 国办函〔2018〕55号: 公告3个月
ALIVE = 3  #: items of the home page within its window; fewer may be the notice itself
CLOSED_NOTICE = "首页公告称网站"  #: how the doubt begins that such a site is named in
SAYS = {"closed": "已关停或停止更新", "moved": "已迁移", "domain": "已变更域名"}
_SEEN = (
    "home",
    "list",
    "channel",
    "article",
    "text",
    "board",
)  #: not what a script draws, sends elsewhere or keeps to itself
SPARED = frozenset(
    {"home_not_updated", "home_few_updates", "columns_not_updated", "column_stale", "columns_blank", "column_blank"}
)


def spare(
    case: Case, rulings: list[Ruling], columns: tuple[ColumnVerdict, ...]
) -> tuple[list[Ruling], tuple[ColumnVerdict, ...]]:
    """Rulings and columns without what a closed site is not accused of, where the site says that it is one."""
    notice = _last_notice(case)
    if notice is None:
        return rulings, columns
    words = notice.excerpt if len(notice.excerpt) <= 60 else f"{notice.excerpt[:60]}…"
    text = f"{CLOSED_NOTICE}{SAYS[notice.data['notice']]}（“{words}”），未按不更新、空白判定，须核对运行状态"
    kept = [r for r in rulings if r.rule not in SPARED]
    open_ = tuple(replace(c, state="unknown") if c.state in ("stale", "blank") else c for c in columns)
    return [*kept, Ruling("closed_notice", doubts=(Doubt(text, Weight.NO_MEANS),))], open_


def without_notice(
    sites: Iterable[Site], closed: Iterable[Observation], lately: Collection[str]
) -> Iterator[Suspicion]:
    """Sites whose home page can be opened and says nothing of their being closed.

    ``closed``: what the home pages of closed sites showed; ``lately``: codes of those that ran within the time for which a notice must
    hang.  Of others nobody knows when they were closed.
    """
    last = {o.site: o for o in sorted(closed, key=lambda o: (o.round, o.at))}
    for site in sites:
        o = last.get(site.code)
        if o and o.data["code"] not in ("", site.code):  # another site in its place
            continue
        if (
            site.code in lately
            and o
            and o.data["outcome"] == "ok"
            and o.data.get("page") in _SEEN
            and not o.data["notice"]
        ):
            title = f"（标题“{o.data['title'][:60]}”）" if o.data["title"] else ""
            why = f"近3个月内登记为{site.status}，首页可打开{title}，未见关停、迁移公告"
            yield Suspicion("notice_missing", site_of(site.home), site.home, site.name, why, site.code, site.group)


def _last_notice(case: Case) -> Observation | None:
    """What the last round read; nothing where the home page still brings news, or where this is the place it moved to."""
    looks = case.seen.of("home")
    rule = case.rule(HomeNotUpdated)
    if not looks or rule is None:
        return None
    if date_items(looks, case.seen, case.seen.until(looks), rule.window_days).fresh >= ALIVE:
        return None
    last = max(o.round for o in looks)
    return next((o for o in case.seen.of("notice") if o.round == last and _leads_away(o, _own(case, looks))), None)


def _own(case: Case, looks: Iterable[Observation]) -> list[str]:
    return [case.site.home, *(o.url for o in looks)]


def _leads_away(notice: Observation, own: Iterable[str]) -> bool:
    kind, target = notice.data["notice"], notice.data["target"]
    if target and any(same_site(target, url) for url in own):
        return False
    return kind in ("closed", "moved") or (kind == "domain" and bool(target))
