"""What is past its term (保存期限): shown first, then deleted.

    pages      documents of pages, observations and targets
    evidence   stored exchanges: the records of the WARC files
    personal   of pages that publish persons' numbers, sooner: their stored exchanges, and the masked words in findings and decisions
    shown      whatever a finding rests on that a final bulletin may have published, that is confirmed, or that nobody has reviewed yet

Terms are days after the end of a campaign whose rounds, and those of its rechecks, are all closed.  What is ``shown`` keeps its own term
instead, counted from the last final bulletin or step of the 问题台账; it has none while its finding stands there and is not struck off, or
was sent back to be reviewed.  Visits, verdicts, findings, decisions and bulletins stay, so every bulletin can be written again; judged
again the campaign can't be.  Cut off at any moment, the same command goes on: what a file holds that no page names goes with the rest.
"""

from __future__ import annotations

import fcntl
import os
import re
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec
from pymongo import UpdateOne

from govcrawl import ledger, watching
from govcrawl.contracts import Campaign, Decision, LedgerStep
from govcrawl.documents import StoredDeletion
from govcrawl.errors import GovcrawlError, OutputError
from govcrawl.rechecks import number_of
from govcrawl.store import AT_ONCE, Store
from govcrawl.stored import Document, as_document
from pipelines.exhibits import VISITS
from pipelines.warc import first_member

Kind = Literal["pages", "evidence", "personal"]
PERSONAL = "privacy_leak"
LOCK = ".retain"  #: in the folder of the evidence
#: In place of a person's masked number, and of the words around it.
CLEARED: dict[str, Any] = {"excerpt": "", "detail.masked": "", "detail.hash": "", "detail.others": []}
WORDS: dict[Kind, str] = {"pages": "网页记录和所见事实", "evidence": "网页原文（WARC）", "personal": "个人信息"}
_Work = Callable[[Store, Path, str, "Kept", "Due", bool], None]
Range = tuple[int, int]  #: bytes of a file: first, behind the last


@dataclass(frozen=True, slots=True)
class Terms:
    """Days; 0: for ever."""

    pages: int = 0
    evidence: int = 0
    personal: int = 0
    shown: int = 0


