"""Availability visits as a vendor runs them, on a server of pathologies: what fails, what tells nothing, who confirms it."""

from __future__ import annotations

import gzip
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import web

from govcrawl.contracts import Probe, ProbePlan, Site
from govcrawl.frontier.frontier import Frontier
from govcrawl.rounds import open_round
from govcrawl.store import Store
from govcrawl.visits import beat, monitor_of
from pipelines.outages import outages, without
from tests.govcrawl.build import campaign
from tests.govcrawl.kills.crew import KEY, Crew, planned, until
from tests.pathologies import Server, challenge, changing, drip, drop, late, redirect, served, slow, status

ID, CODE = "t-2018q2", "5300000001"
LIMIT_S = 1.5  #: stands for the 15 s of the standard


@pytest.fixture
def server() -> Iterator[Server]:
    with served("127.70.7.1") as one:
        yield one


@pytest.fixture
def crew(tmp_path: Path, environment: dict[str, str]) -> Iterator[Crew]:
    one = Crew(tmp_path, environment)
    yield one
    one.close()


def of(store: Store, code: str = CODE) -> list[Probe]:
    return sorted(store.probes(ID, code), key=lambda p: (abs(p.visit), -p.visit))


async def asks_to_wait(_: web.Request) -> web.StreamResponse:
    return web.Response(status=503, text="维护中", headers={"Retry-After": "1"})


async def cookie_test(_: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "/", "Set-Cookie": "wzws_cid=1"})


