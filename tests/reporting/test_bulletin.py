import re
from dataclasses import replace
from datetime import date

import pytest
from made_up import (
    CAMPAIGN,
    ENDS,
    FAILED_ROWS,
    INDICATORS,
    ISSUER,
    finding,
    reporting_as,
    result,
    sampling,
    snapshot,
    yunnan,
)

from govcrawl.contracts import ColumnVerdict, ProbeCount
from govcrawl.errors import Irreconcilable
from reporting.bulletin import action, basis, build, full_title, region


def text(bulletin, section):
    return "\n".join(p.lead + p.text for p in bulletin.sections[section].paragraphs)


@pytest.fixture(scope="module")
def printed():
    return build(yunnan())


def test_the_yunnan_bulletin(printed):
    assert printed.title == "云南省人民政府办公厅关于2018年二季度全省政府网站普查情况的通报"
    assert printed.number == "云府办明电〔2018〕33号"
    assert printed.addressees == "各州、市人民政府，省直各委、办、厅、局："
    assert printed.marks == ()
    assert printed.opening.startswith(
        "按照《国务院办公厅关于开展第一次全国政府网站普查的通知》（国办发〔2015〕15号）和"
    )
    assert printed.opening.endswith("组织开展了2018年二季度全省政府网站普查。现将普查情况通报如下：")
    assert [section.heading for section in printed.sections] == ["一、总体情况", "二、存在问题", "三、下一步工作要求"]
    assert printed.attachments == (
        "1. 2018年二季度全省政府网站普查情况",
        "2. 2018年二季度全省政府网站普查不合格网站名单",
    )
    assert [annex.label for annex in printed.annexes] == ["附件1", "附件2"]
    assert printed.dated == "2018年\u3000月\u3000日"


def test_its_figures_are_those_of_the_table(printed):
    assert text(printed, 0).splitlines()[0] == (
        "（一）检查情况。截至2018年6月15日，全省登记在册的在运行政府网站457个。通过5轮监测，共发现不合格网站29个，"
        "总体合格率94%。其中，昭通、楚雄、红河、文山、西双版纳、丽江、滇中新区等7个地区（部门）合格率100%。"
    )


def test_each_cause_is_counted_as_in_the_list(printed):
    reasons = [row[3] for row in FAILED_ROWS]
    counted = re.findall(r"因此不合格的网站(\d+)个", text(printed, 1))
    assert sorted(map(int, counted)) == sorted(reasons.count(reason) for reason in INDICATORS)
    assert "“曲靖农业信息网”（曲靖）监测访问99次，失败23次（23.2%；另有1次无法判定，不计入）" in text(printed, 1)
    assert "“昆明市盘龙区人民政府网站”（昆明）扣42.5分" in text(printed, 1)
    assert "“云南省移民开发局”（省直）将“案例”写为“案列”" in text(printed, 1)


def test_what_the_clerk_gave_is_in_the_demands(printed):
    demands = text(printed, 2)
    assert "并于7月15日前将整改情况" in demands
    assert demands.endswith("联系人及电话：信息公开处，0871—00000000。")
    plain = text(
        build(snapshot(result(), campaign=replace(CAMPAIGN, issuer=replace(ISSUER, deadline="", contact="")))), 2
    )
    assert "联系人" not in plain
    assert "报送" not in plain


def test_pending_findings_make_it_a_draft():
    states = ("pending", "pending", "confirmed", "dismissed")
    found = tuple(finding("dead_link", review=state, n=n) for n, state in enumerate(states))
    draft = build(snapshot(result(findings=found)))
    assert draft.marks == ("（草稿：2条问题线索尚未人工复核）",)
    assert "问题线索4条，其中人工复核确认1条，排除1条，尚未复核2条。" in text(draft, 0)
    assert "有不可用链接3条" in text(draft, 1)
    strict = build(snapshot(result(findings=found), campaign=reporting_as(require_review=True)))
    assert strict.marks == ("（草稿：2条问题线索尚未人工复核，未计入）",)
    assert "有不可用链接1条" in text(strict, 1)


