"""One crawling worker: both spiders in one process, until SIGTERM."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

YOUNG_OBJECTS = 50_000  #: a page makes thousands that die with it; looking for cycles after every 700 is for nothing


def work(log_level: str = "INFO") -> None:
    """Serves every round on the queue.  SIGTERM or Ctrl-C: finishes what it holds, then returns; a second one stops it where it is,
    and its leases go back to the queue when they expire.
    """
    if "GOVCRAWL_PARENT" in os.environ:
        threading.Thread(target=_end_with, args=(int(os.environ["GOVCRAWL_PARENT"]),), daemon=True).start()
    settings = Settings()
    settings.setmodule("govcrawl.settings", priority="project")
    settings.set("LOG_LEVEL", log_level, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    process.crawl("site")
    process.crawl("probe")
    gc.freeze()  # what is loaded by now stays
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)
    process.start()


def _end_with(parent: int) -> None:
    """A worker that ``run`` started does not outlive a killed ``run``: its embedded stores would go from under it."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)
