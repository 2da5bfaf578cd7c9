import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govcrawl.facts import Link
from govcrawl.reading import read
from govcrawl.reading.challenge import is_challenge

from .pages import FOOT, HOST, NAV, URL, facts, frame

# --- redirects --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "<meta http-equiv='Refresh' content='0;URL=./gzdt/'>",
        "<META HTTP-EQUIV=refresh CONTENT=\"3; url='/zwgk/tzgg/gzdt/'\">",
        "<script>var lm='a'; if(lm=='a'){document.write('<meta http-equiv=\"Refresh\" content=\"0;URL=gzdt/\" />');}</script>",
        "<script>window.location.href = 'gzdt/';</script>",
        "<html><body><p>正在跳转……</p><script>location='gzdt/'</script></body></html>",
        '<script>top.location.replace("gzdt/")</script>',
        "<script>self.location = '/zwgk/tzgg/gzdt/'</script><a href=gzdt/>点这里</a>",
        "<script>var u = 'gzdt/'; window.location = u;</script>",
        "<script>let home = 'gzdt'; location.replace(home + '/');</script>",
        "<body onload=\"window.location.href='gzdt/'\"></body>",
        "<script>if(/Android|iPhone/i.test(navigator.userAgent)){location.href='/m/';}else{location.href='gzdt/';}</script>",
        "<script>// location='/old/'\nlocation='gzdt/'</script>",
        "<script>setTimeout(\"location.href='gzdt/'\", 2000)</script><p>页面即将跳转</p>",
        "<noscript><meta http-equiv=refresh content='0;url=gzdt/'></noscript>",
        "<base href=/zwgk/tzgg/><meta http-equiv=refresh content='0;url=gzdt/'>",
    ],
)
@pytest.mark.parametrize("role", ["home", "column", "page"])
def test_redirects(html, role):
    found = facts(html, role=role)
    assert (found.kind, found.redirect) == ("redirect", f"{HOST}/zwgk/tzgg/gzdt/")
    assert found.column is None


@pytest.mark.parametrize(
    "html",
    [
        "<meta http-equiv=refresh content=300>",
        "<meta http-equiv=refresh content='300;url=/zwgk/tzgg/'>",
        f"<meta http-equiv=refresh content='0;url={URL}'>",
        "<meta http-equiv=refresh content='0;url=javascript:;'>",
        frame("<ul></ul>") + "<script>function s(){window.location.href='/search.html'}</script>",
        "<script>if(window.location.host=='a'){mylocation='x/'}</script>",
        "<script>if(location == 'x/'){}</script>",
        "<script>location.href = target();</script>",
    ],
)
def test_no_redirect(html):
    found = facts(html)
    assert found.redirect == ""
    assert found.kind != "redirect"


# --- firewalls ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (
            412,
            (),
            "<html><head><meta content='x'><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></head><body></body></html>",
        ),
        (521, (), "<script>document.cookie=('_')+('_')+('jsl_clearance=1');location.href=location.pathname</script>"),
        (202, (), "<script>var a='__jsl_clearance_s=';document.cookie=a</script>"),
        (
            200,
            (),
            "<html><script>var arg1='1F';function setCookie(n){document.cookie='acw_sc__v2='+n;location.reload()}</script></html>",
        ),
        (
            200,
            (("Set-Cookie", "yunsuo_session_verify=1"),),
            "<script>window.location='/?security_verify_data=313'</script>",
        ),
        (
            403,
            (),
            "<html><title>访问拦截</title><body>您的请求疑似攻击行为，已被网站管理员设置的防火墙拦截！</body></html>",
        ),
        (405, (), "<p>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</p>"),
        (503, (), "<script>eval(unescape('x'))</script><noscript>请开启JavaScript</noscript>"),
    ],
)
def test_challenges(status, headers, body):
    assert is_challenge(status, headers, body.encode())


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (
            403,
            "<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center><hr>nginx</body></html>",
        ),
        (404, "<html><title>404</title><script src=/js/a.js></script><body>您访问的页面不存在</body></html>"),
        (404, "<script>var a=1</script>"),
        (500, "HTTP Status 500 – Internal Server Error"),
        (503, "Service Unavailable"),
        (521, ""),
        (403, ""),
        (200, frame("<ul></ul>")),
        (200, "<script>location.href='/index/'</script>"),
    ],
)
def test_plain_answers(status, body):
    assert not is_challenge(status, (), body.encode())


