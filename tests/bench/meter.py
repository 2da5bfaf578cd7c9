"""Inside a crawler process: counts its pages, and tells how fast the machine is while it crawls.

The speed of a machine drifts, so every ``EVERY`` pages a fixed piece of work (parse a page, resolve its links) is done and timed; its
own CPU time is taken off the crawler's, and a crawler's CPU time is divided by how long that work took, in units of ``REFERENCE_S``.
What comes before the first page (imports, connections, waiting for work) and the interpreter's end are left out, and so is that page.
"""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path
from typing import Self
from urllib.parse import urljoin

import msgspec
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from selectolax.lexbor import LexborHTMLParser

from tests.bench.pages import LEAST, Site

EVERY = 50  #: pages between two calibrations
WARM, ROUNDS = 2, 6  #: parses of one calibration: before it is timed, and timed
REFERENCE_S = 0.0018  #: CPU s of one calibration on the machine of the first figures


class Measured(msgspec.Struct):
    """What one process says of itself.  ``first``, ``last``: Unix times of its first and last page; CPU: seconds."""

    pages: int
    first: float
    last: float
    cpu_s: float  #: user and system, all threads, from the first page to the end of the crawl, without calibrations
    calibrations: int
    calibration_cpu_s: float  #: of all calibrations, each without its warming up


class Meter:
    def __init__(self) -> None:
        self.seen = Measured(0, 0.0, 0.0, 0.0, 0, 0.0)
        self.startup_cpu_s = self.spent_s = 0.0
        self.sample = Site(0, LEAST).pages()["/"]

    def page(self) -> None:
        """A page has come."""
        self.seen.last = time.time()
        if not self.seen.pages:
            self.seen.first, self.startup_cpu_s = self.seen.last, cpu_s()
        self.seen.pages += 1
        if self.seen.pages % EVERY == 1:
            self.calibrate()

    def calibrate(self) -> None:
        """The machine is timed, not how much of its caches the crawler fills: the first rounds take up to twice as long."""
        start = time.thread_time()
        self._work(WARM)
        warm = time.thread_time()
        self._work(ROUNDS)
        end = time.thread_time()
        self.seen.calibrations += 1
        self.seen.calibration_cpu_s += end - warm
        self.spent_s += end - start

    @property
    def slowness(self) -> float:
        """CPU time of a calibration, in units of the first figures' machine."""
        return self.seen.calibration_cpu_s / self.seen.calibrations / REFERENCE_S

    def _work(self, rounds: int) -> None:
        for _ in range(rounds):
            for link in LexborHTMLParser(self.sample).css("a[href]"):
                urljoin("http://www.example.gov.cn/gzdt/index.html", link.attributes["href"])

    def write(self) -> None:
        """The crawl is over: to the file that the environment names."""
        if self.seen.pages:
            self.seen.cpu_s = cpu_s() - self.startup_cpu_s - self.spent_s
        Path(os.environ["BENCH_MEASURED"]).write_bytes(msgspec.json.encode(self.seen))


def cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


METER = Meter()


class MeterExtension:
    """For crawlers built on Scrapy: every page that came is counted, availability visits and link checks are not."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        self = cls()
        crawler.signals.connect(self.received, signals.response_received)
        return self

    def received(self, response: Response, spider: Spider) -> None:
        if response.status == 200 and response.request.method == "GET" and spider.name != "probe":
            METER.page()
