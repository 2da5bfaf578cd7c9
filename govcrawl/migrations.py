"""The form of what is stored has a number, kept in the collection ``state``; each migration leads from one number to the next.

A store without a number that holds campaigns was written by govcrawl 0.1.0, which had none: its number is 0.  A migration may be cut off
at any moment and run again: it looks for what is still in the old form, and changes nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from pymongo import UpdateOne
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from govcrawl import reviews
from govcrawl.contracts import Decision, Finding
from govcrawl.documents import StoredState
from govcrawl.errors import StoreUnavailable
from govcrawl.services import redact
from govcrawl.stored import as_document

Db = Database[dict[str, Any]]
AT_ONCE = 500
BEFORE = "升级前的复核"  #: in place of a name that version 0 did not keep


@dataclass(frozen=True, slots=True)
class Migration:
    """To the number ``to``.  ``waiting``: how many documents are in the old form; ``run`` changes them, and tells how many it did."""

    to: int
    what: str
    waiting: Callable[[Db], int]
    run: Callable[[Db], int]


def _undecided(db: Db) -> int:
    return db["findings"].count_documents(_OLD_FINDING)


def reviews_become_decisions(db: Db) -> int:
    """0.1.0 kept what a person had decided in the finding itself, where the next scoring would take it away, and gave findings no place
    in the order of the review, without which the console doesn't show them.  Packs that disagree on a finding leave it to a person.
    """
    decided: dict[str, set[str]] = defaultdict(set)
    for d in db["findings"].find(_OLD_FINDING | {"review": {"$ne": "pending"}}, {"id": 1, "review": 1}):
        decided[d["id"]].add(d["review"])
    changed = 0
    batch: list[UpdateOne] = []
    for document in db["findings"].find(_OLD_FINDING):
        agreed = len(decided.get(document["id"], ())) == 1
        if agreed:
            _decide(db, document, decided[document["id"]].copy().pop())
        batch.append(UpdateOne({"_id": document["_id"]}, {"$set": _as_now(document, agreed)}))
        if len(batch) == AT_ONCE:
            changed += db["findings"].bulk_write(batch, ordered=False).modified_count
            batch.clear()
    return changed + (db["findings"].bulk_write(batch, ordered=False).modified_count if batch else 0)


def _decide(db: Db, finding: Mapping[str, Any], review: str) -> None:
    shown = {key: finding[key] for key in ("campaign", "site", "indicator", "url", "excerpt", "detail")}
    decision = Decision(
        **shown, finding=finding["id"], number=1, review=review, reason=BEFORE, wording="", by=BEFORE, at=datetime.now(UTC)  # type: ignore[arg-type]
    )  # fmt: skip
    try:
        db["decisions"].insert_one(as_document(decision, f"{finding['id']}:1"))
    except DuplicateKeyError:
        return  # of another pack, or this was cut off


def _as_now(finding: Mapping[str, Any], agreed: bool) -> dict[str, Any]:
    """``order`` last makes it one of today's."""
    one = msgspec.convert(finding, Finding)
    review = {"decided": 1} if agreed else {"review": "pending"}
    return {**(review if one.review != "pending" else {}), "order": reviews.order(one)}


_OLD_FINDING: dict[str, Any] = {"order": {"$in": [None, ""]}}
MIGRATIONS = (
    Migration(1, "0.1.0 的复核结论改存为可追溯的决定，问题按复核顺序排列", _undecided, reviews_become_decisions),
)
VERSION = MIGRATIONS[-1].to


# --- the number -----------------------------------------------------------------------------------------------------


def number(db: Db) -> int:
    """Of a store that is empty, today's."""
    state = db["state"].find_one({"_id": "schema"})
    if state is not None:
        return int(state["version"])
    return 0 if db["campaigns"].find_one({}, {"_id": 1}) else VERSION


def stamp(db: Db, version: int = VERSION) -> None:
    state = StoredState(version=version, at=datetime.now(UTC))
    db["state"].replace_one({"_id": "schema"}, msgspec.to_builtins(state, builtin_types=(datetime,)), upsert=True)


def stamp_new(db: Db) -> None:
    """Before the first campaign is written."""
    if db["state"].find_one({"_id": "schema"}) is None and number(db) == VERSION:
        stamp(db)


def check(db: Db, uri: str) -> None:
    """Raises StoreUnavailable where this version must not touch the store; ``check_whole``: where nobody must."""
    check_not_newer(db, uri)
    if (there := number(db)) < VERSION:
        fix = f"所存数据是旧版本写入的（结构版本 {there}，本程序为 {VERSION}）；请先备份（govcrawl backup），再运行 govcrawl migrate"
        raise StoreUnavailable("MongoDB", redact(uri), fix)


def check_not_newer(db: Db, uri: str) -> None:
    """Raises StoreUnavailable where there may be what this version has never heard of."""
    if (there := number(db)) > VERSION:
        fix = f"所存数据是较新版本写入的（结构版本 {there}，本程序只认识到 {VERSION}）；请升级 govcrawl"
        raise StoreUnavailable("MongoDB", redact(uri), fix)


def check_whole(db: Db, uri: str) -> None:
    if db["state"].find_one({"_id": "restore"}):
        raise StoreUnavailable("MongoDB", redact(uri), "上次恢复没有完成，数据不全；请再次运行 govcrawl restore")


def migrate(db: Db, uri: str, dry_run: bool, since: int | None = None) -> Iterator[str]:
    """Yields what is done, or would be.  ``since``: a number to begin from that is not the store's."""
    there = number(db) if since is None else since
    if there > VERSION:
        check(db, uri)
    for one in MIGRATIONS:
        if one.to <= there:
            continue
        waiting = one.waiting(db)
        if dry_run:
            yield f"结构版本 {one.to}：{one.what}；将改 {waiting} 份文档"
            continue
        changed = one.run(db)
        stamp(db, max(one.to, number(db)))
        yield f"结构版本 {one.to}：{one.what}；已改 {changed} 份文档"
    if dry_run:
        yield "以上只是预览，什么都没有改动；去掉 --dry-run 即执行" if there < VERSION else "无需迁移"
        return
    stamp(db)
    yield f"结构版本为 {VERSION}"
