"""SIGTERM: a worker finishes what is under way, gives back the rest, and leaves no trace on the hosts it was asking."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from govcrawl.frontier.frontier import Frontier
from govcrawl.frontier.scheduler import CLOSE_S
from govcrawl.store import Store
from tests.govcrawl.kills.crew import Crew, assert_whole, books, planned, stored, until
from tests.govcrawl.kills.stores import Stores
from tests.pathologies import Server, links, served, slow

pytestmark = pytest.mark.alone

SLOWEST_S = 1.6


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    with ExitStack() as stack:
        yield [stack.enter_context(served(f"127.70.8.{n}")) for n in range(1, 5)]


def in_flight(frontier: Frontier) -> int:
    """What the gate counts, over all hosts and addresses."""
    return sum(frontier.client.zcard(name) for name in frontier.client.scan_iter(match="gc:{*}:#*"))


def test_sigterm_stores_what_was_asked_and_gives_back_the_rest(
    servers: list[Server], store: Store, frontier: Frontier, crew: Crew
) -> None:
    paths = [f"/p{n}.html" for n in range(8)]
    for server in servers:
        server.pages |= {"/": links(*paths)} | {path: slow(SLOWEST_S - n % 4 * 0.4) for n, path in enumerate(paths)}
    planned(store, frontier, *servers)
    worker = crew.start(STOP_WHEN_DONE=0)
    until(lambda: sum(sum(s.hits.values()) for s in servers) >= 20)
    assert in_flight(frontier) >= 8
    worker.terminate()
    start, asked = time.monotonic(), sum(sum(s.hits.values()) for s in servers)
    crew.finish(worker)
    took = time.monotonic() - start
    assert took < SLOWEST_S + 3
    answered = {s.url(path) for s in servers for path in s.hits}
    assert len(answered) - asked <= 2  # it stopped asking at once
    assert set(stored(store)) == answered  # what was asked is stored
    state = books(frontier)
    assert (state["leased"], state["done"], state["dead"]) == (0, len(answered), 0)
    assert in_flight(frontier) == 0
    assert frontier.workers_alive() == 0
    print(f"\nSIGTERM: {asked} asked, {len(answered)} stored, {state['pending']} given back, ended after {took:.1f} s")
    for more in (3, 6):  # a rolling restart: the next one begins while the last one still ends
        rolled = crew.start(STOP_WHEN_DONE=0)
        until(lambda more=more: sum(sum(s.hits.values()) for s in servers) >= len(answered) + more)
        rolled.terminate()
        assert rolled.returncode is None
    crew.finish(crew.start(), *crew.workers)
    assert_whole(store, frontier, [s.url(path) for s in servers for path in ("/", *paths)])
    assert {n for s in servers for n in s.hits.values()} == {1}  # nothing was fetched twice
    assert frontier.counts("t-2018q2:1").expired == 0


def test_sigterm_while_redis_is_away_is_not_put_off_until_it_is_back(
    servers: list[Server], stores: Stores, store: Store, frontier: Frontier, crew: Crew
) -> None:
    paths = [f"/p{n}.html" for n in range(6)]
    servers[0].pages |= {"/": links(*paths)} | {path: slow(0.5) for path in paths}
    planned(store, frontier, servers[0])
    short: dict[str, object] = {"LEASE_S": 4, "REQUEST_LASTS_S": 2}
    worker = crew.start(**short, STOP_WHEN_DONE=0)
    until(lambda: sum(servers[0].hits.values()) >= 3)
    stores.kill("redis")
    try:
        worker.terminate()
        crew.finish(worker, seconds=CLOSE_S + 20)
    finally:
        stores.start("redis")
    crew.finish(crew.start(**short))
    assert set(stored(store)) == {servers[0].url(path) for path in ("/", *paths)}
