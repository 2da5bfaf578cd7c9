"""The sample province: which sites it has and what is wrong with them.  This plan is the truth an engine is measured by.

Each rule of the 2015 standard is met just above and just below its threshold.  Places are real divisions, offices invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kits import (
    ABOUT,
    ASIDE,
    BLANKS,
    CONTACT,
    DEDUCED,
    IN_TIME,
    LATE,
    LIVELY,
    LONG,
    LONG_AGO,
    OPEN,
    PICTURES,
    PINNED,
    STUB,
    SURVEY,
    SURVEY_6,
    THREE,
    TOO_OLD,
    VUE,
    aged,
    blank,
    consult,
    dead,
    opened,
    over,
    undated,
    usual,
    within,
)  # fmt: skip
from plan import Dead, Site

ORDER = ("省直", "昆明", "昭通", "曲靖", "玉溪", "楚雄", "德宏", "滇中新区")

PROVINCE = (
    Site("5300009001", "云南省古桥保护信息网", "云南省古桥保护局", "省直", "trs",
         "首页是跳转页；置顶旧文在最前；栏目经跳转页进入", opened(STUB, (PINNED, *usual(1)[1:]), "政策文件",
         "人事信息", "规划计划"), consult("list"), trap="stub_home"),
    Site("5300009002", "云南省驿道资源网", "云南省驿道资源局", "省直", "jpage", "40次访问中1次超时（2.5%）：合格",
         usual(0), consult("table"), gate="slow", slow_on=(17,)),
    Site("5300009003", "云南省菌类资源信息网", "云南省菌类资源局", "省直", "trs", "10个栏目超期（4+6）：不合格",
         (LIVELY, PICTURES, *over("县区动态", "部门动态", "通知公告", "政策文件", "人事信息", "人事任免",
         "招考录用", "规划计划", "工作计划", "财政预决算"), SURVEY_6, ABOUT), consult("table"), "fail",
         ("columns_not_updated",), register=True),
    Site("5300009004", "云南省梯田保护信息网", "云南省梯田保护局", "省直", "trs", "9个栏目超期（4+5）：合格",
         (LIVELY, PICTURES, *over("县区动态", "部门动态", "通知公告", "政策文件", "人事信息", "人事任免",
         "招考录用", "规划计划", "财政预决算"), *within("工作计划"), SURVEY_6, ABOUT), consult("table"),
         register=True),
    Site("5300009005", "云南省候鸟与湿地网", "云南省候鸟湿地局", "省直", "modern", "扣分恰为40分：合格", DEDUCED,
         consult("list"), deductions="40", dead=dead(3, 10)),
    Site("5300009006", "云南省山歌保护网", "云南省山歌保护办公室", "省直", "jpage", "所有链接带会话编号", usual(5),
         consult("detail"), trap="session", missing=("police",)),

    Site("5301009001", "昆明市蓝花楹养护网", "昆明市蓝花楹养护局", "昆明", "modern", "底部是另一网站的标识码", usual(6),
         consult("table"), shows_code="5301009003"),
    Site("5301009002", "昆明市湖滨步道管理网", "昆明市湖滨步道管理局", "昆明", "boda",
         "40次访问中2次超时（5%）：不合格", usual(7), consult("table"), "fail", ("site_unreachable",), gate="slow",
         slow_on=(12, 20)),
    Site("5301009003", "昆明市花市服务网", "昆明市花市服务局", "昆明", "modern", "扣分40.1分：不合格", DEDUCED,
         consult("list"), "fail", deductions="40.1", dead=dead(3, 11)),
    Site("5301119004", "官渡区饵块制作技艺网", "官渡区饵块技艺保护所", "昆明", "boda",
         "首页链接旁无日期，文章新：合格", usual(9), consult("table"), home="undated"),
    Site("5301009005", "昆明市古树名木网", "昆明市古树名木局", "昆明", "jpage", "首页最新信息恰14天，另有脚本绘出的框：合格",
         aged(usual(10), 14), consult("list"), script="news"),
    Site("5301009006", "昆明市街巷名录网", "昆明市街巷名录办公室", "昆明", "boda", "8个栏目由脚本绘出：证据不足",
         VUE, consult("table"), "insufficient"),

    Site("5306009001", "昭通市苹果产业网", "昭通市苹果产业局", "昭通", "boda", "完好；通知公告有两页",
         (*usual(2)[:2], LONG, *usual(2)[3:]), consult("list")),
    Site("5306009002", "昭通市峡谷栈道网", "昭通市峡谷栈道管理局", "昭通", "trs",
         "首页最新信息15天，空框旁的脚本只管菜单：不合格", aged(usual(3), 15), consult("table"), "fail", ("home_not_updated",),
         script="menu"),
    Site("5306219003", "鲁甸县核桃产业网", "鲁甸县核桃产业中心", "昭通", "boda",
         "首页链接旁无日期，文章旧：不合格", aged(usual(4), 15), consult("table"), "fail", ("home_not_updated",),
         home="undated"),
    Site("5306009004", "昭通市渡口管理网", "昭通市渡口管理局", "昭通", "tables",
         "首页只是导航页，二级页面新：合格", usual(5), consult("table"), home="nav_only"),
    Site("5306009005", "昭通市山货集市网", "昭通市山货集市办公室", "昭通", "urldate",
         "防火墙对一切请求答412：证据不足", usual(6), consult("table"), "insufficient", gate="firewall"),
    Site("5306299006", "威信县竹编工艺网", "威信县竹编工艺中心", "昭通", "trs",
         "来信未答恰3个月（92天），答复用时恰3个月（90天）：合格", usual(7), consult("table", IN_TIME, "局长信箱"),
         missing=("icp",)),

    Site("5303009001", "曲靖市苗木花卉网", "曲靖市苗木花卉局", "曲靖", "urldate", "端口关闭：不合格", usual(8),
         consult("table"), "fail", ("site_unreachable",), gate="closed"),
    Site("5303009002", "曲靖市洞穴资源网", "曲靖市洞穴资源局", "曲靖", "trs",
         "4个栏目超期，其余恰在期限内；一栏链接日期早于所示一天：合格", (replace(within("部门动态")[0],
         name="工作动态", url_lag=1), PICTURES, *over("县区动态", "部门动态", "通知公告", "政策文件"),
         *within("公示公告", "规范性文件", "人事信息", "规划计划"), SURVEY, ABOUT), consult("table")),
    Site("5303009003", "曲靖市珠江源步道网", "曲靖市珠江源步道局", "曲靖", "trs",
         "5个栏目超期；一栏链接日期晚于所示一天：不合格", (LIVELY, replace(over("县区动态")[0], url_lag=-1),
         *over("部门动态", "通知公告", "政策文件", "规范性文件"), *within("公示公告", "人事信息", "规划计划"),
         SURVEY, ABOUT), consult("table"), "fail", ("columns_not_updated",)),
    Site("5303009004", "曲靖市蚕桑服务网", "曲靖市蚕桑服务局", "曲靖", "jpage",
         "4个栏目空白，另有短文字栏目和频道页：合格", (*opened(OPEN, usual(1), "政策文件", "人事信息"), CONTACT,
         *blank(*BLANKS[:4])), consult("table")),
    Site("5303009005", "曲靖市彩绘陶器网", "曲靖市彩绘陶器局", "曲靖", "jpage", "5个栏目空白：不合格",
         (*usual(2), CONTACT, *blank(*BLANKS)), consult("table"), "fail", ("columns_blank",)),
    Site("5303009006", "曲靖市油菜花海网", "曲靖市油菜花海管理局", "曲靖", "urldate", "完好；日期只在链接中",
         usual(3), consult("list"), missing=("party_badge",)),

    Site("5304009001", "玉溪市花灯戏普及网", "玉溪市花灯戏普及办公室", "玉溪", "tables", "一切请求答500：不合格",
         usual(4), consult("table"), "fail", ("site_unreachable",), gate="error500"),
    Site("5304259002", "易门县菌子集市网", "易门县菌子集市办公室", "玉溪", "tables",
         "首页、列表、文章都无日期：不合格", (*undated(THREE, "none"), ABOUT), consult("table"), "fail",
         ("home_not_updated",), home="undated"),
    Site("5304009003", "玉溪市古窑址保护网", "玉溪市古窑址保护局", "玉溪", "modern",
         "4个栏目超期，第5个无日期：不合格", (LIVELY, PICTURES, *undated(within("公示公告"), "none"),
         *over("县区动态", "部门动态", "通知公告", "政策文件"), *within("人事信息", "规划计划"), SURVEY, ABOUT),
         consult("table"), "fail", ("columns_not_updated",)),
    Site("5304210901", "江川区渔舟文化网", "江川区渔舟文化站", "玉溪", "tables",
         "来信超过3个月未答（93天）：不合格；标识码用已撤销的县代码", usual(7), consult("table", TOO_OLD), "fail",
         ("poor_response",)),
    Site("5304009005", "玉溪市湖泊水文网", "玉溪市湖泊水文局", "玉溪", "trs", "日历可无限翻月", usual(8),
         consult("table"), trap="calendar"),
    Site("5304009006", "玉溪市烟盒收藏网", "玉溪市烟盒收藏馆", "玉溪", "tables", "完好；GB2312旧站", usual(9),
         consult("list")),

    Site("5323009001", "楚雄州彝绣产业网", "楚雄州彝绣产业局", "楚雄", "jpage", "完好", usual(10), consult("list"),
         missing=("error_report",)),
    Site("5323009002", "楚雄州火把节服务网", "楚雄州火把节服务中心", "楚雄", "boda", "首页1个、内页4个死链：合格",
         usual(11), consult("table"), dead=(Dead("/zt/lzzt/index.htm", on_home=True), Dead(""),
         Dead("/uploads/2018/sqb.doc", kind="file"), Dead("/images/2018/pic3.jpg", kind="img"),
         Dead("/info/1099/8765.htm"))),
    Site("5323229003", "双柏县虎笙文化网", "双柏县虎笙文化馆", "楚雄", "urldate", "UTF-8页面自称GB2312", usual(0),
         consult("table"), encoding="utf-8", declared="gb2312"),
    Site("5323009004", "楚雄州土林地貌网", "楚雄州土林地貌局", "楚雄", "boda", "未答来信都在一年以前：合格",
         usual(1), consult("list", LONG_AGO, "局长信箱"), missing=("organiser",)),
    Site("5323009005", "楚雄州盐井遗址网", "楚雄州盐井遗址所", "楚雄", "tables", "旧版入口循环跳转", usual(2),
         consult("table"), trap="loop"),
    Site("5323009006", "楚雄州左脚舞推广网", "楚雄州左脚舞推广中心", "楚雄", "boda", "相对链接使路径越来越深",
         usual(3), consult("list"), trap="deeper"),

    Site("5331009001", "德宏州孔雀保育网", "德宏州孔雀保育局", "德宏", "boda", "来信95天后才答复：不合格",
         usual(4), consult("list", LATE), "fail", ("poor_response",)),
    Site("5331009002", "德宏州傣纸工艺网", "德宏州傣纸工艺局", "德宏", "trs", "来信93天未答，状态在详情页：不合格",
         usual(5), consult("detail", TOO_OLD, "局长信箱"), "fail", ("poor_response",)),
    Site("5331229003", "梁河县葫芦丝网", "梁河县葫芦丝推广中心", "德宏", "boda",
         "久未答的来信只在调查、访谈、举报栏目：合格", usual(6), (*consult("detail"), *ASIDE)),
    Site("5331009004", "德宏州古茶树网", "德宏州古茶树局", "德宏", "boda", "GBK页面自称UTF-8", usual(7),
         consult("table"), encoding="gbk", declared="utf-8"),
    Site("5331239005", "盈江县犀鸟观测网", "盈江县犀鸟观测站", "德宏", "trs",
         "首页只是导航页，二级页面最新15天：不合格", aged(usual(8), 15), consult("table"), "fail",
         ("home_not_updated",), home="nav_only"),
    Site("5331009006", "德宏州竹楼营造网", "德宏州竹楼营造局", "德宏", "boda",
         "4个栏目超期，第5个列表无日期而文章恰在期限内：合格", (LIVELY, PICTURES, *undated(within("公示公告"),
         "article"), *over("县区动态", "部门动态", "通知公告", "政策文件"), *within("人事信息", "规划计划"),
         SURVEY, ABOUT), consult("table")),

    Site("", "滇中新区空港绿道网", "滇中新区空港绿道办公室", "滇中新区", "trs",
         "无标识码的登记行，地区栏写滇中新区", usual(9), consult("table"), region="滇中新区",
         missing=("error_report",)),

    Site("5301009007", "昆明市老戏台网", "昆明市老戏台管理所", "昆明", "trs", "永久关停，不检查；首页仍在",
         usual(10), consult("table"), verdict="not_checked", status="永久关停", suspicion="closed_but_running"),

    Site("5303009007", "曲靖市驿站客栈网", "曲靖市驿站客栈办公室", "曲靖", "trs", "申请例外，不检查",
         verdict="not_checked", status="申请例外"),
)  # fmt: skip

#: A row of the register nobody can use: the code has nine digits, the region is unknown.
UNUSABLE = {
    "网站标识码": "53060090X", "网站名称": "昭通市旧渡网", "首页网址": "旧渡网", "主办单位": "昭通市旧渡办公室", "地区": "",
    "层级": "市级", "运行状态": "正常运行", "对外服务": "是",
}  # fmt: skip
UNUSABLE_AT = 20  #: its line in sites.csv, 1 = header


@dataclass(frozen=True, slots=True)
class Row:
    """A usable row of the register: ``key`` is the site's code, or row-N."""

    key: str
    line: int
    host: str
    site: Site


