"""What this worker has already planned: most links of a page repeat, and a repeat need not travel to Redis and MongoDB."""

from __future__ import annotations

from collections.abc import Iterable

from govcrawl.contracts import Task
from govcrawl.frontier.codec import task_id

LIMIT = 500_000  #: tasks remembered; then all is forgotten and learned again (a repeat is refused by the plan anyway)


class KnownTasks:
    """Per round: task id → best priority sent."""

    def __init__(self) -> None:
        self._sent: dict[tuple[str, bytes], int] = {}

    def only_new(self, round_key: str, tasks: Iterable[Task]) -> tuple[Task, ...]:
        """Tasks that are new, or that now have a better priority; the best belief about each."""
        if len(self._sent) > LIMIT:
            self._sent.clear()
        best: dict[bytes, Task] = {}
        for task in tasks:
            id_ = task_id(task)
            if task.priority < self._sent.get((round_key, id_), 1000):
                self._sent[round_key, id_] = task.priority
                best[id_] = task
        return tuple(best.values())
