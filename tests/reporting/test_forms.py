"""An issuer's own text: what it may say, what it may not, and how its mistakes are told."""

from dataclasses import replace
from datetime import date

import pytest
from made_up import CAMPAIGN, finding, result, sampling, snapshot, yunnan

from govcrawl.contracts import Named, ReportPlan
from govcrawl.errors import InputError
from reporting.annexes import annexes
from reporting.bulletin import build
from reporting.formats import html
from reporting.presented import Wish, presented

PATH = "/etc/notice.j2"


def with_form(source, made=None, **plan):
    made = made or yunnan()
    campaign = replace(made.campaign, report=ReportPlan(template=PATH, **plan))
    return replace(made, campaign=campaign, form=source)


def lines(source, made=None, **plan):
    bulletin = build(with_form(source, made, **plan))
    found = []
    for section in bulletin.sections:
        found += [section.heading] * bool(section.heading) + [p.lead + p.text for p in section.paragraphs]
    return found


def test_paragraphs_headings_and_leads_in_the_clerks_order():
    bulletin = build(
        with_form(
            "标题：自己的标题\n主送：各县：\n前言。\n\n二、存在问题\n(一)网站。有问题。\n一、总体情况\n（二）无句号的题\n完。"
        )
    )
    assert (bulletin.title, bulletin.addressees, bulletin.opening) == ("自己的标题", "各县：", "")
    assert [s.heading for s in bulletin.sections] == ["", "二、存在问题", "一、总体情况"]
    assert [(p.lead, p.text) for p in bulletin.sections[1].paragraphs] == [("（一）网站。", "有问题。")]
    assert bulletin.sections[2].paragraphs[0].lead == "（二）无句号的题"
    assert bulletin.annexes == ()


def test_every_value_is_a_cell_of_a_table():
    source = """
{{ 总.在运行网站数 }} {{ 总.合格网站数 }} {{ 总.不合格网站数 }} {{ 总.合格率 }} {{ 比率(428, 457, 2) }} {{ 范围 }}
{{ 百分百 | 列举(2, "个州、市") }}；{{ 百分百[:2] | 列举(2) }}
{% for 组 in 各组 if 组.不合格网站数 > 4 %}{{ 组.名称 }}{{ 组.合格率 }}{% endfor %}

{% for 站 in 网站("站点无法访问")[:1] %}{{ 站.名称 }}（{{ 站.地区 }}）{{ 站.所见 }}{% endfor %}

{{ 错字[0].应为 }}→{{ 错字[0].写为 }} {{ 12 | 中文 }} {{ 问题[0].题 }}{{ 问题[0].网站数 }} {{ 表("不合格网站") | length }} {{ 合计("检查情况").合格率 }}
"""
    words = {"站点无法访问": "site_unreachable"}
    made = replace(yunnan(), words={indicator: word for word, indicator in words.items()})
    assert lines(source, made) == [
        "457 428 29 94% 93.65% 全省",
        "昭通、楚雄等7个州、市；昭通、楚雄",
        "保山77%",
        "曲靖农业信息网（曲靖）监测访问99次，失败23次（23.2%；另有1次无法判定，不计入）",
        "案例→案列 十二 站点无法访问3 29 94%",
    ]


def test_annexes_in_the_order_of_the_text_and_their_numbers_before_them():
    source = (
        '见{{ 见("检查情况") }}、{{ 见("failed") }}、{{ 见("留言办理情况") }}无。\n'
        '{{ 附表("不合格网站", 题="名单", 列=["序号", "地区=县市", "网站名称=单位"], 注="") }}'
        '{{ 附表("检查情况", 总计="合 计") }}{{ 附表("留言办理情况") }}'
    )
    bulletin = build(with_form(source))
    assert bulletin.sections[0].paragraphs[0].text == "见附件2、附件1、无。"
    first, second = (annex.table for annex in bulletin.annexes)
    assert (first.title, first.header, first.note, len(first.rows)) == ("名单", ("序号", "县市", "单位"), "", 29)
    assert second.rows[-1] == ("合 计", 457, 29, "94%")


