"""What injected scripts do and a site's own don't: act differently for a search engine, or hide whom they load from.

Nothing is executed; what is written in numbers, escapes or packed words (Edwards' packer) is put into plain letters first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Final
from urllib.parse import unquote

from govcrawl.facts import Trick
from govcrawl.reading.domains import stranger

MAX_SCRIPT: Final = 40_000  #: characters; a library, not something put into a page
MAX_PLAIN: Final = 100_000  #: characters of what a script says in plain letters
MANY: Final = 10  #: escapes of letters that need none
MAX_ASKED: Final = 20  #: questions of one script that are looked at
NEAR: Final = 600  #: characters after the question who comes, in which the answer stands

#: Without any of these a script does none of it.
SIGNS: Final = (
    "eferrer", "serAgent", "(p,a,c,k,e", "\\x", "\\u00", "fromCharCode", "unescape", "decodeURI", "<iframe", "innerHTML", "document.open",
)  # fmt: skip
_ASKS: Final = re.compile(r"eferrer|serAgent")
#: Names as they are looked for in an address or an agent's name; not 百度's own browsers, nor its counters.
_ENGINE: Final = re.compile(
    r"""["'/|(,.^]\s*(?:www\.)?(?:baidu(?=["'|/)]|\.(?!com/hm|com/s\.gif)|spider)|sogou(?=["'|/)]|\.|spider| )|soso|haosou|so\.com|"""
    r"""360spider|google(?=["'|/)]|\.|bot)|bing(?=["'|/)]|\.|bot)|yisou|yahoo|spider|sm\.cn)""",
    re.I,
)
_MOVES: Final = re.compile(
    r"location(?:\.href)?\s*=(?!=)|location\.(?:replace|assign)\s*\(|window\.open\s*\(|navigate\s*\("
)
_LOADS: Final = re.compile(r"document\.write|createElement|\.src\s*=|innerHTML|\.appendChild")
PLACES: Final = ("body.innerHTML", "Element.innerHTML", "document.open(", "body').html(", 'body").html(')
_WHOLE_PAGE: Final = re.compile(
    r"document\.(?:(?:body|documentElement)\.innerHTML\s*=(?!=)|open\s*\()|\([\"'](?:html|body)[\"']\)\.html\("
)
_COVERS: Final = re.compile(
    r"<iframe[^>]{0,400}(?:position\s*:\s*(?:fixed|absolute)|width\s*[=:]\s*[\\\"']{0,2}100%)[^>]{0,400}", re.I
)
_TITLE: Final = re.compile(r"document\.title\s*=(?!=)|getElementsByTagName\(\s*[\"']title")
_ADDRESS: Final = re.compile(r"""["'=(](?:https?:)?//([a-z0-9.-]{4,100}\.[a-z]{2,10}[^"'\s<>\\)]{0,200})""", re.I)
_SOURCE: Final = re.compile(
    r"""\b(?:src|href)["'\\\]\s]{0,5}[=,]\s{0,3}["'\\]{0,3}"""
    r"""((?:https?:)?//[a-z0-9.-]{4,100}\.[a-z]{2,10}[^"'\s<>\\]{0,200})""",
    re.I,
)
_ESCAPE: Final = re.compile(r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})", re.I)
_CODES: Final = re.compile(r"fromCharCode\s*\(\s*((?:\d{1,5}\s*,\s*){4,2000}\d{1,5})\s*\)")
_PERCENT: Final = re.compile(r"(?:unescape|decodeURI(?:Component)?)\s*\(\s*[\"']([^\"']{8,20000})[\"']")
_PACKED: Final = re.compile(
    r"""\}\s*\(\s*'((?:[^'\\]|\\.){1,30000}+)'\s*,\s*(\d{1,2})\s*,\s*\d{1,5}\s*,\s*'((?:[^'\\]|\\.){0,30000}+)'\s*\.\s*split"""
)
_WORD: Final = re.compile(r"\b\w{1,4}\b")
_DIGITS: Final = {c: n for n, c in enumerate("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")}


