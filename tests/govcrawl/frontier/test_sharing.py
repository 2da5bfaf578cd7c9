"""Who asks a link's target, on the real stores: the first one does, the others get its answer or wait for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import redis

from govcrawl.contracts import Answer, Lease, Page, Result, Task
from govcrawl.errors import BadMessage
from govcrawl.frontier import sharing
from govcrawl.frontier.codec import is_shared, target_of, task_id
from govcrawl.store import Store
from tests.govcrawl.build import task

AT = datetime(2018, 6, 1, tzinfo=UTC)
URL = "http://b.gov.cn/a.pdf"


def lease(site: str = "5300000001", url: str = URL, role: str = "link", **more: Any) -> Lease:
    one = task(site=site, role=role, url=url, found_on=f"http://{site}.gov.cn/")
    return Lease("c:1", task_id(one), "w:1", 1, one, **({"at": 1.0} | more))


def sort(client: redis.Redis, store: Store, *leases: Lease) -> sharing.Sorted:
    return asyncio.run(sharing.sort(client, leases, store.answers))


def answered(store: Store, one: Lease, **more: Any) -> None:
    page = Page(
        one.task.url,
        **({"outcome": "http_error", "status": 404, "at": AT, "seconds": 0.1, "body": b"x", "worker": "w"} | more),
    )
    children = tuple(replace(one.task, url=f"{one.task.url}.new") for _ in range(page.outcome == "redirect"))
    store.save_results([Result(one, page, children=children)])


def test_the_first_asks_and_the_others_wait_until_they_are_told(client: redis.Redis, store: Store) -> None:
    one, two, three = lease(), lease("5300000002"), lease("5300000003")
    first = sort(client, store, one, two)
    assert (first.ask, first.told, first.wait) == ([one], [], [two])
    assert sort(client, store, three).wait == [three]
    assert sort(client, store, one).ask == [one]  # tries again
    answered(store, replace(one, attempt=2))
    (told,) = sort(client, store, three).told
    assert told.answer
    assert (told.answer.page.status, told.answer.page.at, told.attempt) == (404, AT, 2)
    assert (told.id, told.token, told.task) == (three.id, three.token, three.task)
    assert (told.answer.size, told.answer.page.body) == (1, b"")


def test_a_worker_that_died_is_waited_for_only_so_long(client: redis.Redis, store: Store) -> None:
    sort(client, store, lease())
    (mark,) = client.keys("gc:asks:*")
    assert 0 < client.ttl(mark) <= sharing.ASKING_S
    client.delete(mark)  # as when its time is over
    assert sort(client, store, lease("5300000002")).ask


@pytest.mark.parametrize(
    "other",
    [lease("5300000002", "http://www.b.gov.cn/a.pdf"), lease("5300000002", URL.replace("http:", "https:")), replace(lease("5300000002"), round_key="c:2")],
)  # fmt: skip
def test_another_server_or_round_is_another_target(client: redis.Redis, store: Store, other: Lease) -> None:
    one = lease()
    sort(client, store, one)
    answered(store, one)
    assert sort(client, store, other).ask == [other]


def test_a_fault_of_ours_is_nobodys_answer(client: redis.Redis, store: Store) -> None:
    one = lease()
    answered(store, one, outcome="our_fault", status=None)
    assert sort(client, store, lease("5300000002")).told == []


def test_after_a_fault_of_ours_the_next_site_asks_at_once(client: redis.Redis, store: Store) -> None:
    one, two = lease(), lease("5300000002")
    assert sort(client, store, one).ask == [one]
    assert sort(client, store, two).wait == [two]
    sharing.forget(client, [one, lease("5300000003", role="page")])
    assert sort(client, store, two).ask == [two]


def test_what_was_planned_beside_a_redirect_is_not_where_it_leads(client: redis.Redis, store: Store) -> None:
    one = lease()
    page = Page(URL, "redirect", 302, AT, 0.1, worker="w")
    nowhere = replace(one.task, role="nowhere", url="http://b.gov.cn/nothing-here")
    store.save_results([Result(one, page, children=(nowhere,))])
    (told,) = sort(client, store, lease("5300000002")).told
    assert told.answer
    assert told.answer.page.headers == ()


def test_where_a_redirect_leads_is_known_to_all(client: redis.Redis, store: Store) -> None:
    answered(store, lease(), outcome="redirect", status=302)
    (told,) = sort(client, store, lease("5300000002")).told
    assert told.answer
    assert told.answer.page.headers == (("Location", f"{URL}.new"),)


def test_a_told_result_is_no_answer_to_others_and_keeps_what_was_measured(client: redis.Redis, store: Store) -> None:
    answered(store, lease())
    (told,) = sort(client, store, lease("5300000002")).told
    assert isinstance(told.answer, Answer)
    store.save_results([Result(told, told.answer.page)])
    asked, shared = sorted(store.db["pages"].find(), key=lambda d: d["shared"])
    assert [asked[k] for k in ("at", "sha256", "size", "worker")] == [
        shared[k] for k in ("at", "sha256", "size", "worker")
    ]
    assert [d["page"] for d in store.db["targets"].find()] == [asked["_id"]]


def test_without_a_store_each_asks_for_itself(client: redis.Redis, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: object) -> dict[str, Answer]:
        raise BadMessage("von gestern", b"")

    leases = [lease(), lease("5300000002")]
    assert asyncio.run(sharing.sort(client, leases, broken)).ask == leases
    assert "can't be shared now" in caplog.text
    assert asyncio.run(sharing.sort(client, leases, None)).ask == leases


def test_only_links_and_what_cannot_exist_are_shared() -> None:
    roles = ("link", "nowhere", "file", "page", "home", "closed", "column")
    assert [r for r in roles if is_shared(Task("1", "site", r, URL))] == ["link", "nowhere"]  # type: ignore[arg-type]
    assert target_of(lease()) == target_of(lease("5300000002"))
