"""Every pattern that meets a page, fed with what it is slow on: ``python -m tests.bench.bait``; exit status 1 where a page takes too long.

From each pattern of reading and of the checks strings are made that fit parts of it over and over.  Those that cost it most stand in
every place of a page (text, title, links, names, styles, scripts, meta tags), which is read and looked at as any other.
"""

from __future__ import annotations

import argparse
import html
import importlib
import os
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from random import Random
from types import ModuleType
from typing import Any, Final

import govcrawl.reading
import pipelines.checks
import pipelines.checks._typos
from govcrawl.contracts import Page, Role, Task
from govcrawl.reading import foreign, read, scripted, sheets
from pipelines.checks import Look, look_at, prepare, typos

try:
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # Python 3.10 and before
    import sre_parse as parser  # type: ignore[no-redef]

ROOMS: Final = (govcrawl.reading, pipelines.checks, pipelines.checks._typos)
BESIDE: Final = (
    "govcrawl.private",
    "govcrawl.attachments",
    "pipelines.suspicions",
    "pipelines.judged_identity",
    "pipelines.judged_duties",
)
ROLES: Final[tuple[Role, ...]] = ("home", "column", "article")
URL: Final = "http://www.a.gov.cn/"
AT: Final = datetime(2018, 6, 1, tzinfo=UTC)
TRIES: Final = 25  #: strings of one pattern
PROBE: Final = 2000  #: characters on which patterns alone are measured
SLOW_S: Final = 0.0006  #: on them; what is faster is not put into a page
NAV: Final = "<div class=nav><a href=/a/>新闻动态</a><a href=/b/>通知公告</a></div>"
_CLASSES: Final = {
    "CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a", "CATEGORY_NOT_SPACE": "a", "CATEGORY_NOT_DIGIT": "a",
    "CATEGORY_NOT_WORD": " ",
}  # fmt: skip


class TooLong(Exception):
    """It was stopped."""


def _stop(*_: object) -> None:
    raise TooLong


def seconds(work: Callable[[], object], limit: float) -> float:
    """CPU time; ``limit`` where it was stopped."""
    signal.signal(signal.SIGALRM, _stop)
    began = time.process_time()
    try:
        signal.setitimer(signal.ITIMER_REAL, limit)
        work()
        signal.setitimer(signal.ITIMER_REAL, 0)  # here, lest it goes off below
    except TooLong:
        return limit
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return time.process_time() - began


# --- patterns and what they are slow on ---


def modules() -> Iterator[ModuleType]:
    for room in ROOMS:
        yield room
        yield from (importlib.import_module(f"{room.__name__}.{m.name}") for m in pkgutil.iter_modules(room.__path__))
    yield from map(importlib.import_module, BESIDE)


def patterns() -> dict[str, re.Pattern[str]]:
    """By where they stand; each once."""
    found: dict[tuple[str, int], str] = {}
    every: dict[str, re.Pattern[str]] = {}
    for module in modules():
        for name, value in vars(module).items():
            for path, pattern in _within(f"{module.__name__}.{name}", value, 0):
                if isinstance(pattern.pattern, str) and (pattern.pattern, pattern.flags) not in found:
                    found[pattern.pattern, pattern.flags] = path
                    every[path] = pattern
    return every


