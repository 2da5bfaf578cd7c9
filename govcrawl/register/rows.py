"""What the readers of all registers share: rows that can't be used are collected, named, and left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from govcrawl.contracts import RUNNING, STATUSES, Issue
from govcrawl.errors import InputError
from govcrawl.register.tables import EXCESS

_DAY = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:[ T]*\d{1,2}[:：时].*)?"
)


class RowError(Exception):
    """A row that is left out; the issue says why."""

    def __init__(self, column: str, reason: str) -> None:
        self.column, self.reason = column, reason
        super().__init__(reason)


@dataclass
class Notes:
    """Collects the issues of one file."""

    file: str
    line: int = 0
    issues: list[Issue] = field(default_factory=list)

    def hint(self, column: str, reason: str) -> None:
        self.issues.append(Issue(self.file, self.line, column, reason, fatal=False))

    def reject(self, fault: RowError) -> None:
        self.issues.append(Issue(self.file, self.line, fault.column, fault.reason, fatal=True))

    def demand(self, usable: Collection[object], what: str) -> None:
        if usable:
            return
        first = next((issue for issue in self.issues if issue.fatal), None)
        why = f"；第一处：第 {first.line} 行 [{first.column}] {first.reason}" if first else "；表头之后没有数据"
        raise InputError(self.file, first.line if first else 0, f"没有一行{what}可用{why}")


def refuse_shifted(row: dict[str, str]) -> None:
    if row.get(EXCESS):
        raise RowError("整行", f"这一行比表头多出“{row[EXCESS]}”，各格可能已错位；含逗号的内容请用英文双引号括起来")


def need(row: dict[str, str], column: str) -> str:
    if not row[column]:
        raise RowError(column, f"没有填{column}")
    return row[column]


def status_of(row: dict[str, str], column: str, words: Mapping[str, str], notes: Notes) -> str:
    """运行状态; ``words``: others that mean one of them.  An empty cell is a running one."""
    word = row.get(column, "")
    status = words.get(word, word or RUNNING)
    if status not in STATUSES:
        raise RowError(column, f"不认识的运行状态“{word}”；应为 {'、'.join(STATUSES)}")
    if word and status != word:
        notes.hint(column, f"运行状态“{word}”按“{status}”处理")
    return status


def day_of(text: str) -> date:
    """The day of 2018-4-2, 2018/4/2 10:20, 2018.4.2, 2018年4月2日 or 20180402; a year is never guessed.

    Raises ``ValueError`` with the reason.
    """
    if found := _DAY.fullmatch(text):
        year, month, day = (int(part) for part in found.groups() if part)
        try:
            return date(year, month, day)
        except ValueError:
            pass
    raise ValueError(f"“{text}”不是完整的日期；请写成 2018-04-02 的形式")
