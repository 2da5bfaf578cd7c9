"""What was seen of one site, arranged for judging: pure, and the same whatever the order of the observations."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby

from govcrawl.contracts import Observation
from govcrawl.reading.records import BEIJING
from govcrawl.reading.urls import identity

Kinds = Mapping[str, Sequence[Observation]]
Entry = tuple[str, date | None]  #: identity of an item's URL, the day that is shown beside it


@dataclass(frozen=True, slots=True)
class Seen:
    """All observations of a site up to a cut-off day."""

    as_of: date
    kinds: Kinds  #: in a fixed order, earlier rounds first
    dates: Mapping[str, frozenset[date]]  #: identity of an item -> every day a list, the home page or the article shows
    #: identities of articles that were read, and of which it can be told whether they show a date
    articles: frozenset[str]
    #: identities of pages of which something (a further page, an inserted fragment, a frame) could not be read
    clouded: frozenset[str]
    listed: Mapping[int, Sequence[Entry]]  #: ``id`` of an observation of a list or the home page -> its items

    def entries(self, o: Observation) -> Sequence[Entry]:
        """Every item of one of these observations."""
        return self.listed[id(o)]

    def of(self, kind: str) -> Sequence[Observation]:
        return self.kinds.get(kind, ())

    @property
    def last_round(self) -> int:
        return max((o.round for every in self.kinds.values() for o in every), default=0)

    def unread(self, role: str) -> list[Observation]:
        """Pages of that role which no round could read."""
        read = _read(self.kinds)
        return [o for o in _failures(self.kinds) if _is(o, role) and identity(o.url) not in read]

    def until(self, looks: Iterable[Observation]) -> date:
        """The day that ages are measured back from: the cut-off, or the last look where that was earlier.

        A page read on 5 April says nothing about the weeks that followed; only its age on 5 April is known.
        """
        return min(self.as_of, day_of(max(o.at for o in looks)))


def day_of(moment: datetime) -> date:
    """A site's day: Beijing time."""
    return moment.astimezone(BEIJING).date()


def look_at(observations: Iterable[Observation], as_of: date) -> Seen:
    kinds: dict[str, list[Observation]] = defaultdict(list)
    for _, alike in groupby(sorted(observations, key=_order), key=_order):
        same = list(alike)
        for observation in sorted(same, key=_content) if len(same) > 1 else same:
            kinds[observation.kind].append(observation)
    if "script" in kinds:
        scripts = _scripts(kinds["script"])
        kinds["home"] = [_without_idle_scripts(o, scripts) for o in kinds["home"]]
    listed = {id(o): _entries(o) for o in (*kinds["home"], *kinds["column"])}
    days = _dates(listed.values(), kinds["article"])
    missed, read = [o for o in _failures(kinds) if _is(o, "more", "fragment")], _read(kinds)
    return Seen(
        as_of,
        dict(kinds),
        days,
        frozenset(identity(o.url) for o in kinds["article"]) - _unreadable(kinds, days),
        frozenset(identity(o.found_on) for o in missed if o.found_on and identity(o.url) not in read)
        | frozenset(_lacking(kinds.get("home", ()))),
        listed,
    )


def _entries(observation: Observation) -> list[Entry]:
    return [(identity(item[0]), as_day(item[-1])) for item in observation.data["items"]]


def is_drawn(looks: Iterable[Observation]) -> bool:
    """Whether a script draws a page, or a part of it, and no look of the last round at that saw what it draws.  Earlier rounds first."""
    drawn: dict[str, tuple[int, bool]] = {}
    for o in looks:
        place = identity(o.url) if o.kind != "home" or o.data.get("part") else ""
        number, before = drawn.get(place, (0, True))
        drawn[place] = o.round, bool(o.data.get("drawn")) and (before or number < o.round)
    return any(still for _, still in drawn.values())


@dataclass(frozen=True, slots=True)
class Dated:
    """What the dates of a page's items say.  Counts are of distinct URLs."""

    items: int
    newest: date | None  #: not after the day of judgement
    fresh: int  #: dated within the window, its last day included
    dated: int  #: with a date not after the day of judgement
    later: tuple[date, ...]  #: of items dated only after it, which are no updates
    read: int  #: items without a shown date whose article was read
    unread: int  #: items that nothing dates and whose article was not read, or that show what may be a date

    @property
    def pushed_off(self) -> bool:
        """Most of what is shown came after the day of judgement: what stood there before may have left the page."""
        return len(self.later) > self.dated


