"""What ``watch.py`` looks at, asked of MongoDB."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from govcrawl.contracts import RUNNING, Campaign
from govcrawl.errors import UnknownCampaign
from govcrawl.frontier.frontier import round_key, split_round
from govcrawl.store import Store
from govcrawl.watch import Alarm, RoundLook, compared, coverage, failing_workers

#: Outcomes with an answer; the others never say that the worker's line is well.
ANSWERED = ["ok", "redirect", "http_error", "challenge", "too_large"]


def look(store: Store, campaign: str, number: int) -> RoundLook:
    """One round from above; each of its pages and observations is looked at once, on the server.  What was deleted meanwhile was looked at
    before.
    """
    for deletion in store.db["deletions"].find({"campaign": campaign}):
        for one in deletion["looks"]:
            if one["round"] == number:
                workers = {name: (n, answered) for name, n, answered in one["workers"]}
                return RoundLook(round_key(campaign, number), one["sites"], dict(one["seen"]), workers)
    of_round = {"campaign": campaign, "round": number}
    sites = sum(site.status == RUNNING for site in store.sites(campaign, chosen_only=True))
    return RoundLook(round_key(campaign, number), sites, _seen(store, of_round), _workers(store, of_round))


def packed(store: Store, campaign: Campaign) -> Iterator[dict[str, Any]]:
    """What ``look`` finds of each round, as ``deletions`` keeps it."""
    for number in range(1, campaign.rounds + 1):
        one = look(store, campaign.id, number)
        workers = [[name, *counts] for name, counts in one.workers.items()]
        yield {"round": number, "sites": one.sites, "seen": list(map(list, one.seen.items())), "workers": workers}


def _seen(store: Store, of_round: dict[str, object]) -> dict[str, int]:
    pair = {"kind": "$kind", "check": "$data.check", "site": "$site"}
    of_campaign = {"campaign": of_round["campaign"]}  # by its index; a campaign has few rounds
    found = store.db["observations"].aggregate(
        [{"$match": of_campaign}, {"$match": of_round}, {"$group": {"_id": pair}}], allowDiskUse=True
    )
    return dict(Counter(_name(d["_id"]) for d in found))


def _name(pair: dict[str, str]) -> str:
    return f"check:{pair.get('check')}" if pair["kind"] == "check" else pair["kind"]


def _workers(store: Store, of_round: dict[str, object]) -> dict[str, tuple[int, int]]:
    answered = {"$cond": [{"$in": ["$outcome", ANSWERED]}, 1, 0]}
    found = store.db["pages"].aggregate(
        [{"$match": of_round}, {"$group": {"_id": "$worker", "n": {"$sum": 1}, "answered": {"$sum": answered}}}]
    )
    return {d["_id"]: (d["n"], d["answered"]) for d in found}


def alarms(store: Store, campaign: Campaign, pack: str = "") -> list[Alarm]:
    """Of every closed round of a campaign, and of its verdicts by ``pack``, where one is named."""
    closed = store.closed_rounds(campaign.id)
    numbers = [n for n in range(1, campaign.rounds + 1) if round_key(campaign.id, n) in closed]
    found: list[Alarm] = []
    before = _last_round(store, campaign.previous) if numbers else None
    for number in numbers:
        now = look(store, campaign.id, number)
        found += [*compared(now, before), *failing_workers(now)]
        before = now
    return [*_coverage(store, campaign, pack), *found]


def _coverage(store: Store, campaign: Campaign, pack: str) -> Iterable[Alarm]:
    if not pack:
        return ()
    running = {site.code for site in store.sites(campaign.id, chosen_only=True) if site.status == RUNNING}
    judged = store.db["verdicts"].find(
        {"campaign": campaign.id, "pack": pack, "verdict": {"$in": ["pass", "fail"]}}, {"site": 1}
    )
    return coverage(campaign.title, len(running), sum(d["site"] in running for d in judged))


def _last_round(store: Store, previous: Iterable[str]) -> RoundLook | None:
    """Of the last of the earlier campaigns that are stored."""
    stored = []
    for id_ in previous:
        try:
            stored.append(store.campaign(id_))
        except UnknownCampaign:
            continue
    if not stored:
        return None
    last = max(stored, key=lambda campaign: campaign.ends)
    return look(store, last.id, last.rounds)


# --- of all campaigns, for the exporter ---


def rounds(store: Store) -> dict[str, bool]:
    """Key of every round → whether it is open."""
    return {d["_id"]: d["open"] for d in store.db["rounds"].find({}, {"open": 1})}


def tally(store: Store, collection: str, campaigns: Sequence[str], *by: str) -> Iterator[tuple[list[str], int]]:
    """Documents by the values of these fields."""
    group = {"_id": {name: f"${name}" for name in by}, "n": {"$sum": 1}}
    of_these = {"campaign": {"$in": list(campaigns)}}
    for found in store.db[collection].aggregate([{"$match": of_these}, {"$group": group}]):
        yield [str(found["_id"].get(name, "")) for name in by], found["n"]


def newest(store: Store) -> list[str]:
    """The campaign that ends last of those with a closed round; none, or one."""
    closed = sorted({split_round(key)[0] for key, is_open in rounds(store).items() if not is_open})
    found = store.db["campaigns"].find({"_id": {"$in": closed}}, {"ends": 1}).sort("ends", -1).limit(1)
    return [document["_id"] for document in found]
