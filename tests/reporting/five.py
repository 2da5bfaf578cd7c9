"""The five bulletins that were printed, as snapshots whose rows give their figures, and their tables as printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import reporting
from govcrawl.contracts import (
    Account,
    Campaign,
    ColumnVerdict,
    Issuer,
    Message,
    MessageVerdict,
    Named,
    RegisteredColumn,
    ReportPlan,
    Scope,
    Verdict,
)
from pipelines.judged_accounts import judge_accounts
from pipelines.standards import load_pack
from reporting.months import Check, gathered
from reporting.snapshot import Earlier, SiteResult, Snapshot
from tests.reporting.made_up import FAILED_ROWS, SUMMARY_ROWS, finding, site, yunnan

FORMS = Path(reporting.__file__).parent / "templates"
Printed = tuple[tuple[str, ...], Sequence[Sequence[str]]]  #: heading, rows


@dataclass(frozen=True)
class Five:
    """``slips``: (annex, row, column) from 0 → what is right where the printed figure is wrong, and why."""

    snapshot: Snapshot
    tables: tuple[Printed, ...]
    #: as printed, but for what ``slips`` names: sentences whose figures stand in no table
    sentences: tuple[str, ...] = ()
    slips: tuple[tuple[tuple[int, int, int], str, str], ...] = ()
    #: figures of the sentences that the print has wrong: as printed, right, why
    wrong: tuple[tuple[str, str, str], ...] = ()


def form(name):
    return (FORMS / f"form-{name}.j2").read_text("utf-8")


def plan(name, **more):
    return ReportPlan(template=str(FORMS / f"form-{name}.j2"), rows="register", **more)


def lines(text):
    return [tuple(line.split()) for line in text.strip().splitlines()]


# --- 云南 2018年二季度 -----------------------------------------------------------------------------------------------

YUNNAN_LATE = lines("""
1 省直 云南教育网 201803317d76969f 4月2日 4月11日 超期办结
2 省直 云南警方网 20180330f4710faa 4年2日 4月18日 超期办结
3 省直 云南警方网 201804023229b011 4月2日 4月18日 超期办结
4 省直 云南省审计厅 20180516492e6aec 5月17日 5月23日 超期办结
5 省直 云南省公共资源交易信息网 201804209b5d1c9c 4月20日 4月26日 超期办结
6 临沧 耿马政府公众信息网 20180402e44ab646 4月2日 4月10日 超期办结
""")


def _month_day(words):
    month, day = words.removesuffix("日").replace("年", "月").split("月")
    return date(2018, int(month), int(day))


@cache
def yunnan_2018():
    made = yunnan()
    order = {row[2]: n for n, row in enumerate(FAILED_ROWS, 1)}
    named = {"省直": ["云南教育网", "云南警方网", "云南省审计厅"], "临沧": ["耿马政府公众信息网"]}
    results, codes = [], {}
    for one in made.results:
        at = order.get(one.site.code, 1000)
        name = one.site.name
        if at == 1000 and named.get(one.site.group):
            name = named[one.site.group].pop(0)
            at = 3 if name == "云南省审计厅" else 0 if one.site.group == "省直" else 1000
        codes[name] = one.site.code
        results.append(replace(one, site=replace(one.site, name=name, line=at)))
    messages = []
    for _, _, name, number, accepted, closed, _ in YUNNAN_LATE:
        message = Message(number, codes[name], _month_day(accepted), _month_day(closed), "政府网站找错")
        messages.append(MessageVerdict(message, "late"))
    some = codes["云南教育网"]
    for n in range(164 + 21):
        platform = "政府网站找错" if n < 164 else "云南省政府网站曝光台"
        messages.append(MessageVerdict(Message(f"x{n}", some, date(2018, 5, 2), date(2018, 5, 3), platform), "in_time"))
    campaign = replace(made.campaign, report=plan("province"))
    snapshot = replace(made, campaign=campaign, results=tuple(results), messages=tuple(messages), form=form("province"))
    return Five(
        snapshot,
        (
            (("州、市/部门", "在运行网站数", "不合格网站数", "合格率"), SUMMARY_ROWS),
            (
                ("序号", "州、市/部门", "网站名称", "网站标识码", "存在问题"),
                [(str(n), *row) for n, row in enumerate(FAILED_ROWS, 1)],
            ),
            (("序号", "州、市/部门", "网站名称", "留言编号", "受理时间", "办结时间", "办理情况"), YUNNAN_LATE),
        ),
        (
            "在运行政府网站457个。通过5轮监测，共发现不合格网站29个，总体合格率94%。",
            "“政府网站找错”平台共受理网民有效留言170条，超时办结6条",
            "“云南省政府网站曝光台”平台共受理网民有效留言21条，均按时办结",
            "总体办结率97%",
        ),
        (
            ((0, 16, 3), "93%", "43/46 = 93.478%"),
            ((2, 1, 4), "4月2日", "“4年2日”为笔误"),
        ),
    )


# --- 德宏 2017年一季度 -----------------------------------------------------------------------------------------------

DEHONG = lines("""
州直 德宏州卫生和计划生育委员会 多个栏目空白
州直 德宏州教育局 多个栏目空白
梁河县 梁河县防震减灾局 首页长期未更新、多个栏目空白、严重错误
梁河县 梁河县交通运输局 首页长期未更新、多个栏目空白
梁河县 梁河县扶贫办 首页长期未更新、多个栏目空白
梁河县 梁河县卫生和计划生育局 首页长期未更新、多个栏目空白
梁河县 梁河县小厂乡 首页长期未更新、多个栏目空白
芒市 芒市扶贫办 首页长期未更新、栏目空白、严重错误
芒市 芒市轩岗乡人民政府 首页长期未更新、栏目空白
芒市 芒市五岔路乡人民政府 首页长期未更新、栏目空白
芒市 芒市三台山乡人民政府 首页长期未更新、栏目空白
盈江县 盈江县新城乡人民政府 多个栏目空白、严重错误
盈江县 盈江县工业园区管理委员会 多个栏目空白
盈江县 盈江县森林公安 多个栏目空白
陇川县 陇川县户撒乡人民政府 网站不更新、严重错误
陇川县 陇川县扶贫办 网站不更新、多个栏目空白
陇川县 陇川县景罕镇人民政府 网站不更新、严重错误
瑞丽市 瑞丽市财政局 严重错误、多个栏目空白
""")
_VETOES = {
    "多个栏目空白": "columns_blank",
    "栏目空白": "columns_blank",
    "首页长期未更新": "home_not_updated",
    "网站不更新": "home_not_updated",
    "严重错误": "serious_error",
}
DEHONG_ISSUER = Issuer(
    "德宏州人民政府办公室", "533100", "州直", ("州直", "梁河县", "芒市", "盈江县", "陇川县", "瑞丽市"),
    deadline="4月6日", addressees="各县市人民政府，州直各有关单位",
)  # fmt: skip


def _spot_check(month, report):
    """Each site fails in two of the three months at the most, each reason in one of them."""
    ends = date(2017, month + 1, 1) - timedelta(days=1)
    id_ = f"dh-2017-{month:02}"
    title = "2017年一季度全州政府网站抽查" if month == 3 else f"2017年{month}月全州政府网站抽查"
    campaign = Campaign(id_, title, "2015", date(2017, month, 1), ends, DEHONG_ISSUER, "sites.csv", report=report)
    results = []
    for n, (group, name, words) in enumerate(DEHONG):
        code = f"5331{n:06}"
        reasons = [word for k, word in enumerate(words.split("、")) if (n + k) % 3 + 1 == month]
        vetoes = tuple(dict.fromkeys(_VETOES[word] for word in reasons))
        given = {"vetoes": vetoes, "reasons": tuple(reasons)} if reasons else {}
        found = tuple(finding(veto, code, "confirmed", month) for veto in vetoes)
        verdict = Verdict(id_, code, "2015@1", ends, "fail" if reasons else "pass", findings=found, **given)
        results.append(SiteResult(site(code, group, name, line=n + 2), verdict))
    for n in range(40):
        code = f"53319{n:05}"
        looked = "pass" if n % 3 + 1 == month or n > 30 else "not_checked"
        results.append(SiteResult(site(code, "芒市", line=100 + n), Verdict(id_, code, "2015@1", ends, looked)))
    return Check(campaign, tuple(results))


@cache
def dehong_2017():
    ids = ("dh-2017-01", "dh-2017-02")
    checks = [_spot_check(month, plan("months", months=ids)) for month in (1, 2, 3)]
    # the same words in the order of the printed list, whichever month found them
    own, months, left = gathered(checks[2], checks[:2])
    results = []
    for n, one in enumerate(own.results):
        if n < len(DEHONG):
            words = DEHONG[n][2].split("、")
            assert sorted(words) == sorted(one.verdict.reasons)
            one = replace(one, verdict=replace(one.verdict, reasons=tuple(words)))
        results.append(one)
    named = (
        Named("德宏州住房公积金管理中心", "首页长期不更新", "2017年一季度", "德宏", line=2),
        Named("梁河县人民政府门户", "网站多个栏目为空白", "2017年一季度", "德宏", line=3),
        Named("盈江县民政局", "站点无法访问", "2016年", "德宏", state="仍未整改到位", line=4),
    )
    snapshot = Snapshot(
        own.campaign, "2015@1", tuple(results), notes=left, months=months, named=named, form=form("months")
    )
    above = ("序号", "州、市/部门", "网站名称", "存在突出问题")
    return Five(
        snapshot,
        (
            (
                above,
                lines("1 德宏 德宏州住房公积金管理中心 首页长期不更新\n2 德宏 梁河县人民政府门户 网站多个栏目为空白"),
            ),
            (above, lines("1 德宏 盈江县民政局 站点无法访问")),
            (
                ("序号", "县、市/部门", "单位名称", "存在突出问题"),
                [(str(n), *row) for n, row in enumerate(DEHONG, 1)],
            ),
        ),
        (
            "有2个不合格、1个未整改到位网站，不合格率达到了15.7%（附件1、附件2）",
            "2017年1—3月，州政府办公室",
            "本次抽查发现不合格政府网站18个（见附件3）",
        ),
    )


# --- 楚雄 2021年一季度 -----------------------------------------------------------------------------------------------

CHUXIONG_MEDIA = lines("""
州直部门 30 0 100%
楚雄市 8 0 100%
禄丰县 12 0 100%
南华县 5 0 100%
姚安县 10 0 100%
大姚县 13 0 100%
永仁县 8 0 100%
元谋县 5 0 100%
牟定县 9 0 100%
武定县 14 0 100%
双柏县 6 0 100%
""")
CHUXIONG_UNREGISTERED = lines("""
1 州人力资源和社会保障局 楚雄州考试中心 微信公众号
2 州自然资源规划局 楚雄州国土资源局 微信公众号
3 州民族宗教委 楚雄民宗之声 微博
""")
CHUXIONG_COLUMNS = lines("""
1 州民族宗教委 通知公告栏目超期不更新
2 州司法局 部分栏目信息超期不更新
3 州自然资源规划局 部分栏目信息超期不更新；发布信息涉个人隐私，如手机号码、银行账号。
4 州交通运输局 领导信息栏目空白
5 州卫生健康委 发布信息涉个人隐私，如手机号码。
6 州退役军人事务局 部分栏目信息超期不更新
7 州审计局 部分栏目信息超期不更新
8 州搬迁安置办 部分栏目信息超期不更新
""")
CHUXIONG_ENDS = date(2021, 3, 31)
PORTAL = "5323000001"


def _chuxiong_columns():
    """columns.csv, what was judged of them, and findings on their pages."""
    columns, seen, found = [], [], []

    def column(department, name, state, *kinds):
        url = f"http://{PORTAL}.example.cn/zl/{len(columns)}/"
        columns.append(RegisteredColumn(PORTAL, name, url, None, department))
        seen.append(ColumnVerdict(name, url, "notice", date(2020, 5, 6), 8, state))
        for n, kind in enumerate(kinds):
            on = {"url": f"{url}{n}.html", "found_on": url, "detail": {"kind": kind, "masked": "138****0000"}}
            found.append(finding("privacy_leak", PORTAL, "confirmed", len(found), **on))

    for _, department, words in CHUXIONG_COLUMNS:
        if words.startswith("通知公告"):
            column(department, "通知公告", "stale")
        elif words.startswith("领导信息"):
            column(department, "领导信息", "blank")
        elif words.startswith("部分"):
            column(department, "工作动态", "stale", *(("mobile", "bank_card") if "隐私" in words else ()))
            column(department, "政策文件", "stale")
        else:
            column(department, "公示", "fresh", "mobile")
        column(department, "机构职能", "fresh")
    column("州文化和旅游局", "工作动态", "fresh")
    return tuple(columns), tuple(seen), tuple(found)


@cache
def chuxiong_2021():
    order = tuple(row[0] for row in CHUXIONG_MEDIA)
    addressees = "各县市人民政府，州直各部门，楚雄高新区管委会"
    issuer = Issuer("楚雄州人民政府办公室", "532300", "州直部门", order, addressees=addressees)
    campaign = Campaign(
        "cx-2021q1", "2021年一季度全州政府网站和政府系统政务新媒体检查", "2019", date(2021, 1, 1), CHUXIONG_ENDS, issuer,
        "sites.csv", report=plan("media", digits=1),
    )  # fmt: skip
    rules = load_pack("2019")
    columns, seen, found = _chuxiong_columns()
    failed = {
        "5323220001": (
            "双柏县",
            "双柏县人民政府",
            ("空白栏目", "栏目超期不更新"),
            ("columns_blank", "columns_not_updated"),
        ),
        "5323240001": ("南华县", "南华县人民政府", ("空白栏目超过5个",), ("columns_blank",)),
    }

    def verdict(code, word, **more):
        return Verdict("cx-2021q1", code, rules.label, CHUXIONG_ENDS, word, **more)

    results = [SiteResult(site(PORTAL, "州直部门", line=2), verdict(PORTAL, "pass", columns=seen, findings=found))]
    for n, (code, (group, name, reasons, vetoes)) in enumerate(failed.items(), 3):
        results.append(
            SiteResult(site(code, group, name, line=n), verdict(code, "fail", vetoes=vetoes, reasons=reasons))
        )
    for n in range(26):
        code = f"53230000{n + 10}"
        results.append(SiteResult(site(code, "州直部门", line=n + 10), verdict(code, "pass")))
    accounts = []
    # the print says 政务微博 and 政务抖音号 in its text, 微博 in 附件3; of the 81 and 28 three are not registered
    platforms = ["微信公众号"] * 79 + ["微博"] * 27 + ["今日头条号"] * 9 + ["抖音号"] * 2
    unregistered = {int(row[0]) - 1: row for row in CHUXIONG_UNREGISTERED}
    for group, number, _, _ in CHUXIONG_MEDIA:
        for _ in range(int(number)):
            n = len(accounts)
            account = Account(f"{group}账号{n}", "", f"{group}单位", group, "", CHUXIONG_ENDS, True, True, line=n)
            if row := unregistered.get(n):
                account = replace(account, organiser=row[1], name=row[2], platform=row[3], registered=False)
            else:
                account = replace(account, platform=platforms.pop())
            accounts.append(account)
    snapshot = Snapshot(
        campaign, rules.label, tuple(results), columns=columns, form=form("media"),
        accounts=tuple(judge_accounts(accounts, rules, CHUXIONG_ENDS)),
    )  # fmt: skip
    return Five(
        snapshot,
        (
            (
                ("序号", "县市/州直部门", "网站名称", "存在问题"),
                lines("1 双柏县 双柏县人民政府 空白栏目、栏目超期不更新\n2 南华县 南华县人民政府 空白栏目超过5个"),
            ),
            (
                ("县市/州直部门", "抽查政务新媒体数量", "问题政务新媒体数量", "合格率"),
                [*CHUXIONG_MEDIA, ("合 计", "120", "0", "100%")],
            ),
            (("序号", "县市/州直部门", "政务新媒体名称", "政务新媒体类型"), CHUXIONG_UNREGISTERED),
            (("序号", "州直部门", "存在问题"), CHUXIONG_COLUMNS),
        ),
        (
            "登记运行的29个政府网站开展了检查，检查发现双柏县人民政府、南华县人民政府2个政府网站不合格，总体合格率为93.1%。",
            "正常运行的政府系统政务新媒体120个，其中，微信公众号81个，微博28个，今日头条号9个，抖音号2个",
            "检查未发现不合格政务新媒体，总体合格率为100%。",
        ),
    )


# --- 四川 2018年第四季度 ----------------------------------------------------------------------------------------------

#: Level, sites, checked: 1,076 = 69 + 21 + 801 + 184 + 1, of which 579.
SICHUAN_LEVELS = (
    ("省直部门", 69, 60),
    ("市级政府门户", 21, 21),
    ("市级部门", 801, 313),
    ("县级政府门户", 184, 184),
    ("县级部门", 1, 1),
)
SICHUAN_CITIES = (
    "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝 甘孜 凉山"
).split()


@cache
def sichuan_2018():
    """7 fail in 甘孜, 凉山 and 省直: 19 of 21 cities are left."""
    issuer = Issuer("四川省人民政府办公厅", "510000", "省直", ("省直", *SICHUAN_CITIES))
    ends = date(2018, 12, 11)
    campaign = Campaign(
        "sc-2018q4", "2018年第四季度全省政府网站抽查", "2015", date(2018, 10, 1), ends, issuer, "sites.csv",
        scope=Scope("sample", 0.5, 1), report=plan("sample", digits=2),
    )  # fmt: skip
    results, failing = [], {"省直": 3, "甘孜": 2, "凉山": 2}
    typos = [("案列", "案例"), ("拔给", "拨给"), ("海拨", "海拔")]
    for level, running, checked in SICHUAN_LEVELS:
        for n in range(running):
            group = "省直" if level == "省直部门" else SICHUAN_CITIES[n % 21]
            code, word, more = f"51{len(results):08}", "pass" if n < checked else "not_checked", {}
            if n < checked and failing.get(group):
                failing[group] -= 1
                word, more = "fail", {"vetoes": ("columns_blank",), "reasons": ("多个栏目空白",)}
            elif word == "pass" and typos:
                wrong, right = typos.pop(0)
                given = {"detail": {"wrong": wrong, "right": right}}
                more = {"findings": (finding("typo", code, "confirmed", **given),)}
            verdict = Verdict("sc-2018q4", code, "2015@1", ends, word, **more)
            results.append(SiteResult(site(code, group, line=len(results), level=level), verdict))
    passed = frozenset(f"q3-{n}" for n in range(556))
    before = Earlier("2018年第三季度全省政府网站抽查", date(2018, 9, 10), True, 1076, 556, passed, {})
    messages = tuple(
        MessageVerdict(
            Message(f"m{n}", results[0].site.code, date(2018, 11, 5), date(2018, 11, 6), "我为政府网站找错"),
            "in_time" if n < 987 else "late",
        )
        for n in range(998)
    )
    snapshot = Snapshot(
        campaign, "2015@1", tuple(results), messages=messages, before=(before,), form=form("sample"),
    )  # fmt: skip
    return Five(
        snapshot,
        (),
        (
            "全省正在运行的政府网站共计1076个，其中省直部门网站69个、市级政府门户网站21个、市级部门网站801个、县级政府门户网站184个、"
            "县级部门网站1个。",
            "随机抽查并人工复核579个政府网站（含2018年第三季度存在突出问题政府网站），抽查比例为53.9%，比三季度提高2.14个百分点。",
            "此次抽查发现存在突出问题的网站7个，总体合格率为98.79%。",
            "成都等19个市（州）政府网站抽查合格率为100%。",
            "“我为政府网站找错”共办理网民留言998条，各地各部门及时对留言进行核实、处理和反馈，按时办结率为98.9%。",
            "如“案例”错写为“案列”、“拨给”错写为“拔给”、“海拔”错写为“海拨”等。",
        ),
        wrong=(("抽查比例为53.9%", "抽查比例为53.8%", "579/1076 = 53.810%"),),
    )


# --- 云南 2015年函 --------------------------------------------------------------------------------------------------


@cache
def letter_2015():
    issuer = Issuer(
        "云南省人民政府办公厅", "530000", number="云政办函〔2015〕154号", contact="信息公开处 0871—00000000",
        addressees="国务院办公厅政府信息与政务公开办公室",
    )  # fmt: skip
    ends = date(2015, 8, 28)
    campaign = Campaign(
        "yn-2015", "云南省开展第一次政府网站普查工作检查整改", "2015", date(2015, 3, 30), ends, issuer, "sites.csv",
        report=plan("letter"),
    )  # fmt: skip
    states = ["申请例外"] * 4 + ["永久关停"] * 761 + ["暂时关停"] * 103
    cities = ["昆明", "曲靖", "玉溪", "大理", "滇中产业新区"]
    results = []
    for n in range(4597):
        group = "省直" if n < 60 else cities[n % len(cities)]
        status = states[n - 60] if 60 <= n < 60 + len(states) else "正常运行"
        code = f"53{n:08}"
        word = "pass" if status == "正常运行" else "not_checked"
        one = site(code, group, line=n, status=status)
        results.append(SiteResult(one, Verdict("yn-2015", code, "2015@1", ends, word)))
    return Five(
        Snapshot(campaign, "2015@1", tuple(results), form=form("letter")),
        (),
        (
            "填报数据4597条。其中，各州、市和滇中产业新区上报4537条，省直各部门上报60条。",
            "其中，申请例外4条，申请永久关停761条，申请暂时关停103条。",
        ),
    )


ALL = {
    "云南2018年二季度": yunnan_2018,
    "德宏2017年一季度": dehong_2017,
    "楚雄2021年一季度": chuxiong_2021,
    "四川2018年第四季度": sichuan_2018,
    "云南2015年函": letter_2015,
}
