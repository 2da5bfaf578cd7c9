"""A worker's clock decides nothing: all times are Redis's."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import redis
from scrapy.utils.test import get_crawler

from govcrawl import services
from govcrawl.frontier.frontier import Frontier, Settled
from govcrawl.frontier.gate import Knock
from govcrawl.frontier.scheduler import LeaseScheduler
from tests.govcrawl.build import campaign, task
from tests.govcrawl.frontier.inside import ALL, KEY, take

DAY = 86_400.0
Clock = Callable[[float], None]


@pytest.fixture(params=[-DAY, DAY], ids=["a day slow", "a day fast"])
def ahead(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    """This process's clocks are wrong; Redis's is not."""
    wall, steady = time.time, time.monotonic
    monkeypatch.setattr(time, "time", lambda: wall() + request.param)
    monkeypatch.setattr(time, "monotonic", lambda: steady() + request.param)
    return float(request.param)


def test_leases_visits_and_the_gate_go_by_redis(frontier: Frontier, client: redis.Redis, ahead: float) -> None:
    seconds, micros = client.time()
    now = seconds + micros / 1e6
    frontier.open_round(campaign(), 1)
    visits = [task(n, f"{n}.gov.cn", kind="probe", role="probe", visit=1, not_before=now + n) for n in (-1, 60)]
    frontier.add(KEY, visits)
    (lease,) = take(frontier, lease_s=30.0)
    assert lease.task == visits[0]
    assert lease.at == pytest.approx(now, abs=10)
    assert take(frontier) == []
    assert frontier.extend([lease], 30.0) == set()
    assert frontier.settle([Settled(lease, "retry", retry_s=60.0)]) == 0
    assert 0 < frontier.claim(KEY, ALL, 9, "w", 30.0, frontier.partitions.of(lease.task.site)).wait_s <= 60
    knock = Knock(lease.id, ("a.gov.cn",), 60.0, 30.0)
    assert frontier.gate.knock([knock]) == [0.0]
    assert frontier.gate.knock([knock]) == [pytest.approx(60.0, abs=10)]


def test_workers_of_wrong_clocks_are_seen_alive(frontier: Frontier, ahead: float) -> None:
    frontier.hello("w")
    assert frontier.workers_alive() == 1


def test_a_workers_moments_are_redis_moments(urls: services.Urls, client: redis.Redis, ahead: float) -> None:
    """From its first word with Redis on: those of its pages and visits."""
    frontier = Frontier(client)
    frontier.open_round(campaign(), 1)
    frontier.add(KEY, [task(1)])
    scheduler = LeaseScheduler.from_crawler(get_crawler(settings_dict={"REDIS_URL": urls.redis, **FRONTIER}))
    try:
        leases, _ = scheduler._claim(KEY, 0, ALL, 1)
        assert len(leases) == 1
        assert scheduler.now().timestamp() == pytest.approx(frontier.now(), abs=2)
    finally:
        scheduler.server.close()


FRONTIER = {
    "SCHEDULER_QUEUE_CLASS": "govcrawl.frontier.scheduler.RoundQueue", "LEASE_S": 60.0, "CONCURRENT_REQUESTS": 8, "LEASES_WAITING": 8,
    "DUPEFILTER_CLASS": "govcrawl.frontier.scheduler.PlanDupeFilter", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
}  # fmt: skip
