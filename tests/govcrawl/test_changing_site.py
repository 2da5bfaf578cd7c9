"""A campaign of three rounds on a site that changes between them: what is mended, what breaks, what one look says against two."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from openpyxl import load_workbook

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.pathologies import Handler, Server, changing, served, status

CAMPAIGN = """[campaign]
id = "t-rounds"
title = "2018年二季度测试普查"
standard = "2015"
starts = 2018-04-01
ends = 2018-06-15
rounds = 3
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
allow_networks = ["127.0.0.0/8"]
"""
#: name, path, and what each round finds there
COLUMNS = {
    "机构设置": ("/jgsz/", "filled", "filled", "filled"),
    "便民信息": ("/bmxx/", "blank", "filled", "filled"),  # filled after round 1
    "专题一": ("/zt1/", "filled", "blank", "blank"),  # emptied after round 1
    "专题二": ("/zt2/", "filled", "filled", "blank"),  # blank in the last round alone
    "专题三": ("/zt3/", "blank", "blank", "blank"),
}
MENDED, BROKEN = "/mended.html", "/broken.html"


def page(title: str, body: str) -> str:
    """With the trail and the frame around the body that such sites have."""
    trail = f"<div class='pos'>当前位置：<a href='/'>首页</a> &gt; <a href=''>{title}</a></div>"
    nav = "".join(f'<li><a href="{path}">{name}</a></li>' for name, (path, *_) in COLUMNS.items())
    foot = "<div class='footer'>主办单位：测试局　网站标识码5300000001　滇ICP备18000001号</div>"
    head = f"<head><meta charset='utf-8'><title>{title}</title></head>"
    return f"<html>{head}<body><div class='nav'><ul>{nav}</ul></div><div class='wrap'>{trail}<div class='r'>{body}</div></div>{foot}</body></html>"


def entries(path: str, number: int = 12) -> str:
    rows = (
        f'<li><a href="{path}a{n}.html">测试局组织召开第{n}次工作会议的有关情况</a><span>2018-06-{n + 1:02}</span></li>'
        for n in range(number)
    )
    return f"<ul class='list'>{''.join(rows)}</ul>"


def answer(text: str) -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type="text/html")

    return handler


@pytest.fixture
def server() -> Iterator[Server]:
    article = page(
        "文章", "<h1>测试局召开工作会议</h1><p>发布时间：2018-06-02</p><p>" + "会议讨论了有关事项。" * 40 + "</p>"
    )
    with served("127.70.0.9") as one:
        links = "".join(f'<p><a href="{path}">有关材料下载页面</a></p>' for path in (MENDED, BROKEN))
        one.pages["/"] = page("测试局", entries("/jgsz/") + links)
        for name, (path, *states) in COLUMNS.items():
            shown = {"filled": entries(path), "blank": "<ul class='list'></ul>"}
            one.pages[path] = changing(*(answer(page(name, shown[state])) for state in states))
            one.pages |= {f"{path}a{n}.html": article for n in range(12)}
        one.pages[MENDED] = changing(status(404), answer(article))
        one.pages[BROKEN] = changing(answer(article), answer(article), status(404))
        yield one


@pytest.fixture
def out(tmp_path: Path, server: Server, environment: dict[str, str], store: Store, frontier: Frontier) -> Path:
    """The folder of a finished run."""
    head = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
    (tmp_path / "sites.csv").write_text(f"{head}\n5300000001,测试网站,{server.url()},测试局,,,,\n", encoding="utf-8")
    columns = [f"5300000001,{name},{server.url(path)},其他" for name, (path, *_) in COLUMNS.items()]
    (tmp_path / "columns.csv").write_text(
        "\n".join(["网站标识码,栏目名称,栏目网址,栏目类别", *columns]), encoding="utf-8"
    )
    (tmp_path / "campaign.toml").write_text(CAMPAIGN, encoding="utf-8")
    command = [sys.executable, "-m", "govcrawl", "run", "campaign.toml", "--workers", "1"]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stderr
    return tmp_path / "out"


def of(found: list[dict[str, Any]], indicator: str) -> dict[str, dict[str, Any]]:
    """Path → finding."""
    return {"/" + f["url"].split("/", 3)[3]: f for f in found if f["indicator"] == indicator}


def test_three_rounds_of_a_site_that_changes(out: Path, server: Server, store: Store) -> None:
    for path, *_ in COLUMNS.values():
        assert server.hits[path] == 3  # once a round
    (site,) = json.loads((out / "results.json").read_text(encoding="utf-8"))["sites"]
    standing, passed = site["findings"], site["transient"]

    links, gone = of(standing, "dead_link"), of(passed, "dead_link")
    assert set(links) == {BROKEN}
    assert set(gone) == {MENDED}
    assert gone[MENDED]["gone"] >= gone[MENDED]["last_seen"] == gone[MENDED]["first_seen"]
    assert "gone" not in links[BROKEN]

    assert set(of(standing, "column_blank")) == {"/zt1/", "/zt3/"}
    assert {path: "gone" in f for path, f in of(passed, "column_blank").items()} == {"/bmxx/": True, "/zt2/": False}
    states = {c["name"]: c["state"] for c in site["columns"]}
    assert states == {
        "机构设置": "fresh", "便民信息": "fresh", "专题一": "blank", "专题二": "unknown", "专题三": "blank",
    }  # fmt: skip
    assert site["verdict"] == "pass"
    assert site["deductions"] >= 1.0  # the broken link stands on the home page

    (pack,) = store.db["verdicts"].distinct("pack")
    doubts = store.verdicts("t-rounds", pack)["5300000001"].doubts
    assert any("1个栏目前一轮有内容、最近一轮空白" in doubt for doubt in doubts)
    book = load_workbook(io.BytesIO((out / "ledger.xlsx").read_bytes()))
    kept = list(
        csv.DictReader(io.StringIO("\n".join(",".join(map(str, r)) for r in book["各轮不一致（不计入）"].values)))
    )
    assert {row["问题类型"] for row in kept} >= {"链接可用性", "栏目空白"}
    assert "条在监测期内已消除，" in (out / "bulletin.html").read_text(encoding="utf-8")
