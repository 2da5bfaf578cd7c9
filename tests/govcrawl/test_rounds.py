"""A round's life on the real stores: filled, rebuilt, put back, closed, revived; at whatever moment somebody dies."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import redis
from redis.exceptions import LockError

from govcrawl import rounds, services
from govcrawl.contracts import Lease, Page, ProbePlan, Result, Site, Task
from govcrawl.frontier.codec import encode, task_id
from govcrawl.frontier.frontier import QUEUES, Frontier, Settled, round_key
from govcrawl.rounds import advance, close, close_finished, incomplete_sites, open_round, over, rebuild, restore, revive
from govcrawl.store import Store
from tests.govcrawl.build import campaign, task
from tests.govcrawl.frontier.inside import KEY, assert_books, keys, prefixes, take

AT = datetime(2018, 6, 14, 8, tzinfo=UTC)
SITES = [Site(f"530000000{n}", f"网站{n}", f"http://s{n}.gov.cn/", "省直") for n in range(3)]
ONE = campaign(probe=ProbePlan(2, 0.0, 2.0))  # visits are due at once
ROLES = {"site": 99, "link": 99}


@pytest.fixture(params=[1, 3], ids=["1 partition", "3 partitions"])
def frontier(request: pytest.FixtureRequest, client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Frontier:
    monkeypatch.setenv("GOVCRAWL_PARTITIONS", str(request.param))
    return Frontier(client)


@pytest.fixture
def opened(frontier: Frontier, store: Store) -> Frontier:
    store.save_plan(ONE, SITES, [site.code for site in SITES], [])
    assert open_round(ONE, 1, store, frontier) == 6  # a home page and a first visit of each
    return frontier


def pages_of(site: str, *numbers: int, **more: Any) -> tuple[Task, ...]:
    return tuple(task(n, f"s{site[-1]}.gov.cn", site, **more) for n in numbers)


def fetched(lease: Lease, *children: Task) -> Result:
    return Result(lease, Page(lease.task.url, "ok", 200, AT, 0.1), children=children)


def do(store: Store, frontier: Frontier, *results: Result) -> None:
    """Stored, then acknowledged."""
    store.save_results(results)
    assert frontier.settle([Settled(result.lease, "ack", result.children) for result in results]) == 0


def finish(store: Store, frontier: Frontier, key: str = KEY) -> list[str]:
    """Workers do all that can be done now.  Returns the URLs."""
    done = []
    while leases := take(frontier, key):
        do(store, frontier, *(fetched(lease) for lease in leases))
        done += [lease.task.url for lease in leases]
    return done


def homes_read(store: Store, frontier: Frontier) -> None:
    """Each home page led to three pages."""
    leases = take(frontier, queues=ROLES)
    assert len(leases) == len(SITES)
    do(store, frontier, *(fetched(lease, *pages_of(lease.task.site, 1, 2, 3)) for lease in leases))


# --- rebuilt ---


def test_a_rebuild_knows_what_is_stored_and_what_workers_hold_is_fetched_again(opened: Frontier, store: Store) -> None:
    homes_read(store, opened)
    stuck, held, dead = take(opened, queues=ROLES)
    child = pages_of(stuck.task.site, 7)[0]
    store.save_results([fetched(stuck, child)])  # its worker dies before it can say so
    opened.settle([Settled(dead, "dead", reason="r")])
    assert list(rebuild(ONE, store, opened)) == [(KEY, 4, 12)]
    counts = opened.counts(KEY)
    assert (counts.planned, counts.done, counts.pending, counts.leased, counts.dead) == (16, 4, 12, 0, 0)
    assert_books(opened)
    assert opened.settle([Settled(held, "ack"), Settled(stuck, "ack", (child,))]) == 2  # too late
    found = finish(store, opened)
    assert len(found) == len(set(found)) == 12
    assert {held.task.url, dead.task.url, child.url} <= set(found)
    assert stuck.task.url not in found
    assert_books(opened)
    assert list(rebuild(ONE, store, opened)) == [(KEY, 16, 0)]


HAVOC: dict[str, Callable[[redis.Redis, str], Any]] = {
    "lanes lost": lambda client, p: [client.delete(k) for k in keys(client, f"{p}l:*")],
    "hosts lost": lambda client, p: [client.delete(k) for k in keys(client, f"{p}h:*")],
    "messages lost": lambda client, p: client.delete(p + "t"),
    "messages spoilt": lambda client, p: [client.hset(p + "t", id_, b"rubbish") for id_ in client.hkeys(p + "t")],
    "all done": lambda client, p: client.sadd(p + "done", *client.hkeys(p + "t")),
    "counts lost": lambda client, p: client.delete(p + "n"),
    "counts wrong": lambda client, p: client.hset(p + "n", mapping={"open:site": -3, "planned": 7, "pending": "many"}),
    "keys of another type": lambda client, p: [
        client.delete(p + k) or client.set(p + k, "x")
        for k in ("conf", "t", "done", "leases", "lease", "due", "r:site")
    ],
    "limits lost": lambda client, p: client.delete(p + "conf"),
}


@pytest.mark.parametrize("havoc", HAVOC)
def test_a_rebuild_mends_whatever_happened(havoc: str, opened: Frontier, store: Store) -> None:
    homes_read(store, opened)
    take(opened, queues=ROLES)
    for prefix in prefixes(opened):
        if opened.client.exists(prefix + "n"):
            HAVOC[havoc](opened.client, prefix)
    assert list(rebuild(ONE, store, opened)) == [(KEY, 3, 12)]
    assert_books(opened)
    assert len(finish(store, opened)) == 12
    assert opened.open(KEY) == 0
    assert_books(opened)


def test_a_round_that_is_rebuilt_is_not_seen_as_over_and_workers_wait(
    opened: Frontier, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes_read(store, opened)
    (held, *_) = take(opened, queues=ROLES)
    seen = []

    def meanwhile(key: str) -> None:
        Frontier.break_up(opened, key)
        assert opened.settle([Settled(held, "ack", pages_of(held.task.site, 9))]) == 1
        assert opened.add(KEY, pages_of(held.task.site, 9)) == 0
        seen.append((take(opened), restore(store, opened, set()), over(key, QUEUES, opened)))

    monkeypatch.setattr(opened, "break_up", meanwhile)
    assert list(rebuild(ONE, store, opened)) == [(KEY, 3, 12)]
    assert seen == [([], False, False)]
    assert held.task.url in finish(store, opened)
    assert_books(opened)


@pytest.mark.parametrize("step", ["mark_done", "add", "built"])
def test_a_rebuild_that_was_interrupted_is_done_again(
    step: str, opened: Frontier, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes_read(store, opened)
    opened.client.flushdb()
    with monkeypatch.context() as patch:
        patch.setattr(opened, step, killed(getattr(opened, step)))
        with pytest.raises(KeyboardInterrupt):
            open_round(ONE, 1, store, opened)
    assert not Frontier(opened.client).exists(KEY)
    assert restore(store, opened, set())
    counts = opened.counts(KEY)
    assert (counts.planned, counts.done, counts.pages, counts.pending) == (15, 3, 3, 12)
    assert_books(opened)


def killed(real: Callable[..., Any]) -> Callable[..., Any]:
    """Does half of its work."""

    def call(*args: Any) -> None:
        if len(args) > 1:
            real(args[0], list(args[1])[:2])
        raise KeyboardInterrupt

    return call


def test_a_redis_that_is_emptied_while_a_round_is_filled_is_filled_again(
    opened: Frontier, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes_read(store, opened)
    opened.client.flushdb()
    real = opened.add

    def emptied(key: str, tasks: Any) -> int:
        opened.client.flushdb()
        return real(key, tasks)

    with monkeypatch.context() as patch:
        patch.setattr(opened, "add", emptied)
        assert not restore(store, opened, set())
    assert not opened.exists(KEY)
    assert restore(store, opened, set())
    assert (opened.counts(KEY).planned, opened.rounds()) == (15, [KEY])


# --- put back ---


def together(*calls: Callable[[], Any]) -> None:
    start = threading.Barrier(len(calls))
    threads = [threading.Thread(target=lambda call=call: (start.wait(5), call())) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_two_workers_at_once_put_a_round_back_once(
    opened: Frontier, store: Store, urls: services.Urls, caplog: pytest.LogCaptureFixture
) -> None:
    homes_read(store, opened)
    opened.client.flushdb()
    whole = []

    def work() -> None:
        with redis.Redis.from_url(urls.redis) as client:
            mine = Store(urls.mongodb)
            whole.append(restore(mine, Frontier(client), set()))
            mine.close()

    with caplog.at_level(logging.WARNING, "govcrawl.rounds"):
        together(work, work)
    assert caplog.text.count("it is filled from MongoDB") == 1
    assert True in whole
    assert restore(store, opened, set())
    counts = opened.counts(KEY)
    assert (counts.planned, counts.done, counts.pending) == (15, 3, 12)
    assert_books(opened)
    assert len(finish(store, opened)) == 12
    assert keys(opened.client, "gc:filling:*") == []


def test_nothing_is_put_back_that_is_there_or_closed(opened: Frontier, store: Store) -> None:
    before = opened.counts(KEY)
    assert restore(store, opened, set())
    assert opened.counts(KEY) == before
    close(ONE.id, 1, store, opened)
    opened.close_round(KEY)
    assert restore(store, opened, set())
    assert (opened.rounds(), store.open_rounds()) == ([], [])


def test_a_round_of_no_stored_campaign_keeps_no_worker_from_its_work(
    opened: Frontier, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.open_round("t-ghost", 1)
    assert restore(store, opened, set())
    assert "t-ghost" in caplog.text
    assert keys(opened.client, "gc:filling:*") == []


def test_a_round_that_is_closed_while_a_worker_looks_stays_closed(
    opened: Frontier, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store.open_rounds

    def then_closed() -> list[str]:
        found = real()
        close(ONE.id, 1, store, opened)
        opened.close_round(KEY)
        monkeypatch.setattr(store, "open_rounds", real)
        return found

    monkeypatch.setattr(store, "open_rounds", then_closed)
    restore(store, opened, set())
    assert (opened.rounds(), store.open_rounds(), keys(opened.client, f"*{KEY}*")) == ([], [], [])


def test_whoever_fills_says_that_he_is_at_it(opened: Frontier, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes longer than a lock lasts; nobody else fills meanwhile."""
    opened.client.flushdb()
    monkeypatch.setattr(rounds, "FILL_LOCK_S", 3.0)
    others = []

    def slow(*_: Any) -> Iterator[Task]:
        for n in range(1500):
            if n % 500 == 0:
                time.sleep(1.2)
                others.append(restore(store, Frontier(opened.client), set()))
            yield task(n, site="5300000009")

    monkeypatch.setattr(store, "finished", slow)
    assert open_round(ONE, 1, store, opened) == 6
    assert others == [False, False, False]
    assert (opened.counts(KEY).done, keys(opened.client, "gc:filling:*")) == (1500, [])


