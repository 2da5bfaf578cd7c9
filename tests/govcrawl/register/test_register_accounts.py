from dataclasses import replace
from datetime import date

import pytest

from govcrawl.contracts import Account, Site
from govcrawl.errors import InputError
from govcrawl.register.accounts import read_accounts

HEADER = "名称,平台,主办单位,地区,最近更新,互动功能,备案状态,运行状态\n"
SITES = [
    Site("5301000001", "昆明市教育局", "http://a.gov.cn/", "昆明", organiser="昆明市教育局"),
    Site("5301000002", "两地单位", "http://b.gov.cn/", "昆明", organiser="两地单位"),
    Site("5303000002", "两地单位", "http://c.gov.cn/", "曲靖", organiser="两地单位"),
]


@pytest.fixture
def read(campaign, tmp_path):
    def reading(rows, header=HEADER):
        file = tmp_path / "accounts.csv"
        file.write_text(header + rows, encoding="utf-8-sig")
        return read_accounts(replace(campaign("x"), accounts_file=str(file)), SITES)

    return reading


def test_a_whole_row(read):
    accounts, issues = read("昆明教育,微信,昆明市教育局,昆明市,2018-06-01,有,已备案,正常运行\n")
    assert accounts == [
        Account("昆明教育", "微信", "昆明市教育局", "昆明", "昆明市", date(2018, 6, 1), True, True, "正常运行", 2)
    ]
    assert issues == []


@pytest.mark.parametrize(
    ("cells", "known"),
    [
        ("2018-06-01,无,未备案", (date(2018, 6, 1), False, False)),
        ("2018年6月1日,未提供,否", (date(2018, 6, 1), False, False)),
        ("2018-06-01 08:00,,", (date(2018, 6, 1), None, None)),
        (",有,是", (None, True, True)),
        ("上月,有,是", (None, True, True)),
        ("6月1日,有,是", (None, True, True)),
        ("2018-06-01,尚可,审核中", (date(2018, 6, 1), None, None)),
    ],
)
def test_what_is_not_said_clearly_stays_unknown(read, cells, known):
    (account,), issues = read(f"甲,微信,,昆明,{cells},\n")
    assert (account.updated, account.interactive, account.registered) == known
    assert all(not issue.fatal for issue in issues)
    assert bool(issues) == (known[0] is None or "尚可" in cells)


@pytest.mark.parametrize(
    ("word", "status", "hints"),
    [("", "正常运行", 0), ("正常", "正常运行", 1), ("已注销", "永久关停", 1), ("暂时关停", "暂时关停", 0)],
)
def test_words_for_running_and_not(read, word, status, hints):
    (account,), issues = read(f"甲,微信,,昆明,2018-06-01,有,是,{word}\n")
    assert (account.status, len(issues)) == (status, hints)


def test_the_organiser_tells_the_group_where_it_has_one(read):
    (account,), (hint,) = read("甲,微信,昆明市教育局,,2018-06-01,有,是,\n")
    assert account.group == "昆明"
    assert "按主办单位“昆明市教育局”的网站归入“昆明”" in hint.reason


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        (",微信,,昆明,2018-06-01,,,", "名称", "没有填"),
        ("乙,,,昆明,2018-06-01,,,", "平台", "没有填"),
        ("乙,微信,,,2018-06-01,,,", "地区", "不知归入哪一行"),
        ("乙,微信,两地单位,,2018-06-01,,,", "地区", "不知归入哪一行"),
        ("乙,微信,,昆明,2018-06-01,,,睡眠", "运行状态", "不认识的运行状态“睡眠”"),
        ("甲,微信,,昆明,2018-06-02,,,", "名称", "与第 2 行是同一平台的同一账号"),
        ("乙,微信,,昆明,2018-06-01,有,是,正常运行,多", "整行", "错位"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_the_rest_is_used(read, row, column, word):
    accounts, (issue,) = read(f"甲,微信,,昆明,2018-06-01,有,是,\n{row}\n")
    assert [a.name for a in accounts] == ["甲"]
    assert (issue.line, issue.column, issue.fatal) == (3, column, True)
    assert word in issue.reason


def test_a_region_that_is_no_division_is_named_as_for_sites(read):
    (account,), (hint,) = read("甲,微信,,火星,2018-06-01,有,是,\n")
    assert account.group == "火星"
    assert (hint.line, hint.column, hint.fatal) == (2, "地区", False)
    assert "地区“火星”既不是下级行政区划" in hint.reason
    assert read("甲,微信,,昆明,2018-06-01,有,是,\n")[1] == []


def test_one_name_on_two_platforms_is_two_accounts(read):
    assert len(read("甲,微信,,昆明,2018-06-01,,,\n甲,微博,,昆明,2018-06-01,,,\n")[0]) == 2


def test_no_file_and_an_unusable_one(campaign, read):
    assert read_accounts(campaign("x"), SITES) == ([], [])
    with pytest.raises(InputError, match="没有一行政务新媒体可用"):
        read("甲,,,昆明,2018-06-01,,,\n")
