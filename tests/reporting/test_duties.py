"""转载情况 and 内容职责: every site counted once a topic, in its group, with the pages that show it."""

from dataclasses import replace
from datetime import date

import pytest
from made_up import CAMPAIGN, result, snapshot

from govcrawl.contracts import Duty, Repost
from govcrawl.errors import Irreconcilable
from reporting import duties
from reporting.annexes import annexes, reconcile
from reporting.bulletin import build
from reporting.write import contents

TOPIC = Repost("生态环境保护大会", date(2018, 5, 18), date(2018, 5, 25), ("生态环境保护大会",))
PLAN = replace(CAMPAIGN, reposts=(TOPIC,))
CODES = ("5301000001", "5301000002", "5303000001", "5303000002")


def repost(code, state, **more):
    return Duty("yn-2018q2", code, "repost", TOPIC.name, state, **more)


def made(*own, campaign=PLAN, status="正常运行"):
    groups = {"5301": "昆明", "5303": "曲靖"}
    results = [result(code, group=groups[code[:4]], status=status) for code in CODES]
    return snapshot(*results, campaign=campaign, duties=own)


REPOSTS = (
    repost(CODES[0], "seen", urls=("http://a/1", "http://a/2"), day=date(2018, 5, 19), count=2),
    repost(CODES[1], "not_seen"),
    repost(CODES[2], "late", urls=("http://b/1",), day=date(2018, 6, 1), count=1),
    repost(CODES[3], "unknown"),
)


def test_reposts_are_counted_by_group_with_a_total():
    table, sites = duties.tables(made(*REPOSTS))
    assert table.header[1:] == ("专题", "应转载网站数", "已转载", "逾期转载", "未见转载", "未能判断")
    assert [(row[0], *row[2:]) for row in table.rows] == [
        ("昆明", 2, 1, 0, 1, 0),
        ("曲靖", 2, 0, 1, 0, 1),
        ("总计", 4, 1, 1, 1, 1),
    ]
    assert (table.annex, sites.annex) == (True, False)
    assert sites.rows[0][1:] == (
        "昆明", "昆明网站5301000001", CODES[0], TOPIC.name, "已转载", "2018-05-19", 2, "http://a/1、http://a/2",
    )  # fmt: skip
    assert [row[5] for row in sites.rows] == ["已转载", "未见转载", "逾期转载", "未能判断"]


def test_the_table_is_an_annex_of_the_bulletin_and_a_sheet():
    made_up = made(*REPOSTS)
    assert "2018年二季度全省政府网站普查重要信息转载情况" in [a.table.title for a in build(made_up).annexes]
    files = contents(made_up)
    assert {"tables/reposts.csv", "tables/reposts_sites.csv"} < set(files)
    assert "tables/duties.csv" not in files


def test_sums_that_do_not_agree_stop_the_bulletin():
    made_up = made(*REPOSTS)
    table = next(t for t in annexes(made_up) if t.key == "reposts")
    *rows, whole = table.rows
    for wrong in ((*whole[:3], 3, 1, 1, 1), (*whole[:2], 5, *whole[3:])):
        broken = replace(table, rows=(*rows, wrong))
        with pytest.raises(Irreconcilable, match="转载情况"):
            reconcile(made_up, [broken if t.key == "reposts" else t for t in annexes(made_up)])
    stranger = replace(REPOSTS[0], site="5399999999")
    with pytest.raises(Irreconcilable, match="应为5个"):
        build(made(*REPOSTS, stranger))


def test_other_duties_stand_site_by_site():
    own = (
        Duty("yn-2018q2", CODES[0], "annual_report", "2017", "seen", ("http://a/nb",), date(2018, 1, 30), 1),
        Duty("yn-2018q2", CODES[0], "request_form", "", "seen", ("http://a/sqb.doc",), None, 1),
        Duty("yn-2018q2", CODES[0], "request_chart", "", "not_seen"),
        Duty("yn-2018q2", CODES[0], "explained", "", "seen", ("http://a/zc",), None, 3, 5, 1),
        Duty("yn-2018q2", CODES[2], "annual_report", "2017", "file", ("http://b/nb.doc",), None, 1),
    )
    (table,) = duties.tables(made(*own, campaign=CAMPAIGN))
    assert not table.annex
    assert [row[4:] for row in table.rows] == [
        ("2017年度：已见", "http://a/nb", "http://a/sqb.doc", "未见", 5, 3, 1),
        ("2017年度：仅为附件", "http://b/nb.doc", "", "", 0, 0, 0),
    ]
    assert "须人工核对" in table.note


def test_a_closed_site_is_in_no_table_and_without_duties_there_is_none():
    assert duties.tables(made(REPOSTS[0], status="永久关停")) == ()
    assert duties.tables(made()) == ()
