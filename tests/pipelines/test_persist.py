"""What is waited for and what is put aside when MongoDB does not take a result; and a MongoDB that is away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from pymongo.errors import AutoReconnect, BulkWriteError, DocumentTooLarge, OperationFailure

from govcrawl import services
from govcrawl.contracts import Site
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.patience import is_about_a_document
from govcrawl.rounds import open_round
from govcrawl.store import Store
from tests.govcrawl.build import campaign
from tests.pathologies import links, served, slow

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("error", "about"),
    [
        (BulkWriteError({"writeErrors": [{"code": 2}]}), True),
        (BulkWriteError({"writeErrors": [{"code": 189}, {"code": 121}]}), True),
        (BulkWriteError({"writeErrors": [{"code": 189}]}), False),  # the primary steps down
        (BulkWriteError({"writeErrors": [{"code": 11602}]}), False),
        (BulkWriteError({"writeErrors": [{"code": 11000}]}), False),  # two inserts met
        (DocumentTooLarge("17 MB"), True),
        (BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64}]}), False),
        (OperationFailure("no space left", 14031), False),
        (OperationFailure("not authorized", 13), False),
        (AutoReconnect("gone"), False),
    ],
)
def test_only_what_waiting_cannot_mend_is_put_aside(error: Exception, about: bool) -> None:
    assert is_about_a_document(error) is about  # type: ignore[arg-type]


@pytest.fixture
def own_urls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[services.Urls]:
    """Stores of this test's own: it kills one of them."""
    monkeypatch.setenv("GOVCRAWL_HOME", str(tmp_path / "own"))
    for name in ("REDIS_URL", "MONGODB_URI"):
        monkeypatch.delenv(name, raising=False)
    with services.stores() as urls:
        yield urls


def test_while_mongodb_is_away_nothing_is_acknowledged_and_nothing_lost(
    own_urls: services.Urls, tmp_path: Path
) -> None:
    one, site = campaign(), Site("5300000001", "测试网站", "", "省直")
    paths = [f"/p{n}.html" for n in range(40)]
    with served("127.70.0.3") as server, redis.Redis.from_url(own_urls.redis) as client:
        server.pages |= {"/": links(*paths)} | {p: slow(0.05) for p in paths}
        frontier, store = Frontier(client), Store(own_urls.mongodb)
        store.save_plan(one, [Site(site.code, site.name, server.url(), "省直")], [site.code], [])
        open_round(one, 1, store, frontier)
        command = [sys.executable, "-m", "scrapy", "crawl", "site", "-s", "STOP_WHEN_DONE=1"]
        worker = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | own_urls.environment(), stderr=subprocess.PIPE, text=True
        )
        key = round_key(one.id, 1)
        while frontier.counts(key).done < 8:
            time.sleep(0.02)
        record = tmp_path / "own" / "run" / "mongodb.json"
        os.kill(int(json.loads(record.read_text())["pid"]), signal.SIGKILL)
        time.sleep(0.3)
        before = frontier.counts(key).done
        time.sleep(1.5)
        assert frontier.counts(key).done == before  # fetched, perhaps; acknowledged, no
        _again(own_urls, tmp_path)
        _, log = worker.communicate(timeout=200)
        assert worker.returncode == 0, log
        assert store.db["pages"].count_documents({}) == 41 == frontier.counts(key).pages
        store.close()


def _again(urls: services.Urls, tmp_path: Path) -> None:
    """The killed server, on its old port and data."""
    port = urls.mongodb.rpartition(":")[2].partition("/")[0]
    command = [
        str(Path(sys.executable).parent / "secantusd-rs"),
        "--sync-on-commit",
        "--host",
        "127.0.0.1",
        "--port",
        port,
    ]
    command += ["--storage-path", str(tmp_path / "own" / "mongodb"), "--log-level", "WARNING"]
    services._serve("mongodb", tmp_path / "own" / "run", command, services._mongodb_answers, urls.mongodb)
