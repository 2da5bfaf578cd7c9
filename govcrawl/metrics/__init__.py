"""What a worker counts of its own work, for Prometheus.  Counting is cheap (a lock and an addition); nobody need read it.

The figures of the queue and of the results, which are all workers' together, are the exporter's (``exporter.py``).
"""

from __future__ import annotations

import time
from collections import Counter as Counts
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from prometheus_client import Counter, Histogram

from govcrawl.contracts import Result
from govcrawl.frontier.codec import queue_of
from govcrawl.frontier.frontier import Settled
from govcrawl.metrics.health import PULSE

T = TypeVar("T")

#: Seconds: from a check that costs nothing to a site that never answers.
STEPS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 5.0, 15.0, 60.0)

FETCHES = Counter(
    "govcrawl_fetches", "Fetches that ended, by queue and outcome (contracts.Outcome)", ["queue", "outcome"]
)
BYTES = Counter("govcrawl_fetched_bytes", "Bytes of the bodies, decompressed")
OBSERVATIONS = Counter("govcrawl_observations", "Observations stored, by kind; of a check by its name", ["kind"])
SETTLED = Counter(
    "govcrawl_leases_settled", "Leases ended, by what became of them (ack, retry, release, defer, dead)", ["action"]
)
STALE = Counter("govcrawl_leases_stale", "Leases whose end was refused: they had expired and were another worker's")
STORE_ERRORS = Counter("govcrawl_store_errors", "Calls of a store that failed", ["store"])
STAGE_SECONDS = Histogram(
    "govcrawl_stage_seconds", "Seconds of a stage: fetch, read, observe, store, settle", ["stage"], buckets=STEPS
)

_OF_STAGE = {name: STAGE_SECONDS.labels(name) for name in ("fetch", "read", "observe", "store", "settle")}


@contextmanager
def timed(stage: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        _OF_STAGE[stage].observe(time.perf_counter() - start)


def watched(store: str, call: Callable[[], T], away: type[Exception]) -> Callable[[], T]:
    """``call``, of which is told whether the store answers; ``away``: what it raises where it doesn't."""

    def asked() -> T:
        try:
            answer = call()
        except away:
            failed(store)
            raise
        PULSE.heard(store, there=True)
        return answer

    return asked


def failed(store: str) -> None:
    STORE_ERRORS.labels(store).inc()
    PULSE.heard(store, there=False)


def settled(some: Sequence[Settled], stale: int) -> None:
    for one in some:
        SETTLED.labels(one.action).inc()
    STALE.inc(stale)


def stored(result: Result) -> None:
    """A result that MongoDB has taken."""
    page = result.page
    FETCHES.labels(queue_of(result.lease.task), page.outcome).inc()
    BYTES.inc(len(page.body))
    _OF_STAGE["fetch"].observe(page.seconds)
    kinds = Counts(f"check:{seen.data['check']}" if seen.kind == "check" else seen.kind for seen in result.observations)
    for kind, count in kinds.items():
        OBSERVATIONS.labels(kind).inc(count)
