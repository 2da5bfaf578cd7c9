"""Links that name a column (栏目), and the class a column belongs to by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from govcrawl.facts import ColumnClass, ColumnLink
from govcrawl.reading.document import HOME_WORDS, Anchor, Document
from govcrawl.reading.lists import is_more, is_noise, looks_like_article, looks_like_column
from govcrawl.reading.regions import Regions
from govcrawl.reading.urls import canonical, identity

MAX_NAME: Final = 20  #: characters

#: The first that matches decides.  Groups follow the 2015 standard: 动态要闻 (two weeks), 通知公告 and 政策文件 (half a year),
#: 人事 and 规划计划 (a year), 政务咨询, 调查征集, 互动访谈, 办事服务; what is never renewed is static.
_CLASSES: tuple[tuple[ColumnClass, re.Pattern[str]], ...] = tuple(
    (cls, re.compile(words))  # type: ignore[misc]
    for cls, words in (
        ("consult", r"信箱|意见箱|留言|咨询|投诉|来信|写信|信访|举报|问政|建言|答疑|诉求|互动交流|公众参与|领导接访"),
        (
            "survey",
            r"(?<!统计)(?<!事故)(?<!抽样)调查(?:平台|填报)?$|网上调查|在线调查|民意调查|问卷|征集|征求意见|意见反馈|投票|网上评议|民主评议",
        ),
        ("interview", r"访谈|在线直播|网上直播|新闻发布会"),
        (
            "static",
            r"领导(?!活动|动态|讲话|调研)|机构(?!改革|登记|动态|新闻|名单)|职能|职责|概况|简介|介绍|联系|关于我们|公开指南|(?:公开|工作|管理|协会|内部)制度|公开目录|协会章程|历史|沿革|声明|地图|RSS|网站说明|科室|处室|班子|风光|名录|组织架构",
        ),
        ("service", r"办事|服务|指南|表格|下载|便民|审批|许可|依申请|查询|流程|受理|大厅|登记|权力清单|权责|事项"),
        ("plan", r"规划|计划"),
        ("personnel", r"人事|招聘|招考|录用|任免|任命|公务员|选调|遴选|选拔|任前|职称"),
        ("policy", r"政策|文件|法规|规章|规范性|条例|解读|公文|政令"),
        ("notice", r"公告|公示|通知|通告"),
        (
            "news",
            r"动态|新闻|要闻|快讯|简报|时政|资讯|头条|播报|领导活动|工作信息|部门信息|政务信息|信息快递|快报|聚焦|今日",
        ),
    )
)
_NOT_A_COLUMN: Final = re.compile(
    r"搜索|检索|地图|登[录陆]|注册|RSS|首页|主页|收藏|English|繁[体體]|简体|无障碍|手机版|微信|微博|客户端|邮箱|邮件|办公系统|OA|声明|版权|隐私|帮助|"
    r"纠错|找错|旧版|老版|机器人|适老|长者|关怀|英文|移动版|APP|后台|管理入口|上一|下一|附件|收起|展开|\d{4}",
    re.I,
)
_NOT_A_COLUMN_URL: Final = re.compile(
    r"/(?:search\w*|query|login|logon|register|reg|site_?map|wzdt|map|rss(?:dy)?)(?:[./?]|$)|[?&](?:keyword|searchword)=|"
    r"[?&=]https?(?::|%3a)(?:/|%2f){2}",  # to another site, by way of a page that only counts
    re.I,
)
_ROOT: Final = re.compile(r"/?(?:(?:index|default|main)\.(?:s?html?|jsp|aspx?|php))?", re.I)
_WORDS: Final = re.compile(r"[\u4e00-\u9fff]")
_SUBMENU: Final = re.compile(r"(?:^|[\s_-])(?:sub\w*|second\w*|child\w*|drop\w*|erji)(?:$|[\s_-])")
_WEBFX: Final = re.compile(
    r"""WebFXTree(?:Item)?\(\s*["'](?:<[^>]{0,200}>)*([^<>"']{1,60})(?:<[^>]{0,20}>)*["']\s*,\s*"""
    r"""(?:document\.getElementById\(\s*["']([\w.:-]{1,80})["']\s*\)\.href|["']([^"']{1,300})["'])"""
)


def classify(name: str, url: str = "") -> ColumnClass:
    """The class of a column by its name; by the folder of its URL where the name says nothing (``/tzgg/``, ``/zcwj/``)."""
    return _class_of_name(name) if name else _class_of_folder(url)


@lru_cache(maxsize=8192)
def _class_of_name(name: str) -> ColumnClass:
    return next((cls for cls, words in _CLASSES if words.search(name)), "other")


_FOLDERS: dict[str, ColumnClass] = {
    "gzdt": "news", "dtyw": "news", "zwdt": "news", "xwdt": "news", "bmdt": "news", "zwyw": "news", "tpxw": "news",
    "tzgg": "notice", "gsgg": "notice", "zcwj": "policy", "zcfg": "policy", "zcjd": "policy",
    "rsrm": "personnel", "rsxx": "personnel", "ghjh": "plan",
}  # fmt: skip


def _class_of_folder(url: str) -> ColumnClass:
    folders = urlsplit(url).path.lower().split("/")
    return next((_FOLDERS[f] for f in reversed(folders) if f in _FOLDERS), "other")


def find(doc: Document, regions: Regions, ours: Callable[[str], bool]) -> tuple[ColumnLink, ...]:
    """Every link of the page that names a column of this site, the best source of each first.  ``ours`` tells the site's URLs.

    The name is "" where a 更多 link has no heading of its own, or a picture no words; the column's page knows it better.
    """
    found: dict[str, ColumnLink] = {}
    own = identity(doc.url)
    for link in _candidates(doc, regions):
        key = canonical(link.url)
        if not ours(link.url) or _is_root(link.url) or _is_article(link) or _leads_elsewhere(link.url):
            continue
        if key not in found or (not found[key].name and link.name):
            found[key] = link
    return tuple(link for link in found.values() if link.source == "nav" or identity(link.url) != own)


def _candidates(doc: Document, regions: Regions) -> Iterator[ColumnLink]:
    for box in regions.nav:
        for a in doc.anchors_in(*box):
            if _is_name(a.words):
                yield _link(a.url, a.words, _depth(doc, a, box[0]), "nav")
    for level, a in enumerate((a for a in regions.crumb_links if a.text not in HOME_WORDS), 1):
        if a.url and _is_name(a.text):
            yield _link(a.url, a.text, level, "crumb")
    for box in regions.side:
        yield from (_link(a.url, a.words, 2, "side") for a in doc.anchors_in(*box) if _is_name(a.words))
    yield from _tree(doc)
    for a in doc.anchors_in(0, regions.crumb[0] if regions.crumb else 0):  # a menu that stands before the breadcrumb
        if not regions.furniture(a.at) and _is_name(a.words) and looks_like_column(a.url):
            yield _link(a.url, a.words, 2, "side")
    start, end = regions.area
    for a in doc.anchors_in(start, end):
        if a.url and not regions.furniture(a.at):
            yield from _in_main(doc, a)


def _is_article(link: ColumnLink) -> bool:
    """In the main menu a number behind the question mark (``News.asp?id=3``) names a column."""
    address = link.url.partition("?")[0] if link.source == "nav" else link.url
    return looks_like_article(address)


def _in_main(doc: Document, a: Anchor) -> Iterator[ColumnLink]:
    if is_more(a.words) or (not a.text and "more" in doc.hint(a.at)):
        yield _link(a.url, _heading(doc, a), 2, "more")
    elif _is_name(a.words) and looks_like_column(a.url):
        yield _link(a.url, a.words, 2, "tab")
    elif not a.words and looks_like_column(a.url) and doc.holds(a.at, a.end, "img"):
        yield _link(a.url, "", 2, "tab")  # a picture that leads on; the column's page knows its name


def _link(url: str, name: str, level: int, source: str) -> ColumnLink:
    return ColumnLink(url, name, classify(name, url), level, source)  # type: ignore[arg-type]


@lru_cache(maxsize=8192)
def _is_name(words: str) -> bool:
    return (
        2 <= len(words) <= MAX_NAME
        and bool(_WORDS.search(words))
        and not is_noise(words)
        and not _NOT_A_COLUMN.search(words)
    )


@lru_cache(maxsize=8192)
def _leads_elsewhere(url: str) -> bool:
    """A search, a map, a login."""
    return bool(_NOT_A_COLUMN_URL.search("/" + url.partition("://")[2].partition("/")[2]))


def _is_root(url: str) -> bool:
    if url.count("/") > 3:  # the address of the host has three at most
        return False
    parts = urlsplit(url)
    return not parts.query and bool(_ROOT.fullmatch(parts.path))


@lru_cache(maxsize=8192)
def _is_submenu(hint: str) -> bool:
    return bool(_SUBMENU.search(hint))


def _depth(doc: Document, a: Anchor, nav: int) -> int:
    """1 for a main column; deeper for what opens below it."""
    nested, below, k = 0, False, doc.parent[a.at]
    while k > nav:
        nested += doc.tags[k] == "li"
        below = below or doc.tags[k] == "dd" or _is_submenu(doc.hint(k))
        k = doc.parent[k]
    return max(1, nested, 1 + below)


def _heading(doc: Document, a: Anchor) -> str:
    """The words that head the box of a 更多 link, or "" where several such boxes share one heading."""
    for k in doc.above(a.at, 6):
        inside = doc.anchors_in(k, doc.end[k])
        if len(inside) > 60 or sum(is_more(x.words) for x in inside) > 1:
            return ""
        before = doc.texts_in(k, a.at)
        first = next((i for i in before if _WORDS.search(doc.texts[i])), None)
        if first is None and len(inside) == 1:
            first = next((i for i in doc.texts_in(a.end, doc.end[k]) if _WORDS.search(doc.texts[i])), None)
        if first is not None:
            words = doc.texts[first].strip("：:·■【】[]| ")
            entry = next((x for x in inside if x.at <= first < x.end), None)
            if not _is_name(words) or (entry and looks_like_article(entry.url)):
                return ""
            return words
    return ""


def _tree(doc: Document) -> Iterator[ColumnLink]:
    """博达 信息公开目录: a WebFX tree joins names in script with the addresses of empty links."""
    by_id: dict[str, str] | None = None
    for script in doc.scripts.values():
        if "WebFXTree" not in script:
            continue
        if by_id is None:
            by_id = {doc.attr(a.at, "id"): a.url for a in doc.anchors if doc.attr(a.at, "id")}
        for m in _WEBFX.finditer(script):
            name = m[1].replace("&nbsp;", " ").strip()
            url = by_id.get(m[2], "") if m[2] else doc.join(m[3]) or ""
            if url and _is_name(name):
                yield _link(url, name, 2, "side")
