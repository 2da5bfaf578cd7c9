"""What lies behind a finding: the observations it rests on, the exchanges they were read from, and whether these are what was stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from govcrawl.contracts import Evidence, Finding, Observation, Probe, Site, Task
from govcrawl.errors import UnknownFinding
from govcrawl.frontier.codec import decode
from govcrawl.reading.urls import canonical
from govcrawl.store import Store
from govcrawl.stored import Document
from pipelines.excerpts import Place, Sheet, link_at, locate, newest_line
from pipelines.seen import as_day
from pipelines.warc import BadRecord, Record, unpacked

#: Indicators whose fault is an address on the page, which no reader need see.
TARGETS = frozenset({"hidden_link", "malicious_code", "security_incident"})
VISITS = frozenset({"site_unreachable", "home_unavailable"})  #: indicators that rest on the visits


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One stored page.  ``record`` None: ``why`` says what is missing, and what to do."""

    page: Document
    task: Task
    seen: tuple[Observation, ...]  #: of what the finding rests on; none for the page that a dead link stands on
    file: Path | None  #: of the WARC record; None where there was no answer to keep
    member: bytes = b""  #: the record as it lies in the file
    record: Record | None = None
    why: str = ""
    place: Place | None = None
    excerpt: str = ""  #: the words that were looked for
    link: tuple[int, int] | None = None  #: bytes of the page that spell the address of the dead, or hidden, link

    @property
    def intact(self) -> bool:
        """Whether what is read back is what was hashed when it came."""
        return self.record is None or _hash(self.record.body) == self.page["sha256"]

    @property
    def method(self) -> str:
        """As the spiders ask: a link with HEAD first."""
        return "HEAD" if self.task.role == "link" and self.page["attempt"] == 1 else "GET"


@dataclass(frozen=True, slots=True)
class Behind:
    """``judged``: the finding by each pack that made it, in the order of their names."""

    judged: tuple[tuple[str, Finding], ...]
    title: str  #: of the campaign
    site: Site
    seen: tuple[Observation, ...]
    visits: tuple[Probe, ...]
    exhibits: tuple[Exhibit, ...]
    others: tuple[Finding, ...]  #: what ``score_below_pass`` adds up

    @property
    def finding(self) -> Finding:
        return self.judged[-1][1]


def behind(store: Store, prefix: str, folder: Path) -> Behind:
    """``prefix``: of the finding's id, in either case; ``folder``: where the WARC files lie.  Raises UnknownFinding."""
    prefix = prefix.strip().lower()
    stored = store.findings(prefix) if prefix else []
    ids = sorted({d["id"] for d in stored})
    if len(ids) != 1:
        raise UnknownFinding(prefix, ids)
    judged = tuple((d["pack"], msgspec.convert(d, Finding)) for d in sorted(stored, key=lambda d: d["pack"]))
    pack, finding = judged[-1]
    site = store.site(finding.campaign, finding.site)
    verdict = store.verdict(finding.campaign, finding.site, pack)
    if site is None or verdict is None:  # planned again without this site
        raise UnknownFinding(prefix, [])
    seen = tuple(sorted(store.observations_of(finding.seen), key=lambda o: (o.round, o.url, o.at, o.key)))
    visits = tuple(store.probes(finding.campaign, finding.site)) if finding.indicator in VISITS else ()
    others = tuple(f for f in verdict.findings if f.id != finding.id) if finding.indicator == "score_below_pass" else ()
    exhibits = tuple(_exhibits(store, finding, seen, visits, folder))
    return Behind(judged, store.campaign(finding.campaign).title, site, seen, visits, exhibits, others)


def stored_page(store: Store, finding: Finding, url: str, folder: Path) -> Exhibit | None:
    """What was last read at an address of the same site, with its bytes."""
    found = store.pages_at(finding.campaign, finding.site, canonical(url))
    shown = (_exhibit(page, [], finding, folder) for page in reversed(found))
    return next((one for one in shown if one.record), None)


