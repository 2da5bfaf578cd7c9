"""Duties of content: what was seen is told site by site; what wasn't accuses a site only where all was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from govcrawl.contracts import Campaign, Duty, Finding, Issuer, Observation, Repost
from govcrawl.facts import ArticleFacts
from pipelines.judged_duties import judge_duties, may_be_cut, reposted
from pipelines.observe import MIN_TEXT, observe
from pipelines.rulings import Beside
from tests.pipelines.build import AS_OF, CAMPAIGN, FINE, HOME, SITE, day, fine_with, home, judge, see, unread
from tests.pipelines.test_observe import facts, result

TOPIC = Repost("生态环境保护大会", date(2018, 5, 18), date(2018, 5, 25), ("生态环境保护大会", "总书记+生态文明"))
BY_URL = Repost("专题", date(2018, 5, 18), date(2018, 5, 25), urls=("http://www.gov.cn/zt/sthj/",))
PLAN = Campaign(
    CAMPAIGN, "普查", "2015", date(2018, 4, 1), AS_OF, Issuer("某办公厅", "530000"), "sites.csv", reposts=(TOPIC,)
)


def checked(indicator: str, at: str = HOME, **detail: Any) -> Observation:
    data = {"check": "duties", "indicator": indicator, "detail": detail, "span": None}
    return see("check", at, data, key=f"{indicator} {detail}")


def news(*items: tuple[str, str, str | None], cls: str = "news", **more: Any) -> Observation:
    """Of (path, title, day)."""
    data = {
        "column": f"{HOME}xw/", "name": "要闻", "cls": cls, "level": 1, "state": "listed", "why": "", "registered": False,
        "items": [[HOME + path, title, shown] for path, title, shown in items], **more,
    }  # fmt: skip
    return see("column", f"{HOME}xw/", data)


def duties(*looks: Observation, plan: Campaign = PLAN, **more: Any) -> dict[str, Duty]:
    return {d.kind: d for d in judge_duties(plan, more.pop("site", SITE), [home(1, 2), *looks])}


# --- reposts ---


@pytest.mark.parametrize(
    ("title", "shown", "state"),
    [
        ("全国生态环境保护大会在北京召开", "2018-05-19", "seen"),
        ("全国生态环境保护大会在北京召开", "2018-05-25", "seen"),
        ("全国生态环境保护大会在北京召开", "2018-05-26", "late"),
        ("全国生态环境保护大会在北京召开", None, "seen"),
        ("全国生态环境保护大会在北京召开", "2011-12-20", "not_seen"),
        ("总书记谈生态文明建设", "2018-05-20", "seen"),
        ("生态文明建设宣传月启动", "2018-05-20", "not_seen"),
    ],
)
def test_a_repost_is_known_by_words_and_day(title: str, shown: str | None, state: str) -> None:
    one = duties(news(("a.html", title, shown), ("b.html", "其他", "2018-05-20")))["repost"]
    assert (one.name, one.state, one.count) == (TOPIC.name, state, int(state != "not_seen"))
    assert one.urls == ((f"{HOME}a.html",) if one.count else ())
    assert one.day == (date.fromisoformat(shown) if shown and one.count else None)


def test_an_article_dates_what_the_list_leaves_undated() -> None:
    article = see("article", f"{HOME}a.html", {"title": "生态环境保护大会", "published": "2011-12-20", "column": ""})
    assert duties(news(("a.html", "生态环境保护大会", None)), article)["repost"].state == "not_seen"
    written = duties(
        news(("a.html", "生态环境保护大会", "2018-05-19")),
        replace(article, data=article.data | {"published": "2018-05-10"}),
    )
    assert written["repost"].day == date(2018, 5, 19), (
        "a day of writing before the topic's doesn't undo the day it was shown"
    )
    fresh = replace(article, data=article.data | {"published": "2018-05-19"})
    found = duties(news(("a.html", "生态环境保护大会", None)), fresh)["repost"]
    assert (found.count, found.day) == (1, date(2018, 5, 19)), "list and article are one page"


def test_a_repost_is_known_by_its_address_too_also_behind_a_picture() -> None:
    plan = replace(PLAN, reposts=(BY_URL,))
    banner = checked("linked", links=[["https://www.gov.cn/zt/sthj/index.html", "专题图片"], [f"{HOME}x", "其他"]])
    assert duties(banner, plan=plan)["repost"].state == "seen"
    assert duties(plan=plan)["repost"].state == "not_seen"


def test_a_site_that_nobody_could_read_is_unknown_and_a_closed_one_has_no_duties() -> None:
    assert {d.state for d in judge_duties(PLAN, SITE, [])} == {"unknown"}
    assert judge_duties(PLAN, replace(SITE, status="永久关停"), [home(1)]) == []


@pytest.mark.parametrize(
    ("title", "day", "may"),
    [
        ("全国生态环境保...", date(2018, 5, 20), True),
        ("全国生态环境保…", None, True),
        ("全国生态环境保…", date(2018, 5, 1), False),
        ("全国生态环境保", date(2018, 5, 20), False),
        ("某县召开农业工作会…", date(2018, 5, 20), False),
        ("总书记强调坚决打好…", date(2018, 5, 20), True),
        (f"{'某' * 58}生态", date(2018, 5, 20), True),
    ],
)
def test_a_title_that_is_cut_short_may_pass_a_topic_on(title: str, day: date | None, may: bool) -> None:
    topic = replace(TOPIC, keywords=("生态环境保护大会", "总书记+生态文明"))
    assert reposted(topic, [(title, "http://a/1", day)]) == {}
    assert may_be_cut(topic, [(title, "http://a/1", day)]) is may


def test_spaces_and_wide_letters_in_a_title_do_not_matter() -> None:
    topic = replace(TOPIC, keywords=("RCEP大会",))
    assert reposted(topic, [("ＲＣＥＰ 大会召开", "http://a/1", date(2018, 5, 20))]) == {
        "http://a/1": date(2018, 5, 20)
    }


def test_only_an_entry_within_the_days_passes_a_topic_on() -> None:
    entries = [
        ("生态环境保护大会", "http://a/1", date(2018, 5, 17)),
        ("生态环境保护大会", "http://a/2", date(2018, 5, 18)),
    ]
    assert reposted(TOPIC, entries) == {"http://a/2": date(2018, 5, 18)}


# --- a repost that is missing ---


OLD_NEWS = news(("a.html", "其他", "2018-06-10"), ("b.html", "更早的事", "2018-05-10"))


def accused(*looks: Observation, topic: Repost = TOPIC, **more: Any) -> list[Finding]:
    own = [o for o in FINE if o.kind != "column" or o.data["cls"] not in ("news", "notice")]
    verdict = judge([*own, *looks], beside=Beside(reposts=(topic,)), **more)
    return [f for f in verdict.findings if f.indicator == "repost_missing"]


def test_a_repost_that_no_page_shows_is_listed_for_a_person() -> None:
    (one,) = accused(OLD_NEWS)
    assert one.detail == {"title": TOPIC.name, "from": "2018-05-18", "until": "2018-05-25"}
    assert (one.review, one.seen) == ("pending", ())
    assert judge(FINE, beside=Beside(reposts=(TOPIC,))).deductions == judge().deductions


@pytest.mark.parametrize(
    "looks",
    [
        [news(("a.html", "生态环境保护大会", "2018-05-20"), ("b.html", "更早的事", "2018-05-10"))],
        [news(("a.html", "其他", "2018-06-10"), ("b.html", "其他", "2018-05-18"))],
        [],
        [OLD_NEWS, news(("c.html", "其他", "2018-06-10"), cls="notice", column=f"{HOME}tz/")],
        [OLD_NEWS, unread("zc/", "column")],
        [replace(OLD_NEWS, data=OLD_NEWS.data | {"drawn": "由脚本加载"})],
        [OLD_NEWS, news(column=f"{HOME}hd/", state="unknown", cls="consult")],
    ],
)
def test_where_it_may_stand_unseen_nobody_is_accused(looks: list[Observation]) -> None:
    assert accused(*looks) == []


def test_nor_before_the_last_day_nor_while_the_crawl_goes_on() -> None:
    assert accused(OLD_NEWS, topic=replace(TOPIC, ends=AS_OF)) == []
    assert accused(OLD_NEWS, complete=False) == []


# --- the yearly report, forms, explanations ---


def test_the_report_of_the_last_year_is_due_in_february() -> None:
    page = checked("annual_report", url=f"{HOME}nb.html", year=2017, file=False)
    shown = news(("nb.html", "政府网站年度报表", "2018-01-30"))
    assert duties(page, shown)["annual_report"] == Duty(
        CAMPAIGN, SITE.code, "annual_report", "2017", "seen", (f"{HOME}nb.html",), date(2018, 1, 30), 1
    )
    late = news(("nb.html", "政府网站年度报表", "2018-02-01"))
    assert duties(page, late)["annual_report"].state == "late"
    assert duties(checked("annual_report", url=f"{HOME}nb.doc", year=2017, file=True))["annual_report"].state == "file"
    assert duties(checked("annual_report", url=f"{HOME}a", year=2016, file=False))["annual_report"].state == "not_seen"
    assert "annual_report" not in duties(page, plan=replace(PLAN, ends=date(2018, 1, 30)))
    assert duties(page, plan=replace(PLAN, ends=date(2019, 1, 20)))["annual_report"].name == "2017"


def test_forms_are_told_with_their_address() -> None:
    found = duties(checked("request_form", url=f"{HOME}sqb.doc"), checked("request_form", url=f"{HOME}sqb.doc#x"))
    assert (found["request_form"].state, found["request_form"].count) == ("seen", 1)
    assert found["request_chart"].state == "not_seen"


def test_policies_with_an_explanation_are_counted_and_those_that_lead_to_each_other() -> None:
    def policy(n: int, *to: str) -> Observation:
        return checked("policy", f"{HOME}zc/{n}.html", title=f"关于印发《第{n}号管理办法试行》的通知", to=list(to))

    def explains(n: int, title: str, *to: str) -> Observation:
        return checked("explanation", f"{HOME}jd/{n}.html", title=title, to=list(to))

    looks = [
        policy(1, f"{HOME}jd/1.html"), explains(1, "政策解读", f"{HOME}zc/1.html"),
        policy(2), explains(2, "《第2号管理办法试行》解读"),
        policy(3), policy(4, f"{HOME}jd/9.html"),
    ]  # fmt: skip
    one = duties(*looks)["explained"]
    assert (one.of, one.count, one.linked) == (4, 3, 1)
    assert "explained" not in duties()


# --- one text, two days ---


def article(
    path: str, published: str | None, digest: str = "d1", title: str = "某局召开推进会", **more: Any
) -> Observation:
    data = {"title": title, "published": published, "column": "", "unread": False, "digest": digest}
    return see("article", HOME + path, data, **more)


def twice(*looks: Observation) -> list[Finding]:
    return [f for f in judge(fine_with(*looks)).findings if f.indicator == "redated_old_text"]


def test_a_text_shown_twice_half_a_year_apart_is_for_a_person() -> None:
    (one,) = twice(article("a.html", "2016-03-01"), article("b.html", "2018-06-01"))
    told = {"title": "某局召开推进会", "newest": "2018-06-01", "earlier": "2016-03-01", "target": f"{HOME}a.html"}
    assert (one.url, one.detail, one.review) == (f"{HOME}b.html", told, "pending")
    (same,) = twice(article("a.html", "2016-03-01", seen=60), article("a.html", "2018-06-01", round=2))
    assert same.detail["target"] == same.url == f"{HOME}a.html", "one page, redated between two rounds"


@pytest.mark.parametrize(
    "looks",
    [
        [article("a.html", "2018-01-01"), article("b.html", "2018-06-01")],
        [article("a.html", "2016-03-01"), article("b.html", "2018-06-01", digest="d2")],
        [article("a.html", "2016-03-01"), article("b.html", "2018-06-01", title="另一标题")],
        [article("a.html", "2016-03-01", digest=""), article("b.html", "2018-06-01", digest="")],
        [article("a.html", None), article("b.html", "2018-06-01")],
        [article("a.html", "2013-03-01"), article("b.html", "2016-06-01")],
        [article("a.html", "2016-03-01", title="办理流程"), article("b.html", "2018-06-01", title="办理流程")],
        [article("a.html", "2016-03-01"), article("b.html", day(-3))],
    ],
)
def test_what_may_well_stand_twice_is_none(looks: list[Observation]) -> None:
    assert twice(*looks) == []


def test_long_texts_are_known_again_whatever_the_spaces_between() -> None:
    def digest(text: str) -> str:
        one = facts("article", article=ArticleFacts("题", None, text=text))
        (seen,) = [o for o in observe(result(role="article", facts=one)) if o.kind == "article"]
        return str(seen.data["digest"])

    long = "某局召开会议。" * MIN_TEXT
    assert digest(long) == digest("\n 　".join(long)) != digest(long + "完")
    assert digest("某" * (MIN_TEXT - 1)) == ""
