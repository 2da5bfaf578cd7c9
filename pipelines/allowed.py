"""What people have said: words of the campaign file, what they decided on findings, and what those that they dismissed have taught."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from govcrawl.contracts import Finding
from govcrawl.reading.domains import host_of, registered

INDICATORS = frozenset({"typo", "serious_error"})
LINKS = frozenset({"hidden_link", "malicious_code"})  #: whose fault is where they lead
MANY = 3  #: sites on which the same words, or domain, were dismissed, or are used: then they are right everywhere


@dataclass(frozen=True, slots=True)
class Allowed:
    """``words``, ``domains``: (网站标识码 or "" for all sites, words or registered domain); ``dismissed``, ``confirmed``: ids of
    findings that a person decided on, which stay to be seen."""

    words: frozenset[tuple[str, str]] = frozenset()
    dismissed: frozenset[str] = frozenset()
    confirmed: frozenset[str] = frozenset()
    domains: frozenset[tuple[str, str]] = frozenset()

    def silences(self, finding: Finding) -> bool:
        """A typo is allowed where allowed words cover it: 案列 is, where 档案列表 is allowed and stands there; a hidden link where it
        leads to an allowed domain."""
        if finding.id in self.dismissed or finding.id in self.confirmed:
            return False
        if finding.indicator in LINKS:
            return not self.domains.isdisjoint((site, _domain(finding)) for site in ("", finding.site))
        return finding.indicator in INDICATORS and any(
            site in ("", finding.site) and _covers(words, finding) for site, words in self.words
        )


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
    """What findings of this and earlier campaigns say that were decided on: the words, or the domain, of a dismissed one are right on
    that site; on ``MANY`` sites, everywhere."""
    found = list(findings)
    gone = [f for f in found if f.review == "dismissed"]
    return Allowed(
        _taught((f.site, _term(f)) for f in gone if f.indicator in INDICATORS),
        frozenset(f.id for f in gone),
        frozenset(f.id for f in found if f.review == "confirmed"),
        _taught((f.site, _domain(f)) for f in gone if f.indicator in LINKS),
    )


def _taught(pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    sites: dict[str, set[str]] = defaultdict(set)
    for site, what in pairs:
        sites[what].add(site)
    common = {("", what) for what, where in sites.items() if what and len(where) >= MANY}
    return frozenset(common | {(site, what) for what, where in sites.items() if what for site in where})


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


def _domain(finding: Finding) -> str:
    target = finding.detail.get("target")
    return registered(host_of(str(target))) if target else ""


def _term(finding: Finding) -> str:
    """The wrong word with what stands beside it, so that 案列 alone stays wrong where 档案列表 was dismissed."""
    return str(finding.detail.get("term") or finding.detail.get("wrong", ""))
