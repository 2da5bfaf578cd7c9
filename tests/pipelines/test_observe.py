"""What was read becomes observations: what counts as seen, what as dead, what as unread."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from govcrawl.contracts import (
    ArticleFacts,
    ColumnFacts,
    Facts,
    FooterFacts,
    HomeFacts,
    Item,
    Lease,
    Letter,
    Outcome,
    Page,
    Result,
    Task,
)
from pipelines.evidence import EvidencePipeline
from pipelines.observe import observe

AT = datetime(2018, 6, 14, 8, 0, tzinfo=UTC)
URL = "http://a.gov.cn/tzgg/index.html"


def result(
    role: str = "column", outcome: Outcome = "ok", status: int | None = 200, facts: Facts | None = None, **task: Any
) -> Result:
    made = Task("5300000001", "site", role, URL, depth=1, text="通知公告", **({"found_on": "http://a.gov.cn/"} | task))  # type: ignore[arg-type]
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
        "items": [["http://a.gov.cn/1.html", "2018-06-01"]], "why": "", "registered": False,
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


def test_a_failed_fetch_has_no_exchange(tmp_path: Path) -> None:
    import asyncio

    pipeline = EvidencePipeline(tmp_path)
    assert asyncio.run(_kept(pipeline, result(outcome="timeout", status=None))).evidence is None
