"""How exact reading is on two whole real sites; ``tests/real_sites/README.md`` says what was labelled and how."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from govcrawl.facts import ColumnClass, ColumnState
from tests.real_sites import HERE, NAMES, articles, labels, unpack
from tests.real_sites.__main__ import lines
from tests.real_sites.measure import Measure, Miss, bare, bodies, compare, measure, squeezed

#: Least share of right answers, of the pages as they are.
FLOORS = {
    "newest": 1.0,
    "undated": 1.0,
    "items": 1.0,
    "state": 1.0,
    "class": 1.0,
    "class_first": 0.88,
    "name": 1.0,
    "blank_precision": 1.0,
    "blank_recall": 1.0,
    "not_blank": 1.0,
    "misled": 1.0,
    "entry_date": 1.0,
    "home_newest": 1.0,
    "home_fresh": 1.0,
    "redirect": 1.0,
    "article_date": 1.0,
    "article_title": 1.0,
    "article_source": 1.0,
    "shown_source": 1.0,
}
#: The same, of the pages without class and id: nothing rests on the names of boxes.
BARE = FLOORS

Figures = dict[str, Measure]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sites")
    if not unpack(target):
        pytest.skip("daozhen.tar.xz and jspn.tar.xz are neither in GOVCRAWL_SITES nor in ../shared/sites")
    return target


@pytest.fixture(scope="module")
def figures(folder: Path) -> Figures:
    return {m.key: m for m in measure(bodies(folder))}


@pytest.fixture(scope="module")
def stripped(folder: Path) -> Figures:
    body_of = bodies(folder)
    return {m.key: m for m in measure(lambda site, path: bare(body_of(site, path)))}


def demand(m: Measure, floor: float) -> None:
    assert m.of, f"nothing was measured of {m.name}"
    assert m.right >= floor * m.of, "\n".join(map(str, m.misses))


@pytest.mark.parametrize("key", FLOORS)
def test_pages_as_they_are(key: str, figures: Figures) -> None:
    demand(figures[key], FLOORS[key])


@pytest.mark.parametrize("key", BARE)
def test_pages_without_class_and_id(key: str, stripped: Figures) -> None:
    demand(stripped[key], BARE[key])


def test_every_measure_has_a_floor(figures: Figures) -> None:
    assert set(figures) == set(FLOORS)


# --- the labels ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("site", NAMES)
def test_every_page_is_labelled_once(site: str, folder: Path) -> None:
    there = [f"/{p.relative_to(folder / site).as_posix()}" for p in (folder / site).rglob("*.html")]
    columns = [c["path"] for c in labels(site)["columns"] if c["state"] != "missing"]
    texts = articles(site)
    named = [labels(site)["home"]["path"], *columns, *(a["path"] for a in texts["articles"]), *texts["left_out"]]
    assert sorted(named) == sorted(there)


@pytest.mark.parametrize("site", NAMES)
def test_articles_are_well_formed(site: str) -> None:
    texts = articles(site)["articles"]
    assert len(texts) >= 50
    assert [a["path"] for a in texts] == sorted(a["path"] for a in texts)
    for a in texts:
        assert a["title"] == a["title"].strip() != "", a["path"]
        assert date(2009, 1, 1) < date.fromisoformat(a["date"]) <= date.fromisoformat(labels(site)["as_of"]), a["path"]
        assert len(a["source"]) <= 20, a["path"]


@pytest.mark.parametrize("site", NAMES)
def test_columns_are_well_formed(site: str) -> None:
    columns = labels(site)["columns"]
    assert [c["path"] for c in columns] == sorted({c["path"] for c in columns})
    for c in columns:
        assert {c["class"], *c.get("also_class", ())} <= set(get_args(ColumnClass)), c["path"]
        assert {c["state"], *c.get("also", ())} <= {*get_args(ColumnState), "missing", "redirect"}, c["path"]
        assert c["newest"] is None or (c["state"] == "listed" and date.fromisoformat(c["newest"])), c["path"]
        assert (c["items"] > 0) == (c["state"] == "listed"), c["path"]
        assert ("target" in c) == (c["state"] == "redirect"), c["path"]
        assert c["note"] or c["state"] != "blank", f"{c['path']}: blank without a reason"


def test_no_personal_numbers() -> None:
    for file in HERE.glob("*.json"):
        assert not re.search(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)", file.read_text("utf-8")), file.name


# --- the measuring ---------------------------------------------------------------------------------------------------


def test_a_wrong_answer_is_a_miss() -> None:
    m = compare("k", "name", [("a", ["1", "2"], "2"), ("b", ["1"], "3"), ("c", [None], None), ("d", ["1"], None)])
    assert (m.of, m.right) == (4, 2)
    assert m.misses == (Miss("b", "1", "3"), Miss("d", "1", None))


def test_a_bare_page_keeps_its_links_and_words() -> None:
    page = b'<div class="x y" id=\'z\'><a class=t href="/a?id=1">\xe7\xb1\xbb class</a></div>'
    assert bare(page) == b'<div><a href="/a?id=1">\xe7\xb1\xbb class</a></div>'


def test_squeezed() -> None:
    assert squeezed(" 公\u3000示\n\u200b(1)\xa0") == "公示(1)"


def test_table_ends_with_one_json_object() -> None:
    whole, half = Measure("k", "name", 2, ()), Measure("k", "name", 2, (Miss("/a", "1", "2"),))
    *table, last = lines([half], [whole])
    assert table[1].split() == ["name", "1", "of", "2", "50.0%", "2", "of", "2", "100.0%"]
    assert "name: /a: expected '1', found '2'" in table
    assert json.loads(last) == {"pages": {"k": {"right": 1, "of": 2}}, "bare": {"k": {"right": 2, "of": 2}}}


def test_command_without_pages(tmp_path: Path) -> None:
    command, place = [sys.executable, "-m", "tests.real_sites"], os.environ | {"GOVCRAWL_SITES": str(tmp_path)}
    done = subprocess.run(command, cwd=HERE.parents[1], env=place, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "GOVCRAWL_SITES" in done.stderr
