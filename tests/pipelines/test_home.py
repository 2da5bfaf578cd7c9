"""The home page: freshness to the last day, and what can't be told."""

from __future__ import annotations

import pytest

from tests.pipelines.build import (
    FINE,
    HOME,
    article,
    challenge,
    column,
    day,
    fine_with,
    footer,
    home,
    judge,
    probes,
    unread,
)


def of(verdict, indicator: str):
    return [f for f in verdict.findings if f.indicator == indicator]


def test_a_faultless_site_passes():
    verdict = judge()
    assert (verdict.verdict, verdict.deductions, verdict.findings, verdict.doubts) == ("pass", 0.0, (), ())
    assert (verdict.pack, verdict.pages, verdict.probes.total) == ("2015@1", 10, 20)


# --- updates ----------------------------------------------------------------------------------------------------


def only_home(*observations):
    return judge([footer(), *observations, column("xw", "other", 200)])


@pytest.mark.parametrize(("age", "vetoes"), [(14, ()), (15, ("home_not_updated",))])
def test_the_fourteenth_day_is_still_fresh(age: int, vetoes: tuple[str, ...]):
    verdict = judge(fine_with(home(age, 300), but="home"))
    assert verdict.vetoes == vetoes
    if vetoes:
        (found,) = of(verdict, "home_not_updated")
        assert found.detail == {"newest": day(15), "count": 0, "items": 2, "dated": 2}
        assert found.evidence == f"page of {HOME}"
        assert verdict.deductions is None
        assert of(verdict, "home_few_updates") == []


def test_a_future_date_is_no_update_but_is_named():
    verdict = judge(fine_with(home(-1, 15, 30), but="home"))
    assert verdict.vetoes == ("home_not_updated",)
    assert any("2018-06-16" in doubt for doubt in verdict.doubts)


def test_a_page_of_later_items_only_says_nothing_about_the_cut_off():
    verdict = judge(fine_with(home(*range(-12, 0), 90), but="home"))
    assert (verdict.verdict, verdict.vetoes) == ("insufficient", ())


def test_age_is_measured_from_the_last_look():
    early = fine_with(home(62, 70, seen=60), but="home")
    assert judge(early).vetoes == ()
    assert judge([*early, home(62, 70, seen=40, round=2)]).vetoes == ("home_not_updated",)


def test_one_fresh_look_of_any_round_is_enough():
    assert judge(fine_with(home(40), home(5, round=2), but="home")).vetoes == ()


def item_url(n: int) -> str:
    return f"{HOME}a/{n}.html"


def test_undated_items_take_the_date_of_a_list():
    lists = column("xw", "news", 3)
    lists.data["items"].append([item_url(0), day(2)])
    assert only_home(home(None), lists).vetoes == ()


@pytest.mark.parametrize(("age", "vetoes"), [(14, ()), (15, ("home_not_updated",))])
def test_undated_items_take_the_date_of_their_article(age: int, vetoes: tuple[str, ...]):
    assert only_home(home(None), article(item_url(0), age)).vetoes == vetoes


def test_what_is_dated_nowhere_counts_as_not_updated_once_its_articles_were_read():
    verdict = only_home(home(None, None), article(item_url(0), None), article(item_url(1), None))
    assert verdict.vetoes == ("home_not_updated",)
    assert of(verdict, "home_not_updated")[0].detail == {"newest": None, "count": 0, "items": 2, "dated": 0}


@pytest.mark.parametrize(
    "looks", [[home(None, None)], [home(None, 200)], [home()], [home(None, None, None), article(item_url(0), 200)]]
)
def test_undated_items_that_nobody_read_are_a_doubt(looks):
    verdict = only_home(*looks)
    assert (verdict.verdict, verdict.vetoes, verdict.deductions) == ("insufficient", (), None)
    assert any(doubt.startswith("首页") for doubt in verdict.doubts)


