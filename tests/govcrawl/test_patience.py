"""What hangs keeps neither an event loop nor a process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest
from pymongo.errors import AutoReconnect, DocumentTooLarge

from govcrawl import patience
from govcrawl.patience import beside, end_soon, patiently

GIVEN_UP = """
import asyncio, threading
from govcrawl.patience import beside, end_soon

async def main():
    try:
        await asyncio.wait_for(beside(threading.Event().wait), 0.1)
    except TimeoutError:
        print("given up")

asyncio.run(main())
"""


def test_a_call_beside_the_loop_answers_or_raises_and_the_loop_goes_on() -> None:
    async def both() -> tuple[int, list[int]]:
        ticks: list[int] = []
        asked = asyncio.ensure_future(beside(lambda: (time.sleep(0.2), 7)[1]))
        while not asked.done():
            ticks.append(1)
            await asyncio.sleep(0.01)
        with pytest.raises(ZeroDivisionError):
            await beside(lambda: 1 // 0)
        return asked.result(), ticks

    answer, ticks = asyncio.run(both())
    assert answer == 7
    assert len(ticks) > 2


def test_a_call_that_was_given_up_may_still_end() -> None:
    free, ended = threading.Event(), threading.Event()

    async def give_up() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(beside(lambda: (free.wait(), ended.set())), 0.05)
        free.set()
        while not ended.is_set():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)

    asyncio.run(give_up())


def test_a_process_ends_though_its_call_never_does() -> None:
    done = subprocess.run([sys.executable, "-c", GIVEN_UP], capture_output=True, text=True, timeout=30, check=True)
    assert (done.stdout, done.stderr) == ("given up\n", "")


def test_a_farewell_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "END_S", 0.1)
    free, said = threading.Event(), []
    end_soon(free.wait)
    free.set()
    end_soon(lambda: said.append("bye"))
    assert said == ["bye"]


def test_what_is_away_is_asked_again_and_what_waiting_cannot_mend_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "AWAY_WAIT_S", 0.01)
    answers: list[object] = [AutoReconnect("gone"), AutoReconnect("gone"), "here", DocumentTooLarge("17 MB")]
    waits: list[int] = []

    def ask() -> object:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert asyncio.run(patiently(ask, lambda: waits.append(1))) == "here"
    assert len(waits) == 2
    with pytest.raises(DocumentTooLarge):
        asyncio.run(patiently(ask))
