"""The bench of scoring judges what it made, and tells it for ten thousand sites."""

from __future__ import annotations

from govcrawl.store import Store
from tests.bench.scoring import SHAPE, measure


def test_made_sites_are_judged_from_the_store(store: Store) -> None:
    found = measure(store, 2)
    assert (found.sites, found.observations) == (2, 2 + sum(SHAPE.values()) - SHAPE["nothing"] - SHAPE["visits"])
    assert 0 < found.judging < found.cpu < 10
    assert store.db["verdicts"].count_documents({"verdict": "pass"}) == 2
    assert list(found.lines())[-1].startswith("10,000 sites: ")
