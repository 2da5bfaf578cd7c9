"""Message boards (政务咨询): letters with the day asked, the day answered and the state shown, in tables, lists or one a page.

A letter is ``open`` only where the page says so in words of its own: not in the letter's, which may complain that nothing is
done yet, and not in the answer's.  Without such words it is ``unknown``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from govcrawl.facts import BoardFacts, BoardShows, Letter
from govcrawl.reading import articles, dates, progress
from govcrawl.reading.document import Anchor, Document
from govcrawl.reading.drawn import Canvas
from govcrawl.reading.lists import is_noise
from govcrawl.reading.marks import alone
from govcrawl.reading.onward import next_page
from govcrawl.reading.progress import MAX_STATE, State
from govcrawl.reading.regions import Regions

_BOARD: Final = re.compile(
    r"信箱|留言|来信|咨询|投诉|互动|信访|问政|答疑|写信|建议|诉求|民意|12345|回复|答复|问答|提问|举报|接访"
)
_ASKED: Final = re.compile(
    r"(?:来信|写信|去信|留言|提问|咨询|投诉|举报|提交|发布|发表|来件|信件|受理|申请|反映|建议|上报|创建|诉求|登记)(?:时间|日期|于)$|^时间$|^日期$"
)
_ANSWERED: Final = re.compile(
    r"^(?!.*(?:最新|最后|最近)).*(?:回复|答复|办结|回信|反馈|处理|办理|解答|回应|回答|办复)(?:发布|完成)?(?:时间|日期|于)$"
)
_TITLES: Final = (  # the first that matches names the column of titles
    re.compile(r"标\s*题|主\s*题|题\s*目|信件名称|来信名称|事由"),
    re.compile(r"(?:问题|内容|诉求|来信|信件|留言|事项)(?!类|编|时|日|人|状|处)"),
)
_STATUS: Final = re.compile(
    r"状\s*态|(?:办理|处理|回复|答复)情况|(?:处理|办理)结果|是否(?:回复|答复|办结|办理|处理|已)|进\s*度|^(?:回复|答复|办结|处理)$"
)
_REPLY: Final = re.compile(
    r"^[【\[（(]?(?:[\u4e00-\u9fff]{0,8}?(?<!的)(?:回复|答复|回信)(?:内容|意见|情况|单位|部门|人|如下|信息|结果)?|答|A|处理结果|办理结果|办理情况|处理情况|处理意见|解答|官方回答|回答)"
    r"(?:[】\]）)]\s*[:：]?|\s*[:：]|\s*$|\s+(?=\S*(?:19|20)\d\d))"
)
#: Who answered, and when: not the answer itself.
_REPLIER: Final = re.compile(
    r"^[【\[]?\s*(?:回复|答复|回信|办理|承办|处理|受理|回应|解答)?(?:单位|部门|人员?|时间|日期)(?:[】\]]\s*[:：]?|\s*[:：])\s*(?:[^\s，。；:：]{0,20}|暂无)\s*$"
)
_REPLY_BOX: Final = re.compile(
    r"(?:^|[\s_-])(?:re_?|ask_?)?(?:answer|reply|huifu|dafu|hf|hfnr|feedback|response)(?:$|[\s_-]|\w{0,8}$)"
)
_NO_REPLY: Final = re.compile(r"^(?:暂无|无|未回复|待回复|-+|—+)?$")
_BOXES: Final = ("li", "div", "dl", "table", "section", "article", "tbody", "tr", "dt")
_ENTRIES: Final = ("li", "tr", "dl", "div")
_PARTS: Final = ("td", "th", "li", "div", "span", "dd", "dt", "p", "em", "i", "b", "a")
MAX_LETTER: Final = 10_000  #: characters of a letter with its reply
MAX_AROUND: Final = 400  #: characters of an entry of a list
MIN_LETTER: Final = 15  #: characters; a box with less is a date, not a letter
_DAY: Final = r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}"
_DATE_LABEL: Final = re.compile(
    rf"([\u4e00-\u9fff]{{2,8}}(?:时间|日期)|[\u4e00-\u9fff]{{2}}于)\s*[:：]?\s*\n?\s*({_DAY})?"
)
#: ``用户王某2018-01-02``: who asked, and when.
_ASKER: Final = re.compile(
    rf"^(?:用户|网友|网民|市民|来信人|咨询人|提问人|留言人|游客|匿名)[^\n]{{0,24}}?[\s:：（(]*({_DAY})", re.M
)
_LABELLED_TITLE: Final = re.compile(r"(?:标\s*题|主\s*题|题\s*目)\s*[:：]?\s*\n?\s*([^\n]{2,100})")
#: ``城管局：2018-01-05 回复：…``
_SIGNED: Final = re.compile(
    rf"^[^\n，。；]{{0,20}}?({_DAY})\s*日?(?:\s*\d\d?:\d\d(?::\d\d)?)?\s*(?:回复|答复|回应|[:：])"
)
_QUESTION: Final = re.compile(r"^[【\[]?(?:问题?|提问|咨询|留言|来信)(?:内容|问题)?(?:[】\]]\s*[:：]?|\s*[:：])")
_TIME: Final = re.compile(r"\s*\b\d\d?:\d\d(?::\d\d)?")
_WRITER: Final = re.compile(r"^(?:用户|网友|网民|来信人|咨询人|提问人|留言人|写信人|姓名|昵称|编号|信件编号)")

_EMPTY: Final = re.compile(
    r"(?:没有|暂无|尚无|无|未找到|没有找到)(?:任何|相关|符合条件的|公开的?|您要找的|更多)*(?:的)?(?:留言|来信|信件|咨询|问题|投诉|建议|提问|信息|记录|数据|内容)"
)
_ZERO: Final = re.compile(r"共\s*(?:有|计)?\s*[:：]?\s*0\s*(?:条|封|件|个|页|则)|总数\s*[:：]?\s*0(?!\d)")
_UNIT: Final = re.compile(
    r"(?:局|厅|网|网站|委|委员会|办|办公室|政府|站|中心|会|院)$"
)  #: a body's own name is no board's
_LISTED: Final = re.compile(r"letterList|mailList|messageList|consultList|letter_list|getLetter|queryLetter", re.I)
_RECORD: Final = re.compile(r"\{[^{}]{20,3000}\}")
_PAIR: Final = re.compile(r"""["']?(\w{3,30})["']?\s*:\s*(?:"([^"\n]{0,500})"|'([^'\n]{0,500})')""")
_KEYS: Final = (
    ("letterTitle", "showLetterTitle", "mailTitle", "title", "subject", "theme"),
    ("writeDate", "askDate", "askTime", "letterDate", "submitTime", "submitDate", "mailDate", "writeTime", "createTime", "createDate"),
    ("replyDate", "replyTime", "answerDate", "answerTime", "dealDate", "dealTime", "finishTime", "finishDate"),
    ("statusName", "stateName", "status", "state", "dealStatus"),
)  # fmt: skip


def is_board(doc: Document, regions: Regions, name: str) -> bool:
    """Whether the page speaks of letters at all: in its title, breadcrumb or the column's name."""
    return names_board(" ".join((doc.title, name, *regions.crumb_names)))


def names_board(name: str) -> bool:
    return bool(_BOARD.search(name))


def read(doc: Document, regions: Regions, name: str, found: tuple[Letter, ...]) -> BoardFacts:
    """What a board shows to anyone, and what it is called; ``found``: the letters read on it."""
    titles = re.split(r"[-_—|–]+", doc.title)[:1]
    names = dict.fromkeys(n.strip() for n in (*regions.crumb_names, *titles, name))
    trail = tuple(n for n in names if n and not _UNIT.search(n))
    return BoardFacts(_shows(doc, regions, found), trail, next_page(doc, regions))


def _shows(doc: Document, regions: Regions, found: tuple[Letter, ...]) -> BoardShows:
    if found:
        return "letters"
    start, end = regions.area
    if any(_LISTED.search(script) for script in doc.scripts.values()):
        return "script"
    if (text := doc.seen(start, end)) and (_EMPTY.search(text) or _ZERO.search(text)):
        return "empty"
    return "form" if doc.holds(start, end, "textarea") else ""


def letters(doc: Document, regions: Regions) -> tuple[Letter, ...]:
    """The letters of a board page, or the one of a detail page."""
    start, end = regions.area
    found = (
        tuple(_table_letters(doc, start, end))
        or tuple(_whole_letters(doc, start, end))
        or tuple(_list_letters(doc, start, end))
    )
    return found or tuple(_detail(doc, regions, start, end)) or tuple(_recorded(doc))


# --- tables: a head row names the cells --------------------------------------------------------------------------


def _table_letters(doc: Document, start: int, end: int) -> Iterator[Letter]:
    """Rows below a head; both may be of a table, or lists and boxes laid out like one."""
    for row in _head_rows(doc, start, end):
        heads = [doc.text(c) for c in _cells(doc, row)]
        title, asked = _titled(heads), _column(heads, _ASKED)
        if any(dates.find(head) for head in heads):
            continue
        if title is not None and (asked is not None or _column(heads, _STATUS) is not None):
            rows = (k for k in range(doc.end[row], end) if doc.tags[k] == doc.tags[row])
            if found := list(_rows(doc, rows, heads, title)):
                yield from found
                return


def _head_rows(doc: Document, start: int, end: int) -> Iterator[int]:
    """Elements of at least two parts around a short text that may head a column of titles."""
    seen: set[int] = set()
    for i in doc.texts_in(start, end):
        if len(doc.texts[i]) <= 12 and any(p.search(doc.texts[i]) for p in _TITLES):
            for k in doc.above(i, 4):
                if k not in seen and k >= start and len(_cells(doc, k)) > 1:
                    seen.add(k)
                    yield k


def _rows(doc: Document, rows: Iterable[int], heads: list[str], title: int) -> Iterator[Letter]:
    asked, status, answers = _column(heads, _ASKED), _column(heads, _STATUS), _columns(heads, _ANSWERED)
    for row in rows:
        cells = _cells(doc, row)
        if len(cells) < len(heads):
            continue
        words = [doc.text(c) for c in cells]
        link = next(iter(doc.anchors_in(cells[title], doc.end[cells[title]])), None)
        day = min((day for k in answers if (day := dates.find(words[k]))), default=None)
        state = _cell_state(doc, cells[status], heads[status]) if status is not None else "unknown"
        if state == "unknown" and answers:
            state = progress.of(words[answers[0]])
        if words[title]:
            at = dates.find(words[asked]) if asked is not None else None
            yield _letter(link.words if link and link.words else words[title], at, day, state, link)


def _cell_state(doc: Document, cell: int, head: str) -> State:
    """As words, as a picture's, or as the answer to the head's own question (是否答复)."""
    pictures = (i for i in range(cell, doc.end[cell]) if doc.tags[i] == "img")
    words = (doc.text if doc.shaded[cell] else doc.seen)(cell) or " ".join(
        doc.attr(i, "alt") or doc.attr(i, "title") for i in pictures
    )
    if "是否" in head or len(head) == 2:
        if words in ("是", "√", "有"):
            return "answered"
        if words in ("否", "×"):
            return "open"
    return progress.of(words)


def _cells(doc: Document, row: int) -> list[int]:
    """The parts of a row: its direct children."""
    found, k = [], row + 1
    while k < doc.end[row]:
        if doc.tags[k] in _PARTS:
            found.append(k)
        k = doc.end[k]
    return found


def _titled(heads: list[str]) -> int | None:
    return next((k for pattern in _TITLES if (k := _column(heads, pattern)) is not None), None)


def _column(heads: list[str], pattern: re.Pattern[str]) -> int | None:
    return next(iter(_columns(heads, pattern)), None)


def _columns(heads: list[str], pattern: re.Pattern[str]) -> list[int]:
    named = ((k, head.strip(" ：:↓↑▲▼")) for k, head in enumerate(heads) if len(head) <= 14)
    return [k for k, head in named if pattern.search(head)]


# --- lists: an entry holds a title, a date and a state ----------------------------------------------------------------


def _list_letters(doc: Document, start: int, end: int) -> Iterator[Letter]:
    for box, link in _innermost(doc, _dated(doc, start, end)):
        rest = _rest(doc, box, link)
        if (m := _LABELLED_TITLE.search(rest)) and link.words not in m[1] and _labelled(rest)[0]:
            continue  # a whole letter, and another page's link beside it
        asked, answered, state = *_entry_days(rest), progress.of_entry(rest)
        if (state != "unknown" or answered) and (asked or answered):
            yield _letter(link.words, asked, answered, state, link)


def _dated(doc: Document, start: int, end: int) -> Iterator[tuple[int, Anchor]]:
    """Boxes that hold a title and a date, what lies around them too."""
    for box in range(start, end):
        if doc.tags[box] in _ENTRIES and doc.chars(box, doc.end[box]) <= MAX_AROUND:
            link = _titled_link(doc, box, doc.end[box])
            if link and dates.find(_rest(doc, box, link)):
                yield box, link


def _innermost(doc: Document, boxes: Iterable[tuple[int, Anchor]]) -> list[tuple[int, Anchor]]:
    """The entries among them: rows of lists that hold no other, and boxes outside of these that hold none.  What stands around an
    entry, such as a choice of states, is no word of it.
    """
    found: list[tuple[int, Anchor]] = []
    for box, link in boxes:
        while found and box < doc.end[found[-1][0]] and _is_row(doc, box) >= _is_row(doc, found[-1][0]):
            found.pop()
        if not (found and box < doc.end[found[-1][0]]):
            found.append((box, link))
    return found


def _is_row(doc: Document, box: int) -> bool:
    return doc.tags[box] != "div"


def _rest(doc: Document, box: int, link: Anchor) -> str:
    """What an entry shows beside its title, without what may be selected, or is hidden, in it."""
    choice, hidden = doc.within("select"), doc.shaded
    words = [i for i in doc.texts_in(box, doc.end[box]) if not choice[i] and hidden[i] <= hidden[box]]
    return doc.joined(words).replace(link.text, " ", 1)


def _titled_link(doc: Document, start: int, end: int) -> Anchor | None:
    return next((a for a in doc.anchors_in(start, end) if len(a.words) > 3 and not is_noise(a.words)), None)


def _entry_days(text: str) -> tuple[date | None, date | None]:
    """(asked, answered): by label; else the first date is the day asked."""
    asked, answered = _labelled(text)
    first = dates.find(text)
    return asked or (first if first != answered else None), answered


def _labelled(text: str) -> tuple[date | None, date | None]:
    asked = answered = None
    for m in _DATE_LABEL.finditer(text):
        day = dates.find(m[2] or "")
        if day and _ANSWERED.search(m[1]):
            answered = min(answered or day, day)  # what came first was an answer
        elif day and _ASKED.search(m[1]):
            asked = asked or day
    return asked, answered


# --- whole letters, one box each, the reply in it or below ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Whole:
    """A letter with its reply.  ``reply``: its words, "" where its place is shown empty, None where there is no such place."""

    asked: date | None
    answered: date | None
    reply: str | None
    state: State


def _whole_letters(doc: Document, start: int, end: int) -> Iterator[Letter]:
    """Boxes that hold one asked date each; a page with fewer than two of them is read as one letter."""
    boxes = [k for k in range(start, end) if doc.tags[k] in _BOXES and _openings(doc, k) == 1]
    known = set(boxes)
    outer = [k for k in boxes if known.isdisjoint(doc.above(k))]
    for k, following in pairwise([*outer, end]) if len(outer) > 1 else ():
        until = min(following, doc.end[doc.parent[k]])
        found = _one(doc, k, until)
        if found.asked and (found.reply is not None or found.state != "unknown"):
            link = _titled_link(doc, k, until)
            yield Letter(_heading(doc, k, until), found.asked, found.answered, found.state, link.url if link else "")


def _openings(doc: Document, k: int) -> int:
    """How many letters begin in an element."""
    if not MIN_LETTER <= doc.chars(k, doc.end[k]) <= MAX_LETTER:
        return 0
    text = doc.text(k)
    return sum(bool(m[2] and _ASKED.search(m[1])) for m in _DATE_LABEL.finditer(text)) or len(_ASKER.findall(text))


def _one(doc: Document, start: int, end: int) -> _Whole:
    """One letter by its labels, else by the dates that stand alone before and in its reply."""
    lines = doc.text(start, end).split("\n")
    at = _reply_line(doc, start, end, lines)
    question, answer = lines[:at], lines[at:]
    asked, answered = _labelled("\n".join(lines))
    named = _ASKER.search("\n".join(question))
    asked = asked or (dates.find(named[1]) if named else None) or _alone(question, date.min)
    place = doc.line_start(start, end, at) if at < len(lines) else end
    reply = _reply_words(answer) or _filled_in(doc, place, end) if at < len(lines) else None
    if reply:
        own = doc.text(place, _reply_end(doc, start, place, end)).split("\n")
        answered = answered or _signed([_REPLY.sub("", own[0]), *own[1:]], asked or date.max)
    state: State = "answered" if answered or reply else progress.shown("\n".join(lines))
    if state == "open" and _may_be_answered(doc, place, end):
        state = "unknown"
    return _Whole(asked, answered, reply, state)


def _reply_line(doc: Document, start: int, end: int, lines: list[str]) -> int:
    """Where the reply begins: at words that say so, or at a box whose name does; the number of lines where neither is."""
    said = next((k for k, line in enumerate(lines) if _REPLY.match(line) and not _DATE_LABEL.match(line)), len(lines))
    named = next((k for k in range(start + 1, end) if doc.tags[k] in _BOXES and _REPLY_BOX.search(doc.hint(k))), 0)
    before = doc.text(start, named) if named and doc.chars(named, doc.end[named]) else ""
    return min(said, before.count("\n") + 1) if before else said


def _reply_end(doc: Document, start: int, place: int, end: int) -> int:
    """Where the letter ends: with the box it shares with its reply, or at the first list of other pages below."""
    texts = doc.texts_in(start, place)
    box = next((k for k in doc.above(place) if k <= (texts[-1] if texts else start)), 0)
    until = min(end, doc.end[box]) if box else end
    return next((k for k in doc.all("li", "tr", "dl") if place < k < until and _leads_on(doc, k)), until)


def _may_be_answered(doc: Document, place: int, end: int) -> bool:
    """Whether the place of a reply without words holds a picture or another page, or is one that a script may fill."""
    at = range(place, end)
    return doc.holds(place, end, "img", "iframe", "object", "embed") or bool(at and Canvas(doc, at).more())


def _leads_on(doc: Document, k: int) -> bool:
    """Whether an entry names another page, and a day."""
    return bool(doc.count_anchors(k, doc.end[k]) and dates.find(doc.text(k)))


def _filled_in(doc: Document, place: int, end: int) -> str:
    """What stands in a form's field behind the words that announce a reply."""
    return next((text for i, text in doc.fields.items() if place < i < end and not _NO_REPLY.match(text)), "")


def _reply_words(answer: list[str]) -> str:
    told = (line for line in answer if not _REPLIER.match(line))
    words = next((words for line in told if (words := _REPLY.sub("", line).strip())), "")
    nothing = _NO_REPLY.match(words) or (len(words) <= MAX_STATE and progress.of(words) == "open")
    return "" if nothing or progress.is_told(words) else words


def _alone(lines: Iterable[str], since: date) -> date | None:
    """The earliest day, not before ``since``, that stands alone on a line, and isn't said to be of something else (公开日期：)."""
    bare = (line.strip() for line in lines if not _DATE_LABEL.search(line))
    return min((day for line in bare if (day := alone(line)) and day >= since), default=None)


def _signed(lines: Sequence[str], since: date) -> date | None:
    """The day of an answer: of several the first, which may stand before its words (``城管局：2018-01-05 回复：…``)."""
    begun = (m[1] for line in lines if (m := _SIGNED.match(line.strip())))
    first = min((day for words in begun if (day := dates.find(words)) and day >= since), default=date.max)
    return min(_alone(lines, since) or first, first) if first != date.max else _alone(lines, since)


def _heading(doc: Document, start: int, end: int) -> str:
    """What a letter is called: its labelled title, a heading, or its first words; never who wrote it."""
    if m := _LABELLED_TITLE.search(doc.text(start, end)):
        return m[1].strip()[:100]
    inside = range(start, end)
    heads = [doc.text(i) for i in inside if doc.tags[i] in ("h1", "h2", "h3", "h4", "h5", "a", "strong", "b", "dt")]
    lines = doc.text(start, end).split("\n")
    titles = (
        _ASKER.sub("", _TIME.sub("", _DATE_LABEL.sub(lambda m: "" if m[2] else m[0], _QUESTION.sub("", text))))
        for text in (*heads, *lines)
    )
    named = (" ".join(title.split()) for title in titles)
    return next((t for t in named if len(t) > 1 and not alone(t) and not _REPLY.match(t) and not _WRITER.match(t)), "")[
        :100
    ]


# --- one letter a page ------------------------------------------------------------------------------------------------


def _detail(doc: Document, regions: Regions, start: int, end: int) -> Iterator[Letter]:
    """A page with an asked date and a place for the reply; where no label says so, with a date alone in both parts."""
    text = doc.text(start, end)
    if not dates.find(text):
        return
    found = _one(doc, start, end)
    labelled = _labelled(text)[0] or _ASKER.search(text)
    if found.asked and found.reply is not None and (labelled or found.answered):
        yield Letter(_detail_title(doc, regions, text), found.asked, found.answered, found.state, doc.url)


def _detail_title(doc: Document, regions: Regions, text: str) -> str:
    if m := _LABELLED_TITLE.search(text):
        return m[1].strip()
    title = re.split(r"\s*[-_|]+\s*", doc.title)[0]
    shown, at = articles.find_title(doc, regions) if title not in text else (title, -1)
    return (shown if at >= 0 else title) or (regions.crumb_names or ("",))[-1]


# --- letters kept in a script -------------------------------------------------------------------------------------------


def _recorded(doc: Document) -> Iterator[Letter]:
    """Records of a letter list (letterTitle, writeDate, replyDate …) that a script of the page holds, or an answer to one is."""
    answer = doc.source if doc.source.lstrip()[:1] in ("{", "[", "(") else ""
    for script in (*doc.scripts.values(), answer):
        if any(key in script for key in (*_KEYS[0][:3], *_KEYS[1][:3])):
            for m in _RECORD.finditer(script):
                yield from _of_record({key: double or single for key, double, single in _PAIR.findall(m[0])})


def of_answer(found: object) -> tuple[Letter, ...]:
    """The letters of a JSON answer: every record in it with a title and a day asked."""
    if isinstance(found, list):
        return tuple(letter for part in found for letter in of_answer(part))
    if not isinstance(found, dict):
        return ()
    own = tuple(_of_record({str(k): str(v or "") for k, v in found.items()}))
    return own or tuple(letter for part in found.values() for letter in of_answer(part))


def _of_record(values: dict[str, str]) -> Iterator[Letter]:
    title, asked, answered, state = (next((v for k in keys if (v := values.get(k))), "") for keys in _KEYS)
    if title and (day := dates.find(asked)):
        yield _letter(title, day, dates.find(answered), progress.of(state), None)


# --- one letter -----------------------------------------------------------------------------------------------------------


def _letter(title: str, asked: date | None, answered: date | None, state: State, link: Anchor | None) -> Letter:
    """What has been answered is answered, though its board may call it 处理中 until the matter is closed."""
    if answered:
        state = "answered"
    return Letter(" ".join(title.split()), asked, answered, state, link.url if link else "")
