"""What the command line finds by name (entry points ``govcrawl.stages``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from govcrawl import watching
from govcrawl.contracts import RUNNING, Campaign, Verdict
from govcrawl.errors import InputError, OutputError, UnknownCampaign
from pipelines.standards import SUFFIX, load_pack
from pipelines.standards.packs import Pack
from reporting import forms, frozen, unmended
from reporting.months import Check, gathered
from reporting.snapshot import Earlier, Month, SiteResult, Snapshot, all_kept
from reporting.write import put, write_report

if TYPE_CHECKING:
    from govcrawl.store import Store


def check_writable(out: Path) -> None:
    """Raises OutputError before any work is done for nothing."""
    nearest = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.exists())
    if not nearest.is_dir():
        raise OutputError(str(out), f"{nearest} 不是目录")
    try:
        Path(mkdtemp(dir=nearest)).rmdir()  # asked of the file system itself: permissions alone don't tell
    except OSError as error:
        raise OutputError(str(out), str(error.strerror)) from error


def report(store: Store, campaign_id: str, pack: str, out: Path, final: bool = False, version: int = 0) -> list[Path]:
    """The bulletin and its tables from the stored verdicts of one pack; ``pack`` empty: the campaign's own standard.

    ``final``: also kept as a version of its own; ``version``: one that was kept, byte for byte.
    """
    if version:
        return put(frozen.files(store, campaign_id, version), out)
    snapshot = snapshot_of(store, campaign_id, pack)
    if final:
        for id_ in (campaign_id, *snapshot.campaign.report.months):
            if changed := store.decided_since(id_, snapshot.pack):
                raise InputError(id_, 0, f"评判之后又改了{changed}条复核结论，不能定稿；请先运行 govcrawl score {id_}")
        return put(frozen.freeze(store, snapshot, datetime.now(UTC)), out)
    return write_report(snapshot, out)


@all_kept()
def snapshot_of(store: Store, campaign_id: str, pack: str = "") -> Snapshot:
    """All that a bulletin is made from.  InputError where the campaign was not judged so."""
    own, newest, standard = _judged(store, campaign_id, pack)
    partial = "".join(sorted({why for _, why in store.closed_rounds(campaign_id).values() if why}))
    accounts = tuple(store.account_verdicts(campaign_id, newest))
    quarter = bool(own.campaign.report.months)
    before = {id_: _earlier(store, id_, quarter) for id_ in own.campaign.previous}
    months: tuple[Month, ...] = ()
    left: tuple[str, ...] = ()
    if own.campaign.report.months:
        own, months, left = gathered(own, [_month(store, id_, newest) for id_ in own.campaign.report.months])
    passed = any(r.verdict.verdict == "pass" for r in own.results)
    ours = len(store.accounts(campaign_id)) if not accounts else 0
    return Snapshot(
        own.campaign,
        newest,
        own.results,
        notes=(
            *_left_to_a_person(standard if passed else None),
            *_not_judged(ours, newest),
            *_not_stored(before),
            *(alarm.sentence for alarm in watching.alarms(store, own.campaign, newest)),
            *left,
        ),
        partial=partial,
        messages=tuple(store.message_verdicts(campaign_id)),
        accounts=accounts,
        before=tuple(one for one in before.values() if one),
        words=_words(standard),
        by_person=frozenset(name for name, rule in standard.rules.items() if rule.judged == "person")
        if standard
        else frozenset(),
        columns=tuple(store.registered_columns(campaign_id)),
        named=tuple(store.named(campaign_id)),
        duties=tuple(store.duties(campaign_id)),
        suspicions=tuple(store.suspicions(campaign_id)),
        months=months,
        form=_form(own.campaign.report.template),
        still=unmended.of_earlier(store, (*own.campaign.previous, *own.campaign.report.months)),
    )


def _judged(store: Store, campaign_id: str, pack: str) -> tuple[Check, str, Pack | None]:
    """The campaign with its verdicts by one pack, that pack's label, and the pack."""
    campaign = store.campaign(campaign_id)
    wanted = _label(pack or campaign.standard)
    matching = [p for p in store.packs(campaign_id) if _is(p, wanted)]
    if not matching:
        by = f" --standard {pack}" if pack else ""
        raise InputError(campaign_id, 0, f"还没有按标准 {wanted} 的评判；请先运行 govcrawl score {campaign_id}{by}")
    newest = _newest(matching)
    return _check(store, campaign, newest), newest, _loaded(newest, campaign.standard)


