"""Leases that end while their worker is dead, asleep, or about to say its word."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.kills.crew import KEY, LEASE_S, SABOTAGE, Crew, assert_whole, books, planned, tree, until
from tests.govcrawl.kills.forked import Forked
from tests.pathologies import Server, links, slow


def test_two_workers_that_find_the_same_expired_leases_share_them(
    server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    paths = tree(server, seconds=0.3)
    planned(store, frontier, server)
    victim = crew.start("trapped", TRAP_AT="downloading", TRAP_ON=4, **SABOTAGE)
    victim.wait(90)
    held = books(frontier)["leased"]
    assert held > 0
    crew.finish(crew.start(), crew.start())
    assert_whole(store, frontier, map(server.url, paths))
    assert frontier.counts(KEY).expired == held  # each once
    assert max(server.hits.values()) <= 2


@pytest.mark.parametrize("stage", ["queued", "downloading", "stored"])
def test_the_late_word_of_a_worker_that_was_asleep_is_refused(
    stage: str, server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    paths = tree(server)
    planned(store, frontier, server)
    sleeper = crew.start("trapped", TRAP_AT=stage, TRAP_ON=4, TRAP_SIGNAL=int(signal.SIGSTOP), **SABOTAGE)
    until(lambda: asleep(sleeper))
    held, counts = books(frontier)["leased"], frontier.counts(KEY)
    assert (held > 0, counts.stale) == (True, 0)
    crew.finish(crew.start())
    assert_whole(store, frontier, map(server.url, paths))
    asked = sum(server.hits.values())
    sleeper.send_signal(signal.SIGCONT)
    crew.finish(sleeper)
    assert_whole(store, frontier, map(server.url, paths))
    assert (0 < frontier.counts(KEY).stale <= held) or stage == "queued"
    assert sum(server.hits.values()) == asked  # what had not been sent yet is not sent any more


def test_a_defect_of_ours_keeps_no_lease_for_ever(server: Server, store: Store, frontier: Frontier, crew: Crew) -> None:
    paths = ["/", "/unsaid.html", *(f"/p{n}.html" for n in range(5))]
    server.pages |= {"/": links(*paths[1:])} | {path: slow(0.0) for path in paths[1:]}
    planned(store, frontier, server)
    worker = crew.start(SCHEDULER="tests.govcrawl.kills.saboteurs.FaultyScheduler", LEASE_S=LEASE_S)
    assert worker.wait(60) == 0
    assert worker.log.read_text().count("ValueError: a defect of ours") == 2  # a sign of life, a word
    assert_whole(store, frontier, map(server.url, paths))
    assert (server.hits["/unsaid.html"], server.hits.total(), frontier.counts(KEY).expired) == (2, len(paths) + 1, 1)


def asleep(worker: Forked) -> bool:
    return Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
