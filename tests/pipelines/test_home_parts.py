"""A home page that shows frames and lists from other addresses: they are the home page too, and what was not read is a doubt."""

from __future__ import annotations

from typing import Any

import pytest

from govcrawl.contracts import Observation
from tests.pipelines.build import HOME, day, fine_with, footer, home, judge, see, unread

STALE = ("home_not_updated",)
MAIN = (HOME + "main.html",)


def page(*ages: int | None, parts: tuple[str, ...] = MAIN, **more: Any) -> Observation:
    """A home page with frames."""
    shown = home(*ages, **more)
    shown.data["parts"] = list(parts)
    return shown


def part(
    *ages: int, url: str = MAIN[0], drawn: str = "", parts: tuple[str, ...] = (), found_on: str = HOME, **more: Any
) -> Observation:
    items = [[f"{url}/{n}", f"第{n}条", day(age)] for n, age in enumerate(ages)]
    data = {"items": items, "nav_only": not items, "title": "", "drawn": drawn, "parts": list(parts), "part": True}
    return see("home", url, data, found_on=found_on, **more)


def verdict(*looks: Observation) -> tuple[str, tuple[str, ...]]:
    told = judge(fine_with(*looks, but="home"))
    return told.verdict, told.vetoes


FINE, ACCUSED, DOUBT = ("pass", ()), ("fail", STALE), ("insufficient", ())


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        ([page(100)], DOUBT),
        ([page(100), unread("main.html", "part", found_on=HOME)], DOUBT),
        ([page(3)], FINE),
        ([page(100), part(100)], ACCUSED),
        ([page(), part(100)], ACCUSED),
        ([page(), part(3)], FINE),
        ([page(100), part()], ACCUSED),
        ([page(), part()], DOUBT),
        ([part(100)], DOUBT),
    ],
)
def test_a_home_page_is_judged_with_its_frames_and_never_without(
    looks: list[Observation], told: tuple[str, tuple[str, ...]]
) -> None:
    assert verdict(*looks) == told


def test_the_finding_is_of_the_page_itself() -> None:
    told = judge(fine_with(page(100), part(90, 80), but="home"))
    (found,) = [f for f in told.findings if f.indicator == STALE[0]]
    assert (found.evidence, found.detail["items"], found.detail["newest"]) == (f"page of {HOME}", 3, day(80))


@pytest.mark.parametrize("last", [{}, {"round": 2}])
def test_a_frame_that_a_script_draws_is_a_doubt_until_it_was_rendered(last: dict[str, int]) -> None:
    drawn = part(100, drawn="页面由前端框架渲染")
    assert verdict(page(100), drawn) == DOUBT
    assert verdict(page(100), page(100, **last), drawn, part(100, **last)) == ACCUSED
    assert verdict(page(100), drawn, part(2)) == FINE


def test_a_page_drawn_by_a_script_stays_a_doubt_whatever_its_frames_show() -> None:
    drawn = page(100)
    drawn.data["drawn"] = "页面由前端框架渲染"
    assert verdict(drawn, part(100)) == DOUBT
    assert verdict(drawn, part(2)) == FINE


def test_a_frame_that_the_last_round_could_not_read_is_a_doubt() -> None:
    early, late = {"seen": 60, "round": 1}, {"round": 2}
    assert verdict(page(100, **early), part(100, **early), page(100, **late)) == DOUBT
    assert verdict(page(100, **early), page(100, **late), part(100, **late)) == ACCUSED
    assert verdict(page(100, **early), part(100, **early), page(100, parts=(), **late)) == ACCUSED


def test_a_frame_that_redirects_is_read_where_it_leads() -> None:
    assert verdict(page(100), part(100, url=f"{HOME}new/", found_on=MAIN[0])) == ACCUSED
    assert verdict(page(100), part(3, url=f"{HOME}new/", found_on=MAIN[0])) == FINE


def test_a_frame_in_a_frame_counts_too() -> None:
    inner = f"{HOME}inner.html"
    assert verdict(page(100), part(100, parts=(inner,))) == DOUBT
    assert verdict(page(100), part(100, parts=(inner,)), part(100, url=inner, found_on=MAIN[0])) == ACCUSED


def test_a_frame_read_days_before_the_page_was_fresh_then() -> None:
    assert verdict(page(100), part(24, seen=10)) == FINE
    assert verdict(page(100), part(25, seen=10)) == ACCUSED


def test_new_entries_of_frames_are_counted() -> None:
    points = {n: judge(fine_with(page(3), part(*range(n)), but="home")).deductions for n in (8, 9)}
    assert points == {8: 5.0, 9: 0.0}


def test_a_mark_may_stand_in_a_frame_that_was_not_read() -> None:
    nothing = [o for o in fine_with(but="home") if o.kind != "footer"] + [footer(["icp"])]
    for parts, missing in (((), 1), (MAIN, 0)):
        told = judge([*nothing, page(3, parts=parts)])
        assert sum(f.indicator == "missing_identity" for f in told.findings) == missing
