"""Stores of this folder's own, for they are killed, and a site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from govcrawl import services
from tests.govcrawl.kills.crew import Crew
from tests.govcrawl.kills.stores import Stores, own_stores
from tests.pathologies import Server, served


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    with own_stores(tmp_path_factory.mktemp("mortal")) as found:
        yield found


@pytest.fixture(scope="session")
def urls(stores: Stores) -> services.Urls:
    """In place of the stores that all other tests share."""
    return stores.urls


@pytest.fixture
def crew(tmp_path: Path, environment: dict[str, str]) -> Iterator[Crew]:
    one = Crew(tmp_path, environment)
    yield one
    one.close()


@pytest.fixture
def server() -> Iterator[Server]:
    with served("127.70.4.1") as one:
        yield one
