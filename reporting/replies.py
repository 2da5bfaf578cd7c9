"""问题台账 in a spreadsheet: it goes out with its totals, and what offices and clerks wrote into it comes back.

A row bears the number of the last step that it was exported with, and says something only where 办理 is filled in.  Where others took a
step since, it comes back with the reason, and so does whatever can't be read or may not follow; nothing is written over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from govcrawl import desk, ledger
from govcrawl.contracts import LedgerState, LedgerStep
from govcrawl.errors import InputError
from govcrawl.private import masked
from govcrawl.reading.records import BEIJING
from govcrawl.register.tables import read_rows

from .book import DECISIONS, REPLIES, STATES, Book, Entry, Left, load, step, trouble
from .deciding import tidy
from .followed import tables
from .formats import xlsx
from .ledger import CELL, EXCERPT
from .newfile import write_beside, write_new
from .rechecked import STATES as LOOKS
from .returned import Returned, contradicted, sentences
from .snapshot import registered_code
from .tables import Cell, Table
from .text import clean, shorten, without_numbers

if TYPE_CHECKING:
    from govcrawl.store import Store

ID, NUMBER, DOING, REASON = "问题编号", "版本", "办理", "说明"
#: Column and its width; 办理 and 说明 are for whoever answers.
COLUMNS = {
    "序号": 6, "地区": 10, "主办单位": 22, "责任单位": 22, "网站名称": 26, "网站标识码": 13, "问题类型": 14, "问题页面": 36, "所在页面": 30,
    "摘录": 40, "依据条款": 30, "通知书": 18, "通知日期": 11, "整改期限": 11, "状态": 11, "超期天数": 8, DOING: 12, REASON: 36,
    "最近复查": 14, "复查所见": 30, "最近说明": 30, "经办人": 10, "时间": 18, NUMBER: 6, ID: 23,
}  # fmt: skip
REQUIRED = (ID, NUMBER, DOING, REASON)
OUT = (
    "问题编号", "网站名称", "网站标识码", "问题类型", "问题页面", "移出原因", "移出前状态", "整改期限", "经办人", "时间", "最近说明",
)  # fmt: skip
WHY = "退回原因"
MOST = 1_000_000  #: rows of a sheet
Row = Mapping[str, str]
Sheets = dict[str, tuple[Sequence[str], Sequence[Sequence[Cell]], Sequence[float]]]


# --- out ------------------------------------------------------------------------------------------------------------


def exported(
    store: Store,
    campaign_id: str,
    standard: str,
    file: Path,
    on: date,
    at: datetime,
    sites: Sequence[str] = (),
    organiser: str = "",
) -> tuple[list[list[str]], str]:
    """Writes the ledger as of ``on``, or what is in it of some ``sites``, of one 主办单位; its table by group, and a sentence.

    Never over a sheet that somebody may be working in.  InputError, OutputError.
    """
    _refuse(file)
    book = load(store, campaign_id, standard, at)
    if sites or organiser:
        book = _part(book, sites, organiser)
    counted = tables(book, on)
    try:
        write_new(file, sheet(book, counted, on))
    except FileExistsError as error:
        raise _there(file) from error
    groups = counted[1]
    told = f"{book.campaign.title}（{book.campaign.id}，标准 {book.pack}）：{len(book.entries)} 个问题已写入 {file}"
    return [list(map(str, row)) for row in (groups.header, *groups.rows)], told


def _part(book: Book, sites: Sequence[str], organiser: str) -> Book:
    """For one office: nothing of the others, nor what is over."""
    own = tuple(
        e for e in book.entries if organiser in ("", e.site.organiser, e.office) and (not sites or e.site.code in sites)
    )
    if not own:
        raise InputError(book.campaign.id, 0, "台账中没有这样的问题；请核对网站标识码和主办单位（须与登记表一字不差）")
    return replace(book, entries=own, left=())


def sheet(book: Book, counted: Sequence[Table], on: date) -> bytes:
    """The same bytes for the same book and day."""
    if len(book.entries) > MOST:
        raise InputError(book.campaign.id, 0, f"台账有 {len(book.entries)} 个问题，一张表最多 {MOST} 行")
    rows = [tuple(_clean(cell) for cell in _cells(n, entry, on)) for n, entry in enumerate(book.entries, 1)]
    sheets: Sheets = {"问题台账": (tuple(COLUMNS), rows, tuple(COLUMNS.values()))}
    if book.left:
        sheets["已移出（不计入）"] = (OUT, [tuple(map(_clean, _out(one))) for one in book.left], (23,) + (18,) * 10)
    return xlsx.working_book(sheets, {DOING: [STATES[s] for s in DECISIONS]}, counted, on)


def _cells(n: int, e: Entry, on: date) -> list[Cell]:
    f, site, notice, look, said = e.finding, e.site, e.notice, e.look, e.said
    words = f.wording or f.excerpt
    shown: dict[str, Cell] = {
        "序号": n, "地区": site.group, "主办单位": site.organiser, "责任单位": e.office, "网站名称": shorten(site.name, EXCERPT),
        "网站标识码": registered_code(site), "问题类型": e.kind, "问题页面": shorten(f.url, CELL), "所在页面": shorten(f.found_on, CELL),
        "摘录": shorten(without_numbers(words) if f.indicator == "privacy_leak" else words, EXCERPT),
        "依据条款": shorten(f.clause, EXCERPT), "通知书": notice.notice if notice else "", "通知日期": _day(notice.day if notice else None),
        "整改期限": _day(notice.deadline if notice else None), "状态": STATES[e.state], "超期天数": e.overdue(on) or "",
        DOING: "", REASON: "",
        "最近复查": _look(look), "复查所见": shorten(look.reason, EXCERPT) if look else "",
        "最近说明": said.reason if said else "", "经办人": said.by if said else "", "时间": _moment(said), NUMBER: len(e.steps), ID: f.id,
    }  # fmt: skip
    return [shown[name] for name in COLUMNS]


def _out(one: Left) -> list[Cell]:
    last = one.steps[-1]
    said = next((s for s in reversed(one.steps) if not s.recheck), last)
    due = next((s.deadline for s in reversed(one.steps) if s.deadline), None)
    name, code = (shorten(one.site.name, EXCERPT), registered_code(one.site)) if one.site else ("", last.site)
    first: list[Cell] = [last.finding, name, code, one.kind, shorten(last.url, CELL), one.why, STATES[last.state]]
    return [*first, _day(due), said.by, _moment(said), said.reason]


def _look(look: LedgerStep | None) -> str:
    return f"{_day(look.day)} {LOOKS[look.result]}".strip() if look and look.result else ""


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _moment(one: LedgerStep | None) -> str:
    return f"{one.at.astimezone(BEIJING):%Y-%m-%d %H:%M}" if one else ""


def _clean(cell: Cell) -> Cell:
    return clean(cell) if isinstance(cell, str) else cell


def _refuse(file: Path) -> None:
    if file.suffix.lower() != ".xlsx":
        raise InputError(str(file), 0, "台账导出为 xlsx；请把文件名改为以 .xlsx 结尾")
    if file.exists():
        raise _there(file)


def _there(file: Path) -> InputError:
    return InputError(str(file), 0, "文件已存在，其中可能有尚未导入的整改情况；请换一个文件名，或先将其移走")


# --- back -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """What a row wants written down, of a finding after ``after`` steps."""

    finding: str
    after: int
    state: LedgerState
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """``returned``: what was not taken; ``file``: where these rows are, if any."""

    made: int
    untouched: int
    returned: tuple[Returned, ...]
    file: Path | None = None


def take(store: Store, file: Path, by: str, at: datetime, clerk: bool, standard: str = "") -> Taken:
    """Stores what a sheet says; ``clerk``: it may also strike off and blame.  Raises InputError for what is no such sheet."""
    rows = list(read_rows(file, REQUIRED))
    read = {line: _read(row, clerk) for line, row in rows}
    why = {line: one for line, one in read.items() if isinstance(one, str) and one}
    wishes = {line: one for line, one in read.items() if isinstance(one, Wish)}
    twice = contradicted((wish.finding, wish) for wish in wishes.values())
    why |= {line: twice[w.finding] for line, w in wishes.items() if w.finding in twice}
    entries, histories = _known(store, [w.finding for w in wishes.values()], standard, at)
    steps: dict[str, tuple[int, LedgerStep]] = {}
    for line, wish in wishes.items():
        if line in why or wish.finding in steps or _is_so(wish, histories.get(wish.finding, ())):
            continue
        if told := _impossible(wish, entries.get(wish.finding), histories.get(wish.finding, ())):
            why[line] = told
        else:
            steps[wish.finding] = line, step(entries[wish.finding], wish.state, wish.reason, by, at)
    made = ledger.append(store.db, [one for _, one in steps.values()])
    beaten = steps.keys() - {one.finding for one in made}
    why |= {steps[id_][0]: "他人刚刚记下了新的一步，未覆盖；请重新导出再填" for id_ in beaten}
    returned = tuple((line, row, why[line]) for line, row in rows if line in why)
    untouched = len(rows) - len(made) - len(returned)
    return Taken(len(made), untouched, returned, _give_back(file, returned, at) if returned else None)


def _read(row: Row, clerk: bool) -> Wish | str:
    """What a row says, why nobody can tell, or empty: nothing."""
    id_, number, doing, reason = row[ID].lower(), row[NUMBER], row[DOING], masked(tidy(row[REASON]))
    if not doing:
        return f"写了{REASON}，但没有写{DOING}" if reason else ""
    words = {STATES[state]: state for state in DECISIONS}
    if doing not in words:
        return f"{DOING}“{shorten(doing, 20)}”不是 {'、'.join(words)} 之一"
    if words[doing] not in REPLIES and not clerk:
        return f"“{doing}”须由承办人认定；承办人自己填的表，导入时加 --clerk"
    if not id_:
        return f"缺少{ID}"
    if not number.isdecimal() or not number.isascii() or len(number) > 9:
        return f"{NUMBER}“{shorten(number, 20)}”不是整数；请保留导出时的数字"
    return Wish(id_, int(number), words[doing], reason)


def _known(
    store: Store, findings: Sequence[str], standard: str, at: datetime
) -> tuple[dict[str, Entry], dict[str, Sequence[LedgerStep]]]:
    """The entries of the campaigns that these findings are of, and what was done about them."""
    campaigns = sorted({f.campaign for f in desk.some(store.db, findings)})
    entries = {e.finding.id: e for id_ in campaigns for e in load(store, id_, standard, at).entries}
    return entries, dict(ledger.histories_of(store.db, findings))


def _is_so(wish: Wish, history: Sequence[LedgerStep]) -> bool:
    """The same sheet once more."""
    if wish.after >= len(history):
        return False
    then = history[wish.after]
    return (then.state, then.reason) == (wish.state, wish.reason) and not then.recheck and not then.notice


def _impossible(wish: Wish, entry: Entry | None, history: Sequence[LedgerStep]) -> str:
    if entry is None:
        return (
            "台账中没有这个编号的问题，或它已被复核排除；请不要改动编号，并确认数据库和标准（--standard）与导出时相同"
        )
    if wish.after > len(history):
        return f"{NUMBER}“{wish.after}”还没有；请保留导出时的数字"
    if wish.after < len(history):
        last = history[-1]
        when = f"{last.at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
        return (
            f"导出后 {last.by} 已于{when}记为“{STATES[last.state]}”（版本{last.number}，本行为{wish.after}），未覆盖；"
            f"如仍要记，请把{NUMBER}改为{last.number}后再导入"
        )
    return trouble(entry.state, wish.state, wish.reason)


def _give_back(file: Path, returned: Sequence[Returned], at: datetime) -> Path:
    rows: list[tuple[Cell, ...]] = [
        (clean(why), line, *(clean(row.get(name, "")) for name in COLUMNS)) for line, row, why in returned
    ]
    sheets: Sheets = {"退回": ((WHY, "原行号", *COLUMNS), rows, (40, 8, *COLUMNS.values()))}
    choices = {DOING: [STATES[s] for s in DECISIONS]}
    return write_beside(file, xlsx.working_book(sheets, choices, (), at.astimezone(BEIJING).date()))


def imported(
    store: Store, file: Path, by: str, at: datetime, clerk: bool, standard: str
) -> tuple[list[str], list[str]]:
    """What was done, and what came back, a sentence a row."""
    done = take(store, file, by, at, clerk, standard)
    told = [f"已记下 {done.made} 个问题的办理情况（{by}），{done.untouched} 行没有改动，{len(done.returned)} 行退回"]
    return told, sentences(file, done.returned, done.file)
