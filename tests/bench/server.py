"""Serves the sites, each on a loopback address of its own: ``python -m tests.bench.server SITES PAGES``.

Answers are made before the first request, so a request costs one look-up and one write.  What it says, a line of JSON each: first
``Ready``; then, for every line it reads, ``Served`` since the last one.  It ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import uvloop

from tests.bench.pages import Site

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Ready(msgspec.Struct):
    """``homes``: URLs of the home pages; ``kilobytes``: of a page, on average."""

    homes: list[str]
    kilobytes: float


class Served(msgspec.Struct):
    """``distinct``: pages sent at least once; ``gets``: pages sent; ``others``: HEAD and 404; ``cpu_s``: seconds of this process."""

    distinct: int
    gets: int
    others: int
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Answer:
    head: bytes
    body: bytes


class Counts:
    """What was sent since the last report."""

    def __init__(self) -> None:
        self.gets: Counter[tuple[str, bytes]] = Counter()
        self.others = 0
        self.cpu = time.process_time()

    def report(self) -> Served:
        return Served(len(self.gets), self.gets.total(), self.others, time.process_time() - self.cpu)


class Connection(asyncio.Protocol):
    """One keep-alive connection; ``sites``: address → path → answer."""

    counts = Counts()

    def __init__(self, sites: Mapping[str, Mapping[bytes, Answer]]) -> None:
        self.sites, self.rest = sites, b""

    def connection_made(self, transport: Any) -> None:
        self.transport, self.host = transport, transport.get_extra_info("sockname")[0]
        self.pages = self.sites[self.host]

    def data_received(self, data: bytes) -> None:
        *requests, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for request in requests:
            method, path, _ = request.split(b" ", 2)
            self.answer(method, path)
            if b"\r\nconnection: close" in request.lower():
                self.transport.close()

    def answer(self, method: bytes, path: bytes) -> None:
        found = self.pages.get(path)
        if found is None or method != b"GET":
            self.counts.others += 1
            self.transport.write(found.head if found else NOT_FOUND)
            return
        self.counts.gets[self.host, path] += 1
        self.transport.writelines((found.head, found.body))


def prepared(number: int, pages: int) -> dict[bytes, Answer]:
    """Path → answer.  Every third site leaves its encoding to the page."""
    site = Site(number, pages)
    charset = f"; charset={site.charset}" if number % 3 else ""
    line = "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html{}\r\nContent-Length: {}\r\n\r\n"
    return {
        path.encode(): Answer(line.format(charset, len(body)).encode(), body) for path, body in site.pages().items()
    }


async def serve(sites: dict[str, dict[bytes, Answer]]) -> None:
    loop, port = asyncio.get_running_loop(), 0
    for host in sites:
        server = await loop.create_server(lambda: Connection(sites), host, port, backlog=512)
        port = server.sockets[0].getsockname()[1]
    sizes = [len(answer.body) for pages in sites.values() for answer in pages.values()]
    tell(Ready([f"http://{host}:{port}/" for host in sites], sum(sizes) / len(sizes) / 1000))
    while await loop.run_in_executor(None, sys.stdin.readline):
        tell(Connection.counts.report())
        Connection.counts = Counts()


def tell(what: msgspec.Struct) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    many, pages = map(int, sys.argv[1:])
    uvloop.run(serve({f"127.80.{n // 250}.{n % 250 + 1}": prepared(n, pages) for n in range(many)}))
