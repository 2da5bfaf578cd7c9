"""人工复核 in a spreadsheet: findings go out, decisions come back.

A row bears the number of the decision that it was exported with.  What the row says otherwise than that decision did is what somebody
changed; it is taken unless others decided since.  A row that nobody changed says nothing, however old the sheet.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet.datavalidation import DataValidation

from govcrawl import desk, reviews
from govcrawl.contracts import Decision, Site
from govcrawl.documents import StoredFinding
from govcrawl.errors import InputError
from govcrawl.reading.records import BEIJING
from govcrawl.register.tables import read_rows
from govcrawl.reviews import Outcome, Wish
from govcrawl.store import Store

from .deciding import STATES, WORDS, tidy, trouble
from .formats.packed import same_bytes
from .formats.xlsx import filled
from .judged import judged, words_of
from .ledger import CELL, EXCERPT
from .newfile import write_beside, write_new
from .returned import Returned, contradicted, sentences
from .text import clean, shorten
from .wording import detail_words, wording

ID, NUMBER, STATE, REASON, WORDING = "问题编号", "版本", "复核结论", "理由", "采用表述"
#: Column and its width; the five that are read back stand where a person works from left to right.
COLUMNS = {
    "序号": 6, "地区": 10, "网站名称": 26, "网站标识码": 13, "问题类型": 14, "置信度": 7, "摘录": 50, "详情": 30,
    "问题页面": 36, "所在页面": 36, STATE: 10, REASON: 26, WORDING: 36, "依据条款": 30, "复核人": 10, "复核时间": 18, NUMBER: 6, ID: 23,
}  # fmt: skip
REQUIRED = (ID, NUMBER, STATE, REASON, WORDING)
WHY = "退回原因"
ROWS = 50_000  #: of one file: what a spreadsheet program opens without a wait, and ``read_rows`` takes back
Row = Mapping[str, str]


# --- out ------------------------------------------------------------------------------------------------------------


def export(store: Store, campaign: str, pack: str, file: Path, words: Mapping[str, str]) -> list[tuple[Path, int]]:
    """Writes every finding with what holds of it now; the files and their rows.  ``words``: of the pack, by indicator.

    Raises OutputError; never writes over a sheet that somebody may be working in.
    """
    found = sorted(desk.every(store.db, campaign, pack), key=lambda f: f.order)
    sites, held = {s.code: s for s in store.sites(campaign)}, store.decided([campaign])
    parts = [found[n : n + ROWS] for n in range(0, len(found), ROWS)] or [[]]
    files = [file.with_stem(f"{file.stem}-{n}" if n > 1 else file.stem) for n in range(1, len(parts) + 1)]
    for path in files:
        if path.exists():
            raise _there(path)
    for path, part in zip(files, parts, strict=True):
        rows = (_cells(n, f, sites.get(f.site), held.get(f.id), words) for n, f in enumerate(part, 1))
        _write(path, tuple(COLUMNS), rows)
    return [(path, len(part)) for path, part in zip(files, parts, strict=True)]


def _there(file: Path) -> InputError:
    return InputError(str(file), 0, "文件已存在，其中可能有尚未导入的复核结果；请换一个文件名，或先将其移走")


def _cells(n: int, f: StoredFinding, site: Site | None, held: Decision | None, words: Mapping[str, str]) -> list[Any]:
    name, group = (site.name, site.group) if site else ("", "")
    confidence = f.detail.get("confidence", 1)
    holds = (WORDS[held.review], held.reason, held.wording) if held else (WORDS["pending"], "", "")
    when = f"{held.at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}" if held else ""
    shown = {
        "序号": n, "地区": group, "网站名称": shorten(name, EXCERPT), "网站标识码": f.site,
        "问题类型": wording(f.indicator, words).name, "置信度": confidence if isinstance(confidence, (int, float)) else "",
        "摘录": shorten(f.excerpt, EXCERPT), "详情": shorten(detail_words(f.detail), EXCERPT), "问题页面": shorten(f.url, CELL),
        "所在页面": shorten(f.found_on, CELL), STATE: holds[0], REASON: holds[1], WORDING: holds[2], "依据条款": shorten(f.clause, EXCERPT),
        "复核人": held.by if held else "", "复核时间": when, NUMBER: held.number if held else 0, ID: f.id,
    }  # fmt: skip
    return [shown[name] for name in COLUMNS]


def _write(file: Path, header: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    try:
        write_new(file, _sheet(header, rows))
    except FileExistsError as error:
        raise _there(file) from error


def _sheet(header: Sequence[str], rows: Iterator[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    book.properties.creator = "govcrawl"
    sheet = book.create_sheet("人工复核")
    sheet.freeze_panes = "D2"
    for n, name in enumerate(header):
        letter = chr(ord("A") + n)
        sheet.column_dimensions[letter].width = COLUMNS.get(name, 40)
        if name == STATE:
            choice = DataValidation(type="list", formula1=f'"{",".join(STATES)}"', allow_blank=False)
            choice.add(f"{letter}2:{letter}1048576")
            sheet.data_validations.append(choice)
    sheet.append(list(header))
    sheet.append(["x", _quoted(sheet)])  # how a cell looks, and how one that might be a formula
    out = io.BytesIO()
    book.save(out)
    printable = [[clean(value) if isinstance(value, str) else value for value in row] for row in rows]
    edits = {"xl/worksheets/sheet1.xml": partial(filled, printable)}
    return same_bytes(out.getvalue(), datetime.now(BEIJING).date(), edits)


def _quoted(sheet: Any) -> Any:
    """Crawled words stay words, also once somebody edits them."""
    cell = WriteOnlyCell(sheet, "=x")
    cell.data_type, cell.quotePrefix = "s", True
    return cell


# --- back -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imported:
    """``returned``: what was not taken; ``file``: where these rows are, if any."""

    made: int
    unchanged: int
    returned: tuple[Returned, ...]
    file: Path | None = None


def take(store: Store, file: Path, by: str, at: datetime) -> Imported:
    """Stores what a sheet decides; rows that can't be taken go into a sheet beside it.  Raises InputError for what is no such sheet."""
    rows = list(read_rows(file, REQUIRED))
    read = {line: _read(row) for line, row in rows}
    twice = contradicted((wish.finding, wish) for wish in read.values() if isinstance(wish, Wish))
    wishes = {line: w for line, w in read.items() if isinstance(w, Wish) and w.finding not in twice}
    told = reviews.histories(store.db, [w.finding for w in wishes.values()])
    changed = {line: w for line, w in wishes.items() if _is_changed(w, told.get(w.finding, []))}
    why = {line: w for line, w in read.items() if isinstance(w, str)}
    why |= {line: twice[w.finding] for line, w in read.items() if isinstance(w, Wish) and w.finding in twice}
    why |= _impossible(store, changed)
    outcome = reviews.decide(store.db, [w for line, w in changed.items() if line not in why], by, at)
    refused = _refused(outcome)
    why |= {line: refused[w.finding] for line, w in changed.items() if w.finding in refused}
    returned = tuple((line, row, why[line]) for line, row in rows if line in why)
    untouched = len(rows) - len(outcome.made) - len(returned)
    return Imported(len(outcome.made), untouched, returned, _give_back(file, returned) if returned else None)