@dataclass(frozen=True, slots=True)
class Province:
    base: str = "127.53"
    port: int = 8530

    @property
    def nowhere(self) -> str:
        """An address where nothing listens."""
        return f"http://{self.base}.250.1:{self.port}/"

    def rows(self) -> Iterator[Row]:
        seen: dict[str, int] = {}
        for index, site in enumerate(PROVINCE):
            line = index + 2 + (index + 2 >= UNUSABLE_AT)
            n = seen[site.group] = seen.get(site.group, 0) + 1
            yield Row(site.code or f"row-{line}", line, f"{self.base}.{ORDER.index(site.group) + 1}.{n}", site)

    def url(self, row: Row) -> str:
        return f"http://{row.host}:{self.port}/"

    def friends(self, row: Row) -> list[tuple[str, str]]:
        """Sites without faults of their own that every site may link to."""
        good = [r for r in self.rows() if r.site.verdict == "pass" and not r.site.gate and not r.site.trap and r != row]
        return [(r.site.name, self.url(r)) for r in (good[(row.line + 5 * i) % len(good)] for i in range(4))]

    def truth(self, campaign: str) -> dict[str, object]:
        rows = list(self.rows())
        running = [r.site for r in rows if r.site.status == "正常运行"]
        total = {
            "running": len(running),
            "checked": len(running),
            "failed": sum(s.verdict == "fail" for s in running),
            "insufficient": sum(s.verdict == "insufficient" for s in running),
        }
        return {
            "campaign": campaign,
            "total": total,
            "sites": {r.key: r.site.truth(self.url(r), self.nowhere) for r in rows},
        }
