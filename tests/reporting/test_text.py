from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from reporting.text import by_sense, clean, cleaned, day, months, numeral, points, quoted, shorten, without_numbers


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_whatever_a_page_holds_is_printable_after_cleaning(text):
    printable = clean(text)
    etree.Element("w").text = printable
    assert printable.encode().decode() == printable
    assert not set(printable) & set("\n\r\t\x00\u202e\u200b\ufeff")
    assert clean(printable) == printable


def test_cleaning_keeps_what_a_reader_sees():
    assert clean("芒市\x00人民\u200b政府\u202e\ud800  \n 门户 ") == "芒市人民政府 门户"
    assert clean("䶮街道 𠮷") == "䶮街道 𠮷"


@dataclass(frozen=True)
class Nest:
    name: str
    more: dict = field(default_factory=dict)
    parts: tuple = ()


def test_cleaning_reaches_every_string():
    dirty = Nest("a\x00", {"k\x01": ["b\x02", 3, None]}, (Nest("c\x03"),))
    assert cleaned(dirty) == Nest("a", {"k": ["b", 3, None]}, (Nest("c"),))
    tidy = Nest("a", {"k": ["b"]}, (Nest("c"),))
    assert cleaned(tidy) is tidy


@pytest.mark.parametrize(
    ("private", "shown"),
    [
        ("电话13800000000。", "电话138****。"),
        ("530100200001010000X", "530****"),
        ("138 0000 0000", "138****"),
        ("6222 0000 0000 0000 000", "622****"),
        ("2018-05-30发布，共120条，138****0000", "2018-05-30发布，共120条，138****0000"),
    ],
)
def test_numbers_of_persons_are_cut(private, shown):
    assert without_numbers(private) == shown


def test_dates_and_numbers():
    assert day(date(2018, 6, 5)) == day("2018-06-05") == "2018年6月5日"
    assert (day("7月15日"), day(None), day("")) == ("7月15日", "", "")
    assert months(date(2018, 4, 1), date(2018, 6, 15)) == "4—6月"
    assert months(date(2018, 6, 1), date(2018, 6, 15)) == "6月"
    assert months(date(2017, 12, 1), date(2018, 2, 5)) == "2017年12月—2018年2月"
    assert [points(value) for value in (40.0, 40.1, 12.5, 100)] == ["40", "40.1", "12.5", "100"]
    assert [numeral(n) for n in (1, 9, 10, 11, 20, 35)] == ["一", "九", "十", "十一", "二十", "三十五"]


def test_names():
    assert quoted("“平安”网") == "“‘平安’网”"
    assert shorten("字" * 10_000, 20) == "字" * 18 + "……"


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("2018年二季度全省政府网站普查情况", 1),
        ("云南省人民政府办公厅关于2018年二季度全省政府网站普查情况的通报", 2),
        ("2018年二季度全省政府网站普查不合格网站名单", 2),
        ("没有可断之处之标题" * 5, 1),
    ],
)
def test_titles_are_parted_by_sense(title, parts):
    assert len(by_sense(title)) == parts
    assert "".join(by_sense(title)) == title


def test_the_title_of_the_bulletin_of_2018_is_parted_as_it_was_printed():
    title = "云南省人民政府办公厅关于2018年二季度全省政府网站普查情况的通报"
    assert by_sense(title) == ("云南省人民政府办公厅关于2018年二季度", "全省政府网站普查情况的通报")


@given(*[st.text(" |甲\u200b\n", max_size=4) for _ in range(3)])
def test_the_fields_of_one_thing_are_cleaned_as_each_alone(name, key, part):
    whole = cleaned(Nest(name, {key: part}, (part,)))
    assert whole == Nest(clean(name), {clean(key): clean(part)}, (clean(part),))
