import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from govcrawl.contracts import Issuer
from govcrawl.errors import InputError
from govcrawl.register.sites import read_columns, read_sites

HEADER = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务,技术支持\n"
GOOD = "5300000010,云南省工商行政管理局红盾外网,http://a.gov.cn/,省工商局,,省级,正常运行,是,某公司\n"
COLUMNS = "网站标识码,栏目名称,栏目网址,栏目类别,责任部门\n"


def messages(issues):
    return [(issue.line, issue.column, issue.fatal) for issue in issues]


def test_a_whole_row(campaign):
    (site,), issues = read_sites(campaign(HEADER + GOOD))
    assert issues == []
    assert site.code == "5300000010"
    assert site.name == "云南省工商行政管理局红盾外网"
    assert (site.home, site.organiser, site.level) == ("http://a.gov.cn/", "省工商局", "省级")
    assert (site.group, site.region, site.status, site.serves_public) == ("省直", "", "正常运行", True)
    assert site.line == 2
    assert site.extra == {"技术支持": "某公司"}


def test_columns_may_be_few_and_in_any_order(campaign):
    (site,), issues = read_sites(campaign("首页网址,网站名称,网站标识码\nhttp://a.cn/,昆明市统计局网站,5301000032\n"))
    assert issues == []
    assert (site.group, site.serves_public, site.extra) == ("昆明", True, {})


def test_the_rows_of_the_real_annex(campaign):
    rows = ["5301120004,昆明市西山区人民政府网站", "5304210001,江川区人民政府", "5308270046,孟连政务信息网"]
    text = "网站标识码,网站名称,首页网址\n" + "".join(f"{row},http://{n}.gov.cn\n" for n, row in enumerate(rows))
    sites, (hint,) = read_sites(campaign(text.encode("gbk")))
    assert [site.group for site in sites] == ["昆明", "玉溪", "普洱"]
    assert str(hint).endswith(
        "sites.csv:3 [网站标识码] 提示：标识码 5304210001 的区划[1997-2015]江川县已撤销；标识码沿用不变，按原区划归属"
    )


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        ("310000000044,甲,http://b.gov.cn/", "网站标识码", "12 位"),
        ("5399990001,甲,http://b.gov.cn/", "网站标识码", "不是行政区划代码"),
        ("5100000101,甲,http://b.gov.cn/", "网站标识码", "不属于云南省"),
        ("bm29030010,甲,http://b.gov.cn/", "网站标识码", "“地区”一列"),
        (",甲,http://b.gov.cn/", "网站标识码", "至少填一项"),
        ("5300000064,,http://b.gov.cn/", "网站名称", "没有填网站名称"),
        ("5300000064,甲,", "首页网址", "必须填"),
        ("5300000064,甲,ftp://b.gov.cn/", "首页网址", "不是 http"),
        ("5300000064,甲,http://b.gov.cn/ x", "首页网址", "空格"),
        ("5300000064,甲,http://b.gov.cn/,,,,停了", "运行状态", "正常运行、申请例外、暂时关停、永久关停"),
        ("5300000010,甲,http://b.gov.cn/", "网站标识码", "与第 2 行重复"),
        ("5300000064,甲,http://b.gov.cn/,乙,,,,是,丙,丁", "整行", "多出“丁”"),
    ],
)
def test_an_unusable_row_is_reported_and_the_rest_is_used(campaign, row, column, word):
    sites, (issue,) = read_sites(campaign(f"{HEADER}{GOOD}{row}\n5301000032,丙,http://c.gov.cn/\n"))
    assert [site.code for site in sites] == ["5300000010", "5301000032"]
    assert (issue.line, issue.column, issue.fatal) == (3, column, True)
    assert word in issue.reason
    assert "\n" not in str(issue)


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        ("BM29030010,甲,http://b.gov.cn/,,省直", "网站标识码", "bm29030010"),
        ("5300000064,甲,www.b.gov.cn", "首页网址", "http://"),
        ("5300000064,甲,http://A.gov.cn", "首页网址", "与第 2 行“云南省工商行政管理局红盾外网”相同"),
        ("5300000064,甲,http://b.gov.cn/,,滇中新区", "地区", "按地区归入“滇中新区”"),
        ("5301000032,甲,http://b.gov.cn/,,曲靖", "地区", "按地区归入“曲靖”"),
        ("5300000064,甲,http://b.gov.cn/,,,,,也许", "对外服务", "按“是”处理"),
        ("5300000064,甲,,,,,申请暂时关停", "运行状态", "按“暂时关停”处理"),
        ("5300000064,甲,无,,,,永久关停", "首页网址", "网址略去"),
    ],
)
def test_what_was_mended_is_said(campaign, row, column, word):
    sites, (issue,) = read_sites(campaign(f"{HEADER}{GOOD}{row}\n"))
    assert len(sites) == 2
    assert (issue.line, issue.column, issue.fatal) == (3, column, False)
    assert word in issue.reason


