"""博达: the date stands before the link, split over two elements; page numbers go down, 1.htm is the oldest."""

from __future__ import annotations

from datetime import date

from plan import Column

from styles.base import PER_PAGE, SLUGS, Item, Style

_IDS = {name: 1004 + i for i, name in enumerate(SLUGS)}


class Boda(Style):
    def list_path(self, name: str, page: int = 1) -> str:
        if page == 1:
            return f"{self.folder(name)}.htm"
        count = len(next(c.ages for c in self.site.columns if c.name == name))
        return f"{self.folder(name)}/{-(-count // PER_PAGE) - page + 1}.htm"

    def article_path(self, column: Column, number: int, when: date) -> str:
        return f"/info/{_IDS[column.name]}/{number}.htm"

    def entry(self, at: str, item: Item) -> str:
        told = f'<div class="date"><p>{item.day:%m/%d}</p><p>{item.day.year}</p></div>' if item.shown else ""
        return f'<li>{told}{self.title_link(at, item)}</li>\n<div class="line1"></div>\n'

    def title_link(self, at: str, item: Item) -> str:
        """The title attribute is there, but empty."""
        return self.link(at, item.path, item.title, ' title=""')

    def home_entry(self, at: str, item: Item) -> str:
        told = f'<span class="date">{item.shown}</span>' if item.shown else ""
        return f"<li>{told}{self.title_link(at, item)}</li>\n"

    def article_head(self, item: Item) -> str:
        told = f"发布时间：{item.day.isoformat()}" if item.column.dates != "none" else ""
        clicks = f'<script>_showDynClicks("wbnews", 15, {item.path[-8:-4]})</script>'
        return f'<div class="toolbar">发布者：{told}点击数：{clicks}</div>\n'

    def article_text(self, item: Item) -> str:
        return f'<div id="vsb_content"><div class="v_news_content">{super().article_text(item)}</div></div>\n'

    def crumbs(self, at: str, names: list[str]) -> str:
        trail = [self.link(at, "/", "网站首页"), *(self.to_column(at, n) for n in names)]
        return f'<div class="dqwz">当前位置：{"——".join(trail)}</div>\n'
