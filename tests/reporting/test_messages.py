from dataclasses import replace
from datetime import date

import pytest
from made_up import CAMPAIGN, ENDS, reporting_as, result, snapshot

from govcrawl.contracts import Message, MessageVerdict
from govcrawl.errors import Irreconcilable
from pipelines.judged_messages import judge_messages
from reporting.annexes import annexes, reconcile
from reporting.bulletin import build
from reporting.formats.results_json import as_dict

#: 附件3 of the Yunnan bulletin of 2018-06-26 (its “4 年 2 日” read as 4月2日): site, number, 受理, 办结.
LATE = [
    ("云南教育网", "201803317d76969f", date(2018, 4, 2), date(2018, 4, 11)),
    ("云南警方网", "20180330f4710faa", date(2018, 4, 2), date(2018, 4, 18)),
    ("云南警方网", "201804023229b011", date(2018, 4, 2), date(2018, 4, 18)),
    ("云南省审计厅", "20180516492e6aec", date(2018, 5, 17), date(2018, 5, 23)),
    ("云南省公共资源交易信息网", "201804209b5d1c9c", date(2018, 4, 20), date(2018, 4, 26)),
    ("耿马政府公众信息网", "20180402e44ab646", date(2018, 4, 2), date(2018, 4, 10)),
]
NAMES = list(dict.fromkeys(row[0] for row in LATE))
SITES = tuple(
    result(f"53{'09' if '耿马' in name else '00'}00000{n}", group="临沧" if "耿马" in name else "省直", name=name)
    for n, name in enumerate(NAMES)
)
CODES = {r.site.name: r.site.code for r in SITES}
FINDS, OTHER = "政府网站找错", "云南省政府网站曝光台"
DAY = date(2018, 5, 2)


def message(number, site=SITES[0].site.code, accepted=DAY, closed=DAY, platform=FINDS):
    return Message(number, site, accepted, closed, platform)


def of_yunnan():
    """170 and 21 messages, as the bulletin counts them."""
    late = [message(number, CODES[name], accepted, closed) for name, number, accepted, closed in LATE]
    rest = [message(f"a{n}") for n in range(164)] + [message(f"b{n}", platform=OTHER) for n in range(21)]
    return (*late, *rest)


def with_messages(*messages, campaign=CAMPAIGN, **more):
    return snapshot(*SITES, campaign=campaign, messages=tuple(judge_messages(messages, ENDS)), **more)


def paragraph(made):
    """The one on messages, or nothing."""
    found = [p.text for p in build(made).sections[0].paragraphs if "网民留言办理情况" in p.lead]
    return found[0] if found else ""


def table(made, key):
    return next(t for t in annexes(made) if t.key == key)


def test_annex_3_of_the_yunnan_bulletin_row_by_row():
    made = with_messages(*of_yunnan())
    listed = table(made, "messages_late")
    assert listed.header == ("序号", "州、市/部门", "网站名称", "留言编号", "受理时间", "办结时间", "办理情况")
    printed = {
        (
            ("临沧" if "耿马" in name else "省直"),
            name,
            number,
            *(f"{d.month}月{d.day}日" for d in (accepted, closed)),
            "超期办结",
        )
        for name, number, accepted, closed in LATE
    }
    assert {row[1:] for row in listed.rows} == printed
    assert listed.column("序号") == (1, 2, 3, 4, 5, 6)
    assert listed.rows[-1][1] == "临沧"
    assert listed.title == "2018年二季度全省政府网站普查网民留言超期办理情况"
    assert listed.note.endswith("包含4—6月数据；“政府网站找错”平台留言")


def test_its_sentence_and_the_rate_over_both_platforms():
    assert paragraph(with_messages(*of_yunnan())) == (
        "截至2018年6月15日，“政府网站找错”平台共受理网民有效留言170条，其中超期办结6条；“云南省政府网站曝光台”平台共受理网民有效"
        "留言21条，均按期办结。总体按期办结率97%（见附件2）。"
    )
    assert "按期办结率96.86%" in paragraph(with_messages(*of_yunnan(), campaign=reporting_as(digits=2)))


