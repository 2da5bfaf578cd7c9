"""The gate: how often a host and an address are asked, over all workers, rounds and campaigns; and that whoever waits gets its turn."""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections import Counter, defaultdict
from itertools import count, pairwise
from typing import Any

import pytest
import redis

from govcrawl import services
from govcrawl.frontier.gate import GATE, LATE_S, MAX_BUSY, MAX_PACE_S, MAX_WAIT_S, Gate, Knock, Landing
from govcrawl.frontier.partitions import KEY, Partitions
from govcrawl.settings import DOWNLOAD_TIMEOUT, LEASE_S, REQUEST_LASTS_S
from tests.govcrawl.frontier.inside import keys

A, B, C = "a.gov.cn", "b.gov.cn", "c.gov.cn"
IP = "10.0.0.1"
IDS = (b"%012d" % n for n in count())


class Timed(Gate):
    """The gate with a clock that stands still until it is moved."""

    def __init__(self, client: Any, partitions: int) -> None:
        self.client, self.count, self.now = client, partitions, 1_500_000_000.0
        client.set(KEY, partitions)
        super().__init__(client, Partitions(client))
        self._script = client.register_script(GATE.replace("call('TIME')", "call('HMGET', P .. 'clock', 's', 'us')"))
        self.move(0)

    def move(self, seconds: float) -> None:
        self.now = round(self.now + seconds, 6)
        clock = {"s": int(self.now), "us": round(self.now % 1 * 1e6)}
        with self.client.pipeline(transaction=False) as ask:
            for partition in range(self.count):
                ask.hset(f"gc:{{{partition}}}:clock", mapping=clock)
            ask.execute()

    def one(self, *names: str, delay: float = 1.0, lasts: float = 30.0) -> float:
        """Knocks once, and the request comes back at once.  Returns the wait."""
        knock = made(*names, delay=delay, lasts=lasts)
        (wait,) = self.knock([knock])
        self.knock([], [Landing(knock)])
        return wait

    def key(self, mark: str, name: str) -> str:
        return f"gc:{{{self._partitions.of(name)}}}:{mark}{name}"


def made(*names: str, delay: float = 1.0, lasts: float = 30.0) -> Knock:
    return Knock(next(IDS), names, delay, lasts)


@pytest.fixture(params=[1, 5], ids=["1 partition", "5 partitions"])
def gate(request: pytest.FixtureRequest, client: redis.Redis) -> Timed:
    return Timed(client, request.param)


# --- spacing ---


def test_a_host_is_asked_once_a_delay(gate: Timed) -> None:
    assert gate.one(A) == 0
    assert gate.one(A) == 1.0
    gate.move(0.999)
    assert gate.one(A) == 0.001
    gate.move(0.001)
    assert gate.one(A) == 0
    assert gate.one(B) == 0


def test_hosts_on_one_address_are_asked_once_a_delay_together(gate: Timed) -> None:
    assert gate.one(A, IP) == 0
    assert gate.one(B, IP) == 1.0
    assert gate.one(C, "10.0.0.2") == 0
    gate.move(1.0)
    assert gate.one(B, IP) == 0
    assert gate.one(A, IP) == 1.0  # its host is free, its address is not


def test_who_is_refused_for_one_name_has_not_taken_the_other(gate: Timed) -> None:
    gate.one(B, IP)
    gate.move(0.4)
    for _ in range(2 * MAX_BUSY):
        assert gate.one(A, IP) == 0.6
    assert gate.one(A, "10.0.0.2") == 0  # neither is its last request now, nor is one in flight
    gate.move(0.6)
    assert gate.one(A, IP) == 0.4


def test_a_request_passes_when_its_own_delay_went_by_since_anyones(gate: Timed) -> None:
    assert gate.one(A, IP, delay=0.1) == 0
    gate.move(0.1)
    assert gate.one(A, IP, delay=1.0) == 0.9
    assert gate.one(B, IP, delay=0.1) == 0
    gate.move(0.9)
    assert gate.one(A, IP, delay=1.0) == pytest.approx(0.1)


