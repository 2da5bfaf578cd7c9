"""Furniture that every government page carries: scripts, menus, friend links, footers, tiny pictures."""

from __future__ import annotations

import base64
import json

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GIF = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")

CITIES = {
    "昆明": "五华 盘龙 官渡 西山 东川 呈贡 晋宁 富民 宜良 石林 嵩明 禄劝 寻甸 安宁",
    "曲靖": "麒麟 沾益 马龙 陆良 师宗 罗平 富源 会泽 宣威",
    "玉溪": "红塔 江川 澄江 通海 华宁 易门 峨山 新平 元江",
    "保山": "隆阳 施甸 腾冲 龙陵 昌宁",
    "昭通": "昭阳 鲁甸 巧家 盐津 大关 永善 绥江 镇雄 彝良 威信 水富",
    "丽江": "古城 玉龙 永胜 华坪 宁蒗",
    "普洱": "思茅 宁洱 墨江 景东 景谷 镇沅 江城 孟连 澜沧 西盟",
    "临沧": "临翔 凤庆 云县 永德 镇康 双江 耿马 沧源",
    "楚雄": "楚雄 双柏 牟定 南华 姚安 大姚 永仁 元谋 武定 禄丰",
    "红河": "个旧 开远 蒙自 弥勒 屏边 建水 石屏 泸西 元阳 红河 金平 绿春 河口",
    "文山": "文山 砚山 西畴 麻栗坡 马关 丘北 广南 富宁",
    "西双版纳": "景洪 勐海 勐腊",
    "大理": "大理 漾濞 祥云 宾川 弥渡 南涧 巍山 永平 云龙 洱源 剑川 鹤庆",
    "德宏": "瑞丽 芒市 梁河 盈江 陇川",
    "怒江": "泸水 福贡 贡山 兰坪",
    "迪庆": "香格里拉 德钦 维西",
}

_STATIONS = {
    c: {d: f"1012{9:02d}{i:02d}{j:02d}" for j, d in enumerate(ds.split())} for i, (c, ds) in enumerate(CITIES.items())
}

FAVOURITES = """<script type="text/javascript">
function AddFavorite(sURL, sTitle) {
    try { window.external.addFavorite(sURL, sTitle) } catch (e) {
        try { window.sidebar.addPanel(sTitle, sURL, "") } catch (e) { alert("加入收藏失败，请使用Ctrl+D进行添加") }
    }
}
function SetHome(url) {
    if (document.all) { document.body.style.behavior = 'url(#default#homepage)'; document.body.setHomePage(url); }
    else { alert("您好,您的浏览器不支持自动设置页面为首页功能,请您手动在浏览器里设置该页面为首页!"); }
}
function checks(t) {
    t = t.replace(/(^\\s+)|(\\s+$)/g, "");
    if (t == "" || t == "请输入关键字") { alert('请输入有效内容'); return false; }
    var szMsg = "[#_%&'/\\",;:=!^]";
    for (var i = 1; i < szMsg.length + 1; i++) {
        if (t.indexOf(szMsg.substring(i - 1, i)) > -1) { alert("请勿包含非法字符"); return false; }
    }
    return true;
}
function ChangeColor(c) { document.getElementById("main").style.backgroundColor = c; }
function doZoom(size) { var z = document.getElementById("zoom"); if (z) { z.style.fontSize = size + "px"; } }
</script>
"""

CLOCK = """<script type="text/javascript">
var today = new Date();
var stnDays = ["星期日","星期一","星期二","星期三","星期四","星期五","星期六"];
function getFullYear(d) { var yr = d.getYear(); if (yr < 1000) yr += 1900; return yr; }
document.write("<div class='time'>今天是：" + getFullYear(today) + "年" + (today.getMonth() + 1) + "月" + today.getDate() + "日 " + stnDays[today.getDay()] + "</div>");
</script>
"""

