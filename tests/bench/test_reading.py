"""The comparison of extractors: what counts as right, and what its table says."""

from __future__ import annotations

import json

import pytest

from tests.bench.reading import BASE, READERS, Found, Page, installed, lines, race
from tests.real_sites import articles

LABEL = articles("jspn")["articles"][0]


@pytest.fixture
def page() -> Page:
    html = f"<title>{LABEL['title']}</title><h1>{LABEL['title']}</h1><p>发布时间：{LABEL['date']}</p><p>正文在此。</p>"
    return Page(f"jspn{LABEL['path']}", BASE + LABEL["path"], html.encode(), html)


def test_govcrawl_is_always_there() -> None:
    here, missing = installed()
    assert "govcrawl" in here
    assert {*here, *missing} == set(READERS)


def test_every_installed_reader_finds_the_date_of_a_plain_page(page: Page) -> None:
    for name, reader in installed()[0].items():
        assert reader(page).date == LABEL["date"], name


def test_right_answers_are_counted(page: Page) -> None:
    other = Page("jspn/nowhere.html", BASE + "/nowhere.html", b"", "")
    readers = {
        "right": lambda _: Found(LABEL["date"], f" {LABEL['title']}\n"),
        "wrong": lambda _: Found("1999-01-01", ""),
        "dates": lambda _: Found(LABEL["date"], None),
    }
    figures = race(readers, [page, other], repeat=2)
    assert [(f.dates, f.titles) for f in figures.values()] == [(1, 1), (0, 0), (1, None)]
    assert all(len(f.pages_per_s) == 2 and min(f.pages_per_s) > 0 for f in figures.values())
    assert all(len(f.large_per_s) == 2 and min(f.large_per_s) > 0 for f in figures.values())


def test_table(page: Page) -> None:
    here, _ = installed()
    figures = race({"govcrawl": here["govcrawl"]}, [page], repeat=1)
    *table, last = lines(figures, 1)
    assert "100.0%" in table[1]
    told = json.loads(last)["govcrawl"]
    assert (told["dates"], told["titles"], told["of"]) == (1, 1, 1)
