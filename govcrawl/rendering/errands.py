"""What a page's scripts ask for: which of it is fetched, and what is known to be missing from the page afterwards."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

from govcrawl.contracts import Page
from govcrawl.reading.urls import same_site
from govcrawl.rendering.tab import Answer, Asked
from govcrawl.spiders.outcome import NOT_YOU

MAX_REQUESTS = 40  #: of one page
SHELF_BYTES = 32 * 1024 * 1024  #: scripts that are kept in memory
SHELF_S = 600.0  #: the time they are used for
METHODS = ("GET", "POST", "OPTIONS")
#: Counting, sharing, reading aloud, reporting errors: draws nothing of a page, and would count us as a reader.
_ASIDE = re.compile(
    r"//(?:[\w-]+\.)*(?:hm\.baidu|cnzz|51\.la|51yes|umeng|google-analytics|googletagmanager|growingio|sensorsdata|"
    r"share\.baidu|bshare|jiathis|kaipuyun|conac|govwza|webterren|trs\.cn/wa)[./]|/(?:webdig|wa_\w+|tongji)\w*\.js",
    re.I,
)
#: What a host says to us and not to every reader: the page is not what others see.
_NOT_YOU = NOT_YOU | {408, 425, 521}

#: Fetches one request, whatever comes of it.
Send = Callable[[Asked], Awaitable[Page]]


class Shelf:
    """Scripts that many pages of a site share are asked for once."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Answer]] = {}
        self._size = 0

    def get(self, key: str) -> Answer | None:
        until, answer = self._kept.get(key, (0.0, None))
        return answer if until > time.monotonic() else None

    def put(self, key: str, answer: Answer) -> None:
        if self._size + len(answer.body) > SHELF_BYTES:
            self._kept.clear()
            self._size = 0
        self._kept[key] = time.monotonic() + SHELF_S, answer
        self._size += len(answer.body)


class Errands:
    """Of one page; each thing is asked for once.  ``missing``: own scripts, and data, that were wanted and not had."""

    def __init__(self, page: str, send: Send, shelf: Shelf, whose: str = "") -> None:
        self._page, self._send, self._shelf, self._whose = page, send, shelf, whose
        self._asked: dict[tuple[str, str, bytes], asyncio.Future[Answer | None]] = {}
        self._sent = 0
        self.missing: list[str] = []

    async def __call__(self, asked: Asked) -> Answer | None:
        if _ASIDE.search(asked.url):
            return None
        key = asked.method, asked.url, asked.body
        if key not in self._asked:
            self._asked[key] = asyncio.ensure_future(self._get(asked))
        return await self._asked[key]

    async def _get(self, asked: Asked) -> Answer | None:
        endless = asked.headers.get("Accept") == "text/event-stream"
        if endless or self._sent >= MAX_REQUESTS or asked.method not in METHODS:
            self._missed(asked)
            return None
        name = f"{self._whose} {asked.url}"
        if asked.kind == "script" and (kept := self._shelf.get(name)):
            return kept
        self._sent += 1
        page = await self._send(asked)
        if page.status is None or page.outcome not in ("ok", "redirect", "http_error"):
            self._missed(asked)
            return None
        answer = Answer(page.status, page.headers, page.body)
        if page.status in _NOT_YOU or page.status >= 500:
            self._missed(asked)
        elif asked.kind == "script" and page.status == 200:
            self._shelf.put(name, answer)
        return answer

    def _missed(self, asked: Asked) -> None:
        """A stranger's script that fails, fails for every reader; what it would have drawn is seen to be missing."""
        if asked.kind == "data" or same_site(asked.url, self._page):
            self.missing.append(asked.url)
