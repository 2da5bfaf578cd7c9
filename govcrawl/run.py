"""``govcrawl run``: plan, crawl and probe side by side, score and report one campaign on this machine.

Everything that is done is in the stores, so the same command after any interruption goes on where it stopped.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

import redis
from tqdm import tqdm

from govcrawl import services
from govcrawl.contracts import Campaign
from govcrawl.errors import GovcrawlError
from govcrawl.frontier.frontier import Counts, Frontier, round_key
from govcrawl.plan import open_round
from govcrawl.store import Store

POLL_S = 0.5
STOP_S = 60.0  #: a worker must have given back what it holds within this time after SIGTERM
MAX_RESTARTS = 20  #: of dead workers in one run: beyond, something is wrong that a restart does not mend
CRAWL = ("site", "link")
VITAL = ("home", "column", "more", "fragment", "probe")  #: a site that lacks one of these was not inspected as planned
PARTIAL = "可用性监测尚未结束，本通报按已完成的访问次数统计。"


@dataclass
class Workers:
    """Worker processes on this machine; a dead one is replaced."""

    count: int
    environment: dict[str, str]
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _restarts: int = 0

    def keep_alive(self) -> None:
        """Starts what is missing.  Raises GovcrawlError where too many died in this run."""
        dead = [p for p in self._processes if p.poll() is not None]
        self._restarts += len(dead)
        if self._restarts > MAX_RESTARTS:
            raise GovcrawlError(f"采集进程反复退出（{self._restarts} 次），日志见 {_logs()}")
        self._processes = [p for p in self._processes if p.poll() is None]
        while len(self._processes) < self.count:
            self._processes.append(self._start(len(self._processes) + 1))

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        with _log(f"worker-{number}.log") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "govcrawl", "worker"],
                env=os.environ | self.environment | {"GOVCRAWL_PARENT": str(os.getpid())},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we tell them
            )

    def stop(self) -> None:
        """SIGTERM to all; whoever does not come to an end in time is killed (its leases expire, nothing is lost)."""
        for process in self._processes:
            process.terminate()
        deadline = time.monotonic() + STOP_S
        for process in self._processes:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def crawl(campaign: Campaign, store: Store, frontier: Frontier, urls: services.Urls, workers: int, wait: bool) -> None:
    """Does all rounds of a planned campaign.  ``wait`` False: a round ends with its crawl, its visits are cut short."""
    crew = Workers(workers, urls.environment())
    try:
        for number in range(1, campaign.rounds + 1):
            key = round_key(campaign.id, number)
            if _already_closed(store, campaign.id, key, wait):
                continue
            _do_round(campaign, number, store, frontier, crew, wait)
            _close(campaign.id, number, store, frontier)
    finally:
        crew.stop()
    for number in range(1, campaign.rounds + 1):
        frontier.close_round(round_key(campaign.id, number))


def close_finished(campaign: Campaign, store: Store, frontier: Frontier) -> None:
    """For a cluster, where no ``run`` watches: rounds of which nothing is open any more are closed, and their memory freed."""
    for number in range(1, campaign.rounds + 1):
        key = round_key(campaign.id, number)
        if frontier.exists(key) and not _open(frontier, key, (*CRAWL, "probe")):
            _close(campaign.id, number, store, frontier)
            frontier.close_round(key)


def advance(campaign: Campaign, store: Store, frontier: Frontier) -> str:
    """For a cluster: opens the first round that is not over.  Returns its key, or "" where all are over."""
    close_finished(campaign, store, frontier)
    for number in range(1, campaign.rounds + 1):
        key = round_key(campaign.id, number)
        if not _already_closed(store, campaign.id, key, wait=True):
            open_round(campaign, number, store, frontier)
            return key
    return ""


def _close(campaign: str, number: int, store: Store, frontier: Frontier) -> None:
    key = round_key(campaign, number)
    why = PARTIAL if _open(frontier, key, ("probe",)) else ""
    store.close_round(campaign, number, incomplete_sites(frontier, key, CRAWL), why)


def _already_closed(store: Store, campaign: str, key: str, wait: bool) -> bool:
    """A round that ended whole is not opened again; one that was cut short is, unless nobody wants to wait for it."""
    closed = store.closed_rounds(campaign).get(key)
    return closed is not None and not closed[0] and (not closed[1] or not wait)


def _do_round(campaign: Campaign, number: int, store: Store, frontier: Frontier, crew: Workers, wait: bool) -> None:
    """Until nothing is open.  A Redis that is away is waited for; one that came back empty is filled again."""
    key, queues = round_key(campaign.id, number), (*CRAWL, "probe") if wait else CRAWL
    open_round(campaign, number, store, frontier)
    with _progress(campaign, key, frontier) as show:
        while True:
            try:
                if not frontier.exists(key):
                    open_round(campaign, number, store, frontier)
                # asked again after the count: a Redis emptied in between has nothing open either
                if not _open(frontier, key, queues) and frontier.exists(key):
                    break
                show()
            except redis.RedisError as error:
                sys.stderr.write(f"Redis 暂时无法连接，等待恢复：{error}\n")
            crew.keep_alive()
            time.sleep(POLL_S)
        show()


def _open(frontier: Frontier, key: str, queues: tuple[str, ...]) -> int:
    return sum(frontier.open_by_site(key, queues).values())


def incomplete_sites(frontier: Frontier, key: str, queues: tuple[str, ...]) -> set[str]:
    """Sites with work left, or with a page or visit that was given up for a reason of ours and can't be done without."""
    left = {site for site, n in frontier.open_by_site(key, queues).items() if n}
    return left | {task.site for task, _ in frontier.dead(key) if task.role in VITAL}


