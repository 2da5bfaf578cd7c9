"""Requests that are no task of their own (a page's scripts ask for more) stand in line at the same gate."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

import redis

from govcrawl.addresses import Addresses
from govcrawl.frontier.admission import names_of
from govcrawl.frontier.gate import Gate, Knock, Landing

logger = logging.getLogger(__name__)
AWAY_S = 1.0  #: between two knocks while Redis is away


@dataclass(slots=True)
class Turn:
    """``slow_s``: to be set to what the answer says of the host's load (``gate.Landing``)."""

    slow_s: float | None = None


class Turns:
    """``lasts_s``: a request of which nothing is heard is over after this time."""

    def __init__(self, gate: Gate, addresses: Addresses, lasts_s: float) -> None:
        self._gate, self._addresses, self._lasts_s = gate, addresses, lasts_s
        self._thread = ThreadPoolExecutor(1, "turns")

    @asynccontextmanager
    async def turn(self, url: str, delay_s: float) -> AsyncIterator[Turn]:
        """Entered when the request may go out; left when it came back."""
        names = await names_of(url, self._addresses)
        knock, turn = Knock(secrets.token_bytes(12), names, delay_s, self._lasts_s), Turn()
        while wait := await self._off_loop(lambda: self._gate.knock([knock])[0]):
            await asyncio.sleep(wait)
        try:
            yield turn
        finally:
            await self._off_loop(lambda: self._land(Landing(knock, turn.slow_s)))

    def _land(self, landing: Landing) -> float:
        self._gate.knock([], [landing])
        return 0.0

    async def _off_loop(self, call: Callable[[], float]) -> float:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, call)
        except redis.RedisError as error:
            logger.warning("Redis can't be asked for a turn: %s", error)
            return AWAY_S

    def close(self) -> None:
        self._thread.shutdown(wait=False)
