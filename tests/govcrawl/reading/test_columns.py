import pytest

from govcrawl.reading import read
from govcrawl.reading.columns import classify

from .pages import HOST, NAV, facts, frame


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("工作动态", "news"), ("业务要闻", "news"), ("图片新闻", "news"), ("领导活动", "news"), ("部门信息", "news"), ("乡镇动态", "news"),
        ("通知公告", "notice"), ("公示公告", "notice"), ("公告栏", "notice"),
        ("政策文件", "policy"), ("政策法规", "policy"), ("部门文件", "policy"), ("政策解读", "policy"), ("规范性文件", "policy"),
        ("人事信息", "personnel"), ("人事任免", "personnel"), ("录用调配", "personnel"), ("公务员管理", "personnel"),
        ("规划计划", "plan"), ("发展规划", "plan"),
        ("局长信箱", "consult"), ("信息公开意见箱", "consult"), ("网上咨询", "consult"), ("留言板", "consult"),
        ("网上调查", "survey"), ("意见征集", "survey"), ("在线访谈", "interview"),
        ("办事指南", "service"), ("依申请公开", "service"), ("表格下载", "service"),
        ("领导信息", "static"), ("机构设置", "static"), ("单位职能", "static"), ("联系我们", "static"), ("协会简介", "static"),
        ("政务公开", "other"), ("扶贫工作", "other"), ("课题研究", "other"), ("会员风采", "other"), ("", "other"),
    ],
)  # fmt: skip
def test_class_by_name(name, cls):
    assert classify(name) == cls


def test_class_by_folder_only_without_a_name():
    assert classify("", f"{HOST}/zwgk/tzgg/index.html") == "notice"
    assert classify("扶贫工作", f"{HOST}/zwgk/tzgg/index.html") == "other"


def columns(html, **kwargs):
    return {c.name: (c.url.removeprefix(HOST), c.level, c.source) for c in facts(html, **kwargs).columns}


def test_main_navigation():
    found = columns(frame("<p>文</p>", name="某栏目"))
    assert found["政务动态"] == ("/zwdt/", 1, "nav")
    assert found["互动交流"] == ("/hdjl/", 1, "nav")
    assert "网站首页" not in found


NAVS = {
    "table": "<table><tr><td class=on><a href=''>首 页</a></td><td><a href=/gzdt/>工作动态</a></td><td><a href=/zcwj/>政策文件</a></td></tr></table>",
    "nested": "<ul id=siteMenu><li><a href=/>首页</a></li><li><a href=/gzdt/>工作动态</a><ul><li><a href=/gzdt/xw/>图片新闻</a></li></ul></li>"
    "<li><a href=/zcwj/>政策文件</a></li></ul>",
    "hover": "<div class=nav><a href=/>首页</a><a href=/gzdt/>工作动态</a><div class=sub_nav><a href=/gzdt/xw/>图片新闻</a></div><a href=/zcwj/>政策文件</a></div>",
    "icons": "<ul class='nav navbar-nav'><li><a href=/><i>&#xe638;</i>首页</a><li><a href=/gzdt/><i>&#xe639;</i>工作动态</a><li><a href=/bs/>办事</a><li><a href=/zcwj/>政策文件</a>",
    "no home link": "<div id=mainNav><ul><li><a href=/gzdt/>工作动态</a></li><li><a href=/zcwj/>政策文件</a></li><li><a href=/bs/>办事服务</a></li></ul></div>",
}  # fmt: skip


@pytest.mark.parametrize("shape", NAVS)
def test_shapes_of_navigation(shape):
    found = columns(NAVS[shape] + "<div class=main><p>正文的一段话</p></div>", role="home", url=f"{HOST}/")
    assert found["政策文件"] == ("/zcwj/", 1, "nav")
    name = next(n for n in found if "工作动态" in n)
    assert found[name] == ("/gzdt/", 1, "nav")
    if "图片新闻" in NAVS[shape]:
        assert found["图片新闻"] == ("/gzdt/xw/", 2, "nav")


def test_breadcrumb_and_side_list():
    found = columns(frame("<p>文</p>"))
    assert found["政务公开"] == ("/zwgk/", 1, "nav")
    assert found["政策文件"] == ("/zwgk/zcwj/", 2, "side")


def test_side_list_written_by_script():
    side = "<div class=Left_Nav><ul>" + "".join(
        f"<script>var str2=x.value; var str3='{name}'; if(a=='1'){{document.write('<li class=\"on\"><a href=\"../{folder}/\">'+str3+'</a></li>');}}"
        f"else{{document.write('<li><a href=\"../{folder}/\">'+str3+'</a></li>');}}</script>"
        for name, folder in (("通知公告", "tzgg"), ("扶贫工作", "fpgz"))
    )
    found = columns(frame("<p>文</p>", side=side + "</ul></div>"))
    assert found["扶贫工作"] == ("/zwgk/fpgz/", 2, "side")


