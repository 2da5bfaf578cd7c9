"""JSON answers; whole ones lie among the shapes."""

import json
import time
from datetime import date

import pytest

from govcrawl.reading import read
from govcrawl.reading.records import answer, items

BASE = "http://www.a.gov.cn/zwgk/"


@pytest.mark.parametrize(
    "text", ["", "<p>", "正文", "{", "[1] 号文件", "{{ x }}", "var a = [1];", "[" * 200_000, "$(function(){a()})"]
)
def test_what_is_no_answer(text):
    assert answer(text) is None


@pytest.mark.parametrize(
    "text",
    ['{"a": [1]}', '\ufeff {"a": [1]}\n', 'cb({"a": [1]});', '/**/jQuery1_2({"a": [1]})', ' a.b ( {"a": [1]} ) '],
)
def test_answers(text):
    assert answer(text) == {"a": [1]}


@pytest.mark.parametrize(
    ("key", "value", "day"),
    [
        ("publishTime", "2026-09-07 10:00:00", date(2026, 9, 7)), ("PUB_DATE", 1788710400000, date(2026, 9, 7)), ("time", "1788710400", date(2026, 9, 7)),
        ("date", "2026年9月7日", date(2026, 9, 7)), ("rq", 20260907, date(2026, 9, 7)), ("fbsj", "2026-09-06T16:00:00Z", date(2026, 9, 7)),
        ("date", 12, None), ("date", True, None), ("date", "昨天", None), ("updateTime", "2026-09-07", None), ("date", 10**17, None), ("time", "T1:2", None),
    ],
)  # fmt: skip
def test_dates(key, value, day):
    rows = [
        {"title": "某某公告", "url": "1.html", key: value},
        {"title": "另一公告", "url": "2.html", "date": "2020-01-01"},
    ]
    assert items(rows, BASE)[0].date == day


def test_the_longest_dated_list_counts():
    found = {
        "menu": [{"name": f"栏目{i}", "url": "/a/"} for i in range(9)],
        "rows": {"list": [{"title": f"第{i}号公告", "date": "2026-01-01"} for i in range(3)]},
        "top": [{"title": "置顶公告", "date": "2026-02-01"}],
    }
    assert [x.title for x in items(found, BASE)] == ["第0号公告", "第1号公告", "第2号公告"]
    assert {x.url for x in items(found, BASE)} == {BASE}


def test_undated_records_are_no_list():
    assert items([{"title": "某某公告", "url": "1.html"}], BASE) == ()


@pytest.mark.parametrize(
    "found", [None, 5, "x", [], {}, [[1]], {"a": {"b": None}}, [{"title": 5, "date": "2026-01-01"}]]
)
def test_odd_answers(found):
    assert items(found, BASE) == ()


def test_large_and_deep_answers():
    rows = [
        {"title": f"第{i}号公告", "url": f"/n/{i}.html", "date": "2026-01-01", "more": [{"a": "["}] * 5}
        for i in range(20_000)
    ]
    deep = "[" * 900 + "]" * 900
    start = time.process_time()
    facts = read(json.dumps({"rows": rows, "deep": json.loads(deep)}).encode(), BASE, role="more", name="公告")
    assert time.process_time() - start < 15
    assert len(facts.column.items) == 500
