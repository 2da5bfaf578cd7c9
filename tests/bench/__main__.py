"""``python -m tests.bench``: runs the crawlers in turn, prints a table, and as its last line one JSON object (``table.ratios``)."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from tests.bench.pages import LEAST
from tests.bench.runs import CRAWLS, Run, WebServer, run
from tests.bench.table import last_line, lines
from tests.compiled import build, possible


def main() -> None:
    args = _arguments()
    names = _measurable([name for name in CRAWLS if name.removesuffix("2") in args.only])
    with WebServer(args.sites, args.pages) as web:
        shape = f"{args.sites} sites × {args.pages} pages of {web.ready.kilobytes:.0f} KB"
        print(f"{shape}, {args.repeat} runs, {os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}", flush=True)
        runs = _interleaved(names, args.repeat, web)
    print(*lines(runs), last_line(runs), sep="\n")


def _measurable(names: list[str]) -> list[str]:
    """Those that can run here; the compiled build is made before any time is taken."""
    native = {"g", "g2"}.intersection(names)
    if native and possible():
        build()
    elif native:
        print("No C compiler is here: govcrawl is measured as plain Python only (gp).", flush=True)
        return [name for name in names if name not in native]
    return names


def _interleaved(names: list[str], repeat: int, web: WebServer) -> dict[str, list[Run]]:
    """All crawlers once, then once more in the opposite order, and so on."""
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for number in range(repeat):
        for name in names[:: -1 if number % 2 else 1]:
            one = run(name, web)
            runs[name].append(one)
            told = f"{one.normalised:.2f} CPU s / 1,000 pages (raw {one.raw:.2f}), {one.pages_per_s:.0f} pages/s"
            print(f"{number + 1}/{repeat} {name:3}{told}", file=sys.stderr, flush=True)
    return runs


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="CPU seconds for 1,000 pages, compared")
    parser.add_argument("--repeat", type=_at_least(1), default=3, help="runs of each crawler (default 3)")
    parser.add_argument("--sites", type=_at_least(1), default=20, help="sites (default 20)")
    parser.add_argument(
        "--pages", type=_at_least(LEAST), default=60, help=f"pages of a site, at least {LEAST} (default 60)"
    )
    parser.add_argument(
        "--only", type=_names, default="a,b,c,gp,g", metavar="a,g", help="crawlers (default a,b,c,gp,g)"
    )
    return parser.parse_args()


def _at_least(low: int) -> Callable[[str], int]:
    def check(text: str) -> int:
        number = int(text)
        if number < low:
            raise argparse.ArgumentTypeError(f"at least {low}")
        return number

    return check


def _names(text: str) -> list[str]:
    names = text.split(",")
    if not set(names) <= CRAWLS.keys() - {"g2"}:
        raise argparse.ArgumentTypeError("some of a,b,c,gp,g")
    return names


if __name__ == "__main__":
    main()
