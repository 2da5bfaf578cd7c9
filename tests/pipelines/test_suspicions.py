"""The register against the web: what is told, and above all what isn't."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.contracts import Observation, Outlink, Site, Suspicion, Trace
from pipelines.suspicions import _near, _spare, suspicions, trace
from tests.pipelines.build import HOME, SITE, home, judge, probes, see

KM = Site("5301000001", "昆明市人民政府", "http://www.km.gov.cn/", "昆明", region="昆明市")
EDU = Site("5301000002", "昆明市教育体育局", "http://jtj.km.gov.cn/", "昆明", region="昆明市")
OLD = Site("5301000003", "昆明市老戏台网", "http://lxt.km.gov.cn/", "昆明", region="昆明市", status="永久关停")
SITES = [KM, EDU, OLD]
PAGE = "http://jtj.km.gov.cn/"


def link(url: str, text: str = "", outcome: str = "ok", title: str = "", found_on: str = PAGE) -> Outlink:
    return Outlink(url, text, found_on, outcome, 200, title)  # type: ignore[arg-type]


def by(*links: Outlink, site: Site = EDU, gone: str = "") -> Trace:
    return trace(site, links, (), judge()) if not gone else Trace(site.code, links, gone)


def found(*traces: Trace, closed: tuple[Observation, ...] = (), unreachable: tuple[str, ...] = ()) -> list[Suspicion]:
    return suspicions(SITES, traces, closed, set(unreachable))


def kinds(some: list[Suspicion]) -> dict[str, str]:
    return {s.host: s.kind for s in some}


def looked(**more: Any) -> Observation:
    data = {
        "outcome": "ok",
        "status": 200,
        "title": "昆明市老戏台网",
        "own": 40,
        "items": 9,
        "code": "",
        "notice": "",
        "page": "home",
    }
    return replace(see("closed", OLD.home, data | more), site=OLD.code)


# --- 带病运行 ---


def test_a_closed_site_whose_home_page_is_there_still_runs() -> None:
    (one,) = found(closed=(looked(),))
    assert (one.kind, one.site, one.url) == ("closed_but_running", OLD.code, OLD.home)
    assert one.why == "登记为永久关停，首页仍可打开（标题“昆明市老戏台网”）"
    assert "可能已由他人使用" in found(closed=(looked(title="澳门金沙"),))[0].why
    assert "他人" not in found(closed=(looked(title="首页", code=OLD.code),))[0].why


@pytest.mark.parametrize(
    "more",
    [
        {"outcome": "dns"}, {"outcome": "http_error", "status": 404}, {"outcome": "redirect"}, {"notice": "closed"},
        {"notice": "moved"}, {"own": 2, "items": 0}, {"outcome": "challenge"}, {"outcome": "our_fault"},
    ],
)  # fmt: skip
def test_a_closed_site_that_is_closed_is_not_told(more: dict[str, Any]) -> None:
    assert found(closed=(looked(**more),)) == []


def test_a_closed_address_that_shows_an_open_site_does_not_run() -> None:
    """The portal answers for every name below its own, or the old address leads there."""
    assert found(closed=(looked(title="昆明市人民政府", code=KM.code),)) == []
    assert found(closed=(looked(title="昆明市人民政府门户网站"),)) == []
    assert found(closed=(replace(looked(title="首页"), url=KM.home),)) == []
    assert len(found(closed=(looked(title="昆明市老戏台网 昆明市人民政府", code=""),))) == 1


def test_the_last_look_at_a_closed_site_counts() -> None:
    assert found(closed=(looked(), replace(looked(outcome="dns"), round=2))) == []


# --- 违规关停 ---


def test_a_name_that_no_visit_could_resolve_is_gone() -> None:
    dns = [replace(p, outcome="dns") for p in probes(0, 20)]
    verdict = judge([], dns)
    assert trace(SITE, (), dns, replace(verdict, pages=0)).gone == "20次访问中域名均无法解析，网站疑似已自行下线"
    assert trace(SITE, (), dns, replace(verdict, pages=3)).gone == ""
    assert trace(SITE, (), probes(0, 20), replace(verdict, pages=0)).gone == ""  # timeouts: site_unreachable, no more
    assert trace(SITE, (), [*dns, *probes(1)], replace(verdict, pages=0)).gone == ""
    assert trace(SITE, (), dns[:2], replace(verdict, pages=0)).gone == ""
    assert (
        trace(SITE, (), [replace(p, failed=None) for p in dns], replace(verdict, pages=0)).gone == ""
    )  # our own outage


def test_a_notice_on_the_home_page_of_a_running_site() -> None:
    notice = see("notice", HOME, {"notice": "closed", "target": ""}, excerpt="本网站已于2018年3月关停。", key="closed")
    verdict = judge([home(400, 410), notice], probes(20))
    why = trace(SITE, (), probes(20), verdict).gone
    assert why == "首页公告称网站已关停或停止更新（“本网站已于2018年3月关停。”）"
    (one,) = suspicions([SITE], [Trace(SITE.code, (), why)], (), set())
    assert (one.kind, one.site, one.why) == ("gone", SITE.code, why)


# --- 错链断链 ---


def test_links_to_sites_that_are_closed_gone_or_unreachable() -> None:
    links = (link("http://lxt.km.gov.cn/", "老戏台"), link("http://km.gov.cn/", "市政府"))
    assert kinds(found(by(*links))) == {"lxt.km.gov.cn": "link_to_closed"}
    told = found(by(*links), unreachable=(KM.code,))
    assert {(s.host, s.why, s.linked_by, s.example) for s in told} == {
        ("lxt.km.gov.cn", "登记为永久关停", 1, PAGE), ("km.gov.cn", "本次普查站点无法访问", 1, PAGE),
    }  # fmt: skip
    gone = found(by(*links), by(site=KM, gone="首页公告称网站已迁移"))
    assert kinds(gone)["km.gov.cn"] in ("gone", "link_to_closed")
    assert sorted(s.kind for s in gone) == ["gone", "link_to_closed", "link_to_closed"]


def test_a_host_that_an_open_site_shares_is_not_closed() -> None:
    sites = [*SITES, replace(KM, code="5301000009", home="http://lxt.km.gov.cn/jyj/")]
    assert suspicions(sites, [by(link("http://lxt.km.gov.cn/"))], (), set()) == []


# --- 未纳入监管 ---


def test_a_host_under_a_registered_domain_that_no_row_has() -> None:
    new = link("http://slj.km.gov.cn/", "昆明市水利局")
    (one,) = found(by(new), by(new, site=KM))
    assert (one.kind, one.host, one.title, one.linked_by) == ("unregistered_site", "slj.km.gov.cn", "昆明市水利局", 2)
    (local,) = found(by(link("http://www.kmxx.com/", "昆明市西翔区人民政府")))
    assert (local.kind, local.host) == ("unregistered_site", "kmxx.com")


@pytest.mark.parametrize(
    "one",
    [
        link("http://www.gov.cn/", "中国政府网"), link("http://www.moe.gov.cn/", "教育部"), link("http://www.cd.gov.cn/", "成都市人民政府"),
        link("http://jtj.km.gov.cn/x/1.html", "本站"), link("http://www.km.gov.cn/", "市政府"), link("http://weibo.com/km", "昆明发布"),
        link("http://slj.km.gov.cn/", "昆明市水利局", outcome="dns"), link("http://192.0.2.7/", "昆明市水利局"),
        link("http://www.news-a.com/1.html", "昆明举行会议"), link("http://mail.km.gov.cn/", "邮箱"), link("http://oa2.km.gov.cn/", "办公"),
        link("http://zwfw.km.gov.cn/", "政务服务"), link("http://m.km.gov.cn/", "手机版"), link("http://fy.km.gov.cn/", "昆明市中级人民法院"),
        link("http://www.kmgd.com/", "昆明供电局"), link("http://www.kmtw.com/", "共青团昆明市委员会"),
    ],
)  # fmt: skip
def test_hosts_that_are_registered_elsewhere_or_are_none(one: Outlink) -> None:
    assert found(by(one)) == []


def test_hosts_beside_a_site_are_in_the_register_of_who_has_the_domain() -> None:
    """A county's register: its sites lie below the prefecture's domain, as those of others do."""
    county = [
        replace(KM, home="http://www.xs.km.gov.cn/", group="西山"),
        replace(EDU, home="http://jtj.xs.km.gov.cn/", group="西山"),
    ]
    links = (link("http://slj.km.gov.cn/", "水利"), link("http://slj.xs.km.gov.cn/", "水利"))
    assert kinds(suspicions(county, [by(*links)], (), set())) == {"slj.xs.km.gov.cn": "unregistered_site"}
    inside = [replace(KM, home="http://www.km.gov.cn/xs/")]
    assert suspicions(inside, [by(*links)], (), set()) == []


# --- 仿冒 ---


@pytest.mark.parametrize(
    "one",
    [
        link("http://www.km-fake.com/", title="昆明市教育体育局"),
        link("http://www.km-fake.com/", title="欢迎访问昆明市教育体育局网站"),
        link("http://www.km-fake.com/", title="昆明市 教育体育局门户网站-首页"),
        link("http://www.kmgov.com/", title="彩票"),
        link("http://km-gov.cn/"),
        link("http://www.km.gov.cn.a-b.com/"),
    ],
)
def test_a_strangers_host_that_bears_a_registered_name_or_looks_like_one(one: Outlink) -> None:
    (told,) = found(by(one))
    assert (told.kind, told.group, told.linked_by) == ("counterfeit_site", "昆明", 1)


def test_the_title_that_is_told_is_the_one_that_bears_the_name() -> None:
    """Two sites saw two titles of one host."""
    seen = [link("http://www.km-fake.com/", title="A1彩票"), link("http://www.km-fake.com/", title="昆明市教育体育局")]
    (told,) = found(by(seen[0]), by(seen[1], site=KM))
    assert "“昆明市教育体育局”与登记网站" in told.why


def test_a_long_name_may_differ_by_a_character() -> None:
    centre = replace(KM, name="昆明市公共资源交易服务中心", home="http://ggzy.km.gov.cn/")
    told = suspicions([centre], [by(link("http://a-b.com/", title="昆明市公共资源交易服务中芯"))], (), set())
    assert [s.kind for s in told] == ["counterfeit_site"]
    assert suspicions([EDU], [by(link("http://a-b.com/", title="昆明市教育体育厅"))], (), set()) == []
    hai = replace(KM, name="西双版纳傣族自治州勐海县人民政府", home="http://www.hai.gov.cn/")
    la = link("http://a-b.com/", title="西双版纳傣族自治州勐腊县人民政府")
    assert suspicions([hai], [by(la)], (), set()) == [], "another county"


@given(
    st.text("甲乙丙丁戊", min_size=7, max_size=24),
    st.integers(0, 23),
    st.sampled_from(["", "己", "己庚"]),
    st.integers(0, 3),
)
def test_no_name_that_is_alike_is_left_out_beforehand(name: str, at: int, put: str, cut: int) -> None:
    title = name[:at] + put + name[at + cut :]
    if _near(name, title):
        assert len(set(name) - set(title)) <= _spare(name, title)


@pytest.mark.parametrize(
    "one",
    [
        link("http://www.km-news.com/1.html", title="昆明市教育体育局"),  # an article of that title
        link("http://www.km-news.com/", title="昆明新闻网"),
        link(
            "http://www.km-fake.com/", "昆明市教育体育局", title="某公司"
        ),  # the words of the link are the linking site's
        link("http://www.km-fake.com/", title="首页"),
        link("http://xx.km.edu.cn/", title="昆明市教育体育局"),  # public bodies have such names
        link("http://www.km-fake.com/", title="昆明市教育体育局", outcome="dns"),
    ],
)
def test_what_bears_no_registered_name(one: Outlink) -> None:
    assert [s for s in found(by(one)) if s.kind == "counterfeit_site"] == []


def test_of_a_host_the_best_example_is_kept_and_of_a_site_so_many() -> None:
    links = [
        link("http://b.gov.cn/1.html", "一"),
        link("http://b.gov.cn/", "首页"),
        link("http://b.gov.cn/", "坏", outcome="dns"),
    ]
    assert [one.text for one in by(*links).links] == ["首页"]
    many = [link(f"http://h{n}.gov.cn/") for n in range(400)]
    assert len(by(*many).links) == 300
    assert by(link(f"{PAGE}a.pdf"), link("http://www.baidu.com/")).links == ()


def test_the_order_does_not_matter() -> None:
    links = (
        link("http://lxt.km.gov.cn/"),
        link("http://slj.km.gov.cn/", "昆明市水利局"),
        link("http://www.kmgov.com/"),
    )
    assert found(by(*links), by(*links, site=KM)) == found(by(*reversed(links), site=KM), by(*reversed(links)))