def tricks(scripts: Iterable[str], own: str) -> tuple[Trick, ...]:
    """``own``: the site's registered domain."""
    return tuple(trick for script in scripts if len(script) <= MAX_SCRIPT for trick in _tricks(script, own))


@lru_cache(maxsize=256)  # the pages of a site share their scripts
def _tricks(script: str, own: str) -> tuple[Trick, ...]:
    return tuple(_of(script, own)) if any(sign in script for sign in SIGNS) else ()


def of_file(script: str, own: str) -> tuple[Trick, ...]:
    """Of a stranger's script file: also where it sends every reader, for it is no button's."""
    found = tricks((script,), own)
    moved = _MOVES.search(script) if len(script) <= MAX_SCRIPT and not found else None
    target = _strange(script, own) if moved else ""
    return (
        (Trick("rewrite", target, script[max(0, moved.start() - 60) : moved.end() + 100]),)
        if moved and target
        else found
    )


def _of(script: str, own: str) -> Iterator[Trick]:
    said = plain(script)
    if said and (m := next((m for m in _SOURCE.finditer(said) if stranger(_whole(m[1]), own)), None)):
        yield Trick("encoded", _clean(_whole(m[1])), _clean(said[max(0, m.start() - 60) : m.end() + 40]))
    over = _covered(script)
    if over and (target := _strange(script, own)):
        yield Trick("rewrite", _clean(target), _clean(script[max(0, over.start() - 60) : over.end() + 100]))
    for words in (script, said):
        if ("eferrer" in words or "serAgent" in words) and (found := _engine(words, own)):
            yield Trick(found.kind, _clean(found.target), _clean(found.words))
            return


def _covered(script: str) -> re.Match[str] | None:
    """What puts something in the place of the page, or over all of it."""
    whole = _WHOLE_PAGE.search(script) if any(place in script for place in PLACES) else None
    return whole or (_COVERS.search(script) if "<iframe" in script else None)


def _clean(words: str) -> str:
    """Halves of letters, which numbers may spell, can't be stored."""
    return words.encode("utf-8", "replace").decode()


def _engine(script: str, own: str) -> Trick | None:
    """A question for a search engine, and a stranger's address or another title that hangs on it."""
    acts = _MOVES.search(script) or _LOADS.search(script)
    for asked in islice(_ASKS.finditer(script), MAX_ASKED):
        near = max(0, asked.start() - NEAR // 3)
        named = _ENGINE.search(script, near, asked.end() + NEAR)
        if not named:
            continue
        words = script[near : asked.end() + NEAR][:400]
        if acts and (target := _strange(script, own)):
            return Trick("engine", target, words)
        if _TITLE.search(script):
            return Trick("engine", "", words)
    return None


def _strange(script: str, own: str) -> str:
    """The first stranger's address in it."""
    far = (f"http://{address}" for address in _ADDRESS.findall(script))
    return next((url for url in far if stranger(url, own)), "")


def _whole(url: str) -> str:
    return f"http:{url}" if url.startswith("//") else url


def plain(script: str) -> str:
    """What a script says in numbers, escapes or packed words; "" where it uses none to speak of."""
    if "(p,a,c,k,e" in script and (m := _PACKED.search(script)):
        return _unpacked(m[1], int(m[2]), m[3].split("|"))[:MAX_PLAIN]
    if ("\\x" in script or "\\u00" in script) and script.count("\\x") + script.count("\\u00") >= MANY:
        return _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)), script)
    if "fromCharCode" in script and (m := _CODES.search(script)):
        return "".join(chr(min(int(n), 0xFFFF)) for n in m[1].split(","))
    if ("unescape" in script or "decodeURI" in script) and (m := _PERCENT.search(script)) and m[1].count("%") >= MANY:
        return unquote(m[1])
    return ""


def _unpacked(packed: str, base: int, words: list[str]) -> str:
    def word(m: re.Match[str]) -> str:
        number = 0
        for c in m[0]:
            number = number * base + _DIGITS.get(c, base)
        return words[number] if number < len(words) and words[number] else m[0]

    return _WORD.sub(word, packed).replace("\\'", "'").replace('\\"', '"')
