"""仍未整改到位: whom the annex names from the ledger of earlier campaigns, and above all whom it doesn't."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from made_up import finding, result, snapshot

from govcrawl import ledger, rechecks, reviews
from govcrawl.contracts import LedgerStep
from govcrawl.documents import StoredFinding, StoredRecheck
from govcrawl.errors import Irreconcilable
from govcrawl.reviews import Wish
from govcrawl.store import Store
from reporting import unmended
from reporting.annexes import annexes, reconcile
from reporting.book import Entry
from reporting.bulletin import build
from reporting.snapshot import Still
from reporting.stages import snapshot_of
from tests.govcrawl.filled import ONE, SITE, STEP, plan, verdict

AT = datetime(2018, 6, 20, 1, 0, tzinfo=UTC)
DUE, AFTER = date(2018, 7, 15), date(2018, 7, 20)
CODES = [f"530100000{n}" for n in range(1, 8)]


def step(number: int, state: str, **more: Any) -> LedgerStep:
    return replace(STEP, number=number, state=state, at=AT, notice="", deadline=None, day=None, **more)  # type: ignore[arg-type]


TOLD = replace(STEP, at=AT, deadline=DUE)
FOUND = StoredFinding("0" * 20, ONE.id, SITE.code, "typo", "u", "", "x", {}, pack="2015@1")


def look(number: int, state: str, outcome: str, day: date | None = AFTER) -> LedgerStep:
    return step(number, state, recheck=1, result=outcome) if day is None else replace(
        step(number, state, recheck=1, result=outcome), day=day
    )  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "named", "day"),
    [
        ([], True, None),
        ([TOLD], True, None),
        ([TOLD, look(2, "unmended", "unmended")], False, AFTER),
        ([TOLD, look(2, "returned", "returned")], False, AFTER),
        ([TOLD, look(2, "unmended", "unmended", DUE)], False, None),  # its time wasn't over
        ([TOLD, look(2, "closed", "mended")], True, None),
        ([TOLD, look(2, "rechecked", "deleted")], True, None),
        (
            [TOLD, look(2, "unmended", "unmended"), look(3, "unmended", "unknown")],
            True,
            None,
        ),  # the last look can't tell
        ([TOLD, look(2, "unmended", "unmended"), step(3, "mended")], True, None),
        ([TOLD, look(2, "unmended", "unmended"), replace(TOLD, number=3, deadline=date(2018, 8, 1))], True, None),
        ([TOLD, replace(step(2, "unmended"), at=datetime(2018, 7, 20, tzinfo=UTC))], False, AFTER),  # as a clerk saw it
        ([TOLD, step(2, "unmended")], True, None),
        ([look(1, "found", "unmended")], True, AFTER),  # the bulletin told it
        ([look(1, "found", "unmended")], False, None),  # nobody told it
        ([look(1, "found", "unmended", None)], True, None),
        ([look(1, "rechecked", "deleted"), step(2, "closed"), look(3, "rechecked", "unmended")], True, None),
    ],
)
def test_only_what_was_told_and_was_not_mended_in_time(steps: list[LedgerStep], named: bool, day: date | None) -> None:
    assert unmended.unmended_on(Entry(FOUND, SITE, "错字漏字", "", tuple(steps)), named) == day


def test_the_bulletins_own_deadline_must_be_over() -> None:
    entry = Entry(FOUND, SITE, "错字漏字", "", (look(1, "found", "unmended"),))
    assert unmended.unmended_on(entry, True, AFTER) is None
    assert unmended.unmended_on(entry, True, DUE) == AFTER


def still(code: str, indicator: str = "dead_link", day: date = date(2018, 5, 1), **more: Any) -> Still:
    given = {"title": "2018年一季度全省政府网站普查", "kind": "死链", "state": "unmended", **more}
    return Still(code, indicator=indicator, day=day, **given)


NOW = (
    result(CODES[0]),  # passes now
    result(CODES[1], "fail", findings=(finding("dead_link", CODES[1]),)),
    result(CODES[2], "fail"),  # fails, and the fault is gone
    result(CODES[3], "insufficient"),
    result(CODES[4], "not_checked"),
    result(CODES[5], "not_checked", status="永久关停"),
)


def table_of(made: Any) -> Any:
    return next((t for t in annexes(made) if t.key == "unmended"), None)


def test_a_site_stands_there_once_and_never_against_what_is_seen_now() -> None:
    found = tuple(still(code) for code in (*CODES, "5399999999", "row-3"))
    more = (still(CODES[3], "typo", AFTER, kind="错字漏字", title="2017年四季度普查", state="returned"),)
    table = table_of(snapshot(*NOW, still=(*found, *more)))
    assert [row[3:] for row in table.rows] == [
        (CODES[1], "死链", "2018年一季度全省政府网站普查", "2018-05-01", "未整改"),
        (CODES[3], "死链、错字漏字", "2018年一季度全省政府网站普查、2017年四季度普查", "2018-07-20", "未整改"),
        (CODES[4], "死链", "2018年一季度全省政府网站普查", "2018-05-01", "未整改"),
    ]
    assert [row[0] for row in table.rows] == [1, 2, 3]
    assert table_of(snapshot(*NOW)) is None
    assert table_of(snapshot(*NOW, still=(still(CODES[0]),))).rows == ()


def test_what_a_later_campaign_passed_is_forgotten() -> None:
    from test_changes import earlier

    before = (earlier(passed=[CODES[3]], ends=date(2018, 5, 2)),)
    assert table_of(snapshot(*NOW, before=before, still=(still(CODES[3]),))).rows == ()
    assert len(table_of(snapshot(*NOW, before=before, still=(still(CODES[3], day=date(2018, 5, 3)),))).rows) == 1


def test_a_recheck_after_the_campaign_stands_where_the_site_fails() -> None:
    assert [row[3] for row in table_of(snapshot(*NOW, still=(still(CODES[2], day=AFTER),))).rows] == [CODES[2]]


def test_the_bulletin_names_it_as_an_annex_and_counts_it_in_words() -> None:
    made = snapshot(*NOW, still=(still(CODES[1], state="returned"),))
    bulletin = build(made)
    (annex,) = (a for a in bulletin.annexes if a.table.key == "unmended")
    assert annex.table.rows[0][-1] == "反弹"
    (text,) = (p.text for p in bulletin.sections[0].paragraphs if "整改情况" in p.lead)
    assert text == f"以往检查发现问题，经复查仍未整改到位的网站1个（见{annex.label}）。"
    assert build(snapshot(*NOW, still=(still(CODES[0]),))).annexes == build(snapshot(*NOW)).annexes


def test_an_annex_that_contradicts_the_bulletin_stops_it() -> None:
    made = snapshot(*NOW, still=(still(CODES[1]),))
    tables = annexes(made)
    (table,) = (t for t in tables if t.key == "unmended")
    wrong = replace(table, rows=(*table.rows, (2, "昆明", "甲", CODES[0], "", "", "", ""), table.rows[0]))
    with pytest.raises(Irreconcilable, match=f"{CODES[1]} 列了不止一次.*{CODES[0]} 本次检查合格"):
        reconcile(made, [wrong if t.key == "unmended" else t for t in tables])


def test_a_quarters_form_prints_it() -> None:
    source = '甲{{ 表("仍未整改到位") | length }}见{{ 见("仍未整改到位") }}\n{{ 附表("仍未整改到位", 列=["序号", "网站名称", "存在问题"]) }}'
    made = replace(snapshot(*NOW, still=(still(CODES[1]),)), form=source)
    bulletin = build(made)
    assert bulletin.sections[0].paragraphs[0].text == "甲1见附件"
    assert [row[2] for row in bulletin.annexes[0].table.rows] == ["死链"]


def test_it_comes_from_the_store(store: Store) -> None:
    """A quarter, its notice, its recheck, and the next quarter's snapshot."""
    store.prepare()
    plan(store)
    store.save_verdicts([verdict()])
    reviews.decide(store.db, [Wish(STEP.finding, 0, "confirmed")], "甲", AT)
    ledger.append(store.db, [TOLD])
    next_ = replace(ONE, id="t-2018q3", title="2018年三季度测试普查", ends=date(2018, 9, 15), previous=(ONE.id, "nix"))
    store.save_plan(next_, [SITE], [SITE.code], [])
    store.save_verdicts([replace(verdict(), campaign=next_.id, verdict="insufficient", findings=(), vetoes=())])
    assert snapshot_of(store, next_.id).still == ()
    one = StoredRecheck(ONE.id, 1, STEP.finding, "2015@1", SITE.code, "dead_link", "u", "", "unmended", "", day=AFTER)
    rechecks.save(store, [one])
    later = replace(ONE, id="t-2018q2b", ends=date(2018, 8, 1))
    store.save_plan(later, [SITE], [SITE.code], [])
    again = replace(verdict().findings[0], id="c" * 20, campaign=later.id)
    store.save_verdicts([replace(verdict(), campaign=later.id, findings=(again,))])
    reviews.decide(store.db, [Wish(again.id, 0, "confirmed")], "甲", AT)
    ends = [replace(step(1, "closed", recheck=1, result="mended"), campaign=later.id, finding=again.id, day=AFTER)]
    made = snapshot_of(store, next_.id)
    assert made.still == (Still(SITE.code, ONE.title, "dead_link", "链接可用性", "unmended", AFTER),)
    assert [row[3] for row in table_of(made).rows] == [SITE.code]
    ledger.append(store.db, ends)
    assert unmended.of_earlier(store, (ONE.id, later.id)) == ()  # mended, as another campaign's recheck saw
    assert unmended.of_earlier(store, (ONE.id,)) == made.still
    reviews.decide(store.db, [Wish(STEP.finding, 1, "dismissed", "误报")], "甲", AT)
    assert snapshot_of(store, next_.id).still == ()
