"""Reading: bytes and headers in, facts out.  One parse, no clock, no input or output.

``document`` lays a page out; ``regions`` tells its parts; ``lists`` (with ``marks``), ``articles``, ``boards``, ``columns``, ``footer`` and
``state`` (with ``blank``) say what is in them, ``drawn`` what a script may add, ``sources`` where the rest of a page comes from,
``records`` what a JSON answer holds; this module decides which of their answers apply.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Final

from govcrawl.contracts import Role
from govcrawl.facts import (
    ArticleFacts,
    BoardFacts,
    ColumnFacts,
    Facts,
    FooterFacts,
    GuideFacts,
    HomeFacts,
    Item,
    Letter,
    Link,
    PageKind,
)
from govcrawl.reading import (
    articles,
    boards,
    columns,
    footer,
    foreign,
    guides,
    lists,
    notices,
    paging,
    records,
    redirects,
    sources,
    state,
    suspects,
)
from govcrawl.reading.challenge import is_challenge
from govcrawl.reading.document import Document
from govcrawl.reading.encoding import decode
from govcrawl.reading.regions import divide
from govcrawl.reading.urls import same_site
from govcrawl.reading.written import part_of

__all__ = ["MARKED", "read"]

MARKED: tuple[Role, ...] = ("home", "fragment", "column")  #: roles of pages that are searched for the marks of identity
FEW_WORDS: Final = 200  #: characters; a firewall's test page has no more
FEW_LINKS: Final = 40  #: an entry page (导航页) has no more


def read(
    body: bytes,
    url: str,
    headers: Sequence[tuple[str, str]] = (),
    role: Role = "page",
    name: str = "",
    shown_on: str = "",
    ran: bool = False,
) -> Facts:
    """All that can be said about one page.

    ``role`` is what the crawler believes the URL to be, ``name`` the words of the link that led here; breadcrumb and heading
    win over both where they are clear.  ``shown_on``: the page that a fragment, script file or JSON answer is loaded into; its
    relative links are that page's, those of a whole document (a frame) are its own.  ``ran``: a browser has run its scripts.
    """
    source, encoding = decode(body, headers)
    if (data := records.answer(source)) is not None:
        return _of_answer(data, encoding, shown_on or url, role, name)
    source, piece = part_of(source, url)
    doc = Document(source, url, shown_on if piece else "", encoding)
    goal = redirects.target(doc)
    if goal:
        return Facts(
            "redirect", doc.title, encoding, goal, links=_links(doc), foreign=foreign.read(doc), text=doc.seen(0)
        )
    if len(doc.words) < FEW_WORDS and is_challenge(200, headers, body):
        return Facts("challenge", doc.title, encoding, text=doc.seen(0))
    return _Reading(doc, encoding, role, name, partial(same_site, url), ran).facts()


def _of_answer(data: object, encoding: str, shown_on: str, role: Role, name: str) -> Facts:
    """A list as a script gets it."""
    letters = boards.of_answer(data) if boards.names_board(name) else ()
    items = _as_items(letters, shown_on) or records.items(data, shown_on)
    text = "\n".join(item.title for item in items)
    why = "" if items else "接口的回答中没有可识别的条目"
    if role == "home":
        return Facts("home", "", encoding, home=HomeFacts(items, False, drawn=why), text=text)
    column = ColumnFacts(name, columns.classify(name, shown_on), "listed" if items else "unknown", items, why=why)
    return Facts(
        kind="board" if letters else "list" if items else "script",
        title="",
        encoding=encoding,
        column=None if role == "fragment" else column,
        letters=letters,
        board=BoardFacts("letters", (name,)) if letters else None,
        text=text,
    )


def _as_items(letters: Sequence[Letter], url: str) -> tuple[Item, ...]:
    return tuple(Item(x.url or url, x.title, x.asked, "shown" if x.asked else "") for x in letters)


class _Reading:
    """One page on its way to its facts."""

    def __init__(
        self, doc: Document, encoding: str, role: Role, name: str, ours: Callable[[str], bool], ran: bool
    ) -> None:
        self.doc, self.encoding, self.role, self.hint, self.ours, self.ran = doc, encoding, role, name, ours, ran
        self.regions = divide(doc)
        self.items = self._items()
        on_board = boards.is_board(doc, self.regions, name)
        self.letters = boards.letters(doc, self.regions) if on_board else ()
        self.board = boards.read(doc, self.regions, name, self.letters) if on_board else None

    def _items(self) -> tuple[Item, ...]:
        """The entries of the main area; where it has none, dated ones that stand before the breadcrumb."""
        start, end = self.regions.area
        items = lists.entries(self.doc, self.regions, start, end)
        if items or not self.regions.crumb:
            return items
        earlier = lists.entries(self.doc, self.regions, 0, self.regions.crumb[0])
        return tuple(i for i in earlier if i.dated_by)

    def facts(self) -> Facts:
        kind = self._kind()
        column = self._column(kind)
        article = articles.read(self.doc, self.regions, self.body) if kind == "article" else None
        return Facts(
            kind=self._by_state(kind, column),
            title=self.doc.title,
            encoding=self.encoding,
            home=self._home() if self.role == "home" else None,
            column=column,
            article=article,
            letters=self.letters,
            board=None if self.role in ("home", "fragment") else self._board(column),
            guide=self._guide(kind, article),
            notices=notices.read(self.doc) if self.role in ("home", "fragment") else (),
            columns=columns.find(self.doc, self.regions, self.ours),
            links=_links(self.doc),
            fragments=self._fragments(column),
            footer=footer.read(self.doc, self.regions) if self.role in MARKED else FooterFacts(),
            foreign=foreign.read(self.doc),
            text=self._text(),
        )

    # --- which kind ---------------------------------------------------------------------------------------------

    def _kind(self) -> PageKind:
        """The kind by what is on the page; "text" stands for a column whose state decides further."""
        if self.role == "home":
            return "home"
        if "frameset" in self.doc.by_tag:
            return "frames"
        if self.letters:
            return "letter" if len(self.letters) == 1 and self.letters[0].url == self.doc.url else "board"
        if self._is_article():
            return "article"
        return "list" if self.items else "text"

    def _is_article(self) -> bool:
        shown = self._entries()
        if self.role in ("column", "more", "fragment"):
            return lists.looks_like_article(self.doc.url) and shown < 3 and self._has_article()
        named = (
            bool(self.doc.metas.get("articletitle")) or lists.looks_like_article(self.doc.url) or self.role == "article"
        )
        return named and (shown < 5 or self._has_article())

    def _entries(self) -> int:
        """Links with a date beside them; rows without a link may be a table of the article's."""
        return sum(i.dated_by == "shown" and i.url != self.doc.url for i in self.items)

    def _has_article(self) -> bool:
        return articles.is_shown(self.doc, self.regions, self.body)

    @cached_property
    def body(self) -> int:
        return articles.body_of(self.doc, self.regions)

    def _by_state(self, kind: PageKind, column: ColumnFacts | None) -> PageKind:
        if kind not in ("text", "list") or not column:
            return kind
        if not self.doc.text_at and not self.items:
            return "empty"
        by_state: dict[str, PageKind] = {
            "channel": "channel",
            "unknown": "script" if self._scripted(column) else "text",
        }
        return by_state.get(column.state, kind)

    def _scripted(self, column: ColumnFacts) -> bool:
        return "脚本" in column.why or "前端" in column.why

    # --- column, home --------------------------------------------------------------------------------------------

    def _column(self, kind: PageKind) -> ColumnFacts | None:
        if (
            kind in ("home", "letter")
            or self.role in ("fragment", "home")
            or (kind == "article" and self.role not in ("column", "more"))
        ):
            return None
        name = self._name()
        cls = columns.classify(name, self.doc.url)
        if kind == "article":
            return ColumnFacts(name, cls, "text")
        onward = (self.board.onward,) if self.board and self.board.onward else ()
        if kind == "board":
            undated = not any(letter.asked for letter in self.letters)
            items = self.items if undated and self.items else _as_items(self.letters, self.doc.url)
            return ColumnFacts(name, cls, "listed", items, onward)
        sight = state.Sight(self.doc, self.regions, (name, self.hint), self.ran)
        seen, why = state.judge(self.doc, self.regions, self.items, sight)
        if seen == "blank" and cls == "consult" and self.board and self.board.shows == "empty":
            seen, why = "text", ""  # a board without letters is there all the same
        items = self.items if seen in ("listed", "channel") else ()
        pages = paging.next_pages(self.doc, self.regions, items) if items or seen == "unknown" else ()
        drawn = (sight.canvas.more() or sight.canvas.frames()) if items else ""
        beyond = paging.unseen(self.doc, self.regions, items, pages) if items and self.role != "more" else ""
        if seen == "unknown" or drawn:
            pages += sources.of_list(self.doc, sight.at, self.ours)
        return ColumnFacts(name, cls, seen, items, tuple(dict.fromkeys((*pages, *onward))), why, drawn or beyond)

    def _board(self, column: ColumnFacts | None) -> BoardFacts | None:
        """Where a script may show letters, neither its form nor its words tell what there is."""
        drawn = self.board and not self.letters and column and column.state == "unknown" and self._scripted(column)
        return replace(self.board, shows="script") if self.board and drawn else self.board

    def _name(self) -> str:
        """The column's name: meta tag, the words of the link where the title repeats them, breadcrumb, link, heading, title."""
        named = self.doc.metas.get("columnname", "")
        first = re.split(r"\s*(?:——|[-_|—–])\s*", self.doc.title)[0]
        if named or (self.hint and self.hint == first):
            return named or first
        crumb = self.regions.crumb_names[-1] if self.regions.crumb_names else ""
        return (crumb if len(crumb) <= columns.MAX_NAME else "") or self.hint or self._heading() or first

    def _heading(self) -> str:
        """The first heading of the main area; of a page without one, a heading that isn't the site's name."""
        start, end = self.regions.area
        site = "" if self.regions.main else self.doc.title
        headings = (self.doc.text(i) for i in self.doc.all("h1", "h2", "h3") if start <= i < end)
        return next((text for text in headings if 2 <= len(text) <= columns.MAX_NAME and text not in site), "")

    def _guide(self, kind: PageKind, article: ArticleFacts | None) -> GuideFacts | None:
        if kind not in ("article", "text") and (kind != "list" or any(i.dated_by == "shown" for i in self.items)):
            return None  # a guide's forms to download look like a list
        title = article.title if article else self.doc.title
        return guides.read(self.doc, self.regions, (title, self.hint, *self.regions.crumb_names, self.doc.title))

    def _home(self) -> HomeFacts:
        area = range(len(self.doc.tags))
        parts = sources.of_area(self.doc, area, self.ours)
        canvas = state.Sight(self.doc, self.regions, (), self.ran).canvas
        strange = sources.strangers(self.doc, self.ours)
        drawn = strange or canvas.more() or canvas.frames(parts)
        found = suspects.find(canvas, parts, self.ours) if drawn and not strange else suspects.Suspects()
        drawn = "" if found.idle else drawn
        entry = not self.items and 0 < len(self.doc.anchors) <= FEW_LINKS and not parts and not drawn
        return HomeFacts(self.items, entry, parts, drawn, found.files, found.ids)

    def _text(self) -> str:
        """What a reader sees, without the parts that every page of the site repeats: they are read where they are found once."""
        doc, zones = self.doc, self.regions.zones
        if self.role in ("home", "fragment"):
            return doc.seen(0)
        return doc.joined([i for i in doc.text_at if not (zones[i] or doc.shaded[i])])

    def _fragments(self, column: ColumnFacts | None) -> tuple[str, ...]:
        own = column.next_pages if column else ()
        return tuple(u for u in sources.fragments(self.doc, self.regions, self.ours) if u not in own)


# --- links, fragments, text ----------------------------------------------------------------------------------------


def _links(doc: Document) -> tuple[Link, ...]:
    """Every http(s) link once, absolute, in reading order; an address shared by a link and a picture is the link's, by one that is
    hidden and one that isn't the latter's.
    """
    found: dict[str, Link] = {}
    shaded = doc.shaded
    anchors = iter(doc.anchors)
    for i in doc.all("a", "area", "img", "frame", "iframe"):
        tag = doc.tags[i]
        if tag in ("a", "area"):
            a = next(anchors)
            old = found.get(a.url)
            hidden = bool(shaded[i])
            if a.url and (
                not old or (old.hidden and not hidden) or ((not old.text or old.tag == "img") and old.hidden >= hidden)
            ):
                found[a.url] = Link(a.url, a.words[:200], tag, hidden)  # type: ignore[arg-type]
        else:
            url = doc.join(doc.attr(i, "src"))
            if url and (url not in found or (found[url].hidden and not shaded[i])):
                found[url] = Link(url, doc.attr(i, "alt").strip()[:200], tag, bool(shaded[i]))  # type: ignore[arg-type]
    return tuple(found.values())
