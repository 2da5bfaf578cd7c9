"""``govcrawl export`` and what an analyst does with it: the files, the notebook's pictures, the examples for mongosh."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pyarrow import parquet

from govcrawl import rows, schema, services, views
from govcrawl.cli import main
from govcrawl.errors import InputError, OutputError, UnknownCampaign
from govcrawl.store import Store
from pipelines.standards.printed import words
from reporting import exported
from reporting.exported import _columns, export
from tests.govcrawl.analysed import MENDED, SPRING, SUMMER, write

DOCS = Path(__file__).parents[2] / "docs"
#: A visit as no version of ours has it; what workers send is never refused.
ODD = {"_id": "odd", "campaign": SUMMER.id, "site": 7}
NAMES = [view.name for view in views.VIEWS]
EXAMPLE = re.compile(r"```js\ndb\.(\w+)\.(aggregate|find)\((.*?)\)\n```", re.DOTALL)


@pytest.fixture(scope="module")
def own(urls: services.Urls) -> Iterator[Store]:
    store = Store(urls.mongodb.replace("/govcrawl?", "/exported?"))
    write(store)
    yield store
    store.client.drop_database(store.db.name)
    store.close()


@pytest.fixture(scope="module")
def data(own: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both campaigns as Parquet, a few rows at a time."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exported, "AT_ONCE", 30)
        export(own, [], folder, "parquet")
    return folder


def bare(value: Any) -> Any:
    """As it comes back from a file: a tuple as a list, a moment in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("view", views.VIEWS, ids=lambda v: v.name)
def test_a_file_has_the_rows_of_its_view_and_says_what_they_mean(view: views.View, own: Store, data: Path) -> None:
    file = parquet.ParquetFile(data / f"{view.name}.parquet")
    found = file.read().to_pylist()
    typed = [msgspec.convert(d, view.row) for d in views.found(own.db, view, [SPRING.id, SUMMER.id])]
    assert found == [{f.name: bare(getattr(one, f.name)) for f in fields(view.row)} for one in typed]
    assert file.num_row_groups == -(-len(found) // 30)
    assert file.schema_arrow.equals(_columns(view.row), check_metadata=True)
    for column in file.schema_arrow:
        assert column.metadata[b"meaning"].decode() == schema.comments(view.row)[column.name] != ""


def test_every_column_and_indicator_is_in_the_dictionary_beside_the_files(data: Path) -> None:
    told = (data / "dictionary.md").read_text("utf-8")
    for file in data.glob("*.parquet"):
        section = told.partition(f"\n## {file.stem} · ")[2].partition("\n## ")[0]
        columns = parquet.read_schema(file)
        assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")][
            : len(columns)
        ] == columns.names
    assert {f.stem for f in data.glob("*.parquet")} == {*NAMES, "indicators"}
    assert "| `site_unreachable` | 站点无法访问 |" in told
    named = {
        (row["pack"], row["indicator"]): row["word"]
        for row in parquet.read_table(data / "indicators.parquet").to_pylist()
    }
    assert named["2015@1", "site_unreachable"] == "站点无法访问"
    assert {pack for pack, _ in named} == {"2015@1", "2019@1"}


def test_a_standard_of_ones_own_has_the_built_in_words(own: Store) -> None:
    one = own.db["findings"].find_one({"campaign": SPRING.id})
    assert one
    own.db["findings"].insert_one(one | {"_id": "own", "pack": "own@3"})
    named = {i.indicator: i.word for i in exported._indicators(own, [SPRING.id]) if i.pack == "own@3"}
    own.db["findings"].delete_one({"_id": "own"})
    assert named == words()


def test_csv_is_for_a_spreadsheet_and_computes_nothing(own: Store, tmp_path: Path) -> None:
    own.db["sites"].update_one({"_id": f"{SUMMER.id}:{MENDED.code}"}, {"$set": {"name": '=HYPERLINK("x")\n甲'}})
    made = dict(export(own, [SUMMER.id], tmp_path, "csv"))
    own.db["sites"].update_one({"_id": f"{SUMMER.id}:{MENDED.code}"}, {"$set": {"name": MENDED.name}})
    assert made.keys() == {f"{name}.csv" for name in (*NAMES, "indicators")}
    assert (tmp_path / "site_verdicts.csv").read_bytes().startswith(b"\xef\xbb\xbfcampaign,pack,own,site,name")
    with (tmp_path / "site_verdicts.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = {(row["site"], row["pack"]): row for row in csv.DictReader(file)}
    assert lines[MENDED.code, "2015@1"]["name"] == '\'=HYPERLINK("x") 甲'
    assert (lines[MENDED.code, "2015@1"]["own"], lines[MENDED.code, "2019@1"]["own"]) == ("true", "false")
    assert lines[MENDED.code, "2015@1"]["as_of"] == "2018-06-15"
    assert lines[MENDED.code, "2019@1"]["deductions"] == ""
    assert len(lines) == made["site_verdicts.csv"] == 12
    with (tmp_path / "visits.csv").open(encoding="utf-8-sig", newline="") as file:
        assert "2018-06-14T18:14:00.000Z" in {row["at"] for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (("-1", "b"), "'-1；b"),
        (-1.5, -1.5),
        (None, None),
        (date(2018, 6, 15), date(2018, 6, 15)),
        ("a\u200bb", "ab"),
        (False, "false"),
    ],
)
def test_a_cell(value: Any, cell: Any) -> None:
    assert exported._cell(value) == cell


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_document_that_does_not_fit_leaves_all_files_as_they_were(own: Store, tmp_path: Path) -> None:
    export(own, [SPRING.id], tmp_path, "csv")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    own.db["probes"].insert_one(ODD)
    with pytest.raises(msgspec.ValidationError):  # told in a sentence by the command line
        export(own, [], tmp_path, "csv")
    own.db["probes"].delete_one(ODD)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_what_cannot_be_exported_is_said_in_a_sentence(
    own: Store, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnknownCampaign, match="yn-2030"):
        export(own, [SPRING.id, "yn-2030"], tmp_path / "a", "csv")
    with pytest.raises(InputError, match="还没有普查"):
        export(store, [], tmp_path / "a", "csv")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        export(own, [], tmp_path / "file", "csv")
    monkeypatch.setattr(exported, "find_spec", lambda _: None)
    with pytest.raises(InputError, match="pip install pyarrow，或改用 --format csv"):
        export(own, [], tmp_path / "a", "parquet")
    assert not (tmp_path / "a").exists()


