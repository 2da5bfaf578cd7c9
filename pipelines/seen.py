"""What was seen of one site, arranged for judging: pure, and the same whatever the order of the observations."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, timezone

from govcrawl.contracts import Observation
from govcrawl.reading.urls import identity

Kinds = Mapping[str, Sequence[Observation]]
BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Seen:
    """All observations of a site up to a cut-off day."""

    as_of: date
    kinds: Kinds  #: in a fixed order, earlier rounds first
    dates: Mapping[str, frozenset[date]]  #: identity of an item -> every day a list, the home page or the article shows
    articles: frozenset[str]  #: identities of articles that were read
    clouded: frozenset[
        str
    ]  #: identities of pages of which a part (a further page, an inserted fragment) could not be read

    def of(self, kind: str) -> Sequence[Observation]:
        return self.kinds.get(kind, ())

    def unread(self, role: str) -> list[Observation]:
        """Pages of that role which no round could read."""
        read = _read(self.kinds)
        return [o for o in _failures(self.kinds) if _is(o, role) and identity(o.url) not in read]

    def until(self, looks: Iterable[Observation]) -> date:
        """The day that ages are measured back from: the cut-off, or the last look where that was earlier.

        A page read on 5 April says nothing about the weeks that followed; only its age on 5 April is known.
        """
        return min(self.as_of, max(o.at for o in looks).astimezone(BEIJING).date())


def look_at(observations: Iterable[Observation], as_of: date) -> Seen:
    kinds: dict[str, list[Observation]] = defaultdict(list)
    for observation in sorted(observations, key=_order):
        kinds[observation.kind].append(observation)
    parts, read = [o for o in _failures(kinds) if _is(o, "more", "fragment")], _read(kinds)
    return Seen(
        as_of,
        dict(kinds),
        _dates(kinds),
        frozenset(identity(o.url) for o in kinds["article"]),
        frozenset(identity(o.found_on) for o in parts if o.found_on and identity(o.url) not in read),
    )


def entries(observation: Observation) -> list[tuple[str, date | None]]:
    """(identity of the URL, shown date) of every item of a home or column observation."""
    return [(identity(item[0]), as_day(item[-1])) for item in observation.data["items"]]


@dataclass(frozen=True, slots=True)
class Dated:
    """What the dates of a page's items say.  Counts are of distinct URLs."""

    items: int
    newest: date | None  #: not after the day of judgement
    fresh: int  #: dated within the window, its last day included
    dated: int  #: with a date not after the day of judgement
    later: tuple[date, ...]  #: of items dated only after it, which are no updates
    read: int  #: items without a shown date whose article was read
    unread: int  #: items that nothing dates and whose article was not read

    @property
    def pushed_off(self) -> bool:
        """Most of what is shown came after the day of judgement: what stood there before may have left the page."""
        return len(self.later) > self.dated


def date_items(items: Iterable[tuple[str, date | None]], seen: Seen, until: date, window_days: int) -> Dated:
    """Judges items by the date they show, else by the date that their URL has anywhere else."""
    shown: dict[str, set[date]] = defaultdict(set)
    for url, day in items:
        shown[url] |= {day} if day else set()
    days = {url: own or seen.dates.get(url, frozenset()) for url, own in shown.items()}
    newest = {url: max(d for d in own if d <= until) for url, own in days.items() if any(d <= until for d in own)}
    oldest_fresh = until - timedelta(days=window_days)
    return Dated(
        items=len(shown),
        newest=max(newest.values(), default=None),
        fresh=sum(day >= oldest_fresh for day in newest.values()),
        dated=len(newest),
        later=tuple(sorted(min(own) for url, own in days.items() if own and url not in newest)),
        read=sum(not own and url in seen.articles for url, own in shown.items()),
        unread=sum(not own and url not in seen.articles for url, own in days.items()),
    )


def _failures(kinds: Kinds) -> list[Observation]:
    return [o for kind in ("unread", "challenge") for o in kinds.get(kind, ())]


def _read(kinds: Kinds) -> set[str]:
    """Identities of pages that some round could read."""
    return {identity(o.url) for kind in ("home", "column", "article", "letter", "footer") for o in kinds.get(kind, ())}


def _dates(kinds: Kinds) -> dict[str, frozenset[date]]:
    days: dict[str, set[date]] = defaultdict(set)
    for observation in (*kinds.get("home", ()), *kinds.get("column", ())):
        for url, day in entries(observation):
            if day:
                days[url].add(day)
    for observation in kinds.get("article", ()):
        if day := as_day(observation.data["published"]):
            days[identity(observation.url)].add(day)
    return {url: frozenset(own) for url, own in days.items()}


def as_day(text: str | None) -> date | None:
    """A date as observations carry it."""
    return date.fromisoformat(text) if text else None


def _is(observation: Observation, *roles: str) -> bool:
    return observation.data.get("role") in roles


def _order(o: Observation) -> tuple[object, ...]:
    return o.round, o.url, o.key, o.found_on, o.at, o.page, json.dumps(o.data, sort_keys=True)
