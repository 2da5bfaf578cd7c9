"""The words of a finding with what is wrong in them marked; escaped, as everything that was crawled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from govcrawl.contracts import Finding
from govcrawl.private import masked_url
from reporting.text import clean

#: Keys of ``detail`` whose words stand in the excerpt.
SHOWN = ("wrong", "masked", "target")


def marked(finding: Finding) -> Markup:
    words = [str(finding.detail[key]) for key in SHOWN if finding.detail.get(key)]
    words += (
        [str(w) for w in finding.detail.get("words", ()) if w] if isinstance(finding.detail.get("words"), list) else []
    )
    return highlighted(clean(finding.excerpt), map(clean, words))


def highlighted(text: str, words: Iterable[str]) -> Markup:
    """Every place of the words; the longer one first where one holds another."""
    wanted = sorted({w for w in words if w}, key=len, reverse=True)
    if not wanted:
        return escape(text)
    parts = re.split("(" + "|".join(map(re.escape, wanted)) + ")", text)
    return Markup("").join(Markup("<mark>{}</mark>").format(p) if n % 2 else escape(p) for n, p in enumerate(parts))


def live(url: str) -> str:
    """An address that a reader may open, else empty: nothing but the web, and nothing that shows another host than it leads to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return masked_url(url) if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc else ""
