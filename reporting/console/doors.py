"""Who comes in: users with roles, passwords as Argon2id hashes, sessions on the server, and a door that slows down whoever guesses."""

from __future__ import annotations

import asyncio
import getpass
import hmac
import secrets
import sys
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from govcrawl import desk
from govcrawl.documents import StoredUser
from govcrawl.errors import InputError
from govcrawl.store import Store

Role = Literal["reviewer", "clerk", "admin"]
#: Each may do what those before it may: decide on what nobody has decided, or on their own; change what others decided; users.
ROLES: dict[Role, str] = {"reviewer": "复核员", "clerk": "承办人", "admin": "管理员"}
RANK = {role: n for n, role in enumerate(ROLES)}
SHORTEST = 10  #: characters of a password
LONGEST = 200  #: of a name or a password that is looked at at all
WINDOW_S = 900.0  #: failures are counted over so long
#: Failures within the window after which nobody gets in: of a name from an address, of an address, of a name from anywhere.
TRIES = (5, 20, 100)
AT_ONCE = 2  #: passwords being checked; each takes 64 MiB
IDLE_S, LIFE_S = 2 * 3600.0, 12 * 3600.0  #: a session ends so long after it was last used, and at the latest after this
KEYS = 10_000  #: names and addresses that are remembered; the oldest are forgotten

_hasher = PasswordHasher()


@dataclass(slots=True)
class Session:
    user: StoredUser
    token: str  #: against forged forms (CSRF)
    begun: float
    used: float

    def may(self, role: Role) -> bool:
        return RANK[self.user.role] >= RANK[role]


@dataclass(slots=True)
class Slow:
    """Failures by who and where."""

    clock: Callable[[], float] = time.monotonic
    seen: OrderedDict[tuple[str, str], list[float]] = field(default_factory=OrderedDict)

    def wait(self, name: str, address: str) -> int:
        """Seconds until the next try, 0 at once.  The try counts as failed until it is ``forgiven``: many at once gain nothing."""
        now = self.clock()
        recent = {key: [at for at in self.seen.get(key, []) if now - at < WINDOW_S] for key in _keys(name, address)}
        waits = [
            own[-most] + WINDOW_S - now for own, most in zip(recent.values(), TRIES, strict=True) if len(own) >= most
        ]
        if waits:
            return max(1, round(max(waits)))
        for key, own in recent.items():
            self.seen[key] = [*own, now]
            self.seen.move_to_end(key)
        while len(self.seen) > KEYS:
            self.seen.popitem(last=False)
        return 0

    def forgive(self, name: str, address: str) -> None:
        """All failures of that name from there, and this try elsewhere."""
        own, *others = _keys(name, address)
        self.seen.pop(own, None)
        for key in others:
            if self.seen.get(key):
                self.seen[key].pop()


def _keys(name: str, address: str) -> tuple[tuple[str, str], ...]:
    return (name, address), ("", address), (name, "")


class Doors:
    """Log-in, and who somebody is."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self.store, self.clock, self.slow = store, clock, Slow(clock)
        self._sessions: dict[str, Session] = {}
        self._checking = asyncio.Semaphore(AT_ONCE)
        self._secret = secrets.token_bytes()

    async def enter(self, name: str, password: str, address: str) -> tuple[str, int]:
        """(cookie of a new session, 0); ("", seconds to wait); ("", 0): not let in."""
        name = tidy_name(name)
        if wait := self.slow.wait(name, address):
            return "", wait
        user = await asyncio.to_thread(desk.user, self.store.db, name)
        known = user is not None and user.active
        async with self._checking:
            right = await asyncio.to_thread(is_right, user.hash if user and known else _nobody(), password)
        if not (user and known and right):
            return "", 0
        self.slow.forgive(name, address)
        return self._begin(user), 0

    def _begin(self, user: StoredUser) -> str:
        now, cookie = self.clock(), secrets.token_urlsafe(32)
        self._sessions = {key: s for key, s in self._sessions.items() if self._lives(s)}
        self._sessions[_digest(cookie)] = Session(user, secrets.token_urlsafe(32), now, now)
        return cookie

    def _lives(self, session: Session) -> bool:
        now = self.clock()
        return now - session.used < IDLE_S and now - session.begun < LIFE_S

    async def who(self, cookie: str) -> Session | None:
        """Asked of the store each time: another role, another password, or an end, holds at once."""
        session = self._sessions.get(_digest(cookie))
        if session is None or not self._lives(session):
            self.leave(cookie)
            return None
        user = await asyncio.to_thread(desk.user, self.store.db, session.user.name)
        if user is None or not user.active or user.hash != session.user.hash:
            self.leave(cookie)
            return None
        session.user, session.used = user, self.clock()
        return session

    def leave(self, cookie: str) -> None:
        self._sessions.pop(_digest(cookie), None)

    def form_token(self, cookie: str) -> str:
        """For the form of somebody who has no session yet; ``cookie``: a random one given with the form."""
        return hmac.new(self._secret, cookie.encode(), "sha256").hexdigest()


def _digest(cookie: str) -> str:
    return sha256(cookie.encode()).hexdigest()


def hashed(password: str) -> str:
    return _hasher.hash(password)


@cache
def _nobody() -> str:
    """A name that isn't there takes as long as one that is."""
    return hashed(secrets.token_urlsafe())


def is_right(hash_: str, password: str) -> bool:
    try:
        return len(password) <= LONGEST and _hasher.verify(hash_, password)
    except (VerificationError, InvalidHashError):
        return False


def tidy_name(name: str) -> str:
    """As it is stored: one person has one name, however it is typed."""
    return "".join(unicodedata.normalize("NFKC", name[:LONGEST]).split())


# --- the command ----------------------------------------------------------------------------------------------------


def manage(store: Store, do: str, name: str, role: Role) -> int:
    """``govcrawl console user add|list|remove``.  The password comes from the keyboard, or as a line of standard input."""
    if do == "list":
        for one in desk.users(store.db):
            sys.stdout.write(f"{one.name}  {ROLES[one.role]}{'' if one.active else '（已停用）'}\n")
        return 0
    name = tidy_name(name)
    if not name or not name.isprintable():
        raise InputError("govcrawl console user", 0, "缺少姓名，如 govcrawl console user add 张三 --role reviewer")
    there = desk.user(store.db, name)
    now = datetime.now(UTC).replace(microsecond=0)
    if do == "add":
        desk.save_user(store.db, StoredUser(name, role, hashed(_asked(name)), active=True, since=now))
        sys.stdout.write(f"{name}（{ROLES[role]}）{'已重设口令和角色' if there else '已可登录'}\n")
    elif there is None:
        raise InputError("govcrawl console user", 0, f"没有用户 {name}；govcrawl console user list 列出全部")
    else:
        change(store, there, active=False)
        sys.stdout.write(f"{name} 已停用；其以往的复核记录不变\n")
    return 0


def change(store: Store, user: StoredUser, role: Role | None = None, *, active: bool = True) -> None:
    desk.save_user(store.db, StoredUser(user.name, role or user.role, user.hash, active, user.since))


def _asked(name: str) -> str:
    if sys.stdin.isatty():
        password = getpass.getpass(f"{name} 的口令（至少 {SHORTEST} 个字符）：")
        if getpass.getpass("再输入一次：") != password:
            raise InputError("govcrawl console user", 0, "两次输入的口令不一致；请重新运行")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST <= len(password) <= LONGEST or password.strip() == name:
        raise InputError("govcrawl console user", 0, f"口令须有 {SHORTEST}–{LONGEST} 个字符，且不同于姓名；请重新运行")
    return password