def _exhibits(
    store: Store, finding: Finding, seen: Sequence[Observation], visits: Sequence[Probe], folder: Path
) -> Iterator[Exhibit]:
    """The pages of the observations and of the failed visits, the one that the finding names first; then, for a dead link, the page it
    stands on."""
    ids = dict.fromkeys((finding.evidence, *(o.page for o in seen), *(v.page for v in visits if v.failed)))
    pages = {page["_id"]: page for page in store.pages(filter(None, ids))}
    for id_ in ids:
        if id_ in pages:
            yield _exhibit(pages[id_], [o for o in seen if o.page == id_], finding, folder)
    if finding.indicator == "dead_link" and finding.found_on:
        for page in store.pages_at(finding.campaign, finding.site, finding.found_on):
            yield _exhibit(page, [], finding, folder)


def _exhibit(page: Document, seen: Sequence[Observation], finding: Finding, folder: Path) -> Exhibit:
    task = decode(page["task"])
    if page["evidence"] is None:
        why = (
            "没有收到任何回答，因此没有可存的网页"
            if page["status"] is None
            else "这次访问只记结果，不存网页；或网页已过保存期限删除"
        )
        return Exhibit(page, task, tuple(seen), None, why=why)
    evidence = msgspec.convert(page["evidence"], Evidence)
    file = folder / evidence.file
    try:
        member = _bytes(file, evidence)
        record = unpacked(member)
    except OSError as error:
        why = (
            f"读不到证据文件 {file}（{error.strerror}）；它在采集进程 {page['worker']} 所在机器的证据目录中，"
            "请把该文件复制到此处，或以 GOVCRAWL_EVIDENCE 指明各机共用的目录"
        )
        return Exhibit(page, task, tuple(seen), file, why=why)
    except BadRecord:
        why = f"证据文件 {file} 第 {evidence.offset} 字节处不是完整的记录，已被截短或改动；请从备份恢复该文件"
        return Exhibit(page, task, tuple(seen), file, why=why)
    sheet = _sheet(page, task, record)
    excerpt, place = _placed(finding, seen, sheet)
    link = link_at(finding.url, sheet) if finding.indicator == "dead_link" and not seen else None
    if finding.indicator in TARGETS and (target := finding.detail.get("target")):
        link = link_at(str(target), sheet)
    return Exhibit(page, task, tuple(seen), file, member, record, place=place, excerpt=excerpt, link=link)


def _bytes(file: Path, evidence: Evidence) -> bytes:
    with file.open("rb") as opened:
        opened.seek(evidence.offset)
        return opened.read(evidence.length)


def _sheet(page: Document, task: Task, record: Record) -> Sheet:
    return Sheet(record.body, page["url"], record.headers, task.role, task.text)


def _placed(finding: Finding, seen: Sequence[Observation], sheet: Sheet) -> tuple[str, Place | None]:
    """Of a list or home page that is not kept up, the line of its newest entry; else the words of the observation or the finding."""
    listed = (o.data["items"] for o in seen if "items" in o.data)
    days = dict.fromkeys(day for items in listed if (day := _newest(items, finding.detail)))
    if place := next((p for day in days if (p := newest_line(day, sheet))), None):
        return place.words, place
    words = dict.fromkeys((*(o.excerpt for o in seen), *(_told(o.data) for o in seen), finding.excerpt))
    sought = [w for w in words if w]
    return next(((w, place) for w in sought if (place := locate(w, sheet))), (sought[0] if sought else "", None))


def _newest(items: Sequence[Sequence[Any]], detail: dict[str, Any]) -> date | None:
    """The newest day that this page's own entries show, not after the newest that was judged."""
    days = [day for item in items if (day := as_day(item[-1]))]
    judged = as_day(detail.get("newest"))
    return max((day for day in days if judged is None or day <= judged), default=None)


def _told(data: dict[str, Any]) -> str:
    """What an observation calls the thing it saw."""
    return str(data.get("title") or data.get("name") or "")


def _hash(body: bytes) -> str:
    return sha256(body).hexdigest() if body else ""
