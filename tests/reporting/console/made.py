"""A console that runs, its findings with stored pages, and visitors that speak HTTP."""

from __future__ import annotations

import asyncio
import http.client
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web
from argon2 import PasswordHasher

from govcrawl import desk
from govcrawl.contracts import Evidence, Finding, Lease, Observation, Page, Result, Site, Verdict
from govcrawl.documents import StoredUser
from govcrawl.facts import Facts
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.frontier import round_key
from govcrawl.store import Store
from govcrawl.stored import page_id
from pipelines.warc import packed, record
from reporting.console.app import Setting, make
from reporting.console.doors import Role
from tests.govcrawl.build import campaign, task

AT = datetime(2018, 6, 14, 8, 0, tzinfo=UTC)
ONE = replace(campaign("t-2018q2"), previous=("t-2018q1",))
BEFORE = replace(campaign("t-2018q1"), title="2018年一季度测试普查", ends=date(2018, 3, 15))
PACK = "2015@1"
XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
SITE = Site("5300000001", "甲网站" + XSS, "http://a.gov.cn/", "昆明")
OTHER = Site("5300000002", "乙网站", "http://b.gov.cn/", "曲靖")
SENTENCE = "要学习典型案列，推广经验。"
BODY = f"""<html><head><meta charset=utf-8><title>题</title><meta http-equiv=refresh content="0;url=http://evil.example/">
<style>p {{ color: #333 }}</style></head><body><h1>关于推广经验的通知</h1><p>各单位：</p><p>{SENTENCE}联系人张三，13800138000。</p>
<script>document.title = "run"; parent.document.title = "run"</script><img src="http://evil.example/x.png">
<form action="http://evil.example/"><button>提交</button></form></body></html>"""
PASSWORD = "correct horse battery"
_HASH = PasswordHasher(1, 64, 1).hash(PASSWORD)  # the real one takes half a second here
ADDRESS = "http://a.gov.cn/1"


def finding(n: int, indicator: str = "typo", site: str = SITE.code, **more: object) -> Finding:
    given = {
        "url": f"http://a.gov.cn/{n}",
        "found_on": "http://a.gov.cn/",
        "excerpt": SENTENCE,
        "clause": "附件 四：错字",
    }
    detail = {"wrong": "案列", "right": "案例", "confidence": round(1 - n / 100, 2)}
    return Finding(f"{n:020x}", ONE.id, site, indicator, **({**given, "detail": detail} | more))  # type: ignore[arg-type]


def fill(store: Store, evidence: Path) -> None:
    """Two sites in two campaigns; of finding 1 the page is stored."""
    store.prepare()
    for plan in (BEFORE, ONE):
        store.save_plan(plan, [SITE, OTHER], [SITE.code, OTHER.code], [])
    page, key = _page(store, evidence)
    evil = finding(2, excerpt=XSS + "案列", url="javascript:alert(3)", found_on=f"http://a.gov.cn/{XSS}", clause=XSS)
    found = (
        finding(1, evidence=page, seen=(key,)),
        evil,
        *(finding(n) for n in range(3, 60)),
        finding(60, "score_below_pass"),
    )
    more = {"reasons": ("错字漏字",), "doubts": (XSS,), "pages": 12}
    own = Verdict(ONE.id, SITE.code, PACK, ONE.ends, "fail", ("typo",), findings=found, **more)  # type: ignore[arg-type]
    rest = Verdict(ONE.id, OTHER.code, PACK, ONE.ends, "pass", findings=(finding(61, "dead_link", OTHER.code),))
    past = Verdict(BEFORE.id, SITE.code, PACK, BEFORE.ends, "pass")
    store.save_verdicts([own, rest, past])


def _page(store: Store, evidence: Path) -> tuple[str, str]:
    one = task(1, site=SITE.code, url=ADDRESS)
    key = round_key(ONE.id, 1)
    lease = Lease(key, task_id(one), "w", 1, one, 10.0)
    page = Page(
        ADDRESS, "ok", 200, AT, 0.1, (("Content-Type", "text/html; charset=utf-8"),), BODY.encode(), "host-1-abc"
    )
    member = packed(record(page))
    evidence.mkdir(parents=True, exist_ok=True)
    (evidence / "t.warc.gz").write_bytes(member)
    seen = Observation(ONE.id, 1, SITE.code, "check", ADDRESS, AT, {}, page=page_id(key, lease.id), excerpt=SENTENCE)
    facts = Facts("article", "题", "utf-8")
    store.save_results([Result(lease, page, facts, (), None, (seen,), Evidence("t.warc.gz", 0, len(member)))])
    (stored,) = store.observations(ONE.id, SITE.code)
    return page_id(key, lease.id), stored.id


def user(store: Store, name: str, role: Role = "reviewer", active: bool = True) -> None:
    desk.save_user(store.db, StoredUser(name, role, _HASH, active, AT))


@contextmanager
def running(store: Store, evidence: Path, **setting: bool) -> Iterator[int]:
    """The port of a console on 127.0.0.1."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> tuple[web.AppRunner, int]:
        runner = web.AppRunner(make(store, Setting(evidence, **setting)), lingering_time=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return runner, runner.addresses[0][1]

    runner, port = asyncio.run_coroutine_threadsafe(begin(), loop).result(60)
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def to(self) -> str:
        return self.headers.get("Location", "")


@dataclass
class Visitor:
    """A browser without a face: it keeps cookies, follows nothing, and runs nothing."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)  #: headers of every request

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **self.more, **headers}
        connection.request(method, path, body, {k.replace("_", "-"): v for k, v in sent.items() if v})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return Answer(answer.status, answer.headers, text)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, form: dict[str, object], **headers: str) -> Answer:
        body = urlencode(form, doseq=True).encode()
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded", **headers)

    def log_in(self, name: str, password: str = PASSWORD) -> Answer:
        token = field_of(self.get("/login").text, "token")
        return self.post("/login", {"token": token, "name": name, "password": password})

    def decide(self, n: int, review: str, seen: int = 0, **more: object) -> Answer:
        """From the page of a finding, as its form does."""
        token = field_of(self.get("/queue").text, "token")
        return self.post(
            "/decide", {"token": token, "review": review, "pick": f"{n:020x}:{seen}", "next": "/queue", **more}
        )


def field_of(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, html[:2000]
    return unescape(found[1])


def shown(html: str) -> list[int]:
    """Findings of a page of the queue, in their order."""
    return [int(id_, 16) for id_ in re.findall(r'name="pick" value="([0-9a-f]{20}):\d+"', html)]
