"""What this worker has already planned: most links of a page repeat, and a repeat need not travel to Redis and MongoDB."""

from __future__ import annotations

from collections.abc import Iterable

from govcrawl.contracts import Lease, Task
from govcrawl.frontier.codec import task_id

LIMIT = 500_000  #: tasks remembered; then all is forgotten and learned again (a repeat is refused by the plan anyway)


class KnownTasks:
    """Task → the best priority it was planned with, and by which page.

    The same page may plan it again: its first result may never have been acknowledged.  ``forget`` when any result was lost.
    """

    def __init__(self) -> None:
        self._planned: dict[tuple[str, bytes], tuple[int, bytes]] = {}

    def only_new(self, parent: Lease, tasks: Iterable[Task]) -> tuple[Task, ...]:
        """Tasks that are new, that this very page planned, or that now have a better priority; the best belief about each."""
        if len(self._planned) > LIMIT:
            self.forget()
        best: dict[bytes, Task] = {}
        for task in tasks:
            id_ = task_id(task)
            priority, by = self._planned.get((parent.round_key, id_), (1000, b""))
            if task.priority < priority or (by == parent.id and id_ not in best):
                self._planned[parent.round_key, id_] = min(task.priority, priority), parent.id
                best[id_] = task
        return tuple(best.values())

    def forget(self) -> None:
        self._planned.clear()
