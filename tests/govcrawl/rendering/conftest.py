from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from govcrawl.rendering.chromium import Chromium, find
from govcrawl.settings import RENDER_MEMORY_MB

Work = Callable[[Chromium], Awaitable[object]]


@dataclass
class Shared:
    """A browser for many tests, in a loop and a thread of its own; whoever kills it leaves the next one a new one."""

    program: str
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    browser: Chromium | None = None

    def run(self, work: Work) -> object:
        return asyncio.run_coroutine_threadsafe(self._run(work), self.loop).result(100)

    async def _run(self, work: Work) -> object:
        if self.browser and self.browser.gone:
            await self.browser.close()
            self.browser = None
        self.browser = self.browser or await Chromium.started(self.program, RENDER_MEMORY_MB)
        return await work(self.browser)

    async def close(self) -> str:
        if self.browser is None:
            return ""
        await self.browser.close()
        return self.browser.profile


@pytest.fixture(scope="session")
def program() -> str:
    if not (path := find()):
        pytest.skip("Chromium is not installed")
    return path


@pytest.fixture(scope="session")
def shared(program: str) -> Iterator[Shared]:
    one = Shared(program)
    thread = threading.Thread(target=one.loop.run_forever, daemon=True)
    thread.start()
    yield one
    profile = asyncio.run_coroutine_threadsafe(one.close(), one.loop).result(20)
    one.loop.call_soon_threadsafe(one.loop.stop)
    thread.join(10)
    one.loop.close()
    if profile:
        until_gone(profile)
        assert not Path(profile).exists()


@pytest.fixture
def in_browser(shared: Shared) -> Callable[[Work], object]:
    """Runs a coroutine with a browser."""
    return shared.run


def until_gone(profile: str) -> None:
    """What was killed takes a moment to die."""
    deadline = time.monotonic() + 20
    while processes(profile):
        assert time.monotonic() < deadline, processes(profile)
        time.sleep(0.02)


def processes(words: str) -> list[int]:
    """Living processes with these words in their command line, without shells and zombies."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, state = (
                (folder / "cmdline").read_text(),
                (folder / "stat").read_text().rpartition(")")[2].split()[0],
            )
        except OSError:
            continue
        if words in command and "chrom" in command and state not in "ZX":
            found.append(int(folder.name))
    return found
