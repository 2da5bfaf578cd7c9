"""sites.csv and columns.csv → the sites of a campaign and the columns (栏目) they registered.

A row that can't be used becomes a fatal ``Issue`` and is left out; whatever was mended in another is an issue too, so
that nothing is changed or dropped in silence.  A file of which no row can be used raises ``InputError``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from govcrawl.contracts import RUNNING, Campaign, Issue, RegisteredColumn, Site
from govcrawl.facts import ColumnClass
from govcrawl.register.codes import check_code, mend_code
from govcrawl.register.groups import UNKNOWN_REGION, group_of, is_row
from govcrawl.register.rows import Notes, RowError, need, refuse_shifted, status_of
from govcrawl.register.tables import EXCESS, read_rows
from govcrawl.register.urls import mend_url, same_page

CODE, NAME, HOME, ORGANISER = "网站标识码", "网站名称", "首页网址", "主办单位"
REGION, LEVEL, STATUS, SERVES = "地区", "层级", "运行状态", "对外服务"
COLUMN, URL, CLASS, DEPARTMENT = "栏目名称", "栏目网址", "栏目类别", "责任部门"
_SITE_HEADER = (CODE, NAME, HOME, ORGANISER, REGION, LEVEL, STATUS, SERVES, EXCESS)

#: Words of the reporting system, as it was called in other years.
STATUS_WORDS = {
    "例外": "申请例外",
    "申请暂时关停": "暂时关停",
    "临时下线": "暂时关停",
    "申请永久关停": "永久关停",
    "永久下线": "永久关停",
}
YES, NO = {"是", "有"}, {"否", "无"}

_CLASS_WORDS: dict[str, ColumnClass] = {
    **dict.fromkeys(("动态要闻", "动态", "要闻", "政务动态", "工作动态", "新闻", "news"), "news"),
    **dict.fromkeys(("通知公告", "通知", "公告", "公示公告", "notice"), "notice"),
    **dict.fromkeys(("政策文件", "政策", "文件", "政策法规", "规范性文件", "policy"), "policy"),
    **dict.fromkeys(("人事", "人事信息", "人事任免", "personnel"), "personnel"),
    **dict.fromkeys(("规划计划", "规划", "计划", "发展规划", "plan"), "plan"),
    **dict.fromkeys(("咨询", "政务咨询", "咨询建言", "留言咨询", "consult"), "consult"),
    **dict.fromkeys(("征集", "调查", "调查征集", "征集调查", "民意征集", "网上调查", "survey"), "survey"),
    **dict.fromkeys(("访谈", "在线访谈", "interview"), "interview"),
    **dict.fromkeys(("办事", "办事服务", "网上办事", "service"), "service"),
    **dict.fromkeys(("静态", "概况", "static"), "static"),
    **dict.fromkeys(("其他", "其它", "other"), "other"),
}


def read_sites(campaign: Campaign) -> tuple[list[Site], list[Issue]]:
    """The sites of ``registry.sites`` in the order of the file, each code once, and what was wrong with other rows."""
    notes = Notes(campaign.sites_file)
    sites: dict[str, Site] = {}
    homes: dict[str, Site] = {}
    for notes.line, row in read_rows(campaign.sites_file, (CODE, NAME, HOME)):
        try:
            site = _site(row, campaign, notes)
            if site.code in sites:
                raise RowError(CODE, f"标识码 {site.code} 与第 {sites[site.code].line} 行重复；保留先出现的一行")
        except RowError as fault:
            notes.reject(fault)
            continue
        sites[site.code] = site
        if site.home:
            twin = homes.setdefault(same_page(site.home), site)
            if twin is not site:
                notes.hint(HOME, f"首页网址与第 {twin.line} 行“{twin.name}”相同；请核对是否同一网站")
    notes.demand(sites, "网站")
    return list(sites.values()), notes.issues


def read_columns(campaign: Campaign, sites: Iterable[Site]) -> tuple[list[RegisteredColumn], list[Issue]]:
    """The rows of ``registry.columns`` that belong to one of ``sites``; none where the campaign names no such file."""
    if not campaign.columns_file:
        return [], []
    notes = Notes(campaign.columns_file)
    codes = {site.code for site in sites}
    lines: dict[tuple[str, str, str], int] = {}
    columns = []
    for notes.line, row in read_rows(campaign.columns_file, (CODE, COLUMN, URL)):
        try:
            column = _column(row, codes, notes)
            key = (column.site, same_page(column.url), column.department)
            if lines.setdefault(key, notes.line) != notes.line:
                raise RowError(URL, f"与第 {lines[key]} 行是同一网站的同一栏目；保留先出现的一行")
        except RowError as fault:
            notes.reject(fault)
            continue
        columns.append(column)
    notes.demand(columns, "栏目")
    return columns, notes.issues


# --- one site ----------------------------------------------------------------------------------------------------


def _site(row: dict[str, str], campaign: Campaign, notes: Notes) -> Site:
    refuse_shifted(row)
    name = need(row, NAME)
    code = _code(row, campaign, notes)
    group = _group(code, row, campaign, notes)
    status = status_of(row, STATUS, STATUS_WORDS, notes)
    return Site(
        code=code or f"row-{notes.line}",
        name=name,
        home=_home(row, status, notes),
        group=group,
        organiser=row.get(ORGANISER, ""),
        region=row.get(REGION, ""),
        level=row.get(LEVEL, ""),
        status=status,
        serves_public=_serves_public(row, notes),
        line=notes.line,
        extra={column: cell for column, cell in row.items() if column not in _SITE_HEADER},
    )


def _code(row: dict[str, str], campaign: Campaign, notes: Notes) -> str:
    if not row[CODE]:
        if not row.get(REGION):
            raise RowError(CODE, "标识码和地区都没有填，不知归入哪一行；至少填一项")
        notes.hint(CODE, f"没有标识码，以 row-{notes.line} 代替；行号变动后与历次普查对不上，请尽量补填")
        return ""
    for fatal, reason in check_code(row[CODE], (campaign.starts.year, campaign.ends.year)):
        if fatal:
            raise RowError(CODE, reason)
        notes.hint(CODE, reason)
    return mend_code(row[CODE])


def _group(code: str, row: dict[str, str], campaign: Campaign, notes: Notes) -> str:
    issuer, year, region = campaign.issuer, campaign.ends.year, row.get(REGION, "")
    try:
        by_code = group_of(code, "", issuer, year) if code else ""
    except ValueError as error:
        if not region:
            raise RowError(CODE, str(error)) from error
        by_code = ""
    if not region:
        return by_code
    group = group_of(code, region, issuer, year)
    if by_code and group != by_code:
        notes.hint(REGION, f"地区“{region}”与标识码所属的“{by_code}”不一致；按地区归入“{group}”")
    elif not is_row(group, issuer, year):
        notes.hint(REGION, UNKNOWN_REGION.format(region))
    return group


def _home(row: dict[str, str], status: str, notes: Notes) -> str:
    """Only a running site must have one; that of a closed site is kept to see whether it still runs."""
    if not row[HOME]:
        if status == RUNNING:
            raise RowError(HOME, f"没有填首页网址；{RUNNING}的网站必须填")
        return ""
    try:
        url, mended = mend_url(row[HOME])
    except ValueError as error:
        if status == RUNNING:
            raise RowError(HOME, str(error)) from error
        notes.hint(HOME, f"{error}；该网站不在运行，网址略去")
        return ""
    if mended:
        notes.hint(HOME, f"“{row[HOME]}”：{mended}")
    return url


def _serves_public(row: dict[str, str], notes: Notes) -> bool:
    word = row.get(SERVES, "")
    if word and word not in YES | NO:
        notes.hint(SERVES, f"“{word}”不是“是”或“否”；按“是”处理")
    return word not in NO


# --- one column --------------------------------------------------------------------------------------------------


def _column(row: dict[str, str], codes: set[str], notes: Notes) -> RegisteredColumn:
    refuse_shifted(row)
    name, url = need(row, COLUMN), need(row, URL)
    code = row[CODE] if row[CODE] in codes else mend_code(row[CODE])
    if code not in codes:
        raise RowError(CODE, f"网站登记表中没有（可用的）标识码“{row[CODE]}”；请先登记网站")
    try:
        url, mended = mend_url(url)
    except ValueError as error:
        raise RowError(URL, str(error)) from error
    if mended:
        notes.hint(URL, f"“{row[URL]}”：{mended}")
    return RegisteredColumn(code, name, url, _class(row, notes), row.get(DEPARTMENT, ""))


def _class(row: dict[str, str], notes: Notes) -> ColumnClass | None:
    written = row.get(CLASS, "")
    word = re.sub(r"[、，,/\s]|(?:栏目|类)+$", "", written)
    cls = _CLASS_WORDS.get(word)
    if written and cls is None:
        notes.hint(CLASS, f"不认识的栏目类别“{written}”；按栏目名称判断")
    return cls
