"""What reading finds on a page, and nothing else: pure, from bytes and headers to these.  ``contracts.py`` is the page to read first.

Dates are ``datetime.date``, the site's own day; an empty string or tuple means that nothing of the kind was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

ColumnClass = Literal[
    "news", "notice", "policy", "personnel", "plan", "consult", "survey", "interview", "service", "static", "other"
]


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list.  ``date`` None: no date is shown; never a guess."""

    url: str
    title: str
    date: date | None
    dated_by: Literal["shown", "url", "unread", ""] = ""  #: unread: something is shown that may be a date


@dataclass(frozen=True, slots=True)
class ColumnLink:
    """A link that names a column (from navigation, side list, breadcrumb, 更多)."""

    url: str
    name: str
    cls: ColumnClass
    level: int  #: 1 = 一级栏目 (main navigation)
    source: Literal["nav", "side", "crumb", "more", "tab", "registered"]


#: listed: entries are shown; text: words instead of a list; channel: only leads to further columns; blank: a reader sees nothing
#: in it; unknown: drawn by a script, behind a frame, or not understood.
ColumnState = Literal["listed", "text", "channel", "blank", "unknown"]


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    name: str
    cls: ColumnClass
    state: ColumnState
    items: tuple[Item, ...] = ()
    #: further pages of this list that may hold newer items, best first; of an unknown or drawn column also its frames, fragments and the
    #: addresses that its scripts ask for entries
    next_pages: tuple[str, ...] = ()
    why: str = ""  #: for blank and unknown: what was seen, in Chinese
    drawn: str = ""  #: why a reader may see more entries than were read, in Chinese


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    title: str
    published: date | None
    source: str = ""
    text: str = ""
    unread: bool = False  #: a date may be shown that nobody could read, or a script draws the page


@dataclass(frozen=True, slots=True)
class Letter:
    """A citizen's letter on a message board (政务咨询类)."""

    title: str
    asked: date | None
    answered: date | None
    state: Literal["answered", "open", "unknown"]
    url: str = ""


@dataclass(frozen=True, slots=True)
class HomeFacts:
    items: tuple[Item, ...]  #: every article-like link of the home page, dated where a date is shown
    nav_only: bool  #: the page is only an entry (导航页): second-level pages are judged instead
    #: frames of this site, and addresses its scripts ask for entries: they are the home page too
    parts: tuple[str, ...] = ()
    drawn: str = ""  #: why a reader may see more entries than were read, in Chinese
    #: script files of this site: if each of them is read, draws nothing and writes into none of ``ids``, nothing is drawn
    scripts: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()  #: of the page's elements, where there are such files


@dataclass(frozen=True, slots=True)
class ScriptFacts:
    """A script file of the site (``reading/scripted.py``)."""

    draws: str = ""  #: why it may draw anything anywhere, in Chinese; empty: it is known not to
    into: tuple[str, ...] = ()  #: ids of the only elements that it writes into


@dataclass(frozen=True, slots=True)
class FooterFacts:
    """Identity marks; an empty string means not seen on this page."""

    site_code: str = ""
    icp: str = ""
    police: str = ""
    party_badge: str = ""
    error_report: str = ""
    organiser: str = ""
    drawn: bool = False  #: a script draws the page or its foot, or the foot is a picture: what wasn't seen may be there
    others: tuple[str, ...] = ()  #: further site codes that stand above ``site_code``


#: letters: some can be read by anyone; empty: it says that it has none; form: only a form to write one; script: a script draws it.
BoardShows = Literal["letters", "empty", "form", "script", ""]


@dataclass(frozen=True, slots=True)
class BoardFacts:
    """A message board's page, or a letter's; ``trail``: what breadcrumb and title call it, for what the standards exclude."""

    shows: BoardShows
    trail: tuple[str, ...] = ()
    #: address of its next page; "": there is one, but no address leads there (a form sent by POST, a script); None: it is the last
    onward: str | None = None


NoticeKind = Literal["closed", "moved", "domain", "paused"]


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A site's own word on its home page: 关停, 迁移, 域名变更, 暂停服务."""

    kind: NoticeKind
    text: str  #: the sentence
    target: str = ""  #: the address it leads to, absolute, where it names one


