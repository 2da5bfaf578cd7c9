"""Host names to addresses: looked up once for all who ask within a minute, in threads of their own.

The gate counts by the same addresses that are dialled, so the look-up is shared between both.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

GOOD_S = 60.0  #: an answer is used for this time
BAD_S = 5.0  #: and a failure for this; a visit later asks again
LIMIT = 50_000  #: names remembered
MOST = 4  #: addresses of one name; the others are neither dialled nor counted

AddrInfo = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int] | tuple[str, int, int, int]]


@dataclass(slots=True)
class _Answer:
    until: float  #: time.monotonic
    found: Sequence[AddrInfo] = ()
    error: tuple[object, ...] = ()  #: arguments of the gaierror


class Addresses(AbstractResolver):
    """One for each event loop.  ``threads``: look-ups at once; a dead name may hold one for many seconds."""

    def __init__(self, threads: int = 64) -> None:
        self._threads = ThreadPoolExecutor(threads, "dns")
        self._answers: dict[str, _Answer] = {}
        self._asked: dict[str, asyncio.Future[_Answer]] = {}

    async def of(self, host: str) -> tuple[str, ...]:
        """All addresses that a request to the host may go to: where the first does not answer, the next is dialled.  The same for all who
        ask, in the same order: IPv4 before IPv6, low before high.
        """
        try:
            return tuple(info[4][0] for info in await self._look_up(host))
        except OSError:
            return ()

    def known(self, host: str) -> bool:
        """Whether ``of`` answers at once."""
        answer = self._answers.get(host)
        return answer is not None and answer.until > time.monotonic()

    def remembered(self, host: str) -> tuple[str, ...]:
        """Addresses of the last look-up, if there was one."""
        answer = self._answers.get(host)
        return tuple(info[4][0] for info in answer.found) if answer else ()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """For aiohttp's connector, the addresses of ``of`` in their order.  Raises socket.gaierror."""
        return [
            ResolveResult(
                hostname=host, host=info[4][0], port=port, family=info[0], proto=info[2], flags=socket.AI_NUMERICHOST
            )
            for info in await self._look_up(host)
            if family in (socket.AF_UNSPEC, info[0])
        ]

    async def close(self) -> None:
        """A connector that closes leaves it to the others."""

    async def _look_up(self, host: str) -> Sequence[AddrInfo]:
        if self.known(host):
            answer = self._answers[host]
        else:
            if host not in self._asked:
                self._asked[host] = asyncio.ensure_future(self._ask(host))
            answer = await asyncio.shield(self._asked[host])
        if answer.error:
            raise socket.gaierror(*answer.error)
        return answer.found

    async def _ask(self, host: str) -> _Answer:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, _getaddrinfo, host)
            answer = _Answer(time.monotonic() + GOOD_S, sorted(found, key=lambda info: _order(info[4][0]))[:MOST])
        except (OSError, UnicodeError) as error:
            words = error.args if isinstance(error, socket.gaierror) else (socket.EAI_NONAME, str(error))
            answer = _Answer(time.monotonic() + BAD_S, error=words)
        if len(self._answers) >= LIMIT:
            self._answers.clear()
        self._answers[host] = answer
        del self._asked[host]
        return answer


_shared: dict[asyncio.AbstractEventLoop, Addresses] = {}


def shared() -> Addresses:
    """The one of the running event loop."""
    return _shared.setdefault(asyncio.get_running_loop(), Addresses())


def _getaddrinfo(host: str) -> list[AddrInfo]:
    return socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)  # type: ignore[return-value]


def _order(address: str) -> tuple[int, int]:
    parsed = ip_address(address.partition("%")[0])
    return parsed.version, int(parsed)
