"""The exchange is kept where any WARC tool reads it, and is read back as it was."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from govcrawl.contracts import Lease, Page, Probe, Result, Task
from pipelines.evidence import MAX_OPEN, METHODS, EvidencePipeline
from pipelines.warc import BadRecord, first_member, packed, record, unpacked

AT = datetime(2018, 6, 14, 8, 0, tzinfo=UTC)
URL = "http://a.gov.cn/tzgg/index.html"
ASKED = {"User-Agent": "Mozilla/5.0 (测试单位 0871-00000000)", "Accept-Language": "zh-CN"}


def page(body: bytes = b"", *headers: tuple[str, str], **more: Any) -> Page:
    return Page(
        **(
            {
                "url": URL,
                "outcome": "ok",
                "status": 200,
                "at": AT,
                "seconds": 0.1,
                "headers": headers,
                "body": body,
                "worker": "w-1",
            }
            | more
        )
    )


def result(one: Page, kind: Any = "site", failed: bool | None = None) -> Result:
    lease = Lease("t:1", b"\x01", "w", 1, Task("5300000001", kind, "page", URL))
    probe = Probe("5300000001", 1, 1, AT, 0.1, one.outcome, one.status, failed) if kind == "probe" else None
    return Result(lease, one, probe=probe)


def kept(folder: Path, *results: Result) -> list[Result]:
    pipeline = EvidencePipeline(folder, ASKED)

    async def keep() -> list[Result]:
        done = [await pipeline.process_item(one) for one in results]
        await pipeline.close_spider()
        return done

    return asyncio.run(keep())


def read(raw: bytes) -> Any:
    return next(iter(ArchiveIterator(BytesIO(raw), check_digests="raise")))


def test_each_record_is_found_by_its_place(tmp_path: Path) -> None:
    one = result(page("正文".encode(), ("Content-Type", "text/html"), ("Content-Encoding", "gzip")))
    first, second = (r.evidence for r in kept(tmp_path, one, one))
    assert first
    assert second
    assert second.offset == first.offset + first.length
    with (tmp_path / second.file).open("rb") as file:
        file.seek(second.offset)
        found = next(iter(ArchiveIterator(file)))
        assert found.rec_headers.get_header("WARC-Target-URI") == URL
        assert found.http_headers.get_header("Content-Encoding") is None
        assert found.content_stream().read() == "正文".encode()


def test_a_file_says_who_asked_and_how(tmp_path: Path) -> None:
    (one,) = kept(tmp_path, result(page(b"<p>")))
    assert one.evidence
    with (tmp_path / one.evidence.file).open("rb") as file:
        info, response = (
            (r.rec_type, r.rec_headers, r.content_stream().read().decode())
            for r in ArchiveIterator(file, check_digests="raise")
        )
    assert (info[0], response[0]) == ("warcinfo", "response")
    assert info[1].get_header("WARC-Filename") == "w-1.warc.gz"
    told = dict(line.split(": ", 1) for line in info[2].splitlines())
    assert told["isPartOf"] == "t"
    assert told["http-header-user-agent"] == ASKED["User-Agent"]
    assert told["http-method"] == METHODS
    assert told["software"].startswith("govcrawl/")


def test_a_record_taken_out_with_its_files_first_one_is_a_file_of_its_own(tmp_path: Path) -> None:
    results = kept(tmp_path, *(result(page(f"<p>{n}".encode())) for n in range(3)))
    place = results[2].evidence
    assert place
    file = tmp_path / place.file
    member = file.read_bytes()[place.offset : place.offset + place.length]
    taken = BytesIO(first_member(file) + member)
    found = [(r.rec_type, r.content_stream().read()) for r in ArchiveIterator(taken, check_digests="raise")]
    assert [kind for kind, _ in found] == ["warcinfo", "response"]
    assert found[1][1] == b"<p>2"


def test_a_file_that_is_opened_again_stays_whole(tmp_path: Path) -> None:
    (first,), (second,) = kept(tmp_path, result(page(b"1"))), kept(tmp_path, result(page(b"2")))
    assert first.evidence
    assert second.evidence
    with (tmp_path / first.evidence.file).open("rb") as file:
        assert [r.rec_type for r in ArchiveIterator(file, check_digests="raise")] == ["warcinfo", "response"] * 2


def test_a_worker_that_outlives_its_campaigns_holds_few_files_open(tmp_path: Path) -> None:
    """Each record is found by its place all the same, also in a file that was closed and opened again."""
    some = [result(page(str(n).encode())) for n in (*range(MAX_OPEN + 3), 0, 1)]
    some = [replace(one, lease=replace(one.lease, round_key=f"t{one.page.body.decode()}:1")) for one in some]
    pipeline = EvidencePipeline(tmp_path, ASKED)
    for one in [asyncio.run(pipeline.process_item(one)) for one in some]:
        assert one.evidence
        raw = (tmp_path / one.evidence.file).read_bytes()
        assert unpacked(raw[one.evidence.offset :][: one.evidence.length]).body == one.page.body
    assert len(pipeline._files) == MAX_OPEN
    asyncio.run(pipeline.close_spider())


def test_what_a_browser_showed_is_kept_as_what_it_is(tmp_path: Path) -> None:
    drawn = page("\ufeff<p>正文</p>".encode(), rendered=True)
    names = [
        kept(tmp_path, result(drawn, kind))[0].evidence for kind in ("site", "render")
    ]  # each spider has its own pipeline
    assert [one.file for one in names if one] == ["t/w-1.warc.gz", "t/w-1-render.warc.gz"]
    found = read(record(drawn))
    assert (found.rec_type, found.content_type, found.http_headers) == ("conversion", "text/html; charset=utf-8", None)
    assert found.content_stream().read() == drawn.body


@pytest.mark.parametrize(
    ("one", "is_kept"),
    [
        (result(page(b"x")), True),
        (result(page(status=None, outcome="timeout")), False),
        (result(page(b"x"), "probe", failed=False), False),
        (result(page(b"x", status=502, outcome="http_error"), "probe", failed=True), True),
        (result(page(status=None, outcome="timeout"), "probe", failed=True), False),
        (result(page(b"x", status=412, outcome="challenge"), "probe", failed=None), True),
        (replace(result(page(status=302, outcome="redirect"), "probe"), probe=None), False),
    ],
)  # fmt: skip
def test_every_answer_is_kept_but_those_of_visits_that_went_well(one: Result, is_kept: bool, tmp_path: Path) -> None:
    assert (kept(tmp_path, one)[0].evidence is not None) is is_kept


def test_a_record_says_what_it_holds_and_keeps_any_header() -> None:
    headers = (
        ("Server", "政务网\u2028x\r\nX-Forged: 1"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Length", "3"),
        ("Transfer-Encoding", "chunked"),
    )  # fmt: skip
    one = page(
        b"\x00\r\n\r\nWARC/1.0\r\n" * 50, *headers, url="http://a.gov.cn/栏目?q=1", status=404, outcome="http_error"
    )
    raw = record(one)
    found = read(raw)
    assert found.content_stream().read() == one.body  # or its digest would have raised
    assert (found.rec_type, found.rec_headers.get_header("WARC-Target-URI")) == ("response", one.url)
    assert found.rec_headers.get_header("WARC-Date") == AT.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert found.http_headers.get_statuscode() == "404"
    assert found.http_headers.headers == [
        ("Server", "政务网 x X-Forged: 1"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Length", str(len(one.body))),
    ]  # fmt: skip
    assert record(one) != raw  # an id of its own
    spoilt = BytesIO(raw.replace(b"b=2", b"b=3"))
    with pytest.raises(ArchiveLoadFailed):
        [one.content_stream().read() for one in ArchiveIterator(spoilt, check_digests="raise")]


# --- read back --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [b"", b"\r\n\r\n", b"\x00\r\n\r\nHTTP/1.1 200 \r\n" * 9, "正文".encode("gb18030"), bytes(range(256))]
)
@pytest.mark.parametrize("rendered", [False, True])
def test_what_is_read_back_is_what_was_kept(body: bytes, rendered: bool) -> None:
    one = page(body, ("Content-Type", "text/html; charset=gb2312"), ("X-Note", "a: b"), rendered=rendered)
    found = unpacked(packed(record(one)))
    assert found.body == body
    assert found.fields["WARC-Target-URI"] == URL
    assert dict(found.headers)["Content-Type"] == (
        "text/html; charset=utf-8" if rendered else "text/html; charset=gb2312"
    )
    assert rendered or dict(found.headers)["X-Note"] == "a: b"


def test_what_is_no_whole_record_is_told() -> None:
    member = packed(record(page(b"<p>" * 100)))
    for spoilt in (
        b"",
        member[:-9],
        member[5:],
        b"\0" + member[1:],
        gzip.compress(b"WARC/1.0\r\n"),
        gzip.compress(b"x\r\n\r\ny"),
    ):
        with pytest.raises(BadRecord):
            unpacked(spoilt)