WEATHER = (
    """<script type="text/javascript">
var weatherStations = """
    + json.dumps(_STATIONS, ensure_ascii=False)
    + """;
var customCity = {
    city: '', code: '', days: ['2012-02-29', '2012-03-01', '2012-03-02'],
    getFigure: function (figure, status, size) { return '<span class="wea wea-' + figure + '" title="' + status + '">' + size + '</span>'; },
    show: function (o) {
        if (o.w) { for (var i in o.w) { this.city = i; var wea = o.w[i]; }
            document.getElementById('now_wea').innerHTML = this.city + ' ' + wea[0].s1 + ' ' + wea[0].t1 + '\\u2103';
        } else { this.city = "昆明"; this.code = weatherStations["昆明"]["五华"]; }
    },
    calendar: function (y, m) {
        var first = new Date(y, m - 1, 1).getDay(), days = new Date(y, m, 0).getDate(), html = '<table class="rl"><tr>';
        for (var k = 0; k < first; k++) { html += '<td></td>'; }
        for (var d = 1; d <= days; d++) { html += '<td>' + d + '</td>'; if ((first + d) % 7 == 0) { html += '</tr><tr>'; } }
        return html + '</tr></table>';
    }
};
</script>
"""
)

MENU_FILE = """// 导航下拉、选项卡、返回顶部
$(function () {
    $(".nav li").hover(function () { $(this).find("ul").stop(true, true).slideDown(200); }, function () { $(this).find("ul").slideUp(200); });
    $(".title a").mouseover(function () { $(this).addClass("on").siblings().removeClass("on"); });
    $("#gotop").click(function () { $("html,body").animate({ scrollTop: 0 }, 300); return false; });
});
"""

NEWS_FILE = """// 首页即时信息
$(function () {
    $.getJSON("/api/list", function (data) {
        $.each(data.rows, function (i, row) { $("#jrjt").append('<li><a href="' + row.url + '">' + row.title + '</a></li>'); });
    });
});
"""

SLIDE = """<script type="text/javascript">
var glide = new function () {
    function $id(id) { return document.getElementById(id); }
    this.layerGlide = function (auto, oEventCont, oSlider, sSingleSize, second, fSpeed) {
        var oSubLi = $id(oEventCont).getElementsByTagName('li'), interval, timeout, time = 1, a = 0, delay = second * 1000;
        function autoGlide() {
            for (var c = 0; c < oSubLi.length; c++) { oSubLi[c].className = ''; }
            clearTimeout(interval);
            a = a == oSubLi.length - 1 ? 0 : a + 1;
            oSubLi[a].className = "active";
            interval = setInterval(function () { $id(oSlider).style.left = -a * sSingleSize * fSpeed + 'px'; }, time);
            timeout = setTimeout(autoGlide, delay);
        }
        if (auto) { timeout = setTimeout(autoGlide, delay); }
    };
};
</script>
"""

_RULES = (
    "width:1000px;margin:0 auto;overflow:hidden;background:#fff;border:1px solid #d6e4f2;padding:0 10px",
    "float:left;display:inline;line-height:32px;font-size:14px;color:#333;text-decoration:none",
    "position:relative;height:36px;background:url(/images/bg.gif) repeat-x 0 -40px;filter:alpha(opacity=90)",
    "font-family:'Microsoft YaHei','宋体',Arial,sans-serif;font-weight:bold;text-indent:1em;white-space:nowrap",
)
_NAMES = [
    "wrap",
    "top",
    "banner",
    "logo",
    "nav",
    "nav_bj",
    "nav_nr",
    "sous",
    "riqi",
    "dingb_bj",
    "dingb_nr",
    "dqwz",
    "body_content",
    "content",
    "title",
    "toolbar",
    "KeysList",
    "page",
    "xgxx",
    "news",
    "tabs",
    "tab_on",
    "tab_off",
    "more",
    "date",
    "time",
    "list",
    "list_r",
    "list_l",
    "left",
    "right",
    "foot",
    "foot_nr",
    "friend",
    "link_sel",
    "zt_box",
    "pic_box",
    "slide",
    "hd_box",
    "bs_box",
    "letter",
    "reply",
    "calendar",
    "rl",
    "wea",
    "mobile-menu",
    "share",
]
CSS = "\n".join(
    f".{n}{{{_RULES[i % 4]}}} .{n} a:hover{{color:#c00;text-decoration:underline}}" for i, n in enumerate(_NAMES)
)
STYLE_TAG = f'<style type="text/css">\n{CSS}\n</style>\n'

