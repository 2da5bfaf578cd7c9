"""What somebody tries who means harm: from a crawled page, from another site, at the door, and from within."""

from __future__ import annotations

import asyncio
import io
import os
import re
import sys
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from govcrawl import desk
from govcrawl.cli import main
from govcrawl.errors import InputError
from govcrawl.services import Urls
from govcrawl.store import Store
from reporting.console import app, doors, serve
from reporting.console.doors import Doors, Slow
from tests.reporting.console import made
from tests.reporting.console.conftest import Enter
from tests.reporting.console.made import ONE, PASSWORD, SITE, XSS, Visitor, field_of, finding

PAGES = (
    "/",
    "/queue",
    "/sites",
    "/ledger",
    f"/site/{SITE.code}",
    f"/finding/{finding(1).id}",
    f"/finding/{finding(2).id}",
    "/users",
)


# --- from a crawled page ----------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """As a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_no_crawled_word_becomes_html_and_no_link_leads_into_a_script(enter: Enter) -> None:
    visitor, told = enter("管", "admin"), 0
    for path in PAGES:
        page = visitor.get(path).text
        told += "alert(1)" in page
        tags = Tags(page).found
        assert [tag for tag in tags if tag[0] == "script"] == [("script", {"src": "/static/console.js", "defer": None})]
        assert not {"img", "style", "base", "object"} & {name for name, _ in tags}
        for _, given in tags:
            assert not [name for name in given if name.startswith("on") or name == "style"]
            assert not [
                v for v in (given.get("href"), given.get("src"), given.get("action")) if v and v.startswith("java")
            ]
    assert told == 5, "it is shown as text"


def test_reason_wording_and_messages_are_escaped_too(enter: Enter) -> None:
    visitor = enter()
    visitor.decide(2, "confirmed", reason=XSS, wording=XSS)
    for path in (f"/finding/{finding(2).id}", "/queue?review=confirmed", f"/queue?told={XSS.replace(' ', '%20')}"):
        page = visitor.get(path).text
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page


def test_the_stored_page_may_do_nothing(enter: Enter) -> None:
    visitor = enter()
    for what, kind in (("page", "text/html"), ("text", "text/plain")):
        answer = visitor.get(f"/finding/{finding(1).id}/{what}/1")
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["Content-Type"].startswith(kind)
        assert policy.startswith("default-src 'none'")
        assert {"sandbox", "form-action 'none'", "base-uri 'none'"} <= {part.strip() for part in policy.split(";")}
        assert "allow-" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_answer_bears_its_headers_and_loads_nothing_of_another_host(enter: Enter) -> None:
    visitor = enter("管", "admin")
    for path in (*PAGES, "/login", "/static/console.js", "/nothing", "/queue?after=!"):
        answer = visitor.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == ("max-age=300" if path.startswith("/static") else "no-store")
        loaded = [given[k] or "" for _, given in Tags(answer.text).found for k in ("src", "action") if k in given]
        assert all(one.startswith("/") for one in loaded)


# --- from another site ------------------------------------------------------------------------------------------------

FORGED: list[tuple[str, Callable[[Visitor], made.Answer]]] = [
    ("no token", lambda v: v.post("/decide", {"review": "confirmed", "pick": f"{finding(1).id}:0"})),
    ("a wrong one", lambda v: v.decide(1, "confirmed", token="x" * 43)),
    ("another origin", lambda v: Visitor(v.port, v.cookies, {"Origin": "http://evil.example"}).decide(1, "confirmed")),
    ("across sites", lambda v: Visitor(v.port, v.cookies, {"Sec-Fetch-Site": "cross-site"}).decide(1, "confirmed")),
    ("a subdomain", lambda v: Visitor(v.port, v.cookies, {"Sec-Fetch-Site": "same-site"}).decide(1, "confirmed")),
    ("no session", lambda v: Visitor(v.port).post("/decide", {"review": "confirmed", "pick": f"{finding(1).id}:0"})),
    ("by GET", lambda v: v.get(f"/decide?review=confirmed&pick={finding(1).id}:0")),
]


