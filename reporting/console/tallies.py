"""Counts of a whole campaign, which no page waits for: counted beside, as of a moment that the page names."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pymongo.errors import PyMongoError

from govcrawl import desk
from govcrawl.contracts import RUNNING, Campaign, Review, Site
from govcrawl.errors import GovcrawlError, InputError
from govcrawl.store import Store
from pipelines.standards import load_pack
from reporting.judged import judged, words_of
from reporting.snapshot import group_order

logger = logging.getLogger(__name__)
FRESH_S = 20.0  #: a count that is older is made anew, beside what is shown


@dataclass(frozen=True, slots=True)
class Tally:
    """One campaign by one pack."""

    campaign: Campaign
    pack: str
    words: dict[str, str]  #: by indicator
    sites: dict[str, Site]
    groups: tuple[str, ...]  #: in the order of the bulletin
    verdicts: dict[str, str]  #: by site
    of_site: dict[str, Counter[Review]] = field(default_factory=dict)
    of_indicator: dict[str, Counter[Review]] = field(default_factory=dict)
    total: Counter[Review] = field(default_factory=Counter)
    at: datetime | None = None  #: when it was counted; None: it is being counted
    until: float = 0.0  #: by the monotonic clock, when it is old

    @property
    def of_groups(self) -> list[tuple[str, Counter[str], Counter[Review]]]:
        """In their order: verdicts of its running sites, and findings of all."""
        found: dict[str, tuple[Counter[str], Counter[Review]]] = {name: (Counter(), Counter()) for name in self.groups}
        for code, site in self.sites.items():
            verdicts, states = found[site.group]
            if site.status == RUNNING:
                verdicts[self.verdicts.get(code, "not_checked")] += 1
            for state, number in self.of_site.get(code, {}).items():
                states[state] += number
        return [(name, *own) for name, own in found.items()]


class Tallies:
    def __init__(self, store: Store) -> None:
        self.store = store
        self._known: dict[str, Tally] = {}
        self._counting: dict[str, asyncio.Task[None]] = {}
        self._campaigns: tuple[float, list[Campaign]] = (0.0, [])

    async def campaigns(self) -> list[Campaign]:
        """The newest first."""
        made, found = self._campaigns
        if not found or time.monotonic() - made > FRESH_S:
            found = await asyncio.to_thread(desk.campaigns, self.store.db)
            self._campaigns = time.monotonic(), found
        return found

    async def of(self, campaign: str) -> Tally:
        """The last count there is, or what is known before anything is counted; a new one is begun where that is old.

        Raises UnknownCampaign, InputError.
        """
        if campaign not in self._known:
            self._known[campaign] = await asyncio.to_thread(begun, self.store, campaign)
        known = self._known[campaign]
        if time.monotonic() > known.until and campaign not in self._counting:
            self._counting[campaign] = asyncio.get_running_loop().create_task(self._count(campaign))
        return known

    async def _count(self, campaign: str) -> None:
        """What can't be counted stays as it was; the next page tries again."""
        try:
            self._known[campaign] = await asyncio.to_thread(counted, self.store, campaign)
        except (GovcrawlError, PyMongoError):
            logger.exception("Findings of %s not counted", campaign)
        finally:
            del self._counting[campaign]

    async def ready(self) -> None:
        """Before the first visitor comes, as far as there is anything."""
        try:
            for campaign in (await self.campaigns())[:1]:
                await self.of(campaign.id)
        except GovcrawlError as error:
            logger.info("%s", error)

    async def close(self) -> None:
        await asyncio.gather(*self._counting.values())


def begun(store: Store, campaign_id: str) -> Tally:
    """All but the counts, which take a second for 25,000 findings on the embedded store."""
    campaign, pack = judged(store, campaign_id)
    sites = {s.code: s for s in store.sites(campaign.id)}
    groups = group_order(campaign.issuer, sites.values())
    verdicts = desk.outcomes(store.db, campaign.id, pack)
    return Tally(campaign, pack, words_of(pack, campaign.standard), sites, groups, verdicts)


def counted(store: Store, campaign_id: str) -> Tally:
    began, at = time.monotonic(), datetime.now(UTC)
    tally = begun(store, campaign_id)
    of_site: dict[str, Counter[Review]] = defaultdict(Counter)
    of_indicator: dict[str, Counter[Review]] = defaultdict(Counter)
    total: Counter[Review] = Counter()
    for c in desk.counts(store.db, tally.campaign.id, tally.pack):
        of_site[c.site][c.review] += c.findings
        of_indicator[c.indicator][c.review] += c.findings
        total[c.review] += c.findings
    now = time.monotonic()
    until = now + max(FRESH_S, 10 * (now - began))  # counting takes a tenth of the store's time at most
    return replace(tally, of_site=dict(of_site), of_indicator=dict(of_indicator), total=total, at=at, until=until)


def word(words: dict[str, str], indicator: str, pack: str) -> str:
    """What the pack calls it; the key where nobody does."""
    if indicator in words:
        return words[indicator]
    try:
        return load_pack(pack).rules[indicator].word
    except (InputError, KeyError):
        return indicator
