"""Backup and restore: what MongoDB holds, of one campaign or of all, and its evidence, in a folder that proves itself.

    manifest.json                  what there is: sizes, SHA-256, campaigns, the version of the form
    mongodb/<collection>.bson.gz   as ``mongodump --gzip`` writes it: ``mongorestore --gzip --db govcrawl FOLDER/mongodb`` reads it too
    evidence/<campaign>/…          the WARC files

Workers may go on meanwhile.  The order of the collections sees to it that what is missing from a backup is fetched again, never taken for
done: a round that is closed in it has all of its pages, a page that is in it has its observations.  A restored store is one that the
backup describes, whatever happened on the way: restored again, it is the same.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Collection as Group
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import bson
import msgspec
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import ReplaceOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from govcrawl import migrations
from govcrawl.documents import COLLECTIONS, StoredState
from govcrawl.errors import InputError, OutputError
from govcrawl.frontier.frontier import split_round
from govcrawl.store import AT_ONCE, Store
from govcrawl.stored import THERE, as_document

FORMAT = 1
MANIFEST, DATABASE, EVIDENCE = "manifest.json", "mongodb", "evidence"
#: Read first, written last.  A round is read before its pages, a target before the page it names, a page before its observations.
FIRST = ("rounds", "campaigns", "bulletins", "targets", "pages")
#: Of the store as a whole, not of what is in it.
_NOT_SAVED = ("state",)
_RAW: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)
CHUNK = 1 << 20  #: bytes


@dataclass(frozen=True, slots=True)
class Part:
    file: str  #: below the folder
    bytes: int
    sha256: str
    documents: int = 0  #: of a collection


@dataclass(frozen=True, slots=True)
class Manifest:
    """``schema``: the form of the documents (``migrations``); ``campaigns``: with their rechecks; ``whole``: all that the store had."""

    format: int
    govcrawl: str
    schema: int
    at: datetime
    whole: bool
    campaigns: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def documents(self) -> int:
        return sum(part.documents for part in self.parts)

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    def of(self, kind: str) -> list[Part]:
        return [part for part in self.parts if part.file.startswith(f"{kind}/")]


# --- backup ---------------------------------------------------------------------------------------------------------


def save(store: Store, folder: Path, evidence: Path, campaign: str = "") -> Manifest:
    """``folder``: must not be there yet; it is whole when it is.  ``evidence``: of this machine, or shared by all.  ``campaign`` empty:
    all that the store holds.
    """
    ids = _with_rechecks(store, campaign)
    if folder.exists():
        raise OutputError(str(folder), "已经存在；请给一个新的目录名")
    partial = folder.with_name(f"{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True, mode=0o700)
        manifest = _saved(store, partial, evidence, ids, whole=not campaign)
        _write(partial / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        if any((partial / part.file).stat().st_size != part.bytes for part in manifest.parts):
            raise OutputError(str(folder), "写好的文件又被别的程序改动或删除")
        partial.rename(folder)
    except OSError as error:
        raise OutputError(str(folder), str(error.strerror)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest


def _with_rechecks(store: Store, campaign: str) -> tuple[str, ...]:
    if campaign:
        store.campaign(campaign)  # raises UnknownCampaign
    query = {"$or": [{"_id": campaign}, {"rechecks": campaign}]} if campaign else {}
    return tuple(sorted(d["_id"] for d in store.db["campaigns"].find(query, {"_id": 1})))


def _saved(store: Store, folder: Path, evidence: Path, ids: tuple[str, ...], whole: bool) -> Manifest:
    schema = migrations.number(store.db)
    for below in (DATABASE, EVIDENCE):
        (folder / below).mkdir(mode=0o700)
    parts = [_dump(store, folder, name, None if whole else ids) for name in _names(whole)]
    # after the pages: a page's exchange is in its file before the page is stored
    for name, file in _evidence(evidence, ids, whole):
        out = _copy(file, folder / EVIDENCE / name)
        parts.append(Part(f"{EVIDENCE}/{name}", out.bytes, out.digest.hexdigest()))
    return Manifest(FORMAT, version("govcrawl"), schema, datetime.now(UTC), whole, ids, tuple(parts))


def _names(whole: bool) -> list[str]:
    """Collections in the order in which they are read."""
    others = [c.name for c in COLLECTIONS if c.name not in (*FIRST, *_NOT_SAVED) and (whole or _bears_campaign(c.of))]
    return [*FIRST, *others]


def _bears_campaign(of: type) -> bool:
    return "campaign" in {f.name for f in fields(of)}


def _scope(name: str, ids: Group[str] | None) -> dict[str, Any]:
    return {} if ids is None else {"_id" if name == "campaigns" else "campaign": {"$in": list(ids)}}


def _dump(store: Store, folder: Path, name: str, ids: Group[str] | None) -> Part:
    collection: Collection[Any] = store.db.get_collection(name, codec_options=_RAW)
    file, documents = f"{DATABASE}/{name}.bson.gz", 0
    with _hashed(folder / file) as out, gzip.GzipFile("", "wb", 1, cast(BinaryIO, out), 0) as packed:
        for document in collection.find(_scope(name, ids)).sort("_id", 1):
            packed.write(document.raw)
            documents += 1
    return Part(file, out.bytes, out.digest.hexdigest(), documents)


def _evidence(folder: Path, ids: Iterable[str], whole: bool) -> Iterator[tuple[str, Path]]:
    for top in [folder] if whole else [folder / id_ for id_ in ids]:
        for file in sorted(top.rglob("*")):
            if file.is_file() and not file.name.startswith("."):
                yield str(file.relative_to(folder)), file


def elsewhere(store: Store, folder: Path, campaign: str = "") -> int:
    """Evidence files that pages name and that do not lie here."""
    ids = _with_rechecks(store, campaign) if campaign else None
    named = store.db["pages"].distinct("evidence.file", _scope("pages", ids))
    return sum(not (folder / str(file)).exists() for file in named if file)


def _copy(file: Path, to: Path) -> _Hashed:
    """As much as is there now: workers append."""
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with file.open("rb") as source, _hashed(to) as out:
        shutil.copyfileobj(source, cast(BinaryIO, out), CHUNK)
    return out


class _Hashed:
    """A file being written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest, self.bytes = file, sha256(), 0

    def write(self, some: bytes) -> int:
        self.digest.update(some)
        self.bytes += len(some)
        return self._file.write(some)

    def flush(self) -> None:
        self._file.flush()


