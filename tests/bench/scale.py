"""``python -m tests.bench.scale``: a round of 15,000 sites × 300 pages on the real frontier and store, with 1 to 16 virtual workers.

A virtual worker is the real scheduler (claims, gate, heartbeat) and the real last pipeline (results to MongoDB, then acknowledgements with
new tasks).  Instead of fetching it waits as long as sites took (``LATENCY_S``), instead of reading it is busy for ``READ_S``, one page at
a time: so it does at most ``1 / READ_S`` pages a second, as one core does.  All of them, both stores and the virtual workers, run on this
machine, so what is seen is where *its* frontier and store end, not those of a cluster.

Three tables.  *Workers*: a window of the round for each number of them.  *Growth*: the same window when a part of the round is done.
*Fairness*: a small round to its end: when its sites were finished.  The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from bisect import bisect
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import islice, pairwise
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import redis
from scrapy import Spider
from scrapy.utils.test import get_crawler

from govcrawl.contracts import Lease, Observation, Page, Result, Site, Task
from govcrawl.frontier.admission import Admission
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.frontier.hands import Hands
from govcrawl.frontier.scheduler import LeaseScheduler
from govcrawl.services import Urls
from govcrawl.store import Store
from govcrawl.stored import page_id
from pipelines.persist import PersistPipeline
from tests.govcrawl.build import campaign
from tests.govcrawl.kills.stores import Stores, own_stores

#: Share of the pages that came within so many seconds: half at once, a tenth late, a few at the time limit.
LATENCY_S = ((0.5, 0.15), (0.8, 0.4), (0.9, 1.0), (0.97, 3.0), (0.99, 8.0), (1.0, 20.0))
READ_S = 0.006  #: CPU seconds of reading and checking a page
COLUMNS = 20  #: of a site; the rest of its pages are articles
PLATFORM, SHARED = 20, 7  #: of so many sites so many lie at one address
WARM_S = 4.0  #: before a window
BODY = b"<html><head><title>t</title></head><body>" + b"<p>text</p>" * 3500 + b"</body></html>"
STEP = 10_000  #: tasks planned at a time
SETTINGS: dict[str, Any] = {
    "SCHEDULER_QUEUE_CLASS": "govcrawl.frontier.scheduler.RoundQueue", "DUPEFILTER_CLASS": "govcrawl.frontier.scheduler.PlanDupeFilter",
    "LEASE_S": 60.0, "REQUEST_LASTS_S": 30.0, "CONCURRENT_REQUESTS": 32, "LEASES_WAITING": 32, "PERSIST_BATCH": 64,
    "PERSIST_WAIT_S": 0.25, "STORE_PATIENCE_S": 300.0, "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """A round: ``delay_s`` between two requests to a host."""

    name: str
    sites: int
    pages: int
    delay_s: float
    slowness: float = 1.0  #: sites take so many times as long as ``LATENCY_S`` says

    @property
    def key(self) -> str:
        return round_key(self.name, 1)

    def tasks(self, first: int, last: int) -> Iterator[Task]:
        """Of these sites, those that are known at the start: the home page, its columns, and half of the articles."""
        for n in range(first, last):
            yield from (self.task(n, k) for k in range(self.known))

    @property
    def known(self) -> int:
        return 1 + COLUMNS + (self.pages - COLUMNS) // 2

    def task(self, site: int, k: int) -> Task:
        """The site's page ``k``."""
        code, home = f"53{site:08}", f"http://www.s{site:05}.gov.cn/"
        if not k:
            return Task(code, "site", "home", home, priority=0)
        if k <= COLUMNS:
            return Task(code, "site", "column", f"{home}lm{k}/", 1, home, f"栏目{k}", 20)
        column = f"{home}lm{k % COLUMNS + 1}/"
        return Task(
            code,
            "site",
            "article",
            f"{column}201806/t20180601_{21240000 + k}.html",
            2,
            column,
            f"栏目{k % COLUMNS + 1}",
        )

    def led_to(self, task: Task) -> tuple[Task, ...]:
        """What a page brings that is new: an article one of the other half."""
        if task.role != "article":
            return ()
        k = int(task.url.rpartition("_")[2].removesuffix(".html")) - 21240000
        more = k + self.known - 1 - COLUMNS
        return (self.task(int(task.site[2:]), more),) if k < self.known and more < self.pages else ()


# --- a virtual worker -------------------------------------------------------------------------------------------------


class Addresses:
    """A look-up that takes no time."""

    async def of(self, host: str) -> tuple[str, ...]:
        site = int(host.removeprefix("www.s").removesuffix(".gov.cn"))
        platform, place = divmod(site, PLATFORM)
        return (f"10.{platform >> 8}.{platform & 255}.{max(0, place - SHARED + 1)}",)


