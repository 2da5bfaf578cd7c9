"""Everything a run leaves in DIR: made in memory, reconciled, and only then put in place."""

from __future__ import annotations

import tempfile
from errno import EISDIR
from pathlib import Path

from govcrawl.errors import OutputError

from .annexes import annexes
from .bulletin import build
from .formats import csvs, docx, html, results_json, xlsx
from .snapshot import Snapshot

#: Files an earlier report may have left that this one need not have.
_OPTIONAL = tuple(
    f"tables/{key}.csv"
    for key in (
        "insufficient", "sample", "trend", "changes", "new", "messages", "messages_late",
        "accounts", "accounts_platforms", "accounts_failed", "accounts_insufficient", "accounts_faults",
    )
)  # fmt: skip


def contents(snapshot: Snapshot) -> dict[str, bytes]:
    """File name → bytes, always the same for the same snapshot; Irreconcilable before anything is rendered."""
    bulletin = build(snapshot)
    tables = annexes(snapshot)
    return {
        "bulletin.docx": docx.render(bulletin),
        "bulletin.html": html.render(bulletin),
        "tables.xlsx": xlsx.tables(tables, snapshot.campaign.ends),
        **{f"tables/{table.key}.csv": csvs.render(table) for table in tables},
        "ledger.xlsx": xlsx.ledger_book(snapshot),
        "results.json": results_json.render(snapshot),
    }


def write_report(snapshot: Snapshot, out_dir: Path | str) -> list[Path]:
    """The paths written, in the order of the contract.  OutputError if it can't be: then no file is half there.

    The files wait, complete, in a folder inside ``out_dir`` (so on one file system) and are renamed over what is there.
    """
    target = Path(out_dir)
    files = contents(snapshot)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=target) as waiting:
            return _moved(files, Path(waiting), target)
    except OSError as error:
        raise OutputError(str(target), error.strerror or str(error)) from error


def _moved(files: dict[str, bytes], waiting: Path, target: Path) -> list[Path]:
    for folder in (waiting / "tables", target / "tables"):
        folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (waiting / name).write_bytes(content)
        if (target / name).is_dir():
            raise IsADirectoryError(EISDIR, f"{name} 是目录")
    for name in files:
        (waiting / name).replace(target / name)
    for name in _OPTIONAL:
        if name not in files:
            (target / name).unlink(missing_ok=True)
    return [target / name for name in files]
