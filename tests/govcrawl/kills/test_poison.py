"""A page that kills whoever reads it is given up with its reason, and takes no neighbour along."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass

from govcrawl import run
from govcrawl.frontier.frontier import MAX_ATTEMPTS, Frontier
from govcrawl.rounds import CRAWL, close, incomplete_sites
from govcrawl.store import Store
from tests.govcrawl.kills.crew import KEY, SABOTAGE, Crew, assert_whole, planned
from tests.govcrawl.kills.forked import Forked
from tests.pathologies import Server, links, slow


@dataclass
class Replaced(run.Workers):
    """The workers of ``govcrawl run``, a dead one replaced, with our spider."""

    crew: Crew | None = None

    def _start(self, number: int) -> Forked:  # type: ignore[override]
        assert self.crew
        return self.crew.start("trapped", STOP_WHEN_DONE=0, **SABOTAGE)


def test_only_the_page_that_kills_its_worker_is_given_up(
    server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    good = [f"/p{n}.html" for n in range(12)]
    server.pages |= {"/": links(*good[:2], "/poison.html", *good[2:])} | {path: slow(0.5) for path in good}
    server.pages["/poison.html"] = slow(0.1)
    planned(store, frontier, server)
    workers = Replaced(1, {}, crew=crew)
    end = time.monotonic() + 60
    while frontier.open(KEY, CRAWL):
        workers.keep_alive()
        assert time.monotonic() < end
        time.sleep(0.05)
    workers.stop()
    assert [w.returncode for w in crew.workers] == [-signal.SIGKILL] * MAX_ATTEMPTS + [0]
    assert_whole(store, frontier, map(server.url, ["/", *good]), dead=1)
    (dead,) = frontier.dead(KEY)
    assert dead.task
    assert dead.task.url == server.url("/poison.html")
    assert "expired 3 times" in dead.reason
    assert frontier.counts(KEY).expired > MAX_ATTEMPTS  # neighbours were in flight with it
    close("t-2018q2", 1, store, frontier)
    ((kept,),) = store.dead("t-2018q2").values()
    assert (kept["url"], kept["reason"]) == (dead.task.url, dead.reason)
    assert incomplete_sites(frontier, KEY) == set()  # it was no page that a site can't be judged without
