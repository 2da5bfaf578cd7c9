"""Planning: inputs are checked, the scope is fixed, the plan is written to MongoDB; ``rounds.py`` puts it on the queue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from govcrawl.campaign import load_campaign
from govcrawl.contracts import RUNNING, Campaign, Issue
from govcrawl.errors import InputError
from govcrawl.register.scope import choose
from govcrawl.register.sites import read_columns, read_sites
from govcrawl.store import Store


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``plan`` found in the files."""

    campaign: Campaign
    sites: int
    running: int
    chosen: int
    issues: tuple[Issue, ...]


def plan(file: str, store: Store, known_standards: Collection[str]) -> Plan:
    """Checks the inputs of a campaign file and stores its plan.  Raises InputError before anything is stored.

    Planned again, a campaign keeps its results; its register and limits become those of the files.
    """
    campaign = load_campaign(file, known_standards)
    for further in (campaign.messages_file, campaign.accounts_file):
        if further and not Path(further).is_file():
            raise InputError(file, 0, f"[registry] 所列文件 {further} 不存在；请检查路径，或删去这一项")
    sites, issues = read_sites(campaign)
    columns, column_issues = read_columns(campaign, sites)
    chosen = choose(sites, campaign.scope, _failed_before(store, campaign))
    store.ensure_indexes()
    store.save_plan(campaign, sites, [s.code for s in chosen], columns)
    running = sum(s.status == RUNNING for s in sites)
    return Plan(campaign, len(sites), running, len(chosen), (*issues, *column_issues))


def _failed_before(store: Store, campaign: Campaign) -> set[str]:
    """Codes that failed in the earlier campaigns the file names, under any pack."""
    found = store.db["verdicts"].find({"campaign": {"$in": list(campaign.previous)}, "verdict": "fail"}, {"site": 1})
    return {document["site"] for document in found}
