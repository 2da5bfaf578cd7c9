"""accounts.csv → the 政务新媒体 accounts of a campaign.  What a cell doesn't say clearly stays unknown; nobody is accused by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from govcrawl.contracts import RUNNING, Account, Campaign, Issue, Site
from govcrawl.register.groups import UNKNOWN_REGION, group_of, is_row
from govcrawl.register.rows import Notes, RowError, day_of, need, refuse_shifted, status_of
from govcrawl.register.sites import NO, ORGANISER, REGION, STATUS, STATUS_WORDS, YES
from govcrawl.register.tables import read_rows

NAME, PLATFORM, UPDATED, INTERACTIVE, REGISTERED = "名称", "平台", "最近更新", "互动功能", "备案状态"
#: Words of the accounts' own reporting system.
_STATUS_WORDS = STATUS_WORDS | dict.fromkeys(("注销", "已注销", "关停", "已关停", "关闭"), "永久关停")
_STATUS_WORDS |= dict.fromkeys(("正常", "运行", "在运行", "运行中"), RUNNING)
_YES = YES | {"已提供", "提供", "已开通", "已备案", "备案"}
_NO = NO | {"没有", "未提供", "未开通", "未备案"}


def read_accounts(campaign: Campaign, sites: Iterable[Site]) -> tuple[list[Account], list[Issue]]:
    """The rows of ``registry.accounts``, each name once a platform; none where the campaign names no such file.

    ``sites``: where a row has no 地区, its organiser's sites tell the group.
    """
    if not campaign.accounts_file:
        return [], []
    notes = Notes(campaign.accounts_file)
    homes: dict[str, set[str]] = defaultdict(set)
    for site in sites:
        homes[site.organiser].add(site.group)
    lines: dict[tuple[str, str, str], int] = {}
    accounts = []
    for notes.line, row in read_rows(campaign.accounts_file, (NAME, PLATFORM, UPDATED)):
        try:
            account = _account(row, campaign, homes, notes)
            first = lines.setdefault((account.platform, account.name, account.organiser), notes.line)
            if first != notes.line:
                raise RowError(NAME, f"与第 {first} 行是同一平台的同一账号；保留先出现的一行")
        except RowError as fault:
            notes.reject(fault)
            continue
        accounts.append(account)
    notes.demand(accounts, "政务新媒体")
    return accounts, notes.issues


def _account(row: dict[str, str], campaign: Campaign, homes: Mapping[str, set[str]], notes: Notes) -> Account:
    refuse_shifted(row)
    return Account(
        name=need(row, NAME),
        platform=need(row, PLATFORM),
        organiser=row.get(ORGANISER, ""),
        group=_group(row, campaign, homes, notes),
        region=row.get(REGION, ""),
        updated=_updated(row, notes),
        interactive=_yes_or_no(row, INTERACTIVE, notes),
        registered=_yes_or_no(row, REGISTERED, notes),
        status=status_of(row, STATUS, _STATUS_WORDS, notes),
        line=notes.line,
    )


def _group(row: dict[str, str], campaign: Campaign, homes: Mapping[str, set[str]], notes: Notes) -> str:
    if region := row.get(REGION, ""):
        group = group_of("", region, campaign.issuer, campaign.ends.year)
        if not is_row(group, campaign.issuer, campaign.ends.year):
            notes.hint(REGION, UNKNOWN_REGION.format(region))
        return group
    organiser = row.get(ORGANISER, "")
    groups = homes.get(organiser, set()) if organiser else set()
    if len(groups) != 1:
        raise RowError(REGION, "没有填地区，主办单位也不在网站登记表中，不知归入哪一行；请补填")
    (group,) = groups
    notes.hint(REGION, f"没有填地区；按主办单位“{organiser}”的网站归入“{group}”")
    return group


def _updated(row: dict[str, str], notes: Notes) -> date | None:
    try:
        return day_of(row[UPDATED])
    except ValueError as error:
        notes.hint(UPDATED, f"{error if row[UPDATED] else '没有填最近更新'}；未能判断是否更新，不计为不合格")
        return None


def _yes_or_no(row: dict[str, str], column: str, notes: Notes) -> bool | None:
    word = row.get(column, "")
    if word and word in _YES | _NO:
        return word in _YES
    if word:
        notes.hint(column, f"“{word}”不是“是”或“否”；未能判断")
    return None
