"""The command line.  Stages above the ground floor (``score``, ``report``) are found by name, never imported.

Exit status: 0 done, 1 failed or interrupted, 2 bad input (one sentence on stderr).
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec
import redis
from pymongo.errors import OperationFailure, PyMongoError

from govcrawl import (
    admin,
    credentials,
    demo,
    logs,
    migrations,
    operating,
    plan,
    probing,
    rendering,
    rounds,
    run,
    schema,
    services,
    settings,
)
from govcrawl.arguments import Command, parser, refuse_strangers
from govcrawl.campaign import series_of
from govcrawl.contracts import Campaign
from govcrawl.errors import (
    GovcrawlError,
    InputError,
    NotDue,
    OutputError,
    StoreUnavailable,
    UnknownCampaign,
    UnknownFinding,
)
from govcrawl.frontier.frontier import Frontier, round_key, split_round
from govcrawl.frontier.partitions import connect
from govcrawl.private import masked_url
from govcrawl.progress import Meter
from govcrawl.store import Store
from govcrawl.terminal import meter_of, print_round, print_rows, print_sites, print_table, print_visits

BAD_INPUT = (InputError, OutputError, StoreUnavailable, UnknownCampaign, UnknownFinding)


def main(argv: Sequence[str] | None = None) -> int:
    sys.excepthook = logs.tell_defect
    try:
        try:
            return _done(argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # who read along (head, less) has gone; what is written at the very end goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _done(argv: Sequence[str] | None) -> int:
    args = parser(_COMMANDS).parse_args(argv)
    try:
        with run.terminated_like_interrupted():
            return int(args.run(args))
    except NotDue as why:
        print(why)
        return 0
    except GovcrawlError as error:
        print(f"govcrawl: {error}", file=sys.stderr)
        return 2 if isinstance(error, BAD_INPUT) else 1
    except KeyboardInterrupt:
        print("\ngovcrawl: 已中断；再次运行同一命令将从中断处继续", file=sys.stderr)
        return 1


def stage(name: str) -> Any:
    """A function that a package above declares as entry point ``govcrawl.stages``."""
    (found,) = entry_points(group="govcrawl.stages", name=name)
    return found.load()


@contextmanager
def opened(any_form: bool = False) -> Iterator[tuple[services.Urls, Store, Frontier]]:
    """Both stores, given by the environment or embedded.  ``any_form``: also a MongoDB that was written by another version."""
    with services.stores() as urls, _told_in_a_sentence(urls):
        store, client = Store(urls.mongodb), connect(urls.redis)
        try:
            if not any_form:
                migrations.check(store.db, store.uri)
                migrations.check_whole(store.db, store.uri)
            yield urls, store, Frontier(client)
        finally:
            client.close()
            store.close()


@contextmanager
def _mongodb() -> Iterator[Store]:
    """MongoDB alone: an analyst, and whoever makes users there, may have no Redis at hand."""
    uri = credentials.given("MONGODB_URI", strict=False)
    stores = nullcontext(services.Urls("", uri)) if uri else services.stores()
    with stores as urls, _told_in_a_sentence(urls), closing(Store(urls.mongodb)) as store:
        yield store


@contextmanager
def _told_in_a_sentence(urls: services.Urls) -> Iterator[None]:
    """Of stores that go away under a command."""
    try:
        yield
    except redis.RedisError as error:
        raise StoreUnavailable("Redis", services.redact(urls.redis), f"{error}；恢复后再次运行同一命令即可") from error
    except PyMongoError as error:
        reason = str(error).partition(",")[0]
        raise StoreUnavailable(
            "MongoDB", services.redact(urls.mongodb), f"{reason}；恢复后再次运行同一命令即可"
        ) from error
    except msgspec.ValidationError as error:
        reason = f"所存数据与本版本不符（{error}）；请使用写入该数据的版本，或重新运行 govcrawl plan"
        raise StoreUnavailable("MongoDB", services.redact(urls.mongodb), reason) from error


def _run(args: argparse.Namespace) -> int:
    out = Path(args.out)
    _check_writable(out)
    with opened() as (urls, store, frontier):
        planned = _plan_and_tell(args, store)
        _check_browser(args.file, planned.campaign)
        run.crawl(planned.campaign, store, frontier, urls, args.workers, wait=not args.no_wait)
        verdicts = stage("score")(store, planned.campaign.id, "", set())
        _tell_report(stage("report")(store, planned.campaign.id, verdicts[0].pack if verdicts else "", out), out)
    return 0


def _check_writable(out: Path) -> None:
    """Before hours of crawling, not after."""
    stage("check_writable")(out)


def _check_browser(file: str, campaign: Campaign) -> None:
    """This machine has to do it all: a page that nobody can render would keep the round open for ever."""
    if campaign.crawl.browser and (why := asyncio.run(rendering.trouble(settings.CHROMIUM, settings.RENDER_MEMORY_MB))):
        fix = "请安装（如 apt install chromium），或以环境变量 GOVCRAWL_CHROMIUM 指明其路径，或改为 browser = false"
        raise InputError(file, 0, f"[crawl] browser = true 需要 Chromium，{why}；{fix}")


def _plan_and_tell(args: argparse.Namespace, store: Store) -> plan.Plan:
    planned = plan.plan(args.file, store, stage("standard_trouble"), args.on or operating.today(), args.again)
    for issue in planned.issues:
        print(issue, file=sys.stderr)
    refused = sum(issue.fatal for issue in planned.issues)
    print(
        f"{planned.campaign.title}：登记 {planned.sites} 个网站，正常运行 {planned.running} 个，检查 {planned.chosen} 个"
        + (f"；{refused} 行不可用" if refused else "")
        + ("；本月已计划，名单不变" if planned.kept else "")
    )
    if planned.missed:
        print(f"提示：本季度 {'、'.join(planned.missed)} 未曾计划，季度通报不含这些月份", file=sys.stderr)
    if "GOVCRAWL_USER_AGENT" not in os.environ and not planned.campaign.crawl.allow_networks:
        print("提示：请以环境变量 GOVCRAWL_USER_AGENT 告诉被查网站访问者的名称和联系方式", file=sys.stderr)
    return planned


def _tell_report(paths: list[Path], out: Path) -> None:
    for path in paths:
        if path.name == "summary.csv":
            print_table(path)
    print(f"通报及附表（{len(paths)} 个文件）：{out.absolute()}")


def _plan(args: argparse.Namespace) -> int:
    with opened() as (_, store, frontier):
        if series := series_of(args.file):  # what began in the month before comes to its end
            for one in store.series(series)[-2:]:
                rounds.advance(one, store, frontier)
        campaign = _plan_and_tell(args, store).campaign
        key = rounds.advance(campaign, store, frontier)
        over = "数据已过保存期限删除，不再采集" if store.deleted(campaign.id) else "各轮均已完成"
        print(f"第 {key.rpartition(':')[2]} 轮已在队列中；本轮完成后再次运行本命令即开始下一轮" if key else over)
    return 0


def _worker(args: argparse.Namespace) -> int:
    with services.stores() as urls:
        os.environ.update(urls.environment())
        _check_form(urls)
        from govcrawl.worker import work

        return work(args.log_level)


def _check_form(urls: services.Urls) -> None:
    with _told_in_a_sentence(urls), closing(Store(urls.mongodb)) as store:
        migrations.check(store.db, store.uri)
        migrations.check_whole(store.db, store.uri)


def _operate(args: argparse.Namespace) -> int:
    with opened(any_form=True) as (_, store, frontier):
        for line in operating.COMMANDS[args.command](args, store, frontier):
            print(line)
    return 0


def _probe(args: argparse.Namespace) -> int:
    with opened() as (urls, store, frontier):
        os.environ.update(urls.environment())
        return probing.probe(args.id, store, frontier, args.log_level)


def _status(args: argparse.Namespace) -> int:
    with opened() as (_, store, frontier):
        if args.id:
            store.campaign(args.id)
        keys = [k for k in frontier.rounds() if not args.id or split_round(k)[0] == args.id]
        renderers = frontier.renderers_alive()
        meters = {key: meter_of(key, store, frontier) for key in keys}
        time.sleep(args.over)
        print(f"在线采集进程 {frontier.workers_alive()}（被强行结束的进程最多再计 30 秒）")
        for key, meter in meters.items():
            if isinstance(meter, Meter):
                print_round(key, meter, renderers)
                print_visits(key, store, frontier)
            else:
                print(f"{key}: 无法读取，采集进程不处理这一轮（{meter}）")
            if args.sites:
                print_sites(frontier.by_site(key), {site.code: site.name for site in store.sites(split_round(key)[0])})
        for key, (incomplete, why) in sorted(store.closed_rounds(args.id).items() if args.id else ()):
            cut_short = f"，{len(incomplete)} 个网站未能查全" if incomplete else ""
            print(f"{key}: 已结束{cut_short}" + (f"；{why}" if why else ""))
        for key in store.open_rounds(args.id):
            if key not in keys:
                print(f"{key}: 不在队列中（Redis 数据已丢失）；采集进程启动时会自动重建，也可运行 govcrawl rebuild")
        if not keys:
            print("没有进行中的轮次")
    return 0


def _rebuild(args: argparse.Namespace) -> int:
    with opened() as (_, store, frontier):
        known = False
        for key, done, new in rounds.rebuild(store.campaign(args.id), store, frontier):
            known = True
            print(f"{key}: 已按 MongoDB 重建，完成 {done} 项，待办 {new} 项")
        if not known:
            print("没有进行中的轮次，无需重建")
    return 0


def _dead(args: argparse.Namespace) -> int:
    """Tasks given up: of open rounds from the queue, of closed ones from MongoDB."""
    with opened() as (_, store, frontier):
        campaign = store.campaign(args.id)
        if args.revive:
            spoilt = sum(one.task is None for key in store.open_rounds(args.id) for one in frontier.dead(key))
            hint = f"；其中 {spoilt} 项的消息已损坏，请运行 govcrawl rebuild" if spoilt else ""
            print(f"{rounds.revive(campaign, store, frontier)} 项任务重新待办{hint}")
            return 0
        rows = [["轮次", "网站标识码", "类别", "网址", "原因"]]
        for key, found in store.dead(args.id).items():
            rows += [[key, one["site"], one["role"], masked_url(one["url"]), one["reason"]] for one in found]
        for key in store.open_rounds(args.id):
            for one in frontier.dead(key):
                task = one.task
                rows.append(
                    [key, one.site, task.role if task else "", masked_url(task.url) if task else "", one.reason]
                )
        print_rows(rows)
    return 0


def _score(args: argparse.Namespace) -> int:
    """Asked by file, as a timer does, a campaign whose pages are past their term keeps the verdicts that it has."""
    with opened() as (_, store, frontier):

        def score(id_: str) -> None:
            if id_ != args.id and store.deleted(id_, "pages") and store.packs(id_):
                print(f"{id_}：网页记录已过保存期限删除，不再评判；已有的评判和通报照旧可用")
            else:
                _score_one(id_, args.standard, store, frontier)

        _each(operating.meant(args.id, store), score)
    return 0


def _each(ids: Iterable[str], do: Callable[[str], None]) -> None:
    """A month that can't be judged, or told of, keeps no other from it; raises the first trouble when all are done."""
    troubles: list[GovcrawlError] = []
    for id_ in ids:
        try:
            do(id_)
        except GovcrawlError as trouble:
            troubles.append(trouble)
    if troubles:
        raise troubles[0]


