"""Trains ``pipelines/checks/_typos/network.py``: which character stands here, by ten on either side.

Of the places in one half of each batch the neighbours are spoilt as people spoil them, so that an error beside another one is still
told.  Matrices are multiplied in bfloat16, three times as fast where the processor knows it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from pipelines.checks._typos.grams import Grams, units
from pipelines.checks._typos.network import EDGE, FIRST, OTHER, RARE, REACH, Network, windows
from tests.typos.train import Spoiler, _plain

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
MARKS = (
    "。！？；!?;\n",
    "，、,",
    "：:",
    "“‘「『《〈(（【[",
    "”’」』》〉)）】]",
    "0123456789０１２３４５６７８９",
)  #: of one token each
LEAST = 3  #: times that the texts must have a character for it to be a token
WIDTHS = (96, 640, 640, 320)  #: of a token, of the layers
STEPS, BATCH, PEAK, WARM = 3300, 4096, 2e-3, 300
SPOILT, WAYS, AGAIN = 0.06, 32, 1500  #: part of the characters; ways to spoil each; steps after which others are


def tokens(grams: Grams, unigrams: np.ndarray) -> np.ndarray:
    """Code unit of UTF-16 → token."""
    found = np.full(1 << 16, OTHER, np.uint16)
    for n, marks in enumerate(MARKS):
        found[[ord(mark) for mark in marks]] = n + 1 if n else EDGE
    found[[ord(c) for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]] = len(MARKS) + 1
    found[0x4E00:0x9FA6] = RARE
    codes = np.flatnonzero((grams.ids > 0) & (unigrams[grams.ids] >= np.log2(1 + LEAST)))
    found[codes] = grams.ids[codes] + FIRST - 1
    return found


def train(lines: Sequence[str], grams: Grams, unigrams: np.ndarray, spoil: Spoiler, steps: int = STEPS) -> Network:
    rng, numbers = np.random.default_rng(1), tokens(grams, unigrams)
    order = rng.permutation(len(lines))
    text = numbers[units(_plain("\n".join(lines[n] for n in order)))]
    codes = np.flatnonzero(numbers >= FIRST)
    wrong = np.zeros((int(numbers.max()) + 1, WAYS), np.uint16)
    for code in codes:
        wrong[numbers[code]] = [numbers[ord(spoil.wrong(chr(code)))] for _ in range(WAYS)]
    places, learner, bad = np.flatnonzero(text >= FIRST), _Learner(len(wrong)), text
    for step in range(steps):
        if step % AGAIN == 0:
            bad = _spoilt(text, wrong, rng)
        at = rng.choice(places, BATCH)
        seen = np.concatenate([windows(bad, at[: BATCH // 2]), windows(text, at[BATCH // 2 :])])
        rate = PEAK * min(1, (step + 1) / WARM) * (0.5 + 0.5 * np.cos(np.pi * step / steps)) + 1e-5
        loss = learner.step(seen, text[at], rate, step + 1)
        if step % 100 == 0:
            print(f"network: step {step} of {steps}, loss {loss:.2f}", flush=True)
    letters, *rest = learner.values()
    return Network(numbers, letters, tuple(rest[:4]), tuple(rest[4:]))


def _spoilt(text: np.ndarray, wrong: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    found = text.copy()
    at = np.flatnonzero((rng.random(len(text)) < SPOILT) & (text >= FIRST))
    found[at] = wrong[text[at], rng.integers(0, WAYS, len(at))]
    return found


class _Learner:
    """The weights and Adam.  TensorFlow is only needed here."""

    def __init__(self, count: int) -> None:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        each, first, second, third = WIDTHS
        sizes = ((count, each), (2 * REACH * each, first), (first, second), (second, third), (third, count))
        scales = (0.1, 3 * (2 / sizes[1][0]) ** 0.5, first**-0.5, second**-0.5, 0.02)
        values = [tf.random.normal(size, stddev=s, seed=1) for size, s in zip(sizes, scales, strict=True)]
        values += [tf.zeros(size[1]) for size in sizes[1:]]
        self.tf, self.weights = tf, [tf.Variable(v) for v in values]
        self.moments = [[tf.Variable(tf.zeros_like(v)) for v in values] for _ in range(2)]
        self._step = tf.function(self._traced)

    def step(self, seen: np.ndarray, meant: np.ndarray, rate: float, number: int) -> float:
        tf = self.tf
        given = (
            seen.astype(np.int32),
            meant.astype(np.int32),
            tf.constant(rate, tf.float32),
            tf.constant(float(number)),
        )
        return float(self._step(*given))

    def _traced(self, seen, meant, rate, number):  # type: ignore[no-untyped-def]
        tf = self.tf
        with tf.GradientTape() as tape:
            loss = _entropy(tf, self._logits(seen), meant)
        slopes = tape.gradient(loss, self.weights)
        for weight, slope, first, second in zip(self.weights, slopes, *self.moments, strict=True):
            tf.raw_ops.ResourceApplyAdam(
                var=weight.handle, m=first.handle, v=second.handle, beta1_power=0.9**number, beta2_power=0.99**number,
                lr=rate, beta1=0.9, beta2=0.99, epsilon=1e-7, grad=tf.convert_to_tensor(slope),
            )  # fmt: skip
        return loss

    def _logits(self, seen):  # type: ignore[no-untyped-def]
        tf = self.tf
        letters, *rest = (tf.cast(w, tf.bfloat16) for w in self.weights)
        hidden = tf.reshape(tf.gather(letters, seen), (-1, 2 * REACH * WIDTHS[0]))
        hidden = tf.nn.relu(hidden @ rest[0] + rest[4])
        hidden += tf.nn.relu(hidden @ rest[1] + rest[5])
        hidden = tf.nn.relu(hidden @ rest[2] + rest[6])
        return hidden @ rest[3] + rest[7]

    def values(self) -> list[np.ndarray]:
        return [w.numpy() for w in self.weights]


def _entropy(tf, logits, meant):  # type: ignore[no-untyped-def]
    """TensorFlow's own is five times as slow."""

    @tf.custom_gradient
    def entropy(logits):
        shares, count = tf.nn.softmax(logits), tf.shape(meant)[0]
        at = tf.stack([tf.range(count), meant], 1)
        loss = -tf.reduce_mean(tf.math.log(tf.cast(tf.gather_nd(shares, at), tf.float32) + 1e-9))

        def slope(of):
            less = tf.tensor_scatter_nd_sub(shares, at, tf.ones(count, tf.bfloat16))
            return less * tf.cast(of / tf.cast(count, tf.float32), tf.bfloat16)

        return loss, slope

    return entropy(logits)
