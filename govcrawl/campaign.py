"""campaign.toml → Campaign, or one sentence with the line to mend."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from govcrawl import recurring
from govcrawl.contracts import Campaign, CrawlPlan, Issuer, LedgerPlan, ProbePlan, ReportPlan, Repost, Scope
from govcrawl.errors import InputError
from govcrawl.register.codes import tenures
from govcrawl.register.scope import PREVIOUS_FAILED
from govcrawl.tomlfile import TomlFile, nearest, read_toml

_ID = re.compile(r"[a-z0-9-]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MAX_WHOLE = 2**53  #: what JSON and a spreadsheet still hold exactly

#: Takes a value of the file, gives the value of the campaign; raises ``ValueError`` with what is wrong and the fix.
_Check = Callable[[Any], Any]


def load_campaign(
    path: str | Path, trouble: Callable[[str, date], str] | None = None, on: date | None = None
) -> Campaign:
    """The campaign of one file, every key checked, every path absolute (relative to the file).

    ``on``: of a file that recurs, the campaign of that day's month, and NotDue where it has none; None: the file as it stands.

    ``trouble``: why a campaign that ends on that day can't be judged by that standard (empty: it can); None leaves ``standard``
    unchecked.  It is the name of a rule pack, or the path of such a file.  Whether the registry's files can be read is seen when
    they are read.  Raises ``InputError`` with the line of the fault (0: the file as a whole).
    """
    source = _Source(read_toml(Path(path)))
    values = source.values()
    reposts, how = source.reposts(), source.recurring(values)
    campaign, registry = values["campaign"], values["registry"]
    if campaign["ends"] < campaign["starts"]:
        source.fail("campaign", "ends", f"ends（{campaign['ends']}）早于 starts（{campaign['starts']}）；请对调或改正")
    if campaign["standard"].endswith(".toml"):
        campaign["standard"] = source.beside(campaign["standard"])
    if campaign["id"] in registry.get("previous", ()):
        source.fail("registry", "previous", f"previous 含有本次普查自己的编号“{campaign['id']}”；只写以前各次")
    if campaign["id"] in (report := values["report"]).get("months", ()):
        source.fail("report", "months", f"months 含有本次普查自己的编号“{campaign['id']}”；只写以前各月")
    report["template"] = source.beside(report.get("template", ""))
    if report["template"] and not Path(report["template"]).is_file():
        source.fail("report", "template", f"找不到文件 {report['template']}；请检查路径")
    previous = registry.pop("previous", ())
    files: dict[str, Any] = {f"{name}_file": source.beside(file) for name, file in registry.items()}
    whole = Campaign(
        **campaign,
        **files,
        previous=previous,
        issuer=Issuer(**values["issuer"]),
        scope=Scope(**values["scope"]),
        probe=ProbePlan(**values["probe"]),
        crawl=CrawlPlan(**values["crawl"]),
        report=ReportPlan(**report),
        ledger=LedgerPlan(**values["ledger"]),
        allowed=values["checks"].get("allowed", ()),
        reposts=reposts,
    )
    one = recurring.month_of(whole, how, on) if how and on else whole
    if trouble and (why := trouble(one.standard, one.ends)):
        source.fail("campaign", "standard", why)
    return one


def series_of(path: str | Path) -> str:
    """The id in a file that recurs; empty: it doesn't."""
    source = _Source(read_toml(Path(path)))
    values = source.values()
    return str(values["campaign"]["id"]) if source.recurring(values) else ""


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
            raise ValueError(f"只能是 {'、'.join(words)}（读到的是 {_shown(value)}）{nearest(value, words)}")
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


def _days(value: Any) -> tuple[int, int]:
    days = _list_of(_whole(1, 31))(value)
    if len(days) != 2 or days[0] > days[1]:
        raise ValueError("应为两个日子，先开始后结束，如 [1, 20]")
    return days[0], days[1]


