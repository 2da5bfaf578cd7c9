"""Two real sites whose pages a person labelled, and where to find them.

The pages are not part of this repository: ``daozhen.tar.xz`` and ``jspn.tar.xz`` lie in the folder that GOVCRAWL_SITES names,
by default ``../shared/sites`` beside the checkout.  How the labels were made and what counts as right: ``README.md``.
"""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).parent
NAMES = ("daozhen", "jspn")

Label = dict[str, Any]
T = TypeVar("T")


def labels(site: str) -> Label:
    """Home page and columns of a site."""
    read: Label = json.loads((HERE / f"{site}.json").read_text("utf-8"))
    return read


def articles(site: str) -> Label:
    """``articles``: one label a page; ``left_out``: pages that have none because their title names a person."""
    read: Label = json.loads((HERE / "articles.json").read_text("utf-8"))[site]
    return read


def archives() -> Path | None:
    """The folder that holds both archives."""
    folder = Path(os.environ.get("GOVCRAWL_SITES") or HERE.parents[2] / "shared" / "sites")
    return folder if all((folder / f"{name}.tar.xz").is_file() for name in NAMES) else None


def unpack(target: Path) -> bool:
    """Both sites into folders of their names; False if the archives aren't here."""
    folder = archives()
    safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # not before Python 3.11.4
    for name in NAMES if folder else ():
        with tarfile.open(folder / f"{name}.tar.xz") as archive:  # type: ignore[operator]
            archive.extractall(target, **safely)
    return bool(folder)


def of_size(pages: Sequence[T], kilobytes: float, size: Callable[[T], int]) -> list[T]:
    """As many of the largest pages as have that size on average, in the order of ``pages``; all where they are larger."""
    sizes = sorted(map(size, pages), reverse=True)
    many = sum(total / n >= kilobytes * 1000 for n, total in enumerate(accumulate(sizes), 1))
    least = sizes[many - 1] if many else sizes[0]
    return [page for page in pages if size(page) >= least]
