"""What a script file of a site may draw into a page: nothing, into a few places that it names, or no one can tell.

Nothing is executed.  A file draws nothing if all of its code is known to draw nothing: each call is of a function of its own or of
one that only looks, shows, hides, moves or counts; nothing in it writes, asks a server, builds code from text or leads elsewhere.
What isn't known may draw anything, so a file that isn't understood only leaves its page untold.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from govcrawl.facts import ScriptFacts
from govcrawl.reading import lists
from govcrawl.reading.document import Document
from govcrawl.reading.drawn import Canvas
from govcrawl.reading.regions import divide
from govcrawl.reading.tokens import Code, code_of

MAX_SOURCE: Final = 100_000  #: characters; no file that only moves a menu has more
MAX_INTO: Final = 50  #: places
HEAD: Final = 600  #: characters, in which a library says what it is

#: Libraries that draw nothing until they are called: the file's name, and how the file says what it is.
_LIBRARIES: Final = (
    (r"jq(?:uery)?(?:[-._]?(?:core|slim|min|\d[\d.]*))*\.js", r"jQuery (?:JavaScript Library )?v\d"),
    (r"jquery[-._]?(?:ui|migrate)[\w.-]*\.js", r"jQuery (?:UI|Migrate) ?-? ?v?\d"),
    (r"(?:jquery[-.])?super_?slide[\w.-]*\.js", r"SuperSlide v?\d"),
    (r"(?:jquery[-.])?(?:flexslider|lazyload|nicescroll|easing|bxslider|fancybox)[\w.-]*\.js", r"jQuery \w|FlexSlider|bxSlider|fancyBox"),
    (r"bootstrap(?:\.bundle)?(?:[-.](?:min|\d[\d.]*))*\.js", r"Bootstrap v\d|bootstrap\.js v\d|bootstrap-\w+\.js v\d"),
    (r"(?:idangerous\.)?swiper(?:[-.](?:bundle|jquery|min|\d[\d.]*))*\.js", r"Swiper \d"),
    (r"layer(?:[-.](?:min|\d[\d.]*))*\.js", r"layer[- ]v\d|@Name: layer"),
    (r"wow(?:\.min)?\.js", r"WOW\b.{0,40}v?\d"),
    (r"(?:owl\.carousel|slick|iscroll|aos|msclass)[\w.-]*\.js", r"Owl [Cc]arousel|slick|iScroll v\d|AOS|MSClass"),
    (r"(?:html5shiv|respond|modernizr|dd_belatedpng)[\w.-]*\.js", r"HTML5 Shiv|Respond\.js|[Mm]odernizr|DD_belatedPNG"),
)  # fmt: skip
_NAMED: Final = tuple((re.compile(name, re.I), re.compile(banner)) for name, banner in _LIBRARIES)

#: Words of code, or whole strings, that write, ask, build code, or reach into another page.
_DRAWING: Final = frozenset(
    "innerHTML outerHTML innerText outerText textContent nodeValue srcdoc insertAdjacentHTML insertAdjacentElement insertAdjacentText"
    " appendChild insertBefore replaceChild replaceChildren replaceWith append appendTo prepend prependTo insertAfter insertRow insertCell"
    " createElement createElementNS createContextualFragment createTextNode createDocumentFragment cloneNode importNode DOMParser write"
    " writeln contentWindow contentDocument frames eval Function execScript atob fromCharCode fromCodePoint"
    " XMLHttpRequest ActiveXObject ajax getJSON getScript fetch axios WebSocket EventSource Worker"
    " postMessage import export importScripts with defineProperty Reflect Proxy attributes constructor __proto__ Vue React"
    " ReactDOM angular layui template Handlebars Mustache juicer avalon".split()
)
_KEYWORDS: Final = frozenset(
    "if for while switch catch function return typeof void in of new delete throw case do else instanceof".split()
)
_SAFE: Final = frozenset(
    "$ jQuery parseInt parseFloat isNaN isFinite Number String Boolean Array Object Date RegExp Error alert confirm prompt setTimeout"
    " setInterval clearTimeout clearInterval requestAnimationFrame cancelAnimationFrame encodeURIComponent encodeURI escape"
    " decodeURIComponent decodeURI unescape Image Swiper getComputedStyle open close print scroll scrollTo scrollBy"
    " addEventListener attachEvent".split()
)
_SAFE_METHODS: Final = frozenset(
    # looking
    "getElementById getElementsByClassName getElementsByTagName getElementsByName querySelector querySelectorAll getAttribute hasAttribute"
    " contains matches find children parent parents parentsUntil closest siblings next nextAll prev prevAll eq first last index is not has"
    " filter end size each slice offset position width height innerWidth innerHeight outerWidth outerHeight getBoundingClientRect"
    " getComputedStyle hasClass item"
    # showing, moving
    " show hide toggle css addClass removeClass toggleClass animate stop fadeIn fadeOut fadeTo fadeToggle slideUp slideDown slideToggle"
    " scrollTop scrollLeft scrollTo scrollBy scrollIntoView delay queue dequeue finish remove removeChild removeAttr removeAttribute"
    " removeProperty setProperty add toggleAttribute"
    # events
    " ready hover click dblclick mouseover mouseout mouseenter mouseleave mousedown mouseup mousemove mousewheel scroll resize focus blur"
    " change select submit reset keydown keyup keypress on off one bind unbind live die delegate undelegate trigger addEventListener"
    " removeEventListener attachEvent detachEvent preventDefault stopPropagation stopImmediatePropagation"
    # counting, words
    " floor ceil round max min abs random pow sqrt push pop shift unshift splice concat join sort reverse indexOf lastIndexOf charAt"
    " charCodeAt substr substring split toLowerCase toUpperCase trim toString toFixed valueOf match test exec search replace forEach map"
    " some every reduce includes startsWith endsWith isArray keys hasOwnProperty now parse"
    # browser
    " log warn info error alert confirm open close print setHomePage addFavorite AddFavorite AddToFavoritesBar addPanel val data"
    " getItem setItem removeItem javaEnabled enablePrivilege getService setCharPref getPropertyValue"
    # sliders of what is there
    " slide carousel lazyload bxSlider flexslider owlCarousel slick superfish kxbdMarquee marquee nivoSlider fancybox niceScroll".split()
)
_DATE: Final = re.compile(
    r"(?:get|set)(?:UTC)?(?:Date|Day|Month|FullYear|Year|Hours|Minutes|Seconds|Milliseconds|Time)|to\w*String"
)

_ELEMENT: Final = r"(?:(?<![\w$.])[\w$]++(?:\[[\w$]+\])?|\bdocument\.getElementById\(\s*\"\d+\"\s*\))"
#: What runs through a marquee twice.
_COPY: Final = re.compile(rf"{_ELEMENT}\.innerHTML\s*=\s*{_ELEMENT}\.innerHTML\s*(?:;|(?=\}}|\n\s*[\w$}}]|$))")
_READ: Final = re.compile(r"\.(?:html|text)\(\s*\)|\.attr\(\s*\"\d+\"\s*\)|(?<![$y])\.get\(\s*(?:\d+|[a-z]?)\s*\)")
_HTML: Final = re.compile(r"\w*HTML\w*")
_WINDOW: Final = re.compile(r"(?<![\w$.])window\s*\.\s*(?=[A-Za-z_$])")
_LOAD: Final = re.compile(r"\.load\(\s*(?=function\b)")
_INTO: Final = re.compile(
    r"(?:\$|\bjQuery)\(\s*\"(\d+)\"\s*\)\s*\.(?:html|text|append|prepend)\s*\("
    r"|\bdocument\s*\.\s*getElementById\(\s*\"(\d+)\"\s*\)\s*\.(?:innerHTML|innerText|textContent)\s*\+?=(?!=)"
)
_WRITTEN: Final = re.compile(r"\bdocument\s*\.\s*write(?:ln)?\s*\(\s*(\"\d+\"(?:\s*\+\s*\"\d+\")*)\s*\)")
_NUMBER: Final = re.compile(r"\"(\d+)\"")
_ID: Final = re.compile(r"#?([\w-]{1,80})")
_METHOD: Final = re.compile(r"\.\s*html\b|\bhtml\s*:")  # by itself it is a usual name of a variable
_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*+")
_CALL: Final = re.compile(r"(?:(\.)\s*)?(?<![\w$])([\w$]++)\s*\(|([\])}/\"])\s*\(")
_ASSIGNED: Final = re.compile(r"\.\s*(?:src|data|text)\s*\+?=(?!=)")
_KEY: Final = re.compile(r"\[\s*\"(\d+)\"\s*\]\s*\+?=(?!=)")
_LEADING: Final = frozenset(("src", "data", "text", "href", "location"))
_LEADS: Final = re.compile(
    r"\.\s*href\s*\+?=(?!=)|\blocation\s*=(?!=)|\blocation\s*\.\s*(?:replace|assign)\b|\.\s*location\s*=(?!=)"
)
#: To what a reader asked for.
_SEARCHES: Final = re.compile(r"\blocation\s*(?:\.\s*href\s*)?=\s*\"(\d+)\"")
_SEARCH: Final = re.compile(r"search|sousuo|jiansuo|keyword|[?&]\w+=$", re.I)
_OPENS: Final = re.compile(r"\bopen\s*\(")
_OWN_FRAME: Final = frozenset(("_self", "_top", "_parent"))
_LATER: Final = re.compile(r"\bset(?:Timeout|Interval)\s*\(\s*\"(\d+)\"\s*([,)+])")
_PLAIN_CALL: Final = re.compile(r"\s*([\w$]++)\s*\([\w$,'\s]*\)\s*;?\s*")
_OWN: Final = re.compile(
    r"\bfunction\s+([\w$]++)|\bclass\s+([\w$]++)"
    r"|(?<![\w$])([\w$]++)\s*[=:]\s*(?:async\s+)?(?:function\b|\([\w$,\s]*\)\s*=>|[\w$]++\s*=>)"
)
_SHORTHAND: Final = re.compile(r"(?<![\w$])([\w$]++)\s*\([\w$,\s]*\)\s*\{")
_PARAMETERS: Final = re.compile(r"\bfunction\b\s*[\w$]*+\s*\(([\w$,\s]*)\)")
_DAY: Final = re.compile(r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}")


def read(source: str, url: str) -> ScriptFacts:
    """``url``: of the file; a library must have its name too."""
    if is_known(source, url):
        return ScriptFacts()
    return of_code(source)


def is_known(source: str, url: str) -> bool:
    """Whether it is a library that does nothing by itself: by its name, and by what it says of itself at its top."""
    file, head = urlsplit(url).path.rpartition("/")[2], source[:HEAD]
    return any(name.fullmatch(file) and banner.search(head) for name, banner in _NAMED)


def of_code(source: str, inline: bool = False, trusted: bool = False) -> ScriptFacts:
    """Of a script, whatever its name.  ``inline``: it stands in a page, which is read with what it writes (``written.unroll``).
    ``trusted``: the functions that it calls are looked at themselves.
    """
    if not source.strip() or source.lstrip("\ufeff \r\n\t").startswith("<"):
        return ScriptFacts("没有内容，或不是脚本")
    if len(source) > MAX_SOURCE:
        return ScriptFacts("脚本过长，未作分析")
    code = code_of(source) if "@cc_on" not in source else None
    if code is None:
        return ScriptFacts("脚本未能读懂")
    if not inline and not _DOES.search(code.text):
        return ScriptFacts("没有内容，或不是脚本")
    return _Reader(code, inline, trusted).facts()


#: Methods that put something in place.
_FILLING: Final = frozenset("load get post after before wrap wrapAll wrapInner replaceAll".split())
_DOES: Final = re.compile(r"[=(]")  #: what no error message sent in a script's place has


class _Reader:
    """``text``: what is left to be understood."""

    def __init__(self, code: Code, inline: bool, trusted: bool) -> None:
        self.text, self.strings, self.inline, self.trusted = code.text, code.strings, inline, trusted
        self.into: list[str] = []
        self.html: list[str] = []

    def facts(self) -> ScriptFacts:
        self._take_away()
        why = self._why()
        if why or len(self.into) > MAX_INTO:
            return ScriptFacts(why or "脚本写入多处")
        return ScriptFacts("", tuple(dict.fromkeys(self.into)))

    def _take_away(self) -> None:
        """What is known to write nothing new, or where it writes."""
        self.text = _WINDOW.sub("", self.text)
        self.text = _COPY.sub(" ", self.text)
        self.text = _READ.sub(".length", self.text)
        self.text = _LOAD.sub(".ready(", self.text)
        self.text = _WRITTEN.sub(self._write, self.text)
        self.text = _INTO.sub(self._put, self.text)

    def _write(self, m: re.Match[str]) -> str:
        numbers = [int(n) for n in _NUMBER.findall(m[1])]
        self.html.append("".join(self.strings[n] for n in numbers))
        return " 0"

    def _put(self, m: re.Match[str]) -> str:
        name = self.strings[int(m[1] or m[2])]
        found = _ID.fullmatch(name)
        if not found or (bool(m[1]) != name.startswith("#")):
            return m[0]
        self.into.append(found[1])
        return " String(" if m[1] else " x="

    def _why(self) -> str:
        """Why it may draw anything, in Chinese."""
        if "\\" in self.text:
            return "脚本未能读懂"
        if found := next((w for w in _WORD.findall(self.text) if w in _DRAWING), ""):
            return f"脚本含有 {found}"
        if _METHOD.search(self.text):
            return "脚本含有 html"
        if found := next((s for s in self.strings if _is_drawing(s)), ""):
            return f"脚本含有 {found}"
        keys = {self.strings[int(n)] for n in _KEY.findall(self.text)}
        if _ASSIGNED.search(self.text) or not _LEADING.isdisjoint(keys) or (not self.inline and self._leads()):
            return "脚本改变链接、图片或所在网页"
        return self._written() or self._called()

    def _leads(self) -> bool:
        """Whether it may lead to another page; that a page's own scripts do is told where they are read (``redirects``)."""
        opens = _OPENS.search(self.text) and not _OWN_FRAME.isdisjoint(self.strings)
        return bool(opens or _LEADS.search(_SEARCHES.sub(self._search, self.text)))

    def _search(self, m: re.Match[str]) -> str:
        return "" if _SEARCH.search(self.strings[int(m[1])]) else m[0]

    def _written(self) -> str:
        """That what it writes where it stands shows entries, or is itself a place to be filled."""
        if self.inline or not self.html:
            return ""
        doc = Document("".join(self.html), "http://x/")
        shown = lists.entries(doc, divide(doc), 0, len(doc.tags))
        canvas = Canvas(doc, range(len(doc.tags)))
        loads = doc.all("script", "iframe", "frame", "object", "embed")
        dated = _DAY.search(doc.words)
        return "脚本写入内容" if shown or loads or dated or canvas.more() or next(canvas.vacant(), None) else ""

    def _called(self) -> str:
        """That it calls what isn't known."""
        text = self.text
        own = {name for found in _OWN.findall(text) for name in found if name}
        own |= set(_SHORTHAND.findall(text)) | _KEYWORDS
        given = {name.strip() for names in _PARAMETERS.findall(text) for name in names.split(",")}
        for number, after in _LATER.findall(text):
            plain = _PLAIN_CALL.fullmatch(self.strings[int(number)])
            if after == "+" or plain is None or not (self.trusted or plain[1] in own):
                return "脚本由文字生成代码"
        for dot, name, mark in _CALL.findall(text):
            if mark in ("]", '"'):
                return "脚本的调用未能读懂"
            if dot and name in _FILLING:  # whatever the file's own of that name does
                return f"脚本调用 {name}"
            if not (
                mark
                or name in own
                or (_is_safe_method(name) if dot else self.trusted or name in _SAFE or name in given)
            ):
                return f"脚本调用 {name}"
        return ""


def _is_safe_method(name: str) -> bool:
    return name in _SAFE_METHODS or bool(_DATE.fullmatch(name))


def _is_drawing(string: str) -> bool:
    """Whether a string names what draws, or a part of such a name."""
    return string in _DRAWING or bool(_HTML.fullmatch(string))
