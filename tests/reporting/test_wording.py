import re
from datetime import date
from pathlib import Path

import pytest
from made_up import finding, verdict

from govcrawl.contracts import ColumnVerdict, ProbeCount
from reporting.wording import COVERED_BY, WORDING, detail_words, wording

IDS = """site_unreachable home_not_updated columns_not_updated columns_blank serious_error poor_response service_not_useful
security_incident score_below_pass home_unavailable dead_link home_few_updates column_stale column_blank inaccurate_info
consult_missing survey_missing interview_missing guide_incomplete form_missing online_system_down typo privacy_leak
hidden_link malicious_code missing_identity domain_irregular name_mismatch notice_missing closed_but_running
unregistered_site counterfeit_site repost_missing redated_old_text deleted_to_fix""".split()


def test_every_indicator_of_the_contract_has_words():
    assert set(WORDING) == set(IDS)
    assert set(COVERED_BY) | set(COVERED_BY.values()) <= set(IDS)


@pytest.mark.parametrize("indicator", [*IDS, "own_rule"])
@pytest.mark.parametrize("found", [0, 1, 3])
def test_each_says_something_whatever_is_known(indicator, found):
    seen = wording(indicator).seen(verdict(), tuple(finding(indicator, n=n) for n in range(found)))
    assert re.search("[一-鿿]", seen)
    assert not re.search("None|[{}]|“”|0[处条个项]", seen)


def say(indicator, *details, **seen):
    return wording(indicator).seen(
        verdict(**seen), tuple(finding(indicator, n=n, detail=d) for n, d in enumerate(details))
    )


def column(name, newest=None, state="stale"):
    return ColumnVerdict(name, "http://x.example.cn/", "news", newest, 0, state)


def test_what_was_seen():
    assert say("site_unreachable", probes=ProbeCount(40, 2)) == "监测访问40次，失败2次（5%）"
    assert say("home_not_updated", {"newest": "2018-03-02"}) == "首页最近更新日期为2018年3月2日"
    assert say("score_below_pass", deductions=40.1) == "扣40.1分"
    assert say("typo", *[{"wrong": "案列", "right": "案例"}] * 2, {"wrong": "海拨", "right": "海拔"}) == (
        "将“案例”写为“案列”、“海拔”写为“海拨”等，共3处"
    )
    assert (
        say("poor_response", {"asked": "2017-11-02", "answered": None})
        == "2017年11月2日的网民留言至2018年6月15日未回应"
    )
    assert say("poor_response", {"asked": "2017-11-02", "answered": "2018-03-01"}).endswith("于2018年3月1日才回应")
    assert say("missing_identity", {"missing": ["icp", "police"]}) == "未见ICP备案编号、公安机关备案标识"
    assert say("counterfeit_site", {"host": "a.example"}) == "发现疑似仿冒该网站的站点（a.example）"


def test_columns():
    one = (column("要闻", date(2017, 10, 9)), column("公告", state="fresh"))
    assert say("column_stale", columns=one) == "“要闻”栏目超期未更新，最近更新日期为2017年10月9日"
    blank = tuple(column(f"栏目{n}", state="blank") for n in range(5))
    assert say("columns_blank", columns=blank) == "“栏目0”“栏目1”“栏目2”等5个栏目空白"
    assert say("column_blank", {}, {}) == "有2个栏目空白"


def test_serious_errors_are_not_repeated():
    assert say("serious_error", {"wrong": "甲", "right": "乙"}) == "有严重错误1处"


def test_details_for_the_ledger():
    assert detail_words({"status": "dns", "on_home": True}) == "状态：域名无法解析；位于首页：是"
    assert detail_words({"asked": "2017-11-02", "answered": None}) == "留言日期：2017-11-02；回应日期：无"
    assert detail_words({"missing": ["icp"], "status": 404, "x": 1}) == "缺少：ICP备案编号；状态：404；x：1"
    assert detail_words({"news": 2, "notice": 1, "policy": 1, "all": 10}) == (
        "动态要闻类栏目数：2；通知公告类栏目数：1；政策文件类栏目数：1；超期未更新的栏目合计：10"
    )


@pytest.mark.parametrize(
    "detail",
    [
        {"class": "news", "newest": None, "window_days": 14},
        {"newest": None, "count": 0, "items": 14, "dated": 0, "second_level": 8},
        {"blank": 5},
        {"target": "", "how": "script", "within": ""},
        {"what": "foreign-script", "words": []},
        {"wrong": "", "right": "", "term": "", "confidence": 1},
    ],
)
def test_no_key_of_ours_stands_in_what_a_clerk_signs(detail):
    assert not re.search("[A-Za-z]", detail_words(detail))


def test_reporting_never_imports_the_crawler():
    for path in Path(__file__).parents[2].glob("reporting/**/*.py"):
        assert not re.search(r"^\s*(?:import|from) (?:scrapy|redis|govcrawl\.spiders)", path.read_text(), re.M), path


def test_the_visits_of_a_finding_as_a_clerk_reads_them():
    counted = {"total": 20, "failed": 1, "inconclusive": 0, "share": 0.05, "low": 0.0089, "high": 0.2361}
    seen = {"outcomes": {"timeout": 1}, "monitors": {"kunming": 1}}
    assert detail_words(counted | seen) == (
        "访问次数：20；打不开次数：1；未能判断次数：0；打不开比例：5.00%；95%置信区间下限：0.89%；95%置信区间上限：23.61%；"
        "打不开的情形：超时1次；见到打不开的监测点：kunming1次"
    )


def test_a_packs_own_words():
    words = {"ipv6": "IPv6改造", "dead_link": "错链", "score_below_pass": "总分低于60分"}
    assert (wording("ipv6", words).name, wording("ipv6", words).heading) == ("IPv6改造", "IPv6改造")
    assert (wording("dead_link", words).name, wording("score_below_pass", words).name) == ("链接可用性", "总分低于60分")
    assert wording("ipv6").name == "ipv6"
    assert say("score_below_pass", deductions=41.0, score="59.333333") == "得59.333333分"
