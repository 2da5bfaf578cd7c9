"""Planning: inputs are checked, the scope is fixed, the plan is written to MongoDB; ``rounds.py`` puts it on the queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from govcrawl.campaign import load_campaign
from govcrawl.contracts import RUNNING, Campaign, Issue
from govcrawl.register.accounts import read_accounts
from govcrawl.register.messages import read_messages
from govcrawl.register.scope import choose
from govcrawl.register.sites import read_columns, read_sites
from govcrawl.register.superior import read_superior
from govcrawl.store import Store


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``plan`` found in the files."""

    campaign: Campaign
    sites: int
    running: int
    chosen: int
    issues: tuple[Issue, ...]


def plan(file: str, store: Store, trouble: Callable[[str, date], str]) -> Plan:
    """Checks the inputs of a campaign file and stores its plan.  Raises InputError before anything is stored.

    Planned again, a campaign keeps its results; its register and limits become those of the files.
    """
    campaign = load_campaign(file, trouble)
    sites, issues = read_sites(campaign)
    columns, column_issues = read_columns(campaign, sites)
    messages, message_issues = read_messages(campaign, sites)
    accounts, account_issues = read_accounts(campaign, sites)
    named, named_issues = read_superior(campaign)
    chosen = choose(sites, campaign.scope, store.failed_sites(campaign.previous))
    store.prepare()
    store.save_plan(campaign, sites, [s.code for s in chosen], columns, messages, accounts, named)
    running = sum(s.status == RUNNING for s in sites)
    every = (*issues, *column_issues, *message_issues, *account_issues, *named_issues)
    return Plan(campaign, len(sites), running, len(chosen), every)
