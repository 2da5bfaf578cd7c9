"""Where the running words of a page are, told by the words themselves, whatever their box is called."""

from __future__ import annotations

from typing import Final

from govcrawl.reading.document import Document
from govcrawl.reading.regions import Regions

ENOUGH: Final = 60  #: characters that make a text; what is loose on a list's page (a pager, a date) is shorter
_SHARE: Final = 0.8  #: of the words around, that the smallest box must hold


def box(doc: Document, regions: Regions) -> tuple[int, int]:
    """(element, weight): the smallest box around the longest loose text that holds most of the words around it; (0, 0) if
    there is none.  The weight is its characters outside links less twice those inside.
    """
    start, end = regions.area
    zones, links, options, hidden = regions.zones, doc.within("a"), doc.within("option"), doc.shaded
    loose = [i for i in doc.texts_in(start, end) if not (zones[i] or links[i] or options[i] or hidden[i])]
    if not loose:
        return 0, 0
    longest = max(loose, key=lambda i: len(doc.texts[i]))
    weights = [(k, _weight(doc, k)) for k in doc.above(longest) if k >= start and doc.end[k] <= end]
    heaviest = max((weight for _, weight in weights), default=0)
    return next(((k, weight) for k, weight in weights if weight >= _SHARE * heaviest), (0, 0)) if heaviest else (0, 0)


def _weight(doc: Document, k: int) -> int:
    loose = doc.loose_chars(k, doc.end[k])
    return 3 * loose - 2 * doc.chars(k, doc.end[k])
