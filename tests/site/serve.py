"""Serves the sample province, each site on its own loopback address:

    python tests/site/serve.py --dir DIR --port 8530 [--base 127.53] [--until-eof]

writes campaign.toml, sites.csv, columns.csv and truth.json into DIR, prints ``ready`` when every site listens, and stops
on SIGTERM, SIGINT or, with --until-eof, when its standard input ends.  Any loopback address works at once on Linux.

Two sites are slow on fixed GETs of "/" (``Site.slow_on``).  The crawl reads a home page once, at the start, so the numbers
lie in the middle of the campaign's 40 visits and only visits meet them.  No other site links to a slow one.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import secrets
import signal
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import inputs
import traps
from aiohttp import web
from plan import Site
from province import Province, Row
from styles import STYLES, Answer


class Served:
    """One site: its pages, rendered once, and what its gate and trap make of them."""

    def __init__(self, site: Site, pages: dict[str, Answer]) -> None:
        self.site = site
        self.pages = traps.with_sessions(pages) if site.trap == "session" else pages
        self.special = [(re.compile(pattern), answer) for pattern, answer in traps.special(site)]
        self.visits = 0

    def answer(self, path: str, query: str = "") -> Answer:
        if self.site.gate in traps.GATES:
            return traps.GATES[self.site.gate]
        path = path.partition(";")[0]
        for pattern, special in self.special:
            if pattern.fullmatch(path):
                return special(query)
        return self.pages.get(path, traps.NOT_FOUND)

    def delay(self, method: str, path: str) -> float:
        """Seconds this request has to wait; counts the visits."""
        if method != "GET" or path != "/":
            return 0.0
        self.visits += 1
        return inputs.TIMEOUT_S + 1.0 if self.visits in self.site.slow_on else 0.0


def build(province: Province, row: Row) -> Served:
    style = STYLES[row.site.style](row.site, row.line, province.friends(row), province.nowhere)
    return Served(row.site, {} if row.site.gate in traps.GATES else style.pages())


def listening(province: Province) -> dict[str, Served]:
    """Host → site, for every site that is there at all."""
    rows = (r for r in province.rows() if (r.site.status == "正常运行" or r.site.suspicion) and r.site.gate != "closed")
    return {r.host: build(province, r) for r in rows}


def handler(sites: dict[str, Served]) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        served = sites[request.transport.get_extra_info("sockname")[0]]
        if pause := served.delay(request.method, request.path):
            await asyncio.sleep(pause)
        found = served.answer(request.path, request.query_string)
        body = found.body
        if served.site.trap == "session":
            body = body.replace(traps.SESSION, secrets.token_hex(16).upper().encode())
        headers = {"Content-Type": found.content_type} | ({"Location": found.location} if found.location else {})
        return web.Response(body=body, status=found.status, headers=headers)

    return handle


def _end_of_input(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(stopped.set)


async def serve(sites: dict[str, Served], port: int, until_eof: bool) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if until_eof:
        threading.Thread(target=_end_of_input, args=(loop, stopped), daemon=True).start()
    runner = web.ServerRunner(web.Server(handler(sites), access_log=None), shutdown_timeout=0.2)
    await runner.setup()
    for host in sites:
        await web.TCPSite(runner, host, port).start()
    print("ready", flush=True)
    await stopped.wait()
    await runner.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serves the sample province.")
    parser.add_argument(
        "--dir", type=Path, required=True, help="where campaign.toml, sites.csv, columns.csv and truth.json go"
    )
    parser.add_argument("--port", type=int, default=8530)
    parser.add_argument("--base", default="127.53", help="the first half of the sites' addresses")
    parser.add_argument("--until-eof", action="store_true", help="stop when standard input ends")
    args = parser.parse_args()
    province = Province(args.base, args.port)
    inputs.write(args.dir, province)
    asyncio.run(serve(listening(province), args.port, args.until_eof))


if __name__ == "__main__":
    main()
