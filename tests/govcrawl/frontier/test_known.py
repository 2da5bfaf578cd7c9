"""What a worker need not plan again; and what it must, because the first time may have been lost."""

from __future__ import annotations

import pytest

from govcrawl.contracts import Lease
from govcrawl.frontier import known as room
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.known import KnownTasks, KnownTo
from tests.govcrawl.build import task


def lease(n: int, round_key: str = "t:1", site: str = "5300000001") -> Lease:
    return Lease(round_key, task_id(task(n)), "w", 1, task(n, site=site))


def planned(known: KnownTo, *links: tuple[str, int]) -> list[bool]:
    """Which of the links a page plans."""
    answers = []
    for link, priority in links:
        answers.append(not known(link, priority))
        if answers[-1]:
            known.add(link, priority)
    return answers


def acked(known: KnownTasks, parent: Lease, *links: tuple[str, int]) -> list[bool]:
    """The same, and its result is stored and acknowledged."""
    answers = planned(known.of(parent), *links)
    known.settled(parent, acked=True)
    return answers


def test_a_repeat_is_left_out_on_the_same_page_and_on_another() -> None:
    known = KnownTasks()
    assert acked(known, lease(1), ("/8", 70), ("/9", 70), ("/8", 70)) == [True, True, False]
    assert planned(known.of(lease(2)), ("/8", 70), ("/7", 70)) == [False, True]


@pytest.mark.parametrize("settled", [True, False])
def test_what_a_page_leads_to_is_unknown_until_its_result_is_acknowledged(settled: bool) -> None:
    known = KnownTasks()
    planned(known.of(lease(1)), ("/8", 70))
    if settled:
        known.settled(lease(1), acked=False)
    assert acked(known, lease(2), ("/8", 70)) == [True]
    assert planned(known.of(lease(3)), ("/8", 70)) == [False]


def test_the_same_page_read_again_leads_to_the_same_tasks() -> None:
    """Redis may have died over the first acknowledgement."""
    known = KnownTasks()
    for _ in range(2):
        assert acked(known, lease(1), ("/8", 70), ("/9", 70), ("/9", 90)) == [True, True, False]


def test_a_better_belief_travels_a_worse_one_does_not() -> None:
    known = KnownTasks()
    acked(known, lease(1), ("/8", 70))
    assert acked(known, lease(2), ("/8", 10)) == [True]
    assert planned(known.of(lease(3)), ("/8", 40)) == [False]


def test_the_best_belief_of_one_page_wins() -> None:
    assert planned(KnownTo(), ("/8", 70), ("/8", 10), ("/8", 50)) == [True, True, False]


def test_rounds_and_sites_are_apart_and_a_loss_forgets_all() -> None:
    known = KnownTasks()
    acked(known, lease(1), ("/8", 70))
    assert planned(known.of(lease(1, "t:2")), ("/8", 70)) == [True]
    assert planned(known.of(lease(2, site="5300000002")), ("/8", 70)) == [True]
    assert planned(known.of(lease(2)), ("/8", 70)) == [False]
    known.forget()
    assert planned(known.of(lease(2)), ("/8", 70)) == [True]


def test_it_does_not_grow_for_ever() -> None:
    known = KnownTasks()
    acked(known, lease(1), *((str(n), 70) for n in range(room.LIMIT + 1)))
    assert planned(known.of(lease(2)), ("0", 70)) == [False]
    acked(known, lease(2), ("x", 70))
    assert planned(known.of(lease(3)), ("0", 70), ("x", 70)) == [True, False]


def test_rounds_that_are_over_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LIMIT", 3)
    known = KnownTasks()
    for key in ("t:1", "t:2"):
        acked(known, lease(1, key), *((f"{key}{n}", 70) for n in range(2)))
    known.keep(["t:2"])
    assert planned(known.of(lease(2)), ("t:10", 70)) == [True]
    acked(known, lease(2, "t:2"), ("t:22", 70))  # two and not four links are in it before
    assert planned(known.of(lease(3, "t:2")), ("t:20", 70), ("t:22", 70)) == [False, False]
