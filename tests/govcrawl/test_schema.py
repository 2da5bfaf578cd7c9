"""The schema: what is stored fits it, what doesn't is refused or told, and the analyst's document says what the code says."""

from __future__ import annotations

import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import date, datetime
from threading import Barrier
from typing import Any, Literal

import pytest
from pymongo.errors import OperationFailure, WriteError

from govcrawl import schema
from govcrawl.documents import COLLECTIONS, Collection, StoredPage, StoredSite
from govcrawl.store import Store
from tests.govcrawl import filled

NAMED = {c.name: c for c in COLLECTIONS}


def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    return {c.name: list(store.db[c.name].find().sort("_id", 1)) for c in COLLECTIONS}


def test_all_that_is_written_fits_and_has_no_key_that_is_not_described(store: Store) -> None:
    store.prepare()
    filled.write(store)
    for name, documents in everything(store).items():
        assert documents, name
        known = {"_id"} | {f.name for f in fields(NAMED[name].of)}
        assert {key for d in documents for key in d} <= known, name
        misfits = store.db[name].count_documents({"$nor": [schema.validator(NAMED[name])]})
        assert misfits == 0, name


def test_written_twice_it_is_the_same_to_the_byte(store: Store) -> None:
    """Ids follow from what a document is."""
    store.prepare()
    filled.write(store)
    once = everything(store)
    filled.write(store)
    assert everything(store) == once
    assert {name: {type(d["_id"]) for d in documents} for name, documents in once.items()} == {
        name: {str} for name in NAMED
    }


def test_prepared_as_often_as_one_likes_every_collection_has_its_rules_and_indexes(store: Store) -> None:
    for _ in range(2):
        store.prepare()
    made = {c["name"]: c["options"] for c in store.db.list_collections()}
    for collection in COLLECTIONS:
        options = made[collection.name]
        assert options["validator"] == schema.validator(collection)
        assert options["validationLevel"] == "moderate"
        assert options["validationAction"] == ("error" if collection.refuses else "warn")
        indexes = {tuple(i["key"]) for i in store.db[collection.name].list_indexes()}
        assert indexes >= {*collection.indexes, ("_id",)}


def test_what_a_command_can_write_again_is_refused_where_it_does_not_fit(store: Store) -> None:
    store.prepare()
    filled.write(store)
    with pytest.raises(WriteError):
        store.db["verdicts"].update_one({}, {"$set": {"verdict": "perhaps"}})
    with pytest.raises(WriteError):
        store.db["sites"].insert_one({"_id": "x", "code": 7})


@pytest.mark.parametrize("name", ["pages", "observations", "probes", "dead"])
def test_a_result_is_never_lost_to_a_validator(name: str, store: Store) -> None:
    """A worker of another version may know another kind of page."""
    store.prepare()
    store.db[name].insert_one({"_id": "x", "role": "unheard of"})
    assert store.db[name].count_documents({}) == 1


def test_what_did_not_fit_before_can_still_be_changed(store: Store) -> None:
    store.db["verdicts"].drop()
    store.db["verdicts"].insert_one({"_id": "old", "verdict": "perhaps"})
    store.prepare()
    assert store.db["verdicts"].update_one({"_id": "old"}, {"$set": {"reviewed": True}}).modified_count == 1
    store.db["verdicts"].drop()


class Refusing:
    """A server that has no such command, or does not let this user; the embedded one has it."""

    def __init__(self, store: Store, code: int) -> None:
        self.db, self.code = store.db, code

    def command(self, *_: Any, **__: Any) -> None:
        raise OperationFailure("no such command: 'collMod'", self.code, {"errmsg": "no such command: 'collMod'"})

    def list_collections(self) -> list[dict[str, Any]]:
        return [{"name": c["name"], "options": {}} for c in self.db.list_collections()]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.db, name)

    def __getitem__(self, name: str) -> Any:
        return self.db[name]


@pytest.mark.parametrize("code", sorted(schema.CANT))
def test_without_validators_all_goes_on(code: int, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        schema.prepare(Refusing(store, code))  # type: ignore[arg-type]
    assert "不能为 pages 设置校验规则" in caplog.text
    assert any(i["key"] == {"page": 1, "claimed": 1} for i in store.db["observations"].list_indexes())


def test_another_failure_is_not_taken_for_that(store: Store) -> None:
    with pytest.raises(OperationFailure):
        schema.prepare(Refusing(store, 9))  # type: ignore[arg-type]


def test_two_commands_that_make_a_collection_at_once_both_go_on(store: Store) -> None:
    names = [f"made-{n}" for n in range(8)]
    together = Barrier(4, timeout=60)

    def make(_: int) -> None:
        for name in names:
            together.wait()
            schema._create(store.db, name)

    with ThreadPoolExecutor(4) as crew:
        assert list(crew.map(make, range(4))) == [None] * 4
    assert set(names) <= set(store.db.list_collection_names())
    for name in names:
        store.db.drop_collection(name)


# --- what is made of the dataclasses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        (str, {"bsonType": "string"}),
        (int | None, {"anyOf": [{"bsonType": ["int", "long"]}, {"bsonType": "null"}]}),
        (Literal["a", "b"], {"enum": ["a", "b"]}),
        (tuple[date, ...], {"bsonType": "array", "items": {"bsonType": "string", "pattern": schema.DAY}}),
        (dict[str, str], {"bsonType": "object", "additionalProperties": {"bsonType": "string"}}),
        (dict[str, Any], {"bsonType": "object"}),
        (datetime, {"bsonType": "date"}),
        (bytes, {"bsonType": "binData"}),
    ],
)  # fmt: skip
def test_a_type_becomes_a_rule(kind: Any, made: dict[str, Any]) -> None:
    assert schema._schema(kind) == made


def test_only_what_has_no_default_is_required() -> None:
    """As it is read: a document of an earlier version lacks what came later."""
    required = schema.validator(NAMED["sites"])["$jsonSchema"]["required"]
    assert required == ["code", "name", "home", "group", "campaign", "chosen"]


def test_the_words_beside_a_field_are_the_codes_own() -> None:
    told = schema.comments(StoredSite)
    assert told["code"].startswith("网站标识码")  # of the class below
    assert told["chosen"] == "in its scope: a sample leaves sites out"
    assert schema.comments(StoredPage)["size"] == "bytes of the body, decompressed"


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda c: c.name)
def test_every_field_says_what_it_means(collection: Collection) -> None:
    rows = list(schema._rows(collection.of))
    assert [name for name, _, meaning in rows if not meaning] == []


def test_the_document_has_every_collection_field_and_kind(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "govcrawl", "schema"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    for collection in COLLECTIONS:
        assert f"## {collection.name} · {collection.chinese}" in done.stdout
        for name, _, _ in schema._rows(collection.of):
            assert f"| `{name}` |" in done.stdout
    assert '| `columns[].newest` | "YYYY-MM-DD" / null |' in done.stdout
    assert "dead_link  target, status" in done.stdout
    assert 'db.verdicts.find({"campaign": "yn-2018q2"' in done.stdout
