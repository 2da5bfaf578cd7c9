"""问题台账: what was done about each fault, from the notice to the day it is struck off.  A history that only grows.

A step is an insert under ``<finding>:<number>``: of two people who saw the same state one comes first, and the other is told.  Which step
may follow which stands in ``FROM``; what a recheck saw becomes a step by ``after_recheck``, and never a person's.  Whether a fault is
overdue follows from its deadline and the day that is asked for, and is stored nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from govcrawl.contracts import LedgerState, LedgerStep, Notice, RecheckState
from govcrawl.documents import StoredFinding
from govcrawl.reading.records import BEIJING
from govcrawl.reviews import AT_ONCE
from govcrawl.stored import as_document, insert

Db = Database[dict[str, Any]]
RECHECK = "复查"  #: who takes a step that a recheck led to
#: What a person may write down of a fault, and in which states.
FROM: Mapping[LedgerState, tuple[LedgerState, ...]] = {
    "notified": ("found", "unmended", "returned"),
    "mended": ("notified", "unmended", "returned"),
    "closed": ("notified", "mended", "rechecked", "unmended", "returned"),
    "unmended": ("notified", "mended", "rechecked"),
    "returned": ("rechecked", "closed"),
}
#: The office owes an answer; where it has said that it did, or a person is to weigh, the delay is ours.
OWED: tuple[LedgerState, ...] = ("notified", "unmended", "returned")
_SEEN_MENDED: tuple[RecheckState, ...] = ("mended", "moved")
_OF_RECHECK = dict.fromkeys(("site", "finding", "indicator", "url", "number", "state", "why", "day"), 1)
MOST_NUMBERS = 1000  #: of notices that others take meanwhile


# --- pure -------------------------------------------------------------------------------------------------------------


def state_of(history: Sequence[LedgerStep]) -> LedgerState:
    return history[-1].state if history else "found"


def may(state: LedgerState, wanted: LedgerState) -> bool:
    return state in FROM.get(wanted, ())


def overdue(history: Sequence[LedgerStep], on: date) -> int:
    """Days since the deadline, 0 where none has passed or nobody owes anything."""
    until = due(history)
    return (on - until).days if until and on > until and state_of(history) in OWED else 0


def due(history: Sequence[LedgerStep]) -> date | None:
    """The deadline that runs, or has passed: the last notice's; none of what was struck off since, until its office is told again."""
    closed = max((n for n, s in enumerate(history, 1) if s.state == "closed"), default=0)
    return next((s.deadline for s in reversed(history[closed:]) if s.deadline), None)


def after_recheck(history: Sequence[LedgerStep], result: RecheckState, day: date | None) -> LedgerState:
    """The state once a recheck saw ``result`` on ``day``.  未能判断 changes nothing, nor does a look that is older than what a person
    wrote down; before an office was told of a fault it can't be blamed for it; and what a person struck off is a person's to weigh again.
    """
    state = state_of(history)
    last = next((s for s in reversed(history) if not s.recheck), None)
    written = max((_day(s) for s in history if not s.recheck), default=None)
    if day is None or (written and day < written):
        return state
    if result in _SEEN_MENDED:
        blamed = last and last.state in ("unmended", "returned") and day == written
        return state if blamed else "closed"
    if result == "deleted":
        return state if state == "closed" else "rechecked"
    if result not in ("unmended", "returned") or day == written:
        return state
    if last and last.state == "closed" and state in ("closed", "rechecked"):
        return "rechecked"
    told = any(step.notice for step in history)
    return ("returned" if result == "returned" else "unmended") if told else "found"


def _day(step: LedgerStep) -> date:
    """When a person wrote it down; of a notice the day that it bears, if that is later."""
    written = step.at.astimezone(BEIJING).date()
    return max(written, step.day) if step.notice and step.day else written


# --- steps ------------------------------------------------------------------------------------------------------------


def append(db: Db, steps: Sequence[LedgerStep]) -> list[LedgerStep]:
    """Those that were made, durable when it returns; of the others somebody else wrote that number first."""
    beaten: set[str] = set()
    for n in range(0, len(steps), AT_ONCE):
        some = [as_document(s, f"{s.finding}:{s.number}") for s in steps[n : n + AT_ONCE]]
        beaten |= {str(d["_id"]) for d in insert(db["ledger"], some)}
    return [s for s in steps if f"{s.finding}:{s.number}" not in beaten]


def histories(db: Db, campaign: str) -> dict[str, list[LedgerStep]]:
    """Finding → its steps, the first one first."""
    return _in_order(db["ledger"].find({"campaign": campaign}))


def histories_of(db: Db, findings: Sequence[str]) -> dict[str, list[LedgerStep]]:
    """As ``histories``, of some."""
    parts = (list(findings[n : n + AT_ONCE]) for n in range(0, len(findings), AT_ONCE))
    return _in_order(d for some in parts for d in db["ledger"].find({"finding": {"$in": some}}))


