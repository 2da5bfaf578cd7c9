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
        link = f'<a href="{self.to(at, item.path)}" title="{item.title}" target="_blank">\n\t\t\t\t{item.title}\n\t\t\t</a>'
        return f"\t\t<li>\n\t\t\t{link}\n\t\t\t<span>{item.shown}</span>\n\t\t</li>\n"

    def home_entry(self, at: str, item: Item) -> str:
        """The title cut, the date without its year: the path has it in full."""
        short = item.title if len(item.title) <= 22 else f"{item.title[:21]}..."
        told = f"<span>{item.day:%m-%d}</span>" if item.shown else ""
        return f'\t<li><a target="_blank" href="{self.to(at, item.path)}" title="{item.title}">{short}</a>{told}</li>\n'

    def crumbs(self, at: str, names: list[str]) -> str:
        trail = [("首页", self.home_path)] + [(n, self.list_path(n)) for n in names]
        links = (f'<a href="{self.to(at, p)}" title="{n}" class="CurrChnlCls">{n}</a>' for n, p in trail)
        return f'<div class="dqwz">您当前所在位置：{"&nbsp;&raquo;&nbsp;".join(links)}</div>\n'

    def side(self, at: str, name: str) -> str:
        column = next((c for c in self.site.columns if c.name == name), None)
        same = [c.name for c in self.site.columns if column and c.under == column.under][:8]
        lines = "".join(
            f"document.write(\"<li><a href='{self.to(at, self.list_path(n))}'>{n}</a></li>\");\n" for n in same
        )
        return f'<div class="left"><ul class="list-sub-title"><script type="text/javascript">\n{lines}</script></ul></div>\n'

    def pager(self, at: str, name: str, page: int, pages: int) -> str:
        return (
            f'<!-- 通用分页 每页{PER_PAGE}条 -->\n<script type="text/javascript" src="{self.to(at, "/js/createpage.js")}"></script>\n'
            f'<div class="page"><script>createPageHTML({pages}, {page - 1}, "index", "html")</script></div>\n<!-- 通用分页 结束 -->\n'
        )

    def article_text(self, item: Item) -> str:
        return f'<div class="TRS_Editor">{super().article_text(item)}</div>\n'
