"""A queue that nobody serves is given up as a whole, with its books, and comes back as a whole."""

from __future__ import annotations

from govcrawl.contracts import Task
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.frontier import MAX_ATTEMPTS, Frontier, Settled
from tests.govcrawl.build import task
from tests.govcrawl.frontier.inside import KEY, assert_books, run_out, take

RENDER = {"render": 99}


def drawn(n: int, **more: object) -> Task:
    return task(n, host=f"{n % 3}.gov.cn", site=f"s{n % 4}", kind="render", role="column", **more)


def test_what_waits_in_a_queue_is_given_up_wherever_it_waits(opened: Frontier) -> None:
    held, later, suspect = (drawn(n) for n in (100, 101, 102))
    opened.add(KEY, [held, later])
    leases = {lease.task: lease for lease in take(opened, queues=RENDER)}
    opened.settle([Settled(leases[later], "release", retry_s=600)])
    opened.add(KEY, [suspect])
    for _ in range(MAX_ATTEMPTS - 1):
        assert [lease.task for lease in take(Frontier(opened.client), queues=RENDER)] == [suspect]
        run_out(opened, only=[task_id(suspect)])
        take(Frontier(opened.client), queues={"link": 1})  # a look brings it back
    opened.add(KEY, [*(drawn(n, priority=n) for n in range(12)), *(task(n) for n in range(50, 53))])
    assert opened.give_up(KEY, "render", "没有浏览器") == 14
    assert {dead.task for dead in opened.dead(KEY)} == {later, suspect, *(drawn(n, priority=n) for n in range(12))}
    assert {dead.reason for dead in opened.dead(KEY)} == {"没有浏览器"}
    assert (opened.counts(KEY).open_in["render"], opened.counts(KEY).open_in["site"]) == (1, 3)
    assert_books(opened)
    assert opened.give_up(KEY, "render", "again") == 0
    opened.settle([Settled(leases[held], "ack")])
    assert opened.revive(KEY, opened.dead(KEY)) == 14
    assert_books(opened)
    assert {lease.task.kind for lease in take(opened, queues=RENDER)} == {"render"}


def test_since_when_nobody_serves_a_queue_is_kept_until_somebody_does(opened: Frontier) -> None:
    first = opened.unserved_since(KEY, "render")
    assert opened.unserved_since(KEY, "render") == first <= opened.now()
    opened.forget_unserved(KEY, "render")
    assert opened.unserved_since(KEY, "render") > first


def test_whoever_has_a_browser_is_counted_until_it_says_otherwise_or_leaves(frontier: Frontier) -> None:
    for worker in ("a", "b", "c"):
        frontier.renders(worker, able=True)
    assert frontier.renderers_alive() == 3
    frontier.renders("a", able=False)
    frontier.goodbye("b")
    assert frontier.renderers_alive() == 1
    frontier.client.zincrby("gc:renderers", -40, "c")
    assert frontier.renderers_alive() == 0
