"""Marks of links: which pages name one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from govcrawl.facts import Link
from govcrawl.linked import MARK, mark, marks, named

URLS = st.lists(st.integers(0, 10_000).map(lambda n: f"http://a.gov.cn/{n}.html"), unique=True, max_size=60)


@given(URLS, URLS)
def test_a_page_names_what_stands_on_it_and_nothing_else(there: list[str], others: list[str]) -> None:
    carried = marks([Link(url, "") for url in there])
    assert len(carried) == MARK * len(there)
    assert named({mark(url) for url in (*there, *others)}, carried) == {mark(url) for url in there}


def test_a_mark_that_lies_across_two_others_is_none() -> None:
    carried = marks([Link("http://a.gov.cn/1", ""), Link("http://a.gov.cn/2", "")])
    assert named({carried[3:9], carried[6:12]}, carried) == {carried[6:12]}
    assert named({carried[3:9]}, carried[3:9] * 2) == {carried[3:9]}


def test_two_ways_to_write_a_link_are_one_and_a_hidden_one_is_none() -> None:
    links = [
        Link("http://www.a.gov.cn/x/index.html", ""),
        Link("https://a.gov.cn/x/", ""),
        Link("http://b.cn/", "", hidden=True),
    ]
    assert marks(links) == mark("http://a.gov.cn/x/")
