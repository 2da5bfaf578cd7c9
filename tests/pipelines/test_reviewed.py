"""What people decided counts at the next scoring: what they dismissed is listed and counts for nothing, what they confirmed fails a site
where only a person can judge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from govcrawl.contracts import Finding, Observation, Verdict
from pipelines.allowed import Allowed, taught
from pipelines.standards import load_pack
from tests.pipelines.build import HOME, SITE, column, dead, fine_with, judge, see
from tests.pipelines.test_checks import typo


def of(verdict: Verdict, indicator: str) -> list[Finding]:
    return [f for f in verdict.findings if f.indicator == indicator]


def dismissing(*findings: Finding) -> dict[str, Any]:
    return {"allowed": taught([replace(f, review="dismissed") for f in findings])}


def stale(count: int) -> list[Observation]:
    return fine_with(*(column(f"dt{n}", "news", 400, 410) for n in range(count)))


def test_a_veto_that_a_person_dismissed_fails_nobody_and_is_still_listed() -> None:
    seen = stale(6)
    failed = judge(seen)
    assert failed.vetoes == ("columns_not_updated",)
    (veto,) = of(failed, "columns_not_updated")
    after = judge(seen, **dismissing(veto))
    assert (after.verdict, after.vetoes) == ("pass", ())
    assert of(after, "columns_not_updated") == [veto]
    assert not [item for item in after.items if item.indicator == "columns_not_updated"]


def test_points_of_a_dismissed_finding_are_given_back() -> None:
    seen = fine_with(dead("a.html"), dead("b.html", on_home=True), dead("c.html"))
    before = judge(seen)
    first, second, third = sorted(of(before, "dead_link"), key=lambda f: f.url)
    one_less = judge(seen, **dismissing(second))
    none = judge(seen, **dismissing(first, second, third))
    assert before.deductions is not None
    assert one_less.deductions is not None
    assert before.deductions - one_less.deductions == pytest.approx(1)
    assert none.deductions == judge(fine_with()).deductions
    assert len(of(none, "dead_link")) == 3


def test_a_column_that_is_not_stale_after_all_leaves_the_count_and_is_shown_fresh() -> None:
    seen = stale(5)
    before = judge(seen)
    assert before.vetoes == ("columns_not_updated",)
    one = of(before, "column_stale")[0]
    after = judge(seen, **dismissing(one))
    assert after.vetoes == ()
    assert len(of(after, "column_stale")) == 5
    assert next(c.state for c in after.columns if c.url == one.url) == "fresh"
    assert len([c for c in after.columns if c.state == "stale"]) == 4


def test_a_column_that_is_not_blank_after_all_leaves_the_count() -> None:
    seen = fine_with(*(column(f"k{n}", "other", state="blank") for n in range(5)))
    before = judge(seen)
    assert "columns_blank" in before.vetoes
    after = judge(seen, **dismissing(of(before, "column_blank")[0]))
    assert "columns_blank" not in after.vetoes
    assert len(of(after, "column_blank")) == 5


@pytest.mark.parametrize(
    ("pack", "indicator", "veto"),
    [
        ("2015", "serious_error", "serious_error"),
        ("2015-yunnan", "typo", "typo"),
        ("2019", "serious_error", "security_incident"),
    ],
)
def test_what_only_a_person_can_judge_fails_a_site_once_one_has_confirmed_it(
    pack: str, indicator: str, veto: str
) -> None:
    seen, by = fine_with(typo("a.html", indicator=indicator)), load_pack(pack)
    before = judge(seen, pack=by)
    assert before.vetoes == ()
    confirmed = [replace(f, review="confirmed") for f in of(before, veto)]
    after = judge(seen, pack=by, allowed=taught(confirmed))
    assert (after.verdict, after.vetoes) == ("fail", (veto,))
    assert after.reasons == (by.rules[veto].word,)
    gone = judge(seen, pack=by, allowed=taught([replace(f, review="dismissed") for f in confirmed]))
    assert gone.vetoes == ()


def test_a_confirmed_one_under_a_pack_that_only_lists_it_costs_nothing() -> None:
    seen = fine_with(typo("a.html"))
    (one,) = of(judge(seen), "typo")
    after = judge(seen, allowed=taught([replace(one, review="confirmed")]))
    assert (after.verdict, after.deductions) == ("pass", judge(fine_with()).deductions)


def hidden(target: str, page: str = "a.html") -> Observation:
    detail = {"target": target, "how": "display-none", "within": ""}
    data = {"check": "hijack", "indicator": "hidden_link", "detail": detail, "span": None}
    return see("check", HOME + page, data, key=f"hidden_link {target}", excerpt="友情链接")


def test_a_dismissed_hidden_link_teaches_its_domain_on_that_site_and_of_three_sites_everywhere() -> None:
    (one,) = of(judge(fine_with(hidden("http://www.partner.example.com/x"))), "hidden_link")
    learnt = dismissing(one)
    assert of(judge(fine_with(hidden("http://img.example.com/y")), **learnt), "hidden_link") == []
    assert len(of(judge(fine_with(hidden("http://www.partner.example.com/x")), **learnt), "hidden_link")) == 1, (
        "seen, it stays"
    )
    assert len(of(judge(fine_with(hidden("http://other.example.org/")), **learnt), "hidden_link")) == 1
    elsewhere = replace(SITE, code="5399999999")
    new = fine_with(hidden("http://img.example.com/y"))
    assert len(of(judge(new, site=elsewhere, **learnt), "hidden_link")) == 1
    many = [replace(one, site=f"530000000{n}", id=str(n)) for n in range(3)]
    assert of(judge(new, site=elsewhere, **dismissing(*many)), "hidden_link") == []


def test_what_a_person_confirmed_no_lesson_takes_away() -> None:
    (one,) = of(judge(fine_with(typo("a.html"))), "typo")
    lesson = Allowed(words=frozenset({("", "典型案列")}))
    assert of(judge(fine_with(typo("a.html")), allowed=lesson), "typo") == []
    kept = replace(lesson, confirmed=frozenset({one.id}))
    assert of(judge(fine_with(typo("a.html")), allowed=kept), "typo") == [one]
