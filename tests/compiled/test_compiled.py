"""The compiled reading room says what the plain one says, of every page at hand and in every role."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests import compiled
from tests.compiled.facts import SHAPES, Told, broken, told

pytestmark = [
    pytest.mark.compiled,
    pytest.mark.timeout(900),  # the first test compiles
    pytest.mark.skipif(not compiled.possible(), reason="no C compiler"),
]


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Told:
    file = tmp_path_factory.mktemp("compiled") / "told.json"
    subprocess.run(
        [sys.executable, "-m", "tests.compiled.facts", str(file)], env=os.environ | compiled.environment(), check=True
    )
    return msgspec.json.decode(file.read_bytes(), type=Told)


def test_the_compiled_modules_are_what_ran(native: Told) -> None:
    suffixes = {name: Path(file).suffix for name, file in native.modules.items()}
    assert suffixes == dict.fromkeys([*told_modules(), "govcrawl.reading._native"], ".so")


def told_modules() -> list[str]:
    files = (compiled.ROOT / "govcrawl" / "reading").glob("*.py")
    return sorted("govcrawl.reading" + f".{f.stem}".removesuffix(".__init__") for f in files)


def test_both_say_the_same_of_every_page(native: Told) -> None:
    plain = told()
    assert all(file.endswith(".py") for file in plain.modules.values())
    assert len(plain.facts) >= 8 * len(list(SHAPES.glob("*.html"))) + len(list(broken()))
    assert [page for page in plain.facts if native.facts.get(page) != plain.facts[page]] == []
    assert native.facts.keys() == plain.facts.keys()


def test_a_changed_source_has_another_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in compiled.FILES:
        (tmp_path / name).write_text("")
    module = tmp_path / "govcrawl" / "reading" / "__init__.py"
    module.parent.mkdir(parents=True)
    monkeypatch.setattr(compiled, "ROOT", tmp_path)
    digests = set()
    for text in ("1", "2", "1"):
        module.write_text(text)
        digests.add(compiled._digest())
    assert len(digests) == 2


def test_nothing_is_left_beside_the_source(native: Told) -> None:
    found = [path for package in compiled.PACKAGES for path in (compiled.ROOT / package).rglob("*.so")]
    assert found == []