def test_what_a_later_round_did_not_find_is_named_and_accuses_nobody():
    gone = finding("column_blank", gone=ENDS)
    told = text(build(snapshot(result(findings=(finding("dead_link"),), transient=(gone, finding("typo", n=2))))), 0)
    assert "尚未复核1条。另有问题线索1条在监测期内已消除，1条各轮监测结果不一致，均不计入（见问题台账）。" in told
    only = build(snapshot(result(transient=(gone,))))
    assert "（二）人工复核情况。另有问题线索1条在监测期内已消除，均不计入（见问题台账）。" in text(only, 0)
    assert text(only, 1) == "本次普查未发现应予通报的问题。"
    assert only.marks == ()


def test_a_dismissed_finding_is_never_told():
    bulletin = build(snapshot(result(findings=(finding("hidden_link", review="dismissed"),))))
    assert text(bulletin, 1) == "本次普查未发现应予通报的问题。"


def test_an_early_report_says_so():
    bulletin = build(snapshot(result(), partial="可用性监测尚未结束，只计已完成的访问。"))
    assert bulletin.marks == ("（可用性监测尚未结束，只计已完成的访问）",)
    assert text(bulletin, 0).endswith("可用性监测尚未结束，只计已完成的访问。")


def test_sampling_and_doubts_are_told():
    sites = [result("5301000001"), result("5301000002", "insufficient"), result("5303000003", "not_checked", "曲靖")]
    bulletin = build(snapshot(*sites, campaign=sampling(), notes=("登记表第5行未采用",)))
    figures = text(bulletin, 0)
    assert "本次抽查2个，抽查比例为66.7%。" in figures
    assert "另有1个网站证据不足，未判定合格与否，不计入合格率（见附件2）。" in figures
    assert "合格率100%。其中" not in figures  # 昆明 has a site that could not be judged
    assert [annex.label for annex in bulletin.annexes] == ["附件1", "附件2"]
    assert "登记表第5行未采用。" in figures


def test_nothing_wrong_and_a_single_annex():
    bulletin = build(snapshot(result(), result("5303000001", group="曲靖")))
    assert "通过5轮监测，未发现不合格网站，总体合格率100%。" in text(bulletin, 0)
    assert bulletin.attachments == ("2018年二季度全省政府网站普查情况",)
    assert bulletin.annexes[0].label == "附件"


def test_nothing_judged_yet():
    bulletin = build(snapshot(result(outcome="not_checked")))
    assert "尚无可以判定合格与否的网站。" in text(bulletin, 0)
    assert "100%" not in text(bulletin, 0)


def test_no_group_is_spotless_with_a_doubt_or_without_a_check():
    sites = [
        result("5301000001"),
        result("5301000002", "insufficient"),
        result("5303000001", "not_checked", "曲靖"),
        result("5304000001", group="玉溪"),
        result("5305000001", "fail", "保山"),
    ]
    assert "其中，玉溪合格率100%。" in text(build(snapshot(*sites)), 0)


def test_faults_that_failed_nobody_come_after_the_causes_and_name_the_worst_three():
    sites = [
        result(
            f"530100000{n}",
            findings=tuple(finding("dead_link", f"530100000{n}", n=k, detail={"on_home": k == 0}) for k in range(n)),
        )
        for n in range(1, 6)
    ]
    problems = build(snapshot(*sites, result("5303000001", "fail", "曲靖"))).sections[1].paragraphs
    assert [p.lead for p in problems] == ["（一）首页长期不更新。", "（二）链接不可用。"]
    assert problems[1].text.startswith(
        "涉及网站5个，共15处。如“昆明网站5301000005”（昆明）有不可用链接5条（其中首页1条）；"
    )
    assert problems[1].text.count("昆明网站") == 3


def test_a_graver_fault_is_not_told_twice_and_doubtful_sites_are_not_accused():
    stale = ColumnVerdict("要闻", "http://x.example.cn/", "news", date(2017, 10, 9), 5, "stale")
    vetoed = result(
        "5301000001",
        "fail",
        vetoes=("columns_not_updated",),
        reasons=("多个栏目不更新",),
        columns=(stale,) * 6,
        findings=(finding("column_stale"),),
    )
    doubtful = result("5301000002", "insufficient", findings=(finding("column_stale", "5301000002"),))
    problems = build(snapshot(vetoed, doubtful)).sections[1].paragraphs
    assert [p.lead for p in problems] == ["（一）多个栏目不更新。"]
    assert "等6个栏目超期未更新，其中“要闻”最近更新日期为2017年10月9日" in problems[0].text
    assert "5301000002" not in problems[0].text


