"""A link's target is asked once a round, by whoever names it first; its answer holds for every site whose pages name it.

Each site keeps a task of its own, so the books of a site stay whole.  Before its request goes to the gate, MongoDB is looked at for the
target's answer (``Store.answers``), and a mark on Redis says who asks it just now; what may be lost with Redis is only the mark: then a
target is asked twice at worst.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from govcrawl.contracts import Answer, Lease
from govcrawl.frontier.codec import is_shared, target_of
from govcrawl.patience import beside

logger = logging.getLogger(__name__)
ASKING_S = 300  #: a mark lasts so long; all tries at a target take less
AGAIN_S = 1.0  #: between two looks whether the answer is there
Answers = Callable[[Sequence[str]], dict[str, Answer]]  #: targets → what is stored of them


@dataclass(frozen=True, slots=True)
class Sorted:
    """``told``: leases with their answer; ``wait``: another asks it just now."""

    ask: list[Lease]
    told: list[Lease]
    wait: list[Lease]


async def sort(client: Any, leases: Sequence[Lease], answers: Answers | None) -> Sorted:
    """``leases``: of tasks that ``codec.is_shared``.  Where a store is away a target is asked without regard to the others: the request
    waits for them anyway.
    """
    if not leases or answers is None:
        return Sorted(list(leases), [], [])
    try:
        return await beside(lambda: _sort(client, leases, answers))
    except Exception as error:  # noqa: BLE001 – whatever it is, no worker stops for the answers of others
        logger.warning("Answers of links can't be shared now: %s", error)
        return Sorted(list(leases), [], [])


def _sort(client: Any, leases: Iterable[Lease], answers: Answers) -> Sorted:
    """The mark first: an answer that is stored after it was looked for has left its mark."""
    found = Sorted([], [], [])
    shared: dict[str, Lease] = {}
    for lease in leases:
        if shared.setdefault(target_of(lease), lease) is not lease:
            found.wait.append(lease)  # of another site, in the same breath
    mine = _marked(client, shared)
    there = answers(list(shared))
    for target, lease in shared.items():
        if answer := there.get(target):
            found.told.append(replace(lease, answer=answer, attempt=answer.attempt))
        else:
            (found.ask if target in mine else found.wait).append(lease)
    return found


def _marked(client: Any, shared: dict[str, Lease]) -> set[str]:
    """Those that are ours to ask: nobody else does, or we did already and try again."""
    with client.pipeline(transaction=False) as pipe:
        for target, lease in shared.items():
            pipe.set(f"gc:asks:{target}", _who(lease), nx=True, ex=ASKING_S)
            pipe.get(f"gc:asks:{target}")
        marks = pipe.execute()[1::2]
    return {target for (target, lease), mark in zip(shared.items(), marks, strict=True) if mark in (None, _who(lease))}


def forget(client: Any, leases: Iterable[Lease]) -> None:
    """Marks of what is asked no more: where no answer came of it (a fault of ours) the next site's lease asks at once."""
    marks = [f"gc:asks:{target_of(lease)}" for lease in leases if is_shared(lease.task) and not lease.answer]
    if marks:
        with client.pipeline(transaction=False) as pipe:
            for mark in marks:
                pipe.delete(mark)
            pipe.execute()


def _who(lease: Lease) -> bytes:
    return lease.id
