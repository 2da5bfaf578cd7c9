"""What the command line finds by name (entry points ``govcrawl.stages``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from functools import partial
from pathlib import Path

from govcrawl import settings
from govcrawl.contracts import Campaign, Page, RegisteredColumn, Verdict
from govcrawl.errors import InputError
from govcrawl.reading.urls import identity
from govcrawl.store import Store
from pipelines import exhibits, observe, pictures, shown
from pipelines.allowed import Allowed, in_use, taught, written
from pipelines.judged_accounts import judge_accounts
from pipelines.judged_messages import judge_messages
from pipelines.judging import Brief, Terms, judge_all
from pipelines.outages import Visit, outages, spells
from pipelines.standards import SUFFIX, known_packs, load_pack


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
    terms = Terms(campaign, standard or campaign.standard, allowed(store, campaign))
    pack = terms.pack  # first: one that can't be used is told here
    verdicts = list(judge_all(store, terms, _briefs(store, campaign, unfinished)))
    store.save_message_verdicts(campaign_id, judge_messages(store.messages(campaign_id), campaign.ends))
    store.save_account_verdicts(
        campaign_id, pack.label, judge_accounts(store.accounts(campaign_id), pack, campaign.ends)
    )
    return verdicts


def allowed(store: Store, campaign: Campaign) -> Allowed:
    """Words that are no typos: of the campaign file, of findings that were dismissed in this campaign or in those before it, and
    such as many sites use."""
    learnt = taught(store.dismissed([campaign.id, *campaign.previous]))
    usual = in_use((o.site, o.excerpt, o.data["detail"]) for o in store.checked(campaign.id, "typos"))
    return Allowed(learnt.words | written(campaign.allowed) | usual, learnt.dismissed)


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
    return [
        Brief(site, code in chosen, code not in cut_short, columns.get(code, {}), cut_off.get(code, {}), cut_off_at)
        for site in store.sites(campaign)
        for code in [site.code]
    ]


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
