"""What the frontier must do, said once more in plain Python: one round of one partition, and what a worker may hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Literal

from govcrawl.contracts import Lease, Task
from govcrawl.frontier.codec import host_of, queue_of, task_id
from govcrawl.frontier.frontier import MAX_ATTEMPTS

PAST = 1.0  #: Unix time of a visit that was due long ago
Place = Literal["lane", "due", "alone", "leased", "done", "dead"]


@dataclass
class Known:
    """A task.  ``order``: by which those of one lane, and those with one try left, stand in line."""

    task: Task
    place: Place = "lane"
    order: int = 0
    tries: int = 0
    lost: int = 0
    token: str = ""
    over: bool = False  #: its lease has run out, or what it waits for has come; but nobody has looked
    late: bool = False  #: it came so long ago that a visit of the plan lets it pass
    alone: bool = True  #: the worker of its last lease held nothing else

    @property
    def lane(self) -> tuple[str, str, str]:
        return queue_of(self.task), host_of(self.task.url), self.task.site

    @property
    def state(self) -> str:
        return "pending" if self.place in ("lane", "due", "alone") else self.place

    @property
    def is_of_the_plan(self) -> bool:
        """A visit on its beat; not what confirms one, nor where its redirects lead."""
        return self.lane[0] == "probe" and self.task.priority > 0

    @property
    def rank(self) -> tuple[int, int]:
        return self.task.priority, self.order


@dataclass
class Worker:
    """A process.  ``cell``: the round and partition that has a last try for it."""

    held: set[Lease] = field(default_factory=set)
    cell: tuple[str, int] | None = None

    def may_ask(self, cell: tuple[str, int]) -> bool:
        return self.cell is None or (cell == self.cell and not self.held)


@dataclass
class Model:
    """``cap``: pages a site may have.  Raises AssertionError where Redis did what it must not."""

    cap: int
    tasks: dict[bytes, Known] = field(default_factory=dict)
    apart: bool = False  #: a worker sees to those with one try left
    unwatched: bool = True  #: nobody has looked for a long time
    counts: dict[str, int] = field(default_factory=lambda: {"expired": 0, "stale": 0, "missed": 0})
    asleep: set[str] = field(default_factory=set)  #: hosts that wait since one of their tasks was deferred
    unsure: bool = False  #: a host was asleep: when the others notice that it is not is left open
    _arrivals: int = 0

    def lanes(self, queue: str) -> dict[tuple[str, str], list[bytes]]:
        """(host, site) → ids, best first."""
        found: defaultdict[tuple[str, str], list[bytes]] = defaultdict(list)
        for id_, one in sorted(self.tasks.items(), key=lambda item: item[1].rank):
            if one.place == "lane" and one.lane[0] == queue:
                found[one.lane[1:]].append(id_)
        return found

    def alone(self, queue: str) -> list[bytes]:
        found = [(k.order, i) for i, k in self.tasks.items() if k.place == "alone" and k.lane[0] == queue]
        return [id_ for _, id_ in sorted(found)]

    # --- transitions ---

    def add(self, task: Task) -> int:
        id_, new = task_id(task), Known(task)
        if id_ in self.tasks:
            self._believe(self.tasks[id_], new)
            return 0
        same = [k for k in self.tasks.values() if (k.lane[0], k.lane[2]) == (new.lane[0], new.lane[2])]
        if new.lane[0] == "site" and len(same) >= self.cap and not self._make_room(new):
            return 0
        self.tasks[id_] = new
        self._queue(new, later=task.not_before > PAST or (bool(task.not_before) and new.is_of_the_plan))
        new.over = new.late = new.place == "due" and task.not_before == PAST
        return 1

    def _believe(self, old: Known, new: Known) -> None:
        if old.place == "lane" and old.lane == new.lane and new.task.priority < old.task.priority:
            old.task = new.task
            self._line_up(old)

    def _make_room(self, new: Known) -> bool:
        waiting = self.lanes(new.lane[0]).get(new.lane[1:], [])
        if not waiting or self.tasks[waiting[-1]].task.priority <= new.task.priority:
            return False
        del self.tasks[waiting[-1]]
        return True

    def _line_up(self, one: Known) -> None:
        self._arrivals += 1
        one.place, one.order, one.over = "alone" if one.lost >= MAX_ATTEMPTS - 1 else "lane", self._arrivals, False

    def _queue(self, one: Known, later: bool = False) -> None:
        if later:
            one.place = "due"
        else:
            self._line_up(one)

    def run_out(self, token: str) -> set[bytes]:
        """The time of these leases is over."""
        ids = {id_ for id_, one in self.tasks.items() if one.place == "leased" and one.token == token}
        for id_ in ids:
            self.tasks[id_].over = True
        return ids

    def time_passes(self, long: bool = False) -> None:
        for one in self.tasks.values():
            if one.place == "due":
                one.over, one.late = True, long
        self.asleep.clear()
        self.apart = self.unsure = False

    def look(self) -> None:
        """What every claim does first: leases that ran out come back, then what waited for its time.  Where nobody could have said that
        he lives, none has run out.
        """
        for one in self.tasks.values():
            one.over &= not (self.unwatched and one.place == "leased")
        self.unwatched = False
        over = sorted((id_, one) for id_, one in self.tasks.items() if one.over)
        for id_, one in over:
            if one.place == "leased":
                self._let_go(id_)
                self._expire(one)
        for _, one in over:
            if one.place == "due" and one.late and one.is_of_the_plan:
                self.counts["missed"] += 1
                one.over = one.late = False  # until the next beat
            elif one.place == "due":
                self._line_up(one)

    def _expire(self, one: Known) -> None:
        one.lost += 1
        self.counts["expired"] += 1
        if one.lost >= MAX_ATTEMPTS:
            assert one.alone  # it can't have been another's fault
            one.place = "dead"
        else:
            self._line_up(one)

    def claimed(self, leases: list[Lease], limits: dict[str, int], limit: int, worker: Worker) -> bool:
        """Judges what a claim gave.  Returns whether its worker is kept apart for a last try."""
        alone = [
            i for q, most in limits.items() if most for i in self.alone(q) if self.tasks[i].lane[1] not in self.asleep
        ]
        if alone and not (worker.held and self.apart):
            assert [lease.id for lease in leases] == ([] if worker.held else alone[:1])
            self.apart = True
            for lease in leases:
                self._lease(lease, alone=True)
            return True
        room = limit
        for queue, most in limits.items():
            mine = [lease for lease in leases if queue_of(lease.task) == queue]
            most = min(room, most)
            room -= len(mine)
            assert len(mine) <= most
            self._judge_lanes(mine, self.lanes(queue), most)
        assert len(leases) == limit - room
        return False

    def _judge_lanes(self, leases: list[Lease], lanes: dict[tuple[str, str], list[bytes]], most: int) -> None:
        hosts = [host_of(lease.task.url) for lease in leases]
        assert len(hosts) == len(set(hosts))
        assert not set(hosts) & self.asleep
        for lease in leases:
            assert lanes[self.tasks[lease.id].lane[1:]][0] == lease.id  # the best of its lane
            self._lease(lease, alone=False)
        if not self.unsure:
            assert len(hosts) == min(most, len({host for host, _ in lanes}))  # none was left out

    def _lease(self, lease: Lease, alone: bool) -> None:
        one = self.tasks[lease.id]
        assert (lease.task, lease.attempt) == (one.task, one.tries + 1)
        one.place, one.token, one.alone = "leased", lease.token, alone

    def _let_go(self, id_: bytes) -> None:
        self.tasks[id_].token, self.tasks[id_].over = "", False

    def holds(self, lease: Lease) -> bool:
        one = self.tasks.get(lease.id)
        return one is not None and one.place == "leased" and one.token == lease.token

    def settle(self, lease: Lease, action: str, children: list[Task], later: bool) -> bool:
        """Whether it was heard."""
        if not self.holds(lease):
            self.counts["stale"] += 1
            return False
        one = self.tasks[lease.id]
        self._let_go(lease.id)
        for child in children:
            self.add(child)
        if action == "defer":
            self._line_up(one)
            self.unsure |= later
            (self.asleep.add if later else self.asleep.discard)(one.lane[1])
        elif action in ("retry", "release"):
            one.tries += action == "retry"
            self._queue(one, later)
        else:
            one.place = "done" if action == "ack" else "dead"
        return True

    def extend(self, lease: Lease) -> bool:
        if self.holds(lease):
            self.tasks[lease.id].over = False
        return self.holds(lease)

    def known(self, task: Task) -> Task:
        """What is stored of it is what it was fetched as."""
        return self.tasks[task_id(task)].task if task_id(task) in self.tasks else task

    def mark_done(self, task: Task) -> int:
        one = self.tasks.setdefault(task_id(task), Known(task, "due"))
        if one.place in ("leased", "done"):
            return 0
        one.place, one.over = "done", False
        return 1

    def give_up(self, queue: str) -> int:
        waiting = [one for one in self.tasks.values() if one.state == "pending" and one.lane[0] == queue]
        for one in waiting:
            one.place, one.over = "dead", False
        return len(waiting)

    def revive(self, id_: bytes) -> int:
        one = self.tasks.get(id_)
        if one is None or one.place != "dead":
            return 0
        one.tries = one.lost = 0
        self._queue(one)
        return 1

    # --- the books ---

    def ids(self) -> dict[str, set[bytes]]:
        found: dict[str, set[bytes]] = {"pending": set(), "leased": set(), "done": set(), "dead": set()}
        for id_, one in self.tasks.items():
            found[one.state].add(id_)
        return found

    def books(self) -> Counter[tuple[str, str, str]]:
        """(state, queue, site) → tasks."""
        return Counter(
            (state, one.lane[0], one.lane[2]) for one in self.tasks.values() for state in (one.state, "planned")
        )
