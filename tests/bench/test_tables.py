"""What ``make bench`` prints before the race."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.tables import TABLES, main


def test_what_has_no_material_is_left_out_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOVCRAWL_SITES", str(tmp_path))
    assert main({"reading": ()}) == 0
    assert "left out: daozhen.tar.xz and jspn.tar.xz are neither in GOVCRAWL_SITES" in capfd.readouterr().out


def test_a_table_that_breaks_is_no_success() -> None:
    assert main({"nothing_of_this_name": ()}) == 1


def test_every_table_is_a_command_and_make_bench_ends_with_the_race() -> None:
    root = Path(__file__).parents[2]
    assert all((root / "tests" / "bench" / f"{name}.py").is_file() for name in TABLES)
    recipe = (root / "Makefile").read_text("utf-8").partition("\nbench: setup\n")[2].partition("\n\n")[0].split("\n")
    assert [line.rpartition(" ")[2] for line in recipe] == ["tests.bench.tables", "tests.bench"]
