"""``govcrawl probe ID`` as a vendor uses it: it ends with the window, joins others, leaves other work alone, and stops cleanly."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from govcrawl.contracts import Campaign, ProbePlan, Site
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.probing import windows
from govcrawl.rounds import open_round
from govcrawl.store import Store
from tests.govcrawl.build import campaign
from tests.govcrawl.kills.crew import until
from tests.pathologies import Server, served, slow, status

ID, KEY = "t-2018q2", round_key("t-2018q2", 1)
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def server() -> Iterator[Server]:
    with served("127.70.8.1") as one:
        one.pages |= {"/a": "<p>首页</p>", "/b": status(500), "/c": slow(0.2)}
        yield one


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def run(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "govcrawl", *words]
        running.append(
            subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        )
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.communicate()


def opened(store: Store, frontier: Frontier, server: Server, plan: ProbePlan, id_: str = ID) -> Campaign:
    one = campaign(id_, probe=plan)
    sites = [Site(f"530000000{n}", f"测试网站{n}", server.url(f"/{n}"), "省直") for n in "abc"]
    store.save_plan(one, sites, [site.code for site in sites], [])
    open_round(one, 1, store, frontier)
    return one


def test_it_makes_the_visits_of_its_campaign_and_ends(
    server: Server, store: Store, frontier: Frontier, start: Start
) -> None:
    opened(store, frontier, server, ProbePlan(3, 0.5, 2.0))
    opened(store, frontier, server, ProbePlan(3, 0.5, 2.0), "t-other")
    together = [start("probe", ID), start("probe", ID)]
    for one in together:
        out, err = one.communicate(timeout=200)
        assert (one.returncode, out) == (0, ""), err
        assert f"{KEY} 计划访问 9 已访问 9 到时未访问 0" in err
        assert "打不开过的网站 1 窗口至" in err
    assert {p.visit for p in store.probes(ID, "530000000a")} == {1, 2, 3}
    assert store.db["pages"].count_documents({"role": {"$ne": "probe"}}) == 0  # pages are others' work
    assert store.db["pages"].count_documents({"campaign": "t-other"}) == 0
    assert frontier.open(round_key("t-other", 1), ("probe",)) == 3


def test_sigterm_gives_back_what_it_holds(server: Server, store: Store, frontier: Frontier, start: Start) -> None:
    opened(store, frontier, server, ProbePlan(100, 0.5, 2.0))
    one = start("probe", ID)
    until(lambda: frontier.counts(KEY).visits >= 3)
    one.send_signal(signal.SIGTERM)
    _, err = one.communicate(timeout=30)
    assert one.returncode == 0, err
    assert "偏差（秒）中位" in err
    counts = frontier.counts(KEY)
    assert (counts.leased, counts.open_in["probe"]) == (0, 3)
    assert counts.visits == store.db["probes"].count_documents({})


def test_where_nothing_is_open_it_says_so(store: Store, frontier: Frontier, start: Start, server: Server) -> None:
    one = campaign()
    store.save_plan(one, [], [], [])
    known, unknown = start("probe", ID), start("probe", "nobody")
    assert "没有进行中的轮次" in known.communicate(timeout=30)[1]
    assert "没有编号为 nobody 的普查" in unknown.communicate(timeout=30)[1]
    assert (known.returncode, unknown.returncode) == (0, 2)


def test_the_window_as_status_tells_it(server: Server, store: Store, frontier: Frontier, start: Start) -> None:
    one = opened(store, frontier, server, ProbePlan(20, 3600.0, 2.0))
    (window,) = windows(one, store, frontier)
    assert (window.planned, window.made, window.open, window.overdue, window.missed, window.failing) == (
        60,
        0,
        3,
        0,
        0,
        0,
    )
    assert abs(window.ends - datetime.now(UTC) - timedelta(hours=20)) < timedelta(minutes=1)
    told, _ = start("status", ID, "--over", "0").communicate(timeout=30)
    assert "可用性：t-2018q2:1 计划访问 60 已访问 0" in told
