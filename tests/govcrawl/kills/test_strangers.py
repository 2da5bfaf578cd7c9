"""A round or a campaign that can't be read, or lies in ruins on Redis, keeps no other campaign waiting."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from govcrawl.contracts import Site, Task
from govcrawl.frontier.codec import encode
from govcrawl.frontier.frontier import Frontier
from govcrawl.rounds import open_round
from govcrawl.store import Store
from tests.govcrawl.build import campaign
from tests.govcrawl.kills.crew import KEY, Crew, assert_whole, planned, tree, until
from tests.pathologies import Server

OTHER = "a-other:1"  #: listed first


@pytest.fixture
def paths(server: Server, store: Store, frontier: Frontier) -> list[str]:
    """Two campaigns of the same site; what becomes of one is told by ``paths``."""
    found = tree(server)
    other = campaign("a-other")
    store.save_plan(other, [Site("5300000009", "测试网站", server.url(found[1]), "省直")], ["5300000009"], [])
    open_round(other, 1, store, frontier)
    planned(store, frontier, server)
    return [server.url(path) for path in found]


def unreadable_campaign(store: Store, _: Frontier) -> None:
    store.db["campaigns"].update_one({"_id": "a-other"}, {"$unset": {"issuer": 1}})


def no_campaign(store: Store, _: Frontier) -> None:
    store.db["campaigns"].delete_one({"_id": "a-other"})


def task_of_another_version(store: Store, frontier: Frontier) -> None:
    task = encode(Task("5300000009", "site", "page", "http://a.gov.cn/")).replace(b'"page"', b'"sitemap"')
    page = {"campaign": "a-other", "round": 1, "site": "5300000009", "task": task, "children": []}
    store.db["pages"].insert_one({"_id": "a-other:1:00"} | page)
    frontier.close_round(OTHER)  # as of a Redis that lost it


def ruins(_: Store, frontier: Frontier) -> None:
    for name in ("r:site", "due", "leases"):
        frontier.client.delete(f"gc:{{0}}:{OTHER}:{name}")
        frontier.client.set(f"gc:{{0}}:{OTHER}:{name}", "x")


@pytest.mark.parametrize(
    ("become", "said"),
    [
        (unreadable_campaign, "a-other can't be read"),
        (no_campaign, "a-other can't be read"),
        (task_of_another_version, f"{OTHER} can't be read"),
        (ruins, f"{OTHER}, partition 0, is spoilt"),
    ],
)
def test_a_round_that_cannot_be_worked_at_keeps_no_other_waiting(
    become: Any, said: str, paths: list[str], store: Store, frontier: Frontier, crew: Crew
) -> None:
    become(store, frontier)
    worker = crew.start(STOP_WHEN_DONE=0)
    until(lambda: frontier.counts(KEY).pages == len(paths))
    worker.terminate()
    crew.finish(worker)
    log = worker.log.read_text()
    assert log.count(said) == 1
    assert "Redis is away" not in log
    store.db["pages"].delete_many({"campaign": "a-other"})
    assert_whole(store, frontier, paths)


def test_a_round_in_ruins_is_rebuilt_and_worked_at(
    paths: list[str], store: Store, frontier: Frontier, crew: Crew
) -> None:
    ruins(store, frontier)
    worker = crew.start(STOP_WHEN_DONE=0)
    until(lambda: frontier.counts(KEY).pages >= 1)
    command = [sys.executable, "-m", "govcrawl", "rebuild", "a-other"]
    assert subprocess.run(command, env=crew.environment, check=False).returncode == 0
    until(lambda: store.db["pages"].count_documents({"campaign": "a-other", "role": {"$ne": "probe"}}) == 6)
    worker.terminate()
    crew.finish(worker)


# --- a spider that ends by itself ---


def broken(frontier: Frontier) -> None:
    """The number of partitions can't be read."""
    frontier.client.set("gc:partitions", "many")


def test_a_spider_that_ends_by_an_error_ends_its_command_with_a_status(frontier: Frontier, crew: Crew) -> None:
    broken(frontier)
    worker = crew.start(STOP_WHEN_DONE=0)
    assert worker.wait(90) == 1
    assert "start_error" in worker.last_words()


def test_a_worker_does_not_live_on_with_one_spider(frontier: Frontier, crew: Crew, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "govcrawl", "worker"]
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(command, env=crew.environment, stdout=log, stderr=log)
    try:
        until(lambda: frontier.workers_alive() == 1)
        broken(frontier)
        assert worker.wait(90) == 1
    finally:
        worker.kill()
        worker.wait()


def test_a_worker_that_is_told_to_stop_ends_well(frontier: Frontier, crew: Crew) -> None:
    worker = subprocess.Popen([sys.executable, "-m", "govcrawl", "worker"], env=crew.environment)
    try:
        until(lambda: frontier.workers_alive() == 1)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(90) == 0
    finally:
        worker.kill()
        worker.wait()
