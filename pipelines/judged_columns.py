"""Columns (栏目): which of them are not kept up, and which are blank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from govcrawl.contracts import ColumnVerdict, Finding, Observation
from govcrawl.facts import ColumnClass, ColumnState
from govcrawl.reading.urls import identity
from pipelines.rulings import Case, Doubt, Ruling, Weight
from pipelines.seen import Dated, Seen, date_items, is_drawn
from pipelines.standards.rules import ColumnBlank, ColumnsBlank, ColumnsNotUpdated, ColumnStale

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
    looks: Sequence[Observation]  #: all at it
    window_days: int | None  #: None: its class is not judged for freshness
    first_level: bool | None  #: 一级栏目, of the main navigation; None: can't be told
    until: date | None = None  #: the day its age is measured back from
    dated: Dated | None = None
    emptied: bool = False  #: blank in the last round alone
    price: Fraction = Fraction(0)  #: if it is stale
    dismissed: str = ""  #: of what it was found to be, what a person said it is not

    @property
    def newest(self) -> date | None:
        return self.dated.newest if self.dated else None

    @property
    def points(self) -> Fraction:
        return self.price if self.stale else Fraction(0)

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

    def counts(self, classes: Collection[ColumnClass], first_level: Collection[ColumnClass]) -> bool | None:
        """Whether it is one of those classes, and where the standard counts only 一级栏目, such a one."""
        if self.cls not in classes:
            return False
        return self.first_level if self.cls in first_level else True


@dataclass(frozen=True, slots=True)
class Columns:
    judged: tuple[JudgedColumn, ...]  #: registered ones first, then by level and URL
    unclassed: int  #: columns that could not be read and of which not even the class is known


def judge_columns(case: Case) -> Columns:
    seen = case.seen
    looks: dict[str, list[Observation]] = defaultdict(list)
    for observation in seen.of("column"):
        looks[identity(observation.data["column"])].append(observation)
    unread = sorted(seen.unread("column"), key=lambda o: bool(o.data.get("cls")))
    missed = {identity(o.url): o for o in unread if identity(o.url) not in looks}
    known = [o for o in missed.values() if o.data.get("cls")]
    main = _main_navigation(seen)
    judged = [_read(own, case, main) for own in _once(looks, seen)]
    judged += [_judged(o, [o], _Told(o.url, "unknown"), case, main) for o in known]
    judged = [_as_reviewed(case, c) for c in judged]
    order = sorted(judged, key=lambda c: (not _is_registered(c.shown), c.level, c.url))
    return Columns(tuple(order), len(missed) - len(known))


def _as_reviewed(case: Case, c: JudgedColumn) -> JudgedColumn:
    """Neither stale nor blank where a person said so: it leaves every count."""
    gone = case.allowed.dismissed
    if c.stale and case.id_of("column_stale", c.url) in gone:
        return replace(c, stale=False, dismissed="column_stale")
    if c.blank and case.id_of("column_blank", c.url) in gone:
        return replace(c, blank=False, dismissed="column_blank")
    return c


def _is_registered(look: Observation) -> bool:
    return bool(look.data.get("registered"))


def _main_navigation(seen: Seen) -> frozenset[str]:
    """Identities of the columns that the home page's main navigation names; empty: it shows none that we know."""
    return frozenset(identity(url) for o in seen.of("home") for url in o.data.get("nav", ()))


def _once(looks: Mapping[str, Sequence[Observation]], seen: Seen) -> Iterator[list[Observation]]:
    """Looks by column.  Two addresses are one column if they show the very same entries (``/tzgg/`` and its 更多
    ``/tzgg/list.html``), or some of the same under one name, or nothing under the name of a registered one.
    """
    found: list[list[Observation]] = []
    known: dict[object, list[Observation]] = {}
    for url in sorted(looks, key=lambda u: (not any(map(_is_registered, looks[u])), u)):
        own, name = frozenset(item for o in looks[url] for item, _ in seen.entries(o)), looks[url][0].data["name"]
        registered = any(map(_is_registered, looks[url]))
        marks = (own, *((name, item) for item in sorted(own) if name)) if own else ((name, ""),) if name else ()
        twin = next((known[mark] for mark in marks if mark in known and (own or not registered)), None)
        if twin is None:
            found.append(twin := [])
        twin += looks[url]
        known |= {mark: twin for mark in marks if mark not in known and (own or registered)}
    yield from found


def _read(looks: Sequence[Observation], case: Case, main: frozenset[str]) -> JudgedColumn:
    """One column from all looks at it and at the further pages of its list."""
    # what a browser saw, where that is more, is the evidence: the plain page shows an empty frame
    first = min(looks, key=lambda o: (not _is_registered(o), o.url != o.data["column"], o.data["state"] == "unknown"))
    seen, url = case.seen, first.data["column"]
    state, emptied = _over_rounds(looks, any(o.data["items"] for o in looks))
    until = seen.until(looks)
    dated = date_items(looks, seen, until, case.pack.windows.get(first.data["cls"], 0))
    clouded = is_drawn(looks) or any(identity(o.url) in seen.clouded for o in looks)
    return _judged(first, looks, _Told(url, state, until, dated, clouded, emptied), case, main)


