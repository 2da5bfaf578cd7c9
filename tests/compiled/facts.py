"""``python -m tests.compiled.facts FILE``: what reading says of every page that is at hand, and the files it was loaded from."""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_args

import msgspec

from govcrawl import reading
from govcrawl.contracts import Role
from govcrawl.reading import read
from tests.real_sites import unpack

ODD = "<>\"'/ =&;!-\n\u3000\xa0\u200ba\x0b"
LIMITS = (
    *("<div>" * n + "a" for n in (399, 400, 401)),
    *("<b>" * n + "<p>a" for n in (59, 60, 61)),
    *("<select>" + "<option>" * n for n in (1999, 2000, 2001)),
    *("<p>" + "a" * n + "<p>b" for n in (19_998, 20_001)),
    "<div></x><p></y>" * 2000, "<x1>" * 100 + "".join(f"<y{n}>" for n in range(300)), "<" + "a" * 40 + ">b",
    "<a " + "b=1 " * 6000 + ">c", "<svg><![CDATA[x]]>y</svg>z", "<template><p>a</p></template>b", "a</", "<", "",
)  # fmt: skip
SHAPES = Path(__file__).parents[1] / "govcrawl" / "reading" / "shapes"


class Told(msgspec.Struct):
    """``facts``: page and role → the facts as JSON, or the error; ``modules``: of the reading room → file."""

    facts: dict[str, str]
    modules: dict[str, str]


def told() -> Told:
    with tempfile.TemporaryDirectory() as folder:
        unpack(Path(folder))
        pages = [*_shapes(), *_real(Path(folder))]
        facts = {f"{name} as {role}": _facts(page, role) for name, page in pages for role in get_args(Role)}
        facts |= {f"broken {k}": _facts(page, "page") for k, page in enumerate(broken())}
    for found in iter_modules(reading.__path__, "govcrawl.reading."):
        import_module(found.name)  # also what nothing here asks for
    modules = {name: str(m.__file__) for name, m in sys.modules.items() if name.startswith("govcrawl.reading")}
    return Told(facts, modules)


def _facts(page: dict[str, Any], role: Role) -> str:
    return msgspec.json.encode(read(**page, role=role)).decode()


def _shapes() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(SHAPES.glob("*.html")):
        way = json.loads(file.with_suffix(".json").read_text("utf-8"))
        hints = {"name": way.get("link", ""), "shown_on": way.get("shown_on", "")}
        yield file.stem, {"body": file.read_bytes(), "url": way["url"], **hints}


def broken() -> Iterator[dict[str, Any]]:
    """Pieces of the shapes with marks put where they don't belong, tags of all limits and beyond, what is not HTML."""
    chance = random.Random(4)
    sources = [file.read_text("utf-8", "replace") for file in sorted(SHAPES.glob("*.html"))]
    for _ in range(400):
        source = chance.choice(sources)
        at = chance.randrange(len(source) + 1)
        piece = [c if chance.random() > 0.02 else chance.choice(ODD) for c in source[at : at + chance.randrange(3000)]]
        yield {"body": "".join(piece).encode("utf-8", "replace"), "url": "http://www.site.test/"}
    for text in LIMITS:
        yield {"body": text.encode(), "url": "http://www.site.test/"}


def _real(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The pages of the two real sites, if they are here."""
    for file in sorted(folder.rglob("*.html")):
        path = file.relative_to(folder).as_posix()
        yield path, {"body": file.read_bytes(), "url": f"http://www.site.test/{path}"}


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(msgspec.json.encode(told()))
