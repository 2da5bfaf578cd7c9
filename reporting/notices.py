"""整改通知书: which faults an office is told of, by when, under which number; and the document, set as every other of the issuer's.

A notice is kept as it was sent.  The same number gives the same bytes, whatever was judged or reviewed since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from govcrawl import ledger
from govcrawl.contracts import Campaign, LedgerStep, Notice, NoticeRow
from govcrawl.errors import InputError
from pipelines import judged_messages

from .book import Book, Entry, load, named_day
from .bulletin import Bulletin, basis
from .formats import docx
from .judged import judged
from .ledger import EXCERPT
from .parts import Annex, Paragraph, Section
from .tables import Cell, Table
from .text import TITLE_LINE, cleaned, day, enumerate_names, quoted, shorten, width, without_numbers
from .wording import detail_words
from .write import put

if TYPE_CHECKING:
    from govcrawl.store import Store

ROWS = 1000  #: faults of one notice; more make a second one
AT_ONCE = 200  #: documents in memory
URL = 300  #: characters
LONGEST_TITLE = 2 * TITLE_LINE
_UNSAFE = re.compile(r"[^\w〔〕()（）-]+")


def due(campaign: Campaign, deadline: date | None, on: date) -> date:
    """整改期限 of a notice of ``on``: what the clerk names, else so many working days, else the day that the bulletin named.

    InputError where there is none, or it isn't after ``on``.
    """
    found = deadline or _working_days(campaign, on) or _of_bulletin(campaign, on)
    if found is None:
        fix = "请用 --deadline 2018-07-15 写明，或在普查文件中写 [ledger] working_days = 15，再运行 govcrawl plan"
        raise InputError(campaign.id, 0, f"没有整改期限；{fix}")
    if found <= on:
        raise InputError(campaign.id, 0, f"整改期限（{found}）不晚于通知日期（{on}）；请用 --deadline 改为以后的日期")
    return found


def _working_days(campaign: Campaign, on: date) -> date | None:
    if not campaign.ledger.working_days:
        return None
    try:
        return judged_messages.deadline(on, campaign.ledger.working_days)
    except NotImplementedError as error:
        why = f"所装工作日历还不含{on.year}年或其后一年的节假日安排，算不出{campaign.ledger.working_days}个工作日"
        raise InputError(campaign.id, 0, f"{why}；请用 --deadline 写明整改期限") from error


def _of_bulletin(campaign: Campaign, on: date) -> date | None:
    """``issuer.deadline``, where it is a whole date that hasn't passed."""
    told = named_day(campaign)
    return told if told and told > on else None


# --- sending ----------------------------------------------------------------------------------------------------------


def notify(
    store: Store, book: Book, sites: Sequence[str], deadline: date, on: date, by: str, at: datetime
) -> Iterator[Notice]:
    """Tells the offices of these sites (empty: of all) of every fault that may be told; each notice is kept before it is yielded."""
    of_site: dict[str, list[Entry]] = {}
    for entry in _to_tell(book, sites, on):
        of_site.setdefault(entry.site.code, []).append(entry)
    serial = 0
    for entries in of_site.values():
        for n in range(0, len(entries), ROWS):
            one, told = _sent(store, book, entries[n : n + ROWS], deadline, on, by, at, serial)
            serial = one.serial
            if told:
                yield standing(one, told)


def _to_tell(book: Book, sites: Sequence[str], on: date) -> Iterator[Entry]:
    """Nobody is told again while the time runs that was given before."""
    for e in book.entries:
        until = ledger.due(e.steps)
        if ledger.may(e.state, "notified") and not (until and on <= until) and (not sites or e.site.code in sites):
            yield e


def _sent(
    store: Store, book: Book, entries: Sequence[Entry], deadline: date, on: date, by: str, at: datetime, serial: int
) -> tuple[Notice, set[str]]:
    """The number first, so that no two notices share one; then the faults: one that somebody told meanwhile isn't told twice."""
    series = book.campaign.ledger.number.replace("{年}", str(on.year))
    site, issuer = entries[0].site, book.campaign.issuer

    def made(serial: int) -> Notice:
        return Notice(
            series.replace("{号}", str(serial)), series, serial, book.campaign.id, book.campaign.title, site.code, site.name,
            issuer.name, issuer.contact, site.organiser or site.name, book.pack, book.campaign.ends, on, deadline,
            tuple(map(_row, entries)), by, at,
        )  # fmt: skip

    one = ledger.numbered(store.db, series, made, serial)
    steps = [_step(entry, one) for entry in entries]
    return one, {step.finding for step in ledger.append(store.db, steps)}


