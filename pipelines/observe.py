"""First pipeline: what was read becomes observations.  Keys of ``data`` per kind (dates are ISO strings or None):

home       items [[url, title, date]], unread (URLs of items that show what may be a date), nav_only, title,
           drawn (why a reader may see more), parts (URLs of its frames and lists),
           part (whether it is one itself), nav (URLs of 一级栏目, by its main navigation),
           scripts (URLs of the site's script files that alone are why it is drawn), ids (of its elements, where there are such files)
script     draws (why a script file of the site may draw anything), into (ids that it writes into)
style      hides [[#id, .class or .a .b, how]], shows (ids and classes), imports (URLs): of a style sheet of the site, a file of its own
column     column (URL of its first page), name, cls, level, state, items [[url, title, date]], unread (as of a home page), why,
           drawn (likewise), registered, board (what a message board shows),
           onward (of a message board: whether it has a next page)
article    title, published, column (URL of the list it was found on), unread (whether it may show a date that was not read),
           digest (of a text long enough to be known again; else empty)
letter     title, asked, answered, state, board (URL), board_name, board_cls, trail (what breadcrumb and title call the board)
guide      name, present, missing (of the eight elements), forms (URLs), names_form
notice     notice (closed / moved / domain / paused), target: what the home page says of its own site; excerpt: the sentence
dead_link  target, status (number, or dns / timeout / refused / reset), on_home, text (of the link)
footer     site_code, icp, police, party_badge, error_report, organiser (empty: not seen on that page), drawn, others (further site codes)
challenge  status, role: a firewall's test page came instead of the page
unread     outcome, status, role, name, cls, level: a planned page that could not be read; of attachments (role file) also count
missing    target, host, absent (digest of the words by which a page says that it isn't there, or → where it sends to), on_home, text
nowhere    host, absent: what the host says of an address that can't exist
closed     outcome, status, title, own (links within), items, code, notice (as of a notice; perhaps: a link speaks of one), page: the home
           page of a site that the register calls closed
check      check (which one), indicator, detail (by indicator, as in results.json), span (of characters of the text that was read);
           key: the fault, whatever the page
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from govcrawl import attachments, metrics
from govcrawl.attachments import is_passed_over, is_wanted
from govcrawl.contracts import Observation, ObservationKind, Page, Result, Task
from govcrawl.facts import Facts, HomeFacts, Item
from govcrawl.frontier.codec import host_of
from govcrawl.frontier.frontier import Settled, split_round
from govcrawl.reading import MARKED
from govcrawl.reading.columns import classify
from govcrawl.reading.urls import canonical, same_site
from govcrawl.spiders.guise import APART
from govcrawl.spiders.outcome import NOT_YOU
from govcrawl.stored import page_id
from pipelines.checks import Look, checks, for_files, look_at, prepare
from pipelines.masks import without_numbers

log = logging.getLogger(__name__)

FILES_S = 5.0  #: for attachments, all together, when the worker is told to end
MAX_ITEMS = 200  #: entries kept of one list page
MAX_TITLE = 60  #: characters kept of one of a column's
_NOTICE = re.compile(r"(?:关停|关闭|迁移|下线|停止|整合|合并|域名).{0,12}(?:公告|通告|通知)")
MIN_TEXT = 200  #: characters; a shorter text may well be written twice
#: Outcomes and statuses that make a link dead.  What firewalls and our own guard refuse is never dead.
DEAD_OUTCOMES = {"dns", "timeout", "refused", "reset"}
NOT_DEAD = NOT_YOU | {405, 408, 503, 521}


class ObservePipeline:
    """Adds observations to a Result.  A page is looked at once; nothing is asked of the network or the store."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler, self.stats = crawler, crawler.stats
        self._give_up_at = 0.0  # time.monotonic; 0: not told to end
        self._reads = getattr(crawler.spidercls, "name", "") != "probe"
        self._readers = ThreadPoolExecutor(1, "attachments")  # waits for a process of its own

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def open_spider(self) -> None:
        if self._reads:
            prepare()

    async def process_item(self, item: Result) -> Result:
        task, page = item.lease.task, item.page
        if task.role == "file" and page.outcome == "ok":
            item = replace(item, facts=await self._text_of(item))
        with metrics.timed("observe"):
            seen = tuple(observe(item, partial(self._failed, item)))
        return without_numbers(replace(item, observations=seen))

    async def _text_of(self, item: Result) -> Facts | None:
        """Of an attachment.  A worker that is to end gives back the files that it can't read at once."""
        page = item.page
        read = partial(attachments.read, page.body, page.url, item.lease.task.text, self._given_up)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, read)
        except attachments.Stopped:
            scheduler: Any = self.crawler.engine.scheduler if self.crawler.engine else None
            await scheduler.settle([Settled(item.lease, "release")])
            raise DropItem(f"given back unread: {page.url}") from None

    def _given_up(self) -> bool:
        if self.crawler.crawling:
            return False
        self._give_up_at = self._give_up_at or time.monotonic() + FILES_S
        return time.monotonic() > self._give_up_at

    def _failed(self, item: Result, check: str, error: Exception) -> None:
        _log_failure(item, check, error)
        if self.stats:
            self.stats.inc_value(f"checks/{check}/failed")


