"""A decision as a person makes it: the words for it, and what it must have."""

from __future__ import annotations

from govcrawl.contracts import Review

from .text import clean

WORDS: dict[Review, str] = {"pending": "待复核", "confirmed": "已确认", "dismissed": "已排除"}
STATES: dict[str, Review] = {word: review for review, word in WORDS.items()}
LONGEST = 500  #: characters of a reason, and of the words for the bulletin
SUM = "score_below_pass"


def trouble(indicator: str, review: Review, reason: str, wording: str) -> str:
    """Why this can't be decided, and what to do; empty: it can."""
    if review == "dismissed" and not reason:
        return "排除须写明理由"
    if review == "dismissed" and indicator == SUM:
        return "扣分合计由各项问题相加而来，不能单独排除；请排除其中不成立的问题，再运行 govcrawl score"
    if max(len(reason), len(wording)) > LONGEST:
        return f"理由和采用表述各不得超过{LONGEST}字"
    return ""


def tidy(text: str) -> str:
    """On one line, without what can't be seen: the same from a form and from a cell."""
    return clean(text).strip()
