"""What the text of a bulletin is made of."""

from __future__ import annotations

from dataclasses import dataclass

from .tables import Table


@dataclass(frozen=True, slots=True)
class Paragraph:
    """``lead``: the words set in 楷体, such as ``（一）检查情况。``; may be empty."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """``heading`` may be empty: paragraphs that stand under none."""

    heading: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Annex:
    label: str  #: 附件1
    table: Table
