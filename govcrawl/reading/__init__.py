"""Reading: bytes and headers in, facts out.  One parse, no clock, no input or output.

``document`` lays a page out; ``regions`` tells its parts; ``lists``, ``articles``, ``boards``, ``columns``, ``footer`` and
``state`` say what is in them; this module decides which of their answers apply.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urldefrag

from govcrawl.contracts import ColumnFacts, Facts, FooterFacts, HomeFacts, Item, Link, PageKind, Role
from govcrawl.reading import articles, boards, columns, footer, lists, redirects, state
from govcrawl.reading.challenge import is_challenge
from govcrawl.reading.document import Document
from govcrawl.reading.encoding import decode
from govcrawl.reading.regions import divide
from govcrawl.reading.urls import canonical, join, same_site, site_of

__all__ = ["MARKED", "read"]

MARKED: tuple[Role, ...] = ("home", "fragment", "column")  #: roles of pages that are searched for the marks of identity
FEW_WORDS = 200  #: characters; a firewall's test page has no more
FEW_LINKS = 40  #: an entry page (导航页) has no more
_LOADED = re.compile(r"""\.load\(\s*["']([^"'\s]+)[^"']*["']|\$\.get\(\s*["']([^"']+\.s?html?)["']""")
_INCLUDE = ("w3-include-html", "data-include", "include-html")
_FRAGMENT = re.compile(r"\.(?:s?html?|jsp|php|aspx?)(?:$|\?)|/$", re.I)


def read(
    body: bytes,
    url: str,
    headers: Sequence[tuple[str, str]] = (),
    role: Role = "page",
    name: str = "",
    site_hosts: frozenset[str] = frozenset(),
) -> Facts:
    """All that can be said about one page.

    ``role`` is what the crawler believes the URL to be, ``name`` the words of the link that led here; breadcrumb and heading
    win over both where they are clear.  ``site_hosts``: the hosts of the site; empty means the URL's own.
    """
    source, encoding = decode(body, headers)
    if "<" not in source[:200] and "document.write" in source:
        source = f"<script>{source}</script>"  # a header or footer kept as a script file
    doc = Document(source, url)
    goal = redirects.target(doc)
    if goal:
        return Facts("redirect", doc.title, encoding, goal, links=_links(doc), text=_text(doc))
    if len(doc.words) < FEW_WORDS and is_challenge(200, headers, body):
        return Facts("challenge", doc.title, encoding, text=_text(doc))
    return _Reading(doc, encoding, role, name, _ours(url, site_hosts)).facts()


def _ours(url: str, hosts: frozenset[str]) -> Callable[[str], bool]:
    if not hosts:
        return lambda other: same_site(url, other)
    sites = {h.lower().removeprefix("www.") for h in hosts}
    return lambda other: (site := site_of(other)) in sites or site.partition(":")[0] in sites


class _Reading:
    """One page on its way to its facts."""

    def __init__(self, doc: Document, encoding: str, role: Role, name: str, ours: Callable[[str], bool]) -> None:
        self.doc, self.encoding, self.role, self.hint, self.ours = doc, encoding, role, name, ours
        self.regions = divide(doc)
        self.items = self._items()
        self.letters = boards.letters(doc, self.regions) if boards.is_board(doc, self.regions, name) else ()

    def _items(self) -> tuple[Item, ...]:
        """The entries of the main area; where it has none, dated ones that stand before the breadcrumb."""
        start, end = self.regions.main or (0, self.regions.footer)
        items = lists.entries(self.doc, self.regions, start, end)
        if items or not self.regions.crumb:
            return items
        earlier = lists.entries(self.doc, self.regions, 0, self.regions.crumb[0])
        return tuple(i for i in earlier if i.dated_by)

    def facts(self) -> Facts:
        kind = self._kind()
        column = self._column(kind)
        return Facts(
            kind=self._by_state(kind, column),
            title=self.doc.title,
            encoding=self.encoding,
            home=self._home() if self.role == "home" else None,
            column=column,
            article=articles.read(self.doc, self.regions) if kind == "article" else None,
            letters=self.letters,
            columns=columns.find(self.doc, self.regions, self.ours),
            links=_links(self.doc),
            fragments=tuple(dict.fromkeys(_fragments(self.doc, self.ours))),
            footer=footer.read(self.doc, self.regions) if self.role in MARKED else FooterFacts(),
            text=_text(self.doc),
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
        shown = sum(i.dated_by == "shown" for i in self.items)
        if self.role in ("column", "more", "fragment"):
            return lists.looks_like_article(self.doc.url) and shown < 3 and self._has_article()
        named = (
            bool(self.doc.metas.get("articletitle")) or lists.looks_like_article(self.doc.url) or self.role == "article"
        )
        return named and (shown < 5 or self._has_article())

    def _has_article(self) -> bool:
        start = self.regions.main[0] if self.regions.main else 0
        return bool(self.doc.metas.get("articletitle") or articles.body_of(self.doc, start))

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
        if kind == "board":
            items = tuple(
                Item(x.url or self.doc.url, x.title, x.asked, "shown" if x.asked else "") for x in self.letters
            )
            return ColumnFacts(name, cls, "listed", items)
        sight = state.Sight(self.doc, self.regions, (name, self.hint))
        seen, why = state.judge(self.doc, self.regions, self.items, sight)
        items = self.items if seen in ("listed", "channel") else ()
        pages = lists.next_pages(self.doc, self.regions, self.items) if items else ()
        return ColumnFacts(name, cls, seen, items, pages, why)

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
        start, end = self.regions.main or (0, self.regions.footer)
        site = "" if self.regions.main else self.doc.title
        headings = (self.doc.text(i) for i in self.doc.all("h1", "h2", "h3") if start <= i < end)
        return next((text for text in headings if 2 <= len(text) <= columns.MAX_NAME and text not in site), "")

    def _home(self) -> HomeFacts:
        return HomeFacts(self.items, not self.items and len(self.doc.anchors) <= FEW_LINKS)


# --- links, fragments, text ----------------------------------------------------------------------------------------


def _links(doc: Document) -> tuple[Link, ...]:
    """Every http(s) link once, absolute, in reading order; an address shared by a link and a picture is the link's."""
    found: dict[str, Link] = {}
    anchors = iter(doc.anchors)
    for i in doc.all("a", "area", "img", "frame", "iframe"):
        tag = doc.tags[i]
        if tag in ("a", "area"):
            a = next(anchors)
            old = found.get(a.url)
            if a.url and (not old or not old.text or old.tag == "img"):
                found[a.url] = Link(a.url, a.words[:200], tag)  # type: ignore[arg-type]
        else:
            url = join(doc.base, doc.attr(i, "src"))
            if url:
                found.setdefault(url, Link(url, doc.attr(i, "alt").strip()[:200], tag))  # type: ignore[arg-type]
    return tuple(found.values())


def _fragments(doc: Document, ours: Callable[[str], bool]) -> Iterator[str]:
    """URLs of this site whose HTML a script puts into the page."""
    named = (m[1] or m[2] for s in doc.scripts.values() if ".load(" in s or "$.get(" in s for m in _LOADED.finditer(s))
    marked = "include" in doc.source
    included = (value for attrs in doc.attrs if marked for key in _INCLUDE if (value := attrs.get(key)))
    for href in (*named, *included):
        url = join(doc.base, href)
        if url and ours(url) and _FRAGMENT.search(urldefrag(url)[0]) and canonical(url) != canonical(doc.url):
            yield url


def _text(doc: Document) -> str:
    return doc.seen(0)
