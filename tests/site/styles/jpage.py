"""大汉: the entries of a list stand as CDATA records inside a script element."""

from __future__ import annotations

from datetime import date

from plan import Column

from styles.base import SLUGS, Item, Style

_IDS = {name: 20 + i for i, name in enumerate(SLUGS)}


class Jpage(Style):
    def list_path(self, name: str, page: int = 1) -> str:
        return f"/col/col{_IDS[name]}/index.html"

    def letter_path(self, board: str, i: int) -> str:
        return f"/col/col{_IDS[board]}/lt{i + 1}.html"

    def article_path(self, column: Column, number: int, when: date) -> str:
        return f"/art/{when.year}/{when.month}/{when.day}/art_{_IDS[column.name]}_{number}.html"

    def entry(self, at: str, item: Item) -> str:
        told = f"<b>{item.shown}</b>" if item.shown else ""
        return f"<li>{self.title_link(at, item)}{told}</li>".replace('"', "'")

    def entries(self, at: str, items: list[Item]) -> str:
        records = "".join(f"<record><![CDATA[\n{self.entry(at, i)}]]></record>\n" for i in items)
        column = _IDS[items[0].column.name]
        unit = 24870 + column
        store = f"<datastore>\n<nextgroup></nextgroup>\n<recordset>\n{records}</recordset>\n</datastore>"
        options = f"dataStore:dataStore,totalRecord:{len(items)},perPage:15,columnid:{column},unitid:{unit},webid:1"
        return (
            f'<div id="{unit}" class="default_pgContainer"></div>\n<script type="text/xml">{store}</script>\n'
            f"<script type=\"text/javascript\">$('#{unit}').jpage({{{options}}});</script>\n"
        )

    def home_entry(self, at: str, item: Item) -> str:
        told = f"<span>[{item.shown}]</span>" if item.shown else ""
        return f"<li>{self.title_link(at, item)}{told}</li>\n"

    def pager(self, at: str, name: str, page: int, pages: int) -> str:
        return ""

    def metas(self, title: str) -> str:
        return super().metas(title) + '<meta name="Maketime" content="2018-06-14 03:12:45" />\n'
