from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.register.urls import mend_url, same_page


@pytest.mark.parametrize(
    "url",
    [
        "http://www.km.gov.cn/",
        "https://www.km.gov.cn",
        "http://127.0.0.1:8000/site/3/",
        "http://[::1]:8000/",
        "http://localhost:8000/",
        "http://www.km.gov.cn/index.php?url=http://a.gov.cn/",
        "http://云南.政务/",
        "HTTP://WWW.KM.GOV.CN/a_b",
    ],
)
def test_sound_addresses_stay_as_they_are(url):
    assert mend_url(url) == (url, "")


@pytest.mark.parametrize(
    ("raw", "url", "word"),
    [
        ("www.km.gov.cn", "http://www.km.gov.cn", "没有写"),
        ("www.km.gov.cn:8080/a", "http://www.km.gov.cn:8080/a", "没有写"),
        ("//www.km.gov.cn/", "http://www.km.gov.cn/", "没有写"),
        ("http：／／www．km．gov．cn／", "http://www.km.gov.cn/", "全角"),
    ],
)
def test_mended(raw, url, word):
    mended, what = mend_url(raw)
    assert mended == url
    assert word in what


@pytest.mark.parametrize(
    "raw",
    [
        "ftp://www.km.gov.cn/",
        "javascript:alert(1)",
        "mailto:someone@km.gov.cn",
        "http://",
        "http:///index.html",
        "http:/www.km.gov.cn",
        "http:\\\\www.km.gov.cn",
        "http//www.km.gov.cn",
        "http://https://www.km.gov.cn",
        "http://user@www.km.gov.cn/",
        "http://www.km.gov.cn http://www.ynyl.gov.cn",
        "http://www.km.gov.cn、www.ynyl.gov.cn",
        "http://www.km.gov.cn:99999/",
        "http://www.km.gov.cn:port/",
        "http://www..km.gov.cn/",
        "http://192.168.1.999/",
        "http://[::1/",
        "无",
        "portal",
    ],
)
def test_refused(raw):
    with pytest.raises(ValueError, match="网址") as caught:
        mend_url(raw)
    assert raw in str(caught.value)


def test_two_spellings_of_one_address():
    assert same_page("http://WWW.km.gov.cn/a/") == same_page("https://www.km.gov.cn/a")
    assert same_page("http://www.km.gov.cn/?id=1") != same_page("http://www.km.gov.cn/?id=2")
    assert same_page("http://www.km.gov.cn/A") != same_page("http://www.km.gov.cn/a")


@given(st.text(max_size=40) | st.from_regex(r"\Ahttps?://[\w.:@\[\]-]{0,12}/?.{0,5}\Z"))
def test_what_is_accepted_has_a_host_and_is_stable(raw):
    try:
        url, _ = mend_url(raw)
    except ValueError:
        return
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https")
    assert parts.hostname
    assert mend_url(url) == (url, "")
    assert same_page(url) == same_page(url.replace("http://", "https://", 1))