def _row(entry: Entry) -> NoticeRow:
    f = entry.finding
    excerpt, shown = f.wording or f.excerpt, _shown(entry)
    if f.indicator == "privacy_leak":
        excerpt, shown = without_numbers(excerpt), without_numbers(shown)
    return NoticeRow(
        f.id, entry.kind, f.url, f.found_on, shorten(excerpt, EXCERPT), shorten(shown, EXCERPT), shorten(f.clause, EXCERPT), entry.office
    )  # fmt: skip


def _shown(entry: Entry) -> str:
    told = detail_words({key: value for key, value in entry.finding.detail.items() if key != "confidence"})
    again = f"{entry.look.reason}（复查）" if entry.look and entry.state in ("unmended", "returned") else ""
    return "；".join(filter(None, (told, again)))


def _step(entry: Entry, notice: Notice) -> LedgerStep:
    f = entry.finding
    return LedgerStep(
        f.campaign, f.site, f.id, f.indicator, f.url, len(entry.steps) + 1, "notified", notice.by, notice.at, "",
        notice.number, notice.deadline, entry.office, notice.day,
    )  # fmt: skip


def standing(notice: Notice, told: set[str]) -> Notice:
    """With the rows alone of which a step bears its number."""
    return replace(notice, rows=tuple(row for row in notice.rows if row.finding in told))


def stored(store: Store, campaign: str) -> Iterator[Notice]:
    """Every notice of a campaign as it was sent."""
    told: dict[str, set[str]] = {}
    for finding, steps in ledger.histories(store.db, campaign).items():
        for step in steps:
            told.setdefault(step.notice, set()).add(finding)
    for one in ledger.notices(store.db, campaign):
        if one.number in told:
            yield standing(one, told[one.number])


def stored_one(store: Store, number: str) -> Notice | None:
    """One of them by its number."""
    one = ledger.notice(store.db, number)
    if one is None:
        return None
    steps = ledger.histories_of(store.db, [row.finding for row in one.rows])
    told = {finding for finding, own in steps.items() if any(s.notice == number for s in own)}
    return standing(one, told) if told else None


# --- the document -----------------------------------------------------------------------------------------------------


def render(notice: Notice) -> bytes:
    """Word, the same bytes for the same notice."""
    return docx.render(document(notice))


def document(notice: Notice) -> Bulletin:
    """As 函: its number, 主送, what was found, what is demanded by when, and the list."""
    n: Notice = cleaned(notice)
    by, name = day(n.deadline), quoted(n.name)
    title = f"关于{name}问题的整改通知书"
    rests_on = basis(n.basis, n.ends)
    found = f"{f'按照{rests_on}，' if rests_on else ''}我们在{n.title}中发现{name}存在问题{len(n.rows)}个（见附件）。"
    others = [office for office in dict.fromkeys(row.office for row in n.rows) if office and office != n.addressee]
    share = f"其中由{enumerate_names(others)}负责的，请一并督促整改。" if others else ""
    demand = (
        f"请于{by}前逐项整改，并将整改情况（主要负责同志签字纸质版1份和电子文档）报送{n.issuer}。{share}"
        "逾期未报或者整改不到位的，将在复查后按规定通报。不得以直接删除信息代替改正。"
    )
    contact = f"联系人及电话：{n.contact.rstrip('。')}。" if n.contact else ""
    return Bulletin(
        issuer=n.issuer,
        number=n.number,
        title=title if width(title) <= LONGEST_TITLE else "政府网站问题整改通知书",
        marks=(),
        addressees=f"{n.addressee.rstrip('：:')}：",
        opening=found,
        sections=(Section("", tuple(Paragraph(text) for text in (demand, contact) if text)),),
        annexes=(Annex("附件", _table(n)),),
        dated=day(n.day),
        copies_to="",
        as_of=n.day,
        letter=True,
    )


