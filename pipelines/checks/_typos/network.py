"""What stands at a place, by what stands around it: a small network that has read official text (``tests/typos/network.py``).

It sees 10 tokens on either side up to the end of the sentence, not the place itself; a token is a character or a kind of mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.checks._typos.grams import Floats, Ids, units

REACH = 10  #: tokens on either side
#: Tokens: end of a sentence, other marks, rare characters, the first of the characters.
EDGE, OTHER, RARE, FIRST = 0, 1, 8, 9
TOGETHER = 512  #: places asked at once: bounds memory
LAYERS = ("inner", "second", "third", "outer")
_OFFSETS = np.concatenate([np.arange(-REACH, 0), np.arange(1, REACH + 1)])


@dataclass(frozen=True)
class Network:
    tokens: Ids  #: code unit of UTF-16 → token
    letters: Floats  #: what a token means to the network
    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]

    def numbers(self, text: str) -> Ids:
        return self.tokens[units(text)]

    def logs(self, windows: Ids) -> Floats:
        """For rows of 20 tokens: the natural logarithm of the probability of each token between the tenth and the eleventh."""
        hidden = self.letters[windows].reshape(len(windows), -1)
        hidden = np.maximum(hidden @ self.weights[0] + self.biases[0], 0)
        hidden += np.maximum(hidden @ self.weights[1] + self.biases[1], 0)
        hidden = np.maximum(hidden @ self.weights[2] + self.biases[2], 0)
        logits: Floats = hidden @ self.weights[3] + self.biases[3]
        logits -= logits.max(axis=1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return logits


def windows(tokens: Ids, at: NDArray[np.int64]) -> Ids:
    """What stands around these places; nothing beyond the end of a sentence."""
    padded = np.concatenate([np.zeros(REACH, np.uint16), tokens, np.zeros(REACH, np.uint16)])
    return within(padded[(at + REACH)[:, None] + _OFFSETS])


def within(around: Ids) -> Ids:
    """Rows of 20 tokens, without those beyond the nearest ``EDGE`` on either side."""
    left = np.logical_and.accumulate(around[:, REACH - 1 :: -1] > EDGE, axis=1)[:, ::-1]
    right = np.logical_and.accumulate(around[:, REACH:] > EDGE, axis=1)
    return np.where(np.concatenate([left, right], axis=1), around, EDGE).astype(np.uint16)


def batches(count: int) -> Iterator[slice]:
    yield from (slice(n, n + TOGETHER) for n in range(0, count, TOGETHER))


def packed(network: Network) -> dict[str, NDArray[np.generic]]:
    """A byte a weight, with a scale for each column."""
    own: dict[str, NDArray[np.generic]] = {"tokens": network.tokens}
    for name, matrix in zip(("letters", *LAYERS), (network.letters, *network.weights), strict=True):
        scale = (np.abs(matrix).max(axis=0) / 127 + 1e-12).astype(np.float32)
        own |= {name: np.round(matrix / scale).astype(np.int8), f"{name}_scale": scale}
    return own | {f"{name}_bias": bias for name, bias in zip(LAYERS, network.biases, strict=True)}


def unpacked(part: Mapping[str, NDArray[np.generic]]) -> Network:
    letters, *weights = (
        part[name].astype(np.float32) * part[f"{name}_scale"].astype(np.float32) for name in ("letters", *LAYERS)
    )  # fmt: skip
    biases = tuple(part[f"{name}_bias"].astype(np.float32) for name in LAYERS)
    return Network(part["tokens"].astype(np.uint16), letters, tuple(weights), biases)
