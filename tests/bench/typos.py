"""``python -m tests.bench.typos``: how right the check of 错字漏字 is, on material that is not part of this repository.

Folder GOVCRAWL_TYPOS (default ``../shared/typos`` beside the checkout): ``odw_train.tsv``, ``law_train.tsv``, ``cscd_half.tsv``,
``clean_half.tsv``, of which the half is measured that ``tests/typos`` did not train on (``tests.typos.train.kept``).  The texts of the
two real sites, where they are there, count as clean.  P and R are of wrong characters; FP: false findings in 100,000 characters of clean
text.  The last line is one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

from govcrawl.reading import read
from pipelines.checks import typos
from pipelines.checks._typos.model import load
from tests.real_sites import NAMES, unpack

FOLDER = Path(os.environ.get("GOVCRAWL_TYPOS") or Path(__file__).parents[3] / "shared" / "typos")
SETS = ("odw_train", "law_train", "cscd_half", "clean_half")
LEVELS = (typos.SUSPECTED, typos.LIKELY, 1.0)

Pair = tuple[str, str]


@dataclass
class Figures:
    letters: int
    wrong: int  #: characters
    found: dict[float, tuple[int, int]]  #: by least confidence: right, false
    kb_per_s: float


def pairs(name: str) -> list[Pair]:
    rows = (line.split("\t")[:2] for line in (FOLDER / f"{name}.tsv").read_text("utf-8").splitlines())
    return list(dict.fromkeys((a, b) for a, b in rows if len(a) == len(b) and _is_kept(b)))


def _is_kept(right: str) -> bool:
    return int(md5(right.encode(), usedforsecurity=False).hexdigest(), 16) % 2 == 1


def measure(rows: Sequence[Pair]) -> Figures:
    """Of written and meant texts; a finding is right where the text was wrong and the correction is what was meant."""
    started = time.process_time()
    told = [list(typos.faults(a)) for a, _ in rows]
    spent = time.process_time() - started
    counts = {level: [0, 0] for level in LEVELS}
    for (a, b), faults in zip(rows, told, strict=True):
        for fault in faults:
            good = a[fault.start : fault.end] != b[fault.start : fault.end]
            for level in LEVELS:
                counts[level][not good] += fault.confidence >= level
    return Figures(
        sum(len(a) for a, _ in rows),
        sum(x != y for a, b in rows for x, y in zip(a, b, strict=True)),
        {level: (right, false) for level, (right, false) in counts.items()},
        sum(len(a.encode()) for a, _ in rows) / 1000 / max(spent, 1e-9),
    )


def sets() -> Iterator[tuple[str, list[Pair]]]:
    for name in SETS if FOLDER.is_dir() else ():
        rows = pairs(name)
        if any(a != b for a, b in rows):
            yield name, rows
        yield f"clean {name}", [(b, b) for b in dict.fromkeys(b for _, b in rows)]
    with tempfile.TemporaryDirectory() as folder:
        if unpack(Path(folder)):
            for site in NAMES:
                files = sorted(f for f in (Path(folder) / site).rglob("*") if f.is_file())
                texts = dict.fromkeys(
                    line for f in files for line in read(f.read_bytes(), f"http://{site}.test/").text.split("\n")
                )
                yield f"clean {site}", [(t, t) for t in texts]


def lines(figures: dict[str, Figures]) -> Iterator[str]:
    yield f"{'':18}{'letters':>9}{'wrong':>7}{'kB/s':>7}" + "".join(
        f"{f'≥ {level}: P / R / FP':>28}" for level in LEVELS
    )
    for name, f in figures.items():
        cells = (_cell(*f.found[level], f) for level in LEVELS)
        yield f"{name:18}{f.letters:9}{f.wrong:7}{f.kb_per_s:7.0f}" + "".join(f"{cell:>28}" for cell in cells)
    told = {
        name: {"letters": f.letters, "wrong": f.wrong, "found": {str(k): v for k, v in f.found.items()}}
        for name, f in figures.items()
    }
    yield json.dumps(told)


def _cell(right: int, false: int, f: Figures) -> str:
    per = f"{false / f.letters * 1e5:.1f}"
    return f"{right / max(1, right + false):.3f} / {right / f.wrong:.2f} / {per}" if f.wrong else per


def main() -> int:
    load()
    figures = {name: measure(rows) for name, rows in sets()}
    if not figures:
        print("neither GOVCRAWL_TYPOS nor GOVCRAWL_SITES holds the material", file=sys.stderr)
        return 2
    print(*lines(figures), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
