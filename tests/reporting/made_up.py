"""Snapshots made up for the tests of reporting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from govcrawl.contracts import (
    Campaign,
    ColumnVerdict,
    Finding,
    Issuer,
    ProbeCount,
    ReportPlan,
    Scope,
    Site,
    Verdict,
)
from reporting.snapshot import SiteResult, Snapshot

PACK, ENDS = "2015-yunnan@1", date(2018, 6, 15)

#: 附件1 and 附件2 of the Yunnan bulletin of 2018-06-26, as printed.
SUMMARY = """省直 62 4 94%
昆明 62 4 94%
昭通 30 0 100%
曲靖 31 2 94%
玉溪 15 3 80%
保山 22 5 77%
楚雄 36 0 100%
红河 16 0 100%
文山 14 0 100%
普洱 12 1 92%
西双版纳 13 0 100%
大理 29 3 90%
德宏 6 1 83%
丽江 9 0 100%
怒江 43 2 95%
迪庆 9 1 89%
临沧 46 3 94%
滇中新区 2 0 100%
总计 457 29 94%"""
FAILED = """省直 云南省工商行政管理局红盾外网 5300000010 错字漏字
省直 云南省移民开发局 5300000064 错字漏字
省直 云南省供销合作社 5300000051 错字漏字
省直 云南省公共资源交易信息网 5300000057 多个栏目空白
昆明 昆明市西山区人民政府网站 5301120004 错字漏字
昆明 昆明市官渡区人民政府网站 5301110005 错字漏字
昆明 昆明市盘龙区人民政府网站 5301030005 扣分大于40分
昆明 昆明市统计局网站 5301000032 错字漏字
曲靖 曲靖农业信息网 5303000015 站点无法访问
曲靖 曲靖市质量技术监督局信息网 5303000001 错字漏字
玉溪 玉溪市林业局 5304000026 错字漏字
玉溪 江川区人民政府 5304210001 错字漏字
玉溪 峨山县人民政府 5304260001 扣分大于40分
保山 腾冲市人民政府 5305220003 错字漏字
保山 隆阳区门户网站 5305020001 错字漏字
保山 龙陵县门户网站 5305230001 错字漏字
保山 昌宁县人民政府门户网 5305240001 错字漏字
保山 保山市公共资源交易中心 5305000018 错字漏字
普洱 孟连政务信息网 5308270046 站点无法访问
大理 祥云县人民政府门户网站 5329230001 错字漏字
大理 漾濞彝族自治县人民政府门户网站 5329220040 错字漏字
大理 大理白族自治州食品药品监督管理局 5329000041 错字漏字
德宏 芒市人民政府 5331030001 错字漏字
怒江 兰坪网 5333250001 多个栏目空白
怒江 怒江州林业局 5333000006 站点无法访问
迪庆 维西傈僳族自治县人民政府门户网站 5334230003 错字漏字
临沧 临沧工商红盾信息网 5309000055 错字漏字
临沧 临沧市审计局信息网 5309000049 首页不更新
临沧 临沧市环境保护局信息公开网站 5309000040 错字漏字"""
SUMMARY_ROWS = [tuple(line.split()) for line in SUMMARY.splitlines()]
FAILED_ROWS = [tuple(line.split()) for line in FAILED.splitlines()]
INDICATORS = {
    "错字漏字": "typo",
    "多个栏目空白": "columns_blank",
    "扣分大于40分": "score_below_pass",
    "站点无法访问": "site_unreachable",
    "首页不更新": "home_not_updated",
}
ISSUER = Issuer(
    name="云南省人民政府办公厅",
    division="530000",
    order=tuple(row[0] for row in SUMMARY_ROWS[:-1]),
    number="云府办明电〔2018〕33号",
    contact="信息公开处，0871—00000000",
    deadline="7月15日",
    copies_to="省委各部委，省人大常委会办公厅，省政协办公厅",
    addressees="各州、市人民政府，省直各委、办、厅、局",
)
CAMPAIGN = Campaign(
    id="yn-2018q2",
    title="2018年二季度全省政府网站普查",
    standard="2015-yunnan",
    starts=date(2018, 4, 1),
    ends=ENDS,
    issuer=ISSUER,
    sites_file="sites.csv",
    rounds=5,
)


def site(code="5301000001", group="昆明", name="", **more):
    return Site(code=code, name=name or f"{group}网站{code}", home=f"http://{code}.example.cn/", group=group, **more)


def finding(indicator, code="5301000001", review="pending", n=1, **more):
    given = {"url": f"http://{code}.example.cn/p{n}.html", "found_on": f"http://{code}.example.cn/", "excerpt": "摘录"}
    given |= {"detail": {}, "evidence": f"page-{n}", "clause": "", **more}
    return Finding(f"{code}-{indicator}-{n}", "yn-2018q2", code, indicator, review=review, **given)


def verdict(code="5301000001", outcome="pass", **more):
    return Verdict(campaign="yn-2018q2", site=code, pack=PACK, as_of=ENDS, verdict=outcome, **more)


def result(code="5301000001", outcome="pass", group="昆明", name="", status="正常运行", **more):
    if outcome == "fail":
        more = {"vetoes": ("home_not_updated",), "reasons": ("首页不更新",)} | more
    if outcome == "insufficient":
        more = {"doubts": ("首页返回防火墙验证页",)} | more
    return SiteResult(site(code, group, name, status=status), verdict(code, outcome, **more))


def snapshot(*results, campaign=CAMPAIGN, **more):
    return Snapshot(campaign, PACK, tuple(results), **more)


def reporting_as(**plan):
    return replace(CAMPAIGN, report=ReportPlan(**plan))


def sampling():
    return replace(CAMPAIGN, scope=Scope(mode="sample", ratio=0.3, seed=1))


def yunnan(review="confirmed"):
    """457 sites, 29 of them failed as printed, with what a crawl would have seen of each."""
    results, codes = [], {row[2] for row in FAILED_ROWS}
    for group, name, code, reason in FAILED_ROWS:
        results.append(_failed(group, name, code, reason, review))
    for at, (group, running, failed, _) in enumerate(SUMMARY_ROWS[:-1]):
        for n in range(int(running) - int(failed)):
            code = f"row-{at * 100 + n + 2}" if group == "滇中新区" else f"53{at:02}99{n:04}"
            assert code not in codes
            results.append(result(code, group=group, deductions=12.5, pages=40))
    return snapshot(*results)


def _failed(group, name, code, reason, review):
    indicator = INDICATORS[reason]
    seen = {
        "typo": {"findings": (finding("typo", code, review, detail={"wrong": "案列", "right": "案例"}),)},
        "score_below_pass": {"deductions": 42.5, "vetoes": ()},
        "site_unreachable": {"probes": ProbeCount(100, 23, 1)},
        "columns_blank": {
            "columns": tuple(
                ColumnVerdict(f"栏目{n}", f"http://{code}.example.cn/c{n}/", "news", None, 0, "blank") for n in range(6)
            )
        },
        "home_not_updated": {"findings": (finding(indicator, code, review, detail={"newest": "2018-03-02"}),)},
    }[indicator]
    more = {"vetoes": (indicator,), "reasons": (reason,)} | seen
    return result(code, "fail", group, name, **more)
