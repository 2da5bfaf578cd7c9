"""Backup, loss and restore, rehearsed: the same documents, the same bulletin, the same work left to do."""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions

from govcrawl import backup, migrations, settings
from govcrawl.cli import main
from govcrawl.contracts import Result
from govcrawl.documents import COLLECTIONS
from govcrawl.errors import InputError, OutputError, StoreUnavailable, UnknownCampaign
from govcrawl.frontier.frontier import Frontier
from govcrawl.rounds import open_round
from govcrawl.services import Urls
from govcrawl.store import Store
from pipelines.evidence import EvidencePipeline
from reporting import stages
from tests.govcrawl import filled
from tests.govcrawl.build import campaign
from tests.govcrawl.filled import KEY, ONE

OTHER = campaign("t-2018q3")


def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    return {c.name: list(store.db[c.name].find().sort("_id", 1)) for c in COLLECTIONS if c.name != "state"}


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def reported(store: Store, folder: Path) -> dict[str, bytes]:
    stages.report(store, ONE.id, "2015@1", folder)
    return files(folder)


def lost(store: Store, evidence: Path) -> None:
    """As a new, empty store; without its indexes it would take a second longer."""
    for name in store.db.list_collection_names():
        store.db[name].delete_many({})
    shutil.rmtree(evidence)


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """Of two campaigns, and of a recheck."""
    keeper = EvidencePipeline(tmp_path / "evidence")
    for id_ in (ONE.id, f"{ONE.id}.r1", OTHER.id):
        keeper.keep(id_, filled.result().page)
    asyncio.run(keeper.close_spider())
    return tmp_path / "evidence"


@pytest.fixture
def whole(store: Store) -> Store:
    """Everything that is ever stored, and another campaign."""
    filled.write(store)
    store.save_verdicts([replace(filled.verdict(), reasons=("栏目不更新",))])
    store.save_plan(OTHER, [filled.SITE], [filled.SITE.code], [])
    return store


@pytest.fixture
def saved(whole: Store, evidence: Path, tmp_path: Path) -> Path:
    backup.save(whole, tmp_path / "b", evidence)
    return tmp_path / "b"


def test_what_was_lost_is_there_again_and_makes_the_same_bulletin(whole: Store, evidence: Path, tmp_path: Path) -> None:
    before, bulletin, exchanges = everything(whole), reported(whole, tmp_path / "out"), files(evidence)
    manifest = backup.save(whole, tmp_path / "b", evidence)
    assert (manifest.whole, manifest.campaigns) == (True, (ONE.id, f"{ONE.id}.r1", OTHER.id))
    assert manifest.documents == sum(map(len, before.values()))
    lost(whole, evidence)
    for _ in range(2):  # restored again it is the same
        assert backup.restore(whole, tmp_path / "b", evidence, replace=True) == manifest
        assert everything(whole) == before
    assert reported(whole, tmp_path / "again") == bulletin
    assert files(evidence) == exchanges
    assert migrations.number(whole.db) == migrations.VERSION
    migrations.check_whole(whole.db, whole.uri)
    assert {tuple(i["key"]) for i in whole.db["pages"].list_indexes()} >= {("campaign", "site", "url")}


def test_a_file_of_a_backup_is_what_mongodump_writes(saved: Path, whole: Store) -> None:
    packed = (saved / "mongodb" / "pages.bson.gz").read_bytes()
    aware: CodecOptions[Any] = CodecOptions(tz_aware=True)
    assert bson.decode_all(gzip.decompress(packed), aware) == everything(whole)["pages"]
    assert {p.stat().st_mode & 0o077 for p in [saved, *saved.rglob("*")]} == {0}  # for nobody else


