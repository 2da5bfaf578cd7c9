"""``python -m tests.bench.soak --minutes 60``: full speed for an hour, while workers are killed and stores restarted.

Workers as a vendor runs them crawl one campaign after another, two at a time, from a web server beside them.  Every ``--kill-s`` one is
killed (SIGKILL) and another started; the *elder* is spared, so that its memory over the whole time is seen.  Every ``--stores-s`` each
store in turn is killed and started again on its data.  When a campaign's round is over it is held against the plan: every page of every
site has one result, nothing is dead, the observations are those of the try that was stored, a sample of the evidence is read back; then
its data are deleted, as retention would.  Each line tells a minute; the last one is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from statistics import median

import redis

from govcrawl.contracts import Campaign, Evidence, Site
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.rounds import CRAWL, close_finished, open_round, over
from govcrawl.store import Store
from pipelines.warc import unpacked
from tests.bench.runs import WebServer
from tests.govcrawl.build import campaign
from tests.govcrawl.kills.stores import Stores, own_stores

POLL_S = 0.25
START_S = 60.0  #: a worker that begins while a store is away says so and ends; a supervisor starts it again
SAMPLE = 50  #: pages of a round whose evidence is read back
AHEAD = 2  #: campaigns open at once: while one waits for a dead worker's leases, there is work in the other
WORKER = "import sys; from govcrawl.worker import work; sys.exit(work('WARNING', ('site', 'probe'), LEASE_S=float(sys.argv[1])))"


@dataclass(frozen=True)
class Plan:
    """``minutes`` of work; all else in seconds and numbers."""

    minutes: float = 60.0
    workers: int = 2
    kill_s: float = 120.0
    stores_s: float = 600.0
    lease_s: float = 60.0
    sites: int = 20
    pages: int = 120
    seed: int = 1


@dataclass
class Found:
    """``memory``: what → its MB, each minute."""

    rounds: int = 0
    pages: int = 0
    lost: int = 0
    twice: int = 0
    dead: int = 0
    expired: int = 0
    torn: int = 0
    killed: int = 0
    restarted: int = 0
    minutes: float = 0.0
    memory: dict[str, list[float]] = field(default_factory=dict)

    def summary(self) -> dict[str, float]:
        """Numbers, and of each memory the medians of the second and of the last quarter of the time (the first one fills caches)."""
        told = {name: value for name, value in vars(self).items() if name != "memory"} | {
            "pages_per_s": self.pages / (60 * self.minutes) if self.minutes else 0.0
        }
        for name, values in self.memory.items():
            quarter = max(1, len(values) // 4)
            told |= {
                f"{name}_mb_early": median(values[quarter : 2 * quarter] or values),
                f"{name}_mb_late": median(values[-quarter:]),
            }
        return {name: round(value, 1) for name, value in told.items()}


@dataclass
class Soak:
    """One run of it."""

    plan: Plan
    stores: Stores
    store: Store
    frontier: Frontier
    web: WebServer
    folder: Path
    found: Found = field(default_factory=Found)
    open_: list[Campaign] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    began: dict[int, float] = field(default_factory=dict)  #: by process, time.monotonic
    struck: float = -1e9  #: when a store was killed last

    def __post_init__(self) -> None:
        self.chance, self.numbers = random.Random(self.plan.seed), count(1)
        self.log = (self.folder / "workers.log").open("ab")
        self.environment = os.environ | self.stores.urls.environment() | {"GOVCRAWL_HOME": str(self.folder / "home")}

    def run(self, say: Callable[[str], None]) -> Found:
        start = time.monotonic()
        end = start + 60 * self.plan.minutes
        every = [
            Every(self.plan.kill_s, self.kill_one),
            Every(self.plan.stores_s, self.restart_stores),
            Every(60.0, lambda: say(self.minute())),
        ]
        while time.monotonic() < end or self.open_:
            self.keep_going(more=time.monotonic() < end)
            for one in every if time.monotonic() < end else every[2:]:
                one.do()
            time.sleep(POLL_S)
        self.found.minutes = (time.monotonic() - start) / 60
        self.minute()
        return self.found

    def keep_going(self, more: bool) -> None:
        """Workers and campaigns that are missing are started; what is over is held against its plan."""
        for worker in [one for one in self.workers if one.poll() is not None]:
            life = self.struck - self.began[worker.pid]
            assert 0 < life < START_S, f"a worker ended by itself: {worker.returncode}"
            self.workers.remove(worker)
        while len(self.workers) < self.plan.workers:
            self.workers.append(self.start())
        while more and len(self.open_) < AHEAD:
            self.open_.append(self.planned(next(self.numbers)))
        for one in [c for c in self.open_ if over(round_key(c.id, 1), (*CRAWL, "probe"), self.frontier)]:
            self.check(one)
            self.open_.remove(one)

    def start(self) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", WORKER, str(self.plan.lease_s)]
        worker = subprocess.Popen(
            words, env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        self.began[worker.pid] = time.monotonic()
        return worker

    def planned(self, number: int) -> Campaign:
        one = campaign(f"soak-{number}", delay_s=0.001, max_pages=100_000)
        sites = [Site(f"53{n:08}", f"测试网站{n}", home, "省直") for n, home in enumerate(self.web.ready.homes, 1)]
        self.store.save_plan(one, sites, [site.code for site in sites], [])
        open_round(one, 1, self.store, self.frontier)
        return one

    # --- mishaps ---

    def kill_one(self) -> None:
        victim = self.workers.pop(self.chance.randrange(1, len(self.workers)))
        victim.kill()
        victim.wait()
        self.found.killed += 1

    def restart_stores(self) -> None:
        for name in ("redis", "mongodb"):
            self.struck = time.monotonic()
            self.stores.kill(name)
            time.sleep(1.0)
            self.stores.start(name)
            self.found.restarted += 1

    # --- what must be true ---

    def check(self, one: Campaign) -> None:
        """Counts what is wrong with a round that is over, and deletes it."""
        pages = list(self.store.db["pages"].find({"campaign": one.id, "role": {"$ne": "probe"}}))
        urls = Counter(page["url"] for page in pages)
        whole = [page for page in pages if page["outcome"] == "ok"]
        counts, found = self.frontier.counts(round_key(one.id, 1)), self.found
        assert counts.planned == counts.pending + counts.leased + counts.done + counts.dead, counts
        found.rounds += 1
        found.pages += len(whole)
        found.lost += self.web.pages - len({page["url"] for page in whole})
        found.twice += urls.total() - len(urls) + self.stray(one, pages)
        found.dead += counts.dead
        found.expired += counts.expired
        found.torn += sum(not self.intact(page) for page in self.chance.sample(whole, min(SAMPLE, len(whole))))
        self.forget(one)

    def stray(self, one: Campaign, pages: list[dict[str, object]]) -> int:
        """Observations of a try at a page that is not the one stored."""
        claimed = {page["_id"]: page["claimed"] for page in pages}
        seen = self.store.db["observations"].find({"campaign": one.id}, {"page": 1, "claimed": 1})
        return sum(d["claimed"] != claimed.get(d["page"], d["claimed"]) for d in seen)

    def intact(self, page: dict[str, object]) -> bool:
        place = Evidence(**page["evidence"])  # type: ignore[arg-type]
        with (self.folder / "home" / "evidence" / place.file).open("rb") as file:
            file.seek(place.offset)
            body = unpacked(file.read(place.length)).body
        return sha256(body).hexdigest() == page["sha256"]

    def forget(self, one: Campaign) -> None:
        close_finished(one, self.store, self.frontier)
        for name in self.store.db.list_collection_names():
            self.store.db[name].delete_many({"_id" if name == "campaigns" else "campaign": one.id})
        shutil.rmtree(self.folder / "home" / "evidence" / one.id, ignore_errors=True)

    # --- memory ---

    def minute(self) -> str:
        """Measures; a line for a person."""
        elder = self.workers[0].pid
        files = len(list(Path(f"/proc/{elder}/fd").iterdir()))
        redis_uses = int(self.frontier.client.info("memory")["used_memory"])
        sizes = {"elder": resident(elder), "redis": redis_uses, "mongodb": resident(self.stores.pid("mongodb"))}
        for name, size in sizes.items():
            self.found.memory.setdefault(name, []).append(size / 1e6)
        told = ", ".join(f"{name} {values[-1]:.0f} MB" for name, values in self.found.memory.items())
        done = f"{self.found.rounds} rounds, {self.found.pages} pages, {self.found.lost} lost, {self.found.twice} twice"
        return f"{done}, {self.found.killed} killed, {told}, {files} files of the elder open"

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.log.close()


def resident(pid: int) -> int:
    """Bytes of memory that a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@dataclass
