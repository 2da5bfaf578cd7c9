"""Attachments, read in a process of their own with little time and memory: what a stranger's file does there harms nobody."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from govcrawl import credentials
from govcrawl.facts import Facts
from govcrawl.files import READABLE, UNREADABLE

WALL_S = 40  #: s
LOOK_S = 0.5  #: between two looks whether it is still wanted
READER = [sys.executable, "-m", "govcrawl.files"]
#: Names of files that list people.
_LISTS = re.compile(r"名单|名册|公示|公布|发放|补助|补贴|救助|资助|低保|人员|花名|一览|汇总|明细|登记|统计|情况|表")


class Stopped(Exception):
    """The file is for another worker: this one is to end."""


def suffix_of(url: str) -> str:
    return urlsplit(url).path.rpartition(".")[2].lower()


def is_wanted(url: str, *names: str) -> bool:
    """Whether a file can be read, and may list people, by its address and what links to it."""
    return suffix_of(url) in READABLE and _lists(url, names)


def is_passed_over(url: str, *names: str) -> bool:
    """Whether a file may list people, and is of a kind that is not read."""
    return suffix_of(url) in UNREADABLE and _lists(url, names)


def _lists(url: str, names: tuple[str, ...]) -> bool:
    return bool(_LISTS.search("\n".join((*names, unquote(url.rpartition("/")[2])))))


def read(body: bytes, url: str, name: str, given_up: Callable[[], bool] = lambda: False) -> Facts | None:
    """``name``: of the link.  None: it can't be read within its limits.  Raises Stopped when it is ``given_up``, or told to end itself."""
    try:
        reader = subprocess.Popen(
            [*READER, suffix_of(url)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=credentials.harmless(), start_new_session=True,  # Ctrl-C is for the worker
        )  # fmt: skip
    except OSError:
        return None
    with reader:
        text = _told(reader, body, given_up)
    if reader.returncode == -signal.SIGTERM:  # so does who ends all processes of a service at once
        raise Stopped
    return Facts("file", name, "", text=text.decode("utf-8", "replace")) if reader.returncode == 0 else None


def _told(reader: subprocess.Popen[bytes], body: bytes | None, given_up: Callable[[], bool]) -> bytes:
    """What it writes; a reader that takes too long is killed."""
    end = time.monotonic() + WALL_S
    while True:
        try:
            return reader.communicate(body, LOOK_S)[0]
        except subprocess.TimeoutExpired:
            body = None  # it is on its way
            if given_up():
                reader.kill()
                raise Stopped from None
            if time.monotonic() > end:
                reader.kill()
