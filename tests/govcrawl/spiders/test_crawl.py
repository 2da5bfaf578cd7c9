"""Both spiders as a vendor runs them (``scrapy crawl``, processes that are killed), on a server of pathologies and the real stores."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import web
from warcio.archiveiterator import ArchiveIterator

from govcrawl.contracts import Campaign, ProbePlan, Site, Task
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.rounds import open_round
from govcrawl.store import Store
from tests.govcrawl.build import campaign
from tests.pathologies import Server, bomb, challenge, drip, drop, links, redirect, served, slow, status

ROOT = Path(__file__).parents[3]
KEY = round_key("t-2018q2", 1)
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as one:
        yield one


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    """Starts ``scrapy crawl SPIDER`` with settings; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def run(spider: str = "site", **settings: object) -> subprocess.Popen[str]:
        options = [w for k, v in ({"STOP_WHEN_DONE": 1} | settings).items() for w in ("-s", f"{k}={v}")]
        command = [sys.executable, "-W", "default", "-m", "scrapy", "crawl", spider, *options]
        running.append(subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stderr=subprocess.PIPE))
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.communicate()


def planned(store: Store, frontier: Frontier, server: Server, **more: object) -> Campaign:
    one = campaign(**more)  # type: ignore[arg-type]
    site = Site("5300000001", "测试网站", server.url("/"), "省直")
    store.save_plan(one, [site], [site.code], [])
    open_round(one, 1, store, frontier)
    return one


def finish(process: subprocess.Popen[str], seconds: float = 200.0) -> str:
    _, log = process.communicate(timeout=seconds)
    assert process.returncode == 0, log
    assert "Traceback" not in log, log
    assert "DeprecationWarning" not in log, log
    return log


def pages(store: Store) -> dict[str, dict[str, object]]:
    return {d["url"].rpartition(":")[2].partition("/")[2]: d for d in store.db["pages"].find()}


def test_every_way_a_fetch_can_end_is_told_apart(
    server: Server, store: Store, frontier: Frontier, start: Start
) -> None:
    names = ("drop", "drip", "bomb", "challenge", "gone", "broken", "loop", "far", "text.html", "a.pdf")
    outside = ("http://127.70.0.9:9/refused", "http://10.0.0.1/private", "http://gibt-es-nicht.invalid/")
    server.pages |= {
        "/": links(*(f"/{n}" for n in names), *outside), "/drop": drop, "/drip": drip, "/bomb": bomb, "/challenge": challenge,
        "/gone": status(404), "/broken": status(500), "/loop": redirect("/loop2"), "/loop2": redirect("/loop"),
        "/far": redirect("/text.html"), "/text.html": "<h1>正文</h1><p>" + "内容" * 50, "/a.pdf": b"%PDF",
    }  # fmt: skip
    planned(store, frontier, server)
    finish(start("site", DOWNLOAD_TIMEOUT=3.0, RETRY_WAIT_S=0.05))
    found = {name: (d["outcome"], d["status"]) for name, d in pages(store).items()}
    assert found[""] == ("ok", 200)
    assert found["drop"][0] in ("reset", "bad_answer")
    assert found["drip"][0] == "timeout"
    assert found["bomb"][0] == "too_large"
    assert found["challenge"] == ("challenge", 412)
    assert found["gone"] == ("http_error", 404)
    assert found["broken"] == ("http_error", 500)
    assert found["loop"] == found["loop2"] == ("redirect", 302)
    assert found["text.html"] == found["a.pdf"] == ("ok", 200)
    links_outcome = {d["url"]: d["outcome"] for d in store.db["pages"].find({"role": "link"})}
    assert links_outcome["http://127.70.0.9:9/refused"] == "refused"
    assert links_outcome["http://10.0.0.1/private"] == "refused_by_us"
    assert server.hits["/drop"] == 3  # tried again
    assert server.hits["/gone"] == 1  # an answer is an answer
    counts = frontier.counts(KEY)
    assert counts.planned == counts.done + counts.pending  # only the visit that no probe spider took is left
    dead = {o["data"]["target"].rpartition("/")[2] for o in store.db["observations"].find({"kind": "dead_link"})}
    assert {"gone", "broken", "drop", "drip", "refused"} <= dead
    assert not dead & {"challenge", "private", "bomb", "a.pdf"}


