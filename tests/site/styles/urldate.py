"""A list shows no date: it stands in the path, and in the article."""

from __future__ import annotations

from datetime import date

from plan import Column

from styles.base import Item, Style


class UrlDate(Style):
    def article_path(self, column: Column, number: int, when: date) -> str:
        return f"/art/{when.year}/{when.month}/{when.day}/art_{number // 100}_{number}.html"

    def entry(self, at: str, item: Item) -> str:
        return f"<li><i></i>{self.title_link(at, item)}</li>\n"

    def article_head(self, item: Item) -> str:
        return f'<div class="toolbar">信息来源：{self.site.organiser}　发布日期：{item.day:%Y年%m月%d日} 09:20</div>\n'

    def crumbs(self, at: str, names: list[str]) -> str:
        trail = [self.link(at, "/", "首页"), *(self.to_column(at, n) for n in names)]
        return f'<div class="dqwz">您的位置：{" - ".join(trail)}</div>\n'
