"""Rates as a bulletin prints them: exact integers, no float, and no 100% that a failed site would contradict."""

from __future__ import annotations

from typing import Literal


def rate(passed: int, total: int, digits: int = 0, rounding: Literal["half_up", "truncate"] = "half_up") -> str:
    """``passed`` of ``total`` in percent with ``digits`` decimals: ``94%``, ``98.79%``; ``—`` for none of none.

    ``100%`` and ``0%`` stand without decimals and only where they are exact: one failure in 3000 is ``99%`` (or
    ``99.9%``), as the bulletins seen never round up to 100.  ValueError unless 0 <= passed <= total and digits >= 0.
    """
    if not 0 <= passed <= total or digits < 0:
        raise ValueError(f"no rate of {passed} in {total} with {digits} digits")
    if total == 0:
        return "—"
    scale = 10**digits
    whole = 100 * scale
    units = passed * whole // total if rounding == "truncate" else (2 * passed * whole + total) // (2 * total)
    if 0 < passed < total:
        units = min(max(units, 1), whole - 1)
    return _printed(units, scale, digits)


def _printed(units: int, scale: int, digits: int) -> str:
    percent, rest = divmod(units, scale)
    if not digits or units in (0, 100 * scale):
        return f"{percent}%"
    return f"{percent}.{rest:0{digits}d}%"


def share(part: int, whole: int) -> str:
    """A share in running text: at most one decimal, ``5%`` rather than ``5.0%``."""
    return rate(part, whole, 1).replace(".0%", "%")
