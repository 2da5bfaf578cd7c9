"""What surrounds the words of a government page: style sheets, scripts, menus, selection lists, marks at the foot."""

from __future__ import annotations

from tests.site.text import PREFECTURES

NAMES = (
    "wrap top banner logo nav nav_bj nav_nr sous riqi dqwz content title toolbar KeysList page xgxx news tabs tab_on tab_off more date "
    "time list list_r list_l left right foot foot_nr friend link_sel zt_box pic_box slide hd_box bs_box letter reply rl wea share"
).split()
RULES = (
    "width:1000px;margin:0 auto;overflow:hidden;background:#fff;border:1px solid #d6e4f2;padding:0 10px",
    "float:left;display:inline;line-height:32px;font-size:14px;color:#333;text-decoration:none",
    "position:relative;height:36px;background:url(/images/bg.gif) repeat-x 0 -40px;filter:alpha(opacity=90)",
    "font-family:'Microsoft YaHei','宋体',Arial,sans-serif;font-weight:bold;text-indent:1em;white-space:nowrap",
)
CSS = "\n".join(
    f".{n}{{{RULES[i % 4]}}} .{n} a:hover{{color:#c00;text-decoration:underline}}" for i, n in enumerate(NAMES)
)
STATIONS = ",".join(
    f'"{district}":"1012{i:02d}{j:02d}01"'
    for i, (_, districts) in enumerate(PREFECTURES.values())
    for j, district in enumerate(districts)
)
COMMON = """function AddFavorite(url, title) {
    try { window.external.addFavorite(url, title) } catch (e) { alert("加入收藏失败，请使用Ctrl+D进行添加") }
}
function checks(t) {
    t = t.replace(/(^\\s+)|(\\s+$)/g, "");
    if (t == "" || t == "请输入关键字") { alert("请输入有效内容"); return false; }
    return true;
}
function doZoom(size) { var z = document.getElementById("zoom"); if (z) { z.style.fontSize = size + "px"; } }
"""
#: As they are pasted again and again, each for another box of the page.
WIDGET = """var glide{n} = new function () {{
    function $id(id) {{ return document.getElementById(id); }}
    this.layerGlide = function (auto, oEventCont, oSlider, sSingleSize, second, fSpeed) {{
        var oSubLi = $id(oEventCont).getElementsByTagName('li'), interval, timeout, time = 1, a = 0, delay = second * 1000;
        function autoGlide() {{
            for (var c = 0; c < oSubLi.length; c++) {{ oSubLi[c].className = ''; }}
            clearTimeout(interval);
            a = a == oSubLi.length - 1 ? 0 : a + 1;
            oSubLi[a].className = "active";
            interval = setInterval(function () {{ $id(oSlider).style.left = -a * sSingleSize * fSpeed + 'px'; }}, time);
            timeout = setTimeout(autoGlide, delay);
        }}
        if (auto) {{ timeout = setTimeout(autoGlide, delay); }}
    }};
}};
"""
CLOCK = """<script type="text/javascript">
var today = new Date(), days = ["星期日","星期一","星期二","星期三","星期四","星期五","星期六"];
document.write("<div class='time'>今天是：" + (today.getMonth() + 1) + "月" + today.getDate() + "日 " + days[today.getDay()] + "</div>");
</script>
"""
SEARCH = """<form class="sous" action="/search" method="get" onsubmit="return checks(this.keyword.value)">
<input type="text" name="keyword" value="请输入关键字" onfocus="this.value=''" /><input type="submit" value="搜索" /></form>
"""
SHARE = """<div class="share"><span class="jiathis_txt">分享到：</span>
<a class="jiathis_button_qzone" href="javascript:;" onclick="jiathis_sendto('qzone');return false;"><span>QQ空间</span></a>
<a class="jiathis_button_tsina" href="javascript:;" onclick="jiathis_sendto('tsina');return false;"><span>新浪微博</span></a>
<a href="javascript:;" class="jiathis">更多</a></div>
"""
SELECTS = "".join(
    f'<select class="link_sel" onchange="go(this.value)"><option value="">--{region}--</option>'
    + "".join(f'<option value="{i}{j}">{district}政务网</option>' for j, district in enumerate(districts))
    + "</select>\n"
    for i, (region, districts) in enumerate(PREFECTURES.values())
)


def head(title: str, metas: dict[str, str], charset: str, widgets: int) -> str:
    """Everything up to ``<body>``.  ``widgets``: scripts of 0.8 KB each that are pasted in."""
    told = "".join(f'<meta name="{name}" content="{value}" />\n' for name, value in metas.items())
    scripts = COMMON + f"var stations = {{{STATIONS}}};\n" + "".join(WIDGET.format(n=n) for n in range(widgets))
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n'
        f'<meta http-equiv="Content-Type" content="text/html; charset={charset}" />\n<title>{title}</title>\n{told}'
        f'<style type="text/css">\n{CSS}\n</style>\n<script type="text/javascript">\n{scripts}</script>\n</head>\n'
    )


def foot(organiser: str, code: str) -> str:
    """Selection lists of other sites and the identity marks."""
    icp, police = f"滇ICP备{12000000 + int(code[-4:])}号-1", f"{code[:6]}02{int(code[-4:]):06d}"
    return (
        f'<div class="friend">友情链接：{SELECTS}</div>\n<div class="foot"><div class="foot_nr">\n'
        f"<p>主办单位：{organiser}&nbsp;&nbsp;ICP备案编号：{icp}&nbsp;&nbsp;滇公网安备 {police}号&nbsp;&nbsp;网站标识码：{code}</p>\n"
        "<p>Copyright 2012-2016 All Rights Reserved （建议使用1024×768分辨率浏览）</p>\n"
        f"<script id=\"_jiucuo_\" sitecode='{code}' src='http://pucha.kaipuyun.cn/exposure/jiucuo.js'></script>\n</div></div>\n"
    )
