"""How right the checks are that have no large material: ``python -m tests.bench.labelled``; the last line is one JSON object.

Of each check small sets of what is there to be found and of what only looks like it, labelled beside; all made up for this, after the
shapes of real pages, but for the first row.  They were written by those who wrote the checks: they tell what is covered, and that nothing
innocent in them is accused, not how often real sites are met with something else.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from govcrawl.contracts import Outlink, Page, Repost, Site, Task, Trace, Verdict
from govcrawl.facts import ArticleFacts, Facts
from govcrawl.files import text_of
from govcrawl.reading import read
from govcrawl.reading.missing import absent
from pipelines.checks import Look, duties, hijack, privacy, redated
from pipelines.judged_duties import may_be_cut, reposted
from pipelines.judged_identity import irregular, outdated
from pipelines.observe import is_dead
from pipelines.suspicions import suspicions, trace
from tests.bench import labels
from tests.bench.checks import looks
from tests.govcrawl.reading.test_footer import FOOTERS
from tests.govcrawl.test_files import OLD, pdf, word, xlsx
from tests.pipelines.checks.invented import identity, mobile, name
from tests.real_sites import unpack

AT = datetime(2018, 6, 1, tzinfo=UTC)
URL = "http://www.a.gov.cn/gs/t20180502_1.html"
PLANTED = Path(__file__).parents[1] / "pipelines" / "checks" / "hijack"
SITES = [
    Site("5301000001", "昆明市人民政府", "http://www.km.gov.cn/", "昆明", region="昆明市"),
    Site("5301000002", "昆明市教育体育局", "http://jtj.km.gov.cn/", "昆明", region="昆明市"),
    Site("5301000003", "昆明市老戏台网", "http://lxt.km.gov.cn/", "昆明", region="昆明市", status="永久关停"),
]
Case = tuple[bool, bool]  #: it is there, it was told


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    where: str
    there: int
    found: int
    clean: int
    false: int

    @classmethod
    def of(cls, name: str, where: str, cases: Iterator[Case]) -> Row:
        every = list(cases)
        found, false = (sum(told for there, told in every if there is kind) for kind in (True, False))
        there = sum(there for there, _ in every)
        return cls(name, where, there, found, len(every) - there, false)

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.there if self.there else 1.0


def looked(body: bytes, role: str = "page", text: str = "", url: str = URL) -> Look:
    task = Task("5300000001", "site", role, url, text=text)  # type: ignore[arg-type]
    page = Page(url, "ok", 200, AT, 0.1, body=body)
    return Look(task, page, read(body, url, role="home" if role == "home" else "page"))


def hidden() -> Iterator[Case]:
    """Pages."""
    for file in sorted(PLANTED.glob("*/*.html")):
        case = json.loads(file.with_suffix(".json").read_text("utf-8"))
        page = looked(
            file.read_bytes(), case.get("role", "page"), case.get("text", ""), "http://www.mou.gov.cn/index.html"
        )
        yield file.parent.name == "planted", any(hijack.look(page))


def hidden_on_real_sites() -> Iterator[Case]:
    """Pages of two hijacked copies: the script of their hijackers stands on each one's home page."""
    with tempfile.TemporaryDirectory() as folder:
        for page in looks(Path(folder)) if unpack(Path(folder)) else ():
            yield b"hnci.net.cn" in page.page.body, any(hijack.look(page))


def links() -> Iterator[Case]:
    for outcome, status, dead in labels.ANSWERS:
        yield dead, is_dead(Page(URL, outcome, status, AT, 0.1))
    for words, gone in labels.GONE:
        body = f"<html><meta charset=utf-8><title>{words}</title><body><p>{words}</p></body></html>"
        yield gone, bool(absent(read(body.encode(), URL)))


def marks() -> Iterator[Case]:
    """Marks that a page shows, and those that it doesn't."""
    names = ("site_code", "icp", "police", "party_badge", "error_report", "organiser")
    for html, wanted in FOOTERS:
        found = read(html.encode(), URL, role="home").footer
        for one in names:
            there, told = getattr(wanted, one), getattr(found, one)
            yield bool(there), bool(told) if not there else told == there
    for mark, html in labels.MARKS:
        found = read(f"<html><body><div class=foot>{html}</div></body></html>".encode(), URL, role="home").footer
        yield True, bool(getattr(found, mark))
    for mark, html in labels.NO_MARKS:
        found = read(f"<html><body><div class=foot>{html}</div></body></html>".encode(), URL, role="home").footer
        yield False, bool(getattr(found, mark))


def addresses() -> Iterator[Case]:
    for url, organiser, portal, wrong in labels.ADDRESSES:
        yield wrong, any(irregular(url, organiser, portal))


def names_after_the_reform() -> Iterator[Case]:
    for shown, registered, wrong in labels.OFFICES:
        yield wrong, bool(outdated(shown, registered))


