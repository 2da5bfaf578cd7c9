"""The simulation and the soak in small: their figures are those of a round that was really done, and mishaps are seen."""

from __future__ import annotations

import json

import pytest

from tests.bench import scale, soak


def test_a_small_round_is_simulated_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    words = "--sites 40 --pages 30 --delay 0.5 --window 1 --workers 1 --growth 0.5 --small-sites 3 --small-pages 24 --small-delay 0.02 --slowness 0.05"
    scale.main(words.split())
    *_, told, last = capsys.readouterr().out.splitlines()
    found = json.loads(last)
    window, grown, fair = found["windows"][0], found["growth"][0], found["fairness"][0]
    assert min(window[name] for name in ("pages_per_s", "cpu_workers", "redis_mb")) > 0
    assert grown["share_done"] >= 0.5 > window["share_done"]
    assert 0 < fair["first"] <= fair["middle"] <= fair["last"]
    assert fair["last"] >= 0.5 * fair["ideal"] > 0
    assert found["stored"] >= 3 * 24
    assert told.startswith(f"MongoDB: {found['stored']} pages")


def test_every_page_is_planned_once_and_found_from_the_known_ones() -> None:
    for pages in (24, 25, 300):
        shape = scale.Shape("t", 2, pages, 1.0)
        known = list(shape.tasks(0, 1))
        urls = [task.url for task in (*known, *(more for task in known for more in shape.led_to(task)))]
        assert sorted(urls) == sorted({shape.task(0, k).url for k in range(pages)})


def test_nothing_is_lost_while_workers_and_stores_are_killed(capsys: pytest.CaptureFixture[str]) -> None:
    words = "--minutes 0.2 --kill-s 4 --stores-s 5 --lease-s 4 --sites 3 --pages 20"
    assert soak.main(words.split()) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])["soak"]
    assert found["rounds"] >= 2
    assert found["pages"] == found["rounds"] * 60
    assert found["killed"] >= 1
    assert found["restarted"] >= 2
    assert not any(found[name] for name in ("lost", "twice", "dead", "torn"))


def test_what_is_lost_or_grows_is_told() -> None:
    found = soak.Found(rounds=1, pages=59, lost=1, minutes=1.0, memory={"elder": [10.0] * 4 + [20.0] * 4})
    told = found.summary()
    assert (told["lost"], told["elder_mb_early"], told["elder_mb_late"]) == (1, 10.0, 20.0)