@contextmanager
def _hashed(file: Path) -> Iterator[_Hashed]:
    """It is on the disk when this ends, and for its owner alone."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        yield _Hashed(opened)
        opened.flush()
        os.fsync(opened.fileno())


def _write(file: Path, content: bytes) -> None:
    with _hashed(file) as out:
        out.write(content)


# --- restore --------------------------------------------------------------------------------------------------------


def check(folder: Path) -> Manifest:
    """Reads every byte.  Raises InputError where the folder is not what its manifest says."""
    manifest = _manifest(folder)
    for part in manifest.parts:
        file = folder / part.file
        if ".." in Path(part.file).parts or not file.resolve().is_relative_to(folder.resolve()):
            raise InputError(str(folder / MANIFEST), 0, f"列有目录以外的文件 {part.file}；这不是 govcrawl 的备份")
        try:
            with file.open("rb") as opened:
                found = _digest(opened)
        except OSError as error:
            raise InputError(str(file), 0, f"备份不完整（{error.strerror}）；请改用另一份备份") from error
        if found != part.sha256:
            raise InputError(str(file), 0, "与备份时的 SHA-256 不符，文件已损坏或被改动；请改用另一份备份")
    return manifest


def _digest(file: BinaryIO) -> str:
    digest = sha256()
    while some := file.read(CHUNK):
        digest.update(some)
    return digest.hexdigest()


def _manifest(folder: Path) -> Manifest:
    file = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(file.read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(str(file), 0, f"不是 govcrawl 的备份目录（{error}）；请检查路径") from error
    names = {f"{DATABASE}/{c.name}.bson.gz" for c in COLLECTIONS}
    newer = manifest.format > FORMAT or manifest.schema > migrations.VERSION
    if newer or not names >= {part.file for part in manifest.of(DATABASE)}:
        raise InputError(str(file), 0, f"备份由较新版本（{manifest.govcrawl}）写入；请升级 govcrawl")
    return manifest


def restore(store: Store, folder: Path, evidence: Path, replace: bool = False) -> Manifest:
    """``replace``: what the store holds of the same campaigns (of a whole backup: all it holds) is deleted first; else InputError where
    there is any.  Cut off, it goes on when it is called again; until then no other backup can be restored but a whole one in its place.
    """
    manifest = check(folder)
    mark = sha256((folder / MANIFEST).read_bytes()).hexdigest()
    ids = None if manifest.whole else manifest.campaigns
    begun = store.db["state"].find_one({"_id": "restore"}) or {}
    under_way = begun.get("backup") == mark
    replace = replace or (under_way and bool(begun.get("replaces")))
    migrations.check(store.db, store.uri)
    if begun and not under_way and not (manifest.whole and replace):
        fix = "请先再次运行那次恢复；或以整库的备份加 --replace 取而代之"
        raise InputError(str(folder), 0, f"上次恢复的是另一份备份，没有完成；{fix}")
    if not (under_way or replace) and (held := _held(store, ids)):
        fix = "要以备份取而代之，请加 --replace（这些数据将被删除）；或恢复到一个空库"
        raise InputError(str(folder), 0, f"库中已有这些普查的数据（{'、'.join(held)}）；{fix}")
    store.prepare()
    migrations.stamp_new(store.db)
    _set_mark(store, mark, replace)
    if replace:
        for name in _names(manifest.whole):
            store.db[name].delete_many(_scope(name, ids))
    for part in reversed(manifest.of(DATABASE)):
        _load(store, folder / part.file)
    for part in manifest.of(EVIDENCE):
        _put(folder / part.file, evidence / part.file.removeprefix(f"{EVIDENCE}/"), part)
    _heal(store, manifest.campaigns)
    for _ in migrations.migrate(store.db, store.uri, dry_run=False, since=manifest.schema):
        continue
    store.db["state"].delete_one({"_id": "restore"})
    return manifest


def _held(store: Store, ids: Group[str] | None) -> list[str]:
    """Collections with data that the backup would be laid over."""
    names = [c.name for c in COLLECTIONS if c.name not in _NOT_SAVED and (ids is None or _bears_campaign(c.of))]
    return [
        name for name in dict.fromkeys((*names, "campaigns")) if store.db[name].find_one(_scope(name, ids), {"_id": 1})
    ]


def _set_mark(store: Store, mark: str, replace: bool) -> None:
    state = StoredState(at=datetime.now(UTC), backup=mark, replaces=replace)
    store.db["state"].replace_one({"_id": "restore"}, as_document(state, "restore"), upsert=True)


def _load(store: Store, file: Path) -> None:
    collection = store.db.get_collection(file.name.partition(".")[0], codec_options=_RAW)
    with gzip.open(file, "rb") as packed:
        documents = bson.decode_file_iter(cast(BinaryIO, packed), codec_options=_RAW)
        while some := list(islice(documents, AT_ONCE)):
            _insert(collection, some)


def _insert(collection: Collection[Any], documents: list[Any]) -> None:
    """As they were, whatever today's rules say of them; what is there already becomes what it was."""
    try:
        collection.insert_many(documents, ordered=False, bypass_document_validation=True)
    except BulkWriteError as error:
        if any(e["code"] != THERE for e in error.details["writeErrors"]):
            raise
        again = {e["index"] for e in error.details["writeErrors"]}
        some = [ReplaceOne({"_id": d["_id"]}, d, upsert=True) for n, d in enumerate(documents) if n in again]
        collection.bulk_write(some, ordered=False, bypass_document_validation=True)


