"""A sheet is written whole or not at all, never over another, also where the file system has no hard links."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from govcrawl.errors import OutputError
from reporting.newfile import write_beside, write_new


def unlinkable(*_: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


@pytest.fixture(params=[False, True], ids=["with links", "without"])
def links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param:
        monkeypatch.setattr(os, "link", unlinkable)


@pytest.mark.usefixtures("links")
def test_never_over_another(tmp_path: Path) -> None:
    file = tmp_path / "台账.xlsx"
    write_new(file, b"1")
    with pytest.raises(FileExistsError):
        write_new(file, b"2")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"台账.xlsx": b"1"}


@pytest.mark.usefixtures("links")
def test_beside_it_under_the_first_free_name(tmp_path: Path) -> None:
    file = tmp_path / "台账.xlsx"
    assert [write_beside(file, b"x").name for _ in range(3)] == ["台账.退回.xlsx", "台账.退回1.xlsx", "台账.退回2.xlsx"]


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(OutputError):
        write_new(tmp_path / "a.xlsx", b"1")
    with pytest.raises(OutputError):
        write_new(tmp_path / "nowhere" / "a.xlsx", b"1")
    assert not list(tmp_path.iterdir())
