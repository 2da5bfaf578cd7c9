"""The ledger of a campaign, which no page reads whole: read once, and anew beside what is shown, as of a moment that the page names."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pymongo.errors import PyMongoError

from govcrawl.contracts import LedgerStep
from govcrawl.errors import GovcrawlError
from govcrawl.reading.records import BEIJING
from govcrawl.store import Store
from reporting.book import Book, load, taken
from reporting.followed import by_group
from reporting.tables import Table

logger = logging.getLogger(__name__)
FRESH_S = 20.0  #: what is older is read anew, beside what is shown


@dataclass(frozen=True, slots=True)
class Open:
    """A book as it lies on the desk; ``groups``: its table by group, as of ``on``."""

    book: Book
    groups: Table
    on: date
    at: datetime  #: when it was read
    until: float  #: by the monotonic clock, when it is old


class Books:
    def __init__(self, store: Store) -> None:
        self.store = store
        self._open: dict[str, Open] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}

    async def of(self, campaign: str) -> Open:
        """Raises UnknownCampaign, InputError."""
        known = self._open.get(campaign)
        if known is None:
            known = self._open[campaign] = await asyncio.to_thread(opened, self.store, campaign)
        elif time.monotonic() > known.until and campaign not in self._reading:
            self._reading[campaign] = asyncio.get_running_loop().create_task(self._read(campaign))
        return known

    async def _read(self, campaign: str) -> None:
        """What can't be read stays as it was; what was written meanwhile is read the next time."""
        before = self._open[campaign]
        try:
            found = await asyncio.to_thread(opened, self.store, campaign)
            if self._open[campaign] is before:
                self._open[campaign] = found
        except (GovcrawlError, PyMongoError):
            logger.exception("Ledger of %s not read", campaign)
        finally:
            del self._reading[campaign]

    async def took(self, campaign: str, steps: Sequence[LedgerStep]) -> None:
        """Steps that were just made show at once, also where others are made meanwhile."""
        known = None
        while steps and known is not self._open[campaign]:
            known = self._open[campaign]
            changed = await asyncio.to_thread(_with, known, steps)
            if known is self._open[campaign]:
                known = self._open[campaign] = changed

    async def close(self) -> None:
        await asyncio.gather(*self._reading.values())


def opened(store: Store, campaign: str) -> Open:
    began, at = time.monotonic(), datetime.now(UTC).replace(microsecond=0)
    book = load(store, campaign, "", at)
    now = time.monotonic()
    return _as_of(book, at, now + max(FRESH_S, 10 * (now - began)))  # reading takes a tenth of the store's time at most


def _with(lying: Open, steps: Sequence[LedgerStep]) -> Open:
    return _as_of(taken(lying.book, steps), lying.at, lying.until)


def _as_of(book: Book, at: datetime, until: float) -> Open:
    on = datetime.now(BEIJING).date()
    return Open(book, by_group(book, on), on, at, until)
