"""``govcrawl recheck`` as a clerk uses it, on a real site that changes between the run, the first recheck and the second."""

from __future__ import annotations

import asyncio
import csv
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from openpyxl import load_workbook

from govcrawl import desk, ledger, rechecks, reviews
from govcrawl.errors import InputError
from govcrawl.frontier.frontier import Frontier
from govcrawl.reviews import Wish
from govcrawl.store import Store
from reporting import book, notices
from reporting.rechecked import begin
from tests.govcrawl.test_files import xlsx
from tests.pathologies import Server, redirect, served
from tests.pipelines.checks.invented import identity, name

CAMPAIGN = """[campaign]
id = "t-again"
title = "2018年二季度测试普查"
standard = "2015"
starts = 2018-04-01
ends = 2018-06-15
[issuer]
name = "测试省人民政府办公厅"
division = "530000"
[registry]
sites = "sites.csv"
columns = "columns.csv"
[probe]
per_round = 1
spacing_s = 0.1
timeout_s = 5
[crawl]
delay_s = 0.005
as_engine = false
allow_networks = ["127.0.0.0/8"]
"""
NEWS = "/news/"
#: Article → its title, and the word before the wrong one: each a fault of its own.
ARTICLES = {
    "fixed": ("教育系统专题工作会议召开", "教育"),
    "unfixed": ("卫生系统专题工作会议召开", "卫生"),
    "deleted": ("交通系统专题工作会议召开", "交通"),
    "moved": ("农业系统专题工作会议召开", "农业"),
    "renamed": ("水利系统专题工作会议召开", "水利"),
    "returned": ("旅游系统专题工作会议召开", "旅游"),
    "walled": ("林业系统专题工作会议召开", "林业"),
    "to-home": ("统计系统专题工作会议召开", "统计"),
}
#: What is mended at the first recheck, and there again at the second.
BACK = ("/back.html", "/empty/", "/list.xlsx", "/people.html", "/plant.html")
PLANT = '<div style="position:absolute;left:-9999px"><a href="http://www.bocai-a.com/">澳门博彩公司</a></div>'
OTHERS = "".join(
    f'<p><a href="{path}">{words}</a></p>'
    for path, words in (
        ("/list.xlsx", "救助对象名单公示表"),
        ("/people.html", "救助对象公示"),
        ("/plant.html", "工作简报"),
    )
)
WALL = "<html><head><script>eval(function(p,a,c,k,e,d){return p}('0',1,1,'x'.split('|'),0,{}))</script></head><body></body></html>"


def page(title: str, body: str) -> str:
    trail = f"<div class='pos'>当前位置：<a href='/'>首页</a> &gt; <a href=''>{title}</a></div>"
    nav = f"<li><a href='{NEWS}'>新闻动态</a></li><li><a href='/empty/'>便民信息</a></li>"
    foot = "<div class='footer'>主办单位：测试局　网站标识码5300000001　滇ICP备18000001号</div>"
    head = f"<head><meta charset='utf-8'><title>{title}</title></head>"
    return f"<html>{head}<body><div class='nav'><ul>{nav}</ul></div><div class='wrap'>{trail}<div class='r'>{body}</div></div>{foot}</body></html>"


def path(name: str) -> str:
    return f"{NEWS}{name}.html"


def article(name: str, wrong: bool = True) -> str:
    title, word = ARTICLES[name]
    text = f"请认真研究{word}案{'列' if wrong else '例'}，抓好整改。" + "会议讨论了有关事项。" * 40
    return page(title, f"<h1>{title}</h1><p>发布时间：2018-06-02</p><p>{text}</p>")


def listed(**addresses: str) -> str:
    """The list of news; ``addresses``: of articles that stand elsewhere by now."""
    rows = (
        f'<li><a href="{addresses.get(name, path(name))}">{title}</a><span>2018-06-{n + 1:02}</span></li>'
        for n, (name, (title, _)) in enumerate(ARTICLES.items())
    )
    return f"<ul class='list'>{''.join(rows)}</ul>"


def people(n: int, shown: bool) -> list[list[str]]:
    number = identity(n)
    return [["姓名", "身份证号"], [name(n), number if shown else f"{number[:6]}********{number[-4:]}"]]


def plain(title: str, body: str) -> str:
    return page(title, f"<h1>{title}</h1><p>发布时间：2018-06-02</p>{body}<p>{'会议讨论了有关事项。' * 40}</p>")


