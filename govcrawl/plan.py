"""Planning: inputs are checked, the scope is fixed, the plan is written to MongoDB, and the queue is seeded from it.

The queue can be seeded from the plan and the stored results at any time: a Redis that came back empty costs no stored page (``rebuild``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from govcrawl.campaign import load_campaign
from govcrawl.contracts import RUNNING, Campaign, Issue, Task
from govcrawl.errors import InputError
from govcrawl.frontier.frontier import Frontier, round_key
from govcrawl.register.scope import choose
from govcrawl.register.sites import read_columns, read_sites
from govcrawl.spiders import probe, site
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


def open_round(campaign: Campaign, number: int, store: Store, frontier: Frontier) -> int:
    """Puts a round on the queue: what is not stored yet.  Returns how many tasks are new on the queue.

    Called again while the round runs, it changes nothing; called after Redis lost its data, it rebuilds the round.
    """
    key = round_key(campaign.id, number)
    known = frontier.exists(key)
    frontier.open_round(campaign, number)
    if not known:
        _rebuild(campaign.id, number, store, frontier)
    now = float(frontier.client.time()[0])
    new = frontier.add(key, _seeds(campaign, store, now))
    frontier.built(key)  # last: an opening that was interrupted is done again
    return new


def _seeds(campaign: Campaign, store: Store, now: float) -> Iterator[Task]:
    """First tasks of the chosen sites; visits are spread over the spacing, so that they don't all fall on one second."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for column in store.registered_columns(campaign.id):
        columns.setdefault(column.site, []).append((column.name, column.url))
    chosen = store.sites(campaign.id, chosen_only=True)
    for n, one in enumerate(chosen):
        yield from site.seeds(one, iter(columns.get(one.code, ())))
        yield probe.seed(one, now + campaign.probe.spacing_s * n / len(chosen))


def _rebuild(campaign: str, number: int, store: Store, frontier: Frontier) -> None:
    """Stored tasks are done, what they led to is planned; in this order, so that nothing stored is fetched again."""
    key = round_key(campaign, number)
    frontier.mark_done(key, (task for task, _ in store.finished(campaign, number)))
    frontier.add(key, (child for _, children in store.finished(campaign, number) for child in children))


def _failed_before(store: Store, campaign: Campaign) -> set[str]:
    """Codes that failed in the earlier campaigns the file names, under any pack."""
    found = store.db["verdicts"].find({"campaign": {"$in": list(campaign.previous)}, "verdict": "fail"}, {"site": 1})
    return {document["site"] for document in found}
