import pytest

from .pages import CRUMB, FOOT, NAV, SIDE, facts, frame

EMPTY = "<div class=NewsList><h1><span>通知公告</span></h1><ul>\n</ul></div>"
PAGER = "<script src=/images/createpage.js></script><div class=page><script>createPageHTML(1, 0, 'index', 'html')</script></div>"


def state(main, **parts):
    column = facts(frame(main, **parts)).column
    return column.state


@pytest.mark.parametrize(
    "main",
    [
        EMPTY + PAGER,
        "<ul></ul>",
        "<div class=list>暂无内容</div>",
        "<p>栏目正在建设中，敬请期待……</p>",
        "<p>对不起，没有找到相关信息！</p>",
        "<table><tr><td>暂无相关信息！</td></tr></table><div>共0条　0/0　首页 上页 下页 尾页</div>",
        "<div>共 0 条记录 第 1 页 / 共 0 页</div>",
        "<font id=Zoom>\n</font>",
        "<img src=/images/dot.gif><ul></ul>",
        "<form action=/search.jsp><input name=keyword><input type=submit value=搜索>请输入关键词检索</form><ul></ul>",
    ],
)
def test_blank(main):
    column = facts(frame(main)).column
    assert column.state == "blank"
    assert column.why
    assert column.items == ()


@pytest.mark.parametrize(
    "main",
    [
        "<div id=1></div><script>$('#1').jpage({dataStore:d,columnid:3})</script>",
        "<ul><li ng-repeat='x in list'><a href='{{x.url}}'>{{x.title}}</a></li></ul>",
        "<ul id=list><li v-for='x in list'></li></ul>",
        "<ul id=list></ul><script>$.getJSON('/api/list', function(d){$('#list').html(d)})</script>",
        "<div class=con></div><script>$('.con').load('/inc/list.html')</script>",
        "<iframe src=/list.jsp></iframe>",
        "<script src=/js/write_list.js></script>",
        "<img src=/upload/2017/zzjg_tu.bmp.gif_><ul></ul>",
        "<p>见附件</p>",
        "<a href=/x/y/>进入</a>",
    ],
)
def test_what_cannot_be_told_is_not_blank(main):
    assert state(main) != "blank"


@pytest.mark.parametrize(
    "main",
    [
        "<div id=1></div><script>$('#1').jpage({dataStore:d,columnid:3})</script>",
        "<ul id=list></ul><script>$.getJSON('/api/list', function(d){$('#list').html(d)})</script>",
        "<iframe src=/list.jsp></iframe>",
        "<script src=/js/write_list.js></script>",
        "<ul><li v-for='x in list'><a :href='x.url'>{{ x.title | shortened }}</a><span>{{ x.date }}</span></li></ul>",
    ],
)
def test_drawn_by_a_script(main):
    column = facts(frame(main)).column
    assert column.state == "unknown"
    assert column.why


def test_an_empty_place_that_a_script_file_may_fill():
    assert state("<ul id=newsList></ul>", head="<script src=/js/main.js></script>") == "unknown"
    assert state("<ul id=newsList></ul>", head="<script src=/js/jquery.min.js></script>") == "blank"


def test_a_script_of_the_header_does_not_excuse_an_empty_list():
    clock = "<script>function t(){clock.innerHTML = '星期一'} setInterval(t, 1000)</script>"
    assert state(EMPTY, nav="<span id=clock></span>" + clock + NAV) == "blank"


@pytest.mark.parametrize(
    "main",
    [
        "<h1>通知公告</h1><p>本局负责全县人力资源和社会保障工作，内设办公室、就业股、社保股。</p>",
        "<form action=/save><input name=title><textarea name=body></textarea><input type=submit></form>",
        "<p><img src=/upload/2017/zuzhi.jpg></p>",
        "<video src=/v/1.mp4></video>",
        "<table><tr><td>姓名</td><td>职务</td><td>分管工作</td></tr><tr><td>某某某</td><td>局长</td><td>主持全面工作，分管办公室、人事股</td></tr></table>",
    ],
)
def test_text(main):
    assert state(main) == "text"


def test_channel():
    block = "<div><h3>{0}</h3><a href=/zwgk/{1}/>更多&gt;&gt;</a><ul><li><a href=/zwgk/{1}/1.html>关于{0}的一条长消息</a><i>2020-01-01</i></li></ul></div>"
    found = facts(frame(block.format("政策文件", "zcwj") + block.format("人事信息", "rsxx"), name="政务公开"))
    assert found.column.state == "channel"
    assert found.kind == "channel"
    assert {"政策文件", "人事信息"} <= {c.name for c in found.columns}


