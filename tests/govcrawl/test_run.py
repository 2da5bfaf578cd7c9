"""``govcrawl run`` as a clerk uses it: interrupted, run again, not waited for; and a worker that dies under it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from govcrawl.frontier.frontier import Frontier
from govcrawl.store import Store
from tests.pathologies import Server, links, served, slow

PATHS = [f"/p{n}.html" for n in range(40)]
CAMPAIGN = """[campaign]
id = "t-run"
title = "2018年二季度测试普查"
standard = "2015"
starts = 2018-04-01
ends = 2018-06-15
[issuer]
name = "测试省人民政府办公厅"
division = "530000"
[registry]
sites = "sites.csv"
[probe]
per_round = {visits}
spacing_s = {spacing}
timeout_s = 5
[crawl]
delay_s = 0.02
as_engine = false
allow_networks = ["127.0.0.0/8"]
"""


RUNNING: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """A test that fails must not leave its run to the next one."""
    yield
    for process in RUNNING:
        process.kill()
        process.communicate()
    RUNNING.clear()


@pytest.fixture
def server() -> Iterator[Server]:
    with served("127.70.0.2") as one:
        one.pages |= {"/": links(*PATHS)} | {p: slow(0.1) for p in PATHS}
        yield one


def written(folder: Path, server: Server, visits: int = 2, spacing: float = 0.2) -> Path:
    (folder / "campaign.toml").write_text(CAMPAIGN.format(visits=visits, spacing=spacing), encoding="utf-8")
    head = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
    (folder / "sites.csv").write_text(
        f"{head}\n5300000001,测试网站,{server.url()},测试局,,,正常运行,是\n", encoding="utf-8"
    )
    return folder / "campaign.toml"


def start(file: Path, environment: dict[str, str], *words: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "govcrawl",
        "run",
        str(file),
        "--out",
        str(file.parent / "out"),
        "--workers",
        "1",
        *words,
    ]
    process = subprocess.Popen(
        command,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell ignores it in its background jobs
    )
    RUNNING.append(process)
    return process


def finished(process: subprocess.Popen[str], seconds: float = 200) -> tuple[str, str]:
    try:
        return process.communicate(timeout=seconds)
    finally:
        process.kill()


def until_some_are_stored(store: Store, n: int) -> None:
    deadline = time.monotonic() + 120
    while store.db["pages"].count_documents({}) < n:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_and_run_again_it_fetches_nothing_twice(
    signal_: int, tmp_path: Path, environment: dict[str, str], server: Server, store: Store, frontier: Frontier
) -> None:
    file = written(tmp_path, server)
    first = start(file, environment)
    until_some_are_stored(store, 8)
    first.send_signal(signal_)
    _, err = finished(first)
    assert first.returncode == 1
    assert "再次运行同一命令" in err
    assert not (tmp_path / "out").exists()
    again = start(file, environment)
    _, err = finished(again)
    assert again.returncode == 0, err
    assert {p: server.hits[p] for p in PATHS} == dict.fromkeys(PATHS, 1)
    result = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert result["sites"][0]["pages"] == 41
    probes = {"total": 2, "failed": 0, "inconclusive": 0, "share": 0.0, "low": 0.0, "high": 0.6576}
    assert result["sites"][0]["probes"] == probes
    assert frontier.rounds() == []  # its memory on Redis is freed


def test_a_finished_campaign_run_again_only_reports(
    tmp_path: Path, environment: dict[str, str], server: Server, store: Store, frontier: Frontier
) -> None:
    file = written(tmp_path, server)
    finished(start(file, environment))
    hits, before = sum(server.hits.values()), (tmp_path / "out" / "bulletin.docx").read_bytes()
    again = start(file, environment)
    finished(again)
    assert again.returncode == 0
    assert sum(server.hits.values()) == hits
    assert (tmp_path / "out" / "bulletin.docx").read_bytes() == before  # the same data, the same bytes


def test_not_waited_for_it_reports_what_there_is_and_says_so(
    tmp_path: Path, environment: dict[str, str], server: Server, store: Store, frontier: Frontier
) -> None:
    # the first visit comes within the spacing, long before the crawl of 40 slow pages is through
    process = start(written(tmp_path, server, visits=500, spacing=0.3), environment, "--no-wait")
    _, err = finished(process)
    assert process.returncode == 0, err
    assert "可用性监测尚未结束" in (tmp_path / "out" / "bulletin.html").read_text(encoding="utf-8")
    result = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert 1 <= result["sites"][0]["probes"]["total"] < 500


def test_a_worker_that_dies_is_replaced(
    tmp_path: Path, environment: dict[str, str], server: Server, store: Store, frontier: Frontier
) -> None:
    process = start(written(tmp_path, server), environment)
    until_some_are_stored(store, 5)
    workers = subprocess.run(
        ["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    assert workers
    for worker in workers:
        os.kill(int(worker), signal.SIGKILL)
    # its leases, and the requests it had in flight, are free when they end: not waited for here, their end is brought forward
    prefix = "gc:{0}:t-run:1:"
    for id_ in frontier.client.zrange(prefix + "leases", 0, -1):
        frontier.client.zadd(prefix + "leases", {id_: 1}, xx=True)
    frontier.client.delete(*frontier.client.keys("gc:{0}:#*"))
    _, err = finished(process)
    assert process.returncode == 0, err
    assert store.db["pages"].count_documents({"role": {"$ne": "probe"}}) == 41


def test_a_redis_that_comes_back_empty_costs_nothing_that_is_stored(
    tmp_path: Path, environment: dict[str, str], server: Server, store: Store, frontier: Frontier
) -> None:
    process = start(written(tmp_path, server), environment)
    until_some_are_stored(store, 8)
    frontier.client.flushall()
    _, err = finished(process)
    assert process.returncode == 0, err
    assert store.db["pages"].count_documents({"role": {"$ne": "probe"}}) == 41
    result = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert result["sites"][0]["probes"]["total"] == 2


@pytest.mark.parametrize("name", ["redis", "mongodb"])
def test_an_embedded_store_that_dies_ends_the_run_and_is_there_for_the_next_command(
    name: str, tmp_path: Path, environment: dict[str, str], server: Server
) -> None:
    own = {k: v for k, v in environment.items() if k not in ("REDIS_URL", "MONGODB_URI")}
    file, record = written(tmp_path, server), Path(own["GOVCRAWL_HOME"]) / "run" / f"{name}.json"
    first = start(file, own)
    deadline = time.monotonic() + 120
    while sum(server.hits.values()) < 8:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(json.loads(record.read_text())["pid"], signal.SIGKILL)
    _, err = finished(first)
    assert first.returncode == 2
    assert err.splitlines()[-1].startswith(f"govcrawl: {name} 不可用")
    assert "再次运行同一命令" in err
    status = [sys.executable, "-m", "govcrawl", "status", "t-run"]
    assert "t-run:1: " in subprocess.run(status, env=own, capture_output=True, text=True, check=True).stdout


def test_a_cluster_goes_from_round_to_round(store: Store, frontier: Frontier) -> None:
    from govcrawl.contracts import Site
    from govcrawl.frontier.frontier import Settled
    from govcrawl.rounds import advance
    from tests.govcrawl.build import campaign

    one = campaign("t-rounds", rounds=2)
    site = Site("5300000001", "甲", "http://a.gov.cn/", "省直")
    store.save_plan(one, [site], [site.code], [])
    for key in ("t-rounds:1", "t-rounds:2"):
        assert advance(one, store, frontier) == key
        assert advance(one, store, frontier) == key  # it runs: nothing changes
        assert frontier.rounds() == [key]
        deadline = time.monotonic() + 10
        while frontier.counts(key).open:
            assert time.monotonic() < deadline
            claimed = frontier.claim(key, {"site": 9, "probe": 9}, 9, "w", 60)
            frontier.settle([Settled(lease, "ack") for lease in claimed.leases])
            time.sleep(min(claimed.wait_s, 0.05))
    assert advance(one, store, frontier) == ""
    assert frontier.rounds() == []
    assert store.closed_rounds("t-rounds") == {"t-rounds:1": (set(), ""), "t-rounds:2": (set(), "")}


def test_workers_end_with_a_killed_run(
    tmp_path: Path, environment: dict[str, str], server: Server, store: Store, frontier: Frontier
) -> None:
    process = start(written(tmp_path, server, visits=50, spacing=1), environment)
    until_some_are_stored(store, 5)
    workers = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text() for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.1)
