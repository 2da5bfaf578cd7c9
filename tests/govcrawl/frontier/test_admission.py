"""From the claim to the request and back, at the real gate: nothing is told twice, nothing is forgotten."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count, pairwise

import pytest
import redis

from govcrawl.addresses import Addresses
from govcrawl.contracts import Lease
from govcrawl.frontier.admission import Admission
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.gate import MAX_BUSY, Gate, Landing
from govcrawl.frontier.partitions import Partitions
from tests.govcrawl.build import task
from tests.govcrawl.frontier.test_addresses import entry

TOKENS = (f"w:{n}" for n in count())


@pytest.fixture
def gate(client: redis.Redis) -> Gate:
    return Gate(client, Partitions(client))


def lease(n: int = 0, host: str = "127.70.0.8:81", delay_s: float = 0.0) -> Lease:
    one = task(n, host)
    return Lease("t:1", task_id(one), next(TOKENS), 1, one, 0.0, delay_s)


def run(work: Callable[[Admission], Awaitable[None]]) -> None:
    async def main() -> None:
        await work(Admission(Addresses(threads=2), lasts_s=30.0))

    asyncio.run(main())


async def looked_up(admission: Admission, *leases: Lease) -> None:
    for one in leases:
        admission.enter(one)
    for _ in range(500):
        if len(admission.news()[0]) >= len(leases):
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def tell(admission: Admission, gate: Gate) -> list[float]:
    asked, landed = admission.news()
    waits = gate.knock([knock for _, knock in asked], landed)
    admission.told(asked, waits, landed)
    return waits


def test_a_lease_knocks_with_its_host_and_its_address() -> None:
    async def work(admission: Admission) -> None:
        nowhere, here = lease(1, "gibt-es-nicht.invalid"), lease(2, "127.70.0.8:81", delay_s=0.5)
        await looked_up(admission, nowhere, here)
        found = {one.id: knock for one, knock in admission.news()[0]}
        assert found[here.id].names == ("127.70.0.8:81", "127.70.0.8")
        assert found[nowhere.id].names == ("gibt-es-nicht.invalid",)  # it fails by itself
        assert (found[here.id].delay_s, found[here.id].lasts_s) == (0.5, 30.0)
        assert found[here.id].id == here.id + here.token.encode()

    run(work)


def test_hosts_that_share_any_address_take_turns(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first address of each may be dead: then the shared one is dialled."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: [entry(f"10.0.0.{host[1:2]}"), entry("10.0.9.9")])

    async def work(admission: Admission) -> None:
        await looked_up(admission, *(lease(n, f"h{n}.gov.cn", delay_s=1.0) for n in range(8)))
        waits = sorted(tell(admission, gate))
        assert waits[0] == 0.0
        assert all(b - a > 0.9 for a, b in pairwise(waits))

    run(work)


def test_what_passed_is_out_until_it_lands(gate: Gate) -> None:
    async def work(admission: Admission) -> None:
        one = lease()
        admission.enter(one)
        assert (admission.waiting, admission.busy) == (1, 1)
        await looked_up(admission)
        while admission.news()[0] == []:
            await asyncio.sleep(0.01)
        assert tell(admission, gate) == [0.0]
        assert (admission.waiting, admission.busy, admission.news()) == (0, 1, ([], []))
        admission.landed(one, 0.0)
        admission.landed(one, 0.0)  # twice is once
        assert (admission.waiting, admission.busy, len(admission.news()[1])) == (1, 0, 1)
        tell(admission, gate)
        assert admission.waiting == 0

    run(work)


def test_the_late_landing_of_an_old_lease_frees_no_slot_of_a_new_one(gate: Gate) -> None:
    """Of the same task, claimed anew by the same worker."""

    async def work(admission: Admission) -> None:
        old = lease()
        new = replace(old, token="w:new")
        await looked_up(admission, old, new)
        assert tell(admission, gate) == [0.0, 0.0]
        assert admission.busy == 2
        admission.landed(old, None)
        tell(admission, gate)
        more = [lease(n) for n in range(50, 50 + MAX_BUSY)]
        await looked_up(admission, *more)
        assert tell(admission, gate).count(0.0) == MAX_BUSY - 1  # the new one's is taken
        admission.landed(old, None)
        assert admission.news() == ([], [])
        admission.landed(new, None)
        ((landing,),) = [admission.news()[1]]
        assert landing.knock.id == new.id + new.token.encode()

    run(work)


def test_what_is_refused_is_not_out(gate: Gate) -> None:
    async def work(admission: Admission) -> None:
        first, second = lease(1, delay_s=9.0), lease(2, delay_s=9.0)
        await looked_up(admission, first, second)
        waits = tell(admission, gate)
        assert sorted(wait > 8 for wait in waits) == [False, True]
        assert admission.busy == 1
        refused = second if waits[1] else first
        admission.landed(refused, None)
        assert admission.news() == ([], [])

    run(work)


def test_a_landing_makes_room_at_the_gate(gate: Gate) -> None:
    async def work(admission: Admission) -> None:
        leases = [lease(n) for n in range(MAX_BUSY)]
        await looked_up(admission, *leases)
        assert tell(admission, gate) == [0.0] * MAX_BUSY
        admission.landed(leases[0], None)
        await looked_up(admission, lease(99))
        assert tell(admission, gate) == [0.0]

    run(work)


def test_what_comes_while_the_gate_is_told_is_told_next(gate: Gate) -> None:
    async def work(admission: Admission) -> None:
        first, second, third = lease(1), lease(2), lease(3)
        await looked_up(admission, first, second)
        tell(admission, gate)
        admission.landed(first, None)
        asked, landed = admission.news()
        admission.landed(second, None)
        await looked_up(admission, third)
        admission.told(asked, gate.knock([k for _, k in asked], landed), landed)
        assert [one for one, _ in admission.news()[0]] == [third]
        assert len(admission.news()[1]) == 1

    run(work)


def test_a_gate_that_is_away_is_told_later(gate: Gate) -> None:
    async def work(admission: Admission) -> None:
        one = lease(1)
        await looked_up(admission, one)
        asked, landed = admission.news()
        assert admission.news() == (asked, landed)  # nothing was told: nothing is gone
        assert tell(admission, gate) == [0.0]

    run(work)


def test_a_worker_that_ends_frees_what_it_has_out(gate: Gate) -> None:
    async def work(admission: Admission) -> None:
        leases = [lease(n) for n in range(MAX_BUSY)]
        await looked_up(admission, *leases)
        tell(admission, gate)
        admission.landed(leases[0], 0.0)
        left = admission.leave()
        assert sorted(landing.slow_s is None for landing in left) == [False] + [True] * (MAX_BUSY - 1)
        assert all(isinstance(landing, Landing) for landing in left)
        gate.knock([], left)
        again = [lease(n + 50) for n in range(MAX_BUSY)]
        await looked_up(admission, *again)
        assert tell(admission, gate) == [0.0] * MAX_BUSY

    run(work)
