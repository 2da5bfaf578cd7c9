"""Pages whose entries scripts may draw, from their bytes to the verdict: what can't be told accuses nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from govcrawl.contracts import Lease, Observation, Page, Result, Task
from govcrawl.spiders.render import told
from govcrawl.spiders.site import look
from pipelines.observe import observe
from tests.pipelines.build import CAMPAIGN, HOME, NOON, SITE, column, fine_with, home, judge
from tests.pipelines.test_columns import state_of
from tests.pipelines.test_home import of

SHAPES = Path(__file__).parents[1] / "govcrawl" / "reading" / "shapes"
UNTOLD = "部分内容未能读取，未能判断是否更新"


def page(shape: str, path: str = "") -> Page:
    return Page(HOME + path, "ok", 200, NOON, 0.1, body=(SHAPES / f"{shape}.html").read_bytes())


def seen(one: Page, role: str, before: Page | None = None) -> list[Observation]:
    """``before``: the plain page, of one that a browser has drawn."""
    task = Task(SITE.code, "site", role, one.url, depth=role == "column", found_on=HOME, text="通知公告")  # type: ignore[arg-type]
    facts = look(one, task)
    if before:
        facts = told(facts, look(before, task))
    return list(observe(Result(Lease(f"{CAMPAIGN}:1", b"\x01", "w", 1, task), one, facts)))


def home_of(one: Page, before: Page | None = None) -> Observation:
    return next(o for o in seen(one, "home", before) if o.kind == "home")


def column_of(one: Page, before: Page | None = None) -> Observation:
    return next(o for o in seen(one, "column", before) if o.kind == "column")


def columns_of(shape: str) -> list[Observation]:
    """Nine columns, each with a name and entries of its own."""
    looks = [column_of(page(shape, f"{n}/")) for n in range(9)]
    items = [[[f"{url}?{n}", day] for url, *_, day in o.data["items"]] for n, o in enumerate(looks)]
    return [replace(o, data=o.data | {"name": f"栏目{n}", "items": items[n]}) for n, o in enumerate(looks)]


# --- home pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shape",
    [
        "file-in-the-head", "file-after-the-footer", "call", "attribute", "element-of-its-own",
    ],
)  # fmt: skip
def test_a_home_page_with_a_place_to_be_filled_is_a_doubt(shape: str) -> None:
    verdict = judge(fine_with(home_of(page(f"drawn-home-by-{'an' if shape[0] in 'ae' else 'a'}-{shape}")), but="home"))
    assert (verdict.verdict, verdict.vetoes) == ("insufficient", ())
    assert any(UNTOLD in doubt for doubt in verdict.doubts)


@pytest.mark.parametrize("shape", ["by-libraries-only", "gaps-and-slide-dots"])
def test_a_home_page_that_nothing_fills_is_judged(shape: str) -> None:
    assert judge(fine_with(home_of(page(f"drawn-home-{shape}")), but="home")).vetoes == ("home_not_updated",)


FILLED = "<ul><li><a href='/z/101.html'>甲县行政规范性文件管理办法</a><span>2016-01-02</span></li></ul>"
TWO = """<html><body><div class="top"><ul><li><a href="/">网站首页</a></li><li><a href="/zwdt/">政务动态</a></li><li><a href="/zwgk/">政务公开</a>
</li></ul></div><div id="zc">%s</div><div id="news">%s</div><script>ask("/a/zc","zc");ask("/a/news","news")</script>
<div class="foot">主办：甲县人民政府　网站标识码：5301000001</div></body></html>"""


@pytest.mark.parametrize(
    ("rows", "news", "vetoes"),
    [("", "", ()), (FILLED, "", ()), (FILLED, "加载失败", ()), (FILLED, FILLED, ("home_not_updated",))],
)
def test_a_browser_accuses_only_where_every_place_was_filled(rows: str, news: str, vetoes: tuple[str, ...]) -> None:
    """One answer brings an old entry, the other one only ``{"code": 401}``."""
    plain = replace(page("drawn-home-by-a-call"), body=(TWO % ("", "")).encode())
    drawn = replace(plain, body=(TWO % (rows, news)).encode(), rendered=True)
    verdict = judge(fine_with(home_of(plain), home_of(drawn, plain), but="home"))
    assert verdict.vetoes == vetoes
    assert verdict.verdict == ("fail" if vetoes else "insufficient")


def test_the_last_round_says_whether_a_page_is_drawn() -> None:
    drawn = home_of(page("drawn-home-by-a-call"))
    for rounds, vetoes in ((((1, home(100)), (2, drawn)), ()), (((1, drawn), (2, home(100))), ("home_not_updated",))):
        looks = [replace(o, round=number, url=HOME) for number, o in rounds]
        assert judge(fine_with(*looks, but="home")).vetoes == vetoes


# --- columns --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["list", "frame", "template", "file"])
def test_an_old_list_at_the_side_does_not_hide_that_the_main_one_was_not_seen(shape: str) -> None:
    name = f"drawn-{shape}-beside-an-old-{'one' if shape == 'list' else 'list'}"
    verdict = judge(fine_with(*columns_of(name)))
    assert (verdict.verdict, verdict.vetoes) == ("insufficient", ())
    assert {c.state for c in verdict.columns if c.name.startswith("栏目")} == {"unknown"}
    assert of(verdict, "column_stale") == []


def test_a_frame_beside_an_old_list_is_followed() -> None:
    one = page("drawn-frame-beside-an-old-list", "tzgg/")
    facts = look(one, Task(SITE.code, "site", "column", one.url))
    assert facts.column
    assert facts.column.next_pages == (f"{HOME}list.aspx?c=5",)
    drawn = column_of(one)
    fresh = column("tzgg", "notice", 3, part="list.aspx?c=5")
    assert state_of(replace(drawn, data=drawn.data | {"column": f"{HOME}x/"})) == "unknown"
    assert "fresh" in {c.state for c in judge(fine_with(drawn, fresh)).columns if c.url == f"{HOME}tzgg/"}


def test_a_list_beside_widgets_is_judged() -> None:
    assert judge(fine_with(*columns_of("drawn-widgets-beside-a-list"))).vetoes == ("columns_not_updated",)


def test_what_a_browser_adds_to_a_drawn_list_decides() -> None:
    plain = page("drawn-file-beside-an-old-list", "x/")
    filled = plain.body.replace(b'<ul class="newslist"></ul>', f'<div class="newslist">{FILLED}</div>'.encode())
    for body, state in (
        (plain.body, "unknown"),
        (filled, "stale"),
        (filled.replace(b"2016-01-02", b"2018-06-01"), "fresh"),
    ):
        drawn = replace(plain, body=body, rendered=True)
        assert state_of(column_of(plain), column_of(drawn, plain)) == state


@pytest.mark.parametrize(
    ("shape", "vetoes"),
    [
        ("not-blank-filled-by-a-common-file", ()),
        ("not-blank-filled-by-a-list-plugin", ()),
        ("not-blank-filled-by-a-file-called-page", ()),
        ("blank-beside-libraries", ("columns_blank",)),
    ],
)
def test_columns_are_blank_only_where_no_file_may_fill_them(shape: str, vetoes: tuple[str, ...]) -> None:
    assert judge(fine_with(*columns_of(shape))).vetoes == vetoes


# --- the foot -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ("footer-box-filled-by-a-file", 0),
        ("footer-box-filled-by-an-answer", 0),
        ("footer-box-filled-by-a-later-script", 0),
        ("footer-box-loaded", 1),  # its own page would be read as a fragment
    ],
)
def test_marks_are_not_missing_where_a_script_draws_the_foot(shape: str, found: int) -> None:
    (marks,) = [o for o in seen(page(shape), "home") if o.kind == "footer"]
    assert len(of(judge(fine_with(marks, but="footer")), "missing_identity")) == found
