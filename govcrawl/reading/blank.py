"""What speaks against calling a column blank: anything in its area that a reader may see, or that a script may fill.

Here stands what an empty column may hold; what a script may draw in it says ``drawn``.  An element that is in neither list is named,
in Chinese, and the column can't be told.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import Final

from govcrawl.reading.document import HOME_WORDS, Anchor, Document, mask, squeezed
from govcrawl.reading.drawn import Canvas, is_template, names
from govcrawl.reading.lists import is_more, is_noise, is_pager, looks_like_article, looks_like_column
from govcrawl.reading.regions import Regions
from govcrawl.reading.urls import identity, join, same_site

#: Elements that show nothing by themselves.
_PLAIN: Final = frozenset(
    "div ul ol li dl dt dd table caption colgroup col tbody thead tfoot tr td th p span br hr a h1 h2 h3 h4 h5 h6 font center b strong "
    "em i u s small big tt nobr wbr sup sub label section article main header footer aside nav figure fieldset legend form script "
    "style link meta title img input noscript".split()
)
_LISTS: Final = frozenset("ul ol dl table tbody div font td".split())
_HEADINGS: Final = frozenset("h1 h2 h3 h4 h5 h6".split())
_SPACER: Final = re.compile(r"(?:dot|line|icon|ico|arrow|blank|spacer|space|bg|more)[\w-]*\.\w+$", re.I)
_LAZY: Final = (
    "src",
    "data-src",
    "data-original",
    "lazy-src",
    "data-lazy",
    "srcset",
    "data-srcset",
    "_src",
    "original",
)
_BACKGROUND: Final = re.compile(r"url\s*\(", re.I)
_LOGIN: Final = re.compile(r"搜索|检索|查询|登[录陆]|地图|导航|注册|search|sitemap|login|wzdt", re.I)

_COUNT: Final = re.compile(
    r"(?:共|总计|合计|总数)\D{0,6}(\d+)\s*(?:条|个|篇|项|记录|信息)|(?:总|共)\s*(?:记录|条)数?\D{0,3}(\d+)"
)
_PAGES: Final = re.compile(r"(?:共|/)\s*(\d+)\s*页|第\s*(\d+)\s*页|页次\D{0,3}\d+\s*/\s*(\d+)")
_ONWARD: Final = re.compile(r"[下后]一?页|[尾末]页|最后一页")
_SECOND: Final = re.compile(r"[_-]\d+\.\w+$|[?&]\w*page\w*=(?!0*1?(?:&|$))", re.I)  #: an address of a second page
_CREATE_PAGE: Final = re.compile(r"createPage\w{0,40}\s*\(\s*(\d+)")

_FURNISHING: Final = re.compile(
    r"地图|联系|关于(?:我们|本站|网站)|声明|版权|主办|承办|维护|地址|电话|邮编|邮箱|备案|标识码|建议|浏览|分辨率|技术|支持|隐私|帮助|访问|指南|说明|RSS|©|Copyright",
    re.I,
)
_SENTENCE: Final = re.compile(r"[，。；]")
_GREETING: Final = re.compile(r"欢迎|您好|今天|星期|农历")
MAX_MENU: Final = 8  #: characters of a menu's entry, as a rule
MIN_TITLE: Final = 10  #: characters that an entry has, and a menu's hardly ever
MIN_SENTENCE: Final = 20  #: characters


def obstacle(
    doc: Document,
    regions: Regions,
    at: Sequence[int],
    searches: Sequence[tuple[int, int]],
    names: Container[str],
    told: bool,
) -> str:
    """Why an area without words can't be called blank; "" where nothing speaks against it.

    ``at``: the elements of the area; ``searches``: its search forms; ``names``: what the column may be called, squeezed;
    ``told``: words like 暂无内容 say that it is empty.
    """
    look = _Look(doc, regions, at, searches)
    return (
        look.shown()
        or look.linked()
        or look.paged()
        or look.headed(names)
        or look.drawn()
        or look.only_asks()
        or look.elsewhere()
        or look.incomplete(told)
    )


class _Look:
    def __init__(self, doc: Document, regions: Regions, at: Sequence[int], searches: Sequence[tuple[int, int]]) -> None:
        self.doc, self.regions, self.searches = doc, regions, searches
        self.at = [i for i in at if not any(a <= i < b for a, b in searches)]
        self.inside = frozenset(self.at)
        self.canvas = Canvas(doc, self.at)

    # --- what a reader may see -----------------------------------------------------------------------------------

    def shown(self) -> str:
        for i in self.at:
            if why := self._shows(i):
                return why
        return ""

    def _shows(self, i: int) -> str:
        tag, attrs = self.doc.tags[i], self.doc.attrs[i]
        if tag and tag not in _PLAIN:
            return f"栏目区域含有 {tag} 元素"
        if tag == "img" and any(value and not _SPACER.search(value) for key in _LAZY if (value := attrs.get(key))):
            return "栏目区域有图片"
        if tag == "input" and (attrs.get("type") or "").lower() != "hidden":
            return "栏目区域有按钮或输入框"
        if tag == "noscript":
            return "栏目区域要求启用脚本"
        if _BACKGROUND.search(attrs.get("style") or "") or attrs.get("background"):
            return "栏目区域有背景图片"
        if tag != "img" and any(map(is_template, attrs)):
            return "栏目区域由前端模板填充"
        return ""

    def linked(self) -> str:
        """A link with words of its own, whatever it does, or to more than is shown here."""
        for a in self.doc.anchors:
            words = a.words.replace(" ", "")
            if a.at not in self.inside or not a.words or words in HOME_WORDS:
                continue
            if is_more(a.words) and self._leads_on(a):
                return "栏目区域只有“更多”链接"
            if not is_noise(a.words):
                return "栏目区域只有一个链接"
        return ""

    def _leads_on(self, a: Anchor) -> bool:
        return bool(a.url) and identity(a.url) != identity(self.doc.url)

    def headed(self, names: Container[str]) -> str:
        """A heading that isn't the column's name may be all that there is to say."""
        for i in self.at:
            if self.doc.tags[i] in _HEADINGS and (text := squeezed(self.doc.text(i))) and text not in names:
                return f"栏目区域只有标题“{text[:20]}”"
        return ""

    def paged(self) -> str:
        """A pager that speaks of entries or of further pages contradicts an empty list."""
        start, end = self.regions.main or (0, 0)
        text, counts = self.doc.text(start, end), self._counts()
        pages = [int(m[m.lastindex or 0]) for m in _PAGES.finditer(text)]
        pages += [int(m[1]) for s in self.doc.scripts.values() for m in _CREATE_PAGE.finditer(s)]
        pager = [a for a in self.doc.anchors_in(start, end) if is_pager(a.text)]
        numbers = [int(word) for a in pager if (word := a.text.strip("[]第页 ")).isdigit()]
        second = any(_SECOND.search(a.url) for a in pager if _ONWARD.search(a.text) and self._leads_on(a))
        if max(counts, default=0) > 0 or max((*pages, *numbers), default=0) > 1 or (second and 0 not in counts):
            return "分页显示另有内容"
        return ""

    def _counts(self) -> list[int]:
        """How many entries a pager says there are."""
        return [int(m[m.lastindex or 0]) for m in _COUNT.finditer(self.doc.text(*(self.regions.main or (0, 0))))]

    def only_asks(self) -> str:
        """A page that is but a search form or a login is no list that could be empty."""
        named = _LOGIN.search("".join(self.regions.crumb_names[-1:]))
        lists = any(self.doc.tags[i] in _LISTS and not self._asks(i) for i in self.at)
        return "检索页面" if named or (self.searches and not lists) else ""

    def _asks(self, i: int) -> bool:
        return bool(self.doc.chars(i, self.doc.end[i])) or any(i < a < self.doc.end[i] for a, _ in self.searches)

    # --- what the rest of the page says ------------------------------------------------------------------------------

    def elsewhere(self) -> str:
        """Content that was taken for a menu, a trail or a footer, or that stands outside every part."""
        doc, regions = self.doc, self.regions
        if any(self._is_ours(i) for i in doc.all("iframe", "frame")):
            return "页面另有内嵌页面"
        entries = [
            a for a in doc.anchors if a.url and a.words and looks_like_article(a.url) and same_site(a.url, doc.url)
        ]
        menus = mask(len(doc.tags), regions.nav)
        if 2 * sum(menus[a.at] for a in entries) > sum(doc.count_anchors(*box) for box in regions.nav):
            return "导航中另有条目"
        rest = [a for a in entries if not menus[a.at] and not _FURNISHING.search(a.words)]
        long = [a for a in doc.anchors if not menus[a.at] and self._is_long(a)]
        titled = any(len(a.words) >= MIN_TITLE for a in (*long, *rest))
        if titled or len(long) > 1 or len(rest) > 1 or any(regions.aside(a.at) for a in rest):
            return "栏目区域之外另有条目"
        return self._words_elsewhere()

    def _is_long(self, a: Anchor) -> bool:
        """More words than a menu has, on a link to a page of this site."""
        if len(a.words) <= MAX_MENU or not a.url or not same_site(a.url, self.doc.url) or looks_like_column(a.url):
            return False
        return not (_GREETING.search(a.words) or _FURNISHING.search(a.words))

    def _is_ours(self, i: int) -> bool:
        url = join(self.doc.base, self.doc.attr(i, "src"))
        return not url or same_site(url, self.doc.url)

    def _words_elsewhere(self) -> str:
        doc, regions = self.doc, self.regions
        header = max((b for _, b in regions.nav), default=0), regions.crumb[0] if regions.crumb else 0
        for start, end in (header, (regions.footer, len(doc.tags))):
            if any(self._is_sentence(doc.texts[i]) for i in doc.texts_in(start, end)):
                return "栏目区域之外另有文字"
        if regions.crumb and (lines := doc.text(*regions.crumb).count("\n")):
            own = squeezed(regions.crumb_names[-1]) if regions.crumb_names else ""
            known = squeezed(doc.title + "".join(doc.text(i) for i in self.at if doc.tags[i] in _HEADINGS))
            if own not in known and lines:
                return "当前位置处另有文字"
        return ""

    def _is_sentence(self, text: str) -> bool:
        return (
            len(text) > MIN_SENTENCE
            and bool(_SENTENCE.search(text))
            and not (_FURNISHING.search(text) or _GREETING.search(text))
        )

    def incomplete(self, told: bool) -> str:
        """A page that was cut off, or that has no place where entries could stand, is no empty list."""
        source = self.doc.source
        cut = any(source.rfind(a) > source.rfind(b) for a, b in (("<!--", "-->"), ("<script", "</script")))
        ended = self.regions.footer < len(self.doc.tags) or "</html>" in source[-500:].lower()
        if cut or not ended:
            return "页面不完整"
        area = range(*(self.regions.main or (0, 0)))
        return (
            "" if told or 0 in self._counts() or any(True for _ in self.canvas.places(area)) else "未见栏目内容的位置"
        )

    # --- what a script may fill ----------------------------------------------------------------------------------

    def drawn(self) -> str:
        return self.canvas.anything() or self._laid_behind()

    def _laid_behind(self) -> str:
        """A picture that the page's own style sheet lays behind an empty place."""
        for i in self.canvas.places(self.at):
            if any(not _SPACER.search(url) for name in names(self.doc, i) for url in self._backgrounds(name)):
                return "栏目区域有背景图片"
        return ""

    def _backgrounds(self, name: str) -> list[str]:
        """The pictures that the page's own style sheet lays behind what has this id or class."""
        rule = rf"[.#]{re.escape(name)}\b[^{{}}]*\{{[^{{}}]*url\(\s*[\"']?([^\"'()\s]*)"
        return re.findall(rule, self.doc.source)
