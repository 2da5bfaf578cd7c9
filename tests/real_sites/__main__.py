"""``python -m tests.real_sites``: the accuracy table, every miss, and as the last line one JSON object.

The JSON object: ``pages`` (as they are) and ``bare`` (without class and id), each key → right, of.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.real_sites import unpack
from tests.real_sites.measure import Measure, bare, bodies, measure


def lines(pages: list[Measure], stripped: list[Measure]) -> Iterator[str]:
    yield f"{'':28}{'as they are':^21}  {'without class, id':^21}"
    yield from (f"{m.name:28}{_share(m)}  {_share(b)}" for m, b in zip(pages, stripped, strict=True))
    for m in pages:
        for miss in m.misses:
            yield f"{m.name}: {miss.where}: expected {miss.expected!r}, found {miss.found!r}"
    yield json.dumps({"pages": _figures(pages), "bare": _figures(stripped)})


def _share(m: Measure) -> str:
    return f"{m.right:5} of {m.of:4}{m.right / m.of if m.of else 1:9.1%}"


def _figures(measures: list[Measure]) -> dict[str, dict[str, int]]:
    return {m.key: {"right": m.right, "of": m.of} for m in measures}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        if not unpack(Path(folder)):
            print(
                "daozhen.tar.xz and jspn.tar.xz are neither in GOVCRAWL_SITES nor in ../shared/sites", file=sys.stderr
            )
            return 2
        body_of = bodies(Path(folder))
        pages, stripped = measure(body_of), measure(lambda site, path: bare(body_of(site, path)))
        print(*lines(pages, stripped), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
