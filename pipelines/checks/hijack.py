"""暗链、挂马、篡改: what strangers have put on a page (``Facts.foreign``), and what it sells.

A menu, a tab, a share button, a counter hide links too: one to a stranger's domain counts only with what no site needs, as said in
``_planted``.  Keywords: ``hijack.toml``.  Clause: 2018年通报“暗链”“挂马”；国办秘函〔2019〕19号 单项否决“安全、泄密事故等严重问题”.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Final

from govcrawl.facts import HiddenLink
from govcrawl.reading.domains import host_of, registered, stranger
from govcrawl.reading.urls import identity
from pipelines.checks import Look, Sighting

NAME = "hijack"
INDICATORS = ("hidden_link", "malicious_code", "security_incident")

MANY: Final = 5  #: strangers' domains in hidden parts; at most 2 on 345 pages of sites that nobody had touched
FEW: Final = 2  #: domains whose words sell
#: No fault by itself: a link that sells, and that a style sheet may hide (``pipelines/unveiled.py``).
STYLED: Final = "styled_link"
NOT_BY_CHANCE: Final = ("off-screen", "marquee", "zero-size")  #: nothing of a page opens these
MAX_WORDS: Final = 30  #: characters of a link that sells; a headline is longer
MAX_EXCERPT: Final = 160


def prepare() -> None:
    """The list of public suffixes."""
    registered("gov.cn")


def look(page: Look) -> Iterator[Sighting]:
    if page.task.role == "as_engine":
        yield from _as_engine(page)
        return
    hidden = page.facts.foreign.hidden
    if page.page.rendered:  # a browser writes into the page what its scripts have closed for the moment
        hidden = tuple(replace(link, sure=False) for link in hidden)
    planted = _planted(hidden, page.page.url)
    yield from (_hidden(link) for link in planted)
    yield from _code(page, bool(planted))
    yield from _content(page)
    if not page.page.rendered:
        yield from _styled(page)


# --- hidden links ---


def _planted(links: Iterable[HiddenLink], url: str) -> list[HiddenLink]:
    """Of the hidden links those that a menu, a tab or a counter doesn't explain, each address once."""
    own = registered(host_of(url))
    by_address = {identity(link.url): link for link in links}
    domains = {address: stranger(link.url, own) for address, link in by_address.items()}
    strong = {address for address, link in by_address.items() if sells(link.text)}
    weak = {address for address, link in by_address.items() if sells(link.text, "weak")}
    sure = {address for address, link in by_address.items() if link.sure}
    odd = {address for address in sure if by_address[address].how in NOT_BY_CHANCE and by_address[address].text}
    if strong or len({domains[a] for a in weak}) >= FEW or len({domains[a] for a in sure}) >= MANY:
        odd |= sure | strong | weak
    return [link for address, link in by_address.items() if address in odd]


def _hidden(link: HiddenLink) -> Sighting:
    detail = {"target": link.url, "how": "script" if link.scripted else link.how, "within": link.at}
    return Sighting("hidden_link", link.text or link.url, detail, identity(link.url))


def _styled(page: Look) -> Iterator[Sighting]:
    foreign = page.facts.foreign
    for link in foreign.styled:
        if sells(link.text) or sells(link.text, "weak"):
            boxes = [asdict(box) for box in link.boxes]
            detail = {
                "target": link.url,
                "boxes": boxes,
                "sheets": list(foreign.sheets),
                "strange": list(foreign.strange),
            }
            yield Sighting(STYLED, link.text, detail, identity(link.url))


# --- code ---


def _code(page: Look, planted: bool) -> Iterator[Sighting]:
    """What scripts do; of a stranger's script that does nothing that shows, only beside planted links."""
    foreign = page.facts.foreign
    for trick in foreign.tricks:
        target = page.page.url if page.task.role == "script" else trick.target
        what = "foreign-script" if page.task.role == "script" else trick.kind
        yield _malicious(what, target, trick.words)
    told = {trick.target for trick in foreign.tricks}
    for url in foreign.scripts if planted else ():
        if url not in told:
            yield _malicious("foreign-script", url, url)


def _malicious(what: str, target: str, words: str) -> Sighting:
    detail = {"what": what, "target": target}
    return Sighting("malicious_code", words[:MAX_EXCERPT], detail, f"{what} {registered(host_of(target))}")


# --- content ---


def _content(page: Look) -> Iterator[Sighting]:
    """A title that sells, and links that sell and lead to strangers: 篡改."""
    facts = page.facts
    titled = facts.title if page.task.role == "home" or facts.kind not in ("letter", "board", "article") else ""
    if sells(titled):
        yield Sighting("security_incident", titled[:MAX_EXCERPT], {"what": "title", "words": found_in(titled)}, "title")
    if page.task.role == "home" and len(words := found_in(facts.foreign.claims)) >= FEW and sells(facts.foreign.claims):
        claims = facts.foreign.claims[:MAX_EXCERPT]
        yield Sighting("security_incident", claims, {"what": "keywords", "words": words}, "keywords")
    own, hidden = registered(host_of(page.page.url)), {link.url for link in facts.foreign.hidden}
    for link in facts.links:
        if link.url not in hidden and link.tag != "img" and stranger(link.url, own) and _is_offer(link.text):
            detail = {"what": "link", "target": link.url, "words": found_in(link.text)}
            yield Sighting("security_incident", link.text, detail, f"link {identity(link.url)}")


def _is_offer(text: str) -> bool:
    return len(text) <= MAX_WORDS and sells(text)


def _as_engine(page: Look) -> Iterator[Sighting]:
    """The home page as a search engine's robot gets it; ``Task.text``: the title that everybody else gets."""
    facts, own = page.facts, registered(host_of(page.page.url))
    if facts.redirect and stranger(facts.redirect, own):
        yield _malicious("as-engine", facts.redirect, f"搜索引擎被引向 {facts.redirect}")
        return
    told = f"{facts.title} {facts.foreign.claims}"
    offers = {stranger(link.url, own): link for link in facts.links if stranger(link.url, own) and _is_offer(link.text)}
    if sells(told) and not sells(page.task.text):
        yield _malicious("as-engine", "", facts.title)
    elif len(offers) >= FEW:
        yield _malicious("as-engine", next(iter(offers.values())).url, "、".join(x.text for x in offers.values()))


# --- words ---


@cache
def _words() -> dict[str, re.Pattern[str]]:
    lists = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return {
        name: re.compile("|".join(map(_whole, sorted(words, key=len, reverse=True)))) for name, words in lists.items()
    }


def _whole(word: str) -> str:
    """Latin letters begin a word of their own: DNA片 is no A片."""
    return f"(?<![a-z0-9]){re.escape(word)}" if word[0].isascii() else re.escape(word)


def sells(text: str, how: str = "strong") -> bool:
    """Whether words sell what planted links sell, and don't speak against it."""
    words = _words()
    if not text or not words[how].search(low := text.lower()) or words["against"].search(low):
        return False
    return bool(words[how].search(words["within"].sub("·", low)))


def found_in(text: str) -> list[str]:
    return sorted(set(_words()["strong"].findall(_words()["within"].sub("·", text.lower()))))
