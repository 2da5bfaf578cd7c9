"""Pictures of stored pages: what is in them, and what never is."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from govcrawl.contracts import Page
from govcrawl.rendering.chromium import Chromium
from govcrawl.rendering.picture import MOST, WIDTH, picture, with_text
from tests.pathologies import served

InBrowser = Callable[[Callable[[Chromium], Awaitable[object]]], object]
AT = datetime(2018, 6, 15, tzinfo=UTC)
CAPTION = "Source: http://www.a.gov.cn/"
BLUE, RED = b"\x00\x00\xff", b"\xff\x00\x00"
BLOCK = '<div style="position:absolute;left:0;top:300px;width:600px;height:200px;background:%s"></div>'


def page(body: str, url: str = "http://www.a.gov.cn/", encoding: str = "utf-8") -> Page:
    return Page(url, "ok", 200, AT, 0.1, (("Content-Type", "text/html"),), body.encode(encoding))


def taken(in_browser: InBrowser, one: Page, caption: str = CAPTION, **stored: str) -> bytes:
    frames = {f"http://www.a.gov.cn/{name}": page(text) for name, text in stored.items()}
    png = in_browser(lambda browser: picture(browser, one, frames.get, caption, {"Source": one.url}))
    assert isinstance(png, bytes)
    return png


def size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def pixels(png: bytes) -> set[bytes]:
    """Colours of the picture: RGB, 8 bits; filters undone."""
    assert png[24:26] == b"\x08\x02"
    data, at = b"", 8
    while at < len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        data += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    raw, width = zlib.decompress(data), 3 * size(png)[0]
    found: set[bytes] = set()
    above = bytearray(width)
    for start in range(0, len(raw), width + 1):
        above = unfiltered(raw[start], raw[start + 1 : start + 1 + width], above)
        found |= {bytes(above[k : k + 3]) for k in range(0, width, 60)}
    return found


def unfiltered(kind: int, line: bytes, above: bytearray) -> bytearray:
    """PNG 9.2."""
    now = bytearray(line)
    for k in range(len(now)):
        a, b, c = now[k - 3] if k > 2 else 0, above[k], above[k - 3] if k > 2 else 0
        near = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
        now[k] = (now[k] + (0, a, b, (a + b) // 2, near)[kind]) & 255
    return now


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_page_is_drawn_from_its_bytes_the_same_each_time(encoding: str, in_browser: InBrowser) -> None:
    one = page("<h1>通知公告</h1>" + BLOCK % "#00f", encoding=encoding)
    png = taken(in_browser, one)
    assert size(png)[0] == WIDTH
    assert BLUE in pixels(png)
    assert b"iTXtSource\0\0\0\0\0http://www.a.gov.cn/" in png
    assert taken(in_browser, one) == png


def test_its_caption_stands_above_it(in_browser: InBrowser) -> None:
    one = page("<p>正文</p>")
    assert taken(in_browser, one, "甲") != taken(in_browser, one, "乙")
    hiding = page("<style>pre, body * { display: none !important; color: #ffd !important }</style><p>正文</p>")
    assert taken(in_browser, hiding, "甲") != taken(in_browser, hiding, "乙")


def test_no_script_runs_and_nothing_is_fetched(in_browser: InBrowser) -> None:
    with served("127.70.7.2") as server:
        server.pages["*"] = "x"
        asked = "".join(
            f'<{tag} {key}="{server.url("/" + tag)}"></{tag}>'
            for tag, key in (("script", "src"), ("img", "src"), ("iframe", "src"))
        )
        style = f'<link rel="stylesheet" href="{server.url("/a.css")}"><meta http-equiv="refresh" content="0;url={server.url("/go")}">'
        script = "<script>document.body.style.background = 'red'; fetch('/data')</script>"
        png = taken(in_browser, page(f"<html><head>{style}</head><body><p>正文</p>{asked}{script}</body></html>"))
        assert not server.hits
    assert RED not in pixels(png)


def test_a_frame_is_shown_where_it_is_stored(in_browser: InBrowser) -> None:
    one = page('<iframe src="/f.html" width="600" height="400"></iframe>')
    assert BLUE not in pixels(taken(in_browser, one))
    assert BLUE in pixels(taken(in_browser, one, **{"f.html": '<body style="background:#00f">'}))


def test_numbers_of_persons_are_masked_in_it_and_in_its_frames(in_browser: InBrowser) -> None:
    def drawn(number: str) -> bytes:
        one = page(f'<p>电话{number}</p><input value="{number}"><iframe src="/f.html"></iframe>')
        return taken(in_browser, one, **{"f.html": f"<b>{number[:3]}</b>{number[3:]}"})

    assert drawn("13900012345") == drawn("139****2345") != drawn("139****2346")


def test_of_a_page_without_end_the_beginning_is_shown(in_browser: InBrowser) -> None:
    assert size(taken(in_browser, page('<div style="height:90000px">长</div>')))[1] == MOST


def test_texts_are_put_where_png_wants_them() -> None:
    head = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0" * 13 + b"\0" * 4
    told = with_text(head + b"rest", {"Title": "标题"})
    assert told.startswith(head)
    assert told.endswith(b"rest")
    chunk = told[len(head) : -4]
    assert chunk[4:8] == b"iTXt"
    assert int.from_bytes(chunk[:4], "big") == len(chunk) - 12
    assert zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
