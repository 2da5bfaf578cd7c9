"""Every page of ``shapes``: ``<shape>.html`` is read as its ``<shape>.json`` says, and must give the facts named there.

Keys of the JSON: ``url``, ``role``, ``link`` (the words that led there), ``shown_on`` go in; the others are facts, see ``seen``.
"""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from govcrawl.facts import Facts
from govcrawl.reading import read

SHAPES = Path(__file__).parent / "shapes"
NAMES = sorted(file.stem for file in SHAPES.glob("*.html"))


def seen(facts: Facts) -> dict[str, object]:
    """What a shape may tell of its page."""
    column, article = facts.column, facts.article
    items = column.items if column else facts.home.items if facts.home else ()
    return {
        "kind": facts.kind,
        "items": [[_iso(item.date), item.title] for item in items],
        "newest": max((item.date.isoformat() for item in items if item.date), default=None),
        "dated_by": [item.dated_by for item in items],
        "links": [[link.url, link.hidden] for link in facts.links],
        "article_unread": facts.article and facts.article.unread,
        "column_drawn": column and column.drawn,
        "state": column and column.state,
        "name": column and column.name,
        "class": column and column.cls,
        "why": column and column.why,
        "next_pages": list(column.next_pages) if column else [],
        "article": article and {"title": article.title, "published": _iso(article.published), "source": article.source},
        "letters": [[x.title, _iso(x.asked), _iso(x.answered), x.state] for x in facts.letters],
        "board": facts.board and facts.board.shows,
        "onward": facts.board and facts.board.onward,
        "guide": facts.guide
        and {
            "missing": list(facts.guide.missing),
            "forms": list(facts.guide.forms),
            "names_form": facts.guide.names_form,
        },
        "notices": [[n.kind, n.target] for n in facts.notices],
        "columns": [[c.name, c.url, c.source] for c in facts.columns],
        "encoding": facts.encoding,
        "text": facts.text,
        "nav_only": facts.home and facts.home.nav_only,
        "parts": list(facts.home.parts) if facts.home else [],
        "drawn": facts.home.drawn if facts.home else column and column.drawn,
        "footer": {mark: told for mark, told in asdict(facts.footer).items() if told != ()},
        "redirect": facts.redirect,
        "fragments": list(facts.fragments),
    }


def _iso(day):
    return day.isoformat() if day else None


@pytest.mark.parametrize("name", NAMES)
def test_shape(name):
    told = json.loads((SHAPES / f"{name}.json").read_text("utf-8"))
    body = (SHAPES / f"{name}.html").read_bytes()
    way = {"role": told.pop("role", "page"), "name": told.pop("link", ""), "shown_on": told.pop("shown_on", "")}
    facts = seen(read(body, told.pop("url"), **way))
    assert {key: facts[key] for key in told} == told


def test_every_shape_has_its_facts():
    assert sorted(file.stem for file in SHAPES.glob("*.json")) == NAMES
    assert len(NAMES) > 40