def _over_rounds(looks: Sequence[Observation], items: bool) -> tuple[ColumnState, bool]:
    """The kindest state of all rounds, but blank where the last two saw nothing; and whether the last one alone did: one look against
    another tells nothing for sure.
    """
    rounds: dict[int, set[ColumnState]] = defaultdict(set)
    for look in looks:
        rounds[look.round].add(look.data["state"])
    state = _merge(set().union(*rounds.values()), items)
    *_, before, last = (None, *(rounds[n] == {"blank"} for n in sorted(rounds)))
    if not last or state in ("blank", "unknown"):
        return state, False
    return ("blank", False) if before else (state, True)


def _merge(states: set[ColumnState], items: bool) -> ColumnState:
    """The kindest state that was seen in any round; a list whose entries were not found is not understood."""
    if "listed" in states:
        return "listed" if items else "unknown"
    order: tuple[ColumnState, ...] = ("text", "channel", "unknown", "blank")
    return next(state for state in order if state in states)


@dataclass(frozen=True, slots=True)
class _Told:
    """What all looks at a column tell together; the fields as in JudgedColumn."""

    url: str
    state: ColumnState
    until: date | None = None
    dated: Dated | None = None
    clouded: bool = False  #: a script, or a page that was not read, may show more
    emptied: bool = False


def _judged(
    shown: Observation, looks: Sequence[Observation], told: _Told, case: Case, main: frozenset[str]
) -> JudgedColumn:
    cls = shown.data["cls"]
    window, first_level = case.pack.windows.get(cls), _is_first_level(looks, main)
    veto, many = case.rule(ColumnsNotUpdated), case.rule(ColumnsBlank)
    stale = _stale(told.state, told.dated, veto is not None and cls in veto.key_classes) if window else False
    blank = {"blank": True, "unknown": None}.get(told.state, False)
    return JudgedColumn(
        name=shown.data["name"],
        url=told.url,
        cls=cls,
        level=shown.data["level"],
        state=told.state,
        stale=None if told.clouded and window and (stale or blank) else stale,
        blank=False
        if many and cls in many.not_counted
        else None
        if told.emptied or (told.clouded and blank)
        else blank,
        shown=shown,
        looks=looks,
        window_days=window,
        first_level=first_level,
        until=told.until,
        dated=told.dated,
        emptied=told.emptied,
        price=_price(case.rule(ColumnStale), cls, first_level),
    )


def _is_first_level(looks: Sequence[Observation], main: frozenset[str]) -> bool | None:
    """None: the home page shows no main navigation that we know."""
    return not main.isdisjoint({identity(o.data.get("column", o.url)) for o in looks}) if main else None


def _price(rule: ColumnStale | None, cls: ColumnClass, first_level: bool | None) -> Fraction:
    """Points that the column costs once it is stale."""
    if rule is None or (cls in rule.first_level and first_level is False):
        return Fraction(0)
    return (rule.points_by_class or {}).get(cls, Fraction(0))


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
        *_not_updated(case, columns),
        *_stale_points(case, columns),
        *_many_blank(case, columns),
        *_blank_points(case, columns),
        Ruling("columns", doubts=_later(columns)),
    ]


def _not_updated(case: Case, columns: Columns) -> list[Ruling]:
    """Stale columns of the key classes together, or of all classes together."""
    rule = case.rule(ColumnsNotUpdated)
    if rule is None:
        return []
    stale = [c for c in columns.judged if c.stale and _must_be_updated(c)]
    open_ = [c for c in columns.judged if c.stale is None and _must_be_updated(c)]
    loose = [c for c in columns.judged if c.stale is not False and not _must_be_updated(c)]
    key = {c.url: c.counts(rule.key_classes, rule.first_level) for c in (*stale, *open_)}
    counts: dict[str, int] = {cls: sum(c.cls == cls and key[c.url] is True for c in stale) for cls in rule.key_classes}
    broken = sum(counts.values()) >= rule.key_count or len(stale) >= rule.all_count
    # a site that registered its columns has said which ones are to be updated
    perhaps = 0 if any(_is_registered(c.shown) for c in columns.judged) else len(loose)
    may = (
        sum(key[c.url] is not False for c in (*stale, *open_)) + columns.unclassed >= rule.key_count
        or len(stale) + len(open_) + perhaps + columns.unclassed >= rule.all_count
    )
    weight = Weight.MAY_FAIL if may and not broken else Weight.NOTE
    doubts = _untold(columns, weight)
    levels = sum(key[c.url] is None for c in stale)
    if levels and not broken:
        doubts = (*doubts, Doubt(f"{levels}个超期未更新的栏目未能判断是否一级栏目", weight))
    old = sum(c.stale is True for c in loose)
    if old and len(stale) + len(open_) + len(loose) + columns.unclassed >= rule.all_count and not broken:
        doubts = (*doubts, Doubt(f"{old}个超期未更新的栏目类别不明且未登记，未能判断是否应更新", weight))
    found = _together(case, "columns_not_updated", {**counts, "all": len(stale)}, stale) if broken else ()
    return [Ruling("columns_not_updated", found, doubts=doubts)]


