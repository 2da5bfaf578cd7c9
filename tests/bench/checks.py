"""``python -m tests.bench.checks``: CPU time of every check on the pages of the two real sites; the last line is one JSON object.

Once of all pages, once of the largest, so many that they are of the size that the aim names.  A site's pages in order, as a worker
meets them, the model of 错字漏字 already loaded; the median of ``--repeat`` rounds.  Each round starts with nothing remembered from the
one before.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from govcrawl.contracts import Page, Task
from govcrawl.reading import read
from pipelines.checks import Check, Look, checks, typos
from pipelines.checks._typos.model import load
from tests.real_sites import NAMES, of_size, unpack

AIM_MS = 3.0  #: of all checks together, a page of 70 KB
AIM_KB = 70.0


def looks(folder: Path) -> list[Look]:
    found = []
    for site in NAMES:
        for file in sorted(f for f in (folder / site).rglob("*") if f.is_file()):
            url = f"http://{site}.test/{file.relative_to(folder / site)}"
            page = Page(url, "ok", 200, datetime(2018, 6, 15, tzinfo=UTC), 0.1, body=file.read_bytes())
            found.append(Look(Task("5300000001", "site", "page", url), page, read(page.body, url)))
    return found


def milliseconds(check: Check, pages: Sequence[Look], forget: Callable[[], None] = typos.forget) -> float:
    """CPU time a page."""
    forget()
    started = time.process_time()
    for page in pages:
        for _ in check.look(page):
            pass
    return (time.process_time() - started) / len(pages) * 1000


def lines(spent: dict[str, list[float]], pages: Sequence[Look]) -> Iterator[str]:
    size, found = sum(len(p.page.body) for p in pages) / len(pages) / 1000, _found(pages)
    yield f"{len(pages)} pages of {size:.0f} KB{'ms a page':>20}{'findings':>12}"
    for name, some in spent.items():
        yield f"{name:24}{median(some):15.2f}  ({min(some):.2f}–{max(some):.2f}){found[name]:8}"
    yield f"{'together':24}{together(spent):15.2f}"


def together(spent: dict[str, list[float]]) -> float:
    return sum(median(some) for some in spent.values())


def last_line(every: dict[str, list[float]], large: dict[str, list[float]]) -> str:
    """``together_70``: of the pages of 70 KB."""
    ms = {name: round(median(some), 3) for name, some in every.items()}
    return json.dumps({"ms": ms, "together": round(together(every), 3), "together_70": round(together(large), 3)})


def _found(pages: Sequence[Look]) -> dict[str, int]:
    typos.forget()
    return {check.NAME: sum(1 for page in pages for _ in check.look(page)) for check in checks()}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.checks", description="CPU time of the checks")
    parser.add_argument("--repeat", type=int, default=5, help="rounds (default 5)")
    repeat = max(1, parser.parse_args(arguments).repeat)
    load()
    with tempfile.TemporaryDirectory() as folder:
        if not unpack(Path(folder)):
            print(
                "daozhen.tar.xz and jspn.tar.xz are neither in GOVCRAWL_SITES nor in ../shared/sites", file=sys.stderr
            )
            return 2
        pages = looks(Path(folder))
    large = of_size(pages, AIM_KB, lambda look: len(look.page.body))
    measured = [
        {check.NAME: [milliseconds(check, some) for _ in range(repeat)] for check in checks()}
        for some in (pages, large)
    ]
    for spent, some in zip(measured, (pages, large), strict=True):
        print(*lines(spent, some), sep="\n")
    total = together(measured[1])
    print(f"aim ≤ {AIM_MS} at {AIM_KB:.0f} KB: {'met 达到' if total <= AIM_MS else 'not met 未达到'}")
    print(last_line(*measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
