"""The files that ``tests/typos`` makes, as they are used.  Read once by a process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.checks._typos import certain, network
from pipelines.checks._typos.grams import REACH, Floats, Grams, Ids
from pipelines.checks._typos.suspected import Candidates, Confusions, Sieve, Trees, candidates, context, features
from pipelines.checks._typos.titles import Titles

FILE = Path(__file__).parent / "model.npz"
NETWORK, TERMS = FILE.with_name("network.npz"), FILE.with_name("terms.txt")
LONGEST = 6  #: characters of a term
#: Of a candidate's probability; what figures they give: README.md of ``tests/typos``.
SUSPECTED, LIKELY = 0.9, 0.95
PASSES = 2  #: more looks, at what stands beside a suspect, with that one mended
#: Where one of these is right another is too: nothing of what stands beside them tells which was meant.
INTERCHANGED = tuple(
    frozenset(kind)
    for kind in "省市县区州盟旗乡镇村 年月日时 他她它 东南西北 上下左右前后 中美英法德日俄韩朝越老缅泰印巴墨加澳新意西葡".split()
)
NUMERALS = frozenset("一二三四五六七八九十百千万亿两几")  #: meant: nothing tells that it was, nor which


@dataclass(frozen=True, slots=True)
class Suspect:
    at: int  #: code unit of the text
    right: str
    probability: float


@dataclass(frozen=True)
class Judge:
    """Finds candidates in a text and says how likely each is what was meant."""

    grams: Grams
    confusions: Confusions
    unigrams: Floats
    network: network.Network
    sieve: Sieve
    loose: bool = False  #: what it was while the trees learnt

    @cached_property
    def tokens(self) -> Ids:
        """Number of a character → token of the network."""
        own = np.full(1 << 16, network.RARE, np.uint16)
        codes = np.flatnonzero(self.grams.ids)
        own[self.grams.ids[codes]] = self.network.tokens[codes]
        return own

    def evidence(self, ids: Ids, tokens: Ids) -> tuple[Candidates, Floats]:
        """The candidates that the sieve keeps, and what runs of characters and the network tell of them.  ``tokens``: of the text that
        ``ids`` are of.
        """
        found = candidates(ids, self.grams, self.confusions, loose=self.loose)
        rows = features(found, self.grams, self.unigrams)
        few = self.sieve.hopeful(rows)
        found, rows = found.only(few), rows[few]
        expected = context(found, tokens, self.tokens[found.meant[:, REACH]], self.network)
        return found, np.concatenate([rows, expected], axis=1)


@dataclass(frozen=True)
class Model:
    judge: Judge
    trees: Trees
    certain: certain.Certain
    titles: Titles
    terms: frozenset[str]

    @property
    def grams(self) -> Grams:
        return self.judge.grams

    def suspects(self, text: str) -> list[Suspect]:
        """The best candidate of each place that is ``SUSPECTED``.  ``text`` without characters outside the basic plane."""
        ids, tokens = self.grams.numbers(text), self.judge.network.numbers(text)
        latest = self._suspects(text, ids, tokens)
        found = dict(latest)
        for _ in range(PASSES if latest else 0):
            ids, tokens, mended = ids.copy(), tokens.copy(), list(latest)
            ids[mended] = self.grams.numbers("".join(s.right for s in latest.values()))
            tokens[mended] = self.judge.tokens[ids[mended]]
            near = {at + step for at in latest for step in range(-REACH, REACH + 1)}
            again = self._suspects(text, _around(ids, latest), tokens)
            latest = {at: s for at, s in again.items() if at in near and at not in found}
            found |= latest
        return [found[at] for at in sorted(found)]

    def _suspects(self, text: str, ids: Ids, tokens: Ids) -> dict[int, Suspect]:
        found, rows = self.judge.evidence(ids, tokens)
        odds = 1 / (1 + np.exp(-self.trees.odds(rows)))
        best: dict[int, Suspect] = {}
        for row in np.flatnonzero(odds >= SUSPECTED):
            at, p = int(found.at[row]), float(odds[row])
            right = self._letter(int(found.meant[row, REACH]))
            if right in NUMERALS or any({text[at], right} <= kind for kind in INTERCHANGED) or self._in_term(text, at):
                continue
            if at not in best or best[at].probability < p:
                best[at] = Suspect(at, right, p)
        return best

    def _in_term(self, text: str, at: int) -> bool:
        """What is written belongs to a word that newer texts use."""
        starts = range(max(0, at - LONGEST + 1), at + 1)
        return any(text[s:e] in self.terms for s in starts for e in range(max(at + 1, s + 2), s + LONGEST + 1))

    def _letter(self, number: int) -> str:
        return chr(int(np.flatnonzero(self.grams.ids == number)[0]))


def _around(ids: Ids, places: Iterable[int]) -> Ids:
    """Only what stands around these places."""
    near = np.zeros(len(ids), np.bool_)
    for at in places:
        near[max(0, at - 2 * REACH) : at + 2 * REACH + 1] = True
    return np.where(near, ids, 0).astype(np.uint16)


@cache
def load() -> Model:
    with np.load(FILE, allow_pickle=False) as file:
        part = {name: file[name] for name in file.files}
    with np.load(NETWORK, allow_pickle=False) as file:
        reader = network.unpacked(file)
    grams = Grams(part["ids"], _unpacked(part), part["counts"])
    confusions = Confusions(part["starts"], part["others"], part["kinds"])
    meant, known = (t.split("\n") for t in part["titles"].tobytes().decode("utf-8").split("\n\n"))
    judge = Judge(grams, confusions, part["unigrams"], reader, Sieve(part["sieve"], float(part["sieve_base"])))
    titles = Titles(meant, known, grams, confusions)
    trees = Trees(part["roots"], part["feature"], part["value"], part["left"], part["right"], float(part["base"]))
    terms = (line for line in TERMS.read_text("utf-8").splitlines() if not line.startswith("#"))
    return Model(
        judge, trees, certain.load(grams, confusions), titles, frozenset(t for line in terms for t in line.split())
    )


def packed(hashes: NDArray[np.uint32]) -> dict[str, NDArray[np.uint8]]:
    """Differences, byte by byte: the upper bytes are nearly all 0 and pack to nothing."""
    steps = np.diff(hashes, prepend=np.uint32(0))
    return {f"plane{n}": ((steps >> np.uint32(8 * n)) & np.uint32(255)).astype(np.uint8) for n in range(4)}


def _unpacked(part: dict[str, NDArray[np.uint8]]) -> NDArray[np.uint32]:
    steps = np.zeros(len(part["plane0"]), np.uint32)
    for n in range(4):
        steps |= part[f"plane{n}"].astype(np.uint32) << np.uint32(8 * n)
    return np.cumsum(steps, dtype=np.uint32)
