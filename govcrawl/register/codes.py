"""网站标识码: six characters of the unit (GB/T 2260, or ``bm`` + ministry) and four of a serial number.

A code is given once and survives a change of division: 5304210001 is still 江川区, though 530421 江川县 ended in 2015.
So a code is looked up in the history of the divisions, and an ended one is a hint, not an error.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from stdnum import numdb

_FORM = re.compile(r"(?:[0-9]{6}|bm[0-9]{4})[0-9]{4}")
_TENURE = re.compile(r"(?:\[(\d{4})?-(\d{4})?\])?([^\[\],]+)")
_FLOAT = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_UNSEEN = re.compile(r"[\s\u200b-\u200f\ufeff'`\"=]")

FIRST_YEAR, LAST_YEAR = 0, 9999


@dataclass(frozen=True, slots=True)
class Tenure:
    """A division code stood for ``name`` from ``since`` to ``until``, both included."""

    name: str
    since: int
    until: int


@cache
def tenures(division: str) -> tuple[Tenure, ...]:
    """Everything a six-digit division code ever stood for, oldest first; empty if nothing."""
    parts = numdb.get("cn/loc").info(division)
    if len(division) != 6 or len(parts) != 2:
        return ()
    return tuple(
        Tenure(name, int(since or FIRST_YEAR), int(until or LAST_YEAR))
        for since, until, name in _TENURE.findall(parts[1][1].get("county", ""))
    )


def standing(division: str, year: int = LAST_YEAR) -> str:
    """What the code stands for at the end of ``year``; empty if for nothing."""
    return next((t.name for t in tenures(division) if t.since <= year and (year < t.until or t.until == LAST_YEAR)), "")


def name_of(division: str, year: int = LAST_YEAR) -> str:
    """What the code stands for at the end of ``year``, else what it stood for last; empty if it never existed."""
    known = tenures(division)
    return standing(division, year) or (known[-1].name if known else "")


def mend_code(raw: str) -> str:
    """The code without what a spreadsheet leaves around it, half-width, ``bm`` in lower case."""
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", raw))
    return text.lower() if text[:2] in ("BM", "Bm", "bM") else text


def check_code(code: str, years: tuple[int, int] | range) -> list[tuple[bool, str]]:
    """What is wrong with a code, as (fatal, reason); empty if nothing is.

    ``years``: the first and the last year in question, both included; of a ``range``, its first and last member.
    """
    mended = mend_code(code)
    if not _FORM.fullmatch(mended):
        return [(True, _malformed(mended))]
    found = [(False, f"标识码“{code}”已按“{mended}”处理，请在登记表中改正")] if mended != code else []
    return found if mended.startswith("bm") else found + _division_faults(mended, years[0], years[-1])


def _malformed(code: str) -> str:
    if _FLOAT.fullmatch(code):
        return f"标识码“{code}”被表格软件改成了科学计数法；请把该列设为“文本”后重新填写"
    return f"标识码“{code}”格式不对（{len(code)} 位）；应为 10 位数字，或 bm 加 8 位数字"


def _division_faults(code: str, first: int, last: int) -> list[tuple[bool, str]]:
    known = tenures(code[:6])
    if not known:
        return [(True, f"标识码 {code} 的前六位 {code[:6]} 不是行政区划代码；请核对")]
    if any(tenure.since <= last and tenure.until >= first for tenure in known):
        return []
    old = [tenure for tenure in known if tenure.until < first]
    if old:
        return [(False, f"标识码 {code} 的区划{_span(old[-1])}已撤销；标识码沿用不变，按原区划归属")]
    return [(False, f"标识码 {code} 的区划{_span(known[0])}当时尚未设立；请核对")]


def _span(tenure: Tenure) -> str:
    since = tenure.since or ""
    until = "" if tenure.until == LAST_YEAR else tenure.until
    return f"[{since}-{until}]{tenure.name}"
