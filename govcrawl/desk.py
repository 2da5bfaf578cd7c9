"""What a reviewer's desk asks of MongoDB: findings page by page in the order of the review, counts, a site over all campaigns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from govcrawl.contracts import Campaign, Review, Site
from govcrawl.documents import StoredFinding, StoredUser
from govcrawl.reviews import AT_ONCE, STEPS
from govcrawl.stored import as_document

Db = Database[dict[str, Any]]
HASHES = 2**32  #: of sites, within a step of confidence
FIRST_LOOK = 2**20  #: of them at once; a province of 5,000 sites has one or two there
EMPTY = 2**6  #: where there was none, so many times as far: three looks find nothing in a step


@dataclass(frozen=True, slots=True)
class Wanted:
    """Findings of a campaign by one pack; empty: whatever it is."""

    campaign: str
    pack: str
    review: Review
    indicator: str = ""
    site: str = ""


def findings(db: Db, wanted: Wanted, after: str = "", most: int = 50) -> list[StoredFinding]:
    """The next ones behind the key ``after``, in the order of the review.

    Looked for in narrow ranges of the key that widen until there are enough: a server that sorts what a range holds, instead of following
    the index, has little to sort.
    """
    if wanted.site:
        return _of_site(db, wanted, after)[:most]
    query: dict[str, Any] = {"campaign": wanted.campaign, "pack": wanted.pack, "review": wanted.review}
    query |= {"indicator": wanted.indicator} if wanted.indicator else {}
    found: list[StoredFinding] = []
    for step in range(int(after[:2] or 0), STEPS + 1):
        if len(found) < most:
            found += _of_step(db, query, step, max(after, f"{step:02}"), most - len(found))
    return found


def _of_site(db: Db, wanted: Wanted, after: str) -> list[StoredFinding]:
    """Asked for by the site alone: a server may take the index of another key for the better one."""
    query = {"campaign": wanted.campaign, "pack": wanted.pack, "site": wanted.site}
    found = map(_finding, db["findings"].find(query))
    own = (f for f in found if f.review == wanted.review and wanted.indicator in ("", f.indicator) and f.order > after)
    return sorted(own, key=lambda f: f.order)


def _of_step(db: Db, query: dict[str, Any], step: int, low: str, most: int) -> list[StoredFinding]:
    end = f"{step:02}~"
    found: list[StoredFinding] = []
    at, width = int(low[2:10] or "0", 16), FIRST_LOOK
    while at < HASHES and len(found) < most:
        at += width
        high = f"{step:02}{at:08x}" if at < HASHES else end
        some = db["findings"].find(query | {"order": {"$gt": low, "$lt": high}}).sort("order", 1)
        found += [_finding(d) for d in some.limit(most - len(found))]
        low, width = high, width * (2 if found else EMPTY)
    return found


def _finding(document: dict[str, Any]) -> StoredFinding:
    return msgspec.convert(document, StoredFinding)


def every(db: Db, campaign: str, pack: str) -> Iterator[StoredFinding]:
    """All findings of a campaign by a pack, in no order."""
    for document in db["findings"].find({"campaign": campaign, "pack": pack}):
        yield _finding(document)


def finding(db: Db, id_: str) -> list[StoredFinding]:
    """By each pack that made it, in the order of their names."""
    return sorted((_finding(d) for d in db["findings"].find({"id": id_})), key=lambda f: f.pack)


def some(db: Db, ids: Sequence[str]) -> Iterator[StoredFinding]:
    """Findings of these ids, each by every pack that made it."""
    for n in range(0, len(ids), AT_ONCE):
        yield from map(_finding, db["findings"].find({"id": {"$in": list(ids[n : n + AT_ONCE])}}))


def sites(db: Db, campaign: str, codes: list[str]) -> dict[str, Site]:
    """By code."""
    found: dict[str, Site] = {}
    for n in range(0, len(codes), AT_ONCE):
        ids = [f"{campaign}:{code}" for code in codes[n : n + AT_ONCE]]
        found |= {d["code"]: msgspec.convert(d, Site) for d in db["sites"].find({"_id": {"$in": ids}})}
    return found


def campaigns(db: Db) -> list[Campaign]:
    """The newest first; rechecks are none."""
    found = [msgspec.convert(d, Campaign) for d in db["campaigns"].find() if not d.get("rechecks")]
    return sorted(found, key=lambda c: (c.ends, c.id), reverse=True)


# --- counts -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    site: str
    indicator: str
    review: Review
    findings: int


def counts(db: Db, campaign: str, pack: str) -> list[Count]:
    """How many findings of each site, indicator and state."""
    by = {"site": "$site", "indicator": "$indicator", "review": "$review"}
    pipeline: list[dict[str, Any]] = [
        {"$match": {"campaign": campaign, "pack": pack}},
        {"$project": by | {"_id": 0}},
        {"$group": {"_id": by, "n": {"$sum": 1}}},
    ]
    return [Count(findings=d["n"], **d["_id"]) for d in db["findings"].aggregate(pipeline)]


def outcomes(db: Db, campaign: str, pack: str) -> dict[str, str]:
    """Site → its verdict."""
    query = {"campaign": campaign, "pack": pack}
    return {d["site"]: d["verdict"] for d in db["verdicts"].find(query, {"_id": 0, "site": 1, "verdict": 1})}


@dataclass(frozen=True, slots=True)
class Past:
    """What a campaign found of a site, by one pack."""

    campaign: str
    pack: str
    as_of: date
    verdict: str
    reasons: tuple[str, ...] = ()
    deductions: float | None = None
    score: str | None = None
    pages: int = 0


def past(db: Db, site: str) -> list[Past]:
    """Every verdict on a site, the oldest first."""
    fields = {"campaign", "pack", "as_of", "verdict", "reasons", "deductions", "score", "pages"}
    found = [msgspec.convert(d, Past) for d in db["verdicts"].find({"site": site}, dict.fromkeys(fields, 1))]
    return sorted(found, key=lambda p: (p.as_of, p.campaign, p.pack))


def counts_of_site(db: Db, campaign: str, pack: str, site: str) -> dict[tuple[str, Review], int]:
    """(indicator, state) → findings."""
    found: dict[tuple[str, Review], int] = {}
    query = {"campaign": campaign, "pack": pack, "site": site}
    for d in db["findings"].find(query, {"_id": 0, "indicator": 1, "review": 1}):
        found[d["indicator"], d["review"]] = found.get((d["indicator"], d["review"]), 0) + 1
    return found


# --- who may log in -------------------------------------------------------------------------------------------------


def save_user(db: Db, user: StoredUser) -> None:
    document = as_document(user, user.name)
    try:
        db["users"].insert_one(dict(document))
    except DuplicateKeyError:
        db["users"].replace_one({"_id": user.name}, document)


def user(db: Db, name: str) -> StoredUser | None:
    document = db["users"].find_one({"_id": name})
    return msgspec.convert(document, StoredUser) if document else None


def users(db: Db) -> list[StoredUser]:
    return sorted((msgspec.convert(d, StoredUser) for d in db["users"].find()), key=lambda u: u.name)
