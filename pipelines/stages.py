"""What the command line finds by name (entry points ``govcrawl.stages``)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from govcrawl import settings
from govcrawl.contracts import Observation, Page, RegisteredColumn, Verdict
from govcrawl.errors import InputError
from govcrawl.reading.urls import identity
from govcrawl.store import Store
from pipelines import exhibits, observe, pictures, shown
from pipelines.history import dated
from pipelines.judged_accounts import judge_accounts
from pipelines.judged_messages import judge_messages
from pipelines.outages import outages, without
from pipelines.scoring import score as score_site
from pipelines.standards import SUFFIX, known_packs, load_pack

AT_ONCE = (
    200  #: verdicts that are written together: their findings' ids go into one command, which must stay below 16 MB
)


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
    pack = load_pack(standard or campaign.standard)
    cut_short = set(unfinished).union(*(sites for sites, _ in store.closed_rounds(campaign_id).values()))
    registered = {(c.site, identity(c.url)): c for c in store.registered_columns(campaign_id)}
    chosen = {s.code for s in store.sites(campaign_id, chosen_only=True)}
    cut_off = outages(store.visits(campaign_id))
    verdicts: list[Verdict] = []
    saved = 0
    for site in store.sites(campaign_id):
        if len(verdicts) - saved >= AT_ONCE:
            store.save_verdicts(verdicts[saved:])
            saved = len(verdicts)
        if site.code not in chosen:
            verdicts.append(Verdict(campaign_id, site.code, pack.label, campaign.ends, "not_checked"))
            continue
        seen = [_as_registered(o, registered) for o in store.observations(campaign_id, site.code)]
        probes = without(store.probes(campaign_id, site.code), cut_off)
        verdict = score_site(
            site, seen, probes, pack, campaign=campaign_id, as_of=campaign.ends,
            pages=store.pages_read(campaign_id, site.code), visits=campaign.rounds * campaign.probe.per_round,
            rounds=campaign.rounds,
            complete=site.code not in cut_short,
        )  # fmt: skip
        alone = partial(score_site, site, probes=(), pack=pack, campaign=campaign_id, as_of=campaign.ends, pages=0)
        verdicts.append(dated(verdict, seen, probes, alone))
    store.save_verdicts(verdicts[saved:])
    store.save_message_verdicts(campaign_id, judge_messages(store.messages(campaign_id), campaign.ends))
    store.save_account_verdicts(
        campaign_id, pack.label, judge_accounts(store.accounts(campaign_id), pack, campaign.ends)
    )
    return verdicts


def _as_registered(seen: Observation, columns: Mapping[tuple[str, str], RegisteredColumn]) -> Observation:
    """A column's name and class are what the site registered, where it did; else what reading made of the page."""
    column = columns.get((seen.site, identity(seen.data["column"]))) if seen.kind == "column" else None
    if column is None:
        return seen
    told = {"registered": True, "name": column.name} | ({"cls": column.cls} if column.cls else {})
    return replace(seen, data=seen.data | told)


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
