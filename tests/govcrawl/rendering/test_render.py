"""The render spider as a vendor runs it: real workers that are killed, the real browser, the real stores."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from aiohttp import web
from warcio.archiveiterator import ArchiveIterator

from govcrawl.contracts import RegisteredColumn, Site
from govcrawl.frontier.frontier import Frontier
from govcrawl.rounds import CRAWL, incomplete_sites, open_round, over
from govcrawl.store import Store
from tests.govcrawl.build import campaign
from tests.govcrawl.kills.crew import KEY, Crew, until
from tests.govcrawl.rendering.conftest import processes, until_gone
from tests.govcrawl.rendering.pages import CRUMB, DATA, OLD, REFUSED, TWO_LISTS_PAGE, VUE, VUE_PAGE
from tests.pathologies import Server, served

SITE = "5300000001"
Plan = Callable[..., None]


@pytest.fixture
def crew(environment: dict[str, str]) -> Iterator[Crew]:
    """Its browsers' profiles lie in a folder of the test's own, so that they can be told from others'; its name is short, for a
    Chromium whose socket there has a path of more than 107 bytes does not start.
    """
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        one = Crew(Path(folder), environment | {"TMPDIR": folder})
        yield one
        one.close()


@pytest.fixture
def server() -> Iterator[Server]:
    with served("127.70.5.1") as one:
        one.pages |= {"/": "<html><body><h1>测试网站</h1></body></html>", "/tzgg/": VUE_PAGE, "/js/vue.min.js": VUE}
        one.pages["/api/list"] = DATA
        yield one


@pytest.fixture
def plan(server: Server, store: Store, frontier: Frontier, program: str) -> Plan:
    """The first round, with these columns; ``crawl``: keys of the campaign file."""

    def make(*paths: str, **crawl: object) -> None:
        one = campaign()
        one = replace(one, crawl=replace(one.crawl, **({"browser": True} | crawl)))  # type: ignore[arg-type]
        site = Site(SITE, "测试网站", server.url(), "省直")
        columns = [RegisteredColumn(SITE, "通知公告", server.url(path)) for path in paths]
        store.save_plan(one, [site], [SITE], columns)
        open_round(one, 1, store, frontier)

    return make


def crawl(crew: Crew, **settings: object) -> None:
    crew.finish(crew.start("site"))
    crew.finish(crew.start("render", **settings), seconds=100)


def pages(store: Store, rendered: bool) -> list[dict[str, object]]:
    """Of the render spider."""
    return [d for d in store.db["pages"].find({"rendered": rendered}) if json.loads(d["task"]).get("k") == "render"]


def looks(store: Store) -> list[tuple[str, int]]:
    """(state, items) of the column, the plain look first."""
    return [(o.data["state"], len(o.data["items"])) for o in store.observations("t-2018q2", SITE) if o.kind == "column"]


def test_a_column_that_a_script_draws_is_read_and_its_articles_are_opened(
    crew: Crew, server: Server, store: Store, frontier: Frontier, plan: Plan, environment: dict[str, str]
) -> None:
    server.pages["/c/1.html"] = "<html><body><h1>关于开展第二季度安全生产检查的通知</h1><p>正文。</p></body></html>"
    plan("/tzgg/")
    crew.finish(crew.start("site"))
    assert frontier.counts(KEY).open_in["render"] == 1
    assert not over(KEY, CRAWL, frontier)
    crew.finish(crew.start("render"))
    assert sorted(looks(store)) == [("listed", 3), ("unknown", 0)]
    crew.finish(crew.start("site"))
    assert server.hits["/c/1.html"] == 1
    assert over(KEY, CRAWL, frontier)
    assert (server.hits["/tzgg/"], server.hits["/js/vue.min.js"], server.hits["/api/list?column=3"]) == (2, 1, 1)
    until_gone(str(crew.folder))
    (page,) = pages(store, rendered=True)
    place = page["evidence"]
    with (Path(environment["GOVCRAWL_HOME"]) / "evidence" / place["file"]).open("rb") as file:  # type: ignore[index]
        file.seek(place["offset"])  # type: ignore[index]
        kept = next(iter(ArchiveIterator(file, check_digests="raise")))
        assert (kept.rec_type, kept.rec_headers["WARC-Target-URI"]) == ("conversion", server.url("/tzgg/"))
        assert "关于公布本年度第一批项目名单的公告".encode() in kept.content_stream().read()


@pytest.mark.parametrize(("news", "whole"), [(REFUSED, False), (OLD.replace("/z/2", "/n/2"), True)])
def test_a_home_page_is_whole_only_where_every_list_came(
    crew: Crew, server: Server, store: Store, plan: Plan, news: str, whole: bool
) -> None:
    """One list answers with an old entry, the other one may not answer us."""
    server.pages |= {"/": TWO_LISTS_PAGE, "/api/laws": OLD, "/api/news": news}
    plan("/tzgg/")
    crawl(crew)
    looks = [o.data for o in store.observations("t-2018q2", SITE) if o.kind == "home"]
    assert sorted((len(look["items"]), not look["drawn"]) for look in looks) == [(1, False), (2 + whole, whole)]


def test_without_the_word_in_the_campaign_file_nothing_is_rendered(
    crew: Crew, server: Server, store: Store, frontier: Frontier, plan: Plan
) -> None:
    plan("/tzgg/", browser=False)
    crawl(crew)
    assert looks(store) == [("unknown", 0)]
    assert over(KEY, CRAWL, frontier)
    assert server.hits["/tzgg/"] == 1


def test_only_what_is_unknown_is_rendered_and_once_however_often_it_is_linked(
    crew: Crew, server: Server, store: Store, frontier: Frontier, plan: Plan
) -> None:
    entries = "".join(
        f'<li><a href="/c/{n}.html">关于第{n}号文件的通知</a><span>2018-06-0{n}</span></li>' for n in (1, 2, 3)
    )
    server.pages["/plain/"] = f"<html><body>{CRUMB}<ul>{entries}</ul><script src=/js/vue.min.js></script></body></html>"
    plan("/plain/", "/tzgg/", "/tzgg/index.html")
    server.pages["/tzgg/index.html"] = VUE_PAGE
    crawl(crew)
    assert [d["url"] for d in pages(store, rendered=True)] == [server.url("/tzgg/")]
    assert not pages(store, rendered=False)


def status(code: int) -> Callable[[web.Request], object]:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=code, text=DATA)

    return handler


@pytest.mark.parametrize(
    ("script", "api", "outcome", "tries"),
    [
        ("for(;;){}", DATA, "timeout", 1),
        ("", status(503), "bad_answer", 3),
        ("fetch('http://10.0.0.1/list')", DATA, "bad_answer", 3),
        ("fetch('http://127.70.5.9:9/list')", DATA, "bad_answer", 3),
    ],
    ids=["endless", "busy", "private", "closed"],
)
def test_what_could_not_be_rendered_whole_stays_unknown_and_accuses_nobody(
    script: str,
    api: object,
    outcome: str,
    tries: int,
    crew: Crew,
    server: Server,
    store: Store,
    frontier: Frontier,
    plan: Plan,
) -> None:
    server.pages["/tzgg/"] = VUE_PAGE.replace("new Vue", f"{script};new Vue")
    server.pages["/api/list"] = api  # type: ignore[assignment]
    plan("/tzgg/")
    crawl(crew, RENDER_ALONE_S=1.5, RETRY_WAIT_S=0.05)
    assert looks(store) == [("unknown", 0)]
    kinds = {o.kind for o in store.observations("t-2018q2", SITE)}
    assert not kinds & {"dead_link", "unread", "challenge"}
    (page,) = pages(store, rendered=False)
    assert (page["outcome"], page["status"], page["attempt"]) == (outcome, 200, tries)
    assert incomplete_sites(frontier, KEY) == set()
    until_gone(str(crew.folder))


def test_a_page_that_is_gone_by_then_accuses_nobody(
    crew: Crew, server: Server, store: Store, frontier: Frontier, plan: Plan
) -> None:
    plan("/tzgg/")
    crew.finish(crew.start("site"))
    del server.pages["/tzgg/"]
    crew.finish(crew.start("render"))
    assert {o.kind for o in store.observations("t-2018q2", SITE)} == {"home", "column", "footer"}
    assert over(KEY, CRAWL, frontier)


def test_what_shows_nothing_stays_unknown(
    crew: Crew, server: Server, store: Store, frontier: Frontier, plan: Plan
) -> None:
    nothing = f"<html><body>{CRUMB}<h2>通知公告</h2><div id=app></div><script>document.currentScript.remove();APP</script></body></html>"
    server.pages["/tzgg/"] = nothing.replace("APP", "app.innerHTML='<p>暂无数据</p>'")
    plan("/tzgg/")
    crawl(crew)
    assert looks(store) == [("unknown", 0), ("unknown", 0)]
    assert any("暂无数据" in o.data["why"] for o in store.observations("t-2018q2", SITE) if o.kind == "column")


def test_a_home_page_that_a_script_draws_is_read(crew: Crew, server: Server, store: Store, plan: Plan) -> None:
    server.pages["/"] = VUE_PAGE
    plan()
    crawl(crew)
    plain, seen = [o.data for o in store.observations("t-2018q2", SITE) if o.kind == "home"]
    assert plain["items"] == []
    assert [item[2] for item in seen["items"]] == ["2018-05-30", "2018-05-21", "2018-04-17"]


def test_what_a_page_asks_for_keeps_the_pace_of_its_host(
    crew: Crew, server: Server, store: Store, frontier: Frontier, plan: Plan
) -> None:
    more = "".join(f"<script src=/js/{n}.js></script>" for n in range(6))
    server.pages |= {f"/js/{n}.js": "" for n in range(6)}
    server.pages["/tzgg/"] = VUE_PAGE.replace("</head>", f"{more}</head>")
    plan("/tzgg/", delay_s=0.25)
    crew.finish(crew.start("site"))
    before = len(server.times)
    crew.finish(crew.start("render"))
    asked = server.times[before:]
    gaps = sorted(b - a for a, b in pairwise(asked))
    assert len(asked) == 9
    assert gaps[len(gaps) // 2] > 0.2  # the median; a noisy machine may bunch two
    assert asked[-1] - asked[0] > 8 * 0.25 * 0.95
    assert ("listed", 3) in looks(store)


def test_a_worker_that_is_killed_leaves_no_browser_and_another_renders_its_page(
    crew: Crew, server: Server, store: Store, frontier: Frontier, plan: Plan
) -> None:
    asked = threading.Event()

    async def never_at_first(_: web.Request) -> web.Response:
        if not asked.is_set():
            asked.set()
            await asyncio.sleep(60)
        return web.Response(text=DATA)

    server.pages["/api/list"] = never_at_first
    plan("/tzgg/")
    crew.finish(crew.start("site"))
    victim = crew.start("render", LEASE_S=1.5, REQUEST_LASTS_S=1.5)
    assert asked.wait(60)
    assert processes(str(crew.folder))
    victim.kill()
    victim.wait()
    until_gone(str(crew.folder))
    until(lambda: not list(crew.folder.glob("govcrawl-browser-*")))
    assert frontier.counts(KEY).leased == 1
    crew.finish(crew.start("render", LEASE_S=1.5))
    assert ("listed", 3) in looks(store)
    assert len(pages(store, rendered=True)) == 1
    assert not frontier.counts(KEY).open_in["render"]


@pytest.mark.parametrize("script", ["fetch('/never')", "for(;;){}"], ids=["awaiting", "computing"])
def test_sigterm_ends_a_rendering_at_once_and_gives_its_page_back(
    script: str, crew: Crew, server: Server, store: Store, frontier: Frontier, plan: Plan
) -> None:
    ended = asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        await asyncio.sleep(0 if ended.is_set() else 60)
        return web.Response(text=DATA)

    server.pages["/never"] = never
    server.pages["/tzgg/"] = VUE_PAGE.replace("</head>", f"<script>{script};</script></head>")
    plan("/tzgg/")
    crew.finish(crew.start("site"))
    worker = crew.start("render", STOP_WHEN_DONE=0, RENDER_ALONE_S=100)
    until(
        lambda: (
            server.hits["/never"]
            or (script[:3] == "for" and processes(str(crew.folder)) and server.hits["/tzgg/"] == 2)
        ),
        60,
    )
    time.sleep(1.0)
    start = time.monotonic()
    worker.terminate()
    crew.finish(worker)
    assert time.monotonic() - start < 15
    until_gone(str(crew.folder))
    counts = frontier.counts(KEY)
    assert (counts.leased, counts.open_in["render"], counts.expired) == (0, 1, 0)
    ended.set()
    server.pages["/tzgg/"] = VUE_PAGE
    crew.finish(crew.start("render"))
    assert ("listed", 3) in looks(store)
    assert pages(store, rendered=True)[0]["attempt"] == 1


def test_a_browser_that_dies_costs_a_try_and_no_page(crew: Crew, server: Server, store: Store, plan: Plan) -> None:
    killed: list[int] = []

    async def kill_first(_: web.Request) -> web.Response:
        if not killed:
            killed.extend(processes(str(crew.folder)))
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
        return web.Response(text=DATA)

    server.pages["/api/list"] = kill_first
    plan("/tzgg/")
    crawl(crew, RETRY_WAIT_S=0.05)
    assert len(killed) > 2
    assert ("listed", 3) in looks(store)
    assert pages(store, rendered=True)[0]["attempt"] == 2


def test_a_browser_that_does_not_start_takes_no_page_from_others(
    crew: Crew, server: Server, store: Store, frontier: Frontier, plan: Plan
) -> None:
    plan("/tzgg/")
    crew.finish(crew.start("site"))
    asked = server.hits["/tzgg/"]
    broken = crew.start("render", CHROMIUM="/bin/false")
    until(lambda: broken.log.exists() and "does not start" in broken.last_words(), 60)
    until(lambda: frontier.counts(KEY).leased == 0)
    crew.finish(crew.start("render"))
    assert ("listed", 3) in looks(store)
    assert server.hits["/tzgg/"] == asked + 1
    broken.terminate()
    until(lambda: broken.poll() is not None)
    assert "Traceback" not in broken.last_words()
