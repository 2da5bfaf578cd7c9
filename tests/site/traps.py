"""Sites that misbehave: what they answer instead of, or besides, their pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

from plan import Site
from styles.base import Answer

#: Stands where a session id goes; the server puts a fresh one in for every answer.
SESSION = b"S0E1S2S3I4O5N6I7D8T9O0K1E2N3XXXX"

ERROR_500 = Answer(
    b"<html><head><title>HTTP Status 500 - Internal Server Error</title></head><body><h1>HTTP Status 500 - </h1>"
    b"<p><b>type</b> Exception report</p><p><b>exception</b></p><pre>java.lang.NullPointerException\n"
    b"\tat com.cms.front.IndexAction.execute(IndexAction.java:87)</pre><h3>Apache Tomcat/6.0.35</h3></body></html>",
    "text/html;charset=utf-8",
    500,
)

_CHALLENGE = f"""<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
<meta id="9DhefwqGPrzGxEp9hPaoag" content="{{{"q" * 60}" r="m">
<script type="text/javascript" r="m">$_ts=window["$_ts"];if(!$_ts)$_ts={{}};$_ts.nsd=52341;
$_ts.cd="qrcVrAlEcGEqhGLEr0qJ{"kGAqDGEmrG3lrqWkHAlE" * 40}";(function(){{var _$0=document.createElement("script");
_$0.src="/4QbVtADbnLVIc/c.FxJzG50F.js?D9PVtGL=24c9a0";document.head.appendChild(_$0);
document.cookie="FSSBBIl1UgzbN7N80T="+_$0.length;}})();</script>
</head><body><noscript>请开启JavaScript并刷新该页</noscript></body></html>
"""
FIREWALL = Answer(_CHALLENGE.encode(), "text/html; charset=utf-8", 412)

NOT_FOUND = Answer(
    "<html><head><title>404</title></head><body><h1>404</h1><p>您访问的页面不存在或已被删除。</p></body></html>".encode(),
    "text/html; charset=utf-8",
    404,
)


def page(title: str, body: str) -> Answer:
    head = f'<meta charset="utf-8"><title>{title}</title>'
    return Answer(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "text/html; charset=utf-8")


def calendar(query: str) -> Answer:
    """A month with links to the month before and after, without end."""
    asked = dict(parse_qsl(query))
    index = _number(asked.get("y"), 2018) * 12 + _number(asked.get("m"), 6) - 1
    (before_y, before_m), (y, m), (after_y, after_m) = (divmod(index + step, 12) for step in (-1, 0, 1))
    before, after = (f'<a href="/rili?y={y}&amp;m={m + 1}">' for y, m in ((before_y, before_m), (after_y, after_m)))
    body = f"<h2>{y}年{m + 1}月</h2>{before}上一月</a> {after}下一月</a><p>本月暂无安排</p>"
    return page("工作日历", body)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


def deeper() -> Answer:
    """Its link is relative by mistake: each click leads one folder deeper, to the same page."""
    link = '<a href="zt/fp/index.html">专题首页</a>'
    return page("易地扶贫搬迁专题", f"{link}<p>本专题集中介绍易地扶贫搬迁后续扶持的做法，供各地参考。</p>")


def moved(to: str) -> Answer:
    return Answer(b"", status=302, location=to)


def with_sessions(pages: dict[str, Answer]) -> dict[str, Answer]:
    """Every link to a page gets a session id."""

    def marked(answer: Answer) -> Answer:
        if not answer.content_type.startswith("text/html"):
            return answer
        body = re.sub(rb'(href=["\'])(/[^"\'?]*)(["\'])', rb"\1\2;jsessionid=" + SESSION + rb"\3", answer.body)
        return Answer(body, answer.content_type)

    return {path: marked(answer) for path, answer in pages.items()}


def special(site: Site) -> Iterator[tuple[str, Callable[[str], Answer]]]:
    """What lies behind the links of a trap: a pattern of the path, and what answers it from the query."""
    if site.trap == "calendar":
        yield r"/rili", calendar
    if site.trap == "deeper":
        yield r"(/zt/fp)+/index\.html", lambda query: deeper()
    if site.trap == "loop":
        yield r"/old/a\.html", lambda query: moved("/old/b.html")
        yield r"/old/b\.html", lambda query: moved("/old/a.html")


GATES = {"error500": ERROR_500, "firewall": FIREWALL}
