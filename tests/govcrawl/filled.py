"""Everything that is ever stored, once: for what must hold of every document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec

from govcrawl import desk, ledger, rechecks, reviews
from govcrawl.contracts import (
    Account,
    AccountVerdict,
    ColumnVerdict,
    Duty,
    Evidence,
    Finding,
    Lease,
    LedgerStep,
    Message,
    MessageVerdict,
    Named,
    Notice,
    NoticeRow,
    Observation,
    Outlink,
    Page,
    Probe,
    ProbeCount,
    RegisteredColumn,
    Result,
    Site,
    Suspicion,
    Trace,
    Verdict,
)
from govcrawl.documents import StoredBulletin, StoredBulletinFile, StoredDeletion, StoredUser
from govcrawl.facts import Facts
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.frontier import Dead, round_key
from govcrawl.store import Store
from govcrawl.stored import page_id
from tests.govcrawl.build import campaign, task

AT = datetime(2018, 6, 14, 8, 0, tzinfo=UTC)
ONE = campaign()
KEY = round_key(ONE.id, 1)
SITE = Site("5300000001", "测试网站", "http://a.gov.cn/", "省直", extra={"备注": "甲"})
COLUMN = RegisteredColumn(SITE.code, "通知公告", "http://a.gov.cn/tzgg/", "notice")
MESSAGE = Message("20180330f4710faa", SITE.code, date(2018, 4, 2), None, "政府网站找错")
ACCOUNT = Account("测试发布", "微信", "测试局", "省直", updated=date(2018, 6, 1), interactive=True)
NAMED = Named("测试网站", "站点无法访问", "2017年一季度", line=2)
BULLETIN = StoredBulletin(
    ONE.id, 1, "00ff", "2015@1", "通报", AT, ({"key": "failed", "rows": []},), ({"name": "a.txt", "parts": 1},)
)

STEP = LedgerStep(
    ONE.id, SITE.code, "0123456789abcdef0123", "dead_link", "http://a.gov.cn/1", 1, "notified", "承办人", AT, "",
    "整改〔2018〕1号", date(2018, 7, 15), "甲局", date(2018, 6, 20),
)  # fmt: skip
NOTICE = Notice(
    STEP.notice, "整改〔2018〕{号}号", 1, ONE.id, ONE.title, SITE.code, SITE.name, "测试省人民政府办公厅", "", "甲局", "2015@1",
    ONE.ends, date(2018, 6, 20), date(2018, 7, 15),
    (NoticeRow(STEP.finding, "死链", STEP.url, SITE.home, "题", "状态码：404", "链接", "甲局"),), "承办人", AT,
)  # fmt: skip

DELETION = StoredDeletion(campaign=ONE.id, what="evidence", at=AT, days=365, documents=1, bytes=2, whole=True)


def result(n: int = 1, claimed: float = 10.0) -> Result:
    one = task(n, site=SITE.code)
    lease = Lease(KEY, task_id(one), "w", 1, one, claimed)
    seen = Observation(
        ONE.id, 1, one.site, "article", one.url, AT, {"title": "题"}, page=page_id(KEY, lease.id), excerpt="题"
    )
    page = Page(one.url, "ok", 200, AT, 0.1, (("Content-Type", "text/html"),), "<p>题</p>".encode(), "host-1-abc")
    probe = Probe(SITE.code, 1, n, AT, 15.0, "timeout", None, True, "host-1-abc")
    facts = Facts("article", "题", "utf-8")
    return Result(lease, page, facts, (task(n + 100),), probe, (seen,), Evidence("t/host-1-abc.warc.gz", 1, 2))


def verdict(pack: str = "2015@1") -> Verdict:
    finding = Finding(
        "0123456789abcdef0123", ONE.id, SITE.code, "dead_link", "http://a.gov.cn/1", SITE.home, "题", {"status": 404, "on_home": True},
        evidence=page_id(KEY, result().lease.id), clause="链接", seen=("o",),
    )  # fmt: skip
    column = ColumnVerdict("通知公告", COLUMN.url, "notice", date(2018, 6, 1), 3, "stale")
    return Verdict(
        ONE.id, SITE.code, pack, ONE.ends, "fail", ("columns_not_updated",), probes=ProbeCount(20, 1, 0), columns=(column,),
        findings=(finding,),
    )  # fmt: skip


def plan(store: Store) -> None:
    store.save_plan(ONE, [SITE, replace(SITE, code="row-3")], [SITE.code], [COLUMN], [MESSAGE], [ACCOUNT], [NAMED])


def write(store: Store) -> None:
    """As a campaign does, from its plan to its verdicts."""
    plan(store)
    store.open_round(ONE.id, 1)
    store.open_round(ONE.id, 2)
    store.save_results([result(1), result(2)])
    dead = task(7, site=SITE.code)
    store.save_dead(ONE.id, 1, [Dead(task_id(dead), SITE.code, dead, "ValueError: 例")])
    store.close_round(ONE.id, 1, [SITE.code], "抓取未完成")
    store.save_bulletin(BULLETIN, [StoredBulletinFile(ONE.id, 1, BULLETIN.snapshot, "a.txt", 0, b"x")])
    for _ in range(2):  # decided on, and judged again
        store.save_verdicts([verdict(), verdict("2019@1")])
        wish = reviews.Wish(verdict().findings[0].id, 0, "confirmed", "看过", "死链")
        reviews.decide(store.db, [wish], "复核员甲", AT)
    if not ledger.notices(store.db, ONE.id):
        ledger.numbered(store.db, NOTICE.series, lambda n: replace(NOTICE, serial=n))
    ledger.append(store.db, [STEP])
    store.db["deletions"].replace_one(
        {"_id": f"{ONE.id}:evidence"}, msgspec.to_builtins(DELETION, builtin_types=(datetime,)), upsert=True
    )
    rechecks.begin(store, ONE, "2015@1", ONE.ends)
    desk.save_user(store.db, StoredUser("复核员甲", "reviewer", "$argon2id$…", active=True, since=AT))
    link = task(9, site=SITE.code, role="link")
    store.save_results([Result(Lease(KEY, task_id(link), "w", 1, link, 10.0), Page(link.url, "ok", 200, AT, 0.1))])
    store.save_traces(
        ONE.id, [SITE.code], [Trace(SITE.code, (Outlink(SITE.home, "首页", SITE.home, "ok", 200),), "公告")]
    )
    store.save_suspicions(ONE.id, [Suspicion("gone", "a.gov.cn", SITE.home, SITE.name, "公告", SITE.code)])
    store.save_message_verdicts(ONE.id, [MessageVerdict(MESSAGE, "overdue", date(2018, 4, 8))])
    store.save_duties(
        ONE.id, [SITE.code], [Duty(ONE.id, SITE.code, "repost", "讲话", "seen", (SITE.home,), ONE.ends, 1)]
    )
    store.save_account_verdicts(ONE.id, "2019@1", [AccountVerdict(ACCOUNT, "2019@1", "fail", ("内容不更新",))])
