"""One crawling worker: all spiders in one process, until SIGTERM."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import threading
import time
from collections.abc import Sequence

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from govcrawl import logs
from govcrawl.rendering.chromium import find

logger = logging.getLogger(__name__)
WATCH_S = 0.5
YOUNG_OBJECTS = 50_000  #: a page makes thousands that die with it; looking for cycles after every 700 is for nothing


def work(log_level: str = "INFO", only: tuple[str, ...] = (), **settings_: object) -> int:
    """``only``: spiders, where not all; ``settings_``: beside those of ``settings.py``.

    Serves every round on the queue.  SIGTERM or Ctrl-C: finishes what it holds (a rendering, and what MongoDB does not take
    within seconds, is given back), then returns, after ``GRACE_S`` at the latest; a second one stops it where it is,
    and its leases go back to the queue when they expire.  Returns the exit status: 1 where a spider ended by itself; the others are
    then stopped too, for whoever watches this process can start it anew.
    """
    if "GOVCRAWL_PARENT" in os.environ:
        threading.Thread(target=_end_with, args=(int(os.environ["GOVCRAWL_PARENT"]),), daemon=True).start()
    settings = Settings()
    settings.setmodule("govcrawl.settings", priority="project")
    settings.setdict({"LOG_LEVEL": log_level, "LOG_INSTALL_ROOT_HANDLER": False, **settings_}, priority="cmdline")
    logs.set_up(settings["LOG_STYLE"], log_level)
    process = AsyncCrawlerProcess(settings)
    if settings["METRICS"]:
        from govcrawl.metrics import health, served

        served.in_background(settings["METRICS"], health.PULSE)
    crawlers = [process.create_crawler(spider) for spider in only or _spiders(settings["CHROMIUM"])]
    for crawler in crawlers:
        process.crawl(crawler).add_done_callback(lambda _: asyncio.ensure_future(process.stop()))
    threading.Thread(target=_end_in_time, args=(crawlers, settings.getfloat("GRACE_S")), daemon=True).start()
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


def _end_in_time(crawlers: Sequence[Crawler], grace_s: float) -> None:
    """Whatever a worker that was told to end waits for, nothing is lost with it: what it holds goes back when its leases expire."""
    begun: set[Crawler] = set()
    while not any(c in begun and not c.crawling for c in crawlers):
        begun |= {c for c in crawlers if c.crawling}
        time.sleep(WATCH_S)
    time.sleep(grace_s)
    logger.error("This worker did not come to its end within %s s and is cut off; its leases will expire", grace_s)
    os._exit(1)


def _end_with(parent: int) -> None:
    """A worker that ``run`` started does not outlive a killed ``run``: its embedded stores would go from under it."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)
