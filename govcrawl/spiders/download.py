"""The download handler: aiohttp behind the guard; one connection pool for each set of networks a campaign allows."""

from __future__ import annotations

import ssl
import time
from typing import cast

import aiohttp
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import ACCEPTED_ENCODINGS, HttpCompressionMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Headers, Response
from scrapy.settings import BaseSettings

from govcrawl import addresses
from govcrawl.guards import Guard
from govcrawl.spiders.pauses import Pauses

#: request.meta key: networks (CIDR) that this request's campaign allows beside the public ones.
ALLOW = "govcrawl_allow"
MAX_HEADER = 64 * 1024  #: bytes of one header; browsers take as much
#: request.meta key set here: seconds from the first byte sent (or dialled) to the last byte read, or to the failure.
SECONDS = "govcrawl_seconds"
#: request.meta key set here: for how many of them this process stood still.
PAUSED = "govcrawl_paused"
KEEPALIVE_S = 5.0


class GuardedDownloadHandler:
    """What ``DOWNLOAD_HANDLERS`` names.  A connection never serves a campaign that may not open it.

    Raises Scrapy's download exceptions; whose fault each is, ``outcome.of_error`` says.
    """

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        self._sockets = crawler.settings.getint("CONCURRENT_REQUESTS")
        self._sockets_per_host = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._max_size = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._headers = _headers(crawler.settings)
        self._unpacker = HttpCompressionMiddleware(crawler=crawler)  # with a limit, which aiohttp has not
        self._tls = _any_tls()
        self._sessions: dict[tuple[str, ...], aiohttp.ClientSession] = {}
        self._pauses = Pauses()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardedDownloadHandler:
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        session = self._session(tuple(request.meta.get(ALLOW, ())))
        start, paused = time.monotonic(), self._pauses.seconds()
        try:
            return await self._fetch(session, request)
        except TimeoutError as error:
            raise DownloadTimeoutError(f"no answer within {request.meta['download_timeout']} s") from error
        except aiohttp.ClientPayloadError as error:
            raise ResponseDataLossError(str(error)) from error
        except aiohttp.ClientConnectorDNSError as error:
            raise CannotResolveHostError(str(error)) from error
        except aiohttp.ClientConnectorError as error:
            raise DownloadConnectionRefusedError(str(error)) from error
        except aiohttp.ClientError as error:  # an URL that can't be asked among them
            raise DownloadFailedError(str(error)) from error
        finally:
            request.meta[SECONDS] = time.monotonic() - start
            request.meta[PAUSED] = self._pauses.seconds() - paused

    async def _fetch(self, session: aiohttp.ClientSession, request: Request) -> Response:
        timeout = aiohttp.ClientTimeout(total=request.meta["download_timeout"])
        async with session.request(
            request.method, request.url, timeout=timeout, ssl=self._tls, allow_redirects=False,
            data=request.body or None, headers=cast(dict[str, str], dict(request.headers.to_unicode_dict())),
        ) as answer:  # fmt: skip
            body = await self._body(answer)
            # headers as they came: a Location in raw GBK bytes is no reason to fail
            response = Response(request.url, answer.status, Headers(list(answer.raw_headers)), body, request=request)
        if "Content-Encoding" in answer.headers:
            return cast(Response, self._unpacker.process_response(request, response))
        return response

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        chunks, size = [], 0
        if (answer.content_length or 0) > self._max_size and answer.method != "HEAD":
            raise DownloadCancelledError(f"larger than {self._max_size} bytes")
        while chunk := await answer.content.readany():
            chunks.append(chunk)
            size += len(chunk)
            if size > self._max_size:
                raise DownloadCancelledError(f"larger than {self._max_size} bytes")
        return b"".join(chunks)

    def _session(self, allow: tuple[str, ...]) -> aiohttp.ClientSession:
        if allow not in self._sessions:
            self._sessions[allow] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._sockets,
                    limit_per_host=self._sockets_per_host,
                    socket_factory=Guard(allow).socket_factory(),
                    resolver=addresses.shared(),  # the gate counts by the address that is dialled
                    use_dns_cache=False,
                    keepalive_timeout=KEEPALIVE_S,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self._headers,
                auto_decompress=False,
                max_line_size=MAX_HEADER,
                max_field_size=MAX_HEADER,
            )
        return self._sessions[allow]

    async def close(self) -> None:
        self._pauses.close()
        for session in self._sessions.values():
            await session.close()


def _headers(settings: BaseSettings) -> dict[str, str]:
    """The same for every request."""
    return {
        **settings.getdict("DEFAULT_REQUEST_HEADERS"),
        "User-Agent": settings["USER_AGENT"],
        "Accept-Encoding": b", ".join(ACCEPTED_ENCODINGS).decode(),
    }


def _any_tls() -> ssl.SSLContext:
    """Any certificate and any version: whether a site can be opened is asked, not whether it can be trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= 0x4  # SSL_OP_LEGACY_SERVER_CONNECT, as ssl has it from Python 3.12 on
    return context