def test_one_table_as_two_annexes():
    named = (
        Named("甲网", "空白", "一季度", "德宏", line=2),
        Named("乙网", "不更新", "2016年", "德宏", state="仍未整改到位", line=3),
        Named("丙网", "不更新", "一季度", code="5301000001", line=4),
    )
    source = (
        '{{ 见("上级通报", "甲") }}{{ 见("上级通报", "乙") }}。\n'
        '{{ 附表("上级通报", 题="甲", 只印={"通报": "一季度"}, 排序="存在问题") }}'
        '{{ 附表("上级通报", 题="乙", 只印={"整改情况": ["仍未整改到位", "反弹"]}) }}'
    )
    bulletin = build(with_form(source, replace(snapshot(result()), named=named)))
    assert bulletin.sections[0].paragraphs[0].text == "附件1附件2。"
    first, second = (annex.table for annex in bulletin.annexes)
    assert [row[:3] for row in first.rows] == [(1, "", "丙网"), (2, "德宏", "甲网")]
    assert first.rows[0][-1] == "已整改"  # by its own verdict of today
    assert second.column("网站名称") == ("乙网",)


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("好。\n{{ 总.没有 }}", 2, "“没有”没有值"),
        ("好。\n\n{{ 不知 }}", 3, "“不知”没有值"),
        ("{% if 总 %}\n好。", 2, "语法错误"),
        ("好。\n{{ 附表('没有这表') }}", 2, "没有名为“没有这表”的表；本次有 检查情况、不合格网站"),
        ("好。\n{{ 附表('检查情况', 列=['没有']) }}", 2, "没有“没有”一列；有 州、市/部门"),
        ("好。\n{{ 附表('检查情况', 颜色='红') }}", 2, "附表不认识“颜色”；可用 题、列"),
        ("好。\n{{ 附表('检查情况', 只印={'合格率': '100%'}) }}", 2, "不能只印一部分行"),
        ("好。\n{{ 表('甲') }}", 2, "没有名为“甲”的表"),
        ("好。\n{{ 合计('不合格网站') }}", 2, "没有总计"),
        ("好。\n{{ 比率(3, 2) }}", 2, "no rate of 3 in 2"),
        ("好。\n{{ 1 // 0 }}", 2, "文稿有误"),
        ("好。\n{% include '/etc/passwd' %}", 2, "文稿有误"),
        ("好。\n{{ ''.__class__.__mro__ }}", 2, "unsafe"),
        ("好。\n{{ 比率.__globals__ }}", 2, "unsafe"),
        ("好。\n{{ 各组.append(1) }}", 2, "unsafe"),
        ("好。\n{{ range(10) }}", 2, "“range”没有值"),
        ("文种：信\n好。", 0, "文种只能是 通报、函"),
        ("标题：只有标题", 0, "没有正文"),
    ],
)
def test_a_mistake_names_file_and_line(source, line, words):
    with pytest.raises(InputError, match=words.replace("(", r"\(")) as caught:
        build(with_form(source))
    assert (caught.value.file, caught.value.line) == (PATH, line)


def test_what_was_crawled_is_neither_template_nor_html():
    bad = "{{ 1 + 1 }}<script>x</script>"
    one = result("5301000001", "fail", name=bad)
    made = with_form('{{ 表("不合格网站")[0].网站名称 }}。\n{{ 附表("不合格网站") }}', snapshot(one))
    bulletin = build(made)
    assert bulletin.sections[0].paragraphs[0].text == f"{bad}。"
    page = html.render(bulletin)
    assert b"<script>" not in page
    assert b"{{ 1 + 1 }}" in page


def test_a_draft_says_so_whatever_the_text_leaves_out():
    made = snapshot(result(findings=(finding("dead_link"), finding("typo", n=2, review="confirmed"))))
    bulletin = build(with_form("一切都好。", made))
    assert bulletin.marks == ("（草稿：1条问题线索尚未人工复核）",)
    assert "草稿：1条问题线索尚未人工复核" in html.render(bulletin).decode()


def test_a_sum_without_its_column_of_doubts_tells_them_below():
    made = with_form(
        '好。\n{{ 附表("检查情况", 列=["地区", "合格率"]) }}', snapshot(result(), result("5301000002", "insufficient"))
    )
    assert build(made).annexes[0].table.note.endswith("；另有1个证据不足，不计入合格率")


def test_never_a_hundred_where_one_failed():
    sites = [result(f"53010{n:05}") for n in range(2999)] + [result("5301099999", "fail")]
    for digits, rate in ((0, "99%"), (2, "99.97%")):
        made = with_form(
            "{{ 总.合格率 }} {{ 比率(2999, 3000) }} {{ 百分百 | length }}", snapshot(*sites), digits=digits
        )
        assert lines(made.form, made, digits=digits) == [f"{rate} {rate} 0"]


def test_how_a_ratio_moved():
    source = '{{ 百分点("51.67%", "53.81%") }} {{ 百分点("53%", "51.5%") }} {{ 百分点("5%", "5.0%") }} {{ 上次.合格率 if 上次 }}'
    made = snapshot(result(), campaign=sampling())
    assert lines(source, made) == ["提高2.14个百分点 下降1.5个百分点 持平"]


def test_a_letter():
    bulletin = build(with_form("文种：函\n附注：联系人：甲\n日期：2018年7月1日\n此函。"))
    assert bulletin.letter
    assert bulletin.title == "云南省人民政府办公厅关于2018年二季度全省政府网站普查情况的函"
    assert (bulletin.remark, bulletin.dated) == ("联系人：甲", "2018年7月1日")


def test_numbers_stay_in_order_where_rows_are_left_out():
    table = annexes(yunnan())[1]
    some = presented(table, Wish("failed", where={"存在问题": "站点无法访问"}))
    assert some.column("序号") == (1, 2, 3)
    assert CAMPAIGN.ends == date(2018, 6, 15)
