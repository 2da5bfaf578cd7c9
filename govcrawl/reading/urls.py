"""URLs: what makes two of them the same page, how a link resolves, and which ones lead into a trap."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

_SCHEME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_STRAY: Final = re.compile(r"[\t\r\n]+")
_DOT_SEGMENT: Final = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")
_SESSION_PATH: Final = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.I)
_SESSION_KEY: Final = re.compile(r"(?:jsessionid|phpsessid|aspsessionid\w*|asp\.net_sessionid|cfid|cftoken)$", re.I)
_ESCAPES: Final = re.compile(r"%[0-9a-fA-F]{2}")
_PIECE: Final = re.compile(r"[^&=/?;]*%[89A-F][^&=/?;]*")  #: of a path or query, with an escape beyond ASCII
_MARK: Final = re.compile(r"[&=/?;%#]")
_HAN: Final = re.compile(r"[\u2e80-\uffff\U00020000-\U0003ffff]")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
#: Places that no server or script has filled: ``{id}``, ``${id}``, ``{{ id }}``, ``[!--id--]``, ``<%=id%>``; not a GUID in braces.
_UNFILLED: Final = re.compile(r"\{(?![0-9a-f-]{32,36}\})|\[!--|<[%?]", re.I)
#: An address that is written canonically already, but perhaps for dot segments, as nearly all are.
_PLAIN: Final = re.compile(r"https?://([a-z0-9.-]+)(/[!\"$-:<=>@-~]*)")
_HEX32: Final = re.compile(r"[0-9a-fA-F]{32}$")
_DEFAULT_PORT: Final = {"http": "80", "https": "443"}

MAX_URL: Final = 2048  #: characters; longer links are broken links or traps
MAX_PARAMETERS: Final = 8
MAX_SEGMENTS: Final = 16
MAX_REPEATS: Final = 3  #: /a/b/a/b/a/b/ is a link that climbs into itself

_INDEX_FILE: Final = re.compile(r"/(?:index|default)\.(?:s?html?|jsp|php|aspx?|do)$", re.I)
_CALENDAR_PATH: Final = re.compile(r"/(?:calendar|rili)\w*/(?:19|20)\d\d[/-]\d{1,2}", re.I)
_CALENDAR_QUERY: Final = re.compile(r"(?:^|&)(?:(?:start|end|begin)?(?:day|month|year|riqi)|calendar\w*)=\d", re.I)


@lru_cache(maxsize=16384)
def canonical(url: str) -> str:
    """How a URL is written: case of scheme and host, default port, fragment, session ids and dot segments don't count.

    What isn't ASCII is percent-encoded as UTF-8, as browsers do (WHATWG URL; but for the queries of pages in another encoding: ``join``).
    """
    if _PLAIN.fullmatch(url) and "/." not in url:
        return url
    try:
        scheme, netloc, path, query, _ = urlsplit(url.strip())
    except ValueError:
        return url
    scheme = scheme.lower()
    path = _without_dots(_SESSION_PATH.sub("", path)) or "/"
    return urlunsplit((scheme, _plain_netloc(scheme, netloc), _in_utf8(path), _in_utf8(_without_session(query)), ""))


@lru_cache(maxsize=16384)
def address(url: str) -> str:
    """What a server takes for one address: ``/x/`` is ``/x/index.html``, and neither http or https nor ``www.`` makes another."""
    if (plain := _PLAIN.fullmatch(url)) and "/." not in url and "%" not in url:
        return plain[1].removeprefix("www.") + _INDEX_FILE.sub("/", plain[2])
    parts = urlsplit(canonical(url))
    path = _INDEX_FILE.sub("/", parts.path)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.rpartition('@')[2].removeprefix('www.')}" + _ESCAPES.sub(_upper, f"{path}{query}")


def identity(url: str) -> str:
    """What tells one page from another; not an address to fetch.  As ``address``, but Chinese words are the same however they are
    encoded: a register has ``?lm=通知``, where the site's pages, in GBK, lead to ``?lm=%CD%A8%D6%AA``.

    Without this a column linked in two ways would be read, and counted against its site, twice.
    """
    same = address(url)
    return _PIECE.sub(_readable, same) if "%" in same else same


def in_gbk(url: str) -> str:
    """The address that a link of a page in GBK leads to where it is written so; its path is always in UTF-8."""
    return canonical(_in_encoding(url, "gbk"))


def _in_utf8(text: str) -> str:
    return text if text.isascii() else _NOT_ASCII.sub(lambda m: quote(m[0], errors="surrogatepass"), text)


def _upper(m: re.Match[str]) -> str:
    return m[0].upper()


def _readable(m: re.Match[str]) -> str:
    """A piece with escapes beyond ASCII: of UTF-8, else of GBK, else as it is.  Greek or Arabic on a Chinese site is GBK by chance."""
    told = unquote_to_bytes(m[0])
    for encoding in ("utf-8", "gbk"):
        with suppress(UnicodeDecodeError):
            text = told.decode(encoding)
            if encoding == "gbk" or _HAN.search(text):
                return _MARK.sub(lambda mark: quote(mark[0], safe=""), text)
    return m[0]


def _plain_netloc(scheme: str, netloc: str) -> str:
    host, colon, port = netloc.lower().rpartition(":")
    if colon and (port == _DEFAULT_PORT.get(scheme) or not port):
        return host
    return netloc.lower()


def _without_session(query: str) -> str:
    if "=" not in query:
        return query
    return "&".join(p for p in query.split("&") if not _is_session(*p.partition("=")[::2]))


def _is_session(key: str, value: str) -> bool:
    return bool(_SESSION_KEY.match(key)) or (
        key.lower() in ("session", "sessionid") and bool(_HEX32.match(value))  # sid may name an entry
    )


def _without_dots(path: str) -> str:
    """RFC 3986 §5.2.4, for an absolute path."""
    if not _DOT_SEGMENT.search(path):
        return path
    out: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(out) > 1:
                out.pop()
        elif segment != ".":
            out.append(segment)
    if segments[-1] in (".", ".."):
        out.append("")
    return "/".join(out)


@lru_cache(maxsize=256)
def _base_parts(base: str) -> tuple[str, str]:
    """(scheme://netloc, directory ending in a slash); the first is "" where it is no http(s) address."""
    scheme, netloc, path, _, _ = urlsplit(base)
    return f"{scheme}://{netloc}" if scheme in _DEFAULT_PORT else "", path[: path.rfind("/") + 1] or "/"


def join(base: str, href: str, encoding: str = "") -> str | None:
    """``href`` as an absolute http(s) URL without fragment; None where it leads nowhere (javascript:, mailto:, empty, broken).

    ``encoding``: of the page, where it isn't UTF-8: browsers write a query in it, but never a path (WHATWG URL).
    """
    origin, directory = _base_parts(base)
    href = href.strip()
    if encoding and not href.isascii():
        href = _in_encoding(href, encoding)
    if href[:1] in ("?", ";"):
        return _joined(base, origin, directory, href)
    if href[:1] == "/" or (":" in href and _SCHEME.match(href)):
        directory = "/"
    return _from_folder(origin, directory, href)


def _in_encoding(href: str, encoding: str) -> str:
    """The query percent-encoded; what the encoding lacks as ``&#8226;``, as browsers do."""
    start, (link, hash_, rest) = href.find("?"), href.partition("#")
    if not 0 <= start < len(link):
        return href
    return link[:start] + _NOT_ASCII.sub(lambda m: _percent(m[0], encoding), link[start:]) + hash_ + rest


def _percent(text: str, encoding: str) -> str:
    return quote(text.encode(encoding, "xmlcharrefreplace"), safe="")


@lru_cache(maxsize=16384)
def _from_folder(origin: str, directory: str, href: str) -> str | None:
    """The links of menus and footers, the same on each page of a site, or of a folder of it."""
    return _joined(origin, origin, directory, href)


def _joined(base: str, origin: str, directory: str, href: str) -> str | None:
    if not href or len(href) > MAX_URL:
        return None
    if ("{" in href or "[" in href or "<" in href) and _UNFILLED.search(href):
        return None
    if "\n" in href or "\t" in href or "\r" in href:
        href = _STRAY.sub("", href)
    if "#" in href:
        href = href[: href.index("#")]
        if not href:
            return None
    try:
        return _resolve(base, origin, directory, href.replace("\\", "/"))
    except ValueError:
        return None


def _resolve(base: str, origin: str, directory: str, href: str) -> str | None:
    found = _SCHEME.match(href) if ":" in href else None
    if found:
        return _absolute(href)
    if not origin:
        return None
    if href.startswith("//"):
        return _absolute(origin.partition("/")[0] + href)
    if href.startswith(("?", ";")):
        return _absolute(urljoin(base, href))
    path, mark, query = href.partition("?")
    path = path if path.startswith("/") else directory + path
    if "./" in path or path.endswith("."):
        path = _without_dots(path)
    return origin + path + mark + query if query else origin + path


def _absolute(url: str) -> str | None:
    parts = urlsplit(url)
    if parts.scheme.lower() not in _DEFAULT_PORT or not parts.hostname or " " in parts.netloc:
        return None
    _ = parts.port  # raises ValueError where the port is no number
    return url


@lru_cache(maxsize=4096)
def site_of(url: str) -> str:
    """Host and port as a site's identity: lower case, without ``www.`` and default port; empty for a broken URL."""
    if plain := _PLAIN.match(url):
        return plain[1].removeprefix("www.")
    try:
        parts = urlsplit(url)
        return _plain_netloc(parts.scheme.lower(), parts.netloc.rpartition("@")[2]).removeprefix("www.")
    except ValueError:
        return ""


def same_site(a: str, b: str) -> bool:
    """Whether two URLs are of one host (``www.`` and http/https don't matter)."""
    site = site_of(a)
    return bool(site) and site == site_of(b)


def is_trap(url: str) -> bool:
    """Whether a URL looks endless: over-long, too deep, climbing into itself, too many parameters, or a calendar's page."""
    if len(url) > MAX_URL:
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    segments = [s for s in parts.path.split("/") if s]
    if len(segments) > MAX_SEGMENTS or parts.query.count("&") >= MAX_PARAMETERS:
        return True
    if segments and max(Counter(segments).values()) > MAX_REPEATS - (len(segments) > 6):
        return True
    return _is_calendar(parts.path, parts.query) or parts.query.count("http") > 1


def _is_calendar(path: str, query: str) -> bool:
    return bool(_CALENDAR_PATH.search(path)) or len(_CALENDAR_QUERY.findall(query)) > 1
