"""The ledger's history: what may follow what, what a recheck changes and what it never does, and that nothing is written over."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from govcrawl import desk, ledger, rechecks, reviews
from govcrawl.contracts import LedgerState, LedgerStep, Notice, RecheckState, ScoredItem
from govcrawl.documents import StoredRecheck
from govcrawl.reviews import Wish
from govcrawl.store import Store
from tests.govcrawl.filled import NOTICE, ONE, SITE, STEP, plan, result, verdict

AT = datetime(2018, 6, 20, 1, 0, tzinfo=UTC)  # nine o'clock in Beijing
ON, DUE = date(2018, 6, 20), date(2018, 7, 15)
TOLD = replace(STEP, at=AT, day=ON, deadline=DUE)
DAY = timedelta(days=1)


def said(history: list[LedgerStep], state: LedgerState, days: int = 1, **more: Any) -> list[LedgerStep]:
    """What a person wrote down so many days after the notice."""
    one = replace(TOLD, number=len(history) + 1, state=state, at=AT + days * DAY, notice="", deadline=None, day=None)
    return [*history, replace(one, **more)]


def seen(history: list[LedgerStep], outcome: RecheckState, day: date, number: int = 1) -> list[LedgerStep]:
    state = ledger.after_recheck(history, outcome, day)
    return said(history, state, 40, recheck=number, result=outcome, day=day, by=ledger.RECHECK)


# --- pure -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("mended", "closed"), ("moved", "closed"), ("deleted", "rechecked"), ("unmended", "unmended"), ("returned", "returned"),
     ("unknown", "notified")],
)  # fmt: skip
def test_what_a_recheck_saw_after_the_notice(outcome: RecheckState, state: LedgerState) -> None:
    assert ledger.after_recheck([TOLD], outcome, DUE + DAY) == state


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("mended", "closed"),
        ("deleted", "rechecked"),
        ("unmended", "found"),
        ("returned", "found"),
        ("unknown", "found"),
    ],
)
def test_an_office_that_nobody_told_is_not_blamed(outcome: RecheckState, state: LedgerState) -> None:
    assert ledger.after_recheck([], outcome, DUE) == state
    closed = seen([], "mended", ON)
    assert ledger.after_recheck(closed, "returned", DUE) == "found"


@pytest.mark.parametrize("outcome", ["mended", "unmended", "returned", "deleted"])
def test_a_look_that_is_older_than_what_was_written_down_changes_nothing(outcome: RecheckState) -> None:
    told = said([TOLD], "mended", 10)
    assert ledger.after_recheck(told, outcome, ON + 9 * DAY) == "mended"
    assert ledger.after_recheck([TOLD], outcome, ON - DAY) == "notified"
    assert ledger.after_recheck([replace(TOLD, day=DUE)], outcome, DUE - DAY) == "notified"  # a notice of a later day
    assert ledger.after_recheck([TOLD], outcome, None) == "notified"


def test_a_look_of_the_same_day_may_close_and_never_blames() -> None:
    told = said([TOLD], "mended", 10)
    assert ledger.after_recheck(told, "unmended", ON + 10 * DAY) == "mended"
    assert ledger.after_recheck(told, "mended", ON + 10 * DAY) == "closed"
    assert ledger.after_recheck(told, "unmended", ON + 11 * DAY) == "unmended"


def test_what_could_not_be_told_neither_closes_nor_accuses_nor_reopens() -> None:
    for history in ([TOLD], said([TOLD], "mended"), said([TOLD], "closed"), said([TOLD], "unmended")):
        assert ledger.after_recheck(history, "unknown", DUE) == history[-1].state


def test_a_page_that_is_gone_leaves_what_was_closed_closed() -> None:
    assert ledger.after_recheck(said([TOLD], "closed"), "deleted", DUE) == "closed"


@pytest.mark.parametrize("outcome", ["unmended", "returned"])
def test_what_a_person_struck_off_and_is_seen_again_is_for_a_person_to_weigh(outcome: RecheckState) -> None:
    history = seen(said([TOLD], "closed"), outcome, DUE + DAY)
    assert history[-1].state == "rechecked"
    assert ledger.after_recheck(history, outcome, DUE + 2 * DAY) == "rechecked"
    assert ledger.after_recheck(history, "mended", DUE + 2 * DAY) == "closed"
    assert all(ledger.may("rechecked", state) for state in ("closed", "unmended", "returned"))
    blamed = said(history, "unmended", 60)
    assert ledger.after_recheck(blamed, outcome, DUE + 60 * DAY) == outcome


def test_a_look_of_the_same_day_does_not_close_what_a_person_blamed() -> None:
    blamed = said([TOLD], "unmended", 10)
    assert ledger.after_recheck(blamed, "mended", ON + 10 * DAY) == "unmended"
    assert ledger.after_recheck(blamed, "mended", ON + 11 * DAY) == "closed"


def test_from_recheck_to_recheck() -> None:
    history = seen([TOLD], "unmended", DUE)
    history = seen(history, "mended", DUE + DAY, 2)
    history = seen(history, "returned", DUE + 2 * DAY, 3)
    assert [s.state for s in history] == ["notified", "unmended", "closed", "returned"]


@pytest.mark.parametrize(
    ("state", "wanted", "may"),
    [("found", "notified", True), ("found", "mended", False), ("found", "closed", False), ("notified", "notified", False),
     ("notified", "mended", True), ("mended", "notified", False), ("mended", "closed", True), ("rechecked", "closed", True),
     ("rechecked", "unmended", True), ("unmended", "notified", True), ("unmended", "mended", True), ("closed", "mended", False),
     ("closed", "notified", False), ("closed", "returned", True), ("notified", "returned", False), ("mended", "found", False),
     ("mended", "rechecked", False)],
)  # fmt: skip
def test_what_a_person_may_write_down(state: LedgerState, wanted: LedgerState, may: bool) -> None:
    assert ledger.may(state, wanted) is may


def test_overdue_is_what_the_office_owes_on_the_day_that_is_asked_for() -> None:
    assert [ledger.overdue([TOLD], day) for day in (ON, DUE, DUE + DAY, DUE + 10 * DAY)] == [0, 0, 1, 10]
    assert ledger.overdue([], DUE + DAY) == 0
    for state in ("mended", "rechecked", "closed"):  # the delay is ours
        assert ledger.overdue(said([TOLD], state), DUE + DAY) == 0  # type: ignore[arg-type]
    for state in ("unmended", "returned"):
        assert ledger.overdue(said([TOLD], state), DUE + 2 * DAY) == 2  # type: ignore[arg-type]
    again = [*said([TOLD], "unmended"), replace(TOLD, number=3, deadline=DUE + 30 * DAY)]
    assert ledger.overdue(again, DUE + 2 * DAY) == 0  # a second notice has its own day
    back = said(said([TOLD], "closed"), "returned", 60)
    assert ledger.overdue(back, DUE + 60 * DAY) == 0  # it was mended in time, and nobody gave a new day
    assert ledger.overdue([*back, replace(TOLD, number=4, deadline=DUE)], DUE + 60 * DAY) == 60


# --- stored -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def judged(store: Store) -> Store:
    store.prepare()
    plan(store)
    store.save_results([result(1)])
    store.save_verdicts([verdict()])
    reviews.decide(store.db, [Wish(STEP.finding, 0, "confirmed")], "甲", AT)
    return store


def looked(store: Store, number: int, state: str, day: date | None = DUE) -> None:
    rechecks.save(store, [
        StoredRecheck(ONE.id, number, STEP.finding, "2015@1", SITE.code, "dead_link", STEP.url, "", state, "所见", day=day)  # type: ignore[arg-type]
    ])  # fmt: skip


def test_of_two_who_saw_the_same_one_comes_first(judged: Store) -> None:
    assert ledger.append(judged.db, [TOLD]) == [TOLD]
    rivals = [said([TOLD], "mended", by=f"人{n}")[-1] for n in range(4)]
    made: list[LedgerStep] = []
    threads = [threading.Thread(target=lambda r=r: made.extend(ledger.append(judged.db, [r]))) for r in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert ledger.histories(judged.db, ONE.id)[STEP.finding] == [TOLD, *made]
    assert ledger.histories_of(judged.db, [STEP.finding, "f" * 20]) == ledger.histories(judged.db, ONE.id)


def test_each_look_is_taken_in_once_and_by_its_order(judged: Store) -> None:
    ledger.append(judged.db, [TOLD])
    looked(judged, 2, "returned", DUE + DAY)
    looked(judged, 1, "mended")
    assert ledger.follow(judged.db, ONE.id, AT) == 2
    assert ledger.follow(judged.db, ONE.id, AT) == 0
    history = ledger.histories(judged.db, ONE.id)[STEP.finding]
    assert [(s.number, s.state, s.recheck, s.result, s.reason, s.by) for s in history[1:]] == [
        (2, "closed", 1, "mended", "所见", "复查"),
        (3, "returned", 2, "returned", "所见", "复查"),
    ]


def test_a_recheck_that_is_not_judged_yet_tells_nothing(judged: Store) -> None:
    looked(judged, 1, "planned", None)
    assert ledger.follow(judged.db, ONE.id, AT) == 0
    looked(judged, 1, "unknown")
    assert ledger.follow(judged.db, ONE.id, AT) == 1
    (step,) = ledger.histories(judged.db, ONE.id)[STEP.finding]
    assert (step.state, step.result) == ("found", "unknown")


def test_no_two_notices_share_a_number(judged: Store) -> None:
    def make(serial: int) -> Notice:
        return replace(NOTICE, serial=serial, number=NOTICE.series.replace("{号}", str(serial)))

    made: list[Notice] = []
    threads = [
        threading.Thread(target=lambda: made.append(ledger.numbered(judged.db, NOTICE.series, make))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(n.number for n in made) == [f"整改〔2018〕{n}号" for n in range(1, 5)]
    assert ledger.notices(judged.db, ONE.id) == sorted(made, key=lambda n: n.serial)
    assert ledger.notice(judged.db, "整改〔2018〕4号") == ledger.notices(judged.db, ONE.id)[3]
    assert ledger.notice(judged.db, "整改〔2018〕5号") is None


def test_unreviewed_findings_stand_where_a_veto_rests_on_them_and_no_person_has_to_say_so(judged: Store) -> None:
    veto = replace(verdict().findings[0], id="e" * 20, indicator="columns_blank")
    beside = replace(veto, id="b" * 20)
    typo = replace(veto, id="a" * 20, indicator="typo")
    uncounted = replace(veto, id="d" * 20, indicator="security_incident")
    items = (
        ScoredItem("columns_blank", "veto", None, None, (veto.id,), ()),
        ScoredItem("typo", "veto", None, None, (typo.id,), ()),
        ScoredItem("security_incident", "veto", None, None, (uncounted.id,), ()),
    )
    store, found = judged, (verdict().findings[0], veto, beside, typo, uncounted)
    store.save_verdicts([replace(verdict(), findings=found, items=items, vetoes=("columns_blank", "typo"))])
    ids = {f.id for f in ledger.standing(store.db, ONE.id, "2015@1", frozenset({"typo"}))}
    assert ids == {STEP.finding, veto.id}
    assert {f.id for f in ledger.standing(store.db, ONE.id, "2015@1", None)} == {STEP.finding}
    reviews.decide(store.db, [Wish(veto.id, 0, "dismissed", "误报")], "甲", AT)
    assert {f.id for f in ledger.standing(store.db, ONE.id, "2015@1", frozenset())} == {STEP.finding, typo.id}
    assert ledger.vetoed(store.db, ONE.id, "2015@1") == {SITE.code: {"columns_blank", "typo"}}


def test_a_recheck_looks_at_what_an_office_was_told_of_though_nobody_reviewed_it(judged: Store) -> None:
    other = replace(verdict().findings[0], id="e" * 20)
    judged.save_verdicts([replace(verdict(), findings=(verdict().findings[0], other, replace(other, id="d" * 20)))])
    ledger.append(judged.db, [replace(TOLD, finding=other.id)])
    rechecks.begin(judged, ONE, "2015@1", DUE)
    assert {r.finding for r in rechecks.of_recheck(judged, ONE.id, 1)} == {STEP.finding, other.id}
    assert [f.review for f in desk.finding(judged.db, other.id)] == ["pending"]
