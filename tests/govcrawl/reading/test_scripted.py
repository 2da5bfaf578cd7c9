"""What a script file may draw: only what is known to draw nothing draws nothing; no text keeps the reader long."""

from __future__ import annotations

import time

import pytest

from govcrawl.reading.scripted import MAX_INTO, MAX_SOURCE, of_code, read
from govcrawl.reading.tokens import code_of

FILE = "http://www.a.gov.cn/js/common.js"

IDLE = [
    '$(function(){ $(".nav li").hover(function(){ $(this).addClass("on") }, function(){ $(this).removeClass("on") }) });',
    'jQuery(".focus").slide({titCell:".hd ul", mainCell:".bd ul", autoPage:true});',
    "var timer = window.setInterval('step()', 40); function step(){ box.scrollTop++ }",
    "two.innerHTML = one.innerHTML;",
    'document.getElementById("demo2").innerHTML = document.getElementById("demo1").innerHTML',
    "var words = $('#a').html(), more = $(this).text(), to = $(this).attr('href');",
    "$(window).load(function () { $('.wait').hide(); });",
    "var slides = new Swiper('.swiper', { loop: true });",
    "if (a / b > 2 && c++ / 2) { d = /[/\"']+/g.test(e) }",
    "var s = \"// no comment\", t = '/* nor this */', u = `<b>plain</b>`; /* $.ajax() */ // eval()",
    'function go() { window.open("/search?q=" + encodeURIComponent($("#q").val())) }',
    "var Tabs = { init: function (n) { this.turn(n) }, turn(n) { items[n].className = 'on' } }; Tabs.init(1);",
    "function each(list, callback) { for (var i = 0; i < list.length; i++) { callback(list[i]) } }",
    "document.write('<a href=\"/en/\">English</a>');",
    "function getCookie(n) { var m = document.cookie.match(new RegExp(n + '=([^;]*)')); return m ? unescape(m[1]) : null }",
    "function search() { window.location.href = '/search.html?keyword=' + key }",
    "var html = ''; for (var i = 0; i < 3; i++) { html += '<i></i>' }",
]
DRAWING = [
    "box.innerHTML = html;",
    "two.innerHTML = one.innerHTML + more;",
    "two.innerHTML = window.frames[0].document.body.innerHTML;",
    "$('.news').html(html)",
    "$('#news' + n).append('<li>')",
    "$('<li>').appendTo('.news')",
    "$('#news').load('/news.html')",
    "$.get('/news.html', show)",
    "fetch('/news')",
    "$.get(url)",
    "$('#frame').prop('src', '/news.html')",
    "location['href'] = '/new/'",
    "$('#news').replaceAll(news)",
    "(0, document.write)(news)",
    "document.write.call(document, news)",
    "$.post('/news', show)",
    "layui.use('laypage', show)",
    "list.options.add(new Option('a'))",
    "document.execCommand('insertHTML', false, news)",
    "new Vue({ el: '#news' })",
    "document.write(news)",
    "document.write('<script src=\"/news.js\"><\\/script>')",
    "document.write('<iframe src=\"/news/\"></iframe>')",
    "document.write('<div id=\"news\"></div>')",
    "document.write('2018-06-01 甲县召开会议')",
    "document['wr' + 'ite'](news)",
    "box['inner' + 'HTML'] = news",
    "box['innerHTML'] = news",
    "var put = document.write; put(news)",
    "eval(code)",
    "new Function('a', 'b')()",
    "setTimeout('show(' + n + ')', 10); function show() {}",
    "setTimeout('box.hidden = false', 10)",
    "\\u0065val(code)",
    "frame.src = '/news.html'",
    "location = '/new/'",
    "location.replace('/new/')",
    "window.open('/new/', '_self')",
    "import('/news.js')",
    "export * from './news.js'",
    "showNews('news')",
    "$('.news').newsList()",
    "handlers[n](news)",
    "show`news`; function show() {}",
    "var t = `${news}`",
    "if (a) /['\"]/.test(b); box.innerHTML = c // '",
    "/*@cc_on eval(code) @*/",
    "var s = 'without an end",
    "function cut(",
    "/* never closed",
    "var tab = { load: function () {} }; $('.xw ul').load('/news.html')",
    "<html>404</html>",
    "",
]


@pytest.mark.parametrize("code", IDLE)
def test_what_only_moves_what_is_there_draws_nothing(code: str) -> None:
    assert read(code, FILE).draws == ""
    assert read(code, FILE).into == ()


@pytest.mark.parametrize("code", DRAWING)
def test_what_may_draw_or_is_not_understood_is_named(code: str) -> None:
    assert read(code, FILE).draws
    assert read(IDLE[0] + "\n" + code, FILE).draws or not code


