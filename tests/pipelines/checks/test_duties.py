"""What pages show of a site's duties: reports by their words, forms where they belong, policies and what explains them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from govcrawl.contracts import Page, Task
from govcrawl.reading import read
from pipelines.checks import Look, Sighting, duties
from pipelines.standards import known_packs, load_pack

URL = "http://www.mou.gov.cn/zwgk/t20180301_12.html"
TEXT = "<p>" + "某局按照上级部署抓好各项工作落实，推动全年目标任务圆满完成。" * 8 + "</p>"


def looked(body: str, role: Any = "page", url: str = URL) -> list[Sighting]:
    task = Task("5300000001", "site", role, url)
    page = Page(url, "ok", 200, datetime(2018, 5, 2, tzinfo=UTC), 0.1, body=body.encode())
    return list(duties.look(Look(task, page, read(page.body, url, role=role))))


def article(title: str, links: str = "") -> str:
    head = f"<title>{title}-某县人民政府</title><h1>{title}</h1><p>发布时间：2018-03-01 来源：某局</p>"
    return f"<html><head><meta charset=utf-8></head><body>{head}<div id=zoom>{TEXT}</div>{links}</body></html>"


def told(sightings: list[Sighting], *keys: str) -> list[tuple[object, ...]]:
    return [(s.indicator, *(s.detail[key] for key in keys)) for s in sightings]


@pytest.mark.parametrize(
    ("words", "to", "seen"),
    [
        ("某县政府网站工作年度报表（2017年度）", "/1.html", [(2017, False)]),
        ("2017年度某市政府网站监管年度报表", "/1.html", [(2017, False)]),
        ("2018年政府网站年度工作报表", "/nb.doc", [(2018, True)]),
        ("政府网站工作年度报表", "/1.html", []),
        ("2017年度财政决算报表", "/1.html", []),
        ("2017年政府网站抽查情况", "/1.html", []),
    ],
)
def test_yearly_reports_are_known_by_their_words(words: str, to: str, seen: list[tuple[int, bool]]) -> None:
    found = told(looked(f"<body><ul><li><a href='{to}'>{words}</a> 2018-01-20</li></ul></body>"), "year", "file")
    assert found == [("annual_report", *one) for one in seen]


def test_a_report_on_its_own_page_is_one_too() -> None:
    (one,) = looked(article("某县政府网站工作年度报表（2017年度）"))
    assert (one.indicator, one.detail) == ("annual_report", {"url": URL, "year": 2017, "file": False})


def test_forms_count_where_they_are_of_open_government() -> None:
    links = "<a href='/a.doc'>{0}申请表</a><a href='/b.html'>{0}流程图</a>"
    about = looked(f"<title>依申请公开</title><body>{links.format('')}</body>")
    assert told(about, "url") == [
        ("request_form", "http://www.mou.gov.cn/a.doc"),
        ("request_chart", "http://www.mou.gov.cn/b.html"),
    ]
    assert told(looked(f"<title>下载</title><body>{links.format('政府信息公开申请')}</body>"), "url") == told(
        about, "url"
    )
    assert looked(f"<title>办事大厅</title><body>{links.format('低保')}</body>") == []


def test_a_policy_and_what_explains_it() -> None:
    links = "<div class=xg><a href='/jd/1.html'>《某县停车管理办法》政策解读</a><a href='/x.html'>打印本页</a></div>"
    (one,) = looked(article("某县人民政府办公室关于印发《某县停车管理办法》的通知", links))
    assert (one.indicator, one.detail["to"]) == ("policy", ["http://www.mou.gov.cn/jd/1.html"])
    back = "<a href='/zc/1.html'>某县人民政府办公室关于印发《某县停车管理办法》的通知</a>"
    (one,) = looked(article("《某县停车管理办法》解读", back))
    assert (one.indicator, one.detail["to"]) == ("explanation", ["http://www.mou.gov.cn/zc/1.html"])


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("某市专业技术人员继续教育管理办法（试行）", "policy"),
        ("关于印发某县2018年工作要点的通知", "policy"),
        ("关于进一步加强河道管理的实施意见", "policy"),
        ("关于召开全县工作会议的通知", ""),
        ("某县扎实推进停车管理工作", ""),
        ("关于对《某县停车管理办法（征求意见稿）》公开征求意见的公告", ""),
        ("一图读懂某县停车管理办法", "explanation"),
    ],
)
def test_which_titles_are_policies(title: str, kind: str) -> None:
    assert [s.indicator for s in looked(article(title))] == ([kind] if kind else [])


def test_the_home_page_tells_what_it_leads_to_besides_its_entries() -> None:
    body = "<body><a href='http://www.gov.cn/zt/18d/'><img src='/b.jpg' alt='学习贯彻重要会议精神'></a><a href='/x'>更多</a></body>"
    (one,) = looked(body, "home", "http://www.mou.gov.cn/")
    assert one.indicator == "linked"
    assert ["http://www.gov.cn/zt/18d/", "学习贯彻重要会议精神"] in one.detail["links"]


def test_no_pack_makes_a_fault_of_it() -> None:
    for name in known_packs():
        pack = load_pack(name)
        covered = {word for rule in pack.rules.values() for word in rule.covers}
        assert not set(duties.INDICATORS) & (set(pack.rules) | covered)
