"""What was read becomes observations: what counts as seen, what as dead, what as unread."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from govcrawl.contracts import Lease, Outcome, Page, Result, Task
from govcrawl.facts import (
    ArticleFacts,
    BoardFacts,
    ColumnFacts,
    Facts,
    FooterFacts,
    GuideFacts,
    HomeFacts,
    Item,
    Letter,
    Link,
    NoticeFacts,
)
from pipelines.observe import observe

AT = datetime(2018, 6, 14, 8, 0, tzinfo=UTC)
URL = "http://a.gov.cn/tzgg/index.html"


def result(
    role: str = "column", outcome: Outcome = "ok", status: int | None = 200, facts: Facts | None = None, **task: Any
) -> Result:
    defaults = {"kind": "site", "found_on": "http://a.gov.cn/"}
    made = Task("5300000001", role=role, url=URL, depth=1, text="通知公告", **(defaults | task))  # type: ignore[arg-type]
    return Result(Lease("t:1", b"\x01", "w", 1, made), Page(URL, outcome, status, AT, 0.1), facts)


def kinds(one: Result) -> list[str]:
    return [o.kind for o in observe(one)]


def facts(kind: str = "list", **parts: Any) -> Facts:
    return Facts(kind, "标题", "utf-8", **parts)  # type: ignore[arg-type]


LIST = ColumnFacts(
    "通知公告", "notice", "listed", (Item("http://A.gov.cn/1.html#top", "一", date(2018, 6, 1), "shown"),)
)


def test_a_column_is_observed_with_its_entries() -> None:
    footer, column = observe(result(facts=facts(column=LIST)))
    assert (footer.kind, column.kind) == ("footer", "column")
    assert column.data == {
        "column": URL, "name": "通知公告", "cls": "notice", "level": 1, "state": "listed",
        "items": [["http://a.gov.cn/1.html", "一", "2018-06-01"]], "unread": [], "why": "", "drawn": "", "registered": False, "board": "",
    }  # fmt: skip
    assert column.page == "t:1:01"


def test_a_further_page_belongs_to_its_column() -> None:
    (column,) = observe(result("more", found_on="http://a.gov.cn/tzgg/", facts=facts(column=LIST)))
    assert column.data["column"] == "http://a.gov.cn/tzgg/"


def test_a_registered_column_says_so() -> None:
    assert [
        o.data["registered"] for o in observe(result(found_on="", facts=facts(column=LIST))) if o.kind == "column"
    ] == [True]


@pytest.mark.parametrize("role", ["page", "article", "home"])
def test_only_what_navigation_or_the_register_names_is_a_column(role: str) -> None:
    """A list that a plain link led to may be an old page of another column: its dates would accuse it."""
    assert "column" not in kinds(result(role, facts=facts(column=LIST)))


@pytest.mark.parametrize(
    ("outcome", "status", "dead"),
    [
        ("http_error", 404, True), ("http_error", 500, True), ("http_error", 403, False), ("http_error", 429, False),
        ("http_error", 503, False), ("timeout", None, True),
        ("dns", None, True), ("refused", None, True), ("reset", None, True), ("too_large", None, False),
        ("refused_by_us", None, False), ("our_fault", None, False), ("bad_answer", 200, False), ("challenge", 412, False),
        ("ok", 200, False),
    ],
)  # fmt: skip
def test_only_what_a_reader_cannot_open_is_dead(outcome: Outcome, status: int | None, dead: bool) -> None:
    assert ("dead_link" in kinds(result("article", outcome, status))) is dead


def test_a_dead_link_says_where_it_stands() -> None:
    (seen,) = observe(result("link", "dns", None, on_home=True))
    assert seen.data == {"target": URL, "status": "dns", "on_home": True, "text": "通知公告"}
    assert seen.found_on == "http://a.gov.cn/"


def test_a_column_that_is_gone_is_a_dead_link_one_that_fails_cannot_be_judged() -> None:
    assert kinds(result(outcome="http_error", status=404)) == ["dead_link"]
    assert kinds(result(outcome="http_error", status=500)) == ["dead_link", "unread"]
    assert kinds(result(outcome="refused_by_us", status=None)) == ["unread"]
    assert kinds(result(outcome="challenge", status=412)) == ["challenge"]


def test_the_home_page_is_observed_or_missed() -> None:
    home = facts("home", home=HomeFacts(LIST.items, False), footer=FooterFacts(icp="滇ICP备05000001号"))
    assert kinds(result("home", facts=home)) == ["footer", "home"]
    assert kinds(result("home", facts=facts("script"))) == ["footer", "unread"]
    assert kinds(result("home", "timeout", None, found_on="")) == ["unread"]


def test_a_redirect_stub_says_nothing_of_its_own() -> None:
    assert kinds(result(facts=facts("redirect", redirect="http://a.gov.cn/x/"))) == []


def test_articles_and_letters() -> None:
    article = facts("article", article=ArticleFacts("一", date(2018, 6, 1)))
    (seen,) = observe(result("article", facts=article))
    told = {"title": "一", "published": "2018-06-01", "column": "http://a.gov.cn/", "unread": False, "digest": ""}
    assert seen.data == told
    letters = (
        Letter("路灯不亮", date(2018, 1, 2), None, "open"),
        Letter("停水", date(2018, 5, 2), date(2018, 5, 3), "answered"),
    )
    board = ColumnFacts("咨询投诉", "consult", "listed")
    found = [o for o in observe(result(facts=facts("board", letters=letters, column=board))) if o.kind == "letter"]
    assert [(o.key, o.data["asked"], o.data["answered"]) for o in found] == [
        ("0", "2018-01-02", None),
        ("1", "2018-05-02", "2018-05-03"),
    ]


def test_a_home_page_names_its_frames_and_each_is_a_look_at_it() -> None:
    framed = facts("home", home=HomeFacts((), False, ("http://a.gov.cn/main.html",)))
    for role in ("home", "part"):
        (seen,) = (o for o in observe(result(role, facts=framed)) if o.kind == "home")
        assert (seen.data["parts"], seen.data["part"]) == (["http://a.gov.cn/main.html"], role == "part")


@pytest.mark.parametrize(
    ("text", "items", "drawn"), [("", (), "框架中没有可见的文字"), ("简介", (), ""), ("", LIST.items, "")]
)
def test_a_frame_that_shows_nothing_may_have_failed(text: str, items: tuple[Item, ...], drawn: str) -> None:
    shown = facts("home", home=HomeFacts(items, False), text=text)
    seen = {
        role: [o.data["drawn"] for o in observe(result(role, facts=shown)) if o.kind == "home"]
        for role in ("home", "part")
    }
    assert seen == {"home": [""], "part": [drawn]}


@pytest.mark.parametrize("status", [404, 500])
def test_a_part_of_the_home_page_that_is_not_there_is_unread_and_no_dead_link(status: int) -> None:
    assert kinds(result("part", "http_error", status)) == ["unread"]
    assert kinds(result("part", facts=facts("challenge"))) == ["footer", "unread"]


def test_an_address_that_a_script_may_complete_is_no_dead_link() -> None:
    assert kinds(result("article", "http_error", 404, guessed=True)) == []


def test_what_a_home_page_says_of_itself_and_a_guide_are_kept() -> None:
    home = facts("home", home=HomeFacts((), False), notices=(NoticeFacts("moved", "本站已迁移", "http://b.gov.cn"),))
    moved = next(o for o in observe(result("home", facts=home)) if o.kind == "notice")
    assert (moved.data, moved.excerpt) == ({"notice": "moved", "target": "http://b.gov.cn"}, "本站已迁移")
    guide = GuideFacts("申领", ("事项名称",), ("联系电话",), ("http://a.gov.cn/1.doc",), True)
    (seen,) = observe(result("article", facts=facts("text", guide=guide)))
    assert (seen.kind, seen.data["missing"], seen.data["forms"]) == ("guide", ("联系电话",), ("http://a.gov.cn/1.doc",))


def test_a_boards_page_says_what_it_shows() -> None:
    board = facts(column=ColumnFacts("信箱", "consult", "text"), board=BoardFacts("form", ("互动交流", "信箱")))
    (column,) = [o for o in observe(result(facts=board)) if o.kind == "column"]
    assert column.data["board"] == "form"
    one = facts(
        "letter", letters=(Letter("停水", date(2018, 1, 2), None, "open"),), board=BoardFacts("letters", ("举报",))
    )
    (letter,) = observe(result("article", facts=one))
    assert letter.data["trail"] == ["举报"]


def test_a_part_of_a_page_that_could_not_be_read_is_known() -> None:
    assert kinds(result("fragment", "timeout", None)) == ["unread"]
    assert kinds(result("fragment", "http_error", 404)) == []


def test_a_page_that_could_not_be_rendered_says_nothing() -> None:
    assert kinds(result("column", "http_error", 404)) == ["dead_link"]
    failed: list[tuple[Outcome, int | None]] = [
        ("http_error", 404),
        ("timeout", 200),
        ("challenge", 412),
        ("reset", None),
    ]
    for outcome, status in failed:
        assert kinds(result("column", outcome, status, kind="render")) == []


@pytest.mark.parametrize(
    ("words", "notice"),
    [
        ("某县教育局网站关停迁移公告", "perhaps"),
        ("关于停止更新的通知", "perhaps"),
        ("春季学期收费公告", ""),
        ("通知公告", ""),
    ],
)
def test_a_closed_home_page_that_links_to_what_may_be_its_notice(words: str, notice: str) -> None:
    links = (Link(f"{URL}1.html", words),)
    (seen,) = observe(result("closed", facts=facts("home", links=links)))
    assert (seen.kind, seen.data["notice"], seen.data["page"]) == ("closed", notice, "home")


def test_attachments_that_nobody_read_are_counted() -> None:
    """Those beyond ten of a page, which are only checked; and those that came and could not be read."""

    def link(name: str, text: str, host: str = "a.gov.cn") -> Task:
        return Task("5300000001", "site", "link", f"http://{host}/{name}", 1, URL, text, 99)

    left = (
        link("1.xlsx", "补贴发放名单"),
        link("2.pdf", "低保公示"),
        link("3.doc", "名单"),
        link("4.xlsx", "名单", "b.gov.cn"),
    )
    page = replace(result(facts=facts(column=LIST)), children=(*left, replace(left[0], role="file")))
    assert [o.data["count"] for o in observe(page) if o.kind == "unread"] == [3], "a document of Word can't be read"
    for outcome, facts_, count in (
        ("ok", None, 1),
        ("ok", facts("file"), 0),
        ("too_large", None, 1),
        ("timeout", None, 1),
    ):
        seen = [o for o in observe(result("file", outcome, facts=facts_)) if o.kind == "unread"]  # type: ignore[arg-type]
        assert [(o.data["role"], o.data["count"]) for o in seen] == [("file", 1)] * count
    assert kinds(result("file", "http_error", 404)) == ["dead_link"]
