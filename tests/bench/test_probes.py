"""The simulation of a day's visits, small: all that is due is made, on its beat."""

from __future__ import annotations

import pytest

from tests.bench.probes import address, simulate


@pytest.mark.alone
def test_a_small_register_is_visited_on_its_beats(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("GOVCRAWL_HOME", str(tmp_path))  # given back afterwards
    found = simulate(sites=300, times=400.0, seconds=25.0, warm=50)
    assert found.visits_per_s == pytest.approx(found.wanted_per_s, rel=0.25)
    assert found.late_median_s < 1.0
    assert found.missed == 0
    assert 0 < found.failed < 0.2 * found.visits
    assert 0 < found.worker_ms < 100
    assert 0 < found.redis_ms < 20


def test_every_site_has_an_address_of_its_own() -> None:
    assert len({address(n) for n in range(84_000)}) == 84_000
