"""WARC records (ISO 28500:2009): how an exchange is written as one, and read back.  Each is a gzip member of its own."""

from __future__ import annotations

import zlib
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from pathlib import Path
from uuid import uuid4

from isal import isal_zlib

from govcrawl.contracts import Page

#: Headers that speak of the transfer, not of the body that is kept (decoded, whole).
TRANSFER = {"transfer-encoding", "content-encoding", "content-length", "connection"}
LEVEL, GZIP = 2, 31  #: of ISA-L: a tenth larger than zlib's default at an eighth of its time; the gzip format
FIRST = 8192  #: bytes in which the first record of a file ends
#: §6.3 (response); the digests are of the body, and of the whole HTTP message.
RECORD = """WARC/1.0\r
WARC-Type: response\r
WARC-Record-ID: <urn:uuid:{id}>\r
WARC-Target-URI: {url}\r
WARC-Date: {at:%Y-%m-%dT%H:%M:%SZ}\r
WARC-Payload-Digest: sha1:{payload}\r
WARC-Block-Digest: sha1:{block}\r
Content-Type: application/http; msgtype=response\r
Content-Length: {length}\r
\r
"""
#: §6.7 (conversion): what a browser made of an exchange, which a record of its own holds.
CONVERSION = (
    RECORD.replace("WARC-Type: response", "WARC-Type: conversion")
    .replace("WARC-Payload-Digest: sha1:{payload}\r\n", "")
    .replace("application/http; msgtype=response", "text/html; charset=utf-8")
)
#: §6.2 (warcinfo): who asked, and how; it holds for all records after it in its file.
INFO = (
    RECORD.replace("WARC-Type: response", "WARC-Type: warcinfo")
    .replace("WARC-Target-URI: {url}\r\n", "WARC-Filename: {url}\r\n")
    .replace("WARC-Payload-Digest: sha1:{payload}\r\n", "")
    .replace("application/http; msgtype=response", "application/warc-fields")
)


def packed(record: bytes) -> bytes:
    return bytes(isal_zlib.compress(record, LEVEL, GZIP))


def record(page: Page) -> bytes:
    """The exchange as a WARC record.  Headers are UTF-8; a line break in one (an old form of folding) becomes a space."""
    if page.rendered:
        return _filled(CONVERSION, page.url, page.at, page.body, page.body)
    kept = "".join(f"{_line(n)}: {_line(v)}\r\n" for n, v in page.headers if n.lower() not in TRANSFER)
    head = f"HTTP/1.1 {page.status} \r\n{kept}Content-Length: {len(page.body)}\r\n\r\n".encode("utf-8", "surrogatepass")
    return _filled(RECORD, page.url, page.at, page.body, head + page.body)


def info(file: str, at: datetime, told: Mapping[str, str]) -> bytes:
    """The first record of a file; ``told``: name → value."""
    block = "".join(f"{name}: {_line(value)}\r\n" for name, value in told.items()).encode("utf-8", "surrogatepass")
    return _filled(INFO, file, at, b"", block)


def _filled(form: str, url: str, at: datetime, payload: bytes, block: bytes) -> bytes:
    fields = form.format(
        id=uuid4(), url=_line(url), at=at, payload=_digest(payload), block=_digest(block), length=len(block)
    )
    return b"%b%b\r\n\r\n" % (fields.encode("utf-8", "surrogatepass"), block)


def _line(text: str) -> str:
    return " ".join(text.splitlines())


def _digest(content: bytes) -> str:
    return b32encode(sha1(content, usedforsecurity=False).digest()).decode()


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was stored; ``headers`` and ``body``: of the answer, of a rendered page its HTML."""

    fields: Mapping[str, str]
    headers: tuple[tuple[str, str], ...]
    body: bytes


class BadRecord(ValueError):
    """These bytes are no whole record of ours."""


def first_member(file: Path) -> bytes:
    """The packed warcinfo record that a file begins with: it belongs to every record that is taken out of it."""
    with file.open("rb") as opened:
        head = opened.read(FIRST)
    one = zlib.decompressobj(GZIP)
    one.decompress(head)
    return head[: len(head) - len(one.unused_data)]


def unpacked(member: bytes) -> Record:
    """What ``packed(record(page))`` holds.  Raises BadRecord."""
    try:
        raw = zlib.decompress(member, GZIP)
    except zlib.error as error:
        raise BadRecord(str(error)) from error
    head, found, rest = raw.partition(b"\r\n\r\n")
    fields = dict(_headers(head))
    length = fields.get("Content-Length", "")
    if not found or not length.isdecimal() or len(rest) < int(length):
        raise BadRecord("no whole WARC record")
    block = rest[: int(length)]
    if fields.get("WARC-Type") != "response":
        return Record(fields, (("Content-Type", fields.get("Content-Type", "")),), block)
    answer, _, body = block.partition(b"\r\n\r\n")
    return Record(fields, _headers(answer), body)


def _headers(head: bytes) -> tuple[tuple[str, str], ...]:
    """Without the first line, which says what follows."""
    lines = head.decode("utf-8", "surrogatepass").split("\r\n")[1:]
    return tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
