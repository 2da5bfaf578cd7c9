"""What a script may draw: asked by the home page, by columns and by the footer alike.

Nothing is executed.  Whatever a script of the page, a frame or a template could put where a reader now sees nothing makes that place
untold.  Known libraries, counters and the files that draw a site's header draw no entries; any other file may.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Final, TypeVar

from govcrawl.reading.document import Document
from govcrawl.reading.urls import join

MAX_PLACES: Final = 100  #: empty elements of an area; no plain list has more
MAX_SCRIPT: Final = 100_000  #: characters
FEW_WORDS: Final = 100  #: characters; a page that shows fewer and loads scripts is drawn by them

#: Script files that draw nothing into a list.  Whole names: ``slide.js`` is one, ``slide_news.js`` may be anything.
_LIBRARY: Final = re.compile(
    r"(?:^|/)(?:jquery(?:[.-](?:ui|migrate|slim|easing|cookie|superslide|super_?slide|lazyload|placeholder|marquee|scroll|nicescroll|"
    r"mousewheel|bxslider|flexslider|kinmaxshow|form|validate|md5|base64|qrcode|colorbox|fancybox|rotate|accordion|color|carousel|"
    r"cycle|tabs|pngfix|backstretch|slides?|pagination))*|create_?page(?:html)?|bootstrap|swiper(?:[.-](?:bundle|jquery|animate))*|slick|"
    r"superslide|slide(?:r|s|show)?|banner|scroll(?:bar|ing|top)?|(?:to|back|go)_?top|share|print|fontsize|jiucuo|kb|html5(?:shiv)?|respond|"
    r"modernizr|laydate|wdatepicker|swfobject|superfish|toggle|top|top_?bar|head(?:er)?|foot(?:er)?|nav|menu|hm|tongji|count(?:er)?|stat|"
    r"ta-\d+)(?:[._-]?(?:min|pack|\d[\w.]*))*\.js(?:$|\?)",
    re.I,
)
_STRANGER: Final = re.compile(
    r"conac\.cn|bdimg|bdstatic|bdshare|jiathis|hm\.baidu|cnzz|51\.la|51yes|google-analytics|kaipuyun|zfwzgl|beian|pucha",
    re.I,
)
#: Files after which a page may be anything, also where no place for it is seen.
_RENDERER: Final = re.compile(
    r"vue|angular|react|chunk|bundle|webpack|umi\.|knockout|avalon|handlebars|mustache|juicer|layui|easyui|template|datagrid|ajax|"
    r"bootstrap-table|require(?:\.min)?\.js|sea\.js|load|list|data|render|/(?:app|main|index)\.js|\.[0-9a-f]{6,}\.js",
    re.I,
)
_FRAMEWORK: Final = re.compile(r"new\s+Vue\b|createApp\s*\(|angular\.|ReactDOM|webpackJsonp|__NUXT__")
_TEMPLATE: Final = re.compile(
    r"^(?:v-|ng-|ms-|:|@|x-|\*|\(|\[|wx:)|^data-(?:ng|bind|url|src|href|load|api|source|id|channel)|include|^react"
)
#: Of these also in an element that shows something.
_TEMPLATE_ATTRIBUTES: Final = re.compile(r" (?:ng-(?:repeat|app|controller|bind|view)|v-(?:for|html|if)|data-bind)")
_FETCH: Final = re.compile(
    r"(?:\$|jQuery)\.(?:ajax|get|post|getJSON|getScript)\b|\.load\s*\(\s*(?!function\b|\)|\(|[\w$]+\s*=>)|\bajax\s*\(|XMLHttpRequest|"
    r"\bfetch\s*\(|\baxios\b|\$http\b|\.jpage\s*\("
)
_WRITE: Final = re.compile(r"\.innerHTML\s*=|\.html\s*\(|\.append\s*\(|createElement\s*\(|template\s*\(")
#: A header or footer of this site, put in its box: its own page is read (``sources.fragments``).
_LOADED: Final = re.compile(
    r"\(\s*[\"'][#.]([\w-]{1,80})[\"']\s*\)\s*\.load\(\s*[\"'](?!https?:|//)[^\"'\s]+\.(?:s?html?|jsp|php|aspx?)\b[^\"']*[\"']"
)
#: A pager; of a list whose records stand in the page it draws no more than these.
_JPAGE: Final = re.compile(r"(?:\(\s*[\"'][#.][\w-]{1,80}[\"']\s*\)\s*)?\.jpage\s*\(")
_INERT: Final = re.compile(
    r"/\*.*?\*/|//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|createPage\w{0,40}\s*\(|document\s*\.\s*writeln?\s*\(|document\s*\.\s*write\s*\(|"
    r"\b(?:unescape|if|for|while|switch|catch|parseInt|String|encodeURI(?:Component)?)\s*\(",
    re.S,
)
_CALL: Final = re.compile(r"[\w$\])]\s*\(")
_WORD: Final = re.compile(r"[\w-]+")
_WAITING: Final = re.compile(
    r"(?:正在|数据)?(?:加载|载入|读取|请求)(?:中|失败|出错|数据|\W)*|loading\W*|请?稍[候后等]\W*|暂无\w{0,4}",
    re.I,
)
MAX_WAITING: Final = 16  #: characters
_BOXES: Final = frozenset("div ul ol dl table tbody td section article main center".split())
_LEAVES: Final = _BOXES | frozenset("span p font".split())
_SERVER_FILLED: Final = re.compile(r"(?:^|\s)(?:zoom|ucap-content|vsb_content\w*|trs_editor\w*)(?:$|\s)")
#: What authors call boxes that hold no entries: gaps, arrows and dots of slides, pagers, tools, header and footer.
_TRIM: Final = re.compile(
    r"(?:clear(?:fix|both|er)?|cl|cb|cle|clr|clean|fl|fr|line\w?|h\d+|mt?\d+|blank\d*|space\d*|kong\w?|gap|hr|border|shadow|arrow\w*|"
    r"icon|ico|dots?|hd|num|prev|next|page\w{0,4}|pages|pagination|pager|paging|swiper-(?:pagination|button|scrollbar)[\w-]*|mask|overlay|bg\w?|"
    r"(?:(?:page|common|site|web)[_-]?)?(?:top|head(?:er)?|foot(?:er)?|bottom|nav|menu)\d*|logo|banner|search|weather|tianqi|time|date|clock|"
    r"share|bdsharebuttonbox|bshare[\w-]*|jiathis\w*|qr_?code|ewm|erweima|wx|weixin|totop|backtop|gotop|_ideConac|_span_jiucuo)",
    re.I,
)
#: What authors call a footer.
FOOT: Final = re.compile(r"foot|bottom|copyright|\bwei\b|dibu|yejiao|banquan", re.I)
_WIDGET: Final = re.compile(r"tianqi|weather|share|weibo|map|kefu|video|player|live|flash|javascript:", re.I)
T = TypeVar("T")
REMEMBERED: Final = 128  #: scripts of which it is known what they do: a site's pages have the same ones
MAX_REMEMBERED: Final = 50_000  #: characters of such a script
_MEDIA: Final = re.compile(r"\.(?:swf|mp[34]|wm[av]|flv|avi|mov|pdf|ocx|svg)(?:$|\?)|youku|tudou", re.I)


@lru_cache(maxsize=4096)
def is_library(src: str) -> bool:
    """Whether a script file, by its address, draws no entries."""
    return bool(_LIBRARY.search(src) or _STRANGER.search(src))


def is_counter(script: str) -> bool:
    """Whether a script calls one of those who count visits, share pages or vouch for a site."""
    return bool(_STRANGER.search(script))


def is_trim(name: str) -> bool:
    """Whether an element of this name holds no entries."""
    return bool(_TRIM.fullmatch(name))


def frame_of(doc: Document, i: int) -> str:
    """The address that a frame, an object or an embedded page shows; "" for a film, or where none is written."""
    url = _written(doc, i)
    return "" if _MEDIA.search(url) else url


def _written(doc: Document, i: int) -> str:
    values = (doc.attr(i, name).strip() for name in ("src", "data-src", "data-url", "data-original", "data"))
    return next((url for url in values if url and url != "about:blank"), "")


class Canvas:
    """A part of a page (``at``: its elements), and the scripts that could draw in it.

    ``ran``: the page has been in a browser, so scripts have drawn what they could; only what is still empty counts.
    ``idle``: tells of a script in the page whether it draws nothing; where it is given, no script file draws anything either.
    """

    def __init__(
        self, doc: Document, at: Sequence[int], ran: bool = False, idle: Callable[[str], bool] | None = None
    ) -> None:
        self.doc, self.at, self.ran, self.idle = doc, at, ran, idle
        self.inside = frozenset(at)
        files = [(i, src) for i in doc.all("script") if (src := doc.attr(i, "src")) and not is_library(src)]
        self.files = [] if idle else files

    def more(self) -> str:
        """Why a reader may see more in this part than stands in it, in Chinese; "" if nothing hints at it."""
        return ("" if self.ran else self.framework() or self._fetched()) or self._open()

    def written(self) -> str:
        """That a script writes into this part, in Chinese: for a part without entries."""
        doc = self.doc
        writing = [i for i, s in doc.scripts.items() if _writes(s) or _fetches(s)]
        if any(i in self.inside for i in writing) or any(i in self.inside for i, _ in self.files):
            return "栏目区域含有加载内容的脚本"
        words = self.words(doc.scripts[i] for i in writing)
        return "栏目区域由脚本填充" if self._named(words) else ""

    def anything(self) -> str:
        """Why a part in which a reader sees nothing may be filled after all, in Chinese."""
        doc = self.doc
        if any("-" in tag for tag in doc.by_tag):
            return "页面由前端框架渲染"
        module = any(doc.attr(i, "type") == "module" for i, _ in self.files)
        if module or any(_RENDERER.search(src) for _, src in self.files):
            return "页面引用可能生成内容的脚本"
        if any(i in self.inside for i, _ in self.files) or any(i in self.inside for i in self.acting):
            return "栏目区域含有脚本"
        words = self.words(self.callers)
        for count, i in enumerate(self.places(self.at)):
            if count > MAX_PLACES:
                return "栏目区域由大量空元素组成"
            if self.files or (self.doc.attr(i, "id") and self.callers):
                return "栏目区域可能由脚本填充"
            if not words.isdisjoint(names(doc, i)):
                return "栏目区域由脚本填充"
        return ""

    def frames(self, followed: Collection[str] = ()) -> str:
        """That another page is shown within this part, and is not read with it (``followed``), in Chinese."""
        framing = (i for i in self.doc.all("iframe", "frame", "object", "embed") if i in self.inside)
        return "内嵌页面" if any(self._has_size(i) and self._may_list(i, followed) for i in framing) else ""

    def places(self, area: Iterable[int]) -> Iterator[int]:
        """Elements that are empty, and may be meant for something."""
        doc = self.doc
        for i in area:
            if doc.tags[i] in _LEAVES and not doc.chars(i, doc.end[i]) and not _SERVER_FILLED.search(doc.hint(i)):
                yield i

    # --- scripts -----------------------------------------------------------------------------------------------------

    @cached_property
    def scripts(self) -> dict[int, str]:
        """Inline scripts without what is known to be read: header, footer, records that stand in the page."""
        recorded = "<record" in self.doc.source
        found = {i: _without_furniture(s[:MAX_SCRIPT]) for i, s in self.doc.scripts.items()}
        return {i: _JPAGE.sub(" ", s) for i, s in found.items()} if recorded else found

    @cached_property
    def acting(self) -> dict[int, str]:
        """Those that call something of their own."""
        return {i: s for i, s in self.scripts.items() if _acts(s) and not (self.idle and self.idle(s))}

    @cached_property
    def fetching(self) -> dict[int, str]:
        """Those that ask for what isn't on the page."""
        return {i: s for i, s in self.scripts.items() if _fetches(s)}

    @cached_property
    def callers(self) -> list[str]:
        """All that may call a function once the page is there."""
        return [*self.acting.values(), *self.handlers()]

    def handlers(self) -> list[str]:
        """What is run once the page is there."""
        return [text for i in self.doc.all("body") if (text := self.doc.attr(i, "onload"))]

    def framework(self) -> str:
        """That a framework of scripts draws the page, in Chinese."""
        doc = self.doc
        some = " ng-" in doc.source or " v-" in doc.source or " data-bind" in doc.source
        if has_templates(doc) or (some and _TEMPLATE_ATTRIBUTES.search(doc.source)):
            return "页面由前端模板渲染"
        framework = any("-" in tag for tag in doc.by_tag) or any(map(_builds, doc.scripts.values()))
        return "页面由前端框架渲染" if framework else ""

    def _fetched(self) -> str:
        if not self.fetching:
            return ""
        if any(i in self.inside for i in self.fetching):
            return "栏目区域含有加载内容的脚本"
        return "栏目区域由脚本填充" if self._named(self.words(self.fetching.values())) else ""

    def _open(self) -> str:
        """A place that is still empty, and that a file of the site or an inline script could fill."""
        if not (self.files or self.callers):
            return self._marked()
        words = self.words(self.callers)
        for i in self.vacant():
            if self.files or self.fetching:
                return "栏目区域可能由脚本填充"
            if not words.isdisjoint(names(self.doc, i)):
                return "栏目区域由脚本填充"
        if any(i in self.inside and self._alone(i) for i, _ in self.files):
            return "栏目区域含有加载内容的脚本"
        return self._marked()

    def _marked(self) -> str:
        """Empty elements whose attributes say what is to come."""
        doc = self.doc
        empty = (i for i in self.places(self.at) if doc.tags[i] in _BOXES)
        return "栏目区域由前端模板填充" if any(_TEMPLATE.search(name) for i in empty for name in doc.attrs[i]) else ""

    def vacant(self) -> Iterator[int]:
        """Boxes in which nothing stands, or only that something is to come; without a name only lists."""
        doc = self.doc
        for i in self.at:
            if doc.tags[i] not in _BOXES or not self._is_vacant(i) or _SERVER_FILLED.search(doc.hint(i)):
                continue
            own = names(doc, i)
            if any(not _TRIM.fullmatch(name) for name in own) or (not own and doc.tags[i] in ("ul", "ol", "tbody")):
                yield i

    def _is_vacant(self, i: int) -> bool:
        doc = self.doc
        a, b = i, doc.end[i]
        chars = doc.chars(a, b)
        if chars > MAX_WAITING or (chars and not _WAITING.fullmatch(doc.text(a))):
            return False
        return not doc.holds(
            a + 1, b, "img", "iframe", "object", "embed", "input", "select", "textarea", "form", "video", "canvas"
        )

    def _alone(self, i: int) -> bool:
        """A script file in a box without entries may write them there."""
        around = self.doc.parent[i]
        return self.doc.tags[around] != "body" and not self.doc.count_anchors(around, self.doc.end[around])

    def words(self, scripts: Iterable[str]) -> set[str]:
        """All names that the scripts could mean."""
        return set().union(*(_words(script[:MAX_SCRIPT]) for script in scripts))

    def _named(self, words: Collection[str]) -> bool:
        return bool(words) and any(name in words for i in self.at for name in names(self.doc, i))

    # --- frames ------------------------------------------------------------------------------------------------------

    def _has_size(self, i: int) -> bool:
        sizes = (self.doc.attr(i, name).strip().removesuffix("px") for name in ("width", "height"))
        return not self.doc.shaded[i] and not any(size in ("0", "1") for size in sizes)

    def _may_list(self, i: int, followed: Collection[str]) -> bool:
        doc = self.doc
        if url := frame_of(doc, i):
            return not _WIDGET.search(url) and join(doc.base, url) not in followed
        addressed = doc.attr(i, "name") or names(doc, i)
        return doc.tags[i] == "iframe" and not _written(doc, i) and bool(addressed and (self.files or self.acting))