def test_one_campaign_with_its_rechecks_and_no_other(whole: Store, evidence: Path, tmp_path: Path) -> None:
    before = everything(whole)
    manifest = backup.save(whole, tmp_path / "b", evidence, ONE.id)
    assert (manifest.whole, manifest.campaigns) == (False, (ONE.id, f"{ONE.id}.r1"))
    kept = {part.file.split("/")[1] for part in manifest.of("evidence")}
    assert kept == {ONE.id, f"{ONE.id}.r1"}
    assert "users.bson.gz" not in files(tmp_path / "b" / "mongodb")
    with pytest.raises(InputError, match="库中已有这些普查的数据"):
        backup.restore(whole, tmp_path / "b", evidence)
    whole.db["verdicts"].delete_many({})
    whole.db["sites"].insert_one(before["sites"][0] | {"_id": f"{ONE.id}:later"})
    backup.restore(whole, tmp_path / "b", evidence, replace=True)
    assert everything(whole) == before  # the other's too
    lost(whole, evidence)
    backup.restore(whole, tmp_path / "b", evidence)
    assert everything(whole) == {
        name: [d for d in found if d.get("campaign", d["_id"]).startswith(ONE.id)] for name, found in before.items()
    } | {"users": []}
    migrations.check(whole.db, whole.uri)
    with pytest.raises(UnknownCampaign):
        backup.save(whole, tmp_path / "c", evidence, "nein")


