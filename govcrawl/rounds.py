"""A round's life: opened and filled from what is stored, put back when Redis lost it, closed when nothing is left to do.

MongoDB holds which rounds are open, so the queue can be filled again at any time; what is stored is never fetched again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from typing import Any, TypeVar

import msgspec
import redis
from pymongo.errors import PyMongoError
from redis.exceptions import LockError

from govcrawl.contracts import Campaign, Task
from govcrawl.errors import BadMessage, InputError, UnknownCampaign
from govcrawl.frontier.frontier import QUEUES, Frontier, round_key, split_round
from govcrawl.patience import reason
from govcrawl.rechecks import seeds as looked_at_again
from govcrawl.seeds import closed, seeds
from govcrawl.store import Store

logger = logging.getLogger(__name__)
T = TypeVar("T")
CRAWL = ("site", "link", "render")
#: A site that lacks one of these was not inspected as planned.
VITAL = ("home", "part", "column", "more", "fragment", "probe")
PARTIAL = "可用性监测尚未结束，本通报按已完成的访问次数统计。"
NO_BROWSER = "没有装有 Chromium 的采集进程"
FILL_LOCK_S = 30.0  #: whoever fills a round says at least so often that he is at it
#: What is stored of a round is not there, or was written by another version.
UNREADABLE = (UnknownCampaign, msgspec.ValidationError, BadMessage)


def open_round(campaign: Campaign, number: int, store: Store, frontier: Frontier) -> int:
    """Puts a round on the queue: what is not stored yet.  Returns how many tasks are new on the queue.

    Called again while the round runs, it changes nothing; called after Redis lost its data, it fills the round anew.
    """
    key = round_key(campaign.id, number)
    if store.deleted(campaign.id):  # also of evidence alone: a worker may still hold a file open that is gone
        why = "其数据已过保存期限删除，不能再采集；请以新的编号另行计划"
        raise InputError(campaign.id, 0, why)
    store.open_round(campaign.id, number)
    with _filling(key, frontier) as lock:
        return _fill(campaign, number, store, frontier, lock)[1]


def rebuild(campaign: Campaign, store: Store, frontier: Frontier) -> Iterator[tuple[str, int, int]]:
    """Fills the open rounds anew from what is stored, whatever state they are in on Redis.  Workers may be at work: what they hold is
    fetched again.  Yields per round its key, and how many tasks are done and to do.
    """
    for key in store.open_rounds(campaign.id):
        with _filling(key, frontier) as lock:
            frontier.break_up(key)
            filled = _fill(campaign, split_round(key)[1], store, frontier, lock)
        yield key, *filled


def restore(store: Store, frontier: Frontier, told: set[str]) -> bool:
    """For workers: open rounds that Redis does not hold (whole) are put back by one of them.  Returns whether all are there now;
    False too where MongoDB is away.  Rounds that can't be put back are left alone; ``told``: of which the log said so.
    """
    try:
        there = [_is_there(key, store, frontier, told) for key in store.open_rounds()]
    except PyMongoError as error:
        logger.warning("MongoDB is away, open rounds can't be checked: %s", reason(error))
        return False
    return all(there)


def _is_there(key: str, store: Store, frontier: Frontier, told: set[str]) -> bool:
    try:
        if frontier.exists(key):
            told.discard(key)
        elif key not in told:
            return _put_back(key, store, frontier)
    except UNREADABLE as error:
        leave_alone(key, error, told)
    return True


def leave_alone(key: str, error: Exception, told: set[str]) -> None:
    """A round, or a campaign, of which nobody can say what is to be done keeps no other waiting.  Said once."""
    if key not in told:
        told.add(key)
        logger.error("%s can't be read from MongoDB and is left alone: %s", key, error)


def _put_back(key: str, store: Store, frontier: Frontier) -> bool:
    """False where another is at it."""
    try:
        with _filling(key, frontier, wait=False) as lock:
            campaign, number = split_round(key)
            # else it was just closed, or put back by another
            if key in store.open_rounds() and not frontier.exists(key):
                logger.warning("Round %s is not on Redis; it is filled from MongoDB", key)
                _fill(store.campaign(campaign), number, store, frontier, lock)
    except LockError:
        return False
    return True


@contextmanager
def _filling(key: str, frontier: Frontier, wait: bool = True) -> Iterator[Any]:
    """One at a time.  Raises LockError where another is at it and is not waited for, or took over from one who was thought dead."""
    lock = frontier.client.lock(f"gc:filling:{key}", timeout=FILL_LOCK_S, thread_local=False)
    if not lock.acquire(blocking=wait):
        raise LockError(f"{key} is being filled")
    try:
        yield lock
    finally:
        with suppress(redis.RedisError):  # then it ends by itself; another's is not touched
            lock.release()


def _fill(campaign: Campaign, number: int, store: Store, frontier: Frontier, lock: Any) -> tuple[int, int]:
    """Stored tasks are done, what they led to is planned; in this order, so that nothing stored is fetched again.  Returns how many
    became done and how many are new on the queue.
    """
    key = round_key(campaign.id, number)
    done = new = 0
    whole = frontier.exists(key)
    if not whole:
        frontier.clear(key)
    frontier.open_round(campaign, number)
    if not whole:
        done = frontier.mark_done(key, _renewing(lock, store.finished(campaign.id, number)))
        new = frontier.add(key, _renewing(lock, store.led_to(campaign.id, number)))
    new += frontier.add(key, _renewing(lock, _first(campaign, number, store, frontier.now())))
    lock.reacquire()
    frontier.built(key)  # last: a filling that was interrupted is done again
    return done, new


def _first(campaign: Campaign, number: int, store: Store, now: float) -> Iterator[Task]:
    if campaign.rechecks:
        return looked_at_again(campaign, number, store, now)
    sites, columns = store.sites(campaign.id, chosen_only=True), store.registered_columns(campaign.id)
    return chain(seeds(campaign, sites, columns, now), closed(store.sites(campaign.id)))


def _renewing(lock: Any, things: Iterable[T]) -> Iterator[T]:
    for n, thing in enumerate(things):
        if n % 500 == 0:
            lock.reacquire()
        yield thing


# --- the end of a round ---


def end_rendering(frontier: Frontier, patience_s: float) -> None:
    """For workers: where all else of a round is done, pages to render wait so long for a worker that has a browser.  Then they are
    given up, for the round to end: each has been read as it came, and what could not be told is named.
    """
    for key in frontier.rounds():
        with suppress(redis.ResponseError, ValueError):  # a spoilt round keeps no other waiting
            _end_rendering(key, frontier, patience_s)


def _end_rendering(key: str, frontier: Frontier, patience_s: float) -> None:
    waits = frontier.open(key, ("render",)) and not frontier.open(key, ("site", "link", "probe"))
    if not waits or frontier.renderers_alive():
        frontier.forget_unserved(key, "render")
    elif frontier.now() - frontier.unserved_since(key, "render") > patience_s:
        count = frontier.give_up(key, "render", NO_BROWSER)
        logger.warning("Round %s: %s page(s) are not rendered, for no worker has Chromium", key, count)


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

    A round whose visits were cut short goes on; what was given up in one (``revive``) does not keep the next one waiting.  Of a campaign
    whose data are past their term nothing is opened any more.
    """
    close_finished(campaign, store, frontier)
    if store.deleted(campaign.id):
        return ""
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
    return left | {one.site for one in frontier.dead(key) if one.task is None or _is_vital(one.task)}


def _is_vital(task: Task) -> bool:
    """A page that was not rendered has been read all the same, and what could not be told is named."""
    return task.role in VITAL and task.kind != "render"


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