def test_the_command_needs_mongodb_alone(
    own: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONGODB_URI", own.uri)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # put back what the command sets
    assert main(["export", SUMMER.id, "--format", "csv"]) == 0
    assert re.search(r"site_verdicts\.csv +12\n", capsys.readouterr().out)
    assert (tmp_path / "data" / "dictionary.md").exists()
    own.db["probes"].insert_one(ODD)
    assert main(["export", SUMMER.id, "--format", "csv"]) == 2
    own.db["probes"].delete_one(ODD)
    assert "所存数据与本版本不符" in capsys.readouterr().err


# --- the notebook and the examples ------------------------------------------------------------------------------------


def cells() -> list[str]:
    notebook = json.loads((DOCS / "analysis.ipynb").read_text("utf-8"))
    assert not any(cell.get("outputs") for cell in notebook["cells"])
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    yield plt
    plt.close("all")


@pytest.mark.filterwarnings("ignore:Glyph")  # where no Chinese font is
def test_the_notebook_draws_its_pictures(
    data: Path, drawn: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOVCRAWL_DATA", str(data))
    names: dict[str, Any] = {}
    for cell in cells():
        exec(cell, names)
    titles = [figure.axes[0].get_title() for figure in map(drawn.figure, drawn.get_fignums())]
    assert titles == [
        "2018年二季度普查：各地区合格率",
        "历次普查合格率",
        "2018年二季度普查：问题频次",
        "整改用时（3条已确认的问题）",
        "首页可用率",
    ]
    whole = drawn.figure(2).axes[0].get_lines()[-1].get_ydata()
    assert list(whole) == [pytest.approx(40.0), pytest.approx(50.0)]  # 2 of 5, 2 of 4: one had insufficient evidence
    drawn.figure(1).canvas.draw()
    assert "2/2 次不合格：站点无法访问；最近一次仍不合格" in capsys.readouterr().out
    rows = [{"mended": True, "days": 10, "days_at_least": 5}, {"mended": None, "days_at_least": 20}]
    assert names["still_open"](rows, "days") == [(0, 100.0), (10, 50.0), (20, 50.0)]


@pytest.mark.filterwarnings("ignore:Glyph")
def test_the_notebook_leaves_out_what_there_is_nothing_of(
    data: Path, tmp_path: Path, drawn: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As before the first scoring."""
    for file in data.glob("*.parquet"):
        table = parquet.read_table(file)
        parquet.write_table(table.slice(0, 1 if file.stem == "inspections" else 0), tmp_path / file.name)
    monkeypatch.setenv("GOVCRAWL_DATA", str(tmp_path))
    names: dict[str, Any] = {}
    for cell in cells():
        exec(cell, names)
    assert drawn.get_fignums() == []
    assert capsys.readouterr().out.count("略过此图") == 5


def examples() -> list[tuple[str, str, Any]]:
    """View, method, arguments (JSON) of each example for mongosh in the analyst's guide."""
    found = EXAMPLE.findall((DOCS / "analyst.md").read_text("utf-8"))
    return [(name, method, json.loads(f"[{arguments}]")) for name, method, arguments in found]


def test_the_examples_of_the_guide_run_and_find_something(own: Store) -> None:
    views.prepare(own.db)
    text = (DOCS / "analyst.md").read_text("utf-8")
    found = examples()
    assert len(found) == text.count("```js") > 5
    assert {name for name, _, _ in found} <= set(NAMES)
    for name, method, arguments in found:
        assert list(getattr(own.db[name], method)(*arguments)), (name, arguments)


def test_rows_that_are_only_in_files_are_described() -> None:
    assert all(schema.comments(rows.Indicator)[f.name] for f in fields(rows.Indicator))
