"""Pages that scripts draw, as a reader with a browser has them: ``chromium`` is the process, ``tab`` one page in it, ``errands`` what the
page's scripts ask for, and this module who starts and ends it all.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from govcrawl.contracts import Page
from govcrawl.rendering.chromium import BrowserGone, Chromium, find
from govcrawl.rendering.tab import Cut, Fetch, Limits, render

__all__ = ["Browser", "BrowserGone", "Cut", "Limits", "trouble"]

logger = logging.getLogger(__name__)
PAGES = 200  #: after so many a browser is replaced: what pages leave behind in it goes with it
IDLE_S = 30.0  #: without a page, and the browser ends; a new one takes half a second


async def trouble(program: str, memory_mb: int) -> str:
    """Why no page can be rendered on this machine, in Chinese; empty where one can.  ``program``: as for ``find``."""
    if not (path := find(program)):
        return "本机没有找到" + (f" {program}" if program else "")
    try:
        await (await Chromium.started(path, memory_mb)).close()
    except BrowserGone as error:
        return f"本机的 {path} 不能启动（{error}）"
    return ""


@dataclass(slots=True)
class _Running:
    chromium: Chromium
    pages: int = 0
    now: int = 0  #: pages in it at the moment


class Browser:
    """The browser of one worker, started when it is needed.  ``memory_mb``: what each of its processes may have."""

    def __init__(self, program: str, memory_mb: int) -> None:
        self._program, self._memory_mb = program, memory_mb
        self._running: _Running | None = None
        self._starting = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Future[None]] = set()

    async def ready(self) -> None:
        """Raises BrowserGone where none can be started."""
        await self._one()

    async def render(self, page: Page, fetch: Fetch, limits: Limits) -> bytes:
        """See ``tab.render``."""
        mine = await self._one()
        mine.pages += 1
        mine.now += 1
        try:
            return await render(mine.chromium, page, fetch, limits)
        finally:
            mine.now -= 1
            self._rest(mine)

    async def _one(self) -> _Running:
        async with self._starting:
            one = self._running
            if one and (one.chromium.gone or one.pages >= PAGES):
                self._running = None
                self._rest(one)
            if not self._running:
                self._running = _Running(await Chromium.started(self._program, self._memory_mb))
            self._wake()
            return self._running

    def _rest(self, one: _Running) -> None:
        """Nobody's any more, it ends with its last page; else when no other page comes."""
        if one is not self._running and not one.now:
            self._end(one)
        elif not one.now:
            self._wake()

    def _wake(self) -> None:
        if self._idle:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_S, self._tired)

    def _tired(self) -> None:
        if self._running and not self._running.now:
            one, self._running = self._running, None
            self._end(one)

    def _end(self, one: _Running) -> None:
        task = asyncio.ensure_future(one.chromium.close())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        if self._idle:
            self._idle.cancel()
        if self._running:
            self._end(self._running)
            self._running = None
        await asyncio.gather(*self._ending)
