"""``python -m tests.bench.checks``: CPU time of every check on the pages of the two real sites; the last line is one JSON object.

A site's pages in order, as a worker meets them, the model of 错字漏字 already loaded; the median of ``--repeat`` rounds.  Each round starts
with nothing remembered from the one before.
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
from tests.real_sites import NAMES, unpack

AIM_MS = 3.0  #: of all checks together, a page of 70 KB


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
    total = sum(median(some) for some in spent.values())
    yield f"{'together':24}{total:15.2f}   aim ≤ {AIM_MS}: {'met 达到' if total <= AIM_MS else 'not met 未达到'}"
    yield json.dumps(
        {"ms": {name: round(median(some), 3) for name, some in spent.items()}, "together": round(total, 3)}
    )


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
    spent = {check.NAME: [milliseconds(check, pages) for _ in range(repeat)] for check in checks()}
    print(*lines(spent, pages), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
