"""Reading measured on two whole real sites against labels a person made (``tests/real_sites/*.json``).

The sites' pages are not part of this repository: put ``daozhen.tar.xz`` and ``jspn.tar.xz`` into the folder that the
environment variable GOVCRAWL_SITES names, or into ``../shared/sites`` beside the repository.

Keys of a label beyond the plain ones: ``also``, ``also_class``, ``also_title`` and ``also_newest`` hold further answers
a careful reader may give; ``target`` is where a stub sends the reader; ``newest_opened`` is the newest date found by
opening the entries of a list that shows no dates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import get_args
from urllib.parse import urljoin

import pytest

from govcrawl.facts import ColumnClass, ColumnState, Facts
from tests.real_sites import NAMES, Label, labels, unpack

BASE = "http://www.site.test"
STATES = {*get_args(ColumnState), "missing", "redirect"}
TWO_WEEKS = timedelta(days=14)


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
    def state(self) -> str:
        return self.facts.column.state if self.facts.column else f"no column ({self.facts.kind})"

    @property
    def newest(self) -> str | None:
        dates = [item.date for item in self.facts.column.items if item.date] if self.facts.column else []
        return max(dates).isoformat() if dates else None

    @property
    def states(self) -> set[str]:
        return {self.label["state"], *self.label.get("also", ())}


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Site name -> unpacked folder."""
    target = tmp_path_factory.mktemp("sites")
    if not unpack(target):
        pytest.skip("daozhen.tar.xz and jspn.tar.xz are neither in GOVCRAWL_SITES nor in ../shared/sites")
    return {name: target / name for name in NAMES}


@pytest.fixture(scope="session")
def reader(sites: dict[str, Path]) -> Callable[[str, Label, str], Read]:
    from govcrawl.reading import read

    def at(site: str, label: Label, role: str) -> Read:
        body = (sites[site] / label["path"].lstrip("/")).read_bytes()
        return Read(site, label, read(body, BASE + label["path"], headers=(), role=role, name=""))

    return at


@pytest.fixture(scope="session")
def stubs_and_columns(reader: Callable[[str, Label, str], Read]) -> list[Read]:
    found = ((site, c) for site in NAMES for c in labels(site)["columns"] if c["state"] != "missing")
    return [reader(site, column, "column") for site, column in found]


@pytest.fixture(scope="session")
def columns(stubs_and_columns: list[Read]) -> list[Read]:
    return [r for r in stubs_and_columns if r.label["state"] != "redirect"]


@pytest.fixture(scope="session")
def articles(reader: Callable[[str, Label, str], Read]) -> list[Read]:
    return [reader(site, article, "article") for site in NAMES for article in labels(site)["articles"]]


Wrong = tuple[str, object, object]  # path, expected, got


def demand(wrong: Sequence[Wrong], total: int, share: float) -> None:
    """At least ``share`` of ``total`` is right, else every wrong one is listed."""
    right = total - len(wrong)
    listing = "\n".join(f"  {path}: expected {expected!r}, got {got!r}" for path, expected, got in wrong)
    assert total, "nothing was measured"
    assert right >= share * total, f"{right} of {total} right, {share:.0%} wanted:\n{listing}"


def squeezed(title: str) -> str:
    return re.sub(r"[\s\u200b\ufeff]", "", title)


def test_no_column_is_wrongly_said_blank(stubs_and_columns: list[Read]) -> None:
    accused = [r for r in stubs_and_columns if r.state == "blank"]
    wrong = [(r.where, r.label["state"], r.state) for r in accused if "blank" not in r.states]
    demand(wrong, len(stubs_and_columns), 1.0)


def test_blank_columns_are_found(columns: list[Read]) -> None:
    blank = [r for r in columns if r.states == {"blank"}]
    demand([(r.where, "blank", r.state) for r in blank if r.state != "blank"], len(blank), 0.90)


def test_newest_date_of_a_column(columns: list[Read]) -> None:
    dated = [r for r in columns if r.label["newest"]]
    wrong = [(r.where, r.label["newest"], r.newest) for r in dated if r.newest != r.label["newest"]]
    demand(wrong, len(dated), 0.98)


def test_no_date_is_invented_for_a_column_without_dates(columns: list[Read]) -> None:
    undated = [r for r in columns if not r.label["newest"]]
    demand([(r.where, None, r.newest) for r in undated if r.newest], len(undated), 1.0)


