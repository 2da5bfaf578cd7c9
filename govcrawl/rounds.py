"""A round's life: opened and filled from what is stored, put back when Redis lost it, closed when nothing is left to do.

MongoDB holds which rounds are open, so the queue can be filled again at any time; what is stored is never fetched again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from pymongo.errors import PyMongoError

from govcrawl.contracts import Campaign
from govcrawl.errors import UnknownCampaign
from govcrawl.frontier.frontier import QUEUES, Frontier, round_key, split_round
from govcrawl.seeds import seeds
from govcrawl.store import Store

logger = logging.getLogger(__name__)
CRAWL = ("site", "link")
VITAL = ("home", "column", "more", "fragment", "probe")  #: a site that lacks one of these was not inspected as planned
PARTIAL = "可用性监测尚未结束，本通报按已完成的访问次数统计。"
RESTORE_LOCK_S = 60  #: one worker at a time puts a round back


def open_round(campaign: Campaign, number: int, store: Store, frontier: Frontier) -> int:
    """Puts a round on the queue: what is not stored yet.  Returns how many tasks are new on the queue.

    Called again while the round runs, it changes nothing; called after Redis lost its data, it rebuilds the round.
    """
    key = round_key(campaign.id, number)
    store.open_round(campaign.id, number)
    known = frontier.exists(key)
    frontier.open_round(campaign, number)
    return _fill(campaign, number, store, frontier, stored=not known)


def rebuild(campaign: Campaign, store: Store, frontier: Frontier) -> Iterator[tuple[str, int, int]]:
    """Makes the open rounds on Redis agree with what is stored, whatever state they are in.

    Yields per round its key, the tasks that turned out to be done, and those that were missing.
    """
    for number in sorted(split_round(key)[1] for key in store.open_rounds(campaign.id)):
        key = round_key(campaign.id, number)
        frontier.open_round(campaign, number)
        before = frontier.counts(key)
        _fill(campaign, number, store, frontier, stored=True)
        now = frontier.counts(key)
        yield key, now.done - before.done, now.planned - before.planned


def restore(store: Store, frontier: Frontier) -> bool:
    """For workers: open rounds that Redis does not hold (whole) are put back by one of them.  Returns whether all are there now;
    False too where MongoDB is away.
    """
    try:
        absent = [key for key in store.open_rounds() if not frontier.exists(key)]
        return sum(_put_back(key, store, frontier) for key in absent) == len(absent)
    except PyMongoError as error:
        logger.warning("MongoDB is away, open rounds can't be checked: %s", str(error).partition(",")[0])
        return False


def _put_back(key: str, store: Store, frontier: Frontier) -> bool:
    """False where another worker is at it."""
    lock = f"gc:restoring:{key}"
    if not frontier.client.set(lock, 1, nx=True, ex=RESTORE_LOCK_S):
        return False
    try:
        campaign, number = split_round(key)
        if key in store.open_rounds() and not frontier.exists(key):  # else it was just closed, or put back by another
            logger.warning("Round %s is not on Redis; it is filled from MongoDB", key)
            open_round(store.campaign(campaign), number, store, frontier)
    except UnknownCampaign as error:
        logger.error("A round of no stored campaign is left alone: %s", error)
    finally:  # whoever failed must not keep the others waiting
        frontier.client.delete(lock)
    return True


def _fill(campaign: Campaign, number: int, store: Store, frontier: Frontier, stored: bool) -> int:
    """Stored tasks are done, what they led to is planned; in this order, so that nothing stored is fetched again."""
    key = round_key(campaign.id, number)
    if stored:
        frontier.mark_done(key, (task for task, _ in store.finished(campaign.id, number)))
        frontier.add(key, (child for _, children in store.finished(campaign.id, number) for child in children))
    sites, columns = store.sites(campaign.id, chosen_only=True), store.registered_columns(campaign.id)
    new = frontier.add(key, seeds(campaign, sites, columns, frontier.now()))
    frontier.built(key)  # last: a filling that was interrupted is done again
    return new


# --- the end of a round ---


def over(key: str, queues: Iterable[str], frontier: Frontier) -> bool:
    """Whether nothing of these queues is open.  Asked twice: on a Redis that was just emptied nothing is open either."""
    return not frontier.open(key, queues) and frontier.exists(key) and not frontier.open(key, queues)


def close(campaign: str, number: int, store: Store, frontier: Frontier) -> None:
    """Says in MongoDB how the round ended; its memory on Redis is still there."""
    key = round_key(campaign, number)
    why = PARTIAL if frontier.open(key, ("probe",)) else ""
    store.save_dead(campaign, number, frontier.dead(key))
    store.close_round(campaign, number, incomplete_sites(frontier, key), why)


def close_finished(campaign: Campaign, store: Store, frontier: Frontier) -> None:
    """For a cluster, where no ``run`` watches: rounds of which nothing is open any more are closed, and their memory freed."""
    for number in range(1, campaign.rounds + 1):
        key = round_key(campaign.id, number)
        if over(key, QUEUES, frontier):
            close(campaign.id, number, store, frontier)
            frontier.close_round(key)


def advance(campaign: Campaign, store: Store, frontier: Frontier) -> str:
    """For a cluster: opens the first round that is not over.  Returns its key, or "" where all are over.

    A round whose visits were cut short goes on; what was given up in one (``revive``) does not keep the next one waiting.
    """
    close_finished(campaign, store, frontier)
    closed = store.closed_rounds(campaign.id)
    for number in range(1, campaign.rounds + 1):
        key = round_key(campaign.id, number)
        if key not in closed or closed[key][1]:
            open_round(campaign, number, store, frontier)
            return key
    return ""


def already_closed(store: Store, campaign: str, key: str, wait: bool) -> bool:
    """A round that ended whole is not opened again; one that was cut short is, unless nobody wants to wait for it."""
    closed = store.closed_rounds(campaign).get(key)
    return closed is not None and not closed[0] and (not closed[1] or not wait)


def incomplete_sites(frontier: Frontier, key: str) -> set[str]:
    """Sites with pages or links left, or with a page or visit that was given up for a reason of ours and can't be done without."""
    left = {site for site, n in frontier.by_site(key, CRAWL).items() if n["pending"] + n["leased"]}
    return left | {one.site for one in frontier.dead(key) if one.task is None or one.task.role in VITAL}


def revive(campaign: Campaign, store: Store, frontier: Frontier) -> int:
    """Tasks that were given up wait again, in open rounds and in closed ones, which are opened for it.  Returns how many."""
    count = 0
    for key, ids in store.dead(campaign.id).items():
        if key not in store.open_rounds(campaign.id):
            there = frontier.exists(key)  # its memory is not freed yet: the dead are dead still, and come back below
            open_round(campaign, split_round(key)[1], store, frontier)  # else the dead are pending
            count += 0 if there else len(ids)
        store.forget_dead(key)
    for key in store.open_rounds(campaign.id):
        count += frontier.revive(key, frontier.dead(key))
    return count
