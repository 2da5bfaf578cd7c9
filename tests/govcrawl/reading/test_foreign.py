"""Whose a host is, what hides an element, what a script says once it is put into plain letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.reading import foreign, injected
from govcrawl.reading.document import Document
from govcrawl.reading.domains import host_of, registered, stranger
from govcrawl.reading.hiding import Hider, colour, fits, hidden_by, pixels, same_colour

URL = "http://www.mou.gov.cn/"


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("http://www.a.com.cn/x", "a.com.cn"),
        ("https://b.www.a.bj.cn:81/x?y", "a.bj.cn"),
        ("http://u@www.A.com?x=1", "a.com"),
        ("//cdn.a.net/x.js", "a.net"),
        ("http://8.8.8.8:80/", "8.8.8.8"),
        ("http://中文网.中国/", "中文网.中国"),
        ("http://www.mou.gov.cn/", ""),
        ("http://www.qita.gov.cn/", ""),
        ("http://x.pku.edu.cn/", ""),
        ("http://某局.政务/", ""),
        ("http://s.weibo.com/", ""),
        ("http://10.1.2.3/", ""),
        ("http://localhost/", ""),
        ("http:///x", ""),
        ("javascript:;", ""),
    ],
)
def test_strangers(url: str, domain: str) -> None:
    assert stranger(url, registered(host_of(URL))) == domain


def test_a_sites_own_domain_is_told_by_the_public_suffix() -> None:
    own = registered("www.mou.com.cn")
    assert stranger("http://zt.mou.com.cn/", own) == ""
    assert stranger("http://mou2.com.cn/", own) == "mou2.com.cn"


@given(st.text(max_size=60))
def test_no_address_is_too_odd(text: str) -> None:
    assert isinstance(stranger(f"http://{text}/", "a.cn"), str)
    assert isinstance(stranger(text, "a.cn"), str)


@pytest.mark.parametrize(
    ("style", "how"),
    [
        ("DISPLAY : none", "display-none"),
        ("display:none!important", "display-none"),
        ("visibility:hidden", "display-none"),
        ("position:absolute;left:-9999px", "off-screen"),
        ("position:absolute;left:-60em", "off-screen"),
        ("position:absolute;top:50000px", "off-screen"),
        ("text-indent:-999em", "off-screen"),
        ("font-size:1px", "zero-size"),
        ("width:1px;height:1px;overflow:hidden", "zero-size"),
        ("clip:rect(0 0 0 0);position:absolute", "zero-size"),
        ("opacity:0", "other"),
        ("filter:alpha(opacity=0)", "other"),
        ("font-size:0", "other"),
        ("position:absolute;left:-20px", None),
        ("left:-9999px", None),
        ("text-indent:-2em", None),
        ("border-style:none;overflow:hidden;height:30px", None),
        ("font-family:none;width:0", None),
        ("text-decoration:none", None),
        ("background:none;margin-left:-1px", None),
        ("list-style:none;opacity:0.5", None),
        ("margin-left:-50%;left:50%;position:absolute", None),
    ],
)
def test_what_hides(style: str, how: str | None) -> None:
    assert hidden_by(style) == how


def test_lengths_and_colours() -> None:
    assert [pixels(w) for w in ("3px", "-2em", "1.5", "50%", "auto", "")] == [3, -32, 1.5, None, None, None]
    words = ("#FFF", "white", "rgb(255, 255,255)", "#ffffff url(x)", "fff", "inherit", "url(x.png)", "")
    assert [colour(w) for w in words] == ["ffffff"] * 3 + ["url", "ffffff", "", "url", ""]


def test_the_nearest_that_hides_is_told_with_whether_it_may_open() -> None:
    doc = Document("<div class=tab><p style='display:none'><b><i>甲</i></b></p></div><p hidden><u>乙</u></p>", URL)
    hider = Hider(doc)
    inner, outer = hider.of(doc.by_tag["i"][0]), hider.of(doc.by_tag["u"][0])
    assert (inner.how, inner.sure, doc.tags[inner.box]) == ("display-none", False, "p")  # type: ignore[union-attr]
    assert (outer.how, outer.sure) == ("display-none", True)  # type: ignore[union-attr]
    assert hider.of(doc.by_tag["div"][0]) is None


@pytest.mark.parametrize(
    ("css", "script", "sure"),
    [
        (".w .q7{display:none}", "", True), (".w .q7 a{display:none}", "", True), ("div.w .q7.z{display:none}", "", True),
        (".w .q7{display:none} .q7.on{display:block}", "", False), (".w .q7{display:none}", "$('.q7').show()", False),
        (".w .tab .q7{display:none}", "", None), (".v .q7{display:none}", "", None), ("ul.w .q7{display:none}", "", None),
        (".w > .q7{display:none}", "", None), (".w:hover .q7{display:none}", "", None), (".q7 .w{display:none}", "", None),
    ],
)  # fmt: skip
def test_selectors_of_several_names_in_the_page(css: str, script: str, sure: bool | None) -> None:
    """None: they hide something else, or are not told."""
    html = f"<style>{css}</style><script>{script}</script><div class=w><div class='q7 z'><p><a href=/>甲</a></p></div></div>"
    doc = Document(html, URL)
    hidden = Hider(doc).of(doc.by_tag["a"][0])
    assert (hidden and hidden.sure) is sure


def test_which_boxes_a_selector_fits() -> None:
    around = [("a", [".x"]), ("p", []), ("div", [".b", "#i"]), ("td", [".c"])]
    assert all(fits(path, around) for path in (".x", ".b .x", ".c .b a", "td.c div#i.b a", "#i a.x"))
    assert not any(fits(path, around) for path in (".b .c", ".c .c a", "p .x .x", "ul.b a", ".b.y .x", ".x .b"))
    assert not fits("a", [])


def test_letters_of_their_papers_colour() -> None:
    source = "<p style='background:#fff'><a style='color:white'>甲</a></p><p><a style='color:#fff'>乙</a><a>丙</a></p>"
    doc = Document(f"{source}<p style='background:url(x)'><a style='color:#fff'>丁</a></p>", URL)
    assert [same_colour(doc, i) for i in doc.by_tag["a"]] == [True, False, None, None]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (r"x='\x3cscript\x20src=\x22\x2f\x2fa\x2e1\x22\x3e\x3c\x2f'", '<script src="//a.1"></'),
        ("String.fromCharCode(60,105,102,114,97,109,101)", "<iframe"),
        ("unescape('%3Ci%66%72%61%6D%65%20%73%72%63%3D')", "<iframe src="),
        ("var a='普通的脚本'", ""),
        ("unescape('%3C')", ""),
    ],
)
def test_scripts_in_plain_letters(script: str, said: str) -> None:
    assert said in injected.plain(script)
    assert bool(injected.plain(script)) == bool(said)


@given(st.text(alphabet="(p,a,c,k,e)}'\\|.split0%x<>\"=eferrerbaidu/", max_size=400))
def test_no_script_is_too_odd(script: str) -> None:
    assert isinstance(injected.of_file(script, "a.cn"), tuple)


def test_halves_of_letters_can_be_stored() -> None:
    script = "String.fromCharCode(55296,60,115,99,114,105,112,116,32,115,114,99,61," + ",".join(
        str(ord(c)) for c in "'//js.a1.example/'"
    )
    (trick,) = injected.tricks((script + ")",), "mou.gov.cn")
    assert trick.target == "http://js.a1.example/"
    assert trick.words.encode()


def test_a_page_without_strangers_has_nothing() -> None:
    facts = foreign.read(
        Document("<title>甲</title><a href='/a'>乙</a><div style='display:none'><a href='/b'>丙</a>", URL)
    )
    assert facts == type(facts)()
