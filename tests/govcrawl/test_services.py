"""The embedded stores: started, joined, kept, stopped; and what a person reads when they can't be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pymongo
import pytest
import redis

from govcrawl import services
from govcrawl.errors import StoreUnavailable


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("REDIS_URL", "MONGODB_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOVCRAWL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_data_outlives_the_command_and_the_servers_do_not(home: Path) -> None:
    with services.stores() as urls:
        with redis.Redis.from_url(urls.redis) as client:
            client.set("k", "v")
        with pymongo.MongoClient(urls.mongodb) as mongo:
            mongo.get_default_database().things.insert_one({"_id": 1})
    assert not services._redis_answers(urls.redis)
    assert not services._mongodb_answers(urls.mongodb)
    with services.stores() as again:
        with redis.Redis.from_url(again.redis) as client:
            assert client.get("k") == b"v"
        with pymongo.MongoClient(again.mongodb) as mongo:
            assert mongo.get_default_database().things.count_documents({}) == 1
    assert (home.stat().st_mode & 0o777) == 0o700


def test_others_join_and_the_last_one_out_stops_the_servers(home: Path) -> None:
    script = "from govcrawl import services; import sys\nwith services.stores() as u: print(u.redis, flush=True); sys.stdin.read()"
    with services.stores() as urls:
        command = [sys.executable, "-c", script]
        other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ)
        assert other.stdout is not None
        assert other.stdout.readline().strip() == urls.redis
    assert services._redis_answers(urls.redis)  # the other one still works with it
    other.communicate("")
    assert not services._redis_answers(urls.redis)


def test_a_killed_user_is_not_counted_for_ever(home: Path) -> None:
    script = "from govcrawl import services; import sys\nwith services.stores() as u: print(u.redis, flush=True); sys.stdin.read()"
    dead = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert dead.stdout is not None
    url = dead.stdout.readline().strip()
    dead.kill()
    dead.communicate()
    with services.stores() as urls:
        assert urls.redis == url  # its servers were left running: joined
    assert not services._redis_answers(url)


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("REDIS_URL", "redis://u:geheim@127.0.0.1:1/0"),
        ("REDIS_URL", "nonsense"),
        ("MONGODB_URI", "mongodb://u:geheim@127.0.0.1:1/x"),
    ],
)
def test_a_store_that_is_not_there_is_named_without_its_password(
    variable: str, url: str, urls: services.Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, good in urls.environment().items():
        monkeypatch.setenv(name, good)
    monkeypatch.setenv(variable, url)
    with pytest.raises(StoreUnavailable, match=variable) as caught, services.stores():
        pass
    assert "geheim" not in str(caught.value)


def test_a_home_that_cannot_be_written(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("GOVCRAWL_HOME", str(blocked / "home"))
    with pytest.raises(StoreUnavailable, match="不可写"), services.stores():
        pass


@pytest.mark.parametrize("variable", ["REDIS_URL", "MONGODB_URI"])
def test_one_variable_without_the_other_is_refused(
    variable: str, home: Path, urls: services.Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the data would lie where nobody looks for it."""
    monkeypatch.setenv(variable, urls.environment()[variable])
    with pytest.raises(StoreUnavailable, match="同时设置"), services.stores():
        pass


@pytest.fixture
def policy(
    urls: services.Urls, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], None]]:
    for name, good in urls.environment().items():
        monkeypatch.setenv(name, good)
    yield lambda value: client.config_set("maxmemory-policy", value)
    client.config_set("maxmemory-policy", "noeviction")


def test_a_redis_that_throws_tasks_away_is_refused(policy: Callable[[str], None]) -> None:
    policy("allkeys-lru")
    with pytest.raises(StoreUnavailable, match=r"allkeys-lru.*noeviction"), services.stores():
        pass


def test_a_redis_that_may_throw_away_its_clock_hands_is_warned_of(
    policy: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    with services.stores():
        assert caplog.text == ""
    policy("volatile-ttl")
    with services.stores():
        assert "volatile-ttl" in caplog.text


@pytest.mark.parametrize("name", ["redis", "mongodb"])
def test_an_embedded_store_that_ended_is_told(name: str, home: Path) -> None:
    with services.stores():
        services.check_embedded()
        pid = json.loads((home / "run" / f"{name}.json").read_text())["pid"]
        os.kill(pid, signal.SIGKILL)
        while services._alive(pid):
            time.sleep(0.01)
        with pytest.raises(StoreUnavailable, match=f"{name}.*再次运行同一命令"):
            services.check_embedded()
