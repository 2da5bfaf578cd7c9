"""A pause of this process is noticed, whoever wakes first; a busy event loop is none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from govcrawl.spiders.pauses import PAUSE_S, TICK_S, Pauses

pytestmark = pytest.mark.alone


def measured(stand_still: Callable[[], None]) -> tuple[float, float]:
    """Seconds told right after it, and after the next tick."""

    async def main() -> tuple[float, float]:
        pauses = Pauses()
        await asyncio.sleep(2 * TICK_S)
        before = pauses.seconds()
        stand_still()
        at_once = pauses.seconds() - before
        await asyncio.sleep(2 * TICK_S)
        pauses.close()
        return at_once, pauses.seconds() - before

    return asyncio.run(main())


def test_a_pause_is_told_at_once_and_once() -> None:
    at_once, later = measured(lambda: time.sleep(PAUSE_S + 2 * TICK_S))
    assert PAUSE_S < at_once <= PAUSE_S + 2 * TICK_S + 0.2
    assert later == pytest.approx(at_once, abs=0.2)


def test_a_loop_that_is_a_little_late_has_not_paused() -> None:
    assert measured(lambda: time.sleep(PAUSE_S / 3)) == (0.0, 0.0)
