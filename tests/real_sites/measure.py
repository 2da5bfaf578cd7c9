"""What reading says about the labelled pages, against what their labels say."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from govcrawl.contracts import Role
from govcrawl.facts import Facts, Item
from govcrawl.reading import read
from tests.real_sites import NAMES, Label, articles, labels

BASE = "http://www.site.test"
TWO_WEEKS = timedelta(days=14)
_NAMED = re.compile(rb"""\s(?:class|id)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)""", re.I)

Bodies = Callable[[str, str], bytes]  #: site, path → the page as it came


@dataclass(frozen=True)
class Read:
    """A labelled page and what reading says about it."""

    site: str
    label: Label
    facts: Facts

    @property
    def where(self) -> str:
        return f"{self.site}{self.label['path']}"

    @property
    def states(self) -> set[str]:
        return {self.label["state"], *self.label.get("also", ())}

    @property
    def state(self) -> str:
        return self.facts.column.state if self.facts.column else self.facts.kind

    @property
    def cls(self) -> str:
        return self.facts.column.cls if self.facts.column else ""

    @property
    def name(self) -> str:
        return self.facts.column.name if self.facts.column else ""

    @property
    def items(self) -> tuple[Item, ...]:
        facts = self.facts.column or self.facts.home
        return facts.items if facts else ()

    @property
    def newest(self) -> str | None:
        return max((item.date.isoformat() for item in self.items if item.date), default=None)


@dataclass(frozen=True)
class Miss:
    where: str
    expected: object
    found: object


@dataclass(frozen=True)
class Measure:
    """``of`` answers were looked at; those that are not right are ``misses``."""

    key: str
    name: str
    of: int
    misses: tuple[Miss, ...]

    @property
    def right(self) -> int:
        return self.of - len(self.misses)


Row = tuple[str, Collection[object], object]  #: where, the right answers (the first is the label's own), the one found


def compare(key: str, name: str, rows: Iterable[Row]) -> Measure:
    asked = list(rows)
    wrong = (Miss(where, next(iter(right), None), found) for where, right, found in asked if found not in right)
    return Measure(key, name, len(asked), tuple(wrong))


def bodies(folder: Path) -> Bodies:
    """``folder`` holds the unpacked sites."""
    return lambda site, path: (folder / site / path.lstrip("/")).read_bytes()


def bare(body: bytes) -> bytes:
    """A page without class and id: what is left to a reader that doesn't know the names a system gives its boxes."""
    return _NAMED.sub(b"", body)


def measure(body_of: Bodies) -> list[Measure]:
    """Every measure of ``README.md``."""
    columns = _read(body_of, lambda site: [c for c in labels(site)["columns"] if c["state"] != "missing"], "column")
    shown = [r for r in columns if "target" not in r.label]
    homes = _read(body_of, lambda site: [labels(site)["home"]], "home")
    texts = _read(body_of, lambda site: articles(site)["articles"], "article")
    misled = _read(body_of, lambda site: articles(site)["articles"], "column")
    return [
        *_of_columns(shown),
        *_of_blanks(shown, misled),
        _of_entries(shown, homes, texts),
        *_of_homes(homes),
        _of_stubs(r for r in columns if "target" in r.label),
        *_of_articles(texts),
    ]


def _read(body_of: Bodies, wanted: Callable[[str], list[Label]], role: Role) -> list[Read]:
    """As a crawler would: raw bytes, the address, and what the link was taken for."""
    pairs = ((site, label, label["path"]) for site in NAMES for label in wanted(site))
    return [Read(site, label, read(body_of(site, path), BASE + path, role=role)) for site, label, path in pairs]


def _of_stubs(pages: Iterable[Read]) -> Measure:
    return compare("redirect", "redirect", ((r.where, [_target(r)], r.facts.redirect) for r in pages))


def _target(r: Read) -> object:
    return urljoin(BASE + r.label["path"], r.label["target"])


# --- columns ---------------------------------------------------------------------------------------------------------


