"""A page in a tab of its own: its scripts run, what they ask for is answered, and what a reader then has before them is taken.

Time in the tab is virtual (DevTools ``Emulation.setVirtualTimePolicy``): it stands still while an answer is awaited, and else runs as fast
as the machine can.  So a page has come to rest when ``PATIENCE_MS`` of its own time have gone by, however slowly we may ask its host.
"""

from __future__ import annotations

import asyncio
import time
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from govcrawl.contracts import Page
from govcrawl.reading.encoding import decode
from govcrawl.rendering.chromium import BrowserGone, Chromium, ProtocolError

PATIENCE_MS = 5000  #: of the page's own time; a reader waits no longer for a list
TICK_S = 0.1
CRASHED = ("Inspector.targetCrashed", "Inspector.detached", "gone")  #: events after which a tab says no more
#: Headers of the transfer, which the browser never saw; and those that would make it do something else than show the page.
NOT_SHOWN = frozenset(
    "transfer-encoding content-encoding content-length connection content-disposition refresh strict-transport-security".split()
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page's script asks for."""

    url: str
    method: str
    kind: Literal["script", "data"]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


#: Gives what is asked for, or None where it can't or must not be had.
Fetch = Callable[[Asked], Awaitable[Answer | None]]


@dataclass(frozen=True, slots=True)
class Limits:
    alone_s: float  #: seconds a page may take for itself, while nothing it asked for is awaited
    total_s: float  #: seconds in all
    size: int  #: bytes of the page that comes out


class Cut(Exception):
    """The page did not come to rest; says why.  What it showed until then is not known to be all."""


async def render(browser: Chromium, page: Page, fetch: Fetch, limits: Limits) -> bytes:
    """What a reader of ``page`` has before them, as HTML in UTF-8 with a byte order mark.  Raises Cut, BrowserGone."""
    tab = _Running(browser, page, fetch, limits)
    try:
        await tab.open()
        await tab.rest()
        return await tab.html()
    except (ProtocolError, TimeoutError) as error:
        raise Cut(f"the tab does not answer: {error}") from error
    finally:
        await tab.close()


class Tab:
    """A page in a profile of its own; ``heard`` gets what the browser says of it, and every request it makes is answered by hand."""

    def __init__(self, browser: Chromium, page: Page) -> None:
        self.browser, self.page = browser, page
        self.context = self.session = self.frame = ""
        self.shown = False  # the page itself has been given to the tab
        self.errands: set[asyncio.Future[None]] = set()

    async def open(self) -> None:
        send = self.browser.send
        self.context = (await send("Target.createBrowserContext", disposeOnDetach=True))["browserContextId"]
        await send("Browser.setDownloadBehavior", behavior="deny", browserContextId=self.context)
        made = await send("Target.createTarget", url="about:blank", browserContextId=self.context)
        self.frame = made["targetId"]  # of a page and its main frame alike
        self.session = (await send("Target.attachToTarget", targetId=self.frame, flatten=True))["sessionId"]
        self.browser.listen(self.session, self.heard)
        await self.send("Fetch.enable", patterns=[{"urlPattern": "*"}])
        await self.send("Page.enable")
        await self.send("Inspector.enable")

    def heard(self, event: str, told: dict[str, Any]) -> None:
        raise NotImplementedError

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        return await self.browser.send(method, self.session, **params)

    async def give(self, id_: str, answer: Answer) -> None:
        headers = [{"name": n, "value": v} for n, v in answer.headers if n.lower() not in NOT_SHOWN]
        body = b64encode(answer.body).decode()
        await self.send(
            "Fetch.fulfillRequest", requestId=id_, responseCode=answer.status, responseHeaders=headers, body=body
        )

    async def refuse(self, id_: str, why: str = "BlockedByClient") -> None:
        await self.send("Fetch.failRequest", requestId=id_, errorReason=why)

    def do(self, errand: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(self._done(errand))
        self.errands.add(task)
        task.add_done_callback(self.errands.discard)

    async def _done(self, errand: Coroutine[Any, Any, Any]) -> None:
        with suppress(ProtocolError, TimeoutError, BrowserGone):  # the page no longer wants it; or who waits will see
            await errand

    async def close(self) -> None:
        self.browser.ignore(self.session)
        for errand in self.errands:
            errand.cancel()
        if self.context:
            with suppress(BrowserGone, ProtocolError, TimeoutError):
                await self.browser.send("Target.disposeBrowserContext", browserContextId=self.context)


class _Running(Tab):
    """A tab whose scripts run."""

    def __init__(self, browser: Chromium, page: Page, fetch: Fetch, limits: Limits) -> None:
        super().__init__(browser, page)
        self.fetch, self.limits = fetch, limits
        self.over = asyncio.Event()
        self.why = ""
        self.awaited = 0

    async def open(self) -> None:
        await super().open()
        await self.send("Emulation.setVirtualTimePolicy", policy="pause")  # the empty tab has no time to spend
        self.do(self._navigate())

    async def _navigate(self) -> None:
        reply = await self.send("Page.navigate", url=self.page.url)
        if "errorText" in reply:
            self._end(f"the browser does not show it: {reply['errorText']}")

    async def _start(self) -> None:
        """The page's own time, from the moment that the tab has it."""
        policy = "pauseIfNetworkFetchesPending"
        await self.send("Emulation.setVirtualTimePolicy", policy=policy, budget=PATIENCE_MS)

    async def rest(self) -> None:
        """Until the page's own time is over.  Raises Cut."""
        end, alone = time.monotonic() + self.limits.total_s, 0.0
        while not self.over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), TICK_S)
            alone += 0.0 if self.awaited else TICK_S
            if alone > self.limits.alone_s or time.monotonic() > end:
                raise Cut(f"not at rest after {alone:.0f} s of its own")
        if self.browser.gone:
            raise BrowserGone("the browser ended")
        if self.why:
            raise Cut(self.why)

    async def html(self) -> bytes:
        """From the browser's own tree: a page may have put its own functions in place of JavaScript's."""
        root = (await self.send("DOM.getDocument", depth=0))["root"]
        text: str = (await self.send("DOM.getOuterHTML", nodeId=root["nodeId"]))["outerHTML"]
        if len(text) > self.limits.size:
            raise Cut(f"larger than {self.limits.size} bytes")
        return b"\xef\xbb\xbf" + text.encode("utf-8", "replace")

    # --- what the tab says ---

    def heard(self, event: str, told: dict[str, Any]) -> None:
        if event == "Fetch.requestPaused":
            self.do(self._answer(told))
        elif event == "Page.frameNavigated" and told["frame"]["id"] == self.frame:
            self.do(self._start())
        elif event == "Page.javascriptDialogOpening":
            self.do(self.send("Page.handleJavaScriptDialog", accept=False))
        elif event == "Emulation.virtualTimeBudgetExpired":
            self.over.set()
        elif event in CRASHED:
            self._end("the tab crashed")

    def _end(self, why: str) -> None:
        self.why = self.why or why
        self.over.set()

    async def _answer(self, told: dict[str, Any]) -> None:
        kind, id_ = told["resourceType"], told["requestId"]
        if kind == "Document":
            await self._document(told)
        elif kind == "Stylesheet":  # scripts wait for it; what is read does not depend on it
            await self.give(id_, Answer(200, (("Content-Type", "text/css"),), b""))
        elif kind in ("Script", "XHR", "Fetch", "Preflight"):
            self.awaited += 1
            try:
                answer = await self.fetch(_asked(told["request"], kind))
            finally:
                self.awaited -= 1
            await (self.give(id_, answer) if answer else self.refuse(id_))
        else:
            await self.refuse(id_)

    async def _document(self, told: dict[str, Any]) -> None:
        """The page itself, once; a frame, or another page that a script wants to go to, is a task of its own."""
        if told["frameId"] != self.frame or self.shown:
            await self.refuse(told["requestId"], "Aborted")
            return
        self.shown = True
        headers = [(n, v) for n, v in self.page.headers if n.lower() != "content-type"]
        headers.append(("Content-Type", f"text/html; charset={_charset(self.page)}"))
        await self.give(told["requestId"], Answer(200, tuple(headers), self.page.body))


def _charset(page: Page) -> str:
    """As reading has it, for pages lie; the browser then takes scripts that say nothing for the same."""
    return decode(page.body, page.headers)[1].replace("big5hkscs", "big5-hkscs")


def _asked(request: dict[str, Any], kind: str) -> Asked:
    parts = [b64decode(part["bytes"]) for part in request.get("postDataEntries", ()) if "bytes" in part]
    return Asked(
        request["url"],
        request["method"],
        "script" if kind == "Script" else "data",
        request["headers"],
        b"".join(parts),
    )
