"""One Chromium process, spoken to by the DevTools protocol over a pipe: no port that others on the machine could open, and a browser
that ends by itself when its worker is killed.

It has no network of its own: every connection goes to a proxy that is not there.  What a page asks for is answered by the worker
(``tab.py``), so the guard, the pace and the identity of the crawler hold for a page's scripts too.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from govcrawl import credentials

logger = logging.getLogger(__name__)
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REPLY_S = 30.0  #: the longest that a command waits for its reply, the first one for the start of the browser
END_S = 3.0  #: between being told to end and being killed; and what its files are given to be gone
END_TRIES = 30
MAX_MESSAGE = 128 * 1024 * 1024  #: bytes
#: The shell gives the pipes the numbers Chromium wants (3: commands, 4: replies), limits the memory of each process (kB), and removes
#: the profile however the browser ends, also after this process was killed.
WRAPPER = """ulimit -c 0; ulimit -d "$2"; profile=$1; shift 2
"$@" 3<&0 4>&1 </dev/null >/dev/null
rm -rf "$profile" || { sleep 1; rm -rf "$profile"; }"""
FLAGS = (
    "--headless", "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
    "--proxy-server=http://127.0.0.1:1", "--proxy-bypass-list=<-loopback>", "--disable-quic",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--disable-domain-reliability", "--disable-client-side-phishing-detection", "--no-pings",
    "--disable-features=Translate,MediaRouter,OptimizationHints,DialMediaRouteProvider,IsolateOrigins,site-per-process,"
    "HttpsUpgrades,HttpsFirstBalancedMode,HttpsFirstBalancedModeAutoEnable,WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    "--disable-site-isolation-trials", "--mute-audio",
    "--disable-gpu", "--disable-dev-shm-usage", "--disable-breakpad", "--disable-crash-reporter", "--password-store=basic",
    "--use-mock-keychain", "--metrics-recording-only", "--hide-scrollbars", "--blink-settings=imagesEnabled=false",
    "--js-flags=--max-old-space-size=512", "--no-startup-window",
)  # fmt: skip

Listener = Callable[[str, dict[str, Any]], None]


class BrowserGone(Exception):
    """The browser could not be started, or ended: what it was doing can be done again by another."""


def find(program: str = "") -> str:
    """The path of Chromium; empty where there is none.  ``program``: a name or path to use instead of the usual ones."""
    return next((path for name in ([program] if program else PROGRAMS) if (path := shutil.which(name))), "")


class Chromium:
    """A running browser.  ``started`` gives one; ``close`` ends it."""

    def __init__(self, process: subprocess.Popen[bytes], profile: str) -> None:
        self._process, self.pid, self.profile = process, process.pid, profile
        self._listeners: dict[str, Listener] = {}  # by session
        self._replies: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._last = 0
        self.gone = False

    @classmethod
    async def started(cls, program: str, memory_mb: int) -> Self:
        """Raises BrowserGone, with the last words of the browser."""
        profile = tempfile.mkdtemp(prefix="govcrawl-browser-")
        root = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium's sandbox can't be built by root
        command = ["/bin/sh", "-c", WRAPPER, "sh", profile, str(memory_mb * 1024)]
        with tempfile.TemporaryFile() as words:
            process = subprocess.Popen(
                [*command, program, *FLAGS, *root, f"--user-data-dir={profile}"],
                env=credentials.harmless(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                start_new_session=True,  # Ctrl-C is for the worker; and all of it can be killed together
            )
            self = cls(process, profile)
            await self._connect()
            try:
                version = await self.send("Browser.getVersion")
            except (TimeoutError, BrowserGone) as error:
                await self.close()
                words.seek(0)
                last = words.read()[-300:].decode(errors="replace").strip().rpartition("\n")[2]
                raise BrowserGone(f"{program} does not start: {last or error}") from error
            except asyncio.CancelledError:
                await self.close()
                raise
        logger.info("Started %s for pages that scripts draw", version["product"])
        return self

    async def _connect(self) -> None:
        loop, (stdin, stdout) = asyncio.get_running_loop(), (self._process.stdin, self._process.stdout)
        reader = asyncio.StreamReader(limit=MAX_MESSAGE)
        self._replying, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), stdout)
        self._asking, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, stdin)
        self._listening = asyncio.ensure_future(self._listen(reader))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                self._heard(json.loads((await reader.readuntil(b"\0"))[:-1]))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, OSError):
            self._end()

    def _heard(self, message: dict[str, Any]) -> None:
        if "id" in message:
            reply = self._replies.get(message["id"])
            if reply and not reply.done():
                reply.set_result(message)
        elif listener := self._listeners.get(message.get("sessionId", "")):
            listener(message["method"], message["params"])

    def _end(self) -> None:
        self.gone = True
        for reply in self._replies.values():
            if not reply.done():
                reply.set_exception(BrowserGone("the browser ended"))
        for listener in list(self._listeners.values()):
            listener("gone", {})

    async def send(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """A command's result.  Raises BrowserGone, TimeoutError, or ProtocolError where the browser refuses."""
        if self.gone:
            raise BrowserGone("the browser ended")
        self._last = id_ = self._last + 1
        message = {"id": id_, "method": method, "params": params} | ({"sessionId": session} if session else {})
        reply = self._replies[id_] = asyncio.get_running_loop().create_future()
        self._asking.write(json.dumps(message).encode() + b"\0")
        try:
            answer = await asyncio.wait_for(reply, REPLY_S)
        finally:
            del self._replies[id_]
        if "error" in answer:
            raise ProtocolError(f"{method}: {answer['error'].get('message')}")
        result: dict[str, Any] = answer.get("result", {})
        return result

    def listen(self, session: str, listener: Listener) -> None:
        self._listeners[session] = listener

    def ignore(self, session: str) -> None:
        self._listeners.pop(session, None)

    async def close(self) -> None:
        """Twice is once."""
        if not self.gone:
            with suppress(BrowserGone, TimeoutError, ProtocolError):
                await asyncio.wait_for(self.send("Browser.close"), END_S)
        if self._process.returncode is None:  # nobody has waited for it, so the number is its own still
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            await asyncio.get_running_loop().run_in_executor(None, self._process.wait)
        self._listening.cancel()
        self._end()  # whoever still waits for a reply
        self._asking.close()
        self._replying.close()
        for _ in range(END_TRIES):
            shutil.rmtree(self.profile, ignore_errors=True)
            if not Path(self.profile).exists():
                break
            await asyncio.sleep(END_S / END_TRIES)  # its last processes are still writing


class ProtocolError(Exception):
    """A command that the browser refuses."""
