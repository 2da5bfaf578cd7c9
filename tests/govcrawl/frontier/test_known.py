"""What a worker need not plan again; and what it must, because the first time may have been lost."""

from __future__ import annotations

from govcrawl.contracts import Lease
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.known import KnownTasks
from tests.govcrawl.build import task


def lease(n: int, round_key: str = "t:1") -> Lease:
    return Lease(round_key, task_id(task(n)), "w", 1, task(n))


def test_a_repeat_on_another_page_is_left_out() -> None:
    known = KnownTasks()
    assert known.only_new(lease(1), [task(8), task(9), task(8)]) == (task(8), task(9))
    assert known.only_new(lease(2), [task(8), task(7)]) == (task(7),)


def test_the_same_page_read_again_leads_to_the_same_tasks() -> None:
    """Its first result may have come too late to be acknowledged."""
    known = KnownTasks()
    for _ in range(2):
        assert known.only_new(lease(1), [task(8), task(9)]) == (task(8), task(9))


def test_a_better_belief_travels() -> None:
    known = KnownTasks()
    known.only_new(lease(1), [task(8, priority=70)])
    assert known.only_new(lease(2), [task(8, priority=10, role="column")]) == (task(8, priority=10, role="column"),)
    assert known.only_new(lease(3), [task(8, priority=40, role="article")]) == ()


def test_the_best_belief_of_one_page_wins() -> None:
    known = KnownTasks()
    assert known.only_new(lease(1), [task(8, priority=70), task(8, priority=10), task(8, priority=50)]) == (
        task(8, priority=10),
    )


def test_rounds_are_apart_and_a_loss_forgets_all() -> None:
    known = KnownTasks()
    known.only_new(lease(1), [task(8)])
    assert known.only_new(lease(1, "t:2"), [task(8)]) == (task(8),)
    known.forget()
    assert known.only_new(lease(2), [task(8)]) == (task(8),)
