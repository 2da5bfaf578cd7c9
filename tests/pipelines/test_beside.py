"""What is known of a site beside its pages: from the register, from earlier campaigns, through the store and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from govcrawl.contracts import Campaign, Duty, Evidence, Lease, Observation, Repost, Result, Site, Suspicion
from govcrawl.facts import ColumnFacts, Item
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.frontier import round_key
from govcrawl.store import Store
from govcrawl.stored import page_id
from pipelines.judged_notices import without_notice
from pipelines.observe import observe
from pipelines.stages import score
from tests.govcrawl.build import campaign, task
from tests.pipelines.build import see
from tests.pipelines.test_observe import AT, facts, result

OWN = Site("5300000001", "甲网", "http://www.jia.gov.cn/", "省直")
OTHER = Site("5300000002", "乙网", "http://www.yi.gov.cn/", "省直")
SHUT = Site("5300000003", "丙网", "http://www.bing.gov.cn/", "省直", status="永久关停")
TOPIC = Repost("大会", date(2018, 4, 1), date(2018, 4, 9), ("大会",))
NOW = campaign(reposts=(TOPIC,), previous=("t-2018q1", "t-2017q4"))


def crawled(store: Store, plan: Campaign, site: Site, role: Any, *seen: Observation) -> None:
    """One page of a site, with these observations."""
    one = task(site=site.code, role=role, url=site.home)
    lease = Lease(round_key(plan.id, 1), task_id(one), "w", 1, one, 10.0)
    looks = tuple(
        replace(o, campaign=plan.id, site=site.code, url=site.home, page=page_id(lease.round_key, lease.id))
        for o in seen
    )
    page = replace(result().page, url=site.home, at=AT)
    store.save_results([Result(lease, page, facts("home"), observations=looks, evidence=Evidence("a", 1, 1))])


def footer(code: str) -> Observation:
    marks = dict.fromkeys(("icp", "police", "party_badge", "error_report", "organiser"), "有")
    return see("footer", OWN.home, marks | {"site_code": code, "drawn": False})


def home(*items: list[str]) -> Observation:
    return see(
        "home",
        OWN.home,
        {"items": list(items), "nav_only": False, "title": "甲网", "drawn": "", "parts": [], "part": False, "nav": []},
    )


@pytest.fixture
def stored(store: Store) -> Store:
    store.prepare()
    for id_, moved, days in (("t-2018q1", "http://old.gov.cn/", 60), ("t-2017q4", "http://older.gov.cn/", 150)):
        before = [replace(OWN, home=moved), OTHER, replace(SHUT, status="正常运行")]
        plan = replace(campaign(id_), ends=NOW.ends - timedelta(days=days))
        store.save_plan(plan, before, [s.code for s in before], [])
    store.save_plan(NOW, [OWN, OTHER, SHUT], [OWN.code, OTHER.code], [])
    return store


def test_the_register_and_earlier_campaigns_are_known_to_the_judge(stored: Store) -> None:
    crawled(stored, NOW, OWN, "home", footer(OTHER.code), home(["http://www.jia.gov.cn/1", "大会开幕", "2018-04-08"]))
    by_site = {v.site: v for v in score(stored, NOW.id, "", ())}
    (mark,) = [f for f in by_site[OWN.code].findings if f.indicator == "missing_identity"]
    assert mark.detail == {"missing": [], "site_code_shown": OTHER.code, "site_code_of": OTHER.name}
    (told,) = [d for d in by_site[OWN.code].doubts if "域名变更公告" in d]
    assert "http://old.gov.cn/" in told, "the last campaign's address, whatever their order in the file"
    reposts = {d.site: d for d in stored.duties(NOW.id) if d.kind == "repost"}
    assert reposts[OWN.code] == Duty(
        NOW.id, OWN.code, "repost", "大会", "seen", ("http://www.jia.gov.cn/1",), date(2018, 4, 8), 1
    )
    assert (reposts[OTHER.code].state, SHUT.code in reposts) == ("unknown", False)
    score(stored, NOW.id, "", ())
    assert len(stored.duties(NOW.id)) == stored.db["duties"].count_documents({}) == 8


def closed(notice: str = "", **more: Any) -> Observation:
    data = {
        "outcome": "ok",
        "status": 200,
        "title": "丙网",
        "own": 2,
        "items": 0,
        "code": "",
        "notice": notice,
        "page": "home",
    }
    return replace(see("closed", SHUT.home, data | more), site=SHUT.code)


@pytest.mark.parametrize(("days", "said"), [(60, ["notice_missing"]), (93, [])])
def test_a_site_closed_lately_must_say_so(stored: Store, days: int, said: list[str]) -> None:
    earlier = replace(stored.campaign("t-2018q1"), ends=NOW.ends - timedelta(days=days))
    stored.save_plan(earlier, [replace(SHUT, status="正常运行")], [SHUT.code], [])
    crawled(stored, NOW, SHUT, "closed", closed())
    score(stored, NOW.id, "", ())
    assert [s.kind for s in stored.suspicions(NOW.id) if s.site == SHUT.code] == said


def quiet(*seen: Observation, lately: tuple[str, ...] = (SHUT.code,)) -> list[Suspicion]:
    return list(without_notice([OWN, SHUT], seen, lately))


def test_what_a_closed_home_page_says_or_does_not() -> None:
    (one,) = quiet(closed())
    assert (one.kind, one.site, one.url) == ("notice_missing", SHUT.code, SHUT.home)
    assert one.why == "近3个月内登记为永久关停，首页可打开（标题“丙网”），未见关停、迁移公告"
    for silent in (
        closed("perhaps"),
        closed(page="redirect"),
        closed(page="script"),
        closed(code=OWN.code),
        closed("closed"),
        closed("paused"),
        closed(outcome="dns", page=""),
        closed(outcome="http_error", page=""),
    ):
        assert quiet(silent) == []
    assert quiet(closed(), replace(closed("moved"), round=2)) == [], "the last look counts"
    assert quiet(closed(), lately=()) == []


def test_lists_keep_the_titles_by_which_a_topic_is_found() -> None:
    items = (Item("http://a.gov.cn/1.html", "大会" * 60, None),)
    (seen,) = [
        o
        for o in observe(result(facts=facts(column=ColumnFacts("要闻", "news", "listed", items))))
        if o.kind == "column"
    ]
    assert seen.data["items"] == [["http://a.gov.cn/1.html", ("大会" * 60)[:60], None]]
