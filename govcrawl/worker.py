"""One crawling worker: all spiders in one process, until SIGTERM."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import logging
import os
import signal

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from twisted.internet.task import LoopingCall

from govcrawl import logs
from govcrawl.rendering.chromium import find

logger = logging.getLogger(__name__)
YOUNG_OBJECTS = 50_000  #: a page makes thousands that die with it; looking for cycles after every 700 is for nothing


def work(log_level: str = "INFO", only: tuple[str, ...] = (), **settings_: object) -> int:
    """``only``: spiders, where not all; ``settings_``: beside those of ``settings.py``.

    Serves every round on the queue.  SIGTERM or Ctrl-C: finishes what it holds (a rendering, and what MongoDB does not take
    within seconds, is given back), then returns, after ``GRACE_S`` at the latest; a second one stops it where it is,
    and its leases go back to the queue when they expire.  Returns the exit status: 1 where a spider ended by itself; the others are
    then stopped too, for whoever watches this process can start it anew.
    """
    settings = Settings()
    settings.setmodule("govcrawl.settings", priority="project")
    settings.setdict({"LOG_LEVEL": log_level, "LOG_INSTALL_ROOT_HANDLER": False, **settings_}, priority="cmdline")
    logs.set_up(settings["LOG_STYLE"], log_level)
    process = Process(settings)
    if settings["METRICS"]:
        from govcrawl.metrics import health, served

        served.in_background(settings["METRICS"], health.PULSE)
    for spider in only or _spiders(settings["CHROMIUM"]):
        process.crawl(spider).add_done_callback(lambda _: asyncio.ensure_future(process.stop()))
    if parent := os.environ.get("GOVCRAWL_PARENT"):
        _end_with(int(parent))
    gc.freeze()  # what is loaded by now stays
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)
    process.start()
    return int(process.bootstrap_failed)


def _spiders(chromium: str) -> tuple[str, ...]:
    """Whoever has no browser takes no pages to render."""
    if find(chromium):
        return "site", "probe", "render"
    logger.info("Chromium is not installed here: pages that a script draws are left to workers that have it")
    return "site", "probe"


class Process(AsyncCrawlerProcess):
    """Told to end, it does within ``GRACE_S``, whatever it waits for: what it holds then goes back when its leases expire.

    The clock is faulthandler's, which says on stderr where each thread stood: a thread of Python that wakes while the interpreter
    comes to its end can crash it.
    """

    _ending = False

    async def stop(self) -> None:
        if not self._ending:
            self._ending = True
            faulthandler.dump_traceback_later(self.settings.getfloat("GRACE_S"), exit=True, file=2)
        await super().stop()


def _end_with(parent: int) -> None:
    """A worker that ``run`` started does not outlive a killed ``run``: its embedded stores would go from under it."""

    def look() -> None:
        if os.getppid() != parent:
            watch.stop()
            os.kill(os.getpid(), signal.SIGTERM)

    watch = LoopingCall(look)
    watch.start(1.0, now=False)
