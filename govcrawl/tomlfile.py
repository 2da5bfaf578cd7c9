"""A TOML file that a person writes: read, and its faults told in one sentence with the line to mend."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govcrawl.errors import InputError

_PART = r"(?:\"[^\"]*\"|'[^']*'|[\w-]+)"
_KEYS = rf"({_PART}(?:\s*\.\s*{_PART})*)"
_HEADING = re.compile(rf"\s*\[+\s*{_KEYS}\s*\]")
_KEY = re.compile(rf"\s*{_KEYS}\s*=")
#: What tomllib says in English.
_REASONS = {
    "Expected ']": "表头的方括号不成对，应为 [名称]",
    "Expected '='": "键的后面缺少 =",
    "Unclosed array": "列表的方括号不成对",
    "Unclosed inline": "花括号不成对",
    "Unterminated": "引号不成对",
    "Expected newline": "一个值的后面还有别的内容",
    "Invalid value": "这不是一个值",
    "Invalid statement": "这一行既不是键也不是表头",
}


@dataclass(frozen=True)
class TomlFile:
    """``text``: without BOM, lines end with LF alone.  tomllib doesn't tell on which line a key stands; this does."""

    path: Path
    text: str

    def values(self) -> dict[str, Any]:
        """Raises InputError with the line of what is no TOML."""
        try:
            return tomllib.loads(self.text)
        except (ValueError, RecursionError) as error:
            place = re.search(r"\(at line (\d+)", str(error))
            line = int(place[1]) if place else self.text.count("\n") + 1
            raise InputError(str(self.path), line, _syntax(self.text.split("\n")[line - 1], error)) from error

    def line(self, *keys: str) -> int:
        """Of the key that they lead to, else of the table it belongs in, else 0."""
        here: tuple[str, ...] = ()
        best, found = 0, 0
        for number, line in enumerate(self.text.split("\n"), 1):
            if heading := _HEADING.match(line):
                here = place = _parts(heading[1])
            elif key := _KEY.match(line):
                place = (*here, *_parts(key[1]))
            else:
                continue
            shared = min(len(place), len(keys))
            if shared > best and place[:shared] == keys[:shared]:
                best, found = shared, number
        return found


def read_toml(path: Path) -> TomlFile:
    """Raises InputError where the file can't be read as text."""
    try:
        data = path.read_bytes()
        return TomlFile(path, data.decode("utf-8-sig").replace("\r\n", "\n"))
    except FileNotFoundError as error:
        raise InputError(str(path), 0, "找不到这个文件；请检查路径") from error
    except OSError as error:
        raise InputError(str(path), 0, f"文件打不开（{error.strerror}）；请检查路径和权限") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(str(path), line, "这一行不是 UTF-8 编码；请把文件另存为 UTF-8") from error


def nearest(word: object, words: Collection[str]) -> str:
    """What the writer may have meant, as the end of a sentence; empty: nothing is like it."""
    near = difflib.get_close_matches(str(word), words, 1)
    return f"；是否想写 {near[0]}？" if near else ""


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _syntax(written: str, error: Exception) -> str:
    reason = str(error).partition(" (at ")[0]
    if re.search(r"=\s*\d{4}[-/.年]\d", written):
        return "不是有效的日期；请写成 2018-06-15 的形式，月和日各两位"
    if re.search(r"[“”‘’＝［］]", written):
        return '用了中文引号或全角符号；请改为英文半角的 " = [ ]'
    if "\\" in written:
        return "引号内的 \\ 有特殊含义；路径请用 / 分隔"
    if re.match("Cannot|Duplicate", reason):
        return "同一个键或同一节写了两次；请删去一处"
    told = next((chinese for english, chinese in _REASONS.items() if reason.startswith(english)), "")
    return f"TOML 语法错误{told and f'（{told}）'}；文字要用成对的英文双引号括起，每行一个“键 = 值”"
