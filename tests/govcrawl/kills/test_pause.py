"""A worker that is stopped while it waits for a site: nothing is said of the site."""

from __future__ import annotations

import signal
import time

import pytest

from govcrawl.contracts import ProbePlan
from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.kills.crew import Crew, assert_whole, planned, until
from tests.pathologies import Handler, Server, changing, drop, late, redirect, slow

STOPPED_S = 3.0
PLAN = ProbePlan(per_round=1, spacing_s=1.0, timeout_s=2.0)


def stopped_over(crew: Crew, server: Server, path: str, **settings: object) -> None:
    """A worker that sleeps while the request for ``path`` is out, and then comes to its end."""
    worker = crew.start(**settings)  # type: ignore[arg-type]
    until(lambda: server.hits[path])
    worker.send_signal(signal.SIGSTOP)
    time.sleep(STOPPED_S)
    worker.send_signal(signal.SIGCONT)
    crew.finish(worker)


@pytest.mark.parametrize("page", [slow(0.5), late(0.5, drop)], ids=["answers in time", "breaks off"])
@pytest.mark.parametrize("lease_s", [60.0, 1.5])
def test_a_visit_of_a_worker_that_stood_still_is_inconclusive(
    page: Handler, lease_s: float, server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    server.pages["/"] = page
    planned(store, frontier, server, probe=PLAN)
    stopped_over(crew, server, "/", spider="probe", LEASE_S=lease_s, REQUEST_LASTS_S=lease_s)
    (visit,) = store.probes("t-2018q2", "5300000001")
    assert (visit.outcome, visit.failed, visit.seconds < PLAN.timeout_s) == ("our_fault", None, True)


def test_what_a_pause_took_of_a_visit_is_not_missing_after_its_redirect(
    server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    server.pages |= {"/": late(0.5, redirect("/there")), "/there": slow(0.8)}
    planned(store, frontier, server, probe=ProbePlan(1, 1.0, STOPPED_S + 1.0))
    stopped_over(crew, server, "/", spider="probe", LEASE_S=60)
    (visit,) = store.probes("t-2018q2", "5300000001")
    assert (visit.outcome, visit.failed) == ("ok", False)
    assert visit.seconds < STOPPED_S


def test_a_page_that_a_worker_stood_still_over_is_asked_again(
    server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    server.pages["/"] = changing(slow(0.5), slow(0.0))
    planned(store, frontier, server)
    stopped_over(crew, server, "/", LEASE_S=60, DOWNLOAD_TIMEOUT=2, RETRY_WAIT_S=0.05, FETCH_ATTEMPTS=1)
    assert_whole(store, frontier, [server.url()])
    assert server.hits["/"] == 2
