"""Second pipeline: the exchange is kept as a record of a WARC file, one file a worker and campaign, readable by any WARC tool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Self

from isal import isal_zlib
from scrapy.crawler import Crawler
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from govcrawl.contracts import Evidence, Page, Result
from govcrawl.frontier.frontier import split_round

#: Headers that speak of the transfer, not of the body that is kept (decoded, whole).
TRANSFER = {"transfer-encoding", "content-encoding", "content-length", "connection"}
LEVEL, GZIP = 2, 31  #: of ISA-L: a tenth larger than zlib's default at an eighth of its time; the gzip format


class EvidencePipeline:
    """Adds to a Result where its exchange lies.  Written before the result is stored, so a stored page has its evidence."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, tuple[BinaryIO, str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(Path(crawler.settings["EVIDENCE_DIR"]))

    async def process_item(self, item: Result) -> Result:
        if item.page.status is None or item.lease.task.kind == "probe":
            return item
        return replace(item, evidence=self.keep(split_round(item.lease.round_key)[0], item.page))

    def keep(self, campaign: str, page: Page) -> Evidence:
        """Appends one gzip member; it has left this process when this returns."""
        file, name = self._open(campaign, page.worker)
        start = file.tell()
        buffer = BytesIO()
        writer = WARCWriter(buffer, gzip=False)
        writer.write_record(_record(writer, page))
        file.write(isal_zlib.compress(buffer.getbuffer(), LEVEL, GZIP))
        file.flush()
        return Evidence(name, start, file.tell() - start)

    def _open(self, campaign: str, worker: str) -> tuple[BinaryIO, str]:
        """The file, and its name below the folder."""
        if campaign not in self._files:
            path = self.folder / campaign / f"{worker}.warc.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._files[campaign] = path.open("ab"), str(path.relative_to(self.folder))
        return self._files[campaign]

    async def close_spider(self) -> None:
        for file, _ in self._files.values():
            file.close()


def _record(writer: WARCWriter, page: Page) -> Any:
    kept: Sequence[tuple[str, str]] = [(n, v) for n, v in page.headers if n.lower() not in TRANSFER]
    headers = StatusAndHeaders(f"{page.status} ", [*kept, ("Content-Length", str(len(page.body)))], protocol="HTTP/1.1")
    dated = {"WARC-Date": page.at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return writer.create_warc_record(
        page.url,
        "response",
        payload=BytesIO(page.body),
        length=len(page.body),
        http_headers=headers,
        warc_headers_dict=dated,
    )
