"""A picture of a stored page: its text in the browser's plain clothes, for what was never stored (styles, pictures) is never fetched.

No script runs: the picture shows the bytes that were kept, and the same bytes give the same picture.
"""

from __future__ import annotations

import asyncio
import json
import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from govcrawl.contracts import Page
from govcrawl.reading.encoding import decode
from govcrawl.rendering.chromium import BrowserGone, Chromium, ProtocolError

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


class _Still:
    def __init__(self, browser: Chromium, page: Page, stored: Stored) -> None:
        self.browser, self.page, self.stored = browser, page, stored
        self.context = self.session = self.frame = ""
        self.loaded = asyncio.Event()
        self.shown = self.gone = False
        self.errands: set[asyncio.Future[None]] = set()

    async def open(self) -> None:
        send = self.browser.send
        self.context = (await send("Target.createBrowserContext", disposeOnDetach=True))["browserContextId"]
        await send("Browser.setDownloadBehavior", behavior="deny", browserContextId=self.context)
        made = await send("Target.createTarget", url="about:blank", browserContextId=self.context)
        self.frame = made["targetId"]
        self.session = (await send("Target.attachToTarget", targetId=self.frame, flatten=True))["sessionId"]
        self.browser.listen(self.session, self._heard)
        await self._send("Fetch.enable", patterns=[{"urlPattern": "*"}])
        await self._send("Page.enable")
        await self._send("Inspector.enable")
        await self._send("Emulation.setScriptExecutionDisabled", value=True)
        await self._send(
            "Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False
        )
        await self._send("Page.navigate", url=self.page.url)
        await asyncio.wait_for(self.loaded.wait(), LOAD_S)
        if self.gone:
            raise BrowserGone("the tab crashed")

    async def taken(self, caption: str) -> bytes:
        world = await self._send("Page.createIsolatedWorld", frameId=self.frame)
        script = CAPTION % (json.dumps(caption), json.dumps(STYLE))
        await self._send("Runtime.evaluate", expression=script, contextId=world["executionContextId"])
        size = (await self._send("Page.getLayoutMetrics"))["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": min(max(size["height"], 1), MOST), "scale": 1}
        shot = await self._send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        return b64decode(shot["data"])

    async def close(self) -> None:
        self.browser.ignore(self.session)
        for errand in self.errands:
            errand.cancel()
        if self.context:
            with suppress(BrowserGone, ProtocolError, TimeoutError):
                await self.browser.send("Target.disposeBrowserContext", browserContextId=self.context)

    def _heard(self, event: str, told: dict[str, Any]) -> None:
        if event == "Fetch.requestPaused":
            task = asyncio.ensure_future(self._answer(told))
            self.errands.add(task)
            task.add_done_callback(self.errands.discard)
        elif event == "Page.loadEventFired":
            self.loaded.set()
        elif event in ("Inspector.targetCrashed", "Inspector.detached", "gone"):
            self.gone = True
            self.loaded.set()

    async def _answer(self, told: dict[str, Any]) -> None:
        """The page, once; a frame where it is stored; nothing else is there, and nothing is asked of a network."""
        page = self._page(told) if told["resourceType"] == "Document" else None
        with suppress(ProtocolError, TimeoutError, BrowserGone):
            if page is None:  # "Aborted" leaves the page as it is where it wants to go elsewhere by itself
                await self._send("Fetch.failRequest", requestId=told["requestId"], errorReason="Aborted")
                return
            body = b64encode(decode(page.body, page.headers)[0].encode("utf-8", "replace")).decode()
            headers = [{"name": "Content-Type", "value": "text/html; charset=utf-8"}]
            await self._send(
                "Fetch.fulfillRequest",
                requestId=told["requestId"],
                responseCode=200,
                responseHeaders=headers,
                body=body,
            )

    def _page(self, told: dict[str, Any]) -> Page | None:
        if told["frameId"] != self.frame:
            return self.stored(told["request"]["url"])
        first, self.shown = not self.shown, True
        return self.page if first else None

    async def _send(self, method: str, **params: Any) -> dict[str, Any]:
        return await self.browser.send(method, self.session, **params)


def with_text(png: bytes, told: Mapping[str, str]) -> bytes:
    """The picture with iTXt chunks (PNG 11.3.4.5) after its header; any picture tool shows them."""
    head = 8 + 4 + 4 + 13 + 4  # the signature, and IHDR with length, name and checksum
    return png[:head] + b"".join(_chunk(name, text) for name, text in told.items()) + png[head:]


def _chunk(name: str, text: str) -> bytes:
    body = b"iTXt" + name.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8", "replace")
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
