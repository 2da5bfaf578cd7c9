"""A task with one try left: what kills others' workers can't kill it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from govcrawl.contracts import Lease, Task
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.frontier import MAX_ATTEMPTS, Frontier, Settled
from govcrawl.frontier.hands import Hands
from tests.govcrawl.build import task
from tests.govcrawl.frontier.inside import ALL, KEY, assert_books, names, run_out, take, time_passes


def kills(opened: Frontier, poison: bytes, tokens: int) -> None:
    """Workers that hold all there is, and die of the poison, until nothing is left."""
    for n in range(tokens):
        worker = Frontier(opened.client)
        held = {lease.id: lease for _ in range(3) for lease in take(worker, token=f"w{n}")}
        if poison in held:
            run_out(opened, only=held)
        else:
            worker.settle([Settled(lease, "ack") for lease in held.values()])


def test_a_page_that_kills_its_workers_is_dead_and_takes_no_neighbour_along(opened: Frontier) -> None:
    innocents = [task(n, host=f"{n}.gov.cn", site=f"s{n}") for n in range(9)] + [
        task(n, site="s0") for n in range(30, 33)
    ]
    opened.add(KEY, [*innocents[:5], task(99), *innocents[5:]])
    kills(opened, task_id(task(99)), 40)
    (dead,) = opened.dead(KEY)
    assert (dead.task, "expired 3 times" in dead.reason) == (task(99), True)
    counts = opened.counts(KEY)
    assert (counts.open, counts.done, counts.dead) == (0, len(innocents), 1)
    assert_books(opened)


def test_pages_that_kill_their_workers_one_after_the_other_take_no_neighbour_along(opened: Frontier) -> None:
    """Four workers read what they hold in any order; each of six pages kills those that read it."""
    rnd, poison = random.Random(5), {task(n, host=f"{n}.gov.cn", site=f"s{n % 7}") for n in range(0, 60, 10)}
    opened.add(KEY, [task(n, host=f"{n}.gov.cn", site=f"s{n % 7}") for n in range(60)])
    workers = [(Frontier(opened.client), list[Lease]()) for _ in range(4)]
    for _ in range(2000):
        n = rnd.randrange(4)
        worker, held = workers[n]
        held += take(worker, limit=3) if rnd.random() < 0.4 else []
        read = held.pop(rnd.randrange(len(held))) if held else None
        if read and read.task in poison:
            run_out(opened, only=[read.id, *(lease.id for lease in held)])
            workers[n] = Frontier(opened.client), []
        elif read:
            worker.settle([Settled(read, "ack")])
    assert {dead.task for dead in opened.dead(KEY)} == poison
    assert (opened.counts(KEY).open, opened.counts(KEY).done) == (0, 54)
    assert_books(opened)


def suspected(frontier: Frontier, *tasks: Task) -> None:
    """They have one try left."""
    frontier.add(KEY, tasks)
    for _ in range(MAX_ATTEMPTS - 1):
        workers = [Frontier(frontier.client) for _ in range(3)]
        held = {lease.task for worker in workers for lease in take(worker, limit=999, queues=dict.fromkeys(ALL, 999))}
        assert held == set(tasks)
        while run_out(frontier):
            take(Frontier(frontier.client), queues={"site": 0})  # a look brings back a hundred


@pytest.mark.parametrize("action", ["release", "defer", "retry"])
def test_given_back_a_last_try_stays_one(action: str, opened: Frontier) -> None:
    suspected(opened, *(task(n, host=f"{n}.gov.cn") for n in range(4)))
    for _ in range(3):
        (lease,) = take(opened)
        opened.settle([Settled(lease, action, retry_s=60)])  # type: ignore[arg-type]
        time_passes(opened)
    assert len(take(opened)) == 1
    assert_books(opened)


def test_a_process_holds_nothing_beside_a_last_try(opened: Frontier) -> None:
    """Whatever partition is asked, and by whichever of its spiders; also when it was lost, for it may still be read."""
    suspected(opened, *(task(n, host=f"{n}.gov.cn", site=f"s{n}") for n in range(12)))
    opened.add(KEY, [task(99, host="z.gov.cn")])
    one, twin, other = opened, Frontier(opened.client, opened.hands), Frontier(opened.client)
    (lease,) = take(one)
    assert take(one) == take(twin) == []
    assert len(take(other)) == 1
    run_out(opened, only=[lease.id])
    take(Frontier(opened.client), queues={"link": 1})  # a look brings it back
    assert one.extend([lease], 60) == {lease.id}
    assert take(one) == take(twin) == []
    one.settle([Settled(lease, "ack")])
    (again,) = take(one)
    assert take(twin) == []
    one.hands.let_go([again])
    assert len(take(one)) == 1


def test_one_of_the_busy_workers_finishes_its_tasks_and_makes_the_last_try(opened: Frontier) -> None:
    opened.add(KEY, [task(n, host=f"{n}.gov.cn") for n in range(9)])
    busy, other = Frontier(opened.client), Frontier(opened.client)
    held = [*take(busy, limit=1), *take(busy, limit=1), *take(other, limit=1)]
    suspect = replace(task(99), role="link")
    opened.add(KEY, [suspect])
    for _ in range(MAX_ATTEMPTS - 1):
        assert len(take(Frontier(opened.client), queues={"link": 9})) == 1
        run_out(opened, only=[task_id(suspect)])
    assert take(busy, queues={"site": 1, "link": 0}, limit=1) != []  # no room for a link: nothing to do with it
    assert take(busy) == []
    assert len(take(other, limit=1)) == 1  # it need not stop
    for lease in held[:2]:
        assert take(busy) == []
        busy.settle([Settled(lease, "ack")])
    assert take(busy) == []
    busy.hands = Hands()  # the third is done too
    assert [lease.task for lease in take(busy)] == [suspect]


@pytest.mark.parametrize(("retry_s", "others"), [(5.0, 0), (60.0, 1)])
def test_a_free_worker_waits_for_a_last_try_whose_turn_is_near(retry_s: float, others: int, opened: Frontier) -> None:
    suspected(opened, task(1))
    opened.settle([Settled(lease, "defer", retry_s=retry_s) for lease in take(opened)])
    opened.add(KEY, [task(2, host="b.gov.cn")])
    assert len(take(opened)) == others
    time_passes(opened)
    assert len(take(opened)) == 1 - others


def test_last_tries_of_a_queue_nobody_serves_hold_up_no_other(opened: Frontier) -> None:
    visits = [task(n, host=f"{n}.gov.cn", kind="probe", role="probe", visit=1) for n in range(150)]
    suspected(opened, *visits, task(999))
    assert names(take(opened, queues={"site": 9})) == ["999"]
