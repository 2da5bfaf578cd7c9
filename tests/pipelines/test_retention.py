"""What is past its term goes, what a finding rests on that people were or will be shown stays, and bulletins stay what they are."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from warcio.archiveiterator import ArchiveIterator

from govcrawl import ledger, operating, reviews, rounds, settings, watching
from govcrawl.contracts import Finding, Lease, LedgerState, LedgerStep, Observation, Page, Result, Verdict
from govcrawl.documents import StoredBulletin, StoredRecheck
from govcrawl.errors import GovcrawlError, InputError, OutputError
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.store import Store
from govcrawl.stored import page_id
from pipelines import retention, stages
from pipelines.evidence import EvidencePipeline
from pipelines.retention import Due, Terms, due
from reporting import stages as reporting
from tests.govcrawl.build import campaign, task
from tests.govcrawl.filled import SITE

ONE = campaign("t-old")
KEY = round_key(ONE.id, 1)
LATER = ONE.ends + timedelta(400)
AT = datetime(2018, 6, 14, 8, 0, tzinfo=UTC)
TERMS = Terms(pages=365, evidence=365, personal=180, shown=1000)
#: Pages by what was found there, and what a person said of it.
PAGES = {
    "pending": "pending",
    "confirmed": "confirmed",
    "dismissed": "dismissed",
    "late": "dismissed",
    "plain": "",
    "numbers": "dismissed",
}
INDICATORS = dict.fromkeys(PAGES, "dead_link") | {"numbers": "privacy_leak", "late": "privacy_leak"}


@dataclass(frozen=True)
class Old:
    store: Store
    folder: Path

    def due(self, terms: Terms = TERMS, today: date = LATER, delete: bool = False) -> list[Due]:
        return list(due(self.store, self.folder, terms, today, delete))

    def left(self) -> set[str]:
        """Words of the pages whose stored exchange can be read."""
        found = set()
        for page in self.store.db["pages"].find({"campaign": ONE.id, "evidence": {"$ne": None}}):
            place = page["evidence"]
            with (self.folder / place["file"]).open("rb") as file:
                file.seek(place["offset"])
                record = next(iter(ArchiveIterator(file, check_digests="raise")))
                assert record.rec_headers.get_header("WARC-Target-URI") == page["url"]
                found.add(record.content_stream().read().decode())
        return found

    def files(self) -> dict[str, bytes]:
        found = [p for p in sorted(self.folder.rglob("*")) if p.is_file() and p.name != retention.LOCK]
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in found}

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        return {name: list(self.store.db[name].find().sort("_id", 1)) for name in self.store.db.list_collection_names()}

    def bulletin(self, folder: Path) -> dict[str, bytes]:
        reporting.report(self.store, ONE.id, "", folder)
        return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def url(name: str) -> str:
    return f"{SITE.home}{name}"


def result(n: int, name: str, keeper: EvidencePipeline) -> Result:
    one = task(n, site=SITE.code, url=url(name))
    lease = Lease(KEY, task_id(one), "w", 1, one, 10.0)
    page = Page(one.url, "ok", 200, AT + timedelta(minutes=n), 0.1, (), name.encode(), "host-1-abc")
    private = INDICATORS[name] == "privacy_leak"
    data = {"check": "privacy", "indicator": "privacy_leak", "detail": {"hash": "abc", "masked": ""}, "span": None}
    dead = {"target": one.url, "status": 404, "on_home": False, "text": ""}
    kind, data = ("check", data) if private else ("dead_link", dead)
    seen = Observation(
        ONE.id, 1, SITE.code, kind, one.url, page.at, data, page=page_id(KEY, lease.id), excerpt="138****0000"
    )  # type: ignore[arg-type]
    return Result(lease, page, None, (), None, (seen,), keeper.keep(ONE.id, page))


def finding(name: str, results: Sequence[Result]) -> Finding:
    seen = next(r for r in results if r.page.url == url(name))
    page = page_id(KEY, seen.lease.id)
    detail = {"kind": "mobile", "masked": "138****0000", "hash": "abc", "others": [["139****0000", "def"]], "count": 2}
    private = INDICATORS[name] == "privacy_leak"
    id_ = name.encode().hex().ljust(20, "0")[:20]
    return Finding(
        id_, ONE.id, SITE.code, INDICATORS[name], url(name), "", *(("张三 138****0000", detail) if private else ("题", {"status": 404})),
        evidence=page,
    )  # fmt: skip


@pytest.fixture
def old(store: Store, tmp_path: Path) -> Old:
    """A campaign that ended, was reviewed, and made final; one finding was dismissed after that."""
    keeper = EvidencePipeline(tmp_path / "evidence")
    results = [result(n, name, keeper) for n, name in enumerate(PAGES)]
    asyncio.run(keeper.close_spider())
    store.save_plan(ONE, [SITE], [SITE.code], [])
    store.open_round(ONE.id, 1)
    store.save_results(results)
    store.close_round(ONE.id, 1, [], "")
    found = tuple(finding(name, results) for name, review in PAGES.items() if review)
    reasons = {"vetoes": ("columns_blank",), "reasons": ("空白栏目",)}
    store.save_verdicts([Verdict(ONE.id, SITE.code, "2015@1", ONE.ends, "fail", findings=found, **reasons)])  # type: ignore[arg-type]
    for name, review in PAGES.items():
        if review in ("confirmed", "dismissed"):
            at = AT + timedelta(days=30 if name == "late" else 1)
            reviews.decide(store.db, [reviews.Wish(finding(name, results).id, 0, review, "看过")], "甲", at)  # type: ignore[arg-type]
    signed = StoredBulletin(ONE.id, 1, "00", "2015@1", "通报", AT + timedelta(days=9), (), ())
    store.save_bulletin(signed, [])
    return Old(store, tmp_path / "evidence")


def test_what_would_be_deleted_is_shown_and_stays(old: Old) -> None:
    before, files = old.everything(), old.files()
    personal, evidence, pages = old.due()
    assert [(d.campaign, d.what, d.days) for d in (personal, evidence, pages)] == [
        (ONE.id, "personal", 180), (ONE.id, "evidence", 365), (ONE.id, "pages", 365),
    ]  # fmt: skip
    # of dismissed and plain; the pages of these and of numbers, and what was seen on the first two: no more than is deleted
    assert (evidence.documents, pages.documents) == (2, 5)
    assert (evidence.oldest, evidence.newest) == (AT + timedelta(minutes=2), AT + timedelta(minutes=4))
    assert 0 < evidence.bytes < sum(map(len, files.values()))
    assert pages.bytes > 500
    assert (old.everything(), old.files()) == (before, files)
    assert old.due(delete=True) == [personal, evidence, pages]
    assert sum(map(len, files.values())) - sum(map(len, old.files().values())) == personal.bytes + evidence.bytes


@pytest.mark.parametrize(
    ("terms", "today"),
    [(Terms(), LATER), (TERMS, ONE.ends + timedelta(180)), (Terms(365, 0, 0), ONE.ends + timedelta(365))],
)
def test_within_its_term_or_without_one_nothing_is_due(old: Old, terms: Terms, today: date) -> None:
    assert old.due(terms, today) == []


def test_an_open_round_keeps_all(old: Old) -> None:
    old.store.open_round(ONE.id, 1)
    assert old.due() == []


def test_what_goes_and_what_stays(old: Old, tmp_path: Path) -> None:
    bulletin, shown, looks = old.bulletin(tmp_path / "before"), old.due(), list(watching.packed(old.store, ONE))
    assert (looks[0]["sites"], looks[0]["workers"]) == (1, [["host-1-abc", 6, 6]])
    assert old.left() == set(PAGES)
    deleted = old.due(delete=True)
    assert [(d.what, d.campaign) for d in deleted] == [(d.what, d.campaign) for d in shown]
    assert old.left() == {"pending", "confirmed", "late"}  # what was signed before it was dismissed was shown
    assert {d["url"] for d in old.store.db["pages"].find()} == set(map(url, ("pending", "confirmed", "late")))
    assert {d["url"] for d in old.store.db["observations"].find()} == set(map(url, ("pending", "confirmed", "late")))
    text = str([list(old.store.db[name].find({"indicator": "privacy_leak"})) for name in ("findings", "decisions")])
    assert text.count("138****0000") == 4  # the finding that was shown: its excerpt, its number; in both
    (verdict,) = old.store.verdicts(ONE.id, "2015@1").values()
    told = {f.url: (f.excerpt, f.detail["hash"]) for f in verdict.findings if f.indicator == "privacy_leak"}
    assert told == {url("numbers"): ("", ""), url("late"): ("张三 138****0000", "abc")}
    again = old.bulletin(tmp_path / "after")
    # the masked numbers of what was dismissed, and never shown, stand there no more
    assert {name for name in again if again[name] != bulletin[name]} == {"ledger.xlsx", "results.json"}
    assert list(watching.packed(old.store, ONE)) == looks  # what the alarms of a bulletin rest on
    assert old.due() == []
    kinds = {d["what"]: (d["whole"], d["documents"]) for d in old.store.db["deletions"].find()}
    assert {what: whole for what, (whole, _) in kinds.items()} == dict.fromkeys(("personal", "evidence", "pages"), True)


def test_when_their_own_term_is_over_they_go_too(old: Old) -> None:
    old.due(delete=True)
    signed = (AT + timedelta(days=9)).date()
    assert old.due(today=signed + timedelta(1000)) == []  # counted from the bulletin
    old.due(today=signed + timedelta(1001), delete=True)
    assert old.left() == set()
    assert old.files() == {}
    assert "138****0000" not in str(old.everything())


def test_personal_data_goes_sooner_and_nothing_else_does(old: Old) -> None:
    soon = ONE.ends + timedelta(181)
    (personal,) = old.due(today=soon, delete=True)
    assert personal.what == "personal"
    assert old.left() == set(PAGES) - {"numbers"}
    assert old.store.db["pages"].count_documents({}) == len(PAGES)
    assert sorted(records(old))[:5] == sorted(name.encode() for name in PAGES if name != "numbers")
    assert stages.score(old.store, ONE.id, "", set())  # the rest can be judged again


def records(old: Old) -> list[bytes]:
    """Of all files, each whole."""
    found = []
    for name in old.files():
        with (old.folder / name).open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                found.append(record.content_stream().read())
    return found


def test_what_was_deleted_is_not_judged_nor_crawled_again(old: Old, frontier: Frontier) -> None:
    old.due(delete=True)
    with pytest.raises(InputError, match="已过保存期限删除，不能重新评判"):
        stages.score(old.store, ONE.id, "", set())
    with pytest.raises(InputError, match="已过保存期限删除，不能再采集"):
        rounds.open_round(ONE, 1, old.store, frontier)


def told(old: Old, name: str, number: int, state: LedgerState, at: datetime) -> None:
    id_ = name.encode().hex().ljust(20, "0")[:20]
    step = LedgerStep(
        ONE.id, SITE.code, id_, "dead_link", url(name), number, state, "承办人", at, notice="整改〔2018〕1号"
    )
    ledger.append(old.store.db, [step])


def test_what_stands_in_the_ledger_or_is_in_dispute_stays_until_it_is_settled(old: Old) -> None:
    old.store.db["findings"].delete_one({"url": url("confirmed")})  # judged again, it was found no more
    back = reviews.Wish(b"numbers".hex().ljust(20, "0")[:20], 1, "pending")
    reviews.decide(old.store.db, [back], "甲", AT + timedelta(days=60))
    told(old, "confirmed", 1, "notified", AT + timedelta(days=50))
    much_later = LATER + timedelta(2000)
    old.due(today=much_later, delete=True)
    assert old.left() == {"confirmed", "numbers"}
    old.store.db["decisions"].delete_many({"review": "pending"})
    told(old, "confirmed", 2, "closed", datetime.combine(much_later, time(), UTC))
    old.due(today=much_later + timedelta(1000), delete=True)
    assert old.left() == {"confirmed"}  # the term of what was told begins anew
    old.due(today=much_later + timedelta(1001), delete=True)
    assert old.files() == {}


def test_a_recheck_that_is_under_way_keeps_all(old: Old) -> None:
    again = replace(ONE, id=f"{ONE.id}.r1", rechecks=ONE.id)
    old.store.save_plan(again, [SITE], [SITE.code], [])
    old.store.open_round(again.id, 1)
    assert old.due() == []
    old.store.close_round(again.id, 1, [], "")
    assert {d.campaign for d in old.due()} == {ONE.id}


def test_masked_words_go_wherever_they_stand(old: Old) -> None:
    seen = next(d for d in old.store.db["verdicts"].find_one({})["findings"] if d["indicator"] == "privacy_leak")  # type: ignore[index]
    old.store.db["verdicts"].update_one({}, {"$set": {"transient": [seen]}})
    looked = StoredRecheck(ONE.id, 1, seen["id"], "2015@1", SITE.code, "privacy_leak", seen["url"], "138****0000")
    recheck = msgspec.to_builtins(looked) | {"_id": f"{seen['id']}:1"}
    old.store.db["rechecks"].insert_one(recheck)
    old.due(Terms(personal=180, shown=365), delete=True)
    left = old.everything()
    assert all("138****0000" not in str(left[name]) for name in ("findings", "decisions", "verdicts", "rechecks"))


def test_exchanges_on_another_machine_are_found_there(old: Old, tmp_path: Path) -> None:
    here = Old(old.store, tmp_path / "here")
    only = Terms(personal=180)
    (before,) = here.due(only)
    assert here.due(only, delete=True) == [before]
    assert before.elsewhere == 1
    assert old.left() == set(PAGES)
    (there,) = old.due(only, delete=True)
    assert (there.elsewhere, old.left()) == (0, set(PAGES) - {"numbers"})
    assert here.due(only) == old.due(only) == []


def test_nobody_is_kept_waiting_and_nothing_is_lost_where_another_is_at_it(old: Old) -> None:
    at_it = due(old.store, old.folder, TERMS, LATER, delete=True)
    next(at_it)
    with pytest.raises(GovcrawlError, match="另一个 govcrawl retain 正在删除"):
        old.due(delete=True)
    assert [d.what for d in at_it] == ["evidence", "pages"]
    assert old.left() == {"pending", "confirmed", "late"}
    assert old.due(delete=True) == []


def test_a_full_disk_is_told_and_leaves_all_as_it_was(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    files = old.files()

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(retention, "_copy", full)
        with pytest.raises(OutputError, match="No space left"):
            old.due(delete=True)
    assert (old.files(), old.left()) == (files, set(PAGES))
    old.due(delete=True)
    assert old.left() == {"pending", "confirmed", "late"}


@pytest.mark.parametrize("terms", [Terms(personal=180), replace(TERMS, shown=0)])
@pytest.mark.parametrize("step", ["rename", "unlink"])
def test_cut_off_it_leaves_no_copy_behind(old: Old, terms: Terms, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the new file that no page names yet, nor the old one that none names any more."""
    one = getattr(Path, step)

    def cut_off(path: Path, *args: Any, **more: Any) -> Any:
        if path.name.endswith(".partial") and step == "unlink":
            return one(path, *args, **more)
        done = one(path, *args, **more) if step == "rename" else None
        raise KeyboardInterrupt(done)

    with monkeypatch.context() as patch:
        patch.setattr(Path, step, cut_off)
        with pytest.raises(KeyboardInterrupt):
            old.due(terms, delete=True)
    old.due(terms, delete=True)
    left = set(PAGES) - {"numbers"} if not terms.evidence else {"pending", "confirmed", "late"}
    assert old.left() == left
    assert len(old.files()) == 1
    assert b"numbers" not in records(old)
    assert old.due(terms) == []


