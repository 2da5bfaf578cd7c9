"""What is counted is what happened; what is away is said; a health check sees a process that hangs."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from govcrawl import metrics, services
from govcrawl.errors import InputError
from govcrawl.frontier.frontier import Frontier, Settled
from govcrawl.metrics import health, served
from govcrawl.metrics.exporter import Kept, Shared
from govcrawl.metrics.health import Pulse
from govcrawl.store import Store
from govcrawl.watch import Alarm
from tests.deploy.conftest import KEY, ROOT, Crawled
from tests.govcrawl import filled
from tests.govcrawl.build import campaign, task
from tests.govcrawl.frontier.servers import until

Sample = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Sample:
    return {
        (s.name, frozenset(s.labels.items())): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }


def value(found: Sample, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def test_a_worker_counts_what_it_did(crawled: Crawled) -> None:
    assert crawled.done.returncode == 0, crawled.done.stderr
    told = crawled.told
    assert (told["healthz"], told["readyz"], told["nothing"]) == ("ok\n", "ok\n", "404")
    found, pages = samples(told["metrics"]), crawled.store.db["pages"]
    by_outcome: dict[str, float] = {}
    for (name, labels), count in found.items():
        if name == "govcrawl_fetches_total":
            by_outcome[dict(labels)["outcome"]] = by_outcome.get(dict(labels)["outcome"], 0) + count
    assert by_outcome == {
        d["_id"]: d["n"] for d in pages.aggregate([{"$group": {"_id": "$outcome", "n": {"$sum": 1}}}])
    }
    assert by_outcome["http_error"] == 1
    stored = pages.count_documents({})
    assert value(found, "govcrawl_leases_settled_total", action="ack") == stored == crawled.frontier.counts(KEY).done
    assert value(found, "govcrawl_stage_seconds_count", stage="fetch") == stored
    for stage in ("read", "observe", "store"):
        assert value(found, "govcrawl_stage_seconds_count", stage=stage) >= 1
    seen = sum(count for (name, _), count in found.items() if name == "govcrawl_observations_total")
    assert seen == crawled.store.db["observations"].count_documents({})
    assert value(found, "govcrawl_leases_stale_total") == 0


def test_a_worker_writes_its_log_as_json(crawled: Crawled) -> None:
    lines = [json.loads(line) for line in crawled.done.stderr.splitlines()]  # every one
    assert len(lines) > 5
    assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)
    assert "Spider opened" in {line["message"] for line in lines}


# --- the exporter ---


def collected(store: Store, frontier: Frontier, pulse: Pulse | None = None) -> Sample:
    shared = Shared(store, frontier, pulse or Pulse())
    return {(s.name, frozenset(s.labels.items())): s.value for family in shared.collect() for s in family.samples}


def test_the_exporter_tells_the_queue_and_the_results(store: Store, frontier: Frontier) -> None:
    filled.write(store)
    frontier.open_round(campaign(), 1)
    frontier.add(KEY, [task(n, host=f"{n}.gov.cn") for n in range(5)])
    frontier.built(KEY)
    frontier.hello("host-1-abc")
    (lease, *_) = frontier.claim(KEY, {"site": 3}, 3, "w", 60).leases
    frontier.settle([Settled(lease, "dead", reason="x")])
    frontier.settle([Settled(lease, "ack")])  # too late
    found = collected(store, frontier)
    states = {
        s: value(found, "govcrawl_tasks", round=KEY, state=s) for s in ("planned", "pending", "leased", "done", "dead")
    }
    assert states == {"planned": 5, "pending": 2, "leased": 2, "done": 0, "dead": 1}
    assert value(found, "govcrawl_open_tasks", round=KEY, queue="site") == 4
    assert value(found, "govcrawl_hosts_waiting", round=KEY, queue="site") == 2
    assert value(found, "govcrawl_acks_refused_total", round=KEY) == 1
    assert value(found, "govcrawl_leases_expired_total", round=KEY) == 0
    assert value(found, "govcrawl_workers_alive", browser="no") == 1
    assert value(found, "govcrawl_store_up", store="Redis") == value(found, "govcrawl_store_up", store="MongoDB") == 1
    verdict = store.db["verdicts"].find_one()
    assert verdict
    labels = {"campaign": verdict["campaign"], "pack": verdict["pack"], "verdict": verdict["verdict"]}
    assert value(found, "govcrawl_verdicts", **labels) >= 1
    assert value(found, "govcrawl_dead_letters", round=KEY) >= 1


def test_an_alarm_is_a_metric_and_is_logged_once(
    store: Store, frontier: Frontier, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    filled.write(store)
    store.close_round("t-2018q2", 1, [], "")
    odd = Alarm("worker_fails", "w-1-a", "采集进程w-1-a全部失败")
    monkeypatch.setattr("govcrawl.metrics.exporter.ALARMS_S", 0.0)
    monkeypatch.setattr("govcrawl.watching.alarms", lambda *_: [odd])
    shared = Shared(store, frontier, Pulse())
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            found = {
                (s.name, frozenset(s.labels.items())): s.value for family in shared.collect() for s in family.samples
            }
    assert value(found, "govcrawl_alarm", campaign="t-2018q2", kind="worker_fails", subject="w-1-a") == 1
    assert caplog.text.count("采集进程w-1-a全部失败") == 1


def test_a_store_that_is_away_is_said_and_the_other_is_told_all_the_same(store: Store) -> None:
    pulse = Pulse()
    with redis.Redis(port=services.free_port()) as nobody:
        found = collected(store, Frontier(nobody), pulse)
    assert value(found, "govcrawl_store_up", store="Redis") == 0
    assert value(found, "govcrawl_exporter_store_errors_total", store="Redis") == 1
    assert value(found, "govcrawl_store_up", store="MongoDB") == 1
    assert pulse.ready() == "Redis is away"
    assert pulse.alive() == ""


def test_a_dear_question_is_asked_now_and_then() -> None:
    asked: list[int] = []
    kept = Kept(lambda: asked.append(1) or len(asked), 150.0)
    assert [kept.get(), kept.get()] == [1, 1]
    assert [Kept(lambda: asked.append(1) or len(asked), 0.0).get() for _ in range(2)] == [2, 3]


def test_the_command_serves_until_it_is_stopped(environment: dict[str, str], client: redis.Redis) -> None:
    port = services.free_port()
    command = [sys.executable, "-m", "govcrawl", "exporter", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            until(lambda: get(port, "/healthz")[0] == 200, 150.0)
            assert get(port, "/readyz") == (200, "ok\n")
            status, text = get(port, "/metrics")
            assert status == 200
            assert value(samples(text), "govcrawl_store_up", store="Redis") == 1
            assert get(port, "/../etc/passwd")[0] == 404
            busy = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=150)
            assert (busy.returncode, busy.stderr.count("\n")) == (2, 1)
            assert str(port) in busy.stderr
        finally:
            process.terminate()
            assert process.wait(100) == 1  # as any command that is interrupted


# --- health ---


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


@contextmanager
def serving(pulse: Pulse) -> Iterator[int]:
    server = served.in_background("127.0.0.1:0", pulse, CollectorRegistry())
    assert server
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def checked(where: str) -> int:
    command = [sys.executable, "-m", "govcrawl.metrics.health"]
    environment = os.environ | {"GOVCRAWL_METRICS": where}
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, timeout=150).returncode


def test_the_health_check_of_the_image_sees_whether_a_process_hangs() -> None:
    pulse = Pulse()
    with serving(pulse) as port:
        assert checked(f"0.0.0.0:{port}") == 0
        pulse.heard("MongoDB", there=False)
        assert (get(port, "/healthz")[0], get(port, "/readyz")) == (200, (503, "MongoDB is away\n"))
        pulse.heard("MongoDB", there=True)
        assert get(port, "/readyz")[0] == 200
        pulse.beat = time.monotonic() - health.STUCK_S - 1
        assert get(port, "/healthz")[0] == 503
        assert checked(f"127.0.0.1:{port}") == 1
        pulse.tick()
        assert health.ask(f"127.0.0.1:{port}") == 0
    assert health.ask(f"127.0.0.1:{port}") == 1  # nobody there


@pytest.mark.parametrize("where", ["9410", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:99999", ""])
def test_an_address_that_is_none(where: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InputError, match="GOVCRAWL_METRICS"):
        served.bound(where, Pulse())
    assert served.in_background(where, Pulse()) is None  # the worker works all the same
    assert "No metrics are served" in caplog.text


def test_a_store_that_fails_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    pulse = Pulse()
    monkeypatch.setattr(metrics, "PULSE", pulse)

    def away() -> None:
        raise redis.ConnectionError("away")

    before = metrics.STORE_ERRORS.labels("Redis")._value.get()
    with pytest.raises(redis.ConnectionError):
        metrics.watched("Redis", away, redis.RedisError)()
    assert metrics.STORE_ERRORS.labels("Redis")._value.get() == before + 1
    assert pulse.ready() == "Redis is away"
    assert metrics.watched("Redis", lambda: 7, redis.RedisError)() == 7
    assert pulse.ready() == ""
