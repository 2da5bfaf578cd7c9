"""Message boards (政务咨询类) in three shapes: a table, a list with the answers, a list that leads to detail pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plan import Board, day
from text import Writer

if TYPE_CHECKING:
    from styles.base import Style


FORM = {"consult": "letter", "survey": "opinion", "interview": "asked", "other": "complaint"}


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as it is shown; ``answered`` "" = still open."""

    title: str
    asked: str
    answered: str
    question: str
    answer: str


def letters(writer: Writer, board: Board) -> list[Written]:
    found = []
    for i, letter in enumerate(board.letters):
        title, words = writer.letter(FORM[board.cls], f"{board.name}/{i}", day(letter.asked))
        answered = "" if letter.answered is None else day(letter.answered).isoformat()
        found.append(
            Written(
                title,
                day(letter.asked).isoformat(),
                answered,
                writer.question(words),
                answered and writer.answer(words),
            )
        )
    return found


def table(found: list[Written]) -> str:
    def row(i: int, w: Written) -> str:
        cells = (i, w.title, w.asked, "已答复" if w.answered else "办理中", w.answered or "—")
        return f"<tr>{''.join(f'<td>{c}</td>' for c in cells)}</tr>\n"

    rows = "".join(row(i, w) for i, w in enumerate(found, 1))
    head = "<tr><th>编号</th><th>来信标题</th><th>来信时间</th><th>办理状态</th><th>答复时间</th></tr>\n"
    return f'<table class="letters" width="100%" border="1">\n{head}{rows}</table>\n'


def listing(found: list[Written]) -> str:
    def reply(w: Written) -> str:
        if not w.answered:
            return '<p class="state">状态：待答复</p>'
        return f'<div class="reply"><p>答复内容：{w.answer}</p><p>答复时间：{w.answered}</p></div>'

    def row(w: Written) -> str:
        return f'<li class="letter"><h4>{w.title}</h4><p>来信时间：{w.asked}</p><p>来信内容：{w.question}</p>{reply(w)}</li>\n'

    rows = "".join(map(row, found))
    return f'<ul class="letter-list">\n{rows}</ul>\n'


def detail(w: Written) -> str:
    fields = (
        ("来信标题", w.title), ("来信时间", w.asked), ("来信内容", w.question), ("办理状态", "已办结" if w.answered else "受理中"),
        ("答复时间", w.answered), ("答复内容", w.answer),
    )  # fmt: skip
    return (
        '<table class="letter">\n' + "".join(f"<tr><th>{k}：</th><td>{v}</td></tr>\n" for k, v in fields) + "</table>\n"
    )


def linked(style: Style, at: str, board: Board, found: list[Written]) -> str:
    def row(i: int, w: Written) -> str:
        state = "已办结" if w.answered else "受理中"
        link = style.link(at, style.letter_path(board.name, i), w.title)
        return f"<li>{link}<em>[{state}]</em><span>{w.asked}</span></li>\n"

    rows = "".join(row(i, w) for i, w in enumerate(found))
    return f'<ul class="list letters">\n{rows}</ul>\n'


def board(style: Style, at: str, plan: Board) -> str:
    found = letters(style.writer, plan)
    form = f"<p>欢迎通过{plan.name}提出您的意见和问题，我们将在规定时限内办理答复。</p>\n"
    if plan.shape == "table":
        return form + table(found)
    return form + (listing(found) if plan.shape == "list" else linked(style, at, plan, found))
