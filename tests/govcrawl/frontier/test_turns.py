"""Requests that are no task's own: they wait at the gate like all others, and for a Redis that is away."""

from __future__ import annotations

import asyncio
import signal
import time
from itertools import pairwise
from pathlib import Path

import pytest
import redis

from govcrawl.addresses import Addresses
from govcrawl.frontier.frontier import Frontier
from govcrawl.frontier.gate import Gate, Knock
from govcrawl.frontier.turns import Turns
from tests.govcrawl.frontier.servers import server

URL = "http://127.0.0.9/list"


async def take(turns: Turns, delay_s: float, times: list[float], slow_s: float | None = None) -> None:
    async with turns.turn(URL, delay_s) as turn:
        times.append(time.monotonic())
        turn.slow_s = slow_s


def run(gate: Gate, delay_s: float, *slow_s: float | None) -> list[float]:
    """When each went out, one after the other in any order."""

    async def main() -> list[float]:
        turns, times = Turns(gate, Addresses(), 30.0), list[float]()
        await asyncio.gather(*(take(turns, delay_s, times, slow) for slow in slow_s))
        turns.close()
        return times

    return asyncio.run(main())


@pytest.mark.alone
def test_they_go_out_one_after_the_other(frontier: Frontier) -> None:
    frontier.partitions.settle()
    times = run(frontier.gate, 0.15, *[None] * 5)
    assert min(b - a for a, b in pairwise(times)) > 0.14


def test_others_wait_for_them_and_hear_what_the_host_said(frontier: Frontier) -> None:
    frontier.partitions.settle()
    run(frontier.gate, 0.05, 3.0)
    other = Knock(b"other", ("127.0.0.9",), 0.05, 30.0)
    assert 2.0 < frontier.gate.knock([other])[0] <= 3.1


def test_a_request_that_fails_gives_its_place_back(frontier: Frontier) -> None:
    frontier.partitions.settle()

    async def main() -> None:
        turns = Turns(frontier.gate, Addresses(), 30.0)
        for _ in range(6):  # more than may be in flight at once
            try:
                async with turns.turn(URL, 0.01):
                    raise ConnectionError
            except ConnectionError:
                pass
        turns.close()

    start = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - start < 5


def test_a_redis_that_does_not_answer_is_waited_for(tmp_path: Path) -> None:
    with server(tmp_path) as one, redis.Redis(port=one.port, socket_timeout=0.1) as client:
        frontier = Frontier(client)
        frontier.partitions.settle()

        async def main() -> list[float]:
            turns, times = Turns(frontier.gate, Addresses(), 30.0), list[float]()
            one.process.send_signal(signal.SIGSTOP)
            waiting = asyncio.ensure_future(take(turns, 0.01, times))
            await asyncio.sleep(0.5)
            assert not times
            one.process.send_signal(signal.SIGCONT)
            await waiting
            turns.close()
            return times

        assert len(asyncio.run(main())) == 1
