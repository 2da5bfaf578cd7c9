"""``govcrawl run`` with and without the browser, and what it says where there is none."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.build import task
from tests.govcrawl.kills.crew import until
from tests.govcrawl.rendering.pages import CRUMB, DATA, VUE, VUE_PAGE
from tests.govcrawl.test_cli import govcrawl
from tests.govcrawl.test_run import CAMPAIGN
from tests.pathologies import Server, served

ARTICLE = f"<html><body>{CRUMB}<h1>通知</h1><p>发布时间：2018-05-30</p><p>{'正文。' * 60}</p></body></html>"


@pytest.fixture
def server() -> Iterator[Server]:
    with served("127.70.5.2") as one:
        items = "".join(
            f'<li><a href="/c/{n}.html">第{n}号文件印发的通知</a><span>2018-06-1{n}</span></li>' for n in range(1, 5)
        )
        nav = '<div class="nav"><a href="/">首页</a><a href="/tzgg/">通知公告</a><a href="/xxgk/">政策文件</a></div>'
        one.pages |= {
            "/": f"<html><head><title>测试网站</title></head><body>{nav}<ul>{items}</ul></body></html>",
            "/xxgk/": f"<html><head><title>政策文件</title></head><body>{nav}<ul>{items}</ul></body></html>",
            "/tzgg/": VUE_PAGE, "/js/vue.min.js": VUE, "/api/list": DATA,
        } | {f"/c/{n}.html": ARTICLE for n in range(1, 5)}  # fmt: skip
        yield one


def written(folder: Path, server: Server, browser: bool) -> Path:
    text = CAMPAIGN.format(visits=1, spacing=0.1) + f"browser = {str(browser).lower()}\n"
    (folder / "campaign.toml").write_text(text, encoding="utf-8")
    head = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
    row = f"5300000001,测试网站,{server.url()},测试局,,,正常运行,是"
    (folder / "sites.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    return folder / "campaign.toml"


def columns(folder: Path) -> dict[str, dict[str, Any]]:
    (site,) = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))["sites"]
    return {column["name"]: column for column in site["columns"]}


@pytest.mark.parametrize("browser", [False, True])
def test_a_column_that_a_script_draws_is_unknown_without_a_browser_and_has_its_newest_date_with_one(
    browser: bool,
    program: str,
    tmp_path: Path,
    environment: dict[str, str],
    server: Server,
    store: Store,
    frontier: Frontier,
) -> None:
    file = written(tmp_path, server, browser)
    done = govcrawl(environment, "run", file, "--out", tmp_path / "out", "--workers", "1")
    assert done.returncode == 0, done.stderr
    found = columns(tmp_path)
    assert (found["政策文件"]["state"], found["政策文件"]["newest"]) == ("fresh", "2018-06-14")
    drawn = (found["通知公告"]["state"], found["通知公告"]["newest"], found["通知公告"]["items"])
    # the same three articles stand on the home page, under a later day
    assert drawn == (("fresh", "2018-06-13", 3) if browser else ("unknown", None, 0))
    assert server.hits["/api/list?column=3"] == browser
    assert not store.db["pages"].count_documents({"outcome": {"$nin": ["ok", "http_error"]}})


@pytest.mark.parametrize("named", ["", "/nowhere/chromium", "/bin/false"])
def test_a_run_that_nobody_could_finish_is_refused_before_it_begins(
    named: str, tmp_path: Path, environment: dict[str, str], server: Server, store: Store, frontier: Frontier
) -> None:
    bare = environment | ({"GOVCRAWL_CHROMIUM": named} if named else {"PATH": str(tmp_path)})
    done = govcrawl(bare, "run", written(tmp_path, server, True), "--out", tmp_path / "out")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "browser = true" in done.stderr
    assert "apt install chromium" in done.stderr
    assert named in done.stderr
    assert not server.hits


def test_pages_that_wait_for_a_browser_are_told(
    tmp_path: Path, environment: dict[str, str], server: Server, store: Store, frontier: Frontier
) -> None:
    govcrawl(environment, "plan", written(tmp_path, server, True))
    frontier.add("t-run:1", [task(kind="render", role="column")])
    alone = govcrawl(environment, "status", "t-run", "--over", "0").stdout
    frontier.renders("w", able=True)
    served_ = govcrawl(environment, "status", "t-run", "--over", "0").stdout
    for status, missing in ((alone, True), (served_, False)):
        assert "待渲染 1（由装有 Chromium 的采集进程处理）" in status
        assert ("目前没有这样的进程：请在任一采集机安装" in status) is missing


def test_a_worker_without_a_browser_says_so_and_leaves_the_pages_to_others(
    tmp_path: Path, environment: dict[str, str], server: Server, store: Store, frontier: Frontier
) -> None:
    govcrawl(environment, "plan", written(tmp_path, server, True))
    words = (tmp_path / "worker.log").open("wb")
    with words:
        bare = environment | {"GOVCRAWL_CHROMIUM": "/nowhere/chromium"}
        worker = subprocess.Popen([sys.executable, "-m", "govcrawl", "worker"], env=bare, stderr=words)
    try:
        until(lambda: frontier.counts("t-run:1").open_in == {"site": 0, "link": 0, "probe": 0, "render": 1}, 60)
        assert "Chromium is not installed here" in (tmp_path / "worker.log").read_text()
    finally:
        worker.terminate()
        assert worker.wait(30) == 0
