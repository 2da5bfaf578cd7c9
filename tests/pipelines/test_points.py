"""From rulings to a score: caps, bonus, the part that doesn't apply, the pass line; to the last fraction of a point."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govcrawl.contracts import Site
from pipelines.points import add_up, plain
from pipelines.rulings import Case, Ruling
from pipelines.seen import look_at
from pipelines.standards import load_pack, read_pack
from tests.pipelines.build import AS_OF, CAMPAIGN, SITE, column, dead, fine_with, home, judge, probes
from tests.pipelines.test_home import of

DEPARTMENT = replace(SITE, name="示例市统计局网站")
PORTAL = Site(
    SITE.code, "示例区人民政府门户网站", "http://www.example.gov.cn/", "昆明", organiser="示例区人民政府办公室"
)
#: An official table as an office may import it: every point known.
OFFICIAL = """[pack]
name = "official"
version = 3
inherits = "2019"
title = "官方评分表"
source = "附件"
[group.publishing]
points = "35"
[group.interaction]
points = "20"
[group.functions]
points = "20"
[deduction.dead_link]
points_home = "1"
points_other = "0.1"
cap = "8"
[deduction.missing_identity]
points = "2"
cap = "2"
unscored = ""
[deduction.column_blank]
points = "0.5"
cap = "1"
unscored = ""
group = "services"
[bonus.home_few_updates]
word = "更新多"
clause = "加分"
source = "附件"
verified = true
judged = "crawl"
points = "20"
cap = "30"
fewer_than = 1
window_days = 14
"""


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory):
    path: Path = tmp_path_factory.mktemp("packs") / "official.toml"
    path.write_text(OFFICIAL, "utf-8")
    return read_pack(path)


def summed(pack, site=PORTAL, **found: int):
    """What so many findings of each rule come to; ``dead_link`` costs a point each."""
    case = Case(CAMPAIGN, site, pack, look_at([], AS_OF))
    rulings = []
    for rule, count in found.items():
        findings = tuple(case.finding(rule, {}, key=str(n)) for n in range(count))
        rulings.append(Ruling(rule, findings, Fraction(count) if rule == "dead_link" else None))
    return add_up(case, rulings)


def test_points_within_their_caps(official):
    total = summed(official, dead_link=7, missing_identity=1, column_blank=3)
    assert (total.points, total.score) == (7 + 2 + 1, 90)
    assert {i.indicator: (i.table, i.points, i.cap, len(i.findings)) for i in total.items} == {
        "column_blank": ("deduction", "1", "1", 3), "missing_identity": ("deduction", "2", "2", 1), "dead_link": ("deduction", "7", "8", 7),
    }  # fmt: skip
    assert summed(official, dead_link=70).score == 92


def test_a_site_without_services_is_scored_by_the_rest(official):
    quiet = replace(PORTAL, serves_public=False)
    assert summed(official, quiet).score == 100
    assert summed(official, quiet, dead_link=3).score == Fraction(72 * 4, 3)
    assert summed(official, quiet, dead_link=8, missing_identity=1).score == Fraction(65 * 4, 3)
    # what stands in the part that is left out costs nothing
    assert summed(official, quiet, column_blank=2).score == 100


def test_the_bonus_opens_above_eighty_and_has_a_limit(official):
    only = replace(official, rules={n: replace(r, cap=None) for n, r in official.rules.items()})
    assert summed(only, dead_link=19, home_few_updates=1).score == 81 + 20
    assert summed(only, dead_link=20, home_few_updates=1).score == 80
    assert summed(only, home_few_updates=2).score == 130
    assert summed(only, home_few_updates=1).points == 0


@pytest.mark.parametrize(("links", "failed"), [(40, False), (41, True), (100, True), (120, True)])
def test_below_sixty_fails(official, links: int, failed: bool):
    only = replace(
        official, rules={n: replace(r, cap=None) if r.id == "dead_link" else r for n, r in official.rules.items()}
    )
    total = summed(only, dead_link=links)
    assert (total.failed, total.score) == (failed, max(0, 100 - links))


def test_departments_have_no_points(official):
    total = summed(official, DEPARTMENT, dead_link=90)
    assert (total.points, total.score, total.failed) == (None, None, False)
    assert [(i.indicator, i.points) for i in total.items] == [("dead_link", None)]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (Fraction(0), "0"), (Fraction(40), "40"), (Fraction("12.5"), "12.5"), (Fraction("0.1"), "0.1"), (Fraction(1, 1024), "0.0009765625"),
        (Fraction(500, 30), "16.666666"), (Fraction(288, 3), "96"), (Fraction(401, 10), "40.1"),
    ],
)  # fmt: skip
def test_figures_are_exact_decimals(number: Fraction, words: str):
    assert plain(number) == words


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["dead_link", "missing_identity", "column_blank", "columns_blank"]), st.integers(0, 60)
    ),
    st.sampled_from(["dead_link", "missing_identity", "column_blank"]),
    st.booleans(),
)
def test_more_findings_never_raise_a_score(official, found: dict[str, int], another: str, serves: bool):
    site = replace(PORTAL, serves_public=serves)
    one, two = summed(official, site, **found), summed(official, site, **found | {another: found.get(another, 0) + 1})
    assert two.score <= one.score
    assert two.points >= one.points
    assert two.failed >= one.failed
    assert one == summed(official, site, **dict(reversed(found.items())))


# --- whole sites ------------------------------------------------------------------------------------------------


def test_a_portal_under_an_imported_table(official):
    verdict = judge(fine_with(*(dead(f"d{n}", on_home=True) for n in range(9))), pack=official, site=PORTAL)
    assert (verdict.verdict, verdict.deductions, verdict.score, verdict.pack) == ("pass", 8.0, "92", "official@3")
    (item,) = [i for i in verdict.items if i.indicator == "dead_link"]
    assert (item.points, item.cap, set(item.findings)) == ("8", "8", {f.id for f in of(verdict, "dead_link")})


def test_a_portal_below_sixty(official):
    rules = {n: replace(r, cap=None) if r.id == "dead_link" else r for n, r in official.rules.items()}
    links = [dead(f"d{n}", on_home=True) for n in range(41)]
    verdict = judge(fine_with(*links), pack=replace(official, rules=rules), site=PORTAL)
    assert (verdict.verdict, verdict.score, verdict.reasons) == ("fail", "59", ("总分低于60分",))
    (below,) = of(verdict, "score_below_pass")
    assert below.detail == {"deductions": 41.0, "pass_line": 60.0, "score": 59.0}
    assert below.excerpt == "累计扣分41分，得分59分"


def test_the_score_of_2019_says_what_it_lacks():
    portal = judge(pack=load_pack("2019"), site=PORTAL)
    assert (portal.verdict, portal.score) == ("pass", "100")
    assert {"overview_info", "services_statistics", "bonus_innovation"} <= set(portal.unscored)
    department = judge(pack=load_pack("2019"), site=DEPARTMENT)
    assert (department.verdict, department.score, department.deductions, department.unscored) == (
        "pass",
        None,
        None,
        (),
    )


def test_faults_of_a_department_are_still_listed():
    verdict = judge(fine_with(dead("x"), column("p", "policy", 400)), pack=load_pack("2019"), site=DEPARTMENT)
    assert {f.indicator for f in verdict.findings} == {"dead_link", "column_stale"}
    assert verdict.verdict == "pass"


def test_what_might_be_a_portal_is_named():
    unsure = replace(SITE, name="示例政务门户")
    assert any("门户网站" in doubt for doubt in judge(pack=load_pack("2019"), site=unsure).doubts)
    assert judge(pack=load_pack("2019"), site=DEPARTMENT).doubts == ("抓取未见网上咨询建言渠道，须人工确认",)
    assert judge(site=unsure).doubts == ()


def test_a_veto_ends_the_scoring_of_a_portal():
    verdict = judge(fine_with(home(50), but="home"), probes(0, 20), pack=load_pack("2019"), site=PORTAL)
    assert (verdict.vetoes, verdict.score, verdict.deductions) == (("home_not_updated", "site_unreachable"), None, None)
    assert {i.indicator: i.points for i in verdict.items} == {"home_not_updated": None, "site_unreachable": None}