def test_a_restore_that_was_cut_off_goes_on_and_until_then_nobody_uses_the_store(
    saved: Path, whole: Store, evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(whole)
    lost(whole, evidence)
    load, times = backup._load, iter(range(100))

    def cut_off(*args: Any) -> None:
        if next(times) == 8:
            raise KeyboardInterrupt
        load(*args)

    monkeypatch.setattr(backup, "_load", cut_off)
    with pytest.raises(KeyboardInterrupt):
        backup.restore(whole, saved, evidence)
    assert whole.db["rounds"].count_documents({}) == whole.db["campaigns"].count_documents({}) == 0  # they come last
    with pytest.raises(StoreUnavailable, match="上次恢复没有完成，数据不全；请再次运行 govcrawl restore"):
        migrations.check_whole(whole.db, whole.uri)
    backup.restore(whole, saved, evidence)
    assert everything(whole) == before


def test_a_restore_that_was_cut_off_is_not_taken_for_done_by_another(
    saved: Path, whole: Store, evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what it was to replace is still replaced, though it isn't said again."""
    before, other = everything(whole), tmp_path / "other"
    backup.save(whole, other, evidence, sorted(d["_id"] for d in whole.db["campaigns"].find())[0])
    whole.db["observations"].insert_one({"_id": "later", "campaign": "t-later"})

    def cut_off(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_names", cut_off)  # before anything is deleted
        with pytest.raises(KeyboardInterrupt):
            backup.restore(whole, saved, evidence, replace=True)
    with pytest.raises(InputError, match="上次恢复的是另一份备份，没有完成"):
        backup.restore(whole, other, evidence, replace=True)
    with pytest.raises(StoreUnavailable):
        migrations.check_whole(whole.db, whole.uri)
    backup.restore(whole, saved, evidence)
    migrations.check_whole(whole.db, whole.uri)
    assert everything(whole) == before


#: What may have happened to a backup, and what is said of it.
SPOILT: list[tuple[Callable[[Path], Any], str]] = [
    (lambda f: (f / "mongodb/pages.bson.gz").write_bytes(b"x"), "pages.bson.gz: 与备份时的 SHA-256 不符"),
    (lambda f: next((f / "evidence").rglob("*.gz")).unlink(), "备份不完整"),
    (lambda f: (f / "manifest.json").unlink(), "不是 govcrawl 的备份目录"),
    (lambda f: (f / "manifest.json").write_text("{}"), "不是 govcrawl 的备份目录"),
    (lambda f: told(f, schema=99), "备份由较新版本（.*）写入"),
    (lambda f: told(f, file="mongodb/later.bson.gz"), "备份由较新版本（.*）写入"),
    (lambda f: told(f, file="evidence/../../x"), "目录以外的文件"),
    (lambda f: told(f, file="evidence/../mongodb/pages.bson.gz"), "目录以外的文件"),
]


def test_a_backup_that_is_not_whole_changes_nothing(saved: Path, whole: Store, evidence: Path, tmp_path: Path) -> None:
    before, exchanges = everything(whole), files(evidence)
    for n, (spoil, why) in enumerate(SPOILT):
        one = shutil.copytree(saved, tmp_path / f"spoilt-{n}")
        spoil(one)
        with pytest.raises(InputError, match=why):
            backup.restore(whole, one, evidence, replace=True)
    assert (everything(whole), files(evidence)) == (before, exchanges)


def told(folder: Path, schema: int = 1, file: str = "") -> None:
    """The manifest says otherwise."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["schema"] = schema
    manifest["parts"][0]["file"] = file or manifest["parts"][0]["file"]
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_backup_is_there_whole_or_not_at_all(
    whole: Store, evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(OutputError, match="已经存在"):
        backup.save(whole, tmp_path / "b", evidence)
    with monkeypatch.context() as patch:
        patch.setattr(backup, "_copy", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OutputError, match="No space"):
            backup.save(whole, tmp_path / "c", evidence)
    assert not list(tmp_path.glob("c*"))

    def swept(folder: Path, content: bytes) -> None:  # as another backup to the same folder would
        folder.write_bytes(content)
        (folder.parent / "mongodb" / "pages.bson.gz").unlink()

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_write", swept)
        with pytest.raises(OutputError, match="No such file"):
            backup.save(whole, tmp_path / "c", evidence)
    assert not list(tmp_path.glob("c*"))
    (evidence / ".retain").touch()
    assert not any("retain" in part.file for part in backup.save(whole, tmp_path / "c", evidence).parts)


def test_a_page_fetched_anew_meanwhile_is_fetched_again(
    whole: Store, evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its page and its observations a worker's later exchange comes: of an open round it is missing, never half there."""
    whole.open_round(ONE.id, 1)
    dump = backup._dump

    def later(store: Store, folder: Path, name: str, ids: Any) -> backup.Part:
        if name == "observations":
            whole.save_results([filled.result(1, claimed=99.0)])
        return dump(store, folder, name, ids)

    monkeypatch.setattr(backup, "_dump", later)
    backup.save(whole, tmp_path / "b", evidence)
    lost(whole, evidence)
    backup.restore(whole, tmp_path / "b", evidence)
    page = filled.page_id(KEY, filled.result(1).lease.id)
    assert whole.pages([page]) == []
    assert len(whole.pages([filled.page_id(KEY, filled.result(2).lease.id)])) == 1


def test_evidence_that_only_grew_is_left_as_it_is_and_what_changed_is_put_back(
    saved: Path, whole: Store, evidence: Path
) -> None:
    before = files(evidence)
    grown, changed, gone = (evidence / name for name in before)
    grown.write_bytes(grown.read_bytes() + b"more")
    changed.write_bytes(b"other")
    gone.unlink()
    backup.restore(whole, saved, evidence, replace=True)
    after = files(evidence)
    assert after.pop(str(grown.relative_to(evidence))) == grown.read_bytes()
    assert after.items() <= before.items()
    assert len(after) == 2


def test_the_commands_put_the_queue_back_too(
    store: Store,
    frontier: Frontier,
    urls: Urls,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Redis knows of a page that the backup does not have."""
    for name, url in urls.environment().items():
        monkeypatch.setenv(name, url)
    monkeypatch.setattr(settings, "EVIDENCE_DIR", str(tmp_path / "evidence"))
    store.prepare()
    store.save_plan(ONE, [filled.SITE], [filled.SITE.code], [])
    open_round(ONE, 1, store, frontier)
    first = replace(filled.result(1), evidence=None, probe=None)
    store.save_results([first])
    folder = str(tmp_path / "b")
    assert main(["backup", folder]) == 0
    assert "备份完成：1 次普查（含复查）" in capsys.readouterr().out
    later: Result = replace(filled.result(2), evidence=None, probe=None)
    store.save_results([later])
    assert main(["rebuild", ONE.id]) == 0
    done = frontier.counts(KEY).done
    assert main(["restore", folder]) == 2
    assert "--replace" in capsys.readouterr().err
    assert main(["restore", folder, "--check"]) == 0
    frontier.hello("host-1-aaaaaa")
    assert main(["restore", folder, "--replace"]) == 1
    assert "请先停止采集进程" in capsys.readouterr().err
    frontier.goodbye("host-1-aaaaaa")
    assert main(["restore", folder, "--replace"]) == 0
    assert f"{KEY}：队列已重建，完成 1 项" in capsys.readouterr().out
    assert (done, frontier.counts(KEY).done) == (2, 1)
