"""Columns (栏目): which of them are not kept up, and which are blank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from govcrawl.contracts import ColumnClass, ColumnState, ColumnVerdict, Finding, Observation
from govcrawl.reading.urls import identity
from pipelines.rulings import Case, Doubt, Ruling, Weight
from pipelines.seen import Dated, Seen, date_items, entries
from pipelines.standards import Pack

ENOUGH_ARTICLES = 5  #: of an undated list, opened in vain for a date; fewer prove nothing while others are unopened


@dataclass(frozen=True, slots=True)
class JudgedColumn:
    """``stale`` and ``blank`` None: can't be told.  A blank column is never stale too."""

    name: str
    url: str
    cls: ColumnClass
    level: int
    state: ColumnState
    stale: bool | None
    blank: bool | None
    shown: Observation  #: its first page, or that it could not be read
    window_days: int | None  #: None: its class is not judged for freshness
    until: date | None = None  #: the day its age is measured back from
    dated: Dated | None = None

    @property
    def newest(self) -> date | None:
        return self.dated.newest if self.dated else None

    @property
    def verdict(self) -> ColumnVerdict | None:
        """None: no rule judges this column."""
        if (state := self._state()) is None:
            return None
        items = self.dated.items if self.dated else 0
        return ColumnVerdict(self.name, self.url, self.cls, self.newest, items, state, self.level)

    def _state(self) -> Literal["fresh", "stale", "blank", "unknown"] | None:
        if self.blank:
            return "blank"
        if self.stale:
            return "stale"
        if self.blank is None or self.stale is None:
            return "unknown"
        return "fresh" if self.state == "listed" and self.window_days else None


@dataclass(frozen=True, slots=True)
class Columns:
    judged: tuple[JudgedColumn, ...]  #: by level, then URL
    unclassed: int  #: columns that could not be read and of which not even the class is known


def judge_columns(seen: Seen, pack: Pack) -> Columns:
    looks: dict[str, list[Observation]] = defaultdict(list)
    for observation in seen.of("column"):
        looks[identity(observation.data["column"])].append(observation)
    unread = sorted(seen.unread("column"), key=lambda o: bool(o.data.get("cls")))
    missed = {identity(o.url): o for o in unread if identity(o.url) not in looks}
    known = [o for o in missed.values() if o.data.get("cls")]
    judged = [_read(own, seen, pack) for own in _once(looks)] + [_judged(o, "unknown", pack) for o in known]
    return Columns(tuple(sorted(judged, key=lambda c: (c.level, c.url))), len(missed) - len(known))


def _once(looks: Mapping[str, Sequence[Observation]]) -> list[Sequence[Observation]]:
    """Two addresses with the very same entries (``/tzgg/`` and its 更多 ``/tzgg/list.html``) are one column."""
    unique: dict[object, Sequence[Observation]] = {}
    for url in sorted(looks):
        own = frozenset(item for o in looks[url] for item, _ in entries(o))
        unique.setdefault(own or url, looks[url])
    return list(unique.values())


def _read(looks: Sequence[Observation], seen: Seen, pack: Pack) -> JudgedColumn:
    """One column from all looks at it and at the further pages of its list."""
    # what a browser saw, where that is more, is the evidence: the plain page shows an empty frame
    first = min(looks, key=lambda o: (o.url != o.data["column"], o.data["state"] == "unknown"))
    url = first.data["column"]
    items = [entry for o in looks for entry in entries(o)]
    state = _merge({o.data["state"] for o in looks}, bool(items))
    until = seen.until(looks)
    dated = date_items(items, seen, until, pack.windows.get(first.data["cls"], 0))
    clouded = any(identity(o.url) in seen.clouded for o in looks)
    return _judged(first, state, pack, url=url, until=until, dated=dated, clouded=clouded)


def _merge(states: set[ColumnState], items: bool) -> ColumnState:
    """The kindest state that was seen in any round; a list whose entries were not found is not understood."""
    if "listed" in states:
        return "listed" if items else "unknown"
    order: tuple[ColumnState, ...] = ("text", "channel", "unknown", "blank")
    return next(state for state in order if state in states)


def _judged(
    shown: Observation,
    state: ColumnState,
    pack: Pack,
    *,
    url: str = "",
    until: date | None = None,
    dated: Dated | None = None,
    clouded: bool = False,
) -> JudgedColumn:
    cls = shown.data["cls"]
    window = pack.windows.get(cls)
    key = cls in pack.veto.columns_not_updated.key_classes
    stale = _stale(state, dated, key) if window else False
    blank = {"blank": True, "unknown": None}.get(state, False)
    return JudgedColumn(
        name=shown.data["name"],
        url=url or shown.url,
        cls=cls,
        level=shown.data["level"],
        state=state,
        stale=None if clouded and window and (stale or blank) else stale,
        blank=False if cls in pack.veto.columns_blank.not_counted else None if clouded and blank else blank,
        shown=shown,
        window_days=window,
        until=until,
        dated=dated,
    )


