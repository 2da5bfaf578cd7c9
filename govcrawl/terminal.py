"""What the commands print on a terminal: tables, and how far a round is."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from unicodedata import east_asian_width

from govcrawl import probing, rounds, settings
from govcrawl.frontier.frontier import STATES, Frontier, split_round
from govcrawl.progress import Meter
from govcrawl.store import Store

NO_RENDERER = (
    "目前没有这样的进程：请在任一采集机安装（如 apt install chromium）或以 GOVCRAWL_CHROMIUM 指明路径，再启动 govcrawl worker；"
    f"否则其余工作完成 {settings.RENDER_WAIT_S / 60:.0f} 分钟后按未渲染结束，相关栏目列为未能判断"
)


def print_table(path: Path) -> None:
    """附件1 on the terminal."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    print_rows([row for row in rows if len(row) == len(rows[0])])


def print_rows(rows: list[list[str]]) -> None:
    """In columns; Chinese characters are two columns wide."""
    widths = [max(_width(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip())


def _width(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def meter_of(key: str, store: Store, frontier: Frontier) -> Meter | Exception:
    """Or why there is none."""
    try:
        campaign = store.campaign(split_round(key)[0])
        return Meter(campaign, key, frontier, len(store.sites(campaign.id, chosen_only=True)))
    except rounds.UNREADABLE as error:
        return error


def print_round(key: str, meter: Meter, renderers: int) -> None:
    reading = meter.read()
    now = reading.counts
    print(
        f"{key}: 计划 {now.planned} = 待办 {now.pending} + 在办 {now.leased} + 完成 {now.done} + 放弃 {now.dead}；{reading}"
        + (f"；租约到期 {now.expired}，迟到的回执 {now.stale}" if now.expired or now.stale else "")
        + (f"；超出每站上限未采 {now.over_quota}" if now.over_quota else "")
        + (f"；待渲染 {now.open_in['render']}（由装有 Chromium 的采集进程处理）" if now.open_in["render"] else "")
        + ("" if renderers or not now.open_in["render"] else f"；{NO_RENDERER}")
    )


def print_visits(key: str, store: Store, frontier: Frontier) -> None:
    campaign = store.campaign(split_round(key)[0])
    for window in probing.windows(campaign, store, frontier):
        if window.key == key:
            print(f"  可用性：{window}")


def print_sites(by_site: dict[str, Counter[str]], names: dict[str, str]) -> None:
    """The books of each site, those with most to do first."""
    todo = sorted(by_site.items(), key=lambda one: (-one[1]["pending"] - one[1]["leased"], one[0]))
    rows = [["网站标识码", "网站名称", "计划", "待办", "在办", "完成", "放弃"]]
    rows += [[code, names.get(code, ""), *(str(books[state]) for state in STATES)] for code, books in todo]
    print_rows(rows)
