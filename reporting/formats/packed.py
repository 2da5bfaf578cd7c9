"""Office files are zip archives that carry the hour of their making; these are made the same on every run."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, time

LONG = 2**20  #: bytes, from which packing harder costs seconds and saves a tenth
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def moment(day: date) -> datetime:
    """Noon of ``day``: what a file's properties say of its making."""
    return datetime.combine(day, time(12))


def same_bytes(archive: bytes, day: date, edit: Mapping[str, Callable[[bytes], bytes]] | None = None) -> bytes:
    """``archive`` with every entry dated ``day``; ``edit`` maps an entry's name to what is done with its bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, moment(day).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = (edit or {}).get(name, bytes)(old.read(name))
            level = 3 if len(content) > LONG else 6
            new.writestr(entry, _redated(content, day) if name == "docProps/core.xml" else content, compresslevel=level)
    return out.getvalue()


def _redated(core: bytes, day: date) -> bytes:
    return _STAMP.sub(rb"\g<1>" + moment(day).strftime("%Y-%m-%dT%H:%M:%SZ").encode(), core)
