"""The site spider: home page → columns → lists → articles, and every link is checked once.

A page's links become tasks by what they are believed to be.  The order of the priorities is the order in which a person would look: columns
before lists, lists before articles, and articles that alone can date an undated list before others; a site's quota
(``crawl.max_pages``) goes to the best of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from govcrawl.attachments import is_wanted
from govcrawl.contracts import Lease, Page, Result, Role, Task
from govcrawl.facts import ColumnFacts, Facts
from govcrawl.frontier.known import KnownTo
from govcrawl.reading import read
from govcrawl.reading.missing import absent
from govcrawl.reading.records import BEIJING
from govcrawl.reading.urls import is_trap, same_site
from govcrawl.seeds import COLUMN
from govcrawl.spiders.base import LeaseSpider, location
from govcrawl.spiders.check import (
    LIGHT,
    MAY_BE_GONE,
    UNTOLD,
    check,
    content_type,
    is_html,
    is_told,
    sent_away,
    to_nowhere,
)
from govcrawl.spiders.check import plain as _plain
from govcrawl.spiders.check import redirected as _redirected
from govcrawl.spiders.guise import APART, AS_ENGINE, apart, look_apart, taken_in

#: 0 first … 99 last; home pages and columns stand in ``seeds.py``.
FRAGMENT, MORE, LETTER, DATING, LATER_LETTER, ARTICLE, PAGE, LINK = 4, 20, 30, 35, 45, 50, 70, 90
BOARD_PAGES = 9  #: further pages of a message board that are read; busy boards have as many letters in a year
DATING_ARTICLES = 5  #: articles of an undated list that are read first, to date it
FILES_READ = 10  #: attachments of a page that are read; the others are only checked, as all that seem to list nobody
PARTS, NESTED = 20, 2  #: read of a home page, and of a frame in it; frames within frames
#: Roles of what a page shows within itself: there scripts and JSON are read too.
WITHIN: tuple[Role, ...] = ("part", "fragment", "more")
ANSWERS = frozenset("js json xml".split())
#: Suffixes that are checked, not read.
FILES = ANSWERS | frozenset(
    "doc docx xls xlsx ppt pptx wps et dps pdf ofd rtf txt csv zip rar 7z gz tar jpg jpeg png gif bmp svg ico webp mp3 mp4 avi wmv flv"
    " swf mov apk exe ipa ceb cebx css rss".split()
)
#: The first words of JSON, JSONP, or a script that writes.
_ANSWER = re.compile(rb"(?:\xef\xbb\xbf)?[\s;]*(?:/\*|[\w$.]{0,60}\s*\(?\s*[\[{]|var\s|document\.write)")


class SiteSpider(LeaseSpider):
    """``scrapy crawl site``: reads sites and checks links."""

    name = "site"
    queues: ClassVar[dict[str, float]] = {"site": 1.0, "link": 0.25}

    def method(self, lease: Lease) -> str:
        """A link is asked with HEAD; where that doesn't tell all, again with GET."""
        return "HEAD" if lease.task.role == "link" and lease.attempt == 1 else "GET"

    def headers(self, lease: Lease) -> dict[str, str]:
        return AS_ENGINE if lease.task.role == "as_engine" else {}

    def tries(self, lease: Lease, page: Page) -> int:
        again = 2 if lease.task.role == "link" and not is_told(page, lease.task) else 1
        return max(again, super().tries(lease, page))

    def read(self, lease: Lease, page: Page) -> Result:
        task = lease.task
        if task.role in LIGHT:
            return check(lease, page)
        if task.role in APART:
            seen = look_apart(page, task)
            return Result(lease, page, seen, children=tuple(taken_in(task, seen)))
        if page.outcome == "redirect":
            gone = sent_away(location(page)) if task.role in MAY_BE_GONE else None
            proof = to_nowhere(lease, gone.absent if gone else "")
            return Result(lease, page, gone, children=(*_redirected(task, location(page)), *proof))
        if page.outcome != "ok" or task.role == "file" or not is_read(page, task):
            return Result(lease, page)
        facts = look(page, task)
        if facts.redirect:
            return Result(lease, page, facts, children=tuple(_redirected(task, facts.redirect)))
        again = _to_render(task, page, facts) if self.plan(lease).browser else ()
        beside = (*apart(task, facts, self.plan(lease).as_engine), *to_nowhere(lease, facts.absent))
        return Result(lease, page, facts, children=(*children(self, lease, page, facts), *again, *beside))


