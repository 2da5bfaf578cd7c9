"""What is looked at beside the pages: the home page as a search engine gets it, strangers' script files on it, and the site's own.

Planted pages are often shown to a search engine's robot alone, or to who comes from one; so once a round, after the home page was read as
everybody gets it, it is asked for again under a robot's name, as one more page of the site: same queue, same pace, same guard.  Nothing but
the checks uses the answer; that there was none says nothing.  The site's own script files are read where nothing else leaves open what a
reader sees on the home page (``reading/suspects.py``), its style sheets where they may hide links to strangers (``reading/sheets.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from govcrawl.contracts import Page, Role, Task
from govcrawl.facts import Facts, ScriptFacts
from govcrawl.reading import foreign, read, scripted, sheets
from govcrawl.reading.encoding import decode
from govcrawl.reading.urls import same_site
from govcrawl.spiders.base import location

APART: Final[tuple[Role, ...]] = ("as_engine", "script", "style")
AS_ENGINE: Final = {
    "User-Agent": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Referer": "https://www.baidu.com/s?wd=site",
}
APART_AT: Final = 5  #: priority; before a site's quota is spent
MAX_SCRIPTS: Final = 3  #: of strangers, on a home page
MAX_BYTES: Final = 4 * scripted.MAX_SOURCE  #: of a script; in no encoding has one character more


def apart(task: Task, facts: Facts, as_engine: bool) -> Iterator[Task]:
    """Of a page that was read; but for style sheets only of a home page.  ``as_engine``: whether the campaign allows the other name."""
    if task.kind != "site":
        return
    for url in facts.foreign.sheets:
        yield Task(task.site, "site", "style", url, task.depth, task.url, "", APART_AT)
    if task.role != "home":
        return
    if as_engine:
        yield Task(task.site, "site", "as_engine", task.url, task.depth, task.url, facts.title[:60], APART_AT)
    own = facts.home.scripts if facts.home else ()
    for url in (*facts.foreign.scripts[:MAX_SCRIPTS], *own):
        yield Task(task.site, "site", "script", url, task.depth, task.url, "", APART_AT)


def taken_in(task: Task, facts: Facts | None) -> Iterator[Task]:
    """Style sheets that one takes in (``@import``); what those take in is not followed."""
    if task.role == "style" and facts and facts.style and not task.hops:
        for url in facts.style.imports:
            yield Task(task.site, "site", "style", url, task.depth, task.found_on, "", APART_AT, hops=1)


def look_apart(page: Page, task: Task) -> Facts | None:
    """Nothing of its text, which is no page of the site."""
    if page.outcome == "redirect":
        return Facts("redirect", "", "", location(page)) if task.role == "as_engine" else None
    if page.outcome != "ok":
        return None
    if task.role == "style":
        source, encoding = decode(page.body, page.headers)
        return Facts("file", "", encoding, style=sheets.read(source, page.url)) if len(page.body) <= MAX_BYTES else None
    if task.role == "script":
        if same_site(page.url, task.found_on):
            return _own_script(page)
        source, encoding = decode(page.body, page.headers)
        return Facts("script", "", encoding, foreign=foreign.of_script(source, task.found_on))
    facts = read(page.body, page.url, page.headers)
    return Facts(facts.kind, facts.title, facts.encoding, facts.redirect, links=facts.links, foreign=facts.foreign)


def _own_script(page: Page) -> Facts:
    if len(page.body) > MAX_BYTES:
        return Facts("script", "", "", script=ScriptFacts("脚本过长，未作分析"))
    source, encoding = decode(page.body, page.headers)
    return Facts("script", "", encoding, script=scripted.read(source, page.url))
