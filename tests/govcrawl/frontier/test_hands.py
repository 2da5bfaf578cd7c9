"""What a process may take while it holds something."""

from __future__ import annotations

import time
from dataclasses import replace

from govcrawl.contracts import Lease
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.hands import Hands
from tests.govcrawl.build import task

HERE, THERE = (1, "t:1", 0), (1, "t:1", 1)


def lease(n: int) -> Lease:
    return Lease("t:1", task_id(task(n)), f"w:{n}", 1, task(n))


def test_what_is_held_stops_nobody() -> None:
    hands = Hands()
    hands.take(HERE, [lease(1)], apart=False, lease_s=60)
    assert (hands.free, hands.may_ask(HERE), hands.may_ask(THERE)) == (False, True, True)


def test_where_a_last_try_waits_nothing_is_taken_before_it() -> None:
    hands = Hands()
    hands.take(HERE, [lease(1)], apart=False, lease_s=60)
    hands.take(THERE, [], apart=True, lease_s=60)
    assert not hands.may_ask(THERE)
    hands.let_go([replace(lease(1), token="another")])
    assert not hands.may_ask(THERE)
    hands.let_go([lease(1)])
    assert (hands.free, hands.may_ask(THERE), hands.may_ask(HERE)) == (True, True, False)


def test_it_is_not_waited_for_longer_than_a_lease_time() -> None:
    """Its round may have been closed."""
    hands = Hands()
    hands.take(THERE, [], apart=True, lease_s=0.05)
    time.sleep(0.06)
    assert hands.may_ask(HERE)


def test_nothing_is_held_beside_a_last_try_however_long_it_takes() -> None:
    hands = Hands()
    hands.take(THERE, [lease(1)], apart=True, lease_s=0.05)
    time.sleep(0.06)
    assert not hands.may_ask(HERE)
    assert not hands.may_ask(THERE)
    hands.let_go([lease(1)])
    assert hands.may_ask(HERE)
