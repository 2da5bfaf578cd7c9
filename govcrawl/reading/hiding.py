"""What keeps a reader from seeing an element, as far as the page itself tells: attributes, its own style sheets and scripts.

Style sheets in files of their own may hide, or show, more (``reading/sheets.py``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from govcrawl.facts import Hiding
from govcrawl.reading.document import Document

MAX_STYLES: Final = 60_000  #: characters of a page's style sheets, and of its scripts, that are looked through
MAX_STYLE: Final = 2000  #: characters of the declarations of one element
FAR: Final = 500.0  #: pixels outside of the page; more than a drop-down keeps in reserve
MAX_SELECTOR: Final = 200  #: characters
MAX_PATHS: Final = 50  #: selectors of several names that are held against an element
MAX_BOXES: Final = 8  #: elements around one
TINY: Final = 2.0  #: pixels of a box, and of letters, that nobody reads
BLURRED: Final = 1000.0  #: pixels that a marquee runs a step

_NUMBER: Final = r"(-?\d{0,6}\.?\d{1,6})\s*(px|pt|em|rem|%)?"
_DECLARED: Final = re.compile(r"([a-z-]{3,40})\s*:\s*([^;]{1,200})", re.I)
_SIZE: Final = re.compile(rf"\s*{_NUMBER}\s*(?:!important)?\s*$", re.I)
_TELLING: Final = re.compile(r"none|hidden|collapse|-\s*\d|indent|font|opacity|height|width|clip|scale|\d{4}", re.I)
_PIXELS: Final = {"": 1.0, "px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0}
_MEDIA: Final = re.compile(r"@[a-z-]+[^{};]{0,300}\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\}", re.I)
_SIMPLE: Final = re.compile(r"[\w-]*([.#][\w-]{1,80})$")
#: ``.a .b``, ``#x ul.y``, ``p.a.b``; ``.a a`` of the links within.
_PATH: Final = re.compile(
    r"(?=.{0,40}[.#])(?:[\w-]{0,40}(?:[.#][\w-]{1,80}){1,3}\s{1,9}){0,3}(?:[\w-]{0,40}(?:[.#][\w-]{1,80}){1,3}|a)"
)
_NAMED: Final = re.compile(r"[.#][\w-]{1,80}")
COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)
_BY_ID: Final = re.compile(
    r"""getElementById\(\s*["']([\w-]{1,80})["']\s*\)\s*\.\s*style\s*\.\s*"""
    r"""(?:display\s*=\s*["']none|visibility\s*=\s*["']hidden|(?:left|top)\s*=\s*["']-\d{3}|(?:width|height)\s*=\s*["'][01](?:px)?["'])"""
)
_BY_QUERY: Final = re.compile(
    r"""\(\s*["']([.#][\w-]{1,80})["']\s*\)\s*\.\s*(?:hide\s*\(|css\s*\(\s*\{?\s*["']?display["']?\s*[,:]\s*["']none)"""
)
#: What authors call the parts of a page that open at a touch: menus, tabs, drop-downs, sliders, share buttons.
_OPENS: Final = re.compile(
    r"tab|menu|nav|drop|sub|pop|layer|link|friend|share|slide|scroll|select|more|float|modal|dialog|hover|toggle|accordion|wechat|weixin|qr|"
    r"mobile|phone|wap|yqlj|switch|panel|carousel|swiper|(?:\b|_)(?:bd|hd|lj|con\w*)(?:\b|_|\d)"
)
_COLOURS: Final = {
    "white": "ffffff",
    "black": "000000",
    "red": "ff0000",
    "blue": "0000ff",
    "green": "008000",
    "yellow": "ffff00",
}
_RGB: Final = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})")
_HEX: Final = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})\b")

Declared = dict[str, str]


class Hidden(NamedTuple):
    how: Hiding
    sure: bool  #: False: something of the page may open it, or a style sheet we don't read may undo it
    box: int  #: the element that hides it


