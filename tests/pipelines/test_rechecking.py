"""What became of a finding, from what a recheck saw: case by case, without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from govcrawl.contracts import ColumnVerdict, Finding, Observation, ProbeCount, RecheckState, Task, Verdict
from govcrawl.documents import StoredRecheck
from govcrawl.frontier.codec import encode
from govcrawl.linked import mark
from govcrawl.reading.urls import identity
from pipelines.looked_again import _is_called
from pipelines.rechecking import Looked, Place, as_home, compare, place

HOME, URL, LIST = "http://a.gov.cn/", "http://a.gov.cn/news/1.html", "http://a.gov.cn/news/"
AT = datetime(2018, 7, 1, 4, tzinfo=UTC)
VERDICT = Verdict("t", "5300000001", "2015@1", date(2018, 7, 1), "pass")


def finding(indicator: str, url: str = URL, **more: Any) -> Finding:
    return Finding(
        "f1", "t", "5300000001", indicator, url, more.pop("found_on", ""), more.pop("excerpt", "典型案列"), more
    )


def at(url: str, state: str = "read", **more: Any) -> Place:
    return Place(more.pop("asked", url), url, state, more.pop("why", ""), AT, f"page of {url}", **more)  # type: ignore[arg-type]


def see(kind: str, url: str = URL, **data: Any) -> Observation:
    return Observation("t.r1", 1, "5300000001", kind, url, AT, data)  # type: ignore[arg-type]


def looked(*observations: Observation, **verdict: Any) -> Looked:
    return Looked(replace(VERDICT, **verdict), HOME, observations)


def told(
    one: Finding,
    places: Sequence[Place | None],
    seen: Looked,
    earlier: Sequence[RecheckState] = (),
    elsewhere: Sequence[Place] = (),
) -> StoredRecheck:
    """``places``: of the pages that the finding rests on; None: nothing is stored of it."""
    tasks = [encode(Task(one.site, "site", "page", f"{HOME}{n}")) for n in range(len(places) + len(elsewhere))]
    there = {raw: p for raw, p in zip(tasks, [*places, *elsewhere], strict=True) if p}
    plan = StoredRecheck(
        "t", 2, one.id, "2015@1", one.site, one.indicator, one.url, one.excerpt, tasks=tuple(tasks[: len(places)]),
        elsewhere=tuple(tasks[len(places) :]),
    )  # fmt: skip
    return compare(plan, one, replace(seen, places=there), earlier)


def again(one: Finding, **more: Any) -> Looked:
    """The rules find it again."""
    return looked(findings=(replace(one, detail=one.detail | more),))


TYPO = finding("typo", found_on=LIST)


@pytest.mark.parametrize(
    ("places", "state"),
    [
        ([at(URL)], "mended"),
        ([at(URL, "gone", why="应答为404")], "deleted"),
        ([at(URL, "unread", why="超时")], "unknown"),
        ([at(URL, "away")], "unknown"),
        ([None], "unknown"),
        ([], "unknown"),
        ([at(f"{HOME}new.html", asked=URL)], "moved"),
        ([at(URL), at(f"{HOME}2.html", "gone")], "mended"),
        ([at(URL), at(f"{HOME}2.html", "unread")], "unknown"),
        ([at(URL), at(LIST, "unread")], "mended"),  # the list that led there need not be read
        ([at(URL, "gone"), at(f"{HOME}2.html")], "deleted"),
    ],
)
def test_a_fault_on_pages(places: list[Place | None], state: str) -> None:
    assert told(TYPO, places, looked()).state == state
    if places and places != [None]:  # what was seen again stands, whatever became of other pages
        assert told(TYPO, places, again(TYPO)).state == "unmended"


def test_what_only_a_browser_saw_is_mended_only_where_one_looked_again() -> None:
    raw = encode(Task(TYPO.site, "site", "page", URL))
    plan = StoredRecheck("t", 2, "f1", "2015@1", TYPO.site, "typo", URL, "", tasks=(raw,), drawn=True)
    plain, drawn = looked(), replace(looked(), places={raw: at(URL, whole=True)})
    assert compare(plan, TYPO, replace(plain, places={raw: at(URL)})).state == "unknown"
    assert compare(plan, TYPO, drawn).state == "mended"


SCRIPT = "http://cdn.planted.com/x.js"


@pytest.mark.parametrize(
    ("home", "found", "state"),
    [
        (at(HOME, loads=frozenset([identity(SCRIPT)])), True, "unmended"),
        (at(HOME, loads=frozenset([identity(SCRIPT)])), False, "mended"),
        (at(HOME), True, "mended"),  # it goes on doing what it does, and no page of the site loads it
        (at(HOME, loads=frozenset(f"{n}.com/x.js" for n in range(3))), True, "unknown"),  # no more are looked at
        (at(HOME, "unread"), True, "unknown"),
        (None, True, "unknown"),
    ],
)
def test_a_strangers_script_is_no_fault_of_a_page_that_does_not_load_it(
    home: Place | None, found: bool, state: str
) -> None:
    one = finding("malicious_code", SCRIPT, found_on=HOME)
    assert told(one, [at(SCRIPT, role="script"), home], again(one) if found else looked()).state == state


def test_a_link_that_a_style_sheet_hid_is_mended_only_where_the_sheet_was_read() -> None:
    sheet = f"{HOME}a.css"
    one, home = finding("hidden_link", HOME, sheet=sheet), at(HOME, styles=frozenset([identity(sheet)]))
    assert told(one, [home], looked(see("style", sheet, hides=[], shows=[]))).state == "mended"
    assert told(one, [home], looked()).state == "unknown"
    assert told(one, [home], again(one)).state == "unmended"
    assert told(one, [at(HOME)], looked()).state == "mended"  # no link of the page needs one any more
    assert told(replace(one, detail={}), [home], looked()).state == "mended"


def test_a_site_that_was_closed_meanwhile_is_not_judged() -> None:
    assert told(TYPO, [at(URL)], looked(verdict="not_checked")).state == "unknown"


@pytest.mark.parametrize(
    ("earlier", "state"),
    [
        ([], "unmended"),
        (["unmended"], "unmended"),
        (["mended"], "returned"),
        (["deleted"], "returned"),
        (["moved", "unknown"], "returned"),
        (["mended", "unmended"], "unmended"),
        (["mended", "returned"], "returned"),
        (["unknown"], "unmended"),
    ],
)
def test_what_was_mended_before_has_returned(earlier: list[RecheckState], state: str) -> None:
    assert told(TYPO, [at(URL)], again(TYPO), earlier).state == state
    assert told(TYPO, [at(URL)], looked(), earlier).state == "mended"


def test_where_a_page_is_now() -> None:
    new = f"{HOME}new.html"
    moved = told(TYPO, [at(new, asked=URL)], again(TYPO))
    assert (moved.state, moved.moved_to, moved.day) == ("unmended", new, date(2018, 7, 1))
    gone = at(URL, "gone")
    assert told(TYPO, [gone], looked(), elsewhere=[at(new)]).state == "moved"
    assert told(TYPO, [gone], looked(), elsewhere=[at(new)]).moved_to == new
    still = told(TYPO, [gone], again(TYPO), elsewhere=[at(new)])
    assert (still.state, still.moved_to) == ("unmended", new)
    assert told(TYPO, [gone], looked(), elsewhere=[at(new, "unread")]).state == "unknown"
    assert told(TYPO, [gone], looked(), elsewhere=[at(new, "gone")]).state == "deleted"


# --- dead links -----------------------------------------------------------------------------------------------------

DEAD = "http://b.gov.cn/x.html"
LINK, GONE = finding("dead_link", DEAD, found_on=LIST, status=404), at(DEAD, "gone")
NAMING, BARE = at(LIST, links=mark(DEAD)), at(LIST)


@pytest.mark.parametrize(
    ("places", "found", "state"),
    [
        ([GONE, NAMING], True, "unmended"),
        ([at(DEAD, alive=True), NAMING], False, "mended"),
        ([GONE, BARE], True, "mended"),  # nobody is led there any more
        ([GONE, at(LIST, "gone")], True, "deleted"),
        ([GONE, at(LIST, "unread")], True, "unknown"),
        ([GONE, BARE, at(HOME, "unread")], True, "unknown"),
        ([GONE, BARE, replace(NAMING, asked=HOME, url=HOME)], True, "unmended"),
        ([at(DEAD, "unread", why="为防火墙验证页面"), NAMING], False, "unknown"),
        ([None, NAMING], False, "unknown"),
    ],
)
def test_a_dead_link(places: list[Place | None], found: bool, state: str) -> None:
    assert told(LINK, places, again(LINK) if found else looked()).state == state


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([], "unknown"),
        ([(AT, "b.gov.cn")], "unknown"),  # its own host proves nothing of our network
        ([(AT - timedelta(hours=1), "a.gov.cn"), (AT + timedelta(hours=1), "a.gov.cn")], "unknown"),
        ([(AT - timedelta(minutes=1), "a.gov.cn")], "unmended"),
    ],
)
def test_no_answer_is_held_against_a_site_only_where_we_were_online(
    answers: list[tuple[datetime, str]], state: str
) -> None:
    seen = replace(again(LINK, status="timeout"), answers=answers)
    assert told(LINK, [at(DEAD, "unread", why="超时"), NAMING], seen).state == state


# --- home page, columns, visits --------------------------------------------------------------------------------------


def column(state: str, url: str = LIST) -> ColumnVerdict:
    return ColumnVerdict("新闻", url, "news", None, 3, state)  # type: ignore[arg-type]


STALE, BLANK = finding("column_stale", LIST), finding("column_blank", LIST)


@pytest.mark.parametrize(
    ("one", "now", "state"),
    [
        (STALE, "fresh", "mended"), (STALE, "unknown", "unknown"), (STALE, "blank", "unmended"), (STALE, "", "unknown"),
        (BLANK, "fresh", "mended"), (BLANK, "stale", "mended"), (BLANK, "unknown", "unknown"), (BLANK, "", "unknown"),
    ],
)  # fmt: skip
def test_a_column(one: Finding, now: str, state: str) -> None:
    seen = looked(columns=(column(now),) if now else ())
    assert told(one, [at(LIST)], seen).state == state
    assert told(one, [at(LIST)], again(one)).state == "unmended"
    assert told(one, [at(LIST, "gone")], looked()).state == "deleted"
    assert told(one, [at(LIST, "unread")], looked()).state == "unknown"


def test_a_column_without_a_window_is_told_by_what_was_seen() -> None:
    assert told(BLANK, [at(LIST)], looked(see("column", LIST, column=LIST, state="text"))).state == "mended"
    assert told(BLANK, [at(LIST)], looked(see("column", LIST, column=LIST, state="blank"))).state == "unknown"


@pytest.mark.parametrize(
    ("places", "now", "state"),
    [
        ([at(LIST), at(URL)], ["fresh", "stale"], "mended"),
        ([at(LIST), at(URL)], ["fresh", "unknown"], "unknown"),
        ([at(LIST), at(URL, "unread")], ["fresh"], "unknown"),
        ([at(LIST), at(URL, "gone")], ["fresh"], "deleted"),
        ([], [], "unknown"),
    ],
)
def test_many_columns(places: list[Place | None], now: list[str], state: str) -> None:
    seen = looked(columns=tuple(column(s, url) for s, url in zip(now, (LIST, URL), strict=False)))
    one = finding("columns_not_updated", HOME)
    assert told(one, places, seen).state == state
    assert told(one, places, replace(seen, verdict=again(one).verdict)).state == "unmended"


def test_the_home_page() -> None:
    one, read = finding("home_not_updated", HOME), see("home", HOME)
    assert told(one, [at(HOME)], again(one, newest="2018-01-02")).why == "最新信息为2018-01-02"
    assert told(one, [at(HOME)], looked(read)).state == "mended"
    assert told(one, [at(HOME)], looked(read, doubts=("首页部分内容未能读取，未能判断是否更新",))).state == "unknown"
    assert told(one, [at(HOME, "unread")], looked()).state == "unknown"


@pytest.mark.parametrize(
    ("indicator", "count", "doubts", "state"),
    [
        ("site_unreachable", ProbeCount(20, 0, 0), (), "mended"),
        ("site_unreachable", ProbeCount(20, 3, 0), (), "mended"),
        ("site_unreachable", ProbeCount(20, 0, 20), (), "unknown"),
        ("site_unreachable", ProbeCount(20, 20, 0), ("首页20次打不开，疑为本方线路问题",), "unknown"),
        ("site_unreachable", ProbeCount(20, 0, 18), ("首页的20次访问只有2次有效，不足以判断首页可用性",), "unknown"),
        ("home_unavailable", ProbeCount(20, 0, 0), (), "mended"),
        ("home_unavailable", ProbeCount(20, 1, 0), (), "unknown"),
        ("home_unavailable", ProbeCount(0, 0, 0), (), "unknown"),
    ],
)
def test_visits(indicator: str, count: ProbeCount, doubts: tuple[str, ...], state: str) -> None:
    one = finding(indicator, HOME)
    assert told(one, [], looked(probes=count, doubts=doubts)).state == state
    assert told(one, [], again(one)).state == "unmended"


# --- what has words of its own ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "state"), [("answered", "mended"), ("open", "unmended"), ("unknown", "unknown"), ("", "unknown")]
)
def test_a_letter(now: str, state: str) -> None:
    one = finding("poor_response", LIST, excerpt="何时修路", asked="2017-11-02", answered=None)
    seen = looked(*([see("letter", LIST, title="何时修路", asked="2017-11-02", state=now)] if now else []))
    assert told(one, [at(LIST)], seen).state == state
    assert told(one, [at(LIST, "gone")], looked()).state == "deleted"


@pytest.mark.parametrize(
    ("missing", "forms", "state"),
    [
        ([], [], "mended"),
        (["依据", "期限"], [], "unmended"),
        (["期限"], [], "unknown"),
        (["依据", "期限"], ["a.doc"], "unknown"),
        (None, [], "unknown"),
    ],
)
def test_a_guide(missing: list[str] | None, forms: list[str], state: str) -> None:
    one = finding("service_not_useful", title="办证", missing=["依据", "期限"])
    seen = [] if missing is None else [see("guide", name="办证", missing=missing, forms=forms)]
    assert told(one, [at(URL)], looked(*seen)).state == state


def test_marks_and_address_and_what_only_a_whole_campaign_tells() -> None:
    marks = finding("missing_identity", HOME, missing=["icp", "police"])
    assert told(marks, [at(HOME)], again(marks, missing=["icp"])).why == "仍缺少：ICP备案号"
    assert told(marks, [at(HOME)], looked(see("footer", HOME))).state == "mended"
    assert told(marks, [at(URL)], looked(see("footer", URL))).state == "unknown"  # the home page was not read
    address = finding("domain_irregular", HOME, host="a.gov.cn")
    assert told(address, [at(HOME, role="home")], again(address)).state == "unmended"
    assert told(address, [at("http://b.gov.cn/", asked=HOME, role="home")], again(address)).state == "moved"
    assert told(address, [at(HOME, "unread", role="home")], again(address)).state == "unknown"
    assert told(finding("score_below_pass", HOME), [], looked()).state == "unknown"


# --- pages ----------------------------------------------------------------------------------------------------------


def stored(url: str = URL, **more: Any) -> dict[str, Any]:
    page = {
        "_id": "p",
        "url": url,
        "role": "article",
        "kind": "article",
        "outcome": "ok",
        "status": 200,
        "at": AT,
        "absent": "",
        "rendered": False,
        "children": [],
    }
    return page | more


@pytest.mark.parametrize(
    ("trail", "state"),
    [
        ([stored()], "read"),
        ([stored(outcome="http_error", status=404)], "gone"),
        ([stored(outcome="http_error", status=410)], "gone"),
        ([stored(outcome="http_error", status=503)], "unread"),
        ([stored(outcome="challenge", status=412)], "unread"),
        ([stored(outcome="our_fault", status=None)], "unread"),
        ([stored(outcome="refused_by_us", status=None)], "unread"),
        ([stored(kind="script")], "unread"),
        ([stored(kind=None)], "unread"),
        ([stored(kind=None, role="link")], "read"),
        ([stored(kind="script", role="script")], "read"),
        ([stored(absent="d1")], "gone"),  # the host shows the same for an address that can't exist
        ([stored(absent="d2")], "unread"),
        ([stored(outcome="redirect", kind=None, status=302)], "away"),
        ([stored(outcome="redirect", kind=None, status=302), stored(f"{HOME}new.html")], "read"),
        ([stored(outcome="redirect", kind=None, status=302), stored(HOME, role="home", kind="home")], "gone"),
        ([stored(HOME, kind="script", role="column"), stored(HOME, role="column", rendered=True)], "read"),
        (
            [
                stored(HOME, role="home", outcome="redirect", status=302),
                stored(f"{HOME}index.html", role="home", kind="home"),
            ],
            "read",
        ),
    ],
)
def test_what_a_page_is_by_now(trail: list[dict[str, Any]], state: str) -> None:
    found = place(URL, trail, HOME, {("a.gov.cn", "d1")})
    assert found.state == state
    assert bool(found.why) == (state != "read")


def test_a_page_that_shows_the_home_page_is_gone() -> None:
    """As a server shows that has one answer for whatever isn't there."""
    many = b"".join(mark(f"{HOME}{n}.html") for n in range(10))
    home, same, role = at(HOME, role="home", links=many), at(URL, role="article", links=many), "page"
    few, other = replace(same, links=many[:-6]), replace(same, links=many[::-1])
    found = as_home(
        {
            b"0": home,
            b"1": same,
            b"2": few,
            b"3": other,
            b"4": replace(same, role=role),
            b"5": at(LIST, role="column", links=many),
        }
    )
    assert [found[raw].state for raw in sorted(found)] == ["read", "gone", "read", "read", "gone", "read"]
    assert told(TYPO, [found[b"1"]], looked()).state == "deleted"
    assert as_home({b"0": replace(home, links=many[6:]), b"1": few})[b"1"].state == "read"


