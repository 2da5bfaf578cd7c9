"""What a worker process has in its hands, so that a last try can be made by a process that holds nothing else.

A page that kills its worker takes along what the worker holds: the leases of all frontiers in the process expire together.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from threading import Lock

from govcrawl.contracts import Lease

HELD_BACK_S = 0.05  #: seconds until it is worth asking again, where a claim has to wait for what the process holds
Key = tuple[str, bytes, str]
Cell = tuple[int, str, int]  #: frontier, round, partition


class Hands:
    """One for all frontiers of a process.  A lease is held from its claim until it is settled, or known not to be sent any more; also
    after it was lost to another worker: its page may still be read here.  ``lock`` is held from ``may_ask`` to ``take``.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self._held: set[Key] = set()
        self._last: Key | None = None
        self._cell: Cell | None = None  # that has a last try for this process
        self._until = 0.0

    @property
    def free(self) -> bool:
        return not self._held

    def may_ask(self, cell: Cell) -> bool:
        """Whether this cell may be asked for leases now.  Nothing is held beside a last try; and where one waits, nothing is taken
        before it, for a lease time at most.
        """
        if self._last in self._held:
            return False
        return self._cell is None or (self.free and cell == self._cell) or time.monotonic() > self._until

    def take(self, cell: Cell, leases: Iterable[Lease], apart: bool, lease_s: float) -> None:
        """What a claim gave.  ``apart``: the cell has a last try for this process; it is the lease, if there is one."""
        keys = [key_of(lease) for lease in leases]
        self._held.update(keys)
        self._last = keys[0] if apart and keys else None
        self._cell, self._until = cell if apart else None, time.monotonic() + lease_s

    def let_go(self, leases: Iterable[Lease]) -> None:
        self._held.difference_update(map(key_of, leases))


def key_of(lease: Lease) -> Key:
    return lease.round_key, lease.id, lease.token
