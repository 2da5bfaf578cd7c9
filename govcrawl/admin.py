"""``govcrawl admin init``: collections, views, and MongoDB's own roles and users, each with no more than it needs.

Collections: ``documents.py``; what a worker touches was taken from what it sends (``tests/deploy/test_rights.py`` holds it against a run).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pymongo.database import Database
from pymongo.errors import OperationFailure

from govcrawl import views
from govcrawl.documents import COLLECTIONS
from govcrawl.errors import InputError, StoreUnavailable
from govcrawl.services import redact
from govcrawl.store import Store

Privilege = dict[str, Any]
#: The plan, which a worker reads; what it writes, and how.
PLAN = ("campaigns", "sites", "columns", "rounds", "rechecks", "state")
WRITTEN_BY_WORKERS = {
    "pages": ("find", "insert", "update"),
    "probes": ("find", "insert", "update"),
    "targets": ("find", "insert", "update"),
    "observations": ("find", "insert", "update", "remove"),
}
CHANGE = ("find", "insert", "update", "remove")
#: What is decided and signed only grows.
KEPT = {
    "decisions": ("find", "insert"),
    "ledger": ("find", "insert"),
    "notices": ("find", "insert"),
    "bulletins": ("find", "insert"),
    "bulletin_files": ("find", "insert", "update"),
}
SHORTEST_PASSWORD = 12
ALREADY = {51002, 51003}  #: MongoDB's error codes: the role, the user exists
NO_COMMAND = {59, 115, 238, 8000}


def roles(database: str) -> dict[str, list[Privilege]]:
    """Role → privileges.  worker: reads the plan, writes its results; analyst: reads views; clerk: plans, judges, reviews and reports, and
    changes nothing that a worker saw; admin: all of this database, nothing of the server.
    """

    def on(collection: str, *actions: str) -> Privilege:
        return {"resource": {"db": database, "collection": collection}, "actions": list(actions)}

    seen = [on(c, *actions) for c, actions in WRITTEN_BY_WORKERS.items()]
    writes = dict.fromkeys(WRITTEN_BY_WORKERS, ("find",)) | KEPT
    clerk = [on(c.name, *writes.get(c.name, CHANGE), "listIndexes") for c in COLLECTIONS]
    return {
        "govcrawl_worker": [*(on(c, "find") for c in PLAN), *seen],
        "govcrawl_analyst": [*(on(view.name, "find") for view in views.VIEWS), on("", "listCollections")],
        "govcrawl_clerk": [*clerk, on("", "listCollections")],
    }


#: Made from a role of MongoDB's own.
BUILT_IN = {"govcrawl_admin": ["dbOwner"]}


def init(store: Store, passwords: Path | None) -> Iterator[str]:
    """Yields what was done, in sentences.  ``passwords``: a folder with a file a user (``worker``, ``analyst``, ``clerk``, ``admin``) that
    holds the password; a user without one is left as it is.  As often as you like: rights become what they should be.
    """
    given = _passwords(passwords)  # first: nothing is done by halves
    db = store.db
    store.prepare()
    yield f"集合和索引已就绪：{len(COLLECTIONS)} 个"
    try:
        views.prepare(db)
        yield f"分析视图已就绪：{'、'.join(view.name for view in views.VIEWS)}"
        for name, privileges in (roles(db.name) | {name: [] for name in BUILT_IN}).items():
            inherited = [{"role": role, "db": db.name} for role in BUILT_IN.get(name, ())]
            _set(db, "Role", name, privileges=privileges, roles=inherited)
            yield f"角色已就绪：{name}"
        for user, password in given.items():
            _set(db, "User", user, pwd=password, roles=[{"role": user, "db": db.name}])
            yield f"用户已就绪：{user}（连接时 authSource={db.name}）"
    except OperationFailure as error:
        raise StoreUnavailable("MongoDB", redact(store.uri), _why(error)) from error


def _why(error: OperationFailure) -> str:
    if error.code in NO_COMMAND:
        return "该服务器没有视图或角色功能；数据照常读写，但不分权限，请换用 MongoDB 6 以上"
    if error.code in (13, 18):
        return "当前用户无权建立视图、角色或用户；请以该库的 dbOwner（或 userAdmin 加 dbAdmin）运行 govcrawl admin init"
    return f"未能建立视图、角色或用户：{(error.details or {}).get('errmsg') or error}"


def _set(db: Database[dict[str, Any]], what: str, name: str, **how: Any) -> None:
    try:
        db.command(f"create{what}", name, **how)
    except OperationFailure as error:
        if error.code not in ALREADY:
            raise
        db.command(f"update{what}", name, **how)


def _passwords(folder: Path | None) -> dict[str, str]:
    """User → password.  Raises InputError."""
    found: dict[str, str] = {}
    for name in ("worker", "analyst", "clerk", "admin") if folder else ():
        file = Path(folder or "") / name
        try:
            found[f"govcrawl_{name}"] = file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(str(file), 0, f"口令文件不可读：{error}") from error
        if len(found[f"govcrawl_{name}"]) < SHORTEST_PASSWORD:
            raise InputError(
                str(file), 0, f"口令不足 {SHORTEST_PASSWORD} 个字符；请用随机口令，如 openssl rand -hex 24 的输出"
            )
    if folder and not found:
        raise InputError(str(folder), 0, "其中没有名为 worker、analyst、clerk 或 admin 的口令文件")
    return found
