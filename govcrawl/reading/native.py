"""The loops of reading that ``_native.c`` has as native code, if the reader was compiled."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final


def _loaded() -> Any:
    try:
        return import_module("govcrawl.reading._native")
    except ImportError:  # plain Python, or selectolax with another lexbor
        return None


NATIVE: Final[Any] = _loaded()  #: None: the Python beside each of its calls runs instead
