"""When this process stood still: stopped, starved, or its machine asleep.  What a site did meanwhile, nobody saw."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial

logger = logging.getLogger(__name__)
TICK_S = 0.25
PAUSE_S = 1.0  #: a tick that comes this much too late tells of a pause; a busy worker's come a few tenths late
#: Goes on while the process is stopped and, where the system has such a clock, while the machine sleeps.
_now: Callable[[], float] = (
    partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
)


class Pauses:
    """Watches the running event loop until it is closed."""

    def __init__(self) -> None:
        self._last, self._sum = _now(), 0.0
        self._ticks = asyncio.ensure_future(self._tick())

    def seconds(self) -> float:
        """Of all pauses so far, one that ends just now included: whoever waited may wake before the next tick."""
        late = _now() - self._last - TICK_S
        return self._sum + (late if late > PAUSE_S else 0.0)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            before, self._sum, self._last = self._sum, self.seconds(), _now()
            if self._sum > before:
                logger.warning("This process stood still for %.1f s", self._sum - before)

    def close(self) -> None:
        self._ticks.cancel()
