"""Visits on the queue: missed beats are not caught up, and what only confirms, or follows a redirect, counts as no visit."""

from __future__ import annotations

import time

import pytest

from govcrawl.contracts import ProbePlan, Task
from govcrawl.frontier.frontier import WORKERS, Frontier, Settled
from tests.govcrawl.build import campaign
from tests.govcrawl.frontier.inside import KEY, prefixes, take

SPACING = 1000.0


def visit(n: int = 1, site: int = 0, **more: object) -> Task:
    given = {"visit": n, "priority": 1} | more
    return Task(f"53{site:08}", "probe", "probe", f"http://{site}.gov.cn/", **given)  # type: ignore[arg-type]


@pytest.fixture
def opened(frontier: Frontier) -> Frontier:
    frontier.open_round(campaign(probe=ProbePlan(20, SPACING, 15.0)), 1)
    return frontier


def due(frontier: Frontier) -> list[float]:
    """Unix times at which waiting visits are due."""
    found = (frontier.client.zrange(f"{p}due", 0, -1, withscores=True) for p in prefixes(frontier))
    return sorted(score / 1000 for some in found for _, score in some)


def make_late(frontier: Frontier, by_s: float) -> float:
    """All waiting visits were due that long ago.  Returns when."""
    at = frontier.now() - by_s
    for prefix in prefixes(frontier):
        for member in frontier.client.zrange(f"{prefix}due", 0, -1):
            frontier.client.zadd(f"{prefix}due", {member: round(at * 1000)})
    return at


@pytest.mark.parametrize("late_s", [61.0, 400.0, 999.0, 1001.0, 86_400.0])
def test_a_visit_missed_by_more_than_a_minute_waits_for_its_next_beat(opened: Frontier, late_s: float) -> None:
    opened.add(KEY, [visit(not_before=opened.now() + 3600)])
    planned = make_late(opened, late_s)
    assert take(opened) == []
    (at,) = due(opened)
    assert 0 <= at - opened.now() + 1 <= SPACING + 1
    assert (at - planned) % SPACING == pytest.approx(0, abs=0.01) or (at - planned) % SPACING == pytest.approx(
        SPACING, abs=0.01
    )
    counts = opened.counts(KEY)
    assert (counts.missed, counts.pending, counts.planned) == (1, 1, 1)


def test_a_visit_that_is_less_late_is_made(opened: Frontier) -> None:
    opened.add(KEY, [visit(not_before=opened.now() + 3600)])
    make_late(opened, 50)
    assert opened.overdue(KEY) == 1
    assert [lease.task.visit for lease in take(opened)] == [1]
    assert (opened.counts(KEY).missed, opened.overdue(KEY)) == (0, 0)


def test_after_an_outage_the_visits_of_many_sites_come_back_spread(opened: Frontier) -> None:
    now = opened.now()
    opened.add(KEY, [visit(site=n, not_before=now + 3600) for n in range(500)])
    for prefix in prefixes(opened):  # due over the last 2000 s, when nobody was there
        members = opened.client.zrange(f"{prefix}due", 0, -1)
        for n, member in enumerate(members):
            opened.client.zadd(f"{prefix}due", {member: round((now - 100 - 2000 * n / len(members)) * 1000)})
    for _ in range(4):  # 200 at a look
        assert take(opened) == []
    ahead = [at - opened.now() for at in due(opened)]
    assert len(ahead) == 500
    assert max(sum(low <= x < low + 100 for x in ahead) for low in range(0, 1000, 100)) <= 60


def test_visits_put_back_after_redis_was_lost_keep_their_beats_too(opened: Frontier) -> None:
    now = opened.now()
    opened.add(KEY, [visit(2, site=n, not_before=now - 100 - 9 * n) for n in range(100)])
    assert take(opened) == []
    assert all(now < at <= now + SPACING + 5 for at in due(opened))
    opened.add(KEY, [visit(2, site=200, not_before=now - 5)])
    assert [lease.task.site for lease in take(opened)] == ["5300000200"]


def test_what_confirms_is_never_put_off(opened: Frontier) -> None:
    opened.add(KEY, [visit(-1, priority=0, not_before=opened.now() + 3600)])
    make_late(opened, 86_400)
    assert [lease.task.visit for lease in take(opened)] == [-1]


def test_only_the_plans_visits_are_counted(opened: Frontier) -> None:
    opened.add(KEY, [visit(1)])
    (first,) = take(opened)
    hop = visit(1, site=0, hops=1, priority=0)
    opened.settle([Settled(first, "ack", children=(hop,))])
    time.sleep(0.01)
    (second,) = take(opened)
    opened.settle([Settled(second, "ack", children=(visit(2), visit(-1, priority=0)))])
    while leases := take(opened):
        opened.settle([Settled(lease, "ack") for lease in leases])
    counts = opened.counts(KEY)
    assert (counts.visits, counts.done) == (2, 4)


def test_a_rebuild_counts_visits_as_before(opened: Frontier) -> None:
    opened.mark_done(KEY, [visit(1), visit(1, hops=1, priority=0), visit(2), visit(-1, priority=0)])
    assert (opened.counts(KEY).visits, opened.counts(KEY).done) == (2, 4)


def test_monitors_are_the_places_where_workers_live(frontier: Frontier) -> None:
    for worker in ("km-dc-1-aaaaaa", "km-dc-2-bbbbbb", "bj-7-cccccc"):
        frontier.hello(worker)
    frontier.client.zadd(WORKERS, {"gone-1-dddddd": frontier.now() - 60})
    assert frontier.monitors() == {"km-dc", "bj"}
