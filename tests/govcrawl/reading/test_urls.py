from urllib.parse import quote, urldefrag, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.reading.urls import address, canonical, identity, in_gbk, is_trap, join, same_site, site_of

BASE = "http://www.a.gov.cn/zwgk/tzgg/index.html"


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("HTTP://WWW.A.GOV.CN:80/x?y=1#top", "http://www.a.gov.cn/x?y=1"),
        ("https://a.gov.cn:443", "https://a.gov.cn/"),
        ("https://a.gov.cn:8443/", "https://a.gov.cn:8443/"),
        ("http://a.gov.cn/a/./b/../c/", "http://a.gov.cn/a/c/"),
        ("http://a.gov.cn/../x", "http://a.gov.cn/x"),
        ("http://a.gov.cn/x;jsessionid=0A1B?id=3", "http://a.gov.cn/x?id=3"),
        ("http://a.gov.cn/x?PHPSESSID=abc&id=3", "http://a.gov.cn/x?id=3"),
        ("http://a.gov.cn/x?id=3&ASPSESSIONIDQQ=Z", "http://a.gov.cn/x?id=3"),
        ("http://a.gov.cn/x?sessionid=0123456789abcdef0123456789abcdef", "http://a.gov.cn/x"),
        (
            "http://a.gov.cn/x?sid=0123456789abcdef0123456789abcdef",
            "http://a.gov.cn/x?sid=0123456789abcdef0123456789abcdef",
        ),
        ("http://a.gov.cn/index.html", "http://a.gov.cn/index.html"),
    ],
)
def test_canonical(url, same):
    assert canonical(url) == same
    assert canonical(same) == same


def test_canonical_leaves_a_broken_url_alone():
    assert canonical("http://[broken/") == "http://[broken/"


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("t20200101_1.html", "http://www.a.gov.cn/zwgk/tzgg/t20200101_1.html"),
        ("../gsgg/", "http://www.a.gov.cn/zwgk/gsgg/"),
        ("./", "http://www.a.gov.cn/zwgk/tzgg/"),
        ("/a/b?c=d#e", "http://www.a.gov.cn/a/b?c=d"),
        ("?page=2", "http://www.a.gov.cn/zwgk/tzgg/index.html?page=2"),
        ("//b.gov.cn/x", "http://b.gov.cn/x"),
        ("https://b.gov.cn/x", "https://b.gov.cn/x"),
        ("..\\gsgg\\a.html", "http://www.a.gov.cn/zwgk/gsgg/a.html"),
        ("  a.html\n", "http://www.a.gov.cn/zwgk/tzgg/a.html"),
        ("关于.html", "http://www.a.gov.cn/zwgk/tzgg/关于.html"),
    ],
)
def test_join(href, url):
    assert join(BASE, href) == url


@pytest.mark.parametrize(
    "href",
    ["", "#", "#top", "javascript:;", "JavaScript:void(0)", "mailto:x@a.gov.cn", "tel:12345", "data:image/png;base64,xx", "ftp://a/b",
     "http://", "http://[::1", "http://a.gov.cn:port/", "http://a b/", "x" * 3000, "{{ r.url }}", "/c/{{id}}.html", "/c/${id}.html"],
)  # fmt: skip
def test_join_leads_nowhere(href):
    assert join(BASE, href) is None


# Without empty segments in the middle: urllib drops them, browsers and this project keep them.
SEGMENTS = st.lists(st.sampled_from(["a", "b1", "..", ".", "index.html", "t2020_1"]), max_size=6).map("/".join)


@given(
    path=SEGMENTS,
    slash=st.booleans(),
    rooted=st.booleans(),
    query=st.sampled_from(["", "?id=3", "?u=a/../b"]),
    fragment=st.sampled_from(["", "#x"]),
)
def test_join_agrees_with_urllib(path, slash, rooted, query, fragment):
    href = ("/" if rooted else "") + path + ("/" if slash and path else "") + query + fragment
    got = join(BASE, href)
    if got is None:
        assert not href.partition("#")[0]
        return
    wanted = urldefrag(urljoin(BASE, href))[0]
    if not urlsplit(wanted).netloc:
        return
    assert canonical(got) == canonical(wanted)


@given(st.text(max_size=60))
def test_join_never_raises_and_gives_only_http(href):
    url = join(BASE, href)
    assert url is None or urlsplit(url).scheme in ("http", "https")


def test_same_site():
    assert same_site("http://www.a.gov.cn/x", "https://a.gov.cn:443/")
    assert not same_site("http://a.gov.cn/", "http://b.a.gov.cn/")
    assert not same_site("http://127.0.0.1:8001/", "http://127.0.0.1:8002/")
    assert not same_site("", "")
    assert site_of("http://user:pw@WWW.A.gov.cn:8080/") == "a.gov.cn:8080"


