"""Rule packs: a standard as data.  ``load_pack("2015")`` reads and checks ``2015.toml``, whose head explains every key.

The dataclasses below are the schema: a key without a default must be there, a key they don't name is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from govcrawl.contracts import ColumnClass
from govcrawl.errors import InputError

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule says."""

    word: str  #: the bulletin's wording
    clause: str
    source: str
    verified: bool  #: the published text was seen
    judged: Literal["crawl", "person"]
    unscored: str = ""  #: why it is not counted; empty: it is

    @property
    def counted(self) -> bool:
        return not self.unscored


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncounted(Rule):
    """A rule that only a person, or nobody yet, can apply; ``points`` None: no source states them."""

    points: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable(Rule):
    failed_share: Fraction  #: of conclusive visits; reaching it is the veto


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeNotUpdated(Rule):
    window_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsNotUpdated(Rule):
    key_classes: tuple[ColumnClass, ...]
    key_count: int  #: stale columns of ``key_classes`` together
    all_count: int  #: stale columns of any class with a window


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsBlank(Rule):
    count: int
    not_counted: tuple[ColumnClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoorResponse(Rule):
    late_days: int  #: more than this is late
    within_days: int  #: how far back the letter may have been asked
    boards: tuple[ColumnClass, ...]
    excludes: tuple[str, ...]  #: words of a board's name
    includes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeUnavailable(Rule):
    points_per_percent: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLink(Rule):
    points_home: Fraction
    points_other: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFewUpdates(Rule):
    fewer_than: int
    window_days: int
    points: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStale(Rule):
    points: Mapping[ColumnClass, Fraction]


@dataclass(frozen=True, slots=True)
class PassLine:
    deductions: Fraction  #: more than this fails
    word: str
    clause: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Vetoes:
    site_unreachable: Unreachable
    home_not_updated: HomeNotUpdated
    columns_not_updated: ColumnsNotUpdated
    columns_blank: ColumnsBlank
    serious_error: Uncounted
    poor_response: PoorResponse


@dataclass(frozen=True, slots=True)
class Deductions:
    home_unavailable: HomeUnavailable
    dead_link: DeadLink
    home_few_updates: HomeFewUpdates
    column_stale: ColumnStale
    column_blank: Uncounted
    inaccurate_info: Uncounted
    consult_missing: Uncounted
    survey_missing: Uncounted
    interview_missing: Uncounted
    guide_incomplete: Uncounted
    form_missing: Uncounted
    online_system_down: Uncounted


@dataclass(frozen=True, slots=True)
class Listed:
    missing_identity: Uncounted


@dataclass(frozen=True, slots=True)
class Head:
    name: str
    version: int
    title: str
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One standard.  Field names of the tables are the indicator ids of the contract."""

    pack: Head
    pass_line: PassLine
    windows: Mapping[ColumnClass, int]  #: days
    veto: Vetoes
    deduction: Deductions
    listed: Listed

    @property
    def label(self) -> str:
        """What a verdict names: ``2015@1``."""
        return f"{self.name}@{self.version}"

    @property
    def name(self) -> str:
        return self.pack.name

    @property
    def version(self) -> int:
        return self.pack.version

    def rules(self) -> dict[str, Rule]:
        """Every rule by its indicator id, in the order of the file's schema."""
        tables = (self.veto, self.deduction, self.listed)
        return {f.name: getattr(table, f.name) for table in tables for f in fields(table)}

    def unscored(self) -> tuple[str, ...]:
        """Deduction items that are never counted; ``rules()[id].unscored`` says why."""
        return tuple(f.name for f in fields(self.deduction) if not getattr(self.deduction, f.name).counted)


def known_packs() -> list[str]:
    """Names that ``load_pack`` takes, without their version."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def load_pack(name: str) -> Pack:
    """The pack of that name ("2015") or of exactly that version ("2015@1").

    Raises ``InputError`` where there is none, or where its file breaks the schema (file and key are named).
    """
    stem, at, _ = name.partition("@")
    if stem not in known_packs():
        raise InputError("standard", 0, f"没有名为 {name} 的评分标准；可用的有：{'、'.join(known_packs())}")
    pack = read_pack(FOLDER / f"{stem}.toml")
    if at and name != pack.label:
        raise InputError("standard", 0, f"没有 {name} 这一版本；现有版本为 {pack.label}")
    return pack


def read_pack(path: Path) -> Pack:
    """Reads and checks one file; ``InputError`` names the file and the key."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
        pack: Pack = _table(Pack, raw, "")
        _agree(pack, path.stem)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(path.name, 0, f"不是有效的 TOML 文件（{error}）") from error
    except _BadKeyError as error:
        raise InputError(path.name, 0, str(error)) from None
    return pack


class _BadKeyError(ValueError):
    """The key and what is wrong with it."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}：{reason}")


def _agree(pack: Pack, stem: str) -> None:
    """What no single key can show."""
    if pack.pack.name != stem:
        raise _BadKeyError("pack.name", f"应与文件名 {stem} 一致")
    for key, classes in (
        ("veto.columns_not_updated.key_classes", pack.veto.columns_not_updated.key_classes),
        ("deduction.column_stale.points", tuple(pack.deduction.column_stale.points)),
    ):
        if missing := sorted(set(classes) - set(pack.windows)):
            raise _BadKeyError(key, f"{missing[0]} 在 windows 中没有期限")
    for key, rule in pack.rules().items():
        if rule.counted and (isinstance(rule, Uncounted) or rule.judged == "person"):
            raise _BadKeyError(f"{key}.unscored", "缺少；不由抓取计分的指标须写明原因")


def _table(schema: Any, raw: Any, where: str) -> Any:
    if not isinstance(raw, dict):
        raise _BadKeyError(where, "应为一个表")
    hints, known = get_type_hints(schema), {f.name: f for f in fields(schema)}
    if unknown := sorted(raw.keys() - known.keys()):
        raise _BadKeyError(_join(where, unknown[0]), "不认识的键")
    if missing := [name for name, f in known.items() if name not in raw and f.default is MISSING]:
        raise _BadKeyError(_join(where, missing[0]), "缺少")
    return schema(**{name: _value(hints[name], value, _join(where, name)) for name, value in raw.items()})


def _value(kind: Any, raw: Any, where: str) -> Any:
    """``raw`` as the type ``kind`` of a field says."""
    origin, args = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _table(kind, raw, where)
    if origin is UnionType:
        return _value(args[0], raw, where)
    if origin is Literal:
        return _one_of(args, raw, where)
    if origin is tuple:
        if not isinstance(raw, list):
            raise _BadKeyError(where, "应为数组")
        return tuple(_value(args[0], item, where) for item in raw)
    if origin is Mapping:
        if not isinstance(raw, dict):
            raise _BadKeyError(where, "应为一个表")
        return MappingProxyType(
            {
                _value(args[0], key, _join(where, key)): _value(args[1], value, _join(where, key))
                for key, value in raw.items()
            }
        )
    return _scalar(kind, raw, where)


def _scalar(kind: Any, raw: Any, where: str) -> Any:
    if kind is Fraction:
        return _decimal(raw, where)
    if type(raw) is not kind:
        raise _BadKeyError(where, f"应为{_KINDS[kind]}")
    if kind is str and not raw.strip():
        raise _BadKeyError(where, "不能为空")
    if kind is int and raw <= 0:
        raise _BadKeyError(where, "应大于0")
    return raw


_KINDS = {str: "字符串", int: "整数", bool: "true 或 false", date: "日期"}


def _one_of(choices: tuple[Any, ...], raw: Any, where: str) -> Any:
    if raw not in choices:
        raise _BadKeyError(where, f"应为 {'、'.join(choices)} 之一")
    return raw


def _decimal(raw: Any, where: str) -> Fraction:
    """An exact number from a string such as "0.1"; a TOML float is already inexact and is refused."""
    try:
        number = Decimal(raw) if isinstance(raw, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number <= 0:
        raise _BadKeyError(where, '应为加引号的正的十进制数，如 "0.1"')
    return Fraction(number)


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
