"""TOML values → dataclasses, strictly: a key they don't name is refused, and so is one that is missing or of another type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from types import MappingProxyType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from govcrawl.tomlfile import nearest

_KINDS = {
    str: "文字，请加英文双引号",
    int: "整数，如 14",
    bool: "true 或 false，不加引号",
    date: "日期，如 2018-06-15，不加引号",
}


class BadKey(ValueError):
    """The key and what is wrong with it."""

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        super().__init__(f"{key}：{reason}")


def table(schema: Any, raw: Any, where: str, **given: Any) -> Any:
    """A ``schema`` from the keys of one table; ``given``: its fields that are no keys of the file.  Raises BadKey."""
    if not isinstance(raw, dict):
        raise BadKey(where, f"应为一节，请写成单独一行 [{where}]")
    hints, known = _hints(schema), {f.name: f for f in fields(schema) if f.name not in given}
    if unknown := sorted(raw.keys() - known.keys()):
        raise BadKey(join(where, unknown[0]), f"不认识的键{nearest(unknown[0], known) or '；请删去'}")
    if missing := [name for name, f in known.items() if name not in raw and f.default is MISSING]:
        raise BadKey(join(where, missing[0]), "缺少；请补上")
    values = {name: _value(hints[name], value, join(where, name)) for name, value in raw.items()}
    empty = [name for name, value in values.items() if value == "" and known[name].default is MISSING]
    if empty:
        raise BadKey(join(where, empty[0]), "不能为空；请填写")
    return schema(**values, **given)


def mapping(key: Any, value: Any, raw: Any, where: str) -> Mapping[Any, Any]:
    if not isinstance(raw, dict):
        raise BadKey(where, f"应为一节，如 [{where}]")
    found = {_value(key, k, join(where, k)): _value(value, v, join(where, k)) for k, v in raw.items()}
    return MappingProxyType(found)


def join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


@cache
def _hints(schema: Any) -> dict[str, Any]:
    return get_type_hints(schema)


def _value(kind: Any, raw: Any, where: str) -> Any:
    """``raw`` as the type ``kind`` of a field says."""
    origin, args = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return table(kind, raw, where)
    if origin is UnionType:
        return _value(args[0], raw, where)
    if origin is Literal:
        return _one_of(args, raw, where)
    if origin is tuple:
        if not isinstance(raw, list):
            raise BadKey(where, '应为列表，如 ["news", "notice"]')
        return tuple(_value(args[0], item, where) for item in raw)
    if origin is Mapping:
        return mapping(args[0], args[1], raw, where)
    return _scalar(kind, raw, where)


def _scalar(kind: Any, raw: Any, where: str) -> Any:
    if kind is Fraction:
        return _decimal(raw, where)
    if type(raw) is not kind or isinstance(raw, datetime):
        raise BadKey(where, f"应为{_KINDS[kind]}")
    if kind is int and raw <= 0:
        raise BadKey(where, f"应大于0（读到的是 {raw}）")
    return raw.strip() if kind is str else raw


def _one_of(choices: tuple[Any, ...], raw: Any, where: str) -> Any:
    if raw not in choices:
        raise BadKey(where, f"应为 {'、'.join(choices)} 之一{nearest(raw, choices)}")
    return raw


def _decimal(raw: Any, where: str) -> Fraction:
    """An exact number from a string such as "0.1"; a TOML float is already inexact and is refused."""
    try:
        number = Decimal(raw) if isinstance(raw, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number <= 0:
        raise BadKey(where, '应为加引号的正的十进制数，如 "0.1"')
    return Fraction(number)
