"""What one rule of a pack says about one site; ``scoring`` adds the rulings up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from hashlib import sha256
from typing import Any

from govcrawl.contracts import Finding, Observation, Site
from pipelines.seen import Seen
from pipelines.standards import Pack


class Weight(IntEnum):
    """What a doubt does to a verdict that no veto has decided."""

    NOTE = 0  #: nothing; it is only named
    MAY_FAIL = 1  #: what could not be told might fail the site: it doesn't pass
    NO_MEANS = 2  #: the site could not be looked at properly: it neither passes nor fails


@dataclass(frozen=True, slots=True)
class Doubt:
    text: str
    weight: Weight = Weight.NOTE


@dataclass(frozen=True, slots=True)
class Ruling:
    """``possible``: points that what could not be told may add."""

    rule: str
    findings: tuple[Finding, ...] = ()
    veto: bool = False
    points: Fraction = Fraction(0)
    possible: Fraction = Fraction(0)
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One site before one standard."""

    campaign: str
    site: Site
    pack: Pack
    seen: Seen
    visits: int = 0  #: availability visits the campaign plans for this site

    def finding(
        self,
        indicator: str,
        detail: dict[str, Any],
        shown: Observation | None = None,
        *,
        url: str = "",
        excerpt: str = "",
        clause: str = "",
        key: str = "",
    ) -> Finding:
        """A fault that ``shown`` is the evidence of; ``key`` tells several on one URL apart."""
        where = url or self.site.home
        parts = (self.campaign, self.site.code, indicator, where, key)
        return Finding(
            id=sha256("\x1f".join(parts).encode()).hexdigest()[:20],
            campaign=self.campaign,
            site=self.site.code,
            indicator=indicator,
            url=where,
            found_on=shown.found_on if shown else "",
            excerpt=excerpt or (shown.excerpt if shown else ""),
            detail=detail,
            evidence=shown.page if shown else "",
            clause=clause or self.pack.rules()[indicator].clause,
        )
