from datetime import date

import pytest

from .pages import HOST, URL, facts, frame

ASKED, ANSWERED = date(2017, 11, 2), date(2017, 11, 9)


def letters(main, name="局长信箱", url=URL, role="column"):
    found = facts(frame(main, name=name), url, role)
    return found.kind, [(x.title, x.asked, x.answered, x.state) for x in found.letters]


TABLE = (
    "<table><tr><th>编号</th><th>标题</th><th>来信时间</th><th>答复时间</th><th>状态</th></tr>"
    "<tr><td>1</td><td><a href=show.jsp?id=1>关于路灯不亮的问题</a></td><td>2017-11-02</td><td>2017-11-09</td><td>已办结</td></tr>"
    "<tr><td>2</td><td><a href=show.jsp?id=2>关于公交改线的建议</a></td><td>2017-11-02</td><td></td><td>受理中</td></tr>"
    "<tr><td>3</td><td><a href=show.jsp?id=3>关于噪声扰民的投诉</a></td><td>2017-11-02</td><td></td><td></td></tr></table>"
)  # fmt: skip


def test_a_table():
    kind, found = letters(TABLE)
    assert kind == "board"
    assert found == [
        ("关于路灯不亮的问题", ASKED, ANSWERED, "answered"),
        ("关于公交改线的建议", ASKED, None, "open"),
        ("关于噪声扰民的投诉", ASKED, None, "unknown"),
    ]
    assert facts(frame(TABLE, name="局长信箱")).letters[0].url == f"{HOST}/zwgk/tzgg/show.jsp?id=1"


def test_a_board_is_a_listed_column():
    column = facts(frame(TABLE, name="局长信箱")).column
    assert (column.state, column.cls, len(column.items)) == ("listed", "consult", 3)
    assert column.items[0].date == ASKED


def test_a_list():
    _, found = letters(
        "<ul><li><a href=1.html>关于路灯不亮的问题</a><span>来信时间：2017-11-02</span><span>回复时间：2017-11-09</span><em>已回复</em></li>"
        "<li><a href=2.html>关于公交改线的建议</a><span>2017-11-02</span><em>[未回复]</em></li></ul>"
    )
    assert found == [("关于路灯不亮的问题", ASKED, ANSWERED, "answered"), ("关于公交改线的建议", ASKED, None, "open")]


@pytest.mark.parametrize(
    ("reply", "answered", "state"),
    [
        ("<p>答复内容：您好，路灯已于当日修复。</p><p>答复时间：2017-11-09</p>", ANSWERED, "answered"),
        ("<p>答复内容：您好，路灯已于当日修复。</p>", None, "answered"),
        ("<p>答复内容：暂无</p>", None, "unknown"),
        ("<p>答复内容：</p><p>办理状态：受理中</p>", None, "open"),
    ],
)
def test_one_letter_a_page(reply, answered, state):
    kind, found = letters(
        f"<p>标题：关于路灯不亮的问题</p><p>来信时间：2017-11-02</p><p>来信内容：我家门前路灯不亮。</p>{reply}",
        url=f"{HOST}/mail/show.jsp?id=1",
        role="page",
    )
    assert kind == "letter"
    assert found == [("关于路灯不亮的问题", ASKED, answered, state)]


def test_an_empty_board_has_no_letters():
    found = facts(frame("<div>没有留言内容</div><div>共0条 0/0</div>", name="留言板"))
    assert found.letters == ()
    assert (found.column.state, found.board.shows) == ("text", "empty")


def test_a_form_is_no_letter_and_not_blank():
    found = facts(frame("<form action=/save><input name=t><textarea name=c></textarea></form>", name="校长信箱"))
    assert found.letters == ()
    assert found.column.state == "text"


def test_news_that_speak_of_answers_are_no_letters():
    main = "<ul><li><a href=1.html>全县信访积案已办结九成</a><span>2017-11-02</span></li></ul>"
    kind, found = letters(main, name="工作动态")
    assert (kind, found) == ("list", [])


