"""MongoDB's roles: what a worker really sends is what its role allows; init can be run again, and says what is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo.errors import OperationFailure

from govcrawl import admin, services, views
from govcrawl.documents import COLLECTIONS
from govcrawl.errors import InputError, StoreUnavailable
from govcrawl.store import Store
from tests.deploy.conftest import Crawled
from tests.govcrawl import filled

NEEDS = {
    "find": {"find"}, "aggregate": {"find"}, "distinct": {"find"}, "count": {"find"}, "getMore": set(), "insert": {"insert"},
    "update": {"update"}, "upsert": {"update", "insert"}, "delete": {"remove"},
}  # fmt: skip


@pytest.fixture
def own(urls: services.Urls) -> Iterator[Store]:
    """A database of the test's own."""
    store = Store(urls.mongodb.replace("/govcrawl?", "/rights?"))
    yield store
    for name in ("worker", "analyst", "clerk", "admin"):
        for what in ("User", "Role"):
            try:
                store.db.command(f"drop{what}", f"govcrawl_{name}")
            except OperationFailure:
                continue
    store.client.drop_database(store.db.name)
    store.close()


def rights(role: str) -> dict[str, set[str]]:
    return {p["resource"]["collection"]: set(p["actions"]) for p in admin.roles("x")[role]}


def test_a_worker_sends_nothing_that_its_role_does_not_allow_and_its_role_allows_little_more(crawled: Crawled) -> None:
    allowed, sent = rights("govcrawl_worker"), {(c, what) for c, what in crawled.told["commands"]}
    for collection, what in sent:
        assert NEEDS[what] <= allowed.get(collection, set()), (collection, what)
    needed: dict[str, set[str]] = {}
    for collection, what in sent:
        needed.setdefault(collection, set()).update(NEEDS[what])
    for collection in ("pages", "probes", "observations"):
        assert "insert" in needed[collection]
    assert not {"verdicts", "findings", "users", "decisions", "campaigns"} & {
        c for c, actions in allowed.items() if actions - {"find"}
    }


def test_an_analyst_reads_views_and_nothing_else() -> None:
    assert set(rights("govcrawl_analyst")) == {view.name for view in views.VIEWS} | {""}
    assert set().union(*rights("govcrawl_analyst").values()) == {"find", "listCollections"}


def test_a_clerk_changes_no_evidence_and_no_role_is_more_than_its_database() -> None:
    clerk = rights("govcrawl_clerk")
    assert set(clerk) == {c.name for c in COLLECTIONS} | {""}
    for name in admin.WRITTEN_BY_WORKERS:
        assert clerk[name] == {"find", "listIndexes"}
    for privileges in admin.roles("x").values():
        assert {p["resource"]["db"] for p in privileges} == {"x"}
        assert "cluster" not in str(privileges)
        assert not any("dropDatabase" in p["actions"] for p in privileges)


def test_init_makes_roles_users_and_views_and_again_changes_nothing(
    own: Store, tmp_path: Path, urls: services.Urls
) -> None:
    for name in ("worker", "analyst"):
        (tmp_path / name).write_text(f"{name}-geheim-und-lang\n")
    environment = os.environ | {"MONGODB_URI": own.uri, "REDIS_URL": ""}
    command = [sys.executable, "-m", "govcrawl", "admin", "init", "--passwords", str(tmp_path)]
    done = subprocess.run(command, env=environment, cwd=tmp_path, text=True, capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert "geheim" not in done.stdout + done.stderr
    assert "用户已就绪：govcrawl_worker" in done.stdout
    again = list(admin.init(own, tmp_path))
    assert again == done.stdout.splitlines()
    (role,) = own.db.command("rolesInfo", "govcrawl_worker", showPrivileges=True)["roles"]
    stored = {p["resource"]["collection"]: set(p["actions"]) for p in role["privileges"]}
    assert stored == rights("govcrawl_worker")
    users = {u["user"]: u["roles"] for u in own.db.command("usersInfo")["users"]}
    assert users["govcrawl_worker"] == [{"role": "govcrawl_worker", "db": "rights"}]
    assert "govcrawl_clerk" not in users  # no password was given
    assert {c["name"] for c in own.db.list_collections(filter={"type": "view"})} == {view.name for view in views.VIEWS}


def test_the_views_say_what_they_are_for(own: Store) -> None:
    own.prepare()
    filled.write(own)
    views.prepare(own.db)
    views.prepare(own.db)
    verdict = own.db["site_verdicts"].find_one()
    assert verdict
    assert (verdict["name"], verdict["group"]) == ("测试网站", "省直")
    assert verdict["verdict"] in ("pass", "fail", "insufficient", "not_checked")
    assert own.db["indicator_counts"].find_one({"indicator": "dead_link"}, {"_id": 0, "sites": 1, "findings": 1}) == {
        "sites": 1,
        "findings": 1,
    }
    assert own.db["visits"].find_one()["seconds"] == 15.0  # type: ignore[index]
    fault = own.db["faults"].find_one()
    assert fault
    assert not {"excerpt", "url", "detail"} & fault.keys()
    changed = [{"$match": {"x": 1}}]
    own.db.drop_collection("faults")
    own.db.command("create", "faults", viewOn="findings", pipeline=changed)
    views.prepare(own.db)  # of an earlier version
    assert own.db["faults"].find_one()


@pytest.mark.parametrize(("files", "why"), [({"worker": "kurz"}, "12"), ({}, "没有"), ({"worker": None}, "不可读")])
def test_passwords_that_will_not_do(files: dict[str, str | None], why: str, tmp_path: Path, own: Store) -> None:
    for name, word in files.items():
        if word is None:
            (tmp_path / name).mkdir()
        else:
            (tmp_path / name).write_text(word)
    with pytest.raises(InputError, match=why):
        list(admin.init(own, tmp_path))
    assert own.db.list_collection_names() == []  # nothing is done by halves


@pytest.mark.parametrize(("code", "why"), [(59, "没有视图或角色"), (13, "dbOwner"), (99, "so und so")])
def test_a_server_that_refuses_is_told_in_a_sentence(
    code: int, why: str, own: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationFailure("so und so", code)

    monkeypatch.setattr(admin, "_set", refuse)
    with pytest.raises(StoreUnavailable, match=why):
        list(admin.init(own, None))


def test_who_may_not_change_the_schema_can_plan_all_the_same(own: Store) -> None:
    """What is there already is not set again: the clerk has no right to."""
    own.prepare()
    code = (
        "import sys; from tests.deploy.listening import Listener; from pymongo import monitoring; one = Listener();"
        "monitoring.register(one); from govcrawl.store import Store; Store(sys.argv[1]).prepare(); import json;"
        "print(json.dumps(sorted({what for _, what in one.heard})))"
    )
    done = subprocess.run([sys.executable, "-c", code, own.uri], text=True, capture_output=True, timeout=100)
    assert json.loads(done.stdout) == ["listIndexes"], done.stderr
