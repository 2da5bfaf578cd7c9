"""A final bulletin (定稿): all its files as they were signed, kept in MongoDB under a version; what changes later is another version."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from govcrawl.contracts import Finding, Verdict
from govcrawl.documents import StoredBulletin, StoredBulletinFile
from govcrawl.errors import InputError

from .annexes import annexes
from .bulletin import build
from .snapshot import Snapshot
from .write import complete

if TYPE_CHECKING:
    from govcrawl.store import Store

PART = 8 * 2**20  #: bytes; MongoDB's limit of a document is 16 MiB


def identity(snapshot: Snapshot) -> str:
    """SHA-256 of all that a bulletin is made from: sites, verdicts, findings and their review, registers, the issuer's text."""
    plain = msgspec.to_builtins(
        {name: getattr(snapshot, name) for name in snapshot.__dataclass_fields__}, order="sorted"
    )
    plain["campaign"]["report"]["template"] = ""  # where it lies doesn't matter, its words are in ``form``
    return sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


def unreviewed(snapshot: Snapshot) -> int:
    """Findings that the bulletin counts, or that fail a site of it, and nobody looked at."""
    pending = {f.id for r in snapshot.results for f in snapshot.counted(r) if f.review == "pending"}
    failed = (r for r in snapshot.results if r.verdict.verdict == "fail")
    pending |= {f.id for r in failed for f in r.findings if f.review == "pending" and _fails(r.verdict, f)}
    return len(pending)


def _fails(verdict: Verdict, finding: Finding) -> bool:
    """Whether the verdict may rest on it: a veto, or where there is none, points."""
    return finding.indicator in verdict.vetoes or not verdict.vetoes


def freeze(store: Store, snapshot: Snapshot, at: datetime) -> dict[str, bytes]:
    """The files of the final bulletin.  The newest version, if it was made from the same snapshot; else they are kept as the next one.

    InputError where it counts findings that nobody reviewed, or while visits are still missing.
    """
    campaign = snapshot.campaign.id
    if snapshot.partial:
        raise InputError(campaign, 0, f"{snapshot.partial.rstrip('。；')}，不能定稿")
    if pending := unreviewed(snapshot):
        fix = "请先复核（govcrawl review），或在普查文件中写 require_review = true，只计已确认的线索"
        raise InputError(campaign, 0, f"还有{pending}条问题线索未经人工复核，只能出草稿，不能定稿；{fix}")
    versions, own = store.bulletins(campaign), identity(snapshot)
    if versions and versions[-1].snapshot == own:
        return files(store, campaign, versions[-1].version)
    made = complete(replace(snapshot, final=True))
    version = versions[-1].version + 1 if versions else 1
    parts = [part for name, content in made.items() for part in _parts(campaign, version, own, name, content)]
    numbers = tuple({"name": name, "parts": sum(part.name == name for part in parts)} for name in made)
    title, pack = build(snapshot).title, snapshot.pack
    bulletin = StoredBulletin(campaign, version, own, pack, title, at, _rows(snapshot), numbers)
    if not store.save_bulletin(bulletin, parts):
        raise InputError(campaign, 0, f"第 {version} 版刚由别人定稿，与本次不同；请再运行一次，存为下一版")
    return files(store, campaign, version)


def files(store: Store, campaign: str, version: int) -> dict[str, bytes]:
    """What that version consists of.  InputError where there is none."""
    versions = store.bulletins(campaign)
    for one in versions:
        if one.version == version:
            return {file["name"]: _file(store, one, file["name"], file["parts"]) for file in one.files}
    there = f"有第 {'、'.join(str(one.version) for one in versions)} 版" if versions else "还没有定稿，请加 --final"
    raise InputError(campaign, 0, f"没有第 {version} 版定稿；{there}")


def _file(store: Store, bulletin: StoredBulletin, name: str, parts: int) -> bytes:
    return zlib.decompress(b"".join(store.bulletin_file(bulletin, name, n) for n in range(parts)))


def _parts(campaign: str, version: int, snapshot: str, name: str, content: bytes) -> Iterator[StoredBulletinFile]:
    packed = zlib.compress(content, 1)
    for n, start in enumerate(range(0, len(packed), PART)):
        yield StoredBulletinFile(campaign, version, snapshot, name, n, packed[start : start + PART])


def _rows(snapshot: Snapshot) -> tuple[dict[str, Any], ...]:
    """The tables, for whoever asks the database; the files have all of them."""
    return tuple(
        {"key": table.key, "title": table.title, "header": table.header, "rows": table.rows}
        for table in annexes(snapshot)
    )
