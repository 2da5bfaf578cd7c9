"""Bytes to text.  Pages lie about their encoding in both directions; the bytes decide."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Final

_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)
_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_HEAD_BYTES: Final = 8192
_SAMPLE: Final = 1024  #: bytes
_HIGH: Final = bytes(range(0x80, 0x100))
_WIDE: Final = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))  #: UTF-16 that forgot its mark; a page starts with "<"
#: Encodings that count where they are declared and fit; every other claim but UTF-8's is GB18030 in practice.
_DECLARED: Final = {
    "big5": "big5", "x-x-big5": "big5", "big5-hkscs": "big5hkscs", "big5hkscs": "big5hkscs", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932", "x-sjis": "cp932", "euc-jp": "euc_jp",
}  # fmt: skip


def decode(body: bytes, headers: Iterable[tuple[str, str]] = ()) -> tuple[str, str]:
    """(text, name of the encoding).  Byte order mark, then UTF-8 if it is, then what is declared if it is neither UTF-8 nor of the
    GB family and fits, then GB18030.

    UTF-8 goes before every declaration: text of another encoding is practically never valid UTF-8 by chance.
    NUL bytes are dropped, broken ones become U+FFFD.
    """
    text, name = _decode(body, headers)
    return text.replace("\0", "") if b"\0" in body else text, name


def _decode(body: bytes, headers: Iterable[tuple[str, str]]) -> tuple[str, str]:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name
    for start, name in _WIDE:
        if body.startswith(start):
            return body.decode(name, "replace"), name
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if (error.start and not body[: error.start].isascii()) or any(map(_mostly_whole, _samples(body, error.start))):
            text = body.decode("utf-8", "replace")
            if _mostly_whole(body, text):
                return text, "utf-8"
    name = _DECLARED.get(_declared(body, headers), "gbk")
    try:
        return body.decode(name), "gb18030" if name == "gbk" else name  # GBK: read in three quarters of GB18030's time
    except UnicodeDecodeError:
        text, other = body.decode("gb18030", "replace"), body.decode(name, "replace")
    return (other, name) if name != "gbk" and other.count("�") <= text.count("�") else (text, "gb18030")


def _samples(body: bytes, start: int) -> Iterator[bytes]:
    """A few parts of what follows: where none of them is UTF-8 the whole needn't be tried."""
    step = (len(body) - start) // 4 or 1
    return (body[at : at + _SAMPLE] for at in range(start, len(body), step))


def _mostly_whole(body: bytes, text: str = "") -> bool:
    """Whether damage is rare: read as UTF-8, a GBK page is nearly all damage; a cut or spoilt UTF-8 page is not."""
    text = text or body.decode("utf-8", "replace")
    ascii_only = len(body.translate(None, _HIGH))
    return text.count("�") * 5 < len(text) - ascii_only


def _declared(body: bytes, headers: Iterable[tuple[str, str]]) -> str:
    for key, value in headers:
        if key.lower() == "content-type" and (m := _CHARSET.search(value)):
            return m[1].lower()
    found = _META_CHARSET.search(body[:_HEAD_BYTES])
    return found[1].decode("ascii", "replace").lower() if found else ""
