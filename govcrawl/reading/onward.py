"""The next page of a message board: old letters lie there, and it is the old ones that wait too long.

Some boards turn their pages by a form that is sent by POST.  Nothing is ever sent so: a crawler can't know what else that may do.  Where
the form holds nothing but the number of a page and choices of the list, its address is asked for with the same fields by GET, which by
RFC 9110 §9.2.1 changes nothing; a server that takes only POST shows its first page again, or an error, and the letters stay unread.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from govcrawl.reading.document import Anchor, Document
from govcrawl.reading.paging import CREATE_PAGE, NEXT, pager, word
from govcrawl.reading.regions import Regions
from govcrawl.reading.urls import identity, same_site

MAX_QUERY: Final = 500  #: characters; more is the state of a server's page, which means nothing in another request
#: Which page it is, and of how many: 1/9页, 第1页 共9页.
_OF: Final = re.compile(r"(\d+)\s*(?:页\s*)?/\s*(?:共\s*)?(\d+)\s*页|第\s*(\d+)\s*页\D{0,6}共\s*(\d+)\s*页")
_NUMBER: Final = re.compile(r"\(\s*(?:[\"'\w.]+\s*,\s*)?[\"']?(\d{1,5})[\"']?\s*\)|value\s*=\s*[\"']?(\d{1,5})\b")
_PAGE_FIELD: Final = re.compile(
    r"(?:cur(?:rent)?|to|go|now|my|the)?_?page(?:_?(?:no|num(?:ber)?|index|id|now|current))?|cpage|pn|pg|p", re.I
)
#: What a form does that changes something; its action says so, or a field.
_WRITES: Final = re.compile(
    r"save|add|insert|create|submit|update|edit|del|remove|post|write|send|vote|login|reg|pay|upload|tijiao|xie|fabu",
    re.I,
)
_STATE: Final = ("__viewstate", "__eventtarget", "javax.faces.viewstate")


def next_page(doc: Document, regions: Regions) -> str | None:
    """Its address; "" where there is one that no address leads to; None where the page is the last, or the only one."""
    by_word = pager(doc, regions)
    if url := next((by_word[w] for w in NEXT if w in by_word), ""):
        return url if identity(url) != identity(doc.url) else None
    if created := next((m for s in doc.scripts.values() if (m := CREATE_PAGE.search(s))), None):
        following = int(created[2]) + 1
        return doc.join(f"{created[3]}_{following}.{created[4]}") or "" if following < int(created[1]) else None
    start, end = regions.area
    if _is_last(doc.text(start, end)):
        return None
    turning = [a for a in doc.anchors_in(start, end) if word(a.text) in NEXT and not a.url]
    if turning:
        return next((url for a in turning if (url := _by_form(doc, a))), "")
    return "" if _OF.search(doc.text(start, end)) else None


def _is_last(text: str) -> bool:
    m = _OF.search(text)
    return m is not None and int(m[1] or m[3]) >= int(m[2] or m[4])


def _by_form(doc: Document, turning: Anchor) -> str:
    """Where the only form of the page that turns its pages leads to, with the number that the link gives it."""
    told = f"{turning.href} {doc.attr(turning.at, 'onclick')}"
    number = _NUMBER.search(told)
    found = [url for form in doc.all("form") if number and (url := _turned(doc, form, number[1] or number[2], told))]
    return found[0] if len(found) == 1 else ""


def _turned(doc: Document, form: int, number: str, told: str) -> str:
    fields = _fields(doc, form)
    action = doc.join(doc.attr(form, "action") or doc.url)
    if fields is None or not action or not same_site(action, doc.url) or _WRITES.search(action.rpartition("/")[2]):
        return ""
    page = [name for name in fields if _PAGE_FIELD.fullmatch(name) and (fields[name] or "0").isdigit()]
    if len(page) != 1 or not _is_set(doc, page[0], told):
        return ""
    query = "&".join(f"{_quoted(k)}={_quoted(number if k == page[0] else v)}" for k, v in fields.items())
    address = action.partition("?")[0]
    return doc.join(f"{address}?{query}") or "" if len(query) <= MAX_QUERY else ""


def _quoted(text: str) -> str:
    """What isn't ASCII is written in the page's encoding as any link of it is (``Document.join``)."""
    return "".join(quote(c, safe="") if c.isascii() else c for c in text)


def _fields(doc: Document, form: int) -> dict[str, str] | None:
    """What a form sends, choices left at their first; None where a person is to write in it, or it carries what can't be sent again."""
    a, b = form, doc.end[form]
    if doc.holds(a, b, "textarea") or doc.chars(a, b) > 10_000:
        return None
    found: dict[str, str] = {}
    for i in doc.all("input"):
        if not a < i < b:
            continue
        kind, name = doc.attr(i, "type").lower() or "text", doc.attr(i, "name")
        if kind in ("file", "password") or name.lower() in _STATE or "token" in name.lower():
            return None
        if name and kind in ("hidden", "text"):
            found.setdefault(name, doc.attr(i, "value"))
    return found


def _is_set(doc: Document, field: str, told: str) -> bool:
    """Whether a script of the page, or the link itself, writes into the field, and sends a form."""
    writes = re.compile(rf"\b{re.escape(field)}\b[\"'\])\s]{{0,4}}\.\s*(?:value\s*=(?!=)|val\s*\()")
    return any(writes.search(s) and "submit" in s for s in (*doc.scripts.values(), told))
