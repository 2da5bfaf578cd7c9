"""TRS: everything relative, date after the link, dated paths, paging and side lists written by scripts."""

from __future__ import annotations

from datetime import date

from plan import Column

from styles.base import PER_PAGE, Item, Style


class Trs(Style):
    home_path = "/index.html"

    def to(self, at: str, path: str) -> str:
        return self.relative(at, path)

    def article_path(self, column: Column, number: int, when: date) -> str:
        return f"{self.folder(column.name)}/{when:%Y%m}/t{when:%Y%m%d}_{21240000 + number}.html"

    def entry(self, at: str, item: Item) -> str:
        link = self.link(at, item.path, f"\n\t\t\t\t{item.title}\n\t\t\t", f' title="{item.title}" target="_blank"')
        return f"\t\t<li>\n\t\t\t{link}\n\t\t\t<span>{item.shown}</span>\n\t\t</li>\n"

    def home_entry(self, at: str, item: Item) -> str:
        """The title cut, the date without its year: the path has it in full."""
        short = item.title if len(item.title) <= 22 else f"{item.title[:21]}..."
        told = f"<span>{item.day:%m-%d}</span>" if item.shown else ""
        link = self.link(at, item.path, short, f' title="{item.title}"')
        return f"\t<li>{link}{told}</li>\n"

    def crumbs(self, at: str, names: list[str]) -> str:
        trail = [self.link(at, self.home_path, "首页", ' title="首页" class="CurrChnlCls"')]
        trail += [self.to_column(at, n, f' title="{n}" class="CurrChnlCls"') for n in names]
        return f'<div class="dqwz">您当前所在位置：{"&nbsp;&raquo;&nbsp;".join(trail)}</div>\n'

    def side(self, at: str, name: str) -> str:
        links = (self.to_column(at, n).replace('"', "'") for n in self.beside(name))
        lines = "".join(f'document.write("<li>{link}</li>");\n' for link in links)
        written = f'<script type="text/javascript">\n{lines}</script>'
        return f'<div class="left"><ul class="list-sub-title">{written}</ul></div>\n'

    def pager(self, at: str, name: str, page: int, pages: int) -> str:
        tool = f'<script type="text/javascript" src="{self.to(at, "/js/createpage.js")}"></script>'
        call = f'<script>createPageHTML({pages}, {page - 1}, "index", "html")</script>'
        return f'<!-- 通用分页 每页{PER_PAGE}条 -->\n{tool}\n<div class="page">{call}</div>\n<!-- 通用分页 结束 -->\n'

    def article_text(self, item: Item) -> str:
        return f'<div class="TRS_Editor">{super().article_text(item)}</div>\n'
