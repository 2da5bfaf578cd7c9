"""One crawl, several standards: scored again from what is stored, each with its verdict, its report, and its pack's version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from govcrawl.store import Store
from tests.govcrawl.test_cli import govcrawl
from tests.pathologies import Server, served

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
per_round = 2
spacing_s = 0.2
[crawl]
delay_s = 0.005
allow_networks = ["127.0.0.0/8"]
"""
#: Notices at a second level: the census counts them, the indicators of 2019 don't.
NOTICES = [f"科室{n}通知公告" for n in "一二三四五六"]
OWN = """[pack]
name = "own"
version = 4
inherits = "2015"
title = "自定标准"
source = "自定"
[veto.columns_not_updated]
key_count = 7
"""


def listing(path: str, name: str, *days: str) -> str:
    rows = "".join(
        f"<li><a href={path}{n}.html>关于{name}第{n}项工作有关事项的通知</a><span>{day}</span></li>"
        for n, day in enumerate(days, 1)
    )
    menu = "".join(
        f"<li><a href=/{p}/>{n}</a></li>" for p, n in (("xw", "工作动态"), ("gk", "政务公开"), ("jg", "机构概况"))
    )
    nav = f"<div class=nav><ul><li><a href=/>首页</a></li>{menu}</ul></div>"
    return f"<html><head><meta charset=utf-8><title>{name}</title></head><body>{nav}<div class=list><h2>{name}</h2><ul>{rows}</ul></div></body></html>"


@pytest.fixture
def server() -> Iterator[Server]:
    fresh = [f"2018-06-{day:02}" for day in range(2, 14)]
    with served("127.70.0.31") as one:
        one.pages |= {"/": listing("/xw/", "测试网站", *fresh), "/xw/": listing("/xw/", "工作动态", *fresh)}
        for n, name in enumerate(NOTICES):
            one.pages[f"/ks{n}/tz/"] = listing(f"/ks{n}/tz/", name, "2017-03-01", "2017-02-01", "2017-01-05")
        yield one


@pytest.fixture
def crawled(tmp_path: Path, server: Server, environment: dict[str, str], store: Store) -> Path:
    (tmp_path / "campaign.toml").write_text(CAMPAIGN, encoding="utf-8")
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    head = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
    (tmp_path / "sites.csv").write_text(f"{head}\n5300000001,测试厅网站,{server.url()},测试厅,,,正常运行,是\n", "utf-8")
    rows = [f"5300000001,{name},{server.url(f'/ks{n}/tz/')},通知公告" for n, name in enumerate(NOTICES)]
    (tmp_path / "columns.csv").write_text("\n".join(["网站标识码,栏目名称,栏目网址,栏目类别", *rows]), "utf-8")
    done = govcrawl(environment, "run", "campaign.toml", "--workers", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def reported(folder: Path, environment: dict[str, str], standard: str) -> dict[str, Any]:
    out = f"out-{len(list(folder.iterdir()))}"
    for command in (("score",), ("report", "--out", out)):
        done = govcrawl(environment, command[0], "t-again", "--standard", standard, *command[1:], cwd=folder)
        assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((folder / out / "results.json").read_text("utf-8"))
    return found


@pytest.mark.timeout(300)
def test_each_standard_has_its_own_verdict(
    crawled: Path, server: Server, environment: dict[str, str], store: Store
) -> None:
    first = json.loads((crawled / "out" / "results.json").read_text("utf-8"))
    asked = sum(server.hits.values())
    assert (first["standard"], first["sites"][0]["vetoes"]) == ("2015@1", ["columns_not_updated"])

    early = govcrawl(environment, "report", "t-again", "--standard", "2015-yunnan", cwd=crawled)
    assert early.returncode == 2
    assert "请先运行 govcrawl score t-again --standard 2015-yunnan" in early.stderr
    yunnan = reported(crawled, environment, "2015-yunnan")
    assert (yunnan["standard"], yunnan["sites"][0]["vetoes"]) == ("2015-yunnan@1", ["columns_not_updated"])
    later = reported(crawled, environment, "2019")
    assert (later["standard"], later["sites"][0]["verdict"], later["sites"][0]["vetoes"]) == ("2019@1", "pass", [])
    (told,) = (
        file.read_text("utf-8") for file in crawled.glob("out-*/bulletin.html") if "2019@1" in file.read_text("utf-8")
    )
    assert "单项否决指标“安全、泄密事故等严重问题”须由人判定，本次未作判定" in told
    own = reported(crawled, environment, "own.toml")
    assert (own["standard"], own["sites"][0]["verdict"]) == ("own@4", "pass")
    # six notices at 4 points, 14 dead links on the home page, 18 elsewhere
    assert own["sites"][0]["deductions"] == 24 + 14 + 1.8
    again = reported(crawled, environment, "")
    assert again == first

    assert sum(server.hits.values()) == asked  # no page was fetched
    stored = {d["pack"]: d for d in store.db["verdicts"].find({"campaign": "t-again"})}
    assert {pack: d["verdict"] for pack, d in stored.items()} == {
        "2015@1": "fail", "2015-yunnan@1": "fail", "2019@1": "pass", "own@4": "pass",
    }  # fmt: skip
    seen = {i["indicator"]: i["observations"] for i in stored["2015@1"]["items"]}["columns_not_updated"]
    assert len(seen) == len(NOTICES)
    assert store.db["observations"].count_documents({"_id": {"$in": seen}, "kind": "column"}) == len(NOTICES)


def test_a_campaign_judged_by_a_file_beside_it(tmp_path: Path, server: Server, environment: dict[str, str]) -> None:
    (tmp_path / "in").mkdir()
    text = CAMPAIGN.replace('"2015"', '"own.toml"').replace('columns = "columns.csv"\n', "").replace("t-again", "t-own")
    (tmp_path / "in" / "campaign.toml").write_text(text, encoding="utf-8")
    head = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
    (tmp_path / "in" / "sites.csv").write_text(
        f"{head}\n5300000001,测试厅网站,{server.url()},测试厅,,,正常运行,是\n", "utf-8"
    )
    for own, said in ((OWN.replace("key_count", "key_cuont"), "key_cuont：不认识的键"), ("", "pack")):
        (tmp_path / "in" / "own.toml").write_text(own, encoding="utf-8")
        refused = govcrawl(environment, "plan", "in/campaign.toml", cwd=tmp_path)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
        assert "campaign.toml:4: 评分标准不可用（own.toml:" in refused.stderr
        assert said in refused.stderr
    (tmp_path / "in" / "own.toml").write_text(OWN, encoding="utf-8")
    done = govcrawl(environment, "run", "in/campaign.toml", "--workers", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert (found["standard"], found["sites"][0]["verdict"]) == ("own@4", "pass")
