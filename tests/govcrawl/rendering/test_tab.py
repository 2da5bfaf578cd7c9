"""Pages in the real browser: what comes out, what is asked for, and what is never waited for."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from govcrawl.contracts import Page
from govcrawl.reading import read
from govcrawl.rendering.chromium import BrowserGone, Chromium
from govcrawl.rendering.tab import Answer, Asked, Cut, Limits, render
from tests.govcrawl.rendering.conftest import processes
from tests.govcrawl.rendering.pages import ANGULAR, ANGULAR_PAGE, DATA, VUE, VUE_PAGE

InBrowser = Callable[[Callable[[Chromium], Awaitable[object]]], object]
HTML = (("Content-Type", "text/html"),)
HOST = "http://www.example.gov.cn"
LIMITS = Limits(alone_s=20.0, total_s=60.0, size=1 << 20)  # a busy machine must not cut a good page
SHORT = Limits(alone_s=1.0, total_s=20.0, size=1 << 20)


def page(body: str, url: str = f"{HOST}/tzgg/") -> Page:
    return Page(url, "ok", 200, datetime(2018, 6, 15, tzinfo=UTC), 0.1, HTML, body.encode())


class Site:
    """Answers by path; remembers what was asked."""

    def __init__(self, **answers: str) -> None:
        self.answers = {f"/{name.replace('__', '/')}": text for name, text in answers.items()}
        self.asked: list[Asked] = []

    async def __call__(self, asked: Asked) -> Answer | None:
        self.asked.append(asked)
        for path, text in self.answers.items():
            if asked.url.startswith(HOST + path):
                return Answer(200, (("Content-Type", "text/plain; charset=utf-8"),), text.encode())
        return None


def shown(in_browser: InBrowser, body: str, site: Site | None = None, limits: Limits = LIMITS) -> str:
    html = in_browser(lambda browser: render(browser, page(body), site or Site(), limits))
    assert isinstance(html, bytes)
    return html.decode("utf-8-sig")


# --- what comes out --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "script", "name"), [(VUE_PAGE, VUE, "js__vue"), (ANGULAR_PAGE, ANGULAR, "js__angular")]
)
def test_a_list_that_a_framework_draws_is_read_with_its_dates(
    body: str, script: str, name: str, in_browser: InBrowser
) -> None:
    plain = read(body.encode(), f"{HOST}/tzgg/", HTML, role="column", name="通知公告").column
    assert plain
    assert plain.state == "unknown"
    html = shown(in_browser, body, Site(**{name: script, "api__list": DATA}))
    column = read(html.encode(), f"{HOST}/tzgg/", HTML, role="column", name="通知公告").column
    assert column
    assert (column.state, column.cls) == ("listed", "notice")
    assert [i.date for i in column.items] == [date(2018, 5, 30), date(2018, 5, 21), date(2018, 4, 17)]
    assert column.items[0].url == f"{HOST}/c/1.html"


def test_what_scripts_ask_for_comes_with_its_method_headers_and_body(in_browser: InBrowser) -> None:
    site = Site(js__angular=ANGULAR, api__list=DATA)
    shown(in_browser, ANGULAR_PAGE, site)
    script, data = site.asked
    assert (script.url, script.method, script.kind) == (f"{HOST}/js/angular.js", "GET", "script")
    assert (data.url, data.method, data.kind, data.body) == (f"{HOST}/api/list", "POST", "data", b'{"column":3}')
    assert data.headers["Content-Type"] == "application/json"


def test_pictures_styles_fonts_and_frames_are_not_asked_for(in_browser: InBrowser) -> None:
    site = Site()
    body = """<head><link rel=stylesheet href=/a.css><style>@font-face{font-family:x;src:url(/f.woff)} p{font-family:x}</style></head>
    <p>文</p><img src=/a.png><video src=/v.mp4></video><iframe src=/frame.html></iframe><object data=/o.swf></object>
    <script>new Image().src='/beacon.gif';navigator.sendBeacon('/beacon','x')</script>"""
    assert "<p>文</p>" in shown(in_browser, body, site)
    assert site.asked == []


def test_an_answer_that_redirects_is_followed_and_asked_for_again(in_browser: InBrowser) -> None:
    asked = []

    async def site(one: Asked) -> Answer:
        asked.append(one.url)
        if one.url.endswith("/old"):
            return Answer(302, (("Location", "/new"),), b"")
        return Answer(200, (("Content-Type", "text/plain"),), "新地址".encode())

    body = "<p id=x></p><script>fetch('/old').then(a=>a.text()).then(t=>{x.textContent=t})</script>"
    html = in_browser(lambda browser: render(browser, page(body), site, LIMITS))
    assert "新地址" in html.decode()  # type: ignore[attr-defined]
    assert asked == [f"{HOST}/old", f"{HOST}/new"]


def test_dialogs_popups_and_a_way_to_elsewhere_keep_nobody(in_browser: InBrowser) -> None:
    body = """<p id=x>这里</p><script>alert(1);x.textContent+=[confirm('?'),prompt('?')];window.open('/popup');
    location.href='/elsewhere';window.print();navigator.geolocation.getCurrentPosition(function(){})</script>"""
    site = Site()
    assert "这里false,</p>" in shown(in_browser, body, site)
    assert site.asked == []


def test_a_page_knows_the_next_one_by_nothing(in_browser: InBrowser) -> None:
    body = """<p id=x></p><script>x.textContent='seen '+localStorage.seen+document.cookie;
    localStorage.seen=1;document.cookie='seen=1'</script>"""

    async def twice(browser: Chromium) -> list[bytes]:
        return [await render(browser, page(body), Site(), LIMITS) for _ in range(2)]

    first, second = in_browser(twice)  # type: ignore[misc]
    assert b"seen undefined</p>" in first
    assert first == second


# --- what is never waited for ----------------------------------------------------------------------------------------


def test_a_slow_answer_is_waited_for_and_timers_are_not(in_browser: InBrowser) -> None:
    limits = Limits(2.0, 60.0, 1 << 20)

    async def slow(_: Asked) -> Answer:
        await asyncio.sleep(limits.alone_s + 0.5)
        return Answer(200, (), "到了".encode())

    body = """<p id=x></p><p id=y></p><script>fetch('/slow').then(a=>a.text()).then(t=>{x.textContent=t;
    setTimeout(()=>{y.textContent='四秒后'},4000);setTimeout(()=>{y.textContent='一分钟后'},60000)})</script>"""
    start = time.monotonic()
    html = in_browser(lambda browser: render(browser, page(body), slow, limits))
    assert "到了" in html.decode()  # type: ignore[attr-defined]
    assert "四秒后" in html.decode()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 40  # not a minute


@pytest.mark.parametrize(
    "script",
    [
        "for(;;){}",
        "function f(){Promise.resolve().then(f)};f()",
        "for(;;){document.body.append(document.createElement('p'))}",
        "let a=[];for(;;){a.push(new Array(100000).fill({}))}",
    ],
    ids=["loop", "promises", "elements", "memory"],
)
def test_a_page_that_does_not_come_to_rest_is_cut_and_the_next_one_is_shown(script: str, in_browser: InBrowser) -> None:
    async def both(browser: Chromium) -> bytes:
        with pytest.raises(Cut):
            await render(browser, page(f"<body><p>文</p><script>{script}</script>"), Site(), SHORT)
        return await render(browser, page("<p>下一页</p>"), Site(), LIMITS)

    assert "下一页" in in_browser(both).decode()  # type: ignore[attr-defined]


def test_a_page_that_asks_for_ever_is_cut_in_time(in_browser: InBrowser) -> None:
    async def never(_: Asked) -> Answer:
        await asyncio.sleep(60)
        raise AssertionError

    start = time.monotonic()
    with pytest.raises(Cut):
        in_browser(lambda b: render(b, page("<script>fetch('/x')</script>"), never, Limits(20.0, 1.0, 1000)))
    assert time.monotonic() - start < 15


def test_a_page_that_grows_too_large_is_cut(in_browser: InBrowser) -> None:
    body = "<body><script>document.body.append('文'.repeat(20000))</script></body>"
    with pytest.raises(Cut, match="larger"):
        shown(in_browser, body, limits=Limits(20.0, 60.0, 10_000))


def test_a_tab_that_crashes_takes_nothing_along(in_browser: InBrowser) -> None:
    async def crash(browser: Chromium) -> bytes:
        async def site(_: Asked) -> Answer:
            for pid in processes(browser.profile):
                if "--type=renderer" in Path(f"/proc/{pid}/cmdline").read_text():
                    os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(60)
            raise AssertionError

        with pytest.raises(Cut, match="crashed"):
            await render(browser, page("<script>fetch('/x')</script>"), site, LIMITS)
        return await render(browser, page("<p>下一页</p>"), Site(), LIMITS)

    assert "下一页" in in_browser(crash).decode()  # type: ignore[attr-defined]


def test_a_browser_that_dies_says_so_to_all_who_wait(in_browser: InBrowser) -> None:
    async def die(browser: Chromium) -> list[object]:
        async def site(_: Asked) -> Answer:
            os.killpg(browser.pid, signal.SIGKILL)
            await asyncio.sleep(60)
            raise AssertionError

        pages = [render(browser, page("<script>fetch('/x')</script>"), site, LIMITS) for _ in range(2)]
        return await asyncio.gather(*pages, return_exceptions=True)

    outcomes = in_browser(die)
    assert [type(one) for one in outcomes] == [BrowserGone, BrowserGone]  # type: ignore[attr-defined]
