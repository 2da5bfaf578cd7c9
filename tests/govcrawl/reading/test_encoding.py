import time

import pytest

from govcrawl.reading.encoding import decode

WORDS = "关于做好政府网站普查工作的通知，各县（市、区）人民政府"


def page(declared):
    return f"<html><head><meta charset={declared}></head><body>{WORDS}</body></html>"


@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "gbk", "big5", "no-such-encoding", "base64"])
@pytest.mark.parametrize(("real", "name"), [("utf-8", "utf-8"), ("gbk", "gb18030")])
def test_the_bytes_decide(declared, real, name):
    text, encoding = decode(page(declared).encode(real))
    assert WORDS in text
    assert encoding == name


def test_header_is_no_better_than_meta():
    assert decode(page("utf-8").encode("gbk"), [("Content-Type", "text/html; charset=UTF-8")])[1] == "gb18030"


def test_big5_by_header_or_meta():
    words = "關於做好政府網站普查工作的通知"
    assert decode(words.encode("big5"), [("content-type", "text/html; charset=Big5")]) == (words, "big5")
    assert words in decode(f"<meta charset='big5'>{words}".encode("big5"))[0]


@pytest.mark.parametrize(
    ("mark", "codec"), [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_byte_order_mark(mark, codec):
    assert decode(mark + WORDS.encode(codec)) == (WORDS, codec)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(codec):
    assert decode(page("utf-16").encode(codec)) == (page("utf-16"), codec)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("euc-kr", "시청 홈페이지에 오신 것을 환영합니다"),
        ("shift_jis", "市政府のホームページへようこそ"),
        ("euc-jp", "市政府のホームページへようこそ"),
    ],
)
def test_pages_for_neighbours(declared, words):
    assert words in decode(f"<meta charset={declared}><p>{words}".encode(declared))[0]


def test_a_damaged_page_keeps_the_encoding_it_declares():
    body = f"<meta charset=big5><p>{'關於做好政府網站普查工作的通知' * 5}".encode("big5") + b"\xff\xff<p>"
    assert decode(body)[1] == "big5"


@pytest.mark.parametrize("claim", ["iso-8859-1", "windows-1252", "us-ascii"])
def test_what_servers_claim_by_default_does_not_count(claim):
    assert WORDS in decode(page(claim).encode("gbk"), [("content-type", f"text/html;charset={claim}")])[0]


def test_cut_and_damaged_utf8_stays_utf8():
    text, encoding = decode(page("utf-8").encode()[:-20] + "局".encode()[:2])
    assert encoding == "utf-8"
    assert "政府网站" in text


def test_rare_characters_of_gb18030():
    assert decode("㐂𠮷人民政府通知公告".encode("gb18030"))[0] == "㐂𠮷人民政府通知公告"


def test_nul_bytes_are_dropped():
    assert decode(b"a\0b\0") == ("ab", "utf-8")
    assert decode(b"") == ("", "utf-8")


def test_ten_megabytes_of_damage_in_linear_time():
    start = time.process_time()
    decode(b"\xff\xc3" * 5_000_000)
    assert time.process_time() - start < 10
