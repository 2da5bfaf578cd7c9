"""An old site: nested tables, GB2312 declared in the page only, a date in a cell of its own."""

from __future__ import annotations

from datetime import date

from plan import Column

from styles.base import SLUGS, Item, Style

_IDS = {name: 1 + i for i, name in enumerate(SLUGS)}


class Tables(Style):
    encoding = "gbk"
    declared = "gb2312"
    charset_in_header = False
    home_path = "/index.html"

    def to(self, at: str, path: str) -> str:
        return self.relative(at, path)

    def folder(self, name: str) -> str:
        return f"/col{_IDS[name]}"

    def list_path(self, name: str, page: int = 1) -> str:
        return f"{self.folder(name)}/articlecolumn.html"

    def article_path(self, column: Column, number: int, when: date) -> str:
        return f"{self.folder(column.name)}/articleinfo-{number}.html"

    def row(self, at: str, item: Item, told: str) -> str:
        return (
            f"<tr><td width='15' align=\"center\">·</td><td valign='middle'><a class='x_title' href='{self.to(at, item.path)}' target='_blank'>"
            f"{item.title}</a>&nbsp;&nbsp;</td><td align='right'><span class='x_time'>{told}</span></td></tr>\n"
        )

    def entry(self, at: str, item: Item) -> str:
        return self.row(at, item, f"{item.day:%Y/%m/%d}&nbsp;" if item.shown else "")

    def undated_entry(self, at: str, item: Item) -> str:
        return self.row(at, item, "")

    def entries(self, at: str, items: list[Item]) -> str:
        rows = "".join(self.entry(at, i) for i in items)
        return f'<table border="0" cellpadding="0" cellspacing="0" width=\'100%\' align=\'center\'><tr><td></td></tr>\n{rows}</table>\n'

    def home_block(self, at: str, column: Column) -> str:
        link = self.to(at, self.list_path(column.name))
        entry = self.undated_entry if self.site.home == "undated" else self.entry
        rows = "".join(entry(at, i) for i in self.items[column.name][:6])
        return (
            f'<table width="99%" class="tableStyle10"><tr><td class="textColumns_Y"><a href=\'{link}\'>{column.name}</a></td></tr>\n'
            f"<tr><td valign=\"top\"><table width='100%' align='center'>\n{rows}<tr><td colspan='3' align='right'>"
            f"<a href='{link}' class='x_more'>更多>></a></td></tr></table></td></tr></table>\n"
        )

    def nav(self, at: str) -> str:
        cells = "".join(f'<td><a href="{self.to(at, self.list_path(n))}">{n}</a></td>\n' for n in self.names())
        home = f'<td><a href="{self.to(at, self.home_path)}">首 页</a></td>\n'
        return f'<div id="divTopMenuID"><table width="100%" border="0"><tr>\n{home}{cells}</tr></table></div>\n'

    def crumbs(self, at: str, names: list[str]) -> str:
        links = "".join(
            f" >>&nbsp;<a href='{self.to(at, self.list_path(n))}' target='_self' class='x_column_link'>{n}</a>"
            for n in names
        )
        return f"<div id=\"divMainLocID\"><table><tr><td><a href='{self.to(at, self.home_path)}'>首页</a>{links}</td></tr></table></div>\n"

    def side(self, at: str, name: str) -> str:
        return '<div id="mainLeftMenuList"></div>\n'

    def pager(self, at: str, name: str, page: int, pages: int) -> str:
        return ""

    def article_head(self, item: Item) -> str:
        told = f"时间：{item.day:%Y/%m/%d}" if item.column.dates != "none" else ""
        return f"<div align='center'>来源：{self.site.organiser}　{told}　阅读：<span id='hits'></span>次</div>\n"
