"""The benchmark itself: every crawler sees every page, and what it says can be kept."""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.parse import urljoin

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.bench import runs
from tests.bench.__main__ import _measurable
from tests.bench.meter import Measured
from tests.bench.pages import Site
from tests.bench.runs import Raced, Run, WebServer
from tests.bench.table import lines, ratios
from tests.compiled import possible

PLAIN = ("a,b,c,gp", {"gp/a", "gp/b", "gp/c", "gp_pages_per_s_1", "a", "b", "c", "gp"})
COMPILED = ("a,g", {"g/a", "g_pages_per_s_1", "g_pages_per_s_2", "a", "g", "g2"})
COMPILES = [
    pytest.mark.compiled, pytest.mark.timeout(900), pytest.mark.skipif(not possible(), reason="no C compiler")
]  # fmt: skip


@pytest.mark.parametrize(("only", "keys"), [PLAIN, pytest.param(*COMPILED, marks=COMPILES)])
def test_every_crawler_reads_all_pages_and_the_last_line_is_json(only: str, keys: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--sites", "2", "--pages", "10", "--repeat", "1", "--only", only],
        cwd=runs.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *table, last = done.stdout.splitlines()
    found = json.loads(last)
    assert found.keys() == keys | {f"{name}_raw" for name in keys if name.isalnum()}
    assert all(value > 0 for value in found.values())
    assert sum("aim ≤" in line for line in table) == sum("/" in key for key in keys)


def test_without_a_compiler_the_plain_build_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.bench.__main__.possible", lambda: False)
    assert _measurable(["a", "gp", "g", "g2"]) == ["a", "gp"]
    assert "No C compiler" in capsys.readouterr().out


def test_a_page_left_out_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    few = Raced([Measured(9, 0.0, 1.0, 1.0, 1, 0.0018)], 1.0, 9)
    monkeypatch.setitem(runs.CRAWLS, "a", lambda homes, folder: few)
    with WebServer(1, 10) as web, pytest.raises(RuntimeError, match="10 pages there"):
        runs.run("a", web)


def test_a_slow_machine_is_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    served = runs.Served(11, 11, 0, 0.5)
    quiet = runs._run(Raced([Measured(11, 0.0, 9.0, 0.02, 2, 0.0036)], 10.0, 11), served)
    slow = runs._run(Raced([Measured(11, 0.0, 9.0, 0.04, 2, 0.0072)], 10.0, 11), served)
    assert (quiet.raw, slow.raw) == (2.0, 4.0)
    assert quiet.normalised == slow.normalised == 2.0
    assert quiet.pages_per_s == 1.1


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("pages", [10, 37, 150])
def test_a_site_has_its_number_of_pages_and_links_lead_to_all(number: int, pages: int) -> None:
    there = Site(number, pages).pages()
    assert len(there) == pages
    assert there == Site(number, pages).pages()
    seen, waiting = {"/"}, ["/"]
    while waiting:
        at = waiting.pop()
        anchors = LexborHTMLParser(there[at]).css("a[href]")
        urls = {urljoin(f"http://h{at}", a.attributes["href"]) for a in anchors}
        found = {url.removeprefix("http://h") for url in urls if url.startswith("http")}
        waiting += found - seen
        seen |= found
    assert seen == set(there)


def test_the_table_tells_met_from_not_met() -> None:
    made_up = {name: [Run(cpu, cpu, 100.0, 0.01)] for name, cpu in {"a": 10.0, "c": 1.0, "g": 3.6}.items()}
    text = "\n".join(lines(made_up))
    assert "g/a = 0.360, aim ≤ 0.35: not met" in text
    assert "g/c = 3.600, aim ≤ 4.0: met" in text
    assert "g/b" not in ratios(made_up)