def _read(row: Row) -> Wish | str:
    """What a row says, or why nobody can tell."""
    id_, number, state = row[ID].lower(), row[NUMBER], row[STATE]
    if not id_:
        return f"缺少{ID}"
    if not number.isdecimal() or not number.isascii() or len(number) > 9:
        return f"{NUMBER}“{number}”不是整数；请保留导出时的数字"
    if state not in STATES:
        return f"{STATE}“{state}”不是 {'、'.join(STATES)} 之一"
    return Wish(id_, int(number), STATES[state], tidy(row[REASON]), tidy(row[WORDING]))


def _is_changed(wish: Wish, history: Sequence[Decision]) -> bool:
    """Whether it differs from the decision that the row was exported with; a number that never was is for ``decide`` to refuse."""
    if wish.after > len(history):
        return True
    if wish.after == 0:
        return (wish.review, wish.reason, wish.wording) != ("pending", "", "")
    then = history[wish.after - 1]
    return (wish.review, wish.reason, wish.wording) != (then.review, then.reason, then.wording)


def _impossible(store: Store, wishes: Mapping[int, Wish]) -> dict[int, str]:
    gone = [w.finding for w in wishes.values() if w.review == "dismissed"]
    kinds = {f.id: f.indicator for f in desk.some(store.db, gone)}
    told = {line: trouble(kinds.get(w.finding, ""), w.review, w.reason, w.wording) for line, w in wishes.items()}
    return {line: why for line, why in told.items() if why}


def _refused(outcome: Outcome) -> dict[str, str]:
    why = {
        w.finding: "没有这个编号、版本的问题；请不要改动这两列，并确认连接的是导出时的数据库" for w in outcome.unknown
    }
    for wish, held in outcome.overtaken:
        words = WORDS[held.review] + (f"，理由“{held.reason}”" if held.reason else "")
        when = f"{held.at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
        why[wish.finding] = (
            f"导出后 {held.by} 已于{when}定为{words}（版本{held.number}，本行为{wish.after}），未覆盖；"
            f"如仍要改，请把{NUMBER}改为{held.number}后再导入"
        )
    return why


def _give_back(file: Path, returned: Sequence[Returned]) -> Path:
    header = (WHY, "原行号", *(name for name in COLUMNS))
    rows = ([why, line, *(row.get(name, "") for name in COLUMNS)] for line, row, why in returned)
    return write_beside(file, _sheet(header, rows))


# --- what the command line finds by name ------------------------------------------------------------------------------


def exported(store: Store, campaign_id: str, standard: str, file: Path) -> str:
    """Exports a campaign (empty: the one that ends last) by a standard (empty: its own); a sentence on what was done."""
    campaign, pack = judged(store, campaign_id, standard)
    made = export(store, campaign.id, pack, file, words_of(pack, campaign.standard))
    written = "，".join(f"{count} 个问题已写入 {path}" for path, count in made)
    return f"{campaign.title}（{campaign.id}，标准 {pack}）：{written}"


def imported(store: Store, file: Path, by: str, at: datetime) -> tuple[list[str], list[str]]:
    """What was done, and what came back, a sentence a row."""
    done = take(store, file, by, at)
    told = [f"已导入 {done.made} 条复核结论（{by}），{done.unchanged} 行没有改动，{len(done.returned)} 行退回"]
    if done.made:
        told.append("结论改变了评判依据：请再次运行 govcrawl score")
    return told, sentences(file, done.returned, done.file)