def test_class_of_a_column(columns: list[Read]) -> None:
    def wrong() -> Iterator[Wrong]:
        for r in columns:
            right = [r.label["class"], *r.label.get("also_class", ())]
            got = r.facts.column.cls if r.facts.column else None
            if got not in right:
                yield f"{r.where} {r.label['name']}", right[0], got

    demand(list(wrong()), len(columns), 0.85)


def test_a_stub_is_read_as_a_redirect(stubs_and_columns: list[Read]) -> None:
    stubs = [(r, urljoin(BASE + r.label["path"], r.label["target"])) for r in stubs_and_columns if "target" in r.label]
    demand([(r.where, to, r.facts.redirect) for r, to in stubs if r.facts.redirect != to], len(stubs), 1.0)


def test_publish_date_of_an_article(articles: list[Read]) -> None:
    def wrong() -> Iterator[Wrong]:
        for r in articles:
            published = r.facts.article.published if r.facts.article else None
            got = published.isoformat() if published else None
            if got != r.label["date"]:
                yield r.where, r.label["date"], got

    demand(list(wrong()), len(articles), 0.98)


def test_title_of_an_article(articles: list[Read]) -> None:
    def wrong() -> Iterator[Wrong]:
        for r in articles:
            right = [r.label["title"], *r.label.get("also_title", ())]
            got = r.facts.article.title if r.facts.article else ""
            if squeezed(got) not in map(squeezed, right):
                yield r.where, right[0], got

    demand(list(wrong()), len(articles), 0.95)


@pytest.mark.parametrize("site", NAMES)
def test_home_page(site: str, reader: Callable[[str, Label, str], Read]) -> None:
    truth, as_of = labels(site)["home"], date.fromisoformat(labels(site)["as_of"])
    home = reader(site, truth, "home").facts.home
    assert home is not None
    dated = {(item.url, item.date) for item in home.items if item.date}
    assert dated, "no dated entry on the home page"
    assert max(day for _, day in dated).isoformat() in [truth["newest"], *truth.get("also_newest", ())]
    assert len({url for url, day in dated if as_of - TWO_WEEKS <= day <= as_of}) == truth["items_two_weeks"]


@pytest.mark.parametrize("site", NAMES)
def test_the_archive_is_the_labelled_one(site: str, sites: dict[str, Path]) -> None:
    truth = labels(site)
    there = {f"/{p.relative_to(sites[site]).as_posix()}" for p in sites[site].rglob("*.html")}
    assert len(there) == truth["pages_there"] >= truth["pages_reachable"]
    for column in truth["columns"]:
        assert (column["path"] in there) == (column["state"] != "missing"), column["path"]
    assert {a["path"] for a in truth["articles"]} <= there


@pytest.mark.parametrize("site", NAMES)
def test_labels_are_well_formed(site: str) -> None:
    truth = labels(site)
    for kind in ("columns", "articles"):
        paths = [entry["path"] for entry in truth[kind]]
        assert paths == sorted(set(paths)), f"{kind} out of order or twice"
    assert len(truth["articles"]) == 50
    for c in truth["columns"]:
        assert {c["class"], *c.get("also_class", ())} <= set(get_args(ColumnClass)), c["path"]
        assert {c["state"], *c.get("also", ())} <= STATES, c["path"]
        assert c["newest"] is None or (c["state"] == "listed" and date.fromisoformat(c["newest"])), c["path"]
        assert (c["items"] > 0) == (c["state"] == "listed"), c["path"]
        assert ("target" in c) == (c["state"] == "redirect"), c["path"]
    prose = json.dumps([truth["columns"], truth["articles"], truth["observed"]], ensure_ascii=False)
    assert not re.search(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)", prose), "a personal number in the labels"


def test_home_pages_name_the_files_that_leave_them_open(reader: Callable[[str, Label, str], Read]) -> None:
    """The files themselves are not in the archives; the other page has a script of its own that builds code from text."""
    homes = {name: reader(name, labels(name)["home"], "home").facts.home for name in NAMES}
    assert all(home and home.drawn for home in homes.values())
    files = {name: home.scripts for name, home in homes.items() if home}
    assert files == {"daozhen": (f"{BASE}/material/ChangePageStyle.js",), "jspn": ()}
