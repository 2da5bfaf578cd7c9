"""The frontier with its keys in one partition, as on a single server, and in several, as on a cluster."""

from __future__ import annotations

import pytest
import redis

from govcrawl.frontier.frontier import Frontier
from tests.govcrawl.build import campaign


@pytest.fixture(params=[1, 3], ids=["1 partition", "3 partitions"])
def frontier(request: pytest.FixtureRequest, client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Frontier:
    monkeypatch.setenv("GOVCRAWL_PARTITIONS", str(request.param))
    return Frontier(client)


@pytest.fixture
def opened(frontier: Frontier) -> Frontier:
    frontier.open_round(campaign(), 1)
    return frontier
