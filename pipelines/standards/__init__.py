"""Rule packs: standards as data.  ``load_pack("2015")`` reads and checks ``2015.toml``, whose head explains the file.

``rules.py`` and ``packs.py`` are the schema, ``schema.py`` holds files to it, ``agreement.py`` their parts to each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from govcrawl.errors import InputError
from govcrawl.facts import ColumnClass
from govcrawl.tomlfile import TomlFile, nearest, read_toml
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
        line = read_toml(path).line("pack", "version")
        raise InputError(path.name, line, f"pack.version：{pack.label} 是内置标准的版本；请写更大的版本号，或另起名称")
    return pack


def read_pack(path: Path) -> Pack:
    """Reads and checks one file, with those it inherits; ``InputError`` names the file, the line and the key."""
    sources = _sources(path, ())
    raw: Raw = {}
    for source in reversed(sources):
        raw = _laid_over(raw, source.raw)
    try:
        pack = _pack(raw)
        if pack.name != path.stem:
            raise BadKey("pack.name", f"应与文件名 {path.stem} 一致")
        agree(pack)
    except BadKey as error:
        raise _told(sources, error) from None
    return pack


def _pack(raw: Raw) -> Pack:
    if unknown := sorted(raw.keys() - set(_SECTIONS)):
        raise BadKey(unknown[0], f"不认识的部分{nearest(unknown[0], _SECTIONS) or '；请删去'}")
    if missing := [name for name in ("pack", "pass_line", "windows") if name not in raw]:
        raise BadKey(missing[0], f"缺少 [{missing[0]}] 这一节；请补上，或以 inherits 继承")
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


@dataclass(frozen=True, slots=True)
class _Source:
    file: TomlFile
    raw: Raw

    def holds(self, keys: Sequence[str]) -> bool:
        found: Any = self.raw
        for key in keys:
            if not isinstance(found, Mapping) or key not in found:
                return False
            found = found[key]
        return True


def _told(sources: Sequence[_Source], fault: BadKey) -> InputError:
    """Where the key stands, of several files in the one laid over the others; never in a pack of ours."""
    keys = fault.key.split(".")
    own = (source for source in sources if source.file.path.parent != FOLDER)
    source = next((source for source in own if source.holds(keys)), sources[0])
    return InputError(source.file.path.name, source.file.line(*keys), str(fault))


def _sources(path: Path, below: tuple[Path, ...]) -> list[_Source]:
    """The file, and those it inherits, each with the one that it is laid over after it.  ``below``: the files that led here."""
    source = _source(path)
    head = source.raw.get("pack")
    parent = head.get("inherits") if isinstance(head, dict) else None
    if parent is None:
        return [source]
    if not isinstance(parent, str) or not parent or Path(parent).name != parent:
        raise _told([source], BadKey("pack.inherits", '应为所继承标准的名称，如 "2019"'))
    beside = [folder / f"{parent}{SUFFIX}" for folder in (path.parent, FOLDER)]
    found = next((file for file in beside if file.is_file() and file not in (path, *below)), None)
    if found is None:
        loop = any(file in (path, *below) for file in beside)
        why = "又回到自己，形成循环" if loop else f"找不到；可用的有：{'、'.join(known_packs())}"
        raise _told([source], BadKey("pack.inherits", f"所继承的 {parent} {why}"))
    return [source, *_sources(found, (path, *below))]


def _source(path: Path) -> _Source:
    """Under its name alone: who reads of it knows the folder."""
    try:
        file = read_toml(path)
        source = _Source(file, file.values())
    except InputError as error:
        raise InputError(path.name, error.line, error.message) from error
    try:
        _once_each(source.raw)
    except BadKey as error:
        raise _told([source], error) from None
    return source


def _once_each(raw: Raw) -> None:
    """Of one file: every rule in one table only, and every table a table."""
    seen: dict[str, str] = {}
    for where in (*TABLES, "account", "group"):
        if not isinstance(raw.get(where, {}), dict):
            raise BadKey(where, f"应为一节，如 [{where}.名称]")
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
            base[key] = _merged(key, was, value) if isinstance(was, dict) and isinstance(value, dict) else value
    return result


def _merged(name: str, was: Raw, own: Raw) -> Raw:
    """Who gives the points of a rule has what the parent lacked: its reason not to count them falls away, unless a person must judge."""
    merged = was | own
    if own.keys() & {*_kind(name).amount_keys} and merged.get("judged") == "crawl" and "unscored" not in own:
        merged.pop("unscored", None)
    return merged


def _taken(raw: Raw, name: str, into: str) -> Any:
    """The parent's rule of that name, out of the table it stood in."""
    for where in TABLES:
        if name in raw.get(where, {}):
            rule = raw[where][name] if where == into else raw[where].pop(name)
            left = {*_kind(name).amount_keys, "points", "cap", "group"} if into in ("veto", "listed") else ()
            return {key: value for key, value in rule.items() if key not in left} if isinstance(rule, dict) else rule
    return None


def _kind(name: str) -> type[Rule]:
    return CRAWLED.get(name, Rule)
