"""Redis is killed, comes back with or without its data, or is emptied; nobody watches but the workers."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.kills.crew import SABOTAGE, Crew, assert_whole, books, planned, recovery, stored, tree, until
from tests.govcrawl.kills.stores import MISHAPS, Stores
from tests.pathologies import Server, served


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    with served("127.70.9.1") as one, served("127.70.9.2") as two:
        yield [one, two]


@pytest.fixture(autouse=True)
def partitions(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sites lie in different ones."""
    monkeypatch.setenv("GOVCRAWL_PARTITIONS", "3")
    crew.environment["GOVCRAWL_PARTITIONS"] = "3"


@pytest.mark.parametrize("mishap", [name for name in MISHAPS if name.startswith("Redis")])
def test_a_round_outlives_its_redis(
    mishap: str, stores: Stores, servers: list[Server], store: Store, frontier: Frontier, crew: Crew
) -> None:
    urls = {server.url(path): server for server in servers for path in tree(server, lists=3, pages=5)}
    planned(store, frontier, *servers, delay_s=0.1)
    workers = [crew.start(), crew.start()]
    until(lambda: books(frontier)["done"] >= 8)
    before = stored(store)
    seconds = recovery(MISHAPS[mishap], stores, store, frontier)
    print(f"\n{mishap}: next result stored and acknowledged after {seconds:.1f} s")
    crew.finish(*workers)
    assert_whole(store, frontier, list(urls))
    assert seconds < 15
    assert max(urls[url].hits[urlsplit(url).path] for url in before) == 1  # what was stored is not fetched again


def test_what_was_claimed_just_before_redis_went_away_is_not_forgotten(
    servers: list[Server], store: Store, frontier: Frontier, crew: Crew
) -> None:
    """A look claims from one partition after the other; it breaks off at the second."""
    paths = [path for server in servers for path in map(server.url, tree(server, lists=1, pages=2))]
    planned(store, frontier, *servers)
    crew.finish(crew.start("trapped", TRAP_AT="claim", TRAP_ON=2, **SABOTAGE), seconds=100)
    assert_whole(store, frontier, paths)
