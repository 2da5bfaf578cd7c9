"""Rubbish on the queue: put aside with its reason, never executed, and the round still closes."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import redis

from govcrawl.contracts import Lease
from govcrawl.frontier.codec import encode, task_id
from govcrawl.frontier.frontier import Frontier, Settled
from tests.govcrawl.build import task
from tests.govcrawl.frontier.inside import KEY, assert_books, prefixes, run_out, take, time_passes

ONE, GOOD = task(1), task(2, host="b.gov.cn")


@pytest.fixture
def frontier(client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Frontier:
    monkeypatch.setenv("GOVCRAWL_PARTITIONS", "2")
    return Frontier(client)


class Bomb:
    """Whoever unpickles it leaves a file behind."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path("exploded").touch, ()


def written(**more: object) -> bytes:
    return json.dumps({"s": ONE.site, "r": "page", "u": ONE.url, "p": 50} | more).encode()


RUBBISH = {
    "no JSON": (b"http://a.gov.cn/1", "JSON"), "cut off": (encode(ONE)[:-5], "JSON"), "bytes": (b'{"s": "\xff"}', "JSON"),
    "no object": (b'["a"]', "JSON 对象"), "a number": (b"5", "JSON 对象"), "nested without end": (b"[" * 100_000, "JSON"),
    "pickle": (pickle.dumps(Bomb()), "JSON"), "missing": (None, "JSON"), "empty": (b"", "JSON"),
    "another task's": (encode(GOOD), "不是所列的任务"), "another site's": (written(s="6"), "不是所列的任务"),
    "unknown role": (written(r="exec"), "未知的角色"), "role of another type": (written(r=["page"]), "未知的角色"),
    "unknown kind": (written(k="shell"), "字段不合规"), "unknown key": (written(callback="os.system"), "未知的键"),
    "a field of another type": (written(u=5), "字段不合规"), "a file": (written(u="file:///etc/passwd"), "http"),
    "a broken URL": (written(u="http://["), "http"), "a broken host": (written(u="http://\u2100.cn/"), "http"),
}  # fmt: skip


def spoil(frontier: Frontier, raw: bytes | None) -> None:
    name = prefixes(frontier)[frontier.partitions.of(ONE.site)] + "t"
    if raw is None:
        frontier.client.hdel(name, task_id(ONE))
    else:
        frontier.client.hset(name, task_id(ONE), raw)


def pending(_: Frontier) -> None:
    pass


def leased(frontier: Frontier) -> None:
    """Its worker dies."""
    take(Frontier(frontier.client), queues={"site": 9})
    run_out(frontier)


def due(frontier: Frontier) -> None:
    frontier.settle([Settled(lease, "retry", retry_s=60) for lease in take(frontier)])
    time_passes(frontier)


def for_its_last_try(frontier: Frontier) -> None:
    leased(frontier)
    leased(frontier)


@pytest.mark.parametrize("state", [pending, leased, due, for_its_last_try], ids=lambda state: state.__name__)
@pytest.mark.parametrize("what", RUBBISH)
def test_it_is_put_aside_and_the_round_closes(
    what: str, state: Any, opened: Frontier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    raw, reason = RUBBISH[what]
    opened.add(KEY, [ONE, GOOD])
    state(opened)
    spoil(opened, raw)
    done = worked(opened)
    assert [lease.task for lease in done] == [GOOD]
    (dead,) = opened.dead(KEY)
    assert (dead.id, dead.site, dead.task, opened.open(KEY)) == (task_id(ONE), ONE.site, None, 0)
    assert reason in dead.reason
    assert opened.add(KEY, [ONE]) == 0
    assert_books(opened)
    assert list(tmp_path.iterdir()) == []


def worked(frontier: Frontier) -> list[Lease]:
    """Workers that take and finish whatever there is."""
    done = []
    for _ in range(3):
        leases = take(frontier)
        frontier.settle([Settled(lease, "ack") for lease in leases])
        done += leases
    return done


def test_a_message_spoilt_under_a_worker_that_holds_its_task_does_no_harm(opened: Frontier) -> None:
    opened.add(KEY, [ONE])
    (lease,) = take(opened)
    spoil(opened, b"rubbish")
    assert opened.settle([Settled(lease, "ack")]) == 0
    assert (opened.counts(KEY).done, opened.dead(KEY)) == (1, [])
    assert_books(opened)


def test_revived_it_is_put_aside_again(opened: Frontier) -> None:
    opened.add(KEY, [ONE])
    spoil(opened, None)
    for _ in range(2):
        assert take(opened) == []
        assert opened.revive(KEY, opened.dead(KEY)) == 1
    spoil(opened, encode(ONE))  # unless somebody mended it
    assert [lease.task for lease in take(opened)] == [ONE]
    assert_books(opened)


# --- what lies around the messages ---

LANE, HOSTS = f"l:site:a.gov.cn|{ONE.site}", "h:site:a.gov.cn"
STRUCTURE: dict[str, Any] = {
    "its lane is gone": lambda client, p: client.delete(p + LANE),
    "its host's sites are gone": lambda client, p: client.delete(p + HOSTS),
    "a host of no site": lambda client, p: client.zadd(p + "r:site", {"x.gov.cn": 0}),
    "a site of no lane": lambda client, p: client.zadd(p + HOSTS, {"999": -1}),
    "no member of alone": lambda client, p: client.zadd(p + "alone:site", {b"rubbish": 1}),
    "no member of due": lambda client, p: client.zadd(p + "due", {b"rubbish": 1}),
    "an id without its slip in due": lambda client, p: client.zadd(p + "due", {b"123456789012nonsense": 1}),
    "a lease of nobody": lambda client, p: client.zadd(p + "leases", {b"123456789012": 1}),
    "a lease without its slip": lambda client, p: (
        client.zadd(p + "leases", {b"123456789012": 1}), client.hset(p + "lease", b"123456789012", b"rubbish"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", STRUCTURE)
def test_a_key_that_fits_no_other_keeps_no_task_of_the_round_waiting(what: str, opened: Frontier) -> None:
    opened.add(KEY, [ONE, GOOD])
    prefix = prefixes(opened)[opened.partitions.of(ONE.site)]
    STRUCTURE[what](opened.client, prefix)
    found = {lease.task.url for _ in range(3) for lease in take(opened)}
    assert found == {GOOD.url} | ({ONE.url} if "gone" not in what else set())
    assert run_out(opened, only=[b"123456789012"]) == (1 if "a lease" in what else 0)
    take(opened)
    left = opened.client.zrange(prefix + "due", 0, -1) + opened.client.zrange(prefix + "alone:site", 0, -1)
    assert (left, opened.client.zscore(prefix + "leases", b"123456789012")) == ([], None)


def test_a_dead_one_without_its_slip_is_listed_and_does_not_come_back(opened: Frontier) -> None:
    opened.client.hset(prefixes(opened)[0] + "dead", b"123456789012", b"rubbish")
    (dead,) = opened.dead(KEY)
    assert (dead.site, dead.task, opened.revive(KEY, [dead])) == ("", None, 0)
