"""What inline scripts write into a page, put back into its source so that one parse sees all a reader sees.

``document.write`` of string literals, simple variables and ``unescape``; and the records of a 大汉 jpage data store.  Of a script
file that draws a header or footer also what it gives to ``innerHTML``, ``html()`` and ``append()``.
Nothing is executed; what can't be told (a call, a number) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import Final
from urllib.parse import unquote

from govcrawl.reading.native import NATIVE

MAX_WRITES: Final = 1000  #: per page; more is a generated page no reader waits for
MAX_VALUE: Final = 100_000  #: characters of a variable or expression; a script could double one endlessly
MAX_WRITTEN: Final = 2_000_000  #: characters of a page
MAX_TERMS: Final = 400  #: of an expression
_KEPT: Final = 30_000  #: characters of a page's first scripts that are recognised on the next page
_LONG_SCRIPT: Final = 20_000  #: characters; a library, not a page's own variables

_OPEN: Final = re.compile(r"<(?i:script)\b[^>]{0,2000}>")  # a search for "<" is fast; one that ignores its case is not
_CLOSE: Final = re.compile(r"</(?i:script)[^>]{0,100}>")
_WRITE: Final = re.compile(r"document\.write(?:ln)?\s*\(")
_DRAW: Final = re.compile(
    r"document\.write(?:ln)?\s*\(|\.(?:html|append|prepend|before|after)\s*\(|\.(?:inner|outer)HTML\s*\+?=(?!=)"
)
_SCRIPT_FILE: Final = re.compile(r"\.js(?:$|\?)", re.I)
_WHOLE: Final = re.compile(r"<(?:!doctype|html|head|body|frameset)\b", re.I)
_VARIABLE: Final = re.compile(r"""var\s+([\w$]{1,64}+)\s*=\s*(?:"((?:[^"\\\n]|\\.)*+)"|'((?:[^'\\\n]|\\.)*+)')""")
_TOKEN: Final = re.compile(r"""[\s+,]*(?:"((?:[^"\\\n]|\\.)*+)"|'((?:[^'\\\n]|\\.)*+)'|([\w$][\w$.\[\]]*+)|(\S))""")
_APPENDED: Final = re.compile(r"([\w$]{1,64})\s*$")
_TERM: Final = re.compile(
    r"""\s*(?:"((?:[^"\\\n]|\\.)*+)"|'((?:[^'\\\n]|\\.)*+)'|`([^`]{0,5000})`|((?:new\s+)?[\w$][\w$.()]*+))\s*(\+?)(?!=)"""
)
_LATER: Final = re.compile(r"\b(?:let|const)\s+")
_PLACE: Final = re.compile(r"\$\{\s*([\w$]{1,64})\s*\}")
_CHANCE: Final = re.compile(r"Math\.random\(\)|(?:new )?Date(?:\.now)?\(\)(?:\.getTime\(\))?")
_NAME: Final = 3  #: groups of a token; the others are strings
_MARK: Final = 4
_DECODING: Final = frozenset(("unescape", "decodeURIComponent", "decodeURI"))
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.S)
_UNESCAPE: Final = re.compile(r"%u([0-9a-fA-F]{4})")
_PLAIN: Final = {"n": "\n", "t": "\t", "r": "", "b": "", "f": "", "v": "", "0": ""}
_TAG: Final = re.compile(r"<[^<>]*>")


def unroll(source: str) -> str:
    """``source`` with what each inline script writes placed after the script."""
    if "document.write" not in source and "<datastore" not in source:
        return source
    out: list[str] = []
    scripts = _Scripts()
    budget, at = MAX_WRITES, 0
    while budget > 0 and (found := _inline(source, at)):
        start, end, after = found
        script = source[start:end]
        out.append(source[at:after])
        at = after
        parts = _records(script) or scripts.writes(script, budget)
        budget -= max(script.count("document.write"), len(parts))
        out.extend(parts)
    out.append(source[at:])
    return "".join(out)


def _inline(source: str, at: int) -> tuple[int, int, int] | None:
    """(start, end, end with its tag) of the next inline script."""
    opening = _next(_OPEN, "<script", source, at)
    closing = _next(_CLOSE, "</script", source, opening.end()) if opening else None
    return (opening.end(), closing.start(), closing.end()) if opening and closing else None


def _next(tag: re.Pattern[str], begins: str, source: str, at: int) -> re.Match[str] | None:
    """``tag.search``; ``begins``: what it begins with, in either case."""
    if NATIVE is None:
        return tag.search(source, at)
    while (at := NATIVE.find(source, begins, at)) >= 0:
        if m := tag.match(source, at):
            return m
        at += 1
    return None


def without_scripts(source: str) -> str:
    """``source`` without what stands in its inline scripts."""
    out: list[str] = []
    at = 0
    while found := _inline(source, at):
        start, end, _ = found
        out.append(source[at:start])
        at = end
    return "".join((*out, source[at:]))


class _Scripts:
    """The inline scripts of a page, one after another.  The pages of a site begin with the same ones: what those write is kept."""

    def __init__(self) -> None:
        self._variables = Variables()
        self._first: tuple[str, ...] = ()
        self._room = _KEPT

    def writes(self, script: str, budget: int) -> Sequence[str]:
        """What the next script of the page writes."""
        self._room -= len(script) + _KEPT // 50  # fifty scripts at most
        self._variables.add(script)
        if self._room > 0:
            self._first += (script,)
        if "document.write" not in script:
            return ()
        return _written_last(self._first)[:budget] if self._room > 0 else _writes(script, self._variables, budget)


@lru_cache(maxsize=1024)
def _written_last(scripts: tuple[str, ...]) -> Sequence[str]:
    return _writes(scripts[-1], Variables(*scripts), MAX_WRITES)


