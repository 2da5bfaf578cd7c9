"""``python -m tests.bench.tables``: how right and how fast reading and the checks are, table by table; part of ``make bench``.

Each is a command of its own (``python -m tests.bench.NAME`` measures longer); what has no material here is left out and named.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Final

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "checks": ("--repeat", "3"),
    "typos": (),
    "privacy": (),
    "labelled": (),
    "reading": ("--repeat", "1"),
}
NO_MATERIAL: Final = 2  #: exit status


def main(tables: Mapping[str, Sequence[str]] = TABLES) -> int:
    """The worst status of the tables that could be made."""
    worst = 0
    for name, words in tables.items():
        command = ["-m", f"tests.bench.{name}", *words]
        print(f"\npython {' '.join(command)}", flush=True)
        began = time.monotonic()
        done = subprocess.run([sys.executable, *command], stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode == NO_MATERIAL:
            print(f"left out: {done.stderr.strip()}", flush=True)
            continue
        sys.stderr.write(done.stderr)
        print(f"{time.monotonic() - began:.0f} s", flush=True)
        worst = max(worst, done.returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
