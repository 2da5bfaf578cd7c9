"""Planted links, scripts and titles, and what looks like them: ``hijack/planted`` and ``hijack/clean``, HTML in, JSON out."""

from __future__ import annotations

import json
import time
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from govcrawl.contracts import Page, Task
from govcrawl.facts import Facts
from govcrawl.reading import read
from pipelines.checks import Look, Sighting, hijack

HERE = Path(__file__).with_name("hijack")
URL = "http://www.mou.gov.cn/index.html"


def looked(body: bytes, role: Any = "page", text: str = "", url: str = URL) -> list[Sighting]:
    task = Task("5300000001", "site", role, url, text=text)
    page = Page(url, "ok", 200, datetime(2018, 5, 2, tzinfo=UTC), 0.1, body=body)
    return list(hijack.look(Look(task, page, read(body, url, role=role if role == "home" else "page"))))


def told(sighting: Sighting) -> list[str]:
    detail = sighting.detail
    return [sighting.indicator, detail.get("how") or detail["what"], detail.get("target", "")]


@pytest.mark.parametrize("file", sorted(HERE.glob("*/*.html")), ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_cases(file):
    case = json.loads(file.with_suffix(".json").read_text("utf-8"))
    seen = looked(file.read_bytes(), case.get("role", "page"), case.get("text", ""))
    assert [told(s) for s in seen] == case["sees"]
    assert bool(seen) == (file.parent.name == "planted")
    assert all(s.excerpt for s in seen)
    assert len({(s.indicator, s.key) for s in seen}) == len(seen)


def test_what_a_site_leads_to_itself_is_no_strangers():
    body = "<div style='display:none'>" + "".join(f"<a href='http://s{i}.mou.example/'>百家乐{i}</a>" for i in range(9))
    assert (
        looked(body.encode(), url="http://mou.example/") == looked(body.encode(), url="http://www.mou.example/") != []
    )
    own = body.replace(".mou.example", ".mou.com.cn")
    assert looked(own.encode(), url="http://www.mou.com.cn/") == []


def test_an_engine_sent_elsewhere_is_seen_and_one_sent_to_the_site_itself_is_not():
    task = Task("5300000001", "site", "as_engine", URL, text="某县人民政府网")
    page = Page(URL, "redirect", 302, datetime(2018, 5, 2, tzinfo=UTC), 0.1)
    goals = {"http://www.a1.example/": 1, "http://www.mou.gov.cn/m/": 0, "": 0}
    for goal, count in goals.items():
        assert len(list(hijack.look(Look(task, page, Facts("redirect", "", "", goal))))) == count


def test_what_a_browser_shows_closed_for_the_moment_counts_only_by_its_words():
    links = "".join(f"<a href='http://a{i}.example/'>某某{i}</a>" for i in range(9))
    body = f"<div style='display:none'>{links}</div><p hidden><a href='http://b.example/'>百家乐</a></p>".encode()
    task, page = Task("5300000001", "render", "home", URL), Page(URL, "ok", 200, datetime(2018, 5, 2, tzinfo=UTC), 0.1)
    facts = read(body, URL, role="home")
    shown = [s.excerpt for s in hijack.look(Look(task, replace(page, rendered=True), facts))]
    assert shown == ["百家乐"]
    assert len(list(hijack.look(Look(task, page, facts)))) == 10


@pytest.mark.parametrize(
    "text",
    "第5届中国—南亚博览会 势必威胁公共安全 特色播报 三黄片抽检 老城区A片区棚改项目 县乡村三级片长制 隐私服务协议 现金网点查询 儿童快乐天堂 大白菜网上销售 "
    "寻找小姐姐 龙楼凤阁 福彩投注网点 地滚球比赛 母羊催情技术".split(),
)
def test_words_that_hold_one_that_sells_by_chance(text):
    assert not hijack.sells(text)
    assert not hijack.sells(f"{text}网")


@pytest.mark.parametrize(
    "text",
    "国家教育考试网 行政规范文件 岩土工程 慢性病防治中心 印刷单位名录 官网名称 携手游云南 资金分配资料 提起名誉权诉讼".split(),
)
def test_weak_words_by_chance(text):
    assert not hijack.sells(text, "weak")


def test_every_word_sells_by_itself():
    for how in ("strong", "weak"):
        for word in tomllib.loads(Path(hijack.__file__).with_suffix(".toml").read_text("utf-8"))[how]:
            assert hijack.sells(word, how), word


def test_a_list_of_friends_behind_a_tab_is_none_though_words_look_like_it():
    names = ("国家教育考试网", "中国岩土工程网", "慢性病防治网", "印刷单位名录")
    links = "".join(f"<a href='http://a{n}.example/'>{name}</a>" for n, name in enumerate(names))
    assert looked(f"<div class=tab><div style='display:none'>{links}</div></div>".encode()) == []


TRAPS = {
    "nested boxes": "<div style='display:none'>" * 40_000 + "<a href='http://a1.example/'>百家乐</a>" * 2000,
    "style sheet without end": "<style>" + "@media a{b{" * 60_000 + "</style><a href='http://a1.example/'>某某</a>",
    "braces": "<style>" + ".a{display:none}" * 60_000 + "</style><a class=a href='http://a1.example/'>某某</a>",
    "one long style": f"<a href='http://a1.example/' style='{'left:-' * 150_000}'>某某</a>",
    "questions": "<script>" + ("referrer baidu " * 2600) + "location.href='//x'</script>",
    "many questions": ("<script>" + "eferrer'baidu'" * 2600 + "</script>") * 20,
    "escapes": "<script>" + r"\x41" * 9000 + "</script>" + "<script>" + "src=" * 9000 + "</script>",
    "packed": "<script>eval(function(p,a,c,k,e,d){}" + "}('" * 10_000 + "</script>",
    "codes": "<script>" + "fromCharCode(1,2,3,4,5,6,7,8," * 1200 + "</script>",
    "noframes": "<noframes>" + "<a " * 100_000,
    "many strangers": "<div style='display:none'>"
    + "".join(f"<a href='http://a{i}.example/'>x{i}</a>" for i in range(20_000)),
    "colours": "<div style='color:#fff'>" * 5000
    + "".join(f"<a href='http://a{i}.example/'>某</a>" for i in range(4000)),
    "broken": "\ud800<a href='http://[::1'>百家乐</a><a href='http://a1.example\x00/'>百家乐</a>",
}


@pytest.mark.parametrize("name", TRAPS)
def test_hostile_pages_cost_no_more_than_reading_them(name):
    body = TRAPS[name].encode("utf-8", "surrogatepass")
    started = time.process_time()
    facts = read(body, URL, role="home")
    between = time.process_time()
    task, page = Task("5300000001", "site", "home", URL), Page(URL, "ok", 200, datetime(2018, 5, 2, tzinfo=UTC), 0.1)
    list(hijack.look(Look(task, page, facts)))
    assert between - started < 6
    assert time.process_time() - between < 1
