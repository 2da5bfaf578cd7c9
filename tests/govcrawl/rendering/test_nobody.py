"""A campaign that wants a browser, and no worker that has one: its round ends all the same, with doubts and without accusations."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from govcrawl.contracts import RegisteredColumn, Site
from govcrawl.frontier.frontier import QUEUES, Frontier, Settled
from govcrawl.rounds import NO_BROWSER, close_finished, end_rendering, incomplete_sites, open_round, over, revive
from govcrawl.store import Store
from tests.govcrawl.build import campaign, task
from tests.govcrawl.kills.crew import KEY, Crew, until
from tests.govcrawl.rendering.pages import VUE_PAGE
from tests.pathologies import served

SITE = "5300000001"


@pytest.fixture
def crew(tmp_path: Path, environment: dict[str, str]) -> Iterator[Crew]:
    one = Crew(tmp_path, environment)
    yield one
    one.close()


def test_pages_that_nobody_can_render_end_as_unknown_and_can_be_taken_up_again(
    crew: Crew, store: Store, frontier: Frontier
) -> None:
    one = campaign()
    one = replace(one, crawl=replace(one.crawl, browser=True))
    with served("127.70.5.3") as server:
        server.pages |= {"/": "<html><body><h1>测试网站</h1></body></html>", "/tzgg/": VUE_PAGE}
        column = RegisteredColumn(SITE, "通知公告", server.url("/tzgg/"))
        store.save_plan(one, [Site(SITE, "测试网站", server.url(), "省直")], [SITE], [column])
        open_round(one, 1, store, frontier)
        worker = crew.start("site", RENDER_WAIT_S=0.5)  # it ends when the site's queues are empty
        crew.finish(worker, crew.start("probe", RENDER_WAIT_S=3600))
        assert frontier.counts(KEY).open_in["render"] == 1
        waiting = crew.start("site", RENDER_WAIT_S=0.5, STOP_WHEN_DONE=0)
        until(lambda: over(KEY, QUEUES, frontier), 40)
        waiting.terminate()
        crew.finish(waiting)
    assert "no worker has Chromium" in waiting.log.read_text()
    assert [dead.reason for dead in frontier.dead(KEY)] == [NO_BROWSER]
    assert incomplete_sites(frontier, KEY) == set()
    kinds = [(o.kind, o.data.get("state")) for o in store.observations(one.id, SITE) if o.kind in ("column", "unread")]
    assert kinds == [("column", "unknown")]
    close_finished(one, store, frontier)
    assert store.closed_rounds(one.id) == {KEY: (set(), "")}
    assert revive(one, store, frontier) == 1
    assert frontier.counts(KEY).open_in["render"] == 1


def test_they_wait_for_a_browser_while_one_may_come(frontier: Frontier) -> None:
    frontier.open_round(campaign(), 1)
    frontier.add(KEY, [task(kind="render", role="column"), task(1)])

    def waiting(seconds: float = 0.0) -> int:
        for _ in range(2):
            end_rendering(frontier, seconds)
            time.sleep(0.01)
        return frontier.counts(KEY).open_in["render"]

    assert waiting() == 1  # there is another page to read
    (lease,) = frontier.claim(KEY, {"site": 1}, 1, "w", 60).leases
    assert waiting() == 1
    frontier.settle([Settled(lease, "ack")])
    frontier.renders("w", able=True)
    assert waiting() == 1
    frontier.renders("w", able=False)
    assert waiting(60) == 1
    assert waiting() == 0


def test_a_spoilt_round_keeps_no_other_waiting(frontier: Frontier) -> None:
    for n, id_ in enumerate(("t-a", "t-b")):
        frontier.open_round(campaign(id_), 1)
        frontier.add(f"{id_}:1", [task(n, kind="render", role="column")])
    frontier.client.delete("gc:{0}:t-a:1:n")
    frontier.client.set("gc:{0}:t-a:1:n", "x")
    for _ in range(2):
        end_rendering(frontier, 0.0)
        time.sleep(0.01)
    assert frontier.counts("t-b:1").open_in["render"] == 0