def _check(store: Store, campaign: Campaign, pack: str) -> Check:
    verdicts = store.verdicts(campaign.id, pack)
    sites = store.sites(campaign.id)
    return Check(
        campaign, tuple(SiteResult(s, verdicts.get(s.code) or _unjudged(campaign, s.code, pack)) for s in sites)
    )


def _month(store: Store, id_: str, pack: str) -> Check:
    """An earlier spot check, by the same version of the same pack."""
    campaign = store.campaign(id_)
    if pack not in store.packs(id_):
        name = pack.partition("@")[0]
        raise InputError(
            id_, 0, f"各月须按同一标准评判，本次为 {pack}；请先运行 govcrawl score {id_} --standard {name}"
        )
    return _check(store, campaign, pack)


def _form(path: str) -> str:
    """The issuer's own text; empty: the usual one."""
    if not path:
        return ""
    try:
        source = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(path, 0, f"文稿读不出（{error}）；请检查路径，并存为 UTF-8") from error
    forms.check(source, path)
    return source


def _left_to_a_person(pack: Pack | None) -> Iterator[str]:
    """The vetoes of which a site that passes was not cleared."""
    vetoes = [pack.rules[name].word for name in pack.unscored("veto")] if pack else []
    if vetoes:
        yield f"单项否决指标{'、'.join(f'“{word}”' for word in vetoes)}须由人判定，本次未作判定，合格网站不含此项结论"


def _not_judged(accounts: int, pack: str) -> Iterator[str]:
    if accounts:
        yield f"普查文件所列政务新媒体{accounts}个未评判：标准{pack}没有政务新媒体的检查指标"


def _not_stored(before: Mapping[str, Earlier | None]) -> Iterator[str]:
    if missing := [id_ for id_, one in before.items() if one is None]:
        yield f"普查文件所列以往检查{'、'.join(missing)}没有已存的评判，未作对比"


def _earlier(store: Store, id_: str, quarter: bool = False) -> Earlier | None:
    """By its own standard, in that pack's newest version; None where nothing is stored of it.  ``quarter``: with the months that its
    own bulletin gathers, for a quarter is compared with a quarter.
    """
    try:
        campaign = store.campaign(id_)
    except UnknownCampaign:
        return None
    packs = [p for p in store.packs(id_) if _is(p, _label(campaign.standard))]
    if not packs:
        return None
    check = _check(store, campaign, _newest(packs))
    months = [m for m in campaign.report.months if _newest(packs) in store.packs(m)] if quarter else []
    if months:
        check = gathered(check, [_month(store, m, _newest(packs)) for m in months])[0]
    verdicts = [r.verdict for r in check.results if r.site.status == RUNNING]
    return Earlier(
        check.campaign.title,
        campaign.ends,
        campaign.scope.mode == "sample",
        len(verdicts),
        sum(v.verdict != "not_checked" for v in verdicts),
        frozenset(v.site for v in verdicts if v.verdict == "pass"),
        {v.site: v.reasons for v in verdicts if v.verdict == "fail"},
    )


def _label(standard: str) -> str:
    """Of a standard that is a file, the label its verdicts bear."""
    return load_pack(standard).label if standard.endswith(SUFFIX) else standard


def _is(pack: str, wanted: str) -> bool:
    return wanted in (pack, pack.partition("@")[0])


def _loaded(pack: str, standard: str) -> Pack | None:
    """The pack of that label; None where it isn't there any more in that version.  ``standard``: the campaign's own."""
    try:
        return load_pack(standard) if _label(standard) == pack else load_pack(pack)
    except InputError:
        return None


def _words(pack: Pack | None) -> dict[str, str]:
    """By indicator."""
    return {n: rule.word for n, rule in pack.rules.items()} | {"score_below_pass": pack.pass_line.word} if pack else {}


def _newest(packs: Iterable[str]) -> str:
    return max(packs, key=lambda pack: int(pack.rpartition("@")[2]))


def _unjudged(campaign: Campaign, code: str, pack: str) -> Verdict:
    """A site planned after the last scoring still counts as running."""
    return Verdict(campaign.id, code, pack, campaign.ends, "not_checked")