@pytest.mark.parametrize(
    "url",
    [
        "http://a.gov.cn/" + "x" * 3000,
        "http://a.gov.cn/a/a/a/a/a/",
        "http://a.gov.cn/a/b/a/b/a/b/a/b/",
        "http://a.gov.cn/" + "/".join(map(str, range(20))),
        "http://a.gov.cn/x?" + "&".join(f"p{i}=1" for i in range(12)),
        "http://a.gov.cn/calendar/2031/05",
        "http://a.gov.cn/x?year=2031&month=5",
        "http://[broken/",
    ],
)
def test_traps(url):
    assert is_trap(url)


@pytest.mark.parametrize(
    "url",
    [
        BASE,
        "http://a.gov.cn/zwgk/202009/t20200901_123.html",
        "http://a.gov.cn/art/2026/9/10/art_1_2.html",
        "http://a.gov.cn/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=1001",
    ],
)
def test_no_traps(url):
    assert not is_trap(url)


@pytest.mark.parametrize(
    ("href", "encoding", "url"),
    [
        ("x?q=通知", "gbk", "http://a.gov.cn/x?q=%CD%A8%D6%AA"),
        ("x?q=通知", "", "http://a.gov.cn/x?q=通知"),
        ("通知?q=1", "gbk", "http://a.gov.cn/通知?q=1"),
        ("x?q=%CD%A8#通?知", "gbk", "http://a.gov.cn/x?q=%CD%A8"),
        ("x?q=한", "gbk", "http://a.gov.cn/x?q=%26%2354620%3B"),
        ("?q=通", "big5", "http://a.gov.cn/?q=%B3q"),
    ],
)
def test_a_query_is_written_in_the_encoding_of_its_page(href, encoding, url):
    assert join("http://a.gov.cn/", href, encoding) == url
    assert canonical(url) == quote(url, safe=":/?=%")


SPELT = (
    "http://www.a.gov.cn/公开/list.asp?lm=通知公告&p=1",
    "http://www.a.gov.cn/%E5%85%AC%E5%BC%80/list.asp?lm=%E9%80%9A%E7%9F%A5%E5%85%AC%E5%91%8A&p=1",
    "http://www.a.gov.cn/%e5%85%ac%e5%bc%80/list.asp?lm=%e9%80%9a%e7%9f%a5%e5%85%ac%e5%91%8a&p=1",
)
GBK = "http://www.a.gov.cn/%E5%85%AC%E5%BC%80/list.asp?lm=%CD%A8%D6%AA%B9%AB%B8%E6&p=1"


def test_chinese_words_make_one_address_however_they_are_escaped():
    assert len({address(url) for url in SPELT}) == 1
    assert {canonical(url).lower() for url in SPELT} == {SPELT[1].lower()}
    assert in_gbk(SPELT[0]) == GBK
    assert join("http://www.a.gov.cn/", SPELT[0], "gbk") == GBK.replace("%E5%85%AC%E5%BC%80", "公开")
    assert in_gbk(SPELT[1]) == SPELT[1]  # escaped already: in what, it says itself


def test_a_page_is_the_same_in_either_encoding_but_is_asked_for_in_each():
    assert {identity(url) for url in (*SPELT, GBK)} == {"a.gov.cn/公开/list.asp?lm=通知公告&p=1"}
    assert address(GBK) != address(SPELT[0])
    assert identity("http://a.gov.cn/?k=%FF%FE") == "a.gov.cn/?k=%FF%FE"  # of no encoding
    assert identity("http://a.gov.cn/?k=a%26b%3D1") != identity("http://a.gov.cn/?k=a&b=1")
    assert identity("http://a.gov.cn/a%2fb") == "a.gov.cn/a%2Fb"


@given(st.text("通知公告信息丂丅镕a@1-", min_size=1, max_size=8))
def test_words_are_the_same_in_both_encodings(words):
    url = f"http://a.gov.cn/l.asp?lm={words}&x=1"
    assert address(canonical(url)) == address(url)
    assert identity(in_gbk(url)) == identity(url)


@pytest.mark.parametrize("href", ["/show/{id}.html", "[!--id--].html", "<%=id%>", "?id=${id}", "{{ url }}"])
def test_places_that_nothing_filled_are_no_links(href):
    assert join("http://a.gov.cn/", href) is None


def test_a_guid_in_braces_is_a_link():
    assert join("http://a.gov.cn/", "?id={0f8fad5b-d9cb-469f-a165-70867728950e}")


@given(
    host=st.sampled_from(["a.gov.cn", "www.a.gov.cn", "www.www.cn", "www.", ".", "127.0.0.1", "A.gov.cn"]),
    path=st.text('/.aZ1-_~%;?=#&+:@|"<> \\关\n', max_size=12),
    index=st.sampled_from(["", "index.html", "/index.html", "/Default.aspx"]),
    scheme=st.sampled_from(["http", "https", "HTTP"]),
)
def test_a_plain_address_is_read_at_a_glance_as_any_other(host, path, index, scheme):
    url = f"{scheme}://{host}/{path}{index}"
    whole = url.partition("#")[0].strip()  # blanks around an address are no part of it; before a "#" they would be
    assert canonical(whole) == canonical(f"{whole}#x")
    assert identity(whole) == identity(f"{whole}#x")
    assert site_of(whole) == site_of(f"{scheme}://user@{host}/")
