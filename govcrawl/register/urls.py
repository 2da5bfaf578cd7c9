"""Addresses as a clerk writes them."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, urlsplit

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):/", re.IGNORECASE)
_LABEL = re.compile(r"[\w-]{1,63}")


def mend_url(raw: str) -> tuple[str, str]:
    """An absolute http(s) address and what was mended ("" if nothing).

    Raises ``ValueError`` with the reason for what is not the address of a web page.
    """
    url = unicodedata.normalize("NFKC", raw) if re.search(r"[！-～]", raw) else raw
    mended = "全角字符已改为半角" if url != raw else ""
    if re.search(r"[\s\\<>\"]", url):
        raise ValueError(f"“{raw}”含有空格或不能用于网址的字符；一格只写一个网址")
    scheme = _SCHEME.match(url)
    if scheme is None:
        url, mended = f"http://{url.removeprefix('//')}", "没有写 http:// 或 https://，已按 http:// 处理"
    elif scheme[1].lower() not in ("http", "https"):
        raise ValueError(f"“{raw}”不是 http 或 https 网址")
    if not _is_sound(url):
        raise ValueError(f"“{raw}”不是完整的网址；应形如 http://www.example.gov.cn/")
    return url, mended


def same_page(url: str) -> str:
    """Equal for two spellings of one address: the scheme, the case of the host and a closing slash don't count."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}{query}"


def _is_sound(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return False
    return bool(parts.hostname) and "@" not in parts.netloc and not parts.netloc.endswith(":") and _is_host(parts)


def _is_host(parts: SplitResult) -> bool:
    host = (parts.hostname or "").removesuffix(".")
    labels = host.split(".")
    if ":" in host or labels[-1].isdecimal():
        return _is_address(host)
    return len(host) <= 253 and (len(labels) > 1 or host == "localhost") and all(map(_LABEL.fullmatch, labels))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
