"""Workers that are started, stopped and killed, the site they crawl, and what must be true afterwards."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govcrawl.contracts import Campaign, Site
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.rounds import CRAWL, open_round
from govcrawl.store import Store
from tests.govcrawl.build import campaign
from tests.govcrawl.kills.forked import Forked
from tests.govcrawl.kills.stores import Mishap, Stores
from tests.pathologies import Server, links, slow

KEY = round_key("t-2018q2", 1)
AWAY_S = 1.0  #: a killed server
LEASE_S = 1.5  #: of who is to be killed: a test need not wait long for its leases and its hosts' slots
SURVIVORS_LEASE_S = 15.0  #: a busy machine must not end them
#: Settings that plug in ``saboteurs.py``.
SABOTAGE: dict[str, object] = {
    "LEASE_S": LEASE_S,
    "REQUEST_LASTS_S": LEASE_S,
    "SPIDER_MODULES": "tests.govcrawl.kills.saboteurs",
    "SCHEDULER": "tests.govcrawl.kills.saboteurs.TrappedScheduler",
    "ITEM_PIPELINES": json.dumps(
        {"pipelines.observe.ObservePipeline": 100, "tests.govcrawl.kills.saboteurs.TrappedPersist": 300}
    ),
}


@dataclass
class Crew:
    """The workers of one test.  ``folder``: for their logs.  Whoever still runs at its end is killed."""

    folder: Path
    environment: dict[str, str]
    workers: list[Forked] = field(default_factory=list)

    def start(self, spider: str = "site", ahead_s: float = 0.0, **settings: object) -> Forked:
        """``scrapy crawl SPIDER`` with settings, until no round has open tasks."""
        given = {"STOP_WHEN_DONE": 1, "LEASE_S": SURVIVORS_LEASE_S} | settings
        words = ["crawl", spider, *(w for k, v in given.items() for w in ("-s", f"{k}={v}"))]
        log = self.folder / f"worker-{len(self.workers) + 1}.log"
        self.workers.append(Forked(words, self.environment, log, ahead_s))
        return self.workers[-1]

    def finish(self, *workers: Forked, seconds: float = 120.0) -> None:
        """They come to their end by themselves, and complain of nothing."""
        deadline = time.monotonic() + seconds
        for worker in workers:
            try:
                worker.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                raise AssertionError(f"still at work after {seconds} s:\n{worker.last_words()}") from None
            assert worker.returncode == 0, worker.last_words()
            assert "Traceback" not in worker.log.read_text(), worker.last_words()

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()


def until(true: Callable[[], object], seconds: float = 90.0, every: float = 0.01) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(every)


# --- the site ---


def tree(server: Server, lists: int = 3, pages: int = 5, seconds: float = 0.1) -> list[str]:
    """A home page, its lists, their pages: a list that gets lost takes its pages along.  Returns all paths."""
    tops = [f"/l{n}/" for n in range(lists)]
    server.pages["/"] = links(*tops)
    for top in tops:
        below = [f"{top}p{n}.html" for n in range(pages)]
        server.pages |= {top: slow(seconds, links(*below))} | {path: slow(seconds) for path in below}
    return list(server.pages)


def planned(store: Store, frontier: Frontier, *servers: Server, **more: Any) -> Campaign:
    """The first round of a campaign, a site on each server."""
    one = campaign(**more)
    sites = [Site(f"53{n:08}", f"测试网站{n}", s.url(), "省直") for n, s in enumerate(servers, 1)]
    store.save_plan(one, sites, [s.code for s in sites], [])
    open_round(one, 1, store, frontier)
    return one


# --- what must be true ---


def stored(store: Store) -> Counter[str]:
    """URL → results of pages."""
    return Counter(d["url"] for d in store.db["pages"].find({"role": {"$ne": "probe"}}, {"url": 1}))


def seen(store: Store) -> dict[str, list[str]]:
    """URL → kinds of what was seen there; each of the exchange that its page holds."""
    claimed, kinds = {d["_id"]: d["claimed"] for d in store.db["pages"].find()}, defaultdict(list)
    for d in store.db["observations"].find().sort("_id", 1):
        assert d["claimed"] == claimed[d["page"]], d
        kinds[d["url"]].append(d["kind"])
    return kinds


def books(frontier: Frontier, key: str = KEY) -> dict[str, int]:
    """The states of pages and links, over all sites."""
    counts = frontier.counts(key)
    assert counts.planned == counts.pending + counts.leased + counts.done + counts.dead, counts
    total = sum(frontier.by_site(key, CRAWL).values(), Counter())
    return {state: total[state] for state in ("planned", "pending", "leased", "done", "dead")}


def assert_whole(store: Store, frontier: Frontier, urls: Iterable[str], dead: int = 0) -> None:
    """Every planned page has exactly one result, and the books of the round balance with nothing left to do."""
    wanted = Counter(urls)
    assert stored(store) == wanted, (stored(store) - wanted, wanted - stored(store))
    others = [
        (d["url"], d["outcome"]) for d in store.db["pages"].find({"role": {"$ne": "probe"}}) if d["outcome"] != "ok"
    ]
    assert not others, others
    assert not [url for url, kinds in seen(store).items() if {"dead_link", "unread"} & set(kinds)]
    done = sum(wanted.values())
    assert books(frontier) == {"planned": done + dead, "pending": 0, "leased": 0, "done": done, "dead": dead}
    assert frontier.open(KEY, CRAWL) == 0


def recovery(mishap: Mishap, stores: Stores, store: Store, frontier: Frontier) -> float:
    """Seconds from the moment when the server answers again until another page is stored and acknowledged."""

    def known() -> int:  # by the store that is there
        return frontier.counts(KEY).pages if mishap.server == "mongodb" else stored(store).total()

    mishap.strike(stores)
    back, before = time.monotonic(), known()
    if mishap.killed:
        time.sleep(0.5)  # an acknowledgement may have been under way
        before = known()
        time.sleep(AWAY_S)
        assert mishap.server == "redis" or known() == before  # what MongoDB does not have is not acknowledged
        before = known()
        mishap.mend(stores)
        back = time.monotonic()
    until(lambda: frontier.exists(KEY) and frontier.counts(KEY).pages > before, every=0.02)
    return time.monotonic() - back