def _of_columns(pages: list[Read]) -> Iterator[Measure]:
    listed = [r for r in pages if r.label["state"] == "listed"]
    yield compare(
        "newest", "newest date", ((r.where, [r.label["newest"]], r.newest) for r in pages if r.label["newest"])
    )
    yield compare("undated", "no date invented", ((r.where, [None], r.newest) for r in pages if not r.label["newest"]))
    yield compare("items", "number of items", ((r.where, [r.label["items"]], len(r.items)) for r in listed))
    yield compare("state", "state", ((r.where, r.states, r.state) for r in pages))
    yield compare("class", "class", ((r.where, _answers(r, "class"), r.cls) for r in pages))
    yield compare("class_first", "class, first answer", ((r.where, [r.label["class"]], r.cls) for r in pages))
    yield compare("name", "name", ((r.where, _answers(r, "name"), r.name) for r in pages))


def _answers(r: Read, key: str) -> list[object]:
    return [r.label[key], *r.label.get(f"also_{key}", ())]


def _of_blanks(pages: list[Read], misled: list[Read]) -> Iterator[Measure]:
    """``misled``: articles that a link calls a column; they must not be accused either."""
    said = [r for r in pages if r.state == "blank"]
    filled = [r for r in pages if "blank" not in r.states] + misled
    yield compare("blank_precision", "blank: precision", ((r.where, ["blank"], _truth(r)) for r in said))
    yield compare(
        "blank_recall", "blank: recall", ((r.where, ["blank"], r.state) for r in pages if r.states == {"blank"})
    )
    yield compare("not_blank", "not wrongly blank", ((r.where, ["not blank"], _accusation(r)) for r in filled))
    yield compare("misled", "article in a column's place", ((r.where, ["text"], r.state) for r in misled))


def _truth(r: Read) -> str:
    return "blank" if "blank" in r.states else r.label["state"]


def _accusation(r: Read) -> str:
    return "blank" if r.state == "blank" else "not blank"


def _of_entries(columns: list[Read], homes: list[Read], texts: list[Read]) -> Measure:
    """A dated entry has the date of its article (on both sites lists and articles agree); a home page may leave it open."""
    days = {r.where: r.label["date"] for r in texts}
    lists = [(r, ()) for r in columns if r.label["newest"]] + [(r, (None,)) for r in homes]
    shown = ((r, f"{r.site}{urlsplit(item.url).path}", item, open_) for r, open_ in lists for item in r.items)
    rows = ((f"{r.where} → {to}", [days[to], *open_], _iso(i.date)) for r, to, i, open_ in shown if to in days)
    return compare("entry_date", "date of an entry", rows)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _of_homes(pages: list[Read]) -> Iterator[Measure]:
    yield compare("home_newest", "home: newest date", ((r.where, _answers(r, "newest"), r.newest) for r in pages))
    yield compare(
        "home_fresh", "home: last two weeks", ((r.where, [r.label["items_two_weeks"]], _fresh(r)) for r in pages)
    )


def _fresh(r: Read) -> int:
    as_of = date.fromisoformat(labels(r.site)["as_of"])
    return len({item.url for item in r.items if item.date and as_of - TWO_WEEKS <= item.date <= as_of})


# --- articles --------------------------------------------------------------------------------------------------------


def _of_articles(pages: list[Read]) -> Iterator[Measure]:
    sources = [(r.where, [squeezed(r.label["source"])], _source(r)) for r in pages]
    yield compare("article_date", "article date", ((r.where, [r.label["date"]], _published(r)) for r in pages))
    yield compare("article_title", "article title", ((r.where, titles(r.label), _title(r)) for r in pages))
    yield compare("article_source", "article source", sources)
    yield compare("shown_source", "… where one is shown", (row for row in sources if row[1] != [""]))


def titles(label: Label) -> list[object]:
    return [squeezed(t) for t in (label["title"], *label.get("also_title", ()))]


def squeezed(text: str) -> str:
    """Without white space and zero-width marks: a title's line breaks are layout."""
    return re.sub(r"[\s\u200b\ufeff]", "", text)


def _published(r: Read) -> str:
    return (_iso(r.facts.article.published) if r.facts.article else None) or ""


def _title(r: Read) -> str:
    return squeezed(r.facts.article.title) if r.facts.article else ""


def _source(r: Read) -> str:
    return squeezed(r.facts.article.source) if r.facts.article else ""
