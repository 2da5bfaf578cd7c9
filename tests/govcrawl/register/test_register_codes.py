import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.register.codes import check_code, mend_code, name_of, standing, tenures

#: Public: annex 2 of the Yunnan bulletin of 2018Q2, and codes seen in the footers of portals.
CURRENT = """5300000010 5300000064 5301120004 5301110005 5301030005 5301000032 5303000015 5304000026 5304260001 5305020001
5305230001 5305240001 5305000018 5308270046 5329230001 5329220040 5329000041 5331030001 5333250001 5333000006 5334230003
5309000055 bm01000001 bm29030010 5109030018 1200000052 5107810033""".split()
YEARS = (2018, 2018)


@pytest.mark.parametrize("code", CURRENT)
def test_codes_in_use_are_sound(code):
    assert check_code(code, YEARS) == []


@pytest.mark.parametrize(
    ("code", "old"),
    [("5304210001", "[1997-2015]江川县"), ("5305220003", "[2000-2015]腾冲县"), ("5333210001", "[-2016]泸水县")],
)
def test_a_code_outlives_its_division(code, old):
    ((fatal, reason),) = check_code(code, YEARS)
    assert not fatal
    assert old in reason
    assert check_code(code, (2014, 2015)) == []


def test_a_range_of_years_counts_its_members():
    assert check_code("5304210001", range(2015, 2019)) == []
    assert len(check_code("5304210001", range(2016, 2019))) == 1


def test_a_division_of_the_future_is_a_hint():
    ((fatal, reason),) = check_code("5304030001", (2012, 2013))
    assert not fatal
    assert "[2015-]江川区当时尚未设立" in reason


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("310000000044", "12 位"),
        ("bm0999999", "9 位"),
        ("bm236554412", "11 位"),
        ("5.3E+09", "科学计数法"),
        ("5.300000057E9", "科学计数法"),
        ("530000001a", "格式"),
        ("", "格式"),
        ("٥٣٠٠٠٠٠٠١٠", "格式"),
        ("5399990001", "不是行政区划代码"),
        ("9900000001", "不是行政区划代码"),
    ],
)
def test_malformed_and_unknown_codes_are_fatal(code, word):
    ((fatal, reason),) = check_code(code, YEARS)
    assert fatal
    assert word in reason


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("BM01000001", "bm01000001"),
        ("５３００００００１０", "5300000010"),
        ("'5300000010", "5300000010"),
        ('="5300000010"', "5300000010"),
        (" 5300000010\u200b", "5300000010"),
    ],
)
def test_what_a_spreadsheet_leaves_is_mended_with_a_hint(raw, code):
    assert mend_code(raw) == code
    ((fatal, reason),) = check_code(raw, YEARS)
    assert not fatal
    assert code in reason


def test_names_follow_the_year():
    assert name_of("533103", 2009) == "芒市"  # [1996-2009]潞西市,[2010-]芒市: renamed by the end of 2009 or later
    assert standing("533103", 2008) == "潞西市"
    assert standing("530421", 2018) == ""
    assert name_of("530421", 2018) == "江川县"
    assert name_of("530403") == standing("530403") == "江川区"
    assert name_of("999999") == ""


@given(st.text(max_size=14))
def test_any_text_gets_an_answer(code):
    assert all(reason and "\n" not in reason for _, reason in check_code(code, YEARS))


@given(st.integers(0, 99), st.integers(0, 99))
def test_tenures_of_one_code_follow_each_other(prefecture, county):
    known = tenures(f"53{prefecture:02}{county:02}")
    years = [year for tenure in known for year in (tenure.since, tenure.until)]
    assert years == sorted(years)
    assert all(tenure.name for tenure in known)
