"""The code of a script file without its comments and strings, in one pass: nothing is executed, and nothing is guessed.

Where it can't be told what is code and what is not (a string without an end, a slash that may divide or begin an expression, a
template with places to fill, brackets that don't close) the whole file counts as not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from govcrawl.reading.written import literal

_TOKEN: Final = re.compile(
    r"""(?P<skip>[\s\ufeff]++|//[^\n\r\u2028\u2029]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/)"""
    r"""|(?P<word>[\w$]++)"""
    r"""|(?P<text>"(?:[^"\\\n\r]++|\\(?:\r\n|.))*+"|'(?:[^'\\\n\r]++|\\(?:\r\n|.))*+'|`[^`\\$]*+`)"""
    r"""|(?P<mark>[^\w$\s"'`/\\]++)|(?P<slash>/)""",
    re.S,
)
_EXPRESSION: Final = re.compile(r"/(?![*/])(?:[^/\\\[\n\r]++|\\.|\[(?:[^\]\\\n\r]++|\\.)*+\])++/[a-z]*+")
#: What stands between a slash and a later one on its line: code, if the slash divides.
_QUOTED: Final = re.compile(r"/[^/\n\r\"'`]{0,500}[\"'`]")
#: After these words a slash begins an expression; after any other it divides.
_BEFORE: Final = frozenset("return typeof case in of delete void throw new do else instanceof".split())
_OPEN: Final = (("(", ")"), ("[", "]"), ("{", "}"))


@dataclass(frozen=True, slots=True)
class Code:
    """``text``: each string in it is its number in quotes, ``"3"``, and each regular expression ``/r/``; ``strings``: their values."""

    text: str
    strings: tuple[str, ...]


def code_of(source: str) -> Code | None:
    """None: not understood."""
    out: list[str] = []
    strings: list[str] = []
    at, last = 0, ""
    while at < len(source):
        m = _TOKEN.match(source, at)
        if m is None:
            return None
        kind, word = m.lastgroup, m[0]
        at = m.end()
        if kind == "skip":
            blank = "\n" if "\n" in word or "\r" in word else " "
            if not out or out[-1] != blank:
                out.append(blank)
            continue
        if kind == "text":
            if word[0] == "`" and (last[-1:] in ")]" or (last not in _BEFORE and last[-1:].isalnum())):
                return None  # a tag's template is a call
            word = f'"{len(strings)}"'
            strings.append(literal(m[0][1:-1]))
        elif kind == "slash" and _begins(last):
            found = _EXPRESSION.match(source, m.start())
            if found is None:
                return None
            at, word = found.end(), "/r/"
        elif kind == "slash" and last[-1:] in ")}+-" and _QUOTED.match(source, m.start()):
            return None
        out.append(word)
        last = word
    text = "".join(out)
    return Code(text, tuple(strings)) if all(text.count(a) == text.count(b) for a, b in _OPEN) else None


def _begins(last: str) -> bool:
    """Whether a slash after this token begins a regular expression."""
    if last in _BEFORE or not last:
        return True
    return last[-1] in "(,=:[!&|?{;+-*%<>~^" and last[-2:] not in ("++", "--")
