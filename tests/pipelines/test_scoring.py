"""The verdict as a whole: letters, links, marks, the pass line, what is insufficient, and the laws every verdict keeps."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.judged_pages import months_after
from tests.pipelines.build import (
    AS_OF,
    CAMPAIGN,
    FINE,
    HOME,
    MARKS,
    PACK,
    SITE,
    challenge,
    column,
    day,
    dead,
    fine_with,
    footer,
    home,
    judge,
    letter,
    probes,
    unread,
)
from tests.pipelines.test_home import of
from tests.pipelines.test_notices import notice

# --- letters ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "answered", "late"),
    [
        (92, None, False), (93, None, True), (365, None, True), (366, None, False),
        (200, 108, False), (200, 107, True), (365, 0, True), (None, None, False), (100, 200, False),
        (93, -1, True), (92, -30, False), (-5, None, False),
    ],
)  # fmt: skip
def test_more_than_three_calendar_months(asked: int | None, answered: int | None, late: bool):
    verdict = judge(fine_with(letter(asked, answered)))
    assert verdict.vetoes == (("poor_response",) if late else ())
    assert verdict.reasons == (("互动回应差",) if late else ())
    assert [f.detail for f in of(verdict, "poor_response")] == [{"asked": day(asked), "answered": day(answered)}] * late


def test_the_letter_of_the_yunnan_bulletin_has_a_day_left():
    """“2018年3月16日…至6月15日未回应”: that office counted its first day too."""
    assert judge(fine_with(letter((AS_OF - date(2018, 3, 16)).days))).vetoes == ()
    assert judge(fine_with(letter((AS_OF - date(2018, 3, 14)).days))).vetoes == ("poor_response",)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (date(2017, 7, 1), date(2017, 10, 1)),
        (date(2017, 11, 30), date(2018, 2, 28)),
        (date(2019, 11, 29), date(2020, 2, 29)),
        (date(2017, 12, 31), date(2018, 3, 31)),
        (date(2017, 9, 15), date(2017, 12, 15)),
    ],
)
def test_the_same_day_three_months_on(asked: date, due: date):
    assert months_after(asked, 3) == due


def test_what_is_no_evidence():
    for board in ("survey", "interview", "other"):
        assert judge(fine_with(letter(200, cls=board))).vetoes == ()
    assert judge(fine_with(letter(200, state="unknown"))).vetoes == ()
    assert judge(fine_with(letter(200, state="answered"))).vetoes == ()


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("咨询投诉", True),
        ("领导信箱", True),
        ("在线咨询", True),
        ("举报投诉", False),
        ("纪检信访", False),
        ("民意征集", False),
        ("在线访谈", False),
    ],
)
def test_boards_that_the_standard_excludes_by_name(name, counts):
    assert bool(judge(fine_with(letter(200, board_name=name))).vetoes) is counts


def test_a_letter_was_open_only_as_long_as_it_was_seen_open():
    assert judge(fine_with(letter(140, seen=50))).vetoes == ()
    assert judge(fine_with(letter(141, seen=50))).vetoes == ("poor_response",)


def test_the_last_look_at_a_letter_decides():
    seen_open, answered = letter(95, seen=1), letter(95, 10, round=2)
    assert judge(fine_with(seen_open, answered)).vetoes == ()
    verdict = judge(fine_with(letter(100, seen=20), letter(100, round=2, key="7")))
    assert len(of(verdict, "poor_response")) == 1


def test_one_timely_look_of_the_last_round_speaks_for_the_site():
    looks = [letter(200, 150, key="1"), letter(200, key="2")]
    assert judge(fine_with(*looks)).vetoes == ()


def test_an_answer_on_the_day_it_was_asked_and_one_before_it():
    assert judge(fine_with(letter(0, 0), letter(95, 95, title="当日"))).vetoes == ()
    assert judge(fine_with(letter(0, title="今日"))).verdict == "pass"


def test_the_class_of_the_board_beats_the_class_of_a_letters_title():
    board = column("xx", "other", state="text")
    assert judge(fine_with(letter(200), board)).vetoes == ()
    assert judge(fine_with(letter(200, cls="notice"), column("xx", "consult", state="text"))).vetoes == (
        "poor_response",
    )


def test_every_late_letter_is_found():
    verdict = judge(fine_with(*(letter(200, title=f"咨询{n}") for n in range(3))))
    assert sorted(f.excerpt for f in of(verdict, "poor_response")) == ["咨询0", "咨询1", "咨询2"]
    assert len({f.id for f in verdict.findings}) == 3


@pytest.mark.parametrize(
    ("trail", "counts"),
    [(["互动交流", "局长信箱"], True), (["举报投诉", "来信列表"], False), (["咨询投诉"], True), (["网上信访"], False)],
)
def test_boards_that_the_standard_excludes_by_what_is_above_them(trail, counts):
    one = letter(200, board_name="来信列表")
    one.data["trail"] = trail
    assert bool(judge(fine_with(one)).vetoes) is counts


@pytest.mark.parametrize("title", ["测试", "test123", "测试一下", "。。。", "1111", "asdf", "abc", ""])
def test_what_asks_nothing_is_no_letter(title):
    assert judge(fine_with(letter(200, title=title))).vetoes == ()


@pytest.mark.parametrize("title", ["测试仪器检定咨询怎么办理", "路灯不亮", "HPV疫苗"])
def test_a_short_or_strange_title_is_a_letter_still(title):
    assert judge(fine_with(letter(200, title=title))).vetoes == ("poor_response",)


@pytest.mark.parametrize(
    ("board", "state", "word"),
    [("form", "text", "只有提交表单"), ("script", "unknown", "由脚本生成"), ("", "unknown", "由脚本生成")],
)
def test_a_board_whose_letters_nobody_can_read_is_named(board, state, word):
    seen = column("xx", "consult", state=state)
    seen.data["board"] = board
    verdict = judge(fine_with(seen))
    assert (verdict.verdict, [word in doubt for doubt in verdict.doubts]) == ("pass", [True])


def test_an_empty_board_and_one_of_another_class_are_not_named():
    for board, cls in (("empty", "consult"), ("letters", "consult"), ("form", "survey")):
        seen = column("xx", cls, state="text")
        seen.data["board"] = board
        assert judge(fine_with(seen)).doubts == ()


def board(*ages, onward, part="", cls="consult"):
    look = column("xx", cls, *ages, part=part)
    look.data.update(board="letters", onward=onward)
    return look


@pytest.mark.parametrize(
    ("looks", "named"),
    [
        ([board(3, 40, onward=True)], True),  # its next page was not read, or couldn't be
        ([board(3, 40, onward=False)], False),
        ([board(3, 40, onward=True), board(366, 400, part="p2", onward=True)], False),  # a year is enough
        ([board(3, 400, onward=True)], True),  # an old letter may be pinned
        ([board(3, 40, onward=True), board(50, 70, part="p2", onward=False)], False),
        ([board(3, 40, onward=True), board(3, 40, part="p2", onward=True)], True),  # the first page once more
        ([board(onward=True)], True),
        ([board(3, onward=True), board(part="p2", onward=False)], True),  # an error in the next page's place
        ([board(onward=False)], False),
        ([board(3, 40, onward=True, cls="survey")], False),
    ],
)
def test_a_board_of_which_not_a_year_was_read_is_named(looks, named):
    verdict = judge(fine_with(*looks))
    assert (verdict.verdict, ["未能逐页读到一年前" in doubt for doubt in verdict.doubts]) == ("pass", [True] * named)


# --- links and marks --------------------------------------------------------------------------------------------


def test_a_dead_target_counts_once_and_the_home_page_wins():
    twice = [dead("x", found_on=f"{HOME}a/"), dead("x", on_home=True), dead("x", found_on=f"{HOME}b/")]
    verdict = judge(fine_with(*twice, dead("y", status="dns", found_on=f"{HOME}a/")))
    assert verdict.deductions == 1.1
    x, y = of(verdict, "dead_link")
    assert (x.url, x.detail, x.found_on) == (f"{HOME}x", {"status": 404, "on_home": True}, HOME)
    assert (y.detail, y.found_on, y.excerpt) == ({"status": "dns", "on_home": False}, f"{HOME}a/", "链接")


def test_a_link_that_a_later_round_found_mended_is_no_fault():
    assert judge(fine_with(dead("x"), dead("y"), dead("y", round=2))).deductions == 0.1
    assert judge(fine_with(dead("x"), home(1, round=2))).deductions == 0


def test_marks_are_missing_only_if_no_page_shows_them():
    verdict = judge(fine_with(footer(["icp", "police"]), footer(["icp", "organiser"], path="a/"), but="footer"))
    assert [f.detail for f in of(verdict, "missing_identity")] == [{"missing": ["icp"]}]
    assert (verdict.verdict, verdict.deductions) == ("pass", 0.0)
    assert of(judge(fine_with(but="footer")), "missing_identity") == []
    nothing = judge(fine_with(footer(MARKS), but="footer"))
    assert of(nothing, "missing_identity")[0].detail == {"missing": list(MARKS)}


@pytest.mark.parametrize(
    "unseen", [challenge("foot.html", "fragment"), unread("foot.js", "fragment"), unread("", "home")]
)
def test_a_mark_is_not_missing_while_a_part_of_the_site_is_unread(unseen):
    looks = [o for o in fine_with(footer(["icp"], path="a/"), but="footer") if unseen.url != HOME or o.kind != "home"]
    verdict = judge([*looks, unseen])
    assert of(verdict, "missing_identity") == []
    assert any("网站标识" in doubt for doubt in verdict.doubts)
    assert of(judge(looks), "missing_identity") != []


def test_a_mark_is_not_missing_where_a_script_draws_the_foot():
    drawn = footer(MARKS)
    drawn.data["drawn"] = True
    plain = footer(["icp"], path="a/")
    assert of(judge(fine_with(drawn, plain, but="footer")), "missing_identity") == []
    assert of(judge(fine_with(drawn, footer(["icp"]), but="footer")), "missing_identity") == []
    inner = footer(MARKS, path="b/")
    inner.data["drawn"] = True
    assert of(judge(fine_with(inner, plain, but="footer")), "missing_identity")[0].detail == {"missing": ["icp"]}
    wrong = footer(["icp"], code="5301000002")
    assert of(judge(fine_with(drawn, wrong, but="footer")), "missing_identity")[0].detail == {
        "missing": [],
        "site_code_shown": "5301000002",
    }


def test_a_wrong_code_is_shown():
    verdict = judge(fine_with(footer(code="5301000002"), but="footer"))
    assert of(verdict, "missing_identity")[0].detail == {"missing": [], "site_code_shown": "5301000002"}
    assert of(judge(fine_with(footer(code="5301000002"), footer(path="a/"), but="footer")), "missing_identity") == []
    ministry = replace(SITE, code="bm01000001")
    assert of(judge(fine_with(footer(code="BM01000001"), but="footer"), site=ministry), "missing_identity") == []


def test_a_site_without_a_registered_code_cannot_show_one():
    unregistered = replace(SITE, code="row-17")
    assert of(judge(fine_with(footer(["site_code"]), but="footer"), site=unregistered), "missing_identity") == []
    assert of(judge(site=unregistered), "missing_identity") == []


# --- the pass line ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("others", "verdict", "deductions"), [(400, "pass", 40.0), (401, "fail", 40.1)])
def test_exactly_forty_passes(others: int, verdict: str, deductions: float):
    result = judge(fine_with(*(dead(f"d{n}", found_on=f"{HOME}a/") for n in range(others))))
    assert (result.verdict, result.deductions, result.vetoes) == (verdict, deductions, ())
    assert result.reasons == (("扣分大于40分",) if verdict == "fail" else ())
    below = of(result, "score_below_pass")
    assert [f.detail for f in below] == ([{"deductions": 40.1, "pass_line": 40.0}] if verdict == "fail" else [])


def test_points_of_all_kinds_add_up_without_a_cap():
    dead_links = [dead(f"h{n}", on_home=True) for n in range(20)] + [dead("o", found_on=f"{HOME}a/")]
    stale = [column("n", "news", 99), column("p", "plan", 400)]
    verdict = judge(fine_with(home(1), *dead_links, *stale, but="home"), probes(99, 1))
    assert verdict.deductions == 20 + 0.1 + 3 + 5 + 5 + 5
    assert verdict.verdict == "pass"


def test_unread_columns_that_might_cross_the_line_leave_it_open():
    links = [dead(f"h{n}", on_home=True) for n in range(37)]
    missed = unread("tz/", "column", "notice")
    assert judge(fine_with(*links, missed)).verdict == "insufficient"
    assert judge(fine_with(*links[:36], missed)).verdict == "pass"
    assert (
        judge(fine_with(*links, dead("z", on_home=True), *links[:0], unread("q/", "column", "other"))).verdict == "pass"
    )


def test_what_is_certain_to_fail_fails_whatever_else_is_unknown():
    links = [dead(f"h{n}", on_home=True) for n in range(41)]
    missed = [unread(f"n{n}/", "column", "news") for n in range(9)]
    assert judge(fine_with(*links, *missed)).verdict == "fail"


def test_in_mid_crawl_only_what_nothing_can_undo_fails_a_site():
    links = [dead(f"h{n}", on_home=True) for n in range(41)]
    stale = [column(f"c{n}", "news", 15) for n in range(5)]
    for found in (links, stale):
        assert judge(fine_with(*found)).verdict == "fail"
        assert judge(fine_with(*found), complete=False).verdict == "insufficient"
    assert judge(fine_with(letter(93)), complete=False).vetoes == ("poor_response",)
    assert judge(visits=probes(0, 20), complete=False).vetoes == ("site_unreachable",)


def test_links_seen_behind_a_firewall_do_not_fail_a_site():
    links = [dead(f"h{n}", on_home=True, status="timeout") for n in range(41)]
    assert judge(fine_with(*links, challenge("", "home"), but="home")).verdict == "insufficient"
    assert judge(fine_with(*links), probes(0, 0, 20)).verdict == "insufficient"


# --- the whole --------------------------------------------------------------------------------------------------


def test_a_crawl_cut_short_does_not_pass():
    verdict = judge(complete=False)
    assert (verdict.verdict, verdict.deductions, verdict.doubts) == ("insufficient", None, ("抓取尚未完成",))
    assert judge(visits=probes(0, 20), complete=False).verdict == "fail"


@pytest.mark.parametrize("status", ["申请例外", "暂时关停", "永久关停"])
def test_sites_that_do_not_run_are_not_checked(status: str):
    verdict = judge(fine_with(letter(200)), probes(0, 20), site=replace(SITE, status=status))
    assert (verdict.verdict, verdict.vetoes, verdict.findings, verdict.doubts) == ("not_checked", (), (), ())


def test_several_vetoes_are_sorted_and_worded_in_the_order_of_the_standard():
    stale = [column(f"n{n}", "news", 99) for n in range(5)]
    verdict = judge(fine_with(home(50), letter(200), *stale, but="home"), probes(0, 20))
    assert verdict.vetoes == ("columns_not_updated", "home_not_updated", "poor_response", "site_unreachable")
    assert verdict.reasons == ("站点无法访问", "首页不更新", "多个栏目不更新", "互动回应差")
    assert (verdict.deductions, verdict.doubts) == (None, ())


def test_unscored_indicators_are_listed():
    assert judge().unscored == PACK.unscored()


def test_a_rule_that_the_pack_does_not_count_decides_nothing():
    letters = replace(PACK.rules["poor_response"], judged="person", unscored="须人工确认")
    verdict = judge(fine_with(letter(200)), pack=replace(PACK, rules={**PACK.rules, "poor_response": letters}))
    assert (verdict.verdict, len(of(verdict, "poor_response"))) == ("pass", 1)


def test_findings_can_be_shown():
    verdict = judge(fine_with(letter(200), dead("x"), column("n", "news", 99)), probes(0, 20))
    for found in verdict.findings:
        assert len(found.id) == 20
        assert (found.campaign, found.site, found.review) == (CAMPAIGN, SITE.code, "pending")
        assert found.clause
        assert found.excerpt, found.indicator
    assert len({f.id for f in verdict.findings}) == len(verdict.findings)
    json.dumps([f.detail for f in verdict.findings])


def test_a_finding_keeps_its_id_in_another_round():
    first = judge(fine_with(dead("x"), column("n", "news", 99)))
    again = judge(fine_with(dead("x", round=2), column("n", "news", 99, round=2)))
    assert {f.id for f in first.findings} == {f.id for f in again.findings}


# --- laws -------------------------------------------------------------------------------------------------------

CLASSES = st.sampled_from(["news", "notice", "policy", "personnel", "plan", "other", "static", "consult"])
PATHS = st.integers(0, 14).map(lambda n: f"c{n}")
STATES = st.sampled_from(["listed", "text", "blank", "unknown", "channel"])
AGES = st.one_of(st.none(), st.integers(-5, 500))
ANY = st.one_of(
    st.builds(lambda path, cls, ages, state, round: column(path, cls, *ages, state=state, round=round),
              PATHS, CLASSES, st.lists(AGES, max_size=3), STATES, st.integers(1, 2)),
    st.builds(lambda ages, nav, seen: home(*ages, nav_only=nav, seen=seen), st.lists(AGES, max_size=12), st.booleans(), st.integers(0, 90)),
    st.builds(lambda path, on_home: dead(path, on_home=on_home), PATHS, st.booleans()),
    st.builds(letter, AGES, AGES, title=PATHS, round=st.integers(1, 2)),
    st.builds(lambda path, cls: unread(f"{path}/", "column", cls), PATHS, CLASSES),
    st.builds(lambda path, role: challenge(path, role), PATHS, st.sampled_from(["home", "column", "more"])),
    st.builds(footer, st.sets(st.sampled_from(MARKS)), path=PATHS),
    st.builds(notice, st.sampled_from(["closed", "moved", "domain", "paused"]), st.sampled_from(["", HOME, "http://b.gov.cn/"])),
)  # fmt: skip
#: Faults that are new to the site, so that nothing seen before speaks for it.
FAULTS = st.one_of(
    st.builds(lambda n, cls: column(f"new{n}", cls, 400), st.integers(0, 30), CLASSES),
    st.builds(lambda n: column(f"void{n}", "static", state="blank"), st.integers(0, 30)),
    st.builds(lambda n: letter(200, title=f"新{n}"), st.integers(0, 9)),
    st.builds(lambda n, on_home: dead(f"gone{n}", on_home=on_home), st.integers(0, 99), st.booleans()),
)
VISITS = st.builds(probes, st.integers(0, 60), st.integers(0, 3), st.integers(0, 3))
ORDER = {"pass": 0, "insufficient": 1, "fail": 2}


@settings(max_examples=150)
@given(st.lists(ANY, max_size=25), VISITS, st.booleans(), st.randoms())
def test_order_is_irrelevant_and_twice_is_the_same(observations, visits, complete, random):
    first = judge(observations, visits, complete=complete)
    shuffled, turned = random.sample(observations, len(observations)), random.sample(visits, len(visits))
    again = judge(iter(shuffled), iter(turned), complete=complete)
    assert json.dumps(asdict(first), default=str) == json.dumps(asdict(again), default=str)
    assert judge(observations * 2, visits, complete=complete) == first


@settings(max_examples=150)
@given(st.lists(ANY, max_size=15), VISITS, st.booleans(), st.lists(FAULTS, min_size=1, max_size=12))
def test_more_faults_never_help(observations, visits, keep_fine, faults):
    before = [*(FINE if keep_fine else []), *observations]
    one, two = judge(before, visits), judge([*before, *faults], visits)
    assert ORDER[two.verdict] >= ORDER[one.verdict]
    assert set(one.vetoes) <= set(two.vetoes)
    assert {f.id for f in one.findings} <= {f.id for f in two.findings}
    if one.deductions is not None and two.deductions is not None:
        assert two.deductions >= one.deductions


@settings(max_examples=100)
@given(st.lists(ANY, max_size=25), VISITS)
def test_a_verdict_agrees_with_itself(observations, visits):
    verdict = judge(observations, visits)
    assert (verdict.verdict == "fail") == bool(verdict.reasons)
    assert (verdict.deductions is None) == (bool(verdict.vetoes) or verdict.verdict == "insufficient")
    assert verdict.verdict != "insufficient" or verdict.doubts
    indicators = {f.indicator for f in verdict.findings}
    assert set(verdict.vetoes) <= indicators
    assert ("score_below_pass" in indicators) == (verdict.verdict == "fail" and not verdict.vetoes)
    assert len(of(verdict, "column_stale")) == sum(c.state == "stale" for c in verdict.columns)
    assert len(of(verdict, "column_blank")) == sum(c.state == "blank" for c in verdict.columns)
