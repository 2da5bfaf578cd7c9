"""Charts as inline SVG: no script, no style of their own (the policy forbids it), every figure also as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

WIDE, ROW, LABEL, PAD = 720, 26, 110, 60  #: pixels: of all, a bar, its name, the figure behind it
Bar = tuple[str, Mapping[Any, int]]  #: name, and number by part


def bars(title: str, parts: Mapping[Any, str], rows: Sequence[Bar]) -> Markup:
    """A bar a row, of ``parts`` (key → word; the key names its colour class ``bar-<key>``)."""
    most = max((sum(own.values()) for _, own in rows), default=0) or 1
    high = ROW * len(rows) + 34
    told = "；".join(f"{name}：{_said(parts, own)}" for name, own in rows)
    head = Markup(
        '<svg class="chart" role="img" viewBox="0 0 {} {}" aria-label="{}"><title>{}</title><desc>{}</desc>'
    ).format(WIDE, high, f"{title}。{told}", title, told)
    return (
        head
        + _legend(parts)
        + Markup("").join(_bar(n, row, parts, most) for n, row in enumerate(rows))
        + Markup("</svg>")
    )


def _said(parts: Mapping[Any, str], own: Mapping[Any, int]) -> str:
    return "、".join(f"{word}{own.get(key, 0)}" for key, word in parts.items())


def _legend(parts: Mapping[Any, str]) -> Markup:
    one = Markup('<rect class="bar-{}" x="{}" y="6" width="12" height="12"></rect><text x="{}" y="17">{}</text>')
    return Markup("").join(
        one.format(key, LABEL + n * 120, LABEL + n * 120 + 18, w) for n, (key, w) in enumerate(parts.items())
    )


def _bar(n: int, row: Bar, parts: Mapping[Any, str], most: int) -> Markup:
    name, own = row
    top, x, scale = 30 + n * ROW, float(LABEL), (WIDE - LABEL - PAD) / most
    drawn = Markup('<text class="name" x="{}" y="{}" text-anchor="end">{}</text>').format(
        LABEL - 8, top + 15, escape(name[:8])
    )
    for key, word in parts.items():
        wide = own.get(key, 0) * scale
        if wide:
            drawn += Markup(
                '<rect class="bar-{}" x="{:.1f}" y="{}" width="{:.1f}" height="18"><title>{} {} {}</title></rect>'
            ).format(key, x, top, wide, name, word, own[key])
            x += wide
    return drawn + Markup('<text x="{:.1f}" y="{}">{}</text>').format(x + 6, top + 15, sum(own.values()))
