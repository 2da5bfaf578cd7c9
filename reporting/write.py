"""Everything a run leaves in DIR: made in memory, reconciled, and only then put in place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from errno import EISDIR
from pathlib import Path

from govcrawl.errors import OutputError

from .annexes import annexes
from .bulletin import build
from .formats import csvs, docx, html, pdf, results_json, xlsx
from .snapshot import Snapshot, all_kept

#: Files an earlier report may have left that this one need not have.
_OPTIONAL = (
    "bulletin.pdf",
    *(
        f"tables/{key}.csv"
        for key in (
            "insufficient", "sample", "trend", "changes", "new", "unmended", "messages",
            "messages_late", "accounts", "accounts_platforms", "accounts_failed", "accounts_insufficient", "accounts_faults",
            "accounts_unregistered", "months", "departments", "columns", "register", "levels",
            "named", "suspicions", "reposts", "reposts_sites", "duties",
        )
    ),
)  # fmt: skip


@all_kept()
def contents(snapshot: Snapshot) -> dict[str, bytes]:
    """File name → bytes, always the same for the same snapshot; Irreconcilable before anything is rendered."""
    tables = annexes(snapshot)
    bulletin = build(snapshot, tables)
    return {
        "bulletin.docx": docx.render(bulletin),
        "bulletin.html": html.render(bulletin),
        "tables.xlsx": xlsx.tables(tables, snapshot.campaign.ends),
        **{f"tables/{table.key}.csv": csvs.render(table) for table in tables},
        "ledger.xlsx": xlsx.ledger_book(snapshot),
        "results.json": results_json.render(snapshot),
    }


def complete(snapshot: Snapshot) -> dict[str, bytes]:
    """``contents``, and bulletin.pdf where LibreOffice is."""
    files = contents(snapshot)
    made = pdf.render(files["bulletin.docx"], snapshot.campaign.ends) if pdf.program() else b""
    return {**files, "bulletin.pdf": made} if made else files


def write_report(snapshot: Snapshot, out_dir: Path | str) -> list[Path]:
    """All files of ``snapshot``, put in place."""
    return put(complete(snapshot), out_dir)


def put(files: dict[str, bytes], out_dir: Path | str, instead_of: Iterable[str] = _OPTIONAL) -> list[Path]:
    """The paths written, in the order of ``files``.  OutputError if it can't be: then no file is half there.

    ``instead_of``: files that go where ``files`` has them not.

    The files wait, complete, in a folder inside ``out_dir`` (so on one file system) and are renamed over what is there.
    """
    target = Path(out_dir)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=target) as waiting:
            return _moved(files, Path(waiting), target, instead_of)
    except OSError as error:
        raise OutputError(str(target), error.strerror or str(error)) from error


def _moved(files: dict[str, bytes], waiting: Path, target: Path, instead_of: Iterable[str]) -> list[Path]:
    for folder in {Path(name).parent for name in files}:
        (waiting / folder).mkdir(exist_ok=True)
        (target / folder).mkdir(exist_ok=True)
    for name, content in files.items():
        (waiting / name).write_bytes(content)
        if (target / name).is_dir():
            raise IsADirectoryError(EISDIR, f"{name} 是目录")
    for name in files:
        (waiting / name).replace(target / name)
    for name in instead_of:
        if name not in files:
            (target / name).unlink(missing_ok=True)
    return [target / name for name in files]
