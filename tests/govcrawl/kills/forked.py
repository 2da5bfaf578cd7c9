"""Worker processes, forked from one that has imported what they need: a test that kills forty of them need not wait for forty starts.

From its first line on each is ``scrapy crawl …`` like any other, a process of its own that can be killed.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
#: Not ``govcrawl.settings``, which reads the environment when it is imported, nor ``frontier.scheduler``, which gives a worker its name.
HEAVY = (
    "aiohttp", "hiredis", "pymongo", "pytest", "selectolax.lexbor", "uvloop", "warcio.warcwriter", "govcrawl.reading", "govcrawl.rounds",
    "scrapy.commands.crawl", "scrapy.crawler", "scrapy.core.engine", "scrapy.extensions.corestats", "scrapy.extensions.logstats",
    "scrapy.downloadermiddlewares.httpcompression", "scrapy.downloadermiddlewares.useragent", "scrapy_redis.scheduler",
    "tests.govcrawl.kills.warm",
)  # fmt: skip
_forks: Any = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(list(HEAVY))


class Forked:
    """Like a Popen.  ``ahead_s``: seconds its clock is ahead of the others'."""

    def __init__(self, words: Sequence[str], environment: dict[str, str], log: Path, ahead_s: float = 0.0) -> None:
        self.log = log
        self._process = _forks.Process(target=_work, args=(list(words), environment, str(log), ahead_s))
        self._process.start()
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode  # type: ignore[no-any-return]

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("worker", timeout or 0.0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]


def _work(words: list[str], environment: dict[str, str], log: str, ahead_s: float) -> None:
    with Path(log).open("ab") as out:
        for stream in (1, 2):
            os.dup2(out.fileno(), stream)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    warnings.simplefilter("default")
    if ahead_s:
        _set_clock(ahead_s)
    from scrapy.cmdline import execute

    execute(["scrapy", *words])


def _set_clock(ahead_s: float) -> None:
    """A clock that somebody set wrong.  The monotonic clock has no such hands."""
    right = time.time
    time.time = lambda: right() + ahead_s
