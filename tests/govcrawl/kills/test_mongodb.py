"""MongoDB is killed in the middle of a round."""

from __future__ import annotations

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.kills.crew import Crew, assert_whole, books, planned, recovery, tree, until
from tests.govcrawl.kills.stores import MISHAPS, Stores
from tests.pathologies import Server


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
