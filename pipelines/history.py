"""Rounds beside each other: when each fault was first and last seen, and what one round saw and another did not.

A verdict gathers all rounds, and what they say together stands.  A fault that the last look no longer finds is mended as far as anyone can
see: it is kept with both dates and named, but it neither fails a site nor costs points, for a mend can't be told from a slip of ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from govcrawl.contracts import Finding, Observation, Probe, Verdict
from govcrawl.reading.urls import identity
from pipelines.seen import day_of

_OF_VISITS = {"site_unreachable", "home_unavailable"}
#: Says something of all rounds only.
_OF_ALL = _OF_VISITS | {"score_below_pass"}
Rounds = Mapping[int, Sequence[Observation]]


def dated(
    verdict: Verdict,
    observations: Iterable[Observation],
    probes: Iterable[Probe],
    alone: Callable[[Sequence[Observation]], Verdict],
) -> Verdict:
    """``verdict`` with its findings dated, and with what only some rounds found as ``transient``.

    ``observations``, ``probes``: of that site, all rounds; ``alone`` judges one round's observations by themselves.
    """
    rounds: dict[int, list[Observation]] = defaultdict(list)
    for o in observations:
        rounds[o.round].append(o)
    failed = sorted(day_of(p.at) for p in probes if p.failed)
    several = len(rounds) > 1
    # a single round found what all rounds found
    found = {n: {f.id: f for f in (alone(rounds[n]) if several else verdict).findings} for n in sorted(rounds)}
    standing = {f.id for f in verdict.findings}
    every = {id_: f for own in found.values() for id_, f in own.items() if f.indicator not in _OF_ALL}
    return replace(
        verdict,
        findings=tuple(
            _between(f, failed) if f.indicator in _OF_VISITS else _spanned(f, rounds, found) for f in verdict.findings
        ),
        transient=tuple(_transient(every[id_], rounds, found) for id_ in sorted(every.keys() - standing)),
    )


def _between(finding: Finding, days: Sequence[date]) -> Finding:
    """``days`` in order; none: it is not known when."""
    return replace(finding, first_seen=days[0], last_seen=days[-1]) if days else finding


def _spanned(finding: Finding, rounds: Rounds, found: Mapping[int, Mapping[str, Finding]]) -> Finding:
    days = [_day_of(own[finding.id], rounds[n]) for n, own in found.items() if finding.id in own]
    if not days:  # of all rounds together only
        days = [_day_of(finding, rounds[n]) for n in rounds if _is_of(finding, rounds[n])]
        days = days or [day for n in rounds for day in _days(rounds[n])]
    return _between(finding, sorted(days))


def _transient(finding: Finding, rounds: Rounds, found: Mapping[int, Mapping[str, Finding]]) -> Finding:
    """Gone since the first later round that looked at the same place; None: the last look there still found it."""
    last = max(n for n, own in found.items() if finding.id in own)
    later = [day for n in sorted(rounds) if n > last and (day := _looked_again(finding, rounds[n]))]
    return replace(_spanned(finding, rounds, found), gone=later[0] if later else None)


def _looked_again(finding: Finding, seen: Sequence[Observation]) -> date | None:
    """The day on which that round read the page of the fault, or the page that leads to it."""
    places = {identity(url) for url in (finding.url, finding.found_on) if url}
    reads = [o for o in seen if o.kind not in ("unread", "challenge", "dead_link", "missing", "nowhere")]
    days = [day_of(o.at) for o in reads if not places.isdisjoint(_places(o))]
    return min(days, default=None)


def _places(o: Observation) -> set[str]:
    return {identity(url) for url in (o.url, o.data.get("column", "")) if url}


def _is_of(finding: Finding, seen: Sequence[Observation]) -> bool:
    return any(o.page == finding.evidence for o in seen)


def _day_of(finding: Finding, seen: Sequence[Observation]) -> date:
    """Of the look that is its evidence, else of the round's first."""
    return min((day_of(o.at) for o in seen if o.page == finding.evidence), default=None) or min(_days(seen))


def _days(seen: Iterable[Observation]) -> list[date]:
    return [day_of(o.at) for o in seen]
