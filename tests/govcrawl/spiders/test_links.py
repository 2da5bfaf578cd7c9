"""Links, from the page that names them to what is stored: asked once for all sites, soft 404s proven, closed sites looked at."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from govcrawl.contracts import Site
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.rounds import open_round
from govcrawl.store import Store
from pipelines.dead_links import dead_links
from pipelines.seen import look_at
from tests.govcrawl.build import campaign
from tests.govcrawl.spiders import test_crawl
from tests.pathologies import Handler, Server, links, redirect, served, status

start = test_crawl.start
KEY = round_key("t-2018q2", 1)
CODES = tuple(f"530000000{n}" for n in range(1, 5))
GONE = (
    "<html><head><title>提示信息</title></head><body><p>抱歉，您访问的页面 {path} 不存在或已被删除。</p></body></html>"
)
STORY = "<html><head><title>关于网站的一则报道</title></head><body><p>记者打开链接，只见“您访问的页面不存在”。</p></body></html>"

CLOSED = "<html><title>旧站</title><body><h1>关于网站关停的公告</h1><p>本网站已于2018年3月永久关停。</p></body></html>"


async def soft(request: web.Request) -> web.StreamResponse:
    return web.Response(text=GONE.format(path=request.path), content_type="text/html")


def counted(server: Server, answers: dict[str, Handler | bytes | str], asked: list[tuple[str, str]]) -> None:
    """Also how each request was made."""

    def one(answer: Handler | bytes | str) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            asked.append((request.method, request.path_qs))
            if callable(answer):
                return await answer(request)
            kind = "application/pdf" if isinstance(answer, bytes) else "text/html"
            body = answer if isinstance(answer, bytes) else answer.encode()
            return web.Response(body=body, content_type=kind)

        return handler

    server.pages |= {path: one(answer) for path, answer in answers.items()}


@pytest.fixture
def far() -> Iterator[Server]:
    with served("127.70.9.1") as one:
        yield one


def planned(store: Store, frontier: Frontier, sites: list[Site]) -> None:
    one = campaign()
    store.save_plan(one, sites, [s.code for s in sites if s.status == "正常运行"], [])
    open_round(one, 1, store, frontier)


def dead(store: Store, site: str) -> dict[str, object]:
    seen = look_at(store.observations("t-2018q2", site), campaign().ends)
    return {o.data["target"]: o.data["status"] for o in dead_links(seen)}


def test_a_target_is_asked_once_for_all_sites_by_all_workers(
    store: Store, frontier: Frontier, start: test_crawl.Start, far: Server, environment: dict[str, str]
) -> None:
    asked: list[tuple[str, str]] = []
    answers: dict[str, Handler | bytes | str] = {
        "/a.pdf": b"%PDF", "/dead.pdf": status(404), "/moved": redirect("/b.pdf"), "/b.pdf": status(410),
        "/news.html": "<h1>报道</h1>" + "正文" * 300,
    }  # fmt: skip
    counted(far, answers, asked)
    targets = [far.url(path) for path in ("/a.pdf", "/dead.pdf", "/moved", "/news.html")]
    with served("127.70.1.1") as a, served("127.70.1.2") as b, served("127.70.1.3") as c, served("127.70.1.4") as d:
        servers = (a, b, c, d)
        for server in servers:
            server.pages["/"] = links(*targets, "http://127.70.9.9:9/none")
        sites = [
            Site(code, f"测试网站{n}", s.url("/"), "省直")
            for n, (code, s) in enumerate(zip(CODES, servers, strict=True))
        ]
        planned(store, frontier, sites)
        for process in [start("site", RETRY_WAIT_S=0.05) for _ in range(2)]:
            test_crawl.finish(process, 120.0)
    once = [("HEAD", path) for path in answers] + [("GET", p) for p in ("/dead.pdf", "/b.pdf", "/news.html")]
    assert sorted(asked) == sorted(once)
    for code in CODES:  # as if each had asked
        assert dead(store, code) == {
            far.url("/dead.pdf"): 404,
            far.url("/b.pdf"): 410,
            "http://127.70.9.9:9/none": "refused",
        }
    found = list(store.db["pages"].find({"role": "link", "url": far.url("/dead.pdf")}))
    assert sorted(d["shared"] for d in found) == [False, True, True, True]
    assert len({(d["at"], d["worker"], d["attempt"], d["sha256"], str(d["evidence"])) for d in found}) == 1
    place = found[0]["evidence"]
    with (Path(environment["GOVCRAWL_HOME"]) / "evidence" / place["file"]).open("rb") as file:
        file.seek(place["offset"])
        assert b"/dead.pdf" in gzip.decompress(file.read(place["length"]))
    counts = frontier.counts(KEY)
    assert counts.planned == counts.done + counts.pending


def test_one_crawl_tells_soft_404s_where_they_are_proven_and_looks_once_at_sites_called_closed(
    store: Store, frontier: Frontier, start: test_crawl.Start, far: Server
) -> None:
    with (
        served("127.70.1.5") as own,
        served("127.70.9.2") as strict,
        served("127.70.9.3") as sender,
        served("127.70.1.6") as alive,
        served("127.70.1.7") as notice,
    ):
        own.pages |= {"/old.html": soft, "/good.html": "<h1>正文</h1>" + "内容" * 400, "*": soft}
        far.pages |= {"/x/gone.html": soft, "/x/story.html": STORY, "/file.doc": soft, "*": soft}
        strict.pages |= {"/x/gone.html": soft}  # what can't exist is a 404 there
        error = redirect("/404.html")
        sender.pages |= {
            "/x/a.html": error,
            "/x/home.html": redirect("/"),
            "/": "<p>首页",
            "/404.html": GONE,
            "*": error,
        }
        named = [far.url(p) for p in ("/x/gone.html", "/x/story.html", "/file.doc")]
        named += [strict.url("/x/gone.html"), sender.url("/x/a.html"), sender.url("/x/home.html")]
        own.pages["/"] = links("/old.html", "/good.html", *named)
        alive.pages["/"] = links(*(f"/{n}.html" for n in range(12)), title="昔日服务网")
        notice.pages["/"] = CLOSED
        sites = [
            Site(CODES[0], "测试网站", own.url("/"), "省直"),
            Site(CODES[1], "昔日服务网", alive.url("/"), "省直", status="永久关停"),
            Site(CODES[2], "旧站", notice.url("/"), "省直", status="暂时关停"),
            Site(CODES[3], "例外网站", alive.url("/x/"), "省直", status="申请例外"),
        ]
        planned(store, frontier, sites)
        test_crawl.finish(start("site", RETRY_WAIT_S=0.05), 120.0)
        told = {own.url("/old.html"), far.url("/x/gone.html"), far.url("/file.doc"), sender.url("/x/a.html")}
        assert dead(store, CODES[0]) == dict.fromkeys(told, "soft_404")
        invented = [path for server in (own, far, strict, sender) for path in server.hits if len(path) == 22]
        assert len(invented) == store.db["pages"].count_documents({"role": "nowhere"}) == 4  # each host once
        assert (dict(alive.hits), dict(notice.hits)) == ({"/": 1}, {"/": 1})
    seen = {o.site: o.data for o in store.seen("t-2018q2", "closed")}
    assert (seen[CODES[1]]["own"], seen[CODES[1]]["title"], seen[CODES[1]]["notice"]) == (12, "昔日服务网", "")
    assert seen[CODES[2]]["notice"] == "closed"
    assert seen.keys() == {CODES[1], CODES[2]}
