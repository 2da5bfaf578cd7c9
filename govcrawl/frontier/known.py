"""What this worker has already planned: most links of a page repeat, and a repeat need not travel to Redis and MongoDB."""

from __future__ import annotations

from collections.abc import Callable

from govcrawl.contracts import Lease

LIMIT = 500_000  #: links remembered; then all is forgotten and learned again (a repeat is refused by the plan anyway)
Planned = dict[str, tuple[int, bytes]]  #: link as it stands on the pages of one site → best priority, and by which page


class KnownTasks:
    """Per round and site: link → the best priority it was planned with, and by which page.

    The same page may plan it again: its first result may never have been acknowledged.  ``forget`` when any result was lost.
    """

    def __init__(self) -> None:
        self._sites: dict[tuple[str, str], Planned] = {}
        self._links = 0

    def of(self, parent: Lease) -> KnownTo:
        if self._links > LIMIT:
            self.forget()
        return KnownTo(parent.id, self._sites.setdefault((parent.round_key, parent.task.site), {}), self._count)

    def forget(self) -> None:
        self._sites.clear()
        self._links = 0

    def _count(self) -> None:
        self._links += 1


class KnownTo:
    """What one page need not plan."""

    def __init__(
        self, parent: bytes = b"", planned: Planned | None = None, count: Callable[[], None] = lambda: None
    ) -> None:
        self._parent, self._planned, self._count = parent, {} if planned is None else planned, count
        self._mine: dict[str, int] = {}

    def __call__(self, link: str, priority: int) -> bool:
        """Whether the link was planned at least as well, by another page or just now by this one."""
        best, by = self._planned.get(link, (1000, b""))
        return priority >= (self._mine.get(link, 1000) if by == self._parent else best)

    def add(self, link: str, priority: int) -> None:
        if link not in self._planned:
            self._count()
        self._mine[link] = priority
        self._planned[link] = min(self._planned.get(link, (1000, b""))[0], priority), self._parent
