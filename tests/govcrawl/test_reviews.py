"""Decisions last: a history that only grows, laid over what is found at every scoring, and of two people one comes first."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from govcrawl import desk, reviews
from govcrawl.contracts import Finding, Review
from govcrawl.reviews import Wish
from govcrawl.store import Store
from tests.govcrawl.filled import ONE, SITE, plan, verdict

AT = datetime(2018, 6, 20, 1, 0, tzinfo=UTC)
PACK = "2015@1"


def typo(n: int, **detail: Any) -> Finding:
    return Finding(
        f"{n:020x}", ONE.id, SITE.code, "typo", f"http://a.gov.cn/{n}", "", "典型案列", {"wrong": "案列", **detail}
    )


@pytest.fixture
def judged(store: Store) -> Store:
    store.prepare()
    plan(store)
    score(store)
    return store


def score(store: Store) -> None:
    """Again and again the same: what a machine finds knows of no person."""
    found = replace(verdict(PACK), findings=(typo(1), typo(2), typo(3)))
    store.save_verdicts([found, replace(found, pack="2019@1")])


def states(store: Store) -> dict[str, tuple[Review, str, int]]:
    """As findings and verdicts agree on them, under both packs."""
    by_pack = []
    for pack in (PACK, "2019@1"):
        documents = {f.id: (f.review, f.wording, f.decided) for f in desk.every(store.db, ONE.id, pack)}
        (one,) = store.verdicts(ONE.id, pack).values()
        assert one == store.verdict(ONE.id, SITE.code, pack)
        assert {f.id: (f.review, f.wording, f.decided) for f in one.findings} == documents
        by_pack.append({int(id_, 16): state for id_, state in documents.items()})
    assert by_pack[0] == by_pack[1]
    return by_pack[0]  # type: ignore[return-value]


def test_what_was_decided_stays_however_often_it_is_scored(judged: Store) -> None:
    wishes = [Wish(typo(1).id, 0, "confirmed", "", "“案例”误为“案列”"), Wish(typo(2).id, 0, "dismissed", "引文")]
    assert len(reviews.decide(judged.db, wishes, "甲", AT).made) == 2
    held = {1: ("confirmed", "“案例”误为“案列”", 1), 2: ("dismissed", "", 1), 3: ("pending", "", 0)}
    assert states(judged) == held
    for _ in range(2):
        score(judged)
        assert states(judged) == held
    assert [f.id for f in judged.dismissed([ONE.id])] == [typo(2).id]


def test_a_decision_outlives_its_finding_and_comes_back_with_it(judged: Store) -> None:
    reviews.decide(judged.db, [Wish(typo(2).id, 0, "dismissed", "引文")], "甲", AT)
    judged.save_verdicts([replace(verdict(PACK), findings=())])
    assert [(f.id, f.detail) for f in judged.dismissed([ONE.id])] == [(typo(2).id, typo(2).detail)]
    score(judged)
    assert states(judged)[2] == ("dismissed", "", 1)


def test_who_decided_what_and_when_is_kept(judged: Store) -> None:
    steps: list[tuple[Review, str, str]] = [
        ("confirmed", "", "甲"),
        ("dismissed", "引文", "乙"),
        ("pending", "再看", "甲"),
    ]
    for n, (review, reason, by) in enumerate(steps):
        at = AT + timedelta(hours=n)
        assert reviews.decide(judged.db, [Wish(typo(1).id, n, review, reason)], by, at).made
    told = reviews.history(judged.db, typo(1).id)
    assert [(d.review, d.reason, d.by) for d in told] == steps
    assert [d.at for d in told] == [AT + timedelta(hours=n) for n in range(3)]
    assert [d.number for d in told] == [1, 2, 3]
    assert told[0].excerpt == "典型案列", "with what the person saw"
    assert states(judged)[1] == ("pending", "", 3)
    assert reviews.histories(judged.db, [typo(1).id, typo(3).id]) == {typo(1).id: told}


def test_who_saw_an_older_state_is_refused_and_told(judged: Store) -> None:
    reviews.decide(judged.db, [Wish(typo(1).id, 0, "confirmed")], "甲", AT)
    outcome = reviews.decide(
        judged.db, [Wish(typo(1).id, 0, "dismissed", "误报"), Wish(typo(3).id, 0, "confirmed")], "乙", AT
    )
    ((wish, held),) = outcome.overtaken
    assert (wish.reason, held.by, held.review) == ("误报", "甲", "confirmed")
    assert [d.finding for d in outcome.made] == [typo(3).id]
    assert len(reviews.history(judged.db, typo(1).id)) == 1


def test_the_same_again_is_no_decision(judged: Store) -> None:
    for after in (0, 0, 1):
        outcome = reviews.decide(judged.db, [Wish(typo(1).id, after, "confirmed")], "甲", AT)
    assert (outcome.made, len(outcome.same)) == ((), 1)
    assert reviews.decide(judged.db, [Wish(typo(3).id, 0, "pending")], "甲", AT).made == ()
    assert judged.db["decisions"].count_documents({}) == 1


def test_of_what_nobody_found_and_of_numbers_that_never_were_nothing_is_stored(judged: Store) -> None:
    wishes = [Wish("f" * 20, 0, "confirmed"), Wish(typo(1).id, 7, "confirmed")]
    outcome = reviews.decide(judged.db, wishes, "甲", AT)
    assert [w.finding for w in outcome.unknown] == ["f" * 20, typo(1).id]
    assert judged.db["decisions"].count_documents({}) == 0


def test_of_many_who_decide_at_once_one_does(judged: Store) -> None:
    made: list[str] = []

    def one(name: str) -> None:
        outcome = reviews.decide(judged.db, [Wish(typo(1).id, 0, "dismissed", f"理由{name}")], name, AT)
        made.extend(d.by for d in outcome.made)

    threads = [threading.Thread(target=one, args=(f"{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (held,) = reviews.history(judged.db, typo(1).id)
    assert made == [held.by]
    assert states(judged)[1] == ("dismissed", "", 1)


def test_a_scoring_that_read_before_a_decision_and_wrote_after_it_loses_nothing(judged: Store) -> None:
    reviews.decide(judged.db, [Wish(typo(1).id, 0, "confirmed")], "甲", AT)
    # as such a scoring leaves it
    judged.db["findings"].update_many({"id": typo(1).id}, {"$set": {"review": "pending", "decided": 0}})
    reviews.catch_up(judged.db, ONE.id, [SITE.code], {})
    assert states(judged)[1] == ("confirmed", "", 1)


def test_an_older_decision_that_arrives_late_does_not_overwrite(judged: Store) -> None:
    for n, review in enumerate(("confirmed", "pending")):
        reviews.decide(judged.db, [Wish(typo(1).id, n, review)], "甲", AT)  # type: ignore[arg-type]
    first, _ = reviews.history(judged.db, typo(1).id)
    reviews._follow(judged.db, [(first, [f"{typo(1).id}:{PACK}"])])
    assert states(judged)[1] == ("pending", "", 2)


def test_documents_of_before_are_decided_on_too(judged: Store) -> None:
    judged.db["findings"].update_many({}, {"$unset": {"decided": "", "wording": "", "order": ""}})
    assert reviews.decide(judged.db, [Wish(typo(1).id, 0, "confirmed")], "甲", AT).made
    assert states(judged)[1] == ("confirmed", "", 1)


# --- the desk -------------------------------------------------------------------------------------------------------------


def test_page_by_page_everything_comes_once_the_surest_first(store: Store) -> None:
    store.prepare()
    codes = [f"53{n:08}" for n in range(40)]
    confidence = (1, 0.97, 0.9, 0.3, 0)
    for s, code in enumerate(codes):
        own = tuple(
            replace(typo(s * 100 + n, confidence=confidence[n % 5]), site=code, indicator=("typo", "dead_link")[n % 2])
            for n in range(1 + s % 13)
        )
        store.save_verdicts([replace(verdict(PACK), site=code, findings=own)])
    every = list(desk.every(store.db, ONE.id, PACK))
    for indicator, most in (("", 7), ("", 50), ("typo", 9), ("privacy_leak", 9)):
        wanted = desk.Wanted(ONE.id, PACK, "pending", indicator)
        seen: list[Any] = []
        while some := desk.findings(store.db, wanted, seen[-1].order if seen else "", most):
            assert len(some) <= most
            seen += some
        assert sorted(f.id for f in seen) == sorted(f.id for f in every if indicator in ("", f.indicator))
        levels = [round(1 - f.detail["confidence"], 1) for f in seen]
        assert levels == sorted(levels)
    for code in (codes[12], codes[0]):
        own_first = desk.findings(store.db, desk.Wanted(ONE.id, PACK, "pending", site=code), most=4)
        rest = desk.findings(store.db, desk.Wanted(ONE.id, PACK, "pending", site=code), own_first[-1].order, most=50)
        assert {f.id for f in (*own_first, *rest)} == {f.id for f in every if f.site == code}
    assert desk.findings(store.db, desk.Wanted(ONE.id, PACK, "confirmed")) == []


@pytest.mark.parametrize("confidence", [None, "sure", -3, 7, True, [1]])
def test_an_odd_confidence_has_its_place_too(confidence: Any) -> None:
    assert reviews.order(typo(1, confidence=confidence))[:2] in ("00", "20")
