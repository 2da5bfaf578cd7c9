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

    for some in (_for_a_clerk, _for_a_crew, _for_an_operator, _from_what_is_stored, _for_a_desk, _for_a_reader):
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

    one = add("recheck", help="整改复查：重看每个已确认的问题，列出仍未整改到位的；中断后再次运行即继续")
    one.add_argument("id", help="普查编号")
    one.add_argument("--out", default="out", help="结果目录（默认 ./out）")
    one.add_argument("--standard", type=_standard, default="", help=_STANDARD)
    one.add_argument(
        "--workers", type=_positive, default=max(os.cpu_count() or 1, 1), help="采集进程数（默认 CPU 核数）"
    )

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


def _for_an_operator(add: _Add) -> None:
    one = add(
        "admin", help="init：建立 MongoDB 的集合、分析视图、角色和用户（worker、analyst、clerk、admin）；可反复运行"
    )
    one.add_argument("what", choices=["init"])
    one.add_argument(
        "--passwords", default="", metavar="目录", help="其中每个用户一个口令文件：worker、analyst、clerk、admin"
    )

    one = add("exporter", help="供 Prometheus 抓取的队列、结果和自检指标：/metrics、/healthz、/readyz")
    one.add_argument("--host", default="127.0.0.1", help="监听的地址（默认 127.0.0.1，只供本机）")
    one.add_argument("--port", type=_positive, default=9410, help="端口（默认 9410）")


def _from_what_is_stored(add: _Add) -> None:
    one = add("score", help="按已存数据评判，不访问任何网页")
    one.add_argument("id", help="普查编号")
    one.add_argument("--standard", type=_standard, default="", help=_STANDARD)

    one = add("report", help="由已存的评判重新生成通报")
    one.add_argument("id", help="普查编号")
    one.add_argument("--out", default="out", help="结果目录（默认 ./out）")
    one.add_argument("--standard", type=_standard, default="", help=_STANDARD)
    which = one.add_mutually_exclusive_group()
    which.add_argument(
        "--final", action="store_true", help="定稿：计入的线索须全部复核过；存为一个版本，以后可原样再出"
    )
    which.add_argument("--version", type=_positive, default=0, metavar="N", help="第 N 版定稿，一字不差")

    one = add("evidence", help="一个问题的证据：所见、网页、WARC 记录、截图")
    one.add_argument("finding", help="问题编号，或其开头几位（见问题台账、results.json）")
    one.add_argument("--out", default="", help="另存网页、WARC 记录和截图的目录")
    one.add_argument("--screenshot", action="store_true", help="只另存截图（未给 --out 时存入当前目录）")


def _for_a_desk(add: _Add) -> None:
    one = add("review", help="人工复核：export 导出为 xlsx，import 导回；改坏的行、已由他人改定的行原样退回")
    one.add_argument("what", choices=["export", "import"])
    one.add_argument("file", help="xlsx 文件")
    one.add_argument("--campaign", default="", metavar="编号", help="export：普查编号（默认最近的一次）")
    one.add_argument("--standard", type=_standard, default="", help=f"export：{_STANDARD}")
    one.add_argument("--by", default="", metavar="姓名", help="import：复核人（默认本机登录名）")

    one = add("console", help="复核网页；console user add 姓名 --role reviewer 增加用户（口令从键盘或标准输入读取）")
    one.set_defaults(what="serve")
    one.add_argument("--host", default="127.0.0.1", help="监听的地址（默认 127.0.0.1，只供本机）")
    one.add_argument("--port", type=_positive, default=8531, help="端口（默认 8531）")
    one.add_argument("--certificate", default="", metavar="PEM", help="TLS 证书；给出后只用 https")
    one.add_argument("--key", default="", metavar="PEM", help="TLS 私钥")
    proxy = "前面有 https 反向代理：Cookie 标 Secure，访问者地址取 X-Forwarded-For"
    one.add_argument("--behind-proxy", action="store_true", help=proxy)
    users = one.add_subparsers(metavar="user").add_parser("user", help="用户")
    users.set_defaults(what="user")
    users.add_argument("do", choices=["add", "list", "remove"], help="增加或重设口令、列出、停用")
    users.add_argument("name", nargs="?", default="", help="姓名")
    roles = ["reviewer", "clerk", "admin"]
    users.add_argument("--role", choices=roles, default="reviewer", help="角色（默认 reviewer）")


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
