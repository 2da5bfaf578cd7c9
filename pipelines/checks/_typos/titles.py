"""Titles of laws and regulations between 《 and 》: one that is none, but for one character one that official text has.

A character taken for a like-sounding or like-shaped one, left out, put in, written twice, or changed round with the next.  Silent where
the title may be another law's: numbers, years, places and opposites, characters in which two titles differ, and titles of which every
three characters stand somewhere in official text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from pipelines.checks._typos.certain import Entry, Hit
from pipelines.checks._typos.grams import Grams, hashed
from pipelines.checks._typos.suspected import Confusions

SHORTEST, LONGEST = 6, 50  #: characters
REMEMBERED = 5_000
_CITED = re.compile(rf"《([一-龥（）()、]{{{SHORTEST - 1},{LONGEST}}})》")
_REMARK = re.compile(r"[（(][^（()）]*[）)]$")
_LAW = re.compile(r"^中华人民共和国|法$")
_STATE = "中华人民共和国"
_PLACE = re.compile(r".{1,5}?[省市州县区盟旗乡镇村]")
_NEVER = frozenset("一二三四五六七八九十百千万两几〇零年月日上下左右前后东南西北中外内进出新旧正副大小多少甲乙丙丁")
_WEAK = frozenset("的和与及或之等若干总修")  #: often left out of a title, or put in


class Titles:
    def __init__(self, titles: Iterable[str], known: Iterable[str], grams: Grams, confusions: Confusions) -> None:
        """``titles``: those that may be meant; ``known``: others that are right."""
        self._titles, self._grams, self._confusions = tuple(titles), grams, confusions
        self._known = {*self._titles, *known}
        self._answers: dict[str, str | None] = {}

    def find(self, text: str) -> Iterator[Hit]:
        for cited in _CITED.finditer(text):
            if meant := self.meant(cited[1]):
                yield Hit(Entry(cited[1], meant, bool(_LAW.search(meant))), cited.start(1), cited.end(1))

    def meant(self, title: str) -> str | None:
        if title in self._known or _REMARK.sub("", title) in self._known:
            return None
        if title not in self._answers:
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            found = {t for key in _keys(title) for t in self._by_key.get(key, ()) if self._is_slip(title, t)}
            self._answers[title] = found.pop() if len(found) == 1 and self._is_odd(title) else None
        return self._answers[title]

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for title in self._titles:
            for key in _keys(title):
                found[key].append(title)
        return found

    @cached_property
    def _differing(self) -> frozenset[frozenset[str]]:
        """Pairs of characters in which alone two titles differ."""
        holes: dict[tuple[str, str], set[str]] = defaultdict(set)
        for title in self._known:
            for at, letter in enumerate(title):
                holes[title[:at], title[at + 1 :]].add(letter)
        return frozenset(frozenset((a, b)) for letters in holes.values() for a in letters for b in letters if a < b)

    def _is_slip(self, title: str, right: str) -> bool:
        at = next(
            (n for n, (a, b) in enumerate(zip(title, right, strict=False)) if a != b), min(len(title), len(right))
        )
        rest, meant = title[at:], right[at:]
        in_state = at < len(_STATE) and right.startswith(_STATE)
        if not in_state and (place := _PLACE.match(right)) and at < place.end():
            return False
        if len(title) == len(right):
            if rest[2:] == meant[2:] and rest[:2] == meant[1::-1]:
                return in_state or not _NEVER & {*rest[:2]}
            return rest[1:] == meant[1:] and self._is_taken_for(rest[0], meant[0], in_state)
        extra, short, long = (rest[:1], meant, rest[1:]) if len(title) > len(right) else (meant[:1], rest, meant[1:])
        twice = len(title) > len(right) and title[at - 1 : at] == extra
        return short == long and (in_state or twice or (extra not in _WEAK and extra not in _NEVER))

    def _is_taken_for(self, wrong: str, right: str, in_state: bool) -> bool:
        if not in_state and ({wrong, right} & _NEVER or frozenset((wrong, right)) in self._differing):
            return False
        a, b = (int(n) for n in self._grams.numbers(wrong + right))
        table = self._confusions
        return not a or b in table.others[table.starts[a] : table.starts[a + 1]]

    def _is_odd(self, title: str) -> bool:
        ids = self._grams.numbers(title)
        return not self._grams.seen(hashed(3, ids[:-2], ids[1:-1], ids[2:])).all()


def _keys(title: str) -> tuple[str, str]:
    """One slip leaves its first or its last characters as they were."""
    return "<" + title[:3], title[-3:] + ">"
