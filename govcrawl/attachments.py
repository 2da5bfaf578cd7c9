"""Attachments, read in a process of their own with little time and memory: what a stranger's file does there harms nobody."""

from __future__ import annotations

import re
import subprocess
import sys
from urllib.parse import unquote, urlsplit

from govcrawl import credentials
from govcrawl.facts import Facts
from govcrawl.files import READABLE

WALL_S = 40  #: s
#: Names of files that list people.
_LISTS = re.compile(r"名单|名册|公示|公布|发放|补助|补贴|救助|资助|低保|人员|花名|一览|汇总|明细|登记|统计|情况|表")


def suffix_of(url: str) -> str:
    return urlsplit(url).path.rpartition(".")[2].lower()


def is_wanted(url: str, *names: str) -> bool:
    """Whether a file can be read, and may list people, by its address and what links to it."""
    words = "\n".join((*names, unquote(url.rpartition("/")[2])))
    return suffix_of(url) in READABLE and bool(_LISTS.search(words))


def read(body: bytes, url: str, name: str) -> Facts | None:
    """``name``: of the link.  None: it can't be read within its limits."""
    command = [sys.executable, "-m", "govcrawl.files", suffix_of(url)]
    try:
        told = subprocess.run(
            command, input=body, capture_output=True, timeout=WALL_S, check=True, env=credentials.harmless()
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return Facts("file", name, "", text=told.stdout.decode("utf-8", "replace"))
