"""A monitor that was cut off accuses nobody; a site that is down alone is not excused."""

from __future__ import annotations

import tracemalloc
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.contracts import Outcome, Probe
from govcrawl.visits import beat, monitor_of, next_beat
from pipelines.outages import NETWORK, WINDOW_S, Visit, _Begun, ours, outages, spells, unwitnessed, without

NOON = datetime(2018, 6, 14, 12, 0, tzinfo=UTC)


def visit(
    site: int, outcome: Outcome = "timeout", worker: str = "w1", minutes: float = 0, seconds: float = 1.0
) -> Probe:
    """``minutes``: from noon to its beginning."""
    failed = outcome not in ("ok", "challenge")
    at = NOON + timedelta(minutes=minutes, seconds=seconds)
    return Probe(str(site), 1, 1, at, seconds, outcome, None, failed, worker)


def judged(probes: list[Probe], spacing_s: float = 0.0) -> list[bool | None]:
    in_time = sorted(probes, key=lambda p: p.at)
    cut_off = outages(((p.worker, p.site, p.at, p.seconds, p.outcome) for p in in_time), spacing_s)
    return [p.failed for p in without(probes, cut_off)]


def test_when_nearly_all_fail_at_once_the_monitor_was_cut_off():
    assert judged([visit(n) for n in range(8)]) == [None] * 8
    assert judged([visit(n, "dns", minutes=n / 9) for n in range(8)]) == [None] * 8


def test_a_site_that_is_down_while_others_answer_is_not_excused():
    assert judged([visit(0), *(visit(n, "ok") for n in range(1, 8))])[0] is True
    mixed = [visit(n, "timeout" if n % 2 else "ok", minutes=n / 10) for n in range(18)]
    assert [p for p, failed in zip(mixed, judged(mixed), strict=True) if p.failed and not failed] == []


def test_from_its_first_second_to_its_last_an_outage_is_excused_and_not_a_second_more():
    """20 visits a second, ten seconds without a network, each visit of it a timeout of 15 s; beside it one site in fifty is down."""
    visits = []
    for n in range(800):
        cut = 300 <= n < 500
        down = n % 50 == 7
        visits.append(visit(n, "timeout" if cut or down else "ok", minutes=n / 1200, seconds=15.0 if cut else 0.2))
    failed = judged(visits)
    assert failed[300:500] == [None] * 200
    assert [n for n, f in enumerate(failed) if f] == [n for n in range(800) if n % 50 == 7 and not 300 <= n < 500]


def test_workers_of_one_monitor_are_looked_at_together_and_each_by_itself():
    together = [visit(n, worker=f"km-{n % 4}-aaaaaa", minutes=n / 10) for n in range(8)]
    assert judged(together) == [None] * 8
    broken = [visit(n, "timeout" if n % 2 else "ok", worker=f"km-{n % 2}-aaaaaa", minutes=n / 10) for n in range(20)]
    assert judged(broken)[1::2] == [None] * 10


def test_failures_that_we_know_as_ours_are_part_of_an_outage():
    assert judged([visit(n, "our_fault" if n % 2 else "timeout", minutes=n / 10) for n in range(10)])[::2] == [None] * 5


def test_where_few_sites_all_fail_nothing_tells():
    assert judged([visit(n) for n in range(4)]) == [None] * 4
    between = [visit(4, "ok", minutes=-1), *(visit(n) for n in range(3)), visit(5, "ok", minutes=1)]
    assert judged(between) == [False, True, True, True, False]
    assert judged([visit(1), visit(2, "ok", minutes=20)]) == [None, False]  # too far apart to tell anything
    assert judged([visit(1), visit(2, "ok", minutes=20)], 1800) == [True, False]


def test_a_site_that_is_alone_in_its_campaign_is_suspected_until_another_monitor_sees_it_fail():
    alone = [visit(1, minutes=n / 2, worker="km-1-a") for n in range(8)]
    assert judged(alone) == [None] * 8
    elsewhere = visit(1, minutes=30, worker="bj-1-b")
    assert judged([*alone, elsewhere]) == [True] * 9
    assert judged([*alone, replace(elsewhere, outcome="ok", failed=False)]) == [None] * 8 + [False]
    assert judged([*alone, replace(elsewhere, at=NOON + timedelta(hours=3))]) == [None] * 9


def test_what_the_host_itself_says_is_no_fault_of_our_line():
    for outcome in ("refused", "http_error"):
        assert judged([visit(1, outcome, minutes=n) for n in range(3)]) == [True] * 3


def test_what_another_monitor_saw_too_is_no_outage_of_ours():
    cut_off = [visit(n, worker="km-1-a") for n in range(8)]
    assert judged([*cut_off, visit(3, worker="bj-1-b"), visit(9, "ok", "bj-1-b")]) == (
        [None] * 3 + [True] + [None] * 4 + [True, False]
    )
    both = [visit(n, worker="bj-1-b") for n in range(8)]
    assert judged([*cut_off, *both]) == [None] * 16


def test_the_spells_of_an_outage_hold_the_time_between_its_visits():
    ends = [NOON + timedelta(minutes=n) for n in (0, 3, 6, 60, 200)]
    cut_off = {("w", str(n), at): n != 4 for n, at in enumerate(ends)}
    slack = timedelta(minutes=5)
    assert spells(cut_off, 0) == ((ends[0] - slack, ends[2] + slack), (ends[3] - slack, ends[3] + slack))
    assert len(spells(cut_off, 18_000)) == 1
    assert spells({}, 0) == ()


SPACING = 4320.0


