"""Tasks as JSON messages: what stands on the queue, and how a task is told from another.

A message is one JSON object with the one-letter keys of ``KEYS``; a default is left out.  Nothing is unpickled or evaluated:
a message with an unknown key, role or type is refused (``BadMessage``) and put aside by the caller.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, get_args
from urllib.parse import urlsplit

import msgspec

from govcrawl.contracts import Lease, Role, Task
from govcrawl.errors import BadMessage
from govcrawl.reading.urls import address

#: Message key → field of Task.
KEYS = {
    "s": "site", "k": "kind", "r": "role", "u": "url", "d": "depth", "f": "found_on", "t": "text", "p": "priority",
    "v": "visit", "n": "hops", "e": "spent_s", "b": "not_before", "o": "on_home", "g": "guessed", "a": "avoid",
}  # fmt: skip
DEFAULTS = {name: getattr(Task(site="", kind="site", role="page", url=""), name) for name in KEYS.values()}
REQUIRED = ("site", "role", "url", "priority")
ROLES = frozenset(get_args(Role))
CHECKED = ("link", "file", "nowhere", "closed")  #: roles in which a page is no page of the site
APART = ("part", "as_engine", "script", "style")  #: roles in which a page is looked at beside any other
ID_BYTES = 12  #: 96 bits: a clash among 10^7 tasks of a round has a chance of 10^-15

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def queue_of(task: Task) -> str:
    """Queues have quotas of their own: pages, links that are checked (files among them), and availability visits."""
    return "link" if task.role in CHECKED else task.kind


def is_shared(task: Task) -> bool:
    """Whether its answer is the same whichever site's page names the target."""
    return task.role in ("link", "nowhere")


def target_of(lease: Lease) -> str:
    """What is asked once a round.  As it is written: ``www.`` or https may be another server, and only one of them be down."""
    digest = blake2b(lease.task.url.encode("utf-8", "surrogatepass"), digest_size=ID_BYTES)
    return f"{lease.round_key}:{digest.hexdigest()}"


def host_of(url: str) -> str:
    """Host with port, lower-case: what politeness counts by."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def task_id(task: Task) -> bytes:
    """Identity within a round.  The role is not part of it: a page is read once, whatever it was believed to be.  Only in
    some it is looked at for what it is there: a part of the home page may be a column too.
    """
    words = (
        queue_of(task) + (task.role if task.role in APART else ""),
        task.site,
        address(task.url),
        str(task.visit),
        str(task.hops if task.kind == "probe" else 0),
    )
    return blake2b("\x00".join(words).encode("utf-8", "surrogatepass"), digest_size=ID_BYTES).digest()


def slip_of(task: Task) -> str:
    """What the scripts must know of a task: its priority, queue, host and site."""
    return f"{task.priority:02}{queue_of(task)}|{host_of(task.url).replace('|', '%7c')}|{task.site}"


def encode(task: Task) -> bytes:
    """One JSON object; see ``KEYS``.  Short, for there are millions: ``u`` begins with ``//`` where it is http, and ``f`` is only a path
    where the task was found on its own host.
    """
    message: dict[str, Any] = {}
    for key, name in KEYS.items():
        value = getattr(task, name)
        if name in REQUIRED or value != DEFAULTS[name]:
            message[key] = value
    origin = _origin(task.url)
    if task.found_on.startswith(f"{origin}/"):
        message["f"] = task.found_on[len(origin) :]
    message["u"] = task.url.removeprefix("http:")
    return _encode(message)


def _origin(url: str) -> str:
    """``http://www.a.gov.cn/b`` → ``http://www.a.gov.cn``"""
    end = url.find("/", url.find("//") + 2)
    return url[:end] if end > 0 else url


def decode(raw: bytes) -> Task:
    """The task of a message.  Raises BadMessage for anything that ``encode`` can't have written."""
    try:
        message = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessage(f"不是 JSON：{error}", raw) from error
    if not isinstance(message, dict):
        raise BadMessage("不是 JSON 对象", raw)
    if unknown := sorted(message.keys() - KEYS.keys()):
        raise BadMessage(f"未知的键 {unknown}", raw)
    if str(message.get("r")) not in ROLES:
        raise BadMessage(f"未知的角色 {message.get('r')!r}", raw)
    try:
        task = msgspec.convert(_fields(message), Task)
    except msgspec.ValidationError as error:
        raise BadMessage(f"字段不合规：{error}", raw) from error
    if not _is_web(task.url):
        raise BadMessage(f"只接受 http 和 https：{task.url!r}", raw)
    return task


def _fields(message: dict[str, Any]) -> dict[str, Any]:
    """What ``encode`` shortened is long again; types are checked later."""
    fields = {"kind": "site"} | {KEYS[key]: value for key, value in message.items()}
    url, found_on = str(fields.get("url")), fields.get("found_on")
    if url.startswith("//"):
        fields["url"] = url = f"http:{url}"
    if isinstance(found_on, str) and found_on.startswith("/"):
        fields["found_on"] = _origin(url) + found_on
    return fields


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:  # http://[
        return False