def test_what_is_not_due_or_cannot_be_told_counts_neither_way():
    others = (
        message("1"),
        message("2", closed=None),
        message("3", accepted=date(2018, 6, 14), closed=None),
    )
    unknown = MessageVerdict(message("4"), "unknown", None, "历法不明")
    made = with_messages(*others)
    made = replace(made, messages=(*made.messages, unknown))
    assert table(made, "messages").rows[-1] == ("总计", 4, 1, 0, 1, 1, 1, "50%")
    assert table(made, "messages_late").column("办理情况") == ("未办结",)
    assert table(made, "messages_late").column("办结时间") == ("",)
    assert "，其中未办结1条、未到期1条、未能判断1条。总体按期办结率50%" in paragraph(made)
    assert paragraph(made).endswith("历法不明，未能判断是否超期，不计入按期办结率。")


def test_a_day_of_closing_after_the_cut_off_is_not_printed():
    made = with_messages(message("1", closed=date(2081, 6, 12)))
    assert table(made, "messages_late").column("办理情况") == ("未办结",)
    assert table(made, "messages_late").column("办结时间") == ("",)


def test_nothing_due_yet():
    made = with_messages(message("1", accepted=date(2018, 6, 14), closed=None))
    assert paragraph(made).endswith("其中未到期1条。尚无可以判断是否按期的留言。")


def test_the_list_names_the_platform_where_there_are_several():
    made = with_messages(message("1", closed=None), message("2", closed=None, platform=OTHER))
    listed = table(made, "messages_late")
    assert set(listed.column("平台")) == {FINDS, OTHER}
    assert "平台留言" not in listed.note


def test_a_campaign_without_messages_says_nothing():
    made = snapshot(*SITES)
    assert paragraph(made) == ""
    assert not [t.key for t in annexes(made) if t.key.startswith("messages")]
    assert "messages" not in as_dict(made)


def test_programs_get_them_too():
    found = as_dict(with_messages(*of_yunnan()))["messages"]
    assert found["platforms"][-1]["按期办结率"] == "97%"
    late = [m for m in found["messages"] if m["state"] == "late"]
    assert {m["number"] for m in late} == {row[1] for row in LATE}
    assert late[0]["deadline"] == date(2018, 4, 8)


@pytest.mark.parametrize(
    ("key", "row", "at", "words"),
    [
        ("messages", 0, 1, "各行之和192"),
        ("messages", 0, 2, "按期办结：165，应为164"),
        ("messages", -1, 3, "总计7"),
        ("messages", 1, 0, "缺少平台"),
    ],
)
def test_one_wrong_cell_stops_the_bulletin(key, row, at, words):
    made = with_messages(*of_yunnan())
    tables = list(annexes(made))
    n = next(n for n, t in enumerate(tables) if t.key == key)
    rows = [list(cells) for cells in tables[n].rows]
    rows[row][at] = rows[row][at] + 1 if isinstance(rows[row][at], int) else "别处"
    tables[n] = replace(tables[n], rows=tuple(map(tuple, rows)))
    with pytest.raises(Irreconcilable, match=words):
        reconcile(made, tables)


def test_a_missing_line_and_a_message_of_no_site_stop_the_bulletin():
    made = with_messages(*of_yunnan())
    tables = [replace(t, rows=t.rows[:-1]) if t.key == "messages_late" else t for t in annexes(made)]
    with pytest.raises(Irreconcilable, match="超期留言名单：5条，应为6条"):
        reconcile(made, tables)
    with pytest.raises(Irreconcilable, match="留言 1 所属网站 5399999999 不在登记表中"):
        build(with_messages(message("1", "5399999999")))
