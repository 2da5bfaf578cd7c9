from datetime import date

import pytest

from govcrawl.reading import read

from .pages import HOST, facts, frame

URL = f"{HOST}/zwgk/tzgg/1001.html"
DAY = date(2019, 3, 6)
PROSE = "<p>2019年2月27日，全县召开工作会议，对年度工作作出安排，各乡镇、各部门负责同志参加会议。</p>" * 3
HEAD = "<title>关于开展普查的通知-甲县人民政府网</title>"


def article(main, url=URL, head="", role="article", **parts):
    found = facts(frame(main, head=head, **parts).replace("<title>通知公告-", "<title>关于开展普查的通知-"), url, role)
    assert found.kind == "article"
    return found.article


@pytest.mark.parametrize(
    "main",
    [
        f"<h1>关于开展普查的通知</h1><div>发布时间：2019-03-06 08:30 来源：县政府办</div>{PROSE}",
        f"<h1>关于开展普查的通知</h1><div>2019年03月06日 08:30</div>{PROSE}",
        f"<h1>关于开展普查的通知</h1><span>2019-03-06 14:55:0</span>{PROSE}",
        f"<h1>关于开展普查的通知</h1>{PROSE}<p>发布日期：2019-03-06 责任编辑：某某</p>",
        f"<h1>关于开展普查的通知</h1><p>发布者：发布时间：2019-03-06点击数：</p>{PROSE}",
        f"<h1>关于开展普查的通知</h1><p>作者：某某 编辑：管理员 2019-03-06 10:00:00</p>{PROSE}",
        "<h1>关于开展普查的通知</h1>发布时间：<script>var pubdata='2019年03月06日'; if(pubdata!=''){document.write(pubdata);}</script>"
        + PROSE,
    ],
)
def test_published(main):
    assert article(main).published == DAY


def test_published_in_the_meta_tag_goes_first():
    assert (
        article(
            f"<h1>关于开展普查的通知</h1><p>时间：2018-01-01</p>{PROSE}", head="<meta content=2019-03-06 name=PubDate>"
        ).published
        == DAY
    )


def test_published_in_the_url_goes_last():
    assert article(f"<h1>关于开展普查的通知</h1>{PROSE}", url=f"{HOST}/t20190306_1.html").published == DAY
    assert (
        article(
            f"<h1>关于开展普查的通知</h1><p>发布时间：2019-03-06</p>{PROSE}", url=f"{HOST}/t20200101_1.html"
        ).published
        == DAY
    )


def test_a_date_of_the_prose_is_never_the_publish_date():
    assert article(f"<h1>关于开展普查的通知</h1>{PROSE}").published is None


@pytest.mark.parametrize("name", ["others", "Maketime"])
def test_generation_time_is_no_publish_date(name):
    assert (
        article(
            f"<h1>关于开展普查的通知</h1>{PROSE}", head=f"<meta name={name} content='页面生成时间 2026-01-01'>"
        ).published
        is None
    )


@pytest.mark.parametrize(
    "main",
    [
        f"<h1>关于开展普查的通知</h1>{PROSE}",
        f"<div class=x_title>关于开展普查的通知</div>{PROSE}",
        f"<p><b>关于开展</b><b>普查的通知</b></p>{PROSE}",
        f"<td class=x_content_title>关于开展普查的通知</td><div id=zoom><h2>信息来源：某局</h2>{PROSE}</div>",
    ],
)
def test_title(main):
    assert article(main).title == "关于开展普查的通知"


def test_title_where_the_head_names_only_the_site():
    found = read(f"<title>甲县人民政府网</title><h1>关于放假安排的通知</h1>{PROSE}".encode(), URL, role="article")
    assert found.article.title == "关于放假安排的通知"
    found = read(f"<title>甲县</title><meta name=ArticleTitle content=关于放假的通知>{PROSE}".encode(), URL)
    assert (found.kind, found.article.title) == ("article", "关于放假的通知")


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("来源：县政府办公室 点击：3", "县政府办公室"),
        ("信息来源:甲县日报", "甲县日报"),
        ("文章来源： 　发布时间：2019-03-06", ""),
        ("作者：某某", ""),
        ("来源：甲县发布 发布时间：2019-03-06", "甲县发布"),
        ("（信息来源：甲县日报）", "甲县日报"),
        ("来源：甲县日报2019-03-05文", "甲县日报"),
        ("来源：甲县观察 甲县微观察", "甲县观察 甲县微观察"),
        ("数据来源：统计年鉴", ""),
    ],
)
def test_source(line, source):
    assert article(f"<h1>关于开展普查的通知</h1><p>{line}</p>{PROSE}").source == source


