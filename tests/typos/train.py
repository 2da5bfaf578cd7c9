"""The second look learns from errors that were made and from clean text: boosted trees, laid flat for numpy."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from pipelines.checks._typos.grams import REACH, Grams
from pipelines.checks._typos.model import packed
from pipelines.checks._typos.suspected import Confusions, candidates, features
from tests.typos.build import confusions

Pair = tuple[str, str]
RATE = 0.012  #: of characters that are made wrong
BLOCK = 60  #: lines looked at together
SETS = ("odw_train", "law_train", "cscd_half", "clean_half")


@dataclass(frozen=True)
class Material:
    official: Sequence[str]
    news: Sequence[str]
    folder: Path
    everything: bool = False

    def pairs(self) -> dict[str, list[Pair]]:
        """Those to train on: half of each file, or all."""
        return {name: [p for p in _read(self.folder, name) if self.everything or not kept(p)] for name in SETS}


def _read(folder: Path, name: str) -> list[Pair]:
    """Each pair once; characters beyond the basic plane go."""
    rows = (line.split("\t")[:2] for line in (folder / f"{name}.tsv").read_text("utf-8").splitlines())
    return list(dict.fromkeys((_plain(a), _plain(b)) for a, b in rows if len(a) == len(b)))


def kept(pair: Pair) -> bool:
    """To measure, not to train."""
    return int(md5(pair[1].encode(), usedforsecurity=False).hexdigest(), 16) % 2 == 1


def measured(folder: Path) -> dict[str, list[Pair]]:
    return {name: [p for p in _read(folder, name) if kept(p)] for name in SETS}


def _plain(text: str) -> str:
    return "".join(c if ord(c) < 0x10000 else "\u3000" for c in text)


@dataclass(frozen=True)
class Learnt:
    pairs: tuple[Pair, ...]
    trees: dict[str, np.ndarray]


def learn(grams: Grams, unigrams: np.ndarray, material: Material) -> Learnt:
    rng, own = random.Random(20180615), material.pairs()
    met = [(x, y) for rows in own.values() for a, b in rows for x, y in zip(a, b, strict=True) if x != y]
    table = Confusions(**confusions(grams.ids, unigrams, met))
    spoil = Spoiler(grams, unigrams, table, met, rng)
    official, news = [_plain(x) for x in material.official], [_plain(x) for x in material.news]
    rng.shuffle(official)
    rng.shuffle(news)
    rows = [(x, x) for x in (*official[:9000], *news)]
    rows += [(spoil(x), x) for x in (*official[9000:16500], *news[:2000])]
    rows += [
        p for pairs in own.values() for p in (*pairs, *pairs, *((b, b) for b in dict.fromkeys(b for _, b in pairs)))
    ]
    seen, right = examples(rows, grams, unigrams, table)
    model = HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.1, max_leaf_nodes=15, min_samples_leaf=40, l2_regularization=1, early_stopping=False,
        random_state=1,
    ).fit(seen, right)  # fmt: skip
    return Learnt(tuple(dict.fromkeys(met)), flat(model))


class Spoiler:
    """Makes errors as people do: those met in training, else a like-sounding or like-shaped character."""

    def __init__(
        self, grams: Grams, unigrams: np.ndarray, table: Confusions, met: Sequence[Pair], rng: random.Random
    ) -> None:
        self.rng, self.met = rng, defaultdict(list)
        for (wrong, right), n in Counter(met).items():
            self.met[right] += [wrong] * n
        letters = {int(n): chr(code) for code, n in enumerate(grams.ids) if n}
        self.others: dict[tuple[str, int], list[str]] = defaultdict(list)
        for number, letter in letters.items():
            if unigrams[number] > 7:
                span = slice(table.starts[number], table.starts[number + 1])
                for other, kind in zip(table.others[span], table.kinds[span], strict=True):
                    self.others[letters[int(other)], int(kind)].append(letter)

    def __call__(self, line: str) -> str:
        return "".join(self._wrong(c) if self.rng.random() < RATE else c for c in line)

    def _wrong(self, letter: str) -> str:
        way = self.rng.random()
        if way < 0.4 and letter in self.met:
            return self.rng.choice(self.met[letter])
        others = self.others[letter, 0 if way < 0.75 else 1 if way < 0.85 else 2]
        return self.rng.choice(others) if others else letter


def examples(
    rows: Sequence[Pair], grams: Grams, unigrams: np.ndarray, table: Confusions
) -> tuple[np.ndarray, np.ndarray]:
    """Features of every candidate, and whether it is what was meant."""
    seen, right = [], []
    for n in range(0, len(rows), BLOCK):
        written, meant = ("\n".join(pair[side] for pair in rows[n : n + BLOCK]) for side in (0, 1))
        found = candidates(grams.numbers(written), grams, table)
        truth, was = grams.numbers(meant)[found.at], grams.numbers(written)[found.at]
        seen.append(features(found, grams, unigrams))
        right.append((truth == found.meant[:, REACH]) & (truth != was))
    return np.concatenate(seen), np.concatenate(right)


def flat(model: HistGradientBoostingClassifier) -> dict[str, np.ndarray]:
    """All trees in one table, as ``suspected.Trees`` walks it."""
    parts = [stage[0].nodes for stage in model._predictors]
    roots = np.cumsum([0, *(len(p) for p in parts)])[:-1]
    shift = np.repeat(roots, [len(p) for p in parts])
    nodes = np.concatenate(parts)
    leaf = nodes["is_leaf"].astype(bool)
    return {
        "roots": roots.astype(np.int32),
        "feature": np.where(leaf, -1, nodes["feature_idx"]).astype(np.int8),
        "value": np.where(leaf, nodes["value"], nodes["num_threshold"]).astype(np.float32),
        "left": (nodes["left"] + shift).astype(np.int32),
        "right": (nodes["right"] + shift).astype(np.int32),
        "base": np.array(float(model._baseline_prediction.ravel()[0])),
    }


def save(
    path: Path, grams: Grams, unigrams: np.ndarray, learnt: Learnt, laws: tuple[Sequence[str], Sequence[str]]
) -> None:
    """``laws``: titles that may be meant, and others that are right."""
    text = "\n\n".join("\n".join(part) for part in laws)
    own = {"ids": grams.ids, "counts": grams.counts, "unigrams": unigrams}
    own["titles"] = np.frombuffer(text.encode(), np.uint8)
    np.savez_compressed(
        path, **own, **packed(grams.hashes), **confusions(grams.ids, unigrams, learnt.pairs), **learnt.trees
    )