def small_campaign(sites: int, down: tuple[float, float], dead: int = 0) -> dict[str, list[Probe]]:
    """A week of 140 visits a site at one monitor whose line is down between those days; ``dead`` of the sites always fail."""
    start, campaign = NOON.timestamp(), {}
    for n in range(sites):
        code, at, probes = f"53310000{n:02}", beat(f"53310000{n:02}", SPACING, start), []
        for number in range(1, 141):
            bad = n < dead or down[0] <= (at - start) / 86400 < down[1]
            seconds = 15.0 if bad else 0.5
            end = datetime.fromtimestamp(at + seconds, UTC)
            outcome: Outcome = "timeout" if bad else "ok"
            probes.append(Probe(code, 1, number, end, seconds, outcome, None, bad, "m-1-aa"))
            at = next_beat(code, SPACING, at, at + seconds)
        campaign[code] = probes
    return campaign


def accused(campaign: dict[str, list[Probe]]) -> set[str]:
    """Sites of which 5 % of the conclusive visits failed."""
    every = [p for probes in campaign.values() for p in probes]
    left = zip(every, judged(every, SPACING), strict=True)
    told: defaultdict[str, list[bool]] = defaultdict(list)
    for probe, failed in left:
        if failed is not None:
            told[probe.site].append(failed)
    return {site for site, failed in told.items() if sum(failed) / len(failed) >= 0.05}


@pytest.mark.parametrize("sites", [1, 2, 3, 5, 19, 40, 100])
def test_hours_without_a_line_accuse_no_site_of_a_small_campaign(sites: int):
    assert accused(small_campaign(sites, (2, 2.375))) == set()


@pytest.mark.parametrize("sites", [2, 3, 6, 19, 40])
def test_a_dead_site_among_others_that_answer_is_accused_whatever_the_size(sites: int):
    assert accused(small_campaign(sites, (2, 2.375), dead=1)) == {"5331000000"}


def test_an_answer_from_a_server_is_no_outage_of_ours():
    assert judged([visit(n, "http_error") for n in range(8)]) == [True] * 8


# --- the stream, against all visits at once ---

Row = tuple[str, str, datetime, float, str]


def all_at_once(visits: Iterable[Row], window_s: float) -> dict[Visit, bool]:
    """The same, with everything in memory."""
    lines: defaultdict[str, list[_Begun]] = defaultdict(list)
    for worker, site, at, seconds, outcome in visits:
        cut_off = outcome in NETWORK or outcome == "our_fault"
        for name in {worker, monitor_of(worker)}:
            lines[name].append(_Begun(at.timestamp() - seconds, site, cut_off, (worker, site, at), outcome))
    found: dict[Visit, bool] = {}
    for name, begun in lines.items():
        line = sorted(begun)
        for n, one in enumerate(line):
            proven = ours(line, n, window_s)
            alone = name == monitor_of(one.visit[0]) and unwitnessed(line, n, window_s)
            if one.outcome in NETWORK and (proven or alone):
                found[one.visit] = proven or found.get(one.visit, False)
    return found


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Busy minutes and quiet hours, workers that come and go, outages of some length."""
    rows, now = [], 0.0
    for _ in range(draw(st.integers(1, 12))):
        now += draw(st.sampled_from([0.0, 1.0, 299.0, 300.0, 301.0, 600.0, 601.0, 5000.0]))
        every = draw(st.sampled_from([0.0, 1.0, 30.0, 60.0, 100.0]))
        workers = draw(st.lists(st.sampled_from(["a-1-x", "a-2-y", "b-1-z"]), min_size=1, max_size=3))
        outcomes = draw(st.lists(st.sampled_from(["timeout", *get_args(Outcome)]), min_size=1, max_size=3))
        sites = draw(st.integers(1, 14))
        for n in range(draw(st.integers(1, 25))):
            seconds = draw(st.sampled_from([0.0, 0.25, 15.0, 300.0, 3600.0]))
            end = NOON + timedelta(seconds=now + seconds)
            rows.append((workers[n % len(workers)], str(n % sites), end, seconds, outcomes[n % len(outcomes)]))
            now += every
    return sorted(rows, key=lambda row: row[2])


@given(histories(), st.sampled_from([0.0, 600.0, 4320.0]))
def test_what_passes_by_is_judged_as_if_all_lay_side_by_side(rows: list[Row], spacing_s: float) -> None:
    assert outages(iter(rows), spacing_s) == all_at_once(rows, max(WINDOW_S, 1.1 * spacing_s))


def test_the_histories_know_outages_and_their_ends() -> None:
    """Of whatever the test above compares, a made one shows both answers."""
    rows: list[Row] = [
        ("a-1-x", str(n), NOON + timedelta(seconds=20 * n), 0.25, "timeout" if 40 <= n < 80 else "ok")
        for n in range(120)
    ]
    found = outages(iter(rows))
    assert found == all_at_once(rows, WINDOW_S) == dict.fromkeys((row[:3] for row in rows[40:80]), True)


def long_campaign(visits: int) -> Iterator[Row]:
    """Ten a second, by workers that are replaced every ten minutes; one site in fifty is down."""
    for n in range(visits):
        worker = f"a-{n // 6000}-x"
        yield worker, str(n % 5000), NOON + timedelta(seconds=n / 10), 0.5, "timeout" if n % 50 == 7 else "ok"


def peak(visits: int) -> float:
    tracemalloc.start()
    try:
        assert outages(long_campaign(visits)) == {}
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def test_memory_is_that_of_the_longest_visit_however_long_the_campaign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.outages.LONGEST_S", 100.0)
    assert peak(30_000) < 1.1 * peak(15_000) < 20
