"""An old site: nested tables, GB2312 declared in the page only, a date in a cell of its own."""

from __future__ import annotations

from datetime import date

from plan import Column

from styles.base import HOME_ITEMS, SLUGS, Item, Style

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

    def link(self, at: str, path: str, text: str, extra: str = "") -> str:
        return f"<a href='{self.to(at, path)}'{extra}>{text}</a>"

    def row(self, at: str, item: Item, told: str) -> str:
        title = self.link(at, item.path, item.title, " class='x_title' target='_blank'")
        cells = f"<td width='15' align=\"center\">·</td><td valign='middle'>{title}&nbsp;&nbsp;</td>"
        return f"<tr>{cells}<td align='right'><span class='x_time'>{told}</span></td></tr>\n"

    def entry(self, at: str, item: Item) -> str:
        return self.row(at, item, f"{item.day:%Y/%m/%d}&nbsp;" if item.shown else "")

    def undated_entry(self, at: str, item: Item) -> str:
        return self.row(at, item, "")

    def entries(self, at: str, items: list[Item]) -> str:
        return self.table("".join(self.entry(at, i) for i in items))

    @staticmethod
    def table(rows: str) -> str:
        frame = 'border="0" cellpadding="0" cellspacing="0" width=\'100%\' align=\'center\''
        return f"<table {frame}><tr><td></td></tr>\n{rows}</table>\n"

    def home_block(self, at: str, column: Column) -> str:
        entry = self.undated_entry if self.site.home == "undated" else self.entry
        rows = "".join(entry(at, i) for i in self.items[column.name][:HOME_ITEMS])
        more = self.link(at, self.list_path(column.name), "更多>>", " class='x_more'")
        body = self.table(f"{rows}<tr><td colspan='3' align='right'>{more}</td></tr>\n")
        head = f'<tr><td class="textColumns_Y">{self.to_column(at, column.name)}</td></tr>'
        return f'<table width="99%" class="tableStyle10">{head}\n<tr><td valign="top">{body}</td></tr></table>\n'

    def nav(self, at: str) -> str:
        cells = [self.link(at, self.home_path, "首 页"), *(self.to_column(at, n) for n in self.names())]
        row = "".join(f"<td>{c}</td>\n" for c in cells)
        return f'<div id="divTopMenuID"><table width="100%" border="0"><tr>\n{row}</tr></table></div>\n'

    def crumbs(self, at: str, names: list[str]) -> str:
        trail = [self.link(at, self.home_path, "首页")]
        trail += [self.to_column(at, n, " target='_self' class='x_column_link'") for n in names]
        return f'<div id="divMainLocID"><table><tr><td>{" >>&nbsp;".join(trail)}</td></tr></table></div>\n'

    def side(self, at: str, name: str) -> str:
        return '<div id="mainLeftMenuList"></div>\n'

    def pager(self, at: str, name: str, page: int, pages: int) -> str:
        return ""

    def article_head(self, item: Item) -> str:
        told = f"时间：{item.day:%Y/%m/%d}" if item.column.dates != "none" else ""
        return f"<div align='center'>来源：{self.site.organiser}　{told}　阅读：<span id='hits'></span>次</div>\n"
