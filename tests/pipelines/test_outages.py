"""A monitor that was cut off accuses nobody; a site that is down alone is not excused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from govcrawl.contracts import Outcome, Probe
from pipelines.outages import outages, without

NOON = datetime(2018, 6, 14, 12, 0, tzinfo=UTC)


def visit(site: int, outcome: Outcome = "timeout", worker: str = "w1", minutes: float = 0) -> Probe:
    failed = outcome not in ("ok", "challenge")
    return Probe(str(site), 1, 1, NOON + timedelta(minutes=minutes), 1.0, outcome, None, failed, worker)


def judged(probes: list[Probe]) -> list[bool | None]:
    cut_off = outages((p.worker, p.site, p.at, p.outcome) for p in probes)
    return [p.failed for p in without(probes, cut_off)]


def test_when_nearly_all_fail_at_once_the_monitor_was_cut_off():
    assert judged([visit(n) for n in range(8)]) == [None] * 8
    assert judged([visit(9, "ok"), *(visit(n, "dns") for n in range(8))]) == [False, *[None] * 8]


def test_a_site_that_is_down_while_others_answer_is_not_excused():
    assert judged([visit(0), *(visit(n, "ok") for n in range(1, 8))])[0] is True
    assert judged([visit(n, "timeout" if n < 5 else "ok") for n in range(8)])[:5] == [True] * 5


def test_few_sites_prove_nothing_about_the_monitor():
    assert judged([visit(n) for n in range(4)]) == [True] * 4
    assert judged([visit(1, minutes=n / 2) for n in range(8)]) == [True] * 8  # one site, many times


def test_only_the_worker_and_the_minutes_of_the_outage_are_excused():
    cut_off = [visit(n) for n in range(8)]
    assert judged([*cut_off, visit(1, minutes=30), visit(1, worker="w2")])[8:] == [True, True]


def test_an_answer_from_a_server_is_no_outage_of_ours():
    assert judged([visit(n, "http_error") for n in range(8)]) == [True] * 8
