"""The frontier on a real Valkey: every state change, and the sum that must hold after each."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from govcrawl import services
from govcrawl.contracts import Lease
from govcrawl.frontier import scripts
from govcrawl.frontier.frontier import MAX_ATTEMPTS, NAMES, Frontier, Settled
from tests.govcrawl.build import campaign, task
from tests.govcrawl.frontier.inside import (
    ALL,
    KEY,
    assert_books,
    keys,
    names,
    nobody_looked,
    prefixes,
    run_out,
    take,
    time_passes,
)  # fmt: skip

# --- planning ---


def test_a_task_is_planned_once(opened: Frontier) -> None:
    assert opened.add(KEY, [task(1), task(2), task(1)]) == 2
    assert opened.add(KEY, [task(2)]) == 0
    assert opened.counts(KEY).planned == 2
    assert_books(opened)


def test_claim_ack_done(opened: Frontier) -> None:
    opened.add(KEY, [task(1)])
    (lease,) = take(opened)
    assert (lease.task, lease.attempt) == (task(1), 1)
    assert opened.counts(KEY).leased == 1
    assert opened.settle([Settled(lease, "ack", (task(2),))]) == 0
    counts = opened.counts(KEY)
    assert (counts.done, counts.pending, counts.planned, counts.pages) == (1, 1, 2, 1)
    assert opened.add(KEY, [task(1)]) == 0  # done is seen
    assert_books(opened)


def test_a_page_that_links_to_itself_is_read_once(opened: Frontier) -> None:
    opened.add(KEY, [task(1)])
    opened.settle([Settled(take(opened)[0], "ack", (task(1), task(1, priority=1)))])
    assert (opened.counts(KEY).planned, opened.open(KEY)) == (1, 0)
    assert_books(opened)


def test_better_first_then_first_come(opened: Frontier) -> None:
    opened.add(KEY, [task(1, priority=50), task(2, priority=10), task(3, priority=50), task(4, priority=1)])
    assert [names(take(opened))[0] for _ in range(4)] == ["4", "2", "1", "3"]


def test_a_waiting_task_moves_up_with_a_better_belief(opened: Frontier) -> None:
    opened.add(KEY, [task(1, priority=40), task(2, priority=70)])
    assert opened.add(KEY, [task(2, role="column", text="通知公告", priority=10)]) == 0
    assert opened.add(KEY, [task(2, role="article", priority=60)]) == 0
    assert take(opened)[0].task.role == "column"
    assert_books(opened)


def test_hosts_and_sites_take_turns(opened: Frontier) -> None:
    opened.add(KEY, [task(n, site="big") for n in range(50)])
    opened.add(KEY, [task(n, host="b.gov.cn", site="b") for n in range(3)])
    opened.add(KEY, [task(n + 100, site="small") for n in range(2)])
    got = [take(opened) for _ in range(2)]
    assert {lease.task.site for leases in got for lease in leases} == {"big", "b", "small"}


def test_a_queue_has_a_limit_of_its_own(opened: Frontier) -> None:
    opened.add(KEY, [task(n, host=f"{n}.gov.cn", role="link") for n in range(9)])
    opened.add(KEY, [task(1, host="a.gov.cn")])
    leases = take(opened, queues={"site": 5, "link": 2})
    assert [lease.task.role for lease in leases] == ["page", "link", "link"]


def test_a_visit_waits_for_its_time(opened: Frontier) -> None:
    opened.add(KEY, [task(1, kind="probe", role="probe", visit=1, not_before=opened.now() + 60)])
    assert take(opened) == []
    assert opened.counts(KEY).pending == 1
    time_passes(opened)
    assert len(take(opened)) == 1


def test_a_sites_quota_goes_to_its_best_tasks(frontier: Frontier) -> None:
    frontier.open_round(campaign(max_pages=3), 1)
    frontier.add(KEY, [task(n, priority=70) for n in range(5)])
    assert frontier.counts(KEY).planned == 3
    assert frontier.add(KEY, [task(9, priority=10)]) == 1
    assert frontier.counts(KEY).planned == 3
    assert [names(take(frontier))[0] for _ in range(3)] == ["9", "0", "1"]
    # what was pushed out left no trace: were there room again, it could be planned
    assert frontier.counts(KEY).done == 0
    assert_books(frontier)


def test_the_books_of_each_site_are_kept(opened: Frontier) -> None:
    opened.add(KEY, [task(n, site="a") for n in range(4)] + [task(9, host="b.gov.cn", site="b|b", role="link")])
    dead, done = take(opened, queues={"site": 9})[0], take(opened, queues={"site": 9})[0]
    opened.settle([Settled(dead, "dead", reason="r"), Settled(done, "ack")])
    take(opened, queues={"site": 9})
    states = {"planned": 4, "pending": 1, "leased": 1, "done": 1, "dead": 1}
    assert opened.by_site(KEY) == {"a": states, "b|b": {"planned": 1, "pending": 1}}
    assert opened.by_site(KEY, ("link",)) == {"b|b": {"planned": 1, "pending": 1}}
    assert opened.counts(KEY).sites_open == 2
    assert_books(opened)


# --- leases ---


def test_an_expired_lease_goes_back_and_a_late_ack_is_refused_with_its_children(opened: Frontier) -> None:
    opened.add(KEY, [task(1)])
    (late,) = take(opened, token="w1", lease_s=0.05)
    time.sleep(0.08)
    (again,) = take(opened, token="w2")
    assert again.attempt == 1  # the page has not been tried: its worker was lost
    assert opened.settle([Settled(late, "ack", (task(9),))]) == 1
    counts = opened.counts(KEY)
    assert (counts.planned, counts.leased, counts.stale, counts.expired) == (1, 1, 1, 1)
    assert opened.settle([Settled(again, "ack")]) == 0
    assert opened.settle([Settled(again, "ack", (task(9),))]) == 1  # twice is once
    assert (opened.counts(KEY).done, opened.counts(KEY).planned) == (1, 1)
    assert_books(opened)


def test_a_heartbeat_keeps_a_lease_and_tells_of_a_lost_one(opened: Frontier) -> None:
    opened.add(KEY, [task(1), task(2, host="b.gov.cn")])
    kept, lost = take(opened)
    opened.settle([Settled(lost, "release")])
    run_out(opened)  # but nobody has looked yet
    assert opened.extend([kept, lost], 60.0) == {lost.id}
    assert [lease.id for lease in take(opened, token="w2")] == [lost.id]


def test_a_retry_waits_and_counts_a_release_does_neither(opened: Frontier) -> None:
    opened.add(KEY, [task(1)])
    opened.settle([Settled(take(opened)[0], "release")])
    (lease,) = take(opened)
    assert lease.attempt == 1
    opened.settle([Settled(lease, "retry", retry_s=0.7)])
    claimed = opened.claim(KEY, ALL, 5, "w1", 60, opened.partitions.of(lease.task.site))
    assert claimed.leases == []
    assert 0 < claimed.wait_s <= 0.7
    time.sleep(0.72)
    assert take(opened)[0].attempt == 2


def test_a_deferred_task_goes_back_to_the_front_and_its_host_waits(opened: Frontier) -> None:
    opened.add(KEY, [task(1), task(2), task(3, host="b.gov.cn")])
    first, other = take(opened)
    opened.settle([Settled(first, "defer", retry_s=60.0), Settled(other, "release")])
    assert names(take(opened)) == ["3"]
    time_passes(opened)
    (again,) = take(opened, limit=1)
    assert (again.task, again.attempt) == (task(2), 1)  # the same priority: whoever came first
    assert_books(opened)


def test_dead_tasks_are_listed_with_their_reason_and_can_be_revived(opened: Frontier) -> None:
    opened.add(KEY, [task(1), task(2, host="b.gov.cn", site="b")])
    opened.settle([Settled(lease, "dead", reason="ValueError: 第一行\n第二行") for lease in take(opened)])
    dead = opened.dead(KEY)
    assert {(one.site, one.task, one.reason) for one in dead} == {
        (t.site, t, "ValueError: 第一行\n第二行") for t in (task(1), task(2, host="b.gov.cn", site="b"))
    }
    assert (opened.open(KEY), opened.counts(KEY).sites_open, opened.add(KEY, [task(1)])) == (0, 0, 0)
    assert opened.revive(KEY, dead) == 2
    assert opened.revive(KEY, dead) == 0
    assert_books(opened)
    assert {lease.attempt for lease in take(opened)} == {1}


def test_what_is_stored_is_marked_and_a_leased_one_is_left_to_its_worker(opened: Frontier) -> None:
    waiting, leased, dead, late, new = (task(n, host=f"{n}.gov.cn") for n in range(5))
    opened.add(KEY, [leased, dead, waiting, replace(late, not_before=opened.now() + 60)])
    one, other = take(opened, limit=2)
    opened.settle([Settled(other, "dead", reason="r")])
    assert opened.mark_done(KEY, [waiting, leased, dead, late, new]) == 4
    counts = opened.counts(KEY)
    assert (counts.planned, counts.done, counts.leased, counts.sites_open) == (5, 4, 1, 1)
    assert opened.mark_done(KEY, [waiting, leased, dead, late, new]) == 0
    assert opened.settle([Settled(one, "ack")]) == 0
    assert_books(opened)


# --- Redis was away ---


def test_leases_that_ended_while_redis_was_away_are_still_held(opened: Frontier) -> None:
    opened.add(KEY, [task(n, host=f"{n}.gov.cn") for n in range(3)])
    leases, other = take(opened), Frontier(opened.client)
    for _ in range(MAX_ATTEMPTS + 1):
        run_out(opened)
        nobody_looked(opened)
        assert take(other) == []
        assert opened.extend(leases, 60.0) == set()
    assert opened.counts(KEY).expired == 0
    assert opened.settle([Settled(lease, "ack") for lease in leases]) == 0
    assert_books(opened)


def test_who_died_meanwhile_loses_its_leases_half_a_lease_time_later(opened: Frontier) -> None:
    opened.add(KEY, [task(1), task(2, host="b.gov.cn"), task(3, host="c.gov.cn")])
    take(opened, limit=2, lease_s=0.4)
    take(opened, limit=1, token="w2", lease_s=60.0)
    time.sleep(2.1)  # longer than idle workers take to look again
    other, start = Frontier(opened.client), time.monotonic()
    while not (found := take(other, token="w3", lease_s=0.4)):
        assert time.monotonic() < start + 5
        time.sleep(0.01)
    assert time.monotonic() - start > 0.15
    assert (len(found), {lease.attempt for lease in found}, opened.counts(KEY).expired) == (2, {1}, 2)


# --- several at once ---


def together(*calls: Callable[[], None]) -> None:
    start = threading.Barrier(len(calls))
    threads = [threading.Thread(target=lambda call=call: (start.wait(10), call())) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_two_reapers_at_once_bring_every_expired_lease_back_once(opened: Frontier, urls: services.Urls) -> None:
    opened.add(KEY, [task(n, host=f"{n}.gov.cn", site=f"s{n % 7}") for n in range(240)])
    lost = {lease.id for _ in range(3) for lease in take(opened, limit=999, queues={"site": 999})}
    assert run_out(opened) == len(lost) == 240
    got: list[Lease] = []

    def reap(token: str) -> None:
        with redis.Redis.from_url(urls.redis) as client:
            mine = Frontier(client)
            for _ in range(40):
                got.extend(take(mine, token=token, limit=20))

    together(lambda: reap("w1"), lambda: reap("w2"))
    assert Counter(lease.id for lease in got) == dict.fromkeys(lost, 1)
    assert {lease.attempt for lease in got} == {1}
    assert {lease.token for lease in got} == {"w1", "w2"}
    counts = opened.counts(KEY)
    assert (counts.expired, counts.leased, counts.planned) == (240, 240, 240)
    assert_books(opened)


def test_of_two_that_settle_the_same_lease_at_once_one_is_heard(opened: Frontier, urls: services.Urls) -> None:
    opened.add(KEY, [task(n, host=f"{n}.gov.cn") for n in range(60)])
    leases = [lease for _ in range(2) for lease in take(opened)]
    stale: list[int] = []

    def settle() -> None:
        with redis.Redis.from_url(urls.redis) as client:
            mine = Frontier(client)
            stale.extend(mine.settle([Settled(lease, "ack", (task(int(lease.id[0]) + 1000),))]) for lease in leases)

    together(settle, settle)
    assert sum(stale) == len(leases) == opened.counts(KEY).stale
    assert opened.counts(KEY).done == len(leases)
    assert_books(opened)


# --- rounds ---


def test_rounds_are_apart(opened: Frontier) -> None:
    opened.open_round(campaign(max_pages=2), 2)
    other = "t-2018q2:2"
    opened.add(KEY, [task(1), task(2), task(3)])
    opened.add(other, [task(1), task(2), task(3)])
    (lease,) = take(opened, other)
    opened.settle([Settled(lease, "ack")])
    assert (opened.counts(KEY).planned, opened.counts(KEY).done) == (3, 0)
    assert (opened.counts(other).planned, opened.counts(other).done) == (2, 1)
    assert opened.rounds() == [KEY, other]
    assert_books(opened, other)


def test_closing_a_round_frees_its_memory_and_no_late_word_takes_it_again(opened: Frontier) -> None:
    opened.open_round(campaign("t-2018q2-b"), 1)  # whose name begins alike
    opened.add(KEY, [task(n, host=f"{n % 9}.gov.cn") for n in range(1000)])
    leases = take(opened)
    opened.close_round(KEY)
    assert opened.settle([Settled(lease, "ack", (task(5000),)) for lease in leases]) == len(leases)
    assert opened.extend(leases, 60) == {lease.id for lease in leases}
    assert opened.rounds() == ["t-2018q2-b:1"]
    assert keys(opened.client, "gc:{*}:t-2018q2:*") == []
    assert take(opened) == []


@pytest.mark.parametrize("steps", [1, 2, 9])
def test_a_clearing_that_was_interrupted_is_done_again(
    steps: int, opened: Frontier, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.add(KEY, [task(n, host=f"{n}.gov.cn", site=f"s{n}") for n in range(30)])
    monkeypatch.setattr("govcrawl.frontier.frontier.BATCH", 1)
    real, rest = opened.client.unlink, iter(range(steps))
    with monkeypatch.context() as patch:
        patch.setattr(opened.client, "unlink", lambda *found: (real(*found), next(rest)))
        with pytest.raises(StopIteration):
            opened.clear(KEY)
    assert keys(opened.client, "gc:{*}:t-2018q2:*") != []
    opened.clear(KEY)
    assert keys(opened.client, "gc:{*}:t-2018q2:*") == []


def test_every_key_of_a_round_is_known() -> None:
    source = Path(scripts.__file__).read_text()
    assert set(re.findall(r"(?:P|KEYS\[1\]) \.\. '(\w+)'", source)) == set(NAMES)


def test_where_nothing_lies_of_a_round_nothing_is_looked_for(frontier: Frontier) -> None:
    frontier.client.config_resetstat()
    frontier.clear(KEY)
    assert "cmdstat_scan" not in frontier.client.info("commandstats")


def test_a_round_is_whole_only_once_it_was_filled(opened: Frontier) -> None:
    assert not opened.exists(KEY)
    opened.built(KEY)
    assert opened.exists(KEY)


@pytest.mark.parametrize("gone", ["gc:rounds", "gc:partitions", "conf"])
def test_a_round_that_redis_lost_in_part_is_not_whole(gone: str, opened: Frontier) -> None:
    """Of a cluster, one server may come back empty."""
    opened.built(KEY)
    opened.client.delete(gone if ":" in gone else prefixes(opened)[-1] + gone)
    assert not opened.exists(KEY)
    opened.open_round(campaign(), 1)
    assert opened.exists(KEY) == (gone != "conf")


def test_a_round_that_redis_lost_while_it_was_filled_is_not_whole(opened: Frontier) -> None:
    opened.client.flushdb()
    opened.built(KEY)
    opened.open_round(campaign(), 1)
    assert not opened.exists(KEY)


def test_workers_are_counted_while_they_give_signs_of_life(opened: Frontier) -> None:
    for worker in ("a", "b", "c"):
        opened.hello(worker)
    opened.goodbye("a")
    opened.client.zadd("gc:workers", {"c": opened.now() - 60})
    assert opened.workers_alive() == 1
