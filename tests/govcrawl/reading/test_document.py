import time

import pytest

from govcrawl.reading.document import Document
from govcrawl.reading.taming import MAX_DEPTH, tame
from govcrawl.reading.written import unroll

URL = "http://a.gov.cn/x/index.html"


def doc(html):
    return Document(html, URL)


def test_lines_follow_the_blocks():
    d = doc("<p>公<b>告</b></p><p>第二&nbsp;行<br>第三行</p><span>138</span> <span>0000</span>")
    assert d.text(0) == "公告\n第二 行\n第三行\n138 0000"


def test_scripts_styles_comments_and_the_title_are_not_text():
    d = doc("<title>局 网</title><style>p{}</style><script>var a='字'</script><!-- 注 --><p>见&#8203;&#xfeff;字</p>")
    assert d.text(0) == "见字"
    assert d.title == "局 网"
    assert list(d.scripts.values()) == ["var a='字'"]


def test_hidden_parts():
    d = doc(
        "<p>一</p><div style='Display: NONE'><p>二</p></div><p hidden>三</p><noscript><p>六</p></noscript><p style='visibility:hidden'>四</p><p style='display:block'>五</p>"
    )
    assert d.seen(0) == "一\n五"
    assert d.text(0) == "一\n二\n三\n六\n四\n五"


def test_anchors():
    d = doc(
        "<base href=/y/><a href=a.html title='关于全部工作的通知'>关于全部…</a><a href='javascript:;'>空</a><a href=b.html><img alt=图></a>"
    )
    assert [(a.url, a.words) for a in d.anchors] == [
        ("http://a.gov.cn/y/a.html", "关于全部工作的通知"),
        ("", "空"),
        ("http://a.gov.cn/y/b.html", "图"),
    ]


def test_ranges_nest():
    d = doc("<div><ul><li>一<li>二</ul></div><p>三")
    for i, parent in enumerate(d.parent):
        if parent >= 0:
            assert parent < i
            assert d.end[i] <= d.end[parent]
    ul = d.all("ul")[0]
    assert d.text(ul) == "一\n二"
    assert d.chars(ul, d.end[ul]) == 2


@pytest.mark.parametrize("html", ["", "x", "<", "<!--", "</p>", "<frameset><frame src=a></frameset>", "\ud800"])
def test_odd_pages_are_laid_out(html):
    assert isinstance(doc(html).text(0), str)


def test_ordinary_pages_are_not_touched():
    page = "<div><p>文</p></div>" * 2000
    assert tame(page) is page


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 200_000,
        "<div>" * 100_000 + "</div>" * 100_000,
        "".join(f"<p><font color={i}>" for i in range(20_000)),
        "<a " + " ".join(f"a{i}" for i in range(50_000)) + ">",
        "<select>" + "<option>a" * 50_000,
        "<ul><li>" * 30_000,
        "<" * 1_000_000,
        "<!--" * 200_000,
        "<table><tr><td>" * 30_000,
        "中" * 3_000_000,
    ],
    ids=lambda p: p[:12],
)
def test_pages_made_to_break_parsers(page):
    start = time.process_time()
    d = doc(page)
    assert time.process_time() - start < 8
    assert max(sum(1 for _ in d.above(i)) for i in range(0, len(d.tags), 997)) <= 3 * MAX_DEPTH


def test_a_long_inline_picture_survives():
    page = "<p>前</p>" * 10_000 + f"<img src='data:image/png;base64,{'A' * 30_000}'><a href=z.html>后</a>"
    assert "z.html" in tame(page)
    assert "A" * 30_000 in tame(page)


# --- what scripts write --------------------------------------------------------------------------------------------------


def test_written_links_take_their_names_from_variables():
    html = unroll(
        """<ul><script>var str3='公示公告'; if(a){document.write('<li class="on"><a href="../gsgg/">'+str3+'</a></li>');}
        else{document.write('<li><a href="../gsgg/">'+str3+'</a></li>');}</script></ul>"""
    )
    assert html.count('<a href="../gsgg/">公示公告</a></li></ul>') == 1


def test_written_and_escaped():
    html = unroll(
        '<script>document.write(unescape("%3Cspan id=\'x\'%3E%u516C%3C/span%3E"));document.writeln("\\u544a<\\/p>");</script>'
    )
    assert html.endswith("<span id='x'>公</span>告</p>")


def test_what_cannot_be_told_is_left_out():
    assert unroll("<script>document.write('<b>'+today()+'年</b>')</script>").endswith("<b>年</b>")
    assert unroll("<script>\n  // document.write('旧')\n</script>").endswith("</script>")
    assert unroll("<script>document.write(5)</script>").endswith("</script>")


def test_records_of_a_data_store():
    html = unroll(
        "<script type='text/xml'><datastore><recordset><record><![CDATA[<li><a href='/art/2020/9/1/art_1_2.html'>题</a></li>]]></record>"
        "<record><![CDATA[<li>二</li>]]></record></recordset></datastore></script>"
    )
    assert html.endswith("</script><li><a href='/art/2020/9/1/art_1_2.html'>题</a></li><li>二</li>")


@pytest.mark.parametrize(
    "page", ['document.write("' * 100_000, "document.write<script></script>" * 50_000, "<script>" * 100_000]
)
def test_unrolling_is_linear(page):
    start = time.process_time()
    unroll("<script>" + page + "</script>")
    assert time.process_time() - start < 5
