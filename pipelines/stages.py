"""What the command line finds by name (entry points ``govcrawl.stages``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from govcrawl import settings
from govcrawl.contracts import CLOSED, RUNNING, Campaign, Page, RegisteredColumn, Verdict
from govcrawl.errors import InputError, UnknownCampaign
from govcrawl.reading.records import BEIJING
from govcrawl.reading.urls import identity
from govcrawl.reviews import as_finding
from govcrawl.store import Store
from pipelines import exhibits, observe, pictures, retention, shown
from pipelines.allowed import Allowed, in_use, taught, written
from pipelines.judged_accounts import judge_accounts
from pipelines.judged_messages import judge_messages
from pipelines.judged_notices import NOTICE_DAYS, without_notice
from pipelines.judging import Brief, Terms, judge_all
from pipelines.outages import Visit, outages, spells
from pipelines.standards import SUFFIX, known_packs, load_pack
from pipelines.suspicions import suspicions


def standard_trouble(name: str, ends: date) -> str:
    """Why a campaign that ends on that day can't be judged by that standard, and what to do; empty: it can."""
    if not name.endswith(SUFFIX) and name.partition("@")[0] not in known_packs():
        return f"没有标准“{name}”；可用的有 {'、'.join(known_packs())}，或以 .toml 结尾的标准文件路径"
    try:
        pack = load_pack(name)
    except InputError as error:
        return f"评分标准不可用（{error}）；请改正"
    if pack.covers(ends):
        return ""
    others = [other for other in known_packs() if load_pack(other).covers(ends)]
    fix = f"请改用 {'、'.join(others)}，或改正 ends" if others else "请改正 ends"
    until = f"至 {pack.pack.valid_to}" if pack.pack.valid_to else "起"
    return f"标准 {pack.label} 自 {pack.pack.valid_from} {until}施行，本次普查截止于 {ends}；{fix}"


def score(store: Store, campaign_id: str, standard: str, unfinished: Collection[str]) -> list[Verdict]:
    """Judges every site of a campaign from what is stored, and stores the verdicts under the pack's version.

    ``standard`` empty: the campaign's own.  ``unfinished``: sites whose crawl is still going on.
    """
    campaign = store.campaign(campaign_id)
    if store.deleted(campaign_id, "pages"):
        raise InputError(campaign_id, 0, "网页记录和所见事实已过保存期限删除，不能重新评判；已有的评判和通报照旧可用")
    terms = Terms(campaign, standard or campaign.standard, allowed(store, campaign))
    pack = terms.pack  # first: one that can't be used is told here
    verdicts = list(judge_all(store, terms, _briefs(store, campaign, unfinished)))
    store.save_message_verdicts(campaign_id, judge_messages(store.messages(campaign_id), campaign.ends))
    store.save_account_verdicts(
        campaign_id, pack.label, judge_accounts(store.accounts(campaign_id), pack, campaign.ends)
    )
    found = suspicions(
        store.sites(campaign_id), store.traces(campaign_id), store.seen(campaign_id, "closed"),
        {v.site for v in verdicts if "site_unreachable" in v.vetoes},
    )  # fmt: skip
    told = {one.site for one in found if one.kind == "closed_but_running"}
    quiet = without_notice(store.sites(campaign_id), store.seen(campaign_id, "closed"), _lately_open(store, campaign))
    store.save_suspicions(campaign_id, [*found, *(one for one in quiet if one.site not in told)])
    return verdicts


def allowed(store: Store, campaign: Campaign) -> Allowed:
    """What people decided in this campaign, what they dismissed in it or in those before it, words of the campaign file, and such
    as many sites use."""
    decided = store.decided([campaign.id, *campaign.earlier]).values()
    learnt = taught([as_finding(d) for d in decided])
    usual = in_use((o.site, o.excerpt, o.data["detail"]) for o in store.checked(campaign.id, "typos"))
    return replace(learnt, words=learnt.words | written(campaign.allowed) | usual)


