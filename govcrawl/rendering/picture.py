"""A picture of a stored page: its text in the browser's plain clothes, for what was never stored (styles, pictures) is never fetched.

No script runs: the picture shows the bytes that were kept, and the same bytes give the same picture; but the numbers of persons are
masked in it.
"""

from __future__ import annotations

import asyncio
import json
import struct
import zlib
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from govcrawl.contracts import Page
from govcrawl.reading.encoding import decode
from govcrawl.rendering.chromium import BrowserGone, Chromium
from govcrawl.rendering.masks import masked_page
from govcrawl.rendering.tab import CRASHED, Answer, Tab

WIDTH, HEIGHT, MOST = 1280, 1024, 12_000  #: CSS pixels; of a longer page the beginning
LOAD_S = 20.0
#: Before the page, in a world of its own: above all that the page places itself, and whatever its styles say of such elements.
STYLE = (
    "all: initial; display: block; position: relative; z-index: 2147483647; white-space: pre-wrap; word-break: break-all; "
    "font: 14px/1.5 monospace; color: #000; background: #ffd; border-bottom: 2px solid #c00; padding: 8px;"
).replace(";", " !important;")
CAPTION = """((words, style) => { const bar = document.createElement("pre"); bar.textContent = words; bar.style.cssText = style;
document.documentElement.prepend(bar) })(%s, %s)"""

#: Gives what is stored of an URL that the page shows within itself (frames), or None.
Stored = Callable[[str], Page | None]


async def picture(browser: Chromium, page: Page, stored: Stored, caption: str, told: Mapping[str, str]) -> bytes:
    """PNG, ``caption`` above the page; ``told``: keyword → text kept within the file.  Raises BrowserGone, TimeoutError, ProtocolError."""
    tab = _Still(browser, page, stored)
    try:
        await tab.open()
        return with_text(await tab.taken(caption), told)
    finally:
        await tab.close()


class _Still(Tab):
    """A tab in which no script runs."""

    def __init__(self, browser: Chromium, page: Page, stored: Stored) -> None:
        super().__init__(browser, page)
        self.stored = stored
        self.loaded = asyncio.Event()
        self.gone = False

    async def open(self) -> None:
        await super().open()
        await self.send("Emulation.setScriptExecutionDisabled", value=True)
        await self.send(
            "Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False
        )
        await self.send("Page.navigate", url=self.page.url)
        await asyncio.wait_for(self.loaded.wait(), LOAD_S)
        if self.gone:
            raise BrowserGone("the tab crashed")

    async def taken(self, caption: str) -> bytes:
        world = await self.send("Page.createIsolatedWorld", frameId=self.frame)
        script = CAPTION % (json.dumps(caption), json.dumps(STYLE))
        await self.send("Runtime.evaluate", expression=script, contextId=world["executionContextId"])
        size = (await self.send("Page.getLayoutMetrics"))["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": min(max(size["height"], 1), MOST), "scale": 1}
        shot = await self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        return b64decode(shot["data"])

    def heard(self, event: str, told: dict[str, Any]) -> None:
        if event == "Fetch.requestPaused":
            self.do(self._answer(told))
        elif event == "Page.loadEventFired":
            self.loaded.set()
        elif event in CRASHED:
            self.gone = True
            self.loaded.set()

    async def _answer(self, told: dict[str, Any]) -> None:
        """The page, once; a frame where it is stored; nothing else is there, and nothing is asked of a network."""
        page = self._page(told) if told["resourceType"] == "Document" else None
        if page is None:  # "Aborted" leaves the page as it is where it wants to go elsewhere by itself
            await self.refuse(told["requestId"], "Aborted")
            return
        body = masked_page(decode(page.body, page.headers)[0]).encode("utf-8", "replace")
        await self.give(told["requestId"], Answer(200, (("Content-Type", "text/html; charset=utf-8"),), body))

    def _page(self, told: dict[str, Any]) -> Page | None:
        if told["frameId"] != self.frame:
            return self.stored(told["request"]["url"])
        first, self.shown = not self.shown, True
        return self.page if first else None


def with_text(png: bytes, told: Mapping[str, str]) -> bytes:
    """The picture with iTXt chunks (PNG 11.3.4.5) after its header; any picture tool shows them."""
    head = 8 + 4 + 4 + 13 + 4  # the signature, and IHDR with length, name and checksum
    return png[:head] + b"".join(_chunk(name, text) for name, text in told.items()) + png[head:]


def _chunk(name: str, text: str) -> bytes:
    body = b"iTXt" + name.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8", "replace")
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
