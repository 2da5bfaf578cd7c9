"""旧文新发: an article whose shown day is long after all that it says of itself.

Its address carries the day on which it was made, its words hold a day of that time and none of the later years, and yet it is shown as
half a year younger.  A site that was moved shows such days too: articles of one shown day are one fault, and a person decides.  The same
text under two days is for ``pipelines/judged_duties.py``.  Clause: 2015、2018年通报“旧文新发”；国办秘函〔2019〕19号“伪造发稿日期”.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from govcrawl.reading import dates
from pipelines.checks import Look, Sighting

NAME = "redated"
INDICATORS = ("redated_old_text",)

YOUNGER: Final = 180  #: days
#: Texts that are kept up, or may stand twice.
NO_NEWS: Final = ("指南", "流程", "职责", "职能", "简介", "机构", "须知", "目录", "名单", "声明", "概况", "章程")
NEAR: Final = 31  #: days between the address and the newest day of the text
_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")


def look(page: Look) -> Iterator[Sighting]:
    article = page.facts.article
    if article is None or article.published is None or article.unread:
        return
    if any(word in article.title for word in NO_NEWS):
        return
    made = dates.from_url(page.page.url)
    if made and is_redated(article.published, made, article.text):
        detail = {"title": article.title, "newest": article.published.isoformat(), "made": made.isoformat()}
        yield Sighting("redated_old_text", article.title, detail, article.published.isoformat())


def is_redated(shown: date, made: date, text: str) -> bool:
    """``made``: the day in its address."""
    if (shown - made).days < YOUNGER or any(int(year) > made.year for year in _YEAR.findall(text)):
        return False
    days = [day for day, _ in dates.find_all(text)]
    return bool(days) and abs((max(days) - made).days) <= NEAR
