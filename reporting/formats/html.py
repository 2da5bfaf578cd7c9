"""bulletin.html: one file with everything in it, for a screen, a phone or a printer."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from ..bulletin import Bulletin
from ..tables import LEFT
from ..text import by_sense


def render(bulletin: Bulletin) -> bytes:
    """UTF-8; no script, no link, nothing fetched from anywhere."""
    return _template().render(bulletin=bulletin, left=LEFT).encode()


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["by_sense"] = by_sense
    return environment.get_template("bulletin.html.j2")
