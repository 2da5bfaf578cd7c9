"""How far a letter has come, by the words that a board shows beside it; the letter's and the answer's own words tell nothing."""

from __future__ import annotations

import re
from typing import Final, Literal

State = Literal["answered", "open", "unknown"]

MAX_STATE: Final = 12  #: characters of a line, dates aside, that shows a state; more is prose
_VOID: Final = re.compile(r"不予(?:受理|办理|回复|答复|公开)|无效|重复|撤[回销]|退回|未通过")
_OPEN: Final = re.compile(
    r"未(?:回复|答复|办理|处理|办结|受理|回应|解决)|待(?:回复|答复|办理|处理|受理|办|审查|审核|转办|回应)|(?:受理|办理|处理|审核|转办|交办|回复)中|"
    r"正在(?:办理|处理|受理)|尚未(?:回复|答复|办理|处理|办结|受理)|暂未(?:回复|答复)|暂无(?:回复|答复)|无(?:回复|答复)"
)
_DONE: Final = re.compile(
    r"已(?:回复|答复|办理|处理|办结|回应|解决|公开|反馈|回信|办)|办结|(?:回复|答复)完毕|办理完毕|处理完毕"
)
_NONE: Final = re.compile(r"(?<!\d)0\s*[件条封个]")
_BRACKETS: Final = " \u3000[]【】()（）<>《》:：|/。!！"
_DATES: Final = re.compile(r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d\d?:\d\d(?::\d\d)?)?")
_LINE: Final = re.compile(r"(?:状\s*态|办理情况|处理情况|进\s*度|处理结果|办理结果)\s*[:：]?\s*\n?\s*([^\n]{2,12})")


def of(text: str) -> State:
    """“已回复，处理中” says both, and tells nothing; so does a count: “未办结0件”."""
    if _VOID.search(text) or _NONE.search(text):
        return "unknown"
    done = bool(_DONE.search(_OPEN.sub("", text)))  # 未办结 is not 办结
    if _OPEN.search(text):
        return "unknown" if done else "open"
    return "answered" if done else "unknown"


def shown(text: str) -> State:
    """By a line with a label that says so, else by those that hold nothing else, dates aside.

    Where lines say both, they are the steps that every letter goes through.
    """
    lines = (_DATES.sub("", line).strip(_BRACKETS) for line in text.split("\n"))
    told = {of(line) for line in lines if _OPEN.fullmatch(line) or _DONE.fullmatch(line)}
    if (m := _LINE.search(text)) and (len(told) < 2 or "\n" not in m[0]) and (s := of(m[1])) != "unknown":
        return s
    return _agreed(told)


def of_entry(text: str) -> State:
    """Of an entry, which holds no letter: also beside a few other words."""
    if (state := shown(text)) != "unknown":
        return state
    lines = (_DATES.sub("", line).strip() for line in text.split("\n"))
    return _agreed({s for line in lines if len(line) <= MAX_STATE and (s := of(line)) != "unknown"})


def is_told(line: str) -> bool:
    """Whether a line begins with the label of a state."""
    return bool(_LINE.match(line))


def _agreed(told: set[State]) -> State:
    return told.pop() if len(told) == 1 else "unknown"
