"""A worker that was told to end does, whatever it waits for."""

from __future__ import annotations

import subprocess
import sys

STUCK = """
import threading, time
from govcrawl import worker
one, other = (type("C", (), {"crawling": True})() for _ in range(2))
worker.WATCH_S = 0.01
threading.Thread(target=worker._end_in_time, args=([one, other], 0.2), daemon=True).start()
time.sleep(0.5)
assert threading.active_count() == 2  # while both are at work it waits
one.crawling = False
threading.Thread(target=time.sleep, args=(600,)).start()  # such a thread keeps a process alive
"""


def test_what_hangs_does_not_hold_a_worker_beyond_its_grace() -> None:
    done = subprocess.run([sys.executable, "-c", STUCK], timeout=200, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "its leases will expire" in done.stderr
