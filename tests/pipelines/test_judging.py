"""Judged together, by several processes, or one by one: the same verdicts, stored."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError

from govcrawl import services
from govcrawl.contracts import Probe, RegisteredColumn, Site
from govcrawl.errors import InputError
from govcrawl.reading.urls import identity
from govcrawl.store import Store
from pipelines import judging
from pipelines.judging import Brief, Terms, _when_cut_off, judge, judge_all
from pipelines.stages import score
from tests.bench.scoring import ROUND, _results
from tests.pipelines.build import NOON, dead

SITES = [Site(f"53000{n:05}", f"网站{n}", f"http://s{n}.gov.cn/", "省直") for n in range(5)]
TERMS = Terms(ROUND, "2015")


@pytest.fixture
def filled(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Four sites, one of them not chosen; no visit opened the last one.  They are judged by twos."""
    monkeypatch.setattr(judging, "TOGETHER", 2)
    store.prepare()
    store.save_plan(ROUND, SITES[:4], [s.code for s in SITES[1:4]], [])
    for site in SITES[:4]:
        results = list(_results(site))
        store.save_results([replace(r, probe=_failed(r.probe)) if site == SITES[3] else r for r in results])
    return store


def _failed(probe: Probe | None) -> Probe | None:
    return probe and replace(probe, outcome="timeout", status=None, failed=True)


def briefs() -> list[Brief]:
    return [Brief(site, chosen=n > 0, complete=n != 1) for n, site in enumerate(SITES[:4])]


def test_processes_judge_as_one_does(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [one for brief in briefs() for one in judge(filled, TERMS, [brief])]
    stored = filled.verdicts(ROUND.id, "2015@1")
    assert [v.verdict for v in alone] == ["not_checked", "insufficient", "pass", "fail"]
    assert alone[3].vetoes == ("site_unreachable",)
    assert list(judge_all(filled, TERMS, briefs(), cores=1)) == alone
    for collection in ("verdicts", "findings"):
        filled.db[collection].delete_many({})
    monkeypatch.setattr(judging, "WORTH_IT", 1)
    assert list(judge_all(filled, TERMS, briefs(), cores=2)) == alone
    assert filled.verdicts(ROUND.id, "2015@1") == stored == {v.site: v for v in alone}
    assert filled.db["findings"].count_documents({}) == sum(len(v.findings) for v in alone)


def test_visits_of_an_outage_and_registered_columns_reach_their_site(filled: Store) -> None:
    (down,) = judge(filled, TERMS, [Brief(SITES[3])])
    visits = {(p.worker, p.site, p.at): True for p in filled.probes(ROUND.id, SITES[3].code)}
    column = RegisteredColumn(SITES[3].code, "登记的名称", f"{SITES[3].home}lm0/")
    (told,) = judge(filled, TERMS, [Brief(SITES[3], columns={identity(column.url): column}, cut_off=visits)])
    assert (down.probes.failed, told.probes.failed, told.probes.inconclusive) == (140, 0, 140)
    assert "登记的名称" in {c.name for c in told.columns} - {c.name for c in down.columns}


def test_a_link_asked_for_while_we_were_cut_off_is_no_dead_one() -> None:
    silent, gone = dead("x", status="timeout"), dead("y", status=404)
    spell = (NOON - timedelta(minutes=5), NOON)
    assert [_when_cut_off(o, [spell]).data.get("cut_off") for o in (silent, gone)] == [True, None]
    assert _when_cut_off(silent, [(NOON + timedelta(minutes=1), NOON + timedelta(minutes=9))]) is silent


def test_what_another_process_stumbles_over_is_told_here(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "WORTH_IT", 1)
    monkeypatch.setattr(filled, "uri", "mongodb://127.0.0.1:9/govcrawl?serverSelectionTimeoutMS=50")
    with pytest.raises(PyMongoError):
        list(judge_all(filled, TERMS, briefs(), cores=2))


def test_a_standard_that_cannot_be_used_is_told_before_anything_is_judged(filled: Store) -> None:
    with pytest.raises(InputError, match="nowhere"):
        score(filled, ROUND.id, "nowhere", set())
    assert filled.db["verdicts"].count_documents({}) == 0


def test_a_campaign_is_scored_from_its_plan(filled: Store) -> None:
    filled.close_round(ROUND.id, 1, [SITES[1].code], "")
    found = {v.site: v.verdict for v in score(filled, ROUND.id, "", {SITES[2].code})}
    assert [found[s.code] for s in SITES[:4]] == ["not_checked", "insufficient", "insufficient", "fail"]


LONG = """
import sys
from pipelines import judging
from govcrawl.store import Store
from tests.pipelines.test_judging import TERMS, briefs
judging.WORTH_IT = judging.TOGETHER = 1
if __name__ == "__main__":
    store = Store(sys.argv[1])
    print("ready", flush=True)
    while True:
        list(judging.judge_all(store, TERMS, briefs() * 100, cores=2))
"""


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_nobody_judges_on_when_the_command_has_ended(
    sent: signal.Signals, filled: Store, urls: services.Urls, tmp_path: Path
) -> None:
    (tmp_path / "long.py").write_text(LONG)
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, tmp_path / "long.py", urls.mongodb], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(root)}, text=True,
    ) as command:  # fmt: skip
        try:
            assert command.stdout
            assert command.stdout.readline() == "ready\n"
            while len(crew := children(command.pid)) < 3 or not filled.db["verdicts"].count_documents({}):
                time.sleep(0.05)  # two judges, and whoever counts their semaphores
            os.kill(command.pid, sent)
            command.wait(60)
        finally:
            command.kill()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in crew):
        assert time.monotonic() < deadline
        time.sleep(0.05)