class Hider:
    """Answers for one page; each element is looked at once."""

    def __init__(self, doc: Document) -> None:
        self.doc = doc
        self._found: dict[int, Hidden | None] = {}

    def of(self, i: int) -> Hidden | None:
        """What hides element ``i``: itself, or the nearest around it that does."""
        path: list[int] = []
        found = None
        while i >= 0 and i not in self._found:
            path.append(i)
            if found := self._own(i):
                break
            i = self.doc.parent[i]
        found = found or self._found.get(i)
        self._found.update(dict.fromkeys(path, found))
        return found

    def _own(self, i: int) -> Hidden | None:
        attrs, tag = self.doc.attrs[i], self.doc.tags[i]
        if tag == "marquee" and _is_blurred(self.doc, i):
            return Hidden("marquee", True, i)
        if tag == "noscript":
            return Hidden("other", False, i)
        if not attrs:
            return None
        if "hidden" in attrs:
            return Hidden("display-none", self.stays(i), i)
        if (style := attrs.get("style")) and (how := hidden_by(style[:MAX_STYLE])):
            return Hidden(how, self.stays(i), i)
        if ("class" in attrs or "id" in attrs) and (named := self._by_name(attrs)):
            return Hidden(named[0], named[1] and self.stays(i), i)
        if self._paths and (way := self._by_path(i)):
            return Hidden(way[0], way[1] and self.stays(i), i)
        return None

    def stays(self, i: int) -> bool:
        """Nothing in the names around says that it opens."""
        around = (i, *self.doc.above(i, 2))
        return not any(_OPENS.search(self.doc.hint(k).partition(" ")[2]) for k in around)

    def _by_name(self, attrs: dict[str, str | None]) -> tuple[Hiding, bool] | None:
        return next((self._names[name] for name in selectors(attrs) if name in self._names), None)

    def _by_path(self, i: int) -> tuple[Hiding, bool] | None:
        boxes = [(self.doc.tags[k], selectors(self.doc.attrs[k])) for k in (i, *self.doc.above(i, MAX_BOXES))]
        return next((told for path, told in self._paths.items() if fits(path, boxes)), None)

    @cached_property
    def _paths(self) -> dict[str, tuple[Hiding, bool]]:
        """Of ``_names``, selectors of several."""
        several = {path: told for path, told in self._names.items() if len(named(path)[1]) > 1 or path.endswith(" a")}
        script = "\n".join(self.doc.scripts.values()) if several else ""
        return {
            path: (how, sure and not opens(path) and not any(name[1:] in script for name in named(path)[1]))
            for path, (how, sure) in list(several.items())[:MAX_PATHS]
        }

    @cached_property
    def _names(self) -> dict[str, tuple[Hiding, bool]]:
        """Selectors of one name that hide, by style sheets and scripts in the page; not sure of what is shown elsewhere."""
        found: dict[str, tuple[Hiding, bool]] = {}
        shown: set[str] = set()
        for names, how in rules("\n".join(self.doc.styles)[:MAX_STYLES]):
            if how is None:
                shown.update(names)
            else:
                found |= dict.fromkeys(names, (how, True))
        script = "\n".join(s for s in self.doc.scripts.values() if ".style" in s or ".hide" in s or ".css" in s)[
            :MAX_STYLES
        ]
        for name in (*(f"#{m}" for m in _BY_ID.findall(script)), *_BY_QUERY.findall(script)):
            alone = script.count(f'"{name.lstrip("#")}"') + script.count(f"'{name.lstrip('#')}'") <= 1
            found[name] = ("script", alone or name[0] == ".")
        return {
            name: (how, sure and shown.isdisjoint(named(name)[1] or (name,))) for name, (how, sure) in found.items()
        }


def selectors(attrs: dict[str, str | None]) -> list[str]:
    """By which names a style sheet may know an element."""
    own = [f"#{id_}"] if (id_ := attrs.get("id")) else []
    return [*own, *(f".{name}" for name in (attrs.get("class") or "").split()[:8])]


def rules(css: str) -> Iterator[tuple[list[str], Hiding | None]]:
    """(names, how they hide); None: these are shown under some condition.  Rules for printing and other widths don't count."""
    plain = _MEDIA.sub("", COMMENT.sub("", css)) if "@" in css or "/*" in css else css
    for rule in plain.split("}"):
        selectors, _, body = rule.partition("{")
        selectors = selectors.rpartition(";")[2]  # behind @charset "utf-8";
        if how := hidden_by(body[:MAX_STYLE]):
            parts = (_SIMPLE.fullmatch(part.strip()) for part in selectors.split(","))
            yield [*(m[1] for m in parts if m), *_paths(selectors)], how
        elif "display" in body or "visible" in body:
            yield _NAMED.findall(selectors), None


def _paths(selectors: str) -> Iterator[str]:
    """Those that tell of elements by what is around them, or by several names."""
    for part in selectors.split(","):
        words = part.split() if len(part) <= MAX_SELECTOR else []
        plain = " ".join(words)
        if words and (len(words) > 1 or len(_NAMED.findall(plain)) > 1) and _PATH.fullmatch(plain):
            yield plain


def fits(path: str, boxes: Sequence[tuple[str, Collection[str]]]) -> bool:
    """``boxes``: tag and names of an element, then of those around it, innermost first."""
    *around, own = path.split(" ")
    if not boxes or not _is(own, boxes[0]):
        return False
    at = 0
    for word in reversed(around):
        at += 1
        while at < len(boxes) and not _is(word, boxes[at]):
            at += 1
        if at == len(boxes):
            return False
    return True


