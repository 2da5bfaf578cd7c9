"""Space and time of the evidence of 1,000 pages: ``python -m tests.bench.evidence [--n 1000]``.

The pages of the other benchmarks (home pages, lists and articles of about 45 kB) go through the pipeline as a worker's do; then each
is read back by its place and checked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from govcrawl.contracts import Lease, Page, Result, Task
from pipelines.evidence import EvidencePipeline
from pipelines.warc import unpacked
from tests.bench.pages import Site

HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Server", "nginx"),
    ("ETag", '"5b0e-56d"'),
    ("Vary", "Accept-Encoding"),
)


def results(n: int) -> list[Result]:
    bodies: list[tuple[str, bytes]] = []
    for k in range(n):
        site = Site(k, 60)
        bodies += [(f"http://www.a{k}.gov.cn{path}", body) for path, body in site.pages().items()]
        if len(bodies) >= n:
            break
    at = datetime.now(UTC)
    pages = [Page(url, "ok", 200, at, 0.1, HEADERS, body, "host-1-abc") for url, body in bodies[:n]]
    return [Result(Lease("bench:1", b"", "w", 1, Task("5300000001", "site", "page", p.url)), p) for p in pages]


async def kept(folder: Path, some: list[Result]) -> list[Result]:
    pipeline = EvidencePipeline(folder)
    done = [await pipeline.process_item(one) for one in some]
    await pipeline.close_spider()
    return done


def measure(n: int) -> dict[str, float]:
    some = results(n)
    thousand = len(some) / 1000
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        done = asyncio.run(kept(Path(folder), some))
        written = time.process_time()
        for one in done:
            check(Path(folder), one)
        read = time.process_time()
        size = sum(file.stat().st_size for file in Path(folder).rglob("*.warc.gz"))
    return {
        "pages": len(some), "MB_of_pages_per_1000": sum(len(r.page.body) for r in some) / 1e6 / thousand,
        "MB_per_1000": size / 1e6 / thousand, "write_cpu_s_per_1000": (written - start) / thousand,
        "read_cpu_s_per_1000": (read - written) / thousand,
    }  # fmt: skip


def check(folder: Path, one: Result) -> None:
    place = one.evidence
    assert place
    with (folder / place.file).open("rb") as file:
        file.seek(place.offset)
        found = unpacked(file.read(place.length))
    assert sha256(found.body).digest() == sha256(one.page.body).digest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--n", type=int, default=1000)
    print(json.dumps({name: round(value, 3) for name, value in measure(parser.parse_args().n).items()}))


if __name__ == "__main__":
    main()
