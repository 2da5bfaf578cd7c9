"""Beats: even over the spacing, the same for whoever asks, and never nearer than the plan allows."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.visits import KEPT, beat, monitor_of, next_beat, phase

SPACING = 4320.0  # 20 a day
NOW = 1_529_000_000.0
codes = st.text(min_size=1, max_size=12)
moments = st.floats(0, 4e9)
spacings = st.floats(0.05, 1e5)


def test_84000_sites_are_spread_evenly_over_the_spacing() -> None:
    minutes = Counter(int((beat(f"53{n:08}", SPACING, NOW) - NOW) / 60) for n in range(84_000))
    mean = 84_000 / (SPACING / 60)
    assert set(minutes) == set(range(72))
    assert all(0.85 * mean < n < 1.15 * mean for n in minutes.values())


def test_neighbours_in_the_register_are_no_neighbours_in_time() -> None:
    phases = [phase(f"5301{n:06}") for n in range(200)]
    assert sum(abs(a - b) < 0.02 for a, b in pairwise(phases)) < 20


@given(codes, spacings, moments)
def test_a_beat_is_the_first_one_and_its_own_next_is_one_spacing_later(code: str, spacing: float, after: float) -> None:
    first = beat(code, spacing, after)
    assert after - 1e-3 <= first <= after + spacing + 1e-3
    assert beat(code, spacing, first + spacing / 2) == pytest.approx(first + spacing, abs=1e-3)


@given(codes, spacings, moments, st.floats(0, 5), st.floats(0, 60))
def test_two_visits_keep_their_distance_and_do_not_overlap(
    code: str, spacing: float, planned: float, late: float, took: float
) -> None:
    begun = beat(code, spacing, planned) + late * spacing
    following = next_beat(code, spacing, begun, begun + took)
    assert following >= begun + took - 1e-3
    assert following >= begun + KEPT * spacing - 1e-3
    assert following <= begun + max(KEPT * spacing, took) + spacing + 1e-3


def test_a_visit_that_is_a_little_late_moves_no_other() -> None:
    due = beat("5300000001", SPACING, NOW)
    assert next_beat("5300000001", SPACING, due + 60, due + 75) == pytest.approx(due + SPACING)
    assert next_beat("5300000001", SPACING, due + 0.3 * SPACING, due + 0.3 * SPACING) == pytest.approx(
        due + 2 * SPACING
    )


def test_without_spacing_a_visit_is_due_at_once() -> None:
    assert beat("1", 0.0, NOW) == next_beat("1", 0.0, NOW - 3, NOW) == NOW


@pytest.mark.parametrize(
    ("worker", "monitor"), [("km-dc1-4711-0a1b2c", "km-dc1"), ("host-1-abcdef", "host"), ("w1", "w1"), ("", "")]
)
def test_workers_of_one_place_are_one_monitor(worker: str, monitor: str) -> None:
    assert monitor_of(worker) == monitor