def test_who_was_thought_dead_leaves_the_filling_to_who_took_over(
    opened: Frontier, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes_read(store, opened)
    opened.client.flushdb()
    real = store.finished

    def stalled(*args: Any) -> Iterator[Task]:
        opened.client.set(f"gc:filling:{KEY}", "another's")
        yield from real(*args)

    monkeypatch.setattr(store, "finished", stalled)
    with pytest.raises(LockError):
        open_round(ONE, 1, store, opened)
    assert not opened.exists(KEY)
    assert opened.client.get(f"gc:filling:{KEY}") == b"another's"


@pytest.mark.parametrize("field", ["campaign", "task", "child"])
def test_what_another_version_stored_is_left_alone_and_said_once(
    field: str, opened: Frontier, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    homes_read(store, opened)
    strange = encode(task(1)).replace(b'"page"', b'"sitemap"')
    if field == "campaign":
        store.db["campaigns"].update_one({"_id": ONE.id}, {"$unset": {"issuer": 1}}, bypass_document_validation=True)
    else:
        store.db["pages"].update_one({}, {"$set": {"task": strange} if field == "task" else {"children.0": strange}})
    other = campaign("t-other")
    store.save_plan(other, SITES, [SITES[0].code], [])
    store.open_round(other.id, 1)
    opened.client.flushdb()
    told: set[str] = set()
    with caplog.at_level(logging.ERROR, "govcrawl.rounds"):
        assert restore(store, opened, told)
        assert restore(store, opened, told)
    assert told == {KEY}
    assert caplog.text.count("is left alone") == 1
    assert opened.exists("t-other:1")
    assert not over(KEY, QUEUES, opened)
    assert keys(opened.client, "gc:filling:*") == []


# --- given up, and revived ---


def given_up(store: Store, frontier: Frontier, site: Site, n: int) -> Task:
    """All is done but one page."""
    homes_read(store, frontier)
    lost = pages_of(site.code, n)[0]
    leases = {lease.id: lease for _ in range(3) for lease in take(frontier)}
    frontier.settle([Settled(leases.pop(task_id(lost)), "dead", reason="ValueError: 缺陷")])
    do(store, frontier, *(fetched(lease) for lease in leases.values()))
    finish(store, frontier)
    return lost


def test_what_was_given_up_in_an_open_round_waits_again(opened: Frontier, store: Store) -> None:
    lost = given_up(store, opened, SITES[1], 2)
    assert revive(ONE, store, opened) == 1
    assert revive(ONE, store, opened) == 0
    assert_books(opened)
    assert finish(store, opened) == [lost.url]


def test_what_was_given_up_in_a_closed_round_waits_again_and_nothing_else(opened: Frontier, store: Store) -> None:
    lost = given_up(store, opened, SITES[1], 2)
    close_finished(ONE, store, opened)
    assert keys(opened.client, f"*{KEY}*") == []
    ((dead,),) = store.dead(ONE.id).values()
    assert (dead["url"], dead["role"], dead["reason"]) == (lost.url, "page", "ValueError: 缺陷")
    assert revive(ONE, store, opened) == 1
    assert (store.open_rounds(), store.dead(ONE.id), opened.rounds()) == ([KEY], {}, [KEY])
    counts = opened.counts(KEY)
    assert (counts.pending, counts.dead, counts.done) == (1, 0, counts.planned - 1)
    assert finish(store, opened) == [lost.url]
    assert_books(opened)
    assert revive(ONE, store, opened) == 0


def test_of_a_closed_round_that_lies_on_redis_still_each_is_counted_once(opened: Frontier, store: Store) -> None:
    lost = given_up(store, opened, SITES[1], 2)
    close(ONE.id, 1, store, opened)  # as `run` does between two rounds
    assert revive(ONE, store, opened) == 1
    assert finish(store, opened) == [lost.url]
    assert_books(opened)


def test_a_site_without_its_home_page_was_not_inspected_as_planned(opened: Frontier, store: Store) -> None:
    leases = take(opened, queues=ROLES)
    (bad,) = (lease for lease in leases if lease.task.site == SITES[1].code)
    opened.settle([Settled(bad, "dead", reason="r")])
    assert incomplete_sites(opened, KEY) == {site.code for site in SITES}
    do(store, opened, *(fetched(lease) for lease in leases if lease is not bad))
    assert incomplete_sites(opened, KEY) == {SITES[1].code}
    close(ONE.id, 1, store, opened)
    assert store.closed_rounds(ONE.id)[KEY] == ({SITES[1].code}, "可用性监测尚未结束，本通报按已完成的访问次数统计。")


def test_a_page_that_was_given_up_does_not_keep_the_next_round_waiting(frontier: Frontier, store: Store) -> None:
    two = replace(ONE, rounds=2)
    store.save_plan(two, SITES[:1], [SITES[0].code], [])
    assert advance(two, store, frontier) == KEY
    home, visit = sorted(take(frontier), key=lambda lease: lease.task.kind, reverse=True)
    frontier.settle([Settled(home, "dead", reason="r")])
    do(store, frontier, fetched(visit))
    assert advance(two, store, frontier) == round_key(two.id, 2)
    assert store.closed_rounds(two.id)[KEY][0] == {SITES[0].code}
    assert advance(two, store, frontier) == round_key(two.id, 2)  # it runs: nothing changes
    assert frontier.rounds() == store.open_rounds() == [round_key(two.id, 2)]


def test_a_round_whose_visits_were_cut_short_goes_on(opened: Frontier, store: Store) -> None:
    do(store, opened, *(fetched(lease) for lease in take(opened, queues=ROLES)))
    close(ONE.id, 1, store, opened)
    opened.close_round(KEY)
    assert advance(ONE, store, opened) == KEY
    assert {queue: n for queue, n in opened.counts(KEY).open_in.items() if n} == {"probe": 3}
    assert take(opened, queues={"site": 9}) == []
