"""What is looked at only for what attackers put there: the home page as a search engine gets it, and strangers' script files on it.

Planted pages are often shown to a search engine's robot alone, or to who comes from one; so once a round, after the home page was read as
everybody gets it, it is asked for again under a robot's name, as one more page of the site: same queue, same pace, same guard.  Nothing but
the checks uses the answer; that there was none says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from govcrawl.contracts import Page, Role, Task
from govcrawl.facts import Facts
from govcrawl.reading import foreign, read
from govcrawl.reading.encoding import decode
from govcrawl.spiders.base import location

APART: Final[tuple[Role, ...]] = ("as_engine", "script")
AS_ENGINE: Final = {
    "User-Agent": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Referer": "https://www.baidu.com/s?wd=site",
}
APART_AT: Final = 5  #: priority; before a site's quota is spent
MAX_SCRIPTS: Final = 3  #: of strangers, on a home page


def apart(task: Task, facts: Facts, as_engine: bool) -> Iterator[Task]:
    """Of a home page that was read.  ``as_engine``: whether the campaign allows the other name."""
    if task.role != "home" or task.kind != "site":
        return
    if as_engine:
        yield Task(task.site, "site", "as_engine", task.url, task.depth, task.url, facts.title[:60], APART_AT)
    for url in facts.foreign.scripts[:MAX_SCRIPTS]:
        yield Task(task.site, "site", "script", url, task.depth, task.url, "", APART_AT)


def look_apart(page: Page, task: Task) -> Facts | None:
    """Nothing of its text, which is no page of the site."""
    if page.outcome == "redirect":
        return Facts("redirect", "", "", location(page)) if task.role == "as_engine" else None
    if page.outcome != "ok":
        return None
    if task.role == "script":
        source, encoding = decode(page.body, page.headers)
        return Facts("script", "", encoding, foreign=foreign.of_script(source, task.found_on))
    facts = read(page.body, page.url, page.headers)
    return Facts(facts.kind, facts.title, facts.encoding, facts.redirect, links=facts.links, foreign=facts.foreign)
