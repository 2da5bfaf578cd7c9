"""The home page: whether it is kept up, how much is new on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from govcrawl.contracts import Observation
from govcrawl.reading.urls import identity
from pipelines.judged_columns import Columns
from pipelines.rulings import Case, Doubt, Ruling, Weight
from pipelines.seen import Dated, date_items, is_drawn
from pipelines.standards.rules import HomeFewUpdates, HomeNotUpdated


def rule_on_home(case: Case, columns: Columns) -> list[Ruling]:
    rule = case.rule(HomeNotUpdated)
    looks = case.seen.of("home")  # at the page itself and at its frames and lists
    whole = [o for o in looks if not o.data.get("part")]
    if rule is None:
        return []
    if not whole:
        return [Ruling("home_not_updated", doubts=(_not_read(case),))]
    if all(o.data["nav_only"] for o in whole):
        if not columns.judged:
            return [
                Ruling("home_not_updated", doubts=(Doubt("首页没有可判断的内容，未能判断是否更新", Weight.NO_MEANS),))
            ]
        return [_second_level(case, rule, columns, whole[-1])]
    dated = _dated(case, looks, rule.window_days)
    clouded = is_drawn(looks) or any(identity(o.url) in case.seen.clouded for o in looks)
    stale = _stale(dated, clouded)
    later = (_later(dated.later),) if dated.later else ()
    untold = (_untold(clouded),) if stale is None else ()
    few = _few_updates(case, looks, whole[-1], clouded)
    if not stale:
        return [Ruling("home_not_updated", doubts=(*untold, *later)), *few]
    seen = {"items": dated.items, "dated": dated.dated}
    return [_not_updated(case, dated.newest, whole[-1], seen, (*untold, *later))]


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


def _second_level(case: Case, rule: HomeNotUpdated, columns: Columns, shown: Observation) -> Ruling:
    """The home page is only an entry (导航入口): every second-level page is judged in its place."""
    window = timedelta(days=rule.window_days)
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
    return Ruling("home_not_updated", (case.finding("home_not_updated", detail, shown),), doubts=doubts)


def _few_updates(case: Case, looks: Sequence[Observation], shown: Observation, clouded: bool) -> list[Ruling]:
    """Points only where no item that can't be dated could make up the number."""
    rule = case.rule(HomeFewUpdates)
    if rule is None:
        return []
    dated = _dated(case, looks, rule.window_days)
    if dated.fresh >= rule.fewer_than:
        return [Ruling("home_few_updates")]
    if clouded or not dated.items or dated.fresh + dated.unread + len(dated.later) >= rule.fewer_than:
        return [Ruling("home_few_updates", possible=rule.points or Fraction(0))]
    newest = dated.newest.isoformat() if dated.newest else None
    detail = {"newest": newest, "count": dated.fresh, "window_days": rule.window_days}
    return [Ruling("home_few_updates", (case.finding("home_few_updates", detail, shown),))]


def _dated(case: Case, looks: Sequence[Observation], window_days: int) -> Dated:
    """Of all entries together.  What was looked at before the last look, in its round, is as new as it was then."""
    until = case.seen.until(looks)
    first = min(case.seen.until([o]) for o in looks if o.round == looks[-1].round)
    return date_items(looks, case.seen, until, window_days + (until - first).days)


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
