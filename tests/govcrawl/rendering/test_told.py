"""What a rendering may say: it adds, and never accuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from govcrawl.facts import ColumnFacts, Facts, HomeFacts, Item
from govcrawl.spiders.render import told
from govcrawl.spiders.site import _to_render
from tests.govcrawl.build import task
from tests.govcrawl.rendering.test_tab import page

PLAIN = Facts("script", "", "utf-8")
ITEMS = tuple(Item(f"http://a.gov.cn/{n}", "标题", date(2018, 6, n), "shown") for n in (1, 2, 3))


def facts(kind: str = "list", **parts: Any) -> Facts:
    return Facts(kind, "", "utf-8", **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["listed", "text", "channel", "unknown"])
def test_what_is_seen_is_told(state: str) -> None:
    seen = facts(column=ColumnFacts("通知公告", "notice", state, ITEMS))  # type: ignore[arg-type]
    assert told(seen, PLAIN) == seen


def test_nothing_seen_is_not_told_as_blank() -> None:
    seen = told(facts(column=ColumnFacts("通知公告", "notice", "blank", why="栏目区域只有“暂无数据”")), PLAIN)
    assert seen.column
    assert (seen.column.state, seen.column.why) == ("unknown", "渲染后未见内容（栏目区域只有“暂无数据”）")


def test_a_home_page_is_drawn_whole_where_more_is_seen_than_before() -> None:
    why = "页面由前端框架渲染"
    plain = facts("home", home=HomeFacts(ITEMS[:1], False, (), why))
    for items, left, drawn in ((ITEMS, "", ""), (ITEMS, why, why), (ITEMS[:1], "", why), ((), "", why)):
        seen = told(facts("home", home=HomeFacts(items, False, (), left)), plain)
        assert seen.home
        assert seen.home.drawn == drawn


def test_a_list_is_drawn_whole_where_more_is_seen_than_before() -> None:
    column = ColumnFacts("通知公告", "notice", "listed", ITEMS[:1], drawn="内嵌页面")
    for items, left, drawn in ((ITEMS, "", ""), (ITEMS, "内嵌页面", "内嵌页面"), (ITEMS[:1], "", "内嵌页面")):
        seen = told(facts(column=replace(column, items=items, drawn=left)), facts(column=column))
        assert seen.column
        assert seen.column.drawn == drawn


UNKNOWN, LISTED = ColumnFacts("通知公告", "notice", "unknown"), ColumnFacts("通知公告", "notice", "listed", ITEMS)
DRAWN, SHOWN = HomeFacts(ITEMS, False, (), "页面由前端框架渲染"), HomeFacts(ITEMS, False)


@pytest.mark.parametrize(
    ("role", "seen", "again"),
    [
        ("column", facts("script", column=UNKNOWN), True),
        ("more", facts("script", column=UNKNOWN), True),
        ("column", facts("empty", column=UNKNOWN), True),
        ("column", facts("list", column=LISTED), False),
        ("column", facts("list", column=replace(LISTED, drawn="栏目区域由脚本填充")), True),
        ("column", facts("frames", column=UNKNOWN), False),
        ("page", facts("script", column=UNKNOWN), False),
        ("home", facts("home", home=DRAWN), True),
        ("home", facts("home", home=HomeFacts((), False)), True),
        ("home", facts("home", home=SHOWN), False),
    ],
)
def test_what_is_shown_to_a_browser(role: str, seen: Facts, again: bool) -> None:
    one = task(role=role, found_on="http://a.gov.cn/", text="通知公告", depth=2, visit=1)
    for body, asked in (("<SCRIPT src=a.js></SCRIPT>", again), ("<p>没有脚本</p>", False)):
        assert list(_to_render(one, page(body), seen)) == ([replace(one, kind="render")] if asked else [])
