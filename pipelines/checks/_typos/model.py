"""The files that ``tests/typos`` makes, as they are used.  Read once by a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.checks._typos import certain
from pipelines.checks._typos.grams import REACH, Floats, Grams
from pipelines.checks._typos.suspected import Confusions, Trees, candidates, features

FILE = Path(__file__).parent / "model.npz"
#: Of a candidate's probability; what figures they give: README.md of ``tests/typos``.
SUSPECTED, LIKELY = 0.9, 0.97
#: Where one of these is right another is too: nothing of what stands beside them tells which was meant.
INTERCHANGED = tuple(
    frozenset(kind)
    for kind in "省市县区州盟旗乡镇村 一二三四五六七八九十百千万亿两几 年月日时 他她它 东南西北 上下左右前后".split()
)


@dataclass(frozen=True, slots=True)
class Suspect:
    at: int  #: code unit of the text
    right: str
    probability: float


@dataclass(frozen=True)
class Model:
    grams: Grams
    confusions: Confusions
    unigrams: Floats
    trees: Trees
    certain: certain.Certain

    def suspects(self, text: str) -> list[Suspect]:
        """The best candidate of each place that is ``SUSPECTED``.  ``text`` without characters outside the basic plane."""
        found = candidates(self.grams.numbers(text), self.grams, self.confusions)
        if not len(found.at):
            return []
        odds = self.trees.probability(features(found, self.grams, self.unigrams))
        best: dict[int, Suspect] = {}
        for row in np.flatnonzero(odds >= SUSPECTED):
            at, p = int(found.at[row]), float(odds[row])
            if any({text[at], self._letter(int(found.meant[row, REACH]))} <= kind for kind in INTERCHANGED):
                continue
            if at not in best or best[at].probability < p:
                best[at] = Suspect(at, self._letter(int(found.meant[row, REACH])), p)
        return [best[at] for at in sorted(best)]

    def _letter(self, number: int) -> str:
        return chr(int(np.flatnonzero(self.grams.ids == number)[0]))


@cache
def load() -> Model:
    with np.load(FILE, allow_pickle=False) as file:
        part = {name: file[name] for name in file.files}
    grams = Grams(part["ids"], _unpacked(part), part["counts"])
    confusions = Confusions(part["starts"], part["others"], part["kinds"])
    trees = Trees(part["roots"], part["feature"], part["value"], part["left"], part["right"], float(part["base"]))
    return Model(grams, confusions, part["unigrams"], trees, certain.load(grams, confusions))


def packed(hashes: NDArray[np.uint32]) -> dict[str, NDArray[np.uint8]]:
    """Differences, byte by byte: the upper bytes are nearly all 0 and pack to nothing."""
    steps = np.diff(hashes, prepend=np.uint32(0))
    return {f"plane{n}": ((steps >> np.uint32(8 * n)) & np.uint32(255)).astype(np.uint8) for n in range(4)}


def _unpacked(part: dict[str, NDArray[np.uint8]]) -> NDArray[np.uint32]:
    steps = np.zeros(len(part["plane0"]), np.uint32)
    for n in range(4):
        steps |= part[f"plane{n}"].astype(np.uint32) << np.uint32(8 * n)
    return np.cumsum(steps, dtype=np.uint32)
