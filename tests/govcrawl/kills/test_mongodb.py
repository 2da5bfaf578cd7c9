"""MongoDB is killed in the middle of a round."""

from __future__ import annotations

import json
import time

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.kills.crew import Crew, assert_whole, books, planned, recovery, tree, until
from tests.govcrawl.kills.stores import MISHAPS, Stores
from tests.pathologies import Server

PATIENCE_S = 1.0


def test_nothing_is_acknowledged_while_mongodb_is_away_and_all_pages_arrive_afterwards(
    stores: Stores, server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    paths = tree(server, lists=3, pages=7)
    planned(store, frontier, server, delay_s=0.05)
    workers = [crew.start(), crew.start()]
    until(lambda: books(frontier)["done"] >= 8)
    seconds = recovery(MISHAPS["MongoDB killed"], stores, store, frontier)
    print(f"\nMongoDB killed: next result stored and acknowledged after {seconds:.1f} s")
    crew.finish(*workers)
    assert_whole(store, frontier, map(server.url, paths))
    assert seconds < 15


def test_sigterm_while_mongodb_is_away_is_not_put_off_until_it_is_back(
    stores: Stores, server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    paths = tree(server)
    planned(store, frontier, server, delay_s=0.05)
    worker = crew.start(STOP_WHEN_DONE=0)
    until(lambda: books(frontier)["done"] >= 3)
    stores.kill("mongodb")
    try:
        until(lambda: "MongoDB is away" in worker.log.read_text(), 30)
        before, start = books(frontier), time.monotonic()
        worker.terminate()
        crew.finish(worker)
        took = time.monotonic() - start
        after = books(frontier)
    finally:
        stores.start("mongodb")
    print(f"\nSIGTERM without MongoDB: ended after {took:.1f} s")
    assert took < 25
    assert (after["leased"], after["done"], after["dead"]) == (0, before["done"], 0)
    crew.finish(crew.start())
    assert_whole(store, frontier, map(server.url, paths))


def test_sigterm_while_mongodb_hangs_is_not_put_off_and_nothing_is_acknowledged(
    stores: Stores, server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    paths = tree(server)
    planned(store, frontier, server, delay_s=0.05)
    worker = crew.start(STOP_WHEN_DONE=0)
    until(lambda: books(frontier)["done"] >= 3)
    with stores.hanging("mongodb"):
        time.sleep(6.0)  # results wait, and it is asked whether all rounds are there
        before, start = books(frontier), time.monotonic()
        worker.terminate()
        crew.finish(worker)
        took = time.monotonic() - start
        after = books(frontier)
    print(f"\nSIGTERM while MongoDB hangs: ended after {took:.1f} s")
    assert took < 20
    assert before["pending"] + before["leased"] > 0
    assert (after["leased"], after["done"], after["dead"]) == (0, before["done"], 0)
    crew.finish(crew.start())
    assert_whole(store, frontier, map(server.url, paths))


def test_a_worker_that_alone_cannot_reach_mongodb_keeps_nothing_from_the_others(
    server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    paths = tree(server)
    planned(store, frontier, server)
    pipelines = {"pipelines.observe.ObservePipeline": 100, "tests.govcrawl.kills.saboteurs.CutOffPersist": 300}
    cut_off = crew.start(ITEM_PIPELINES=json.dumps(pipelines), STORE_PATIENCE_S=PATIENCE_S, LEASE_S=600)
    until(lambda: books(frontier)["done"] and server.hits.total() > 1)
    crew.finish(crew.start())
    assert_whole(store, frontier, map(server.url, paths))
    assert "go to other workers" in cut_off.log.read_text()
    assert server.hits.total() > len(paths)  # what it had fetched was fetched again


def test_a_worker_that_has_no_mongodb_claims_nothing(
    server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    paths = tree(server)
    planned(store, frontier, server)
    blind = crew.start(MONGODB_URI="mongodb://127.0.0.1:9/govcrawl", LEASE_S=600)
    until(lambda: blind.log.exists() and "MongoDB is away, waiting" in blind.log.read_text())
    crew.finish(crew.start())
    assert_whole(store, frontier, map(server.url, paths))
    assert set(server.hits.values()) == {1}
