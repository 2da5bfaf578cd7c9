"""Secrets: read from the environment or from a file, and never shown in a log line or an error.

``NAME_FILE`` names a file that holds what ``NAME`` would: a secret of Docker or Kubernetes, a credential of systemd.  It is read each
time it is needed, and is not put into the environment, which children inherit.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote

#: What may be given by a file.
SECRETS = ("REDIS_URL", "MONGODB_URI", "GOVCRAWL_PRIVACY_KEY")
SHORTEST = 6  #: letters of a password that is hidden wherever it stands; a shorter one would hide half of a text
HIDDEN = "***"
_STORE = re.compile(r"(?i)\b((?:rediss?|unix|valkeys?|mongodb(?:\+srv)?)://)[^\s'\"<>]*@")
_STORE_OPTION = re.compile(r"(?i)((?:rediss?|mongodb(?:\+srv)?)://[^\s'\"<>]*?[?&]\w*password=)[^&\s'\"<>]*")
_WEB = re.compile(r"(?i)\b(https?://)[^\s/@:'\"<>]*:[^\s/@'\"<>]*@")
_passwords: set[str] = set()


def given(name: str, strict: bool = True) -> str:
    """The variable, else what the file holds that ``<name>_FILE`` names; empty: neither.  Raises OSError or UnicodeDecodeError where it
    can't be read; not ``strict``: then it is empty.
    """
    file = os.environ.get(f"{name}_FILE", "")
    try:
        value = os.environ.get(name, "") or (Path(file).read_text(encoding="utf-8").strip() if file else "")
    except (OSError, UnicodeDecodeError):
        if strict:
            raise
        return ""
    _learn(value)
    return value


def _learn(value: str) -> None:
    """Its password is hidden from now on, whoever speaks of it, also in the form in which an address has it."""
    if "://" in value and "@" in value:
        value = value.partition("://")[2].rpartition("@")[0].partition(":")[2]
    elif "://" in value:
        return
    _passwords.update(word for word in (value, unquote(value)) if len(word) >= SHORTEST)


def hidden(text: str) -> str:
    """``text`` without the passwords that addresses in it hold, and without those that this process was given."""
    for password in _passwords:
        text = text.replace(password, HIDDEN)
    if "://" not in text:
        return text
    text = _STORE.sub(rf"\1{HIDDEN}@", text)
    text = _STORE_OPTION.sub(rf"\1{HIDDEN}", text)
    return _WEB.sub(rf"\1{HIDDEN}@", text)


def harmless() -> dict[str, str]:
    """The environment for a child that reads strangers' pages: it has no secrets."""
    return {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in SECRETS}
