"""From the claim to the request: the host's address is looked up, then the gate is asked; what came back is told to the gate."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from govcrawl.addresses import Addresses
from govcrawl.contracts import Lease
from govcrawl.frontier.codec import host_of
from govcrawl.frontier.gate import Knock, Landing
from govcrawl.frontier.hands import Key, key_of

Asked = tuple[Lease, Knock]


async def names_of(url: str, addresses: Addresses) -> tuple[str, ...]:
    """What the gate counts a request by: its host, and every address that may be dialled; a name that leads nowhere fails by itself."""
    return host_of(url), *await addresses.of(urlsplit(url).hostname or "")


class Admission:
    """What one worker has before the gate and beyond it.  ``lasts_s``: a request of which nothing is heard is over after this time."""

    def __init__(self, addresses: Addresses, lasts_s: float) -> None:
        self._addresses, self._lasts_s = addresses, lasts_s
        self._looking: dict[Key, asyncio.Future[None]] = {}
        self._ready: list[Asked] = []
        self._out: dict[Key, Knock] = {}
        self._landed: list[Landing] = []

    @property
    def waiting(self) -> int:
        """Leases and landings that the gate has not heard of."""
        return len(self._looking) + len(self._ready) + len(self._landed)

    @property
    def busy(self) -> int:
        """Leases whose request is out, or may go out at any moment."""
        return len(self._looking) + len(self._ready) + len(self._out)

    def enter(self, lease: Lease) -> None:
        key = key_of(lease)
        self._looking[key] = asyncio.ensure_future(self._look_up(key, lease))

    async def _look_up(self, key: Key, lease: Lease) -> None:
        try:
            names = await names_of(lease.task.url, self._addresses)
        finally:
            del self._looking[key]
        self._ready.append((lease, Knock(lease.id + lease.token.encode(), names, lease.delay_s, self._lasts_s)))

    def news(self) -> tuple[list[Asked], list[Landing]]:
        """What the gate is to be told; it stays here until ``told``."""
        return self._ready[:], self._landed[:]

    def told(self, asked: Sequence[Asked], waits: Sequence[float], landed: Sequence[Landing]) -> None:
        """The gate has heard of these; those without a wait are out from now on."""
        del self._ready[: len(asked)], self._landed[: len(landed)]
        self._out |= {key_of(lease): knock for (lease, knock), wait in zip(asked, waits, strict=True) if not wait}

    def landed(self, lease: Lease, slow_s: float | None) -> None:
        knock = self._out.pop(key_of(lease), None)
        if knock:
            self._landed.append(Landing(knock, slow_s))

    def leave(self) -> list[Landing]:
        """For a worker that ends: all that the gate has not heard of, and what never came back."""
        return self._landed + [Landing(knock) for knock in self._out.values()]
