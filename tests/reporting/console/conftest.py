from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from govcrawl.store import Store
from reporting.console.doors import Role
from tests.reporting.console import made
from tests.reporting.console.made import Visitor

Enter = Callable[..., Visitor]


@pytest.fixture
def port(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setenv("GOVCRAWL_HOME", str(tmp_path / "home"))
    made.fill(store, tmp_path / "evidence")
    with made.running(store, tmp_path / "evidence") as one:
        yield one


@pytest.fixture
def enter(port: int, store: Store) -> Enter:
    """Somebody who is logged in."""

    def one(name: str = "甲", role: Role = "reviewer") -> Visitor:
        made.user(store, name, role)
        visitor = Visitor(port)
        assert visitor.log_in(name).status == 303
        return visitor

    return one
