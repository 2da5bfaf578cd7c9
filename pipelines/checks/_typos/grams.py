"""Which runs of two to five characters official Chinese uses, and how often: a table of hashes, made by ``tests/typos``.

Characters are numbered from 1 by frequency; 0 is all else (digits, Latin letters, marks, rare characters), which no run crosses.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint16]
Hashes = NDArray[np.uint32]
Floats = NDArray[np.float32]

REACH = 4  #: characters on either side that a run with this one can hold
ORDERS = (2, 3, 4, 5)
WORD = 8  #: the "order" under which dictionary words are kept, less their length
#: (order, first column, end) of every run that holds the middle of a window of 2 × REACH + 1 characters
RUNS = tuple((n, s, s + n) for n in ORDERS for s in range(REACH - n + 1, REACH + 1))
WORDS = tuple((WORD + e - s, s, e) for n, s, e in RUNS if n < 5)
_BITS = 26  #: of the bitmap of runs of three: 8 MB, 2 % of it set
_BUCKETS = 20  #: binary digits of a hash that name its bucket of ``hashes``
_MULTIPLY, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)


def units(text: str) -> Ids:
    """Code units of UTF-16."""
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)


def hashed(order: int, *columns: Ids) -> Hashes:
    """Of the runs whose first, second … characters are in these columns."""
    key = np.full(columns[0].shape, order, np.uint64)
    for column in columns:
        key = key * _MULTIPLY + column
    key = (key ^ (key >> np.uint64(32))) * _MIX
    return (key >> np.uint64(32)).astype(np.uint32)


@dataclass(frozen=True)
class Grams:
    ids: Ids  #: code unit of UTF-16 → number
    hashes: Hashes  #: sorted, of runs and words
    counts: NDArray[np.uint8]  #: how often: twice the binary logarithm, rounded

    def numbers(self, text: str) -> Ids:
        return self.ids[units(text)]

    @cached_property
    def _bitmap(self) -> NDArray[np.uint8]:
        at = self.hashes >> np.uint32(32 - _BITS)
        bits = np.zeros(1 << _BITS, np.bool_)
        bits[at] = True
        return np.packbits(bits, bitorder="little")

    def seen(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Nearly: 5 of 100 unseen ones are said to be seen."""
        at = hashes >> np.uint32(32 - _BITS)
        bits = self._bitmap[at >> np.uint32(3)] >> (at & np.uint32(7)).astype(np.uint8)
        found: NDArray[np.bool_] = (bits & 1).astype(np.bool_)
        return found

    def logs(self, hashes: Hashes) -> Floats:
        """log2(1 + count); 0: never seen."""
        found = np.zeros(hashes.shape, np.float32)
        hopeful = np.flatnonzero(self.seen(hashes))
        wanted = hashes[hopeful]
        at = self._starts[wanted >> np.uint32(32 - _BUCKETS)]
        end = self._starts[(wanted >> np.uint32(32 - _BUCKETS)) + np.uint32(1)]
        while len(hopeful):
            hit = self.hashes[at] == wanted
            found[hopeful[hit]] = self.counts[at[hit]] / 2 + 1
            at = at + 1
            left = ~hit & (at < end)
            hopeful, wanted, at, end = hopeful[left], wanted[left], at[left], end[left]
        return found

    @cached_property
    def _starts(self) -> NDArray[np.uint32]:
        """Of each bucket of ``hashes``, and where the last one ends."""
        sizes = np.bincount(self.hashes >> np.uint32(32 - _BUCKETS), minlength=1 << _BUCKETS)
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint32)

    def windows(self, windows: Ids, runs: tuple[tuple[int, int, int], ...] = RUNS) -> Floats:
        """For each window (rows of 9 characters) and run: its logarithm; 0 where it holds a 0."""
        columns = np.ascontiguousarray(windows.T)
        letters = columns > 0
        whole = np.stack([np.logical_and.reduce(letters[s:e]) for _, s, e in runs])
        keys = np.stack([hashed(n, *columns[s:e]) for n, s, e in runs])
        found: Floats = np.zeros(keys.shape, np.float32)
        found[whole] = self.logs(keys[whole])
        return found.T
