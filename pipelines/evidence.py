"""Second pipeline: the exchange is kept as a record of a WARC file, one file a worker and campaign, readable by any WARC tool."""

from __future__ import annotations

from base64 import b32encode
from dataclasses import replace
from hashlib import sha1
from pathlib import Path
from typing import BinaryIO, Self
from uuid import uuid4

from isal import isal_zlib
from scrapy.crawler import Crawler

from govcrawl.contracts import Evidence, Kind, Page, Result
from govcrawl.frontier.frontier import split_round

#: Headers that speak of the transfer, not of the body that is kept (decoded, whole).
TRANSFER = {"transfer-encoding", "content-encoding", "content-length", "connection"}
LEVEL, GZIP = 2, 31  #: of ISA-L: a tenth larger than zlib's default at an eighth of its time; the gzip format
#: ISO 28500:2009 §6.3 (response); the digests are of the body, and of the whole HTTP message.
RECORD = """WARC/1.0\r
WARC-Type: response\r
WARC-Record-ID: <urn:uuid:{id}>\r
WARC-Target-URI: {url}\r
WARC-Date: {at:%Y-%m-%dT%H:%M:%SZ}\r
WARC-Payload-Digest: sha1:{payload}\r
WARC-Block-Digest: sha1:{block}\r
Content-Type: application/http; msgtype=response\r
Content-Length: {length}\r
\r
"""
#: §6.7 (conversion): what a browser made of an exchange, which a record of its own holds.
CONVERSION = (
    RECORD.replace("WARC-Type: response", "WARC-Type: conversion")
    .replace("WARC-Payload-Digest: sha1:{payload}\r\n", "")
    .replace("application/http; msgtype=response", "text/html; charset=utf-8")
)


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
        campaign, task = split_round(item.lease.round_key)[0], item.lease.task
        return replace(item, evidence=self.keep(campaign, item.page, task.kind))

    def keep(self, campaign: str, page: Page, kind: Kind = "site") -> Evidence:
        """Appends one gzip member; it has left this process when this returns.  Each spider of a process has its own file."""
        file, name = self._open(campaign, page.worker if kind == "site" else f"{page.worker}-{kind}")
        start = file.tell()
        file.write(isal_zlib.compress(record(page), LEVEL, GZIP))
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


def record(page: Page) -> bytes:
    """The exchange as a WARC record.  Headers are UTF-8; a line break in one (an old form of folding) becomes a space."""
    if page.rendered:
        return _filled(CONVERSION, page, page.body)
    kept = "".join(f"{_line(n)}: {_line(v)}\r\n" for n, v in page.headers if n.lower() not in TRANSFER)
    head = f"HTTP/1.1 {page.status} \r\n{kept}Content-Length: {len(page.body)}\r\n\r\n".encode("utf-8", "surrogatepass")
    block = head + page.body
    return _filled(RECORD, page, block)


def _filled(form: str, page: Page, block: bytes) -> bytes:
    fields = form.format(
        id=uuid4(), url=_line(page.url), at=page.at, payload=_digest(page.body), block=_digest(block), length=len(block)
    )
    return b"%b%b\r\n\r\n" % (fields.encode("utf-8", "surrogatepass"), block)


def _line(text: str) -> str:
    return " ".join(text.splitlines())


def _digest(content: bytes) -> str:
    return b32encode(sha1(content, usedforsecurity=False).digest()).decode()