def _division(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[0-9]{6}", text):
        raise ValueError(f"应为 6 位行政区划代码，如 530000（读到的是“{text}”）")
    if not tenures(text):
        raise ValueError(f"“{text}”不在行政区划代码表中；请核对")
    return text


def _allowed(value: Any) -> str:
    site, colon, words = (text := _text(value).replace("：", ":")).rpartition(":")
    if not words.strip() or (colon and not re.fullmatch(r"\w{5,20}|row-\d+", site.strip())):
        raise ValueError(f"应为词语，或“网站标识码:词语”（读到的是“{text}”）")
    return f"{site.strip()}{colon}{words.strip()}"


def _address(value: Any) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", text := _text(value)):
        raise ValueError(f"应为网址，以 http:// 或 https:// 开头（读到的是“{text}”）")
    return text


def _number(value: Any) -> str:
    text = _text(value)
    if len(text) > 40 or text.count("{号}") != 1 or re.search(r"[{}]", text.replace("{年}", "").replace("{号}", "")):
        raise ValueError(f"应含有一处 {{号}}，可含 {{年}}，不超过40字，如 整改〔{{年}}〕{{号}}号（读到的是“{text}”）")
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
        "superior": _optional_text,
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
        "as_engine": _yes_no,
    },
    "report": {
        "digits": _whole(0, 4),
        "rounding": _one_of("half_up", "truncate"),
        "require_review": _yes_no,
        "template": _optional_text,
        "rows": _one_of("code", "register"),
        "months": _list_of(_id),
        "title": _optional_text,
    },
    "ledger": {"working_days": _whole(1, 250), "number": _number},
    "checks": {"allowed": _list_of(_allowed)},
}
_REPOST: dict[str, _Check] = {
    "name": _text,
    "from": _day,
    "until": _day,
    "keywords": _list_of(_text),
    "urls": _list_of(_address),
}
_RECURRING: dict[str, _Check] = {"every": _one_of("month"), "days": _days, "quarterly": _yes_no}
_REQUIRED = {
    "campaign": ("id", "title", "standard", "starts", "ends"),
    "issuer": ("name", "division"),
    "registry": ("sites",),
    "repost": ("name", "from", "until"),
    "recurring": ("every",),
}


# --- the file ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Source:
    """The campaign file, held to the keys above."""

    file: TomlFile

    def values(self) -> dict[str, dict[str, Any]]:
        """Section → key → checked value; every section there, keys that are not written left out."""
        raw = self.file.values()
        self._refuse_unknown(raw, (*_KEYS, "repost", "recurring"), "")
        return {section: self._section(section, raw.get(section, {}), _KEYS[section]) for section in _KEYS}

    def reposts(self) -> tuple[Repost, ...]:
        """One of each [[repost]]."""
        raw = self.file.values().get("repost", [])
        if not isinstance(raw, list):
            self.fail("repost", "", "每个转载专题写成一节，以单独一行 [[repost]]（两对方括号）开头")
        found = tuple(self._repost(self._section("repost", one, _REPOST)) for one in raw)
        if twice := [one.name for one in found if [other.name for other in found].count(one.name) > 1]:
            self.fail("repost", "name", f"有两个转载专题都叫“{twice[0]}”；请改名")
        return found

    def recurring(self, values: Mapping[str, Mapping[str, Any]]) -> recurring.Recurring | None:
        """How the file recurs; None: it doesn't.  ``values``: of the other sections."""
        raw = self.file.values().get("recurring")
        if raw is None:
            return None
        told = {key: value for key, value in self._section("recurring", raw, _RECURRING).items() if key != "every"}
        if "年" in values["campaign"]["title"]:
            self.fail("campaign", "title", "周期抽查的 title 不写年月，每次的年月由程序加上，如“全省政府网站抽查”")
        for key in ("months", "title"):
            if values["report"].get(key):
                self.fail("report", key, f"周期抽查的 {key} 由程序按季度填写；请删去")
        return recurring.Recurring(**told)

    def _repost(self, told: dict[str, Any]) -> Repost:
        one = Repost(told["name"], told["from"], told["until"], told.get("keywords", ()), told.get("urls", ()))
        if one.ends < one.starts:
            self.fail("repost", "until", f"“{one.name}”的 until（{one.ends}）早于 from（{one.starts}）；请对调或改正")
        if not (one.keywords or one.urls):
            self.fail("repost", "", f"“{one.name}”没有写 keywords 或 urls，无从识别转载；请至少写一项")
        return one

    def beside(self, file: str) -> str:
        """A path of the file made absolute; an empty one stays empty."""
        return str((self.file.path.resolve().parent / file).resolve()) if file else ""

    def fail(self, section: str, key: str, reason: str) -> NoReturn:
        raise InputError(str(self.file.path), self.file.line(*filter(None, (section, key))), reason)

    def _section(self, section: str, raw: Any, keys: Mapping[str, _Check]) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self.fail(section, "", f"{section} 应为一节，请写成单独一行 [{section}]")
        self._refuse_unknown(raw, keys, section)
        for key in _REQUIRED.get(section, ()):
            if key not in raw:
                where = f"[{section}] 一节" if self.file.line(section) else f"文件缺少 [{section}] 一节，其中"
                self.fail(section, "", f"{where}缺少 {key}；请补上")
        return {key: self._checked(section, key, value, keys[key]) for key, value in raw.items()}

    def _checked(self, section: str, key: str, value: Any, check: _Check) -> Any:
        try:
            return check(value)
        except ValueError as error:
            self.fail(section, key, f"{key} {error}")

    def _refuse_unknown(self, raw: Mapping[str, Any], known: Collection[str], section: str) -> None:
        for key in raw:
            if key in known:
                continue
            home = next((f"；它属于 [{other}] 一节" for other, keys in _KEYS.items() if key in keys), "")
            fix = home or nearest(key, known) or "；请删去"
            if section:
                self.fail(section, key, f"[{section}] 一节没有 {key} 这个键{fix}")
            self.fail(key, "", f"没有 [{key}] 这一节{fix}")
