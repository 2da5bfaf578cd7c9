"""messages.csv → the readers' reports of faults (“我为政府网站找错”网民留言) of a campaign."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from govcrawl.contracts import Campaign, Issue, Message, Site
from govcrawl.register.codes import mend_code
from govcrawl.register.rows import Notes, RowError, day_of, need, refuse_shifted
from govcrawl.register.tables import read_rows

NUMBER, CODE, ACCEPTED, CLOSED, PLATFORM = "留言编号", "网站标识码", "受理时间", "办结时间", "平台"
USUAL_PLATFORM = "政府网站找错"
_OPEN = {"", "未办结", "未办", "办理中", "在办", "无", "-", "—", "/"}


def read_messages(campaign: Campaign, sites: Iterable[Site]) -> tuple[list[Message], list[Issue]]:
    """The rows of ``registry.messages`` about one of ``sites``, each number once; none where the campaign names no such file."""
    if not campaign.messages_file:
        return [], []
    notes = Notes(campaign.messages_file)
    codes = {site.code for site in sites}
    lines: dict[tuple[str, str], int] = {}
    messages = []
    for notes.line, row in read_rows(campaign.messages_file, (NUMBER, CODE, ACCEPTED, CLOSED)):
        try:
            message = _message(row, codes, campaign, notes)
            first = lines.setdefault((message.platform, message.number), notes.line)
            if first != notes.line:
                raise RowError(NUMBER, f"留言编号 {message.number} 与第 {first} 行重复；保留先出现的一行")
        except RowError as fault:
            notes.reject(fault)
            continue
        messages.append(message)
    notes.demand(messages, "留言")
    return messages, notes.issues


def _message(row: dict[str, str], codes: Collection[str], campaign: Campaign, notes: Notes) -> Message:
    refuse_shifted(row)
    number = need(row, NUMBER)
    need(row, CODE)
    code = row[CODE] if row[CODE] in codes else mend_code(row[CODE])
    if code not in codes:
        raise RowError(CODE, f"网站登记表中没有（可用的）标识码“{row[CODE]}”；请先登记网站")
    need(row, ACCEPTED)
    accepted = _day(row, ACCEPTED)
    closed = None if row[CLOSED] in _OPEN else _day(row, CLOSED)
    if closed and closed < accepted:
        raise RowError(CLOSED, f"办结时间（{closed}）早于受理时间（{accepted}）；请核对")
    if accepted > campaign.ends:
        raise RowError(ACCEPTED, f"受理时间（{accepted}）晚于数据采样截止（{campaign.ends}），不属于本次普查")
    if closed and closed > campaign.ends:
        notes.hint(CLOSED, f"办结时间（{closed}）晚于数据采样截止（{campaign.ends}）；按截止时尚未办结处理，请核对")
    if accepted < campaign.starts:
        notes.hint(
            ACCEPTED, f"受理时间（{accepted}）早于本次普查开始（{campaign.starts}）；仍计入，请核对是否已在上次通报"
        )
    return Message(number, code, accepted, closed, row.get(PLATFORM, "").strip('“”"') or USUAL_PLATFORM)


def _day(row: dict[str, str], column: str) -> date:
    try:
        return day_of(row[column])
    except ValueError as error:
        raise RowError(column, str(error)) from error
