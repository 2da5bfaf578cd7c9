"""What a home page and a column show within themselves, from the first request to the verdict: frames, lists in JSON, scripts that write."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.test_cli import govcrawl
from tests.govcrawl.test_run import CAMPAIGN
from tests.pathologies import Handler, Server, redirect, served, status

Pages = dict[str, str | bytes | Handler]
FRESH, OLD = range(5, 15), range(20, 30)  #: days of June (sampled until the 15th), of March
DOUBT = "首页部分内容未能读取，未能判断是否更新"


def typed(kind: str, body: str) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type=kind)

    return handler


def page(body: str, title: str = "测试网站") -> str:
    return f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title></head><body>{body}</body></html>"


def days(range_: range) -> list[str]:
    return [f"2018-{'06' if range_ is FRESH else '03'}-{day:02}" for day in range_]


def news(range_: range, prefix: str = "/xw/") -> str:
    rows = (
        f"<li><a href='{prefix}t{day}.html'>关于召开第{n}次工作会议的报道</a><span>{day}</span></li>"
        for n, day in enumerate(days(range_))
    )
    return f"<ul>{''.join(rows)}</ul>"


def answer(range_: range) -> str:
    rows = [
        {"title": f"关于公布第{n}批名单的通知", "url": f"art/{day}.html", "date": day}
        for n, day in enumerate(days(range_))
    ]
    return json.dumps({"data": {"rows": rows}}, ensure_ascii=False)


NAV = "<div class=nav><a href=/>首页</a><a href=/tzgg/>通知公告</a></div>"
FOOT = "<div class=footer>主办：测试局　网站标识码：5300000001</div>"
FRAMESET = page("").replace("<body></body>", "<frameset cols='200,*'><frame src=menu.html><frame src=main/></frameset>")
SCRIPT = '<ul id=news></ul><script>$.getJSON("/api/news.json",function(d){$("#news").html(draw(d))})</script>'
TRAIL = "<div class=pos>当前位置：<a href=/>首页</a> &gt; <a href=/tzgg/>通知公告</a></div>"
COLUMN = '<ul id=list></ul><script>$.ajax({type:"get",url:"/api/list.json",success:function(d){$("#list").html(draw(d))}})</script>'


def framed(source: str) -> str:
    return page(f"{NAV}{news(OLD)}<iframe src='{source}'></iframe>{FOOT}")


#: Name → what its server has, whether it fails by 首页不更新, and whether that can't be told.
SITES: dict[str, tuple[Pages, bool, bool]] = {
    "新闻在框架中": ({"/": FRAMESET, "/menu.html": page(NAV), "/main/": page(news(FRESH) + FOOT)}, False, False),
    "框架中的旧闻": ({"/": FRAMESET, "/menu.html": page(NAV), "/main/": page(news(OLD) + FOOT)}, True, False),
    "接口给出新闻": (
        {"/": page(f"{NAV}{SCRIPT}{FOOT}"), "/api/news.json": typed("application/json", answer(FRESH))}, False, False,
    ),
    "接口没有条目": (
        {"/": page(f"{NAV}{news(OLD)}{SCRIPT}{FOOT}"), "/api/news.json": typed("application/json", '{"code": 401}')},
        False, True,
    ),
    "框架打不开": ({"/": framed("/new.html"), "/new.html": status(500)}, False, True),
    "框架不存在": ({"/": framed("/new.html"), "/new.html": status(404)}, False, True),
    "框架转到外站": ({"/": framed("/new.html"), "/new.html": redirect("http://127.70.6.99:9/")}, False, True),
    "框架转到本站": (
        {"/": framed("/new.html"), "/new.html": redirect("/new/"), "/new/": page(news(OLD, "/x/"))}, True, False,
    ),
    "框架套框架": (
        {"/": framed("1.html"), "/1.html": framed("2.html"), "/2.html": page(news(FRESH, "/x/"))}, False, False,
    ),
    "框架套得太深": (
        {"/": framed("1.html"), "/1.html": framed("2.html"), "/2.html": framed("3.html"), "/3.html": page(news(FRESH))},
        False, True,
    ),
    "栏目由接口给出": (
        {
            "/": page(NAV + news(FRESH) + FOOT), "/tzgg/": page(NAV + TRAIL + COLUMN + FOOT, "通知公告"),
            "/api/list.json": typed("text/json", answer(FRESH)), "/tzgg/art/2018-06-14.html": status(404),
        }, False, False,
    ),
    "脚本写出导航": (
        {
            "/": page(f"<script src=/js/top.js></script>{news(FRESH)}{FOOT}"),
            "/js/top.js": typed("application/javascript", f'document.write("{NAV}");'),
            "/tzgg/": page(TRAIL + news(FRESH) + FOOT, "通知公告"),
        }, False, False,
    ),
}  # fmt: skip


@pytest.fixture
def servers() -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        found = {name: stack.enter_context(served(f"127.70.6.{n}")) for n, name in enumerate(SITES, 1)}
        for name, server in found.items():
            server.pages |= {"*": page("<h1>报道</h1><p>" + "正文。" * 60)} | SITES[name][0]
        yield found


@pytest.fixture
def run(
    servers: dict[str, Server], tmp_path: Path, environment: dict[str, str], store: Store, frontier: Frontier
) -> Callable[[], dict[str, dict[str, Any]]]:
    """``govcrawl run`` over all sites; results by name."""

    def results() -> dict[str, dict[str, Any]]:
        (tmp_path / "campaign.toml").write_text(CAMPAIGN.format(visits=1, spacing=0.1), encoding="utf-8")
        head = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
        rows = [f"53{n:08},{name},{one.url()},测试局,,,正常运行,是" for n, (name, one) in enumerate(servers.items(), 1)]
        (tmp_path / "sites.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
        done = govcrawl(environment, "run", tmp_path / "campaign.toml", "--out", tmp_path / "out", "--workers", "1")
        assert done.returncode == 0, done.stderr
        sites = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["sites"]
        return {site["name"]: site for site in sites}

    return results


def test_what_a_page_shows_within_itself_is_judged_with_it(
    run: Callable[[], dict[str, dict[str, Any]]], servers: dict[str, Server], store: Store
) -> None:
    results = run()
    verdicts = store.verdicts("t-run", "2015@1")
    told = {
        site.name: ("home_not_updated" in verdicts[site.code].vetoes, DOUBT in verdicts[site.code].doubts)
        for site in store.sites("t-run")
    }
    assert told == {name: (stale, untold) for name, (_, stale, untold) in SITES.items()}
    parts = {d["url"].rpartition("/")[2] for d in store.db["pages"].find({"site": "5300000010", "role": "part"})}
    assert parts == {"1.html", "2.html"}
    assert servers["新闻在框架中"].hits["/main/"] == 1
    assert servers["框架打不开"].hits["/new.html"] == 3
    for name in ("栏目由接口给出", "脚本写出导航"):
        (column,) = results[name]["columns"]
        assert (column["name"], column["state"], column["newest"]) == ("通知公告", "fresh", "2018-06-14")
        assert not [f for f in results[name]["findings"] if f["indicator"] == "dead_link"]
    assert servers["栏目由接口给出"].hits["/tzgg/art/2018-06-14.html"] == 1
    assert not store.db["pages"].count_documents({"role": "link", "url": {"$regex": r"\.js(on)?$"}})
