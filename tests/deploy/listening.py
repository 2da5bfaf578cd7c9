"""Runs both spiders until no round has open tasks, as a worker does, and writes down what it sent to MongoDB and what it counted.

Arguments: a file for both, as JSON: ``commands`` [[collection, command]], ``metrics`` as /metrics shows them, ``healthz``, ``readyz``.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path

from prometheus_client import REGISTRY, generate_latest
from pymongo import monitoring
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from govcrawl import logs
from govcrawl.metrics import health, served


class Listener(monitoring.CommandListener):
    def __init__(self) -> None:
        self.heard: set[tuple[str, str]] = set()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        collection = event.command.get(event.command_name)
        if isinstance(collection, str):
            self.heard.add((collection, _what(event)))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Not asked for."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Not asked for."""


def _what(event: monitoring.CommandStartedEvent) -> str:
    """An update that inserts where nothing is needs both rights."""
    upserts = event.command_name == "update" and any(u.get("upsert") for u in event.command.get("updates", ()))
    return "upsert" if upserts else event.command_name


def main(file: str) -> None:
    listener = Listener()
    monitoring.register(listener)
    settings = Settings()
    settings.setmodule("govcrawl.settings", priority="project")
    settings.setdict(
        {"STOP_WHEN_DONE": True, "LOG_INSTALL_ROOT_HANDLER": False, "RETRY_WAIT_S": 0.01}, priority="cmdline"
    )
    logs.set_up(settings["LOG_STYLE"])
    process = AsyncCrawlerProcess(settings)
    server = served.in_background("127.0.0.1:0", health.PULSE)
    for spider in ("site", "probe"):
        process.crawl(spider)
    process.start()
    assert server
    told = {path: asked(server.server_port, path) for path in ("healthz", "readyz", "metrics", "nothing")}
    assert told["metrics"].startswith("# HELP")
    told["metrics"] = generate_latest(REGISTRY).decode()
    Path(file).write_text(json.dumps(told | {"commands": sorted(listener.heard)}))


def asked(port: int, path: str) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return str(error.code)


if __name__ == "__main__":
    main(sys.argv[1])
