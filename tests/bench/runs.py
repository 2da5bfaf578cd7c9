"""Starts the crawlers, each run in fresh processes and on fresh stores, and checks that each saw every page."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec
import pymongo

from govcrawl import services
from govcrawl.cli import main, opened
from govcrawl.frontier.frontier import round_key
from tests.bench.crawlers import COLLECTION
from tests.bench.meter import REFERENCE_S, Measured
from tests.bench.pages import LEAST, Site
from tests.bench.server import Ready, Served
from tests.compiled import environment

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
LIMIT_S = 600.0  #: a run that takes longer hangs
ID = "bench"
CAMPAIGN = f"""[campaign]
id = "{ID}"
title = "2018年二季度测速"
standard = "2015"
starts = 2018-04-01
ends = 2018-06-15
[issuer]
name = "云南省人民政府办公厅"
division = "530000"
[registry]
sites = "sites.csv"
[probe]
per_round = 1
spacing_s = 0.5
[crawl]
max_pages = 100000
max_depth = 1000
delay_s = 0.001
as_engine = false
allow_networks = ["127.0.0.0/8"]
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One run.  CPU: seconds (user and system) of the crawler's processes for 1,000 pages."""

    raw: float
    normalised: float  #: on a machine that does one calibration in ``meter.REFERENCE_S``
    pages_per_s: float  #: from the first page to the end
    server_share: float  #: CPU seconds of the web server in a second: near 1 it would be what is measured


@dataclass(frozen=True, slots=True)
class Raced:
    """What a crawl left: what each process says, the Unix time of its end, and the pages that were kept."""

    processes: list[Measured]
    end: float
    kept: int


def run(name: str, web: WebServer) -> Run:
    """One of ``CRAWLS``, once.  Raises RuntimeError where a page was left out or asked for twice."""
    web.served()  # what came before does not count
    with _fresh_home() as folder:
        raced = CRAWLS[name](web.ready.homes, folder)
    served, visits = web.served(), len(web.ready.homes) if name.startswith("g") else 0
    seen = {sum(m.pages for m in raced.processes), served.distinct, served.gets - visits, raced.kept}
    if seen != {web.pages} or served.others:
        raise RuntimeError(f"{name}: {web.pages} pages there, but {raced} {served}")
    return _run(raced, served)


def _run(raced: Raced, served: Served) -> Run:
    measured = [m for m in raced.processes if m.pages]
    raw = 1000 * sum(m.cpu_s for m in measured) / sum(m.pages - 1 for m in measured)
    calibration = sum(m.calibration_cpu_s for m in measured) / sum(m.calibrations for m in measured)
    wall = raced.end - min(m.first for m in measured)
    speed = sum(m.pages for m in measured) / wall
    return Run(raw, raw * REFERENCE_S / calibration, speed, served.cpu_s / wall)


# --- the crawls ---------------------------------------------------------------------------------------------------


def _alone(name: str, homes: list[str], folder: Path, **environment: str) -> Raced:
    """A crawler that ends by itself, and keeps what it keeps before it asks for the next page."""
    with Process(name, homes, folder, environment) as process:
        measured = process.ended()
    return Raced([measured], measured.last, measured.pages)


def _b(homes: list[str], folder: Path) -> Raced:
    with services.stores() as urls, pymongo.MongoClient[dict[str, Any]](urls.mongodb) as client:
        raced = _alone("b", homes, folder, **urls.environment())
        kept = len(client.get_default_database()[COLLECTION].distinct("url"))
    return replace(raced, kept=kept)


def _g(homes: list[str], folder: Path, workers: int = 1, compiled: bool = True) -> Raced:
    """A campaign that finds its workers waiting, until nothing of it is open."""
    with opened() as (urls, store, frontier), ExitStack() as stack:
        around = urls.environment() | (environment() if compiled else {})
        crew = [stack.enter_context(Process("g", [], folder, around)) for _ in range(workers)]
        _until(lambda: frontier.workers_alive() == workers, crew)
        _plan(homes, folder)
        _until(lambda: not frontier.counts(round_key(ID, 1)).open, crew)
        end = time.time()
        for process in crew:
            process.process.terminate()
        ended = [process.ended() for process in crew]
        kept = sum(len(seen.read) for seen in store.looks(ID, [site.code for site in store.sites(ID)]).values())
    return Raced(ended, end, kept)


CRAWLS: dict[str, Callable[[list[str], Path], Raced]] = {
    "a": partial(_alone, "a"), "b": _b, "c": partial(_alone, "c"),
    "gp": partial(_g, compiled=False), "g": _g, "g2": partial(_g, workers=2),
}  # fmt: skip


def _until(done: Callable[[], bool], crew: list[Process]) -> None:
    while not done():
        for process in crew:
            process.check()
        time.sleep(0.05)


def _plan(homes: list[str], folder: Path) -> None:
    """``govcrawl plan`` of a campaign of these sites."""
    rows = [(Site(n, LEAST), home) for n, home in enumerate(homes)]
    lines = [f"{site.code},{site.office}{site.number},{home},{site.office},,,正常运行,是" for site, home in rows]
    head = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
    (folder / "sites.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    (folder / "campaign.toml").write_text(CAMPAIGN, encoding="utf-8")
    with redirect_stdout(StringIO()):
        if main(["plan", str(folder / "campaign.toml")]):
            raise RuntimeError("govcrawl plan refused the campaign")


@contextmanager
def _fresh_home() -> Iterator[Path]:
    """A folder for stores, evidence and logs.  The stores are always embedded ones, whatever the environment names."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="govcrawl-bench-") as folder:
        for name in ("REDIS_URL", "MONGODB_URI"):
            os.environ.pop(name, None)
        os.environ["GOVCRAWL_HOME"] = folder
        try:
            yield Path(folder)
        finally:
            os.environ.clear()
            os.environ.update(before)


# --- processes ------------------------------------------------------------------------------------------------------


class Process:
    """One crawler process; it does not outlive the ``with``."""

    def __init__(self, name: str, homes: list[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.measured = folder / f"{name}-{secrets.token_hex(4)}.json"
        self.log = self.measured.with_suffix(".log")
        self.deadline = time.monotonic() + LIMIT_S
        self.command = [sys.executable, "-m", "tests.bench.crawlers", name, *homes]
        self.environment = os.environ | environment | {"BENCH_MEASURED": str(self.measured)}

    def __enter__(self) -> Self:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def check(self) -> bool:
        """Whether it runs.  Raises RuntimeError where it ended badly or does not end at all."""
        if self.process.poll():
            raise RuntimeError(f"{self.command[3]} failed:\n{self.log.read_text(errors='replace')[-4000:]}")
        if time.monotonic() > self.deadline:
            raise RuntimeError(f"{self.command[3]} did not end in {LIMIT_S:.0f} s")
        return self.process.returncode is None

    def ended(self) -> Measured:
        """Waits for it."""
        while self.check():
            time.sleep(0.05)
        return msgspec.json.decode(self.measured.read_bytes(), type=Measured)


class WebServer:
    """The server's process, and what it says on its pipes."""

    def __init__(self, sites: int, pages: int) -> None:
        self.pages = sites * pages
        self.command = [sys.executable, "-m", "tests.bench.server", str(sites), str(pages)]

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(self.command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ready = self._said(Ready)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()  # the end of its input is its own

    def served(self) -> Served:
        """What it sent since it was last asked."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        return self._said(Served)

    def _said(self, kind: type[T]) -> T:
        assert self.process.stdout is not None
        return msgspec.json.decode(self.process.stdout.readline(), type=kind)
