"""What inline scripts write into a page, put back into its source so that one parse sees all a reader sees.

``document.write`` of string literals, simple variables and ``unescape``; and the records of a 大汉 jpage data store.
Nothing is executed; what can't be told (a call, a number) is left out.
"""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import unquote

MAX_WRITES = 1000  #: per page; more is a generated page no reader waits for

_LONG_SCRIPT = 20_000  #: characters; a library, not a page's own variables

_OPEN = re.compile(r"<(?i:script)\b[^>]{0,2000}>")  # a search for "<" is fast; one that ignores its case is not
_CLOSE = re.compile(r"</(?i:script)[^>]{0,100}>")
_WRITE = re.compile(r"document\.write(?:ln)?\s*\(")
_VARIABLE = re.compile(r"""var\s+([\w$]{1,64}+)\s*=\s*(?:"((?:[^"\\\n]|\\.)*+)"|'((?:[^'\\\n]|\\.)*+)')""")
_TOKEN = re.compile(r"""[\s+,]*(?:"((?:[^"\\\n]|\\.)*+)"|'((?:[^'\\\n]|\\.)*+)'|([\w$][\w$.\[\]]*+)|(\S))""")
_NAME, _MARK = 3, 4  #: groups of a token; the others are strings
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.S)
_UNESCAPE = re.compile(r"%u([0-9a-fA-F]{4})")
_PLAIN = {"n": "\n", "t": "\t", "r": "", "b": "", "f": "", "v": "", "0": ""}
_TAG = re.compile(r"<[^<>]*>")


def unroll(source: str) -> str:
    """``source`` with what each inline script writes placed after the script."""
    if "document.write" not in source and "<datastore" not in source:
        return source
    out: list[str] = []
    variables = _Variables()
    budget, at = MAX_WRITES, 0
    while budget > 0 and (opening := _OPEN.search(source, at)) and (closing := _CLOSE.search(source, opening.end())):
        script = source[opening.end() : closing.start()]
        out.append(source[at : closing.end()])
        at = closing.end()
        parts = _records(script) or _writes(script, variables, budget)
        budget -= max(script.count("document.write"), len(parts))
        out.extend(parts)
    out.append(source[at:])
    return "".join(out)


def _records(script: str) -> list[str]:
    """The ``<record><![CDATA[…]]></record>`` parts of a jpage data store."""
    if "<record" not in script:
        return []
    parts = script.split("<![CDATA[")[1:]
    inner = (p.partition("]]>")[0] for p in parts if "</record" in p.partition("]]>")[2][:20])
    return [p for p in inner if "<" in p]


class _Variables:
    """The strings that a page's scripts have named so far; looked for when the first of them is asked for."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._unread: list[str] = []

    def add(self, script: str) -> None:
        if len(script) < _LONG_SCRIPT:
            self._unread.append(script)

    def value(self, name: str) -> str:
        if "." in name or "[" in name or name[0].isdigit():
            return ""
        for script in self._unread:
            self._known.update((k, _literal(double or single)) for k, double, single in _VARIABLE.findall(script))
        self._unread.clear()
        return self._known.get(name, "")


def _writes(script: str, variables: _Variables, budget: int) -> list[str]:
    variables.add(script)
    parts: list[str] = []
    seen: set[str] = set()
    for m in islice(_WRITE.finditer(script), budget):
        if _commented(script, m.start()):
            continue
        html = _expression(script, m.end(), variables)
        words = _TAG.sub("", html).strip()
        # The branches of an if/else write the same entry in several dresses; a reader sees one.
        if html.strip() and (not words or words not in seen):
            seen.add(words)
            parts.append(html)
    return parts


def _commented(script: str, at: int) -> bool:
    line = script[max(script.rfind("\n", 0, at) + 1, at - 200) : at]
    return line.lstrip().startswith("//")


def _expression(script: str, at: int, variables: _Variables) -> str:
    """The value of the string expression that starts at ``at`` and ends with its closing bracket."""
    out: list[str] = []
    depth, coded = 1, False
    for m in islice(_TOKEN.finditer(script, at), 400):
        kind = m.lastindex or 0
        word = m[kind]
        if kind == _MARK:
            depth += (word == "(") - (word == ")")
            if depth == 0 or word not in "()":
                break
        elif kind == _NAME:
            coded = coded or word in ("unescape", "decodeURIComponent", "decodeURI")
            # A call's arguments stay, its name goes; a known variable gives its value.
            out.append(variables.value(word))
        else:
            out.append(_unescaped(_literal(word)) if coded else _literal(word))
    return "".join(out)


def _literal(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(m: re.Match[str]) -> str:
    code = m[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return _PLAIN.get(code, code)


def _unescaped(text: str) -> str:
    return unquote(_UNESCAPE.sub(lambda m: chr(int(m[1], 16)), text))
