"""The real stores for all tests: a Valkey and a MongoDB wire server of their own, in a folder of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from hypothesis import settings

from govcrawl import services
from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store

settings.register_profile("busy", deadline=None)  # several tests share a core
settings.load_profile("busy")
os.environ.setdefault("GOVCRAWL_SOFFICE", "no")  # a PDF takes seconds; its own test asks for one
os.environ.setdefault("GOVCRAWL_PRIVACY_KEY", "of the tests")  # else one is made and kept where the tests are run


@pytest.fixture(scope="session")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[services.Urls]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOVCRAWL_HOME", str(tmp_path_factory.mktemp("stores")))
        for name in ("REDIS_URL", "MONGODB_URI"):
            patch.delenv(name, raising=False)
        with services.stores() as found:
            yield found


@pytest.fixture
def client(urls: services.Urls) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(urls.redis) as connection:
        connection.flushdb()
        yield connection


@pytest.fixture
def frontier(client: redis.Redis) -> Frontier:
    return Frontier(client)


@pytest.fixture
def store(urls: services.Urls) -> Iterator[Store]:
    one = Store(urls.mongodb)
    for name in one.db.list_collection_names():
        one.db[name].delete_many({})
    yield one
    one.close()


@pytest.fixture
def environment(urls: services.Urls, tmp_path: Path) -> dict[str, str]:
    """For child processes: the same stores, a home of their own."""
    return os.environ | urls.environment() | {"GOVCRAWL_HOME": str(tmp_path / "home")}