def test_a_site_is_asked_with_our_name_and_its_packed_answer_is_kept_unpacked(
    server: Server, store: Store, frontier: Frontier, start: Start, environment: dict[str, str]
) -> None:
    asked: list[dict[str, str]] = []
    words = "<h1>正文</h1><p>内容" * 50

    async def packed(request: web.Request) -> web.Response:
        asked.append({name.lower(): value for name, value in request.headers.items()})
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"}
        return web.Response(body=gzip.compress(words.encode()), headers=headers)

    server.pages["/"] = packed
    planned(store, frontier, server)
    log = finish(start(USER_AGENT="Mozilla/5.0 (compatible; t; +http://a.gov.cn)", LOGSTATS_INTERVAL=0.2))
    assert asked == [{
        "host": server.url("").removeprefix("http://"), "user-agent": "Mozilla/5.0 (compatible; t; +http://a.gov.cn)",
        "accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "zh-CN,zh;q=0.9",
        "accept-encoding": "gzip, deflate, br, zstd",
    }]  # fmt: skip
    (page,) = store.db["pages"].find()
    assert (page["outcome"], page["size"]) == ("ok", len(words.encode()))
    with (Path(environment["GOVCRAWL_HOME"]) / "evidence" / page["evidence"]["file"]).open("rb") as file:
        records = ArchiveIterator(file, check_digests="raise")
        kept = next(record for record in records if record.rec_type == "response")
        assert kept.content_stream().read() == words.encode()
    assert "'item_scraped_count': 1" in log


def test_the_crawl_ends_on_endless_sites(server: Server, store: Store, frontier: Frontier, start: Start) -> None:
    async def endless(request: object) -> object:
        from aiohttp import web

        path = request.path_qs  # type: ignore[attr-defined]
        n = len(path)
        body = links(
            f"/cal?month={n + 1}", f"/s;jsessionid={n:032x}/x", f"{request.path}deeper/", f"/list?sid={n:032x}"
        )  # type: ignore[attr-defined]
        return web.Response(text=body, content_type="text/html")

    server.pages["*"] = endless  # type: ignore[assignment]
    planned(store, frontier, server, max_pages=40)
    finish(start())
    assert store.db["pages"].count_documents({"role": {"$ne": "link"}}) <= 40
    assert frontier.counts(KEY).leased == 0


def test_a_killed_worker_loses_nothing_and_nothing_is_stored_twice(
    server: Server, store: Store, frontier: Frontier, start: Start
) -> None:
    paths = [f"/p{n}.html" for n in range(60)]
    server.pages |= {"/": links(*paths)} | {p: slow(0.05) for p in paths}
    planned(store, frontier, server)
    victim = start(LEASE_S=1.5)
    while frontier.counts(KEY).done < 10:
        time.sleep(0.02)
        assert victim.poll() is None, victim.stderr.read()  # type: ignore[union-attr]
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert frontier.counts(KEY).leased > 0  # it held some
    finish(start(LEASE_S=1.5))
    assert set(pages(store)) == {""} | {p[1:] for p in paths}
    counts = frontier.counts(KEY)
    assert (counts.pages, counts.dead) == (61, 0)
    assert counts.planned == counts.done + counts.pending + counts.leased + counts.dead


def test_sigterm_finishes_what_it_holds_and_gives_back_the_rest(
    server: Server, store: Store, frontier: Frontier, start: Start
) -> None:
    paths = [f"/p{n}.html" for n in range(40)]
    server.pages |= {"/": links(*paths)} | {p: slow(0.1) for p in paths}
    planned(store, frontier, server)
    worker = start()
    while frontier.counts(KEY).done < 5:
        time.sleep(0.02)
    worker.terminate()
    worker.communicate(timeout=30)
    counts = frontier.counts(KEY)
    assert counts.leased == 0
    assert counts.pages == store.db["pages"].count_documents({})
    asked = sum(server.hits.values())
    finish(start())
    assert sum(server.hits.values()) - asked <= 41 - counts.pages  # nothing stored was fetched again
    assert len(pages(store)) == 41


def test_a_lost_redis_is_rebuilt_from_mongodb(server: Server, store: Store, frontier: Frontier, start: Start) -> None:
    paths = [f"/p{n}.html" for n in range(30)]
    server.pages |= {"/": links(*paths)} | {p: slow(0.05) for p in paths}
    one = planned(store, frontier, server)
    worker = start()
    while frontier.counts(KEY).done < 8:
        time.sleep(0.02)
    worker.terminate()
    worker.communicate(timeout=30)
    stored, before = store.db["pages"].count_documents({}), sum(server.hits.values())
    frontier.client.flushall()
    open_round(one, 1, store, frontier)
    assert frontier.counts(KEY).pages == stored
    finish(start())
    assert len(pages(store)) == 31
    assert sum(server.hits.values()) - before <= 31 - stored


