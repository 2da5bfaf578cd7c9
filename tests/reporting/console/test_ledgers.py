"""The ledger on the desk: who sees what, what a clerk writes down, and the notices; forged forms and crawled words change nothing."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from urllib.parse import quote

import pytest

from govcrawl import ledger, rechecks, reviews
from govcrawl.documents import StoredRecheck
from govcrawl.reviews import Wish
from govcrawl.store import Store
from reporting import book, notices
from tests.reporting.console.conftest import Enter
from tests.reporting.console.made import AT, ONE, OTHER, PACK, SITE, XSS, Answer, Visitor, field_of, finding, shown

DUE, NUMBER = date(2018, 7, 15), "整改〔2018〕1号"


@pytest.fixture
def told(port: int, store: Store) -> Store:
    """Three faults of one site of which its office was told, and one of another site that nobody was told of."""
    wishes = [Wish(finding(n).id, 0, "confirmed") for n in (1, 2, 3, 61)]
    reviews.decide(store.db, wishes, "甲", AT)
    seen = book.load(store, ONE.id, "", AT)
    assert len(list(notices.notify(store, seen, [SITE.code], DUE, AT.date(), "承办人", AT))) == 1
    return store


def write(visitor: Visitor, n: int, state: str, seen: int = 1, **more: object) -> Answer:
    """From the page of the ledger, as its form does."""
    token = field_of(visitor.get("/queue").text, "token")
    form = {"token": token, "state": state, "pick": f"{n:020x}:{seen}", "next": "/ledger", "reason": "看过"}
    return visitor.post(f"/ledger?campaign={ONE.id}", form | more)


def said(answer: Answer, visitor: Visitor) -> str:
    """What the page says that the form led to."""
    assert answer.status == 303
    return unescape(re.findall(r'role="status">([^<]*)', visitor.get(answer.to).text)[0])


def state_of(store: Store, n: int) -> str:
    return ledger.state_of(ledger.histories(store.db, ONE.id).get(finding(n).id, []))


def test_faults_by_place_state_site_and_delay(told: Store, enter: Enter) -> None:
    visitor = enter()
    page = visitor.get("/ledger").text
    assert sorted(shown(page)) == [1, 2, 3, 61]
    assert "问题台账 4 个，超期 3 个" in page  # it is long past 2018
    assert f"{NUMBER}</a>，2018-06-14 通知，期限 2018-07-15" in page
    assert "<script>alert" not in page
    assert "javascript:" not in re.sub(r'class="where">[^<]*', "", page)
    assert shown(visitor.get(f"/ledger?group={quote(OTHER.group)}").text) == [61]
    assert shown(visitor.get("/ledger?state=found").text) == [61]
    assert shown(visitor.get(f"/ledger?site={OTHER.code}&overdue=yes").text) == []
    assert sorted(shown(visitor.get("/ledger?overdue=yes&page=1").text)) == [1, 2, 3]
    assert shown(visitor.get("/ledger?page=7").text) == []
    assert visitor.get("/ledger?page=x").status == 200
    assert shown(visitor.get("/ledger?organiser=x").text) == []
    assert visitor.get("/ledger?campaign=nix").status == 404


def test_a_clerk_writes_down_what_was_done_and_it_shows_at_once(told: Store, enter: Enter) -> None:
    visitor = enter("承办", "clerk")
    visitor.get("/ledger")
    assert said(write(visitor, 1, "mended", reason=""), visitor) == "1 个问题记为“报称已整改”"
    assert shown(visitor.get("/ledger?state=mended").text) == [1]
    assert said(write(visitor, 1, "closed", 2), visitor) == "1 个问题记为“已销号”"
    write(visitor, 2, "unmended", reason="仍见530102199003078512")
    assert ledger.histories(told.db, ONE.id)[finding(2).id][-1].reason == "仍见530***********8512"
    assert [(s.state, s.by, s.reason) for s in ledger.histories(told.db, ONE.id)[finding(1).id]] == [
        ("notified", "承办人", ""), ("mended", "承办", ""), ("closed", "承办", "看过"),
    ]  # fmt: skip
    page = visitor.get(f"/finding/{finding(1).id}").text
    assert "<h2>问题台账</h2>" in page
    assert "已销号" in page


def test_what_may_not_follow_is_told_and_changes_nothing(told: Store, enter: Enter) -> None:
    visitor = enter("承办", "clerk")
    assert "还没有通知" in said(write(visitor, 61, "mended", 0), visitor)
    assert "记为“已销号”须写明说明" in said(write(visitor, 1, "closed", reason=" "), visitor)
    assert "请看过再记" in said(write(visitor, 1, "mended", 0), visitor)
    assert "已不在台账中" in said(write(visitor, 4, "mended"), visitor)
    reviews.decide(told.db, [Wish(finding(3).id, 1, "dismissed", "引文")], "乙", datetime.now(UTC))
    assert "已不在台账中" in said(write(visitor, 3, "mended"), visitor)
    assert write(visitor, 1, "found").status == 400
    assert write(visitor, 1, "mended", pick="x").status == 400
    assert write(visitor, 1, "mended", pick=[f"{n:020x}:0" for n in range(501)]).status == 400
    assert {state_of(told, n) for n in (1, 2, 3)} == {"notified"}


def test_of_two_clerks_one_comes_first(told: Store, enter: Enter) -> None:
    first, second = enter("一", "clerk"), enter("二", "clerk")
    second.get("/ledger")
    write(first, 1, "mended")
    assert "他人已记下新的一步" in said(write(second, 1, "unmended"), second)
    assert state_of(told, 1) == "mended"


def test_a_recheck_shows_once_it_is_judged(told: Store, enter: Enter) -> None:
    one = StoredRecheck(
        ONE.id, 1, finding(2).id, PACK, SITE.code, "typo", "u", "", "unmended", XSS, day=date(2018, 7, 20)
    )
    rechecks.save(told, [one])
    page = enter().get("/ledger?state=unmended").text
    assert shown(page) == [2]
    assert "第1次复查（2018-07-20）：未整改" in page
    assert "<script>alert" not in page


def test_who_only_reviews_looks_on_and_forged_forms_are_refused(told: Store, enter: Enter) -> None:
    reviewer = enter("复核", "reviewer")
    assert 'name="state" value="closed"' not in reviewer.get("/ledger").text
    assert write(reviewer, 1, "mended").status == 403
    clerk = enter("承办", "clerk")
    assert 'name="state" value="closed"' in clerk.get("/ledger").text
    assert write(clerk, 1, "mended", token="x" * 43).status == 403
    assert write(Visitor(clerk.port, clerk.cookies, {"Origin": "http://evil.example"}), 1, "mended").status == 403
    assert Visitor(clerk.port).get("/ledger").to == "/login"
    assert Visitor(clerk.port).get(f"/notice?number={quote(NUMBER)}").to == "/login"
    assert write(clerk, 1, "mended", next="http://evil.example/").to.startswith("/ledger?told=")
    assert state_of(told, 2) == "notified"


def test_the_notice_as_it_was_sent(told: Store, enter: Enter) -> None:
    visitor = enter()
    answer = visitor.get(f"/notice?number={quote(NUMBER)}")
    assert answer.status == 200
    assert answer.headers["Content-Type"].endswith("wordprocessingml.document")
    assert answer.headers["Content-Disposition"].endswith(f"{quote(f'整改通知书-{NUMBER}-{SITE.code}.docx')}")
    assert answer.text.startswith("PK")
    assert visitor.get("/notice?number=../../etc/passwd").status == 404
    assert visitor.get("/notice").status == 404