def _is(word: str, box: tuple[str, Collection[str]]) -> bool:
    tag, names = named(word)
    return (not tag or tag == box[0]) and all(name in box[1] for name in names)


@lru_cache(maxsize=4096)
def named(path: str) -> tuple[str, tuple[str, ...]]:
    """The tag with which a selector begins, and all names in it."""
    names = tuple(_NAMED.findall(path))
    return (path[: path.index(names[0])] if names else path).strip().lower(), names


def opens(path: str) -> bool:
    """Whether a name in it says that the part opens at a touch."""
    return any(_OPENS.search(name[1:].lower()) for name in named(path)[1])


@lru_cache(maxsize=4096)
def hidden_by(style: str) -> Hiding | None:
    """What the declarations of one element, or rule, hide by themselves."""
    if not _TELLING.search(style):
        return None
    said = declared(style)
    if said.get("display", "").startswith("none") or said.get("visibility", "").startswith(("hidden", "collapse")):
        return "display-none"
    if _is_far(said):
        return "off-screen"
    return "zero-size" if _is_tiny(said) else "other" if _is_clear(said) else None


@lru_cache(maxsize=4096)
def declared(style: str) -> Declared:
    return {name.lower(): words.strip().lower() for name, words in _DECLARED.findall(style)}


def _is_far(said: Declared) -> bool:
    position = said.get("position", "")
    edges = ("left", "top", "right", "bottom") if position.startswith(("absolute", "fixed", "relative")) else ()
    edges = (*edges, "margin-left", "margin-top", "text-indent")
    outside = any(px is not None and px <= -FAR for edge in edges if (px := pixels(said.get(edge, ""))) is not None)
    beyond = (pixels(said.get(edge, "")) or 0 for edge in ("left", "top") if position.startswith(("absolute", "fixed")))
    return outside or any(px >= 10 * FAR for px in beyond)


def _is_tiny(said: Declared) -> bool:
    """Letters that are too small; or a box that shows nothing of what it holds."""
    letters = pixels(said.get("font-size", ""))
    if letters is not None and 0 < letters < TINY:
        return True
    sizes = [px for edge in ("width", "height") if (px := pixels(said.get(edge, ""))) is not None]
    cut = said.get("overflow", "").startswith("hidden") and bool(sizes) and min(sizes) < TINY
    return (cut and "transition" not in said) or said.get("clip", "").startswith(("rect(0", "rect(1px"))


def _is_clear(said: Declared) -> bool:
    """What sliders and gaps between pictures are made of, too."""
    opacity, letters = pixels(said.get("opacity", "")), pixels(said.get("font-size", ""))
    faint = opacity is not None and opacity < 0.05
    return faint or letters == 0 or "opacity=0)" in said.get("filter", "") or "scale(0)" in said.get("transform", "")


def pixels(words: str) -> float | None:
    """A length; None: none is said, or it hangs on the box around."""
    m = _SIZE.match(words)
    return float(m[1]) * _PIXELS[m[2] or ""] if m and m[2] != "%" else None


def _is_blurred(doc: Document, i: int) -> bool:
    """A marquee too small, or too fast, to be read."""
    said = declared(doc.attr(i, "style")[:MAX_STYLE])
    sizes = [
        pixels(doc.attr(i, edge)) if doc.attr(i, edge) else pixels(said.get(edge, "")) for edge in ("width", "height")
    ]
    tiny = any(px is not None and px <= 2 * TINY + 1 for px in sizes)
    return tiny or (pixels(doc.attr(i, "scrollamount")) or 0) >= BLURRED


def same_colour(doc: Document, i: int) -> bool | None:
    """Whether the page itself says both colours, where the letters of ``i`` have the colour of what is behind them; else None."""
    ink = paper = ""
    for k in (i, *doc.above(i, 40)):
        if attrs := doc.attrs[k]:
            said = declared(style[:MAX_STYLE]) if (style := attrs.get("style")) else {}
            ink = ink or colour(said.get("color") or (attrs.get("color") or "" if doc.tags[k] == "font" else ""))
            paper = paper or colour(
                said.get("background-color") or said.get("background") or attrs.get("bgcolor") or ""
            )
        if paper:
            break
    return bool(paper) if ink and ink == (paper or "ffffff") else None


@lru_cache(maxsize=1024)
def colour(words: str) -> str:
    """Six hexadecimal digits; "" where none is said."""
    words = words.strip().lower()
    if m := _RGB.match(words):
        return "".join(f"{min(int(part), 255):02x}" for part in m.groups())
    if "url(" in words:
        return "url"
    if m := _HEX.match(words):
        return m[1] if len(m[1]) == 6 else "".join(2 * c for c in m[1])
    return _COLOURS.get(words.split(" ")[0].removesuffix("!important"), "")