def _stale(state: ColumnState, dated: Dated | None, key: bool) -> bool | None:
    """For the classes that have a window."""
    if state == "unknown" or (state == "text" and key):
        return None
    if state != "listed" or dated is None or dated.fresh:
        return False
    # “未注明信息发布时间的视为不更新”: undated entries count so once enough of their articles were opened to look for a date
    if dated.pushed_off or (dated.unread and dated.read < ENOUGH_ARTICLES):
        return None
    return True


# --- rulings ----------------------------------------------------------------------------------------------------


def rule_on_columns(case: Case, columns: Columns) -> list[Ruling]:
    return [
        _not_updated(case, columns),
        _stale_points(case, columns),
        _many_blank(case, columns),
        Ruling("column_blank", tuple(_blank_finding(case, c) for c in columns.judged if c.blank)),
        Ruling("columns", doubts=_later(columns)),
    ]


def _not_updated(case: Case, columns: Columns) -> Ruling:
    """Veto: stale columns of the key classes together, or of all classes together."""
    rule = case.pack.veto.columns_not_updated
    stale = [c for c in columns.judged if c.stale]
    open_ = [c for c in columns.judged if c.stale is None]
    counts: dict[str, int] = {cls: sum(c.cls == cls for c in stale) for cls in rule.key_classes}
    veto = sum(counts.values()) >= rule.key_count or len(stale) >= rule.all_count
    may = (
        sum(counts.values()) + sum(c.cls in rule.key_classes for c in open_) + columns.unclassed >= rule.key_count
        or len(stale) + len(open_) + columns.unclassed >= rule.all_count
    )
    found = case.finding(
        "columns_not_updated", {**counts, "all": len(stale)}, stale[0].shown if stale else None, excerpt=_names(stale)
    )
    return Ruling(
        "columns_not_updated",
        (found,) if veto else (),
        veto,
        doubts=_untold(columns, Weight.MAY_FAIL if may and not veto else Weight.NOTE),
    )


def _many_blank(case: Case, columns: Columns) -> Ruling:
    rule = case.pack.veto.columns_blank
    blank = [c for c in columns.judged if c.blank]
    unknown = sum(c.blank is None for c in columns.judged) + columns.unclassed
    veto = len(blank) >= rule.count
    may = unknown and len(blank) + unknown >= rule.count and not veto
    detail = {"blank": len(blank)}
    found = case.finding("columns_blank", detail, blank[0].shown if blank else None, excerpt=_names(blank))
    return Ruling(
        "columns_blank",
        (found,) if veto else (),
        veto,
        doubts=_unreadable(columns, Weight.MAY_FAIL if may else Weight.NOTE),
    )


def _stale_points(case: Case, columns: Columns) -> Ruling:
    points = case.pack.deduction.column_stale.points
    return Ruling(
        "column_stale",
        tuple(_stale_finding(case, c) for c in columns.judged if c.stale),
        points=_sum(points.get(c.cls, Fraction(0)) for c in columns.judged if c.stale),
        possible=_sum(points.get(c.cls, Fraction(0)) for c in columns.judged if c.stale is None)
        + columns.unclassed * max(points.values(), default=Fraction(0)),
    )


def _stale_finding(case: Case, c: JudgedColumn) -> Finding:
    newest = c.newest.isoformat() if c.newest else None
    detail = {"class": c.cls, "newest": newest, "window_days": c.window_days}
    return case.finding("column_stale", detail, c.shown, url=c.url, excerpt=c.shown.excerpt or c.name)


def _blank_finding(case: Case, c: JudgedColumn) -> Finding:
    return case.finding("column_blank", {"class": c.cls}, c.shown, url=c.url, excerpt=c.shown.excerpt or c.name)


# --- doubts -----------------------------------------------------------------------------------------------------


def _untold(columns: Columns, weight: Weight) -> tuple[Doubt, ...]:
    """Columns of which it can't be told whether they are kept up."""
    undated = sum(c.stale is None and c.blank is not None for c in columns.judged)
    told = (Doubt(f"{undated}个栏目的信息未注明日期或不成列表，未能判断是否更新", weight),) if undated else ()
    return _unreadable(columns, weight) + told


def _unreadable(columns: Columns, weight: Weight) -> tuple[Doubt, ...]:
    count = sum(c.blank is None for c in columns.judged) + columns.unclassed
    return (Doubt(f"{count}个栏目由脚本生成或无法读取，未能判断", weight),) if count else ()


def _later(columns: Columns) -> tuple[Doubt, ...]:
    days = [day for c in columns.judged if c.dated for day in c.dated.later]
    return (Doubt(f"栏目中{len(days)}条信息的日期晚于采样截止日（最晚{max(days)}），未计为更新"),) if days else ()


def _names(columns: Iterable[JudgedColumn]) -> str:
    return "、".join(c.name for c in columns)


def _sum(points: Iterable[Fraction]) -> Fraction:
    return sum(points, Fraction(0))
