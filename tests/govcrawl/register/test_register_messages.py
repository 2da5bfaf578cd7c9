from dataclasses import replace
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from govcrawl.contracts import Message, Site
from govcrawl.errors import InputError
from govcrawl.register.messages import read_messages

HEADER = "留言编号,网站标识码,受理时间,办结时间,平台\n"
SITES = [Site("5300000023", "云南教育网", "http://a.gov.cn/", "省直"), Site("bm29030010", "某垂管单位", "", "省直")]


@pytest.fixture
def read(campaign, tmp_path):
    def reading(rows, header=HEADER, encoding="utf-8"):
        file = tmp_path / "messages.csv"
        file.write_bytes((header + rows).encode(encoding))
        return read_messages(replace(campaign("x"), messages_file=str(file)), SITES)

    return reading


def test_rows_of_the_bulletin(read):
    messages, issues = read("201803317d76969f,5300000023,2018-04-02,2018年4月11日,\n", encoding="gbk")
    assert messages == [Message("201803317d76969f", "5300000023", date(2018, 4, 2), date(2018, 4, 11), "政府网站找错")]
    assert issues == []


@pytest.mark.parametrize("word", ["", "未办结", "办理中", "—"])
def test_a_message_that_is_not_closed(read, word):
    assert read(f"1,5300000023,2018/4/2 10:20,{word},“曝光台”\n")[0] == [
        Message("1", "5300000023", date(2018, 4, 2), None, "曝光台")
    ]


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        (",5300000023,2018-04-02,,", "留言编号", "没有填"),
        ("2,,2018-04-02,,", "网站标识码", "没有填"),
        ("2,5300000099,2018-04-02,,", "网站标识码", "请先登记网站"),
        ("2,5300000023,,,", "受理时间", "没有填"),
        ("2,5300000023,4年2日,,", "受理时间", "请写成 2018-04-02 的形式"),
        ("2,5300000023,4月2日,,", "受理时间", "“4月2日”不是完整的日期"),
        ("2,5300000023,2018-02-30,,", "受理时间", "不是完整的日期"),
        ("2,5300000023,43192,,", "受理时间", "不是完整的日期"),
        ("2,5300000023,2018-04-02,已办,", "办结时间", "“已办”不是完整的日期"),
        ("2,5300000023,2018-04-02,2018-04-01,", "办结时间", "早于受理时间"),
        ("2,5300000023,2018-06-16,,", "受理时间", "不属于本次普查"),
        ("1,5300000023,2018-04-03,,", "留言编号", "与第 2 行重复"),
        ("2,5300000023,2018-04-02,,甲,乙", "整行", "错位"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_the_rest_is_used(read, row, column, word):
    messages, (issue,) = read(f"1,5300000023,2018-04-02,2018-04-03,\n{row}\n")
    assert [m.number for m in messages] == ["1"]
    assert (issue.line, issue.column, issue.fatal) == (3, column, True)
    assert word in issue.reason


def test_the_same_number_on_another_platform_is_another_message(read):
    messages, issues = read("1,5300000023,2018-04-02,,甲\n1,5300000023,2018-04-02,,乙\n")
    assert ([m.platform for m in messages], issues) == (["甲", "乙"], [])


def test_one_of_the_quarter_before_counts_and_is_told(read):
    messages, (hint,) = read("1,5300000023,2018-03-30,2018-04-02,\n")
    assert (len(messages), hint.fatal) == (1, False)
    assert "请核对是否已在上次通报" in hint.reason


def test_codes_are_mended_as_in_the_register(read):
    assert read("1,BM29030010,2018-04-02,,\n")[0][0].site == "bm29030010"


def test_days_of_a_workbook(campaign, tmp_path):
    book = Workbook()
    book.active.append(HEADER.strip().split(","))
    book.active.append(
        [
            1,
            5300000023,
            datetime(2018, 4, 2, 9, 30),  # noqa: DTZ001 – as a spreadsheet holds it
            date(2018, 4, 11),
            None,
        ]
    )
    book.save(tmp_path / "messages.xlsx")
    (message,), issues = read_messages(replace(campaign("x"), messages_file=str(tmp_path / "messages.xlsx")), SITES)
    assert (message.accepted, message.closed, issues) == (date(2018, 4, 2), date(2018, 4, 11), [])


def test_what_was_closed_after_the_cut_off_is_named_with_its_line(read):
    (message,), (hint,) = read("1,5300000023,2018-06-08,2081-06-12,\n")
    assert message.closed == date(2081, 6, 12)
    assert (hint.line, hint.column, hint.fatal) == (2, "办结时间", False)
    assert "办结时间（2081-06-12）晚于数据采样截止（2018-06-15）；按截止时尚未办结处理" in hint.reason


def test_no_file_no_messages(campaign):
    assert read_messages(campaign("x"), SITES) == ([], [])


def test_a_file_without_a_usable_row_or_column(read):
    with pytest.raises(InputError, match=r"没有一行留言可用；第一处：第 2 行 \[受理时间\]"):
        read("1,5300000023,昨天,,\n")
    with pytest.raises(InputError, match="表头缺少“受理时间”列"):
        read("1,5300000023,\n", header="留言编号,网站标识码,办结时间\n")
