"""A monitor that was cut off accuses nobody; a site that is down alone is not excused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from govcrawl.contracts import Outcome, Probe
from pipelines.outages import outages, without

NOON = datetime(2018, 6, 14, 12, 0, tzinfo=UTC)


def visit(
    site: int, outcome: Outcome = "timeout", worker: str = "w1", minutes: float = 0, seconds: float = 1.0
) -> Probe:
    """``minutes``: from noon to its beginning."""
    failed = outcome not in ("ok", "challenge")
    at = NOON + timedelta(minutes=minutes, seconds=seconds)
    return Probe(str(site), 1, 1, at, seconds, outcome, None, failed, worker)


def judged(probes: list[Probe]) -> list[bool | None]:
    cut_off = outages((p.worker, p.site, p.at, p.seconds, p.outcome) for p in probes)
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


def test_few_sites_prove_nothing_about_the_monitor():
    assert judged([visit(n) for n in range(4)]) == [True] * 4
    assert judged([visit(1, minutes=n / 2) for n in range(8)]) == [True] * 8  # one site, many times


def test_only_the_worker_and_the_minutes_of_the_outage_are_excused():
    cut_off = [visit(n) for n in range(8)]
    assert judged([*cut_off, visit(1, minutes=30), visit(1, worker="w2")])[8:] == [True, True]


def test_an_answer_from_a_server_is_no_outage_of_ours():
    assert judged([visit(n, "http_error") for n in range(8)]) == [True] * 8
