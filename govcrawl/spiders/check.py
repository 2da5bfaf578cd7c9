"""What is checked and not read: links, the address on a link's host that can't exist, home pages of sites that the register calls closed.

A link that HEAD called good is asked with GET where a page comes that may say it isn't there, or a stranger's that may bear another
site's name.  Only where a page says so, its host is asked, once a round, for an address that can't exist (``reading/missing.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from govcrawl.contracts import Lease, Page, Result, Role, Task
from govcrawl.facts import Facts
from govcrawl.reading import read
from govcrawl.reading.domains import host_of, registered, stranger
from govcrawl.reading.missing import absent, is_error_page, nowhere
from govcrawl.reading.urls import canonical, identity, same_site
from govcrawl.spiders.base import MAX_HOPS, location

LIGHT: Final[tuple[Role, ...]] = ("link", "nowhere", "closed")
#: Roles of pages that a reader's link leads to.
MAY_BE_GONE: Final[tuple[Role, ...]] = ("column", "article", "page", "link", "nowhere")
NOWHERE_AT: Final = 90  #: priority: as the links'
MAX_URL: Final = 1000  #: characters; longer ones are traps or data
UNTOLD = ("", "text/plain", "application/octet-stream")  #: content types that say nothing


def check(lease: Lease, page: Page) -> Result:
    task = lease.task
    if page.outcome == "redirect":
        target = location(page)
        onward = redirected(task, target) if task.role != "nowhere" else ()
        facts = sent_away(target) if task.role in MAY_BE_GONE else None
    else:
        facts = _facts(lease, page)
        onward = redirected(task, facts.redirect) if facts and facts.redirect and task.role == "closed" else ()
    if lease.answer and lease.answer.absent:
        facts = Facts("redirect" if page.outcome == "redirect" else "text", "", "", absent=lease.answer.absent)
        facts = replace(facts, title=lease.answer.title)
    return Result(lease, page, facts, children=(*onward, *to_nowhere(lease, facts.absent if facts else "")))


def _facts(lease: Lease, page: Page) -> Facts | None:
    """Of a link's page only what it is called and whether it says that it isn't there; no check looks at it."""
    task = lease.task
    if lease.answer:
        return Facts("text", lease.answer.title, "") if lease.answer.title else None
    if page.outcome != "ok" or not is_html(page) or not page.body:
        return None
    if task.role == "closed":
        facts = read(page.body, page.url, page.headers, role="home")
        return Facts(
            facts.kind, facts.title, facts.encoding, facts.redirect, facts.home, notices=facts.notices, links=facts.links,
            footer=facts.footer,
        )  # fmt: skip
    facts = read(page.body, page.url, page.headers)
    return Facts(facts.kind, facts.title, facts.encoding, absent=absent(facts))


def is_told(page: Page, task: Task) -> bool:
    """Whether HEAD's answer says all of a link."""
    if page.outcome in ("http_error", "challenge"):
        return False
    if page.outcome == "redirect" and sent_away(location(page)):
        return False  # what an impossible address shows is asked by GET too
    if page.outcome != "ok" or not is_html(page):
        return True
    own = registered(host_of(task.found_on))
    return urlsplit(task.url).path in ("", "/") and not stranger(task.url, own)


def sent_away(target: str) -> Facts | None:
    """Of a redirect to what is, by its name, an error page; None: to anything else."""
    if not is_error_page(target):
        return None
    return Facts("redirect", "", "", redirect=target, absent=f"→{canonical(target).partition('?')[0]}")


def to_nowhere(lease: Lease, gone: str) -> Iterator[Task]:
    """The address that proves it, of a page that says it isn't there."""
    task = lease.task
    if gone and task.role in MAY_BE_GONE and task.role != "nowhere" and not task.guessed:
        url = nowhere(task.url, lease.round_key)
        yield Task(task.site, "site", "nowhere", url, task.depth, task.url, priority=NOWHERE_AT)


def redirected(task: Task, target: str) -> Iterator[Task]:
    """A redirect is a task of its own: politeness, the guard and the quota hold for it too."""
    url = plain(target)
    if url and task.hops < MAX_HOPS and url != task.url and (task.role == "home" or same_site(url, task.url)):
        # to itself under another name (/ → /index.html, http → https): the same page, looked at once more
        again = identity(url) == identity(task.url)
        first = task.url if task.role == "part" else task.found_on or task.url  # which of the parts it was
        yield replace(task, url=url, found_on=first, hops=task.hops + 1, visit=task.visit + again)


def plain(url: str) -> str:
    """The identity of a URL, or nothing where it can't be asked."""
    try:
        return canonical(url) if len(url) <= MAX_URL and urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def is_html(page: Page) -> bool:
    """By the header, or by the first bytes where the header says nothing (or says text/plain)."""
    kind = content_type(page)
    return "html" in kind or "xml" in kind or (kind in UNTOLD and b"<" in page.body[:1024])


def content_type(page: Page) -> str:
    kind = next((value for name, value in page.headers if name.lower() == "content-type"), "")
    return kind.partition(";")[0].strip().lower()
