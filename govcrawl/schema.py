"""What MongoDB checks and what an analyst reads, both made from the dataclasses of ``documents.py``.

A validator must never lose a result: of what workers write (pages, observations, visits) a document that does not fit is stored, and
the server's log names it; what a command writes from what is stored (the plan, verdicts) can be written again, and is refused.
Required is only what has no default, as when it is read, so documents of earlier versions fit; further keys are everybody's own.
"""

from __future__ import annotations

import ast
import inspect
import json
import logging
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import OperationFailure

from govcrawl import rows
from govcrawl.documents import COLLECTIONS, Collection
from govcrawl.views import VIEWS, View

logger = logging.getLogger(__name__)
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"  # not \d: the embedded server builds the expression for each value, \d of all scripts
#: Error codes of a server that has no validators, or whose user may not set them.
CANT = {13, 59, 115, 238, 8000}
THERE = 48  #: NamespaceExists
_BSON: dict[Any, dict[str, Any]] = {
    str: {"bsonType": "string"}, bool: {"bsonType": "bool"}, int: {"bsonType": ["int", "long"]},
    float: {"bsonType": ["double", "int", "long"]}, bytes: {"bsonType": "binData"}, datetime: {"bsonType": "date"},
    date: {"bsonType": "string", "pattern": DAY}, Decimal: {"bsonType": "string"}, Any: {},
}  # fmt: skip
_WORDS: dict[Any, str] = {
    str: "string", bool: "bool", int: "int", float: "double", bytes: "binary", datetime: "date (UTC)", date: '"YYYY-MM-DD"',
    Decimal: '"12.5"', Any: "any",
}  # fmt: skip


# --- for the server -------------------------------------------------------------------------------------------------


def prepare(db: Database[dict[str, Any]]) -> None:
    """Collections with their indexes, and validators where the server has them; as often as you like.  What is there is left as it is, so
    that who may not change it can plan all the same.
    """
    there = {c["name"]: c.get("options", {}) for c in db.list_collections()}
    for collection in COLLECTIONS:
        name, options = collection.name, there.get(collection.name)
        if options is None:
            _create(db, name)
        if options is None or options.get("validator") != validator(collection):
            _validate(db, collection)
        made = {tuple(index["key"]) for index in db[name].list_indexes()}
        for keys in collection.indexes:
            if keys not in made:
                db[name].create_index([(key, ASCENDING) for key in keys])


def _create(db: Database[dict[str, Any]], name: str) -> None:
    try:
        db.create_collection(name, check_exists=False)
    except OperationFailure as error:
        if error.code != THERE:  # else another command was faster
            raise


def _validate(db: Database[dict[str, Any]], collection: Collection) -> None:
    action = "error" if collection.refuses else "warn"
    try:
        db.command(
            "collMod",
            collection.name,
            validator=validator(collection),
            validationLevel="moderate",
            validationAction=action,
        )
    except OperationFailure as error:
        if error.code not in CANT:
            raise
        logger.warning(
            "MongoDB 不能为 %s 设置校验规则，数据照常写入：%s",
            collection.name,
            error.details and error.details.get("errmsg"),
        )


def validator(collection: Collection) -> dict[str, Any]:
    schema = _object(collection.of)
    id_ = {"_id": {"bsonType": "string", "description": collection.id}}
    return {"$jsonSchema": schema | {"properties": id_ | schema["properties"]}}


def _object(of: type) -> dict[str, Any]:
    hints = get_type_hints(of)
    required = [f.name for f in fields(of) if not _has_default(f)]
    schema: dict[str, Any] = {"bsonType": "object", "properties": {f.name: _schema(hints[f.name]) for f in fields(of)}}
    return schema | ({"required": required} if required else {})


def _has_default(one: Field[Any]) -> bool:
    return one.default is not MISSING or one.default_factory is not MISSING


def _schema(kind: Any) -> dict[str, Any]:
    origin, args = get_origin(kind), get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return _object(kind)
    if origin in (UnionType, Union):
        return {"anyOf": [_schema(arg) for arg in args]}
    if origin is Literal:
        return {"enum": list(args)}
    if origin in (tuple, list):
        return {"bsonType": "array", "items": _schema(args[0])}
    if origin is dict:
        return {"bsonType": "object"} | ({"additionalProperties": _schema(args[1])} if args[1] is not Any else {})
    return {"bsonType": "null"} if kind is NoneType else _BSON[kind]


# --- for a reader ---------------------------------------------------------------------------------------------------


def markdown(data_keys: str, indicators: Mapping[str, str]) -> str:
    """The whole database; ``data_keys``: what ``observations.data`` holds, kind by kind; ``indicators``: id → what standards call it."""
    return "\n".join((*_document(data_keys), "", dictionary(indicators)))


def dictionary(indicators: Mapping[str, str]) -> str:
    """An analyst's tables alone: the views, and what ``govcrawl export`` writes."""
    return "\n".join(_tables(indicators)) + "\n"


