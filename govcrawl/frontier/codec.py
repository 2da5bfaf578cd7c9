"""Tasks as JSON messages: what stands on the queue, and how a task is told from another.

A message is one JSON object with the one-letter keys of ``KEYS``; a default is left out.  Nothing is unpickled or evaluated:
a message with an unknown key, role or type is refused (``BadMessage``) and put aside by the caller.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, get_args
from urllib.parse import urlsplit

import msgspec

from govcrawl.contracts import Role, Task
from govcrawl.errors import BadMessage
from govcrawl.reading.urls import identity

#: Message key → field of Task.  The Lua scripts look at ``q`` (queue), ``h`` (host), ``s``, ``p`` and ``b``.
KEYS = {
    "s": "site", "k": "kind", "r": "role", "u": "url", "d": "depth", "f": "found_on", "t": "text", "p": "priority",
    "v": "visit", "n": "hops", "e": "spent_s", "b": "not_before", "o": "on_home",
}  # fmt: skip
DERIVED = {"q", "h"}
DEFAULTS = {name: getattr(Task(site="", kind="site", role="page", url=""), name) for name in KEYS.values()}
REQUIRED = ("site", "kind", "role", "url", "priority")
ID_BYTES = 12  #: 96 bits: a clash among 10^7 tasks of a round has a chance of 10^-15

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def queue_of(task: Task) -> str:
    """Queues have quotas of their own: pages, links that are only checked, and availability visits."""
    return "link" if task.role == "link" else task.kind


def host_of(url: str) -> str:
    """Host with port, lower-case: what politeness counts by."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def task_id(task: Task) -> bytes:
    """Identity within a round.  The role is not part of it: a page is read once, whatever it was believed to be."""
    words = (
        queue_of(task),
        task.site,
        identity(task.url),
        str(task.visit),
        str(task.hops if task.kind == "probe" else 0),
    )
    return blake2b("\x00".join(words).encode("utf-8", "surrogatepass"), digest_size=ID_BYTES).digest()


def encode(task: Task) -> bytes:
    """One JSON object; see ``KEYS``."""
    message: dict[str, Any] = {"q": queue_of(task), "h": host_of(task.url)}
    for key, name in KEYS.items():
        value = getattr(task, name)
        if name in REQUIRED or value != DEFAULTS[name]:
            message[key] = value
    return _encode(message)


def decode(raw: bytes) -> Task:
    """The task of a message.  Raises BadMessage for anything that ``encode`` can't have written."""
    try:
        message = _decode(raw)
    except msgspec.DecodeError as error:
        raise BadMessage(f"不是 JSON：{error}", raw) from error
    if not isinstance(message, dict):
        raise BadMessage("不是 JSON 对象", raw)
    if unknown := sorted(set(message) - set(KEYS) - DERIVED):
        raise BadMessage(f"未知的键 {unknown}", raw)
    if message.get("r") not in get_args(Role):
        raise BadMessage(f"未知的角色 {message.get('r')!r}", raw)
    try:
        task = msgspec.convert({KEYS[key]: value for key, value in message.items() if key in KEYS}, Task)
    except msgspec.ValidationError as error:
        raise BadMessage(f"字段不合规：{error}", raw) from error
    if urlsplit(task.url).scheme not in ("http", "https"):
        raise BadMessage(f"只接受 http 和 https：{task.url!r}", raw)
    return task