def test_what_a_board_is_called_leaves_out_the_bodys_own_name():
    main = "<p>举报投诉请说明事实</p><textarea></textarea>"
    board = facts(frame(main, name="举报投诉")).board
    assert (board.shows, board.trail) == ("form", ("政务公开", "举报投诉"))


def test_a_page_that_is_no_board_has_no_board():
    assert facts(frame("<p>暂无内容</p>", name="工作动态")).board is None
    assert facts(frame(TABLE, name="工作动态")).letters == ()


@pytest.mark.parametrize(
    "words",
    [
        "路灯坏了，一直未处理",
        "尚未解决",
        "反映多次都说正在办理，却没有下文",
        "本人2016-01-05起多次来信，至今无回复，望尽快处理",
    ],
)
def test_a_letters_own_words_are_not_its_state(words):
    one = f"<li><h4>关于路灯的问题</h4><p>来信时间：2017-11-02</p><p>来信内容：{words}</p><p>答复内容：</p></li>"
    _, found = letters(f"<ul>{one}{one.replace('路灯的', '供水的')}</ul>")
    assert [(asked, state) for _, asked, _, state in found] == [(ASKED, "unknown")] * 2


def test_an_answer_that_promises_one_is_an_answer():
    reply = "<p>答复内容：您好，您反映的问题正在处理中，请耐心等待。</p>"
    main = f"<p>标题：关于路灯的问题</p><p>来信时间：2017-11-02</p><p>来信内容：不亮。</p>{reply}"
    assert letters(main, role="article")[1] == [("关于路灯的问题", ASKED, None, "answered")]


def test_a_day_within_an_answer_is_not_the_day_of_the_answer():
    main = (
        "<h2>关于路灯的问题</h2><p>提问时间：2017-11-02</p><p>路灯不亮。</p><p>县住建局答复：</p>"
        "<p>您好，按照2018年5月1日起施行的办法，已列入计划。</p>"
    )
    assert letters(main, role="article")[1][0][1:] == (ASKED, None, "answered")


def test_the_writers_name_is_no_title():
    one = "<div><span>用户王某2017-11-02</span><p>{}</p><div class=answer><span>2017-11-09</span><p>您好，已修复。</p></div></div>"
    _, found = letters("<div>" + one.format("路灯不亮怎么办") + one.format("停水怎么办") + "</div>", name="在线咨询")
    assert found == [("路灯不亮怎么办", ASKED, ANSWERED, "answered"), ("停水怎么办", ASKED, ANSWERED, "answered")]


def test_an_answer_in_json_needs_a_title_and_a_day():
    body = b'[{"title":"x"},{"list":[{"title":"y","createTime":"2017-11-02","replyTime":null}]}]'
    found = facts(body.decode(), f"{HOST}/api/list", "more", "局长信箱")
    assert [(x.title, x.asked, x.state) for x in found.letters] == [("y", ASKED, "unknown")]
    assert facts(body.decode(), f"{HOST}/api/list", "more", "通知公告").letters == ()


def test_the_box_around_a_short_list_is_no_letter_of_its_own():
    rows = "".join(
        f"<li><a href={n}.html>请问本县何时开展第{n}批社区养老服务报名</a><em>[已办结]</em><span>2017-11-02</span></li>"
        for n in range(3)
    )
    _, found = letters(f"<p>欢迎来信。</p><ul>{rows}</ul>")
    assert len(found) == len(set(found)) == 3


def test_a_title_about_a_time_stays_whole():
    one = "<li><h4>关于{}窗口办公时间的咨询</h4><p>来信时间：2017-11-02</p><p>来信内容：请告知。</p><p>状态：待答复</p></li>"
    _, found = letters("<ul>" + one.format("社保") + one.format("户籍") + "</ul>")
    assert [title for title, *_ in found] == ["关于社保窗口办公时间的咨询", "关于户籍窗口办公时间的咨询"]