def test_channel_of_mere_links():
    assert (
        state("<ul><li><a href=/bs/hy/>婚姻登记</a></li><li><a href=/bs/hj/>户籍办理</a></li></ul>", name="办事服务")
        == "channel"
    )


def test_without_a_frame_nothing_is_accused():
    for page in (
        "",
        "<p>",
        "<html><body><div></div></body></html>",
        "<body><ul></ul></body>",
        "<frameset><frame src=a.html></frameset>",
    ):
        column = facts(page).column
        assert column.state == "unknown"
        assert column.why


@pytest.mark.parametrize("padding", [0, 200_000])
def test_page_size_says_nothing(padding):
    style = (
        f"<style>{'.a{color:red}' * (padding // 13)}</style><input type=hidden name=__VIEWSTATE value={'A' * padding}>"
    )
    assert state(style + EMPTY) == "blank"


def test_a_contact_page_that_looks_like_a_footer_is_text():
    assert (
        state("<p>主办：甲县某局</p><p>地址：甲县人民路1号，周一至周五上午九时至下午五时对外办公</p>", name="联系我们")
        == "text"
    )


def test_no_breadcrumb_but_a_heading():
    page = f"<title>甲县</title>{NAV}<div class=main><h2>规划计划</h2><ul></ul></div><div class=footer>版权所有：甲县人民政府</div>"
    assert facts(page, name="规划计划").column.state == "blank"


def test_entries_before_anything_else():
    assert state(EMPTY + "<ul><li><a href=1.html>关于开展普查的通知</a><i>2026-09-07</i></li></ul>") == "listed"
    assert state("<p>暂无内容</p><ul><li><a href=t20200101_1.html>关于开展普查的通知</a></li></ul>") == "listed"


@pytest.mark.parametrize(
    ("main", "wanted"),
    [
        ("<div><img src=/upload/2017/zuzhi.jpg></div>", "text"),
        ("<div><textarea name=c></textarea></div>", "text"),
        ("<div><iframe src=/list.jsp></iframe></div>", "unknown"),
        ("<div id=list></div><script>$.getJSON('/api', f('#list'))</script>", "unknown"),
        ("<div>见附件</div>", "unknown"),
        ("<div></div>", "blank"),
    ],
)
@pytest.mark.parametrize("footer_inside", [False, True])
@pytest.mark.parametrize("side_first", [False, True])
def test_a_near_empty_page_keeps_what_little_it_has(main, wanted, footer_inside, side_first):
    """Menus and footer lie in one box with the main area: they must not take its content with them."""
    inner = SIDE + main if side_first else main + SIDE
    box = f"<div class=all>{inner}{FOOT if footer_inside else ''}</div>{'' if footer_inside else FOOT}"
    page = f"<title>通知公告</title>{NAV}{CRUMB.format(name='通知公告')}{box}"
    assert facts(page).column.state == wanted


def test_content_before_the_breadcrumb_is_not_overlooked():
    rows = "<ul><li><a href=1.html>关于开展普查的通知</a><i>2026-09-07</i></li></ul>"
    prose = "<p>" + "本局负责全县人力资源和社会保障工作，内设办公室、就业股、社保股。" * 5 + "</p>"
    page = f"<title>通知公告</title>{NAV}{{}}{CRUMB.format(name='通知公告')}<ul></ul>{FOOT}"
    assert facts(page.format("")).column.state == "blank"
    assert facts(page.format(rows)).column.state == "listed"
    assert facts(page.format(prose)).column.state == "unknown"


@pytest.mark.parametrize(
    "main",
    [
        "<div class=nav_bottom><p>本局地址：甲县人民路1号，工作日上午九时至下午五时对外办公，欢迎来电来访。</p><p>技术支持：甲公司</p></div>",
        "<div><p>相关链接</p><a href=/a/>甲</a><a href=/b/>乙</a><p>本局地址：甲县人民路1号，工作日上午九时至下午五时对外办公，欢迎来电来访。</p></div>",
        "<div><p>相关链接</p><a href=/a/>甲</a><a href=/b/>乙</a><img src=/upload/zuzhi.jpg></div>",
        "<div class=left_content><p>本局地址：甲县人民路1号，工作日上午九时至下午五时对外办公，欢迎来电来访。</p><a href=/a/>甲</a></div>",
        "<div class=menu><img src=/upload/zuzhi.jpg><a href=/a/>甲镇</a><a href=/b/>乙镇</a></div>",
    ],
)
def test_furniture_by_its_words_does_not_take_content_along(main):
    assert state(main) == "text"


def test_friend_links_in_the_main_box_leave_a_blank_column_blank():
    friends = "<div>友情链接：<a href=http://b.cn/><img src=b.png></a><a href=http://c.cn/>丙</a><select><option>丁县政府</select></div>"
    assert state("<ul></ul>" + friends) == "blank"