def test_a_page_is_whole_where_a_browser_drew_it_or_none_was_asked_to() -> None:
    left = encode(Task("5300000001", "render", "column", URL))
    assert place(URL, [stored()], HOME, ()).whole
    assert not place(URL, [stored(children=[b"?", left])], HOME, ()).whole
    assert place(URL, [stored(children=[left]), stored(rendered=True)], HOME, ()).whole


@pytest.mark.parametrize(
    ("words", "file", "on", "alike"),
    [
        ("2018年第一季度低保名单", "9.xlsx", LIST, True),
        ("2018年第一季度低保名单", "9.xlsx", URL, True),
        ("附件1", "9.xlsx", URL, True),
        ("附件1", "9.xlsx", LIST, False),
        ("点击下载", "P020180501332.xlsx", LIST, True),
        ("点击下载", "1.xlsx", LIST, False),
        ("", "9.xlsx", URL, False),
    ],
)
def test_an_attachment_is_known_again_by_its_words_or_its_name(words: str, file: str, on: str, alike: bool) -> None:
    old = "P020180501332.xlsx" if file.startswith("P") else "1.xlsx"
    gone = Task("5300000001", "site", "file", HOME + old, found_on=URL, text=words if words != "点击下载" else "名单")
    assert _is_called(Task("5300000001", "site", "file", f"{HOME}new/{file}", found_on=on, text=words), gone) is alike


def test_a_link_that_a_sheet_hid_waits_for_what_that_sheet_takes_in() -> None:
    hidden = finding("hidden_link", sheet=f"{HOME}a.css")
    page = at(URL, styles=frozenset([identity(f"{HOME}a.css")]))
    sheet = see("style", f"{HOME}a.css", imports=[f"{HOME}b.css"])
    assert told(hidden, [page], looked(sheet)).state == "unknown"
    assert told(hidden, [page], looked(sheet, see("style", f"{HOME}b.css", imports=[]))).state == "mended"


def test_a_page_tells_which_scripts_it_loads() -> None:
    script = encode(Task("5300000001", "site", "script", SCRIPT))
    assert place(HOME, [stored(HOME, children=[script])], HOME, ()).loads == {identity(SCRIPT)}
