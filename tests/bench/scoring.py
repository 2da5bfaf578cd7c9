"""How long scoring takes: ``python -m tests.bench.scoring [--sites 100]``.

Sites as a real crawl leaves them (``SHAPE``), the first written by the store's own functions, the others copies of it, judged by
``pipelines.stages.score``: from 200 sites on by as many processes as there are cores.  Making 10,000 takes longer than judging them.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bson import encode
from bson.raw_bson import RawBSONDocument

from govcrawl import services
from govcrawl.contracts import (
    Campaign,
    Kind,
    Lease,
    Observation,
    ObservationKind,
    Page,
    Probe,
    Result,
    Role,
    Site,
    Task,
)
from govcrawl.facts import Facts
from govcrawl.frontier.codec import host_of, task_id
from govcrawl.frontier.frontier import round_key
from govcrawl.store import Store
from govcrawl.stored import page_id
from pipelines.scoring import score as score_site
from pipelines.stages import score
from pipelines.standards import load_pack
from tests.govcrawl.build import campaign

#: Of one site: observations by kind, pages that brought none (links that work, pages of plain text), links to others, visits of a week.
SHAPE = {
    "column": 24, "article": 120, "letter": 12, "guide": 8, "dead_link": 5, "nothing": 100, "outward": 30, "visits": 140,
}  # fmt: skip
STRANGERS = 5  #: of those links, that lead to companies, one of them to one of this site's own
TOGETHER = 20  #: sites in one insert
ENTRIES = 20  #: of a list
ROUND: Campaign = replace(campaign("t-scoring"), rounds=1)
KEY = round_key(ROUND.id, 1)
NOON = datetime(2018, 6, 10, 4, tzinfo=UTC)
CLASSES = ("news", "notice", "policy", "personnel", "plan", "other")


@dataclass(frozen=True)
class Measured:
    """Seconds of one site; ``cpu`` is the judges', without the store's."""

    sites: int
    observations: float
    wall: float
    cpu: float
    server: float  #: CPU of the store; 0 where it isn't the embedded one
    judging: float  #: of ``cpu``, what is neither reading nor writing the store
    made: float  #: writing it, before

    def lines(self) -> Iterator[str]:
        yield f"{self.sites} sites × {self.observations:.0f} observations, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        yield (
            f"a site: {self.wall * 1000:.1f} ms, of CPU {self.cpu * 1000:.1f} ms, of which judging {self.judging * 1000:.1f} ms; "
            f"of the store's CPU {self.server * 1000:.1f} ms"
        )
        yield f"10,000 sites: {self.wall * 10_000 / 60:.1f} min, CPU {(self.cpu + self.server) * 10_000 / 60:.1f} min on all cores"
        yield f"all {self.sites} sites: made in {self.made * self.sites / 60:.1f} min, judged in {self.wall * self.sites:.1f} s"


def measure(store: Store, sites: int) -> Measured:
    made = [
        Site(f"53000{n:05}", f"{'某地' * (n % 7)}第{n}号网站", f"http://s{n:05}.gov.cn/", "省直") for n in range(sites)
    ]
    store.prepare()
    store.save_plan(ROUND, made, [s.code for s in made], [])
    store.save_results(list(_results(made[0])))
    begun = time.monotonic()
    _copy(store, made)
    store.close_round(ROUND.id, 1, [], "")
    wall, cpu, server = time.monotonic(), sum(os.times()[:4]), _server_cpu()
    verdicts = score(store, ROUND.id, "2015", set())
    filled, wall = wall - begun, time.monotonic() - wall
    cpu, server = sum(os.times()[:4]) - cpu, _server_cpu() - server
    if {v.verdict for v in verdicts} != {"pass"}:
        raise SystemExit(f"the made sites should pass: {verdicts[0]}")
    some = made[:100]
    seen = {s.code: (list(store.observations(ROUND.id, s.code)), list(store.probes(ROUND.id, s.code))) for s in some}
    pack, start = load_pack("2015"), time.process_time()
    for site in some:
        score_site(site, *seen[site.code], pack, campaign=ROUND.id, as_of=date(2018, 6, 15), pages=300)
    judging = (time.process_time() - start) / len(some)
    count = sum(len(observations) for observations, _ in seen.values()) / len(some)
    return Measured(sites, count, wall / sites, cpu / sites, server / sites, judging, filled / sites)


def _server_cpu() -> float:
    """Of the embedded store, from its start (Linux)."""
    record = services.home() / "run" / "mongodb.json"
    if not record.exists():
        return 0.0
    fields = Path(f"/proc/{json.loads(record.read_text())['pid']}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _copy(store: Store, sites: Sequence[Site]) -> None:
    """What is stored of the first, once for each of the others."""
    first, *others = sites
    plain = {
        name: [
            encode(d | {key: f"{d[key]}-{first.code}" for key in ("_id", "page") if key in d})
            for d in store.db[name].find()
        ]
        for name in ("observations", "probes", "pages")
    }

    def write(few: Sequence[Site]) -> None:
        for name, documents in plain.items():
            copies = [RawBSONDocument(_as_of(site, first, one)) for site in few for one in documents]
            store.db[name].insert_many(copies, ordered=False, bypass_document_validation=True)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(write, [others[n : n + TOGETHER] for n in range(0, len(others), TOGETHER)]))


def _as_of(site: Site, first: Site, document: bytes) -> bytes:
    """Codes and hosts are of one length: what a document says of itself, in bytes."""
    code, host = (part.encode() for part in (first.code, host_of(first.home)))
    return document.replace(code, site.code.encode()).replace(host, host_of(site.home).encode())


def _results(site: Site) -> Iterator[Result]:
    """The crawl of one site, and its visits."""
    url, day = site.home, (NOON - timedelta(days=1)).date()
    entries = [[f"{url}xw/{n}.html", f"关于第{n}项工作的通知", _day(day, n % 12)] for n in range(40)]
    marks = {
        "site_code": site.code,
        "icp": "滇ICP备1号",
        "police": "1",
        "party_badge": "1",
        "error_report": "1",
        "organiser": "甲",
        "drawn": False,
    }
    home = {"items": entries, "nav_only": False, "title": site.name, "drawn": "", "parts": [], "part": False, "nav": []}
    yield _result(site, "home", url, ("home", home), ("footer", marks))
    for n in range(SHAPE["column"]):
        first = f"{url}lm{n}/"
        items = [[f"{first}{k}.html", _day(day, 5 + k)] for k in range(ENTRIES)]
        data = {
            "column": first,
            "name": f"栏目{n}",
            "cls": CLASSES[n % 6],
            "level": 1,
            "state": "listed",
            "items": items,
            "why": "",
            "board": "",
        }
        yield _result(site, "column", first, ("column", data | {"registered": False}))
    for n in range(SHAPE["article"]):
        column = f"{url}lm{n % 24}/"
        article = {"title": "关于做好有关工作的通知", "published": _day(day, 5 + n // 24), "column": column}
        yield _result(site, "article", f"{column}{n // 24}.html", ("article", article))
    for n in range(SHAPE["letter"]):
        letter = {
            "title": f"咨询{n}",
            "asked": _day(day, 40),
            "answered": _day(day, 30),
            "state": "answered",
            "board": f"{url}xx/",
        }
        yield _result(
            site,
            "article",
            f"{url}xx/{n}.html",
            ("letter", letter | {"board_name": "咨询", "board_cls": "consult", "trail": []}),
        )
    for n in range(SHAPE["guide"]):
        guide = {"name": f"事项{n}", "present": ["办理材料"], "missing": [], "forms": [], "names_form": False}
        yield _result(site, "article", f"{url}bs/{n}.html", ("guide", guide))
    for n in range(SHAPE["dead_link"]):
        dead = {"target": f"{url}gone{n}", "status": 404, "on_home": False, "text": "链接"}
        yield _result(site, "link", f"{url}gone{n}", ("dead_link", dead))
    for n in range(SHAPE["nothing"]):
        yield _result(site, "link", f"{url}f{n}.jpg")
    for n in range(SHAPE["outward"]):
        own = site.code if n == 0 else n
        host = f"www.company-{own}.com" if n < STRANGERS else f"www.office{n}.gov.cn"
        yield replace(
            _result(site, "link", f"http://{host}/"), facts=Facts("home", f"第{own}号数字科技有限公司", "utf-8")
        )
    for n in range(1, SHAPE["visits"] + 1):
        visit = Probe(site.code, 1, n, NOON + timedelta(minutes=n), 1.0, "ok", 200, failed=False, worker="w")
        yield replace(_result(site, "probe", url, kind="probe", visit=n), probe=visit)


def _result(
    site: Site, role: Role, url: str, *seen: tuple[ObservationKind, dict[str, Any]], kind: Kind = "site", visit: int = 0
) -> Result:
    task = Task(site.code, kind, role, url, visit=visit)
    lease = Lease(KEY, task_id(task), "w", 1, task)
    page = Page(url, "ok", 200, NOON, 0.2)
    stored = page_id(KEY, lease.id)
    return Result(
        lease,
        page,
        observations=tuple(
            Observation(ROUND.id, 1, site.code, what, url, NOON, data, page=stored) for what, data in seen
        ),
    )


def _day(last: date, age: int) -> str:
    return (last - timedelta(days=age)).isoformat()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scoring", description="time to judge 10,000 sites")
    parser.add_argument("--sites", type=int, default=100, help="sites that are made and judged (default 100)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GOVCRAWL_HOME"] = folder
        with services.stores() as urls:
            store = Store(urls.mongodb)
            try:
                found = measure(store, args.sites)
            finally:
                store.close()
    print(*found.lines(), json.dumps({"sites": found.sites, "s_per_10000": round(found.wall * 10_000, 1)}), sep="\n")


if __name__ == "__main__":
    main()
