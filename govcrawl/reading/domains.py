"""Whose a host is: its registered domain (eTLD+1), and whether that is a stranger's.

The public suffix list is the one that comes within tldextract's package; nothing is asked of the network.  ``domains.toml`` names those
that official sites use and lead to openly.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from tldextract import TLDExtract

_split: Final = TLDExtract(suffix_list_urls=(), cache_dir=None)
#: Suffixes under which only public bodies are registered.
OFFICIAL: Final = ("gov.cn", "edu.cn", "ac.cn", "mil.cn", "政务", "公益")


@cache
def _known() -> frozenset[str]:
    lists = tomllib.loads(Path(__file__).with_name("domains.toml").read_text("utf-8"))
    return frozenset(name for names in lists.values() for name in names)


def host_of(url: str) -> str:
    """Of an absolute URL; "" where it has none."""
    parts = url.split("/", 3)
    host = parts[2] if len(parts) > 2 else ""
    if not host.isascii() or "?" in host or "#" in host or "@" in host:
        host = re.split(r"[?#]", host)[0].rpartition("@")[2]
    return (host[: host.find("]") + 1] if host[:1] == "[" else host.partition(":")[0]).lower().rstrip(".")


@lru_cache(maxsize=16384)
def registered(host: str) -> str:
    """``www.a.bj.cn`` → ``a.bj.cn``; an address, or a name without a suffix, is its own."""
    return _split.extract_str(host).top_domain_under_public_suffix or host


@lru_cache(maxsize=16384)
def _foreign(host: str) -> str:
    domain = registered(host)
    if not host or domain in _known() or f".{domain}".endswith(tuple(f".{name}" for name in OFFICIAL)):
        return ""
    try:
        return domain if ip_address(host.strip("[]")).is_global else ""
    except ValueError:
        return domain if "." in domain else ""


def stranger(url: str, own: str) -> str:
    """The registered domain of ``url`` if it is neither ``own`` (the site's), nor a public body's, nor one that everybody uses."""
    domain = _foreign(host_of(url))
    return "" if domain == own else domain
