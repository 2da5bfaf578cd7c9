"""A master of a Redis Cluster is killed in the middle of a round, and its replica takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from govcrawl.frontier.frontier import Frontier
from govcrawl.frontier.partitions import connect
from govcrawl.store import Store
from tests.govcrawl.frontier.servers import Server as Valkey
from tests.govcrawl.frontier.servers import cluster
from tests.govcrawl.kills.crew import KEY, Crew, assert_whole, planned, tree, until
from tests.pathologies import Server, served


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[Valkey]]:
    with cluster(tmp_path, replicas=True) as found:
        yield found


@pytest.fixture
def sites() -> Iterator[list[Server]]:
    """As many as it takes for each master to hold some."""
    with ExitStack() as stack:
        yield [stack.enter_context(served(f"127.70.5.{n}")) for n in range(1, 7)]


def test_the_round_completes_with_every_page(
    nodes: list[Valkey], sites: list[Server], store: Store, tmp_path: Path, environment: dict[str, str]
) -> None:
    """What the master had not yet told its replica is done again, and stored once."""
    paths = [site.url(path) for site in sites for path in tree(site)]
    masters, replicas = nodes[:3], nodes[3:]
    with connect(masters[0].url, socket_timeout=5.0) as client:
        frontier = Frontier(client)
        planned(store, frontier, *sites, delay_s=0.05)
        crew = Crew(tmp_path, environment | {"REDIS_URL": masters[0].url + "/0"})
        try:
            workers = [crew.start(LEASE_S=4.0, REQUEST_LASTS_S=4.0) for _ in range(2)]
            until(lambda: frontier.counts(KEY).pages >= len(paths) // 4)
            masters[1].process.kill()
            until(lambda: replicas[1].client.info("replication")["role"] == "master")
            crew.finish(*workers)
        finally:
            crew.close()
        assert_whole(store, Frontier(connect(masters[0].url)), paths)