def _log_failure(item: Result, check: str, error: Exception) -> None:
    log.error("检查项 %s 未能检查网页 %s（%s）；其他检查照常", check, item.page.url, error, exc_info=error)


def observe(result: Result, failed: Callable[[str, Exception], None] | None = None) -> Iterator[Observation]:
    """Pure.  ``failed`` is told of a check that raised; else the log is."""
    task, page, facts = result.lease.task, result.page, result.facts
    if task.kind == "probe" or (task.kind == "render" and not page.rendered):
        return  # a page that could not be rendered is what it was without
    tell = failed or partial(_log_failure, result)
    if task.role in APART:
        yield from _apart(result, Look(task, page, facts), tell) if facts else ()
        return
    if task.role in ("nowhere", "closed"):
        yield from _light(result, task, facts)
        return
    if facts and facts.absent and not task.guessed:
        data = {"target": task.url, "host": host_of(task.url), "absent": facts.absent, "on_home": task.on_home}
        yield _seen(result, "missing", data | {"text": task.text}, excerpt=facts.title)
    if page.outcome == "challenge":
        yield _seen(result, "challenge", {"status": page.status, "role": task.role})
    elif page.outcome not in ("ok", "redirect"):
        yield from _unread(result, task, page)
    elif facts and not facts.redirect and task.role != "link":
        yield from _read(result, task, facts)
        yield from _checked(result, Look(task, page, facts), tell)
        yield from _left_out(result, facts)
    elif task.role == "file" and not facts and page.outcome == "ok":
        yield _unread_file(result, "unreadable", 1)


def _apart(result: Result, page: Look, failed: Callable[[str, Exception], None]) -> Iterator[Observation]:
    if page.facts.script:
        script = page.facts.script
        yield _seen(result, "script", {"draws": script.draws, "into": list(script.into)})
    if page.facts.style:
        style = page.facts.style
        yield _seen(
            result,
            "style",
            {"hides": list(map(list, style.hides)), "shows": list(style.shows), "imports": list(style.imports)},
        )
        return
    yield from _checked(result, page, failed)


def _light(result: Result, task: Task, facts: Facts | None) -> Iterator[Observation]:
    page = result.page
    if task.role == "nowhere" and facts and facts.absent:
        yield _seen(result, "nowhere", {"host": host_of(task.url), "absent": facts.absent})
    if task.role == "closed" and not result.children:  # else the answer is yet to come
        data: dict[str, Any] = {
            "outcome": page.outcome,
            "status": page.status,
            "title": "",
            "own": 0,
            "items": 0,
            "code": "",
        }
        if facts:
            data |= {
                "title": facts.title, "own": len({link.url for link in facts.links if same_site(link.url, page.url)}),
                "items": len(facts.home.items) if facts.home else 0, "code": facts.footer.site_code,
                "notice": next((n.kind for n in facts.notices), "") or _perhaps(facts), "page": facts.kind,
            }  # fmt: skip
        yield _seen(result, "closed", data, excerpt=facts.title if facts else "")


def _perhaps(facts: Facts) -> str:
    """Whether a link speaks of a closing; of which site nobody knows."""
    return "perhaps" if any(_NOTICE.search(link.text) for link in facts.links) else ""


def _checked(result: Result, page: Look, failed: Callable[[str, Exception], None]) -> Iterator[Observation]:
    looked = look_at(page, for_files if page.task.role == "file" else checks)
    for name, seen in looked.sightings:
        span = list(seen.span) if seen.span else None
        data = {"check": name, "indicator": seen.indicator, "detail": seen.detail, "span": span}
        yield _seen(result, "check", data, key=f"{seen.indicator} {seen.key}", excerpt=seen.excerpt)
    for name, error in looked.failed.items():
        failed(name, error)


def _left_out(result: Result, facts: Facts) -> Iterator[Observation]:
    """Attachments that may list people, and that are only checked: a page has so many, or nobody can read them (doc, zip)."""
    links = (c for c in result.children if c.role == "link" and same_site(c.url, result.page.url))
    if count := sum(is_wanted(c.url, c.text, facts.title) or is_passed_over(c.url, c.text, facts.title) for c in links):
        yield _unread_file(result, "left_out", count)


def _unread_file(result: Result, outcome: str, count: int) -> Observation:
    data = {"outcome": outcome, "status": result.page.status, "role": "file", "name": "", "cls": "other", "level": 0}
    return _seen(result, "unread", data | {"count": count}, key="file")


