"""What ``labelled.py`` measures on, each with its label, also where the checks are known to say nothing.  Names, codes and addresses are
made up.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from govcrawl.contracts import Outcome

#: Answer of a link's target → whether the link is dead.
ANSWERS: Final[list[tuple[Outcome, int | None, bool]]] = [
    ("ok", 200, False), ("redirect", 302, False), ("http_error", 404, True), ("http_error", 410, True), ("http_error", 500, True),
    ("http_error", 502, True), ("http_error", 400, True), ("dns", None, True), ("timeout", None, True), ("refused", None, True),
    ("reset", None, True), ("http_error", 403, False), ("http_error", 401, False), ("http_error", 405, False), ("http_error", 412, False),
    ("http_error", 429, False), ("http_error", 503, False), ("http_error", 521, False), ("challenge", 200, False), ("our_fault", None, False),
    ("refused_by_us", None, False), ("too_large", 200, False),
]  # fmt: skip
#: Words of a page that came with 200 → whether it says that it isn't there.
GONE: Final = [
    ("对不起，您访问的页面不存在", True), ("页面未找到", True), ("该文章已被删除！", True), ("404 Not Found", True),
    ("关于印发2018年工作要点的通知", False), ("该事项不存在收费", False), ("某省政府令第404号", False), ("经查，举报内容不属实", False),
    ("暂无内容", False),
]  # fmt: skip
#: What a footer shows, in ways that people write it.
MARKS: Final = [
    ("site_code", "政府网站标识码（5301000001）"), ("site_code", "网站标识码为5301000001"), ("site_code", "网站标识编码：5301000001"),
    ("site_code", "网站标识码|5301000001"), ("site_code", "网 站 标 识 码 ： 5301000001"), ("site_code", "<a>网站标识码</a><a>5301000001</a>"),
    ("site_code", "网站标识码：53010<b>00001</b>"), ("site_code", "<img src=/i.png alt='网站标识码：5301000001'>"),
    ("site_code", "网站标识码：530100001"),
    ("icp", "滇icp备05000001号"), ("icp", "滇 I C P 备 05000001 号"), ("icp", "滇ICP备字第05000001号"), ("icp", "ICP备案号：滇05000001号"),
    ("police", "公安部备案号：53010202000001"), ("police", "公安联网备案号：53010202000001"), ("police", "网安备案号：53010202000001"),
    ("police", "公安机关互联网站备案编号：53010202000001"), ("police", "<a href='https://beian.mps.gov.cn/#/query/webSearch?code=53010202000001'>x</a>"),
    ("party_badge", "<img src=/i/jg.png alt='党政机关网站标识'>"), ("party_badge", "<a href='http://bszs.conac.cn/'><img src=/i/1.png></a>"),
    ("error_report", "<img src=/images/jiucuo.png onclick='zc()'>"), ("error_report", "<a href=/x><img src=a.png alt='我为政府网站找错'></a>"),
    ("organiser", "主办、承办：示例市人民政府办公室"), ("organiser", "主办单位（承办单位）：示例市人民政府"), ("organiser", "主办机关：示例市政府办公室"),
    ("organiser", "主 办 示例市人民政府办公室 承 办 示例市信息中心"),
]  # fmt: skip
NO_MARKS: Final = [
    ("site_code", "项目标识码：5301000001"), ("site_code", "联系电话 0871-65550000"), ("icp", "滇ICP证B2-20050001"), ("icp", "备案须知2018"),
    ("police", "备案号：05000001"), ("party_badge", "<img src=/i/logo.png alt='某机关办公楼'>"),
    ("error_report", "<a href=/jubao>投诉举报</a>"), ("organiser", "承办单位：示例市信息中心"), ("organiser", "版权所有：示例市人民政府"),
]  # fmt: skip
#: Address, organiser, whether it is a portal → whether something is wrong with it, by 国办发〔2017〕47号.
ADDRESSES: Final = [
    ("http://www.mou.gov.cn/", "某县人民政府", True, False), ("http://mou.gov.cn/", "某县人民政府", True, False),
    ("http://某县.政务/", "某县人民政府", True, False), ("http://tjj.mou.gov.cn/", "某县统计局", False, False),
    ("http://xs.mou.gov.cn/", "某县人民政府", True, True), ("http://www.mou.gov.cn:8080/", "某县人民政府", True, True),
    ("http://www.mouxian.com/", "某县人民政府", True, True), ("http://www.mou-gov.cn/", "某县水利局", False, True),
    ("http://www.gov.cn.mou.com/", "某县水利局", False, True), ("http://47.92.13.5/", "某县水利局", False, True),
    ("http://www.a.com/", "某县发展改革委", False, True), ("http://www.a.com/", "某县图书馆", False, False),
    ("http://www.a.com/", "中共某县委", False, False), ("http://www.a.com/", "共青团某市委", False, False),
    ("http://www.a.com/", "某仲裁委员会", False, False), ("http://www.a.com/", "某市供电局", False, False),
    ("http://www.a.com/", "某县人民法院", False, False), ("http://192.168.1.2/", "某县水利局", False, False),
    ("http://www.mouxianslj.gov.cn/", "某县水利局", False, True), ("http://www.mou.gov.cn:443/", "", False, True), ("https://www.mou.gov.cn:443/", "", False, False),
]  # fmt: skip
#: Title, names of the register → whether the title's office is gone.
OFFICES: Final = [
    ("某县国土资源局", "某县自然资源局", True), ("某市环保局门户网站", "某市生态环境局", True), ("某县农业局", "某县农业农村局", True),
    ("某省卫生和计划生育委员会", "某省卫生健康委员会", True), ("某县扶贫办", "某县乡村振兴局", True), ("某市政府法制办公室", "某市司法局", True),
    ("某县国土资源局", "某县国土资源局", False), ("某县自然资源局（原国土资源局）", "某县自然资源局", False), ("首页", "某县自然资源局", False),
    ("某县农业农村局", "某县农业农村局", False), ("某县国土资源局", "某县住房和城乡建设局", False), ("某省林业和草原局", "某省林业和草原局", False),
    ("国家税务总局某市税务局", "国家税务总局某市税务局", False), ("某县文化体育局", "某县文化和旅游局", True),
]  # fmt: skip
#: Of a link: address, its words, the title of where it leads → what it is to be suspected of.
LINKED: Final = [
    ("http://slj.km.gov.cn/", "昆明市水利局", "", "unregistered_site"), ("http://www.kmxx.com/", "昆明市西翔区人民政府", "", "unregistered_site"),
    ("http://www.km-fake.com/", "", "昆明市教育体育局", "counterfeit_site"), ("http://www.kmgov.com/", "", "彩票", "counterfeit_site"),
    ("http://www.km.gov.cn.a-b.com/", "", "", "counterfeit_site"), ("http://km-gov.cn/", "", "", "counterfeit_site"),
    ("http://lxt.km.gov.cn/", "老戏台", "", "link_to_closed"), ("http://www.km-jt.com/", "", "昆明教体局官网", "counterfeit_site"),
    ("http://www.gov.cn/", "中国政府网", "", ""), ("http://www.cd.gov.cn/", "成都市人民政府", "", ""), ("http://www.yn.gov.cn/", "云南省人民政府", "", ""),
    ("http://mail.km.gov.cn/", "邮箱", "", ""), ("http://zwfw.km.gov.cn/", "昆明市政务服务网", "", ""), ("http://m.km.gov.cn/", "手机版", "", ""),
    ("http://sso.km.gov.cn/login", "登录", "", ""), ("http://fy.km.gov.cn/", "昆明市中级人民法院", "", ""),
    ("http://www.kmgd.com/", "昆明供电局", "昆明供电局", ""), ("http://weibo.com/km", "昆明发布", "昆明市人民政府", ""),
    ("http://km.people.com.cn/", "昆明频道", "昆明市人民政府", ""), ("http://www.km-news.com/", "昆明新闻网", "昆明新闻网", ""),
    ("http://www.km-news.com/1.html", "", "昆明市教育体育局", ""), ("http://jtj.km.edu.cn/", "", "昆明市教育体育局", ""),
    ("http://www.some.com/", "", "首页", ""), ("http://192.0.2.7/", "昆明市水利局", "", ""),
]  # fmt: skip
TITLES: Final = [
    ("某县人民政府关于印发某县促进旅游业发展若干措施的通知", "policy"), ("某县城市管理办法", "policy"), ("某县城市管理办法（试行）", "policy"),
    ("某县人民政府关于加快发展现代农业的意见", "policy"), ("某县扶贫资金管理实施细则", "policy"), ("《某县城市管理办法》解读", "explanation"),
    ("一图看懂某县城市管理办法", "explanation"), ("某县城市管理办法起草说明", "explanation"), ("2018年政府网站工作年度报表", "annual_report"),
    ("某局网站2018年工作年度报表", "annual_report"), ("关于举办第三期培训班的通知", ""), ("关于征求《某某管理办法（征求意见稿）》意见的公告", ""),
    ("某县人民政府令（第5号）", "policy"), ("某县召开农业工作会议", ""), ("2018年政府信息公开工作年度报告", ""), ("某县关于做好防汛工作的通知", ""),
]  # fmt: skip
ORIGINAL: Final = "http://www.gov.cn/xinwen/2018-05/19/content_1.htm"
_DAY, _BEFORE = date(2018, 5, 20), date(2018, 5, 1)
#: An entry: title, address, day → whether the repost is missing where it is the only one.
REPOSTS: Final = [
    ("全国生态环境保护大会召开", "http://a/1", _DAY, False), ("全国生态环境 保护大会", "http://a/1", _DAY, False),
    ("总书记谈生态文明建设", "http://a/1", None, False), ("要闻", ORIGINAL.replace("http:", "https:"), _DAY, False),
    ("全国生态环境保...", "http://a/1", _DAY, False), ("总书记强调坚决打好…", "http://a/1", _DAY, False),
    ("某县召开农业工作会议", "http://a/1", _DAY, True), ("全国生态环境保护大会", "http://a/1", _BEFORE, True),
    ("某县领导调研经济…", "http://a/1", _DAY, True), ("总书记会见外宾", "http://a/1", _DAY, True),
]  # fmt: skip
_OLD = "http://www.a.gov.cn/gzdt/201503/t20150312_1.html"
_TEXT = "2015年3月10日，某局召开推进会议，部署全年工作。"
#: Title, address, shown day, text → whether an old text was given a new day.
TEXTS: Final = [
    ("某局召开推进会", _OLD, date(2018, 5, 30), _TEXT, True), ("某局召开推进会", _OLD, date(2015, 9, 30), _TEXT, True),
    ("某局召开推进会", _OLD, date(2015, 3, 12), _TEXT, False), ("某局召开推进会", _OLD, date(2018, 5, 30), _TEXT + "列入2017年计划。", False),
    ("某局召开推进会", "http://www.a.gov.cn/1.html", date(2018, 5, 30), _TEXT, True), ("某局机构职责", _OLD, date(2018, 5, 30), _TEXT, False),
    ("某证办事指南", _OLD, date(2018, 5, 30), _TEXT, False), ("某局召开推进会", _OLD, None, _TEXT, False),
    ("某局召开推进会", _OLD, date(2018, 5, 30), "某局召开推进会议。", False),
]  # fmt: skip
