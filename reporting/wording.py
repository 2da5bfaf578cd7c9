"""What a bulletin says of each indicator: its name, the heading of its paragraph, and what was seen on one site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from govcrawl.contracts import ColumnVerdict, Finding, Verdict

from .rates import share
from .text import day, enumerate_names, points, quoted, shorten

Seen = Callable[[Verdict, tuple[Finding, ...]], str]


@dataclass(frozen=True, slots=True)
class Wording:
    """``seen``: a clause that follows a site's name; gets the verdict and the indicator's findings that count."""

    name: str
    heading: str
    seen: Seen
    veto_only: bool = False  #: spoken of only where it failed a site: its findings alone accuse nobody


def _times(clause: str) -> Seen:
    return lambda _, found: clause.format(n=len(found)) if found else clause.split("{n}")[0]


def _always(clause: str) -> Seen:
    return lambda *_: clause


def _unreachable(verdict: Verdict, _: tuple[Finding, ...]) -> str:
    probes = verdict.probes
    valid = probes.total - probes.inconclusive
    if not probes.failed:
        return "站点无法访问"
    unclear = f"；另有{probes.inconclusive}次无法判定，不计入" if probes.inconclusive else ""
    return f"监测访问{valid}次，失败{probes.failed}次（{share(probes.failed, valid)}{unclear}）"


def _home(_: Verdict, found: tuple[Finding, ...]) -> str:
    newest = max((str(f.detail["newest"]) for f in found if f.detail.get("newest")), default="")
    return f"首页最近更新日期为{day(newest)}" if newest else "首页信息均未注明发布日期，按标准视为不更新"


def _columns(state: str, indicator_words: str) -> Seen:
    def seen(verdict: Verdict, found: tuple[Finding, ...]) -> str:
        columns = [c for c in verdict.columns if c.state == state]
        names = [c.name for c in columns] or [str(f.detail["column"]) for f in found if f.detail.get("column")]
        if not names:
            return f"有{len(found)}个栏目{indicator_words}" if found else f"多个栏目{indicator_words}"
        listed = "".join(quoted(name, 20) for name in names[:3])
        number = f"等{len(names)}个" if len(names) > 1 else ""
        return f"{listed}{number}栏目{indicator_words}{_oldest(columns)}"

    return seen


def _oldest(columns: list[ColumnVerdict]) -> str:
    dated = [(c.newest, c.name) for c in columns if c.newest and c.state == "stale"]
    if not dated:
        return ""
    newest, name = min(dated)
    which = f"其中{quoted(name, 20)}" if len(columns) > 1 else ""
    return f"，{which}最近更新日期为{day(newest)}"


def _response(verdict: Verdict, found: tuple[Finding, ...]) -> str:
    details = [f.detail for f in found if f.detail.get("asked")]
    letters = sorted((str(detail["asked"]), str(detail.get("answered") or "")) for detail in details)
    if not letters:
        return "网民留言长期未回应"
    asked, answered = letters[0]
    number = f"，此类留言共{len(letters)}条" if len(letters) > 1 else ""
    outcome = f"于{day(answered)}才回应" if answered else f"至{day(verdict.as_of)}未回应"
    return f"{day(asked)}的网民留言{outcome}{number}"


def _points(verdict: Verdict, _: tuple[Finding, ...]) -> str:
    if verdict.score is not None:
        return f"得{points(float(verdict.score))}分"
    return f"扣{points(verdict.deductions)}分" if verdict.deductions is not None else "扣分超过合格线"


def _typo(_: Verdict, found: tuple[Finding, ...]) -> str:
    pairs = [(str(f.detail["wrong"]), str(f.detail["right"])) for f in found if {"wrong", "right"} <= f.detail.keys()]
    if not pairs:
        return "信息中有错字漏字"
    distinct = list(dict.fromkeys(pairs))[:2]
    examples = enumerate_names(f"{quoted(right, 20)}写为{quoted(wrong, 20)}" for wrong, right in distinct)
    return f"将{examples}" + (f"等，共{len(found)}处" if len(found) > 1 else "")


def _dead_links(_: Verdict, found: tuple[Finding, ...]) -> str:
    if not found:
        return "有不可用链接"
    on_home = sum(1 for f in found if f.detail.get("on_home"))
    return f"有不可用链接{len(found)}条" + (f"（其中首页{on_home}条）" if on_home else "")


def _availability(verdict: Verdict, found: tuple[Finding, ...]) -> str:
    return _unreachable(verdict, found) if verdict.probes.failed else "首页个别时段无法访问"


def _privacy(_: Verdict, found: tuple[Finding, ...]) -> str:
    kinds = dict.fromkeys(VALUES.get(str(f.detail.get("kind", "")), "") for f in found)
    words = enumerate_names(filter(None, kinds))
    number = f"{len(found)}处" if found else ""
    return f"公开了个人信息{number}" + (f"（涉及{words}）" if words else "")


def _marks(_: Verdict, found: tuple[Finding, ...]) -> str:
    missing = dict.fromkeys(str(mark) for f in found for mark in f.detail.get("missing") or ())
    lacking = f"未见{enumerate_names(VALUES.get(mark, mark) for mark in missing)}" if missing else ""
    wrong = "网站标识码与登记不符" if any(CODES & f.detail.keys() for f in found) else ""
    return "，".join(filter(None, (lacking, wrong))) or "底部功能区标识不全"


def _hosts(clause: str) -> Seen:
    def seen(_: Verdict, found: tuple[Finding, ...]) -> str:
        hosts = [str(f.detail["host"]) for f in found if f.detail.get("host")]
        return f"{clause}（{enumerate_names(shorten(h, 60) for h in dict.fromkeys(hosts[:3]))}）" if hosts else clause

    return seen


#: Indicator ids of the contract, in the order of the paragraphs.  Words of serious errors, addresses of hidden links
#: and personal data are never repeated in a bulletin; the ledger has them.
WORDING: dict[str, Wording] = {
    "serious_error": Wording("严重错误", "存在严重错误", _times("有严重错误{n}处"), True),
    "security_incident": Wording("安全、泄密事故等严重问题", "存在严重安全问题", _times("有严重问题{n}处"), True),
    "site_unreachable": Wording("站点无法访问", "站点无法访问", _unreachable, True),
    "home_not_updated": Wording("首页不更新", "首页长期不更新", _home, True),
    "columns_not_updated": Wording("栏目不更新", "多个栏目不更新", _columns("stale", "超期未更新"), True),
    "columns_blank": Wording("空白栏目", "多个栏目空白", _columns("blank", "空白"), True),
    "poor_response": Wording("互动回应差", "互动回应差", _response, True),
    "service_not_useful": Wording("服务不实用", "服务不实用", _always("办事服务要素缺失较多"), True),
    "typo": Wording("错字漏字", "信息发布把关不严，存在错字漏字", _typo),
    "score_below_pass": Wording("扣分大于40分", "综合评分不达标", _points, True),
    "home_unavailable": Wording("首页可用性", "首页不稳定", _availability),
    "dead_link": Wording("链接可用性", "链接不可用", _dead_links),
    "home_few_updates": Wording("首页更新量少", "首页信息更新量不足", _always("首页信息更新较少")),
    "column_stale": Wording("栏目更新不及时", "个别栏目更新不及时", _columns("stale", "超期未更新")),
    "column_blank": Wording("栏目空白", "个别栏目空白", _columns("blank", "空白")),
    "inaccurate_info": Wording("信息不准确", "基本信息不准确", _times("有不准确信息{n}处")),
    "consult_missing": Wording("政务咨询缺失", "政务咨询类栏目缺失", _always("政务咨询类栏目未开设或未使用")),
    "survey_missing": Wording("调查征集缺失", "调查征集类栏目缺失", _always("调查征集类栏目未开设或活动较少")),
    "interview_missing": Wording("互动访谈不足", "互动访谈开展不足", _always("互动访谈活动较少")),
    "guide_incomplete": Wording("办事指南要素缺失", "办事指南要素不全", _times("有要素不全的办事指南{n}项")),
    "form_missing": Wording("附件下载缺失", "表格附件无法下载", _times("有无法下载的表格、附件{n}个")),
    "online_system_down": Wording("在线系统无法访问", "在线申报、查询系统无法访问", _times("有{n}个在线系统无法访问")),
    "privacy_leak": Wording("个人隐私", "公开信息涉及个人隐私", _privacy),
    "hidden_link": Wording("暗链", "网站存在暗链", _times("有暗链{n}处")),
    "malicious_code": Wording("挂马", "网站被植入恶意代码", _times("有恶意代码{n}处")),
    "missing_identity": Wording("缺少标识", "底部功能区标识不全", _marks),
    "domain_irregular": Wording("域名不规范", "域名不规范", _hosts("使用不规范域名")),
    "name_mismatch": Wording("名称未变更", "网站名称未按规定变更", _always("网站名称与登记名称不一致")),
    "notice_missing": Wording("未挂公告", "未按规定悬挂公告", _always("首页未见应悬挂的公告")),
    "closed_but_running": Wording("关停后仍运行", "申请关停后仍在运行", _always("登记为关停，仍可访问")),
    "unregistered_site": Wording("未纳入监管", "网站未纳入监管", _hosts("链接的网站未在登记之列")),
    "counterfeit_site": Wording("仿冒网站", "发现疑似仿冒网站", _hosts("发现疑似仿冒该网站的站点")),
    "repost_missing": Wording("未转载", "重要信息未及时转载", _times("有未转载的重要信息{n}条")),
    "redated_old_text": Wording("旧文新发", "旧文新发", _times("有旧文新发{n}条")),
    "deleted_to_fix": Wording("删除信息应付整改", "以删除信息应付整改", _times("有被直接删除的问题信息{n}条")),
}

#: A milder fault isn't told again of a site that failed for the graver one.
COVERED_BY = {
    "home_unavailable": "site_unreachable",
    "home_few_updates": "home_not_updated",
    "column_stale": "columns_not_updated",
    "column_blank": "columns_blank",
}

#: Keys of ``Finding.detail`` as the ledger prints them.
KEYS = {
    "status": "状态",
    "on_home": "位于首页",
    "pages": "所在网页数",
    "also_on": "还见于",
    "kind": "类别",
    "masked": "内容（已隐去）",
    "hash": "识别码",
    "count": "数量",
    "others": "其余（已隐去，附识别码）",
    "target": "指向",
    "how": "方式",
    "missing": "缺少",
    "asked": "留言日期",
    "answered": "回应日期",
    "wrong": "错误",
    "right": "应为",
    "host": "域名",
    "title": "名称",
    "column": "栏目",
    "newest": "最近更新",
    "deductions": "扣分",
    "pass_line": "合格线",
    "score": "得分",
    "total": "访问次数",
    "failed": "打不开次数",
    "inconclusive": "未能判断次数",
    "share": "打不开比例",
    "low": "95%置信区间下限",
    "high": "95%置信区间上限",
    "outcomes": "打不开的情形",
    "monitors": "见到打不开的监测点",
    "site_code_shown": "页面所示网站标识码",
    "error_report_code": "“找错”入口所用网站标识码",
    "site_code_of": "该标识码登记于",
    "registered": "登记名称",
    "organiser": "登记主办单位",
    "shown": "页面所示",
    "where": "位于",
    "why": "不规范之处",
    "made": "网址所示日期",
    "earlier": "此前所示日期",
    "from": "起始日期",
    "until": "截止日期",
    "class": "栏目类别",
    "window_days": "更新期限（天）",
    "items": "首页信息条数",
    "dated": "有日期的条数",
    "second_level": "所查二级页面数",
    "blank": "空白栏目数",
    "news": "动态要闻类栏目数",
    "notice": "通知公告类栏目数",
    "policy": "政策文件类栏目数",
    "all": "超期未更新的栏目合计",
    "what": "情形",
    "within": "所在标签",
    "sheet": "所在样式表",
    "words": "其中词语",
    "term": "上下文",
    "confidence": "置信度",
}
#: Keys whose value is a share, not a number.
SHARES = frozenset({"share", "low", "high"})

#: Keys that say that a code is not the registered one.
CODES = {"site_code_shown", "error_report_code"}
#: Values of ``Finding.detail`` as a clerk reads them.
VALUES = {
    "title": "网页标题",
    "ip": "以IP地址访问",
    "suffix": "后缀不是.gov.cn",
    "structure": "门户网站域名不是www.□□□.gov.cn结构",
    "port": "带有端口号",
    "dns": "域名无法解析",
    "timeout": "超时",
    "refused": "拒绝连接",
    "reset": "连接中断",
    "soft_404": "应答正常而网页不存在",
    "bad_answer": "应答不合规范",
    "http_error": "返回错误页面",
    "redirect": "循环跳转",
    "mobile": "手机号码",
    "id_card": "身份证号码",
    "bank_card": "银行账号",
    "address": "家庭住址",
    "display-none": "隐藏显示",
    "off-screen": "移出屏幕",
    "zero-size": "尺寸为零",
    "same-colour": "与背景同色",
    "marquee": "滚动隐藏",
    "script": "脚本生成",
    "other": "其他",
    "site_code": "网站标识码",
    "icp": "ICP备案编号",
    "police": "公安机关备案标识",
    "party_badge": "党政机关网站标识",
    "error_report": "“我为政府网站找错”入口",
    "organiser": "主办单位",
    "news": "动态要闻",
    "notice": "通知公告",
    "policy": "政策文件",
    "personnel": "人事信息",
    "plan": "规划计划",
    "consult": "政务咨询",
    "survey": "调查征集",
    "interview": "在线访谈",
    "service": "办事服务",
    "static": "固定内容",
    "link": "链接",
    "keywords": "网页关键词",
    "engine": "依搜索引擎改变内容",
    "encoded": "隐藏所加载的地址",
    "frame": "不可见的框架",
    "rewrite": "以他人网页替换本页",
    "twin": "同一路径的他人文件",
    "foreign-script": "他人的脚本",
}


def wording(indicator: str, words: Mapping[str, str] = MappingProxyType({})) -> Wording:
    """The words for ``indicator``.  ``words``: those of the rule pack, for its own indicators and for its pass line."""
    known, name = WORDING.get(indicator), words.get(indicator, indicator)
    if known is None:
        return Wording(name, name, _times("有此类问题{n}处"))
    return replace(known, name=name) if indicator == "score_below_pass" and words else known


def detail_words(detail: Mapping[str, Any]) -> str:
    """``错误：案列；应为：案例``: the detail of a finding in one line."""
    shown = {k: f"{v:.2%}" if k in SHARES and isinstance(v, float) else _value(v) for k, v in detail.items()}
    return "；".join(f"{KEYS.get(key, key)}：{value}" for key, value in shown.items())


def _value(value: Any) -> str:
    if value is None:
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return enumerate_names(f"{_value(name)}{number}次" for name, number in value.items())
    if isinstance(value, (list, tuple)):
        return enumerate_names(_value(item) for item in value)
    return VALUES.get(str(value), str(value))
