"""The files a clerk would have written: campaign.toml, sites.csv (GBK, as spreadsheets save it), columns.csv.  And truth.json."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from plan import END, day
from province import ORDER, UNUSABLE, UNUSABLE_AT, Province
from styles import STYLES, Style

ID = "sample-2018q2"
TIMEOUT_S = 2.0
#: What every site was to pass on; some titles of the province happen to speak of it.
TOPIC, SINCE, UNTIL = "食品药品安全监管", day(120), day(6)

CAMPAIGN = """[campaign]
id       = "{id}"
title    = "2018年二季度全省政府网站普查（样例）"
standard = "2015"
starts   = 2018-04-01
ends     = {ends}
rounds   = 1

[issuer]
name     = "云南省人民政府办公厅"
division = "530000"
direct   = "省直"
order    = {order}
deadline = "2018-07-15"
addressees = "各州、市人民政府，省直各委、办、厅、局"

[registry]
sites    = "sites.csv"
columns  = "columns.csv"

[[repost]]
name     = "{topic}"
from     = {since}
until    = {until}
keywords = ["{topic}"]

[probe]
per_round = 40
spacing_s = 0.8
timeout_s = {timeout}

[crawl]
max_pages = 120
max_depth = 4
delay_s   = 0.02
allow_networks = ["127.0.0.0/8"]
"""

CLASSES = {
    "news": "动态要闻",
    "notice": "通知公告",
    "policy": "政策文件",
    "personnel": "人事信息",
    "plan": "规划计划",
    "other": "其他",
}


def site_rows(province: Province) -> list[dict[str, str]]:
    rows = [
        {
            "网站标识码": r.site.code, "网站名称": r.site.name, "首页网址": province.url(r),
            "主办单位": r.site.organiser, "地区": r.site.region, "层级": r.site.level, "运行状态": r.site.status, "对外服务": "是",
        }
        for r in province.rows()
    ]  # fmt: skip
    rows.insert(UNUSABLE_AT - 2, UNUSABLE)
    return rows


def column_rows(province: Province) -> list[dict[str, str]]:
    found = []
    for number, row in enumerate(province.rows()):
        style = STYLES[row.site.style](row.site, number, [], province.nowhere)
        for column in (c for c in row.site.columns if row.site.register and c.cls in CLASSES):
            url = province.url(row).rstrip("/") + style.list_path(column.name)
            found.append(
                {
                    "网站标识码": row.key,
                    "栏目名称": column.name,
                    "栏目网址": url,
                    "栏目类别": CLASSES[column.cls],
                    "责任部门": "",
                }
            )
    return found


def with_reposts(truth: dict[str, Any], province: Province) -> dict[str, Any]:
    for number, row in enumerate(province.rows()):
        if row.site.readable:
            truth["sites"][row.key]["reposted"] = reposted(
                STYLES[row.site.style](row.site, number, [], province.nowhere)
            )
    return truth


def reposted(style: Style) -> str:
    """By the titles and days of what a reader finds in its lists."""
    items = [i for c in style.site.columns if c.body == "list" for i in style.items[c.name] if TOPIC in i.title]
    days = [None if i.column.dates == "none" else i.day for i in items]
    told = [d for d in days if d is None or d >= SINCE]
    if not told:
        return "not_seen"
    return "seen" if any(d is None or d <= UNTIL for d in told) else "late"


def _write_csv(path: Path, rows: list[dict[str, str]], encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write(folder: Path, province: Province) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    order = json.dumps(list(ORDER), ensure_ascii=False)
    campaign = CAMPAIGN.format(
        id=ID, ends=END.isoformat(), order=order, timeout=TIMEOUT_S, topic=TOPIC, since=SINCE, until=UNTIL
    )
    (folder / "campaign.toml").write_text(campaign, encoding="utf-8")
    _write_csv(folder / "sites.csv", site_rows(province), "gbk")
    _write_csv(folder / "columns.csv", column_rows(province), "utf-8-sig")
    truth = json.dumps(with_reposts(province.truth(ID), province), ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(truth + "\n", encoding="utf-8")