def test_two_campaigns_of_different_delays_are_both_kept_to(gate: Timed) -> None:
    rnd, passed = random.Random(7), defaultdict[str, list[tuple[float, float]]](list)
    for _ in range(600):
        gate.move(rnd.choice((0.003, 0.011, 0.07)))
        names, delay = (rnd.choice((A, B, C)), rnd.choice((IP, "10.0.0.2"))), rnd.choice((0.05, 0.3))
        if not gate.one(*names, delay=delay):
            for name in names:
                passed[name].append((gate.now, delay))
    gaps = [(later - before, delay) for times in passed.values() for (before, _), (later, delay) in pairwise(times)]
    assert len(gaps) > 100
    assert all(gap > delay - 0.0011 for gap, delay in gaps)  # Redis counts whole milliseconds
    assert {delay for _, delay in gaps} == {0.05, 0.3}


@pytest.mark.parametrize("names", [(A, IP), (B, IP), (A, "10.0.0.2")], ids=["both", "address", "host"])
def test_a_slower_campaign_is_not_kept_waiting_by_a_quicker_one(names: tuple[str, str], gate: Timed) -> None:
    """The quicker asks a hundred times a second, the slower when it was told to; then only the quicker has work."""
    turn, passed = 0.05, defaultdict[str, list[float]](list)
    for now in (step / 100 for step in range(1500)):
        gate.move(0.01)
        if not gate.one(*names, delay=0.1):
            passed["quick"].append(now)
        if turn <= now < 10:
            wait = gate.one(A, IP, delay=0.5)
            turn = now + (wait or 0.5)
            passed["slow"].extend([] if wait else [now])
    assert len(passed["slow"]) >= 8
    assert all(min(slow - quick for quick in passed["quick"] if quick < slow) > 0.49 for slow in passed["slow"])
    assert len([now for now in passed["quick"] if now < 10]) >= 8
    assert len([now for now in passed["quick"] if now > 13]) > 17


