import json
from pathlib import Path

import pytest

from govcrawl.facts import FooterFacts
from govcrawl.reading import MARKED, read

from .pages import HOST, NAV, facts, frame

BADGE = "0BE1AC304F8E592CE053012819ABCDEF"

# Shapes of real footers, with invented names and numbers.
FOOTERS = [
    (
        "<p>主办：甲省人民政府办公厅 &nbsp; 协办：<a href=https://www.d.cn/>甲日报社</a></p><p>政府网站标识码：4100000009 &nbsp; 备案序号："
        "<a href='//beian.miit.gov.cn'>豫ICP备05000001号-1</a> &nbsp; 郑公备：41010000000130</p>"
        "<a href='https://zfwzgl.www.gov.cn/exposure/jiucuo.html?site_code=4100000009&url=x'><img src=j.png></a>",
        FooterFacts("4100000009", "豫ICP备05000001号-1", "41010000000130", "", "4100000009", "甲省人民政府办公厅"),
    ),
    (
        "<span>政府网站标识码：1100000009 </span><span>京公网安备110100000155</span><span>ICP备案编号：京ICP备14000001号－1</span><p>主办单位：甲市某局</p>"
        "<script id='_jiucuo_' sitecode='1100000009' src='http://pucha.kaipuyun.cn/exposure/jiucuo.js'></script>",
        FooterFacts("1100000009", "京ICP备14000001号－1", "110100000155", "", "1100000009", "甲市某局"),
    ),
    (
        "<p>主办单位：甲省工业委员会 地址：甲市某路1号 邮编：330000</p><p>赣ICP备10000001号　　　政府网站标识码：3600000009</p>",
        FooterFacts("3600000009", "赣ICP备10000001号", "", "", "", "甲省工业委员会"),
    ),
    (
        "<span>主办单位：甲省市场监督管理局</span><span>鄂公网安备42010000000665号 鄂ICP备05000002号-1 政府网站标识码：4200000009</span>",
        FooterFacts("4200000009", "鄂ICP备05000002号-1", "42010000000665", "", "", "甲省市场监督管理局"),
    ),
    (
        "<div>沪ICP备：12000001</div><div>沪公安备：31010100000442号</div><div>政府网站标识码：310000000009</div>",
        FooterFacts("310000000009", "沪ICP备：12000001", "31010100000442"),
    ),
    (
        '<script>document.writeln("<p>主办单位：甲市人民政府办公厅 承办单位：甲市政务服务办公室</p>");'
        'document.writeln("<p>政府网站标识码：1200000009 津ICP备05000003号  津公网安备 ：12010000000991号</p>");</script>',
        FooterFacts("1200000009", "津ICP备05000003号", "12010000000991", "", "", "甲市人民政府办公厅"),
    ),
    (
        "<p>政府网站标识码：1101000009</p><p> ICP备案序号：京ICP备19000001号 京公网安备：11010000007633号</p>",
        FooterFacts("1101000009", "京ICP备19000001号", "11010000007633"),
    ),
    ("网站标识码：bm55000009 <a href=http://beian.miit.gov.cn/>京ICP备19000002号</a>", FooterFacts("bm55000009", "京ICP备19000002号")),
    ("<span>公安机关备案号：43010000000524</span><br><span>网站标识码：4300000009</span>", FooterFacts("4300000009", "", "43010000000524")),
    (
        "冀公网安备： 13030000002230<br/>网站标识码： 1303000009  邮政编码： 066000 <p>ICP备案号： 冀ICP备15000001号</p>",
        FooterFacts("1303000009", "冀ICP备15000001号", "13030000002230"),
    ),
    (
        "<p>甲省自然资源厅主办<span class=blank></span>甲省遥感技术研究院承办</p><p>甲省自然资源厅版权所有<span></span>政府网站标识码：3700000009</p>",
        FooterFacts("3700000009", organiser="甲省自然资源厅"),
    ),
    (
        "<p>网站标识码bm01000009 <a href=https://beian.miit.gov.cn/>京ICP备05000004号</a> <a>京公网安备11010000000001号</a></p>",
        FooterFacts("bm01000009", "京ICP备05000004号", "11010000000001"),
    ),
    (
        "<span>主办：甲省人民政府办公厅&nbsp;©&nbsp;甲省人民政府网&nbsp;版权所有</span><a href='http://www.beian.gov.cn/portal/registerSystemInfo?recordcode=14010500000691'>"
        "<img src=ga.png></a><span>网站标识码：1400000009</span>",
        FooterFacts("1400000009", "", "14010500000691", "", "", "甲省人民政府办公厅"),
    ),
    (
        "<p>备案号：<a>浙ICP备05000005号</a> 网站标识码：3300000009<a href='http://www.beian.gov.cn/x?recordcode=33010600009328'>浙公网安备 33010600009328号</a></p>",
        FooterFacts("3300000009", "浙ICP备05000005号", "33010600009328"),
    ),
    (
        "<a>冀公网安备号 13010400001786</a> <a>冀ICP备06000006号-14</a><a>冀ICP备06000006号-17</a><p>网站标识码：1300000009</p>",
        FooterFacts("1300000009", "冀ICP备06000006号-14", "13010400001786"),
    ),
    (
        f"<a href='https://bszs.conac.cn/sitename?method=show&id={BADGE}'></a>"
        "<a href='https://zfwzgl.www.gov.cn/exposure/jiucuo.html?site_code=4401000009&url=x'></a>",
        FooterFacts(party_badge=BADGE, error_report="4401000009"),
    ),
    (
        "<script>document.write(unescape(\"%3Cspan id='_ideConac' %3E%3C/span%3E%3Cscript src='http://dcs.conac.cn/js/01/000/0000/1/CA010000000600000000001.js' "
        "type='text/javascript'%3E%3C/script%3E\"));</script>",
        FooterFacts(party_badge="CA010000000600000000001"),
    ),
    ("<img onclick=\"Link('3213000009')\" src=../assets/images/jiucuo.png>", FooterFacts(error_report="3213000009")),
    (
        "<a style='display:none;' href='http://192.0.2.40/exposure/jiucuo.html?site_code=3300000009&amp;url=x'><img></a>",
        FooterFacts(error_report="3300000009"),
    ),
    ("<a href=/hudong/jiucuopage.html>网站找错</a>", FooterFacts(error_report=f"{HOST}/hudong/jiucuopage.html")),
    ("<p>苏IPC备16000001号</p>", FooterFacts(icp="苏IPC备16000001号")),
    ("<p>Copyright 2016-2019</p>", FooterFacts()),
]  # fmt: skip


