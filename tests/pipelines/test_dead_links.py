"""Soft 404s, the pages that name a dead link, and what both come to in a verdict."""

from __future__ import annotations

from typing import Any

import pytest

from govcrawl.contracts import Observation
from govcrawl.facts import Link
from govcrawl.linked import marks
from pipelines.dead_links import placed
from tests.pipelines.build import FINE, HOME, dead, fine_with, judge, see

HOST = "www.example.gov.cn"


def missing(path: str, absent: str = "ab12", host: str = HOST, **more: Any) -> Observation:
    url = f"http://{host}/{path}"
    data = {"target": url, "host": host, "absent": absent, "on_home": False, "text": "通知"}
    return see("missing", url, data, found_on=HOME, excerpt="提示", **more)


def nowhere(absent: str = "ab12", host: str = HOST, **more: Any) -> Observation:
    return see("nowhere", f"http://{host}/f00.html", {"host": host, "absent": absent}, **more)


def told(*observations: Observation) -> dict[str, Any]:
    verdict = judge(fine_with(*observations))
    return {f.url.removeprefix(HOME): f.detail["status"] for f in verdict.findings if f.indicator == "dead_link"}


@pytest.mark.parametrize(
    "seen",
    [
        [missing("a.html")],
        [missing("a.html"), nowhere("other")],
        [missing("a.html"), nowhere(host="b.gov.cn")],
        [missing("a.html", round=2), nowhere()],
        [nowhere()],
    ],
)
def test_without_the_proof_of_its_own_host_and_round_nothing_is_told(seen: list[Observation]) -> None:
    assert told(*seen) == {}


def test_a_proven_soft_404_is_a_dead_link_and_costs_as_one() -> None:
    assert told(missing("a.html"), nowhere()) == {"a.html": "soft_404"}
    verdict = judge(fine_with(missing("a.html"), missing("b.html"), nowhere()))
    assert verdict.deductions == pytest.approx(0.2)


def test_an_error_page_is_not_told_beside_the_links_that_are_sent_there() -> None:
    end = f"→{HOME}404.html"
    seen = (missing("a.html", end), missing("b.html", end), nowhere(end), dead("404.html"), dead("c.html"))
    assert told(*seen) == {"a.html": "soft_404", "b.html": "soft_404", "c.html": 404}


def named(*pages: tuple[str, str, tuple[str, ...]], number: int = 1) -> list[tuple[int, str, str, bytes]]:
    return [(number, HOME + path, role, marks([Link(HOME + p, "") for p in on])) for path, role, on in pages]


def test_a_dead_link_tells_how_many_pages_name_it_and_some_of_them() -> None:
    pages = named(*((f"{n}.html", "article", ("x", f"{n + 1}.html")) for n in range(9)), ("z/", "column", ("y",)))
    one, other, *_ = placed([dead("x", found_on=f"{HOME}3.html"), dead("y", found_on=f"{HOME}z/")], pages)
    assert (one.data["pages"], one.data["on"][0], len(one.data["on"])) == (9, f"{HOME}3.html", 4)
    assert (other.data["pages"], other.data["on_home"]) == (1, False)
    verdict = judge(fine_with(one, other))
    details = {f.url: f.detail for f in verdict.findings if f.indicator == "dead_link"}
    assert details[f"{HOME}x"] == {
        "status": 404, "on_home": False, "pages": 9, "also_on": [f"{HOME}{n}.html" for n in (0, 1, 2)],
    }  # fmt: skip
    assert details[f"{HOME}y"] == {"status": 404, "on_home": False}


def test_a_link_stands_on_the_home_page_though_another_page_named_it_first() -> None:
    pages = named(("", "home", ("x",)), ("a/", "column", ("x",)))
    (one,) = placed([dead("x", found_on=f"{HOME}a/")], pages)
    assert (one.data["on_home"], one.data["on"]) == (True, [f"{HOME}a/", HOME])
    assert judge(fine_with(one)).deductions == 1


def test_pages_of_another_round_and_other_observations_are_left_as_they_are() -> None:
    (one,) = placed([dead("x", found_on=f"{HOME}a/")], named(("", "home", ("x",)), number=2))
    assert (one.data["pages"], one.data["on_home"]) == (1, False)
    assert placed(FINE, named(("", "home", ("x",)))) == list(FINE)
