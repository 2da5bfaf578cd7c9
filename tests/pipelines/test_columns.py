"""Columns: fresh to the last day, counted to the last column, and never accused for what could not be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from govcrawl.contracts import Observation
from tests.pipelines.build import HOME, article, challenge, column, day, fine_with, judge, unread
from tests.pipelines.test_home import of


def states(verdict, path: str = ""):
    return {c.url.removeprefix(HOME).strip("/"): c.state for c in verdict.columns if path in c.url}


def state_of(*looks):
    return states(judge(fine_with(*looks))).get("x")


WINDOWS = [("news", 14), ("notice", 180), ("policy", 180), ("personnel", 365), ("plan", 365), ("other", 365)]


@pytest.mark.parametrize(("cls", "window"), WINDOWS)
def test_the_last_day_of_the_window_is_fresh(cls: str, window: int):
    assert state_of(column("x", cls, window, 900)) == "fresh"
    assert state_of(column("x", cls, window + 1, 900)) == "stale"


@pytest.mark.parametrize(
    ("cls", "points"), [("news", 3), ("notice", 4), ("policy", 4), ("personnel", 5), ("plan", 5), ("other", 0)]
)
def test_each_stale_column_costs_its_points(cls: str, points: int):
    verdict = judge(fine_with(column("x", cls, 400)))
    assert verdict.deductions == points
    (found,) = of(verdict, "column_stale")
    assert found.detail == {"class": cls, "newest": day(400), "window_days": dict(WINDOWS)[cls]}
    assert (found.url, found.evidence, found.excerpt) == (f"{HOME}x/", f"page of {HOME}x/", "x")
    assert "每个扣3分" in found.clause


def test_columns_of_the_verdict():
    (shown,) = [c for c in judge(fine_with(column("x", "news", 3, 9, level=2))).columns if c.name == "x"]
    assert (shown.items, shown.newest.isoformat(), shown.cls, shown.level) == (2, day(3), "news", 2)


def test_what_a_browser_saw_is_the_evidence_where_the_plain_page_showed_nothing():
    plain = column("x", "news", state="unknown")
    seen = replace(column("x", "news", 400), page="rendered")
    for looks in ((plain, seen), (seen, plain)):
        verdict = judge(fine_with(*looks))
        assert states(verdict)["x"] == "stale"
        assert [f.evidence for f in of(verdict, "column_stale")] == ["rendered"]
    assert state_of(plain, column("x", "news", 3)) == "fresh"
    assert state_of(plain, column("x", "news", state="blank")) == "unknown"


# --- the vetoes -------------------------------------------------------------------------------------------------


def stale(count: int, cls: str = "news", age: int = 400):
    return [column(f"{cls}-{n}", cls, age) for n in range(count)]


def blank(count: int, cls: str = "static"):
    return [column(f"blank-{cls}-{n}", cls, state="blank") for n in range(count)]


@pytest.mark.parametrize(
    ("news", "notice", "policy", "vetoed"), [(4, 0, 0, False), (5, 0, 0, True), (2, 1, 1, False), (2, 2, 1, True)]
)
def test_five_key_columns_together(news: int, notice: int, policy: int, vetoed: bool):
    verdict = judge(fine_with(*stale(news), *stale(notice, "notice"), *stale(policy, "policy")))
    assert (verdict.vetoes == ("columns_not_updated",)) == vetoed
    assert len(of(verdict, "column_stale")) == news + notice + policy
    if vetoed:
        (found,) = of(verdict, "columns_not_updated")
        assert found.detail == {"news": news, "notice": notice, "policy": policy, "all": 5}
        assert verdict.reasons == ("多个栏目不更新",)


def registered(columns: list[Observation]) -> list[Observation]:
    return [replace(o, data=o.data | {"registered": True}) for o in columns]


@pytest.mark.parametrize(("others", "vetoed"), [(5, False), (6, True)])
def test_ten_columns_of_all_classes(others: int, vetoed: bool):
    for columns in (stale(others, "personnel"), registered(stale(others, "other"))):
        verdict = judge(fine_with(*stale(4), *columns))
        assert (verdict.vetoes == ("columns_not_updated",)) == vetoed
        assert verdict.verdict == ("fail" if vetoed else "pass")


def test_nobody_knows_whether_a_column_of_no_known_class_that_the_crawl_found_should_be_updated():
    ten = judge(fine_with(*stale(10, "other")))
    assert (ten.verdict, ten.vetoes) == ("insufficient", ())
    assert ten.doubts == ("10个超期未更新的栏目类别不明且未登记，未能判断是否应更新",)
    nine = judge(fine_with(*stale(9, "other")))
    assert (nine.verdict, nine.doubts) == ("pass", ())
    assert judge(fine_with(*stale(4), *stale(6, "other"))).verdict == "insufficient"


def test_a_site_that_registered_its_columns_has_said_which_ones_are_to_be_updated():
    told = registered([column("tz", "notice", 3)])
    verdict = judge(fine_with(*told, *stale(10, "other")))
    assert verdict.verdict == "pass"
    assert verdict.doubts == ("10个超期未更新的栏目类别不明且未登记，未能判断是否应更新",)
    assert sum(c.state == "stale" for c in verdict.columns) == 10
    found = judge(fine_with(*registered(stale(10, "notice")), *stale(3, "other")))
    assert of(found, "columns_not_updated")[0].detail["all"] == 10


def test_boards_services_and_fixed_texts_are_never_stale():
    classes = ("consult", "survey", "interview", "service", "static")
    verdict = judge(fine_with(*(c for cls in classes for c in stale(10, cls))))
    assert (verdict.verdict, verdict.deductions, len(verdict.columns)) == ("pass", 0.0, 6)


@pytest.mark.parametrize(
    ("count", "cls", "vetoed"),
    [(4, "static", False), (5, "static", True), (5, "news", True), (9, "consult", False), (9, "service", False)],
)
def test_five_blank_columns(count: int, cls: str, vetoed: bool):
    verdict = judge(fine_with(*blank(count, cls)))
    assert (verdict.vetoes == ("columns_blank",)) == vetoed
    assert len(of(verdict, "column_blank")) == (count if cls in ("static", "news") else 0)
    assert of(verdict, "column_stale") == []
    if vetoed:
        assert of(verdict, "columns_blank")[0].detail == {"blank": 5}
        assert verdict.reasons == ("多个栏目空白",)
    else:
        assert (verdict.verdict, verdict.deductions) == ("pass", 0.0)


# --- merging ----------------------------------------------------------------------------------------------------


def test_further_pages_belong_to_their_column():
    assert state_of(column("x", "news", 300), column("x", "news", 5, part="2.html")) == "fresh"


def test_rounds_are_merged_kindly():
    assert state_of(column("x", "news", state="blank"), column("x", "news", 5, round=2)) == "fresh"
    assert state_of(column("x", "news", state="blank"), column("x", "news", state="unknown", round=2)) == "unknown"
    assert state_of(column("x", "news", state="blank"), column("x", "news", state="blank", round=2)) == "blank"
    assert state_of(column("x", "news", 5), unread("x/", "column", "news", round=2)) == "fresh"


def test_age_is_measured_from_the_last_look():
    assert state_of(column("x", "news", 60, seen=46)) == "fresh"
    assert state_of(column("x", "news", 60, seen=45)) == "stale"
    assert state_of(column("x", "news", 60, seen=46), column("x", "news", 60, seen=20, round=2)) == "stale"


def test_future_dates_are_no_updates():
    assert state_of(column("x", "news", -1, 15)) == "stale"
    assert state_of(column("x", "news", -3, -2, 15)) == "unknown"
    assert any("2018-06-16" in d for d in judge(fine_with(column("x", "news", -1, 15))).doubts)


# --- undated ----------------------------------------------------------------------------------------------------


def test_undated_columns():
    undated, first = column("x", "news", None, None, None), f"{HOME}x/0.html"
    assert state_of(undated) == "unknown"
    assert state_of(undated, article(first, None)) == "unknown"  # the unopened ones may be fresh
    others = [article(f"{HOME}x/{n}.html", None) for n in (1, 2)]
    assert state_of(undated, article(first, None), *others) == "stale"
    assert state_of(undated, article(first, 15), *others) == "stale"
    assert state_of(undated, article(first, 14)) == "fresh"
    assert state_of(column("x", "news", 15, None)) == "unknown"
    assert state_of(column("x", "news", 15, None), article(f"{HOME}x/1.html", None)) == "stale"


def test_a_long_undated_list_is_stale_once_five_articles_were_opened_in_vain():
    undated = column("x", "news", *[None] * 20)
    opened = [article(f"{HOME}x/{n}.html", None) for n in range(5)]
    assert state_of(undated, *opened[:4]) == "unknown"
    assert state_of(undated, *opened) == "stale"


def test_one_column_under_two_addresses_counts_once():
    columns = [column(f"c{n}", "news", 15) for n in range(3)]
    again = [
        replace(c, url=c.url + "index.html", data=c.data | {"column": c.data["column"] + "index.html"}, round=2)
        for c in columns
    ]
    lists = [
        replace(c, url=c.url + "list.html", data=c.data | {"column": c.data["column"] + "list.html"}) for c in columns
    ]
    verdict = judge(fine_with(*columns, *again, *lists))
    assert verdict.vetoes == ()
    assert sum(c.state == "stale" for c in verdict.columns) == 3


# --- what is left out or can't be told --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cls", "state", "shown"),
    [
        ("news", "text", "unknown"), ("policy", "text", "unknown"), ("other", "text", None), ("static", "text", None),
        ("news", "channel", None), ("notice", "channel", None), ("consult", "blank", None), ("consult", "unknown", None),
        ("static", "unknown", "unknown"), ("news", "unknown", "unknown"), ("survey", "blank", "blank"), ("news", "listed", "unknown"),
    ],
)  # fmt: skip
def test_states_that_are_not_lists(cls: str, state: str, shown: str | None):
    assert state_of(column("x", cls, state=state)) == shown


@pytest.mark.parametrize(
    ("found", "missed", "verdict"),
    [(4, 0, "pass"), (3, 1, "pass"), (4, 1, "insufficient"), (0, 5, "insufficient"), (5, 5, "fail")],
)
def test_columns_that_could_not_be_read(found: int, missed: int, verdict: str):
    looks = [unread(f"n{n}/", "column", "notice") for n in range(missed)]
    result = judge(fine_with(*stale(found), *looks))
    assert result.verdict == verdict
    assert (f"{missed}个栏目由脚本生成或无法读取，未能判断" in result.doubts) == bool(missed)


def test_unknown_columns_might_be_blank_or_one_of_ten():
    scripts = [column(f"s{n}", "static", state="unknown") for n in range(2)]
    assert judge(fine_with(*blank(3), *scripts)).verdict == "insufficient"
    assert judge(fine_with(*blank(2), *scripts)).verdict == "pass"
    others = [column(f"o{n}", "other", state="unknown") for n in range(3)]
    assert judge(fine_with(*stale(4), *stale(3, "other"), *others)).verdict == "insufficient"
    assert judge(fine_with(*stale(4), *stale(2, "other"), *others)).verdict == "pass"


def test_challenged_columns_of_unknown_class_count_everywhere():
    walls = [challenge(f"w{n}/", "column") for n in range(5)]
    verdict = judge(fine_with(*walls))
    assert verdict.verdict == "insufficient"
    assert judge(fine_with(*walls[:4])).verdict == "pass"
    assert states(verdict) == states(judge())


def test_an_unread_column_keeps_its_class_beside_a_challenge():
    looks = [unread("x/", "column", "news"), challenge("x/", "column", round=2)]
    assert state_of(*looks) == "unknown"


def test_a_further_page_that_could_not_be_read_clouds_an_old_or_empty_list():
    more = unread("x/2.html", "more", found_on=f"{HOME}x/")
    assert state_of(column("x", "news", 300), more) == "unknown"
    assert state_of(column("x", "news", state="blank"), more) == "unknown"
    assert state_of(column("x", "news", 3), more) == "fresh"
    assert state_of(column("x", "news", 300), more, column("x", "news", 200, part="2.html", round=2)) == "stale"


def test_unknown_columns_never_fail_a_site():
    looks = [unread(f"n{n}/", "column", cls) for n, (cls, _) in enumerate(WINDOWS * 10)]
    verdict = judge(fine_with(*looks))
    assert (verdict.verdict, verdict.vetoes, verdict.findings) == ("insufficient", (), ())


def test_a_column_is_known_by_its_first_page():
    later = column("x", "other", 3, part="2.html")
    later.data["name"] = "下一页"
    (shown,) = [c for c in judge(fine_with(later, column("x", "news", 5, round=2))).columns if c.url == f"{HOME}x/"]
    assert (shown.name, shown.cls, shown.items) == ("x", "news", 2)


def test_other_unread_pages_are_no_columns():
    assert judge(fine_with(*(unread(f"a{n}.html", "article", "news") for n in range(9)))).doubts == ()


def test_columns_without_a_known_class_might_be_blank_or_cost_points():
    walls = [challenge(f"w{n}/", "column") for n in range(2)]
    assert judge(fine_with(*blank(3), *walls)).verdict == "insufficient"
    assert judge(fine_with(*blank(2), *walls)).verdict == "pass"
    assert "2个栏目由脚本生成或无法读取，未能判断" in judge(fine_with(*walls)).doubts
    dear = [*stale(4, "plan"), *stale(3, "personnel")]
    assert judge(fine_with(*dear, walls[0])).verdict == "pass"
    assert judge(fine_with(*dear, *walls)).verdict == "insufficient"


def test_undated_columns_are_named_as_such():
    verdict = judge(fine_with(*(column(f"x{n}", "news", None) for n in range(4)), column("y", "policy", state="text")))
    assert verdict.verdict == "insufficient"
    assert "5个栏目的信息未注明日期或不成列表，未能判断是否更新" in verdict.doubts


def test_the_latest_of_the_later_dates_is_named():
    doubts = judge(fine_with(column("x", "news", -1, -9, 3))).doubts
    assert doubts == ("栏目中2条信息的日期晚于采样截止日（最晚2018-06-24），未计为更新",)


def look_alike(unread: bool):
    """A list of eight entries without a date, whose articles were all opened in vain."""
    looked = column("x", "news", *[None] * 8)
    urls = [url for url, _ in looked.data["items"]]
    return replace(looked, data=looked.data | {"unread": urls if unread else []}), [article(url, None) for url in urls]


def test_a_date_that_nobody_could_read_is_no_missing_date():
    assert state_of(*(flat := look_alike(False))[1], flat[0]) == "stale"
    assert state_of(*(flat := look_alike(True))[1], flat[0]) == "unknown"


def test_an_article_that_a_script_draws_is_no_undated_one():
    listed, opened = look_alike(False)
    drawn = [replace(o, data=o.data | {"unread": True}) for o in opened]
    assert state_of(listed, *drawn) == "unknown"


def test_an_article_that_dates_an_unread_entry_dates_it():
    listed, opened = look_alike(True)
    old = [article(o.url, 400) for o in opened]
    assert state_of(listed, *old) == "stale"
    assert state_of(listed, *old[1:], article(old[0].url, 3)) == "fresh"


def test_the_later_date_of_a_list_and_its_article_counts():
    """A list may show the day that a paper was written; its address may hold a number like a date."""
    listed = column("x", "news", 400)
    ((url, _),) = listed.data["items"]
    assert state_of(listed, article(url, 5)) == "fresh"
    assert state_of(listed, article(url, 500)) == "stale"