@pytest.mark.parametrize(("html", "wanted"), FOOTERS)
def test_marks(html, wanted):
    assert read(html.encode(), f"{HOST}/", role="home").footer == wanted


@pytest.mark.parametrize(("html", "wanted"), FOOTERS)
def test_marks_at_the_foot_of_a_page(html, wanted):
    rows = "".join(f"<li><a href={n}.html>关于第{n}次会议情况的通报</a><i>2026-09-0{n}</i></li>" for n in range(1, 9))
    assert facts(frame(f"<ul>{rows}</ul>", foot=f"<div class=foot>{html}</div>")).footer == wanted


def test_a_mark_in_a_comment_does_not_count():
    html = f"<!--a href='http://bszs.conac.cn/sitename?method=show&id={BADGE}'></a--><p>主办：甲县某局</p>"
    assert read(html.encode(), f"{HOST}/", role="home").footer == FooterFacts(organiser="甲县某局")


def test_the_code_of_the_meta_tag_stands_in():
    assert read(b"<meta name=SiteIDCode content=5301000009>", f"{HOST}/", role="home").footer.site_code == "5301000009"
    both = "<meta name=SiteIDCode content=''><p>网站标识码：5301000008</p>"
    assert read(both.encode(), f"{HOST}/", role="home").footer.site_code == "5301000008"


def test_of_several_codes_that_of_the_foot_counts_and_the_others_are_told():
    notice = "<p>关于关停甲县教育局网站的公告（网站标识码：5301000099）</p><p>事项标识码：5301000077</p>"
    found = facts(frame(notice, foot="<div class=foot>网站标识码：5301000009</div>")).footer
    assert (found.site_code, found.others) == ("5301000009", ("5301000099",))
    same = facts(frame("<p>网站标识码：5301000009</p>", foot="<div class=foot>网站标识码：5301000009</div>")).footer
    assert (same.site_code, same.others) == ("5301000009", ())


