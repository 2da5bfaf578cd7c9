"""Pages that kill whoever reads them are given up with their reason, and take no neighbour along."""

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


def work(crew: Crew, frontier: Frontier, count: int) -> None:
    workers = Replaced(count, {}, crew=crew)
    end = time.monotonic() + 100
    while frontier.open(KEY, CRAWL):
        workers.keep_alive()
        assert time.monotonic() < end
        time.sleep(0.05)
    workers.stop()


def test_only_the_page_that_kills_its_worker_is_given_up(
    server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    good = [f"/p{n}.html" for n in range(12)]
    server.pages |= {"/": links(*good[:2], "/poison.html", *good[2:])} | {path: slow(0.5) for path in good}
    server.pages["/poison.html"] = slow(0.1)
    planned(store, frontier, server)
    work(crew, frontier, 1)
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


def test_pages_that_kill_one_after_the_other_take_no_neighbour_along(
    server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    """The second and the third are found by the time at which the neighbours of the first have one try left."""
    good, bad = [f"/p{n}.html" for n in range(8)], [f"/poison-{n}.html" for n in range(3)]
    server.pages |= {"/": links(bad[0], *good)} | {path: slow(0.5) for path in good} | dict.fromkeys(bad, slow(0.1))
    server.pages |= {good[0]: slow(0.5, links(bad[1])), good[3]: slow(0.5, links(bad[2]))}
    planned(store, frontier, server)
    work(crew, frontier, 2)
    assert {dead.task.url for dead in frontier.dead(KEY) if dead.task} == {server.url(path) for path in bad}
    assert_whole(store, frontier, map(server.url, ["/", *good]), dead=len(bad))
    killed = [w.returncode for w in crew.workers].count(-signal.SIGKILL)
    assert MAX_ATTEMPTS + 2 <= killed <= len(bad) * MAX_ATTEMPTS  # each had a last try of its own
