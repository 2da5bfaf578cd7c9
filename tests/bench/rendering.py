"""Seconds, CPU seconds and memory of a rendered page: ``python -m tests.bench.rendering [--n 40] [--at-once 2]``.

Pages like those of the other benchmarks with a list that a script draws; what the scripts ask for is answered at once, so the browser
is measured and nobody's network.  CPU and memory (proportional set size) are those of all of its processes, from ``/proc`` (Linux).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from govcrawl.contracts import Page
from govcrawl.rendering.chromium import Chromium, find
from govcrawl.rendering.tab import Answer, Asked, Limits, render
from govcrawl.settings import RENDER_MEMORY_MB
from tests.bench.pages import Site
from tests.govcrawl.rendering.pages import DATA, VUE, VUE_PAGE

HTML = (("Content-Type", "text/html; charset=utf-8"),)
LIMITS = Limits(15.0, 60.0, 8 << 20)
TICKS = os.sysconf("SC_CLK_TCK")


def page(n: int) -> Page:
    """A home page's bulk, and a list drawn by a script."""
    site = Site(2 * (n % 10), 60)
    app = VUE_PAGE[VUE_PAGE.index("<div id") : VUE_PAGE.index("</body>")]
    body = site.pages()["/"].decode().replace("</body>", f'<script src="/js/vue.min.js"></script>{app}</body>')
    return Page(f"http://www.a{n}.gov.cn/tzgg/", "ok", 200, datetime.now(UTC), 0.1, HTML, body.encode())


async def fetch(asked: Asked) -> Answer:
    return Answer(200, (), (VUE if asked.kind == "script" else DATA).encode())


async def measure(n: int, at_once: int) -> dict[str, float]:
    pages = [page(k) for k in range(n)]
    browser = await Chromium.started(find(), RENDER_MEMORY_MB)
    try:
        await render(browser, pages[0], fetch, LIMITS)
        start, cpu, peak, todo = time.monotonic(), used(browser.pid)[0], 0.0, iter(pages)

        async def some() -> None:
            nonlocal peak
            for one in todo:
                html = await render(browser, one, fetch, LIMITS)
                assert b'<a href="/c/1.html">' in html
                peak = max(peak, used(browser.pid)[1])

        await asyncio.gather(*(some() for _ in range(at_once)))
        wall, spent = time.monotonic() - start, used(browser.pid)[0] - cpu
    finally:
        await browser.close()
    size = sum(len(one.body) for one in pages) / n
    return {"pages": n, "at_once": at_once, "kB": size / 1000, "s": wall / n, "cpu_s": spent / n, "peak_mb": peak}


def used(root: int) -> tuple[float, float]:
    """(CPU seconds so far, MB now) of a process and all its descendants, those that ended included in their parents' time."""
    seconds, kilobytes = 0.0, 0
    with suppress(OSError):
        fields = Path(f"/proc/{root}/stat").read_text().rpartition(")")[2].split()
        seconds = sum(map(int, fields[11:15])) / TICKS
        kilobytes = int(Path(f"/proc/{root}/smaps_rollup").read_text().partition("Pss:")[2].split()[0])
    total = seconds, kilobytes / 1000
    for children in Path(f"/proc/{root}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            total = total[0] + (more := used(child))[0], total[1] + more[1]
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--n", type=int, default=40)
    parser.add_argument("--at-once", type=int, default=2)
    args = parser.parse_args()
    figures = asyncio.run(measure(args.n, args.at_once))
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
