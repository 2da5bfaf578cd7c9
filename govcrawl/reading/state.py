"""What a column shows: entries, words, only further columns, nothing, or something that can't be told.

A wrongly accused column is worse than a missed one: ``blank`` needs a page that is understood as a column (its breadcrumb, a
heading or a 暂无 line says so), whose main area was told from the rest, and in which a reader sees nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from govcrawl.facts import ColumnState, Item
from govcrawl.reading.blank import obstacle
from govcrawl.reading.document import HOME_WORDS, Anchor, Document, squeezed
from govcrawl.reading.drawn import Canvas
from govcrawl.reading.lists import is_more, is_noise
from govcrawl.reading.regions import Regions

MIN_PROSE: Final = 20  #: characters of loose words that make a text column
ENOUGH: Final = 2000  #: characters; more needn't be looked at to know that there are words
MAX_PLACEHOLDER: Final = 100  #: characters of a text that may hold a 暂无 line

_PLACEHOLDER: Final = re.compile(
    r"(?:本?栏目|页面|内容|该栏目)?.{0,4}(?:正在|尚在)?(?:建设|制作|更新|整理|完善|维护|筹备)中[.。…！!~～,，]*(?:敬请期待|请稍候|请稍后)?|敬请期待|"
    r"(?:对不起|抱歉)?[,，]?(?:暂时?|目前|当前|还)?(?:没有|无|未找到|未查询到|查无)(?:任何|相关|找到|查询到|符合条件的|您要找的|更多|检索到)*(?:的)?(?:信息|内容|数据|记录|文章|新闻|资料|留言|结果|列表|公告|文件)+(?:内容|信息)?|"
    r"暂无(?:内容|信息|数据|记录|相关\w{0,4})?|no\s*(?:data|records?)",
    re.I,
)
_PAGER: Final = re.compile(
    r"(?:共|总|当前|每页|第|显示)\s*[:：]?\s*\d+\s*/?\s*\d*\s*(?:条|页|个|篇|记录)*(?:记录|信息|数据|新闻|文章)?|\d+\s*/\s*\d+\s*页?|首\s*页|[上下前后]一?页|尾\s*页|末\s*页|第一页|最后一页|"
    r"转到第?|跳转到?第?|到第|\bGO\b|\d+\s*条/?页?|\bpage\b|页次|页|记录总?数?",
    re.I,
)
_TOOLS: Final = re.compile(
    r"分享到?|打印(?:本页)?|关闭(?:窗口|本页)?|返回(?:顶部|首页|上一页)?|字体|字号|\[?[大中小]\]?(?=\s|$|\])|更多|TOP|扫一扫.{0,12}|收藏|当前位置|您的位置|列表|标题|发布时间|发布日期|序号|日期|时间"
)
_SEARCH: Final = re.compile(r"检索|搜索|查询|关键[词字]|search|keyword", re.I)
_DECORATION: Final = re.compile(
    r"(?:dot|line|icon|ico|arrow|blank|spacer|space|bg|bt|btn|logo|banner|left|title|tit|more|search|img_\d+|top|foot|ewm|qr)\w*\.\w+$|/(?:images?|img|skin|style|css|res|template|theme)s?/",
    re.I,
)


class Sight:
    """What a reader sees in the main area, beside menus, headings and pagers."""

    def __init__(self, doc: Document, regions: Regions, names: Sequence[str], ran: bool = False) -> None:
        self.doc, self.regions, self.ran = doc, regions, ran
        start, end = regions.area
        self.at = [i for i in range(start, end) if not regions.zones[i]]
        self.texts_at = [i for i in doc.texts_in(start, end) if not regions.zones[i]]
        self.names = {squeezed(n) for n in (*names, *regions.crumb_names) if n} | {
            squeezed(p) for p in re.split(r"[-_—|]+", doc.title)
        }
        self.placeholder = ""
        self.headed = False

    @cached_property
    def prose(self) -> str:
        """The words outside links, without headings, pagers, tools, search forms and 暂无 lines."""
        searches, links, selections = self.searches, self.doc.within("a"), self.doc.within("select")
        out: list[str] = []
        total = 0
        for i in self.texts_at:
            if total > ENOUGH:
                break
            text = self.doc.texts[i].strip()
            if not text or any(a <= i < b for a, b in searches):
                continue
            if self._is_heading(i, text):
                self.headed = True
            elif len(text) <= MAX_PLACEHOLDER and (found := _PLACEHOLDER.search(text)):
                self.placeholder = self.placeholder or found[0]
                out.append(text[: found.start()] + text[found.end() :])
            elif not links[i] and not selections[i]:
                out.append(text[:ENOUGH])
                total += len(text)
        return squeezed(_TOOLS.sub(" ", _PAGER.sub(" ", "\n".join(out))))

    def _is_heading(self, i: int, text: str) -> bool:
        if squeezed(text) in self.names:
            return True
        return len(text) <= MIN_PROSE and any(
            self.doc.tags[k] in ("h1", "h2", "h3", "h4") for k in self.doc.above(i, 3)
        )

    @cached_property
    def searches(self) -> list[tuple[int, int]]:
        """Search forms of the page: no textarea, no file, and words or names that say so."""
        boxes = []
        for i in self.at:
            if self.doc.tags[i] == "form":
                a, b = i, self.doc.end[i]
                told = self.doc.text(a) + self.doc.attr(a, "action") + self.doc.hint(a)
                if _SEARCH.search(told) and not any(self.doc.tags[k] == "textarea" for k in range(a, b)):
                    boxes.append((a, b))
        return boxes

    def columns(self) -> int:
        """Links of the main area that lead on without being entries."""
        return len({a.url for a in self._anchors() if a.url and len(a.words) > 1 and not is_noise(a.words)})

    def more(self) -> int:
        return len({a.url for a in self._anchors() if a.url and is_more(a.words) and a.url != self.doc.url})

    def _anchors(self) -> list[Anchor]:
        seen = set(self.at)
        return [a for a in self.doc.anchors if a.at in seen and a.words.replace(" ", "") not in HOME_WORDS]

    def things(self) -> str:
        """Pictures, forms, films or frames of the main area: what there is, in Chinese; "" if nothing."""
        searches = self.searches
        for i in self.at:
            tag = self.doc.tags[i]
            if tag in ("iframe", "frame"):
                return "内嵌页面"
            if tag in ("embed", "object", "video", "audio", "canvas"):
                return "多媒体"
            if tag == "textarea" or (tag == "input" and self._asks(i) and not any(a <= i < b for a, b in searches)):
                return "表单"
            if tag == "img" and not _DECORATION.search(self.doc.attr(i, "src")):
                return "图片"
        return ""

    def _asks(self, i: int) -> bool:
        return self.doc.attr(i, "type").lower() in ("", "text", "password", "file", "radio", "checkbox", "email", "tel")

    @cached_property
    def canvas(self) -> Canvas:
        return Canvas(self.doc, self.at, self.ran)


def judge(doc: Document, regions: Regions, items: Sequence[Item], sight: Sight) -> tuple[ColumnState, str]:
    """(state, why in Chinese for blank and unknown)."""
    if "frameset" in doc.by_tag:
        return "unknown", "框架页"
    if items and not _beside_prose(items, sight):
        return ("channel", "") if sight.more() > 1 else ("listed", "")
    if regions.main is None:
        return "unknown", "未能识别页面版面" if doc.text_at else "页面没有任何文字"
    if _before_crumb(doc, regions) > ENOUGH // 20:
        return "unknown", "当前位置之前另有内容"
    if why := sight.canvas.more() or sight.canvas.written():
        return ("text", "") if len(sight.prose) > 10 * MIN_PROSE else ("unknown", why)
    thing = sight.things()
    if len(sight.prose) >= MIN_PROSE or thing in ("图片", "表单", "多媒体"):
        return "text", ""
    if thing:
        return "unknown", thing
    if sight.columns() > 1:
        return "channel", ""
    return _nothing(regions, sight)


def _before_crumb(doc: Document, regions: Regions) -> int:
    """Characters outside links between navigation and breadcrumb: an unusual page may have its content there."""
    if not regions.crumb:
        return 0
    start = max((b for _, b in regions.nav if b <= regions.crumb[0]), default=0)
    return doc.loose_chars(start, regions.crumb[0])


def _beside_prose(items: Sequence[Item], sight: Sight) -> bool:
    """A few undated links within much text are part of the text."""
    undated = not any(i.dated_by == "shown" for i in items)
    return undated and len(items) <= 3 and len(sight.prose) > 4 * sum(len(i.title) for i in items) + 5 * MIN_PROSE


def _nothing(regions: Regions, sight: Sight) -> tuple[ColumnState, str]:
    if sight.prose:
        return "unknown", "栏目区域只有零星文字：" + sight.prose
    if sight.columns():
        return "unknown", "栏目区域只有一个链接"
    if not (regions.crumb_names or sight.headed or sight.placeholder):
        return "unknown", "未能确认为栏目页"
    if why := obstacle(
        sight.doc, regions, sight.at, sight.searches, sight.names, bool(sight.placeholder or sight.headed)
    ):
        return "unknown", why
    return "blank", f"栏目区域只有“{sight.placeholder}”" if sight.placeholder else "栏目区域没有任何内容"
