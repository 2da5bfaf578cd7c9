"""What a recheck plans: which findings, which pages, whom it visits; and when it is a new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from govcrawl import rechecks, reviews
from govcrawl.contracts import Finding, Lease, Probe, Result, Site
from govcrawl.errors import InputError
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.reviews import Wish
from govcrawl.rounds import open_round, restore
from govcrawl.seeds import visit
from govcrawl.store import Store
from tests.govcrawl.filled import AT, ONE, SITE, plan, result, verdict

TODAY, PACK = date(2018, 7, 1), "2015@1"
SHUT = [Site(f"530000000{n}", f"网站{n}", f"http://s{n}.gov.cn/", "省直") for n in range(2, 8)]


def visited(store: Store, site: Site, failed: bool) -> None:
    one = visit(site, 0)
    lease = Lease(round_key(ONE.id, 1), task_id(one), "w", 1, one, 10.0)
    probe = Probe(site.code, 1, 1, AT, 0.1, "timeout" if failed else "ok", None, failed, "host-1-abc")
    store.save_results([Result(lease, replace(result().page, url=site.home), probe=probe)])


@pytest.fixture
def confirmed(store: Store) -> Store:
    """A dead link, and a site that could not be opened; a third finding nobody looked at."""
    store.prepare()
    plan(store)
    store.save_plan(ONE, [SITE, *SHUT], [SITE.code], [])
    store.save_results([result(1)])
    dead = verdict().findings[0]
    closed = Finding("c" * 20, ONE.id, SHUT[0].code, "site_unreachable", SHUT[0].home, "", "打不开", {})
    unseen = replace(dead, id="d" * 20, url="http://a.gov.cn/2")
    own = replace(verdict(), findings=(dead, unseen))
    store.save_verdicts([own, replace(own, site=SHUT[0].code, findings=(closed,))])
    for site in SHUT:
        visited(store, site, failed=site in SHUT[:2])
    reviews.decide(
        store.db, [Wish(dead.id, 0, "confirmed", "", "链接打不开"), Wish(closed.id, 0, "confirmed")], "甲", AT
    )
    return store


def test_its_work_are_the_pages_of_confirmed_findings(confirmed: Store) -> None:
    recheck = rechecks.begin(confirmed, ONE, PACK, TODAY)
    assert (recheck.id, recheck.rechecks, recheck.ends) == (f"{ONE.id}.r1", ONE.id, TODAY)
    plans = rechecks.of_recheck(confirmed, ONE.id, 1)
    assert {p.finding: (p.state, p.excerpt) for p in plans} == {
        verdict().findings[0].id: ("planned", "链接打不开"),
        "c" * 20: ("planned", "打不开"),
    }
    tasks = list(rechecks.seeds(recheck, 1, confirmed, 0.0))
    assert {t.site for t in tasks if t.role == "home"} == {SITE.code, SHUT[0].code}
    # who could not be opened, and three who always could: where nobody can, it is our fault
    assert [t.site for t in tasks if t.role == "probe"] == [s.code for s in (SHUT[0], *SHUT[2:5])]
    assert [t.url for t in tasks if t.role not in ("home", "probe")] == [result(1).lease.task.url]
    assert list(rechecks.seeds(recheck, 2, confirmed, 0.0)) == []


def test_one_that_is_not_judged_yet_goes_on(confirmed: Store) -> None:
    assert rechecks.numbers(confirmed, ONE.id) == []
    first = rechecks.begin(confirmed, ONE, PACK, TODAY)
    assert rechecks.begin(confirmed, ONE, PACK, date(2018, 7, 2)) == first
    plans = rechecks.of_recheck(confirmed, ONE.id, 1)
    rechecks.save(confirmed, [replace(p, state="mended") for p in plans])
    second = rechecks.begin(confirmed, ONE, PACK, TODAY)
    assert second.id == f"{ONE.id}.r2"
    assert rechecks.numbers(confirmed, ONE.id) == [1, 2]
    assert {p.state for own in rechecks.before(confirmed, ONE.id, 2).values() for p in own} == {"mended"}


def test_what_was_taken_back_is_not_looked_at(confirmed: Store) -> None:
    wishes = [Wish(id_, 1, "dismissed", "误报") for id_ in (verdict().findings[0].id, "c" * 20)]
    reviews.decide(confirmed.db, wishes, "甲", datetime.now(UTC))
    with pytest.raises(InputError, match="没有已确认的问题"):
        rechecks.begin(confirmed, ONE, PACK, TODAY)


def test_a_round_that_redis_lost_is_put_back(confirmed: Store, frontier: Frontier) -> None:
    recheck = rechecks.begin(confirmed, ONE, PACK, TODAY)
    new = open_round(recheck, 1, confirmed, frontier)
    assert new == len({task_id(t) for t in rechecks.seeds(recheck, 1, confirmed, 0.0)})
    frontier.client.flushdb()
    assert restore(confirmed, frontier, set())
    assert frontier.counts(round_key(recheck.id, 1)).pending == new