def test_a_site_without_code_is_known_by_its_row(campaign):
    (_, site), (no_code, alone) = read_sites(campaign(f"{HEADER}{GOOD},滇中新区网,http://b.gov.cn/,,滇中新区\n"))
    assert (site.code, site.group, site.line) == ("row-3", "滇中新区", 3)
    assert messages([no_code, alone]) == [(3, "网站标识码", False), (3, "地区", False)]


@pytest.mark.parametrize(
    ("word", "status"),
    [("", "正常运行"), ("申请例外", "申请例外"), ("申请永久关停", "永久关停"), ("临时下线", "暂时关停")],
)
def test_statuses(campaign, word, status):
    (site,), _ = read_sites(campaign(f"{HEADER}5300000064,甲,http://b.gov.cn/,,,,{word}\n"))
    assert site.status == status


def test_who_serves_the_public(campaign):
    rows = "".join(f"53000000{n},甲,http://{n}.cn/,,,,,{word}\n" for n, word in enumerate(["是", "否", "", "无"], 10))
    sites, issues = read_sites(campaign(HEADER + rows))
    assert [site.serves_public for site in sites] == [True, False, True, False]
    assert issues == []


def test_a_workbook_with_numbers_for_codes(campaign, tmp_path):
    workbook = Workbook()
    workbook.active.append(["网站标识码", "网站名称", "首页网址", "对外服务"])
    workbook.active.append([5300000010, "甲", "http://b.gov.cn/", False])
    workbook.save(tmp_path / "sites.xlsx")
    made = dataclasses.replace(campaign(""), sites_file=str(tmp_path / "sites.xlsx"))
    (site,), issues = read_sites(made)
    assert issues == []
    assert (site.code, site.serves_public) == ("5300000010", False)


def test_a_prefecture_counts_by_county(campaign):
    issuer = Issuer("德宏州人民政府办公室", "533100", direct="州直")
    rows = ["5331000012,德宏州教育局", "5331220001,梁河县扶贫办", "5331030001,芒市人民政府"]
    text = "网站标识码,网站名称,首页网址\n" + "".join(f"{row},http://{n}.gov.cn\n" for n, row in enumerate(rows))
    sites, issues = read_sites(campaign(text, issuer=issuer))
    assert issues == []
    assert [site.group for site in sites] == ["州直", "梁河县", "芒市"]


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (HEADER, 0, "没有数据"),
        (
            HEADER + "1,甲,http://b.gov.cn/\n2,乙,http://c.gov.cn/\n",
            2,
            "没有一行网站可用；第一处：第 2 行 [网站标识码]",
        ),
        ("网站标识码,网站名称\n5300000010,甲\n", 1, "缺少“首页网址”列"),
    ],
)
def test_a_file_without_a_usable_row_is_an_error(campaign, text, line, word):
    made = campaign(text)
    with pytest.raises(InputError) as caught:
        read_sites(made)
    assert (caught.value.file, caught.value.line) == (made.sites_file, line)
    assert word in caught.value.message


# --- columns -----------------------------------------------------------------------------------------------------


def columns_of(campaign, text):
    made = campaign(f"{HEADER}{GOOD},滇中新区网,http://b.gov.cn/,,滇中新区\n", COLUMNS + text)
    return read_columns(made, read_sites(made)[0])


def test_no_file_no_columns(campaign):
    made = campaign(HEADER + GOOD)
    assert read_columns(made, read_sites(made)[0]) == ([], [])


