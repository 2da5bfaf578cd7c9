"""What patterns were slow on, in every place of a page; ``python -m tests.bench.bait`` looks for more, pattern by pattern."""

from __future__ import annotations

import re
from random import Random

import pytest

from govcrawl.reading import footer, read
from tests.bench import bait

SLOW = {
    "comments that are never closed": "/*x",
    "pagers": "createPage",
    "badges": "bszs.conac.cn/sitename?中",
    "loads": ".load('中",
    "policies": "关于某某的办法（",
    "addresses": "家庭住址 11111",
    "figures": "1",
    "groups of figures": "1 ",
}
PLACES = (
    "text home",
    "title article",
    "address column",
    "words home",
    "style home",
    "script home",
    "meta home",
    "handlers home",
)


@pytest.mark.parametrize("name", SLOW)
def test_bait_costs_bounded_time_wherever_it_stands(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVCRAWL_PRIVACY_KEY", "of the tests")
    once = SLOW[name] * (100_000 // len(SLOW[name]))
    works = dict(bait.works(once))
    taken = {place: bait.seconds(works[place], 8.0) for place in (*PLACES, "style sheet", "script file")}
    assert {place: cost for place, cost in taken.items() if cost >= 8.0} == {}


def test_a_page_full_of_marks_is_not_looked_through_once_for_each() -> None:
    text = "备" * 100_000
    assert len(footer._windows(text)) == len(text)
    assert bait.seconds(lambda: read(f"<p>{text}</p>".encode(), bait.URL, role="home"), 20.0) < 20.0


def test_the_search_finds_what_a_pattern_is_slow_on() -> None:
    rng = Random(1)
    bad, good = re.compile(r"\s*a\s*b"), re.compile(r"\d{1,3}x")
    assert any(one.strip("\0").isspace() for one in bait.dearest(bad, rng))
    assert bait.dearest(good, rng) == []
    assert bait.longer("ab" + "cd" * 10 + "\0", 100) == "ab" + "cd" * 49
    with pytest.raises(bait.TooLong):
        bait._stop()


def test_patterns_of_all_rooms_are_looked_at() -> None:
    every = bait.patterns()
    assert len(every) > 300
    assert {path.rpartition(".")[0].rpartition(".")[0] for path in every} >= {
        "govcrawl.reading",
        "pipelines.checks",
        "govcrawl",
    }