SHARE = """<div class="share"><span class="jiathis_txt">分享到：</span>
<a class="jiathis_button_qzone" href="javascript:;" onclick="jiathis_sendto('qzone');return false;"><span>QQ空间</span></a>
<a class="jiathis_button_tsina" href="javascript:;" onclick="jiathis_sendto('tsina');return false;"><span>新浪微博</span></a>
<a href="javascript:;" class="jiathis" target="_blank">更多</a></div>
"""

SELECTS = "".join(
    f'<select class="link_sel" onchange="go(this.value)"><option value="">--{city}--</option>'
    + "".join(f'<option value="{i}{j}">{d}政务网</option>' for j, d in enumerate(districts.split()))
    + "</select>\n"
    for i, (city, districts) in enumerate(CITIES.items())
)

SEARCH = """<form class="sous" action="/search" method="get" onsubmit="return checks(this.keyword.value)">
<input type="text" name="keyword" value="请输入关键字" onfocus="if(this.value=='请输入关键字'){this.value=''}" />
<input type="submit" value="搜索" />
</form>
"""


def badge(code: str) -> str:
    """党政机关网站标识 as it is delivered: a script inside unescape()."""
    if not code:
        return ""
    number = f"CA{code[:6]}00060{code[-4:]}0140001"
    return (
        '<script type="text/javascript">document.write(unescape("%3Cspan id=\'_ideConac\' %3E%3C/span%3E%3Cscript '
        f"src='http://dcs.conac.cn/js/26/{code[2:5]}/0000/60{code[-6:]}/{number}.js' type='text/javascript'%3E%3C/script%3E\"));</script>"
    )


def finder(code: str, shape: int) -> str:
    """“我为政府网站找错” in two of the shapes it comes in."""
    if not code:
        return ""
    if shape % 2:
        return (
            f'<span id="_span_jiucuo"><img onclick="Link(\'{code}\')" style="cursor:pointer" src="/images/jiucuo.png"></span>'
            f'<script id="_jiucuo_" sitecode="{code}" src="https://zfwzgl.www.gov.cn/exposure/jiucuo.js" type="text/javascript"></script>'
        )
    return f"<script id=\"_jiucuo_\" sitecode='{code}' src='http://pucha.kaipuyun.cn/exposure/jiucuo.js'></script>"


#: Six ways to write them, seen on real sites: what stands before, between and after; then the marks in their order.
FOOTS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("<p>", "&nbsp;&nbsp;", "</p>", {
        "organiser": "主办单位：{}", "icp": "ICP备案编号：{}", "police": "滇公网安备 {}号", "site_code": "网站标识码：{}"}),
    ("<p>", "</p><p>", "</p>", {
        "organiser": "{}主办<span class='blank'></span>", "site_code": "政府网站标识码：{}", "icp": "{}", "police": "滇公网安备：{}号"}),
    ("<div>", "</div><div>", "</div>", {
        "organiser": "主办：{}", "site_code": "网站标识码：{}", "icp": "<a href='javascript:;'>{}</a>", "police": "滇公网安备号 {}"}),
    ('<script type="text/javascript">document.writeln("<p>', '</p>");document.writeln("<p>', '</p>");</script>', {
        "organiser": "主办单位：{}", "site_code": "政府网站标识码：{} ", "icp": "{}  ", "police": "滇公网安备 ：{}号"}),
    ("<p>", "<br>", "</p>", {
        "organiser": "主办方：{}", "site_code": "网站标识码{}", "icp": "ICP备案号：{}", "police": "公安机关备案号：{}"}),
    ("", " ", "", {
        "organiser": "<span>主办：{}&nbsp;&copy;&nbsp;版权所有</span>", "icp": "<a>{}</a>", "police": "<a>滇公网安备 {}号</a>",
        "site_code": "<span>网站标识码：{}</span>"}),
)  # fmt: skip


def footer(marks: dict[str, str], shape: int) -> str:
    """The foot of a page.  ``marks``: identity marks to show ("" = missing); ``shape`` picks one way to write them."""
    before, between, after, forms = FOOTS[shape % len(FOOTS)]
    text = before + between.join(form.format(marks[m]) for m, form in forms.items() if marks[m]) + after
    badges = badge(marks["party_badge"]) + finder(marks["error_report"], shape)
    rights = "<p>Copyright 2012-2016 All Rights Reserved （建议使用1024×768分辨率浏览）</p>"
    return f'<div class="foot"><div class="foot_nr">\n{text}\n{rights}\n{badges}\n</div></div>\n'
