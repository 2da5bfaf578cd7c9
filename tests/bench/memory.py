"""Bytes in Redis per queued task and per seen URL: ``python -m tests.bench.memory [--n 100000 1000000]``.

On a Valkey of its own, with tasks as a real crawl plans them (``tests/govcrawl/frontier/made.py``): a hundred a site, URLs of about 60
characters, found on a list page, with a column's name.  Counted is ``used_memory``, so everything is in it: lanes, counters, books.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count, islice
from typing import Any

import redis

from govcrawl.contracts import Campaign, Task
from govcrawl.frontier.frontier import QUEUES, Frontier, Settled, round_key
from tests.govcrawl.build import campaign
from tests.govcrawl.frontier.made import PER_SITE, realistic
from tests.govcrawl.frontier.servers import server

ROUND: Campaign = campaign("t-memory", delay_s=0.0, max_pages=0)
KEY = round_key(ROUND.id, 1)
SPARE = 400_000  #: bytes: buffers of the server, whatever the number of tasks
STEP = 10_000  #: tasks planned, and leases settled, at a time


@dataclass(frozen=True)
class Measured:
    """Bytes; ``left``: in use once the round is closed, beyond those at the start."""

    n: int
    url: float  #: mean characters of a URL
    queued: float  #: per task that waits
    leased: float  #: more per task while a worker holds it, of a thousand
    seen: float  #: per task that is done
    left: int
    seconds: float


def measure(frontier: Frontier, n: int, fetched: bool = True) -> Measured:
    """Plans and finishes ``n`` tasks, then closes their round.  ``fetched`` False: they are marked done, which is faster."""
    start, client = time.monotonic(), frontier.client
    warm_up(frontier)
    frontier.open_round(ROUND, 1)
    empty = used(client)
    for batch in batches(realistic(n)):
        frontier.add(KEY, batch)
    queued = used(client) - empty
    leased = hold(frontier, 1000) - empty - queued
    if fetched:
        finish(frontier)
    else:
        frontier.mark_done(KEY, realistic(n))
    seen = used(client) - empty
    assert frontier.counts(KEY).done == n
    frontier.close_round(KEY)
    left = freed(client, empty) - empty
    url = sum(len(task.url) for task in realistic(min(n, 1000))) / min(n, 1000)
    return Measured(n, url, queued / n, leased / 1000, seen / n, left, time.monotonic() - start)


def warm_up(frontier: Frontier) -> None:
    """Redis has read all scripts."""
    frontier.open_round(ROUND, 1)
    frontier.add(KEY, realistic(200))
    hold(frontier, 100)
    finish(frontier)
    frontier.close_round(KEY)
    freed(frontier.client, 0, seconds=1.0)


def used(client: redis.Redis) -> int:
    return int(client.info("memory")["used_memory"])


def freed(client: redis.Redis, wanted: int, seconds: float = 30.0) -> int:
    """The memory in use once Redis has freed in the background what it was told to."""
    end = time.monotonic() + seconds
    while used(client) > wanted + SPARE and time.monotonic() < end:
        time.sleep(0.05)
    return used(client)


def hold(frontier: Frontier, n: int) -> int:
    """The memory in use while ``n`` tasks are leased; they are given back."""
    leases = [lease for some in islice(claims(frontier), n // 100) for lease in some]
    memory = used(frontier.client)
    frontier.settle([Settled(lease, "release") for lease in leases])
    return memory


def claims(frontier: Frontier) -> Iterator[list[Any]]:
    """A hundred leases at a time, as several workers would hold them."""
    for n in count():
        leases = []
        for partition in frontier.partitions.all():
            more = frontier.claim(KEY, {"site": 100}, 100 - len(leases), f"host-1-abcdef:{n:08x}", 600.0, partition)
            leases += more.leases
        yield leases


def finish(frontier: Frontier) -> None:
    batch: list[Settled] = []
    for leases in claims(frontier):
        batch += [Settled(lease, "ack") for lease in leases]
        if len(batch) >= STEP or not leases:
            frontier.settle(batch)
            batch = []
        if not leases and not frontier.open(KEY, QUEUES):
            return


def batches(tasks: Iterator[Task]) -> Iterator[list[Task]]:
    while batch := list(islice(tasks, STEP)):
        yield batch


@contextmanager
def alone() -> Iterator[Frontier]:
    """A frontier on a Valkey of its own."""
    with tempfile.TemporaryDirectory() as folder, server(folder, "--appendonly", "no") as valkey:
        yield Frontier(valkey.client)


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--n", type=int, nargs="+", default=[100_000, 1_000_000], help="tasks")
    found = []
    for n in parser.parse_args(words).n:
        with alone() as frontier:
            found.append(measure(frontier, n))
            show(found[-1], first=len(found) == 1)
    print(json.dumps({"memory": [asdict(one) for one in found], "per_site": PER_SITE}))


def show(one: Measured, first: bool) -> None:
    if first:
        print(f"{'tasks':>9} {'URL':>5} {'queued':>7} {'+leased':>8} {'seen':>6} {'left KB':>8} {'s':>6}")
    print(
        f"{one.n:9} {one.url:5.1f} {one.queued:7.1f} {one.leased:8.1f} {one.seen:6.1f} {one.left / 1024:8.1f} {one.seconds:6.1f}"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
