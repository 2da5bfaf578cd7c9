"""The bench of the bulletin writes what it says."""

from __future__ import annotations

from pathlib import Path

from govcrawl.store import Store
from tests.bench.bulletin import measure


def test_a_made_province_is_reported(store: Store, tmp_path: Path) -> None:
    found = measure(store, 25, 12, tmp_path / "out")
    assert (found.sites, found.findings) == (25, 300)
    assert (tmp_path / "out" / "tables" / "failed.csv").read_text("utf-8-sig").count("首页不更新") == 2
    assert "read from the store" in list(found.lines())[1]