class Worker:
    """``number``: over all processes; it names it, and seeds what its sites take."""

    def __init__(self, number: int, urls: Urls, shape: Shape) -> None:
        self.shape, self.chance, self.free_at = shape, random.Random(number), 0.0
        crawler: Any = get_crawler(Spider, {"REDIS_URL": urls.redis, "MONGODB_URI": urls.mongodb, **SETTINGS})
        self.scheduler: Any = LeaseScheduler.from_crawler(crawler)
        self.scheduler.worker = f"virtual-{number}"
        self.scheduler.frontier.hands = Hands()
        self.scheduler.open(Spider.from_crawler(crawler, "site"))
        self.scheduler.admission = Admission(Addresses(), 30.0)  # type: ignore[arg-type]
        crawler.engine = SimpleNamespace(scheduler=self.scheduler)
        self.persist = PersistPipeline(crawler)
        self._out: set[asyncio.Task[None]] = set()

    async def work(self) -> None:
        await self.persist.open_spider()
        async for lease in self.scheduler.claims({"site": 1.0}, False, lambda: True):
            task = asyncio.ensure_future(self._fetch(lease))
            self._out.add(task)
            task.add_done_callback(self._out.discard)

    async def _fetch(self, lease: Lease) -> None:
        chance = self.chance.random()
        longest = LATENCY_S[bisect(LATENCY_S, (chance, 0.0))][1]
        seconds = self.shape.slowness * longest * (0.5 + self.chance.random() / 2)
        await asyncio.sleep(seconds)
        self.scheduler.landed(lease, 0.0)
        self.free_at = max(time.monotonic(), self.free_at) + READ_S
        await asyncio.sleep(self.free_at - time.monotonic())
        await self.persist.process_item(self._result(lease, seconds))

    def _result(self, lease: Lease, seconds: float) -> Result:
        task, at = lease.task, self.scheduler.now()
        page = Page(task.url, "ok", 200, at, seconds, (("Content-Type", "text/html"),), BODY, self.scheduler.worker)
        data: dict[str, Any]
        if task.role == "article":
            data = {
                "title": "关于做好有关工作的通知",
                "published": "2018-06-01",
                "column": task.found_on,
                "unread": False,
            }
        else:
            data = {"name": task.text, "items": [[f"{task.url}{n}.html", "2018-06-01"] for n in range(20)]}
        kind: Any = task.role
        seen = Observation(
            self.shape.name, 1, task.site, kind, task.url, at, data, page=page_id(lease.round_key, lease.id)
        )
        return Result(lease, page, children=self.shape.led_to(task), observations=(seen,))

    async def end(self) -> None:
        for task in self._out:
            task.cancel()
        await self.persist.close_spider()
        await self.scheduler._give_back()


def labour(numbers: list[int], urls: Urls, shape: Shape, ends: Any) -> None:
    """A process with these virtual workers, until ``ends`` is set."""

    async def all_of_them() -> None:
        workers = [Worker(number, urls, shape) for number in numbers]
        works = [asyncio.ensure_future(worker.work()) for worker in workers]
        while not ends.is_set():
            await asyncio.sleep(0.1)
            for work in works:
                if work.done():
                    work.result()
        for work in works:
            work.cancel()
        for worker in workers:
            await worker.end()

    asyncio.run(all_of_them())


# --- what is measured -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """CPU in seconds for 1,000 pages; ``share_done``: of the round at its start."""

    workers: int
    share_done: float
    pages_per_s: float
    cpu_workers: float
    cpu_redis: float
    cpu_mongodb: float
    redis_mb: float


@dataclass(frozen=True)
class Fairness:
    """Seconds until sites were finished; ``ideal``: the last one, if its address, or the workers with all their requests, never waited."""

    workers: int
    first: float
    middle: float
    last: float
    ideal: float


class Crew:
    """Virtual workers in at most as many processes as there are cores."""

    def __init__(self, workers: int, urls: Urls, shape: Shape) -> None:
        spawn = multiprocessing.get_context("spawn")
        many = min(workers, os.cpu_count() or 1)
        self._ends = spawn.Event()
        numbers = list(range(workers))
        self.processes = [
            spawn.Process(target=labour, args=(numbers[n::many], urls, shape, self._ends)) for n in range(many)
        ]
        for process in self.processes:
            process.start()

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for process in self.processes:
            process.join()

    def check(self) -> None:
        if any(process.exitcode for process in self.processes):
            raise SystemExit("a process of virtual workers failed")


def window(workers: int, stores: Stores, frontier: Frontier, shape: Shape, seconds: float) -> Window:
    with Crew(workers, stores.urls, shape) as crew:
        before = frontier.counts(shape.key).pages
        while frontier.counts(shape.key).pages == before:
            crew.check()
            time.sleep(0.1)
        time.sleep(WARM_S)
        counts, start = frontier.counts(shape.key), time.monotonic()
        pids = [[p.pid for p in crew.processes], [stores.pid("redis")], [stores.pid("mongodb")]]
        spent = [sum(map(cpu_s, some)) for some in pids]
        time.sleep(seconds)
        done, took = frontier.counts(shape.key).pages - counts.pages, time.monotonic() - start
        ours, redis_, mongodb = (
            1000 * (sum(map(cpu_s, some)) - was) / done for some, was in zip(pids, spent, strict=True)
        )
        crew.check()
    share = counts.done / (shape.sites * shape.pages)
    memory = int(frontier.client.info("memory")["used_memory"]) / 1e6
    return Window(workers, share, done / took, ours, redis_, mongodb, memory)