def _document(data_keys: str) -> Iterator[str]:
    yield "# 数据库说明 · The database"
    yield ""
    yield (
        "由代码生成（`govcrawl schema`）。日期为字符串 `YYYY-MM-DD`（北京时间的日子），时刻为 UTC；秒为小数。"
        "Made from the code. Days are strings (Beijing), moments UTC, seconds fractional. Examples are for `mongosh`."
    )
    for collection in COLLECTIONS:
        yield from _section(collection)
        if collection.name == "observations":
            yield from ("", "`data`:", "", "```", data_keys.strip(), "```")


def _section(collection: Collection) -> Iterator[str]:
    yield from ("", f"## {collection.name} · {collection.chinese}", "")
    if doc := first(collection.of):
        yield from (doc, "")
    refused = (
        "拒绝写入 refused" if collection.refuses else "照常写入，记入服务器日志 stored, and named in the server's log"
    )
    yield f"- `_id`: `{collection.id}`"
    for keys in collection.indexes:
        yield f"- 索引 index: `{', '.join(keys)}`"
    yield f"- 不合规则的文档 a document that does not fit: {refused}"
    yield from ("", *_fields(collection.of))
    for chinese, english, method, argument in collection.examples:
        asked = json.dumps(argument, ensure_ascii=False)
        yield from ("", f"{chinese} · {english}:", "", "```js", f"db.{collection.name}.{method}({asked})", "```")


def _tables(indicators: Mapping[str, str]) -> Iterator[str]:
    yield "# 数据字典 · The analyst's tables"
    yield ""
    yield (
        "视图由 `govcrawl admin init` 建立，`govcrawl export` 写出同名文件，列名、含义相同。"
        "Each is a view of MongoDB and a file of `govcrawl export`, column for column. In a view a day is a string, in a "
        "Parquet file a date (date32); a moment is UTC, in Parquet to the millisecond. In csv lists are joined by “；”, and an empty "
        "cell is null. A type with ? may be missing; shares are 0 to 1; `campaign` and `site` join the tables."
    )
    for view in VIEWS:
        yield from _view(view)
    yield from ("", "## indicators · 指标名称", "", first(rows.Indicator), "", *_fields(rows.Indicator))
    yield from ("", "| 指标 indicator | 名称 |", "|---|---|")
    yield from (f"| `{id_}` | {_cell(word)} |" for id_, word in indicators.items())


def _view(view: View) -> Iterator[str]:
    yield from ("", f"## {view.name} · {view.chinese}", "", first(view.row), "")
    key = f"；一行 a row: `{', '.join(view.key)}`" if view.key else ""
    yield from (f"- 来自 from: `{view.of}`{key}", "")
    yield from _fields(view.row)


def _fields(of: type) -> Iterator[str]:
    yield from ("| 字段 field | 类型 type | 含义 meaning |", "|---|---|---|")
    yield from (f"| `{name}` | {kind} | {_cell(meaning)} |" for name, kind, meaning in _rows(of))


def _rows(of: type, within: str = "") -> Iterator[tuple[str, str, str]]:
    hints, told = get_type_hints(of), comments(of)
    for one in fields(of):
        kind, name = hints[one.name], f"{within}{one.name}"
        yield name, _word(kind) + (" ?" if _has_default(one) else ""), told.get(one.name, "")
        inner, many = _inner(kind)
        if inner:
            yield from _rows(inner, f"{name}[]." if many else f"{name}.")


def _inner(kind: Any) -> tuple[type | None, bool]:
    """The dataclass within a type, and whether there is a list of it."""
    if is_dataclass(kind) and isinstance(kind, type):
        return kind, False
    for arg in get_args(kind):
        if (found := _inner(arg)[0]) is not None:
            return found, get_origin(kind) in (tuple, list)
    return None, False


def _word(kind: Any) -> str:
    origin, args = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return "object"
    if origin in (UnionType, Union):
        return " / ".join(_word(arg) for arg in args)
    if origin is Literal:
        return " / ".join(f"`{arg}`" for arg in args)
    if origin in (tuple, list):
        return f"[{_word(args[0])}]"
    if origin is dict:
        return "object"
    return "null" if kind is NoneType else _WORDS[kind]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def first(of: type) -> str:
    """What the class says of itself."""
    return " ".join((inspect.getdoc(of) or "").split())


@cache
def comments(of: type) -> dict[str, str]:
    """Field → its ``#:`` comment, beside it or on the lines before it, as the source has it."""
    found: dict[str, str] = {}
    for cls in reversed(of.__mro__[:-1]):
        source = textwrap.dedent(inspect.getsource(cls))
        lines = source.splitlines()
        (tree,) = ast.parse(source).body
        assert isinstance(tree, ast.ClassDef)  # noqa: S101 – the source of a class
        for node in tree.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[node.target.id] = _beside(lines, node)
    return found


def _beside(lines: list[str], node: ast.AnnAssign) -> str:
    above: list[str] = []
    for line in reversed(lines[: node.lineno - 1]):
        if not (said := re.fullmatch(r"\s*#: ?(.*)", line)):
            break
        above.insert(0, said[1])
    own = lines[(node.end_lineno or node.lineno) - 1].partition("#:")[2].strip()
    return " ".join((*above, own)).strip()
