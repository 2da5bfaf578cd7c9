"""How what passes between the rooms becomes documents of MongoDB, and how these are written: twice is once, and the later one stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from pymongo import ReplaceOne, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from govcrawl.contracts import Account, Duty, Lease, Message, Observation, Probe, Result
from govcrawl.documents import StoredBulletin, StoredPage
from govcrawl.frontier.codec import encode
from govcrawl.frontier.frontier import split_round
from govcrawl.linked import marks
from govcrawl.visits import visit_id

Document = dict[str, Any]
THERE = 11000  #: MongoDB's error code DuplicateKey


def as_document(thing: Any, id_: str, **more: Any) -> Document:
    """A dataclass as it is stored; ``more``: fields beside its own."""
    document: Document = msgspec.to_builtins(thing, builtin_types=(datetime, bytes))
    document.update(more)
    document["_id"] = id_
    return document


def insert(collection: Collection[Document], documents: Sequence[Document]) -> list[Document]:
    """What is new is inserted; returns the others, in whose place something is already."""
    try:
        if documents:
            collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        failed = error.details["writeErrors"]
        if error.details["writeConcernErrors"] or any(e["code"] != THERE for e in failed):
            raise
        return [e["op"] for e in failed]
    return []


def upsert(collection: Collection[Document], documents: Sequence[Document]) -> None:
    """What is new is inserted, what is there is replaced: many inserts are one commit, where each upsert is one of its own."""
    unique = {d["_id"]: d for d in documents}
    if there := insert(collection, list(unique.values())):
        again = [ReplaceOne({"_id": d["_id"]}, unique[d["_id"]], upsert=True) for d in there]
        collection.bulk_write(again, ordered=False)


def replace_earlier(collection: Collection[Document], documents: Sequence[Document]) -> None:
    """Each becomes what is stored, unless that was claimed later.  The filter names the ``_id`` alone: an insert that meets another is then
    tried again by the server, and every server finds it by its index.
    """
    if documents:
        collection.bulk_write(
            [UpdateOne({"_id": d["_id"]}, [_unless_later(d)], upsert=True) for d in documents], ordered=False
        )


def _unless_later(document: Document) -> Document:
    later = {"$gt": ["$claimed", document["claimed"]]}
    return {"$replaceWith": {"$cond": [later, "$$ROOT", {"$literal": document}]}}


def of_observation(seen: Observation, lease: Lease) -> Document:
    document = as_document(seen, f"{seen.page}:{round(lease.at * 1000)}:{seen.kind}:{seen.key}", claimed=lease.at)
    del document["id"]
    return document


def of_probe(probe: Probe, lease: Lease) -> Document:
    campaign = split_round(lease.round_key)[0]
    return as_document(probe, visit_id(campaign, probe), campaign=campaign, claimed=lease.at)


def of_page(result: Result) -> Document:
    lease, page, told = result.lease, result.page, result.lease.answer
    campaign, number = split_round(lease.round_key)
    stored = StoredPage(
        campaign=campaign,
        round=number,
        site=lease.task.site,
        url=page.url,
        role=lease.task.role,
        kind=result.facts.kind if result.facts else None,
        title=result.facts.title if result.facts else "",
        rendered=page.rendered,
        outcome=page.outcome,
        status=page.status,
        error=page.error,
        at=page.at,
        seconds=page.seconds,
        size=told.size if told else len(page.body),
        sha256=told.sha256 if told else sha256(page.body).hexdigest() if page.body else "",
        worker=page.worker,
        attempt=lease.attempt,
        claimed=lease.at,
        evidence=result.evidence,
        task=encode(lease.task),
        children=tuple(encode(child) for child in result.children),
        links=marks(result.facts.links) if result.facts else b"",
        absent=result.facts.absent if result.facts else "",
        shared=told is not None,
    )
    return as_document(stored, page_id(lease.round_key, lease.id))


def duty_id(duty: Duty) -> str:
    return f"{duty.campaign}:{duty.site}:{duty.kind}:{duty.name}"


def message_id(campaign: str, message: Message) -> str:
    return f"{campaign}:{message.platform}:{message.number}"


def part_id(bulletin: StoredBulletin, name: str, part: int) -> str:
    """With snapshot and moment: of two who make one version final at once, neither writes over the other's files."""
    moment = int(bulletin.at.timestamp() * 1000)  # as exact as MongoDB keeps it
    return f"{bulletin.campaign}:{bulletin.version}:{bulletin.snapshot}:{moment}:{name}:{part}"


def account_id(campaign: str, account: Account) -> str:
    return f"{campaign}:{account.platform}:{account.name}:{account.organiser}"


def page_id(round_key: str, task: bytes) -> str:
    return f"{round_key}:{task.hex()}"