def faults(*, there: bool) -> dict[str, str | bytes]:
    """Of ``BACK``, all but the link that is dead."""
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in people(2, there))
    return {
        "/empty/": page("便民信息", "<ul class='list'></ul>" if there else listed()), "/list.xlsx": xlsx(people(1, there)),
        "/people.html": plain("救助对象公示", f"<table>{rows}</table>"), "/plant.html": plain("工作简报", PLANT if there else ""),
    }  # fmt: skip


def links(*paths: str) -> str:
    return "".join(f'<p><a href="{p}">有关材料下载页面</a></p>' for p in paths)


async def wall(_: web.Request) -> web.StreamResponse:
    return web.Response(status=412, text=WALL, content_type="text/html")


def as_run(server: Server) -> None:
    server.pages["/"] = page("测试局", listed() + links("/dead.html", "/back.html", "/removed.html") + OTHERS)
    server.pages[NEWS] = page("新闻动态", listed())
    server.pages |= faults(there=True)
    server.pages |= {path(name): article(name) for name in ARTICLES}


def as_mended(server: Server) -> None:
    """What the site makes of it."""
    server.pages["/"] = page("测试局", listed(renamed="/new/renamed.html") + links("/dead.html", "/back.html") + OTHERS)
    server.pages[NEWS] = page("新闻动态", listed(renamed="/new/renamed.html"))
    server.pages |= faults(there=False)
    server.pages["/back.html"] = article("fixed", wrong=False)
    server.pages[path("fixed")] = article("fixed", wrong=False)
    server.pages[path("returned")] = article("returned", wrong=False)
    server.pages[path("moved")] = redirect("/new/moved.html")
    server.pages["/new/moved.html"] = article("moved", wrong=False)
    server.pages["/new/renamed.html"] = article("renamed")
    server.pages[path("walled")] = wall
    server.pages[path("to-home")] = redirect("/")
    del server.pages[path("deleted")], server.pages[path("renamed")]


@pytest.fixture
def server() -> Iterator[Server]:
    with served("127.70.0.21") as one:
        as_run(one)
        yield one


@pytest.fixture
def folder(tmp_path: Path, server: Server, environment: dict[str, str], store: Store, frontier: Frontier) -> Path:
    """Where a campaign was run."""
    head = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
    (tmp_path / "sites.csv").write_text(f"{head}\n5300000001,测试网站,{server.url()},测试局,,,,\n", encoding="utf-8")
    rows = ["网站标识码,栏目名称,栏目网址,栏目类别", f"5300000001,新闻动态,{server.url(NEWS)},动态"]
    rows.append(f"5300000001,便民信息,{server.url('/empty/')},其他")
    (tmp_path / "columns.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "campaign.toml").write_text(CAMPAIGN, encoding="utf-8")
    done = govcrawl(tmp_path, environment, "run", "campaign.toml")
    assert done.returncode == 0, done.stderr
    return tmp_path


def govcrawl(folder: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "govcrawl", *words, "--workers", "1"]
    return subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=250, check=False
    )


def confirm_all(store: Store) -> int:
    """But what hangs on the day of the recheck."""
    wanted = ("typo", "serious_error", "dead_link", "column_blank", "privacy_leak", "hidden_link")
    found = [f.id for f in desk.every(store.db, "t-again", "2015@1") if f.indicator in wanted]
    made = reviews.decide(store.db, [Wish(id_, 0, "confirmed") for id_ in found], "甲", datetime.now(UTC)).made
    return len(made)