def test_a_part_of_the_home_page_that_could_not_be_read_is_a_doubt():
    missing = challenge("inc/list.html", "fragment", found_on=HOME)
    assert judge(fine_with(home(100), missing, but="home")).verdict == "insufficient"
    assert judge(fine_with(missing)).verdict == "pass"


def test_a_home_page_that_a_script_draws_is_a_doubt_unless_it_was_rendered():
    drawn = home(100)
    drawn.data["drawn"] = "页面由前端框架渲染"
    assert judge(fine_with(drawn, but="home")).verdict == "insufficient"
    assert judge(fine_with(drawn, home(100), but="home")).vetoes == ("home_not_updated",)
    assert judge(fine_with(drawn, home(1), but="home")).verdict == "pass"


@pytest.mark.parametrize(("fresh", "points"), [(9, 5.0), (10, 0.0)])
def test_fewer_than_ten_new_items_cost_five_points(fresh: int, points: float):
    verdict = judge(fine_with(home(*[3] * fresh, 100), but="home"))
    assert (verdict.verdict, verdict.deductions) == ("pass", points)
    assert [f.detail for f in of(verdict, "home_few_updates")] == (
        [{"newest": day(3), "count": 9, "window_days": 14}] if points else []
    )


def test_items_that_may_be_new_cost_nothing():
    verdict = judge(fine_with(home(*[3] * 8, None, None), but="home"))
    assert (verdict.verdict, verdict.deductions) == ("pass", 0.0)


# --- an entry page, and none ------------------------------------------------------------------------------------


def test_an_entry_page_is_judged_by_its_columns():
    entry = home(nav_only=True)
    assert judge(fine_with(entry, but="home")).verdict == "pass"
    stale = judge([entry, footer(), column("xw", "news", 15), column("tz", "notice", 20)])
    assert stale.vetoes == ("home_not_updated",)
    assert of(stale, "home_not_updated")[0].detail == {"newest": day(15), "count": 0, "second_level": 2}
    untold = judge([entry, footer(), column("xw", "news", 15), unread("tz", "column", "notice")])
    assert (untold.verdict, untold.vetoes) == ("insufficient", ())
    assert judge([entry, footer()]).verdict == "insufficient"


@pytest.mark.parametrize(
    ("looks", "word"),
    [([challenge("", "home")], "防火墙"), ([unread("", "home")], "未能读取"), ([], "没有读取记录")],
)
def test_without_a_home_page_nothing_is_told(looks, word: str):
    others = [o for o in FINE if o.kind == "column"]
    verdict = judge([*others, *looks])
    assert (verdict.verdict, verdict.deductions) == ("insufficient", None)
    assert any(word in doubt for doubt in verdict.doubts)


def test_an_unread_home_page_that_visits_found_closed_fails():
    verdict = judge([unread("", "home")], probes(0, 20))
    assert (verdict.verdict, verdict.vetoes, verdict.reasons) == ("fail", ("site_unreachable",), ("站点无法访问",))


def test_a_home_page_read_in_another_round_is_no_doubt():
    assert judge([*FINE, challenge("", "home", round=2), unread("", "home", round=2)]).doubts == ()


def test_an_entry_page_is_fresh_on_the_last_day():
    assert (
        judge([home(nav_only=True), footer(), column("xw", "news", 14, 90), column("tz", "notice", 300)]).vetoes == ()
    )


def test_the_latest_of_the_later_dates_is_named():
    doubts = judge(fine_with(home(*range(12), -2, -4), but="home")).doubts
    assert doubts == ("首页2条信息的日期晚于采样截止日（最晚2018-06-19），未计为更新",)


def test_few_updates_cost_nothing_where_a_part_of_the_page_is_missing():
    missing = challenge("inc/list.html", "fragment", found_on=HOME)
    verdict = judge(fine_with(home(3, 4), missing, but="home"))
    assert (verdict.verdict, verdict.deductions) == ("pass", 0.0)
