"""A new site: date inside the link, tabs of which one is hidden, head and foot loaded by scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from plan import Column

from styles.base import HOME_ITEMS, Item, Style

_LOADS = """<script type="text/javascript">
$('#page_top').load('/html/top.html');
$('#page_bottom').load('/html/bottom.html');
</script>
"""


class Modern(Style):
    doctype = '<!DOCTYPE html>\n<html lang="zh-CN">\n'

    def list_path(self, name: str, page: int = 1) -> str:
        return f"{self.folder(name)}/{f'list_{page}.html' if page > 1 else ''}"

    def article_path(self, column: Column, number: int, when: date) -> str:
        return f"{self.folder(column.name)}/c/{column.cls}{number}.html"

    def entry(self, at: str, item: Item) -> str:
        told = f"<div><span>{item.day:%Y.%m.%d}</span></div>" if item.shown else ""
        return f"<li>{self.link(at, item.path, f'<h4>{item.title}</h4>{told}')}</li>\n"

    def home_entry(self, at: str, item: Item) -> str:
        told = f"<span>{item.shown}</span>" if item.shown else ""
        return f"<li>{self.link(at, item.path, f'<p>{item.title}</p>{told}')}</li>\n"

    def home(self, at: str) -> str:
        """Columns by twos: the second of each pair is a tab that is hidden at first."""
        shown = [c for c in self.site.columns if c.on_home and self.items[c.name]]
        tabs = "".join(self._tabs(at, shown[i : i + 2]) for i in range(0, len(shown), 2))
        return self.slide(at) + tabs + self.board_box(at) + self.dead_on_home()

    def _tabs(self, at: str, columns: list[Column]) -> str:
        heads = "".join(self.to_column(at, c.name, ' class="tab"') for c in columns)
        entry = self.undated_entry if self.site.home == "undated" else self.home_entry
        lists = "".join(
            f"<ul{hidden}>\n{''.join(entry(at, i) for i in self.items[c.name][:HOME_ITEMS])}</ul>\n"
            for c, hidden in zip(columns, ("", ' style="display: none"'), strict=False)
        )
        return f'<div class="tabs"><h3>{heads}</h3>\n{lists}</div>\n'

    def metas(self, title: str) -> str:
        return super().metas(title) + f'<meta name="ColumnDescription" content="{title}" />\n'

    def page(self, at: str, title: str, main: str) -> str:
        body = f'<div id="page_top"></div>\n<div class="wrap" id="main">\n{main}</div>\n<div id="page_bottom"></div>\n'
        return f"{self.head(at, title)}<body>\n{body}{_LOADS}</body>\n</html>\n"

    def plans(self) -> Iterator[tuple[str, Callable[[str], str]]]:
        yield from super().plans()
        yield "/html/top.html", self.top
        yield "/html/bottom.html", self.foot