def test_a_host_is_spaced_over_all_workers(server: Server, store: Store, frontier: Frontier, start: Start) -> None:
    paths = [f"/p{n}.html" for n in range(24)]
    server.pages |= {"/": links(*paths)} | dict.fromkeys(paths, "<p>短文</p>")
    planned(store, frontier, server, delay_s=0.25)
    for worker in [start(), start()]:
        finish(worker)
    gaps = sorted(b - a for a, b in pairwise(server.times))
    assert len(server.times) == 25
    assert gaps[len(gaps) // 2] > 0.2  # the median; a noisy machine may bunch two
    assert server.times[-1] - server.times[0] > 23 * 0.25 * 0.95


@pytest.mark.alone
def test_visits_are_spaced_and_a_slow_one_fails(server: Server, store: Store, frontier: Frontier, start: Start) -> None:
    async def third_is_slow(request: object) -> object:
        from aiohttp import web

        if server.hits["/"] == 3:
            return await slow(1.5)(request)  # type: ignore[arg-type]
        return web.Response(text="<p>首页</p>", content_type="text/html")

    server.pages["/"] = third_is_slow  # type: ignore[assignment]
    planned(store, frontier, server, probe=ProbePlan(5, 0.5, 1.0))
    finish(start("probe"))
    visits = sorted(store.probes("t-2018q2", "5300000001"), key=lambda p: p.visit)
    assert [p.failed for p in visits] == [False, False, True, False, False]
    assert visits[2].outcome == "timeout"
    assert all(b - a > 0.4 for a, b in pairwise(server.times))


@pytest.mark.parametrize(
    ("page", "failed"),
    [
        (challenge, None),
        (status(403), None),
        (status(500), True),
        (status(404), True),
        (redirect("/there"), False),
        (redirect("/"), True),
    ],
)
def test_what_counts_as_a_failed_visit(
    page: object, failed: bool | None, server: Server, store: Store, frontier: Frontier, start: Start
) -> None:
    server.pages |= {"/": page, "/there": "<p>新首页</p>"}  # type: ignore[dict-item]
    planned(store, frontier, server, probe=ProbePlan(1, 0.1, 2.0))
    finish(start("probe"))
    (visit,) = store.probes("t-2018q2", "5300000001")
    assert visit.failed is failed


@pytest.mark.parametrize("spider", ["site", "probe"])
def test_without_urls_a_spider_starts_the_embedded_stores_and_stops_them(
    spider: str, environment: dict[str, str]
) -> None:
    bare = {k: v for k, v in environment.items() if k not in ("REDIS_URL", "MONGODB_URI")}
    command = [sys.executable, "-m", "scrapy", "crawl", spider, "-s", "STOP_WHEN_DONE=1"]
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, timeout=200, check=False)
    assert "Spider closed (finished)" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((Path(bare["GOVCRAWL_HOME"]) / "run").glob("*.json"))


def test_a_defect_of_ours_on_one_page_is_put_aside_with_its_reason(
    server: Server, store: Store, frontier: Frontier, start: Start
) -> None:
    server.pages |= {
        "/": links("/poison.html", "/drop-poison", "/b.html"),
        "/poison.html": "<p>x</p>",
        "/drop-poison": drop,
    }
    server.pages["/b.html"] = "<p>文</p>"
    planned(store, frontier, server)
    process = start("broken", SPIDER_MODULES="tests.govcrawl.spiders.broken", RETRY_WAIT_S=0.05)
    process.communicate(timeout=200)
    reasons = {one.task.url.rpartition("/")[2]: one.reason for one in frontier.dead(KEY) if one.task}
    assert reasons == dict.fromkeys(("poison.html", "drop-poison"), "ValueError: a defect of ours")
    counts = frontier.counts(KEY)
    assert (counts.leased, counts.dead, counts.pages) == (0, 2, 2)


def test_a_round_of_no_stored_campaign_holds_nobody_up(
    server: Server, store: Store, frontier: Frontier, start: Start
) -> None:
    frontier.open_round(campaign("t-ghost"), 1)
    frontier.add(round_key("t-ghost", 1), [Task("1", "site", "home", "http://127.70.0.1:9/")])
    server.pages |= {"/": links("/b.html"), "/b.html": "<p>文</p>"}
    planned(store, frontier, server)
    worker = start(STOP_WHEN_DONE=0)
    deadline = time.monotonic() + 30
    while frontier.counts(KEY).pages < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    worker.terminate()
    worker.communicate(timeout=30)
    assert frontier.counts(round_key("t-ghost", 1)).pending == 1


def test_a_forgotten_allow_networks_is_named_in_the_log_once(
    server: Server, start: Start, store: Store, frontier: Frontier
) -> None:
    one = campaign()
    one = replace(one, crawl=replace(one.crawl, allow_networks=()))
    sites = [Site(f"530000000{n}", "测试网站", server.url(f"/{n}/"), "省直") for n in range(3)]
    store.save_plan(one, sites, [site.code for site in sites], [])
    open_round(one, 1, store, frontier)
    _, log = start().communicate(timeout=200)
    assert log.count("crawl.allow_networks") == 1
    assert frontier.counts(KEY).pages == 3
    assert server.hits == {}
