"""A Redis that hangs stops no download, no reading and no storing, for the event loop never waits for it; and ends no lease."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from aiohttp import web

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.kills.crew import KEY, Crew, assert_whole, planned, stored, until
from tests.pathologies import Handler, Server, links, served

pytestmark = pytest.mark.alone

HANG_S = 5.0
LONGEST_S = 3.0
AWAY_LEASE_S = 3.0
Spans = dict[str, list[float]]  #: URL → when its request came and when it was answered


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    """Four addresses: one alone is asked for few pages at a time."""
    with ExitStack() as stack:
        yield [stack.enter_context(served(f"127.70.5.{n}")) for n in range(1, 5)]


def lasting(seconds: float, spans: Spans, url: str) -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        spans[url] = [time.monotonic()]
        await asyncio.sleep(seconds)
        spans[url].append(time.monotonic())
        return web.Response(text="<p>慢</p>", content_type="text/html")

    return handler


def test_downloads_go_on_while_redis_hangs(
    servers: list[Server], store: Store, frontier: Frontier, crew: Crew, tmp_path: Path
) -> None:
    paths, spans = [f"/p{n}.html" for n in range(5)], Spans()
    for server in servers:
        server.pages["/"] = links(*paths)
        for n, path in enumerate(paths):
            server.pages[path] = lasting(LONGEST_S - (n % 6) * 0.5, spans, server.url(path))
    planned(store, frontier, *servers)
    stalls = tmp_path / "stalls"
    extension = json.dumps({"tests.govcrawl.kills.saboteurs.Stalls": 1})
    worker = crew.start(EXTENSIONS=extension, STALLS_FILE=stalls)
    until(lambda: len(spans) >= 12)
    frontier.client.execute_command("CLIENT", "PAUSE", round(HANG_S * 1000), "ALL")
    start = time.monotonic()
    known = stored(store)
    time.sleep(HANG_S - 0.5)
    in_flight = {url for url, span in spans.items() if span[0] < start and not span[1:] < [start]}
    during = stored(store) - known
    print(f"\nRedis hung: {len(in_flight)} pages were in flight, {during.total()} results stored meanwhile")
    assert len(in_flight) >= 8
    assert in_flight <= set(stored(store))
    crew.finish(worker)
    assert_whole(store, frontier, [s.url(p) for s in servers for p in ("/", *paths)])
    worst = max((late for at, late in told(stalls) if at > start - 1), default=0.0)
    print(f"longest stall of the event loop: {worst:.2f} s")
    assert worst < 1.0


def told(stalls: Path) -> list[tuple[float, float]]:
    return [(float(at), float(late)) for at, late in (line.split() for line in stalls.read_text().splitlines())]


def test_leases_outlive_a_redis_that_is_away_for_longer_than_they_last(
    servers: list[Server], store: Store, frontier: Frontier, crew: Crew
) -> None:
    """Four times in a row: more often than a lease may end before its task is given up."""
    paths, away_s = [f"/p{n}.html" for n in range(2)], 1.5 * AWAY_LEASE_S
    for server in servers:
        server.pages |= {"/": links(*paths)} | {path: lasting(4 * away_s + 3, {}, path) for path in paths}
    planned(store, frontier, *servers)
    workers = [crew.start(LEASE_S=AWAY_LEASE_S, DOWNLOAD_TIMEOUT=60) for _ in range(2)]
    until(lambda: all(set(paths) <= set(server.hits) for server in servers))
    for _ in range(4):
        frontier.client.execute_command("CLIENT", "PAUSE", round(away_s * 1000), "ALL")
        time.sleep(away_s + 1.0)
    crew.finish(*workers)
    assert_whole(store, frontier, [s.url(p) for s in servers for p in ("/", *paths)])
    assert {n for server in servers for n in server.hits.values()} == {1}
    assert (frontier.counts(KEY).expired, frontier.counts(KEY).stale) == (0, 0)
