"""Whether this process lives, and whether it can work.  ``python -m govcrawl.metrics.health`` asks, for a container's health check."""

from __future__ import annotations

import os
import sys
import time
import urllib.request
from dataclasses import dataclass, field

STUCK_S = 60.0  #: a loop that gave no sign for so long hangs; it gives one every ten seconds at the latest
ASK_S = 4.0


@dataclass
class Pulse:
    """Times are of time.monotonic.  ``away``: stores whose last call failed."""

    beat: float = field(default_factory=time.monotonic)
    away: set[str] = field(default_factory=set)

    def alive(self) -> str:
        """Why not; empty: it lives."""
        silent = time.monotonic() - self.beat
        return f"no sign of life for {silent:.0f} s" if silent > STUCK_S else ""

    def ready(self) -> str:
        """Why not; empty: it can work."""
        return self.alive() or ", ".join(f"{store} is away" for store in sorted(self.away))

    def tick(self) -> None:
        self.beat = time.monotonic()

    def heard(self, store: str, there: bool) -> None:
        if there:
            self.away.discard(store)
        else:
            self.away.add(store)


PULSE = Pulse()  #: of this process


def ask(where: str) -> int:
    """``where``: address:port of the process; exit status 0: it lives."""
    host, _, port = where.rpartition(":")
    url = f"http://{'127.0.0.1' if host in ('', '0.0.0.0', '[::]') else host}:{port}/healthz"  # noqa: S104 – as it is bound
    try:
        with urllib.request.urlopen(url, timeout=ASK_S) as answer:
            return int(answer.status != 200)
    except OSError as error:  # URLError, HTTPError, a time-out
        sys.stderr.write(f"{url}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(ask(os.environ.get("GOVCRAWL_METRICS", "127.0.0.1:9410")))
