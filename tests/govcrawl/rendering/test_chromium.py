"""The browser as a process: no way to the network of its own, nothing left of it, and a clear word where there is none."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from govcrawl.rendering import Browser
from govcrawl.rendering.chromium import BrowserGone, Chromium, find
from govcrawl.rendering.tab import render
from tests.govcrawl.rendering.conftest import processes, until_gone
from tests.govcrawl.rendering.test_tab import LIMITS, InBrowser, Site, page


@contextmanager
def listener() -> Iterator[socket.socket]:
    """A port that counts by its queue whoever connects."""
    with socket.create_server(("127.71.0.1", 0)) as one:
        one.setblocking(False)
        yield one


@pytest.mark.parametrize(
    "script",
    [
        "new WebSocket('ws://HOST/')",
        "fetch('http://HOST/',{mode:'no-cors'})",
        "document.write('<link rel=preconnect href=//HOST/><link rel=prefetch href=//HOST/x>')",
        "navigator.serviceWorker&&navigator.serviceWorker.register('http://HOST/sw.js')",
        "new Worker(URL.createObjectURL(new Blob(['fetch(\"http://HOST/\")'])))",
        "window.open('http://HOST/')",
        "document.write('<iframe src=http://HOST/></iframe>')",
        "new RTCPeerConnection({iceServers:[{urls:'turn:HOST?transport=tcp',username:'a',credential:'b'}]})"
        ".createDataChannel('x')",
    ],
    ids=["websocket", "fetch", "preconnect", "service worker", "worker", "window", "frame", "webrtc"],
)
def test_a_page_reaches_nothing_that_we_do_not_fetch_for_it(script: str, in_browser: InBrowser) -> None:
    with listener() as port:
        host = f"127.71.0.1:{port.getsockname()[1]}"
        body = f"<body><script>{script.replace('HOST', host)}</script></body>"
        in_browser(lambda browser: render(browser, page(body, f"http://{host}/x"), Site(), LIMITS))
        with pytest.raises(BlockingIOError):
            port.accept()


def test_files_of_this_machine_are_not_shown(in_browser: InBrowser, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret words")
    body = f"""<body><iframe src="file://{tmp_path}/secret.txt"></iframe><p id=x></p>
    <script>fetch('file://{tmp_path}/secret.txt').then(a=>a.text()).then(t=>x.append(t),e=>x.append('no '+e))</script>"""
    html = in_browser(lambda browser: render(browser, page(body), Site(), LIMITS))
    assert b"secret words" not in html  # type: ignore[operator]
    assert b"no TypeError" in html  # type: ignore[operator]


KILLED = """
import asyncio, sys
from tests.govcrawl.rendering.test_tab import LIMITS, Site, page
from govcrawl.rendering.chromium import Chromium
from govcrawl.rendering.tab import render

async def main():
    browser = await Chromium.started(sys.argv[1], 2048)
    print(browser.profile, flush=True)
    await asyncio.gather(*[render(browser, page(body), Site(), LIMITS) for body in ("<script>for(;;){}</script>", "<p>")])

asyncio.run(main())
"""


def test_a_killed_worker_leaves_no_browser_and_no_profile_behind(program: str) -> None:
    worker = subprocess.Popen([sys.executable, "-c", KILLED, program], stdout=subprocess.PIPE, text=True)
    assert worker.stdout
    with worker.stdout:
        profile = worker.stdout.readline().strip()
        time.sleep(0.5)  # in the midst of a page that does not end
        assert len(processes(profile)) > 2
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    until_gone(profile)
    deadline = time.monotonic() + 20
    while Path(profile).exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_program_that_is_no_browser_is_named_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\necho No usable sandbox >&2\nexit 3\n")
    fake.chmod(0o755)
    with pytest.raises(BrowserGone, match=f"{fake} does not start: No usable sandbox"):
        asyncio.run(Chromium.started(str(fake), 2048))
    assert not list(tmp_path.glob("govcrawl-browser-*"))


def test_a_browser_is_looked_for_by_name_or_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find() == ""
    (tmp_path / "chromium").touch(0o755)
    (tmp_path / "brave").touch(0o755)
    assert find() == str(tmp_path / "chromium")
    assert find("brave") == str(tmp_path / "brave")
    assert find(str(tmp_path / "brave")) == str(tmp_path / "brave")
    assert find("nobody") == ""


# --- the browser of a worker ------------------------------------------------------------------------------------------


def test_a_browser_that_died_is_replaced(program: str) -> None:
    async def main() -> None:
        browser = Browser(program, 2048)
        await browser.render(page("<p>一</p>"), Site(), LIMITS)
        first = browser._running
        assert first
        os.killpg(first.chromium.pid, signal.SIGKILL)
        while not first.chromium.gone:
            await asyncio.sleep(0.01)
        assert "二".encode() in await browser.render(page("<p>二</p>"), Site(), LIMITS)
        assert browser._running is not first
        await browser.close()

    asyncio.run(main())


def test_a_browser_is_replaced_after_its_pages_and_ends_with_the_last_of_them(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("govcrawl.rendering.PAGES", 2)

    async def main() -> list[str]:
        browser, profiles = Browser(program, 2048), []
        for _ in range(3):
            await browser.render(page("<p>文</p>"), Site(), LIMITS)
            assert browser._running
            profiles.append(browser._running.chromium.profile)
        await browser.close()
        return profiles

    first, second, third = asyncio.run(main())
    assert first == second != third
    for profile in (first, third):
        until_gone(profile)
        assert not Path(profile).exists()


def test_an_idle_browser_ends_and_the_next_page_has_a_new_one(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("govcrawl.rendering.IDLE_S", 0.2)

    async def main() -> None:
        browser = Browser(program, 2048)
        await browser.render(page("<p>文</p>"), Site(), LIMITS)
        profile = browser._running.chromium.profile if browser._running else ""
        deadline = time.monotonic() + 20
        while processes(profile):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        assert "文".encode() in await browser.render(page("<p>文</p>"), Site(), LIMITS)
        await browser.close()

    asyncio.run(main())