def test_a_forged_form_changes_nothing(enter: Enter, store: Store) -> None:
    visitor = enter()
    for name, forged in FORGED:
        assert forged(visitor).status in (403, 405), name
        assert store.decided([ONE.id]) == {}, name
    visitor.decide(1, "confirmed")
    assert len(store.decided([ONE.id])) == 1


def test_the_token_of_another_person_is_none(enter: Enter, store: Store) -> None:
    theirs = field_of(enter("乙").get("/queue").text, "token")
    assert enter("甲").decide(1, "confirmed", token=theirs).status == 403
    assert store.decided([ONE.id]) == {}


def test_a_log_in_form_that_we_did_not_give_is_refused(port: int, store: Store) -> None:
    made.user(store, "甲")
    for token in ("", "x" * 64):
        answer = Visitor(port).post("/login", {"token": token, "name": "甲", "password": PASSWORD})
        assert (answer.status, answer.headers.get("Set-Cookie", "").startswith("govcrawl=")) == (403, False)


def test_a_form_leads_nowhere_else(enter: Enter) -> None:
    visitor = enter()
    for to in (
        "//evil.example/",
        "http://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nX: y",
        "/\t/evil.example",
    ):
        assert visitor.decide(1, "confirmed", next=to).to.startswith("/queue"), to
    back = [
        given.get("href")
        for tag, given in Tags(visitor.get(f"/finding/{finding(1).id}?back=//evil.example/").text).found
        if tag == "a"
    ]
    assert not [link for link in back if link and "evil" in link]


def test_cookies_are_for_this_console_and_no_script(port: int, enter: Enter) -> None:
    made_up = Visitor(port)
    set_ = [made_up.get("/login").headers["Set-Cookie"]]
    token = field_of(made_up.get("/login").text, "token")
    enter("甲")
    set_.append(made_up.post("/login", {"token": token, "name": "甲", "password": PASSWORD}).headers["Set-Cookie"])
    assert all("HttpOnly" in one and "Path=/" in one for one in set_)
    assert ["SameSite=Strict" in set_[0], "SameSite=Lax" in set_[1]] == [True, True]
    assert not any("Secure" in one for one in set_), "this one speaks http with this machine alone"


def test_with_tls_cookies_say_so_and_the_proxy_says_who_asks(store: Store, tmp_path: Path) -> None:
    made.fill(store, tmp_path)
    made.user(store, "甲")
    with made.running(store, tmp_path, secure=True, behind_proxy=True) as port:
        visitor = Visitor(port, more={"X-Forwarded-For": "6.6.6.6, 10.0.0.1"})
        answer = visitor.log_in("甲")
        assert answer.headers["Set-Cookie"].startswith("__Host-govcrawl=")
        assert "Secure" in answer.headers["Set-Cookie"]
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        # whatever one writes before, the proxy's own word counts
        guessers = [Visitor(port, more={"X-Forwarded-For": f"9.9.9.{n}, 10.0.0.1"}) for n in range(6)]
        assert [one.log_in("甲", "wrong").status for one in guessers] == [403] * 5 + [429]
        assert Visitor(port, more={"X-Forwarded-For": "10.0.0.2"}).log_in("甲").status == 303


# --- at the door ------------------------------------------------------------------------------------------------------


def test_whoever_guesses_is_slowed_down_and_the_right_password_does_not_help(port: int, store: Store) -> None:
    made.user(store, "甲")
    visitor = Visitor(port)
    told = [visitor.log_in("甲", f"guess {n} of many") for n in range(7)]
    assert [a.status for a in told] == [403] * 5 + [429] * 2
    assert int(told[-1].headers["Retry-After"]) > 600
    assert visitor.log_in("甲").status == 429
    assert visitor.log_in(" 甲 ").status == 429, "it is the same name"


def test_a_name_that_is_not_there_is_told_like_one_that_is(port: int, store: Store) -> None:
    made.user(store, "甲")
    made.user(store, "乙", active=False)
    told = {
        re.sub(r'value="\w+"', "", Visitor(port).log_in(name, word).text)
        for name, word in (("甲", "x" * 12), ("丙", "x" * 12), ("乙", PASSWORD))
    }
    assert len(told) == 1