@pytest.mark.parametrize("body", ["Forbidden", '{"code":403}', '{"msg": "无权访问"}'])
def test_a_message_in_a_scripts_place_says_nothing_of_the_script(body: str) -> None:
    assert read(body, FILE).draws


def test_places_that_are_written_out_are_told() -> None:
    code = 'document.getElementById("a").innerHTML = x; $("#b-1").html(x); $("#a").text(x);'
    assert read(code, FILE).into == ("a", "b-1")
    assert read("".join(f'$("#a{n}").html(x);' for n in range(MAX_INTO + 1)), FILE).draws
    for elsewhere in (
        '$("#a .b").html(x)',
        '$("b").html(x)',
        '$("#a").after(x)',
        'top.getElementById("a").innerHTML = x',
    ):
        assert read(elsewhere, FILE).draws


@pytest.mark.parametrize(
    ("file", "head", "known"),
    [
        ("jquery.js", "/*! jQuery v1.8.3 jquery.com | jquery.org/license */", True),
        ("jq.min.js", "/*!\n * jQuery JavaScript Library v1.4.2", True),
        ("swiper-3.4.2.min.js", "/**\n * Swiper 3.4.2\n * Most modern mobile touch slider", True),
        ("bootstrap.min.js", "/*!\n * Bootstrap v3.3.7 (http://getbootstrap.com)", True),
        ("all.js", "/*! jQuery v1.8.3 jquery.com | jquery.org/license */", False),
        ("jquery.news.js", "/*! jQuery v1.8.3 jquery.com | jquery.org/license */", False),
        ("jquery.js", "/* ours */", False),
        ("jquery.js", " " * 1000 + "/*! jQuery v1.8.3 */", False),
    ],
)
def test_a_library_is_told_by_its_name_and_by_its_first_lines(file: str, head: str, known: bool) -> None:
    code = f"{head}\n$.fn.html = function (x) {{ this[0].innerHTML = x }};"
    assert (read(code, f"http://a.gov.cn/js/{file}?v=1").draws == "") is known


def test_a_script_of_the_page_may_call_what_its_files_have() -> None:
    calls = "showNews('a'); setTimeout('turn()', 9);"
    assert of_code(calls, inline=True, trusted=True).draws == ""
    assert of_code(calls, inline=True).draws
    assert of_code("$('.a').newsList()", inline=True, trusted=True).draws


def test_what_a_script_of_the_page_writes_is_read_with_the_page() -> None:
    for code in ("document.write('<div id=\"x\"></div>')", "location.href = '/new/'"):
        assert of_code(code, inline=True).draws == ""
        assert of_code(code).draws


def test_strings_and_code_are_told_apart() -> None:
    code = code_of("var a = 'x\\'y\\\n z', b = /[/'\"]/g; // 'c\n/* \" */ d(a / b / \"e\")")
    assert code is not None
    assert code.strings == ("x'y\n z", "e")
    assert code.text.split() == 'var a = "0", b = /r/; d(a / b / "1")'.split()


BAIT = {
    "one line": "a.b(c);" * 1_500_000,
    "one word": "a" * MAX_SOURCE,
    "brackets": "(" * (MAX_SOURCE // 2) + ")" * (MAX_SOURCE // 2),
    "quotes": "'a" * (MAX_SOURCE // 2),
    "escapes": "'" + "\\'" * (MAX_SOURCE // 2 - 1),
    "slashes": ")/" * (MAX_SOURCE // 2),
    "comments": "/**/" * (MAX_SOURCE // 4),
    "an open comment": "/*" + "*" * (MAX_SOURCE - 2),
    "an open class": "=/[" + "a" * (MAX_SOURCE - 3),
    "arguments": "f(" + "a," * (MAX_SOURCE // 2 - 2) + "a)",
    "arrows": "a=(" * (MAX_SOURCE // 3),
    "copies": "a.innerHTML=" * (MAX_SOURCE // 12),
    "writes": "document.write('a'+" * (MAX_SOURCE // 19),
    "sums": "document.write('a'" + "+'a'" * (MAX_SOURCE // 4 - 5) + ")",
    "functions": "function " * (MAX_SOURCE // 9),
    "blanks": "a" + "/**/ " * (MAX_SOURCE // 5 - 1),
    "dots": "." * MAX_SOURCE,
    "dollars": "$(" * (MAX_SOURCE // 2),
    "later": "setTimeout('" + "a" * (MAX_SOURCE - 20) + "',1)",
    "a page": "document.write('" + "<div>" * (MAX_SOURCE // 5 - 4) + "')",
}


@pytest.mark.parametrize("name", BAIT)
def test_no_text_keeps_the_reader_long(name: str) -> None:
    """A plain file of that size takes 0.1 s; what grows with the square of it would take minutes."""
    before = time.process_time()
    read(BAIT[name], FILE)
    assert time.process_time() - before < 8
