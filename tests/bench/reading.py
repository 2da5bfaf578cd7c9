"""``python -m tests.bench.reading``: govcrawl.reading beside htmldate, trafilatura and gne, on the same real pages in one run.

Speed: CPU time of this process over every page of the two labelled sites, the readers in turn, ``--repeat`` times; the median.  Then
over the largest of them, so many that they are of the 70 KB on average that the aim names.  ``norm.``: as the machine of the first
figures would read them, by a fixed piece of work done between the pages (``meter``): machines drift.
govcrawl gets bytes and decodes them, and finds columns, links, footer and all else on the way; the others get the decoded text,
and give a date, or a date, a title and the body.  Right answers: on the labelled articles (``tests/real_sites/README.md``).
The compiled reader: ``PYTHONSAFEPATH=1 PYTHONPATH=$(make -s compiled):. python -m tests.bench.reading``.
The last line is one JSON object.  The others come from requirements-bench.txt; those not installed are left out and named.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module, metadata
from pathlib import Path
from statistics import median

from govcrawl import reading
from govcrawl.reading import read
from tests.bench.meter import Meter
from tests.real_sites import NAMES, articles, of_size, unpack
from tests.real_sites.measure import BASE, squeezed, titles

LARGE_KB = 70.0
CALIBRATED_EVERY = 20  #: pages


@dataclass(frozen=True)
class Page:
    where: str  #: site and path
    url: str
    body: bytes
    text: str


@dataclass(frozen=True)
class Found:
    date: str
    title: str | None  #: None: not asked for


Reader = Callable[[Page], Found]


@dataclass
class Figures:
    pages_per_s: list[float] = field(default_factory=list)
    norm_per_s: list[float] = field(default_factory=list)
    large_per_s: list[float] = field(default_factory=list)  #: of the pages of 70 KB, normalised
    dates: int = 0
    titles: int | None = None


# --- the readers -----------------------------------------------------------------------------------------------------


def _govcrawl() -> Reader:
    def found(page: Page) -> Found:
        article = read(page.body, page.url, role="article").article
        return Found(str(article.published or "") if article else "", article.title if article else "")

    return found


def _htmldate(extensive: bool) -> Reader:
    find_date = import_module("htmldate").find_date
    return lambda page: Found(find_date(page.text, url=page.url, extensive_search=extensive) or "", None)


def _trafilatura() -> Reader:
    extract = import_module("trafilatura").bare_extraction

    def found(page: Page) -> Found:
        document = extract(page.text, url=page.url, with_metadata=True)
        return Found(document.date or "", document.title or "") if document else Found("", "")

    return found


def _gne() -> Reader:
    extract = import_module("gne").GeneralNewsExtractor().extract

    def found(page: Page) -> Found:
        try:
            told = extract(page.text)
        except Exception:  # noqa: BLE001 - it raises of its own on pages without text; such a page counts as not read
            return Found("", "")
        return Found(told["publish_time"][:10].replace("/", "-"), told["title"])

    return found


READERS: dict[str, Callable[[], Reader]] = {
    "govcrawl": _govcrawl,
    "htmldate": lambda: _htmldate(True),
    "htmldate, fast": lambda: _htmldate(False),
    "trafilatura": _trafilatura,
    "gne": _gne,
}


def installed() -> tuple[dict[str, Reader], list[str]]:
    """Readers that are here, and the names of those that are not."""
    here, missing = {}, []
    for name, make in READERS.items():
        try:
            here[name] = make()
        except ImportError:
            missing.append(name)
    return here, missing


# --- measuring -------------------------------------------------------------------------------------------------------


def pages(folder: Path) -> list[Page]:
    found = []
    for site in NAMES:
        for file in sorted((folder / site).rglob("*.html")):
            path, body = f"/{file.relative_to(folder / site).as_posix()}", file.read_bytes()
            found.append(Page(site + path, BASE + path, body, body.decode("utf-8", "replace")))
    return found


def race(readers: dict[str, Reader], all_pages: Sequence[Page], repeat: int) -> dict[str, Figures]:
    """All readers once, then once more in the opposite order, and so on."""
    labels = {f"{site}{a['path']}": a for site in NAMES for a in articles(site)["articles"]}
    figures = {name: Figures() for name in readers}
    large = of_size(all_pages, LARGE_KB, lambda page: len(page.body))
    for number in range(repeat):
        for name in list(readers)[:: -1 if number % 2 else 1]:
            told, raw, norm = _timed(readers[name], all_pages)
            figures[name].pages_per_s.append(raw)
            figures[name].norm_per_s.append(norm)
            figures[name].large_per_s.append(_timed(readers[name], large)[2])
            asked = [(told[where], label) for where, label in labels.items() if where in told]
            figures[name].dates = sum(found.date == label["date"] for found, label in asked)
            if all(found.title is not None for found, _ in asked):
                figures[name].titles = sum(squeezed(found.title or "") in titles(label) for found, label in asked)
    return figures


def _timed(reader: Reader, some: Sequence[Page]) -> tuple[dict[str, Found], float, float]:
    """What it says of each page; pages a second; the same, normalised."""
    meter = Meter()
    told: dict[str, Found] = {}
    started = time.process_time()
    for number, page in enumerate(some):
        if number % CALIBRATED_EVERY == 0:
            meter.calibrate()
        told[page.where] = reader(page)
    raw = len(some) / (time.process_time() - started - meter.spent_s)
    return told, raw, raw * meter.slowness


def lines(figures: dict[str, Figures], asked: int) -> Iterator[str]:
    yield f"{'':26}{'pages/s':>10}{'':16}{'norm.':>7}{'70 KB, norm.':>14}{f'date right of {asked}':>22}{'title right':>14}"
    for name, f in figures.items():
        spread = f"({min(f.pages_per_s):.0f}–{max(f.pages_per_s):.0f})"
        title = "–" if f.titles is None else f"{f.titles} {f.titles / asked:6.1%}"
        yield f"{_versioned(name):26}{median(f.pages_per_s):10.0f}  {spread:14}{median(f.norm_per_s):7.0f}{median(f.large_per_s):14.0f}{f.dates:13} {f.dates / asked:8.1%}{title:>14}"
    yield json.dumps(
        {
            name: {
                "pages_per_s": round(median(f.pages_per_s), 1),
                "norm_per_s": round(median(f.norm_per_s), 1),
                "large_per_s": round(median(f.large_per_s), 1),
                "dates": f.dates,
                "titles": f.titles,
                "of": asked,
            }
            for name, f in figures.items()
        }
    )


def _versioned(name: str) -> str:
    package, comma, how = name.partition(",")
    if package == "govcrawl" and not str(reading.__file__).endswith(".py"):
        comma, how = ",", " compiled"
    return f"{package} {metadata.version(package)}{comma}{how}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reading", description="Articles read, compared")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each reader (default 3)")
    repeat = max(1, parser.parse_args(arguments).repeat)
    logging.disable(logging.CRITICAL)
    readers, missing = installed()
    if missing:
        print(f"not installed (pip install -r requirements-bench.txt): {', '.join(missing)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        if not unpack(Path(folder)):
            print(
                "daozhen.tar.xz and jspn.tar.xz are neither in GOVCRAWL_SITES nor in ../shared/sites", file=sys.stderr
            )
            return 2
        figures = race(readers, pages(Path(folder)), repeat)
    print(*lines(figures, sum(len(articles(site)["articles"]) for site in NAMES)), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
