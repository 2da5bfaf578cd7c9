"""What one rule of a pack says about one site; ``points`` adds the rulings up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction
from hashlib import sha256
from typing import Any, TypeVar

from govcrawl.contracts import Finding, Observation, Repost, Site
from pipelines.allowed import NOTHING, Allowed
from pipelines.kinds import kinds_of
from pipelines.seen import Seen
from pipelines.standards.packs import Pack
from pipelines.standards.rules import Rule

R = TypeVar("R", bound=Rule)


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
    """A rule with findings is broken; the pack's table says what follows from that.

    ``points``: what the findings cost; None: each costs what the rule says.  ``possible``: points that what could not be
    told may add.
    """

    rule: str
    findings: tuple[Finding, ...] = ()
    points: Fraction | None = None
    possible: Fraction = Fraction(0)
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a site beside its pages and visits."""

    names: Mapping[str, str] = field(default_factory=dict)  #: registered sites whose codes its pages show: code → name
    former: str = ""  #: its home page in the last earlier campaign; empty: none has it
    reposts: tuple[Repost, ...] = ()  #: topics that it was to pass on


NOTHING_BESIDE = Beside()


@dataclass(frozen=True, slots=True)
class Case:
    """One site before one standard."""

    campaign: str
    site: Site
    pack: Pack
    seen: Seen
    visits: int = 0  #: availability visits the campaign plans for this site
    rounds: int = 1  #: of the campaign
    allowed: Allowed = NOTHING  #: words that a person has said are right
    beside: Beside = NOTHING_BESIDE

    def rule(self, kind: type[R]) -> R | None:
        """The pack's rule of that class; None: it has none, or not for a site of this kind."""
        rule = self.pack.rule(kind)
        return rule if rule and kinds_of(self.site).issuperset(rule.applies_to) else None

    def id_of(self, indicator: str, url: str, key: str = "") -> str:
        parts = (self.campaign, self.site.code, indicator, url, key)
        return sha256("\x1f".join(parts).encode()).hexdigest()[:20]

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
        seen: Sequence[Observation] = (),
    ) -> Finding:
        """A fault that ``shown`` is the evidence of; ``key`` tells several on one URL apart; ``seen``: all it rests on."""
        where = url or self.site.home
        looks = seen or ((shown,) if shown else ())
        return Finding(
            id=self.id_of(indicator, where, key),
            campaign=self.campaign,
            site=self.site.code,
            indicator=indicator,
            url=where,
            found_on=shown.found_on if shown else "",
            excerpt=excerpt or (shown.excerpt if shown else ""),
            detail=detail,
            evidence=shown.page if shown else "",
            clause=clause or self.pack.rules[indicator].clause,
            seen=tuple(sorted({o.id for o in looks if o.id})),
        )
