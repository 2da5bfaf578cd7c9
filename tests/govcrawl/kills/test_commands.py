"""A store that goes away under a command: one sentence, exit status 2."""

from __future__ import annotations

import subprocess
import sys

import pytest

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.govcrawl.kills.crew import planned, until
from tests.govcrawl.kills.stores import Stores
from tests.pathologies import Server


@pytest.mark.parametrize(("name", "store_name"), [("redis", "Redis"), ("mongodb", "MongoDB")])
def test_a_store_that_goes_away_under_a_command(
    name: str, store_name: str, stores: Stores, store: Store, frontier: Frontier, server: Server,
    environment: dict[str, str],
) -> None:  # fmt: skip
    planned(store, frontier, server)
    command = [sys.executable, "-m", "govcrawl", "status", "--over", "2"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: "hgetall" in [one["cmd"] for one in frontier.client.client_list()])  # it has had its first look
    stores.kill(name)
    try:
        _, err = process.communicate(timeout=200)
    finally:
        process.kill()
        stores.start(name)
    assert (process.returncode, err.count("\n")) == (2, 1)
    assert err.startswith(f"govcrawl: {store_name} 不可用")
    assert "再次运行同一命令" in err
