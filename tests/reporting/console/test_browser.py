"""The desk in a real Chromium: by keyboard alone, with its policy in force.  Pictures of it: ``GOVCRAWL_SHOTS=<folder>``."""

from __future__ import annotations

import asyncio
import os
import time
from base64 import b64decode
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from govcrawl.rendering import chromium
from govcrawl.rendering.chromium import Chromium, find
from govcrawl.settings import RENDER_MEMORY_MB
from govcrawl.store import Store
from reporting import book, notices
from tests.reporting.console.conftest import Enter
from tests.reporting.console.made import AT, ONE, field_of, finding

KEEP_S = 60.0


class Window:
    """A window that goes to this machine, has pictures, and is driven by keys."""

    def __init__(self, browser: Chromium, session: str, port: int) -> None:
        self.browser, self.session, self.port = browser, session, port
        self.asked: dict[str, str] = {}  # URL by request, but for those that the policy stopped
        browser.listen(session, self.heard)

    def heard(self, event: str, told: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.asked[told["requestId"]] = told["request"]["url"]
        elif event == "Network.loadingFailed" and told.get("blockedReason") == "csp":
            del self.asked[told["requestId"]]

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        return await self.browser.send(method, self.session, **params)

    async def go(self, path: str) -> None:
        await self.send("Page.navigate", url=f"http://127.0.0.1:{self.port}{path}")
        await self.until(f"location.pathname == {path.partition('?')[0]!r} && document.readyState == 'complete'")

    async def tell(self, script: str) -> Any:
        return (await self.send("Runtime.evaluate", expression=script, returnByValue=True))["result"].get("value")

    async def until(self, script: str) -> None:
        deadline = time.monotonic() + KEEP_S
        while not await self.tell(f"document.readyState == 'complete' && ({script})"):
            assert time.monotonic() < deadline, (script, await self.tell("document.body.innerText"))
            await asyncio.sleep(0.05)

    async def key(self, key: str) -> None:
        text = {"Enter": "\r"}.get(key, key)
        for kind in ("keyDown", "keyUp"):
            code = 13 if key == "Enter" else ord(key.upper())
            await self.send(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                text=text if kind == "keyDown" else "",
                windowsVirtualKeyCode=code,
            )

    async def type(self, words: str) -> None:
        await self.send("Input.insertText", text=words)

    async def picture(self, name: str, wide: int = 1280, high: int = 1000) -> None:
        if folder := os.environ.get("GOVCRAWL_SHOTS"):
            await self.send(
                "Emulation.setDeviceMetricsOverride", width=wide, height=high, deviceScaleFactor=1, mobile=False
            )
            await asyncio.sleep(0.5)
            shot = await self.send("Page.captureScreenshot", format="png")
            (Path(folder) / f"{name}.png").write_bytes(b64decode(shot["data"]))


async def opened(port: int, cookies: dict[str, str], work: Callable[[Window], Any]) -> None:
    browser = await Chromium.started(find(), RENDER_MEMORY_MB)
    try:
        target = (await browser.send("Target.createTarget", url="about:blank"))["targetId"]
        session = (await browser.send("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        window = Window(browser, session, port)
        for domain in ("Page", "Runtime", "Network"):
            await window.send(f"{domain}.enable")
        for name, value in cookies.items():
            await window.send(
                "Network.setCookie", name=name, value=value, url=f"http://127.0.0.1:{port}/", httpOnly=True
            )
        await work(window)
    finally:
        await browser.close()


def test_a_reviewer_decides_by_keyboard_alone(enter: Enter, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    if not find():
        pytest.skip("Chromium is not installed")
    to_here = tuple(f for f in chromium.FLAGS if not f.startswith(("--proxy", "--blink-settings")))
    monkeypatch.setattr(chromium, "FLAGS", to_here)
    visitor = enter("王复核", "clerk")

    async def work(window: Window) -> None:
        await window.go("/queue")
        await window.picture("queue")
        picked = "document.querySelector('.here input').value.split(':')[0]"
        await window.key("j")
        first = await window.tell(picked)
        await window.key("j")
        second = await window.tell(picked)
        await window.key("x")
        await window.key("k")
        await window.key("x")
        assert await window.tell("document.getElementById('picked').textContent") == "已选 2 个"
        await window.picture("queue-picked")
        await window.key("c")
        await window.until("document.body.innerText.includes('2 个问题已确认')")
        held = store.decided([ONE.id])
        assert {id_: (d.review, d.by) for id_, d in held.items()} == dict.fromkeys(
            (first, second), ("confirmed", "王复核")
        )

        await window.key("j")
        third = await window.tell(picked)
        await window.key("d")  # asks for a reason first
        assert await window.tell("document.activeElement.id") == "reason"
        await window.type("书名如此")
        await window.key("Enter")
        await window.until("document.body.innerText.includes('1 个问题已排除')")
        assert store.decided([ONE.id])[third].reason == "书名如此"

        seen = book.load(store, ONE.id, "", AT)
        assert len(list(notices.notify(store, seen, [], date(2018, 7, 15), AT.date(), "王复核", AT))) == 1
        await window.go("/ledger")
        await window.picture("ledger")
        await window.key("j")
        await window.key("x")
        assert await window.tell("document.getElementById('picked').textContent") == "已选 1 个"
        await window.tell("document.querySelector('button[value=mended]').click()")
        await window.until("document.body.innerText.includes('1 个问题记为“报称已整改”')")
        assert [e.state for e in book.load(store, ONE.id, "", AT).entries].count("mended") == 1

        await window.go(f"/finding/{finding(1).id}?back=/queue")
        await window.until("document.querySelector('iframe') !== null")
        await asyncio.sleep(1.0)
        await window.picture("finding", high=1700)
        assert await window.tell("document.title") != "run", "no script of the stored page"
        await window.key("u")
        await window.until("location.pathname == '/queue'")
        for path, name in (
            ("/", "dashboard"),
            ("/site/5300000001", "site"),
            ("/sites", "sites"),
            ("/queue", "queue-after"),
            ("/ledger", "ledger-after"),
        ):
            await window.go(path)
            await window.picture(name, high=1400)
        await window.picture("queue-phone", wide=390, high=844)
        ours = f"http://127.0.0.1:{window.port}/"
        assert all(url.startswith(ours) for url in window.asked.values()), "nothing of another host"
        assert any("/page/1" in url for url in window.asked.values())

    asyncio.run(opened(visitor.port, visitor.cookies, work))


def test_a_picture_is_drawn_from_the_stored_page_and_kept(enter: Enter) -> None:
    if not find():
        pytest.skip("Chromium is not installed")
    visitor, path = enter(), f"/finding/{finding(1).id}"
    assert visitor.get(f"{path}/picture/1").status == 404
    token = field_of(visitor.get(path).text, "token")
    assert visitor.post(f"{path}/pictures", {"token": token}).to == path
    picture = visitor.get(f"{path}/picture/1")
    assert (picture.status, picture.headers["Content-Type"]) == (200, "image/png")
    assert picture.text.startswith("\ufffdPNG")
    assert f'src="{path}/picture/1"' in visitor.get(path).text