def names(doc: Document, i: int) -> list[str]:
    """By what scripts may know an element."""
    return [name for name in (doc.attr(i, "id"), *doc.attr(i, "class").split()) if name]


def has_templates(doc: Document) -> bool:
    """Whether places for a script's values stand in the page: ``{{ title }}``."""
    return "{{" in doc.source and "}}" in doc.source


def is_template(name: str) -> bool:
    """Whether an attribute of this name says that a script fills its element."""
    return bool(_TEMPLATE.search(name))


def page_is_drawn(doc: Document) -> bool:
    """Whether a script's framework draws the whole page: then what is in its source says nothing about its foot."""
    few = len(doc.words) < FEW_WORDS and any(doc.attr(i, "src") for i in doc.all("script"))
    return few or bool(Canvas(doc, ()).framework())


def foot_is_drawn(doc: Document) -> bool:
    """Whether the page has an empty box for a footer, and scripts that may fill it; not from a file that is read as a fragment."""
    page = Canvas(doc, range(len(doc.tags)))
    empty = [own for i in page.places(page.at) if any(map(FOOT.search, own := names(doc, i)))]
    if not empty or page.files or page.fetching:
        return bool(empty)
    words = page.words(page.callers)
    return any(not words.isdisjoint(own) for own in empty)