class _Show:
    """One line for a person, redrawn on a terminal, every ten seconds elsewhere."""

    def __init__(self, campaign: Campaign, key: str, frontier: Frontier) -> None:
        self.frontier, self.key, self.campaign = frontier, key, campaign
        self.bar = tqdm(disable=None, unit="页", bar_format="|{bar:24}| {desc}")
        self.start, self.first = time.monotonic(), frontier.counts(key)
        self.last_line = 0.0

    def __call__(self) -> None:
        counts = self.frontier.counts(self.key)
        open_sites = self.frontier.open_by_site(self.key)
        sites = sum(n == 0 for n in open_sites.values())
        words = (
            f"网页 {counts.pages} 访问 {counts.visits} 站点 {sites}/{len(open_sites)} "
            f"{self._speed(counts):.1f}页/秒 剩余 {_clock(self._left(counts, len(open_sites)))}"
        )
        if self.bar.disable:
            if time.monotonic() - self.last_line > 10:
                self.last_line = time.monotonic()
                sys.stderr.write(f"{self.key} {words}\n")
            return
        self.bar.total, self.bar.n = max(counts.planned, 1), counts.done + counts.dead
        self.bar.set_description_str(f"{self.key} {words}")

    def _speed(self, counts: Counts) -> float:
        return (counts.pages - self.first.pages) / max(time.monotonic() - self.start, 0.001)

    def _left(self, counts: Counts, sites: int) -> float:
        """Seconds: the slower of the pages still waiting and the visits still to come."""
        done = counts.done - self.first.done
        pace = done / max(time.monotonic() - self.start, 0.001)
        pages = counts.open / pace if pace else 0.0
        visits = max(self.campaign.probe.per_round - counts.visits / max(sites, 1), 0) * self.campaign.probe.spacing_s
        return max(pages, visits if self.frontier.open_by_site(self.key, ("probe",)) else 0.0)


@contextmanager
def _progress(campaign: Campaign, key: str, frontier: Frontier) -> Iterator[_Show]:
    show = _Show(campaign, key, frontier)
    try:
        yield show
    finally:
        show.bar.close()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _logs() -> Path:
    return services.home() / "logs"


def _log(name: str) -> IO[bytes]:
    _logs().mkdir(parents=True, exist_ok=True)
    return (_logs() / name).open("ab")


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does: in order."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