def _score_one(id_: str, standard: str, store: Store, frontier: Frontier) -> None:
    campaign = store.campaign(id_)
    rounds.close_finished(campaign, store, frontier)
    verdicts = stage("score")(store, id_, standard, _unfinished(store, frontier, id_))
    if standard and (why := stage("standard_trouble")(standard, campaign.ends)):
        print(f"提示：{why}", file=sys.stderr)
    for word in ("pass", "fail", "insufficient", "not_checked"):
        print(f"{word:12} {sum(v.verdict == word for v in verdicts)}")


def _unfinished(store: Store, frontier: Frontier, campaign_id: str) -> set[str]:
    """Sites whose rounds are still on the queue, or were never crawled."""
    campaign = store.campaign(campaign_id)
    closed = store.closed_rounds(campaign_id)
    left: set[str] = set()
    for number in range(1, campaign.rounds + 1):
        key = round_key(campaign_id, number)
        if frontier.exists(key):
            left |= rounds.incomplete_sites(frontier, key)
        elif key not in closed:
            left |= {s.code for s in store.sites(campaign_id, chosen_only=True)}
    return left


def _report(args: argparse.Namespace) -> int:
    out = Path(args.out)
    _check_writable(out)
    with opened() as (_, store, _frontier):

        def report(id_: str) -> None:
            folder = out if id_ == args.id or not series_of(args.id) else out / id_
            _tell_report(stage("report")(store, id_, args.standard, folder, args.final, args.version), folder)

        _each(operating.meant(args.id, store), report)
    return 0


