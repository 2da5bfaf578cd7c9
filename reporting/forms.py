"""An issuer's own text: a Jinja2 file named in the campaign (``report.template``), whose lines become the bulletin.

A line is a paragraph; ``一、…`` without a full stop is a heading, ``（一）…。`` at its beginning is set in 楷体.  Above the first paragraph
may stand ``标题：``, ``主送：``, ``字号：``, ``日期：``, ``附注：``, ``抄送：``, ``文种：函``.  What the text may speak of: ``offered.py``.
``附表(…)`` prints a table as annex, in the order of the calls; ``见(…)`` is its number.  The text is rendered twice, for a number may be
asked for before its table.  It runs in a sandbox: no files, no other templates, nothing of Python's; and what it names is plain values.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from govcrawl.errors import InputError

from .parts import Annex, Paragraph, Section
from .presented import Wish, presented
from .tables import Table
from .text import cleaned, day, numeral

_KEYS = ("标题", "主送", "字号", "日期", "附注", "抄送", "文种")
_KEY = re.compile(rf"({'|'.join(_KEYS)})[：:]\s*(.*)")
_HEADING = re.compile(r"[一二三四五六七八九十]+、[^。；]{1,40}")
_LEAD = re.compile(r"（[一二三四五六七八九十]+）[^。]{1,60}(?:。|$)")
KINDS = ("通报", "函")
#: What a text may say of an annex, and what that is.
_WISHES = {"题": "title", "列": "columns", "注": "note", "总计": "total", "只印": "where", "排序": "sort"}
#: What a mistake of the text can raise; anything else is a defect of ours.
_MISTAKES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


@dataclass(frozen=True)
class Written:
    """``keys``: what stands above the first paragraph."""

    keys: Mapping[str, str]
    sections: tuple[Section, ...]
    annexes: tuple[Annex, ...]


@dataclass
class _Asked:
    """The annexes of one rendering; ``labels`` are those of the rendering before."""

    tables: Mapping[str, Table]
    known: Iterable[str]
    labels: Mapping[str, str] = field(default_factory=dict)
    found: list[Table] = field(default_factory=list)

    def annex(self, name: str, **given: Any) -> str:
        """附表: nothing is printed where it stands."""
        if unknown := [word for word in given if word not in _WISHES]:
            raise ValueError(f"附表不认识“{unknown[0]}”；可用 {'、'.join(_WISHES)}")
        if table := self._table(name):
            printed = cleaned(presented(table, Wish(name, **{_WISHES[word]: value for word, value in given.items()})))
            if printed.rows:
                self.found.append(printed)
        return ""

    def label(self, name: str, title: str = "") -> str:
        """见: ``附件2``; empty where the table isn't printed.  ``title``: which of several annexes of one table."""
        table = self._table(name)
        return self.labels.get(title or table.key, "") if table else ""

    def _table(self, name: str) -> Table | None:
        """None: known, but the campaign has none of it."""
        for table in self.tables.values():
            if name in (table.key, table.name):
                return table
        if name in self.known:
            return None
        raise ValueError(f"没有名为“{name}”的表；本次有 {'、'.join(t.name for t in self.tables.values())}")

    def annexes(self) -> tuple[Annex, ...]:
        labels = ["附件"] if len(self.found) == 1 else [f"附件{n}" for n in range(1, len(self.found) + 1)]
        return tuple(Annex(label, table) for label, table in zip(labels, self.found, strict=True))


def write(
    source: str, path: str, values: Mapping[str, Any], tables: Mapping[str, Table], known: Iterable[str]
) -> Written:
    """``values``: what the text may name; ``known``: tables a campaign may have.  InputError with the line of a mistake in ``source``."""
    asked = _Asked(tables, known)
    _rendered(source, path, values, asked)
    labels = {key: annex.label for annex in reversed(asked.annexes()) for key in (annex.table.key, annex.table.title)}
    asked = _Asked(tables, known, labels)
    text = _rendered(source, path, values, asked)
    keys, sections = _parsed(text)
    if keys.get("文种", KINDS[0]) not in KINDS:
        raise InputError(path, 0, f"文种只能是 {'、'.join(KINDS)}（读到的是“{keys['文种']}”）")
    if not sections:
        raise InputError(path, 0, "这份文稿没有正文；请至少写一段")
    return Written(keys, sections, asked.annexes())


def check(source: str, path: str) -> None:
    """InputError where ``source`` is no template."""
    _compiled(_environment(), source, path)


def _rendered(source: str, path: str, values: Mapping[str, Any], asked: _Asked) -> str:
    environment = _environment()
    code = _compiled(environment, source, path)
    template = environment.template_class.from_code(environment, code, environment.make_globals(None))
    try:
        return template.render({**values, "附表": asked.annex, "见": asked.label})
    except _MISTAKES as error:
        raise InputError(path, _line(error, path), _told(error)) from error


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals = {}  # no range, no cycler: what a text needs is offered
    environment.filters |= _FILTERS
    return environment


def _compiled(environment: ImmutableSandboxedEnvironment, source: str, path: str) -> Any:
    try:
        return environment.compile(source, path, path)
    except TemplateSyntaxError as error:
        raise InputError(path, error.lineno, f"文稿语法错误：{error.message}") from error


def _line(error: BaseException, path: str) -> int:
    """Of the text, where the mistake showed; Jinja2 keeps it in the traceback."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return (lines or [0])[-1] or 0


def _told(error: Exception) -> str:
    found = re.match(r"'(.+?)' is undefined", str(error)) or re.search(
        r"has no (?:attribute|element) '?([^']+)", str(error)
    )
    if found:
        return f"文稿中的“{found[1]}”没有值；请核对名称"
    return f"文稿有误：{error}"


def _parsed(text: str) -> tuple[dict[str, str], tuple[Section, ...]]:
    keys: dict[str, str] = {}
    sections: list[tuple[str, list[Paragraph]]] = []
    for line in filter(None, (cleaned(raw).strip() for raw in text.split("\n"))):
        if not sections and (key := _KEY.fullmatch(line)):
            keys[key[1]] = key[2]
        elif _HEADING.fullmatch(line):
            sections.append((line, []))
        else:
            if not sections:
                sections.append(("", []))
            sections[-1][1].append(_paragraph(line))
    return keys, tuple(Section(heading, tuple(paragraphs)) for heading, paragraphs in sections)


def _paragraph(line: str) -> Paragraph:
    line = re.sub(r"^\(([一二三四五六七八九十]+)\)", r"（\1）", line)
    lead = _LEAD.match(line)
    return Paragraph(line[lead.end() :], lead[0]) if lead else Paragraph(line)


def _some(names: Iterable[Any], most: int = 0, unit: str = "个") -> str:
    """``甲、乙、丙``; more than ``most``: ``甲等19个``."""
    every = [str(name) for name in names]
    if most and len(every) > most:
        return f"{'、'.join(every[:most])}等{len(every)}{unit}"
    return "、".join(every)


_FILTERS: dict[str, Callable[..., str]] = {"列举": _some, "中文": numeral, "日期": day}
