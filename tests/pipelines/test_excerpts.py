"""Where words stand: in what a reader sees, and in the bytes that were stored."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.contracts import Role
from pipelines.excerpts import Sheet, link_at, locate, newest_line, stored_at

HTML = (("Content-Type", "text/html"),)
URL = "http://a.gov.cn/tzgg/"
LIST = """<html><head><title>通知公告</title></head><body><div class="nav"><a href="/">首页</a></div>
<ul><li><a href="/a/1.html">关于 <b>做好</b>防汛工作的通知</a><span>2018-05-30</span></li>
<li><a href="/a/2.html" title="关于开展春耕 &amp; 生产检查的通知">关于开展春耕 &amp; 生产…</a><span>2018-05-10</span></li>
<li><a href="/a/3.html">关于放假的通知</a><span>2018-04-10</span></li></ul></body></html>"""


def sheet(body: str = LIST, encoding: str = "utf-8", role: Role = "column") -> Sheet:
    return Sheet(body.encode(encoding), URL, HTML, role, "通知公告")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize(
    ("words", "spelt"),
    [
        ("关于做好防汛工作", "关于 <b>做好</b>防汛工作"),
        ("春耕 & 生产", "春耕 &amp; 生产"),
        ("关于放假的通知…", "关于放假的通知"),
        ("通知 2018-04-10", "通知</a><span>2018-04-10"),
    ],
)
def test_words_have_a_place_in_the_text_and_in_the_bytes(words: str, spelt: str, encoding: str) -> None:
    one = sheet(encoding=encoding)
    place = locate(words, one)
    assert place
    text = one.facts().text
    assert text[place.start : place.end] == place.words
    assert "".join(place.words.split()) == "".join(words.removesuffix("…").split())
    assert text.endswith(place.after) or place.after in text
    assert text[: place.start].endswith(place.before)
    assert place.stored
    assert one.body[slice(*place.stored)].decode(encoding.removesuffix("-sig")).endswith(spelt[-3:])
    assert spelt in one.body.decode(encoding)


def test_words_of_the_navigation_are_found_in_all_that_is_visible() -> None:
    inside, outside = locate("放假", sheet()), locate("首页", sheet())
    assert inside
    assert outside
    assert (inside.whole, outside.whole) == (False, True)


@pytest.mark.parametrize("words", ["", "  ", "…", "没有这句话"])
def test_words_that_are_not_there_have_no_place(words: str) -> None:
    assert locate(words, sheet()) is None


def test_hidden_words_are_not_seen() -> None:
    assert locate("看不见", sheet('<p style="display:none">看不见</p><p>看得见的正文</p>')) is None


def test_words_that_entities_spell_have_no_place_in_the_bytes() -> None:
    place = locate("通知", sheet("<p>&#36890;&#30693;正文</p>", role="page"))
    assert place
    assert place.stored is None


def test_utf_16_is_seen_but_not_searched() -> None:
    one = Sheet("<p>关于放假的通知</p>".encode("utf-16"), URL, HTML)
    place = locate("放假", one)
    assert place
    assert place.stored is None


def test_the_newest_entrys_line_shows_that_nothing_newer_is_there() -> None:
    place = newest_line(date(2018, 5, 30), sheet())
    assert place
    assert place.words == "关于 做好防汛工作的通知2018-05-30"
    assert newest_line(date(2018, 6, 1), sheet()) is None


def test_a_title_that_the_page_cuts_short_is_found_by_its_beginning() -> None:
    place = newest_line(date(2018, 5, 10), sheet())
    assert place
    assert place.words.startswith("关于开展春耕 & 生产…")


def test_half_letters_of_gb18030_are_no_letter() -> None:
    """B0A1 B0A1 … holds A1B0 between its letters."""
    body = "啊啊啊“".encode("gb18030")
    assert "“".encode("gb18030") == b"\xa1\xb0"
    assert stored_at("“", body, ()) == (6, 8)


@given(st.text(alphabet="政府网站通知公告。，“”1 a", min_size=1, max_size=12), st.sampled_from(["utf-8", "gb18030"]))
def test_any_words_between_any_words_are_found(words: str, encoding: str) -> None:
    body = f"<p>开头的文字</p><p>{words}</p><p>结尾文字</p>".encode(encoding)
    found = stored_at(words, body, HTML)
    assert (found is None) == (not words.strip())
    if found:
        assert body[slice(*found)].decode(encoding).replace(" ", "").replace("</p><p>", "") == words.replace(" ", "")


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ('href="/x/gone.doc"', "http://a.gov.cn/x/gone.doc"),
        ("href='gone.doc'", "http://a.gov.cn/x/gone.doc"),
        ("href=../x/gone.doc>", "http://a.gov.cn/x/gone.doc"),
        ('href="http://b.gov.cn/?a=1&amp;b=2"', "http://b.gov.cn/?a=1&b=2"),
        ('href="/附件.doc"', "http://a.gov.cn/%E9%99%84%E4%BB%B6.doc"),
    ],
)
def test_the_address_of_a_dead_link_is_found_as_it_is_written(href: str, url: str) -> None:
    one = sheet(f"<p><a {href}>附件</a></p>")
    found = link_at(url, one)
    assert found
    assert one.body[slice(*found)].strip(b"\"'>=/ ").decode() in href
    assert link_at("http://a.gov.cn/x/else.doc", one) is None
