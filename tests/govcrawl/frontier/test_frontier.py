"""The frontier on a real Valkey: every state change, and the sum that must hold after each."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from govcrawl.contracts import Lease
from govcrawl.frontier.frontier import Frontier, Settled, round_key
from tests.govcrawl.build import campaign, task

KEY = round_key("t-2018q2", 1)
QUEUES = {"site": 99, "link": 99, "probe": 99}


@pytest.fixture
def opened(frontier: Frontier) -> Frontier:
    frontier.open_round(campaign(), 1)
    return frontier


def claim(frontier: Frontier, limit: int = 10, token: str = "w1", lease_s: float = 60.0) -> list[Lease]:
    return frontier.claim(KEY, QUEUES, limit, token, lease_s)[0]


def balanced(frontier: Frontier) -> bool:
    c = frontier.counts(KEY)
    return c.planned == c.pending + c.leased + c.done + c.dead


def test_a_task_is_planned_once(opened: Frontier) -> None:
    assert opened.add(KEY, [task(1), task(2), task(1)]) == 2
    assert opened.add(KEY, [task(2)]) == 0
    assert opened.counts(KEY).planned == 2
    assert balanced(opened)


def test_claim_ack_done(opened: Frontier) -> None:
    opened.add(KEY, [task(1)])
    (lease,) = claim(opened)
    assert (lease.task, lease.attempt) == (task(1), 1)
    assert opened.counts(KEY).leased == 1
    assert opened.settle([Settled(lease, "ack", (task(2),))]) == 0
    counts = opened.counts(KEY)
    assert (counts.done, counts.pending, counts.planned, counts.pages) == (1, 1, 2, 1)
    assert opened.add(KEY, [task(1)]) == 0  # done is seen


def test_better_first_then_first_come(opened: Frontier) -> None:
    opened.add(KEY, [task(1, priority=50), task(2, priority=10), task(3, priority=50), task(4, priority=1)])
    order = [claim(opened, 1)[0].task.url[-1] for _ in range(4)]
    assert order == ["4", "2", "1", "3"]


def test_a_waiting_task_moves_up_with_a_better_belief(opened: Frontier) -> None:
    opened.add(KEY, [task(1, priority=40), task(2, priority=70)])
    assert opened.add(KEY, [task(2, role="column", text="通知公告", priority=10)]) == 0
    assert claim(opened, 1)[0].task.role == "column"
    assert balanced(opened)


def test_hosts_and_sites_take_turns(opened: Frontier) -> None:
    opened.add(KEY, [task(n, site="big") for n in range(50)])
    opened.add(KEY, [task(n, host="b.gov.cn", site="b") for n in range(3)])
    opened.add(KEY, [task(n + 100, site="small") for n in range(2)])
    got = [claim(opened, 2) for _ in range(4)]
    assert {lease.task.site for leases in got[:2] for lease in leases} == {"big", "b", "small"}


def test_a_host_is_asked_no_faster_than_its_delay_by_any_number_of_workers(frontier: Frontier) -> None:
    frontier.open_round(campaign(delay_s=0.1), 1)
    frontier.add(KEY, [task(n) for n in range(20)])
    times, end = [], time.monotonic() + 1.0
    while time.monotonic() < end:
        for worker in ("w1", "w2", "w3"):
            leases = claim(frontier, 10, worker)
            times += [time.monotonic()] * len(leases)
            frontier.settle([Settled(lease, "ack") for lease in leases])
    assert 8 <= len(times) <= 11
    assert min(b - a for a, b in pairwise(times)) > 0.09


def test_few_requests_in_flight_to_a_slow_host(opened: Frontier) -> None:
    opened.add(KEY, [task(n) for n in range(20)])
    got = sum(len(claim(opened)) for _ in range(20))
    assert got == 4


def test_a_request_that_came_back_makes_room_before_it_is_stored(opened: Frontier) -> None:
    opened.add(KEY, [task(n) for n in range(6)])
    held = [claim(opened, 1)[0] for _ in range(4)]
    assert claim(opened) == []
    time.sleep(0.06)  # a busy host is looked at again a moment later
    more, _ = opened.claim(KEY, QUEUES, 5, "w1", 60.0, [held[0], held[0]])
    assert len(more) == 1
    assert opened.settle([Settled(held[0], "ack")]) == 0
    time.sleep(0.06)
    assert claim(opened) == []  # told twice is once


def test_an_expired_lease_goes_back_and_a_late_ack_is_refused(opened: Frontier) -> None:
    opened.add(KEY, [task(1)])
    (late,) = claim(opened, token="w1", lease_s=0.05)
    time.sleep(0.08)
    (again,) = claim(opened, token="w2")
    assert again.attempt == 2
    assert opened.settle([Settled(late, "ack", (task(9),))]) == 1
    assert opened.counts(KEY).planned == 1  # the late worker's children were not planned either
    assert opened.settle([Settled(again, "ack")]) == 0
    assert opened.counts(KEY).done == 1


def test_a_page_that_kills_its_workers_is_dead_with_its_reason(opened: Frontier) -> None:
    opened.add(KEY, [task(1)])
    for _ in range(3):
        assert claim(opened, lease_s=0.02)
        time.sleep(0.04)
    assert claim(opened) == []
    ((dead, reason),) = opened.dead(KEY)
    assert dead == task(1)
    assert "expired" in reason
    assert opened.counts(KEY).open == 0
    assert balanced(opened)


def test_a_heartbeat_keeps_a_lease_and_tells_of_a_lost_one(opened: Frontier) -> None:
    opened.add(KEY, [task(1), task(2, host="b.gov.cn")])
    kept, lost = claim(opened, lease_s=0.1)
    opened.settle([Settled(lost, "release")])
    assert opened.extend([kept, lost], 60.0) == {lost.id}
    time.sleep(0.15)
    assert [lease.id for lease in claim(opened, token="w2")] == [lost.id]


def test_a_retry_waits_and_counts_a_release_does_neither(opened: Frontier) -> None:
    opened.add(KEY, [task(1)])
    (lease,) = claim(opened)
    opened.settle([Settled(lease, "release")])
    (lease,) = claim(opened)
    assert lease.attempt == 1
    opened.settle([Settled(lease, "retry", retry_s=0.1)])
    leases, wait = opened.claim(KEY, QUEUES, 5, "w1", 60)
    assert leases == []
    assert 0 < wait <= 0.1
    time.sleep(0.12)
    assert claim(opened)[0].attempt == 2


def test_a_queue_has_a_limit_of_its_own(opened: Frontier) -> None:
    opened.add(KEY, [task(n, host=f"{n}.gov.cn", role="link") for n in range(9)])
    opened.add(KEY, [task(1, host="a.gov.cn")])
    leases, _ = opened.claim(KEY, {"site": 5, "link": 2}, 10, "w1", 60)
    assert [lease.task.role for lease in leases] == ["page", "link", "link"]


def test_a_visit_waits_for_its_time(opened: Frontier) -> None:
    now = float(opened.client.time()[0])
    opened.add(KEY, [task(1, kind="probe", role="probe", visit=1, not_before=now + 60)])
    assert claim(opened) == []
    assert opened.counts(KEY).pending == 1


def test_a_sites_quota_goes_to_its_best_tasks(frontier: Frontier) -> None:
    frontier.open_round(campaign(max_pages=3), 1)
    frontier.add(KEY, [task(n, priority=70) for n in range(5)])
    assert frontier.counts(KEY).planned == 3
    assert frontier.add(KEY, [task(9, priority=10)]) == 1
    assert frontier.counts(KEY).planned == 3
    urls = [claim(frontier, 1)[0].task.url[-1] for _ in range(3)]
    assert urls == ["9", "0", "1"]
    # what was pushed out left no trace: were there room again, it could be planned
    assert frontier.counts(KEY).done == 0
    assert balanced(frontier)


def test_rubbish_on_the_queue_is_put_aside_not_executed(opened: Frontier) -> None:
    opened.add(KEY, [task(1)])
    prefix = f"gc:{{{KEY}}}:"
    (id_,) = opened.client.hkeys(prefix + "t")
    opened.client.hset(
        prefix + "t", id_, b'{"q":"site","h":"a.gov.cn","s":"5300000001","p":1,"r":"exec","u":"http://a/","k":"site"}'
    )
    assert claim(opened) == []
    assert opened.counts(KEY).dead == 1
    assert balanced(opened)


def test_closing_a_round_frees_its_memory(opened: Frontier) -> None:
    opened.add(KEY, [task(n) for n in range(1000)])
    claim(opened)
    opened.close_round(KEY)
    assert opened.rounds() == []
    assert list(opened.client.scan_iter("gc:{*")) == []


def test_rebuild_marks_what_is_stored(opened: Frontier) -> None:
    assert opened.mark_done(KEY, [task(1), task(2)]) == 2
    assert opened.add(KEY, [task(1), task(2), task(3)]) == 1
    assert opened.counts(KEY).done == 2
    assert balanced(opened)


class Transitions(RuleBasedStateMachine):
    """Any order of calls by any worker: the books balance, and each task ends at most once."""

    leases = Bundle("leases")
    frontier: Frontier

    def __init__(self) -> None:
        super().__init__()
        self.frontier.client.flushdb()
        self.frontier.open_round(campaign(max_pages=6), 1)
        self.done: list[bytes] = []

    @rule(
        n=st.integers(0, 9),
        site=st.sampled_from("ab"),
        priority=st.integers(0, 3),
        role=st.sampled_from(["page", "link"]),
    )
    def add(self, n: int, site: str, priority: int, role: str) -> None:
        self.frontier.add(KEY, [task(n, site=site, priority=priority, role=role)])

    @rule(target=leases, worker=st.sampled_from(["w1", "w2"]), limit=st.integers(1, 3))
    def claim(self, worker: str, limit: int) -> list[Lease]:
        return claim(self.frontier, limit, worker, lease_s=30)

    @rule(worker=st.sampled_from(["w1", "w2"]))
    def expire_all(self, worker: str) -> None:
        prefix = f"gc:{{{KEY}}}:"
        for id_ in self.frontier.client.zrange(prefix + "leases", 0, -1):
            self.frontier.client.zadd(prefix + "leases", {id_: 1})

    @rule(held=leases, action=st.sampled_from(["ack", "retry", "release", "dead"]), n=st.integers(0, 9))
    def settle(self, held: list[Lease], action: str, n: int) -> None:
        for lease in held:
            stale = self.frontier.settle([Settled(lease, action, (task(n),), reason="r")])  # type: ignore[arg-type]
            if action == "ack" and not stale:
                self.done.append(lease.id)

    @invariant()
    def books_balance(self) -> None:
        counts = self.frontier.counts(KEY)
        prefix, client = f"gc:{{{KEY}}}:", self.frontier.client
        assert balanced(self.frontier)
        assert counts.leased == client.zcard(prefix + "leases") == client.hlen(prefix + "lease")
        lanes = sum(client.zcard(k) for k in client.scan_iter(match=prefix.replace("{", "\\{") + "l:*"))
        assert counts.pending == lanes + client.zcard(prefix + "due")
        assert counts.dead == client.hlen(prefix + "dead")
        assert counts.planned == client.scard(prefix + "seen")
        assert sum(self.frontier.open_by_site(KEY).values()) == counts.open
        assert client.scard(prefix + "air") == sum(int(v) for v in client.hvals(prefix + "busy"))
        assert len(self.done) == len(set(self.done)) == counts.done


def test_any_order_of_transitions_keeps_the_books(frontier: Frontier) -> None:
    machine = type("Bound", (Transitions,), {"frontier": frontier})
    machine.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
    machine.TestCase("runTest").runTest()
