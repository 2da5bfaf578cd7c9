"""``govcrawl export``: the analyst's tables as files, Parquet or csv, one a view, streamed: no table is ever whole in memory.

All files are written whole, in a folder inside DIR, and only then put in place.  What their columns mean stands in dictionary.md beside
them, made from the same code, and in the Parquet files themselves.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import fields
from datetime import date, datetime
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec

from govcrawl import rows, schema, views
from govcrawl.errors import InputError, OutputError, UnknownCampaign
from pipelines.standards.printed import words
from reporting.formats.csvs import neutral
from reporting.judged import words_of
from reporting.text import clean

if TYPE_CHECKING:
    import pyarrow as pa

    from govcrawl.store import Store

AT_ONCE = 20_000  #: rows in memory, and in a row group of Parquet
DICTIONARY = "dictionary.md"
NO_PYARROW = "写 Parquet 需要 pyarrow，本机没有安装；请运行 pip install pyarrow，或改用 --format csv"
Write = Callable[[Sequence[Any]], None]
#: A file to which rows of one kind are written.
Sink = Callable[[Path, type], AbstractContextManager[Write]]


def export(store: Store, campaigns: Sequence[str], out: Path, form: str) -> list[tuple[str, int]]:
    """Name of each file and its rows.  ``campaigns`` empty: all that are stored; ``form``: parquet or csv.

    Raises UnknownCampaign, InputError, OutputError; then no file in ``out`` has changed.
    """
    if form == "parquet" and find_spec("pyarrow") is None:
        raise InputError("govcrawl export", 0, NO_PYARROW)
    known = sorted(d["campaign"] for d in views.found(store.db, views.NAMED["inspections"]))
    if not known:
        raise InputError("govcrawl export", 0, "数据库中还没有普查；请先运行 govcrawl plan 或 govcrawl run")
    if unknown := [id_ for id_ in campaigns if id_ not in known]:
        raise UnknownCampaign(unknown[0])
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=out) as waiting:
            made = list(_written(store, campaigns or known, Path(waiting), form))
            for name in (*(name for name, _ in made), DICTIONARY):
                (Path(waiting) / name).replace(out / name)
    except OSError as error:
        raise OutputError(str(out), error.strerror or str(error)) from error
    return made


def _written(store: Store, campaigns: Sequence[str], folder: Path, form: str) -> Iterator[tuple[str, int]]:
    for view in views.VIEWS:
        yield _file(folder / f"{view.name}.{form}", view.row, _found(store, view, campaigns))
    yield _file(folder / f"indicators.{form}", rows.Indicator, _indicators(store, campaigns))
    (folder / DICTIONARY).write_text(schema.dictionary(words()), encoding="utf-8")


def _found(store: Store, view: views.View, campaigns: Sequence[str]) -> Iterator[Any]:
    return (msgspec.convert(document, view.row) for document in views.found(store.db, view, campaigns))


def _file(path: Path, row: type, every: Iterable[Any]) -> tuple[str, int]:
    with _SINKS[path.suffix](path, row) as write:
        return path.name, _poured(every, write)


def _poured(every: Iterable[Any], write: Write) -> int:
    count, left = 0, iter(every)
    while some := list(islice(left, AT_ONCE)):
        write(some)
        count += len(some)
    return count


def _indicators(store: Store, campaigns: Sequence[str]) -> Iterator[rows.Indicator]:
    """Of the standards by which faults were found."""
    packs = {d["pack"] for d in views.found(store.db, views.NAMED["indicator_counts"], campaigns)}
    for pack in sorted(packs):
        yield from (
            rows.Indicator(pack=pack, indicator=id_, word=word)
            for id_, word in (words_of(pack, pack) or words()).items()
        )


# --- csv --------------------------------------------------------------------------------------------------------------


@contextmanager
def _csv(path: Path, row: type) -> Iterator[Write]:
    """UTF-8 with BOM and CRLF as Excel expects; what could be a formula has an apostrophe before it."""
    names = [f.name for f in fields(row)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        yield lambda some: writer.writerows([_cell(getattr(one, name)) for name in names] for one in some)


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return neutral(clean(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return neutral("；".join(map(clean, value)))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"
    return value


# --- Parquet ----------------------------------------------------------------------------------------------------------


@contextmanager
def _parquet(path: Path, row: type) -> Iterator[Write]:
    import pyarrow as pa
    from pyarrow import parquet

    columns = _columns(row)

    def write(some: Sequence[Any]) -> None:
        arrays = [pa.array([getattr(one, field.name) for one in some], field.type) for field in columns]
        writer.write_table(pa.Table.from_arrays(arrays, schema=columns), row_group_size=AT_ONCE)

    with parquet.ParquetWriter(path, columns, compression="zstd") as writer:
        yield write


def _columns(row: type) -> pa.Schema:
    """Each with its meaning, as the data dictionary has it."""
    import pyarrow as pa

    types = {
        str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), date: pa.date32(),
        datetime: pa.timestamp("ms", tz="UTC"), tuple[str, ...]: pa.list_(pa.field("element", pa.string())),
    }  # fmt: skip
    hints, meanings = get_type_hints(row), schema.comments(row)
    return pa.schema(
        [
            pa.field(f.name, types[_plain(hints[f.name])], _plain(hints[f.name]) is not hints[f.name], {"meaning": meanings[f.name]})
            for f in fields(row)
        ],
        {"rows": schema.first(row)},
    )  # fmt: skip


def _plain(hint: Any) -> Any:
    """``date | None`` → date"""
    return next(iter(get_args(hint))) if type(None) in get_args(hint) else hint


_SINKS: dict[str, Sink] = {".parquet": _parquet, ".csv": _csv}
