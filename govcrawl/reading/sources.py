"""Where the rest of a page comes from: frames, fragments, scripts that draw its header and footer, addresses its scripts ask.

Nothing is executed: an address counts where it is written out, or is joined from strings and variables that the page gives a
value.  What needs a POST, a token or a calculation stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final
from urllib.parse import quote

from govcrawl.reading.document import Document
from govcrawl.reading.drawn import FOOT, frame_of, is_library
from govcrawl.reading.regions import Regions
from govcrawl.reading.urls import canonical
from govcrawl.reading.written import Variables, value

MOST: Final = 5  #: sources of one list
MAX_PARTS: Final = 100  #: of a home page; far more than a person puts there
MAX_PLACES: Final = 500  #: names by which scripts may address it
MAX_SCRIPT: Final = 100_000  #: characters
Ours = Callable[[str], bool]

_LOADED: Final = re.compile(
    r"""(?:\(\s*["']([#.][\w-]{1,80})["']\s*\)\s*)?\.load\(\s*["']([^"'\s]{1,500}+)[^"']{0,500}+["']|\$\.get\(\s*["']([^"']{1,500}\.s?html?)["']"""
)
_INCLUDE: Final = ("w3-include-html", "data-include", "include-html")
#: Header, navigation or footer of a site kept in a file of its own.
_FRAME_PART: Final = re.compile(
    r"(?:^|/)(?:head(?:er|top)?|top|nav|menu|foot(?:er)?|bottom|copyright|banquan|dibu|weibu)[\w-]{0,12}\.(?:js|s?html?|jsp|php|aspx?)(?:$|\?)",
    re.I,
)
_PART: Final = re.compile(r"\.(?:s?html?|jsp|php|aspx?)(?:$|\?)|/$", re.I)
_TOP: Final = re.compile(r"head|top|nav|menu|tou\b|daohang|\bdh\b|common_?h|banner", re.I)

_CALL: Final = re.compile(
    r"(?:\$|jQuery|axios)\s*\.\s*(getJSON|get|post|ajax)\s*\(\s*(?!\{)|\bfetch\s*\(\s*|\baxios\s*\(\s*(?!\{)"
)
_OPTIONS: Final = re.compile(r"(?:\.\s*ajax|\baxios|\brequest)\s*\(\s*\{")
_URL: Final = re.compile(r"[\"']?\burl[\"']?\s*:\s*")
_POST: Final = re.compile(r"(?:type|method)[\"']?\s*:\s*[\"']post", re.I)
_DATA: Final = re.compile(r"\b(?:data|params)[\"']?\s*:\s*")
_BRACES: Final = re.compile(r"\{([^{}]{0,1000})\}")
_PAIR: Final = re.compile(
    r"[\"']?([\w$]{1,40})[\"']?\s*:\s*(?:\"([^\"]{0,200})\"|'([^']{0,200})'|(\d{1,12}))\s*(?:,|$)"
)
_REPLY: Final = re.compile(r"\b(?:success|done|complete|error)\b|\.then\b")
_FILE: Final = re.compile(r"\.(?:js|css|png|jpe?g|gif|svg|woff2?|ttf|docx?|xlsx?|pdf|zip|swf|mp4)(?:$|\?)", re.I)
_NO_LIST: Final = re.compile(
    r"count|hits?\b|click|visit|log(?:in|out)|user|weather|tianqi|captcha|verify|token|session|stat\b|tongji|vote|like|comment|banner|menu|links?\b|friend|"
    r"yqlj|hot",
    re.I,
)
_SEARCH: Final = re.compile(r"[\"'`](/?(?:[\w-]+/){0,3}(?:common/search|searchList))/?[\"'`?]")
_CHANNEL: Final = re.compile(r"[0-9a-f]{32}|\d{1,12}")
_JPAAS: Final = "?_isAgg=true&_isJson=true&_pageSize=20&_template=index&_rangeTimeGte=&_channelName=&page=1"


def fragments(doc: Document, regions: Regions, ours: Ours) -> tuple[str, ...]:
    """Pages that a script puts into this one, and script files that draw the header or footer it lacks; each once."""
    marked = "include" in doc.source
    included = (href for attrs in doc.attrs if marked for key in _INCLUDE if (href := attrs.get(key)))
    named = (m[2] or m[3] for m in _loads(doc))
    parts = (u for href in (*named, *included) if (u := doc.join(href)) and _PART.search(u))
    own = canonical(doc.url)
    return tuple(dict.fromkeys(u for u in (*_framing(doc, regions), *parts) if ours(u) and canonical(u) != own))


def _framing(doc: Document, regions: Regions) -> Iterator[str]:
    """Files named after the header or footer; of a page that shows none, also scripts whose names only hint at it."""
    wanted = [names for names, shown in ((_TOP, regions.nav), (FOOT, regions.footer < len(doc.tags))) if not shown]
    for i in doc.all("script", "frame", "iframe"):
        if not (src := doc.attr(i, "src")):
            continue
        file = src.partition("?")[0].rpartition("/")[2]
        hinted = file.endswith(".js") and not is_library(file) and any(names.search(file) for names in wanted)
        if (hinted or _is_frame_part(src)) and (url := doc.join(src)):
            yield url


def _loads(doc: Document) -> Iterator[re.Match[str]]:
    for script in doc.scripts.values():
        if ".load(" in script or "$.get(" in script:
            yield from _LOADED.finditer(script)


def of_list(doc: Document, at: Iterable[int], ours: Ours) -> tuple[str, ...]:
    """Where the entries of a list come from; not from what is named after a header or footer."""
    return tuple(u for u in of_area(doc, at, ours) if not _is_frame_part(u))[:MOST]


def of_area(doc: Document, at: Iterable[int], ours: Ours) -> tuple[str, ...]:
    """Where the content of an area of the page comes from: its frames, what is loaded into it, what its scripts ask for.

    ``at``: the elements of the area.  A list of which one source can't be told is not pieced together from the others.
    """
    inside = frozenset(at)
    places = frozenset(islice(_places(doc, inside), MAX_PLACES))
    frames = [frame_of(doc, i) for i in doc.all("frame", "iframe", "object", "embed") if i in inside]
    loaded = [m[2] for m in _loads(doc) if m[1] in places]
    found = [url for href in (*frames, *loaded) if href and (url := doc.join(href))]
    found += _asked(doc, inside, places)
    own = canonical(doc.url)
    return tuple(dict.fromkeys(u for u in found if ours(u) and canonical(u) != own))[:MAX_PARTS]


def strangers(doc: Document, ours: Ours) -> str:
    """That a frameset shows pages of another site, in Chinese, or nothing."""
    frames = (doc.join(doc.attr(i, "src")) for i in doc.all("frame"))
    return "框架中是其他网站的网页" if any(url and not ours(url) for url in frames) else ""


def _is_frame_part(url: str) -> bool:
    """Whether an address is named after a header, navigation or footer."""
    return bool(_FRAME_PART.search(url))


def _places(doc: Document, inside: Iterable[int]) -> Iterator[str]:
    """How scripts address the elements of an area."""
    for i in inside:
        if id_ := doc.attr(i, "id"):
            yield f"#{id_}"
        yield from (f".{name}" for name in doc.attr(i, "class").split())


# --- what scripts ask for ----------------------------------------------------------------------------------------------


def _asked(doc: Document, inside: frozenset[int], places: frozenset[str]) -> list[str]:
    variables, asking = Variables(), []
    for i, script in doc.scripts.items():
        variables.add(script)
        if len(script) <= MAX_SCRIPT and (i in inside or _speaks_of(script, places)):
            asking.append(script)
    found = [
        a for script in asking for a in _addresses(script, variables) if not (_FILE.search(a) or _NO_LIST.search(a))
    ]
    urls = [doc.join(a) for a in found]
    return [url for url in urls if url] if all(urls) and urls else list(_channel(doc))


def _speaks_of(script: str, places: frozenset[str]) -> bool:
    return any(f"{q}{name}" in script for place in places for name in (place, place.lstrip("#")) for q in "\"'")


def _addresses(script: str, variables: Variables) -> Iterator[str]:
    """Each address a script asks; "" for one that can't be told."""
    for m in _CALL.finditer(script):
        yield "" if m[1] == "post" else value(script, m.end(), variables)
    for m in _OPTIONS.finditer(script):
        options = script[m.end() : m.end() + 1500]
        reply = _REPLY.search(options)
        yield _of_options(options[: reply.start()] if reply else options, variables)


def _of_options(options: str, variables: Variables) -> str:
    """The address of ``$.ajax({…})`` with the parameters of ``data``, if all of it is written out."""
    url, data = _URL.search(options), _DATA.search(options)
    address = value(options, url.end(), variables) if url and not _POST.search(options) else ""
    if not address or not data:
        return address
    braces = _BRACES.match(options, data.end())
    pairs = _PAIR.findall(braces[1].strip()) if braces else []
    if not braces or len(pairs) != braces[1].count(":"):
        return ""
    query = "&".join(f"{name}={quote(double or single or number)}" for name, double, single, number in pairs)
    return f"{address}{'&' if '?' in address else '?'}{query}" if query else address


def _channel(doc: Document) -> Iterator[str]:
    """大汉 jpaas: the channel's number stands in a meta tag, the address of its lists in a script."""
    channel = doc.metas.get("channelid") or doc.metas.get("columnid") or ""
    if not _CHANNEL.fullmatch(channel):
        return
    for script in doc.scripts.values():
        if (m := _SEARCH.search(script[:MAX_SCRIPT])) and (url := doc.join(f"/{m[1].strip('/')}/{channel}{_JPAAS}")):
            yield url
