"""Rounds beside each other: what mends, what breaks, and what one look says against another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from govcrawl.contracts import Finding, Observation, Verdict
from pipelines.history import dated
from tests.pipelines.build import FINE, HOME, NOON, column, dead, home, judge, letter, probes

#: Days before the cut-off of rounds 1, 2 and 3, and the days themselves.
AGES = {1: 20, 2: 10, 3: 2}
FIRST, SECOND, THIRD = date(2018, 5, 26), date(2018, 6, 5), date(2018, 6, 13)


def looks(number: int, *faults: Observation) -> list[Observation]:
    """A round that finds the faultless site, and these faults."""
    return [*_at(number, FINE), *_at(number, faults)]


def _at(number: int, observations: Iterable[Observation]) -> list[Observation]:
    return [replace(o, round=number, at=NOON - timedelta(days=AGES[number])) for o in observations]


def over(*rounds: list[Observation], **more: Any) -> Verdict:
    seen = [o for own in rounds for o in own]
    visits = more.pop("visits", probes(20))
    return dated(judge(seen, visits, **more), seen, visits, lambda own: judge(own, visits=()))


def blank(path: str) -> Observation:
    return column(path, "other", state="blank")


def listed(path: str) -> Observation:
    return column(path, "other", 30)


def found(findings: Iterable[Finding], indicator: str) -> list[tuple[date | None, date | None, date | None]]:
    return [(f.first_seen, f.last_seen, f.gone) for f in findings if f.indicator == indicator]


def test_a_dead_link_that_is_mended_is_kept_with_both_dates_and_costs_nothing() -> None:
    verdict = over(looks(1, dead("x.html")), looks(2))
    assert found(verdict.findings, "dead_link") == []
    assert found(verdict.transient, "dead_link") == [(FIRST, FIRST, SECOND)]
    assert (verdict.verdict, verdict.deductions) == ("pass", over(looks(1), looks(2)).deductions)


def test_a_dead_link_that_stays_and_one_that_comes() -> None:
    verdict = over(looks(1, dead("x.html")), looks(2, dead("x.html"), dead("y.html")))
    days = {f.url: (f.first_seen, f.last_seen, f.gone) for f in verdict.findings if f.indicator == "dead_link"}
    assert days == {HOME + "x.html": (FIRST, SECOND, None), HOME + "y.html": (SECOND, SECOND, None)}
    assert verdict.transient == ()


def test_gone_since_the_first_round_that_looked_again() -> None:
    verdict = over(looks(1, dead("x.html")), looks(2, dead("x.html")), looks(3))
    assert found(verdict.transient, "dead_link") == [(FIRST, SECOND, THIRD)]


def test_where_no_later_round_looked_it_is_not_called_gone() -> None:
    """The page that linked to it was not read again."""
    verdict = over(looks(1, dead("x.html", found_on=HOME + "elsewhere.html")), looks(2))
    assert found(verdict.transient, "dead_link") == [(FIRST, FIRST, None)]


def test_columns_blank_first_and_filled_later_fail_nobody_and_are_named() -> None:
    names = [f"c{n}" for n in range(5)]
    alone = over(looks(1, *map(blank, names)))
    assert alone.vetoes == ("columns_blank",)
    assert found(alone.findings, "column_blank") == [(FIRST, FIRST, None)] * 5
    verdict = over(looks(1, *map(blank, names)), looks(2, *map(listed, names)))
    assert (verdict.verdict, verdict.vetoes) == ("pass", ())
    assert found(verdict.transient, "column_blank") == [(FIRST, FIRST, SECOND)] * 5
    assert found(verdict.transient, "columns_blank") == [(FIRST, FIRST, SECOND)]


def test_columns_blank_in_both_rounds_fail() -> None:
    names = [f"c{n}" for n in range(5)]
    verdict = over(looks(1, *map(blank, names)), looks(2, *map(blank, names)))
    assert verdict.vetoes == ("columns_blank",)
    assert found(verdict.findings, "column_blank") == [(FIRST, SECOND, None)] * 5


def test_columns_that_were_filled_and_are_blank_in_the_last_round_alone_can_not_be_told() -> None:
    names = [f"c{n}" for n in range(5)]
    verdict = over(looks(1, *map(listed, names)), looks(2, *map(blank, names)))
    assert (verdict.verdict, verdict.vetoes) == ("insufficient", ())
    assert any("5个栏目前一轮有内容、最近一轮空白，未能判断是否空白（c0、c1" in doubt for doubt in verdict.doubts)
    assert found(verdict.transient, "column_blank") == [(SECOND, SECOND, None)] * 5
    assert found(verdict.findings, "column_blank") == []


def test_two_rounds_in_a_row_that_see_nothing_are_enough() -> None:
    names = [f"c{n}" for n in range(5)]
    emptied = [looks(2, *map(blank, names)), looks(3, *map(blank, names))]
    verdict = over(looks(1, *map(listed, names)), *emptied)
    assert verdict.vetoes == ("columns_blank",)
    assert found(verdict.findings, "column_blank") == [(SECOND, THIRD, None)] * 5


def test_one_emptied_column_is_a_remark() -> None:
    verdict = over(looks(1, listed("c")), looks(2, blank("c")))
    assert verdict.verdict == "pass"
    assert any("1个栏目前一轮有内容、最近一轮空白" in doubt for doubt in verdict.doubts)


def test_a_letter_answered_meanwhile_is_late_all_the_same() -> None:
    """Its wait was too long in both rounds: the answer doesn't undo it."""
    late = letter(200, key="1")
    verdict = over(looks(1, late), looks(2, letter(200, 15, key="1")))
    assert verdict.vetoes == ("poor_response",)
    assert found(verdict.findings, "poor_response") == [(FIRST, SECOND, None)]


def test_a_home_page_that_is_updated_in_the_end() -> None:
    old = [o for o in FINE if o.kind != "home"]
    verdict = over(_at(1, [*old, home(*range(60, 72))]), _at(2, [*old, home(*range(11, 23))]))
    assert verdict.vetoes == ()
    assert found(verdict.transient, "home_not_updated") == [(FIRST, FIRST, SECOND)]


def test_an_unreachable_site_has_the_days_of_its_failures() -> None:
    visits = [replace(p, at=NOON - timedelta(days=p.visit)) for p in probes(16, 4)]
    for rounds in ([looks(1), looks(2)], [looks(1)], []):
        verdict = over(*rounds, visits=visits)
        assert verdict.vetoes == ("site_unreachable",)
        days = (NOON - timedelta(days=20)).date(), (NOON - timedelta(days=17)).date()
        assert found(verdict.findings, "site_unreachable") == [(*days, None)]
        assert found(verdict.transient, "site_unreachable") == []


def test_nothing_seen_nothing_dated() -> None:
    assert over([]).transient == ()


FAULTS = st.lists(st.sampled_from(["x.html", "y.html", "z.html"]), max_size=3, unique=True)


@given(st.lists(FAULTS, min_size=1, max_size=3))
def test_every_fault_of_every_round_is_kept_once(rounds: list[list[str]]) -> None:
    verdict = over(*(looks(n, *map(dead, own)) for n, own in enumerate(rounds, 1)))
    kept = [f.url for f in (*verdict.findings, *verdict.transient) if f.indicator == "dead_link"]
    assert sorted(kept) == sorted({HOME + path for own in rounds for path in own})
    assert {f.url for f in verdict.findings if f.indicator == "dead_link"} == {HOME + path for path in rounds[-1]}
    assert all(
        f.first_seen and f.last_seen and f.first_seen <= f.last_seen < (f.gone or date.max) for f in verdict.transient
    )
