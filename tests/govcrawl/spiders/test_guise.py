"""The home page under a search engine's name, and script files on it: strangers' and the site's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import web

from govcrawl.contracts import Page, Site, Task
from govcrawl.facts import Facts, ForeignFacts
from govcrawl.frontier.codec import decode, encode, task_id
from govcrawl.frontier.frontier import Frontier
from govcrawl.reading.suspects import MAX_FILES
from govcrawl.rounds import open_round
from govcrawl.spiders.guise import MAX_BYTES, MAX_SCRIPTS, apart, look_apart
from govcrawl.store import Store
from pipelines.checks import Look, hijack
from tests.govcrawl.build import campaign
from tests.govcrawl.spiders.test_crawl import Start, finish, start  # noqa: F401 – a fixture
from tests.pathologies import Server, served

HOME = "http://www.a.gov.cn/"
AT = datetime(2018, 5, 2, tzinfo=UTC)
PLAIN = "<html><head><title>测试网站</title></head><body><a href='/a.html'>动态</a>{}</body></html>"
SPAM = (
    "<html><head><title>百家乐_时时彩</title></head><body><a href='http://www.a1.example/'>真人娱乐</a></body></html>"
)


def home(**more: object) -> Task:
    return Task("1", "site", "home", HOME, **more)  # type: ignore[arg-type]


def test_only_a_home_page_is_asked_for_again() -> None:
    facts = Facts("home", "测试网站", "utf-8", foreign=ForeignFacts(scripts=("http://js.a1.example/t.js",) * 9))
    first, *scripts = apart(home(), facts, as_engine=True)
    assert (first.role, first.url, first.text, first.found_on) == ("as_engine", HOME, "测试网站", HOME)
    assert [s.role for s in scripts] == ["script"] * MAX_SCRIPTS
    assert [t.role for t in apart(home(), facts, as_engine=False)] == ["script"] * MAX_SCRIPTS
    for other in (replace(home(), kind="render"), replace(home(), role="part"), replace(home(), role="column")):
        assert not list(apart(other, facts, as_engine=True))
    assert len({task_id(t) for t in (home(), first, scripts[0])}) == 3
    assert decode(encode(first)) == first


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("if(/baidu|sogou/.test(document.referrer)){location.href='http://www.a2.example/'}", True),
        ("window.location.replace('//www.a2.example/x');", True),
        (
            'document.write(\'<iframe src="//www.a2.example/" style="width:100%;height:100%;position:fixed"></iframe>\')',
            True,
        ),
        ("var t=document.title;document.body.appendChild(document.createElement('div'));", False),
        ("location.href='http://www.a.gov.cn/m/';", False),
        ("<html>not found</html>", False),
    ],
)
def test_a_strangers_script_is_told_by_what_it_does(code: str, what: bool) -> None:
    task = Task("1", "site", "script", "http://js.a1.example/t.js", found_on=HOME)
    page = Page(task.url, "ok", 200, AT, 0.1, body=code.encode())
    facts = look_apart(page, task)
    assert facts is not None
    seen = list(hijack.look(Look(task, page, facts)))
    assert [(s.indicator, s.detail["target"]) for s in seen] == [("malicious_code", task.url)] * what


def test_no_answer_says_nothing() -> None:
    task = replace(home(), role="as_engine")
    for outcome in ("http_error", "challenge", "timeout", "refused_by_us"):
        assert look_apart(Page(HOME, outcome, None, AT, 0.1), task) is None  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as one:
        yield one


def cloaked(answer: web.StreamResponse | str) -> dict[str, object]:
    names: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        robot = "Baiduspider" in request.headers["User-Agent"] and "baidu.com" in request.headers.get("Referer", "")
        names.append(request.headers["User-Agent"])
        if robot and isinstance(answer, web.StreamResponse):
            return answer
        return web.Response(text=str(answer) if robot else PLAIN.format(""), content_type="text/html")

    return {"/": handler, "/a.html": PLAIN.format("正文"), "names": names}


@pytest.mark.parametrize("moved", [False, True])
def test_a_page_shown_to_engines_alone_is_found_by_a_crawl(
    server: Server,
    start: Start,  # noqa: F811
    store: Store,
    frontier: Frontier,
    moved: bool,
) -> None:
    found = web.Response(status=302, headers={"Location": "http://www.a2.example/"}) if moved else SPAM
    pages = cloaked(found)
    names = pages.pop("names")
    server.pages |= pages  # type: ignore[arg-type]
    one = campaign()
    one = replace(one, crawl=replace(one.crawl, as_engine=True))
    store.save_plan(one, [Site("5300000001", "测试网站", server.url("/"), "省直")], ["5300000001"], [])
    open_round(one, 1, store, frontier)
    finish(start(CAMPAIGN=one.id))
    assert server.hits["/"] == 2
    assert ["Baiduspider" in name for name in names] == [False, True]  # type: ignore[union-attr]
    seen = store.observations(one.id, "5300000001")
    (check,) = [o for o in seen if o.kind == "check"]
    assert check.data["detail"]["what"] == "as-engine"
    assert (check.url, check.found_on) == (server.url("/"), server.url("/"))
    assert not [o for o in seen if o.kind in ("dead_link", "unread", "challenge")]
    assert [o.data["title"] for o in seen if o.kind == "home"] == ["测试网站"]
    assert store.looks(one.id, ["5300000001"])["5300000001"].read == {server.url("/"), server.url("/a.html")}
    assert json.dumps(check.data, ensure_ascii=False)


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 10 << 20])
def test_a_long_file_is_not_even_decoded(size: int) -> None:
    task = Task("1", "site", "script", f"{HOME}js/app.js", found_on=HOME)
    facts = look_apart(Page(task.url, "ok", 200, AT, 0.1, body=b"a.b(c);" * (size // 7 + 1)), task)
    assert facts is not None
    assert facts.script is not None
    assert facts.script.draws == "脚本过长，未作分析"
    assert facts.foreign == ForeignFacts()


def test_a_script_that_did_not_come_says_nothing() -> None:
    task = Task("1", "site", "script", f"{HOME}js/app.js", found_on=HOME)
    for outcome in ("http_error", "challenge", "timeout", "redirect", "too_large", "refused_by_us"):
        assert look_apart(Page(task.url, outcome, None, AT, 0.1), task) is None  # type: ignore[arg-type]


OPEN = "<html><head><title>测试网站</title>{}</head><body><div id='news'></div><a href='/a.html'>动态</a></body></html>"


def test_the_sites_own_scripts_are_asked_for_once_a_round(
    server: Server,
    start: Start,  # noqa: F811
    store: Store,
    frontier: Frontier,
) -> None:
    """The first of them is not there."""
    names = [f"/js/s{n}.js" for n in range(MAX_FILES)]
    page = OPEN.format("".join(f"<script src='{name}'></script>" * 2 for name in names))
    server.pages |= {
        "/": page,
        "/index.html": page,
        "/a.html": PLAIN.format("正文"),
        **dict.fromkeys(names[1:], "var a = 1;"),
    }
    one = campaign()
    store.save_plan(one, [Site("5300000001", "测试网站", server.url("/"), "省直")], ["5300000001"], [])
    open_round(one, 1, store, frontier)
    finish(start(CAMPAIGN=one.id))
    assert [server.hits[name] for name in names] == [1] * MAX_FILES
    seen = store.observations(one.id, "5300000001")
    assert sorted(o.url for o in seen if o.kind == "script") == sorted(map(server.url, names[1:]))
    (shown,) = [o for o in seen if o.kind == "home"]
    assert (len(shown.data["scripts"]), shown.data["ids"]) == (MAX_FILES, ["news"])
    assert not [o for o in seen if o.kind in ("dead_link", "unread", "challenge")]
    assert store.looks(one.id, ["5300000001"])["5300000001"].read == {server.url("/"), server.url("/a.html")}