@dataclass(slots=True)
class Due:
    """What is past its term of one campaign and kind.  ``oldest``, ``newest``: moments of the exchanges; None: of none is it known.
    ``elsewhere``: exchanges that lie on another machine.
    """

    campaign: str
    what: Kind
    days: int
    documents: int = 0
    bytes: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    elsewhere: int = 0

    def add(self, size: int, at: datetime | None, documents: int = 1) -> None:
        self.documents += documents
        self.bytes += size
        if at:
            self.oldest, self.newest = min(self.oldest or at, at), max(self.newest or at, at)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a finding of a campaign rests on that is still within the term of ``shown``.  And what went, or would go, just before: none is
    told twice.
    """

    findings: set[str] = field(default_factory=set)  #: ids
    pages: set[str] = field(default_factory=set)  #: _ids
    observations: set[str] = field(default_factory=set)  #: _ids
    gone: set[str] = field(default_factory=set)  #: _ids of observations, and of pages whose exchange went
    cut: Counter[str] = field(default_factory=Counter)  #: bytes that went, by file


def due(store: Store, folder: Path, terms: Terms, today: date, delete: bool = False) -> Iterator[Due]:
    """Campaign by campaign; with ``delete`` each is deleted when it comes.  ``folder``: where the WARC files lie.  Raises GovcrawlError
    where another is at it there.
    """
    try:
        with _alone(folder) if delete else nullcontext():
            yield from _due(store, folder, terms, today, delete)
    except OSError as error:
        raise OutputError(error.filename or str(folder), str(error.strerror)) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The system ends it with the process.  Whoever deletes takes files that no page names yet for leftovers."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise GovcrawlError(f"另一个 govcrawl retain 正在删除 {folder} 中的数据；请等它结束") from error
        for left in folder.glob("*/*.k*.warc.gz.partial"):
            left.unlink()
        yield


def _due(store: Store, folder: Path, terms: Terms, today: date, delete: bool) -> Iterator[Due]:
    for campaign in _over(store):
        kept: Kept | None = None
        for what, work in _WORK.items():
            days = getattr(terms, what)
            if what == "personal":  # once their pages are gone nobody could tell which exchanges they are
                days = min(days, terms.pages or days)
            if not days or campaign.ends + timedelta(days) >= today:
                continue
            kept = kept or _kept(store, campaign, terms.shown, today)
            found = _one(store, folder, campaign, kept, Due(campaign.id, what, days), work, delete)
            if found.documents or found.bytes or found.elsewhere:
                yield found


def _over(store: Store) -> list[Campaign]:
    """Campaigns of which no round is open, nor of a recheck of theirs, and one at least was, by their ends."""
    rounds = watching.rounds(store)
    begun = {key.rpartition(":")[0] for key in rounds}
    planned = {id_: store.campaign(id_) for id_ in begun if _is_planned(store, id_)}
    is_open = {key.rpartition(":")[0] for key, still in rounds.items() if still}
    is_open |= {planned[id_].rechecks for id_ in is_open & planned.keys()}
    return sorted((c for id_, c in planned.items() if id_ not in is_open), key=lambda c: (c.ends, c.id))


def _is_planned(store: Store, id_: str) -> bool:
    return store.db["campaigns"].find_one({"_id": id_}, {"_id": 1}) is not None


def _one(store: Store, folder: Path, campaign: Campaign, kept: Kept, found: Due, work: _Work, delete: bool) -> Due:
    if delete:
        _note(store, campaign, found, whole=False)
    work(store, folder, campaign.id, kept, found, delete)
    if delete:
        _note(store, campaign, found, whole=not found.elsewhere)
        store.db["deletions"].delete_one({"_id": f"{campaign.id}:{found.what}", "documents": 0, "bytes": 0})
    return found


def _note(store: Store, campaign: Campaign, found: Due, whole: bool) -> None:
    """What the rounds showed is kept before anything goes: a bulletin tells of it."""
    id_ = f"{campaign.id}:{found.what}"
    there = store.db["deletions"].find_one({"_id": id_})
    before = msgspec.convert(there, StoredDeletion) if there else None
    now = StoredDeletion(
        campaign=campaign.id,
        what=found.what,
        at=datetime.now(UTC),
        days=found.days,
        documents=(before.documents if before else 0) + found.documents,
        bytes=(before.bytes if before else 0) + found.bytes,
        whole=whole,
        looks=before.looks if before else tuple(watching.packed(store, campaign)),
    )
    document = as_document(now, id_)
    store.db["deletions"].replace_one({"_id": id_}, document, upsert=True)


# --- what stays -----------------------------------------------------------------------------------------------------


def _kept(store: Store, campaign: Campaign, shown_days: int, today: date) -> Kept:
    id_ = campaign.rechecks or campaign.id
    signed, steps = _signed(store, id_), ledger.histories(store.db, id_)
    last = max([campaign.ends, *(at.date() for at in signed), *(own[-1].at.date() for own in steps.values())])
    over = shown_days > 0 and last + timedelta(shown_days) < today
    decided = store.decided([id_])
    unsettled = {one for one, own in steps.items() if ledger.state_of(own) != "closed"}
    unsettled |= {one for one, d in decided.items() if d.review == "pending"}
    dismissed = {one: d.at for one, d in decided.items() if d.review == "dismissed"}
    kept = Kept()
    by_site: dict[str, list[Document]] = {}
    for finding in _findings(store, id_, steps, decided.values()):
        when = dismissed.get(finding["id"])
        within = not over and (when is None or any(at <= when for at in signed))  # else nobody was shown it
        if within or finding["id"] in unsettled:
            by_site.setdefault(finding["site"], []).append(finding)
    for site, findings in by_site.items():
        _keep(store, campaign, site, findings, kept)
    return kept


def _signed(store: Store, id_: str) -> list[datetime]:
    """When final bulletins were made that tell of the campaign: its own, and those of quarters that gather it."""
    gathering = [d["_id"] for d in store.db["campaigns"].find({"report.months": id_}, {"_id": 1})]
    return [d["at"] for d in store.db["bulletins"].find({"campaign": {"$in": [id_, *gathering]}}, {"at": 1})]


def _findings(
    store: Store, id_: str, steps: Mapping[str, Sequence[LedgerStep]], decided: Iterable[Decision]
) -> Iterator[Document]:
    """Of all packs; those that a later round contradicted, which the ledger tells of; and those that a later scoring no longer made,
    though people were told of them, or looked at them.
    """
    wanted = dict.fromkeys(("id", "site", "indicator", "url", "found_on", "evidence", "seen"), 1)
    yield from store.db["findings"].find({"campaign": id_}, wanted)
    for verdict in store.db["verdicts"].find({"campaign": id_, "transient.0": {"$exists": True}}, {"transient": 1}):
        yield from verdict["transient"]
    known: list[LedgerStep | Decision] = [*(own[-1] for own in steps.values()), *decided]
    for one in known:
        about = {"id": one.finding, "site": one.site, "indicator": one.indicator, "url": one.url}
        yield about | {"found_on": "", "evidence": "", "seen": ()}


def _keep(store: Store, campaign: Campaign, site: str, findings: Sequence[Document], kept: Kept) -> None:
    of_site = {"campaign": campaign.id, "site": site}
    kept.findings.update(f["id"] for f in findings)
    seen = {id_ for f in findings for id_ in f["seen"]}
    kept.observations.update(seen)
    kept.pages.update(f["evidence"] for f in findings if f["evidence"])
    for some in _some(seen):
        kept.pages.update(d["page"] for d in store.db["observations"].find({"_id": {"$in": some}}, {"page": 1}))
    for some in _some({url for f in findings for url in (f["url"], f["found_on"]) if url}):
        kept.pages.update(d["_id"] for d in store.db["pages"].find(of_site | {"url": {"$in": some}}, {"_id": 1}))
    if any(f["indicator"] in VISITS for f in findings):
        kept.pages.update(
            d["page"] for d in store.db["probes"].find(of_site | {"failed": True}, {"page": 1}) if d["page"]
        )
    if campaign.rechecks:
        of_recheck = {"campaign": campaign.rechecks, "number": number_of(campaign.id), "site": site}
        for d in store.db["rechecks"].find(of_recheck, {"finding": 1, "pages": 1}):
            kept.pages.update(d["pages"] if d["finding"] in kept.findings else ())


def _some(ids: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while some := list(islice(rest, AT_ONCE)):
        yield some


# --- pages ----------------------------------------------------------------------------------------------------------


def _pages(store: Store, _: Path, id_: str, kept: Kept, found: Due, delete: bool) -> None:
    """Observations first: a page that is gone has none."""
    _documents(store, "observations", id_, kept.observations | kept.gone, kept.pages, found, delete)
    _documents(store, "targets", id_, (), kept.pages, found, delete)
    _documents(store, "pages", id_, kept.pages, (), found, delete)


def _documents(
    store: Store, name: str, id_: str, kept: Collection[str], on: Collection[str], found: Due, delete: bool
) -> None:
    """``on``: pages whose observations and targets stay with them."""
    bare = {"$mergeObjects": ["$$ROOT", {"evidence": None}]}  # the same size before its exchange went, and after
    told = {"at": 1, "page": 1, "size": {"$bsonSize": bare}}
    documents = store.db[name].aggregate([{"$match": {"campaign": id_}}, {"$project": told}], allowDiskUse=True)
    gone = (d for d in documents if d["_id"] not in kept and d.get("page") not in on)
    while some := list(islice(gone, AT_ONCE)):
        for d in some:
            found.add(d["size"], d.get("at"))
        if delete:
            store.db[name].delete_many({"_id": {"$in": [d["_id"] for d in some]}})


# --- stored exchanges -----------------------------------------------------------------------------------------------


def _evidence(store: Store, folder: Path, id_: str, kept: Kept, found: Due, delete: bool) -> None:
    """Of each file what a kept page names stays."""
    for file in sorted((folder / id_).glob("*.warc.gz")):
        _cut(store, folder, id_, file, lambda page: page in kept.pages, kept, found, delete)


def _personal(store: Store, folder: Path, id_: str, kept: Kept, found: Due, delete: bool) -> None:
    """Observations last: they tell which exchanges go.  Of those on another machine they stay, until it is done there."""
    query = {"campaign": id_, "kind": "check", "data.indicator": PERSONAL}
    with_numbers = {d["page"] for d in store.db["observations"].find(query, {"page": 1})} - kept.pages
    elsewhere = _elsewhere(store, folder, with_numbers)
    found.elsewhere = len(elsewhere)
    for file in sorted((folder / id_).glob("*.warc.gz")) if with_numbers else ():
        _cut(store, folder, id_, file, lambda page: page not in with_numbers, kept, found, delete)
    _words(store, id_, kept, found, delete)
    for d in list(store.db["observations"].find(query, {"page": 1, "at": 1})):
        if d["_id"] not in kept.observations and d["page"] not in kept.pages | elsewhere:
            found.add(0, d["at"])
            kept.gone.add(d["_id"])
            if delete:
                store.db["observations"].delete_one({"_id": d["_id"]})


def _elsewhere(store: Store, folder: Path, pages: Iterable[str]) -> set[str]:
    """Those whose exchange does not lie on this machine."""
    found: set[str] = set()
    for some in _some(pages):
        stored = store.db["pages"].find({"_id": {"$in": some}, "evidence": {"$ne": None}}, {"evidence": 1})
        found.update(d["_id"] for d in stored if not (folder / d["evidence"]["file"]).exists())
    return found


def _words(store: Store, id_: str, kept: Kept, found: Due, delete: bool) -> None:
    """Of findings that were dismissed, or whose own term is over."""
    of_campaign = {"campaign": id_, "indicator": PERSONAL}
    whole = {"$or": [{"excerpt": {"$ne": ""}}, {"detail.hash": {"$nin": ["", None]}}]}
    for name, key in (("findings", "id"), ("decisions", "finding"), ("rechecks", "finding")):
        for d in list(store.db[name].find(of_campaign | whole, {key: 1})):
            if d[key] not in kept.findings:
                found.add(0, None)
                if delete:
                    clear = CLEARED if name != "rechecks" else {"excerpt": ""}
                    store.db[name].update_one({"_id": d["_id"]}, {"$set": clear})
    if delete:
        for group in ("findings", "transient"):
            _clear_verdicts(store, id_, group, kept)


def _clear_verdicts(store: Store, id_: str, group: str, kept: Kept) -> None:
    of_verdict = {"campaign": id_, f"{group}.indicator": PERSONAL}
    for d in store.db["verdicts"].find(of_verdict, {f"{group}.id": 1, f"{group}.indicator": 1}):
        for n, finding in enumerate(d[group]):
            if finding["indicator"] == PERSONAL and finding["id"] not in kept.findings:
                cleared = {f"{group}.{n}.{key}": value for key, value in CLEARED.items()}
                store.db["verdicts"].update_one({"_id": d["_id"]}, {"$set": cleared})


def _in_file(store: Store, folder: Path, id_: str, file: Path) -> list[Document]:
    query = {"campaign": id_, "evidence.file": str(file.relative_to(folder))}
    return list(store.db["pages"].find(query, {"evidence": 1, "at": 1}))


def _head(file: Path) -> int:
    """Bytes of the record that says who asked; 0 where the file begins with none."""
    try:
        return len(first_member(file))
    except zlib.error:
        return 0


def _range(page: Document) -> Range:
    return page["evidence"]["offset"], page["evidence"]["offset"] + page["evidence"]["length"]


def _between(size: int, stays: Iterable[Range]) -> list[Range]:
    """What of a file lies in none of these, which may reach beyond the end of one that is torn."""
    drop, end = [], 0
    for start, stop in sorted(stays):
        if min(start, size) > end:
            drop.append((end, min(start, size)))
        end = max(end, stop)
    return [*drop, *([(end, size)] if end < size else [])]


def _cut(
    store: Store, folder: Path, id_: str, file: Path, stay: Callable[[str], bool], kept: Kept, found: Due, delete: bool
) -> None:
    """A file without the exchanges of pages that don't ``stay`` takes its place: it is there before a page names it, and the old one until
    none does.  What no page names goes too, unless their documents are gone.
    """
    pages = [page for page in _in_file(store, folder, id_, file) if page["_id"] not in kept.gone]
    stays = [page for page in pages if stay(page["_id"])]
    gone = [page for page in pages if not stay(page["_id"])]
    size = file.stat().st_size
    keep = [(0, _head(file)), *map(_range, stays)] if stays else []
    if found.what == "personal" and store.deleted(id_, "pages"):
        keep = [*_between(size, map(_range, gone)), *map(_range, stays)]
    drop = _between(size, keep)
    name, lost = str(file.relative_to(folder)), sum(stop - start for start, stop in drop)
    for page in gone:
        found.add(0, page["at"])
    found.add(lost - kept.cut[name], None, documents=0)
    if not delete:
        kept.cut[name] = lost
        kept.gone.update(page["_id"] for page in gone)
        return
    if 0 < lost < size:
        moved = str(_without(file, drop).relative_to(folder))
        changes = [UpdateOne({"_id": p["_id"]}, {"$set": {"evidence": _moved(p, moved, drop)}}) for p in stays]
        for n in range(0, len(changes), AT_ONCE):
            store.db["pages"].bulk_write(changes[n : n + AT_ONCE], ordered=False)
    for some in _some(page["_id"] for page in gone):
        store.db["pages"].update_many({"_id": {"$in": some}}, {"$set": {"evidence": None}})
    if lost:
        file.unlink()


def _moved(page: Document, file: str, drop: Sequence[Range]) -> dict[str, Any]:
    start = page["evidence"]["offset"]
    before = sum(stop - first for first, stop in drop if stop <= start)
    return {**page["evidence"], "file": file, "offset": start - before}


def _without(file: Path, drop: Sequence[Range]) -> Path:
    """``<worker>.k1.warc.gz``, whole at once."""
    stem = re.sub(r"\.k\d+$", "", file.name.removesuffix(".warc.gz"))
    made = next(path for n in range(1, 10**6) if not (path := file.with_name(f"{stem}.k{n}.warc.gz")).exists())
    partial = made.with_name(f"{made.name}.partial")
    try:
        with file.open("rb") as old, partial.open("wb") as new:
            for start, stop in _between(file.stat().st_size, drop):
                _copy(old, new, start, stop)
            new.flush()
            os.fsync(new.fileno())
        partial.rename(made)
    finally:
        partial.unlink(missing_ok=True)
    return made


def _copy(old: BinaryIO, new: BinaryIO, start: int, stop: int) -> None:
    old.seek(start)
    while start < stop:
        some = old.read(min(1 << 20, stop - start))
        new.write(some)
        start += len(some)


#: In this order: a record is found by its page.
_WORK: dict[Kind, _Work] = {"personal": _personal, "evidence": _evidence, "pages": _pages}


# --- logs -----------------------------------------------------------------------------------------------------------


def old_logs(folder: Path, days: int, now: datetime, delete: bool) -> tuple[int, int]:
    """Of the workers that ``run`` started: files, bytes that nobody wrote to for so long."""
    since = now.timestamp() - days * 86400
    old = [file for file in folder.glob("*.log") if days and file.stat().st_mtime < since]
    told = len(old), sum(file.stat().st_size for file in old)
    for file in old if delete else ():
        file.unlink()
    return told
