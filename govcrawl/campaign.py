"""campaign.toml → Campaign, or one sentence with the line to mend."""

from __future__ import annotations

import difflib
import ipaddress
import math
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from govcrawl.contracts import Campaign, CrawlPlan, Issuer, ProbePlan, ReportPlan, Scope
from govcrawl.errors import InputError
from govcrawl.register.codes import tenures
from govcrawl.register.scope import PREVIOUS_FAILED

_ID = re.compile(r"[a-z0-9-]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MAX_WHOLE = 2**53  #: what JSON and a spreadsheet still hold exactly

#: Takes a value of the file, gives the value of the campaign; raises ``ValueError`` with what is wrong and the fix.
_Check = Callable[[Any], Any]


def load_campaign(path: str | Path, trouble: Callable[[str, date], str] | None = None) -> Campaign:
    """The campaign of one file, every key checked, every path absolute (relative to the file).

    ``trouble``: why a campaign that ends on that day can't be judged by that standard (empty: it can); None leaves ``standard``
    unchecked.  It is the name of a rule pack, or the path of such a file.  Whether the registry's files can be read is seen when
    they are read.  Raises ``InputError`` with the line of the fault (0: the file as a whole).
    """
    source = _Source(Path(path))
    values = source.values()
    campaign, registry = values["campaign"], values["registry"]
    if campaign["ends"] < campaign["starts"]:
        source.fail("campaign", "ends", f"ends（{campaign['ends']}）早于 starts（{campaign['starts']}）；请对调或改正")
    if campaign["standard"].endswith(".toml"):
        campaign["standard"] = source.beside(campaign["standard"])
    if trouble and (why := trouble(campaign["standard"], campaign["ends"])):
        source.fail("campaign", "standard", why)
    if campaign["id"] in registry.get("previous", ()):
        source.fail("registry", "previous", f"previous 含有本次普查自己的编号“{campaign['id']}”；只写以前各次")
    previous = registry.pop("previous", ())
    files: dict[str, Any] = {f"{name}_file": source.beside(file) for name, file in registry.items()}
    return Campaign(
        **campaign,
        **files,
        previous=previous,
        issuer=Issuer(**values["issuer"]),
        scope=Scope(**values["scope"]),
        probe=ProbePlan(**values["probe"]),
        crawl=CrawlPlan(**values["crawl"]),
        report=ReportPlan(**values["report"]),
    )


# --- what a value may be -----------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"应为文字，请加英文双引号（读到的是 {_shown(value)}）")
    if not value.strip():
        raise ValueError("不能为空")
    if not value.isprintable():
        raise ValueError("含有换行或不可见字符，请写成一行")
    return value.strip()


def _optional_text(value: Any) -> str:
    return "" if value == "" else _text(value)


def _deadline(value: Any) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value.year}年{value.month}月{value.day}日"
    return _optional_text(value)


def _id(value: Any) -> str:
    if not _ID.fullmatch(text := _text(value)):
        raise ValueError(f"只能用小写字母、数字和连字符，如 yn-2018q2（读到的是“{text}”）")
    return text


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f"不是有效的日期，请写成 2018-06-15 的形式（读到的是 {_shown(value)}）")


def _whole(low: int, high: int = _MAX_WHOLE) -> _Check:
    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"应为整数（读到的是 {_shown(value)}）")
        if not low <= value <= high:
            limits = f"不能小于 {low}" if value < low else f"不能大于 {high}"
            raise ValueError(f"{limits}（读到的是 {value}）")
        return value

    return check


def _positive(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"应为数字（读到的是 {_shown(value)}）")
    if not math.isfinite(value) or value <= 0:
        raise ValueError(f"必须大于 0（读到的是 {value}）")
    return float(value)


def _share(value: Any) -> float:
    if (share := _positive(value)) > 1:
        raise ValueError(f"必须大于 0、不大于 1，如 0.3（读到的是 {value}）")
    return share


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"应为 true 或 false，不加引号（读到的是 {_shown(value)}）")
    return value


def _one_of(*words: str) -> _Check:
    def check(value: Any) -> str:
        if value not in words:
            raise ValueError(f"只能是 {'、'.join(words)}（读到的是 {_shown(value)}）{_nearest(value, words)}")
        return str(value)

    return check