def _unread(result: Result, task: Task, page: Page) -> Iterator[Observation]:
    # further pages and fragments are addresses we worked out ourselves: no reader's link is dead there
    if task.role not in ("home", "part", "more", "fragment") and not task.guessed and is_dead(page):
        status = page.status if page.status is not None else page.outcome
        data: dict[str, Any] = {"target": task.url, "status": status, "on_home": task.on_home, "text": task.text}
        yield _seen(result, "dead_link", data)
    # a page that is gone (404, 410) is a dead link; any other failure leaves a column, or a part of a page, that nobody can judge
    gone = page.status in (404, 410) and task.role != "part"
    if task.role == "file" and not gone:
        yield _unread_file(result, page.outcome, 1)
    if task.role in ("home", "part", "column", "more", "fragment") and not gone:
        data = {
            "outcome": page.outcome, "status": page.status, "role": task.role, "name": task.text,
            "cls": classify(task.text, task.url), "level": task.depth,
        }  # fmt: skip
        yield _seen(result, "unread", data)


def is_dead(page: Page) -> bool:
    """Whether a link to this page is a dead one (打不开或错误)."""
    if page.outcome == "http_error":
        return page.status not in NOT_DEAD
    return page.outcome in DEAD_OUTCOMES


def _read(result: Result, task: Task, facts: Facts) -> Iterator[Observation]:
    if task.role in (*MARKED, "part"):
        yield _seen(result, "footer", asdict(facts.footer))
    if facts.home:
        yield _seen(result, "home", _home(task, facts, facts.home))
    elif task.role in ("home", "part"):
        data = {
            "outcome": facts.kind,
            "status": result.page.status,
            "role": task.role,
            "name": "",
            "cls": "other",
            "level": 0,
        }
        yield _seen(result, "unread", data)
    if _is_column(task, facts):
        yield _seen(result, "column", _column(task, facts))
    if facts.article and task.role in ("article", "page"):
        column = task.found_on if task.role == "article" else ""
        article = facts.article
        data = {
            "title": article.title,
            "published": _iso(article.published),
            "column": column,
            "unread": article.unread,
            "digest": _digest(article.text),
        }
        yield _seen(result, "article", data)
    if facts.guide:
        yield _seen(result, "guide", asdict(facts.guide))
    for notice in facts.notices:
        data = {"notice": notice.kind, "target": notice.target}
        yield _seen(result, "notice", data, key=notice.kind, excerpt=notice.text)
    yield from _letters(result, task, facts)


def _digest(text: str) -> str:
    words = "".join(text.split())
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16] if len(words) >= MIN_TEXT else ""


def _home(task: Task, facts: Facts, home: HomeFacts) -> dict[str, Any]:
    part = task.role == "part"
    silent = "框架中没有可见的文字" if part and not (facts.text or home.items) else ""
    return {
        "items": [[canonical(i.url), i.title, _iso(i.date)] for i in home.items[:MAX_ITEMS]],
        "unread": _unread_dates(home.items),
        "nav_only": home.nav_only,
        "title": facts.title,
        "drawn": home.drawn or silent,
        "parts": list(home.parts),
        "scripts": [canonical(url) for url in home.scripts],
        "ids": list(home.ids),
        "part": part,
        "nav": [canonical(c.url) for c in facts.columns if c.source == "nav" and c.level == 1],
    }


def _unread_dates(items: Sequence[Item]) -> list[str]:
    return [canonical(i.url) for i in items[:MAX_ITEMS] if i.dated_by == "unread"]


def _is_column(task: Task, facts: Facts) -> bool:
    """Only what navigation or the register names: a list that a plain link led to may be an old page of another column."""
    return facts.column is not None and task.role in ("column", "more")


def _column(task: Task, facts: Facts) -> dict[str, Any]:
    column = facts.column
    assert column is not None  # noqa: S101 – asked by _is_column
    return {
        "column": task.found_on if task.role == "more" else task.url,
        "name": column.name or task.text,
        "cls": column.cls,
        "level": task.depth,
        "state": column.state,
        "items": [[canonical(i.url), i.title[:MAX_TITLE], _iso(i.date)] for i in column.items[:MAX_ITEMS]],
        "unread": _unread_dates(column.items),
        "why": column.why,
        "drawn": column.drawn,
        "board": facts.board.shows if facts.board else "",
        "registered": not task.found_on,
        **({"onward": facts.board.onward is not None} if facts.board else {}),
    }


def _letters(result: Result, task: Task, facts: Facts) -> Iterator[Observation]:
    """Letters of a board page, or of a letter's own page found on one."""
    board = task.found_on if task.role in ("article", "more") else task.url
    name = (facts.column.name if facts.column else "") or task.text
    trail = list(facts.board.trail) if facts.board else []
    for number, letter in enumerate(facts.letters):
        data = {
            "title": letter.title, "asked": _iso(letter.asked), "answered": _iso(letter.answered), "state": letter.state,
            "board": board, "board_name": name, "board_cls": classify(name, board), "trail": trail,
        }  # fmt: skip
        yield _seen(result, "letter", data, key=str(number))


def _seen(result: Result, kind: ObservationKind, data: dict[str, Any], key: str = "", excerpt: str = "") -> Observation:
    lease, page = result.lease, result.page
    campaign, number = split_round(lease.round_key)
    return Observation(
        campaign, number, lease.task.site, kind, page.url, page.at, data,
        found_on=lease.task.found_on, excerpt=excerpt, page=page_id(lease.round_key, lease.id), key=key,
    )  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
