from datetime import date

import pytest

from .pages import HOST, URL, facts, frame

DAY = date(2026, 9, 7)
OLD = date(2026, 8, 1)


def items(main, url=URL, **frame_parts):
    column = facts(frame(main, **frame_parts), url).column
    assert column is not None
    return column.items


SHAPES = {
    "after": "<ul><li><a href=1001.html title=关于开展普查的通知>关于开展…</a><span class=date>2026-09-07</span></li>"
    "<li><a href=1002.html>关于放假安排的通知</a><span>\n 2026-08-01 \n</span></li></ul>",
    "before": "<ul><li><span class=date>2026-09-07</span><a href=1001.html title=''>关于开展普查的通知</a></li>"
    "<li><span>2026-08-01</span><a href=1002.html>关于放假安排的通知</a></li></ul>",
    "inside": "<ul><li><a href=1001.html><h4>关于开展普查的通知</h4><div><span>2026-09-07</span></div></a></li>"
    "<li><a href=1002.html><p>关于放假安排的通知</p><span>2026-08-01</span></a></li></ul>",
    "cell": "<table><tr><td>·</td><td><a href=1001.html>关于开展普查的通知</a></td><td><span>2026/9/7&nbsp;</span></td></tr>"
    "<tr><td>·</td><td><a href=1002.html>关于放假安排的通知</a></td><td><span>2026/8/1&nbsp;</span></td></tr></table>",
    "label": "<ul><li><a href=1001.html>关于开展普查的通知</a>(发布时间：2026-09-07 11:06:22 阅读次数：<em>12</em>)</li>"
    "<li><a href=1002.html>关于放假安排的通知</a>发布时间：<em>2026年08月01日 09:30</em></li></ul>",
    "month-day over year": "<ul><li><div><p>09/07</p><p>2026</p></div><a href=1001.html>关于开展普查的通知</a></li>"
    "<li><div><p>08/01</p><p>2026</p></div><a href=1002.html>关于放假安排的通知</a></li></ul>",
    "day over year-month": "<ul><li><div><b>07</b><i>2026-09</i></div><a href=1001.html>关于开展普查的通知</a></li>"
    "<li><div><b>01</b><i>2026-08</i></div><a href=1002.html>关于放假安排的通知</a></li></ul>",
    "in the words": "<ul><li><a href=1001.html>[2026-09-07]关于开展普查的通知</a></li><li><a href=1002.html>关于放假安排的通知 2026-08-01</a></li></ul>",
    "short year": "<ul><li><a href=1001.html>关于开展普查的通知</a><i>26-09-07 23:16</i></li>"
    "<li><a href=1002.html>关于放假安排的通知</a><i>26-08-01 08:00</i></li></ul>",
    "dots, loose": "<div><a href=1001.html>关于开展普查的通知</a> 2026.09.07<br><a href=1002.html>关于放假安排的通知</a> 2026.08.01</div>",
    "loose, dates first": "<div>2026.09.07 <a href=1001.html>关于开展普查的通知</a><br>2026.08.01 <a href=1002.html>关于放假安排的通知</a><br>"
    "2026.07.01 <a href=1003.html>关于汛期值守的通知</a></div>",
    "closed too early": "<table><tr><td><table></table></td></tr><tr><td></td><td><a href=1001.html>关于开展普查的通知</a></td>"
    "<td><span>2026-09-07</span></td></tr></table></td></tr><tr><td><a href=1002.html>关于放假安排的通知</a></td><td><span>2026-08-01</span></td></tr></table>",
    "definition list": "<dl><dt><a href=1001.html>关于开展普查的通知</a></dt><dd>2026-09-07</dd><dt><a href=1002.html>关于放假安排的通知</a></dt><dd>2026-08-01</dd></dl>",
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_a_list(shape):
    got = items(SHAPES[shape])
    assert [(i.url, i.title, i.date, i.dated_by) for i in got[:2]] == [
        (f"{HOST}/zwgk/tzgg/1001.html", "关于开展普查的通知", DAY, "shown"),
        (f"{HOST}/zwgk/tzgg/1002.html", "关于放假安排的通知", OLD, "shown"),
    ]


def test_date_only_in_the_url():
    got = items("<ul><li><a href=202609/t20260907_12.html>关于开展普查的通知</a></li></ul>")
    assert [(i.date, i.dated_by) for i in got] == [(DAY, "url")]


def test_the_shown_date_goes_before_the_urls():
    got = items("<ul><li><a href=t20260612_12.html>关于开展普查的通知</a><span>2026/06/22</span></li></ul>")
    assert got[0].date == date(2026, 6, 22)


@pytest.mark.parametrize(
    ("href", "shown", "day", "by"),
    [
        ("t20260907_1.html", "09-07", DAY, "shown"),
        ("t20260905_1.html", "[09-07]", DAY, "shown"),
        ("t20170520_1.html", "09-17", None, "unread"),
        ("1001.html", "09-07", None, "unread"),
    ],
)
def test_no_year_is_guessed(href, shown, day, by):
    got = items(f"<ul><li><a href={href}>关于开展普查的通知</a><span>{shown}</span></li></ul>")
    assert [(i.date, i.dated_by) for i in got] == [(day, by)]


def test_a_pinned_old_entry_does_not_hide_the_newest():
    got = items(
        "<ul><li><b>置顶</b><a href=1.html>关于加强管理的通知</a><i>2024-09-20</i></li><li><a href=2.html>关于开展普查的通知</a><i>2026-09-07</i></li></ul>"
    )
    assert max(i.date for i in got) == DAY


def test_related_links_inside_an_entry():
    got = items(
        "<ul><li><a href=1001.html>关于印发普查工作方案的通知</a><div class=popbox><a href=1002.html>一图读懂</a><a href=1003.html>政策解读</a></div>"
        "<span>2026-09-07</span></li></ul>"
    )
    assert (got[0].title, got[0].date) == ("关于印发普查工作方案的通知", DAY)


def test_separators_and_a_pager_in_the_list():
    got = items(
        "<ul><li><a href=1001.html>关于开展普查的通知</a><span>2026-09-07</span></li><div class=line1></div><li class=empty></li>"
        "<li><a href=index_1.html>下一页</a><a href=index_2.html>2</a></li></ul>"
    )
    assert len(got) == 1


def test_a_hidden_tab_is_part_of_the_page():
    got = items(
        "<ul style='display: none'><li><a href=1001.html>关于开展普查的通知</a><span>2026-09-07</span></li></ul>"
    )
    assert got[0].date == DAY


def test_entries_without_an_address_are_shown_all_the_same():
    got = items(
        "<ul><li><a href='javascript:;'>关于开展普查的通知</a><span>2026-09-07</span></li>"
        "<li><a href='javascript:;'>关于放假安排的通知</a><span>2026-08-01</span></li><li>没有链接的一条通知<span>2026-07-01</span></li></ul>"
    )
    assert [(i.title, i.url) for i in got] == [
        ("关于开展普查的通知", URL),
        ("关于放假安排的通知", URL),
        ("没有链接的一条通知", URL),
    ]


def test_a_picture_and_its_caption_are_one_entry():
    got = items(
        "<div><a href=picinfo-501.html><img src=p.jpg alt=第三季度预期调查报告></a><a href=picinfo-501.html title=第三季度居民消费价格预期调查报告>第三季度…</a></div>"
    )
    assert [i.title for i in got] == ["第三季度居民消费价格预期调查报告"]


def test_records_of_a_jpage_store():
    got = items(
        "<div id=1><script type='text/xml'><datastore><nextgroup></nextgroup><recordset>"
        "<record><![CDATA[<li><a href='/art/2026/9/7/art_1_2.html' title='关于开展普查的通知'>关于</a><b>2026-09-07</b></li>]]></record>"
        "</recordset></datastore></script></div><script>$('#1').jpage({dataStore:x,columnid:1})</script>"
    )
    assert [(i.url, i.date) for i in got] == [(f"{HOST}/art/2026/9/7/art_1_2.html", DAY)]


def test_dates_in_prose_date_no_link():
    prose = "各县（市、区）人民政府，2019年2月27日，全县召开会议，对年度工作作出安排。" * 20
    got = items(f"<p>{prose}</p><p><a href=/f/1.doc>附件1：实施方案</a></p><p>2019年3月1日</p><p>{prose}</p>")
    assert all(i.dated_by != "shown" or i.date == date(2019, 3, 1) for i in got)
    assert not any(i.date == date(2019, 2, 27) for i in got)


def test_spam_hidden_in_a_page_is_no_entry():
    spam = "".join(f"<a href=http://spam{i}.com/t20260907_1.html>网上娱乐平台注册送彩金大全<a>" for i in range(40))
    assert items(
        f"<ul><li><a href=1.html>关于开展普查的通知</a><i>2026-09-07</i></li></ul><div style='display:none;'>{spam}</div>"
    )[0].title == ("关于开展普查的通知")
    assert (
        len(
            items(
                f"<ul><li><a href=1.html>关于开展普查的通知</a><i>2026-09-07</i></li></ul><div style='display:none;'>{spam}</div>"
            )
        )
        == 1
    )


def entry(day, n):
    return f"<li><a href={n}.html>关于第{n}次会议情况的通报</a><i>{day}</i></li>"


@pytest.mark.parametrize(
    ("main", "url", "pages"),
    [
        (entry("2026-09-07", 1) + "<script>createPageHTML(31, 0, 'index', 'shtml')</script>", URL, ()),
        (entry("2026-09-07", 1) + "<script>createPageHTML(31, 4, 'index', 'shtml')</script>", URL, ("/zwgk/tzgg/index.shtml",)),
        (
            entry("2020-01-01", 1) + entry("2021-01-01", 2) + entry("2022-01-01", 3) + "<script>createPageHTML(9,0,'index','html')</script>",
            URL,
            ("/zwgk/tzgg/index_8.html",),
        ),
        (
            entry("2026-09-07", 1) + "<p><a href=../tzgg.htm>首页</a><a href=2.htm>上页</a><a href=0.htm>尾页</a></p>",
            f"{HOST}/zwgk/tzgg/1.htm",
            ("/zwgk/tzgg.htm", "/zwgk/tzgg/2.htm"),
        ),
        (
            entry("2026-09-07", 1) + "<p><a href=index.html>首页</a><a href=59.htm>下页</a></p>",
            URL,
            (),
        ),
    ],
    ids=["first", "later", "oldest first", "descending numbers", "first again"],
)  # fmt: skip
def test_pages_that_may_hold_newer_entries(main, url, pages):
    assert facts(frame(f"<ul>{main}</ul>"), url).column.next_pages == tuple(HOST + p for p in pages)


@pytest.mark.parametrize(
    ("row", "days"),
    [
        ("<tr><td>2026-02</td><td>01</td><td>考生一二三四五六</td></tr>", []),
        ("<tr><td>2026-02<br>01</td><td><a href=1001.html>关于开展普查的通知</a></td></tr>", [date(2026, 2, 1)]),
        ("<tr><td>2026-02</td><td>01</td><td><a href=1001.html>关于开展普查的通知</a></td></tr>", [date(2026, 2, 1)]),
        ("<tr><td>09-07</td><td>没有链接也没有年份的一行</td></tr>", []),
        ("<tr><td>2026-09-07</td><td>没有链接的一条通知</td></tr>", [DAY]),
    ],
)
def test_cells_of_a_table(row, days):
    assert [i.date for i in items(f"<table>{row}</table>")] == days


def test_a_date_of_a_pop_up_is_not_the_entrys():
    got = items(
        "<ul><li><div><a href=1001.html>关于开展普查的通知</a><p><b>成文日期：<i>2026-08-01</i></b></p></div><div>2026-09-07</div></li></ul>"
    )
    assert [i.date for i in got] == [DAY]


def test_todays_date_dates_nothing():
    assert items("<div>今天是2026年9月7日 <a href=1001.html>关于开展普查的通知</a></div>")[0].date is None


def test_a_heading_that_the_url_contradicts_dates_nothing():
    got = items(
        "<p>2026年</p><ul><li><a href=t20120907_1.html>关于开展普查的通知</a><i>09-05</i></li>"
        "<li><a href=1002.html>关于放假安排的通知</a><i>08-01</i></li></ul>"
    )
    assert [(i.date, i.dated_by) for i in got] == [(date(2012, 9, 5), "shown"), (OLD, "shown")]


def test_a_box_of_years_dates_nothing():
    years = "".join(f"<p>{year}年</p>" for year in range(1990, 2027)) * 2
    rows = "".join(f"<li><a href={n}.html>关于第{n}次会议情况的通报</a><i>09-0{n}</i></li>" for n in range(1, 6))
    assert [i.date for i in items(f"{years}<ul>{rows}</ul>")] == [None] * 5
    assert items(f"<p>2026年</p><ul>{rows}</ul>")[0].date == date(2026, 9, 1)
