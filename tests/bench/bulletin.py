"""How long the bulletin of a province takes: ``python -m tests.bench.bulletin [--sites 5000] [--findings 40]``.

Sites with findings (40 each: 200,000), judged and stored by the store's own functions, then reported as ``govcrawl report`` does it: read from
MongoDB, reconciled, and written in every format but the PDF.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from govcrawl import services
from govcrawl.contracts import ColumnVerdict, Finding, Site, Verdict
from govcrawl.store import Store
from reporting.formats import pdf
from reporting.stages import snapshot_of
from reporting.write import write_report
from tests.govcrawl.build import campaign

ROUND = replace(campaign("t-bulletin"), rounds=1)
PACK = "2015@1"
KINDS = ("dead_link", "typo", "column_stale", "privacy_leak", "hidden_link", "missing_identity")
WORDS = "为进一步做好有关工作，现将有关事项通知如下，请结合实际认真贯彻落实。"


@dataclass(frozen=True)
class Measured:
    """Seconds; CPU is of this process."""

    sites: int
    findings: int
    reading: float
    writing: float
    cpu: float
    size: int

    def lines(self) -> Iterator[str]:
        yield f"{self.sites:,} sites, {self.findings:,} findings, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        yield f"read from the store {self.reading:.1f} s, all files {self.writing:.1f} s ({self.size / 2**20:.0f} MB), CPU {self.cpu:.1f} s"


def measure(store: Store, sites: int, findings: int, out: Path) -> Measured:
    made = [
        Site(f"53{n % 16 + 1:02}{n:06}", f"测试网站{n}", f"http://s{n}.gov.cn/", f"州{n % 16}") for n in range(sites)
    ]
    store.prepare()
    store.save_plan(ROUND, made, [s.code for s in made], [])
    for n in range(0, sites, 100):
        store.save_verdicts([_verdict(site, findings, n % 20 == 0) for n, site in enumerate(made[n : n + 100], n)])
    wall, cpu = time.monotonic(), time.process_time()
    snapshot = snapshot_of(store, ROUND.id)
    read = time.monotonic()
    paths = write_report(snapshot, out)
    done = time.monotonic()
    size = sum(path.stat().st_size for path in paths)
    return Measured(sites, sites * findings, read - wall, done - read, time.process_time() - cpu, size)


def _verdict(site: Site, findings: int, fails: bool) -> Verdict:
    found = tuple(_finding(site, n) for n in range(findings))
    columns = tuple(
        ColumnVerdict(f"栏目{n}", f"{site.home}c{n}/", "news", date(2018, 5, 1 + n), 20, "fresh") for n in range(20)
    )
    given = {"vetoes": ("home_not_updated",), "reasons": ("首页不更新",)} if fails else {}
    word = "fail" if fails else "pass"
    return Verdict(ROUND.id, site.code, PACK, ROUND.ends, word, columns=columns, findings=found, pages=300, **given)  # type: ignore[arg-type]


def _finding(site: Site, n: int) -> Finding:
    detail = {"wrong": "案列", "right": "案例"} if n % 6 == 1 else {"status": 404, "on_home": n % 2 == 0}
    return Finding(
        f"{site.code}{n:010}", ROUND.id, site.code, KINDS[n % 6], f"{site.home}p/{n}.html", site.home, WORDS, detail,
        evidence=f"{ROUND.id}:1:{n:032}", clause="链接可用性：打不开或错误的链接，每个扣0.1分", first_seen=ROUND.ends, last_seen=ROUND.ends,
    )  # fmt: skip


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--sites", type=int, default=5000)
    wanted.add_argument("--findings", type=int, default=40)
    args = wanted.parse_args()
    pdf.SOFFICE = "no"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GOVCRAWL_HOME"] = folder
        with services.stores() as urls:
            store = Store(urls.mongodb)
            found = measure(store, args.sites, args.findings, Path(folder) / "out")
            store.close()
    print("\n".join(found.lines()))
    print(json.dumps({"bulletin_s": round(found.reading + found.writing, 1), "cpu_s": round(found.cpu, 1)}))


if __name__ == "__main__":
    main()
