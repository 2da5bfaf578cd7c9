"""A sheet that somebody may have filled in by now is never written over."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from govcrawl.errors import OutputError

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}  #: what a file system without hard links says (USB sticks)


def write_new(file: Path, content: bytes) -> None:
    """The whole file, or none.  Raises FileExistsError, and OutputError where it can't be written."""
    waiting = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        try:
            waiting.write_bytes(content)
            _name(waiting, file)
        finally:
            waiting.unlink(missing_ok=True)
    except FileExistsError:
        raise
    except OSError as error:
        raise OutputError(str(file), error.strerror or str(error)) from error


def write_beside(file: Path, content: bytes) -> Path:
    """As ``<stem>.退回.xlsx``, or with the first number that is free.  Raises OutputError."""
    for n in range(1000):
        target = file.with_name(f"{file.stem}.退回{n or ''}.xlsx")
        with suppress(FileExistsError):
            write_new(target, content)
            return target
    raise OutputError(str(file), "旁边已有一千个退回文件")


def _name(waiting: Path, file: Path) -> None:
    try:
        os.link(waiting, file)  # fails where a file is
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if file.exists():
            raise FileExistsError(file) from error
        waiting.replace(file)