@dataclass(frozen=True, slots=True)
class GuideFacts:
    """A service guide (办事指南) and which of its eight elements are there."""

    name: str
    present: tuple[str, ...]
    missing: tuple[str, ...]
    forms: tuple[str, ...] = ()  #: URLs of files to download
    names_form: bool = False  #: its text speaks of a form to fill in


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    text: str
    tag: Literal["a", "area", "img", "frame", "iframe"] = "a"
    hidden: bool = False  #: it stands only where nobody can click on it, as far as the page itself tells


Hiding = Literal["display-none", "off-screen", "zero-size", "same-colour", "marquee", "script", "other"]


@dataclass(frozen=True, slots=True)
class HiddenLink:
    """A link to a stranger's domain that a reader doesn't see."""

    url: str
    text: str
    how: Hiding
    sure: bool  #: False: a menu or tab of the page, or a style sheet that isn't read, may show it
    scripted: bool = False  #: a script writes the link, or what hides it
    at: str = ""  #: how the element that hides it begins, as it is written


@dataclass(frozen=True, slots=True)
class Box:
    """An element around a link that a style sheet may hide."""

    names: tuple[str, ...]  #: its id and classes, as a style sheet has them: ``#x``, ``.y``
    at: str  #: how it begins
    stays: bool  #: nothing in the names around says that it opens


@dataclass(frozen=True, slots=True)
class StyledLink:
    """A link to a stranger's domain that the page itself doesn't hide; style sheets in files of their own may."""

    url: str
    text: str
    boxes: tuple[Box, ...]  #: itself first


@dataclass(frozen=True, slots=True)
class StyleFacts:
    """A style sheet of the site that is a file of its own (``reading/sheets.py``)."""

    hides: tuple[tuple[str, Hiding], ...]  #: ids and classes that it hides by themselves, or as ``.a .b``, and how
    shows: tuple[str, ...]  #: ids and classes that it shows, whatever the condition
    imports: tuple[str, ...] = ()  #: addresses of the sheets that it takes in


@dataclass(frozen=True, slots=True)
class Trick:
    """What an inline script, or a frame, does that no site needs."""

    #: engine: what it does hangs on a search engine; encoded: it hides whom it loads from; frame: a frame that nobody sees; rewrite: it
    #: puts a stranger's page in the place of this one; twin: a file both of a stranger and, by the same path, of the site
    kind: Literal["engine", "encoded", "frame", "rewrite", "twin"]
    target: str  #: whom it leads to or loads from; empty: it changes the page itself
    words: str  #: the piece of code that shows it


@dataclass(frozen=True, slots=True)
class ForeignFacts:
    """What strangers have on a page: domains that are neither the site's own, nor public bodies', nor ones that everybody uses."""

    hidden: tuple[HiddenLink, ...] = ()
    scripts: tuple[str, ...] = ()  #: addresses of script files, in order
    tricks: tuple[Trick, ...] = ()
    claims: str = ""  #: keywords and description, as told to search engines
    styled: tuple[StyledLink, ...] = ()  #: none where not all style sheets can be read, or too few domains are led to
    sheets: tuple[str, ...] = ()  #: addresses of the style sheets that may hide those
    strange: tuple[str, ...] = ()  #: of other hosts', where there are any; then none is read


PageKind = Literal[
    "home", "list", "article", "board", "letter", "text", "channel", "redirect", "frames", "script", "challenge", "empty", "file"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """All that reading says about one page."""

    kind: PageKind
    title: str
    encoding: str
    redirect: str = ""  #: where a meta refresh or a ``location=`` script sends the reader
    home: HomeFacts | None = None
    column: ColumnFacts | None = None
    article: ArticleFacts | None = None
    letters: tuple[Letter, ...] = ()
    board: BoardFacts | None = None
    guide: GuideFacts | None = None
    notices: tuple[NoticeFacts, ...] = ()
    columns: tuple[ColumnLink, ...] = ()
    links: tuple[Link, ...] = ()  #: every http(s) link, absolute, fragment removed, in order, once each
    fragments: tuple[str, ...] = ()  #: same-site URLs whose HTML a script puts into the page ($.load, includes)
    footer: FooterFacts = FooterFacts()
    foreign: ForeignFacts = ForeignFacts()
    script: ScriptFacts | None = None  #: of a script file of the site's own
    style: StyleFacts | None = None  #: of a style sheet of the site's own
    absent: str = ""  #: digest of its words, where the page says of itself that it isn't there (``reading/missing.py``)
    #: visible text without scripts, styles and hidden parts; but for the home page and fragments also without navigation, trail,
    #: side lists, friend links and footer, which are read there once
    text: str = ""