@pytest.mark.parametrize(
    ("page", "failed", "outcome"),
    [
        (slow(0.9 * LIMIT_S), False, "ok"),
        (slow(1.1 * LIMIT_S), True, "timeout"),
        (drip, True, "timeout"),
        (challenge, None, "challenge"),
        (asks_to_wait, True, "http_error"),  # a reader who comes now finds it closed, whatever it asks for
        (status(429), None, "http_error"),
        (late(0.5 * LIMIT_S, redirect("/there")), False, "ok"),
        (late(0.5 * LIMIT_S, redirect("/late")), True, "timeout"),  # one limit for the whole way
        (cookie_test, None, "redirect"),
        (redirect("http://10.0.0.1/"), None, "refused_by_us"),
    ],
    ids=["in time", "too late", "drips", "412", "503", "429", "moved", "moved, late", "cookie test", "private"],
)
def test_how_a_visit_ends(
    page: object, failed: bool | None, outcome: str, server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    server.pages |= {"/": page, "/there": "<p>新首页</p>", "/late": slow(0.9 * LIMIT_S)}  # type: ignore[dict-item]
    planned(store, frontier, server, probe=ProbePlan(1, 0.1, LIMIT_S))
    crew.finish(crew.start("probe"))
    (visit,) = of(store)
    assert (visit.failed, visit.outcome) == (failed, outcome)
    assert visit.due is not None
    assert -0.01 <= visit.at.timestamp() - visit.seconds - visit.due.timestamp() < 60
    (last,) = (d for d in store.db["pages"].find() if not d["children"])
    assert visit.page == (last["_id"] if visit.status else "")


@pytest.mark.parametrize(("home", "outcomes", "address"), [
    ("http://127.70.7.9:9/", {"refused"}, "127.70.7.9"),
    ("http://gibt-es-nicht.invalid/", {"dns", "our_fault"}, ""),  # a machine without a resolver can't say
])  # fmt: skip
def test_where_nobody_answers(
    home: str, outcomes: set[str], address: str, store: Store, frontier: Frontier, crew: Crew
) -> None:
    one = campaign(probe=ProbePlan(1, 0.1, LIMIT_S))
    store.save_plan(one, [Site(CODE, "测试网站", home, "省直")], [CODE], [])
    open_round(one, 1, store, frontier)
    crew.finish(crew.start("probe"))
    (visit,) = of(store)
    assert visit.outcome in outcomes
    assert visit.failed is (None if visit.outcome == "our_fault" else True)
    assert (visit.address, visit.page, bool(visit.error)) == (address, "", True)


def test_what_failed_keeps_its_exchange_and_what_went_well_does_not(
    server: Server, store: Store, frontier: Frontier, crew: Crew, environment: dict[str, str]
) -> None:
    server.pages["/"] = changing(status(200), status(500), drop, status(200))
    planned(store, frontier, server, probe=ProbePlan(4, 0.3, LIMIT_S))
    crew.finish(crew.start("probe"))
    visits = of(store)
    assert [v.failed for v in visits][:2] == [False, True]
    kept = {d["_id"]: d["evidence"] for d in store.db["pages"].find()}
    assert [bool(kept.get(v.page)) for v in visits] == [False, True, False, False]
    place = kept[visits[1].page]
    raw = (Path(environment["GOVCRAWL_HOME"]) / "evidence" / place["file"]).read_bytes()
    record = gzip.decompress(raw[place["offset"] : place["offset"] + place["length"]])
    assert b"HTTP/1.1 500" in record
    assert b"<h1>500</h1>" in record


# --- on beats ---


def test_every_visit_of_every_site_is_on_its_beat(store: Store, frontier: Frontier, crew: Crew) -> None:
    plan = ProbePlan(4, 1.5, LIMIT_S)
    with ExitStack() as stack:
        servers = [stack.enter_context(served(f"127.70.7.{n}")) for n in range(11, 19)]
        for server in servers:
            server.pages["/"] = "<p>首页</p>"
        planned(store, frontier, *servers, probe=plan)
        crew.finish(crew.start("probe"), crew.start("probe"))
        for n, server in enumerate(servers, 1):
            visits = of(store, f"53{n:08}")
            assert [v.visit for v in visits] == [1, 2, 3, 4]
            for v in visits:
                assert v.due is not None
                at = v.due.timestamp()
                assert beat(v.site, plan.spacing_s, at - 0.01) == pytest.approx(at, abs=0.01)
            assert all(b - a > 0.75 * plan.spacing_s for a, b in pairwise(server.times))
    assert frontier.counts(KEY).visits == 32


def test_after_an_outage_of_the_monitor_the_beats_go_on_without_a_burst(
    store: Store, frontier: Frontier, crew: Crew
) -> None:
    plan = ProbePlan(3, 6.0, LIMIT_S)
    with ExitStack() as stack:
        servers = [stack.enter_context(served(f"127.70.7.{n}")) for n in range(21, 33)]
        for server in servers:
            server.pages["/"] = "<p>首页</p>"
        planned(store, frontier, *servers, probe=plan)
        first = crew.start("probe", STOP_WHEN_DONE=0)
        until(lambda: frontier.counts(KEY).visits >= 4)
        first.send_signal(signal.SIGTERM)
        crew.finish(first)
        time.sleep(2 * plan.spacing_s)
        back = time.monotonic()
        crew.finish(crew.start("probe"), seconds=90)
        for n, server in enumerate(servers, 1):
            assert len(of(store, f"53{n:08}")) == 3
            assert all(b - a > 0.75 * plan.spacing_s for a, b in pairwise(server.times))
        again = sorted(min(t for t in server.times if t > back) for server in servers)
        # half a beat at most is made up for; the others keep their place in the six seconds
        assert again[-1] - again[0] > 0.4 * plan.spacing_s
    assert frontier.counts(KEY).missed > 0


# --- another monitor ---


@pytest.fixture
def two_monitors(store: Store, crew: Crew, environment: dict[str, str], frontier: Frontier) -> Iterator[Crew]:
    """A worker each in 昆明 and in 北京."""
    for name in ("kunming", "beijing"):
        environment["GOVCRAWL_MONITOR"] = name
        crew.start("probe", STOP_WHEN_DONE=0, LEASE_S=6)
    until(lambda: frontier.monitors() == {"kunming", "beijing"})
    time.sleep(2.5)  # and each has heard of the other, with its next sign of life
    yield crew
    for worker in crew.workers:
        worker.terminate()
    crew.finish(*crew.workers)


def test_a_failed_visit_is_confirmed_from_elsewhere(
    two_monitors: Crew, server: Server, store: Store, frontier: Frontier
) -> None:
    server.pages["/"] = changing(slow(0), status(500), status(500), slow(0))
    planned(store, frontier, server, probe=ProbePlan(3, 6.0, LIMIT_S))  # a beat apart: the other one has looked by then
    until(lambda: frontier.open(KEY, ("probe",)) == 0, 60)
    visits = of(store)
    assert [(v.visit, v.failed) for v in visits] == [(1, False), (2, True), (-2, True), (3, False)]
    assert monitor_of(visits[1].worker) != monitor_of(visits[2].worker)
    assert visits[2].at.timestamp() - visits[1].at.timestamp() < 10
    assert frontier.counts(KEY).visits == 3


def test_where_there_is_no_other_nothing_is_asked_twice(
    server: Server, store: Store, frontier: Frontier, crew: Crew
) -> None:
    server.pages["/"] = status(500)
    planned(store, frontier, server, probe=ProbePlan(2, 0.3, LIMIT_S))
    crew.finish(crew.start("probe"), crew.start("probe"))
    assert [v.visit for v in of(store)] == [1, 2]


def test_our_own_outage_leaves_the_denominator(store: Store, frontier: Frontier, crew: Crew) -> None:
    """All sites fail at once for who visits them."""
    with ExitStack() as stack:
        servers = [stack.enter_context(served(f"127.70.7.{n}")) for n in range(41, 51)]
        cut = time.monotonic() + 6

        async def home(request: web.Request) -> web.StreamResponse:
            return await (drop if time.monotonic() > cut else slow(0))(request)

        for server in servers:
            server.pages["/"] = home
        planned(store, frontier, *servers, probe=ProbePlan(8, 1.5, LIMIT_S))
        crew.finish(crew.start("probe"), seconds=90)
    probes = [p for n in range(1, 11) for p in of(store, f"53{n:08}")]
    failed = [p for p in probes if p.failed]
    assert len(failed) >= 20
    assert {p.outcome for p in failed} == {"reset"}
    judged = without(probes, outages(store.visits(ID)))
    assert [p for p in judged if p.failed] == []
    assert sum(p.failed is False for p in judged) == len(probes) - len(failed)
