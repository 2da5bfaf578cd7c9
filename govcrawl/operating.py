"""What an operator, or a timer, does: judge what a file means, back a store up, restore it, migrate it, delete what is past its term."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import date, datetime
from importlib.metadata import entry_points
from pathlib import Path

from govcrawl import backup, migrations, rounds, services, settings
from govcrawl.campaign import load_campaign, series_of
from govcrawl.errors import GovcrawlError, InputError
from govcrawl.frontier.frontier import Frontier, split_round
from govcrawl.reading.records import BEIJING
from govcrawl.store import Store


def today() -> date:
    return datetime.now(BEIJING).date()


def meant(id_: str, store: Store) -> list[str]:
    """Ids of the campaigns to judge or report.  A campaign file in place of an id: its own; of one that recurs, the last two months that
    were planned, for the last visits of a month are judged in the next; without those whose bulletin is final.
    """
    if not id_.endswith(".toml"):
        return [id_]
    if not (series := series_of(id_)):
        return [load_campaign(id_).id]
    months = [one.id for one in store.series(series)[-2:]]
    if not months:
        raise InputError(id_, 0, f"周期抽查 {series} 还没有计划过任何一个月；请先运行 govcrawl plan")
    return [one for one in months if not store.bulletins(one)]


def saved(args: argparse.Namespace, store: Store, _: Frontier) -> Iterator[str]:
    folder, evidence = Path(args.folder), Path(settings.EVIDENCE_DIR)
    migrations.check_not_newer(store.db, store.uri)
    migrations.check_whole(store.db, store.uri)
    yield _told("备份完成", backup.save(store, folder, evidence, args.campaign), folder)
    if elsewhere := backup.elsewhere(store, evidence, args.campaign):
        yield f"提示：{elsewhere} 个证据文件不在 {evidence}，未备份；请在其所在的采集机上复制，或让各机共用 GOVCRAWL_EVIDENCE"
    yield "隐私密钥（privacy.key）和口令文件不在备份中，请另行保管；备份含用户口令的散列和网页原文，请加密存放"


def restored(args: argparse.Namespace, store: Store, frontier: Frontier) -> Iterator[str]:
    folder = Path(args.folder)
    if args.check:
        yield _told("备份完好", backup.check(folder), folder)
        return
    manifest = backup.check(folder)
    busy = [key for key in frontier.rounds() if manifest.whole or split_round(key)[0] in manifest.campaigns]
    if busy and frontier.workers_alive():
        raise GovcrawlError(
            f"采集进程正在处理 {'、'.join(busy)}；请先停止采集进程（被强行结束的最多再等 30 秒），再运行 govcrawl restore"
        )
    yield _told("恢复完成", backup.restore(store, folder, Path(settings.EVIDENCE_DIR), args.replace), folder)
    still_open = set(store.open_rounds())
    for key in busy:
        if key not in still_open:
            frontier.close_round(key)
    for id_ in sorted({split_round(key)[0] for key in still_open}.intersection(manifest.campaigns)):
        for key, done, new in rounds.rebuild(store.campaign(id_), store, frontier):
            yield f"{key}：队列已重建，完成 {done} 项，待办 {new} 项"


def retained(args: argparse.Namespace, store: Store, _: Frontier) -> Iterator[str]:
    migrations.check(store.db, store.uri)
    migrations.check_whole(store.db, store.uri)
    days = {kind: _days(kind, text) for kind, text in settings.KEEP_DAYS.items()}
    if not any(days.values()):
        yield "没有设置保存期限（GOVCRAWL_KEEP_PAGES_DAYS 等，见 govcrawl/settings.py），所有数据一直保存"
        return
    (stage,) = entry_points(group="govcrawl.stages", name="retain")
    logs = services.home() / "logs"
    yield from stage.load()(store, Path(settings.EVIDENCE_DIR), logs, days, args.delete)


def _days(kind: str, text: str) -> int:
    if text and not (text.isdecimal() and len(text) <= 5):
        name = f"GOVCRAWL_KEEP_{'LOG' if kind == 'logs' else kind.upper()}_DAYS"
        raise InputError(name, 0, f"应为天数，如 365，至多五位（读到的是“{text}”）；空或 0 表示一直保存")
    return int(text or 0)


def _told(what: str, manifest: backup.Manifest, folder: Path) -> str:
    files = len(manifest.of(backup.EVIDENCE))
    return (
        f"{what}：{len(manifest.campaigns)} 次普查（含复查），{manifest.documents} 份文档，{files} 个证据文件，"
        f"共 {manifest.bytes / 1e6:.1f} MB：{folder.absolute()}"
    )


def migrated(args: argparse.Namespace, store: Store, frontier: Frontier) -> Iterator[str]:
    migrations.check_whole(store.db, store.uri)
    if not args.dry_run and migrations.number(store.db) < migrations.VERSION and frontier.workers_alive():
        raise GovcrawlError("采集进程还在工作；请先停止采集进程（被强行结束的最多再等 30 秒），再运行 govcrawl migrate")
    return migrations.migrate(store.db, store.uri, args.dry_run)


#: Each yields what it did, in sentences.
COMMANDS: dict[str, Callable[[argparse.Namespace, Store, Frontier], Iterator[str]]] = {
    "backup": saved, "restore": restored, "migrate": migrated, "retain": retained,
}  # fmt: skip
