"""Workers whose clocks differ: Redis's clock decides, not a worker's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from govcrawl.contracts import ProbePlan
from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.kills.crew import KEY, LEASE_S, Crew, planned, until
from tests.pathologies import Server, served, slow

pytestmark = pytest.mark.alone

AHEAD_S = 7200.0
PLAN = ProbePlan(per_round=3, spacing_s=0.6, timeout_s=10.0)


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    with ExitStack() as stack:
        yield [stack.enter_context(served(f"127.70.6.{n}")) for n in range(1, 4)]


def test_a_worker_whose_clock_is_two_hours_ahead_does_no_harm(
    servers: list[Server], store: Store, frontier: Frontier, crew: Crew
) -> None:
    for server, seconds in zip(servers, (0.1, 0.3, LEASE_S + 0.3), strict=True):
        server.pages["/"] = slow(seconds)
    workers = [crew.start("probe", ahead_s=ahead, STOP_WHEN_DONE=0, LEASE_S=LEASE_S) for ahead in (0.0, AHEAD_S)]
    until(lambda: frontier.workers_alive() == 2)
    assert frontier.client.zcount("gc:workers", time.time() + 60, "+inf") == 0  # signs of life by Redis's clock
    start = datetime.now(UTC)
    planned(store, frontier, *servers, probe=PLAN)
    until(lambda: not frontier.open(KEY, ("probe",)), 60)
    for worker in workers:
        worker.terminate()
    crew.finish(*workers)
    for n, server in enumerate(servers, 1):
        visits = sorted(store.probes("t-2018q2", f"53{n:08}"), key=lambda probe: probe.visit)
        assert [(v.visit, v.failed) for v in visits] == [(n, False) for n in range(1, PLAN.per_round + 1)]
        assert start < visits[0].at < visits[-1].at < datetime.now(UTC)
        assert all((b.at - a.at).total_seconds() > PLAN.spacing_s * 0.8 for a, b in pairwise(visits))
        assert all(b - a > PLAN.spacing_s * 0.8 for a, b in pairwise(server.times))
    assert len({worker for worker, *_ in store.visits("t-2018q2")}) == 2
    assert (frontier.counts(KEY).expired, frontier.counts(KEY).stale) == (0, 0)
