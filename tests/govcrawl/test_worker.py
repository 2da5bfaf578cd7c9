"""A worker that was told to end does, whatever it waits for."""

from __future__ import annotations

import subprocess
import sys

STUCK = """
import asyncio, threading
from scrapy.settings import Settings
from govcrawl.worker import Process
process = Process(Settings({"GRACE_S": 0.2, "LOG_ENABLED": False}))
threading.Thread(target=threading.Event().wait).start()  # such a thread keeps a process alive
asyncio.run(process.stop())
"""
ORPHANED = """
import os, sys
from govcrawl import worker
os.environ["GOVCRAWL_PARENT"] = "1" if os.getppid() != 1 else "2"
sys.exit(worker.work("INFO", ("site",)))
"""


def test_what_hangs_does_not_hold_a_worker_beyond_its_grace() -> None:
    done = subprocess.run([sys.executable, "-c", STUCK], timeout=200, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "Timeout (0:00:00.2" in done.stderr


def test_a_worker_ends_with_the_run_that_started_it(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ORPHANED], timeout=200, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert "SIGTERM" in done.stderr
