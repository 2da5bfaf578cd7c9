"""Scrapy's aiohttp download handler behind the guard; one connection pool for each set of networks a campaign allows."""

from __future__ import annotations

import time

import aiohttp
from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from govcrawl.guards import Guard

#: request.meta key: networks (CIDR) that this request's campaign allows beside the public ones.
ALLOW = "govcrawl_allow"
MAX_HEADER = 64 * 1024  #: bytes of one header; browsers take as much
#: request.meta key set here: seconds from the first byte sent (or dialled) to the last byte read, or to the failure.
SECONDS = "govcrawl_seconds"


class _Pool(AiohttpDownloadHandler):
    """A handler whose sockets are made by the guard."""

    experimental = False  # its warning is for users of Scrapy's default; we test it

    def __init__(self, crawler: Crawler, guard: Guard) -> None:
        super().__init__(crawler)
        self._unguarded = self._session
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._pool_size_total,
                limit_per_host=self._pool_size_per_host,
                socket_factory=guard.socket_factory(),
                keepalive_timeout=5.0,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            response_class=_ClientResponse,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            max_line_size=MAX_HEADER,
            max_field_size=MAX_HEADER,
        )

    @staticmethod
    def _extract_headers(response: _ClientResponse) -> Headers:
        """As they came: a ``Location`` in raw GBK bytes is no reason to fail."""
        return Headers(list(response.raw_headers))

    async def close(self) -> None:
        await self._unguarded.close()
        await super().close()


class GuardedDownloadHandler:
    """What ``DOWNLOAD_HANDLERS`` names.  A connection never serves a campaign that may not open it."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._pools: dict[tuple[str, ...], _Pool] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardedDownloadHandler:
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        allow = tuple(request.meta.get(ALLOW, ()))
        pool = self._pools.get(allow)
        if pool is None:
            pool = self._pools[allow] = _Pool(self._crawler, Guard(allow))
        start = time.monotonic()
        try:
            return await pool.download_request(request)
        finally:
            request.meta[SECONDS] = time.monotonic() - start

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.close()