def test_a_column(campaign):
    text = "5300000010,通知公告,http://a.gov.cn/tzgg/,通知公告,办公室\nrow-3,要闻,http://b.gov.cn/yw/,,\n"
    (notice, news), issues = columns_of(campaign, text)
    assert issues == []
    assert (notice.site, notice.name, notice.url) == ("5300000010", "通知公告", "http://a.gov.cn/tzgg/")
    assert (notice.cls, notice.department) == ("notice", "办公室")
    assert (news.site, news.cls) == ("row-3", None)


@pytest.mark.parametrize(
    ("word", "cls"),
    [
        ("动态要闻", "news"),
        ("动态、要闻类", "news"),
        ("动态", "news"),
        ("要闻", "news"),
        ("通知公告", "notice"),
        ("政策文件类栏目", "policy"),
        ("人事", "personnel"),
        ("规划计划", "plan"),
        ("咨询", "consult"),
        ("征集", "survey"),
        ("调查", "survey"),
        ("访谈", "interview"),
        ("办事", "service"),
        ("policy", "policy"),
        ("", None),
    ],
)
def test_classes(campaign, word, cls):
    (column,), issues = columns_of(campaign, f"5300000010,某栏,http://a.gov.cn/x/,{word}\n")
    assert column.cls == cls
    assert issues == []


def test_an_unknown_class_is_left_to_the_name(campaign):
    (column,), (issue,) = columns_of(campaign, "5300000010,某栏,http://a.gov.cn/x/,政策解读\n")
    assert column.cls is None
    assert (issue.column, issue.fatal) == ("栏目类别", False)


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        ("5300000064,某栏,http://a.gov.cn/y/", "网站标识码", "先登记网站"),
        ("5300000010,,http://a.gov.cn/y/", "栏目名称", "没有填"),
        ("5300000010,某栏,", "栏目网址", "没有填"),
        ("5300000010,某栏,/tzgg/", "栏目网址", "不是完整的网址"),
        ("5300000010,某栏,http://a.gov.cn/x", "栏目网址", "与第 2 行是同一网站的同一栏目"),
        ("5300000010,某栏,http://a.gov.cn/y/,动态,办公室,多", "整行", "多出“多”"),
    ],
)
def test_an_unusable_column_is_reported(campaign, row, column, word):
    good = "5300000010,好栏,http://a.gov.cn/x/\n"
    (kept,), (issue,) = columns_of(campaign, good + row + "\n")
    assert kept.name == "好栏"
    assert (issue.line, issue.column, issue.fatal) == (3, column, True)
    assert word in issue.reason


def test_departments_may_share_a_column(campaign):
    text = "".join(f"5300000010,专栏,http://a.gov.cn/x/,,{name}\n" for name in ("甲局", "乙局"))
    columns, issues = columns_of(campaign, text)
    assert [column.department for column in columns] == ["甲局", "乙局"]
    assert issues == []


def test_no_usable_column_is_an_error(campaign):
    with pytest.raises(InputError, match="没有一行栏目可用"):
        columns_of(campaign, "5300000064,某栏,http://a.gov.cn/y/\n")


CELL = st.sampled_from(
    [
        "",
        "5300000010",
        "5304210001",
        "bm29030010",
        "甲",
        "www.a.gov.cn",
        "http://b.gov.cn/",
        "昆明",
        "省直",
        "否",
        "申请例外",
    ]
) | st.text(st.characters(exclude_characters=',;\t"\r\n', exclude_categories=["Cs", "Cc"]), max_size=6)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELL, min_size=8, max_size=8), max_size=5))
def test_every_row_is_a_site_or_a_fatal_issue(campaign, rows):
    text = HEADER + GOOD + "".join(",".join(row) + "\n" for row in rows)
    sites, issues = read_sites(campaign(text))
    rejected = {issue.line for issue in issues if issue.fatal}
    used = {site.line for site in sites}
    assert used.isdisjoint(rejected)
    written = {
        n for n, row in enumerate(rows, 3) if any(any(c.isprintable() and c != " " for c in cell) for cell in row)
    }
    assert written <= used | rejected <= written | set(range(2, 8))
    assert all(site.group and site.name and site.code for site in sites)
    assert len({site.code for site in sites}) == len(sites)
