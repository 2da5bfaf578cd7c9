"""Second pipeline: the exchange is kept as a record of a WARC file, one file a worker and campaign, readable by any WARC tool."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Self

from scrapy.crawler import Crawler

from govcrawl.contracts import Evidence, Kind, Page, Result
from govcrawl.frontier.frontier import split_round
from pipelines.warc import info, packed, record

MAX_OPEN = 16  #: files that a spider holds open
#: How a link's exchange came about; all else is GET.
METHODS = "GET; of links HEAD, and GET where HEAD does not tell all; home pages once more as Baiduspider"


class EvidencePipeline:
    """Adds to a Result where its exchange lies.  Written before the result is stored, so a stored page has its evidence."""

    def __init__(self, folder: Path, asked: dict[str, str] | None = None) -> None:
        """``asked``: the headers of every request; they stand once at the head of a file."""
        self.folder, self.asked = folder, asked or {}
        self._files: dict[str, tuple[BinaryIO, str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        headers = settings.getdict("DEFAULT_REQUEST_HEADERS") | {"User-Agent": settings["USER_AGENT"]}
        return cls(Path(settings["EVIDENCE_DIR"]), {name: str(value) for name, value in headers.items()})

    async def process_item(self, item: Result) -> Result:
        visited = item.lease.task.kind == "probe" and (item.probe is None or item.probe.failed is False)
        if (
            item.page.status is None or visited or item.lease.answer
        ):  # of visits only those that failed, or told nothing
            return item
        campaign, task = split_round(item.lease.round_key)[0], item.lease.task
        return replace(item, evidence=self.keep(campaign, item.page, task.kind))

    def keep(self, campaign: str, page: Page, kind: Kind = "site") -> Evidence:
        """Appends one gzip member; it has left this process when this returns.  Each spider of a process has its own file."""
        worker = page.worker if kind == "site" else f"{page.worker}-{kind}"
        known = campaign in self._files
        file, name = self._files.pop(campaign) if known else self._open(campaign, worker, page.at)
        self._files[campaign] = file, name  # last: those used longest ago stand first
        start = file.tell()
        file.write(packed(record(page)))
        file.flush()
        return Evidence(name, start, file.tell() - start)

    def _open(self, campaign: str, worker: str, at: datetime) -> tuple[BinaryIO, str]:
        """The file, and its name below the folder."""
        path = self.folder / campaign / f"{worker}.warc.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
        told = {"software": f"govcrawl/{version('govcrawl')}", "format": "WARC File Format 1.0", "isPartOf": campaign}
        told |= {f"http-header-{name.lower()}": value for name, value in self.asked.items()} | {"http-method": METHODS}
        file.write(packed(info(path.name, at, told)))
        while len(self._files) >= MAX_OPEN:  # campaigns come and go while a worker lives
            self._files.pop(next(iter(self._files)))[0].close()
        return file, str(path.relative_to(self.folder))

    async def close_spider(self) -> None:
        for file, _ in self._files.values():
            file.close()
