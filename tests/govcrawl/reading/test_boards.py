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
    assert found.column.state == "blank"


def test_a_form_is_no_letter_and_not_blank():
    found = facts(frame("<form action=/save><input name=t><textarea name=c></textarea></form>", name="校长信箱"))
    assert found.letters == ()
    assert found.column.state == "text"


def test_news_that_speak_of_answers_are_no_letters():
    main = "<ul><li><a href=1.html>全县信访积案已办结九成</a><span>2017-11-02</span></li></ul>"
    kind, found = letters(main, name="工作动态")
    assert (kind, found) == ("list", [])