@pytest.mark.alone
def test_workers_at_once_are_spaced_by_the_real_clock(client: redis.Redis, urls: services.Urls) -> None:
    passed: list[float] = []

    def work(host: str) -> None:
        with redis.Redis.from_url(urls.redis) as mine:
            gate, end = Gate(mine, Partitions(mine)), time.monotonic() + 1.0
            while time.monotonic() < end:
                knock = made(host, IP, delay=0.1)
                (wait,) = gate.knock([knock])
                passed.extend([] if wait else [time.monotonic()])
                gate.knock([], [Landing(knock)])
                time.sleep(min(wait, 0.01))

    start = time.monotonic()
    threads = [threading.Thread(target=work, args=(host,)) for host in (A, A, B, C)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert 5 <= len(passed) <= 1 + (max(passed) - start) / 0.1


# --- in flight ---


def test_few_requests_are_in_flight_to_one_name(gate: Timed) -> None:
    out = [made(f"{n}.gov.cn", IP, delay=0) for n in range(MAX_BUSY + 1)]
    assert gate.knock(out) == [0.0] * MAX_BUSY + [0.05]
    gate.move(0.05)
    assert gate.knock(out[-1:]) == [0.05]
    assert gate.knock(out[-1:], [Landing(out[0], 0.0)]) == [0.0]


def test_told_twice_a_landing_is_one(gate: Timed) -> None:
    out = [made(A, IP, delay=0) for _ in range(MAX_BUSY)]
    gate.knock(out)
    gate.knock([], [Landing(out[0])] * 3 + [Landing(made(A, IP))])
    assert gate.knock([made(A, IP, delay=0) for _ in range(2)]) == [0.0, 0.05]


def test_what_a_dead_worker_had_in_flight_fades(gate: Timed) -> None:
    gate.knock([made(A, IP, delay=0, lasts=10.0) for _ in range(MAX_BUSY - 1)] + [made(A, IP, delay=0, lasts=30.0)])
    gate.move(9.999)
    assert gate.one(A, IP, delay=0) == 0.05
    gate.move(0.05)
    assert gate.knock([made(A, IP, delay=0) for _ in range(MAX_BUSY)]) == [0.0] * (MAX_BUSY - 1) + [0.05]


def test_it_has_faded_before_its_tasks_go_to_others() -> None:
    """So an expired lease need not be told to the gate: its last request began before its worker's last sign of life, or went unheard."""
    assert DOWNLOAD_TIMEOUT < REQUEST_LASTS_S <= LEASE_S / 2


def test_a_short_request_does_not_hide_a_long_one(gate: Timed) -> None:
    gate.knock([made(A, delay=0, lasts=60.0), made(A, delay=0, lasts=1.0)])
    assert gate.client.pttl(gate.key("#", A)) > 50_000


# --- the line ---


def test_the_refused_are_told_their_places_and_keep_them(gate: Timed) -> None:
    assert [gate.one(host, IP) for host in (A, B, C, "d.cn")] == [0.0, 1.0, 2.0, 3.0]
    gate.move(0.5)
    assert [gate.one(host, IP) for host in (C, B, "e.cn")] == [1.5, 0.5, 3.5]  # too early; and a new one
    gate.move(2.4)
    assert gate.one(B, IP) == 0  # late
    gate.move(0.2)
    assert [gate.one(host, IP) for host in ("d.cn", C)] == [1.8, 0.8]  # so the others come later too, in the same order
    gate.move(0.8)
    assert gate.one(C, IP) == 0


def test_nobody_passes_while_anothers_turn_is_near(gate: Timed) -> None:
    gate.one(A, IP)
    gate.one(B, IP)
    gate.move(1.0)
    assert gate.one(A, IP) == 1.0  # first to come back, and the last who passed
    assert gate.one(B, IP) == 0


def test_a_place_is_given_up_by_whoever_does_not_come(gate: Timed) -> None:
    gate.one(A, IP)
    gate.one(B, IP)
    gate.move(1.0 + LATE_S)
    assert gate.one(C, IP) == 0
    gate.move(1.0)
    assert gate.one(B, IP) == 0


def test_a_place_need_not_be_waited_for_where_there_is_room_sooner(gate: Timed) -> None:
    out = [made(host, IP) for host in (A, B, C, "d.cn")]
    for knock in out:
        assert gate.knock([knock]) == [0.0]
        gate.move(1.0)
    assert gate.one("e.cn", IP) == 1.0  # four are in flight
    gate.knock([], [Landing(out[0])])
    gate.move(0.5)
    assert gate.one("e.cn", IP) == 0


def turns(gate: Timed, hosts: int, delay: float, seconds: float, late: float) -> tuple[list[float], Counter[int]]:
    """When requests passed, and of whom, where each host comes back a little after it may.  An answer takes a tenth of a second."""
    rnd, start = random.Random(1), gate.now
    coming = [(start + rnd.random() * late, n) for n in range(hosts)]
    flying: list[tuple[float, Knock]] = []
    times, got = [], Counter[int]()
    while coming[0][0] < start + seconds:
        at, host = heapq.heappop(coming)
        gate.move(at - gate.now)
        landed = [Landing(knock, 0.0) for end, knock in flying if end <= at]
        flying = flying[len(landed) :]
        knock = made(f"{host}.gov.cn", IP, delay=delay)
        (wait,) = gate.knock([knock], landed)
        if not wait:
            times.append(at)
            got[host] += 1
            flying.append((at + 0.1, knock))
        heapq.heappush(coming, (at + (wait or delay) + rnd.random() * late, host))
    return times, got


def test_two_hundred_hosts_on_one_address_take_turns_at_full_pace(gate: Timed) -> None:
    times, got = turns(gate, 200, delay=0.05, seconds=25, late=0.01)
    assert len(times) > 0.84 * 25 / 0.05
    assert min(later - before for before, later in pairwise(times)) > 0.0489
    assert max(got.values()) - min(got[n] for n in range(200)) <= 2


@pytest.mark.parametrize(("late", "pace"), [(0.02, 0.97), (0.3, 0.85)])
def test_hosts_take_turns_however_punctual_they_are(late: float, pace: float, gate: Timed) -> None:
    times, got = turns(gate, 20, delay=1.0, seconds=150, late=late)
    assert len(times) > pace * 150
    assert max(got.values()) - min(got[n] for n in range(20)) <= 2


# --- a host that says it is too much ---


def slowed(gate: Timed, slow_s: float | None, name: str = A, delay: float = 1.0) -> None:
    """A request that passes, and its answer."""
    knock = made(name, IP, delay=delay)
    (wait,) = gate.knock([knock])
    assert not wait
    gate.knock([], [Landing(knock, slow_s)])


def test_a_host_that_asks_for_time_gets_it(gate: Timed) -> None:
    slowed(gate, 20.0)
    assert gate.one(A, IP) == 20.0
    gate.move(19.0)
    assert gate.one(B, IP) == 0  # its neighbours on the address said nothing
    assert gate.one(A, IP) == 1.0


def test_a_host_that_only_says_too_fast_is_asked_half_as_often_and_again_half(gate: Timed) -> None:
    for pace in (2.0, 4.0, 8.0):
        slowed(gate, 1.0)
        assert gate.one(A, IP) == pace
        gate.move(pace)


def test_good_answers_bring_the_pace_back_and_others_do_not(gate: Timed) -> None:
    slowed(gate, 1.0, delay=0.5)
    gate.move(10.0)
    for answer, pace in ((0.0, 0.75), (None, 0.75), (0.0, 0.562), (0.0, 0.5)):
        slowed(gate, answer, delay=0.5)
        assert gate.one(A, IP, delay=0.5) == pace
        gate.move(10.0)


def test_there_is_a_longest_wait_and_a_slowest_pace(gate: Timed) -> None:
    slowed(gate, 1e9)
    assert gate.one(A, IP) == MAX_WAIT_S
    for _ in range(9):
        gate.move(MAX_WAIT_S)
        slowed(gate, 1.0)
    assert gate.one(A, IP) == MAX_PACE_S


def test_a_campaign_without_delay_is_slowed_down_too(gate: Timed) -> None:
    slowed(gate, 1.0, delay=0)
    assert gate.one(A, IP, delay=0) == 1.0


# --- what is left on Redis ---


def test_every_key_fades(gate: Timed) -> None:
    out = [made(host, IP, delay=0) for host in (A, B, C, A, B)]
    gate.knock(out)
    gate.knock([], [Landing(knock, 5.0) for knock in out[:2]])
    marks = {key.partition(b"}:")[2][:1] for key in keys(gate.client, "gc:{*") if not key.endswith(b"clock")}
    assert marks == {b"@", b"#", b">", b"<"}
    ttls = [gate.client.pttl(key) for key in keys(gate.client, "gc:{*") if not key.endswith(b"clock")]
    assert all(0 < ttl <= 1_200_000 for ttl in ttls)
    assert all(gate.client.pttl(gate.key("@", name)) > 1000 * MAX_WAIT_S for name in (A, IP))


def test_a_host_that_nobody_waits_for_leaves_no_line(gate: Timed) -> None:
    gate.one(A, IP)
    gate.one(B, IP)
    gate.move(1.0)
    assert gate.one(B, IP) == 0
    gate.move(1.0)
    assert gate.one(A, IP) == 0
    assert [key for key in keys(gate.client, "gc:{*") if b"}:>" in key or b"}:<" in key or b"}:#" in key] == []
