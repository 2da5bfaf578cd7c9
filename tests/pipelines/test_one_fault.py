"""Nothing is charged twice for one fault, and every charge names what it rests on."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govcrawl.contracts import Observation
from pipelines.standards import load_pack
from tests.pipelines.build import HOME, SITE, column, dead, fine_with, home, judge, letter, probes
from tests.pipelines.test_columns import states
from tests.pipelines.test_home import of
from tests.pipelines.test_points import PORTAL
from tests.pipelines.test_scoring import ANY, CLASSES, VISITS


def at(
    path: str, one: Observation, *, name: str = "", registered: bool = False, items: list | None = None
) -> Observation:
    """The same column as it shows itself at another address."""
    data = one.data | {"column": f"{HOME}{path}/", "name": name or one.data["name"], "registered": registered}
    return replace(one, url=f"{HOME}{path}/", data=data | ({} if items is None else {"items": items}))


# --- one column, several addresses ------------------------------------------------------------------------------


def test_one_name_and_a_shared_entry_are_one_column():
    first = column("tz", "notice", 200, 300, 400)
    other = at("gov/tz", first, items=[first.data["items"][0], ["x", first.data["items"][1][1]]])
    verdict = judge(fine_with(first, other))
    assert (verdict.deductions, len(of(verdict, "column_stale"))) == (4.0, 1)
    stranger = at("gov/tz", first, name="另一栏目", items=other.data["items"])
    assert judge(fine_with(first, stranger)).deductions == 8.0
    assert judge(fine_with(first, at("gov/tz", first, items=[["y", first.data["items"][0][1]]]))).deductions == 8.0


def test_a_registered_column_wins_with_its_name_and_class():
    found = column("tz", "other", 3)
    named = at("a/tz", replace(found, data=found.data | {"cls": "notice"}), name="通知公告", registered=True)
    (shown,) = [c for c in judge(fine_with(found, named)).columns if c.url.endswith("tz/")]
    assert (shown.name, shown.cls, shown.url) == ("通知公告", "notice", f"{HOME}a/tz/")
    assert judge(fine_with(found, named)).columns[0] == shown  # registered ones first


def test_a_blank_column_at_a_registered_and_a_found_address_is_one():
    blank = column("tz", "static", state="blank")
    same, stranger = at("b/tz", blank, registered=True), at("c/tz", blank, name="别的")
    assert sum(c.state == "blank" for c in judge(fine_with(blank, same)).columns) == 1
    assert sum(c.state == "blank" for c in judge(fine_with(blank, same, stranger)).columns) == 2
    assert sum(c.state == "blank" for c in judge(fine_with(blank, at("b/tz", blank))).columns) == 2


def test_a_blank_column_is_not_stale_too():
    verdict = judge(fine_with(column("x", "news", 400), column("y", "news", state="blank")))
    assert (states(verdict)["x"], states(verdict)["y"]) == ("stale", "blank")
    assert verdict.deductions == 3.0


# --- links ------------------------------------------------------------------------------------------------------


def test_a_column_that_died_after_it_was_judged_is_charged_once():
    stale = column("tz", "notice", 400)
    gone = dead("tz/index.html", on_home=True, round=2)
    assert judge(fine_with(stale, gone)).deductions == 4.0
    assert judge(fine_with(column("tz", "other", 400), gone)).deductions == 1.0  # that one costs no points
    assert len(of(judge(fine_with(stale, gone)), "dead_link")) == 1  # listed all the same


def test_one_target_in_two_spellings():
    other = replace(dead("x", on_home=True), data=dead("x", on_home=True).data | {"target": "https://example.gov.cn/x"})
    assert judge(fine_with(dead("x"), other)).deductions == 1.0


def test_an_outage_is_not_charged_as_dead_links_too():
    down = [dead(f"d{n}", on_home=True, status="timeout") for n in range(12)]
    outage = probes(98, 2)
    assert judge(fine_with(), outage).deductions == 10.0
    assert judge(fine_with(*down), outage).deductions == 12.0
    assert judge(fine_with(*down[:5]), outage).deductions == 10.0
    assert judge(fine_with(*down)).deductions == 12.0
    gone = [dead(f"g{n}", on_home=True) for n in range(3)]
    assert judge(fine_with(*down[:5], *gone), outage).deductions == 13.0
    elsewhere = dead("", on_home=True, status="dns")
    elsewhere.data["target"] = "http://other.example.cn/"
    assert judge(fine_with(elsewhere), outage).deductions == 11.0


def test_a_dead_home_page_is_a_matter_of_availability():
    itself = dead("index.html", status=500)
    assert judge(fine_with(itself), probes(99, 1)).deductions == 5.0


# --- levels (2019) ----------------------------------------------------------------------------------------------

DEPARTMENT = replace(SITE, name="示例市统计局网站")
BOARD = column("zx", "consult", state="text")


def under_2019(*columns: Observation, nav: list[str] | None = None, site=DEPARTMENT):
    shown = home(*range(12))
    if nav is not None:
        shown.data["nav"] = [f"{HOME}{path}/" for path in nav]
    return judge(fine_with(shown, BOARD, *columns, but="home"), pack=load_pack("2019"), site=site)


@pytest.mark.parametrize(
    ("news", "notices", "in_nav", "vetoed"),
    [(5, 0, 0, True), (0, 5, 5, True), (1, 4, 4, True), (1, 4, 3, False), (4, 5, 0, False)],
)
def test_notices_count_only_as_main_columns(news: int, notices: int, in_nav: int, vetoed: bool):
    old = [column(f"n{n}", "news", 400) for n in range(news)] + [column(f"t{n}", "notice", 400) for n in range(notices)]
    verdict = under_2019(*old, nav=["about", *(f"t{n}" for n in range(in_nav))])
    assert verdict.vetoes == (("columns_not_updated",) if vetoed else ())
    assert verdict.verdict == ("fail" if vetoed else "pass")
    assert judge(fine_with(*old)).vetoes == (("columns_not_updated",) if news + notices >= 5 else ())


def test_where_the_main_navigation_is_not_known_nobody_is_accused():
    old = [column(f"t{n}", "notice", 400) for n in range(6)]
    verdict = under_2019(*old)
    assert (verdict.verdict, verdict.vetoes) == ("insufficient", ())
    assert "6个超期未更新的栏目未能判断是否一级栏目" in verdict.doubts
    assert under_2019(*old[:3]).verdict == "pass"
    assert under_2019(*(column(f"x{n}", "plan", 400) for n in range(10))).vetoes == ("columns_not_updated",)


def test_a_portals_policy_column_costs_five_points_once():
    old = [column(f"p{n}", "policy", 400) for n in range(2)]
    assert under_2019(*old, nav=["p0", "p1"], site=PORTAL).score == "95"
    assert under_2019(*old, nav=["about"], site=PORTAL).score == "100"
    assert under_2019(column("n", "news", 400), nav=["n"], site=PORTAL).score == "100"  # its points are not known


def test_letters_of_2019():
    complaint = letter(200, board_name="网上投诉")
    assert judge(fine_with(complaint)).vetoes == ()
    assert judge(fine_with(complaint), pack=load_pack("2019")).vetoes == ("poor_response",)
    for board in ("网上信访", "纪检举报"):
        assert judge(fine_with(letter(200, board_name=board)), pack=load_pack("2019")).vetoes == ()


# --- provenance -------------------------------------------------------------------------------------------------


def test_every_charge_names_its_observations():
    seen = [replace(o, id=f"id-{n}") for n, o in enumerate(fine_with(dead("x"), column("n", "news", 99), letter(1)))]
    verdict = judge(seen, [*probes(98, 2)])
    known = {o.id: o for o in seen}
    items = {i.indicator: i for i in verdict.items}
    assert set(items) == {"dead_link", "column_stale", "home_unavailable"}
    assert [known[id_].kind for id_ in items["dead_link"].observations] == ["dead_link"]
    assert [known[id_].url for id_ in items["column_stale"].observations] == [f"{HOME}n/"]
    assert len(items["home_unavailable"].observations) == 2
    assert sum(float(i.points) for i in verdict.items) == verdict.deductions
    assert {f for i in verdict.items for f in i.findings} == {f.id for f in verdict.findings}


def test_the_observations_of_a_veto_are_those_of_all_its_columns():
    old = [replace(column(f"n{n}", "news", 99), id=f"id-{n}") for n in range(6)]
    (found,) = of(judge(fine_with(*old)), "columns_not_updated")
    assert found.seen == tuple(f"id-{n}" for n in range(6))


def test_a_link_that_a_server_called_dead_is_no_part_of_an_outage():
    seen = [dead("x/", status=404, round=2), dead("x/", status="timeout", on_home=True, round=2)]
    for some in (seen, seen[::-1]):
        verdict = judge(fine_with(home(*range(12), round=2), *some), probes(20, 1))
        assert verdict.deductions == pytest.approx(500 / 21 + 1)


def test_a_link_asked_for_while_we_were_cut_off_is_a_doubt():
    gone = replace(dead("x/", status="timeout", on_home=True), key="x")
    ours = replace(gone, data=gone.data | {"cut_off": True})
    assert judge(fine_with(gone)).deductions == 1.0
    verdict = judge(fine_with(ours))
    assert (verdict.verdict, verdict.deductions, verdict.findings) == ("pass", 0.0, ())
    assert verdict.doubts == ("1个链接在本方网络中断时检查，未能判断是否可用",)
    many = [
        replace(o, data=o.data | {"cut_off": True})
        for o in (dead(f"h{n}", status="dns", on_home=True) for n in range(41))
    ]
    assert judge(fine_with(*many)).verdict == "insufficient"


# --- laws -------------------------------------------------------------------------------------------------------

NEW_FAULTS = st.one_of(
    st.builds(lambda n, cls: column(f"new-{cls}-{n}", cls, 400, round=1), st.integers(0, 9), CLASSES),
    st.builds(lambda n, home, status: dead(f"new{n}/", on_home=home, status=status, round=2), st.integers(0, 30), st.booleans(),
              st.sampled_from([404, "timeout", "dns"])),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(ANY, max_size=12), VISITS, st.lists(NEW_FAULTS, max_size=9), st.lists(NEW_FAULTS, min_size=1, max_size=9),
       st.integers(0, 3), st.sampled_from(["2015", "2019"]))  # fmt: skip
def test_more_faults_never_raise_a_score(seen, visits, some, more, down, pack):
    before = fine_with(home(*range(12), round=2), *seen, *some)
    judged = [
        judge(looks, [*visits, *failed], pack=load_pack(pack), site=PORTAL)
        for looks, failed in ((before, []), ([*before, *more], []), ([*before, *more], probes(0, down)))
    ]
    for one, two in pairwise(judged):
        if one.deductions is not None and two.deductions is not None:
            assert two.deductions >= one.deductions
        if one.score is not None and two.score is not None:
            assert float(two.score) <= float(one.score)


SCRIPT = """
from tests.pipelines.build import *
from pipelines.standards import load_pack
import json
from dataclasses import asdict
old = [column(f"c{n}", c, 400, 500 + n) for n, c in enumerate(["news", "notice", "policy", "plan"] * 3)]
looks = fine_with(*old, *(dead(f"d{n}", on_home=n % 2 == 0) for n in range(9)), letter(200), footer(["icp"], path="a/"))
looks += [column(f"c{n}", "news", 400, 500 + n, part="2.html", round=2) for n in range(9)]
for pack in ("2015", "2019"):
    print(json.dumps(asdict(judge(looks, pack=load_pack(pack))), default=str))
"""


def test_another_process_says_the_same_to_the_byte():
    said = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "77")
    }
    assert len(said) == 1
    assert len(said.pop()) > 5000
