from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.reading import dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-09-07", date(2026, 9, 7)),
        ("[2026/7/31]", date(2026, 7, 31)),
        ("2020.10.04", date(2020, 10, 4)),
        ("2019年11月07日 17:21", date(2019, 11, 7)),
        ("2019 年 1 月 7 日", date(2019, 1, 7)),
        ("发布时间：2020-12-31 11:06:22 阅读次数：", date(2020, 12, 31)),
        ("发布者：发布时间：2019-09-07点击数：", date(2019, 9, 7)),
        ("2020-02-30，后于2020-03-01", date(2020, 3, 1)),
        ("2020-13-01", None),
        ("1989-01-01", None),
        ("2020-1/5", None),
        ("120201-01-01", None),
        ("Copyright 2016-2019", None),
        ("2020年3月", None),
    ],
)
def test_find(text, day):
    assert dates.find(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("18-03-08 23:16", date(2018, 3, 8)),
        ("[18-03-08]", date(2018, 3, 8)),
        ("10-08 12:00", None),
        ("18-13-08", None),
        ("见18-03-08号文", None),
    ],
)
def test_whole(text, day):
    assert dates.whole(text) == day


@pytest.mark.parametrize(
    ("text", "md"),
    [
        ("09-25", (9, 25)),
        ("[09-25]", (9, 25)),
        ("9月25日", (9, 25)),
        ("10-08 12:00", (10, 8)),
        ("13-25", None),
        ("02-30", None),
        ("25", None),
        ("1-2页", None),
    ],
)
def test_month_day(text, md):
    assert dates.month_day(text) == md


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("09/25", "2020"),
        ("2020", "09/25"),
        ("25", "2020-09"),
        ("2020.09", "25"),
        ("25日", "2020年9月"),
        ("2020年", "9月25日"),
    ],
)
def test_combine(first, second):
    assert dates.combine(first, second) == date(2020, 9, 25)


def test_combine_needs_a_year_and_a_day():
    assert dates.combine("09", "25") is None
    assert dates.combine("2020", "2021") is None
    assert dates.combine("32", "2020-09") is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("http://a/t20260731_1406815.html", date(2026, 7, 31)),
        ("http://a/202009/t20200917_9.html", date(2020, 9, 17)),
        ("http://a/art/2026/9/10/art_1_2.html", date(2026, 9, 10)),
        ("http://a/html/2026/jieguogongshi_0914/4053850.html", date(2026, 9, 14)),
        ("http://a/content/2020-03/04/content_77.htm", date(2020, 3, 4)),
        ("http://a/2020-03-04/1.html", date(2020, 3, 4)),
        ("http://a/news/20200304101530.html", date(2020, 3, 4)),
        ("http://a/202009/7.html", None),
        ("http://a/t20201331_1.html", None),
        ("http://a/info/1001/20200.htm", None),
        ("http://a/id=19991", None),
    ],
)
def test_from_url(url, day):
    assert dates.from_url(url) == day


def test_a_year_is_taken_from_a_near_url_day_only():
    assert dates.with_year_of((6, 23), date(2020, 6, 22)) == date(2020, 6, 23)
    assert dates.with_year_of((12, 30), date(2021, 1, 4)) == date(2020, 12, 30)
    assert dates.with_year_of((1, 1), date(2020, 12, 30)) == date(2021, 1, 1)
    assert dates.with_year_of((6, 1), date(2017, 5, 20)) is None  # moved in on that day, years later
    assert dates.with_year_of((9, 17), date(2017, 5, 20)) is None


@given(
    st.dates(date(1990, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]),
)
def test_every_day_is_found_again(day, shape):
    assert dates.find(f"（{day.strftime(shape)}）") == day


@given(st.text(max_size=80))
def test_no_text_makes_a_date_out_of_range(text):
    assert all(1990 <= day.year <= 2099 for day, _ in dates.find_all(text))


@pytest.mark.parametrize(
    ("text", "year"),
    [("2020年", 2020), ("2020 年度", 2020), ("2020", 0), ("2020年度工作", 0), ("1989年", 0), ("20年", 0)],
)
def test_year_heading(text, year):
    assert dates.year_heading(text) == year


@given(st.dates(date(1991, 1, 1), date(2098, 12, 31)), st.integers(0, 364))
def test_a_year_from_a_url_is_never_far_from_its_day(near, days):
    md = date.fromordinal(near.toordinal() - days)
    found = dates.with_year_of((md.month, md.day), near)
    assert found is None or -dates.BEFORE <= (found - near).days <= dates.AFTER
    assert found is not None or days > dates.BEFORE


@pytest.mark.parametrize(
    "text",
    ["[06-01]", "3天前", "昨天", "2018、6、1", "2018年6月", "发布时间：刚刚", "2018-06-01", "十二月三日 2018年六月"],
)
def test_what_a_reader_may_take_for_a_date(text):
    assert dates.like(text)


@pytest.mark.parametrize(
    "text", ["", "12", "(35)", "阅读：1,234", "第3期", "0871-1234567", "关于2018年的通知", "1.5 MB"]
)
def test_what_nobody_takes_for_a_date(text):
    assert not dates.like(text)


@pytest.mark.parametrize(
    "text",
    [
        "2018－06－01",
        "２０１８年６月１日",
        "6/1/2018 10:00:00 AM",
        "June 1st, 2018",
        "1 Jun 2018",
        "二○一八年六月一日",
        "2018 - 06 - 01",
    ],
)
def test_rarer_forms(text):
    assert dates.find(text) == date(2018, 6, 1)


def test_the_month_comes_first_where_a_server_writes_like_an_american():
    assert dates.find("13/6/2018") is None
    assert dates.whole("20180601") == date(2018, 6, 1)
    assert dates.find("二〇一八年十二月三十一日") == date(2018, 12, 31)
