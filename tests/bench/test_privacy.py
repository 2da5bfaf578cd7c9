"""The measure of the privacy check itself."""

from __future__ import annotations

from tests.bench.privacy import measure


def test_seeded_numbers_are_found_and_duty_numbers_are_not() -> None:
    told = measure(3)
    assert told["found"] == told["seeded"] == {"id_card": 15, "mobile": 18, "bank_card": 6, "address": 6}
    assert told["false"] == {}
