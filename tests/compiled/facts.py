"""``python -m tests.compiled.facts FILE``: what reading says of every page that is at hand, and the files it was loaded from."""

from __future__ import annotations

import json
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


def _real(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The pages of the two real sites, if they are here."""
    for file in sorted(folder.rglob("*.html")):
        path = file.relative_to(folder).as_posix()
        yield path, {"body": file.read_bytes(), "url": f"http://www.site.test/{path}"}


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(msgspec.json.encode(told()))
