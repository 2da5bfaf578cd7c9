"""Host names to addresses: one look-up for all who ask, none that holds up another, and the same answer for all."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import pytest

from govcrawl import addresses
from govcrawl.addresses import Addresses, shared
from tests.pathologies import served

T = TypeVar("T")


class Names:
    """A name server: name → its addresses, None for a name that leads nowhere.  ``asked``: name → look-ups."""

    def __init__(self) -> None:
        self.found: dict[str, list[str] | None] = {}
        self.asked: Counter[str] = Counter()
        self.slow: dict[str, threading.Event] = {}

    def getaddrinfo(self, host: str, *_: Any, **__: Any) -> list[Any]:
        self.asked[host] += 1
        if host in self.slow:
            assert self.slow[host].wait(10)
        if not self.found.get(host):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [entry(address) for address in self.found[host] or ()]


def entry(address: str) -> Any:
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 0, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    one = Names()
    monkeypatch.setattr(socket, "getaddrinfo", one.getaddrinfo)
    return one


def run(work: Callable[[Addresses], Awaitable[T]]) -> T:
    async def main() -> T:
        return await work(Addresses(threads=4))

    return asyncio.run(main())


def test_real_names_are_looked_up() -> None:
    assert run(lambda a: a.of("localhost")) in (("127.0.0.1",), ("::1",), ("127.0.0.1", "::1"))
    assert run(lambda a: a.of("127.70.0.9")) == ("127.70.0.9",)
    for nowhere in ("gibt-es-nicht.invalid", "", "a..b", "x" * 70 + ".cn", "\ufffd.cn", "a\0b"):
        assert run(lambda a, name=nowhere: a.of(name)) == ()


def test_many_askers_at_once_cost_one_look_up(names: Names) -> None:
    names.found["a.cn"] = ["10.0.0.1"]

    async def work(found: Addresses) -> None:
        assert not found.known("a.cn")
        assert set(await asyncio.gather(*(found.of("a.cn") for _ in range(50)))) == {("10.0.0.1",)}
        assert found.known("a.cn")
        await found.resolve("a.cn", 80)

    run(work)
    assert names.asked == {"a.cn": 1}


def test_an_answer_is_used_for_a_minute_and_a_failure_for_seconds(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (addresses.GOOD_S, addresses.BAD_S) == (60.0, 5.0)
    monkeypatch.setattr(addresses, "GOOD_S", 1.0)
    monkeypatch.setattr(addresses, "BAD_S", 0.5)
    names.found["a.cn"] = ["10.0.0.1"]

    async def work(found: Addresses) -> None:
        assert [await found.of(name) for name in ("a.cn", "b.cn", "a.cn", "b.cn")] == [("10.0.0.1",), ()] * 2
        assert names.asked == {"a.cn": 1, "b.cn": 1}
        names.found |= {"a.cn": ["10.0.0.2"], "b.cn": ["10.0.0.3"]}
        await asyncio.sleep(0.55)
        assert await found.of("b.cn") == ("10.0.0.3",)
        await asyncio.sleep(0.5)
        assert await found.of("a.cn") == ("10.0.0.2",)

    run(work)
    assert names.asked == {"a.cn": 2, "b.cn": 2}


@pytest.mark.parametrize(
    ("found", "addresses"),
    [
        (["10.0.0.9", "10.0.0.10"], ("10.0.0.9", "10.0.0.10")), (["10.0.0.10", "10.0.0.9"], ("10.0.0.9", "10.0.0.10")),
        (["::1", "10.0.0.9"], ("10.0.0.9", "::1")), (["fe80::2", "fe80::1"], ("fe80::1", "fe80::2")),
        (["fe80::1%eth0"], ("fe80::1%eth0",)), (None, ()),
    ],
)  # fmt: skip
def test_the_addresses_are_the_same_in_whatever_order_the_answers_come(
    found: list[str] | None, addresses: tuple[str, ...], names: Names
) -> None:
    names.found["a.cn"] = found
    assert run(lambda a: a.of("a.cn")) == addresses


def test_a_slow_look_up_holds_up_no_other(names: Names) -> None:
    names.found |= {"slow.cn": ["10.0.0.1"], "a.cn": ["10.0.0.2"]}
    names.slow["slow.cn"] = threading.Event()

    async def work(found: Addresses) -> None:
        slow = asyncio.ensure_future(found.of("slow.cn"))
        assert await asyncio.wait_for(found.of("a.cn"), 5) == ("10.0.0.2",)
        assert not slow.done()
        names.slow["slow.cn"].set()
        assert await slow == ("10.0.0.1",)

    run(work)


def test_an_asker_that_gives_up_takes_the_answer_from_no_other(names: Names) -> None:
    names.found["slow.cn"] = ["10.0.0.1"]
    names.slow["slow.cn"] = threading.Event()

    async def work(found: Addresses) -> None:
        hasty, patient = (asyncio.ensure_future(found.of("slow.cn")) for _ in range(2))
        await asyncio.sleep(0.01)
        hasty.cancel()
        names.slow["slow.cn"].set()
        assert await patient == ("10.0.0.1",)
        assert hasty.cancelled()

    run(work)
    assert names.asked == {"slow.cn": 1}


def test_no_more_names_are_remembered_than_there_is_room_for(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "LIMIT", 3)
    names.found |= {f"{n}.cn": ["10.0.0.1"] for n in range(9)}

    async def work(found: Addresses) -> int:
        for n in range(9):
            await found.of(f"{n}.cn")
        return sum(found.known(f"{n}.cn") for n in range(9))

    assert 1 <= run(work) <= 3


def test_each_event_loop_has_one_for_all() -> None:
    async def main() -> Addresses:
        assert shared() is shared()
        return shared()

    assert asyncio.run(main()) is not asyncio.run(main())


# --- for aiohttp ---


def test_no_address_is_dialled_that_is_not_counted(names: Names) -> None:
    names.found["a.cn"] = [f"10.0.0.{n}" for n in range(9)]

    async def work(found: Addresses) -> None:
        counted = await found.of("a.cn")
        assert counted == tuple(r["host"] for r in await found.resolve("a.cn", 80))
        assert len(counted) == addresses.MOST

    run(work)


def test_the_addresses_are_dialled_in_their_order(names: Names) -> None:
    names.found["a.cn"] = ["fe80::1", "10.0.0.9", "10.0.0.10"]

    async def work(found: Addresses) -> list[list[str]]:
        families = (socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET6)
        return [[r["host"] for r in await found.resolve("a.cn", 80, family)] for family in families]

    assert run(work) == [["10.0.0.9", "10.0.0.10", "fe80::1"], ["10.0.0.9", "10.0.0.10"], ["fe80::1"]]


def test_a_name_that_leads_nowhere_is_told_as_the_system_tells_it(names: Names) -> None:
    async def work(found: Addresses) -> None:
        for _ in range(2):  # the second time from memory
            with pytest.raises(socket.gaierror) as caught:
                await found.resolve("b.cn", 80)
            assert caught.value.errno == socket.EAI_NONAME

    run(work)


def test_aiohttp_dials_it_and_its_end_is_not_the_end_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    with served("127.70.0.5") as server:
        server.pages["/"] = "<p>文</p>"
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, *a, **k: real(server.address if host == "a.cn" else host, *a, **k)
        )

        async def work(found: Addresses) -> list[str]:
            texts, url = [], f"http://a.cn:{server.port}/"
            for _ in range(2):
                connector = aiohttp.TCPConnector(resolver=found)
                async with aiohttp.ClientSession(connector=connector) as session, session.get(url) as response:
                    texts.append(await response.text())
            return texts

        assert run(work) == ["<p>文</p>"] * 2