def _within(path: str, value: object, depth: int) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, re.Pattern):
        yield path, value
    elif depth < 4 and isinstance(value, (tuple, list, dict)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _within(f"{path}[{key}]", item, depth + 1)


def baits(pattern: re.Pattern[str], rng: Random, length: int) -> Iterator[str]:
    """What fits the pattern, or one of its repeats, over and over, and at last doesn't."""
    tree, pieces = parser.parse(pattern.pattern, pattern.flags), set[tuple[str, str]]()
    for _ in range(TRIES):
        repeats: list[tuple[str, str]] = []
        whole = _fitting(tree, rng, repeats)
        pieces |= {("", whole), ("", whole[:-1]), *repeats}
        for before, again in repeats:
            pieces |= {("", before + again), ("", again), *(("", again + c) for c in " \n1")}
    yield from (before + again * (length // len(again)) + "\0" for before, again in sorted(pieces) if again)


def _fitting(tree: Any, rng: Random, repeats: list[tuple[str, str]]) -> str:
    """``repeats`` takes what stands before each repeat, and what it repeats."""
    out: list[str] = []
    for op, value in tree:
        out.append(_one(str(op), value, rng, repeats, out))
    return "".join(out)


def _one(op: str, value: Any, rng: Random, repeats: list[tuple[str, str]], before: list[str]) -> str:
    if op in ("LITERAL", "NOT_LITERAL"):
        return chr(value) if op == "LITERAL" else "a" if value != ord("a") else "b"
    if op == "IN":
        return _letter(value, rng)
    if op == "BRANCH":
        return _fitting(rng.choice(value[1]), rng, repeats)
    if op in ("SUBPATTERN", "ATOMIC_GROUP"):
        return _fitting(value[3] if op == "SUBPATTERN" else value, rng, repeats)
    if op.endswith("_REPEAT"):
        low, high, inner = value
        again = _fitting(inner, rng, repeats)
        if high > 3:
            repeats.append(("".join(before), again))
        return again * rng.choice([low, max(low, 1), min(high, low + 2)])
    return "x" if op == "ANY" else ""


def _letter(options: Any, rng: Random) -> str:
    kinds = [(str(op), value) for op, value in options]
    some = [chr(v) for op, v in kinds if op == "LITERAL"]
    some += [chr(c) for op, v in kinds if op == "RANGE" for c in (v[0], (v[0] + v[1]) // 2)]
    some += [_CLASSES[str(v)] for op, v in kinds if op == "CATEGORY"]
    if kinds[0][0] == "NEGATE":
        some = [c for c in "a 1中<\n-:," if c not in some] or ["z"]
    return rng.choice(some)


def dearest(pattern: re.Pattern[str], rng: Random, most: int = 2) -> list[str]:
    """The strings that cost a pattern most, of those that cost it much."""
    every = [(seconds(lambda b=bait: list(pattern.finditer(b)), 0.3), bait) for bait in baits(pattern, rng, PROBE)]  # type: ignore[misc]
    return [bait for cost, bait in sorted(every, reverse=True)[:most] if cost > SLOW_S]


def longer(bait: str, length: int) -> str:
    core = bait.removesuffix("\0")
    period = next((n for n in range(1, 200) if core[-n:] * 3 == core[-3 * n :]), 1)
    return core + core[-period:] * ((length - len(core)) // period)


# --- pages ---


def pages(bait: str) -> dict[str, str]:
    """The bait in each place."""
    t, s = html.escape(bait, quote=True), bait.replace("</", "< /")
    lines = "</p><p>".join(t[i : i + 200] for i in range(0, len(t), 200))
    row = "<ul><li><a href='{}'>{}</a><span>2018-05-02</span></li></ul>"
    return {
        "text": f"{NAV}<div><h1>关于某事的通知</h1><p>发布日期：2018-05-02 来源：本站</p><p>{t}</p></div>",
        "lines": f"{NAV}<div><p>{lines}</p></div>",
        "title": f"<title>{t}</title>{NAV}<h1>{t}</h1><p>正文</p>",
        "address": row.format(t, "关于某事的通知"),
        "words": row.format("http://b.com/x", t),
        "names": f"<div class='{t}' id='{t}'><a href=http://b.com/>x</a></div>",
        "style": f"<style>{s}</style><style>.a{{{s}}}</style><div style='{t}'><a href=http://b.com/>x</a></div>",
        "script": f"<div id=x></div><script>{s}</script><script src=/a.js></script>",
        "meta": f"<meta name=keywords content='{t}'><meta http-equiv=refresh content='{t}'><meta name=PubDate content='{t}'><img alt='{t}' src='{t}'>",
        "handlers": f"<a onclick='{t}' href='javascript:{t}'>x</a><form action='{t}'><input value='{t}' name='{t}'></form>",
    }


def look(source: str, role: Role) -> None:
    body = f"<html><head><meta charset=utf-8></head><body>{source}</body></html>".encode("utf-8", "surrogatepass")
    facts = read(body, URL, role=role)
    typos.forget()
    looked = look_at(Look(Task("1", "site", role, URL), Page(URL, "ok", 200, AT, 0.1, body=body), facts))
    if error := next(iter(looked.failed.values()), None):
        raise error


def works(bait: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """Where it stands, and what is done there."""
    for place, source in pages(bait).items():
        yield from ((f"{place} {role}", lambda s=source, r=role: look(s, r)) for role in ROLES)  # type: ignore[misc]
    yield "style sheet", lambda: sheets.read(bait, URL)
    yield "script file", lambda: scripted.read(bait, URL)
    yield "stranger's script file", lambda: foreign.of_script(bait, URL)


def slow(some: Iterable[str], length: int, limit: float) -> Iterator[str]:
    """A line for each place where a bait of that length costs ``limit`` seconds or more."""
    for bait in some:
        for place, work in works(longer(bait, length)):
            if (cost := seconds(work, limit)) >= limit:
                yield f"{place}: {bait[:60]!r} takes {cost:.1f} s or more"


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.bench.bait", description="what patterns are slow on")
    arguments.add_argument("--length", type=int, default=40_000, help="characters of a bait (default 40000)")
    arguments.add_argument("--limit", type=float, default=2.0, help="seconds a page may take (default 2)")
    args, rng, found = arguments.parse_args(), Random(1), 0
    os.environ.setdefault("GOVCRAWL_PRIVACY_KEY", "of the measure")
    prepare()
    every = patterns()
    for path, pattern in every.items():
        for line in slow(dearest(pattern, rng), args.length, args.limit):
            found += 1
            print(f"{path}: {line}", flush=True)
    print(f"{len(every)} patterns, {found} places that take {args.limit} s or more")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