def _put(source: Path, to: Path, part: Part) -> None:
    """A file that only grew since is left as it is: the exchanges lie where they lay."""
    if to.exists() and _begins_with(to, part):
        return
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = to.with_name(f"{to.name}.partial")
    made.unlink(missing_ok=True)
    try:
        _copy(source, made)
        made.rename(to)
    except OSError as error:
        raise OutputError(str(to), str(error.strerror)) from error


def _begins_with(file: Path, part: Part) -> bool:
    digest, left = sha256(), part.bytes
    with file.open("rb") as opened:
        while some := opened.read(min(CHUNK, left)):
            digest.update(some)
            left -= len(some)
    return left == 0 and digest.hexdigest() == part.sha256


def _heal(store: Store, campaigns: Iterable[str]) -> None:
    """A page that was fetched anew while the backup was made may have come with the observations of the later exchange: of an open round
    it goes, and is fetched again.
    """
    is_open = {split_round(key)[0] for key in store.open_rounds()} & set(campaigns)
    if not is_open:
        return
    seen = store.db["observations"].find({"campaign": {"$in": sorted(is_open)}}, {"page": 1, "claimed": 1})
    while some := list(islice(seen, AT_ONCE)):
        latest: dict[str, float] = {}
        for d in some:
            latest[d["page"]] = max(latest.get(d["page"], 0.0), d["claimed"])
        pages = store.db["pages"].find({"_id": {"$in": list(latest)}}, {"claimed": 1})
        torn = [page["_id"] for page in pages if page["claimed"] < latest[page["_id"]]]
        store.db["pages"].delete_many({"_id": {"$in": torn}})