def test_challenge_page_as_read():
    found = read(b"<script>$_ts={};_$ab();document.cookie='x'</script>", f"{HOST}/")
    assert found.kind == "challenge"


# --- links and fragments --------------------------------------------------------------------------------------------------------


def test_links_are_absolute_and_named_once_in_order():
    found = facts(
        "<a href=a.html#x>甲</a><a href='javascript:;'>无</a><a href=''>空</a><a href=a.html>甲又</a><img src=p.jpg alt=图><iframe src=/f.html></iframe>"
        "<map><area href=/m.html></map><a href=http://b.com/>外</a><a href=p.jpg>图</a><img src=data:x>"
    )
    assert found.links == (
        Link(f"{HOST}/zwgk/tzgg/a.html", "甲", "a"),
        Link(f"{HOST}/zwgk/tzgg/p.jpg", "图", "a"),
        Link(f"{HOST}/f.html", "", "iframe"),
        Link(f"{HOST}/m.html", "", "area"),
        Link("http://b.com/", "外", "a"),
    )


def test_a_picture_alone_is_linked_as_picture():
    assert facts("<img src=/p.jpg alt=图>").links == (Link(f"{HOST}/p.jpg", "图", "img"),)


def test_empty_text_anchors_of_a_tree_are_links():
    assert [x.url for x in facts("<a id=a1 href=/xxgk/1.htm></a><a id=a2 href=/xxgk/2.htm></a>").links] == [
        f"{HOST}/xxgk/1.htm",
        f"{HOST}/xxgk/2.htm",
    ]


def test_fragments():
    found = facts(
        "<script>$('#top').load('/html/top/index.html');$(\"#foot\").load(\"foot.html #x\");$('#a').load('http://b.com/x.html');"
        "$('#b').load('/data.json');$.get('/inc/nav.shtml',f)</script><div w3-include-html=/inc/left.html></div>"
    )
    assert found.fragments == (
        f"{HOST}/html/top/index.html",
        f"{HOST}/zwgk/tzgg/foot.html",
        f"{HOST}/inc/nav.shtml",
        f"{HOST}/inc/left.html",
    )


# --- home -------------------------------------------------------------------------------------------------------------------------


def home(html):
    found = read(html.encode(), f"{HOST}/", role="home")
    assert found.kind == "home"
    assert found.column is None
    return found.home


def test_home_items():
    got = home(
        NAV
        + "<div class=pic><a href=/zwdt/t20260907_9.html><img src=a.jpg></a></div><h3><a href=/zwdt/>政务动态</a></h3><ul>"
        "<li><a href=/zwdt/t20260905_8.html>全县召开安全生产工作会议</a><span>09-05</span></li>"
        "<li><a href=/zwdt/1001.html>全县召开防汛工作会议</a><span>[09-03]</span></li>"
        "<li><a href=/zwdt/1002.html>县领导调研重点项目建设</a><span>2026-09-01</span></li></ul>"
        "<div>友情链接：<a href=http://www.gov.cn/>中国政府网站门户网站</a><a href=http://www.b.gov.cn/>甲市人民政府门户网站</a></div>"
        + FOOT
    )
    assert [(i.url.removeprefix(HOST), i.date, i.dated_by) for i in got.items] == [
        ("/zwdt/t20260907_9.html", date(2026, 9, 7), "url"),
        ("/zwdt/t20260905_8.html", date(2026, 9, 5), "shown"),
        ("/zwdt/1001.html", None, "unread"),
        ("/zwdt/1002.html", date(2026, 9, 1), "shown"),
    ]
    assert not got.nav_only


def test_an_entry_page():
    assert home("<body><img src=bg.jpg><a href=/cn/>进入网站</a> <a href=/en/>English</a></body>").nav_only
    assert home(NAV + FOOT).nav_only


