"""Pages that answer differently at each try: what is stored is one exchange, whole, and the last one claimed."""

from __future__ import annotations

import json
import signal

import pytest

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.kills.crew import KEY, SABOTAGE, Crew, assert_whole, books, planned, seen, until
from tests.govcrawl.kills.test_leases import asleep
from tests.pathologies import Server, changing, late, links, slow, status

PATHS = ("/", "/x.html")


@pytest.fixture
def revived(server: Server) -> Server:
    """Its second page is gone at the first try and there at the next."""
    server.pages |= {"/": links("/x.html"), "/x.html": changing(late(0.3, status(404)), slow(0.0))}
    return server


@pytest.mark.parametrize("stage", ["downloading", "storing", "stored"])
def test_a_worker_that_was_asleep_does_not_replace_the_result_that_was_acknowledged(
    stage: str, revived: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    planned(store, frontier, revived)
    sleeper = crew.start("trapped", TRAP_AT=stage, TRAP_ON=2, TRAP_SIGNAL=int(signal.SIGSTOP), **SABOTAGE)
    until(lambda: asleep(sleeper))
    crew.finish(crew.start())
    assert_whole(store, frontier, map(revived.url, PATHS))
    before = {name: list(store.db[name].find().sort("_id", 1)) for name in ("pages", "observations")}
    sleeper.send_signal(signal.SIGCONT)
    crew.finish(sleeper)
    assert_whole(store, frontier, map(revived.url, PATHS))
    assert {name: list(store.db[name].find().sort("_id", 1)) for name in before} == before
    assert (revived.hits["/x.html"], frontier.counts(KEY).stale) == (2, 1)


@pytest.mark.parametrize("stage", ["storing", "stored"])
def test_nothing_is_left_of_the_exchange_of_a_worker_that_was_killed(
    stage: str, revived: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    planned(store, frontier, revived)
    victim = crew.start("trapped", TRAP_AT=stage, TRAP_ON=2, **SABOTAGE)
    assert victim.wait(90) == -signal.SIGKILL, victim.last_words()
    assert ("dead_link" in seen(store)[revived.url("/x.html")]) is (stage == "stored")
    crew.finish(crew.start())
    assert_whole(store, frontier, map(revived.url, PATHS))


def test_what_two_pages_lead_to_is_planned_though_one_of_them_is_lost_and_then_gone(
    server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    server.pages |= {
        "/": links("/detained.html", "/b.html"),
        "/detained.html": changing(slow(0.0, links("/c.html")), status(404)),
        "/b.html": slow(0.15, links("/c.html")),
        "/c.html": slow(0.0),
    }
    planned(store, frontier, server)
    pipelines = json.loads(str(SABOTAGE["ITEM_PIPELINES"])) | {"tests.govcrawl.kills.saboteurs.Detains": 200}
    victim = crew.start("trapped", **SABOTAGE | {"ITEM_PIPELINES": json.dumps(pipelines)})
    until(lambda: books(frontier)["done"] >= 2)  # the home page and b
    victim.kill()
    victim.wait()
    crew.finish(crew.start())
    outcomes = {d["url"]: d["outcome"] for d in store.db["pages"].find()}
    assert outcomes == {server.url(path): "ok" for path in ("/", "/b.html", "/c.html")} | {
        server.url("/detained.html"): "http_error"
    }
    assert server.hits["/detained.html"] == 2