@pytest.mark.parametrize(
    ("html", "code"),
    [("网站标识码：530100009", "530100009"), ("网站标识码：bm5500000", "bm5500000"), ("标识码：2018", "")],
)
def test_a_code_that_lacks_a_digit_is_read_as_it_stands(html, code):
    assert read(f"<p>{html}</p>".encode(), f"{HOST}/", role="home").footer.site_code == code


def test_an_organiser_named_in_an_article_is_not_the_sites():
    main = (
        "<h1>某某活动圆满结束</h1><p>本次活动由甲县文化馆主办，乙公司承办。主办单位：甲县文化馆。</p>"
        + "<p>"
        + "活动内容丰富多彩。" * 30
        + "</p>"
    )
    found = facts(
        frame(main, foot="<div class=foot>主办：甲县人民政府　版权所有</div>"), f"{HOST}/t20200101_1.html", "column"
    )
    assert found.footer.organiser == "甲县人民政府"


def test_a_footer_kept_as_a_script_file():
    script = 'document.writeln("<p>主办单位：甲市人民政府办公厅</p>");document.writeln("<a href=/zwgk/>政务公开</a>");'
    found = read(script.encode(), f"{HOST}/js/foot.js", role="fragment")
    assert found.footer.organiser == "甲市人民政府办公厅"
    assert [link.url for link in found.links] == [f"{HOST}/zwgk/"]


def test_a_fragment_gives_columns_and_marks_but_no_verdict():
    found = read((NAV + "<p>主办：甲县某局</p>").encode(), f"{HOST}/inc/top.html", role="fragment")
    assert {c.name for c in found.columns} == {"政务动态", "政务公开", "办事服务", "互动交流"}
    assert found.footer.organiser == "甲县某局"
    assert found.column is None


@pytest.mark.parametrize("name", ["教育局", "县政府", "12345热线", "某某省人民政府办公厅"])
def test_an_organiser_after_its_label_may_be_short(name: str) -> None:
    page = f"<html><body><div>正文</div><div class='foot'><p>主办单位：{name}</p></div></body></html>"
    assert read(page.encode(), "http://a.gov.cn/", role="home").footer.organiser == name


def test_marks_are_looked_for_only_where_a_site_shows_them() -> None:
    marks = "<p>主办：甲县某局</p>".encode()
    assert {
        role
        for role in ("home", "fragment", "column", "article", "more", "page")
        if read(marks, f"{HOST}/", role=role).footer.organiser
    } == {*MARKED}


REAL = Path(__file__).parents[4] / "shared" / "facts" / "footers.json"
NAMES = {
    "siteid": "site_code", "icp": "icp", "gongan": "police", "conac": "party_badge", "jiucuo": "error_report", "zhuban": "organiser",
}  # fmt: skip


@pytest.mark.skipif(not REAL.is_file(), reason="footers.json is not in ../shared/facts")
@pytest.mark.parametrize("role", MARKED)
def test_real_footers_that_lie_beside_the_checkout(role) -> None:
    cases = json.loads(REAL.read_text("utf-8"))
    assert len(cases) > 20
    for case in cases:
        found = read(case["raw"].encode(), f"{HOST}/", role=role).footer
        wanted = {name: case["expect"].get(key, "") for key, name in NAMES.items()}
        assert {name: getattr(found, name) for name in wanted} == wanted, case["raw"]


@pytest.mark.parametrize(
    ("html", "drawn"),
    [
        ("<body ng-app=x><div ng-view></div></body>", True),
        ("<div id=app>{{ title }}</div>", True),
        ("<div id=app></div><script src=/js/app.js></script>", True),
        ("<div id=app></div><script>new Vue({el:'#app'})</script>", True),
        ("<p>甲县某局</p>", False),
        ("<body ng-app=x><p>主办：甲县某局</p></body>", False),
    ],
)
def test_a_page_drawn_by_a_script_says_nothing_of_its_foot(html, drawn) -> None:
    assert read(html.encode(), f"{HOST}/", role="home").footer.drawn is drawn
