"""What is fetched for a page's scripts, and what is known to be missing afterwards."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from govcrawl.contracts import Outcome, Page
from govcrawl.rendering import errands
from govcrawl.rendering.errands import Errands, Shelf
from govcrawl.rendering.tab import Answer, Asked

HOST = "http://www.example.gov.cn"
AT = datetime(2018, 6, 15, tzinfo=UTC)


def asked(path: str, kind: str = "data", method: str = "GET", body: bytes = b"", accept: str = "*/*") -> Asked:
    return Asked(path if "//" in path else HOST + path, method, kind, {"Accept": accept}, body)  # type: ignore[arg-type]


class World:
    """Sends every request somewhere; ``sent``: what came."""

    def __init__(self, outcome: Outcome = "ok", status: int | None = 200) -> None:
        self.outcome, self.status, self.sent = outcome, status, list[str]()

    async def __call__(self, one: Asked) -> Page:
        self.sent.append(one.url.removeprefix(HOST))
        await asyncio.sleep(0)
        return Page(one.url, self.outcome, self.status, AT, 0.1, body=b"answer")


def run(world: World, *wants: Asked, shelf: Shelf | None = None) -> tuple[list[Answer | None], list[str]]:
    async def main() -> tuple[list[Answer | None], list[str]]:
        one = Errands(f"{HOST}/tzgg/", world, shelf or Shelf())
        answers = await asyncio.gather(*map(one, wants))
        return list(answers), [url.removeprefix(HOST) for url in one.missing]

    return asyncio.run(main())


def test_each_thing_is_asked_for_once_however_often_a_page_wants_it() -> None:
    world = World()
    answers, missing = run(world, asked("/a"), asked("/a"), asked("/a", method="POST", body=b"1"), asked("/a?p=2"))
    assert world.sent == ["/a", "/a", "/a?p=2"]
    assert answers == [Answer(200, (), b"answer")] * 4
    assert missing == []


@pytest.mark.parametrize(
    "url",
    [
        "https://hm.baidu.com/hm.js?0123456789abcdef", "http://s4.cnzz.com/stat.php?id=1", "//js.users.51.la/1.js",
        "http://bdimg.share.baidu.com/static/api/js/share.js", "https://zfwzzc.kaipuyun.cn/js/jiucuo.js",
        "http://bszs.conac.cn/sitename?method=show", "https://www.google-analytics.com/analytics.js",
        f"{HOST}/js/webdig.js?z=12", f"{HOST}/stat/tongji.js", "http://static.bshare.cn/b/buttonLite.js",
    ],
)  # fmt: skip
def test_counters_and_share_buttons_are_left_aside_and_not_missed(url: str) -> None:
    world = World()
    assert run(world, asked(url, "script"), asked(url)) == ([None, None], [])
    assert world.sent == []


@pytest.mark.parametrize(
    "url",
    [
        f"{HOST}/js/app.js",
        f"{HOST}/api/statistics/list",
        "https://cdn.jsdelivr.net/npm/vue@2",
        f"{HOST}/share/list.json",
    ],
)
def test_what_may_draw_the_page_is_fetched(url: str) -> None:
    world = World()
    run(world, asked(url, "script"))
    assert world.sent == [url.removeprefix(HOST)]


@pytest.mark.parametrize(
    ("outcome", "status", "given", "missed"),
    [
        ("ok", 200, True, False),
        ("redirect", 302, True, False),
        ("http_error", 404, True, False),  # every reader gets this
        ("http_error", 500, True, True),
        ("http_error", 429, True, True),
        ("http_error", 403, True, True),
        ("challenge", 412, False, True),
        ("timeout", None, False, True),
        ("refused_by_us", None, False, True),
        ("our_fault", None, False, True),
    ],
)
def test_what_others_may_have_had_in_our_place_is_missing(
    outcome: Outcome, status: int | None, given: bool, missed: bool
) -> None:
    (answer,), missing = run(World(outcome, status), asked("/api"))
    assert (answer is not None, bool(missing)) == (given, missed)


def test_a_strangers_script_that_fails_is_not_missed_but_own_scripts_and_all_data_are() -> None:
    wants = asked("//cdn.a.com/x.js", "script"), asked("/x.js", "script"), asked("//api.b.gov.cn/list")
    assert run(World("timeout", None), *wants)[1] == ["/x.js", "//api.b.gov.cn/list"]


def test_a_page_that_asks_for_too_much_or_without_end_misses_it() -> None:
    world = World()
    many = [asked(f"/api?t={n}") for n in range(errands.MAX_REQUESTS + 2)]
    assert run(world, *many)[1] == ["/api?t=40", "/api?t=41"]
    assert len(world.sent) == errands.MAX_REQUESTS
    assert run(world, asked("/e", accept="text/event-stream"), asked("/d", method="DELETE"))[1] == ["/e", "/d"]


def test_scripts_stay_on_the_shelf_for_other_pages_and_data_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    world, shelf = World(), Shelf()
    for _ in range(2):
        run(world, asked("/vue.js", "script"), asked("/api"), shelf=shelf)
    assert world.sent == ["/vue.js", "/api", "/api"]
    monkeypatch.setattr(errands, "SHELF_BYTES", 12)
    run(world, asked("/b.js", "script"), asked("/c.js", "script"), shelf=shelf)
    assert [shelf.get(f" {HOST}{path}") is not None for path in ("/vue.js", "/b.js", "/c.js")] == [False, False, True]


def test_a_shelf_forgets_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errands, "SHELF_S", -1.0)
    world, shelf = World(), Shelf()
    for _ in range(2):
        run(world, asked("/vue.js", "script"), shelf=shelf)
    assert world.sent == ["/vue.js", "/vue.js"]
