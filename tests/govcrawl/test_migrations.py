"""The form of a store: told, kept to, and brought to today's."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from govcrawl import desk, migrations, reviews
from govcrawl.cli import main
from govcrawl.errors import StoreUnavailable
from govcrawl.frontier.frontier import Frontier
from govcrawl.services import Urls
from govcrawl.store import Store
from tests.govcrawl import filled
from tests.govcrawl.filled import ONE


@pytest.fixture
def old(store: Store) -> Store:
    """As govcrawl 0.1.0 left it: reviews in the findings, which had no order, and no number."""
    filled.plan(store)
    verdicts = [filled.verdict(), filled.verdict("2019@1")]
    store.save_verdicts(verdicts)
    for name, review in (("a", "pending"), ("b", "dismissed"), ("c", "confirmed")):
        store.db["findings"].insert_one(
            store.db["findings"].find_one({"pack": "2015@1"})
            | {"_id": f"{name * 20}:2015@1", "id": name * 20, "review": review}  # type: ignore[operator]
        )
    store.db["findings"].update_one(
        {"_id": f"{filled.verdict().findings[0].id}:2015@1"}, {"$set": {"review": "confirmed"}}
    )
    store.db["findings"].update_one(
        {"_id": f"{filled.verdict().findings[0].id}:2019@1"}, {"$set": {"review": "dismissed"}}
    )
    store.db["findings"].update_many({}, {"$unset": dict.fromkeys(("order", "decided", "wording"), "")})
    store.db["state"].delete_many({})
    return store


def held(store: Store) -> dict[str, tuple[str, str]]:
    return {id_[:1]: (d.review, d.by) for id_, d in reviews.held(store.db, [ONE.id]).items()}


def test_a_store_of_0_1_0_keeps_what_people_decided_and_shows_all_findings(old: Store) -> None:
    assert migrations.number(old.db) == 0
    assert [one for one in desk.every(old.db, ONE.id, "2015@1") if one.order] == []
    told = list(migrations.migrate(old.db, old.uri, dry_run=True))
    assert "将改 5 份文档" in told[0]
    assert old.db["decisions"].count_documents({}) == migrations.number(old.db) == 0
    told = list(migrations.migrate(old.db, old.uri, dry_run=False))
    assert "已改 5 份文档" in told[0]
    assert migrations.number(old.db) == migrations.VERSION
    # what two packs saw differently is for a person
    assert held(old) == {"b": ("dismissed", migrations.BEFORE), "c": ("confirmed", migrations.BEFORE)}
    found = {d["_id"][:1] + d["pack"]: d for d in old.db["findings"].find()}
    assert {name: (d["review"], d.get("decided", 0)) for name, d in found.items()} == {
        "02015@1": ("pending", 0), "02019@1": ("pending", 0), "a2015@1": ("pending", 0), "b2015@1": ("dismissed", 1),
        "c2015@1": ("confirmed", 1),
    }  # fmt: skip
    assert all(d["order"] for d in found.values())
    assert list(migrations.migrate(old.db, old.uri, dry_run=True)) == ["无需迁移"]


def test_a_migration_that_was_cut_off_goes_on(old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    decide, times = migrations._decide, iter(range(9))

    def cut_off(*args: object) -> None:
        decide(*args)  # type: ignore[arg-type]
        if next(times) == 0:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "_decide", cut_off)
        with pytest.raises(KeyboardInterrupt):
            list(migrations.migrate(old.db, old.uri, dry_run=False))
    assert migrations.number(old.db) == 0
    list(migrations.migrate(old.db, old.uri, dry_run=False))
    assert set(held(old)) == {"b", "c"}
    assert old.db["decisions"].count_documents({}) == 2


def test_what_was_not_migrated_by_its_number_alone_is_left(store: Store) -> None:
    filled.write(store)
    before = list(store.db["findings"].find().sort("_id", 1))
    assert list(migrations.migrate(store.db, store.uri, dry_run=False))[-1] == f"结构版本为 {migrations.VERSION}"
    assert migrations.reviews_become_decisions(store.db) == 0
    assert list(store.db["findings"].find().sort("_id", 1)) == before


def test_a_new_store_has_todays_number_from_its_first_plan_on(store: Store) -> None:
    assert migrations.number(store.db) == migrations.VERSION
    filled.plan(store)
    state = store.db["state"].find_one({"_id": "schema"})
    assert state
    assert state["version"] == migrations.VERSION
    assert isinstance(state["at"], datetime)


@pytest.mark.parametrize(
    ("version", "why"), [(migrations.VERSION + 1, "请升级 govcrawl"), (0, "再运行 govcrawl migrate")]
)
def test_no_command_touches_a_store_of_another_version(
    version: int, why: str, old: Store, frontier: Frontier, urls: Urls, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:  # fmt: skip
    for name, url in urls.environment().items():
        monkeypatch.setenv(name, url)
    migrations.stamp(old.db, version)
    with pytest.raises(StoreUnavailable, match=why):
        migrations.check(old.db, old.uri)
    for words in (["score", ONE.id], ["worker"], ["rebuild", ONE.id]):
        assert main(words) == 2
        told = capsys.readouterr().err
        assert why in told
        assert told.count("\n") == 1
    frontier.hello("host-1-aaaaaa")
    assert main(["migrate"]) == (1 if version == 0 else 2)
    frontier.goodbye("host-1-aaaaaa")
    assert main(["migrate"]) == (0 if version == 0 else 2)
    assert main(["backup", str(tmp_path / "b")]) == (
        0 if version == 0 else 2
    )  # it would leave out what it never heard of
    assert main(["admin", "init"]) == (0 if version == 0 else 2)
