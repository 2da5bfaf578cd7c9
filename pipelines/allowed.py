"""What a person has allowed: words of the campaign file, and what findings that somebody dismissed have taught."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from govcrawl.contracts import Finding

INDICATORS = frozenset({"typo", "serious_error"})
MANY = 3  #: sites on which the same words were dismissed, or are used: then they are right everywhere


@dataclass(frozen=True, slots=True)
class Allowed:
    """``words``: (网站标识码 or "" for all sites, words); ``dismissed``: ids of findings a person has seen, which stay as they are."""

    words: frozenset[tuple[str, str]] = frozenset()
    dismissed: frozenset[str] = frozenset()

    def silences(self, finding: Finding) -> bool:
        """A typo is allowed where allowed words cover it: 案列 is, where 档案列表 is allowed and stands there."""
        if finding.indicator not in INDICATORS or finding.id in self.dismissed:
            return False
        return any(site in ("", finding.site) and _covers(words, finding) for site, words in self.words)


NOTHING = Allowed()


def _covers(words: str, finding: Finding) -> bool:
    """Every place of the wrong word in the sentence lies within the allowed words."""
    wrong, sentence = str(finding.detail.get("wrong", "")), finding.excerpt
    return bool(wrong) and wrong in words and wrong not in sentence.replace(words, "\n")


def written(entries: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Of the campaign file: ``词语`` for all sites, ``网站标识码:词语`` for one."""
    return frozenset(_entry(entry) for entry in entries)


def _entry(entry: str) -> tuple[str, str]:
    site, colon, words = entry.replace("：", ":").partition(":")
    return (site.strip(), words.strip()) if colon else ("", entry.strip())


def taught(findings: Iterable[Finding]) -> Allowed:
    """What dismissed findings of this and earlier campaigns say: their words are right on that site; on ``MANY`` sites, everywhere."""
    gone = [f for f in findings if f.review == "dismissed" and f.indicator in INDICATORS]
    sites: dict[str, set[str]] = defaultdict(set)
    for finding in gone:
        sites[_term(finding)].add(finding.site)
    common = {("", term) for term, where in sites.items() if term and len(where) >= MANY}
    own = {(site, term) for term, where in sites.items() if term for site in where}
    return Allowed(frozenset(common | own), frozenset(f.id for f in gone))


def in_use(sightings: Iterable[tuple[str, str, dict[str, Any]]]) -> frozenset[tuple[str, str]]:
    """Site, sentence and detail of suspected typos → terms that stand in ``MANY`` different sentences on as many sites: new words
    and abbreviations.  A sentence that all of them copied is one witness."""
    sites: dict[str, set[str]] = defaultdict(set)
    sentences: dict[str, set[str]] = defaultdict(set)
    for site, sentence, detail in sightings:
        if detail.get("confidence", 1) < 1:
            sites[detail["term"]].add(site)
            sentences[detail["term"]].add(sentence)
    return frozenset(("", term) for term, where in sites.items() if min(len(where), len(sentences[term])) >= MANY)


def _term(finding: Finding) -> str:
    """The wrong word with what stands beside it, so that 案列 alone stays wrong where 档案列表 was dismissed."""
    return str(finding.detail.get("term") or finding.detail.get("wrong", ""))
