"""84,000 sites × 20 visits a day by one probe worker: ``python -m tests.bench.probes [--sites 84000] [--times 10] [--seconds 240]``.

A real ``scrapy crawl probe`` (scheduler, gate, spider, Lua) on a Valkey of its own with AOF; the clock runs ``times`` as fast: spacing,
time limit, delays and what the sites need are all divided by it, so as many requests are out at once as in a real day.  Simulated are
the sites (``Sites``: most answer within a second, some never) and the writing of results (``Kept``: MongoDB's own bench is elsewhere).
Every site has its beat within one spacing, so a stretch of a day is like any other.  CPU is measured from the first ``WARM`` visits on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadConnectionRefusedError, DownloadTimeoutError
from scrapy.http import HtmlResponse, Response

from govcrawl import services
from govcrawl.contracts import ProbePlan, Result, Site
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.seeds import visit
from govcrawl.spiders.download import PAUSED, SECONDS
from govcrawl.store import Store
from govcrawl.visits import beat, phase
from pipelines.persist import PersistPipeline
from tests.govcrawl.build import campaign
from tests.govcrawl.frontier.servers import server

ROOT = Path(__file__).parents[2]
DAY_S, A_DAY, LIMIT_S, DELAY_S = 86_400.0, 20, 15.0, 1.0
KEY = round_key("t-probes", 1)
WARM = 1000  #: visits before CPU is counted
CLOSED, SLOW = 0.03, 0.10  #: of the sites: never answer (a third refuse), need seconds
PAGE = b"<html><head><title>home</title></head><body>" + b"<p>news</p>" * 2000 + b"</body></html>"


class Sites:
    """The download handler: what a site needs follows from its address."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        self._times = crawler.settings.getfloat("BENCH_TIMES")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Sites:
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        kind, start = phase(request.url), time.monotonic()
        limit: float = request.meta["download_timeout"]
        needs = 1000.0 if kind < CLOSED else 1.0 + 60 * (kind - CLOSED) if kind < SLOW else 0.1 + 0.5 * kind
        try:
            if kind < CLOSED / 3:
                raise DownloadConnectionRefusedError("simulated")
            await asyncio.sleep(min(needs / self._times, limit))
            if needs / self._times > limit:
                raise DownloadTimeoutError("simulated")
        finally:
            request.meta[SECONDS], request.meta[PAUSED] = time.monotonic() - start, 0.0
        return HtmlResponse(request.url, 200, body=PAGE, request=request)

    async def close(self) -> None: ...