class Every:
    """Does something each so many seconds."""

    seconds: float
    what: Callable[[], object]

    def __post_init__(self) -> None:
        self.next = time.monotonic() + self.seconds

    def do(self) -> None:
        if time.monotonic() >= self.next:
            self.what()
            self.next = time.monotonic() + self.seconds


@contextmanager
def opened(plan: Plan) -> Iterator[Soak]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="govcrawl-soak-")))
        stores = stack.enter_context(own_stores(folder / "stores"))
        web = stack.enter_context(WebServer(plan.sites, plan.pages))
        store, client = Store(stores.urls.mongodb), stack.enter_context(redis.Redis.from_url(stores.urls.redis))
        stack.callback(store.close)
        soak = Soak(plan, stores, store, Frontier(client), web, folder)
        stack.callback(soak.close)
        yield soak


def main(words: list[str] | None = None) -> int:
    """Exit status 1 where a page was lost, stored twice or given up, or evidence can't be read."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    for name, default in vars(Plan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    plan = Plan(**vars(parser.parse_args(words)))
    with opened(plan) as soak:
        found = soak.run(lambda line: print(line, flush=True))
    print(json.dumps({"plan": vars(plan), "soak": found.summary()}))
    return int(any((found.lost, found.twice, found.dead, found.torn)))


if __name__ == "__main__":
    raise SystemExit(main())