def date_items(looks: Iterable[Observation], seen: Seen, until: date, window_days: int) -> Dated:
    """Judges the items of these by the latest date that they show here, on any other list, or in their article: an earlier one may be
    of the paper, not of its publishing.
    """
    shown: dict[str, bool] = {}  # whether dated here
    for url, day in (entry for o in looks for entry in seen.entries(o)):
        shown[url] = day is not None or shown.get(url, False)
    days = {url: seen.dates.get(url, frozenset()) for url in shown}
    newest = {url: max(past) for url, own in days.items() if (past := [d for d in own if d <= until])}
    oldest_fresh = until - timedelta(days=window_days)
    return Dated(
        items=len(shown),
        newest=max(newest.values(), default=None),
        fresh=sum(day >= oldest_fresh for day in newest.values()),
        dated=len(newest),
        later=tuple(sorted(min(own) for url, own in days.items() if own and url not in newest)),
        read=sum(not dated and url in seen.articles for url, dated in shown.items()),
        unread=sum(not own and url not in seen.articles for url, own in days.items()),
    )


Scripts = Mapping[tuple[int, str], Sequence[Observation]]  #: of a round and an address


def _scripts(looks: Iterable[Observation]) -> Scripts:
    found: dict[tuple[int, str], list[Observation]] = defaultdict(list)
    for o in looks:
        found[o.round, identity(o.url)].append(o)
    return found


def _without_idle_scripts(home: Observation, scripts: Scripts) -> Observation:
    """A home page of which only script files of its site are why it is drawn, and these, read in the same round, draw nothing in it."""
    files = [scripts.get((home.round, identity(url)), ()) for url in home.data.get("scripts", ())]
    ids = set(home.data.get("ids", ()))
    idle = all(looks and all(_is_idle(o, ids) for o in looks) for looks in files)
    return replace(home, data=home.data | {"drawn": ""}) if files and idle else home


def _is_idle(script: Observation, ids: set[str]) -> bool:
    return not script.data["draws"] and ids.isdisjoint(script.data["into"])


def _failures(kinds: Kinds) -> list[Observation]:
    return [o for kind in ("unread", "challenge") for o in kinds.get(kind, ())]


def _read(kinds: Kinds) -> set[str]:
    """Identities of pages that some round could read."""
    return {identity(o.url) for kind in ("home", "column", "article", "letter", "footer") for o in kinds.get(kind, ())}


def _lacking(looks: Sequence[Observation]) -> Iterator[str]:
    """Home pages, and frames in them, of which a part was read neither in the same round nor later, for whatever reason."""
    last: dict[str, int] = {}
    for o in looks:
        # a part that redirects is known by where the redirect was found
        for url in (o.url, o.found_on) if o.data.get("part") else (o.url,):
            last[identity(url)] = max(o.round, last.get(identity(url), 0))
    for o in looks:
        if any(last.get(identity(part), 0) < o.round for part in o.data.get("parts", ())):
            yield identity(o.url)


def _unreadable(kinds: Kinds, days: Mapping[str, frozenset[date]]) -> set[str]:
    """Identities of entries without a date that any look at them, or at their article, could read, though one may be shown."""
    lists = (*kinds.get("home", ()), *kinds.get("column", ()))
    told = {identity(url) for o in lists for url in o.data.get("unread", ())}
    drawn = {identity(o.url) for o in kinds.get("article", ()) if o.data.get("unread")}
    return (told | drawn) - days.keys()


def _dates(listed: Iterable[Sequence[Entry]], articles: Iterable[Observation]) -> dict[str, frozenset[date]]:
    days: dict[str, set[date]] = defaultdict(set)
    for url, day in (entry for items in listed for entry in items):
        if day:
            days[url].add(day)
    for observation in articles:
        if day := as_day(observation.data["published"]):
            days[identity(observation.url)].add(day)
    return {url: frozenset(own) for url, own in days.items()}


@lru_cache(maxsize=4096)  # a site's entries share a few hundred days
def as_day(text: str | None) -> date | None:
    """A date as observations carry it."""
    return date.fromisoformat(text) if text else None


def _is(observation: Observation, *roles: str) -> bool:
    return observation.data.get("role") in roles


def _order(o: Observation) -> tuple[object, ...]:
    return o.round, o.url, o.kind, o.key, o.found_on, o.at, o.page


def _content(o: Observation) -> str:
    """What orders observations that are alike otherwise; slow, and hardly ever asked of more than one."""
    return json.dumps(o.data, sort_keys=True)
