"""The second look learns from errors that were made and from clean text: boosted trees, laid flat for numpy."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import md5
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from pipelines.checks._typos.grams import REACH, Grams
from pipelines.checks._typos.model import Judge, packed
from pipelines.checks._typos.network import Network
from pipelines.checks._typos.suspected import Confusions, Sieve
from tests.typos.build import confusions

Pair = tuple[str, str]
RATE = 0.012  #: of characters that are made wrong
BLOCK = 60  #: lines looked at together
LEARNT_ON = -6.0  #: log odds of the sieve above which the trees learn
KEEPS_ALL = Sieve(np.zeros(38, np.float32), 0.0)  #: a weight for each column of ``suspected.features``
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

    def met(self) -> list[Pair]:
        return [p for rows in self.pairs().values() for fold in (0, 1) for p in _errors(rows, fold)]


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
    sieve: Sieve
    trees: dict[str, np.ndarray]


def learn(grams: Grams, unigrams: np.ndarray, material: Material, network: Network) -> Learnt:
    """Who was met as an error for whom is told by the other half of the pairs, as it will be of errors nobody has met."""
    rng, own = random.Random(20180615), material.pairs()
    met = [_errors([p for part in own.values() for p in part], fold) for fold in (0, 1)]
    table, *others = (
        Confusions(**confusions(grams.ids, unigrams, pairs)) for pairs in (met[0] + met[1], met[1], met[0])
    )  # fmt: skip
    spoil = Spoiler(grams, unigrams, table, met[0], rng)
    official, news = [_plain(x) for x in material.official], [_plain(x) for x in material.news]
    rng.shuffle(official)
    rng.shuffle(news)
    rows = [([(x, x) for x in (*official[:9000], *news)], table)]
    rows.append(([(spoil(x), x) for x in (*official[9000:16500], *news[:2000])], others[0]))
    for fold in (0, 1):
        pairs = [p for part in own.values() for p in part if _fold(p) == fold and p[0] != p[1]]
        clean = [(b, b) for part in own.values() for b in dict.fromkeys(b for _, b in part) if _fold((b, b)) == fold]
        rows.append((2 * (pairs + clean), others[fold]))
    judges = [(part, Judge(grams, confused, unigrams, network, KEEPS_ALL, loose=True)) for part, confused in rows]
    seen, right = examples(judges, Judge.hopeful)
    sieve = linear(seen, right)
    judges = [(part, replace(judge, sieve=replace(sieve, least=LEARNT_ON))) for part, judge in judges]
    trees = flat(boosted().fit(*examples(judges, Judge.evidence)))
    return Learnt(tuple(dict.fromkeys(met[0] + met[1])), sieve, trees)


def linear(seen: np.ndarray, right: np.ndarray) -> Sieve:
    mean, width = seen.mean(axis=0), seen.std(axis=0) + 1e-6
    model = LogisticRegression(max_iter=300).fit((seen - mean) / width, right)
    weights = (model.coef_[0] / width).astype(np.float32)
    return Sieve(weights, float(model.intercept_[0] - mean @ weights))


def _fold(pair: Pair) -> int:
    return int(md5(pair[1].encode(), usedforsecurity=False).hexdigest()[:8], 16) % 2


def _errors(pairs: Sequence[Pair], fold: int) -> list[Pair]:
    return [(x, y) for a, b in pairs if _fold((a, b)) == fold for x, y in zip(a, b, strict=True) if x != y]


def boosted() -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.1, max_leaf_nodes=15, min_samples_leaf=40, l2_regularization=1, early_stopping=False,
        random_state=1,
    )  # fmt: skip


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
        return "".join(self.wrong(c) if self.rng.random() < RATE else c for c in line)

    def wrong(self, letter: str) -> str:
        way = self.rng.random()
        if way < 0.4 and letter in self.met:
            return self.rng.choice(self.met[letter])
        others = self.others[letter, 0 if way < 0.75 else 1 if way < 0.85 else 2]
        return self.rng.choice(others) if others else letter


def examples(
    parts: Sequence[tuple[Sequence[Pair], Judge]], look: Callable[..., tuple]
) -> tuple[np.ndarray, np.ndarray]:
    """What is seen of every candidate (by ``Judge.hopeful`` or ``Judge.evidence``), and whether it is what was meant."""
    seen, right = [], []
    for rows, judge in parts:
        for n in range(0, len(rows), BLOCK):
            written, meant = ("\n".join(pair[side] for pair in rows[n : n + BLOCK]) for side in (0, 1))
            ids, tokens = judge.grams.numbers(written), judge.network.numbers(written)
            found, facts = look(judge, ids, tokens)
            truth, was = judge.grams.numbers(meant)[found.at], ids[found.at]
            seen.append(facts)
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
        "base": np.array(float(model._baseline_prediction.ravel()[0]), np.float32),
    }


def save(
    path: Path, grams: Grams, unigrams: np.ndarray, learnt: Learnt, laws: tuple[Sequence[str], Sequence[str]]
) -> None:
    """``laws``: titles that may be meant, and others that are right."""
    text = "\n\n".join("\n".join(part) for part in laws)
    own = {"ids": grams.ids, "counts": grams.counts, "unigrams": unigrams}
    own |= {"sieve": learnt.sieve.weights, "sieve_base": np.array(learnt.sieve.base)}
    own["titles"] = np.frombuffer(text.encode(), np.uint8)
    np.savez_compressed(
        path, **own, **packed(grams.hashes), **confusions(grams.ids, unigrams, learnt.pairs), **learnt.trees
    )