def look(page: Page, task: Task) -> Facts:
    """A part of the home page is read as it is."""
    role, shown_on = ("home" if task.role == "part" else task.role), (task.found_on if task.role in WITHIN else "")
    facts = read(page.body, page.url, page.headers, role=role, name=task.text, shown_on=shown_on, ran=page.rendered)
    return replace(facts, absent=gone) if task.role in MAY_BE_GONE and (gone := absent(facts)) else facts


def children(spider: LeaseSpider, lease: Lease, page: Page, facts: Facts) -> Iterator[Task]:
    """The tasks that a page of this lease leads to."""
    task = lease.task
    known, day = spider.scheduler.known.of(lease), page.at.astimezone(BEIJING).date()
    found = Children(task, facts, spider.home(lease), spider.plan(lease).max_depth, known, day)
    guessed = task.role in WITHIN and not page.body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
    wanted = filter(_belongs, found) if spider.looks_again(lease) else iter(found)
    return (replace(one, guessed=True) for one in wanted) if guessed else wanted


def _belongs(child: Task) -> bool:
    """To what the page itself shows: further pages of its list, entries that date it, letters, and attachments, which may have been put
    up again under another address.  A recheck follows nothing else.
    """
    return child.role in (*WITHIN, "file") or (child.role == "article" and child.priority < ARTICLE)


class Children:
    """Tasks a page leads to, the best belief about each link first, without those that are known."""

    def __init__(
        self, task: Task, facts: Facts, home: str, max_depth: int, known: KnownTo | None = None, day: date | None = None
    ) -> None:
        self.task, self.facts, self.home, self.deep, self._day = task, facts, home, task.depth >= max_depth, day
        self._known = known or KnownTo()
        self._files = 0
        self._hidden = {link.url for link in facts.links if link.hidden} | {
            link.url for link in facts.foreign.hidden if link.sure
        }

    def __iter__(self) -> Iterator[Task]:
        parts = self._parts()
        for url in parts:
            yield from self._child("part", url, FRAGMENT)
        for url in self.facts.fragments:
            if url not in parts:
                yield from self._child("fragment", url, FRAGMENT)
        if not self.deep:
            yield from self._columns()
            yield from self._list()
            for item in self.facts.home.items if self.facts.home else ():
                yield from self._child("article", item.url, ARTICLE, file=item.title)
        for link in self.facts.links:
            if link.tag == "img":
                yield from self._child("link", link.url, LINK)
            elif link.tag not in ("frame", "iframe") or link.url not in parts:
                yield from self._child("page", link.url, PAGE, file=link.text)

    def _parts(self) -> tuple[str, ...]:
        """Frames and lists of a home page, and of a frame in it."""
        shallow = self.task.role != "part" or self.task.hops < NESTED
        return self.facts.home.parts[:PARTS] if self.facts.home and shallow else ()

    def _columns(self) -> Iterator[Task]:
        for column in self.facts.columns:
            yield from self._child("column", column.url, COLUMN, column.name, file=column.name)

    def _list(self) -> Iterator[Task]:
        """Entries of a list carry the name of their column; further pages carry the URL of its first page."""
        task, column = self.task, self.facts.column
        if column is None or task.role not in ("column", "more", "page"):
            return
        first = task.found_on if task.role == "more" else task.url
        onward = self.facts.board.onward if self.facts.board else None
        for url in column.next_pages:
            if url != onward or self._reads_on(column):
                yield from self._child(
                    "more", url, MORE, column.name, found_on=first, hops=task.hops + 1 if url == onward else 0
                )
        board = bool(self.facts.letters) or column.cls == "consult"
        letter = LATER_LETTER if task.role == "more" else LETTER
        undated = 0
        for item in column.items:
            undated += item.date is None
            priority = letter if board else DATING if item.date is None and undated <= DATING_ARTICLES else ARTICLE
            yield from self._child("article", item.url, priority, column.name, found_on=first, file=item.title)

    def _reads_on(self, column: ColumnFacts) -> bool:
        """Whether the next page of a board may hold letters of the last year."""
        days = [item.date for item in column.items if item.date]
        since = self._day - timedelta(days=366) if self._day else date.min
        return self.task.role != "page" and self.task.hops < BOARD_PAGES and max(days, default=date.min) >= since

    def _child(
        self, role: Role, url: str, priority: int, text: str = "", found_on: str = "", file: str = "", hops: int = 0
    ) -> Iterator[Task]:
        """``file``: the words of the link, should it lead to a file."""
        task = self.task
        depth = task.depth if role in WITHIN else task.depth + 1
        # deeper pages come later among their like, but never behind the next kind
        rank = min(priority + depth, priority + 9)
        link = f"{role} {url}" if role == "part" else url  # which may be a column too
        if self._known(link, rank):
            return
        plain = _plain(url)
        if not plain or plain == task.url:
            return
        foreign = not self._ours(plain)
        checked = role == "link" or is_file(plain, role) or (role == "page" and foreign)
        hidden = url in self._hidden  # nobody can click on it: it may lead to a column, but is no dead link
        if (checked and hidden) or (not checked and (foreign or is_trap(plain) or (role == "page" and self.deep))):
            return
        self._known.add(link, rank)
        if checked:
            role, rank = "link", min(LINK + task.depth + 1, LINK + 9)
            text = text or file
            if file and not foreign and self._files < FILES_READ and is_wanted(plain, file, self.facts.title):
                role, rank, text = "file", LINK, file
                self._files += 1
        frames = (task.hops if task.role == "part" else 0) + 1
        yield Task(
            task.site, "site", role, plain, depth, found_on or task.url, text[:60], rank,
            hops=frames if role == "part" else hops, on_home=task.role in ("home", "part", "fragment"), guessed=hidden,
        )  # fmt: skip

    def _ours(self, url: str) -> bool:
        return in_site(url, self.task.url, self.home)


