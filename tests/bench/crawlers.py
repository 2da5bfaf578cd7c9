"""The four crawlers, each a process of its own: ``python -m tests.bench.crawlers a|b|c|g URL …`` (URLs of the home pages).

All keep 32 requests in the air, at most 8 to one host, and read every page that links lead to.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urldefrag, urljoin

import aiohttp
import pymongo
import redis
from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Response
from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule
from scrapy_redis.scheduler import Scheduler
from scrapy_redis.spiders import RedisCrawlSpider
from selectolax.lexbor import LexborHTMLParser

from tests.bench.meter import METER, MeterExtension

CONCURRENT, PER_HOST = 32, 8
#: Beside these, Scrapy's defaults.
SCRAPY = {
    "CONCURRENT_REQUESTS": CONCURRENT,
    "CONCURRENT_REQUESTS_PER_DOMAIN": PER_HOST,
    "EXTENSIONS": {MeterExtension: 0},
    "LOG_LEVEL": "INFO",
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
}
COLLECTION = "bench_pages"


def _crawl(spider: type[CrawlSpider], settings: dict[str, Any], **arguments: Any) -> None:
    process = AsyncCrawlerProcess(SCRAPY | settings)
    process.crawl(spider, **arguments)
    process.start()


# --- a: plain Scrapy ----------------------------------------------------------------------------------------------


class PlainSpider(CrawlSpider):
    name = "plain"
    rules = (Rule(LinkExtractor(), follow=True),)

    async def start(self) -> AsyncIterator[Request]:
        """Filtered like any link: by default a home page would be fetched once more when a link leads to it."""
        for url in self.start_urls:
            yield Request(url)


def plain(homes: Sequence[str]) -> None:
    """CrawlSpider with LinkExtractor; nothing is stored."""
    _crawl(PlainSpider, {}, start_urls=homes)


# --- b: scrapy-redis, with as little around it as Scrapy 2.19 needs -------------------------------------------------


class StockScheduler(Scheduler):
    """Without the argument ``spider=`` of the statistics, which Scrapy warns of at every request."""

    def enqueue_request(self, request: Request) -> bool:
        if not request.dont_filter and self.df.request_seen(request):
            self.df.log(request, self.spider)
            return False
        self.stats.inc_value("scheduler/enqueued/redis")
        self.queue.push(request)
        return True

    def next_request(self) -> Request | None:
        request = self.queue.pop(self.idle_before_close)
        if request:
            self.stats.inc_value("scheduler/dequeued/redis")
        return request


class StockSpider(RedisCrawlSpider):
    """``start`` takes the place of ``start_requests``, which Scrapy no longer calls; home pages are filtered as in a."""

    name = "stock"
    rules = (Rule(LinkExtractor(), callback="parse_page", follow=True),)

    async def start(self) -> AsyncIterator[Request]:
        for request in self.next_requests():
            yield request.replace(dont_filter=False)

    def parse_start_url(self, response: Response, **_: Any) -> Iterator[dict[str, Any]]:
        return self.parse_page(response)

    def parse_page(self, response: Response) -> Iterator[dict[str, Any]]:
        yield {"url": response.url, "title": response.css("title::text").get(), "size": len(response.body)}


class InsertPipeline:
    def __init__(self, crawler: Crawler) -> None:
        self.client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(crawler.settings["MONGODB_URI"])
        self.pages = self.client.get_default_database()[COLLECTION]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> InsertPipeline:
        return cls(crawler)

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        self.pages.insert_one(dict(item))
        return item

    def close_spider(self) -> None:
        self.client.close()


def stock(homes: Sequence[str]) -> None:
    """RedisCrawlSpider, one ``insert_one`` a page."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.rpush(f"{StockSpider.name}:start_urls", *(f'{{"url": "{url}"}}' for url in homes))
    settings = {
        "SCHEDULER": StockScheduler,
        "DUPEFILTER_CLASS": "scrapy_redis.dupefilter.RFPDupeFilter",
        "ITEM_PIPELINES": {InsertPipeline: 100},
        "REDIS_URL": os.environ["REDIS_URL"],
        "MONGODB_URI": os.environ["MONGODB_URI"],
        "MAX_IDLE_TIME_BEFORE_CLOSE": 1,
    }
    _crawl(StockSpider, settings)


# --- c: the floor ---------------------------------------------------------------------------------------------------


def bare(homes: Sequence[str]) -> None:
    """aiohttp and selectolax: fetch, parse, resolve every link, follow the new ones."""
    asyncio.run(_bare(homes))


async def _bare(homes: Sequence[str]) -> None:
    seen, queue = set(homes), asyncio.Queue[str]()
    for url in homes:
        queue.put_nowait(url)
    connector = aiohttp.TCPConnector(limit=CONCURRENT, limit_per_host=PER_HOST)
    async with aiohttp.ClientSession(connector=connector) as session:
        tasks = [asyncio.create_task(_fetch_on(session, queue, seen)) for _ in range(CONCURRENT)]
        await queue.join()
        for task in tasks:
            task.cancel()


async def _fetch_on(session: aiohttp.ClientSession, queue: asyncio.Queue[str], seen: set[str]) -> None:
    while True:
        url = await queue.get()
        async with session.get(url) as response:
            body = await response.read()
        for link in _links(url, body):
            if link not in seen:
                seen.add(link)
                queue.put_nowait(link)
        METER.page()
        queue.task_done()


def _links(url: str, body: bytes) -> Iterator[str]:
    for anchor in LexborHTMLParser(body).css("a[href]"):
        link = urldefrag(urljoin(url, anchor.attributes["href"] or "")).url
        if link.startswith("http"):
            yield link


# --- g: govcrawl ----------------------------------------------------------------------------------------------------


def ours(homes: Sequence[str]) -> None:
    """The worker as it is; only the meter is added.  Its work comes from the campaign on the queue."""
    from govcrawl import settings, worker

    settings.EXTENSIONS = getattr(settings, "EXTENSIONS", {}) | {MeterExtension: 0}
    worker.work()


CRAWLERS: dict[str, Callable[[Sequence[str]], None]] = {"a": plain, "b": stock, "c": bare, "g": ours}

if __name__ == "__main__":
    CRAWLERS[sys.argv[1]](sys.argv[2:])
    METER.write()
