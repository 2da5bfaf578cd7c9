"""The measure of the evidence: what it counts is there, and read back whole."""

from __future__ import annotations

from tests.bench.evidence import measure


def test_space_and_time_of_a_few_pages() -> None:
    found = measure(50)
    assert found["pages"] == 50
    assert 0 < found["MB_per_1000"] < found["MB_of_pages_per_1000"] / 2
