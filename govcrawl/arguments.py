"""What the command line takes: every command with its arguments, and what ``--help`` says of them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from govcrawl.errors import InputError
from govcrawl.words import in_chinese

#: Does a command; the exit status.
Command = Callable[[argparse.Namespace], int]
_Add = Callable[..., argparse.ArgumentParser]
_STANDARD = "标准，或 .toml 文件（默认用普查文件所写）"
_OR_FILE = "普查编号，或其 campaign.toml（周期抽查文件：最近计划的两个月，已定稿的除外）"
#: Options of ``govcrawl ledger``, and what they belong to.
_OF_LEDGER = {
    "site": ("notify", "export"), "organiser": ("export",), "deadline": ("notify",), "unreviewed": ("notify",), "clerk": ("import",),
}  # fmt: skip
_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"]


def parser(commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    """``commands``: by name, each of those below."""
    in_chinese()
    whole = argparse.ArgumentParser(prog="govcrawl", description="政府网站普查：采集、评判、通报")
    whole.add_argument("--version", action="version", version=f"govcrawl {version('govcrawl')}")
    several = whole.add_subparsers(required=True, metavar="命令")

    def add(name: str, **more: Any) -> argparse.ArgumentParser:
        one = several.add_parser(name, **more)
        one.set_defaults(run=commands[name], command=name)
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
    _add_month(one)

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
    one = add("plan", help="检查输入并把一次普查放入共享队列；周期抽查文件（[recurring]）则计划当月的一次")
    one.add_argument("file", help="campaign.toml")
    _add_month(one)

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

    one = add("backup", help="备份 MongoDB 的数据和证据文件，采集进程不必停")
    one.add_argument("folder", help="新目录")
    one.add_argument("--campaign", default="", metavar="编号", help="只备份这一次普查及其复查（默认全部）")

    one = add("restore", help="由备份恢复，并重建进行中各轮的队列；中断后再次运行即继续")
    one.add_argument("folder", help="govcrawl backup 的目录")
    one.add_argument("--check", action="store_true", help="只核对备份是否完好，不写入任何数据")
    one.add_argument("--replace", action="store_true", help="先删除库中同一普查的数据（全部备份：所有数据）")

    one = add("retain", help="列出已过保存期限的数据（GOVCRAWL_KEEP_…_DAYS）；默认只看不删")
    one.add_argument("--delete", action="store_true", help="删除所列的数据；中断后再次运行即继续")

    one = add("migrate", help="升级后把所存数据改为本版本的结构；可反复运行")
    one.add_argument("--dry-run", action="store_true", help="只列出将要改动的，不改")

    one = add("exporter", help="供 Prometheus 抓取的队列、结果和自检指标：/metrics、/healthz、/readyz")
    one.add_argument("--host", default="127.0.0.1", help="监听的地址（默认 127.0.0.1，只供本机）")
    one.add_argument("--port", type=_positive, default=9410, help="端口（默认 9410）")


def _from_what_is_stored(add: _Add) -> None:
    one = add("score", help="按已存数据评判，不访问任何网页")
    one.add_argument("id", help=_OR_FILE)
    one.add_argument("--standard", type=_standard, default="", help=_STANDARD)

    one = add("report", help="由已存的评判重新生成通报")
    one.add_argument("id", help=_OR_FILE)
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

    ledger = "问题台账：notify 发整改通知书，export 导出台账和各级汇总，import 导回各单位的整改情况，notices 再出已发的通知书"
    one = add("ledger", help=ledger)
    one.add_argument("what", choices=["export", "import", "notify", "notices"])
    one.add_argument("where", help="export、import：xlsx 文件；notify、notices：存放通知书（docx）的目录")
    one.add_argument("--campaign", default="", metavar="编号", help="普查编号（默认最近的一次；import 不需要）")
    one.add_argument("--standard", type=_standard, default="", help=_STANDARD)
    one.add_argument(
        "--site",
        action="append",
        default=[],
        metavar="标识码",
        help="notify、export：只管这个网站，可写多次（默认全部）",
    )
    one.add_argument("--organiser", default="", metavar="名称", help="export：只导出这个主办单位或责任单位的")
    one.add_argument(
        "--deadline", type=_day, default=None, metavar="日期", help="notify：整改期限，如 2018-07-15（默认按普查文件）"
    )
    one.add_argument(
        "--on", type=_day, default=None, metavar="日期", help="notify：通知日期；export：超期算到这一天（默认今天）"
    )
    one.add_argument("--by", default="", metavar="姓名", help="notify、import：经办人（默认本机登录名）")
    one.add_argument("--unreviewed", action="store_true", help="notify：通报计入的单项否决未经人工复核也通知")
    one.add_argument("--clerk", action="store_true", help="import：承办人自己填的表，也可销号、认定未整改或反弹")

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

    add("schema", help="数据库说明（Markdown）：各集合、视图、字段、单位、查询示例")

    one = add("export", help="供分析的数据表：每个视图一个文件（Parquet 或 csv），附数据字典")
    one.add_argument("campaigns", nargs="*", metavar="编号", help="普查编号，可多个（默认全部）")
    one.add_argument("--out", default="data", help="结果目录（默认 ./data）")
    one.add_argument("--format", choices=["parquet", "csv"], default="parquet", help="文件格式（默认 parquet）")


def refuse_strangers(args: argparse.Namespace) -> None:
    """Raises InputError for an option that belongs to another ``what`` of ``govcrawl ledger``: left aside it would tell too many."""
    for name, whats in _OF_LEDGER.items():
        if getattr(args, name) and args.what not in whats:
            raise InputError(f"govcrawl ledger {args.what}", 0, f"--{name} 只用于 {'、'.join(whats)}；请去掉它再运行")


def _add_month(one: argparse.ArgumentParser) -> None:
    one.add_argument("--on", type=_day, default=None, metavar="日期", help="周期抽查：按这一天所在的月（默认今天）")
    one.add_argument("--again", action="store_true", help="周期抽查：本月已计划的，按现在的文件重新计划")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("须为日期，如 2018-06-15") from error


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