@pytest.mark.parametrize(("when", "nth"), [("_without", 0), ("_moved", 1), ("_documents", 1)])
def test_cut_off_anywhere_the_same_command_goes_on(
    old: Old, when: str, nth: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulletin, times, work = old.bulletin(tmp_path / "before"), iter(range(99)), getattr(retention, when)

    def cut_off(*args: Any, **more: Any) -> Any:
        done = work(*args, **more)
        if next(times) == nth:
            raise KeyboardInterrupt
        return done

    terms = replace(TERMS, personal=0)
    with monkeypatch.context() as patch:
        patch.setattr(retention, when, cut_off)
        with pytest.raises(KeyboardInterrupt):
            old.due(terms, delete=True)
    assert old.left() >= {"pending", "confirmed", "late"}
    old.due(terms, delete=True)
    assert old.left() == {"pending", "confirmed", "late"}
    assert old.store.db["pages"].count_documents({}) == 3
    assert old.bulletin(tmp_path / "after") == bulletin


def test_the_command_says_what_it_would_do(old: Old, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(delete: bool = False, **days: str) -> list[str]:
        monkeypatch.setattr(settings, "KEEP_DAYS", dict.fromkeys(settings.KEEP_DAYS, "") | days)
        args = operating.argparse.Namespace(delete=delete)
        return list(operating.retained(args, old.store, None))  # type: ignore[arg-type]

    monkeypatch.setattr(settings, "EVIDENCE_DIR", str(old.folder))
    monkeypatch.setenv("GOVCRAWL_HOME", str(tmp_path / "home"))
    (tmp_path / "home/logs").mkdir(parents=True)
    for name, age in (("worker-1.log", 40), ("worker-2.log", 1)):
        (tmp_path / "home/logs" / name).write_text("x")
        then = (datetime.now(UTC) - timedelta(days=age)).timestamp()
        os.utime(tmp_path / "home/logs" / name, (then, then))
    assert "没有设置保存期限" in told()[0]
    for wrong in ("ein Jahr", "9999999"):
        with pytest.raises(InputError, match="GOVCRAWL_KEEP_PAGES_DAYS: 应为天数"):
            told(pages=wrong)
    assert told(evidence="99999") == ["没有超过保存期限的数据"]
    lines = told(evidence="365", logs="30")
    assert lines[0].startswith("t-old  网页原文（WARC）（保存 365 天）：将删除 3 份")
    assert lines[1].startswith("日志（保存 30 天）：将删除 1 个文件")
    assert "只是预览" in lines[2]
    told(delete=True, logs="30")
    assert [p.name for p in (tmp_path / "home/logs").iterdir()] == ["worker-2.log"]
