"""The store on a real MongoDB wire server: twice is once, what goes in comes out, and what is stale goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from govcrawl.contracts import (
    ColumnVerdict,
    Evidence,
    Finding,
    Lease,
    Observation,
    ObservationKind,
    Outcome,
    Page,
    Probe,
    ProbeCount,
    RegisteredColumn,
    Result,
    Site,
    Verdict,
)
from govcrawl.errors import UnknownCampaign
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.rounds import open_round
from govcrawl.seeds import seeds
from govcrawl.store import Store
from govcrawl.stored import page_id, upsert
from govcrawl.visits import beat
from tests.govcrawl.build import campaign, task

AT = datetime(2018, 6, 14, 8, 0, tzinfo=UTC)
ONE = campaign()
KEY = round_key(ONE.id, 1)
SITES = [Site(f"530000000{n}", f"网站{n}", f"http://s{n}.gov.cn/", "省直", extra={"备注": "甲"}) for n in range(3)]


def result(n: int = 0, **page: Any) -> Result:
    one = task(n, site=SITES[0].code)
    lease = Lease(KEY, task_id(one), "w", 1, one)
    seen = Observation(ONE.id, 1, one.site, "article", one.url, AT, {"title": "题"}, page=page_id(KEY, lease.id))
    made = Page(**({"url": one.url, "outcome": "ok", "status": 200, "at": AT, "seconds": 0.1, "body": b"<p>"} | page))
    return Result(lease, made, children=(task(n + 100),), observations=(seen,), evidence=Evidence("f", 1, 2))


def planned(store: Store) -> None:
    columns = [RegisteredColumn(SITES[0].code, "通知公告", "http://s0.gov.cn/tzgg/", "notice")]
    store.save_plan(ONE, SITES, [s.code for s in SITES[:2]], columns)


def test_a_plan_comes_back_as_it_went(store: Store) -> None:
    planned(store)
    assert store.campaign(ONE.id) == ONE
    assert store.sites(ONE.id) == SITES
    assert store.sites(ONE.id, chosen_only=True) == SITES[:2]
    assert store.registered_columns(ONE.id)[0].cls == "notice"


def test_planned_again_the_register_is_that_of_the_files(store: Store) -> None:
    planned(store)
    store.save_plan(replace(ONE, title="新"), SITES[:1], [SITES[0].code], [])
    assert store.campaign(ONE.id).title == "新"
    assert store.sites(ONE.id) == SITES[:1]
    assert store.registered_columns(ONE.id) == []


def test_of_a_plan_only_what_changed_is_written(store: Store) -> None:
    many = [replace(SITES[0], code=f"53{n:08}") for n in range(1200)]
    store.save_plan(ONE, many, [], [])
    store.db["sites"].update_many({"_id": {"$in": [f"{ONE.id}:{s.code}" for s in many[:3]]}}, {"$set": {"name": "旧"}})
    kept = [*many[:3], *(replace(s, name="新") for s in many[3:9])]  # more go than one query names
    store.save_plan(ONE, kept, [kept[0].code], [])
    assert store.sites(ONE.id) == kept
    assert store.sites(ONE.id, chosen_only=True) == kept[:1]


def test_what_is_there_is_replaced_among_what_is_new_and_a_refusal_is_told(store: Store) -> None:
    store.prepare()
    old, new = ({"_id": i, "campaign": ONE.id, "n": 1} for i in "ab")
    upsert(store.db["observations"], [old])
    upsert(store.db["observations"], [old | {"n": 2}, new, new | {"n": 3}])
    assert {d["_id"]: d["n"] for d in store.db["observations"].find()} == {"a": 2, "b": 3}
    planned(store)
    with pytest.raises(BulkWriteError):
        upsert(store.db["sites"], [store.db["sites"].find_one() or {}, {"_id": "bad"}])


def test_a_campaign_nobody_planned(store: Store) -> None:
    with pytest.raises(UnknownCampaign, match="nobody"):
        store.campaign("nobody")


def test_a_result_stored_twice_is_one(store: Store) -> None:
    for _ in range(2):
        store.save_results([result(1), result(2)])
    assert {name: store.db[name].count_documents({}) for name in ("pages", "observations")} == {
        "pages": 2,
        "observations": 2,
    }
    (page,) = store.db["pages"].find({"_id": page_id(KEY, result(1).lease.id)})
    assert (page["outcome"], page["size"], page["evidence"]) == ("ok", 3, {"file": "f", "offset": 1, "length": 2})
    (seen, _) = store.observations(ONE.id, SITES[0].code)
    assert seen in result(1).observations + result(2).observations


def test_probes_come_back_and_pages_are_counted_once(store: Store) -> None:
    probe = Probe(SITES[0].code, 1, 7, AT, 0.5, "timeout", None, True, "w")
    store.save_results([replace(result(1), probe=probe), result(2, outcome="timeout", status=None)])
    assert list(store.probes(ONE.id, SITES[0].code)) == [probe]
    assert store.looks(ONE.id, [SITES[0].code])[SITES[0].code].read == {result(1).page.url}


def exchange(claimed: float, status: int, kind: ObservationKind) -> Result:
    """Of one task and one visit, each time with another answer."""
    outcome: Outcome = "ok" if status == 200 else "http_error"
    one = result(1, status=status, outcome=outcome)
    probe = Probe(SITES[0].code, 1, 7, AT, 0.5, outcome, status, status != 200)
    seen = tuple(replace(o, kind=kind, data={"status": status}) for o in one.observations)
    return replace(one, lease=replace(one.lease, at=claimed), observations=seen, probe=probe)


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 0, 1, 0)])
@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("kind", ["article", "dead_link"])
def test_of_two_exchanges_the_later_claimed_stays_whoever_writes_last(
    order: tuple[int, ...], at_once: bool, kind: ObservationKind, store: Store
) -> None:
    """A worker that slept and lost its lease writes late; one that died had stored what another then saw differently."""
    both = exchange(10.0, 404, "dead_link"), exchange(10.001, 200, kind)
    results = [both[n] for n in order]
    for batch in [results] if at_once else [[one] for one in results]:
        store.save_results(batch)
    (page,) = store.db["pages"].find()
    assert (page["outcome"], page["status"], page["claimed"]) == ("ok", 200, 10.001)
    assert [(d["kind"], d["data"]) for d in store.db["observations"].find()] == [(kind, {"status": 200})]
    assert list(store.observations(ONE.id, SITES[0].code)) == list(both[1].observations)
    assert list(store.probes(ONE.id, SITES[0].code)) == [both[1].probe]


@pytest.mark.parametrize("left", [10.0, 30.0])
def test_observations_of_an_exchange_that_no_page_holds_count_for_nothing(left: float, store: Store) -> None:
    """Their worker died before it stored its page, or before it could take them back."""
    store.save_results([exchange(left, 404, "dead_link")])
    store.db["pages"].delete_many({})
    assert list(store.observations(ONE.id, SITES[0].code)) == []
    held = exchange(20.0, 200, "article")
    store.save_results([held])
    assert list(store.observations(ONE.id, SITES[0].code)) == list(held.observations)
    assert store.db["observations"].count_documents({}) == 1 + (left > 20.0)


def test_verdicts_replace_those_of_the_same_pack_and_leave_others(store: Store) -> None:
    def verdict(pack: str, *ids: str) -> Verdict:
        findings = tuple(
            Finding(i, ONE.id, SITES[0].code, "dead_link", "http://x/", "", "", {"status": 404}) for i in ids
        )
        column = ColumnVerdict("通知公告", "http://x/", "notice", date(2018, 6, 1), 3, "fresh")
        return Verdict(
            ONE.id,
            SITES[0].code,
            pack,
            ONE.ends,
            "pass",
            (),
            1.5,
            probes=ProbeCount(20, 1, 0),
            columns=(column,),
            findings=findings,
        )

    store.save_verdicts([verdict("2015@1", "a", "b"), verdict("2019@1", "a")])
    store.save_verdicts([verdict("2015@1", "b", "c")])
    assert store.verdicts(ONE.id, "2015@1") == {SITES[0].code: verdict("2015@1", "b", "c")}
    assert {d["_id"] for d in store.db["findings"].find()} == {"b:2015@1", "c:2015@1", "a:2019@1"}


def test_a_round_is_seeded_once_and_rebuilt_from_what_is_stored(store: Store, frontier: Frontier) -> None:
    planned(store)
    assert open_round(ONE, 1, store, frontier) == 5  # two home pages, two first visits, one registered column
    assert open_round(ONE, 1, store, frontier) == 0
    store.save_results([result(1)])
    frontier.client.flushdb()
    assert open_round(ONE, 1, store, frontier) == 6  # and what the page led to
    counts = frontier.counts(KEY)
    assert (counts.done, counts.pending) == (1, 6)  # the stored page is done, what it led to is planned


def test_first_visits_are_on_the_beats_of_their_sites() -> None:
    slow = replace(ONE, probe=replace(ONE.probe, spacing_s=600.0))
    now = 1_529_000_000.0
    visits = [task for task in seeds(slow, SITES, [], now) if task.kind == "probe"]
    assert [v.not_before for v in visits] == [round(beat(s.code, 600.0, now), 3) for s in SITES]
    assert all(now <= v.not_before < now + 600 for v in visits)
    assert len({v.not_before for v in visits}) == len(SITES)
