"""The second look: characters whose neighbours official Chinese never has, and a like-sounding or like-shaped one that it has.

every character --two of its three runs of three are unseen--> suspect --candidates that are seen in more--> features --sieve-->
hopeful ones --what the network expects there--> context --trees--> probability
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.checks._typos.grams import ORDERS, REACH, RUNS, WORDS, Floats, Grams, Ids, hashed
from pipelines.checks._typos.network import Network, batches, windows

Ints = NDArray[np.int64]
MAX_LETTERS = 12_000  #: of one page; what follows is not looked at a second time
HOPELESS = -4.0  #: log odds of the sieve below which the network is not asked
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

    def only(self, rows: NDArray[Any]) -> Candidates:
        return Candidates(self.at[rows], self.written[rows], self.meant[rows], self.kinds[rows])


def candidates(ids: Ids, grams: Grams, confusions: Confusions, *, loose: bool = False) -> Candidates:
    """``ids``: of a page's text; ``loose``: with more that are hopeless, for the trees to learn on."""
    padded = np.concatenate([np.zeros(REACH, np.uint16), ids[:MAX_LETTERS], np.zeros(REACH + 1, np.uint16)])
    at, seen = _suspects(padded, grams)
    counts = confusions.starts[padded[at].astype(np.int64) + 1] - confusions.starts[padded[at]]
    counts = np.where(np.cumsum(counts) <= MAX_CANDIDATES, counts, 0)
    place, least = np.repeat(at, counts), np.repeat(seen, counts)
    which = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts) + confusions.starts[padded[place]]
    better = np.flatnonzero(_runs_of_three(padded, place, confusions.others[which], grams) > least)
    place, which = place[better], which[better]
    written = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1)[place - REACH]
    meant = written.copy()
    meant[:, REACH] = confusions.others[which]
    found = Candidates(place - REACH, written, meant, confusions.kinds[which])
    if loose:
        return found
    more = (_seen_runs(n, meant, grams) > _seen_runs(n, written, grams) for n in (4, 2))
    return found.only(np.logical_or(*more))


def _suspects(padded: Ids, grams: Grams) -> tuple[Ints, NDArray[np.int8]]:
    """Places in ``padded``, and how many of their runs of three are seen."""
    first, second, third = padded[:-2], padded[1:-1], padded[2:]
    whole = (first > 0) & (second > 0) & (third > 0)
    unseen = whole & ~grams.seen(hashed(3, first, second, third))
    possible, missing = _three(whole), _three(unseen)
    at = np.flatnonzero((possible > 0) & (missing >= np.minimum(2, possible)))
    return at, (possible - missing)[at]


def _three(runs: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Of the three runs that hold a character: how many are true."""
    r = runs.astype(np.int8)
    total = np.zeros(len(r) + 2, np.int8)
    for shift in range(3):
        total[shift : shift + len(r)] += r
    return total


def _runs_of_three(padded: Ids, place: Ints, other: Ids, grams: Grams) -> NDArray[np.int8]:
    """How many are seen with ``other`` in that place.  The cheapest question first: most stand beside neither neighbour."""
    before, after = padded[place - 1], padded[place + 1]
    left, right = (_asked(n, (a, b), None, grams) for n, a, b in ((2, before, other), (2, other, after)))
    total = _asked(3, (before, other, after), left & right, grams).astype(np.int8)
    total += _asked(3, (padded[place - 2], before, other), left, grams)
    total += _asked(3, (other, after, padded[place + 2]), right, grams)
    return total


def _asked(length: int, run: tuple[Ids, ...], where: NDArray[np.bool_] | None, grams: Grams) -> NDArray[np.bool_]:
    """Seen, of the runs where that is worth asking and that hold no 0."""
    found: NDArray[np.bool_] = np.logical_and.reduce([column > 0 for column in run])
    rows = np.flatnonzero(found if where is None else found & where)
    found = np.zeros(len(found), np.bool_)
    found[rows] = grams.seen(hashed(length, *(column[rows] for column in run)))
    return found


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


def context(found: Candidates, tokens: Ids, meant: Ids, network: Network) -> Floats:
    """What the network thinks of the written and of the meant token (``meant``), one row a candidate; ``tokens``: of the text."""
    places, of_place = np.unique(found.at, return_inverse=True)
    written = tokens[found.at].astype(np.int64)
    columns = np.zeros((len(found.at), 7), np.float32)
    for part in batches(len(places)):
        logs = network.logs(windows(tokens, places[part]))
        rows = np.flatnonzero((of_place >= part.start) & (of_place < part.stop))
        here = of_place[rows] - part.start
        was, is_meant = logs[here, written[rows]], logs[here, meant[rows]]
        best, spread = logs.max(axis=1), (np.exp(logs) * logs).sum(axis=1)
        above = [(logs[here] > own[:, None]).sum(axis=1) for own in (is_meant, was)]
        columns[rows] = np.stack([was, is_meant, is_meant - was, best[here], spread[here], *above], axis=1)
    return columns


@dataclass(frozen=True)
class Sieve:
    """Log odds by the features alone: quick, to ask the network of few."""

    weights: Floats
    base: float
    least: float = HOPELESS

    def hopeful(self, rows: Floats) -> Ints:
        return np.flatnonzero(rows @ self.weights + self.base > self.least)


@dataclass(frozen=True)
class Trees:
    """Boosted trees laid flat: ``feature`` -1 marks a leaf; ``value``: the threshold, or what the leaf adds."""

    roots: NDArray[np.int32]
    feature: NDArray[np.int8]
    value: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    base: float

    def odds(self, rows: Floats) -> Floats:
        """Logarithms."""
        at = np.repeat(self.roots[None, :], len(rows), axis=0)
        here = np.arange(len(rows))[:, None]
        while (inner := self.feature[at] >= 0).any():
            low = rows[here, self.feature[at]] <= self.value[at]
            at = np.where(inner, np.where(low, self.left[at], self.right[at]), at)
        total: Floats = self.value[at].sum(axis=1) + np.float32(self.base)
        return total