def register() -> Iterator[Case]:
    for url, text, title, kind in labels.LINKED:
        link = Outlink(url, text, "http://jtj.km.gov.cn/", "ok", 200, title)
        seen: Trace = trace(SITES[1], [link], (), Verdict("t", SITES[1].code, "2015@1", AT.date(), "pass"))
        told = {s.kind for s in suspicions(SITES, [seen], (), set())}
        yield bool(kind), (told == {kind} if kind else bool(told))


def policies() -> Iterator[Case]:
    for title, kind in labels.TITLES:
        facts = Facts("article", title, "", article=ArticleFacts(title, AT.date()))
        page = Look(Task("1", "site", "article", URL), Page(URL, "ok", 200, AT, 0.1), facts)
        told = {s.indicator for s in duties.look(page)} & {"policy", "explanation", "annual_report"}
        yield bool(kind), (told == {kind} if kind else bool(told))


def reposts() -> Iterator[Case]:
    """What is missing: nothing that was seen passes the topic on, nor may."""
    topic = Repost(
        "大会", date(2018, 5, 18), date(2018, 5, 25), ("总书记+生态文明", "生态环境保护大会"), (labels.ORIGINAL,)
    )
    for title, url, day, missing in labels.REPOSTS:
        entries = [(title, url, day)]
        yield missing, not reposted(topic, entries) and not may_be_cut(topic, entries)


def redated_texts() -> Iterator[Case]:
    for title, url, shown, text, old in labels.TEXTS:
        facts = Facts("article", title, "", article=ArticleFacts(title, shown, text=text))
        page = Look(Task("1", "site", "article", url), Page(url, "ok", 200, AT, 0.1), facts)
        yield old, any(redated.look(page))


def attachments() -> Iterator[Case]:
    people = [["姓名", "身份证号", "联系电话"], *([name(n), identity(n), mobile(n)] for n in range(1, 5))]
    called = [["姓名", "职务", "联系电话"], *([name(n), "局长", mobile(n)] for n in range(1, 5))]
    starred = [["姓名", "身份证号"], *([name(n), identity(n)[:6] + "********" + identity(n)[-4:]] for n in range(1, 5))]
    sets = [
        (people, "低保对象公示名单", True),
        (called, "局领导值班通讯录", False),
        (starred, "低保对象公示名单", False),
    ]
    for rows, title, leak in sets:
        csv = "\n".join("\n".join(row) for row in rows)
        for body, suffix in (
            (xlsx(rows), "xlsx"),
            (word([title], [row[:2] for row in rows]), "docx"),
            (csv.encode("gbk"), "csv"),
        ):
            yield leak, in_file(body, suffix, title)
    yield True, in_file(OLD.read_bytes(), "xls", "低保对象公示名单")
    yield True, in_file(pdf([identity(3)]), "pdf", "公示名单")
    yield False, in_file(pdf([identity(3)[:6] + "********" + identity(3)[-4:]]), "pdf", "公示名单")


def in_file(body: bytes, suffix: str, title: str) -> bool:
    task = Task("1", "site", "file", f"http://www.a.gov.cn/1.{suffix}", text=title)
    facts = Facts("file", title, "", text=text_of(body, suffix))
    return any(privacy.look(Look(task, Page(task.url, "ok", 200, AT, 0.1), facts)))


SETS: dict[str, tuple[str, Callable[[], Iterator[Case]]]] = {
    "暗链、挂马 hidden links, scripts": ("pages of two hijacked sites", hidden_on_real_sites),
    "暗链、挂马 hidden links, scripts ": ("tests/pipelines/checks/hijack", hidden),
    "链接 dead links": ("answers, error pages", links),
    "标识 marks of identity": ("shapes of real footers", marks),
    "域名 addresses": ("registers", addresses),
    "名称 names after the reform": ("titles", names_after_the_reform),
    "名录核对 register": ("links of a site", register),
    "解读、年报 policies, reports": ("titles", policies),
    "转载 missing reposts": ("entries of lists", reposts),
    "旧文新发 redated texts": ("articles", redated_texts),
    "附件 leaks in attachments": ("xlsx, xls, docx, csv, pdf", attachments),
}


def measure() -> list[Row]:
    """Without sets of which nothing is here."""
    rows = (Row.of(name, where, cases()) for name, (where, cases) in SETS.items())
    return [row for row in rows if row.there + row.clean]


def main() -> int:
    os.environ.setdefault("GOVCRAWL_PRIVACY_KEY", "of the measure")
    rows = measure()
    print(f"{'precision':>10}{'recall':>8}{'there':>8}{'clean':>7}{'false':>7}")
    for row in rows:
        figures = f"{row.precision:10.2f}{row.recall:8.2f}{row.there:8}{row.clean:7}{row.false:7}"
        print(f"{figures}  {row.name.strip()} – {row.where}")
    print(
        json.dumps(
            {f"{r.name.strip()} – {r.where}": [round(r.precision, 3), round(r.recall, 3)] for r in rows},
            ensure_ascii=False,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