def _to_render(task: Task, page: Page, facts: Facts) -> Iterator[Task]:
    """The same page once more, for a browser, where it may see what reading could not."""
    column, home = facts.column, facts.home
    unseen = (column and (column.state == "unknown" or column.drawn)) or (home and (home.drawn or not home.items))
    if (
        unseen
        and facts.kind != "frames"
        and task.role in ("home", "part", "column", "more")
        and b"<script" in page.body.lower()
    ):
        yield replace(task, kind="render")


def in_site(url: str, page: str, home: str) -> bool:
    """Whether a URL found on a page belongs to the page's site: the same host and, where the site's home page lies in a folder of a
    shared platform (``http://www.x.gov.cn/jyj/``), the same folder: a neighbour's columns must never be counted against it.
    """
    folder = folder_of(home)
    if folder != "/" and same_site(page, home) and _under(page, folder):
        return same_site(url, home) and _under(url, folder)
    return same_site(url, page)


def _under(url: str, folder: str) -> bool:
    return f"{urlsplit(url).path}/".startswith(folder)


def folder_of(url: str) -> str:
    """``/a/b.html`` → ``/a/``; ``/jyj`` → ``/jyj/``; no path → ``/``."""
    path = urlsplit(url).path or "/"
    head, _, last = path.rpartition("/")
    return f"{head}/" if "." in last or not last else f"{path}/"


def is_file(url: str, role: Role = "page") -> bool:
    """Whether it is something to check, not to read.  A fragment is read whatever its name."""
    suffix = urlsplit(url).path.rpartition("/")[2].rpartition(".")
    return (
        role != "fragment" and bool(suffix[1]) and suffix[2].lower() in (FILES - ANSWERS if role in WITHIN else FILES)
    )


def is_read(page: Page, task: Task) -> bool:
    """HTML; and what scripts put into a page: JSON, by whatever name, and script files."""
    kind = content_type(page)
    answer = "json" in kind or "javascript" in kind or (kind in UNTOLD and bool(_ANSWER.match(page.body)))
    return is_html(page) or (task.role in WITHIN and answer)