def _review(args: argparse.Namespace) -> int:
    """Exit status 2 where rows came back."""
    file = Path(args.file)
    with opened() as (_, store, _frontier):
        if args.what == "export":
            print(stage("review_export")(store, args.campaign, args.standard, file))
            return 0
        told, back = stage("review_import")(store, file, args.by or getpass.getuser(), datetime.now(UTC))
    print("\n".join(told))
    for line in back:
        print(f"govcrawl: {line}", file=sys.stderr)
    return 2 if back else 0


def _ledger(args: argparse.Namespace) -> int:
    """Exit status 2 where rows came back."""
    refuse_strangers(args)
    where, back, by = Path(args.where), list[str](), args.by or getpass.getuser()
    at, on = datetime.now(UTC).replace(microsecond=0), args.on or operating.today()
    if args.what in ("notify", "notices"):
        _check_writable(where)
    with opened() as (_, store, _frontier):
        if args.what == "import":
            told, back = stage("ledger_import")(store, where, by, at, args.clerk, args.standard)
        elif args.what == "export":
            table, sentence = stage("ledger_export")(
                store, args.campaign, args.standard, where, on, at, args.site, args.organiser
            )
            print_rows(table)
            told = [sentence]
        elif args.what == "notices":
            told = stage("ledger_notices")(store, args.campaign, args.standard, where)
        else:
            whom = args.campaign, args.standard, where, args.site, args.deadline
            told = stage("ledger_notify")(store, *whom, on, by, at, args.unreviewed)
    print("\n".join(told))
    for line in back:
        print(f"govcrawl: {line}", file=sys.stderr)
    return 2 if back else 0


