"""bulletin.html: one file with everything in it, for a screen, a phone or a printer."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from ..bulletin import Bulletin
from ..charts import bars
from ..tables import LEFT
from ..text import by_sense

PARTS = {"pass": "合格", "fail": "不合格", "insufficient": "证据不足", "not": "未检查"}


def render(bulletin: Bulletin) -> bytes:
    """UTF-8; no script, no link, nothing fetched from anywhere."""
    return _template().render(bulletin=bulletin, left=LEFT, chart=_chart(bulletin)).encode()


def _chart(bulletin: Bulletin) -> Markup:
    """The rows of 附件1 as bars; nothing where there is but one."""
    rows = [
        (
            one.name,
            {
                "pass": one.passed,
                "fail": one.failed,
                "insufficient": one.insufficient,
                "not": one.running - one.checked,
            },
        )
        for one in bulletin.counts
    ]
    there = {key: word for key, word in PARTS.items() if any(own[key] for _, own in rows)}
    return bars("各地区（部门）网站检查结果", there, rows) if len(rows) > 1 else Markup("")


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
