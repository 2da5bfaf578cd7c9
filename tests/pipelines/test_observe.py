"""What was read becomes observations: what counts as seen, what as dead, what as unread."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from govcrawl.contracts import (
    ArticleFacts,
    BoardFacts,
    ColumnFacts,
    Facts,
    FooterFacts,
    GuideFacts,
    HomeFacts,
    Item,
    Lease,
    Letter,
    NoticeFacts,
    Outcome,
    Page,
    Result,
    Task,
)
from pipelines.evidence import EvidencePipeline, record
from pipelines.observe import FRAMED, observe

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
        "items": [["http://a.gov.cn/1.html", "2018-06-01"]], "why": "", "registered": False, "board": "",
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
    assert seen.data == {"title": "一", "published": "2018-06-01", "column": "http://a.gov.cn/"}
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


def test_a_home_page_with_frames_shows_more_than_was_read() -> None:
    framed = facts("home", home=HomeFacts((), False, ("http://a.gov.cn/main.html",)))
    drawn = [o.data["drawn"] for o in observe(result("home", facts=framed)) if o.kind == "home"]
    assert drawn == [FRAMED]


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


def test_what_a_browser_showed_is_kept_as_what_it_is(tmp_path: Path) -> None:
    import asyncio

    page = Page(URL, "ok", 200, AT, 0.1, (), "\ufeff<p>正文</p>".encode(), "w-1", rendered=True)
    names = []
    for lease in (result().lease, result(kind="render").lease):  # each spider of a worker has a pipeline of its own
        pipeline = EvidencePipeline(tmp_path)
        names.append(asyncio.run(_kept(pipeline, Result(lease, page))).evidence)
        asyncio.run(pipeline.close_spider())
    assert [one.file for one in names if one] == ["t/w-1.warc.gz", "t/w-1-render.warc.gz"]
    kept = next(iter(ArchiveIterator(BytesIO(record(page)), check_digests="raise")))
    assert (kept.rec_type, kept.content_type, kept.http_headers) == ("conversion", "text/html; charset=utf-8", None)
    assert kept.content_stream().read() == page.body


async def _kept(pipeline: EvidencePipeline, one: Result) -> Result:
    return await pipeline.process_item(one)


def test_the_exchange_is_kept_where_any_warc_tool_reads_it(tmp_path: Path) -> None:
    import asyncio

    pipeline = EvidencePipeline(tmp_path)
    page = Page(
        URL, "ok", 200, AT, 0.1, (("Content-Type", "text/html"), ("Content-Encoding", "gzip")), "正文".encode(), "w-1"
    )
    lease = result().lease
    kept = [asyncio.run(_kept(pipeline, Result(lease, page))).evidence for _ in range(2)]
    assert kept[0] is not None
    assert kept[1] is not None
    assert kept[1].offset == kept[0].length
    with (tmp_path / kept[1].file).open("rb") as file:
        file.seek(kept[1].offset)
        record = next(iter(ArchiveIterator(file)))
        assert record.rec_headers.get_header("WARC-Target-URI") == URL
        assert record.http_headers.get_header("Content-Encoding") is None
        assert record.content_stream().read() == "正文".encode()
    asyncio.run(pipeline.close_spider())


def test_a_record_says_what_it_holds_and_keeps_any_header() -> None:
    headers = (
        ("Server", "政务网\u2028x\r\nX-Forged: 1"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Length", "3"),
        ("Transfer-Encoding", "chunked"),
    )  # fmt: skip
    page = Page(
        "http://a.gov.cn/栏目?q=1", "http_error", 404, AT, 0.1, headers, b"\x00\r\n\r\nWARC/1.0\r\n" * 50, "w-1"
    )
    raw = record(page)
    read = next(iter(ArchiveIterator(BytesIO(raw), check_digests="raise")))
    assert read.content_stream().read() == page.body  # or its digest would have raised
    assert (read.rec_type, read.rec_headers.get_header("WARC-Target-URI")) == ("response", page.url)
    assert read.rec_headers.get_header("WARC-Date") == AT.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert read.http_headers.get_statuscode() == "404"
    assert read.http_headers.headers == [
        ("Server", "政务网 x X-Forged: 1"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Length", str(len(page.body))),
    ]  # fmt: skip
    assert record(page) != raw  # an id of its own
    spoilt = BytesIO(raw.replace(b"b=2", b"b=3"))
    with pytest.raises(ArchiveLoadFailed):
        [one.content_stream().read() for one in ArchiveIterator(spoilt, check_digests="raise")]


def test_a_failed_fetch_has_no_exchange(tmp_path: Path) -> None:
    import asyncio

    pipeline = EvidencePipeline(tmp_path)
    assert asyncio.run(_kept(pipeline, result(outcome="timeout", status=None))).evidence is None
