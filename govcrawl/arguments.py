"""What the command line takes: every command with its arguments, and what ``--help`` says of them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from govcrawl.words import in_chinese

#: Does a command; the exit status.
Command = Callable[[argparse.Namespace], int]
_Add = Callable[..., argparse.ArgumentParser]
_STANDARD = "标准，或 .toml 文件（默认用普查文件所写）"
_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"]


def parser(commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    """``commands``: by name, each of those below."""
    in_chinese()
    whole = argparse.ArgumentParser(prog="govcrawl", description="政府网站普查：采集、评判、通报")
    whole.add_argument("--version", action="version", version=f"govcrawl {version('govcrawl')}")
    several = whole.add_subparsers(required=True, metavar="命令")

    def add(name: str, **more: Any) -> argparse.ArgumentParser:
        one = several.add_parser(name, **more)
        one.set_defaults(run=commands[name])
        return one

    for some in (_for_a_clerk, _for_a_crew, _from_what_is_stored, _for_a_reader):
        some(add)
    return whole


def _for_a_clerk(add: _Add) -> None:
    one = add("run", help="一份普查文件进，一份通报出；中断后再次运行即继续")
    one.add_argument("file", help="campaign.toml")
    one.add_argument("--out", default="out", help="结果目录（默认 ./out）")
    one.add_argument(
        "--workers", type=_positive, default=max(os.cpu_count() or 1, 1), help="采集进程数（默认 CPU 核数）"
    )
    one.add_argument("--no-wait", action="store_true", help="采集结束即出通报，不等可用性监测")

    one = add("demo", help="本机样例省：从采集到通报，并与预设答案核对")
    one.add_argument("--out", default="out/demo", help="结果目录")
    one.add_argument("--workers", type=_positive, default=max(os.cpu_count() or 1, 1))


def _for_a_crew(add: _Add) -> None:
    one = add("plan", help="检查输入并把一次普查放入共享队列")
    one.add_argument("file", help="campaign.toml")

    one = add("worker", help="一个采集进程；SIGTERM 后完成手头任务再退出")
    one.add_argument("--log-level", default="INFO", choices=_LEVELS)

    one = add("probe", help="只做一次普查的可用性访问，直至访问窗口结束；可同时启动任意多个")
    one.add_argument("id", help="普查编号")
    one.add_argument("--log-level", default="WARNING", choices=_LEVELS)

    one = add("status", help="各轮进度：计划 = 待办 + 在办 + 完成 + 放弃")
    one.add_argument("id", nargs="?", default="", help="普查编号")
    one.add_argument("--over", type=_seconds, default=1.0, metavar="秒", help="测速时长（默认 1 秒）")
    one.add_argument("--sites", action="store_true", help="逐个网站列出")

    one = add("rebuild", help="按 MongoDB 中的结果重建 Redis 队列（采集进程启动时也会自动检查）")
    one.add_argument("id", help="普查编号")

    one = add("dead", help="列出放弃的任务及原因")
    one.add_argument("id", help="普查编号")
    one.add_argument("--revive", action="store_true", help="让它们重新待办；已结束的轮次会重新打开")


def _from_what_is_stored(add: _Add) -> None:
    one = add("score", help="按已存数据评判，不访问任何网页")
    one.add_argument("id", help="普查编号")
    one.add_argument("--standard", type=_standard, default="", help=_STANDARD)

    one = add("report", help="由已存的评判重新生成通报")
    one.add_argument("id", help="普查编号")
    one.add_argument("--out", default="out", help="结果目录（默认 ./out）")
    one.add_argument("--standard", type=_standard, default="", help=_STANDARD)

    one = add("evidence", help="一个问题的证据：所见、网页、WARC 记录、截图")
    one.add_argument("finding", help="问题编号，或其开头几位（见问题台账、results.json）")
    one.add_argument("--out", default="", help="另存网页、WARC 记录和截图的目录")
    one.add_argument("--screenshot", action="store_true", help="只另存截图（未给 --out 时存入当前目录）")


def _for_a_reader(add: _Add) -> None:
    one = add("standards", help="评分标准：list 列出、show 打印一份、check 检查一个文件、table 各部分由谁判定")
    one.add_argument("what", nargs="?", default="list", choices=["list", "show", "check", "table"])
    one.add_argument("name", nargs="?", default="", help="标准名称（如 2019），或 .toml 文件")

    add("schema", help="数据库说明（Markdown）：各集合、字段、单位、查询示例")


def _standard(text: str) -> str:
    """A pack's name; or a file, found from wherever the command is run."""
    return str(Path(text).absolute()) if text.endswith(".toml") else text


def _seconds(text: str) -> float:
    seconds = float(text) if text.replace(".", "", 1).isdecimal() else -1.0
    if seconds < 0:
        raise argparse.ArgumentTypeError("须为不小于 0 的秒数")
    return seconds


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError("须为正整数")
    return number
