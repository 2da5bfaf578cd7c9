"""Small pages to read: a site's frame around a main area."""

from govcrawl.facts import Facts
from govcrawl.reading import read

HOST = "http://www.a.gov.cn"
URL = f"{HOST}/zwgk/tzgg/index.html"

NAV = (
    "<div class=top><ul><li><a href=/index.html>网站首页</a></li><li><a href=/zwdt/>政务动态</a></li><li><a href=/zwgk/>政务公开</a></li>"
    "<li><a href=/bsfw/>办事服务</a></li><li><a href=/hdjl/>互动交流</a></li></ul></div>"
)
CRUMB = "<div class=pos>当前位置：<a href=/index.html>首页</a> &gt; <a href=/zwgk/>政务公开</a> &gt; <a href=''>{name}</a></div>"
SIDE = "<div class=l><h2>政务公开</h2><ul><li><a href=/zwgk/tzgg/>通知公告</a></li><li><a href=/zwgk/zcwj/>政策文件</a></li></ul></div>"
FOOT = (
    "<div class=bottom><p><a href=/about/>关于我们</a> | <a href=/map/>网站地图</a></p><p>主办：甲县人民政府办公室　版权所有</p>"
    "<p>网站标识码：5301000001　滇ICP备05000001号-1</p></div>"
)


def frame(main: str, name: str = "通知公告", nav: str = NAV, side: str = SIDE, foot: str = FOOT, head: str = "") -> str:
    return (
        f"<html><head><title>{name}-甲县人民政府网</title>{head}</head><body>{nav}<div class=wrap>{CRUMB.format(name=name)}{side}"
        f"<div class=r>{main}</div></div>{foot}</body></html>"
    )


def facts(html: str, url: str = URL, role: str = "column", name: str = "") -> Facts:
    return read(html.encode(), url, role=role, name=name)  # type: ignore[arg-type]
