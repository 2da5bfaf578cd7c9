"""What all page styles share: a site's articles, pages and links.  A style overrides how they look and where they lie."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from plan import MARKS, Board, Column, Dead, Site, day
from text import Writer

from styles import boards, parts

SLUGS = {
    "工作动态": "gzdt", "部门动态": "bmdt", "县区动态": "xqdt", "图片新闻": "tpxw", "要闻速递": "ywsd",
    "行业动态": "hydt", "基层动态": "jcdt", "通知公告": "tzgg", "公示公告": "gsgg", "政策文件": "zcwj",
    "规范性文件": "gfxwj", "法规文件": "fgwj", "人事信息": "rsxx", "人事任免": "rsrm", "招考录用": "zkly",
    "规划计划": "ghjh", "工作计划": "gzjh", "财政预决算": "czyjs", "机构职能": "jgzn", "联系方式": "lxfs",
    "办事指南": "bszn", "意见征集": "yjzj", "网上调查": "wsdc", "在线访谈": "zxft", "在线咨询": "zxzx",
    "局长信箱": "jzxx", "举报投诉": "jbts", "政务公开": "zwgk", "专题专栏": "ztzl", "统计数据": "tjsj",
    "领导信息": "ldxx", "招商引资": "zsyz", "机构设置": "jgsz",
}  # fmt: skip

TRAP_LINKS = {
    "calendar": '<a href="/rili?y=2018&amp;m=6">工作日历</a>',
    "loop": '<a href="/old/a.html">旧版网站入口</a>',
    "deeper": '<a href="/zt/fp/index.html">易地扶贫搬迁专题</a>',
}

PER_PAGE = 15
HOME_ITEMS = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sends: rendered once."""

    body: bytes
    content_type: str = "text/html"
    status: int = 200
    location: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    title: str
    day: date
    path: str
    column: Column
    words: dict[str, object]

    @property
    def shown(self) -> str:
        """The date as a list shows it; "" where it does not."""
        return self.day.isoformat() if self.column.dates == "shown" else ""


FILES = {
    "/images/logo.png": Answer(parts.PNG, "image/png"),
    "/images/jiucuo.png": Answer(parts.PNG, "image/png"),
    "/images/banner.gif": Answer(parts.GIF, "image/gif"),
    "/images/bg.gif": Answer(parts.GIF, "image/gif"),
    "/css/style.css": Answer(parts.CSS.encode(), "text/css"),
    "/js/jquery-1.9.1.min.js": Answer(b"/*! jQuery v1.9.1 */\n", "application/javascript"),
    "/js/vue.min.js": Answer(b"/*! Vue.js v2.5.16 */\n", "application/javascript"),
    "/js/createpage.js": Answer(b"function createPageHTML(n, i, s, e) {}\n", "application/javascript"),
    "/js/site-menu.js": Answer(parts.MENU_FILE.encode(), "application/javascript"),
    "/js/site-news.js": Answer(parts.NEWS_FILE.encode(), "application/javascript"),
    "/api/list": Answer(b'{"rows": []}', "application/json"),
    "/uploads/fj1.doc": Answer(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "application/msword"),
}


