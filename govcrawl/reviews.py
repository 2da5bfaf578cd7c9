"""人工复核: what people decided on findings.  A history that only grows, laid over what the machine finds at every scoring.

A decision is an insert under ``<finding>:<number>``: of two people who saw the same state one comes first, and the other is told.
The findings' own ``review`` follows, for indexes and analysts; where a crash or a scoring came between, the next scoring mends it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from pymongo import UpdateMany
from pymongo.database import Database

from govcrawl.contracts import Decision, Finding, Review, Verdict
from govcrawl.stored import as_document, insert

Db = Database[dict[str, Any]]
AT_ONCE = 500  #: ids in one query: the embedded server's time grows with their square
STEPS = 20  #: of confidence, in the order of the review


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to decide, who saw the state after ``after`` decisions."""

    finding: str
    after: int
    review: Review
    reason: str = ""
    wording: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``made``: stored now; ``same``: it was so already; ``overtaken``: others decided since, each with what holds; ``unknown``: ids
    of which there is no finding."""

    made: tuple[Decision, ...] = ()
    same: tuple[Wish, ...] = ()
    overtaken: tuple[tuple[Wish, Decision], ...] = ()
    unknown: tuple[Wish, ...] = ()


def decide(db: Db, wishes: Sequence[Wish], by: str, at: datetime) -> Outcome:
    """Each finding at most once among ``wishes``.  What is ``made`` is durable when it returns."""
    parts = [_decide(db, wishes[n : n + AT_ONCE], by, at) for n in range(0, len(wishes), AT_ONCE)]
    return Outcome(
        tuple(d for p in parts for d in p.made), tuple(w for p in parts for w in p.same),
        tuple(o for p in parts for o in p.overtaken), tuple(w for p in parts for w in p.unknown),
    )  # fmt: skip


def _decide(db: Db, wishes: Sequence[Wish], by: str, at: datetime) -> Outcome:
    ids = [w.finding for w in wishes]
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in db["findings"].find({"id": {"$in": ids}}):
        found[document["id"]].append(document)
    held = _last(db["decisions"].find({"finding": {"$in": ids}}))
    known = [w for w in wishes if w.finding in found]
    same = [w for w in known if _is_so(w, held.get(w.finding))]
    new = [w for w in known if not _is_so(w, held.get(w.finding))]
    fresh = [w for w in new if w.after == _number(held.get(w.finding))]
    wanted = [_decision(w, found[w.finding][0], by, at) for w in fresh]
    beaten = _insert(db, wanted)
    made = [d for d in wanted if d.finding not in beaten]
    if late := [w for w in new if w not in fresh or w.finding in beaten]:
        held |= _last(db["decisions"].find({"finding": {"$in": [w.finding for w in late]}}))
    current = [*made, *(held[w.finding] for w in (*same, *late) if w.finding in held)]
    _follow(db, [(d, [f["_id"] for f in found[d.finding]]) for d in current])
    # a number that no decision has is a mistake of whoever wrote it down
    strange = [w for w in late if w.finding not in held]
    overtaken = [(w, held[w.finding]) for w in late if w.finding in held]
    unknown = [*(w for w in wishes if w.finding not in found), *strange]
    return Outcome(tuple(made), tuple(same), tuple(overtaken), tuple(unknown))


def _is_so(wish: Wish, held: Decision | None) -> bool:
    now = (held.review, held.reason, held.wording) if held else ("pending", "", "")
    return (wish.review, wish.reason, wish.wording) == now


def _number(held: Decision | None) -> int:
    return held.number if held else 0


def _decision(wish: Wish, finding: Mapping[str, Any], by: str, at: datetime) -> Decision:
    shown = {key: finding[key] for key in ("campaign", "site", "indicator", "url", "excerpt", "detail")}
    return Decision(
        **shown, finding=wish.finding, number=wish.after + 1, review=wish.review, reason=wish.reason, wording=wish.wording,
        by=by, at=at,
    )  # fmt: skip


def _insert(db: Db, decisions: Sequence[Decision]) -> set[str]:
    """Ids of the findings on which somebody else was faster."""
    documents = [as_document(d, f"{d.finding}:{d.number}") for d in decisions]
    return {str(d["finding"]) for d in insert(db["decisions"], documents)}


def _follow(db: Db, current: Iterable[tuple[Decision, Sequence[str]]]) -> None:
    """Findings (their ``_id``s) become what was decided, unless they follow a later decision already."""
    alike: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for d, ids in current:
        alike[d.number, d.review, d.wording] += ids
    changes = [
        UpdateMany(
            {"_id": {"$in": ids[n : n + AT_ONCE]}, "decided": {"$not": {"$gte": number}}},
            {"$set": {"review": review, "wording": wording, "decided": number}},
        )
        for (number, review, wording), ids in alike.items()
        for n in range(0, len(ids), AT_ONCE)
    ]
    if changes:
        db["findings"].bulk_write(changes, ordered=False)


# --- reading --------------------------------------------------------------------------------------------------------


def history(db: Db, finding: str) -> list[Decision]:
    """Every decision on a finding, the first one first."""
    found = (msgspec.convert(d, Decision) for d in db["decisions"].find({"finding": finding}))
    return sorted(found, key=lambda d: d.number)


def histories(db: Db, findings: Sequence[str]) -> dict[str, list[Decision]]:
    """As ``history``, of many."""
    told: dict[str, list[Decision]] = defaultdict(list)
    for n in range(0, len(findings), AT_ONCE):
        for document in db["decisions"].find({"finding": {"$in": list(findings[n : n + AT_ONCE])}}):
            told[document["finding"]].append(msgspec.convert(document, Decision))
    return {finding: sorted(own, key=lambda d: d.number) for finding, own in told.items()}


def held(db: Db, campaigns: Iterable[str], sites: Sequence[str] | None = None) -> dict[str, Decision]:
    """Finding → the decision that holds; ``sites`` None: of all."""
    query: dict[str, Any] = {"campaign": {"$in": list(campaigns)}}
    if sites is None:
        return _last(db["decisions"].find(query))
    some = (list(sites[n : n + AT_ONCE]) for n in range(0, len(sites), AT_ONCE))
    return {id_: d for few in some for id_, d in _last(db["decisions"].find(query | {"site": {"$in": few}})).items()}


def _last(documents: Iterable[Mapping[str, Any]]) -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    for document in documents:
        one = msgspec.convert(document, Decision)
        if one.number > _number(found.get(one.finding)):
            found[one.finding] = one
    return found


def as_finding(decision: Decision) -> Finding:
    """As the person saw it, who decided."""
    d = decision
    return Finding(
        d.finding, d.campaign, d.site, d.indicator, d.url, "", d.excerpt, d.detail, review=d.review, wording=d.wording, decided=d.number
    )  # fmt: skip


# --- laid over what the machine finds -------------------------------------------------------------------------------


def laid_over(verdict: Verdict, decisions: Mapping[str, Decision]) -> Verdict:
    """``verdict`` with its findings as they were decided."""
    if not decisions or not any(f.id in decisions for f in verdict.findings):
        return verdict
    return replace(verdict, findings=tuple(_as_decided(f, decisions.get(f.id)) for f in verdict.findings))


def _as_decided(finding: Finding, decision: Decision | None) -> Finding:
    if decision is None or decision.number <= finding.decided:
        return finding
    return replace(finding, review=decision.review, wording=decision.wording, decided=decision.number)


def catch_up(db: Db, campaign: str, sites: Sequence[str], known: Mapping[str, Decision]) -> None:
    """Findings of these sites, just written with what was ``known`` before, follow what was decided meanwhile."""
    new = {id_: d for id_, d in held(db, [campaign], sites).items() if d.number > _number(known.get(id_))}
    if not new:
        return
    ids: dict[str, list[str]] = defaultdict(list)
    wanted = list(new)
    for n in range(0, len(wanted), AT_ONCE):
        for document in db["findings"].find({"id": {"$in": wanted[n : n + AT_ONCE]}}, {"id": 1}):
            ids[document["id"]].append(document["_id"])
    _follow(db, [(d, ids[id_]) for id_, d in new.items()])


def order(finding: Finding) -> str:
    """Of the review: two digits that grow with doubt, eight that keep a site together, the finding."""
    confidence = finding.detail.get("confidence", 1)
    sure = min(max(float(confidence), 0.0), 1.0) if isinstance(confidence, (int, float)) else 1.0
    return f"{round((1 - sure) * STEPS):02}{sha256(finding.site.encode()).hexdigest()[:8]}{finding.id}"
