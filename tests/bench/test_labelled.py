"""The labelled sets of the checks: nothing innocent in them is accused, and most of what is there is told."""

from __future__ import annotations

import pytest

from tests.bench.labelled import SETS, Row, hidden_on_real_sites


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVCRAWL_PRIVACY_KEY", "of the tests")


@pytest.mark.parametrize("name", [name for name, (_, cases) in SETS.items() if cases is not hidden_on_real_sites])
def test_nothing_innocent_is_accused(name: str) -> None:
    where, cases = SETS[name]
    row = Row.of(name, where, cases())
    assert row.there
    assert row.clean
    assert row.precision == 1.0
    assert row.recall >= (0.6 if "redated" in name else 0.8)


def test_figures_are_of_what_is_there_and_of_what_was_told() -> None:
    row = Row.of("a", "b", iter([(True, True), (True, False), (False, True), (False, False), (False, False)]))
    assert (row.there, row.found, row.clean, row.false, row.precision, row.recall) == (2, 1, 3, 1, 0.5, 0.5)
