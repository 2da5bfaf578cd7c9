"""A local web server whose pages are pathologies, each named by what is wrong with it.  Real HTTP on a loopback address."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, repeat

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Server:
    """``hits``: path → requests; ``times``: when each request came."""

    address: str
    port: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    pages: dict[str, str | bytes | Handler] = field(default_factory=dict)

    def url(self, path: str = "/") -> str:
        return f"http://{self.address}:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.hits[request.path_qs] += 1
        self.times.append(time.monotonic())
        page = self.pages.get(request.path_qs, self.pages.get(request.path, self.pages.get("*")))
        if page is None:
            return web.Response(status=404, text="<h1>404</h1>", content_type="text/html")
        if callable(page):
            return await page(request)
        body = page.encode() if isinstance(page, str) else page
        return web.Response(body=body, headers={"Content-Type": "text/html"})


def links(*urls: str, title: str = "测试") -> str:
    items = "".join(
        f'<li><a href="{u}">链接{n}的标题文字</a><span>2018-06-1{n % 6}</span></li>' for n, u in enumerate(urls)
    )
    return f"<html><head><title>{title}</title></head><body><ul>{items}</ul></body></html>"


async def drop(request: web.Request) -> web.StreamResponse:
    """Breaks off in the middle of the answer."""
    response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "text/html"})
    await response.prepare(request)
    await response.write(b"<html>")
    assert request.transport is not None
    request.transport.abort()
    return response


async def drip(request: web.Request) -> web.StreamResponse:
    """A byte now and then: never silent, never done."""
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):  # the reader has gone, as it should
        for _ in range(600):
            await response.write(b" ")
            await asyncio.sleep(0.1)
    return response


async def bomb(_: web.Request) -> web.StreamResponse:
    """64 MiB behind 64 KiB of gzip."""
    body = gzip.compress(b"<p>" * (64 << 20 >> 2))
    return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})


async def challenge(_: web.Request) -> web.StreamResponse:
    """A firewall's test page, as 瑞数 and 加速乐 serve them."""
    script = "<html><head><script>eval(function(p,a,c,k,e,d){return p}('0',1,1,'x'.split('|'),0,{}))</script></head><body></body></html>"
    return web.Response(
        status=412, text=script, content_type="text/html", headers={"Set-Cookie": "FSSBBIl1UgzbN7N80S=1"}
    )


def redirect(target: str) -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": target})

    return handler


def slow(seconds: float, body: str = "<p>慢</p>") -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.Response(text=body, content_type="text/html")

    return handler


def status(code: int) -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=code, text=f"<h1>{code}</h1>", content_type="text/html")

    return handler


def late(seconds: float, answer: Handler) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await answer(request)

    return handler


def changing(*answers: Handler) -> Handler:
    """Another answer at each request, and the last one from then on."""
    rest = chain(answers, repeat(answers[-1]))

    async def handler(request: web.Request) -> web.StreamResponse:
        return await next(rest)(request)

    return handler


@contextmanager
def served(address: str = "127.70.0.1") -> Iterator[Server]:
    """A server in a thread of its own, on a free port."""
    server, ready, stop = Server(address), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def main() -> None:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", server.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, address, 0)
        await site.start()
        server.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