class Style:
    encoding = "utf-8"  #: of the bytes
    declared = "utf-8"
    charset_in_header = True
    doctype = (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml">\n'
    )
    home_path = "/"
    scripts = parts.FAVOURITES + parts.WEATHER

    def __init__(self, site: Site, number: int, friends: list[tuple[str, str]], nowhere: str) -> None:
        self.site, self.number, self.friends, self.nowhere = site, number, friends, nowhere
        self.writer = Writer(site.organiser, site.group, site.code or site.name)
        self.encoding = site.encoding or self.encoding
        self.declared = site.declared or self.declared
        self.items = {c.name: list(self._items(k, c)) for k, c in enumerate(site.columns)}
        self.dead_in: dict[str, list[Dead]] = self._dead_in()

    # --- what there is ---

    def _items(self, k: int, column: Column) -> Iterator[Item]:
        for i, age in enumerate(column.ages):
            shown = day(age)
            title, words = self.writer.title(column.cls, shown, f"{column.name}/{i}")
            path = self.article_path(column, 1000 + 100 * k + len(column.ages) - i, day(age + column.url_lag))
            yield Item(title, shown, path, column, words)

    def _dead_in(self) -> dict[str, list[Dead]]:
        """Dead links off the home page stand in the newest articles, in turn."""
        hosts = [items[0].path for items in self.items.values() if items]
        found: dict[str, list[Dead]] = {}
        for i, dead in enumerate(d for d in self.site.dead if not d.on_home):
            found.setdefault(hosts[i % len(hosts)], []).append(dead)
        return found

    # --- where it lies ---

    def folder(self, name: str) -> str:
        parent = next((c.under for c in self.site.columns if c.name == name and c.under), "")
        return (f"/{SLUGS[parent]}" if parent else "") + f"/{SLUGS[name]}"

    def list_path(self, name: str, page: int = 1) -> str:
        return f"{self.folder(name)}/index{f'_{page - 1}' if page > 1 else ''}.html"

    def article_path(self, column: Column, number: int, when: date) -> str:
        return f"{self.folder(column.name)}/{number}.html"

    def letter_path(self, board: str, i: int) -> str:
        return f"{self.folder(board)}/lt{i + 1}.html"

    def to(self, at: str, path: str) -> str:
        """The href on page ``at`` of ``path``; a style may write it relative."""
        return path

    @staticmethod
    def relative(at: str, path: str) -> str:
        return posixpath.relpath(path, posixpath.dirname(at)) + ("/" if path.endswith("/") and path != "/" else "")

    def link(self, at: str, path: str, text: str, extra: str = "") -> str:
        return f'<a href="{self.to(at, path)}"{extra}>{text}</a>'

    def to_column(self, at: str, name: str, extra: str = "") -> str:
        return self.link(at, self.list_path(name), name, extra)

    # --- how it looks ---

    def entry(self, at: str, item: Item) -> str:
        """One entry of a list: where the date stands is what tells the styles apart."""
        told = f'<span class="date">{item.shown}</span>' if item.shown else ""
        return f"<li>{self.title_link(at, item)}{told}</li>\n"

    def title_link(self, at: str, item: Item) -> str:
        return self.link(at, item.path, item.title, f' title="{item.title}" target="_blank"')

    def entries(self, at: str, items: list[Item]) -> str:
        return f'<ul class="list">\n{"".join(self.entry(at, i) for i in items)}</ul>\n'

    def home_entry(self, at: str, item: Item) -> str:
        return self.entry(at, item)

    def undated_entry(self, at: str, item: Item) -> str:
        return f"<li>&middot;{self.link(at, item.path, item.title)}</li>\n"

    def home_block(self, at: str, column: Column) -> str:
        entry = self.undated_entry if self.site.home == "undated" else self.home_entry
        rows = "".join(entry(at, i) for i in self.items[column.name][:HOME_ITEMS])
        more = self.link(at, self.list_path(column.name), "更多&gt;&gt;", ' class="more"')
        head = f'<h3 class="title">{self.to_column(at, column.name)}{more}</h3>'
        return f'<div class="news">{head}\n<ul>\n{rows}</ul></div>\n'

    def home(self, at: str) -> str:
        blocks = "".join(self.home_block(at, c) for c in self.site.columns if c.on_home and self.items[c.name])
        return self.slide(at) + blocks + self.board_box(at) + self.dead_on_home() + self.script_box(at)

    def script_box(self, at: str) -> str:
        """Today's traffic, say: whether the file fills the box, only the file tells."""
        if not self.site.script:
            return ""
        file = self.to(at, f"/js/site-{self.site.script}.js")
        return f'<div class="jrjt" id="jrjt"></div>\n<script type="text/javascript" src="{file}"></script>\n'

    def slide(self, at: str) -> str:
        image = f'<img src="{self.to(at, "/images/banner.gif")}" alt="" />'
        return f'<div class="slide" id="slide">{image}</div>\n{parts.SLIDE}'

    def board_box(self, at: str) -> str:
        links = "\n".join(self.to_column(at, b.name) for b in self.site.boards)
        return f'<div class="hd_box"><h3>互动交流</h3>{links}</div>\n' if links else ""

    def entrance(self, at: str) -> str:
        """A home page that is only an entry (导航页)."""
        words = f"<h1>{self.site.name}</h1><p>欢迎访问{self.site.name}，请选择栏目进入</p>"
        return f'<div class="enter">{words}<ul class="enter_nav">{self.menu(at)}</ul></div>'

    def dead_link(self, dead: Dead) -> str:
        target = dead.path or self.nowhere
        if dead.kind == "img":
            return f'<img src="{target}" alt="配图" width="480" />'
        words = "附件：申请表下载" if dead.kind == "file" else "相关链接：往期专题回顾"
        return f'<a href="{target}" target="_blank">{words}</a>'

    def dead_on_home(self) -> str:
        links = "".join(f"<li>{self.dead_link(d)}</li>\n" for d in self.site.dead if d.on_home)
        return f'<div class="zt_box"><ul>{links}</ul></div>\n' if links else ""

    def names(self) -> list[str]:
        """First-level navigation."""
        return [c.name for c in self.site.columns if not c.under] + [b.name for b in self.site.boards]

    def menu(self, at: str) -> str:
        return "".join(f"<li>{self.to_column(at, n)}</li>\n" for n in self.names())

    def nav(self, at: str) -> str:
        home = self.link(at, self.home_path, "网站首页")
        return f'<div class="nav"><ul id="siteMenu"><li>{home}</li>\n{self.menu(at)}</ul></div>\n'

    def mobile_menu(self, at: str) -> str:
        return f'<div class="mobile-menu" style="display:none"><ul>{self.menu(at)}</ul></div>\n'

    def trail(self, name: str) -> list[str]:
        parent = next((c.under for c in self.site.columns if c.name == name), "")
        return ([parent] if parent else []) + [name]

    def crumbs(self, at: str, names: list[str]) -> str:
        trail = [self.link(at, self.home_path, "首页"), *(self.to_column(at, n) for n in names)]
        return f'<div class="dqwz">您当前的位置：{" &gt; ".join(trail)}</div>\n'

    def beside(self, name: str) -> list[str]:
        """The columns a side list names: those under the same parent."""
        column = next((c for c in self.site.columns if c.name == name), None)
        return [c.name for c in self.site.columns if column and c.under == column.under][:8]

    def side(self, at: str, name: str) -> str:
        links = "".join(f"<li>{self.to_column(at, n)}</li>" for n in self.beside(name))
        return f'<div class="left"><ul class="submenu">{links}</ul></div>\n'

    def pager(self, at: str, name: str, page: int, pages: int) -> str:
        near = [(p, t) for p, t in ((page - 1, "上一页"), (page + 1, "下一页")) if 1 <= p <= pages]
        links = " ".join(self.link(at, self.list_path(name, p), t) for p, t in near)
        return f'<div class="page">共{pages}页 {links}</div>\n'

    def list_body(self, at: str, column: Column, page: int) -> str:
        items = self.items[column.name]
        pages = max(1, -(-len(items) // PER_PAGE))
        shown = items[(page - 1) * PER_PAGE : page * PER_PAGE]
        return self.entries(at, shown) + self.pager(at, column.name, page, pages)

    def column_body(self, at: str, column: Column, page: int) -> str:
        if column.body == "list":
            return self.list_body(at, column, page)
        if column.body == "text":
            return "".join(f"<p>{p}</p>\n" for p in self.writer.about(column.name))
        if column.body == "short":
            return f"<p>办公地址：{self.writer.region}行政中心二号楼</p><p>办公电话：0871-6{self.number:05d}1</p>"
        if column.body == "nothing":
            return '<p class="empty">暂无内容</p>'
        if column.body == "script":
            return vue_list(SLUGS[column.name])
        if column.body == "channel":
            names = [c.name for c in self.site.columns if c.under == column.name]
            subs = "".join(f"<li>{self.to_column(at, n)}</li>\n" for n in names)
            return f'<ul class="channel">{subs}</ul>'
        return '<ul class="list">\n</ul>\n'

    def article_head(self, item: Item) -> str:
        told = f"发布时间：{item.day.isoformat()}&nbsp;&nbsp;" if item.column.dates != "none" else ""
        size = '字体：[<a href="javascript:doZoom(16)">大</a>]'
        return f'<div class="toolbar">{told}来源：{self.site.organiser}&nbsp;&nbsp;{size}</div>\n'

    def article_text(self, item: Item) -> str:
        if item.column.cls == "service":
            rows = "".join(f"<tr><th>{k}</th><td>{v}</td></tr>\n" for k, v in self.writer.guide(item.words))
            return f'<table class="bszn">{rows}</table>\n'
        event = item.day if item.column.dates != "none" else None
        return "".join(f"<p>　　{p}</p>\n" for p in self.writer.body(item.column.cls, item.words, event))

    def article(self, at: str, item: Item) -> str:
        extra = "".join(f"<p>{self.dead_link(d)}</p>\n" for d in self.dead_in.get(item.path, []))
        if item.column.cls == "notice" and item is self.items[item.column.name][0]:
            extra += f"<p>附件：{self.link(at, '/uploads/fj1.doc', f'{item.title}附件.doc')}</p>\n"
        head = f"<h1>{item.title}</h1>\n{self.article_head(item)}"
        return f'{head}<div id="zoom" class="content">\n{self.article_text(item)}{extra}</div>\n{parts.SHARE}'

    def friend_links(self) -> str:
        links = "".join(f'<a href="{url}" target="_blank">{name}</a>\n' for name, url in self.friends)
        return f'<div class="friend">友情链接：{links}{parts.SELECTS}</div>\n'

    def marks(self) -> dict[str, str]:
        code = self.site.code or "530100"
        full = {
            "site_code": self.site.shows_code or self.site.code,
            "icp": f"滇ICP备{12000000 + 317 * self.number}号-1",
            "police": f"{code[:6]}02{self.number * 613:06d}",
            "party_badge": f"{code[:6]}{self.number:04d}",
            "error_report": self.site.shows_code or self.site.code,
            "organiser": self.site.organiser,
        }
        return {m: "" if m in self.site.missing else full[m] for m in MARKS}

    def foot(self, at: str) -> str:
        return self.friend_links() + parts.footer(self.marks(), self.number)

    def trap_link(self) -> str:
        """On inner pages only; ``traps.py`` has what lies behind."""
        link = TRAP_LINKS.get(self.site.trap)
        return f'<div class="zt_box">{link}</div>\n' if link else ""

    def top(self, at: str) -> str:
        logo = f'<div class="logo"><img src="{self.to(at, "/images/logo.png")}" alt="{self.site.name}" /></div>\n'
        return f'<div class="banner">{parts.CLOCK}{logo}{parts.SEARCH}</div>\n{self.nav(at)}{self.mobile_menu(at)}'

    def metas(self, title: str) -> str:
        told = {"SiteName": self.site.name, "SiteIDCode": self.site.shows_code or self.site.code}
        return "".join(f'<meta name="{k}" content="{v}" />\n' for k, v in told.items())

    def head(self, at: str, title: str) -> str:
        return (
            f"{self.doctype}<head>\n"
            f'<meta http-equiv="Content-Type" content="text/html; charset={self.declared}" />\n'
            f"<title>{title}</title>\n{self.metas(title)}"
            f'<link rel="stylesheet" type="text/css" href="{self.to(at, "/css/style.css")}" />\n'
            f'<script type="text/javascript" src="{self.to(at, "/js/jquery-1.9.1.min.js")}"></script>\n'
            f"{parts.STYLE_TAG}{self.scripts}</head>\n"
        )

    def page(self, at: str, title: str, main: str) -> str:
        body = f'{self.top(at)}<div class="wrap" id="main">\n{main}</div>\n{self.foot(at)}'
        return f"{self.head(at, title)}<body>\n{body}</body>\n</html>\n"

    # --- the site ---

    def inner(self, at: str, name: str, title: str, main: str) -> str:
        way = self.crumbs(at, self.trail(name)) + self.side(at, name)
        return self.page(at, f"{title}-{self.site.name}", f'{way}<div class="right">\n{main}</div>\n{self.trap_link()}')

    def home_page(self, at: str) -> str:
        if self.site.trap == "stub_home" and at == "/":
            return refresh("/index.html")
        if self.site.home == "nav_only":
            return f"{self.head(at, self.site.name)}<body>{self.entrance(at)}{self.foot(at)}</body></html>\n"
        return self.page(at, self.site.name, self.home(at))

    def column_page(self, column: Column, page: int, at: str) -> str:
        if column.body == "stub":
            first = next(c.name for c in self.site.columns if c.under == column.name)
            return refresh(self.to(at, self.list_path(first)))
        return self.inner(at, column.name, column.name, f"<h2>{column.name}</h2>\n{self.column_body(at, column, page)}")

    def article_page(self, item: Item, at: str) -> str:
        return self.inner(at, item.column.name, item.title, self.article(at, item))

    def board_page(self, board: Board, at: str) -> str:
        return self.inner(at, board.name, board.name, f"<h2>{board.name}</h2>\n{boards.board(self, at, board)}")

    def letter_page(self, board: Board, i: int, at: str) -> str:
        letter = boards.letters(self.writer, board)[i]
        return self.inner(at, board.name, letter.title, boards.detail(letter))

    def plans(self) -> Iterator[tuple[str, Callable[[str], str]]]:
        """Every page of the site: its path and what writes it."""
        yield from ((path, self.home_page) for path in {"/": 1, self.home_path: 2})
        for column in self.site.columns:
            for page in range(1, max(1, -(-len(column.ages) // PER_PAGE)) + 1):
                yield self.list_path(column.name, page), partial(self.column_page, column, page)
            yield from ((i.path, partial(self.article_page, i)) for i in self.items[column.name])
        for board in self.site.boards:
            yield self.list_path(board.name), partial(self.board_page, board)
            if board.shape == "detail":
                yield from (
                    (self.letter_path(board.name, i), partial(self.letter_page, board, i))
                    for i in range(len(board.letters))
                )

    def content_type(self) -> str:
        return f"text/html; charset={self.declared}" if self.charset_in_header or self.site.declared else "text/html"

    def html(self, text: str) -> Answer:
        return Answer(text.encode(self.encoding), self.content_type())

    def pages(self) -> dict[str, Answer]:
        found = FILES | {path: self.html(write(path)) for path, write in self.plans()}
        return found | {"/search": self.html(self.page("/search", "搜索", "<p>请输入关键字</p>"))}


def refresh(target: str) -> str:
    """A stub that sends the reader on."""
    return f'<html><head><meta http-equiv="refresh" content="0;url={target}"></head><body></body></html>\n'


def vue_list(channel: str) -> str:
    """A list that exists only after its script has run."""
    return VUE.replace("CHANNEL", channel)


VUE = """<div id="app"><ul class="list">
<li v-for="item in list"><a :href="item.url">{{item.title}}</a><span>{{item.date}}</span></li>
</ul></div>
<script src="/js/vue.min.js"></script>
<script type="text/javascript">
new Vue({el: '#app', data: {list: []}, mounted: function () {
    var self = this;
    $.getJSON('/api/list?channel=CHANNEL&page=1', function (res) { self.list = res.rows; });
}});
</script>
"""
