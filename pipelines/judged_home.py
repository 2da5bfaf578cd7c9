"""The home page: whether it can be opened, whether it is kept up, how much is new on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction

from govcrawl.contracts import Observation, Probe, ProbeCount
from govcrawl.reading.urls import identity
from pipelines.judged_columns import Columns
from pipelines.rulings import Case, Doubt, Ruling, Weight
from pipelines.seen import Dated, date_items, entries


def count_probes(probes: Iterable[Probe]) -> ProbeCount:
    failed = [probe.failed for probe in probes]
    return ProbeCount(len(failed), failed.count(True), failed.count(None))


def rule_on_probes(case: Case, count: ProbeCount) -> list[Ruling]:
    """The veto, or else points by the share of failed visits; exact fractions, no rounding."""
    conclusive = count.total - count.inconclusive
    if not conclusive:
        doubt = Doubt("首页可用性没有一次有效的访问记录，未能判断", Weight.NO_MEANS)
        return [Ruling("site_unreachable", doubts=(doubt,))]
    # visits still to come are taken as successes: a site is accused only of what they can't undo
    possible = max(conclusive, case.visits - count.inconclusive)
    share = Fraction(count.failed, possible)
    limit = case.pack.veto.site_unreachable.failed_share
    detail = {"total": count.total, "failed": count.failed, "inconclusive": count.inconclusive}
    excerpt = f"访问首页{count.total}次，打不开{count.failed}次，未能判断{count.inconclusive}次"
    if Fraction(count.failed, conclusive) >= limit and (share < limit or 2 * possible < case.visits):
        few = Doubt(f"首页的有效访问只有{conclusive}次，其中打不开{count.failed}次，不足以判断", Weight.MAY_FAIL)
        return [Ruling("site_unreachable", doubts=(few,))]
    if share >= limit:
        return [Ruling("site_unreachable", (case.finding("site_unreachable", detail, excerpt=excerpt),), veto=True)]
    if not share:
        return []
    points = share * 100 * case.pack.deduction.home_unavailable.points_per_percent
    return [Ruling("home_unavailable", (case.finding("home_unavailable", detail, excerpt=excerpt),), points=points)]


def rule_on_home(case: Case, columns: Columns) -> list[Ruling]:
    looks = case.seen.of("home")
    if not looks:
        return [Ruling("home_not_updated", doubts=(_not_read(case),))]
    if all(o.data["nav_only"] for o in looks):
        if not columns.judged:
            return [
                Ruling("home_not_updated", doubts=(Doubt("首页没有可判断的内容，未能判断是否更新", Weight.NO_MEANS),))
            ]
        return [_second_level(case, columns, looks[-1])]
    until = case.seen.until(looks)
    dated = date_items(_items(looks), case.seen, until, case.pack.veto.home_not_updated.window_days)
    drawn = all(o.data.get("drawn") for o in looks)
    clouded = drawn or any(identity(o.url) in case.seen.clouded for o in looks)
    stale = _stale(dated, clouded)
    later = (_later(dated.later),) if dated.later else ()
    untold = (_untold(clouded),) if stale is None else ()
    few = [_few_updates(case, looks, until, clouded)]
    if not stale:
        return [Ruling("home_not_updated", doubts=(*untold, *later)), *few]
    seen = {"items": dated.items, "dated": dated.dated}
    return [_not_updated(case, dated.newest, looks[-1], seen, (*untold, *later))]


def _stale(dated: Dated, clouded: bool) -> bool | None:
    """None: can't be told.

    “未注明信息发布时间的视为不更新”: undated items count so; but a whole site fails by this rule, so most of their
    articles must have been opened to look for a date.
    """
    if dated.fresh:
        return False
    if clouded or not dated.items or dated.pushed_off or dated.unread > dated.read:
        return None
    return True


def _second_level(case: Case, columns: Columns, shown: Observation) -> Ruling:
    """The home page is only an entry (导航入口): every second-level page is judged in its place."""
    window = timedelta(days=case.pack.veto.home_not_updated.window_days)
    known = [(c.newest, c.until) for c in columns.judged if c.newest and c.until]
    newest = max((day for day, _ in known), default=None)
    if any(day >= until - window for day, until in known):
        return Ruling("home_not_updated")
    unknown = columns.unclassed or any(c.stale is None or c.blank is None for c in columns.judged)
    if unknown or not known:
        doubt = Doubt("首页仅为导航入口，二级页面未能全部判断，未能判断是否更新", Weight.MAY_FAIL)
        return Ruling("home_not_updated", doubts=(doubt,))
    pages = sum(c.dated.items > 0 for c in columns.judged if c.dated)
    return _not_updated(case, newest, shown, {"second_level": pages}, ())


def _not_updated(
    case: Case, newest: date | None, shown: Observation, seen: dict[str, int], doubts: tuple[Doubt, ...]
) -> Ruling:
    """``seen``: what was looked at: items of the home page, of them dated; or lists of the second level."""
    detail = {"newest": newest.isoformat() if newest else None, "count": 0, **seen}
    return Ruling("home_not_updated", (case.finding("home_not_updated", detail, shown),), veto=True, doubts=doubts)


def _few_updates(case: Case, looks: Sequence[Observation], until: date, clouded: bool) -> Ruling:
    """Points only where no item that can't be dated could make up the number."""
    rule = case.pack.deduction.home_few_updates
    dated = date_items(_items(looks), case.seen, until, rule.window_days)
    if dated.fresh >= rule.fewer_than:
        return Ruling("home_few_updates")
    if clouded or not dated.items or dated.fresh + dated.unread + len(dated.later) >= rule.fewer_than:
        return Ruling("home_few_updates", possible=rule.points)
    newest = dated.newest.isoformat() if dated.newest else None
    detail = {"newest": newest, "count": dated.fresh, "window_days": rule.window_days}
    return Ruling("home_few_updates", (case.finding("home_few_updates", detail, looks[-1]),), points=rule.points)


def _items(looks: Sequence[Observation]) -> list[tuple[str, date | None]]:
    return [entry for o in looks for entry in entries(o)]


def _not_read(case: Case) -> Doubt:
    missed = case.seen.unread("home")
    challenged = any(o.kind == "challenge" for o in missed)
    what = "为防火墙验证页面" if challenged else "未能读取" if missed else "没有读取记录"
    return Doubt(f"首页{what}，未能判断是否更新", Weight.NO_MEANS)


def _untold(clouded: bool) -> Doubt:
    why = "部分内容未能读取" if clouded else "信息的日期不足"
    return Doubt(f"首页{why}，未能判断是否更新", Weight.MAY_FAIL)


def _later(days: Sequence[date]) -> Doubt:
    return Doubt(f"首页{len(days)}条信息的日期晚于采样截止日（最晚{max(days)}），未计为更新")
