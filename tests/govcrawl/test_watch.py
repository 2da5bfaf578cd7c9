"""Checks on our own work: what raises an alarm, what doesn't, and where it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from govcrawl import watching
from govcrawl.contracts import Observation, Page, Result, Site, Verdict
from govcrawl.store import Store
from govcrawl.stored import page_id
from govcrawl.watch import RoundLook, compared, coverage, failing_workers
from reporting.stages import snapshot_of
from tests.govcrawl import filled
from tests.govcrawl.build import campaign, task


@pytest.mark.parametrize(("sites", "judged", "alarms"), [(100, 95, 0), (100, 94, 1), (45, 45, 0), (0, 0, 0), (1, 0, 1)])
def test_too_few_verdicts(sites: int, judged: int, alarms: int) -> None:
    found = list(coverage("t", sites, judged))
    assert len(found) == alarms
    for alarm in found:
        assert f"应检查网站{sites}个" in alarm.sentence
        assert f"结论的{judged}个" in alarm.sentence
        assert "不足95%" in alarm.sentence


def look(key: str = "b:1", sites: int = 100, **seen: int) -> RoundLook:
    return RoundLook(key, sites, seen)


@pytest.mark.parametrize(
    ("now", "before", "kinds"),
    [
        (look(), look("a:1", dead_link=40), ["finds_nothing"]),
        (look(), look("a:1", dead_link=4), []),  # it was rare before
        (look(dead_link=1), look("a:1", dead_link=40), []),
        (look(dead_link=90), look("a:1", dead_link=40), ["finds_everything"]),
        (look(dead_link=90), look("a:1"), ["finds_everything"]),
        (look(footer=99), look("a:1", footer=95), []),  # as it was
        (look(dead_link=89), look("a:1", dead_link=40), []),
        (look(sites=19), look("a:1", dead_link=40), []),  # too few to tell
        (look(), None, []),
        (look(challenge=95, column=0), look("a:1", challenge=2, column=99), ["finds_everything", "finds_nothing"]),
    ],
)
def test_a_check_that_suddenly_finds_nothing_or_everything(
    now: RoundLook, before: RoundLook | None, kinds: list[str]
) -> None:
    assert [alarm.kind for alarm in compared(now, before)] == kinds


def test_a_sentence_names_check_rounds_and_numbers() -> None:
    (alarm,) = compared(RoundLook("b:1", 100, {"check:typos": 95}), RoundLook("a:2", 50, {"check:typos": 5}))
    assert alarm.subject == "check:typos"
    assert alarm.sentence == "“错字检查”在b:1的95%的网站上有所见，而a:2有5个网站（10%）有所见，可能是检查本身误报"


@pytest.mark.parametrize(
    ("workers", "named"),
    [
        ({"a": (100, 90), "b": (30, 0)}, ["b"]),
        ({"a": (100, 90), "b": (30, 1)}, []),
        ({"a": (100, 90), "b": (19, 0)}, []),  # too few to tell
        ({"a": (100, 40), "b": (30, 0)}, []),  # the others do badly too
        ({"b": (30, 0)}, []),  # nobody to hold it against
        ({"a": (5, 5), "b": (30, 0)}, []),
    ],
)
def test_a_worker_that_only_fails(workers: dict[str, tuple[int, int]], named: list[str]) -> None:
    found = list(failing_workers(RoundLook("b:1", 9, {}, workers)))
    assert [alarm.subject for alarm in found] == named
    assert all("采集进程b在b:1的30次访问全部失败" in alarm.sentence for alarm in found)


def seen(id_: str, number: int, n: int, kind: str, worker: str, ok: bool = True) -> Result:
    """One page of site n with one observation, or with none where it failed."""
    one = task(n, host=f"{n}.gov.cn", site=f"53{n:08}", role="page")
    base = filled.result()
    lease = replace(base.lease, round_key=f"{id_}:{number}", id=n.to_bytes(12, "big"), task=one)
    page = Page(one.url, "ok" if ok else "timeout", 200 if ok else None, filled.AT, 0.1, worker=worker)
    data = (
        {"check": "typos", "indicator": "typo", "detail": {}, "span": None} if kind == "check" else {"target": one.url}
    )
    found = Observation(id_, number, one.site, kind, one.url, filled.AT, data, page=page_id(lease.round_key, lease.id))  # type: ignore[arg-type]
    return replace(
        base,
        lease=lease,
        page=page,
        facts=None,
        children=(),
        probe=None,
        observations=(found,) if ok else (),
        evidence=None,
    )


def plan(store: Store, id_: str, **more: object) -> None:
    sites = [Site(f"53{n:08}", f"测试网站{n}", f"http://{n}.gov.cn/", "省直") for n in range(30)]
    store.save_plan(replace(campaign(id_), **more), sites, [s.code for s in sites], [])  # type: ignore[arg-type]


def test_what_is_stored_of_a_round_and_of_the_campaign_before_it(store: Store) -> None:
    plan(store, "a", ends=date(2018, 3, 31))
    plan(store, "b", previous=("a", "never-stored"))
    store.save_results([seen("a", 1, n, "check", "w-1-a") for n in range(9)])
    store.save_results([seen("b", 1, n, "dead_link", "w-1-a") for n in range(28)])
    store.save_results([seen("b", 1, n, "dead_link", "w-2-b", ok=False) for n in range(30, 55)])
    later = store.campaign("b")
    assert watching.alarms(store, later) == []  # its round is not closed
    store.close_round("a", 1, [], "")
    store.close_round("b", 1, [], "")
    found = {alarm.kind: alarm.subject for alarm in watching.alarms(store, later)}
    assert found == {"finds_nothing": "check:typos", "finds_everything": "dead_link", "worker_fails": "w-2-b"}
    store.save_verdicts(
        [Verdict("b", f"53{n:08}", "2015@1", later.ends, "pass" if n < 20 else "insufficient") for n in range(30)]
    )
    (first, *_) = watching.alarms(store, later, "2015@1")
    assert first.kind == "coverage"
    assert "30个，得出合格或不合格结论的20个（66.7%）" in first.sentence
    notes = snapshot_of(store, "b").notes
    assert {alarm.sentence for alarm in watching.alarms(store, later, "2015@1")} <= set(notes)  # 有关说明 of the draft
    assert watching.alarms(store, store.campaign("a")) == []  # nothing before it
