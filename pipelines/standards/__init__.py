"""Rule packs: standards as data.  ``load_pack("2015")`` reads and checks ``2015.toml``, whose head explains the file.

``rules.py`` and ``packs.py`` are the schema, ``schema.py`` holds files to it, ``agreement.py`` their parts to each other.
"""

from __future__ import annotations

import tomllib
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from govcrawl.errors import InputError
from govcrawl.facts import ColumnClass
from pipelines.standards.agreement import agree
from pipelines.standards.packs import Group, Head, Pack, PassLine
from pipelines.standards.rules import ACCOUNTS, CRAWLED, TABLES, Rule
from pipelines.standards.schema import BadKey, mapping, table

FOLDER = Path(__file__).parent
SUFFIX = ".toml"
Raw = dict[str, Any]
_SECTIONS = ("pack", "pass_line", "windows", "group", *TABLES, "account")


def known_packs() -> list[str]:
    """Names that ``load_pack`` takes, without their version."""
    return sorted(path.stem for path in FOLDER.glob(f"*{SUFFIX}"))


@cache
def load_pack(name: str) -> Pack:
    """The pack of that name ("2015"), of exactly that version ("2015@1"), or of that file ("/path/to/own.toml").

    Raises ``InputError`` where there is none, or where its file breaks the schema (file and key are named).
    """
    stem, at, _ = name.partition("@")
    if name.endswith(SUFFIX) and Path(name).is_absolute():
        return _own(Path(name))
    if stem not in known_packs():
        raise InputError("standard", 0, f"没有名为 {name} 的评分标准；可用的有：{'、'.join(known_packs())}")
    pack = read_pack(FOLDER / f"{stem}{SUFFIX}")
    if at and name != pack.label:
        raise InputError("standard", 0, f"没有 {name} 这一版本；现有版本为 {pack.label}")
    return pack


def _own(path: Path) -> Pack:
    """A file that somebody else keeps: its verdicts must not be taken for those of a pack of ours."""
    pack = read_pack(path)
    if pack.name in known_packs() and pack.label == load_pack(pack.name).label:
        raise InputError(path.name, 0, f"pack.version：{pack.label} 是内置标准的版本；请写更大的版本号，或另起名称")
    return pack


def read_pack(path: Path) -> Pack:
    """Reads and checks one file, with those it inherits; ``InputError`` names the file and the key."""
    raw = _inherited(path, ())
    try:
        pack = _pack(raw)
        if pack.name != path.stem:
            raise BadKey("pack.name", f"应与文件名 {path.stem} 一致")
        agree(pack)
    except BadKey as error:
        raise InputError(path.name, 0, str(error)) from None
    return pack


def _pack(raw: Raw) -> Pack:
    if unknown := sorted(raw.keys() - set(_SECTIONS)):
        raise BadKey(unknown[0], "不认识的键")
    if missing := [name for name in ("pack", "pass_line", "windows") if name not in raw]:
        raise BadKey(missing[0], "缺少")
    return Pack(
        pack=table(Head, raw["pack"], "pack"),
        pass_line=table(PassLine, raw["pass_line"], "pass_line"),
        windows=mapping(ColumnClass, int, raw["windows"], "windows"),
        groups=mapping(str, Group, raw.get("group", {}), "group"),
        rules={
            name: table(CRAWLED.get(name, Rule), keys, f"{where}.{name}", id=name, table=where)
            for where in TABLES
            for name, keys in raw.get(where, {}).items()
        },
        accounts={
            name: table(ACCOUNTS.get(name, Rule), keys, f"account.{name}", id=name)
            for name, keys in raw.get("account", {}).items()
        },
    )


# --- files, and what they inherit -------------------------------------------------------------------------------


def _inherited(path: Path, below: tuple[Path, ...]) -> Raw:
    """The file's tables laid over those of the pack it inherits.  ``below``: the files that led here."""
    raw = _tables(path)
    head = raw.get("pack")
    parent = head.get("inherits") if isinstance(head, dict) else None
    if parent is None:
        return raw
    if not isinstance(parent, str) or not parent or Path(parent).name != parent:
        raise InputError(path.name, 0, "pack.inherits：应为所继承标准的名称")
    beside = [folder / f"{parent}{SUFFIX}" for folder in (path.parent, FOLDER)]
    found = next((file for file in beside if file.is_file() and file not in (path, *below)), None)
    if found is None:
        loop = any(file in (path, *below) for file in beside)
        why = "又回到自己，形成循环" if loop else f"找不到；可用的有：{'、'.join(known_packs())}"
        raise InputError(path.name, 0, f"pack.inherits：所继承的 {parent} {why}")
    return _laid_over(_inherited(found, (path, *below)), raw)


def _tables(path: Path) -> Raw:
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(str(path), 0, f"评分标准文件打不开（{error.strerror}）；请检查路径") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(path.name, 0, f"不是有效的 TOML 文件（{error}）") from error
    try:
        _once_each(raw)
    except BadKey as error:
        raise InputError(path.name, 0, str(error)) from None
    return raw


def _once_each(raw: Raw) -> None:
    """Of one file: every rule in one table only, and every table a table."""
    seen: dict[str, str] = {}
    for where in (*TABLES, "account", "group"):
        if not isinstance(raw.get(where, {}), dict):
            raise BadKey(where, "应为一个表")
        for name in raw.get(where, {}) if where != "group" else ():
            if name in seen:
                raise BadKey(f"{where}.{name}", f"同一指标已列在 {seen[name]} 中，只能属于一处")
            seen[name] = where


def _laid_over(parent: Raw, own: Raw) -> Raw:
    """Key by key.  A rule that stands in another table than the parent's moves there; points don't move to where none are."""
    result = deepcopy(parent)
    for section, keys in own.items():
        base = result.setdefault(section, {})
        if not isinstance(keys, dict) or not isinstance(base, dict):
            result[section] = keys
            continue
        for key, value in keys.items():
            was = _taken(result, key, section) if section in TABLES else base.get(key)
            base[key] = was | value if isinstance(was, dict) and isinstance(value, dict) else value
    return result


def _taken(raw: Raw, name: str, into: str) -> Any:
    """The parent's rule of that name, out of the table it stood in."""
    for where in TABLES:
        if name in raw.get(where, {}):
            rule = raw[where][name] if where == into else raw[where].pop(name)
            left = (
                {*CRAWLED.get(name, Rule).amount_keys, "points", "cap", "group"} if into in ("veto", "listed") else ()
            )
            return {key: value for key, value in rule.items() if key not in left} if isinstance(rule, dict) else rule
    return None
