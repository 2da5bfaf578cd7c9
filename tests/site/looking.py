"""What the tests of the province share: its sites, built once, and ways to look at a page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import serve
from province import Province, Row
from styles import STYLES, Style

HERE = Path(__file__).parent
PROVINCE_HERE = Province("127.54", 8530)


@cache
def sites() -> dict[str, serve.Served]:
    return serve.listening(PROVINCE_HERE)


def site_of(name: str) -> serve.Served:
    return next(s for s in sites().values() if s.site.name == name)


def html_pages(served: serve.Served) -> dict[str, bytes]:
    return {p: a.body for p, a in served.pages.items() if a.content_type.startswith("text/html")}


def decodes(body: bytes, encoding: str) -> bool:
    try:
        body.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def text_of(served: serve.Served, path: str) -> str:
    body = served.pages[path].body
    html = body.decode(served.site.encoding or ("gbk" if served.site.style == "tables" else "utf-8"))
    return re.sub(r"(?s)<script.*?</script>|<style.*?</style>|<[^>]+>", " ", html)


def style_of(row: Row) -> Style:
    return STYLES[row.site.style](row.site, row.line, [], "")
