"""A site that says it was closed or has moved is not accused of standing still, and does not pass either."""

from __future__ import annotations

import pytest

from govcrawl.contracts import Observation
from tests.pipelines.build import FINE, HOME, column, fine_with, footer, home, judge, letter, probes, see

STALE = [column(f"n{n}", "news", 99) for n in range(5)] + [column(f"b{n}", "static", state="blank") for n in range(5)]


def notice(kind: str, target: str = "", *, url: str = HOME, round: int = 1) -> Observation:
    return see("notice", url, {"notice": kind, "target": target}, key=kind, excerpt="本网站已停止更新", round=round)


@pytest.mark.parametrize(
    ("kind", "target"),
    [("closed", ""), ("moved", ""), ("moved", "http://www.b.gov.cn/jyj/"), ("domain", "http://jyj.b.gov.cn")],
)
def test_it_is_accused_of_nothing_that_a_closed_site_cannot_do(kind: str, target: str):
    still = [home(100), footer(), *STALE]
    assert judge(still).vetoes == ("columns_blank", "columns_not_updated", "home_not_updated")
    verdict = judge([*still, notice(kind, target)])
    assert (verdict.verdict, verdict.vetoes, verdict.findings) == ("insufficient", (), ())
    assert {c.state for c in verdict.columns} == {"unknown"}
    assert any("本网站已停止更新" in doubt and "运行状态" in doubt for doubt in verdict.doubts)


def test_it_does_not_pass_by_its_notice():
    assert judge(fine_with(home(100), notice("closed"), but="home")).verdict == "insufficient"
    assert judge([home(nav_only=True), footer(), notice("closed")]).verdict == "insufficient"


def test_what_stands_whatever_it_says_still_fails_it():
    verdict = judge([home(100), footer(), notice("closed"), letter(200)], probes(0, 20))
    assert verdict.vetoes == ("poor_response", "site_unreachable")


@pytest.mark.parametrize(
    ("kind", "target"), [("paused", ""), ("domain", ""), ("moved", HOME), ("domain", "http://example.gov.cn")]
)
def test_other_notices_excuse_nothing(kind: str, target: str):
    assert judge([home(100), footer(), notice(kind, target)]).vetoes == ("home_not_updated",)


def test_a_home_page_that_still_brings_news_is_not_closed():
    assert judge([*FINE, notice("closed")]).verdict == "pass"
    assert judge(fine_with(home(1, 2, 3, 100), notice("closed"), but="home")).verdict == "pass"
    assert judge(fine_with(home(1, 2, 100), notice("closed"), but="home")).verdict == "insufficient"


def test_only_what_the_last_round_still_read_counts():
    looks = [home(100), home(100, round=2), footer()]
    assert judge([*looks, notice("closed")]).vetoes == ("home_not_updated",)
    assert judge([*looks, notice("closed", round=2)]).vetoes == ()


def test_a_notice_without_a_home_page_decides_nothing():
    others = [o for o in FINE if o.kind != "home"]
    assert judge([*others, notice("closed")]).doubts == judge(others).doubts