def _in_order(documents: Iterable[Mapping[str, Any]]) -> dict[str, list[LedgerStep]]:
    told: dict[str, list[LedgerStep]] = defaultdict(list)
    for document in documents:
        told[document["finding"]].append(msgspec.convert(document, LedgerStep))
    return {finding: sorted(own, key=lambda s: s.number) for finding, own in told.items()}


def is_begun(db: Db, campaign: str) -> bool:
    """Whether anything was done about any fault, or looked at again."""
    return any(db[name].find_one({"campaign": campaign}, {"_id": 1}) for name in ("ledger", "rechecks"))


def notified(db: Db, campaign: str) -> set[str]:
    """Findings that some office was told of."""
    return {
        d["finding"] for d in db["ledger"].find({"campaign": campaign}, {"finding": 1, "notice": 1}) if d.get("notice")
    }


def follow(db: Db, campaign: str, at: datetime) -> int:
    """Takes what rechecks saw into the ledger, each look once; as often as you like.  Returns how many looks were new."""
    looks: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in db["rechecks"].find({"campaign": campaign}, _OF_RECHECK):
        looks[document["finding"]].append(document)
    unjudged = {d["number"] for own in looks.values() for d in own if d["state"] == "planned"}
    known, steps = histories(db, campaign) if looks else {}, []
    for finding, own in looks.items():
        history = list(known.get(finding, ()))
        taken = {s.recheck for s in history}
        for look in sorted(own, key=lambda d: int(d["number"])):
            if look["number"] not in taken | unjudged:
                history.append(_looked(campaign, history, look, at))
                steps.append(history[-1])
    return len(append(db, steps))


def _looked(campaign: str, history: Sequence[LedgerStep], look: Mapping[str, Any], at: datetime) -> LedgerStep:
    day = date.fromisoformat(look["day"]) if look.get("day") else None
    return LedgerStep(
        campaign, look["site"], look["finding"], look["indicator"], look["url"], len(history) + 1,
        after_recheck(history, look["state"], day), RECHECK, at, look.get("why", ""), day=day, recheck=look["number"],
        result=look["state"],
    )  # fmt: skip


# --- what stands --------------------------------------------------------------------------------------------------------


def standing(db: Db, campaign: str, pack: str, by_person: frozenset[str] | None) -> list[StoredFinding]:
    """Findings that an office can be told of: those that a person confirmed, and those on which a veto of the bulletin rests though
    nobody has reviewed them.  ``by_person``: indicators that fail a site only once a person confirmed them; None: nothing unreviewed.
    """
    judged = {"campaign": campaign, "pack": pack}
    found = [_finding(d) for d in db["findings"].find(judged | {"review": "confirmed"})]
    if by_person is None:
        return found
    ids: dict[str, set[str]] = defaultdict(set)
    for d in db["verdicts"].find(judged | {"verdict": "fail"}, {"_id": 0, "items": 1, "vetoes": 1}):
        for item in d.get("items", ()):
            if item["indicator"] in d.get("vetoes", ()) and item["indicator"] not in by_person:
                ids[item["indicator"]] |= set(item["findings"])
    for indicator, wanted in ids.items():
        unreviewed = db["findings"].find(judged | {"review": "pending", "indicator": indicator})
        found += [_finding(d) for d in unreviewed if d["id"] in wanted]
    return found


def vetoed(db: Db, campaign: str, pack: str) -> dict[str, set[str]]:
    """Site that failed → its vetoes."""
    found = db["verdicts"].find(
        {"campaign": campaign, "pack": pack, "verdict": "fail"}, {"_id": 0, "site": 1, "vetoes": 1}
    )
    return {d["site"]: set(d.get("vetoes", ())) for d in found}


def _finding(document: Mapping[str, Any]) -> StoredFinding:
    return msgspec.convert(document, StoredFinding)


# --- notices ------------------------------------------------------------------------------------------------------------


def numbered(db: Db, series: str, make: Callable[[int], Notice], after: int = 0) -> Notice:
    """Stores what ``make`` gives for the next free number of a series; of two commands each gets a number of its own.  ``after``: one that
    is known to be taken.
    """
    serial = after or max((d["serial"] for d in db["notices"].find({"series": series}, {"serial": 1})), default=0)
    for n in range(serial + 1, serial + MOST_NUMBERS):
        one = make(n)
        try:
            db["notices"].insert_one(as_document(one, one.number))
        except DuplicateKeyError:
            continue
        return one
    raise RuntimeError(f"no free number in {series}")


def notices(db: Db, campaign: str) -> list[Notice]:
    """In the order of their numbers."""
    found = (msgspec.convert(d, Notice) for d in db["notices"].find({"campaign": campaign}))
    return sorted(found, key=lambda n: (n.day, n.series, n.serial))


def notice(db: Db, number: str) -> Notice | None:
    document = db["notices"].find_one({"_id": number})
    return msgspec.convert(document, Notice) if document else None