def _table(notice: Notice) -> Table:
    several = len({row.office for row in notice.rows}) > 1
    office = ("责任单位",) if several else ()
    rows: list[tuple[Cell, ...]] = []
    for n, row in enumerate(notice.rows, 1):
        where = shorten(row.url, URL) + (f"（见于{shorten(row.found_on, URL)}）" if _elsewhere(row) else "")
        own = (row.office or notice.addressee,) if several else ()
        cells = (row.kind, where, row.excerpt, row.shown, row.clause, *own, notice.deadline.isoformat())
        rows.append((n, *cells))
    header = ("序号", "问题类型", "问题页面", "摘录", "具体表现", "依据条款", *office, "整改期限")
    widths = (3, 5, 10, 9, 8, 8, *[5] * several, 6)
    title = f"{shorten(notice.name, 60)}问题清单"
    return Table("notice", "问题清单", title, header, tuple(rows), f"注：文号{notice.number}", widths)


def _elsewhere(row: NoticeRow) -> bool:
    return bool(row.found_on) and row.found_on != row.url


def file_name(notice: Notice) -> str:
    """Of what is safe in a path alone; numbers differ, so names do."""
    return f"整改通知书-{_UNSAFE.sub('_', notice.number)[:80]}-{_UNSAFE.sub('_', notice.site)[:40]}.docx"


# --- what the command line finds by name ------------------------------------------------------------------------------


def sent(
    store: Store, campaign_id: str, standard: str, out: Path, sites: Sequence[str], deadline: date | None, on: date, by: str, at: datetime,
    unreviewed: bool = False,
) -> list[str]:  # fmt: skip
    """Notifies and writes the documents into ``out``; sentences on what was done.  ``unreviewed``: also of what nobody has reviewed, which
    a bulletin tells as a draft only.  InputError, OutputError.
    """
    book = load(store, campaign_id, standard, at)
    known = {entry.site.code for entry in book.entries}
    if strange := [code for code in sites if code not in known]:
        raise InputError(book.campaign.id, 0, f"台账中没有网站 {'、'.join(strange)} 的问题；请核对网站标识码")
    book, left = (book, []) if unreviewed else _reviewed(book, sites, on)
    if next(_to_tell(book, sites, on), None) is None:
        who = "没有待通知的问题：只有已确认、未通知过，或期限已过复查仍未整改的问题才发整改通知书"
        return [f"{who}；已发的用 govcrawl ledger notices 再出", *left]
    term = due(book.campaign, deadline, on)
    made = list(notify(store, book, sites, term, on, by, at))
    _write(made, out)
    faults = sum(len(one.rows) for one in made)
    whose = f"{book.campaign.title}（{book.campaign.id}）"
    return [f"{whose}：整改通知书 {len(made)} 份（{faults} 个问题，整改期限 {term}）：{out.absolute()}", *left]


def _reviewed(book: Book, sites: Sequence[str], on: date) -> tuple[Book, list[str]]:
    """``book`` with what a person confirmed alone, and a sentence on the rest that might be told."""
    own = tuple(e for e in book.entries if e.finding.review == "confirmed")
    rest = sum(e.finding.review != "confirmed" for e in _to_tell(book, sites, on))
    fix = "请先用 govcrawl review 或 govcrawl console 复核，仍要通知请加 --unreviewed"
    told = [f"另有 {rest} 个通报计入的单项否决未经人工复核，没有通知；{fix}"]
    return replace(book, entries=own), told if rest else []


def again(store: Store, campaign_id: str, standard: str, out: Path) -> list[str]:
    """Every notice of a campaign once more."""
    campaign, _ = judged(store, campaign_id, standard)
    made = list(stored(store, campaign.id))
    _write(made, out)
    return [f"{campaign.title}（{campaign.id}）：已发整改通知书 {len(made)} 份：{out.absolute()}"]


def _write(made: Sequence[Notice], out: Path) -> None:
    for n in range(0, len(made), AT_ONCE):
        put({file_name(one): render(one) for one in made[n : n + AT_ONCE]}, out, ())
