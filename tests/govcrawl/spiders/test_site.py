"""What a page leads to: who belongs to the site, what is read, what is only checked, in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from govcrawl.contracts import Page, RegisteredColumn, Site, Task
from govcrawl.facts import BoardFacts, ColumnFacts, ColumnLink, Facts, ForeignFacts, HiddenLink, HomeFacts, Item, Link
from govcrawl.frontier.codec import queue_of, task_id
from govcrawl.seeds import seeds
from govcrawl.spiders.site import (
    ARTICLE,
    BOARD_PAGES,
    DATING,
    PARTS,
    Children,
    _belongs,
    _redirected,
    folder_of,
    in_site,
    is_file,
    is_html,
    is_read,
)
from tests.govcrawl.build import campaign

HOME = "http://www.a.gov.cn/"


def facts(kind: str = "list", **parts: object) -> Facts:
    return Facts(kind, "", "utf-8", **parts)  # type: ignore[arg-type]


def children(
    read: Facts, role: str = "home", url: str = HOME, home: str = HOME, depth: int = 0, **more: object
) -> list[Task]:
    return list(Children(Task("1", "site", role, url, depth=depth, **more), read, home, 4))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "home", "ours"),
    [
        ("http://www.a.gov.cn/x", HOME, True),
        ("http://a.gov.cn/x", HOME, True),
        ("https://www.a.gov.cn/x", HOME, True),
        ("http://b.gov.cn/x", HOME, False),
        ("http://www.a.gov.cn:81/x", HOME, False),
        ("http://www.a.gov.cn/jyj/tzgg/", "http://www.a.gov.cn/jyj/", True),
        ("http://www.a.gov.cn/czj/tzgg/", "http://www.a.gov.cn/jyj/", False),
        ("http://www.a.gov.cn/", "http://www.a.gov.cn/jyj/index.html", False),
        ("http://www.a.gov.cn/jyj2/", "http://www.a.gov.cn/jyj", False),
    ],
)
def test_a_neighbour_on_the_same_platform_is_another_site(url: str, home: str, ours: bool) -> None:
    assert in_site(url, home, home) is ours


def test_a_home_page_that_moved_is_followed() -> None:
    assert in_site("http://new.gov.cn/x", "http://new.gov.cn/", "http://www.a.gov.cn/jyj/")


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("http://a/", "/"),
        ("http://a", "/"),
        ("http://a/index.html", "/"),
        ("http://a/j/i.jsp", "/j/"),
        ("http://a/j", "/j/"),
        ("http://a/j/", "/j/"),
    ],
)
def test_the_folder_of_a_home_page(url: str, folder: str) -> None:
    assert folder_of(url) == folder


def test_files_that_may_list_people_are_read_ten_of_a_page() -> None:
    lists = tuple(Link(f"{HOME}{n}.xlsx", f"补贴发放名单{n}") for n in range(12))
    others = (Link(f"{HOME}a.doc", "名单"), Link(f"{HOME}b.pdf", "附件"), Link("http://b.gov.cn/c.pdf", "名单"))
    found = children(facts(links=(*lists, *others)))
    assert [(t.role, t.text, t.priority) for t in found[:10]] == [("file", one.text, 90) for one in lists[:10]]
    assert {t.role for t in found[10:]} == {"link"}
    assert {queue_of(t) for t in found} == {"link"}


def test_a_file_among_the_columns_is_read_too() -> None:
    column = ColumnLink(f"{HOME}mingdan.xlsx", "救助对象名单公示", "other", 1, "nav")
    (one,) = children(facts("home", columns=(column,)))
    assert (one.role, one.text) == ("file", "救助对象名单公示")


def test_a_recheck_follows_what_belongs_to_a_page_and_its_attachments_alone() -> None:
    roles = {
        role: _belongs(Task("1", "site", role, HOME, priority=ARTICLE))
        for role in ("file", "fragment", "article", "page", "link")
    }
    assert roles == {"file": True, "fragment": True, "article": False, "page": False, "link": False}


def test_files_and_foreign_links_are_checked_pages_are_read() -> None:
    links = (
        Link(f"{HOME}a.html", "页"),
        Link(f"{HOME}b.PDF", "件"),
        Link("http://b.gov.cn/", "外"),
        Link(f"{HOME}i.png", "", "img"),
    )
    assert [t.role for t in children(facts(links=links))] == ["page", "link", "link", "link"]
    assert is_file(f"{HOME}x.xlsx?id=1")
    assert not is_file(f"{HOME}x.com/y")


@pytest.mark.parametrize(
    ("name", "role", "checked"),
    [
        ("list.json", "more", False), ("list.js?p=1", "part", False), ("foot.js", "fragment", False), ("rules.pdf", "fragment", False),
        ("list.json", "page", True), ("list.json", "column", True), ("rules.pdf", "more", True), ("film.mp4", "part", True),
    ],
)  # fmt: skip
def test_what_a_page_shows_within_itself_may_be_a_script_or_json(name: str, role: str, checked: bool) -> None:
    assert is_file(HOME + name, role) is checked  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "body", "html", "answer"),
    [
        ("text/html; charset=utf-8", b"[]", True, True),
        ("application/json", b"[]", False, True),
        ("application/javascript", b"x=1", False, True),
        ("text/plain", b'\xef\xbb\xbf {"rows": []}', False, True),
        ("", b'jsonp1([{"title": 1}])', False, True),
        ("", b"document.write('x')", False, True),
        ("application/octet-stream", b"%PDF-1.4 (x)", False, False),
        ("text/plain", b"hello", False, False),
        ("image/png", b"[]", False, False),
    ],
)
def test_json_and_scripts_are_read_where_a_page_shows_them_within_itself(
    kind: str, body: bytes, html: bool, answer: bool
) -> None:
    came = Page(f"{HOME}x", "ok", 200, datetime.now(UTC), 0.1, (("content-TYPE", kind),) if kind else (), body)
    assert is_html(came) is html
    for role in ("home", "column", "article", "page"):
        assert is_read(came, Task("1", "site", role, came.url)) is html  # type: ignore[arg-type]
    for role in ("part", "fragment", "more"):
        assert is_read(came, Task("1", "site", role, came.url)) is answer  # type: ignore[arg-type]


# --- the parts of a home page ---


def framing(*paths: str) -> Facts:
    return facts("home", home=HomeFacts((), False, tuple(HOME + path for path in paths)))


def test_a_frame_of_the_home_page_is_read_like_it_first_of_all() -> None:
    read = replace(framing("main.html"), columns=(ColumnLink(f"{HOME}main.html", "要闻", "news", 1, "nav"),))
    part, column = children(read)
    assert (part.role, part.depth, part.found_on, part.on_home) == ("part", 0, HOME, True)
    assert part.priority < column.priority
    assert (column.role, column.url) == ("column", part.url)
    assert task_id(part) != task_id(column)  # it may be both
    assert task_id(part) == task_id(replace(part, found_on="", hops=2))


def test_a_frame_is_no_fragment_beside() -> None:
    read = replace(framing("main.html"), fragments=(f"{HOME}main.html", f"{HOME}foot.html"))
    assert [(t.role, t.url) for t in children(read)] == [("part", f"{HOME}main.html"), ("fragment", f"{HOME}foot.html")]


def test_frames_in_frames_are_read_to_a_depth() -> None:
    deeper, role, found = framing("a.html"), "home", []
    for n in range(4):
        found = children(framing(f"{n}.html"), role, f"{HOME}{n - 1}.html", hops=found[0].hops if found else 5)
        if not found:
            break
        role = found[0].role
    assert (n, role) == (2, "part")
    assert children(deeper, "home", hops=9) != []  # redirects of the home page are none


def test_of_a_hundred_frames_the_first_are_read() -> None:
    assert len(children(framing(*(f"{n}.html" for n in range(100))))) == PARTS


def test_a_frame_outside_the_sites_folder_is_not_ours_to_read() -> None:
    home = f"{HOME}jyj/"
    assert [t.url for t in children(framing("jyj/a.html", "czj/b.html"), url=home, home=home)] == [f"{HOME}jyj/a.html"]


def test_a_frame_is_followed_on_its_own_host_and_known_by_its_first_address() -> None:
    part = Task("1", "site", "part", f"{HOME}news", found_on=HOME, hops=1)
    (again,) = _redirected(part, f"{HOME}xw/news.html")
    assert (again.found_on, again.hops) == (part.url, 2)
    assert list(_redirected(part, "http://b.gov.cn/")) == []
    home = replace(part, role="home", found_on="")
    assert [t.url for t in _redirected(home, "http://b.gov.cn/")] == ["http://b.gov.cn/"]


def test_columns_come_before_articles_before_pages_before_links() -> None:
    read = facts(
        columns=(ColumnLink(f"{HOME}tzgg/", "通知公告", "notice", 1, "nav"),),
        home=HomeFacts((Item(f"{HOME}1.html", "一", date(2018, 6, 1)),), False),
        links=(Link(f"{HOME}x.html", ""), Link("http://b.cn/", "")),
        fragments=(f"{HOME}top.html",),
    )
    found = children(read)
    assert [t.role for t in sorted(found, key=lambda t: t.priority)] == [
        "fragment",
        "column",
        "article",
        "page",
        "link",
    ]
    assert all(t.on_home for t in found)


def test_a_script_file_that_draws_the_foot_is_read_not_only_checked() -> None:
    read = facts(fragments=(f"{HOME}js/foot.js",), links=(Link(f"{HOME}a.js", ""),))
    assert {t.url: t.role for t in children(read)} == {f"{HOME}js/foot.js": "fragment", f"{HOME}a.js": "link"}


def test_an_undated_list_is_dated_by_its_first_articles() -> None:
    items = tuple(Item(f"{HOME}{n}.html", "题", None) for n in range(8))
    found = children(
        facts(column=ColumnFacts("通知公告", "notice", "listed", items)), "column", f"{HOME}tzgg/", depth=1
    )
    assert [t.priority for t in found] == [37] * 5 + [52] * 3
    assert {(t.found_on, t.text) for t in found} == {(f"{HOME}tzgg/", "通知公告")}


def test_entries_of_a_further_page_belong_to_the_columns_first_page() -> None:
    read = facts(
        column=ColumnFacts(
            "通知公告", "notice", "listed", (Item(f"{HOME}1.html", "题", None),), (f"{HOME}tzgg/3.html",)
        )
    )
    found = children(read, "more", f"{HOME}tzgg/2.html", depth=1, found_on=f"{HOME}tzgg/")
    assert [(t.role, t.found_on, t.depth) for t in found] == [
        ("more", f"{HOME}tzgg/", 1),
        ("article", f"{HOME}tzgg/", 2),
    ]


def test_beyond_the_depth_links_are_checked_but_not_followed() -> None:
    links = (Link(f"{HOME}a.html", "页"), Link(f"{HOME}b.pdf", "件"))
    assert [t.role for t in children(facts(links=links), "page", f"{HOME}deep.html", depth=4)] == ["link"]


@pytest.mark.parametrize("url", ["javascript:void(0)", "mailto:a@b.cn", f"{HOME}{'x' * 1200}", "http://[bad/", HOME])
def test_what_is_no_address_leads_nowhere(url: str) -> None:
    assert children(facts(links=(Link(url, ""),))) == []


def test_a_site_starts_with_its_home_page_and_what_it_registered() -> None:
    site = Site("1", "甲", "http://A.gov.cn", "省直")
    registered = [RegisteredColumn("1", "通知公告", f"{HOME}tzgg/"), RegisteredColumn("2", "别站的栏目", HOME)]
    home, column, visit = seeds(campaign(), [site], registered, now=1000.0)
    assert (visit.kind, visit.visit) == ("probe", 1)
    assert 1000.0 <= visit.not_before <= 1000.0 + campaign().probe.spacing_s
    assert (home.role, home.url) == ("home", "http://a.gov.cn/")
    assert (column.role, column.text, column.found_on) == ("column", "通知公告", "")


def test_a_registered_column_with_chinese_in_its_query_is_asked_for_in_both_encodings() -> None:
    rows = [
        RegisteredColumn("1", "通知公告", f"{HOME}公开/l.asp?lm=通知"),
        RegisteredColumn("1", "动态", f"{HOME}动态/"),
    ]
    _, first, other, plain, _ = seeds(campaign(), [Site("1", "甲", HOME, "省直")], rows, now=0.0)
    assert (first.role, first.url, first.guessed) == (
        "column",
        f"{HOME}%E5%85%AC%E5%BC%80/l.asp?lm=%E9%80%9A%E7%9F%A5",
        True,
    )
    assert (other.role, other.found_on, other.guessed) == ("more", first.url, True)
    assert other.url == f"{HOME}%E5%85%AC%E5%BC%80/l.asp?lm=%CD%A8%D6%AA"
    assert (plain.role, plain.url, plain.guessed) == (
        "column",
        f"{HOME}%E5%8A%A8%E6%80%81/",
        False,
    )  # browsers write a path in UTF-8
    linked = [replace(first, url=url, text="", priority=11) for url in (other.url, f"{HOME}公开/l.asp?lm=通知")]
    assert [task_id(task) for task in linked] == [task_id(other), task_id(first)]  # as the site's own pages lead there


def test_what_a_stranger_planted_where_nobody_can_click_is_not_checked() -> None:
    """It is no dead link of the site; in a menu that may open it is one."""
    planted = (
        HiddenLink("http://b.com/", "某某", "off-screen", True),
        HiddenLink("http://c.com/", "某某", "display-none", False),
    )
    links = tuple(Link(one.url, one.text) for one in planted)
    found = children(facts(links=links, foreign=ForeignFacts(planted)))
    assert [t.url for t in found] == ["http://c.com/"]


def test_a_hidden_link_is_followed_but_nobody_is_blamed_for_it() -> None:
    links = tuple(Link(f"http://a.gov.cn/{name}", "", tag, hidden) for name, tag, hidden in (
        ("old/", "a", True), ("new/", "a", False), ("x.doc", "a", True), ("y.doc", "a", False), ("z.gif", "img", True)
    ))  # fmt: skip
    menu = ColumnLink("http://a.gov.cn/old/", "通知公告", "notice", 1, "nav")
    found = Children(
        Task("1", "site", "home", "http://a.gov.cn/"), Facts("home", "", "utf-8", columns=(menu,), links=links), "", 4
    )
    told = [(t.role, t.url.removeprefix("http://a.gov.cn/"), t.guessed) for t in found]
    assert told == [("column", "old/", True), ("page", "new/", False), ("link", "y.doc", False)]


# --- message boards ---

BOARD, SECOND = f"{HOME}hdjl/", f"{HOME}hdjl/list.jsp?page=2"


def board_page(*days: date | None, onward: str | None = SECOND) -> Facts:
    items = tuple(Item(f"{BOARD}{n}.html", "关于路灯的问题", day, "shown" if day else "") for n, day in enumerate(days))
    column = ColumnFacts("县长信箱", "consult", "listed", items, (onward,) if onward else ())
    return facts("board", column=column, board=BoardFacts("letters", onward=onward))


def turned(read: Facts, **more: object) -> list[tuple[str, int, str]]:
    task = Task("1", "site", **({"role": "column", "url": BOARD} | more))  # type: ignore[arg-type]
    found = Children(task, read, HOME, 4, day=date(2018, 6, 15))
    return [(one.url, one.hops, one.found_on) for one in found if one.role == "more"]


def test_a_board_is_read_back_for_a_year() -> None:
    assert turned(board_page(date(2018, 6, 1), date(2017, 1, 1))) == [(SECOND, 1, BOARD)]
    assert turned(board_page(date(2017, 6, 1), date(2017, 1, 1))) == []  # all older
    assert turned(board_page(None)) == []
    assert turned(board_page(date(2018, 6, 1), onward=None)) == []
    assert turned(board_page(date(2018, 6, 1), onward="")) == []  # a form sent by POST


def test_a_busy_board_does_not_use_up_its_site() -> None:
    further: dict[str, object] = {"role": "more", "found_on": BOARD}
    assert turned(board_page(date(2018, 6, 1)), hops=BOARD_PAGES - 1, **further) == [(SECOND, BOARD_PAGES, BOARD)]
    assert turned(board_page(date(2018, 6, 1)), hops=BOARD_PAGES, **further) == []
    assert turned(board_page(date(2018, 6, 1)), role="page") == []  # not named as a column


def test_letters_of_later_pages_wait_for_what_dates_the_columns() -> None:
    def rank(role: str) -> int:
        read = board_page(date(2018, 6, 1))
        return min(one.priority for one in children(read, role, BOARD, found_on=BOARD) if one.role == "article")

    assert rank("column") < DATING < rank("more") < ARTICLE