def test_many_guesses_at_once_gain_nothing(store: Store) -> None:
    made.user(store, "甲")

    async def guess() -> Counter[bool]:
        door = Doors(store)
        told = await asyncio.gather(*(door.enter("甲", f"guess {n}", "127.0.0.1") for n in range(12)))
        return Counter(wait > 0 for _, wait in told)

    assert asyncio.run(guess()) == {False: 5, True: 7}


def test_the_door_forgets_after_a_while_and_keeps_others_out_of_it() -> None:
    now = [0.0]
    slow = Slow(lambda: now[0])
    assert [slow.wait("甲", "a") for _ in range(6)] == [0] * 5 + [900]
    assert slow.wait("乙", "b") == 0
    assert slow.wait("甲", "b") == 0, "the owner, elsewhere"
    assert [slow.wait(f"用户{n}", "a") for n in range(16)][-1] == 900, "an address that tries many names"
    now[0] = 901.0
    assert slow.wait("甲", "a") == 0
    slow.forgive("甲", "a")
    assert [slow.wait("甲", "a") for _ in range(6)][-1] > 0
    for n in range(doors.KEYS + 50):
        slow.wait(f"n{n}", f"a{n}")
    assert len(slow.seen) <= doors.KEYS


def test_a_session_ends(store: Store) -> None:
    now = [0.0]
    made.user(store, "甲")

    async def live() -> list[bool]:
        door, told = Doors(store, lambda: now[0]), []
        cookie, _ = await door.enter("甲", PASSWORD, "127.0.0.1")
        for at in (10.0, 10.0 + doors.IDLE_S + 1):
            now[0] = at
            told.append(await door.who(cookie) is not None)
        cookie, _ = await door.enter("甲", PASSWORD, "127.0.0.1")
        while now[0] < 10.0 + doors.IDLE_S + doors.LIFE_S:
            now[0] += doors.IDLE_S / 2
            await door.who(cookie)
        told.append(await door.who(cookie) is not None)
        cookie, _ = await door.enter("甲", PASSWORD, "127.0.0.1")
        user = desk.user(store.db, "甲")
        assert user
        desk.save_user(store.db, doors.StoredUser("甲", "reviewer", doors.hashed("another one"), True, user.since))
        told.append(await door.who(cookie) is not None)
        return told

    assert asyncio.run(live()) == [True, False, False, False]


def test_after_log_out_the_cookie_opens_nothing(enter: Enter) -> None:
    visitor = enter()
    kept = dict(visitor.cookies)
    visitor.post("/logout", {"token": field_of(visitor.get("/queue").text, "token")})
    assert Visitor(visitor.port, kept).get("/queue").to == "/login"


# --- from within --------------------------------------------------------------------------------------------------------


def test_without_log_in_nothing_is_shown(port: int) -> None:
    for path in (*PAGES, f"/finding/{finding(1).id}/page/1", f"/finding/{finding(1).id}/picture/1"):
        answer = Visitor(port).get(path)
        assert (answer.status, answer.to) == (303, "/login")
        assert "网站" not in answer.text


@pytest.mark.parametrize("role", ["reviewer", "clerk"])
def test_nobody_makes_himself_an_admin(role: doors.Role, enter: Enter, store: Store) -> None:
    visitor = enter("甲", role)
    token = field_of(visitor.get("/queue").text, "token")
    assert visitor.get("/users").status == 403
    for form in ({"name": "甲", "role": "admin", "active": "yes"}, {"name": "乙", "role": "admin"}):
        assert visitor.post("/users", {"token": token, **form}).status == 403
    assert (
        visitor.post(
            "/decide", {"token": token, "role": "admin", "review": "confirmed", "pick": f"{finding(1).id}:0"}
        ).status
        == 303
    )
    user = desk.user(store.db, "甲")
    assert user
    assert user.role == role


