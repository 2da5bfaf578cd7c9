"""Planning: inputs are checked, the scope is fixed, the plan is written to MongoDB; ``rounds.py`` puts it on the queue."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from govcrawl import recurring
from govcrawl.campaign import load_campaign
from govcrawl.contracts import RUNNING, Campaign, Issue, Site
from govcrawl.errors import InputError, NotDue, UnknownCampaign
from govcrawl.register.accounts import read_accounts
from govcrawl.register.messages import read_messages
from govcrawl.register.scope import PREVIOUS_FAILED, choose
from govcrawl.register.sites import read_columns, read_sites
from govcrawl.register.superior import read_superior
from govcrawl.store import Store


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``plan`` found in the files.  ``kept``: a month of a recurring file that was planned before; its files were not read again."""

    campaign: Campaign
    sites: int
    running: int
    chosen: int
    issues: tuple[Issue, ...] = ()
    kept: bool = False
    missed: tuple[str, ...] = ()  #: months that a quarter's bulletin can't gather: ``2018-05``


def plan(file: str, store: Store, trouble: Callable[[str, date], str], on: date, again: bool = False) -> Plan:
    """Checks the inputs of a campaign file and stores its plan.  Raises InputError before anything is stored.

    Planned again, a campaign keeps its results; its register and limits become those of the files.  A month of a file that recurs is
    planned once, within its days (else NotDue), for what is drawn must not change while it is looked at; ``again`` plans it anew.
    ``on``: the day, which tells the month.
    """
    campaign = load_campaign(file, trouble, on)
    missed: tuple[str, ...] = ()
    if campaign.series:
        if not again and (there := _there(store, campaign.id)):
            return there
        if not (again or campaign.starts <= on <= campaign.ends):
            when = f"自 {campaign.starts} 起" if on < campaign.starts else f"已于 {campaign.ends} 结束而未曾计划"
            raise NotDue(f"{campaign.title}{when}；如要在别的日子计划，请加 --on 日期")
        planned = store.series(campaign.series)
        campaign, missed = recurring.linked(campaign, planned), tuple(recurring.missed(campaign, planned))
        _check_judged(file, campaign, {one.id for one in planned}, store)
    sites, issues = read_sites(campaign)
    columns, column_issues = read_columns(campaign, sites)
    messages, message_issues = read_messages(campaign, sites)
    accounts, account_issues = read_accounts(campaign, sites)
    named, named_issues = read_superior(campaign)
    chosen = choose(sites, campaign.scope, store.failed_sites(campaign.earlier))
    store.prepare()
    store.save_plan(campaign, sites, [s.code for s in chosen], columns, messages, accounts, named)
    every = (*issues, *column_issues, *message_issues, *account_issues, *named_issues)
    return Plan(campaign, len(sites), _running(sites), len(chosen), every, missed=missed)


def _there(store: Store, id_: str) -> Plan | None:
    try:
        campaign = store.campaign(id_)
    except UnknownCampaign:
        return None
    sites = store.sites(id_)
    return Plan(campaign, len(sites), _running(sites), len(store.sites(id_, chosen_only=True)), kept=True)


def _check_judged(file: str, campaign: Campaign, planned: Collection[str], store: Store) -> None:
    """Else the sample would leave out, unseen, the sites that failed last time."""
    wanted = campaign.earlier if PREVIOUS_FAILED in campaign.scope.always else ()
    for id_ in wanted:
        if id_ in planned and not store.packs(id_):
            raise InputError(file, 0, f"{id_} 尚未评判，不知道上次哪些网站不合格；请先运行 govcrawl score {id_}")


def _running(sites: Sequence[Site]) -> int:
    return sum(site.status == RUNNING for site in sites)