def _console(args: argparse.Namespace) -> int:
    with opened() as (urls, store, _frontier):
        if args.what == "user":
            return int(stage("console_user")(store, args.do, args.name, args.role))
        return int(stage("console")(urls.mongodb, args.host, args.port, args.certificate, args.key, args.behind_proxy))


def _exporter(args: argparse.Namespace) -> int:
    with services.stores() as urls, _told_in_a_sentence(urls):
        from govcrawl.metrics.exporter import serve

        logs.set_up(settings.LOG_STYLE)
        store, client = Store(urls.mongodb), connect(urls.redis, **settings.REDIS_PARAMS)
        try:
            serve(f"{args.host}:{args.port}", store, Frontier(client))
        except OSError as error:
            raise InputError(
                f"{args.host}:{args.port}", 0, f"无法监听（{error.strerror}）；请换一个地址或端口"
            ) from error
    return 0


def _admin(args: argparse.Namespace) -> int:
    with _mongodb() as store:
        migrations.check_not_newer(store.db, store.uri)
        for line in admin.init(store, Path(args.passwords) if args.passwords else None):
            print(line)
    return 0


def _recheck(args: argparse.Namespace) -> int:
    """Its pages, then, where a list names the text of one that is gone, that text; a recheck that was cut off goes on."""
    out = Path(args.out)
    _check_writable(out)
    with opened() as (urls, store, frontier):
        recheck = stage("recheck_begin")(store, args.id, args.standard)
        _check_browser(args.id, recheck)
        print(f"{recheck.title}：{len(store.sites(recheck.id))} 个网站")
        search = stage("recheck_search")
        run.crawl(
            recheck, store, frontier, urls, args.workers, wait=True, wanted=lambda n: n == 1 or search(store, recheck)
        )
        table, paths = stage("recheck_end")(store, recheck, out)
    print_rows(table)
    print(f"复查结果（{len(paths)} 个文件）：{out.absolute()}")
    return 0


def _evidence(args: argparse.Namespace) -> int:
    """The case of one finding; exit status 1 where its evidence is missing, or not what was stored."""
    for folder in (args.out, "." if args.screenshot else ""):
        if folder:
            _check_writable(Path(folder))
    out = Path(args.out) if args.out else None
    shots = out or (Path() if args.screenshot else None)
    with opened() as (_, store, _frontier):
        told, alarms = stage("evidence")(store, args.finding, Path(settings.EVIDENCE_DIR), out, shots)
    print("\n".join(told))
    for alarm in alarms:
        print(f"govcrawl: {alarm}", file=sys.stderr)
    if out:
        print("注意：原始网页可能含有恶意脚本，请用文本编辑器打开，或看截图")
    return 1 if alarms else 0


def _standards(args: argparse.Namespace) -> int:
    if not args.name and args.what in ("show", "check"):
        raise InputError(f"govcrawl standards {args.what}", 0, "缺少标准的名称或文件，如 2019")
    for line in stage("standards")(args.what, args.name):
        print(line)
    return 0


def _schema(args: argparse.Namespace) -> int:
    print(schema.markdown(stage("observed")(), stage("indicator_words")()), end="")
    return 0


def _export(args: argparse.Namespace) -> int:
    out = Path(args.out)
    _check_writable(out)
    with _mongodb() as store:
        with suppress(OperationFailure):  # an analyst may read the views alone
            migrations.check_whole(store.db, store.uri)
        made = stage("export")(store, args.campaigns, out, args.format)
    print_rows([["文件", "行数"], *([name, str(count)] for name, count in made)])
    print(f"共 {len(made)} 个文件，各列含义见 {out.absolute() / 'dictionary.md'}")
    return 0


def _demo(args: argparse.Namespace) -> int:
    return demo.run(args.out, args.workers, main)


_COMMANDS: dict[str, Command] = {
    "run": _run, "plan": _plan, "worker": _worker, "probe": _probe, "status": _status, "rebuild": _rebuild, "dead": _dead,
    "score": _score, "report": _report, "evidence": _evidence, "recheck": _recheck,
    "review": _review, "ledger": _ledger, "console": _console, "standards": _standards, "schema": _schema, "export": _export, "demo": _demo,
    "exporter": _exporter, "admin": _admin, **dict.fromkeys(operating.COMMANDS, _operate),
}  # fmt: skip