def test_findings_of_a_veto_accuse_nobody_who_was_not_vetoed():
    bulletin = build(snapshot(result(findings=(finding("serious_error"), finding("site_unreachable", n=2)))))
    assert text(bulletin, 1) == "本次普查未发现应予通报的问题。"


def test_closed_sites_that_still_run_are_told():
    closed = result(
        "5301000002", "not_checked", status="永久关停", findings=(finding("closed_but_running", "5301000002"),)
    )
    assert "“昆明网站5301000002”（昆明）登记为关停，仍可访问" in text(build(snapshot(result(), closed)), 1)


def test_private_numbers_and_bad_links_are_not_repeated():
    found = (
        finding("privacy_leak", detail={"kind": "mobile", "masked": "138****0000"}, excerpt="电话13800000000"),
        finding("hidden_link", detail={"target": "http://bad.example/", "how": "off-screen"}, excerpt="博彩"),
    )
    problems = text(build(snapshot(result(findings=found))), 1)
    assert "公开了个人信息1处（涉及手机号码）" in problems
    assert "有暗链1处" in problems
    assert not re.search("138|bad.example|博彩", problems)


def test_figures_that_disagree_make_no_bulletin():
    with pytest.raises(Irreconcilable):
        build(snapshot(result(), result()))


def test_indicators_without_points_are_named_and_those_that_a_person_must_judge_apart():
    judged = result(unscored=("column_blank", "inaccurate_info", "form_missing", "survey_missing"))
    remarks = text(build(snapshot(judged, by_person=frozenset({"inaccurate_info", "survey_missing"}))), 0)
    assert "。栏目空白、附件下载缺失等指标未公布分值，只列问题、不扣分。" in remarks
    assert "。信息不准确、调查征集缺失等指标须由人检查，未列问题、未扣分。" in remarks
    alone = text(build(snapshot(judged, by_person=frozenset(judged.verdict.unscored))), 0)
    assert "未公布分值" not in alone


@pytest.mark.parametrize(
    ("title", "whole"),
    [
        ("2018年二季度全省政府网站普查", "甲办公厅关于2018年二季度全省政府网站普查情况的通报"),
        ("2018年普查情况", "甲办公厅关于2018年普查情况的通报"),
        ("2018年普查的情况", "甲办公厅关于2018年普查的情况的通报"),
        ("2018年普查情况的通报", "甲办公厅关于2018年普查情况的通报"),
        ("甲办公厅关于2018年普查的通报", "甲办公厅关于2018年普查的通报"),
        ("关于2018年普查", "甲办公厅关于2018年普查情况的通报"),
    ],
)
def test_titles(title, whole):
    assert full_title(title, "甲办公厅") == whole


def test_whom_the_issuer_speaks_for():
    names = (
        "云南省人民政府办公厅",
        "楚雄彝族自治州人民政府办公室",
        "昆明市政府办公室",
        "广西壮族自治区人民政府",
        "某某局",
    )
    assert [region(name) for name in names] == ["全省", "全州", "全市", "全区", "本地区"]


def test_basis_by_pack_and_date():
    assert "47号" in basis("2015@1", ENDS)
    assert "47号" not in basis("2015@1", date(2017, 3, 24))
    assert "国办秘函〔2019〕19号" in basis("2019@1", date(2021, 3, 31))
    assert basis("own@1", ENDS) == ""


def test_what_the_campaign_calls_itself():
    assert [action(t) for t in ("一季度抽查", "一季度抽查情况", "专项行动")] == ["抽查", "抽查", "检查"]


def test_probes_without_doubt():
    one = result(outcome="fail", vetoes=("site_unreachable",), reasons=("站点无法访问",), probes=ProbeCount(40, 2))
    assert "“昆明网站5301000001”（昆明）监测访问40次，失败2次（5%）。" in text(build(snapshot(one)), 1)


def test_a_standard_with_a_full_score_speaks_in_its_own_words():
    words = {"ipv6": "IPv6改造", "score_below_pass": "总分低于60分"}
    below = (finding("score_below_pass", detail={"score": 59.0}),)
    failed = result(
        "5301000001",
        "fail",
        vetoes=(),
        reasons=("总分低于60分",),
        deductions=41.0,
        score="59",
        unscored=("ipv6",),
        findings=below,
    )
    text = " ".join(p.text for section in build(snapshot(failed, words=words)).sections for p in section.paragraphs)
    assert "IPv6改造指标未公布分值" in text
    assert "得59分" in text
