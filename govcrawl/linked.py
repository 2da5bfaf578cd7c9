"""Which pages name a link: each stored page carries a few bytes a link, so nobody has to read it again to tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from hashlib import blake2b

from govcrawl.facts import Link
from govcrawl.reading.urls import identity

MARK = 6  #: bytes a link: among the 30,000 of a site two have the same mark once in 300,000 sites


@lru_cache(maxsize=65536)
def mark(url: str) -> bytes:
    return blake2b(identity(url).encode("utf-8", "surrogatepass"), digest_size=MARK).digest()


def marks(links: Iterable[Link]) -> bytes:
    """Of the links that a reader can click on, or sees, each once."""
    return b"".join(dict.fromkeys(mark(link.url) for link in links if not link.hidden))


def named(wanted: Collection[bytes], there: bytes) -> set[bytes]:
    """Those of the wanted marks that a page carries."""
    return {one for one in wanted if _stands(one, there)}


def _stands(one: bytes, there: bytes) -> bool:
    at = there.find(one)
    while at % MARK and at > 0:
        at = there.find(one, at + 1)
    return at >= 0
