"""What came out: a table to read, and one JSON object to keep."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from tests.bench.runs import Run

NAMES = {
    "a": "Scrapy CrawlSpider, LinkExtractor; stores nothing",
    "b": "scrapy-redis, insert_one a page",
    "c": "aiohttp + selectolax",
    "gp": "govcrawl, all on, 1 worker, plain Python",
    "g": "govcrawl, all on, 1 worker, reading compiled",
    "g2": "govcrawl, all on, 2 workers, reading compiled",
}
OURS = ("g", "gp")
#: Aims: our CPU a page is at most this many times the other's.
AIMS = {"a": 0.35, "b": 0.2, "c": 4.0}

Runs = Mapping[str, Sequence[Run]]


def ratios(runs: Runs) -> dict[str, float]:
    """``g/a``, ``gp/a`` …: ratios of the medians below; ``a`` …: normalised CPU s for 1,000 pages; ``a_raw`` …: the same, as measured."""
    cpu = {name: median(run.normalised for run in some) for name, some in runs.items()}
    found = {f"{g}/{other}": cpu[g] / cpu[other] for g in OURS for other in AIMS if {g, other} <= cpu.keys()} | cpu
    found |= {f"{name}_raw": median(run.raw for run in some) for name, some in runs.items()}
    speed = {name: median(run.pages_per_s for run in some) for name, some in runs.items()}
    told = {"g": "g_pages_per_s_1", "g2": "g_pages_per_s_2", "gp": "gp_pages_per_s_1"}
    found |= {key: speed[name] for name, key in told.items() if name in speed}
    return {name: round(value, 3) for name, value in found.items()}


def lines(runs: Runs) -> Iterator[str]:
    """The table: medians, and in brackets the least and the most of the runs."""
    yield f"{'':53}  CPU s (user + sys) / 1,000 pages   pages/s   server"
    yield f"{'':53}    norm.                     raw              busy"
    for name, some in runs.items():
        yield f"{name:3}{NAMES[name]:50}{_row(some)}"
    found = ratios(runs)
    for pair, aim in ((f"{g}/{other}", aim) for g in OURS for other, aim in AIMS.items()):
        if (ratio := found.get(pair)) is not None:
            yield f"{pair} = {ratio:.3f}, aim ≤ {aim}: {'met 达到' if ratio <= aim else 'not met 未达到'}"
    if {"g", "g2"} <= runs.keys():
        yield f"2 workers are {found['g_pages_per_s_2'] / found['g_pages_per_s_1']:.2f} times as fast as 1"


def _row(some: Sequence[Run]) -> str:
    cpu = sorted(run.normalised for run in some)
    raw, speed = median(run.raw for run in some), median(run.pages_per_s for run in some)
    busy = max(run.server_share for run in some)
    return f"{median(cpu):9.2f}  {f'({cpu[0]:.2f}–{cpu[-1]:.2f})':16}{raw:8.2f}{speed:10.0f}{busy:9.0%}"


def last_line(runs: Runs) -> str:
    return json.dumps(ratios(runs))
