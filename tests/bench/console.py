"""How long the pages of ``govcrawl console`` take: ``python -m tests.bench.console [--sites 5000] [--findings 200000]``.

A province of made-up findings, written by the store's own functions into the embedded store, asked for over HTTP on 127.0.0.1 by one
visitor who is logged in; each page several times, median and slowest.  Then a spreadsheet of all of them, out and back with a tenth decided.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from random import Random

from openpyxl import Workbook, load_workbook

from govcrawl import desk, reviews, services
from govcrawl.contracts import Finding, Site, Verdict
from govcrawl.reviews import Wish
from govcrawl.store import Store
from reporting import review
from tests.govcrawl.build import campaign
from tests.reporting.console.made import AT, Visitor, running, user

ONE, PACK = replace(campaign("t-console"), standard="2015"), "2015@1"
KINDS = (
    "dead_link",
    "dead_link",
    "dead_link",
    "typo",
    "typo",
    "column_stale",
    "column_blank",
    "hidden_link",
    "privacy_leak",
)
GROUPS = (
    "省直",
    "昆明",
    "曲靖",
    "玉溪",
    "保山",
    "昭通",
    "丽江",
    "普洱",
    "临沧",
    "楚雄",
    "红河",
    "文山",
    "西双版纳",
    "大理",
    "德宏",
    "怒江",
    "迪庆",
)
TIMES = 9
TOGETHER = 50  #: sites in one write, as scoring does it


def sites(count: int) -> list[Site]:
    return [Site(f"53{n:08}", f"第{n}号网站", f"http://s{n}.gov.cn/", GROUPS[n % len(GROUPS)]) for n in range(count)]


def verdicts(places: list[Site], findings: int) -> Iterator[list[Verdict]]:
    each, dice = findings // len(places), Random(7)
    for at in range(0, len(places), TOGETHER):
        yield [verdict(site, each, dice) for site in places[at : at + TOGETHER]]


def verdict(site: Site, each: int, dice: Random) -> Verdict:
    found = []
    for n in range(each):
        kind = dice.choice(KINDS)
        detail = (
            {"wrong": "案列", "right": "案例", "confidence": round(dice.random(), 3)} if kind == "typo" else {"n": n}
        )
        url = f"{site.home}{n}.html"
        words = "要认真学习各地的典型案列，并结合实际抓好落实，推动各项工作再上新台阶。"
        found.append(
            Finding(
                f"{dice.getrandbits(80):020x}", ONE.id, site.code, kind, url, site.home, words, detail, clause="附件 四"
            )
        )
    outcome = dice.choice(("pass", "pass", "fail", "insufficient"))
    return Verdict(ONE.id, site.code, PACK, ONE.ends, outcome, findings=tuple(found))  # type: ignore[arg-type]


def fill(store: Store, places: list[Site], findings: int) -> None:
    store.prepare()
    store.save_plan(ONE, places, [s.code for s in places], [])
    for few in verdicts(places, findings):
        store.save_verdicts(few)
    user(store, "甲", "clerk")


def pages(visitor: Visitor, places: list[Site], one: str) -> Iterator[tuple[str, Callable[[], object]]]:
    def get(path: str) -> Callable[[], object]:
        def ask() -> None:
            answer = visitor.get(path)
            assert answer.status == 200, (path, answer.status, answer.text[:300])

        return ask

    deep = "/queue"
    for _ in range(20):
        deep = unescape(re.findall(r'rel="next" href="([^"]+)"', visitor.get(deep).text)[0])
    yield "dashboard", get("/")
    yield "queue", get("/queue")
    yield "queue, 21st page", get(deep)
    yield "queue, the least sure", get(f"/queue?after=19{'0' * 28}")
    yield "queue of an indicator", get("/queue?indicator=typo")
    yield "queue of a site", get(f"/queue?site={places[len(places) // 2].code}")
    yield "queue, nothing there", get("/queue?review=dismissed&indicator=privacy_leak")
    yield "finding", get(f"/finding/{one}")
    yield "site", get(f"/site/{places[3].code}")
    yield "sites", get("/sites")


def counted(visitor: Visitor) -> None:
    while "正在统计" in visitor.get("/").text:
        time.sleep(0.1)


def measured(name: str, ask: Callable[[], object]) -> dict[str, float]:
    spent = []
    for _ in range(TIMES):
        began = time.perf_counter()
        ask()
        spent.append(1000 * (time.perf_counter() - began))
    print(f"{name:26} {statistics.median(spent):7.0f} ms  slowest {max(spent):7.0f} ms", flush=True)
    return {"median": round(statistics.median(spent), 1), "slowest": round(max(spent), 1)}


def timed(name: str, do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    spent = time.perf_counter() - began
    print(f"{name:26} {spent:7.1f} s", flush=True)
    return round(spent, 2)


def decided(file: Path) -> Path:
    """Every tenth row, row by row: a workbook of so many cells as a whole takes gigabytes."""
    old, new = load_workbook(file, read_only=True), Workbook(write_only=True)
    sheet, state = new.create_sheet(), list(review.COLUMNS).index(review.STATE)
    for n, row in enumerate(old.active.iter_rows(values_only=True)):
        sheet.append([*row[:state], "已确认", *row[state + 1 :]] if n % 10 == 1 else row)
    new.save(changed := file.with_name("b.xlsx"))
    return changed


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sites", type=int, default=5000)
    asked.add_argument("--findings", type=int, default=200_000)
    asked.add_argument("--sheet", action="store_true", help="the spreadsheet too: minutes")
    args = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("REDIS_URL", "MONGODB_URI"):
            os.environ.pop(name, None)
        os.environ["GOVCRAWL_HOME"] = folder
        with services.stores() as urls:
            told = run(Store(urls.mongodb), Path(folder), args)
    print(json.dumps(told))


def run(store: Store, folder: Path, args: argparse.Namespace) -> dict[str, object]:
    places, told = sites(args.sites), dict[str, object]()
    told["written_s"] = timed(f"{args.findings} findings written", lambda: fill(store, places, args.findings))
    (one,) = desk.findings(store.db, desk.Wanted(ONE.id, PACK, "pending"), most=1)
    with running(store, folder / "evidence") as port:
        visitor = Visitor(port)
        assert visitor.log_in("甲").status == 303
        told["first_s"] = timed("first page", lambda: visitor.get("/"))
        told["counted_s"] = timed("counted", lambda: counted(visitor))
        told["pages_ms"] = {name: measured(name, ask) for name, ask in pages(visitor, places, one.id)}
        some = desk.findings(store.db, desk.Wanted(ONE.id, PACK, "pending"), most=50)
        wishes = [Wish(f.id, 0, "confirmed") for f in some]
        told["fifty_decided_s"] = timed("50 decided", lambda: reviews.decide(store.db, wishes, "甲", AT))
    if args.sheet:
        file = folder / "a.xlsx"
        told["exported_s"] = timed("exported", lambda: review.export(store, ONE.id, PACK, file, {}))
        changed = decided(file)  # of several files the first one: 50,000 rows
        told["imported_s"] = timed("imported", lambda: print(review.take(store, changed, "甲", AT)))
    return told


if __name__ == "__main__":
    main()
