"""What is wrong wherever it stands: a list of wrong words, and fixed phrases with one character astray.

The lists lie beside this file; whoever adds a line adds a rule.  A variant of a phrase that official Chinese has in any other word
is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ahocorasick_rs import AhoCorasick, MatchKind

from pipelines.checks._typos.grams import Grams, hashed
from pipelines.checks._typos.suspected import Confusions

FOLDER = Path(__file__).parent
SHORTEST = 4  #: characters of a variant
MOST = 4 * 8  #: confusions of a character that are tried: the most usual ones


@dataclass(frozen=True, slots=True)
class Entry:
    wrong: str
    right: str
    serious: bool = False
    unless: tuple[str, ...] = ()  #: words that hold the wrong one and are right


@dataclass(frozen=True, slots=True)
class Hit:
    entry: Entry
    start: int
    end: int


class Certain:
    def __init__(self, entries: dict[str, Entry]) -> None:
        self.entries = list(entries.values())
        self._finder = AhoCorasick([e.wrong for e in self.entries], matchkind=MatchKind.LeftmostLongest)

    def find(self, text: str) -> Iterator[Hit]:
        for index, start, end in self._finder.find_matches_as_indexes(text):
            entry = self.entries[index]
            if not any(_stands(text, words, entry.wrong, start) for words in entry.unless):
                yield Hit(entry, start, end)


def _stands(text: str, words: str, wrong: str, start: int) -> bool:
    """Whether the wrong word at ``start`` is part of these words."""
    begin = start - words.index(wrong)
    return begin >= 0 and text.startswith(words, begin)


def load(grams: Grams, confusions: Confusions) -> Certain:
    """All lists.  What is said by hand wins over what is made, the serious over the plain."""
    letters = {int(n): chr(code) for code, n in enumerate(grams.ids) if n}
    made = {
        variant: Entry(variant, phrase, serious)
        for name, serious in (("phrases", False), ("serious", True))
        for phrase in _lines(f"{name}.txt")
        for variant in _variants(phrase, grams, confusions, letters)
    }
    odd = _odd(list(made), grams)
    return Certain({v: made[v] for v in odd} | {e.wrong: e for e in _listed()})


def _listed() -> Iterator[Entry]:
    for line in _lines("wrong.tsv"):
        wrong, right, *unless = line.split("\t")
        yield Entry(wrong, right, unless=tuple(" ".join(unless).split()))


def _lines(name: str) -> list[str]:
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _variants(phrase: str, grams: Grams, confusions: Confusions, letters: dict[int, str]) -> Iterator[str]:
    """One character taken for another; inside the phrase also one left out, written twice, or changed round with the next."""
    for at, number in enumerate(grams.numbers(phrase)):
        begin, end = confusions.starts[number], confusions.starts[int(number) + 1]
        for other in confusions.others[begin:end][:MOST]:
            yield phrase[:at] + letters[int(other)] + phrase[at + 1 :]
    for at in range(1, len(phrase) - 1):
        before, letter, after = phrase[:at], phrase[at], phrase[at + 1 :]
        slips = (before + after, before + letter * 2 + after, before + after[0] + letter + after[1:])
        yield from (v for v in slips if v != phrase and len(v) >= SHORTEST)


def _odd(variants: list[str], grams: Grams) -> Iterator[str]:
    """Those of which some three characters are seen nowhere."""
    for length in {len(v) for v in variants}:
        own = [v for v in variants if len(v) == length]
        ids = grams.numbers("".join(own)).reshape(-1, length)
        seen = [grams.seen(hashed(3, ids[:, s], ids[:, s + 1], ids[:, s + 2])) for s in range(length - 2)]
        yield from (v for v, usual in zip(own, np.all(seen, axis=0), strict=True) if not usual)
