"""What the frontier costs in Redis's memory.  The same at 100,000 and 1,000,000 tasks: ``python -m tests.bench.memory``."""

from __future__ import annotations

from tests.bench.memory import KEY, SPARE, alone, measure
from tests.govcrawl.frontier.inside import keys

TASKS = 20_000


def test_a_queued_task_and_a_seen_url_cost_little_and_a_closed_round_nothing() -> None:
    with alone() as frontier:
        found = measure(frontier, TASKS, fetched=False)
        assert 54 < found.url < 65
        assert found.queued <= 250
        assert found.seen <= 60
        assert found.left < SPARE
        assert keys(frontier.client, f"*{KEY}*") == []