def _list_of(check_one: _Check) -> _Check:
    def check(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError(f'应为列表，如 ["甲","乙"]（读到的是 {_shown(value)}）')
        found = tuple(check_one(one) for one in value)
        twice = next((one for one in found if found.count(one) > 1), None)
        if twice is not None:
            raise ValueError(f"“{twice}”写了不止一次；请删去重复的")
        return found

    return check


def _division(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[0-9]{6}", text):
        raise ValueError(f"应为 6 位行政区划代码，如 530000（读到的是“{text}”）")
    if not tenures(text):
        raise ValueError(f"“{text}”不在行政区划代码表中；请核对")
    return text


def _network(value: Any) -> str:
    text = _text(value)
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"“{text}”不是网段，应形如 127.0.0.0/8 或 192.168.1.0/24（斜线后的主机位须为 0）") from error
    return text


def _shown(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)[:60]


def _nearest(word: object, words: Collection[str]) -> str:
    near = difflib.get_close_matches(str(word), words, 1)
    return f"；是否想写 {near[0]}？" if near else ""


# --- the keys: contract §1; a key that is not required has the default of contracts.py ------------------------------

_KEYS: dict[str, dict[str, _Check]] = {
    "campaign": {"id": _id, "title": _text, "standard": _text, "starts": _day, "ends": _day, "rounds": _whole(1)},
    "issuer": {
        "name": _text,
        "division": _division,
        "direct": _text,
        "order": _list_of(_text),
        "number": _optional_text,
        "contact": _optional_text,
        "deadline": _deadline,
        "copies_to": _optional_text,
        "addressees": _optional_text,
    },
    "registry": {
        "sites": _text,
        "columns": _optional_text,
        "messages": _optional_text,
        "accounts": _optional_text,
        "previous": _list_of(_id),
    },
    "scope": {
        "mode": _one_of("all", "sample"),
        "ratio": _share,
        "seed": _whole(-_MAX_WHOLE),
        "always": _list_of(_one_of(PREVIOUS_FAILED)),
    },
    "probe": {"per_round": _whole(1), "spacing_s": _positive, "timeout_s": _positive},
    "crawl": {
        "max_pages": _whole(1),
        "max_depth": _whole(1),
        "delay_s": _positive,
        "allow_networks": _list_of(_network),
        "browser": _yes_no,
    },
    "report": {"digits": _whole(0, 4), "rounding": _one_of("half_up", "truncate"), "require_review": _yes_no},
}
_REQUIRED = {
    "campaign": ("id", "title", "standard", "starts", "ends"),
    "issuer": ("name", "division"),
    "registry": ("sites",),
}


# --- the file ----------------------------------------------------------------------------------------------------


@dataclass
class _Source:
    """The text of the file; knows on which line a key stands, which tomllib does not tell."""

    path: Path
    text: str = ""

    def values(self) -> dict[str, dict[str, Any]]:
        """Section → key → checked value; every section there, keys that are not written left out."""
        self.text = self._read()
        raw = self._parse()
        self._refuse_unknown(raw, _KEYS, "")
        return {section: self._section(section, raw.get(section, {})) for section in _KEYS}

    def beside(self, file: str) -> str:
        """A path of the file made absolute; an empty one stays empty."""
        return str((self.path.resolve().parent / file).resolve()) if file else ""

    def fail(self, section: str, key: str, reason: str) -> NoReturn:
        raise InputError(str(self.path), self._line(section, key), reason)

    def _section(self, section: str, raw: Any) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self.fail(section, "", f"{section} 应为一节，请写成单独一行 [{section}]")
        self._refuse_unknown(raw, _KEYS[section], section)
        for key in _REQUIRED.get(section, ()):
            if key not in raw:
                where = f"[{section}] 一节" if self._line(section, "") else f"文件缺少 [{section}] 一节，其中"
                self.fail(section, "", f"{where}缺少 {key}；请补上")
        return {key: self._checked(section, key, value) for key, value in raw.items()}

    def _checked(self, section: str, key: str, value: Any) -> Any:
        try:
            return _KEYS[section][key](value)
        except ValueError as error:
            self.fail(section, key, f"{key} {error}")

    def _refuse_unknown(self, raw: Mapping[str, Any], known: Mapping[str, Any], section: str) -> None:
        for key in raw:
            if key in known:
                continue
            home = next((f"；它属于 [{other}] 一节" for other, keys in _KEYS.items() if key in keys), "")
            fix = home or _nearest(key, known) or "；请删去"
            if section:
                self.fail(section, key, f"[{section}] 一节没有 {key} 这个键{fix}")
            self.fail(key, "", f"没有 [{key}] 这一节{fix}")

    def _line(self, section: str, key: str) -> int:
        """Of the key, else of its section, else 0."""
        here, found = "", 0
        name = re.escape(key)
        for number, line in enumerate(self.text.split("\n"), 1):
            if heading := re.match(r"\s*\[+\s*([\w\"'-]+)\s*[\].]", line):
                here = heading[1].strip("\"'")
            wanted = (
                rf"\s*[\"']?{name}[\"']?\s*[=.]" if here == section else rf"\s*{re.escape(section)}\s*\.\s*{name}\s*="
            )
            if key and re.match(wanted, line):
                return number
            if not found and (here == section or (not here and re.match(rf"\s*{re.escape(section)}\s*[=.]", line))):
                found = number
        return found

    def _read(self) -> str:
        try:
            data = self.path.read_bytes()
            return data.decode("utf-8-sig").replace("\r\n", "\n")
        except FileNotFoundError as error:
            raise InputError(str(self.path), 0, "找不到这个文件；请检查路径") from error
        except OSError as error:
            raise InputError(str(self.path), 0, f"文件打不开（{error.strerror}）；请检查路径和权限") from error
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise InputError(str(self.path), line, "这一行不是 UTF-8 编码；请把文件另存为 UTF-8") from error

    def _parse(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text)
        except (ValueError, RecursionError) as error:
            place = re.search(r"\(at line (\d+)", str(error))
            line = int(place[1]) if place else self.text.count("\n") + 1
            raise InputError(str(self.path), line, self._syntax(line, error)) from error

    def _syntax(self, line: int, error: Exception) -> str:
        written = self.text.split("\n")[line - 1]
        reason = str(error).partition(" (at ")[0]
        if re.search(r"=\s*\d{4}[-/.年]\d", written):
            return "不是有效的日期；请写成 2018-06-15 的形式，月和日各两位"
        if re.search(r"[“”‘’＝［］]", written):
            return '用了中文引号或全角符号；请改为英文半角的 " = [ ]'
        if "\\" in written:
            return "引号内的 \\ 有特殊含义；路径请用 / 分隔"
        if "overwrite" in reason or "twice" in reason:
            return "同一个键或同一节写了两次；请删去一处"
        return f"TOML 语法错误（{reason}）；文字要用成对的英文双引号括起，每行一个“键 = 值”"
