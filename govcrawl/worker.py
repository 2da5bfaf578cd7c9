"""One crawling worker: both spiders in one process, until SIGTERM."""

from __future__ import annotations

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings


def work(log_level: str = "INFO") -> None:
    """Serves every round on the queue.  SIGTERM or Ctrl-C: finishes what it holds, then returns; a second one gives it back at once."""
    settings = Settings()
    settings.setmodule("govcrawl.settings", priority="project")
    settings.set("LOG_LEVEL", log_level, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    process.crawl("site")
    process.crawl("probe")
    process.start()
