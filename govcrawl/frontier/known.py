"""What this worker has already planned: most links of a page repeat, and a repeat need not travel to Redis and MongoDB."""

from __future__ import annotations

from collections.abc import Collection

from govcrawl.contracts import Lease
from govcrawl.frontier.hands import Key, key_of

LIMIT = 500_000  #: links remembered; then all is forgotten and learned again (a repeat is refused by the plan anyway)
Planned = dict[str, tuple[int, bytes]]  #: link as it stands on the pages of one site → best priority, and by which page
NEVER = 1000, b""


class KnownTasks:
    """Per round and site: link → the best priority it was planned with, and by which page.

    A page's links are planned when its result is acknowledged, not when it was read: its worker may die before that, and at the next try
    the page may be gone.  The same page may plan them again.  ``forget`` when any result was lost.
    """

    def __init__(self) -> None:
        self._sites: dict[tuple[str, str], Planned] = {}
        self._read: dict[Key, dict[str, int]] = {}  # of pages that are not settled
        self._links = 0

    def of(self, parent: Lease) -> KnownTo:
        """For a page that is being read; ``settled`` when its lease is."""
        mine = self._read[key_of(parent)] = {}
        return KnownTo(parent.id, self._planned(parent), mine)

    def settled(self, parent: Lease, acked: bool) -> None:
        mine = self._read.pop(key_of(parent), {})
        if acked and mine:
            if self._links > LIMIT:
                self.forget()
            planned = self._planned(parent)
            before = len(planned)
            for link, priority in mine.items():
                if priority < planned.get(link, NEVER)[0]:
                    planned[link] = priority, parent.id
            self._links += len(planned) - before

    def keep(self, rounds: Collection[str]) -> None:
        """Forgets all other rounds: they are over."""
        for key in [key for key in self._sites if key[0] not in rounds]:
            self._links -= len(self._sites.pop(key))

    def forget(self) -> None:
        self._sites.clear()
        self._links = 0

    def _planned(self, parent: Lease) -> Planned:
        return self._sites.setdefault((parent.round_key, parent.task.site), {})


class KnownTo:
    """What one page need not plan."""

    def __init__(self, parent: bytes = b"", planned: Planned | None = None, mine: dict[str, int] | None = None) -> None:
        self._parent, self._planned = parent, {} if planned is None else planned
        self._mine = {} if mine is None else mine

    def __call__(self, link: str, priority: int) -> bool:
        """Whether the link was planned at least as well, by another page or just now by this one."""
        best, by = self._planned.get(link, NEVER)
        return (priority >= best and by != self._parent) or priority >= self._mine.get(link, NEVER[0])

    def add(self, link: str, priority: int) -> None:
        self._mine[link] = priority
