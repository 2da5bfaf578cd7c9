"""Availability: the share to the last visit, who must have seen it, and what the finding shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.contracts import Outcome, Probe, ProbeCount
from pipelines.judged_visits import count_probes, interval
from tests.pipelines.build import CAMPAIGN, NOON, SITE, judge, probes


def of(verdict, indicator: str):
    return [f for f in verdict.findings if f.indicator == indicator]


@pytest.mark.parametrize(
    ("good", "failed", "vetoed"), [(19, 1, True), (20, 1, False), (190, 10, True), (191, 10, False)]
)
def test_five_percent_of_visits_is_the_limit(good: int, failed: int, vetoed: bool):
    verdict = judge(visits=probes(good, failed))
    assert (verdict.vetoes == ("site_unreachable",)) == vetoed
    assert verdict.reasons == (("站点无法访问",) if vetoed else ())
    assert verdict.verdict == ("fail" if vetoed else "pass")


@pytest.mark.parametrize(
    ("good", "failed", "inconclusive", "verdict"),
    [
        (38, 2, 0, "fail"),  # 5 % of all 40
        (18, 2, 0, "fail"),  # half way, but the other 20 can't undo it
        (19, 1, 0, "insufficient"),  # 5 % of the 20 so far; 2.5 % if the others succeed
        (0, 1, 0, "insufficient"),
        (2, 0, 0, "pass"),
        (0, 2, 36, "insufficient"),  # hardly a visit told anything
    ],
)
def test_visits_still_to_come_are_taken_as_successes(good: int, failed: int, inconclusive: int, verdict: str):
    assert judge(visits=probes(good, failed, inconclusive), planned=40).verdict == verdict


def test_inconclusive_visits_leave_the_share():
    verdict = judge(visits=probes(19, 1, 80))
    (found,) = of(verdict, "site_unreachable")
    counted = {"total": 100, "failed": 1, "inconclusive": 80, "share": 0.05, "low": 0.0089, "high": 0.2361}
    assert found.detail == counted | {"outcomes": {"timeout": 1}, "monitors": {"": 1}}
    assert found.url == SITE.home
    assert judge(visits=probes(20, 1, 80)).vetoes == ()


def test_below_the_veto_each_percent_costs_five_points_exactly():
    verdict = judge(visits=probes(24 * 4, 4))
    assert verdict.deductions == 20.0
    assert len(of(verdict, "home_unavailable")) == 1
    assert judge(visits=probes(29, 1)).deductions == pytest.approx(500 / 30, abs=1e-12)


@pytest.mark.parametrize("visits", [probes(0), probes(0, 0, 20)])
def test_without_one_conclusive_visit_nothing_is_told(visits):
    verdict = judge(visits=visits)
    assert (verdict.verdict, verdict.deductions) == ("insufficient", None)
    assert any("访问记录" in doubt for doubt in verdict.doubts)


# --- the interval -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failed", "of_", "low", "high"),  # Brown, Cai & DasGupta's formula, worked out by hand
    [
        (0, 20, 0.0, 0.1611),
        (1, 20, 0.0089, 0.2361),
        (10, 20, 0.2993, 0.7007),
        (20, 20, 0.8389, 1.0),
        (7, 140, 0.0244, 0.0996),
    ],
)
def test_wilsons_interval(failed: int, of_: int, low: float, high: float):
    assert interval(failed, of_) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_narrows(seen: tuple[int, int]):
    failed, of_ = seen
    low, high = interval(failed, of_)
    assert 0 <= low <= failed / of_ + 1e-12
    assert failed / of_ - 1e-12 <= high <= 1
    wider = interval(failed * 4, of_ * 4)
    assert wider[1] - wider[0] < high - low


def test_a_count_has_its_share_and_interval():
    assert count_probes(probes(19, 1, 5)) == ProbeCount(25, 1, 5, 0.05, 0.0089, 0.2361)
    assert count_probes(probes(0, 0, 5)) == ProbeCount(5, 0, 5)


# --- who saw it -------------------------------------------------------------------------------------------------


def visit(n: int, outcome: Outcome = "ok", place: str = "kunming", hours: float = 0, **more) -> Probe:
    failed = {"ok": False, "challenge": None}.get(outcome, True)
    at = NOON + timedelta(hours=hours)
    return replace(Probe(SITE.code, 1, n, at, 1.0, outcome, None, failed, f"{place}-7-abcdef"), **more)


def fine(number: int, place: str = "kunming", first: int = 1) -> list[Probe]:
    return [visit(n, place=place, hours=n) for n in range(first, first + number)]


def test_what_one_monitor_saw_while_another_opened_the_site_accuses_nobody():
    ours = [visit(n, "timeout", hours=n) for n in range(21, 26)]
    others = fine(5, "beijing", 21)
    shifted = [replace(p, visit=p.visit + 10) for p in others]
    verdict = judge(visits=[*fine(20), *ours, *shifted])
    assert (verdict.verdict, verdict.vetoes, verdict.deductions) == ("insufficient", (), None)
    (doubt,) = verdict.doubts
    assert doubt == "首页5次打不开，只由监测点kunming所见，同时段其他监测点能够打开，疑为本方线路问题"


def nine_failures(confirmed: int) -> list[Probe]:
    """Of 140 visits from kunming, each at once looked at from beijing, which saw so many of them too."""
    down = [visit(n, "timeout", hours=n) for n in range(131, 140)]
    looks = [visit(-n, "timeout" if n - 131 < confirmed else "ok", "beijing", n + 0.01) for n in range(131, 140)]
    return [*fine(130), *down, visit(140, hours=140), *looks]


@pytest.mark.parametrize(("confirmed", "vetoed"), [(0, False), (1, False), (6, False), (7, True), (9, True)])
def test_what_another_monitor_did_not_contradict_must_reach_the_limit(confirmed: int, vetoed: bool):
    verdict = judge(visits=nine_failures(confirmed), planned=140)
    assert (verdict.verdict, verdict.vetoes) == (("fail", ("site_unreachable",)) if vetoed else ("insufficient", ()))
    some = f"其中{9 - confirmed}次" if confirmed else ""
    doubt = f"首页9次打不开，{some}只由监测点kunming所见，同时段其他监测点能够打开，疑为本方线路问题"
    assert verdict.doubts == (() if vetoed else (doubt,))


def test_a_failure_of_another_day_cancels_no_contradiction():
    once = visit(141, "timeout", "beijing", hours=100)
    alone = replace(once, visit=141, at=NOON - timedelta(hours=31))
    for other in (once, alone):
        assert judge(visits=[*nine_failures(0), other], planned=141).verdict == "insufficient"


def test_the_nearest_look_from_elsewhere_decides():
    down = visit(20, "timeout", hours=20)
    confirmed, opened = visit(-20, "timeout", "beijing", 20.01), visit(21, "ok", "beijing", 20.9)
    assert judge(visits=[*fine(19), down, confirmed]).vetoes == ("site_unreachable",)
    assert judge(visits=[*fine(18), down, confirmed, opened]).vetoes == ("site_unreachable",)
    looks = [replace(confirmed, outcome="ok", failed=False), replace(opened, visit=-21, failed=True)]
    assert judge(visits=[*fine(19), down, *looks]).vetoes == ()


def test_what_another_monitor_contradicted_costs_no_points():
    down, opened = visit(30, "timeout", hours=30), visit(-30, "ok", "beijing", 30.01)
    assert judge(visits=[*fine(29), down]).deductions == pytest.approx(500 / 30)
    verdict = judge(visits=[*fine(29), down, opened])
    assert (verdict.verdict, verdict.deductions, verdict.findings) == ("pass", 0.0, ())
    both = judge(visits=[*fine(58), down, opened, visit(60, "reset", hours=59)], planned=60)
    assert both.deductions == pytest.approx(500 / 60)


@pytest.mark.parametrize(
    ("good", "failed", "inconclusive", "verdict"),
    [(1, 0, 139, "insufficient"), (69, 0, 71, "insufficient"), (70, 0, 70, "pass"), (68, 1, 71, "insufficient")],
)
def test_a_site_that_was_hardly_seen_does_not_pass(good: int, failed: int, inconclusive: int, verdict: str):
    seen = judge(visits=probes(good, failed, inconclusive), planned=140)
    assert (seen.verdict, seen.vetoes, seen.findings) == (verdict, (), ())
    told = f"首页的140次访问只有{good + failed}次有效，不足以判断首页可用性"
    assert seen.doubts == ((told,) if verdict == "insufficient" else ())


def test_an_early_report_rests_on_the_visits_made_so_far():
    assert judge(visits=probes(3, 0, 1), planned=140).verdict == "pass"
    assert judge(visits=probes(1, 0, 3), planned=140).verdict == "insufficient"


def test_a_failure_that_two_monitors_saw_stands():
    seen = [visit(21, "timeout", hours=21), visit(22, "reset", "beijing", hours=22)]
    verdict = judge(visits=[*fine(20), *seen, *fine(3, "beijing", 23)])
    (found,) = of(verdict, "site_unreachable")
    assert found.detail["monitors"] == {"beijing": 1, "kunming": 1}
    assert found.detail["outcomes"] == {"reset": 1, "timeout": 1}
    assert "2个监测点访问，2个见到打不开" in found.excerpt


def test_another_monitor_that_was_there_at_other_hours_says_nothing():
    down = [visit(n, "timeout", hours=n) for n in range(30, 40)]
    assert judge(visits=[*fine(10, "beijing"), *fine(10, first=11), *down]).vetoes == ("site_unreachable",)


def test_the_only_monitor_is_said_to_be_the_only_one():
    (found,) = of(judge(visits=[*fine(10), visit(11, "timeout", hours=11)]), "site_unreachable")
    assert found.excerpt == "访问首页11次，打不开1次，未能判断0次；只有一个监测点，无他处可复核"


@pytest.mark.parametrize(
    ("confirmed", "vetoes"), [("timeout", ("site_unreachable",)), ("ok", ()), ("challenge", ("site_unreachable",))]
)
def test_a_confirming_visit_tells_the_site_from_our_line_and_counts_in_no_share(
    confirmed: Outcome, vetoes: tuple[str, ...]
):
    seen = [*fine(19), visit(20, "timeout", hours=20), visit(-20, confirmed, "beijing", hours=20.01)]
    verdict = judge(visits=seen)
    assert verdict.vetoes == vetoes
    assert verdict.probes == ProbeCount(20, 1, 0, 0.05, 0.0089, 0.2361)


def test_confirming_visits_alone_make_no_share():
    assert judge(visits=[*fine(20), visit(-3, "timeout", "beijing")]).verdict == "pass"


def test_a_round_that_found_it_closed_waits_for_the_next_one():
    down = [visit(n, "timeout", hours=n) for n in range(1, 21)]
    first = judge(visits=down, planned=40, rounds=2)
    assert (first.verdict, first.vetoes) == ("insufficient", ())
    assert first.doubts == ("首页打不开只见于第1轮，尚待另一轮复查",)
    again = [replace(p, round=2, at=p.at + timedelta(days=7)) for p in down]
    assert judge(visits=[*down, *again], planned=40, rounds=2).vetoes == ("site_unreachable",)
    up = [replace(p, outcome="ok", failed=False) for p in again]
    assert judge(visits=[*down, *up], planned=40, rounds=2).vetoes == ("site_unreachable",)  # 20 of 40


def test_visits_of_another_round_that_told_nothing_are_no_second_look():
    down = [visit(n, "timeout", hours=n) for n in range(1, 21)]
    walls = [replace(p, round=2, outcome="challenge", failed=None) for p in down]
    assert judge(visits=[*down, *walls], planned=40, rounds=2).verdict == "insufficient"


# --- what it shows ----------------------------------------------------------------------------------------------


def test_the_evidence_is_the_last_failed_visit_that_left_an_answer():
    silent = [visit(11, "timeout", hours=11), visit(13, "timeout", hours=13)]
    (found,) = of(judge(visits=[*fine(10), *silent]), "site_unreachable")
    assert found.evidence == f"{CAMPAIGN}:1:{SITE.code}:13"
    told = visit(12, "http_error", hours=12, status=500, page="p")
    (found,) = of(judge(visits=[*fine(10), *silent, told]), "site_unreachable")
    assert found.evidence == f"{CAMPAIGN}:1:{SITE.code}:12"


@given(
    st.permutations([*fine(10), visit(11, "timeout"), visit(12, "reset", "beijing"), visit(-11, "timeout", "beijing")])
)
def test_the_order_of_visits_changes_nothing(visits: list[Probe]):
    assert judge(visits=visits) == judge(visits=sorted(visits, key=lambda p: p.visit))