def part_of(source: str, url: str) -> tuple[str, bool]:
    """(HTML, whether it is but a part of a page): script files and data stores as what they draw, all else as it is."""
    head = source[:3000].lstrip("\ufeff \r\n\t")
    if "<datastore>" in head[:200]:
        return f"<script type='text/xml'>{source}</script>", True
    if _SCRIPT_FILE.search(url) or (head[:1] != "<" and "document.write" in source):
        return "".join(_writes(source, Variables(source), MAX_WRITES, _DRAW)), True
    return source, not _WHOLE.search(head)


def _records(script: str) -> list[str]:
    """The ``<record><![CDATA[…]]></record>`` parts of a jpage data store."""
    if "<record" not in script:
        return []
    parts = script.split("<![CDATA[")[1:]
    inner = (p.partition("]]>")[0] for p in parts if "</record" in p.partition("]]>")[2][:20])
    return [p for p in inner if "<" in p]


class Variables:
    """The strings that a page's scripts have named so far; looked for when the first of them is asked for."""

    def __init__(self, *scripts: str) -> None:
        self._known: dict[str, str] = {}
        self._unread: list[str] = []
        for script in scripts:
            self.add(script)

    def add(self, script: str) -> None:
        if len(script) < _LONG_SCRIPT:
            self._unread.append(script)

    def value(self, name: str) -> str:
        if "." in name or "[" in name or name[0].isdigit():
            return ""
        unread, self._unread = self._unread, []
        for script in unread:
            source = _LATER.sub("var ", script) if "let " in script or "const " in script else script
            named = [(m[1], self._first_value(source, m)) for m in _VARIABLE.finditer(source)]
            self._known.update(named)
            if "+=" in script:
                self._append(script)
        return self._known.get(name, "")

    def _first_value(self, source: str, m: re.Match[str]) -> str:
        """Of ``var html = "<ul>" + "<li>…"`` the whole sum."""
        if source[m.end() : m.end() + 5].lstrip()[:1] == "+":
            return value(source, source.index("=", m.end(1)) + 1, self, strict=False)
        return literal(m[2] or m[3] or "")

    def _append(self, script: str) -> None:
        """``html += "<li>…";`` after ``html`` got its first value."""
        at = script.find("+=")
        for _ in range(MAX_WRITES):
            if at < 0:
                return
            quoted = script[at + 2 : at + 6].lstrip()[:1] in ("'", '"', "`")
            if quoted and (m := _APPENDED.search(script, max(0, at - 70), at)):
                more = value(script, at + 2, self, strict=False)
                self._known[m[1]] = (self._known.get(m[1], "") + more)[:MAX_VALUE]
            at = script.find("+=", at + 2)


def value(script: str, at: int, variables: Variables, strict: bool = True) -> str:
    """The string that the sum at ``at`` makes; a part that can't be told makes it "" if ``strict``, else it is left out."""
    out: list[str] = []
    while m := _TERM.match(script, at):
        double, single, template, name, more = m.groups()
        if name is None:
            text = literal(double or single or "") if template is None else _filled(template, variables)
        else:
            text = "0" if _CHANCE.fullmatch(name) else variables.value(name)
            if strict and not text:
                return ""
        out.append(text)
        if not more or len(out) > MAX_TERMS:
            break
        at = m.end()
    return "".join(out)[:MAX_VALUE]


def _filled(template: str, variables: Variables) -> str:
    return _PLACE.sub(lambda m: variables.value(m[1]), template)


def _writes(script: str, variables: Variables, budget: int, writing: re.Pattern[str] = _WRITE) -> list[str]:
    parts: list[str] = []
    seen: set[str] = set()
    written = 0
    for m in islice(writing.finditer(script), budget):
        if commented(script, m.start()):
            continue
        html = _drawn(script, m, variables)
        words = _TAG.sub("", html).strip()
        # The branches of an if/else write the same entry in several dresses; a reader sees one.
        if html.strip() and (not words or words not in seen):
            seen.add(words)
            parts.append(html)
            written += len(html)
        if written > MAX_WRITTEN:
            break
    return parts


def _drawn(script: str, m: re.Match[str], variables: Variables) -> str:
    plain = m[0].endswith("=") or script[m.end() : m.end() + 10].lstrip()[:1] == "`"
    html = value(script, m.end(), variables, strict=False) if plain else _expression(script, m.end(), variables)
    return html[:MAX_VALUE]


def commented(script: str, at: int) -> bool:
    line = script[max(script.rfind("\n", 0, at) + 1, at - 200) : at]
    return line.lstrip().startswith("//")


def _expression(script: str, at: int, variables: Variables) -> str:
    """The value of the string expression that starts at ``at`` and ends with its closing bracket."""
    out: list[str] = []
    depth, coded = 1, False
    for m in islice(_TOKEN.finditer(script, at), MAX_TERMS):
        kind = m.lastindex or 0
        word = m[kind]
        if kind == _MARK:
            depth += (word == "(") - (word == ")")
            if depth == 0 or word not in "()":
                break
        elif kind == _NAME:
            # A call's arguments stay, its name goes; a known variable gives its value.
            if word in _DECODING:
                coded = True
            else:
                out.append(variables.value(word))
        else:
            out.append(_unescaped(literal(word)) if coded else literal(word))
    return "".join(out)


def literal(text: str) -> str:
    """What stands between the quotes of a string, its escapes undone."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(m: re.Match[str]) -> str:
    code = m[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return _PLAIN.get(code, code)


def _unescaped(text: str) -> str:
    return unquote(_UNESCAPE.sub(lambda m: chr(int(m[1], 16)), text))
