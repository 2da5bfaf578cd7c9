"""A worker that is killed costs nothing but time, wherever it stood."""

from __future__ import annotations

import signal

import pytest

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.kills.crew import KEY, SABOTAGE, Crew, assert_whole, books, planned, stored, tree
from tests.govcrawl.kills.saboteurs import STAGES
from tests.pathologies import Server


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_killed_at_any_boundary_loses_nothing(
    stage: str, server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    paths = tree(server)
    planned(store, frontier, server)
    victim = crew.start("trapped", TRAP_AT=stage, TRAP_ON=4, **SABOTAGE)
    assert victim.wait(90) == -signal.SIGKILL, victim.last_words()
    held, in_mongodb, acknowledged = books(frontier)["leased"], stored(store).total(), books(frontier)["done"]
    assert (sum(server.hits.values()) < 4) is (stage in ("claimed", "queued"))
    assert held > 0 or stage == "acked"
    assert in_mongodb > acknowledged or stage != "stored"
    crew.finish(crew.start())
    assert_whole(store, frontier, map(server.url, paths))
    assert frontier.counts(KEY).expired == held