def cpu_s(pid: int | None) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fairness(workers: int, stores: Stores, frontier: Frontier, shape: Shape) -> Fairness:
    """Of a whole round."""
    plan(frontier, shape)
    ended: dict[str, float] = {}
    with Crew(workers, stores.urls, shape) as crew:
        while not frontier.counts(shape.key).pages:
            crew.check()
            time.sleep(0.05)
        start = time.monotonic()
        while len(ended) < shape.sites:
            crew.check()
            time.sleep(0.2)
            for site, books in frontier.by_site(shape.key).items():
                if books["done"] == shape.pages:
                    ended.setdefault(site, time.monotonic() - start)
    frontier.close_round(shape.key)
    seconds = sorted(ended.values())
    answer = sum(
        (share - before) * 0.75 * longest for (before, _), (share, longest) in pairwise(((0.0, 0.0), *LATENCY_S))
    )
    a_page = max(READ_S, shape.slowness * answer / SETTINGS["CONCURRENT_REQUESTS"])
    ideal = max(SHARED * shape.pages * shape.delay_s, shape.sites * shape.pages * a_page / workers)
    return Fairness(workers, seconds[0], median(seconds), seconds[-1], ideal)


def plan(frontier: Frontier, shape: Shape) -> None:
    frontier.open_round(campaign(shape.name, delay_s=shape.delay_s, max_pages=0), 1)
    add(frontier, shape, 0, shape.sites)
    frontier.built(shape.key)


def add(frontier: Frontier, shape: Shape, first: int, last: int) -> None:
    tasks = shape.tasks(first, last)
    while batch := list(islice(tasks, STEP)):
        frontier.add(shape.key, batch)


def finish(frontier: Frontier, shape: Shape, first: int, last: int) -> None:
    """Marks all pages of these sites as done, those that were not known yet too."""
    tasks = (shape.task(n, k) for n in range(first, last) for k in range(shape.pages))
    while batch := list(islice(tasks, STEP)):
        frontier.mark_done(shape.key, batch)


# --- the run ----------------------------------------------------------------------------------------------------------


def measure(args: argparse.Namespace) -> dict[str, Any]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="govcrawl-scale-")))
        stores = stack.enter_context(own_stores(folder))
        store, client = Store(stores.urls.mongodb), stack.enter_context(redis.Redis.from_url(stores.urls.redis))
        stack.callback(store.close)
        store.prepare()
        frontier = Frontier(client)
        large = Shape("scale", args.sites, args.pages, args.delay, args.slowness)
        small = [
            Shape(f"small-{n}", args.small_sites, args.small_pages, args.small_delay, args.slowness)
            for n in args.workers
        ]
        for shape in (large, *small):
            made = [
                Site(t.site, f"网站{t.site}", t.url, "省直")
                for n in range(min(shape.sites, 10))
                for t in [shape.task(n, 0)]
            ]
            store.save_plan(campaign(shape.name), made, [site.code for site in made], [])
        start = time.monotonic()
        plan(frontier, large)
        say(
            f"{large.sites} sites × {large.pages} pages: {frontier.counts(large.key).planned} tasks planned in {time.monotonic() - start:.0f} s"
        )
        found = {"windows": [], "growth": [], "fairness": []}  # type: dict[str, list[Any]]
        for n in args.workers:
            found["windows"].append(tell(window(n, stores, frontier, large, args.window)))
        done = 0
        for share in args.growth:
            finish(frontier, large, done, done := round(share * large.sites))
            found["growth"].append(tell(window(max(args.workers), stores, frontier, large, args.window)))
        frontier.close_round(large.key)
        for n, shape in zip(args.workers, small, strict=True):
            found["fairness"].append(tell(fairness(n, stores, frontier, shape)))
        size = store.db.command("dbStats")
        pages = store.db["pages"].estimated_document_count()
        say(f"MongoDB: {pages} pages, {size.get('dataSize', 0) / max(1, pages):.0f} bytes of data a page")
    return {name: [asdict(one) for one in some] for name, some in found.items()} | {"stored": pages}


def tell(one: Any) -> Any:
    say("  ".join(f"{name} {value:.4g}" for name, value in asdict(one).items()))
    return one


def say(line: str) -> None:
    print(line, flush=True)


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--sites", type=int, default=15_000)
    parser.add_argument("--pages", type=int, default=300, help="of a site")
    parser.add_argument("--delay", type=float, default=1.0, help="seconds between two requests to a host")
    parser.add_argument("--slowness", type=float, default=1.0, help="sites take so many times as long")
    parser.add_argument("--window", type=float, default=30.0, help="seconds that are measured")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 8, 16])
    parser.add_argument("--growth", type=float, nargs="*", default=[0.25, 0.5, 0.75], help="shares of the sites done")
    parser.add_argument("--small-sites", type=int, default=200, help="of the rounds that are done to their end")
    parser.add_argument("--small-pages", type=int, default=40)
    parser.add_argument("--small-delay", type=float, default=0.2)
    print(json.dumps(measure(parser.parse_args(words))))


if __name__ == "__main__":
    sys.exit(main())
