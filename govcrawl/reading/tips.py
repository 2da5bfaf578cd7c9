"""What a link says when it is pointed at: ``标题：…``, and below it ``作者：…`` and ``发布时间：2018-06-01 10:22``."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from govcrawl.reading import dates

_LABEL: Final = re.compile(
    r"(?:^|\s)(?:标\s*题|作\s*者|来\s*源|(?:点击|浏览|阅读)(?:数|次数|量)?|(?:发布|发表|更新|添加|录入|上传|公开)?(?:时间|日期)|发布人|编辑)\s*[:：]"
)
_TITLE: Final = re.compile(r"^(?:文章|信息|新闻)?标\s*题\s*[:：]\s*")
_DAY: Final = re.compile(r"(?:发布|发表|更新|添加|录入|上传|公开)(?:时间|日期)\s*[:：]\s*(.{6,20})")


def read(tip: str) -> tuple[str, date | None] | None:
    """(title, day); None where the words have no labels."""
    head, day = _TITLE.match(tip), _DAY.search(tip)
    if not (head or day):
        return None
    rest = tip[head.end() if head else 0 :]
    title = rest[: m.start()] if (m := _LABEL.search(rest)) else rest
    return (title.strip(), dates.find(day[1]) if day else None) if title.strip() else None
