import os
import time

import pytest
from made_up import result, snapshot, yunnan

from govcrawl.errors import Irreconcilable, OutputError
from reporting.write import contents, write_report

FILES = [
    "bulletin.docx",
    "bulletin.html",
    "tables.xlsx",
    "tables/summary.csv",
    "tables/failed.csv",
    "ledger.xlsx",
    "results.json",
]


def found_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_everything_is_written_and_nothing_else(tmp_path):
    written = write_report(yunnan(), tmp_path / "a" / "out")
    assert [str(path.relative_to(tmp_path / "a" / "out")) for path in written] == FILES
    assert found_in(tmp_path / "a" / "out") == sorted(FILES)
    assert all(path.stat().st_size for path in written)


def test_the_same_snapshot_gives_the_same_bytes():
    first = contents(yunnan())
    time.sleep(2.1)  # zip archives count time in steps of two seconds
    assert contents(yunnan()) == first


def test_a_report_replaces_an_earlier_one_and_leaves_other_files(tmp_path):
    (tmp_path / "clerk.txt").write_text("注")
    write_report(snapshot(result(), result("5301000002", "insufficient")), tmp_path)
    assert (tmp_path / "tables" / "insufficient.csv").exists()
    write_report(yunnan(), tmp_path)
    assert found_in(tmp_path) == sorted([*FILES, "clerk.txt"])
    assert (tmp_path / "results.json").read_bytes() == contents(yunnan())["results.json"]


def test_figures_that_disagree_leave_what_was_there(tmp_path):
    write_report(yunnan(), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(Irreconcilable):
        write_report(snapshot(result(), result()), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    with pytest.raises(Irreconcilable):
        write_report(snapshot(result(), result()), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="请换一个可写的目录"):
        write_report(yunnan(), tmp_path / "out")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError):
        write_report(yunnan(), tmp_path)


def test_what_cannot_be_replaced_leaves_no_waiting_folder(tmp_path):
    (tmp_path / "results.json").mkdir()
    with pytest.raises(OutputError, match=r"results\.json 是目录"):
        write_report(yunnan(), tmp_path)
    assert found_in(tmp_path) == []
    assert not list(tmp_path.glob(".writing-*"))


def test_a_system_folder_can_not_be_written():
    with pytest.raises(OutputError):
        write_report(snapshot(result()), "/proc/report")