class Kept(PersistPipeline):
    """Results are counted in place of MongoDB's word; Redis is told as ever."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.late: list[float] = []
        self.begun: list[float] = []
        self.failed = 0
        self._cpu_s = self._start = 0.0
        self._warm = 0

    async def _save(self, batch: list[Result]) -> None:
        for probe in (r.probe for r in batch if r.probe and r.probe.due):
            assert probe.due
            self.begun.append(probe.at.timestamp() - probe.seconds)
            self.late.append(self.begun[-1] - probe.due.timestamp())
            self.failed += bool(probe.failed)
        if not self._start and len(self.late) >= self.crawler.settings.getint("BENCH_WARM"):
            self._warm, self._cpu_s, self._start = len(self.late), cpu_s(), self.begun[-1]

    async def close_spider(self) -> None:
        await super().close_spider()
        seen = Worked(
            len(self.late), self.failed, len(self.late) - self._warm, cpu_s() - self._cpu_s, max(self.begun) - self._start,
            sorted(self.late[self._warm :]),
        )  # fmt: skip
        Path(os.environ["BENCH_PROBES"]).write_bytes(msgspec.json.encode(seen))


class Worked(msgspec.Struct):
    """What the worker says of itself.  ``measured``: visits after it was warm, in so many CPU seconds, and seconds from begin to begin."""

    visits: int
    failed: int
    measured: int
    cpu_s: float
    seconds: float
    late_s: list[float]  #: of those


@dataclass(frozen=True)
class Simulated:
    """Of a real day; ``…_share``: of one core.  Lateness as the clock on the wall has it, not stretched."""

    sites: int
    times: float
    visits: int
    failed: int
    visits_per_s: float
    wanted_per_s: float
    worker_ms: float  #: CPU a visit
    redis_ms: float
    worker_share: float
    redis_share: float
    late_median_s: float
    late_p99_s: float
    late_most_s: float
    missed: int
    site_bytes: float  #: in Redis, of a site whose visit waits
    visit_bytes: float  #: of a visit done


def cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def stores() -> Iterator[tuple[str, str]]:
    """URLs of a Valkey and a MongoDB of its own."""
    with tempfile.TemporaryDirectory() as folder, server(folder, "--appendonly", "yes") as valkey:
        os.environ["GOVCRAWL_HOME"] = f"{folder}/home"
        with services.embedded(["mongodb"]) as urls:
            yield valkey.url, urls["mongodb"]


def simulate(sites: int, times: float, seconds: float, warm: int = WARM) -> Simulated:
    with stores() as (redis_url, mongodb_url):
        store, frontier = Store(mongodb_url), Frontier(services.redis.Redis.from_url(redis_url))
        empty = info(frontier, "memory")["used_memory"]
        plan = ProbePlan(A_DAY, DAY_S / A_DAY / times, LIMIT_S / times)
        one = campaign("t-probes", delay_s=DELAY_S / times, probe=plan)
        register = [Site(f"53{n:08}", f"网站{n}", f"http://{address(n)}/", "省直") for n in range(sites)]
        store.save_plan(one, [], [], [])  # the register is on the queue; the small MongoDB stand-in need not hold it
        store.open_round(one.id, 1)
        frontier.open_round(one, 1)
        start = frontier.now()
        frontier.add(KEY, (visit(site, beat(site.code, plan.spacing_s, start)) for site in register))
        frontier.built(KEY)
        planned = info(frontier, "memory")["used_memory"]
        worked, redis_s, made = run(frontier, redis_url, mongodb_url, times, seconds, warm)
        done = info(frontier, "memory")["used_memory"]
        missed = frontier.counts(KEY).missed
        store.close()
    per_s, late = sites * A_DAY / DAY_S, worked.late_s
    worker_ms, redis_ms = 1000 * worked.cpu_s / worked.measured, 1000 * redis_s / made
    return Simulated(
        sites, times, worked.visits, worked.failed, worked.measured / worked.seconds, per_s * times, worker_ms, redis_ms,
        worker_ms * per_s / 1000, redis_ms * per_s / 1000, late[len(late) // 2], late[len(late) * 99 // 100], late[-1], missed,
        (planned - empty) / sites, (done - planned) / worked.visits,
    )  # fmt: skip


def run(
    frontier: Frontier, redis_url: str, mongodb_url: str, times: float, seconds: float, warm: int
) -> tuple[Worked, float, int]:
    """A worker for so many seconds.  Returns what it says, Redis's CPU seconds, and the visits in these."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "worked.json"
        given: dict[str, Any] = {
            "BENCH_TIMES": times, "BENCH_WARM": warm, "STOP_WHEN_DONE": 1, "LOG_LEVEL": "WARNING",
            "DOWNLOAD_HANDLERS": json.dumps({"http": "tests.bench.probes.Sites"}),
            "ITEM_PIPELINES": json.dumps({"tests.bench.probes.Kept": 300}),
        }  # fmt: skip
        words = [word for name, value in given.items() for word in ("-s", f"{name}={value}")]
        before, start = redis_cpu_s(frontier), time.monotonic()
        stores = {"REDIS_URL": redis_url, "MONGODB_URI": mongodb_url, "BENCH_PROBES": str(file)}
        with subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", "probe", *words], cwd=ROOT, env=os.environ | stores
        ) as worker:
            while time.monotonic() - start < seconds and worker.poll() is None:
                time.sleep(0.2)
            worker.send_signal(signal.SIGTERM)
        if worker.returncode:
            raise RuntimeError(f"the worker failed: {worker.returncode}")
        made = frontier.counts(KEY).visits
        return msgspec.json.decode(file.read_bytes(), type=Worked), redis_cpu_s(frontier) - before, made


def address(n: int) -> str:
    return f"127.{1 + (n >> 16)}.{(n >> 8) & 255}.{n & 255}"


def info(frontier: Frontier, section: str) -> dict[str, Any]:
    return dict(frontier.client.info(section))


def redis_cpu_s(frontier: Frontier) -> float:
    used = info(frontier, "cpu")
    return float(used["used_cpu_user"] + used["used_cpu_sys"])


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--sites", type=int, default=84_000)
    parser.add_argument("--times", type=float, default=10.0, help="how much faster than a real day")
    parser.add_argument("--seconds", type=float, default=240.0)
    given = parser.parse_args(words)
    found = simulate(given.sites, given.times, given.seconds)
    for name, value in vars(found).items():
        print(f"{name:15} {value:.4g}" if isinstance(value, float) else f"{name:15} {value}")
    print(json.dumps({"probes": vars(found)}))


if __name__ == "__main__":
    main()
