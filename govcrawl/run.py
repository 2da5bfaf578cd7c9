"""``govcrawl run``: plan, crawl and probe side by side, score and report one campaign on this machine.

Everything that is done is in the stores, so the same command after any interruption goes on where it stopped.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

import redis
from pymongo.errors import PyMongoError
from tqdm import tqdm

from govcrawl import services, settings
from govcrawl.contracts import Campaign
from govcrawl.credentials import hidden
from govcrawl.errors import GovcrawlError, StoreUnavailable
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.progress import Meter
from govcrawl.rounds import CRAWL, already_closed, close, open_round, over
from govcrawl.store import Store

POLL_S = 0.5
SAY_S = 10.0  #: between two lines of the same kind
STOP_S = settings.GRACE_S + 15.0  #: by then a worker has ended after SIGTERM, by itself or by its own watch
MAX_RESTARTS = 20  #: of dead workers in one run: beyond, something is wrong that a restart does not mend


@dataclass
class Workers:
    """Worker processes on this machine; a dead one is replaced."""

    count: int
    environment: dict[str, str]
    embedded: bool = False  #: the stores are
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _restarts: int = 0

    def keep_alive(self) -> None:
        """Starts what is missing.  Raises GovcrawlError where too many died in this run, or a store that only we can start."""
        if self.embedded:
            self._check_stores()
        dead = [p for p in self._processes if p.poll() is not None]
        self._restarts += len(dead)
        if self._restarts > MAX_RESTARTS:
            raise GovcrawlError(f"采集进程反复退出（{self._restarts} 次），日志见 {_logs()}")
        self._processes = [p for p in self._processes if p.poll() is None]
        while len(self._processes) < self.count:
            self._processes.append(self._start(len(self._processes) + 1))

    def _check_stores(self) -> None:
        try:
            services.check_embedded()
        except StoreUnavailable:  # nobody can finish what he holds
            for process in self._processes:
                process.kill()
            raise

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


def crawl(
    campaign: Campaign,
    store: Store,
    frontier: Frontier,
    urls: services.Urls,
    workers: int,
    wait: bool,
    wanted: Callable[[int], bool] = lambda _: True,
) -> None:
    """Does all rounds of a planned campaign.  ``wait`` False: a round ends with its crawl, its visits are cut short.  ``wanted``: whether a
    round is to be done, asked when those before it are over.
    """
    crew = Workers(workers, urls.environment(), urls.embedded)
    try:
        for number in range(1, campaign.rounds + 1):
            key = round_key(campaign.id, number)
            if already_closed(store, campaign.id, key, wait) or not wanted(number):
                continue
            _do_round(campaign, number, store, frontier, crew, wait)
            close(campaign.id, number, store, frontier)
    finally:
        crew.stop()
    for number in range(1, campaign.rounds + 1):
        frontier.close_round(round_key(campaign.id, number))


def _do_round(campaign: Campaign, number: int, store: Store, frontier: Frontier, crew: Workers, wait: bool) -> None:
    """Until nothing is open.  A store that is away is waited for; a Redis that came back empty is filled again."""
    key, queues = round_key(campaign.id, number), (*CRAWL, "probe") if wait else CRAWL
    open_round(campaign, number, store, frontier)
    said, done = -SAY_S, False
    with _progress(campaign, key, store, frontier) as show:
        while not done:
            try:
                if not frontier.exists(key):
                    open_round(campaign, number, store, frontier)
                done = over(key, queues, frontier)
                show()
            except (redis.RedisError, PyMongoError) as error:
                if time.monotonic() - said > SAY_S:
                    said = time.monotonic()
                    sys.stderr.write(f"存储暂时不可用，等待恢复：{hidden(str(error)).partition(',')[0]}\n")
            if not done:
                crew.keep_alive()
                time.sleep(POLL_S)


@contextmanager
def _progress(campaign: Campaign, key: str, store: Store, frontier: Frontier) -> Iterator[Callable[[], None]]:
    """One line for a person, redrawn on a terminal, every ten seconds elsewhere."""
    meter = Meter(campaign, key, frontier, len(store.sites(campaign.id, chosen_only=True)))
    bar = tqdm(disable=None, unit="页", bar_format="|{bar:24}| {desc}")
    last_line = 0.0

    def show() -> None:
        nonlocal last_line
        reading = meter.read()
        if not bar.disable:
            bar.total, bar.n = max(reading.counts.planned, 1), reading.counts.done + reading.counts.dead
            bar.set_description_str(f"{key} {reading}")
        elif time.monotonic() - last_line > SAY_S:
            last_line = time.monotonic()
            sys.stderr.write(f"{key} {reading}\n")

    try:
        yield show
    finally:
        bar.close()


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
