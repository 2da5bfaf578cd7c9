"""A host, and an address, is asked at its pace by any number of workers; one that says that it is too much is left alone."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from statistics import median

import pytest
from aiohttp import web

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.kills.crew import Crew, assert_whole, planned
from tests.pathologies import Handler, Server, links, served

pytestmark = pytest.mark.alone

DELAY_S = 0.2


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    """One host alone on its address, and three that share one."""
    with ExitStack() as stack:
        yield [stack.enter_context(served(address)) for address in ("127.70.7.1", *["127.70.7.2"] * 3)]


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_pace_is_the_same_for_any_number_of_workers(
    workers: int, servers: list[Server], store: Store, frontier: Frontier, crew: Crew
) -> None:
    for server, number in zip(servers, (23, 7, 7, 7), strict=True):
        paths = [f"/p{n}.html" for n in range(number)]
        server.pages |= {"/": links(*paths)} | dict.fromkeys(paths, "<p>短文</p>")
    planned(store, frontier, *servers, delay_s=DELAY_S)
    crew.finish(*[crew.start() for _ in range(workers)])
    assert_whole(store, frontier, [s.url(path) for s in servers for path in s.pages])
    one, *three = servers
    print(f"\nworkers  requests  a second  median gap  least gap   (limit {1 / DELAY_S:.0f} a second, {DELAY_S} s)")
    for name, times in (("one host", one.times), ("three on one address", sorted(t for s in three for t in s.times))):
        gaps = [b - a for a, b in pairwise(times)]
        rate = len(gaps) / (times[-1] - times[0])
        print(f"{workers:7}  {len(times):8}  {rate:8.2f}  {median(gaps):10.3f}  {min(gaps):9.3f}   {name}")
        assert rate < 1.06 / DELAY_S
        assert median(gaps) > 0.9 * DELAY_S
        # a busy machine may hold one request up and not the next
        assert sum(gap < DELAY_S / 2 for gap in gaps) <= len(gaps) // 8


def too_fast(status: int, headers: dict[str, str], on: int, server: Server, said: list[float]) -> Handler:
    """Refuses the n-th request."""

    async def handler(_: web.Request) -> web.StreamResponse:
        if len(server.times) != on:
            return web.Response(text="<p>好</p>", content_type="text/html")
        said.append(time.monotonic())
        return web.Response(status=status, headers=headers, text="<p>慢一点</p>", content_type="text/html")

    return handler


@pytest.mark.parametrize(("status", "headers", "wait_s"), [(429, {"Retry-After": "2"}, 2.0), (503, {}, 1.0)])
def test_a_host_that_asks_for_fewer_requests_is_left_alone_and_then_slowed_down(
    status: int, headers: dict[str, str], wait_s: float, server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    said: list[float] = []
    paths = [f"/p{n}.html" for n in range(10)]
    page = too_fast(status, headers, 5, server, said)
    server.pages |= {"/": links(*paths)} | dict.fromkeys(paths, page)
    planned(store, frontier, server, delay_s=DELAY_S)
    crew.finish(crew.start(), crew.start())
    assert_whole(store, frontier, [server.url(path) for path in ("/", *paths)])
    (again,) = store.db["pages"].find({"attempt": {"$gt": 1}})
    assert (again["status"], len(server.times)) == (200, 12)
    later = [t - said[0] for t in server.times if t > said[0]]
    print(f"\n{status}: asked again after {', '.join(f'{t:.2f}' for t in later)} s")
    spare = later[1:] if later[0] < DELAY_S + 0.1 else later  # one may have been under way
    assert spare[0] > 0.95 * wait_s
    gaps = gaps_of(spare)
    assert gaps[0] > 0.7  # its pace is a second at first, and becomes itself again with good answers
    assert gaps[-1] < gaps[0]


def gaps_of(times: Sequence[float]) -> list[float]:
    return [b - a for a, b in pairwise(times)]