def _must_be_updated(c: JudgedColumn) -> bool:
    """“应更新”: its class says so, or its site, which registered it; of any other found by the crawl nobody can tell."""
    return c.cls != "other" or _is_registered(c.shown)


def _many_blank(case: Case, columns: Columns) -> list[Ruling]:
    rule = case.rule(ColumnsBlank)
    if rule is None:
        return []
    blank = [c for c in columns.judged if c.blank]
    unknown = sum(c.blank is None for c in columns.judged) + columns.unclassed
    broken = len(blank) >= rule.count
    may = unknown and len(blank) + unknown >= rule.count and not broken
    found = _together(case, "columns_blank", {"blank": len(blank)}, blank) if broken else ()
    return [Ruling("columns_blank", found, doubts=_unreadable(columns, Weight.MAY_FAIL if may else Weight.NOTE))]


def _together(case: Case, indicator: str, detail: dict[str, int], columns: Sequence[JudgedColumn]) -> tuple[Finding]:
    """One finding for all these columns."""
    names = "、".join(c.name for c in columns)
    seen = [o for c in columns for o in c.looks]
    return (case.finding(indicator, detail, columns[0].shown, excerpt=names, seen=seen),)


def _stale_points(case: Case, columns: Columns) -> list[Ruling]:
    rule = case.rule(ColumnStale)
    if rule is None:
        return []
    dearest = max(rule.amounts, default=Fraction(0))
    told = [c for c in columns.judged if c.stale and not _level_unknown(rule, c)]
    untold = [c for c in columns.judged if c.stale is None or (c.stale and _level_unknown(rule, c))]
    return [
        Ruling(
            "column_stale",
            tuple(_stale_finding(case, c) for c in columns.judged if c.stale or c.dismissed == "column_stale"),
            points=_sum(c.price for c in told),
            possible=_sum(c.price for c in untold) + columns.unclassed * dearest,
        )
    ]


def _level_unknown(rule: ColumnStale, c: JudgedColumn) -> bool:
    return c.cls in rule.first_level and c.first_level is None


def _blank_points(case: Case, columns: Columns) -> list[Ruling]:
    rule = case.rule(ColumnBlank)
    if rule is None:
        return []
    blank = tuple(_blank_finding(case, c) for c in columns.judged if c.blank or c.dismissed == "column_blank")
    unknown = sum(c.blank is None for c in columns.judged) + columns.unclassed
    return [Ruling("column_blank", blank, possible=unknown * (rule.points or Fraction(0)))]


def _stale_finding(case: Case, c: JudgedColumn) -> Finding:
    newest = c.newest.isoformat() if c.newest else None
    detail = {"class": c.cls, "newest": newest, "window_days": c.window_days}
    return case.finding("column_stale", detail, c.shown, url=c.url, excerpt=c.shown.excerpt or c.name, seen=c.looks)


def _blank_finding(case: Case, c: JudgedColumn) -> Finding:
    excerpt = c.shown.excerpt or c.name
    return case.finding("column_blank", {"class": c.cls}, c.shown, url=c.url, excerpt=excerpt, seen=c.looks)


# --- doubts -----------------------------------------------------------------------------------------------------


def _untold(columns: Columns, weight: Weight) -> tuple[Doubt, ...]:
    """Columns of which it can't be told whether they are kept up."""
    undated = sum(c.stale is None and c.blank is not None for c in columns.judged)
    told = (Doubt(f"{undated}个栏目的信息未注明日期或不成列表，未能判断是否更新", weight),) if undated else ()
    return _unreadable(columns, weight) + told


def _unreadable(columns: Columns, weight: Weight) -> tuple[Doubt, ...]:
    emptied = [c.name for c in columns.judged if c.blank is None and c.emptied]
    count = sum(c.blank is None and not c.emptied for c in columns.judged) + columns.unclassed
    empty = f"前一轮有内容、最近一轮空白，未能判断是否空白（{'、'.join(emptied)}）"
    told = ((count, "由脚本生成或无法读取，未能判断"), (len(emptied), empty))
    return tuple(Doubt(f"{n}个栏目{what}", weight) for n, what in told if n)


def _later(columns: Columns) -> tuple[Doubt, ...]:
    days = [day for c in columns.judged if c.dated for day in c.dated.later]
    return (Doubt(f"栏目中{len(days)}条信息的日期晚于采样截止日（最晚{max(days)}），未计为更新"),) if days else ()


def _sum(points: Iterable[Fraction]) -> Fraction:
    return sum(points, Fraction(0))
