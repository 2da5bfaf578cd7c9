"""Home pages that only script files of their site leave open: ``home_scripts/<shape>/`` holds the page and its files; ``told.json`` says
which of them are asked for, why each may draw (only what is named), and what becomes of the site.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from govcrawl.contracts import Lease, Observation, Page, Result, Task
from govcrawl.spiders.guise import apart, look_apart
from govcrawl.spiders.site import look
from pipelines.observe import observe
from tests.pipelines.build import CAMPAIGN, HOME, NOON, SITE, fine_with, home, judge

SHAPES = Path(__file__).parent / "home_scripts"
NAMES = sorted(folder.name for folder in SHAPES.iterdir())
START = Task(SITE.code, "site", "home", HOME)
ACCUSED = ("home_not_updated",)


def told(shape: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SHAPES / shape / "told.json").read_text("utf-8"))
    return found


def answer(shape: str, url: str) -> Page:
    """As the site's server answers."""
    file = SHAPES / shape / (url.removeprefix(HOME) or "index.html")
    if not file.exists():
        return Page(url, "http_error", 404, NOON, 0.1)
    return Page(url, "ok", 200, NOON, 0.1, body=file.read_bytes())


def inspected(shape: str, round: int = 1) -> list[Observation]:
    """What is seen of the home page and of the scripts that it leads to."""
    page = answer(shape, HOME)
    facts = look(page, START)
    looks = [(START, page, facts)]
    for task in apart(START, facts, as_engine=False):
        if task.url.startswith(HOME):
            script = answer(shape, task.url)
            looks.append((task, script, look_apart(script, task)))  # type: ignore[arg-type]
    results = [Result(Lease(f"{CAMPAIGN}:{round}", b"\x01", "w", 1, t), p, f) for t, p, f in looks]
    return [o for result in results for o in observe(result) if o.kind in ("home", "script", "unread")]


@pytest.mark.parametrize("shape", NAMES)
def test_shape(shape: str) -> None:
    expected, seen = told(shape), inspected(shape)
    (page,) = [o for o in seen if o.kind == "home"]
    assert page.data["drawn"] == "栏目区域可能由脚本填充"  # what nobody asks further stays a doubt
    assert page.data["scripts"] == [HOME + path for path in expected["asked"]]
    draws = {o.url.removeprefix(HOME): o.data["draws"] for o in seen if o.kind == "script"}
    assert {path: why for path, why in draws.items() if why} == {p: w for p, w in expected["draws"].items() if w}
    verdict = judge(fine_with(*seen, but="home"))
    assert verdict.vetoes == tuple(expected["vetoes"])
    assert verdict.verdict == ("fail" if expected["vetoes"] else "insufficient")


def test_both_kinds_are_there() -> None:
    vetoes = [bool(told(shape)["vetoes"]) for shape in NAMES]
    assert vetoes.count(True) >= 5
    assert vetoes.count(False) >= 10


def test_what_the_file_writes_into_is_kept() -> None:
    (script,) = [o for o in inspected("into-another-box") if o.kind == "script"]
    assert script.data == {"draws": "", "into": ["fontSizeNow", "articleHits"]}
    assert script.found_on == HOME


def test_a_script_counts_only_in_the_round_in_which_it_was_read() -> None:
    first = inspected("menu-only")
    page, script = first
    later = replace(page, round=2)
    assert judge(fine_with(*first, later, but="home")).vetoes == ()
    assert judge(fine_with(*first, later, replace(script, round=2), but="home")).vetoes == ACCUSED
    assert judge(fine_with(later, script, but="home")).vetoes == ()


def test_each_of_the_files_must_have_been_read() -> None:
    page, *scripts = inspected("one-of-two")
    idle = [replace(o, data={"draws": "", "into": []}) for o in scripts]
    assert judge(fine_with(page, *idle, but="home")).vetoes == ACCUSED
    for left in ([idle[0]], [idle[1]], [idle[0], scripts[1]], [*idle, scripts[1]], []):
        assert judge(fine_with(page, *left, but="home")).vetoes == ()


def test_a_fresh_home_page_is_fresh_whatever_its_scripts_do() -> None:
    page, *scripts = inspected("menu-only")
    fresh = replace(page, data=page.data | {"items": home(*range(12)).data["items"]})
    assert judge(fine_with(fresh, *scripts, but="home")).verdict == "pass"


def test_a_stale_home_page_costs_its_points_too() -> None:
    page, *scripts = inspected("menu-only")
    few = replace(page, data=page.data | {"items": home(1, 2).data["items"]})
    assert judge(fine_with(few, *scripts, but="home")).deductions == 5.0
    assert judge(fine_with(few, but="home")).deductions != 5.0


def test_a_frame_is_not_asked_for_its_scripts() -> None:
    part = replace(START, role="part", url=HOME + "main.html", found_on=HOME)
    facts = look(answer("menu-only", HOME), START)
    assert list(apart(part, facts, as_engine=False)) == []