def test_source_in_the_meta_tag():
    assert (
        article(f"<h1>题目四字</h1>{PROSE}", head="<meta name=contentSource content=省政府办公厅>").source
        == "省政府办公厅"
    )


def test_text_of_the_body_without_hidden_parts():
    main = f"<h1>关于开展普查的通知</h1><div class=TRS_Editor>{PROSE}<p style='display:none'>暗字</p></div><div>上一篇：无</div>"
    text = article(main).text
    assert text.startswith("2019年2月27日")
    assert "暗字" not in text
    assert "上一篇" not in text


def test_an_article_behind_a_column_link_is_a_text_column():
    found = facts(
        frame(f"<h1>单位职能</h1><div class=TRS_Editor>{PROSE}</div>", name="单位职能"), f"{HOST}/dwzn/t20170101_1.html"
    )
    assert found.column.state == "text"
    assert found.column.cls == "static"


def test_a_list_is_no_article():
    rows = "".join(
        f"<li><a href={n}.html>关于第{n}次会议情况的通报</a>发布时间：2019-03-0{n}</li>" for n in range(1, 7)
    )
    found = facts(frame(f"<ul>{rows}</ul>"), role="page")
    assert found.kind == "list"
    assert found.article is None
    assert len(found.column.items) == 6


@pytest.mark.parametrize(
    "line",
    [
        "（2012年6月1日县人民政府常务会议通过）",
        "培训班于2026年5月1日开班",
        "2019年2月27日全县工作会议",
        "2026-03-06 — 2026-03-10",
        "报名时间：2026年4月1日",
        "今天是2026年9月7日",
        "页面生成时间：2026-09-01",
        "自2026-03-06起施行",
    ],
)
def test_days_beside_the_publish_date(line):
    assert article(f"<h1>关于开展普查的通知</h1><p>{line}</p>{PROSE}").published is None


@pytest.mark.parametrize(
    "head",
    [
        f"<td>{{}}</td></tr><tr><td>{DAY}</td>",
        f"<td align=center>{{}}</td></tr><tr><td>字体：大 中 小</td></tr><tr><td>时间：{DAY} 点击：3</td>",
        "<td><center>{}</center></td></tr><tr><td>各乡镇人民政府：</td>",
        "<td><p><strong>{}</strong></p></td>",
        "<td><p style='TEXT-ALIGN: center'>{}</p></td>",
    ],
)
def test_a_heading_that_only_its_place_or_dress_tells(head):
    page = frame(f"<table><tr>{head.format('关于放假安排的通知')}</tr><tr><td>{PROSE}</td></tr></table>")
    found = read(page.encode(), URL, role="article").article
    assert found.title == "关于放假安排的通知"
    assert found.published == (DAY if str(DAY) in head else None)


def test_a_breadcrumbs_name_is_no_heading():
    page = frame(f"<table><tr><td>通知公告</td></tr><tr><td>{DAY}</td></tr><tr><td>{PROSE}</td></tr></table>")
    found = read(page.replace("<title>通知公告-", "<title>").encode(), URL, role="article").article
    assert (found.title, found.published) == ("甲县人民政府网", None)


def test_an_unnamed_body_is_found_by_its_words():
    menu = "".join(f"<li><a href={n}.html>第{n}次会议</a></li>" for n in range(9))
    page = frame(
        f"<h1>关于开展普查的通知</h1><ul>{menu}</ul><div><div>{PROSE}</div><p>上一篇：<a href=1.html>无</a></p></div>"
    )
    text = read(page.encode(), URL, role="article").article.text
    assert text.startswith("2019年2月27日")
    assert "第3次会议" not in text
    assert "上一篇" not in text
