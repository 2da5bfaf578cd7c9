"""Codes, names and addresses against the register: what is certain is listed, for a person to confirm; in doubt nothing is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from govcrawl.contracts import Finding, Observation
from pipelines.judged_identity import _abolished, irregular, other_codes, outdated
from pipelines.rulings import Beside
from pipelines.standards import load_pack
from tests.pipelines.build import FINE, HOME, SITE, fine_with, footer, home, judge, see

OTHER = "5301000002"


def found(indicator: str, looks: list[Observation] = FINE, **more: Any) -> list[Finding]:
    verdict = judge(looks, **more)
    assert verdict.verdict == "pass"
    return [f for f in verdict.findings if f.indicator == indicator]


# --- codes ---


def marked(**marks: Any) -> Observation:
    one = footer()
    one.data.update(marks)
    return one


def test_a_code_of_another_registered_site_is_told_with_its_name() -> None:
    looks = fine_with(footer(code=OTHER), but="footer")
    (one,) = found("missing_identity", looks, beside=Beside({OTHER: "另一网站"}))
    assert one.detail == {"missing": [], "site_code_shown": OTHER, "site_code_of": "另一网站"}
    (one,) = found("missing_identity", looks)
    assert "site_code_of" not in one.detail


def test_messages_that_go_to_another_site_are_seen_by_the_code_of_the_entry() -> None:
    (one,) = found("missing_identity", fine_with(marked(error_report=OTHER), but="footer"))
    assert one.detail == {"missing": [], "error_report_code": OTHER}
    for right in (SITE.code, "http://pucha.example.cn/jiucuo.js", ""):
        looks = fine_with(marked(error_report=right), footer(path="a/"), but="footer")
        assert found("missing_identity", looks) == []


def test_the_codes_to_look_up_are_those_that_are_not_its_own() -> None:
    looks = [marked(error_report=OTHER), marked(error_report="http://a/"), footer(code="BM01000001"), home(1)]
    assert other_codes(looks, SITE.code) == {OTHER, "BM01000001"}
    assert other_codes([footer(code="BM01000001")], "bm01000001") == set()


def test_a_page_that_shows_its_own_code_beside_others_is_not_blamed() -> None:
    """A notice on the home page names the code of another site; its own stands in the foot, or above."""
    for shown, others in ((SITE.code, [OTHER]), (OTHER, [SITE.code])):
        assert found("missing_identity", fine_with(marked(site_code=shown, others=others), but="footer")) == []
    (one,) = found("missing_identity", fine_with(marked(site_code=OTHER, others=["5301000003"]), but="footer"))
    assert one.detail["site_code_shown"] == OTHER


def test_a_code_that_lacks_a_digit_is_shown_and_wrong_not_missing() -> None:
    (one,) = found("missing_identity", fine_with(marked(site_code="530100001"), but="footer"))
    assert one.detail == {"missing": [], "site_code_shown": "530100001"}


# --- names ---


@pytest.mark.parametrize(
    ("text", "registered", "old"),
    [
        ("某县国土资源局", "某县自然资源局", "国土资源局"),
        ("某市环保局门户网站", "某市生态环境局", "环保局"),
        ("某州食品药品监督管理局", "某州市场监督管理局", "食品药品监督管理局"),
        ("某省卫生和计划生育委员会", "某省卫生健康委员会", "卫生和计划生育委员会"),
        ("某县农业局", "某县农业农村局", "农业局"),
        ("某县人民政府扶贫办", "某县乡村振兴局", "扶贫办"),
        ("某市人民政府法制办公室", "某市司法局", "人民政府法制办公室"),
        ("某县国土资源局", "某县国土资源局", ""),
        ("某县国土资源局", "某县国土资源局 某县自然资源局", ""),
        ("某县国土资源局", "某县住房和城乡建设局", ""),
        ("某县自然资源局（原国土资源局）", "某县自然资源局", ""),
        ("原国土资源局网站", "某县自然资源局", ""),
        ("某县自然资源局 国土资源局旧站", "某县自然资源局", ""),
        ("某县农业农村局", "某县农业农村局", ""),
        ("某省林业和草原局", "某省林业和草原局", ""),
        ("国家税务总局某市税务局", "国家税务总局某市税务局", ""),
        ("某县食品药品监督管理局", "某县食品药品监督管理局 某县药品检验所", ""),
        ("首页", "某县自然资源局", ""),
    ],
)
def test_an_abolished_office_counts_only_where_the_register_has_its_successor(
    text: str, registered: str, old: str
) -> None:
    assert outdated(text, registered) == old


def test_no_new_name_is_taken_for_an_old_one() -> None:
    successors = [word for _, new in _abolished() for word in new.pattern.split("|")]
    for word in successors:
        for office in (f"某县{word}", f"某县{word}局", f"某省{word}厅"):
            assert not any(old.search(office) for old, _ in _abolished()), office


def test_the_title_and_the_footer_of_the_home_page_are_read() -> None:
    site = replace(SITE, name="示例县自然资源局网站", organiser="示例县自然资源局")
    looks = [o for o in FINE if o.kind not in ("home", "footer")]
    page, foot = home(*range(12)), marked(organiser="示例县国土资源局")
    page.data["title"] = "示例县国土资源局"
    (one,) = found("name_mismatch", [*looks, page, footer()], site=site)
    told = {"registered": site.name, "organiser": site.organiser, "shown": "国土资源局", "where": "title"}
    assert (one.detail, one.excerpt, one.review) == (told, "示例县国土资源局", "pending")
    (one,) = found("name_mismatch", [*looks, home(*range(12)), foot], site=site)
    assert one.detail["where"] == "organiser"
    inner = replace(foot, url=f"{HOME}xxgk/")
    assert found("name_mismatch", [*looks, home(*range(12)), footer(), inner], site=site) == []
    assert found("name_mismatch", [*looks, page, footer()]) == []


def test_a_name_that_the_last_round_saw_mended_is_no_fault() -> None:
    site = replace(SITE, name="示例县自然资源局网站")
    first, last = home(*range(12)), home(*range(12), round=2)
    first.data["title"] = "示例县国土资源局"
    assert found("name_mismatch", fine_with(first, last, but="home"), site=site) == []


# --- addresses ---


@pytest.mark.parametrize(
    ("url", "organiser", "portal", "why"),
    [
        ("http://www.mou.gov.cn/", "某县人民政府", True, []),
        ("https://www.mou.gov.cn:443/", "某县人民政府", True, []),
        ("http://www.gov.cn/", "国务院办公厅", True, []),
        ("http://mou.gov.cn/", "某县人民政府", True, []),
        ("http://www.mou.gov.cn:99999/", "某县水利局", False, []),
        ("http://www.a.com/", "某县发展改革委", False, ["suffix"]),
        ("http://www.a.com/", "某县水利局信息网", False, ["suffix"]),
        ("http://www.a.com/", "中共某县委", False, []),
        ("http://www.a.com/", "共青团某市委", False, []),
        ("http://www.a.com/", "某县人民法院", False, []),
        ("http://www.a.com/", "某社区居民委员会", False, []),
        ("http://www.a.com/", "某市供电局", False, []),
        ("http://某县.政务/", "某县人民政府", True, []),
        ("http://tjj.mou.gov.cn/", "某县统计局", False, []),
        ("http://xs.mou.gov.cn/", "某县人民政府", True, ["structure"]),
        ("http://www.mou.gov.cn:8080/", "某县人民政府", True, ["port"]),
        ("http://www.mouxian.com/", "某县人民政府", True, ["suffix"]),
        ("http://www.mou-gov.cn/", "某县水利局", False, ["suffix"]),
        ("http://www.gov.cn.mou.com/", "某县水利局", False, ["suffix"]),
        ("http://www.mougov.cn:81/", "某县水利局", False, ["suffix", "port"]),
        ("http://www.mouxian.com/", "某县公共资源交易中心", False, []),
        ("http://www.mouxian.com/", "某县图书馆", False, []),
        ("http://47.92.13.5/", "某县水利局", False, ["ip"]),
        ("http://[2001:da8:1::5]:81/", "某县水利局", False, ["ip", "port"]),
        ("http://127.53.1.2:8530/", "某县水利局", False, []),
        ("http://192.168.1.2/", "某县水利局", False, []),
        ("http://server/", "某县水利局", False, []),
    ],
)
def test_what_is_wrong_with_an_address(url: str, organiser: str, portal: bool, why: list[str]) -> None:
    assert list(irregular(url, organiser, portal)) == why


def test_an_irregular_address_is_listed_since_the_guide_of_2017() -> None:
    site = replace(SITE, home="http://www.example.com/", name="示例市水利局网站", organiser="示例市水利局")
    looks = [replace(o, url=o.url.replace(HOME, site.home)) for o in FINE]
    (one,) = found("domain_irregular", looks, site=site)
    assert (one.detail, one.url) == ({"host": "www.example.com", "why": ["suffix"]}, site.home)
    early = judge(looks, site=site, as_of=date(2017, 6, 1))
    assert [f for f in early.findings if f.indicator == "domain_irregular"] == []
    assert judge(looks, site=site).deductions == judge().deductions


def test_under_2019_it_is_listed_and_costs_nothing() -> None:
    site = replace(SITE, home="http://www.example.com/", name="示例市水利局网站", organiser="示例市水利局")
    verdict = judge(FINE, site=site, pack=load_pack("2019"))
    (item,) = [item for item in verdict.items if item.indicator == "domain_irregular"]
    assert (item.points, verdict.vetoes) == (None, ())


# --- a changed address ---


def doubts(former: str, *notices: Observation) -> list[str]:
    verdict = judge(fine_with(*notices), beside=Beside(former=former))
    assert verdict.verdict == "pass"
    return [d for d in verdict.doubts if "域名变更公告" in d]


def test_a_changed_address_without_a_notice_is_told_and_accuses_nobody() -> None:
    (told,) = doubts("http://www.old.gov.cn/")
    assert "http://www.old.gov.cn/" in told
    assert HOME in told
    assert judge(beside=Beside(former="http://www.old.gov.cn/")).findings == ()
    for same in ("", HOME, "https://example.gov.cn/index.html", "http://WWW.example.gov.cn:80/"):
        assert doubts(same) == []
    listed = home(*range(12))
    listed.data["items"][3][1] = "某县人民政府网站域名变更公告"
    assert not [
        d
        for d in judge(fine_with(listed, but="home"), beside=Beside(former="http://www.old.gov.cn/")).doubts
        if "域名变更" in d
    ]
    notice = see("notice", HOME, {"notice": "domain", "target": ""}, excerpt="本网站启用新域名")
    assert doubts("http://www.old.gov.cn/", notice) == []
