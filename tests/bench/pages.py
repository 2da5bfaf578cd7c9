"""The sites that are crawled: alike in shape to real ones of county offices, the same bytes each time.

Every page can be reached by links from ``/`` and is linked under one address only; no link leads off its site, to a picture or to a
file.  So crawlers of any kind fetch the same pages.  A page repeats about 60 links and brings one new one on average.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random
from typing import NamedTuple

from tests.bench import furniture
from tests.site.text import PREFECTURES, Writer

END = date(2018, 6, 14)  #: of the newest entry
LEAST = 10  #: pages of the smallest site
PER_PAGE = 15  #: entries of a list page
HOME_ENTRIES, HOT, RELATED = 7, 15, 12  # entries of a box


class Column(NamedTuple):
    slug: str
    name: str
    cls: str
    weight: int  #: its share of the articles


COLUMNS = (
    Column("gzdt", "工作动态", "news", 6),
    Column("tzgg", "通知公告", "notice", 4),
    Column("xqdt", "县区动态", "news", 4),
    Column("zcwj", "政策文件", "policy", 3),
    Column("rsxx", "人事信息", "personnel", 2),
    Column("ghjh", "规划计划", "plan", 2),
    Column("yjzj", "意见征集", "survey", 1),
    Column("zjxx", "资金信息", "other", 2),
)
OFFICES = "古桥保护局 苗木花卉局 驿道资源局 菌类资源局 梯田保护局 候鸟湿地局 茶叶产业局".split()


@dataclass(frozen=True, slots=True)
class Article:
    path: str
    title: str
    day: date
    column: Column
    words: dict[str, object]


class Site:
    """One site of exactly ``pages`` pages (at least ``LEAST``)."""

    def __init__(self, number: int, pages: int) -> None:
        self.number, self.rng = number, Random(number)
        groups = list(PREFECTURES)
        self.group = groups[number % len(groups)]
        self.office = PREFECTURES[self.group][0] + OFFICES[number % len(OFFICES)]
        self.code = f"{5300000001 + number}"
        self.encoding, self.charset = (("utf-8", "utf-8"), ("gb18030", "gb2312"))[number % 2]
        self.widgets = 12 + number % 5 * 6
        self.columns = COLUMNS[: min(len(COLUMNS), max(2, pages // 10))]
        self.counts, self.spare = _shares(pages - 1 - len(self.columns), self.columns, self.rng)

    @cached_property
    def articles(self) -> dict[Column, list[Article]]:
        """Column → its articles, newest first."""
        return {c: [self._article(c, i, n) for i in range(n)] for c, n in zip(self.columns, self.counts, strict=True)}

    def _article(self, column: Column, i: int, of: int) -> Article:
        day = END - timedelta(days=i * 24 // column.weight + i)
        writer = Writer(self.office, self.group, f"{self.number}/{column.slug}/{i}")
        title, words = writer.title(column.cls, day, "")
        number = 21240000 + 500 * self.columns.index(column) + of - i
        return Article(f"/{column.slug}/{day:%Y%m}/t{day:%Y%m%d}_{number}.html", title, day, column, words)

    def pages(self) -> dict[str, bytes]:
        """Path → body."""
        return {path: html.encode(self.encoding) for path, html in self._pages()}

    def _pages(self) -> Iterator[tuple[str, str]]:
        yield "/", self._page("/", self.office, {}, self._home("/"))
        for column, articles in self.articles.items():
            for page in range(_pages_of(articles)):
                path = _list_path(column, page)
                yield path, self._page(path, column.name, {"ColumnName": column.name}, self._list(path, column, page))
            for i, article in enumerate(articles):
                yield article.path, self._article_page(articles, i)
        if self.spare:
            text = "".join(f"<p>{line}</p>\n" for line in Writer(self.office, self.group, self.code).about(""))
            yield "/lxwm.html", self._page("/lxwm.html", "联系我们", {}, f'<div class="content">{text}</div>')

    # --- how it looks ---

    def _page(self, at: str, title: str, metas: dict[str, str], main: str) -> str:
        metas = {"SiteName": self.office, "SiteIDCode": self.code} | metas
        side = "" if at == "/" else self._side(at)
        return (
            f"{furniture.head(title, metas, self.charset, self.widgets)}<body>\n{self._top(at)}"
            f'<div class="wrap" id="main">\n{side}<div class="right">\n{main}</div>\n</div>\n'
            f"{furniture.foot(self.office, self.code)}</body>\n</html>\n"
        )

    def _a(self, at: str, path: str, text: str, extra: str = "") -> str:
        """Every third site writes its links relative to the page."""
        if self.number % 3 == 0 and path != "/":
            path = posixpath.relpath(path, posixpath.dirname(at))
        return f'<a href="{path}"{extra}>{text}</a>'

    def _top(self, at: str) -> str:
        names = "".join(f"<li>{self._a(at, _list_path(c), c.name)}</li>\n" for c in self.columns)
        menu = f"<li>{self._a(at, '/', '网站首页')}</li>\n{names}"
        if self.spare:
            menu += f"<li>{self._a(at, '/lxwm.html', '联系我们')}</li>\n"
        return (
            f'<div class="banner">{furniture.CLOCK}<div class="logo">{self.office}</div>{furniture.SEARCH}</div>\n'
            f'<div class="nav"><ul id="siteMenu">{menu}</ul></div>\n'
            f'<div class="mobile-menu" style="display:none"><ul>{menu}</ul></div>\n'
        )

    def _side(self, at: str) -> str:
        columns = "".join(f"<li>{self._a(at, _list_path(c), c.name)}</li>\n" for c in self.columns)
        hot = [a for articles in self.articles.values() for a in articles[:3]][:HOT]
        links = "".join(f"<li>{self._a(at, a.path, a.title)}</li>\n" for a in hot)
        return (
            f'<div class="left"><ul class="submenu">{columns}</ul><h3>热点信息</h3><ul class="hot">{links}</ul></div>\n'
        )

    def _entries(self, at: str, articles: list[Article]) -> str:
        rows = (
            f'<li>{self._a(at, a.path, a.title, f""" title="{a.title}" target="_blank" """)}<span class="date">{a.day}</span></li>\n'
            for a in articles
        )
        return f'<ul class="list">\n{"".join(rows)}</ul>\n'

    def _home(self, at: str) -> str:
        blocks = (
            f'<div class="news"><h3 class="title">{c.name}{self._a(at, _list_path(c), "更多&gt;&gt;")}</h3>\n'
            f"{self._entries(at, articles[:HOME_ENTRIES])}</div>\n"
            for c, articles in self.articles.items()
        )
        return "".join(blocks)

    def _crumbs(self, at: str, column: Column) -> str:
        trail = f"{self._a(at, '/', '首页')} &gt; {self._a(at, _list_path(column), column.name)}"
        return f'<div class="dqwz">您当前的位置：{trail}</div>\n'

    def _list(self, at: str, column: Column, page: int) -> str:
        articles = self.articles[column]
        shown = self._entries(at, articles[page * PER_PAGE : (page + 1) * PER_PAGE])
        numbers = " ".join(self._a(at, _list_path(column, p), str(p + 1)) for p in range(_pages_of(articles)))
        return f'{self._crumbs(at, column)}<h2>{column.name}</h2>\n{shown}<div class="page">{numbers}</div>\n'

    def _article_page(self, articles: list[Article], i: int) -> str:
        one = articles[i]
        metas = {"ArticleTitle": one.title, "PubDate": str(one.day), "ColumnName": one.column.name}
        told = f"发布时间：{one.day}&nbsp;&nbsp;来源：{self.office}&nbsp;&nbsp;"
        near = " ".join(self._a(one.path, a.path, a.title) for a in (*articles[i - 1 : i], *articles[i + 1 : i + 2]))
        related = self._entries(one.path, articles[i + 2 : i + 2 + RELATED])
        return self._page(one.path, one.title, metas, (
            f"{self._crumbs(one.path, one.column)}<h1>{one.title}</h1>\n"
            f"<div class=\"toolbar\">{told}字体：[<a href=\"javascript:doZoom(16)\">大</a>]</div>\n"
            f'<div id="zoom" class="content"><div class="TRS_Editor">\n{self._text(one)}</div></div>\n{furniture.SHARE}'
            f'<div class="xgxx">上一篇 下一篇：{near}</div>\n<div class="xgxx"><h3>相关信息</h3>{related}</div>\n'
        ))  # fmt: skip

    def _text(self, one: Article) -> str:
        """Paragraphs as they come out of a word processor."""
        lines = Writer(self.office, self.group, "").body(one.column.cls, one.words, one.day)
        style = "font-size: 16pt; font-family: 仿宋_GB2312; mso-hansi-font-family: 宋体"
        return "".join(f'<p style="text-indent: 32pt"><span style="{style}">{line}</span></p>\n' for line in lines)


def _shares(left: int, columns: tuple[Column, ...], rng: Random) -> tuple[list[int], bool]:
    """Articles of each column so that they and the list pages they need make ``left`` pages; and whether one page is over."""
    counts = [0] * len(columns)
    while left:
        n = rng.choices(range(len(columns)), [c.weight for c in columns])[0]
        cost = 2 if counts[n] and counts[n] % PER_PAGE == 0 else 1
        if cost > left:
            break
        counts[n] += 1
        left -= cost
    return counts, bool(left)


def _pages_of(articles: list[Article]) -> int:
    return max(1, -(-len(articles) // PER_PAGE))


def _list_path(column: Column, page: int = 0) -> str:
    return f"/{column.slug}/index{f'_{page}' if page else ''}.html"
