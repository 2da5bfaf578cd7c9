"""找错留言: closed within three working days, counted from the first working day after 受理 (the day itself doesn't count).

The rule is that of the reporting platform (“3个工作日办结”); with it the six rows that the Yunnan bulletin of 2018-06-26 calls 超期办结
come out so.  Working days are the State Council's, with their 调休: the package chinesecalendar holds each year once it is announced.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from chinese_calendar import is_workday

from govcrawl.contracts import Message, MessageVerdict

WORKING_DAYS = 3


def judge_messages(messages: Iterable[Message], as_of: date) -> list[MessageVerdict]:
    """Pure; one verdict a message, in their order.  ``as_of``: the cut-off of the campaign; what was closed later was open then."""
    return [_judged(message, as_of) for message in messages]


def deadline(accepted: date, working_days: int = WORKING_DAYS) -> date:
    """The last day in time.  Raises ``NotImplementedError`` where the calendar doesn't know a year on the way."""
    day, left = accepted, working_days
    while left:
        day += timedelta(days=1)
        left -= is_workday(day)
    return day


def _judged(message: Message, as_of: date) -> MessageVerdict:
    try:
        due = deadline(message.accepted)
    except NotImplementedError:
        why = f"{message.accepted.year}年受理的留言，其办理期限所在年份的节假日安排不在所装工作日历中"
        return MessageVerdict(message, "unknown", None, why)
    if message.closed and message.closed <= as_of:
        return MessageVerdict(message, "late" if message.closed > due else "in_time", due)
    return MessageVerdict(message, "overdue" if as_of > due else "pending", due)
