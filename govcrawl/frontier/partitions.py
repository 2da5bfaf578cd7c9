"""How the frontier's keys are spread over a Redis Cluster, and the client that fits the server.

The keys of a partition share the hash tag ``{<partition>}``, so that a script touches one slot.  A site's tasks lie in the partition of
its code: its quota, its counts, and a page with what it led to are changed in one step.  The gate's names lie each in their own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zlib import crc32

import redis
from redis.exceptions import RedisClusterException

from govcrawl.errors import InputError

#: The number of partitions in use; whoever opens the first round on an empty Redis sets it.
KEY = "gc:partitions"
OF_A_CLUSTER = 16  #: partitions where nothing else is said; one server needs one
MOST = 1024


def tag(partition: int) -> str:
    """What all its keys begin with."""
    return f"gc:{{{partition}}}:"


def connect(url: str, **options: Any) -> Any:
    """A client of a single server, or of a cluster where the server says that it is one.  Raises redis.RedisError."""
    client = redis.Redis.from_url(url, **options)
    if client.info("cluster").get("cluster_enabled"):
        client.close()
        with _redis_error():
            return Cluster.from_url(url, **options)
    return client


class Cluster(redis.RedisCluster):
    """What its base raises where no server answers is no RedisError; here it is, as for a single server that is away."""

    def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        with _redis_error():
            return super().execute_command(*args, **kwargs)  # type: ignore[no-untyped-call]


@contextmanager
def _redis_error() -> Iterator[None]:
    try:
        yield
    except RedisClusterException as error:
        raise redis.ConnectionError(str(error)) from error


class Partitions:
    """``GOVCRAWL_PARTITIONS`` counts on an empty Redis; afterwards what is written there counts, for all workers alike."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.count = 0

    def settle(self) -> None:
        """Fixes the number on an empty Redis.  Raises InputError where the variable is no number."""
        wanted = os.environ.get("GOVCRAWL_PARTITIONS", "")
        if wanted and not (wanted.isdecimal() and 1 <= int(wanted) <= MOST):
            raise InputError("GOVCRAWL_PARTITIONS", 0, f"{wanted!r} 不可用；须为 1 至 {MOST} 的整数，或不设置")
        default = OF_A_CLUSTER if isinstance(self._client, redis.RedisCluster) else 1
        self._client.set(KEY, wanted or default, nx=True)
        self.refresh()

    def refresh(self) -> None:
        self.count = int(self._client.get(KEY) or self.count or 1)

    def of(self, name: str) -> int:
        """0 … count - 1."""
        if not self.count:
            self.refresh()
        return crc32(name.encode()) % self.count if self.count > 1 else 0

    def all(self) -> range:
        if not self.count:
            self.refresh()
        return range(self.count)
