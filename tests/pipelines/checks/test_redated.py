"""旧文新发: address and text must agree that the article is old, and the shown day must be half a year younger."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from govcrawl.contracts import Page, Task
from govcrawl.facts import ArticleFacts, Facts
from pipelines.checks import Look, Sighting, redated

OLD = "http://www.mou.gov.cn/gzdt/201503/t20150312_1234.html"
TEXT = "2015年3月10日，某局召开推进会议，部署全年工作。会议要求各单位抓好落实，确保年底前完成任务。"


def looked(
    published: date | None = date(2018, 5, 30), url: str = OLD, text: str = TEXT, *, unread: bool = False
) -> list[Sighting]:
    article = ArticleFacts("某局召开推进会", published, text=text, unread=unread)
    page = Page(url, "ok", 200, datetime(2018, 6, 1, tzinfo=UTC), 0.1)
    return list(
        redated.look(Look(Task("5300000001", "site", "article", url), page, Facts("article", "", "", article=article)))
    )


def test_an_old_text_under_a_new_day_is_seen() -> None:
    (one,) = looked()
    assert one.indicator == "redated_old_text"
    assert one.detail == {"title": "某局召开推进会", "newest": "2018-05-30", "made": "2015-03-12"}
    (other,) = looked(url=OLD.replace("_1234", "_77"))
    assert other.key == one.key, "what was redated to one day is one fault"


@pytest.mark.parametrize(
    "case",
    [
        {"published": date(2015, 3, 12)},
        {"published": date(2015, 9, 7)},
        {"published": None},
        {"published": date(2010, 1, 1)},
        {"unread": True},
        {"url": "http://www.mou.gov.cn/gzdt/1234.html"},
        {"url": "http://www.mou.gov.cn/gzdt/201503/t20150501_1234.html"},
        {"text": TEXT + "2018年1月1日起施行。"},
        {"text": TEXT + "列入2017年计划。"},
        {"text": "某局召开推进会议，部署全年工作。"},
        {"text": ""},
    ],
)
def test_in_doubt_nothing_is_said(case: dict[str, object]) -> None:
    assert looked(**case) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("title", ["某局机构职责", "某证办事指南", "某局简介"])
def test_texts_that_are_kept_up_are_left_alone(title: str) -> None:
    article = ArticleFacts(title, date(2018, 5, 30), text=TEXT)
    page = Page(OLD, "ok", 200, datetime(2018, 6, 1, tzinfo=UTC), 0.1)
    look = Look(Task("5300000001", "site", "article", OLD), page, Facts("article", "", "", article=article))
    assert list(redated.look(look)) == []


def test_half_a_year_is_enough_and_a_day_less_is_not() -> None:
    made = date(2015, 3, 12)
    assert redated.is_redated(date(2015, 9, 8), made, TEXT)
    assert not redated.is_redated(date(2015, 9, 7), made, TEXT)
