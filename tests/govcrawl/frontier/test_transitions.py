"""Any order of calls by any worker, in two rounds: the frontier does what the model says, and the books balance after each step."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from govcrawl.contracts import Lease, ProbePlan, Task
from govcrawl.frontier.frontier import MAX_ATTEMPTS, Dead, Frontier, Settled
from tests.govcrawl.build import campaign, task
from tests.govcrawl.frontier.inside import assert_books, nobody_looked, run_out, time_passes
from tests.govcrawl.frontier.model import PAST, Model, Worker

CAPS = {"t-2018q2:1": 3, "t-2018q2:2": 6}
SITES = ("a", "b", "g", "d")  # in three partitions
LATER = 4e9  #: Unix time of a visit that nobody waits for
SELDOM = ProbePlan(2, 1e6, 2.0)  #: no beat comes while a test runs

ROUNDS = st.sampled_from(sorted(CAPS))
CLIENTS = st.integers(0, 1)
#: ``past``: a visit put back after Redis was lost; ``confirm``: one for another monitor, at once or in a moment.
KINDS = st.sampled_from(["page", "page", "page", "link", "probe", "later", "past", "confirm", "confirm later"])
AT = {"later": LATER, "past": PAST, "confirm": PAST, "confirm later": LATER}
LIMITS = st.fixed_dictionaries({"site": st.integers(0, 4), "link": st.integers(0, 2), "probe": st.integers(0, 2)})


def made(n: int, site: str, host: str, priority: int, kind: str) -> Task:
    one = task(n, f"{host}.gov.cn", site, priority=priority)
    if kind in ("page", "link"):
        return replace(one, role=kind)
    visit = replace(one, kind="probe", role="probe", visit=1 + n, not_before=AT.get(kind, 0.0))
    return replace(visit, visit=-1 - n, priority=0) if kind.startswith("confirm") else visit


TASKS = st.builds(made, st.integers(0, 3), st.sampled_from(SITES), st.sampled_from("xy"), st.integers(0, 3), KINDS)


class Transitions(RuleBasedStateMachine):
    leases = Bundle("leases")
    client: Any

    def __init__(self) -> None:
        super().__init__()
        self.client.flushdb()
        self.clients = [Frontier(self.client), Frontier(self.client)]
        self.frontier = self.clients[0]
        for key, cap in CAPS.items():
            self.frontier.open_round(campaign(max_pages=cap, probe=SELDOM), int(key[-1]))
        self.models = {key: [Model(cap) for _ in self.frontier.partitions.all()] for key, cap in CAPS.items()}
        self.workers = [Worker(), Worker()]
        self.acked: Counter[tuple[str, bytes]] = Counter()
        self.tokens = 0

    @initialize(tasks=st.lists(TASKS, min_size=4, max_size=12), deaths=st.integers(0, 2))
    def begin(self, tasks: list[Task], deaths: int) -> None:
        """Some of the first tasks, or their neighbours, kill their workers."""
        for key in CAPS:
            self.add(key, tasks)
            for n in range(deaths * self.frontier.partitions.count):
                self.time_passes(key)
                self.claim_and_die(0, key, {"site": 3, "link": 1, "probe": 1}, n)

    def model(self, key: str, site: str) -> Model:
        return self.models[key][self.frontier.partitions.of(site)]

    @rule(key=ROUNDS, tasks=st.lists(TASKS, min_size=1, max_size=8))
    def add(self, key: str, tasks: list[Task]) -> None:
        assert self.frontier.add(key, tasks) == sum(self.model(key, one.site).add(one) for one in tasks)

    @rule(target=leases, key=ROUNDS, who=CLIENTS, limits=LIMITS, limit=st.integers(1, 6), cell=st.integers(0, 2))
    def claim(self, key: str, who: int, limits: dict[str, int], limit: int, cell: int) -> Any:
        self.tokens += 1
        partition, worker = cell % self.frontier.partitions.count, self.workers[who]
        got = self.clients[who].claim(key, limits, limit, f"w{who}:{self.tokens}", 60.0, partition).leases
        if not worker.may_ask((key, partition)):
            assert got == []
            return multiple()
        model = self.models[key][partition]
        model.look()
        worker.cell = (key, partition) if model.claimed(got, limits, limit, worker) else None
        worker.held.update(got)
        return multiple(*((who, lease) for lease in got))

    @rule(
        held=leases, action=st.sampled_from(["ack", "ack", "retry", "release", "defer", "dead"]), later=st.booleans(),
        tasks=st.lists(TASKS, max_size=3), twice=st.booleans(),
    )  # fmt: skip
    def settle(self, held: tuple[int, Lease], action: Any, later: bool, tasks: list[Task], twice: bool) -> None:
        who, lease = held
        model = self.model(lease.round_key, lease.task.site)
        children = tuple(made(n, lease.task.site, "x", one.priority, "page") for n, one in enumerate(tasks))
        said = Settled(lease, action, children, 60.0 if later else 0.0, "r")
        stale = self.clients[who].settle([said] * (1 + twice))
        heard = [model.settle(lease, action, list(children), later) for _ in range(1 + twice)]
        assert stale == heard.count(False)
        self.acked[lease.round_key, lease.id] += heard.count(True) if action == "ack" else 0
        self.workers[who].held.discard(lease)

    @rule(held=leases)
    def extend(self, held: tuple[int, Lease]) -> None:
        who, lease = held
        kept = self.model(lease.round_key, lease.task.site).extend(lease)
        assert self.clients[who].extend([lease], 60.0) == (set() if kept else {lease.id})

    @rule(held=leases)
    def give_up(self, held: tuple[int, Lease]) -> None:
        """A lease that was lost before its request went out."""
        who, lease = held
        if not self.model(lease.round_key, lease.task.site).holds(lease):
            self.clients[who].hands.let_go([lease])
            self.workers[who].held.discard(lease)

    @rule(held=leases)
    def run_out(self, held: tuple[int, Lease]) -> None:
        """What was claimed together is lost together."""
        key, token = held[1].round_key, held[1].token
        over = {id_ for model in self.models[key] for id_ in model.run_out(token)}
        assert run_out(self.frontier, key, over) == len(over)

    @rule(who=CLIENTS)
    def die(self, who: int) -> None:
        """All that a worker holds is lost together, in whatever round; another takes its place."""
        for lease in self.workers[who].held:
            if self.model(lease.round_key, lease.task.site).holds(lease):
                self.run_out((who, lease))
        self.clients[who], self.workers[who] = Frontier(self.client), Worker()

    @rule(who=CLIENTS, key=ROUNDS, limits=LIMITS, cell=st.integers(0, 2))
    def claim_and_die(self, who: int, key: str, limits: dict[str, int], cell: int) -> None:
        self.claim(key, who, limits, 6, cell)
        self.die(who)

    @rule(key=ROUNDS)
    def redis_was_away(self, key: str) -> None:
        nobody_looked(self.frontier, key)
        for model in self.models[key]:
            model.unwatched = True

    @rule(key=ROUNDS, long=st.booleans())
    def time_passes(self, key: str, long: bool = False) -> None:
        """``long``: a visit of the plan whose time came an hour ago waits for its next beat."""
        time_passes(self.frontier, key, late_s=3600.0 if long else 0.0)
        for model in self.models[key]:
            model.time_passes(long)

    @rule(key=ROUNDS, queue=st.sampled_from(["site", "link", "probe"]))
    def nobody_serves(self, key: str, queue: str) -> None:
        assert self.frontier.give_up(key, queue, "r") == sum(model.give_up(queue) for model in self.models[key])

    @rule(key=ROUNDS, tasks=st.lists(TASKS, min_size=1, max_size=4))
    def mark_done(self, key: str, tasks: list[Task]) -> None:
        known = [self.model(key, one.site).known(one) for one in tasks]
        assert self.frontier.mark_done(key, known) == sum(self.model(key, one.site).mark_done(one) for one in known)

    @rule(key=ROUNDS, one=TASKS)
    def revive(self, key: str, one: Task) -> None:
        """All that are dead, and one that may not be."""
        dead = [*self.frontier.dead(key), Dead(b"x" * 12, one.site, one, "")]
        assert self.frontier.revive(key, dead) == sum(self.model(key, d.site).revive(d.id) for d in dead)

    @invariant()
    def every_task_is_where_the_model_says_and_the_books_balance(self) -> None:
        for key, models in self.models.items():
            for found, model in zip(assert_books(self.frontier, key), models, strict=True):
                assert found.ids == model.ids()
                assert found.w == model.books()
                assert found.tokens == {id_: model.tasks[id_].token for id_ in found.ids["leased"]}
                assert found.apart == model.apart
                assert {name: found.n.get(name, 0) for name in ("expired", "stale", "missed")} == model.counts

    @invariant()
    def a_last_try_is_all_that_its_worker_holds(self) -> None:
        for worker in self.workers:
            models = [(one, self.model(one.round_key, one.task.site)) for one in worker.held]
            last = any(model.holds(one) and model.tasks[one.id].lost == MAX_ATTEMPTS - 1 for one, model in models)
            assert not last or len(worker.held) == 1

    @invariant()
    def each_task_is_acked_at_most_once(self) -> None:
        assert set(self.acked.values()) <= {0, 1}


@pytest.mark.parametrize("partitions", [1, 3])
def test_any_order_of_transitions_does_what_the_model_says(
    partitions: int, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVCRAWL_PARTITIONS", str(partitions))
    machine = type("Bound", (Transitions,), {"client": client})
    machine.TestCase.settings = settings(
        max_examples=30, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow]
    )
    machine.TestCase("runTest").runTest()