def _briefs(store: Store, plan: Campaign, unfinished: Collection[str]) -> list[Brief]:
    campaign = plan.id
    cut_short = set(unfinished).union(*(sites for sites, _ in store.closed_rounds(campaign).values()))
    chosen = {site.code for site in store.sites(campaign, chosen_only=True)}
    columns: defaultdict[str, dict[str, RegisteredColumn]] = defaultdict(dict)
    for column in store.registered_columns(campaign):
        columns[column.site][identity(column.url)] = column
    cut_off: defaultdict[str, dict[Visit, bool]] = defaultdict(dict)
    ours = outages(store.visits(campaign), plan.probe.spacing_s)
    for visit, proven in ours.items():
        cut_off[visit[1]][visit] = proven
    cut_off_at = spells(ours, plan.probe.spacing_s)
    former = {site.code: site.home for one in _by_age(store, plan.earlier) for site in store.sites(one.id)}
    return [
        Brief(
            site, code in chosen, code not in cut_short, columns.get(code, {}), cut_off.get(code, {}), cut_off_at,
            former.get(code, ""),
        )
        for site in store.sites(campaign)
        for code in [site.code]
    ]  # fmt: skip


def _lately_open(store: Store, plan: Campaign) -> set[str]:
    """Codes of sites that are closed, and ran at the end of an earlier campaign so lately that their notice must still hang."""
    since = plan.ends - timedelta(days=NOTICE_DAYS)
    before = [one for one in _by_age(store, plan.earlier) if since <= one.ends <= plan.ends]
    ran = {site.code for one in before for site in store.sites(one.id) if site.status == RUNNING}
    return ran & {site.code for site in store.sites(plan.id) if site.status in CLOSED} if ran else set()


def _by_age(store: Store, campaigns: Iterable[str]) -> list[Campaign]:
    """Those that are stored, older ones first."""
    found = []
    for id_ in campaigns:
        with suppress(UnknownCampaign):
            found.append(store.campaign(id_))
    return sorted(found, key=lambda one: one.ends)


def observed() -> str:
    """What ``observations.data`` holds, kind by kind, as ``govcrawl schema`` prints it."""
    return (observe.__doc__ or "").partition("\n\n")[2]


def evidence(
    store: Store, prefix: str, folder: Path, out: Path | None, shots: Path | None
) -> tuple[list[str], list[str]]:
    """What lies behind a finding, and what is wrong with it.

    ``out``: folder for the pages and their WARC records, ``shots``: for screenshots; None: none.
    """
    case = exhibits.behind(store, prefix, folder)
    told = list(shown.lines(case))
    if out:
        told += [f"已存       {path}" for path in shown.kept(case, out)]
    if shots:
        told += pictures.take(
            case, partial(_stored, store, case, folder), shots, settings.CHROMIUM, settings.RENDER_MEMORY_MB
        )
    return told, shown.alarms(case)


def _stored(store: Store, case: exhibits.Behind, folder: Path, url: str) -> Page | None:
    found = exhibits.stored_page(store, case.finding, url, folder)
    return pictures.as_page(found) if found else None


def retain(store: Store, folder: Path, logs: Path, days: Mapping[str, int], delete: bool) -> Iterator[str]:
    """What is past its term, in sentences; ``delete``: and it is deleted.  ``logs``: of the workers that ``run`` started; ``days``: by
    ``pages``, ``evidence``, ``personal``, ``shown`` and ``logs``.
    """
    now, log_days = datetime.now(BEIJING), days["logs"]
    terms = retention.Terms(days["pages"], days["evidence"], days["personal"], days["shown"])
    done = "已删除" if delete else "将删除"
    nothing = True
    for one in retention.due(store, folder, terms, now.date(), delete):
        nothing = False
        what = f"{retention.WORDS[one.what]}（保存 {one.days} 天）"
        yield f"{one.campaign}  {what}：{done} {one.documents} 份，{one.bytes / 1e6:.1f} MB{_span(one)}"
        if one.elsewhere:
            yield f"{one.campaign}  另有 {one.elsewhere} 份含个人信息的网页原文不在 {folder}；请在其所在的采集机上也运行 govcrawl retain"
    files, size = retention.old_logs(logs, log_days, now, delete)
    if files:
        yield f"日志（保存 {log_days} 天）：{done} {files} 个文件，{size / 1e6:.1f} MB"
    if nothing and not files:
        yield "没有超过保存期限的数据"
    elif not delete:
        yield "以上只是预览，什么都没有删除；加 --delete 即删除。定稿通报引用的、已确认的、尚未复核的和台账中未销号的问题的证据不在其中"


def _span(one: retention.Due) -> str:
    if not (one.oldest and one.newest):
        return ""
    return f"，{one.oldest.astimezone(BEIJING):%Y-%m-%d} 至 {one.newest.astimezone(BEIJING):%Y-%m-%d}"