def rows(folder: Path, key: str) -> list[dict[str, str]]:
    with (folder / "out" / "tables" / f"{key}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def states(folder: Path) -> dict[str, tuple[str, str]]:
    """Path → (result, path of the new address)."""
    return {bare(r["问题页面"]): (r["复查结果"], bare(r["新址"])) for r in rows(folder, "recheck")}


def bare(url: str) -> str:
    return "/" + url.split("/", 3)[3] if url else ""


def tell(store: Store) -> None:
    """The office was told the day before yesterday."""
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    found = book.load(store, "t-again", "", at)
    (one,) = notices.notify(store, found, [], at.date() + timedelta(days=1), at.date(), "承办人", at)
    assert len(one.rows) == 15


def ledger_of(store: Store) -> Counter[str]:
    return Counter(ledger.state_of(steps) for steps in ledger.histories(store.db, "t-again").values())


def test_what_became_of_every_confirmed_fault(
    folder: Path, server: Server, environment: dict[str, str], store: Store, frontier: Frontier
) -> None:
    with pytest.raises(InputError, match="没有已确认的问题"):
        begin(store, "t-again", "")
    assert confirm_all(store) == 15
    tell(store)
    before = list(desk.every(store.db, "t-again", "2015@1"))

    as_mended(server)
    server.hits.clear()
    done = govcrawl(folder, environment, "recheck", "t-again")
    assert done.returncode == 0, done.stderr
    first = {
        path("fixed"): ("已整改", ""), path("unfixed"): ("未整改", ""), path("deleted"): ("删除网页", ""),
        path("moved"): ("已迁移", "/new/moved.html"), path("renamed"): ("未整改", "/new/renamed.html"),
        path("returned"): ("已整改", ""), path("walled"): ("未能判断", ""), path("to-home"): ("删除网页", "/"),
        "/dead.html": ("未整改", ""), "/removed.html": ("已整改", ""), **dict.fromkeys(BACK, ("已整改", "")),
    }  # fmt: skip
    assert states(folder) == first
    assert {bare(r["问题页面"]) for r in rows(folder, "still")} == {path("unfixed"), path("renamed"), "/dead.html"}
    site, total = rows(folder, "recheck_sites")
    assert (site["已确认问题"], site["未整改"], site["已整改"], site["删除网页"]) == ("15", "3", "8", "2")
    assert total["未能判断"] == "1"
    assert load_workbook(folder / "out" / "recheck.xlsx").sheetnames == ["各网站复查情况", "复查结果", "仍未整改到位"]
    assert (folder / "out" / "bulletin.docx").exists()  # the report's own files stay
    assert ledger_of(store) == {"closed": 9, "unmended": 3, "rechecked": 2, "notified": 1}

    # nothing else was followed, and no verdict or decision changed
    assert {name for name in ARTICLES if server.hits[path(name)]} == set(ARTICLES)
    assert server.hits[path("unfixed")] == 1
    assert set(server.hits) <= {"/", NEWS, "/new/moved.html", "/new/renamed.html", *first}
    assert list(desk.every(store.db, "t-again", "2015@1")) == before
    assert frontier.rounds() == []

    # the second one is cut off, and goes on
    server.pages[path("returned")] = article("returned")
    server.pages[path("fixed")] = wall
    server.pages[path("walled")] = article("walled")
    server.pages |= faults(there=True)
    del server.pages["/back.html"]
    stored = cut_off(folder, server, environment, store)
    hits = {p: server.hits[p] for p in stored}
    done = govcrawl(folder, environment, "recheck", "t-again")
    assert done.returncode == 0, done.stderr
    assert {p: server.hits[p] for p in stored} == hits
    second = (
        first
        | dict.fromkeys((*BACK, path("returned")), ("反弹", ""))
        | {path("fixed"): ("未能判断", ""), path("walled"): ("未整改", "")}
    )
    assert states(folder) == second
    past = {bare(r["问题页面"]): r["以往复查"] for r in rows(folder, "recheck")}
    assert past[path("returned")] == "第1次已整改"
    assert ledger_of(store) == {"closed": 3, "unmended": 4, "rechecked": 2, "returned": 6}
    assert rechecks.numbers(store, "t-again") == [1, 2]
    assert [c.id for c in desk.campaigns(store.db)] == ["t-again"]


def cut_off(folder: Path, server: Server, environment: dict[str, str], store: Store) -> set[str]:
    """A recheck killed while a page is held back; the paths of the articles that are stored by then."""
    page, opened = str(server.pages[path("unfixed")]), threading.Event()

    async def held(_: web.Request) -> web.StreamResponse:
        while not opened.is_set():
            await asyncio.sleep(0.05)
        return web.Response(text=page, content_type="text/html")

    server.pages[path("unfixed")] = held
    command = [sys.executable, "-m", "govcrawl", "recheck", "t-again", "--workers", "1"]
    process = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    query = {"campaign": "t-again.r2", "role": "article"}
    try:
        deadline = time.monotonic() + 200
        while store.db["pages"].count_documents(query) < 3:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        process.kill()
        process.communicate()
        stored = {bare(d["url"]) for d in store.db["pages"].find(query)}
        opened.set()
    return stored - {path("walled"), path("fixed")}
