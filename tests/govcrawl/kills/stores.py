"""A Valkey and a MongoDB wire server that tests may kill: the embedded ones of ``services.py``, always on the same ports."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import redis

from govcrawl import services


@dataclass(frozen=True)
class Stores:
    """``home``: their GOVCRAWL_HOME."""

    home: Path
    urls: services.Urls

    def kill(self, name: str) -> None:
        """SIGKILL; returns when the process is gone."""
        os.kill(self.pid(name), signal.SIGKILL)
        while services._alive(self.pid(name)):
            time.sleep(0.005)

    def pid(self, name: str) -> int:
        return int(json.loads((self.home / "run" / f"{name}.json").read_text())["pid"])

    @contextmanager
    def hanging(self, name: str) -> Iterator[None]:
        """SIGSTOP: its connections stay, and nobody answers."""
        os.kill(self.pid(name), signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid(name), signal.SIGCONT)

    def empty(self, name: str) -> None:
        """The data of a server that was killed is gone too."""
        shutil.rmtree(self.home / name)

    def start(self, name: str) -> None:
        """Again, on its old port and on what data it has.  Returns when it answers."""
        port = urlsplit(getattr(self.urls, name)).port
        with at_home(self.home), mock.patch.object(services, "free_port", return_value=port):
            services._SERVERS[name](self.home / "run")


@dataclass(frozen=True)
class Mishap:
    """``empty``: its data is lost too; ``killed`` False: it is only emptied."""

    server: str
    empty: bool = False
    killed: bool = True

    def strike(self, stores: Stores) -> None:
        if not self.killed:
            with redis.Redis.from_url(stores.urls.redis) as client:
                client.flushall()
            return
        stores.kill(self.server)
        if self.empty:
            stores.empty(self.server)

    def mend(self, stores: Stores) -> None:
        """Returns when the server answers again."""
        if self.killed:
            stores.start(self.server)


MISHAPS = {
    "Redis killed": Mishap("redis"),
    "Redis killed, its data lost": Mishap("redis", empty=True),
    "Redis emptied": Mishap("redis", empty=True, killed=False),
    "MongoDB killed": Mishap("mongodb"),
}


@contextmanager
def at_home(home: Path) -> Iterator[None]:
    with mock.patch.dict(os.environ, {"GOVCRAWL_HOME": str(home)}):
        for name in ("REDIS_URL", "MONGODB_URI"):
            os.environ.pop(name, None)
        yield


@contextmanager
def own_stores(home: Path) -> Iterator[Stores]:
    with at_home(home):
        opened = services.stores()
        urls = opened.__enter__()
    try:
        yield Stores(home, urls)
    finally:
        opened.__exit__(None, None, None)