# --- kinds and pathologies -----------------------------------------------------------------------------------------------------------


def test_frames():
    found = facts("<frameset cols=20,80><frame src=left.html><frame src=main.html></frameset>")
    assert found.kind == "frames"
    assert [x.tag for x in found.links] == ["frame", "frame"]
    assert found.column.state == "unknown"


def test_kind_of_an_empty_answer():
    assert facts("").kind == "empty"
    assert facts("<html><body></body></html>", role="article").kind in ("empty", "text", "article")


def test_drawn_pages_are_of_kind_script():
    assert facts(frame("<div id=1></div><script>$('#1').jpage({dataStore:d})</script>")).kind == "script"


def test_visible_text_leaves_out_what_is_hidden():
    found = facts("<p>见</p><div style='display:none'>暗</div><script>'字'</script>")
    assert found.text == "见"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_encodings(encoding):
    found = read(frame("<ul></ul>").encode(encoding), URL, [("content-type", "text/html;charset=utf-8")], "column")
    assert found.title == "通知公告-甲县人民政府网"
    assert found.encoding == ("utf-8" if encoding == "utf-8" else "gb18030")


ROW = "<li><a href=/n/t20200101_{0}.html>关于第{0}号工作的通知</a><span>2020-01-01</span></li>"
PATHOLOGIES = {
    "nested": b"<div>" * 200_000,
    "nested with words": b"<div>x" * 150_000,
    "one line": b"a" * 10_000_000,
    "one script": b"<script>" + b"a('b');" * 1_000_000 + b"</script>",
    "damaged": b"\xff\xfe\xfd<a href=x>" * 100_000,
    "nul": b"<p>\0</p>" * 300_000,
    "open brackets": b"<" * 1_000_000,
    "open link": b"<a href=/x/>" + "中文，".encode() * 300_000,
    "dates": b"<span>2020-01-01</span>" * 30_000,
    "more": "<a href=/x/>更多</a>".encode() * 10_000,
    "options": b"<select>" + b"<option>a" * 50_000,
    "list": ("<ul>" + "".join(ROW.format(i) for i in range(20_000))).encode(),
    "loose list": "".join(
        f"<a href=/n/{i}.html>关于第{i}号工作的通知</a><i>2020-01-01</i>" for i in range(15_000)
    ).encode(),
    "empty places": frame("".join(f"<div id=a{i} class=b{i}></div>" for i in range(30_000))).encode(),
    "asking scripts": frame(
        "".join(f"<p id=a{i}></p><script>$.get('/api/{i}',f('#a{i}'))</script>" for i in range(5_000))
    ).encode(),
    "growing strings": frame(
        "<script>var s='x';" + "s+='y'+s+s;" * 3_000 + "document.write(s+s+s);" * 900 + "</script>"
    ).encode(),
    "letters": "<title>信箱</title>".encode() + b"<tr><td>" * 20_000,
}


@pytest.mark.parametrize("role", ["home", "column", "page"])
@pytest.mark.parametrize("name", PATHOLOGIES)
def test_pathologies(name, role):
    start = time.process_time()
    read(PATHOLOGIES[name], URL, role=role)
    assert time.process_time() - start < 15


MARKUP = st.lists(
    st.sampled_from(
        ["<div>", "</div>", "<ul><li>", "</ul>", "<a href=1001.html>", "</a>", "<table><tr><td>", "</table>", "关于开展普查的通知", "2020-01-01", "09-25", "首页", "更多>>",
         "当前位置：", " > ", "主办：甲县某局", "<script>document.write('<p>", "')</script>", "<style>", "<p class=title>", "暂无内容", "<form>", "<h1>", "<frameset>", "<!--", "-->"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(max_examples=150)
@given(MARKUP, st.sampled_from(["home", "column", "article", "page", "fragment"]))
def test_broken_markup_is_always_read(html, role):
    found = read(html.encode(), URL, role=role)
    assert all(x.url.startswith("http") for x in found.links)
    assert found.column is None or found.column.state != "blank" or found.column.why


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_are_read(body):
    read(body, URL)