def _of_script(look: Callable[[str], T]) -> Callable[[str], T]:
    """What is remembered of a script, unless it is long."""
    remembered = lru_cache(maxsize=REMEMBERED)(look)
    return lambda script: (remembered if len(script) <= MAX_REMEMBERED else look)(script)


@_of_script
def _fetches(script: str) -> bool:
    return bool(_FETCH.search(script))


@_of_script
def _writes(script: str) -> bool:
    return bool(_WRITE.search(script))


@_of_script
def _builds(script: str) -> bool:
    """Whether a framework of scripts starts here."""
    return bool(_FRAMEWORK.search(script))


@_of_script
def _acts(script: str) -> bool:
    """Whether it calls something of its own.  What stands behind the last end of a comment is looked at as it is where one is left open."""
    ends = script.rfind("*/") + 2
    tail = "" if script.find("/*", ends - 1) < 0 else script[ends:]
    return bool(_CALL.search(_INERT.sub(" ", script[: len(script) - len(tail)]) + tail))


@_of_script
def _words(script: str) -> frozenset[str]:
    return frozenset(_WORD.findall(script))


@_of_script
def _without_furniture(script: str) -> str:
    """A script without the header and footer that it loads."""
    return _LOADED.sub(lambda m: " " if _TRIM.fullmatch(m[1]) or FOOT.search(m[1]) else m[0], script)