def test_tree_drawn_by_script():
    tree = (
        "<a id=a1 href=/xxgk/zcwj.htm></a><a id=a2 href=/xxgk/rsxx.htm></a><script>var t=new WebFXTree('目录','');"
        "t.add(new WebFXTreeItem('<span>政策文件目录</span>',document.getElementById(\"a1\").href));"
        "t.add(new WebFXTreeItem('人事信息目录','/xxgk/rsxx.htm'));</script>"
    )
    found = columns(frame(tree, name="信息公开"))
    assert found["政策文件目录"] == ("/xxgk/zcwj.htm", 2, "side")
    assert found["人事信息目录"] == ("/xxgk/rsxx.htm", 2, "side")


def test_more_links_take_the_name_of_their_box():
    box = "<table><tr><td>{0}</td><td><a href=/{1}/>更多&gt;&gt;</a></td></tr></table><table><tr><td><a href=/{1}/1001.html>关于{0}的一条长消息</a></td></tr></table>"
    found = columns(NAV + box.format("乡镇动态", "xzdt") + box.format("部门文件", "bmwj"), role="home", url=f"{HOST}/")
    assert found["乡镇动态"] == ("/xzdt/", 2, "more")
    assert found["部门文件"] == ("/bmwj/", 2, "more")


def test_more_link_without_a_heading_of_its_own_has_no_wrong_name():
    panel = "<div style='display:none'><ul><li><a href=/n/100{0}.html>关于第{0}次会议的消息</a></li></ul><a href=/col2{0}/column.html class=more>更多&gt;&gt;</a></div>"
    found = facts(
        NAV + "<ul><li>机构登记</li><li>诚信分会</li></ul>" + panel.format(1) + panel.format(2),
        role="home",
        url=f"{HOST}/",
    ).columns
    assert [c.name for c in found if c.source == "more"] == ["", ""]


def test_tabs():
    html = (
        NAV + "<h3><a href=/gzdt/ywyw/index.html>业务要闻</a><a href=/gzdt/hydt/index.html>行业动态</a></h3><ul></ul>"
    )
    assert columns(html, role="home", url=f"{HOST}/")["行业动态"] == ("/gzdt/hydt/index.html", 2, "tab")


@pytest.mark.parametrize(
    "link",
    [
        "<a href=http://www.b.gov.cn/zwgk/>上级政务公开</a>",
        "<a href=/search.jsp>站内搜索</a>",
        "<a href=/map/>网站地图</a>",
        "<a href=/login/>用户登录</a>",
        "<a href=/rss/>RSS订阅</a>",
        "<a href='javascript:;'>设为首页</a>",
        "<a href=/zwgk/t20260907_1.html>关于开展普查的通知</a>",
        "<a href=/index.html>返回首页</a>",
        "<a href=/>甲县人民政府</a>",
    ],
)
def test_what_is_no_column(link):
    frame_only = set(columns(NAV, role="home", url=f"{HOST}/"))
    assert set(columns(NAV + f"<div>{link}</div>", role="home", url=f"{HOST}/")) == frame_only


def test_friend_links_are_no_columns():
    html = NAV + "<div>友情链接：<a href=/xz/jia/>甲镇政府</a><a href=/xz/yi/>乙镇政府</a></div>"
    assert "甲镇政府" not in columns(html, role="home", url=f"{HOST}/")


def test_what_lies_on_another_host_is_no_column():
    html = NAV + "<h3><a href=http://xxgk.a.gov.cn/zwgk/>信息公开平台</a></h3>"
    found = {c.name for c in read(html.encode(), f"{HOST}/", role="home").columns}
    assert "信息公开平台" not in found
    assert "政务公开" in found


@pytest.mark.parametrize(
    ("html", "hint", "name"),
    [
        (frame("<ul></ul>", name="通知公告"), "公告", "通知公告"),
        ("<title>甲县政府</title><div class=main><h2>规划计划</h2><ul></ul></div>", "", "规划计划"),
        ("<title>甲县政府</title><div class=main><h2>规划计划</h2><ul></ul></div>" + NAV, "计划总结", "计划总结"),
        ("<title>研究——甲县</title><meta name=ColumnName content=课题研究>", "研究", "课题研究"),
        ("<title>工作动态-甲县</title>", "", "工作动态"),
        (frame("<ul></ul>", name="课题").replace("<title>课题-", "<title>课题研究-"), "课题研究", "课题研究"),
    ],
)  # fmt: skip
def test_name_of_the_column(html, hint, name):
    assert facts(html, name=hint).column.name == name
