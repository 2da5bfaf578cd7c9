"""The desk at work: the queue, a finding, deciding one and many, sites and the dashboard."""

from __future__ import annotations

import re
import time
from html import unescape

from govcrawl import reviews
from govcrawl.store import Store
from tests.reporting.console.conftest import Enter
from tests.reporting.console.made import ONE, OTHER, SENTENCE, SITE, Visitor, finding, shown


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def counted(visitor: Visitor, path: str) -> str:
    """Counting goes on beside."""
    for _ in range(400):
        if "正在统计" not in (page := visitor.get(path).text):
            return page
        time.sleep(0.05)
    raise AssertionError("nobody counts")


def test_the_queue_page_by_page_the_surest_first(enter: Enter) -> None:
    visitor, path, seen = enter(), "/queue", []
    while path:
        page = visitor.get(path).text
        seen.append(shown(page))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = unescape(following[1]) if following else ""
    assert [len(own) for own in seen] == [50, 11]
    every = [n for own in seen for n in own]
    assert sorted(every) == list(range(1, 62))
    steps = [round(n / 100 * 20) for n in every if n < 60]
    assert [s for s in steps if s] == sorted(s for s in steps if s)


def test_the_queue_by_site_indicator_and_state(enter: Enter) -> None:
    visitor = enter()
    assert shown(visitor.get(f"/queue?site={OTHER.code}").text) == [61]
    assert shown(visitor.get("/queue?indicator=dead_link").text) == [61]
    assert shown(visitor.get(f"/queue?indicator=dead_link&site={SITE.code}").text) == []
    visitor.decide(3, "confirmed")
    assert shown(visitor.get("/queue?review=confirmed").text) == [3]
    assert 3 not in shown(visitor.get(f"/queue?site={SITE.code}").text)


def test_a_finding_shows_its_words_page_clause_and_where_it_is(enter: Enter) -> None:
    visitor = enter()
    page = visitor.get(f"/finding/{finding(1).id}").text
    assert "要学习典型<mark>案列</mark>，推广经验。" in page
    assert f"<mark>{SENTENCE}</mark>" in page, "in the context of the stored page"
    assert "各单位：" in page
    assert "附件 四：错字" in page
    assert '<a href="http://a.gov.cn/1" target="_blank" rel="noreferrer noopener">' in page
    assert "与所存内容一致" in page
    assert f'src="/finding/{finding(1).id}/page/1" sandbox' in page
    stored = visitor.get(f"/finding/{finding(1).id}/text/1")
    assert stored.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "<h1>关于推广经验的通知</h1>" in stored.text
    assert "13800138000" not in stored.text + visitor.get(f"/finding/{finding(1).id}/page/1").text
    assert "138****8000" in stored.text


def test_decided_it_leaves_the_queue_and_who_when_and_why_is_shown(enter: Enter, store: Store) -> None:
    visitor = enter("王复核")
    answer = visitor.decide(1, "dismissed", reason="书名如此", wording="")
    assert answer.status == 303
    assert "1 个问题已排除" in words(visitor.get(answer.to).text)
    page = words(visitor.get(f"/finding/{finding(1).id}").text)
    assert "王复核 已排除 书名如此" in page
    (told,) = reviews.history(store.db, finding(1).id)
    assert (told.by, told.review, told.reason) == ("王复核", "dismissed", "书名如此")


def test_many_at_once(enter: Enter, store: Store) -> None:
    visitor = enter()
    picks = [f"{finding(n).id}:0" for n in range(1, 41)]
    answer = visitor.decide(1, "confirmed", pick=picks)
    assert "40 个问题已确认" in words(visitor.get(answer.to).text)
    assert sum(d.review == "confirmed" for d in store.decided([ONE.id]).values()) == 40
    assert len(shown(visitor.get("/queue").text)) == 21


def test_the_wording_is_edited_and_stays_through_a_bulk_decision(enter: Enter, store: Store) -> None:
    visitor = enter()
    visitor.decide(1, "pending", wording="“案例”误为“案列”")
    assert "采用表述：“案例”误为“案列”" in visitor.get("/queue").text
    visitor.decide(1, "confirmed", seen=1)
    (one,) = [f for f in store.verdicts(ONE.id, "2015@1")[SITE.code].findings if f.id == finding(1).id]
    assert (one.review, one.wording, one.decided) == ("confirmed", "“案例”误为“案列”", 2)


def test_who_saw_an_older_state_overwrites_nothing(enter: Enter, store: Store) -> None:
    first, second = enter("甲"), enter("乙")
    first.decide(1, "confirmed")
    told = words(second.get(second.decide(1, "pending", reason="x").to).text)
    assert "未改" in told
    assert reviews.history(store.db, finding(1).id)[-1].by == "甲"


def test_to_dismiss_needs_a_reason_and_a_sum_is_not_dismissed(enter: Enter, store: Store) -> None:
    visitor = enter()
    assert "排除须写明理由" in words(visitor.get(visitor.decide(1, "dismissed", reason="  ").to).text)
    assert "不能单独排除" in words(visitor.get(visitor.decide(60, "dismissed", reason="不对").to).text)
    assert store.decided([ONE.id]) == {}


def test_the_site_page_tells_of_every_campaign(enter: Enter) -> None:
    visitor = enter()
    page = visitor.get(f"/site/{SITE.code}").text
    assert "2018年一季度测试普查" in page
    assert "2018年二季度测试普查" in page
    assert page.index("2018-03-15") < page.index("2018-06-15")
    assert 'role="img"' in page
    assert "2018-06：待复核60、已确认0、已排除0" in page


def test_the_dashboard_has_every_figure_also_as_text(enter: Enter) -> None:
    page = counted(enter(), "/")
    assert page.count("<svg") == 2
    for told in ("昆明：合格0、不合格1、证据不足0、未检查0", "曲靖：待复核1、已确认0、已排除0"):
        assert f"{told}" in page
    assert "问题 61 个" in words(page)
    rows = re.findall(r'<tr><th scope="row"><a href="/sites[^"]*">(\w+)</a></th>((?:<td>\d+</td>)+)</tr>', page)
    assert rows == [("昆明", "<td>0</td><td>1</td><td>0</td><td>0</td><td>60</td><td>0</td><td>0</td>"),
                    ("曲靖", "<td>1</td><td>0</td><td>0</td><td>0</td><td>1</td><td>0</td><td>0</td>")]  # fmt: skip
    listed = enter("乙").get("/sites?group=%E6%9B%B2%E9%9D%96").text
    assert "乙网站" in listed
    assert SITE.code not in listed


def test_users_are_changed_by_an_admin_and_at_once(enter: Enter, store: Store) -> None:
    admin, other = enter("管理", "admin"), enter("乙")
    token = re.search(r'name="token" value="([^"]+)"', admin.get("/users").text)
    assert token
    assert admin.post("/users", {"token": token[1], "name": "乙", "role": "clerk", "active": "yes"}).status == 303
    assert "承办人" in other.get("/").text
    admin.post("/users", {"token": token[1], "name": "乙", "role": "clerk"})
    assert other.get("/").to == "/login", "no longer let in"
    assert admin.post("/users", {"token": token[1], "name": "管理", "role": "reviewer"}).status == 400