def test_a_reviewer_does_not_change_what_another_decided_a_clerk_does(enter: Enter, store: Store) -> None:
    first, second, clerk = enter("甲"), enter("乙"), enter("丙", "clerk")
    first.decide(1, "confirmed")
    assert "须由承办人更改" in second.get(second.decide(1, "dismissed", seen=1, reason="误报").to).text
    assert store.decided([ONE.id])[finding(1).id].by == "甲"
    clerk.decide(1, "dismissed", seen=1, reason="误报")
    assert store.decided([ONE.id])[finding(1).id].by == "丙"
    first.decide(3, "confirmed")
    first.decide(3, "pending", seen=1)
    assert store.decided([ONE.id])[finding(3).id].number == 2, "their own they may"


LEADING_OUT = (
    "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/%2e%2e/doors.py", "/static/console.js/../../doors.py",
    "/finding/../users", f"/finding/{finding(1).id}/page/0", f"/finding/{finding(1).id}/page/2", f"/finding/{finding(1).id}/page/-1",
    f"/finding/{finding(1).id}/picture/1", "/finding/..%2f..%2fetc%2fpasswd/picture/1", f"/finding/{finding(1).id.upper()}x",
    "/site/..%2f..", "/site/999", f"/finding/{'f' * 20}", "/static/console.js%00", "/?campaign=../../x", "/site/$ne",
)  # fmt: skip


def test_no_path_leads_out(enter: Enter) -> None:
    visitor = enter()
    for path in LEADING_OUT:
        answer = visitor.get(path)
        assert answer.status in (403, 404), path
        assert "import " not in answer.text
        assert "root:" not in answer.text


def test_a_form_that_is_none_is_refused(enter: Enter, store: Store) -> None:
    visitor, id_ = enter(), finding(1).id
    for pick in (
        "x",
        f"{id_}:0:1",
        id_,
        f"{id_}:-1",
        f"{id_}:99999999999",
        '{"$ne": 1}:0',
        [f"{n:020x}:0" for n in range(501)],
    ):
        assert visitor.decide(1, "confirmed", pick=pick).status == 400
    assert visitor.decide(1, "perhaps").status == 400
    assert store.decided([ONE.id]) == {}


def test_a_form_beyond_all_measure_is_refused(enter: Enter) -> None:
    assert enter().decide(1, "confirmed", reason="长" * app.FORM_MOST).status == 413


# --- the command ------------------------------------------------------------------------------------------------------


def test_users_are_made_on_the_command_line(
    urls: Urls, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in urls.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    assert main(["console", "user", "add", "张三", "--role", "clerk"]) == 0
    assert capsys.readouterr().out == "张三（承办人）已可登录\n"
    user = desk.user(store.db, "张三")
    assert user
    assert (user.role, user.active, doors.is_right(user.hash, PASSWORD)) == ("clerk", True, True)
    assert user.hash.startswith("$argon2id$")
    assert PASSWORD not in user.hash


def test_the_other_verbs(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    made.user(store, "甲")
    doors.manage(store, "remove", "甲", "reviewer")
    doors.manage(store, "list", "", "reviewer")
    assert "甲  复核员（已停用）" in capsys.readouterr().out
    for password in ("short", "甲" * 300, ""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
        with pytest.raises(InputError, match="口令须有"):
            doors.manage(store, "add", "乙", "admin")
    for name in ("", "  "):
        with pytest.raises(InputError, match="缺少姓名"):
            doors.manage(store, "add", name, "admin")
    with pytest.raises(InputError, match="没有用户"):
        doors.manage(store, "remove", "丙", "admin")
    assert [u.name for u in desk.users(store.db)] == ["甲"]


def test_other_machines_are_not_let_in_without_tls(store: Store) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::", "example.cn"):
        with pytest.raises(InputError, match="TLS"):
            serve(store.uri, host, 8531, "", "", False)
    with pytest.raises(InputError, match="PEM"):
        serve(store.uri, "127.0.0.1", 8531, os.devnull, "", False)


def test_a_port_that_is_taken_is_told(port: int, store: Store) -> None:
    with pytest.raises(InputError, match="--port"):
        serve(store.uri, "127.0.0.1", port, "", "", False)
