"""The second look: characters whose neighbours official Chinese never has, and a like-sounding or like-shaped one that it has.

every character --two of its three runs of three are unseen--> suspect --candidates that are seen--> features --trees--> probability
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.checks._typos.grams import ORDERS, REACH, RUNS, WORDS, Floats, Grams, Ids, hashed

Ints = NDArray[np.int64]
MAX_LETTERS = 12_000  #: of one page; what follows is not looked at a second time
FIRST, HOPELESS = 20, -2.5  #: trees that are asked first; log odds below which the others are not asked
MAX_CANDIDATES = 100_000  #: of one page: a page of rubbish suspects everything


@dataclass(frozen=True)
class Confusions:
    """Of the character numbered ``c``: ``others[starts[c]:starts[c + 1]]``, each with its kind.

    Kinds: 0 same sound, 1 near sound, 2 like shape, 3 listed or met in training.
    """

    starts: NDArray[np.int32]
    others: Ids
    kinds: NDArray[np.uint8]


@dataclass(frozen=True)
class Candidates:
    """Row by row: the place in the text, its window, the window with the other character in the middle, the kind."""

    at: Ints
    written: Ids
    meant: Ids
    kinds: NDArray[np.uint8]


def candidates(ids: Ids, grams: Grams, confusions: Confusions) -> Candidates:
    """``ids``: of a page's text."""
    padded = np.concatenate([np.zeros(REACH, np.uint16), ids[:MAX_LETTERS], np.zeros(REACH + 1, np.uint16)])
    at = _suspects(padded, grams)
    counts = confusions.starts[padded[at].astype(np.int64) + 1] - confusions.starts[padded[at]]
    counts = np.where(np.cumsum(counts) <= MAX_CANDIDATES, counts, 0)
    place = np.repeat(at, counts)
    which = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts) + confusions.starts[padded[place]]
    # the cheapest question first: most candidates never stand beside these neighbours
    fits = _beside(padded[place - 1], confusions.others[which], grams)
    place, which = place[fits], which[fits]
    fits = _beside(confusions.others[which], padded[place + 1], grams)
    place, which = place[fits], which[fits]
    written = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1)[place - REACH]
    meant = written.copy()
    meant[:, REACH] = confusions.others[which]
    better = _seen_runs(3, meant, grams) > _seen_runs(3, written, grams)
    better[better] = _seen_runs(4, meant[better], grams) > _seen_runs(4, written[better], grams)
    return Candidates((place - REACH)[better], written[better], meant[better], confusions.kinds[which][better])


def _suspects(padded: Ids, grams: Grams) -> Ints:
    """Places in ``padded``."""
    first, second, third = padded[:-2], padded[1:-1], padded[2:]
    whole = (first > 0) & (second > 0) & (third > 0)
    unseen = whole & ~grams.seen(hashed(3, first, second, third))
    possible, missing = _three(whole), _three(unseen)
    return np.flatnonzero((possible > 0) & (missing >= np.minimum(2, possible)))


def _three(runs: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Of the three runs that hold a character: how many are true."""
    r = runs.astype(np.int8)
    total = np.zeros(len(r) + 2, np.int8)
    for shift in range(3):
        total[shift : shift + len(r)] += r
    return total


def _beside(first: Ids, second: Ids, grams: Grams) -> NDArray[np.bool_]:
    """Seen beside each other; or one of them is no character."""
    free: NDArray[np.bool_] = (first == 0) | (second == 0)
    return free | grams.seen(hashed(2, first, second))


def _seen_runs(length: int, windows: Ids, grams: Grams) -> NDArray[np.int8]:
    """Runs of that length through the middle that are seen."""
    total = np.zeros(len(windows), np.int8)
    for s in range(REACH - length + 1, REACH + 1):
        run = windows[:, s : s + length]
        total += run.all(axis=1) & grams.seen(hashed(length, *run.T))
    return total


def features(found: Candidates, grams: Grams, unigrams: Floats) -> Floats:
    """One row a candidate; the trees are trained on these columns in this order."""
    columns: list[NDArray[Any]] = []
    rows, both = len(found.at), np.concatenate([found.written, found.meant])
    runs, words = grams.windows(both), grams.windows(both, WORDS)
    lengths = np.array([e - s for _, s, e in WORDS], np.float32)
    for half in (slice(0, rows), slice(rows, None)):
        logs, own = runs[half], words[half]
        for n in ORDERS:
            of_length = logs[:, [i for i, (order, _, _) in enumerate(RUNS) if order == n]]
            columns += [of_length.max(axis=1), of_length.sum(axis=1), (of_length > 0).sum(axis=1)]
        columns += [((own > 0) * lengths).max(axis=1), own.max(axis=1), unigrams[both[half, REACH]]]
    middle = (runs[:rows], runs[rows:])
    columns.append((middle[1] - middle[0]).sum(axis=1))
    beside = ((2, REACH - 2, REACH), (2, REACH + 1, REACH + 3), (3, REACH - 3, REACH), (3, REACH + 1, REACH + 4))
    columns += list(grams.windows(found.written, beside).T)
    columns += [(found.written[:, :REACH] > 0).sum(axis=1), (found.written[:, REACH + 1 :] > 0).sum(axis=1)]
    columns.append(found.kinds)
    return np.stack([np.asarray(c, np.float32) for c in columns], axis=1)


@dataclass(frozen=True)
class Trees:
    """Boosted trees laid flat: ``feature`` -1 marks a leaf; ``value``: the threshold, or what the leaf adds."""

    roots: NDArray[np.int32]
    feature: NDArray[np.int8]
    value: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    base: float

    def probability(self, rows: Floats) -> Floats:
        """Of rows that the first trees find hopeless: 0."""
        total = self._sum(rows, self.roots[:FIRST]) + self.base
        hopeful = np.flatnonzero(total > HOPELESS)
        total[hopeful] += self._sum(rows[hopeful], self.roots[FIRST:])
        result: Floats = np.where(total > HOPELESS, 1 / (1 + np.exp(-total)), 0).astype(np.float32)
        return result

    def _sum(self, rows: Floats, roots: NDArray[np.int32]) -> Floats:
        at = np.repeat(roots[None, :], len(rows), axis=0)
        here = np.arange(len(rows))[:, None]
        while (inner := self.feature[at] >= 0).any():
            low = rows[here, self.feature[at]] <= self.value[at]
            at = np.where(inner, np.where(low, self.left[at], self.right[at]), at)
        total: Floats = self.value[at].sum(axis=1)
        return total
