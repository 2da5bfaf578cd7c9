"""``govcrawl exporter``: what all workers share, for Prometheus: the queue on Redis, the results in MongoDB, the alarms of ``watch.py``.

A scrape costs a few round trips to Redis.  MongoDB is asked once in ``RESULTS_S``, and for alarms once in ``ALARMS_S``, for they count
over a whole round; in between the last answer is repeated.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

import redis
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from pymongo.errors import PyMongoError

from govcrawl import watching
from govcrawl.errors import GovcrawlError
from govcrawl.frontier.frontier import QUEUES, STATES, Frontier, round_key, split_round
from govcrawl.metrics.health import Pulse
from govcrawl.metrics.served import bound
from govcrawl.patience import reason
from govcrawl.store import Store
from govcrawl.watch import Alarm

logger = logging.getLogger(__name__)
T = TypeVar("T")
RESULTS_S, ALARMS_S = 60.0, 600.0
CALLS = {
    "expired": ("govcrawl_leases_expired", "Leases of which the time was over: their worker died or stalled"),
    "stale": ("govcrawl_acks_refused", "Acknowledgements that came too late"),
    "pages": ("govcrawl_pages_read", "Pages read"),
    "visits": ("govcrawl_visits_made", "Availability visits made"),
    "missed": ("govcrawl_visits_missed", "Beats on which nobody was there to visit"),
    "over_quota": ("govcrawl_over_quota", "Tasks left out: their site's quota is full"),
}


class Kept(Generic[T]):
    """The last answer of a dear question."""

    def __init__(self, ask: Callable[[], T], lasts_s: float) -> None:
        self._ask, self._lasts_s, self._until = ask, lasts_s, 0.0

    def get(self) -> T:
        if time.monotonic() >= self._until:
            self._answer = self._ask()
            self._until = time.monotonic() + self._lasts_s
        return self._answer


class Shared:
    """A collector of prometheus_client."""

    def __init__(self, store: Store, frontier: Frontier, pulse: Pulse) -> None:
        self._store, self._frontier, self._pulse = store, frontier, pulse
        self._results, self._alarms = Kept(self._of_results, RESULTS_S), Kept(self._of_alarms, ALARMS_S)
        self._said: set[Alarm] = set()
        self._errors = {"Redis": 0, "MongoDB": 0}
        self._lock = threading.Lock()  # two scrapes at once ask one after the other

    def describe(self) -> Iterable[Metric]:
        """Nothing: the stores need not be there when it is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            self._pulse.tick()
            yield from self._of("Redis", self._queue)
            yield from self._of("MongoDB", lambda: [*self._results.get(), *self._alarms.get()])
            up = GaugeMetricFamily("govcrawl_store_up", "Whether the store answers", labels=["store"])
            errors = CounterMetricFamily(
                "govcrawl_exporter_store_errors", "Scrapes in which it did not", labels=["store"]
            )
            for store, count in self._errors.items():
                up.add_metric([store], float(store not in self._pulse.away))
                errors.add_metric([store], count)
            yield from (up, errors)

    def _of(self, store: str, ask: Callable[[], Iterable[Metric]]) -> Iterable[Metric]:
        try:
            found = list(ask())
        except (redis.RedisError, PyMongoError, GovcrawlError) as error:
            logger.warning("%s is away: %s", store, reason(error) if isinstance(error, PyMongoError) else error)
            self._errors[store] += 1
            self._pulse.heard(store, there=False)
            return []
        self._pulse.heard(store, there=True)
        return found

    # --- Redis ---

    def _queue(self) -> Iterator[Metric]:
        tasks = GaugeMetricFamily(
            "govcrawl_tasks", "Tasks of a round, by state; planned is the sum", labels=["round", "state"]
        )
        opened = GaugeMetricFamily("govcrawl_open_tasks", "Pending and leased tasks", labels=["round", "queue"])
        hosts = GaugeMetricFamily("govcrawl_hosts_waiting", "Hosts with tasks that wait", labels=["round", "queue"])
        sites = GaugeMetricFamily("govcrawl_sites_open", "Sites with pages or links to do", labels=["round"])
        counts = {name: CounterMetricFamily(*words, labels=["round"]) for name, words in CALLS.items()}
        for key in self._frontier.rounds():
            now = self._frontier.counts(key)
            for state in STATES:
                tasks.add_metric([key, state], getattr(now, state))
            for queue in QUEUES:
                opened.add_metric([key, queue], now.open_in[queue])
                hosts.add_metric([key, queue], self._frontier.hosts_waiting(key, queue))
            sites.add_metric([key], now.sites_open)
            for name, family in counts.items():
                family.add_metric([key], getattr(now, name))
        workers = GaugeMetricFamily("govcrawl_workers_alive", "Workers heard of in 30 s", labels=["browser"])
        browsers = self._frontier.renderers_alive()
        workers.add_metric(["yes"], browsers)
        workers.add_metric(["no"], max(self._frontier.workers_alive() - browsers, 0))
        yield from (tasks, opened, hosts, sites, workers, *counts.values())

    # --- MongoDB ---

    def _of_results(self) -> list[Metric]:
        verdicts = GaugeMetricFamily("govcrawl_verdicts", "Sites by verdict", labels=["campaign", "pack", "verdict"])
        findings = GaugeMetricFamily(
            "govcrawl_findings", "Findings by review state", labels=["campaign", "pack", "review"]
        )
        rounds = GaugeMetricFamily("govcrawl_round_open", "Rounds in MongoDB; 1: open", labels=["round"])
        dead = GaugeMetricFamily("govcrawl_dead_letters", "Tasks given up, of closed rounds", labels=["round"])
        known = watching.rounds(self._store)
        campaigns = sorted({split_round(key)[0] for key in known})
        for name, family, last in (("verdicts", verdicts, "verdict"), ("findings", findings, "review")):
            for at, count in watching.tally(self._store, name, campaigns, "campaign", "pack", last):
                family.add_metric(at, count)
        for at, count in watching.tally(self._store, "dead", campaigns, "campaign", "round"):
            dead.add_metric([round_key(at[0], int(at[1]))], count)
        for key, is_open in known.items():
            rounds.add_metric([key], float(is_open))
        return [verdicts, findings, rounds, dead]

    def _of_alarms(self) -> list[Metric]:
        """Of the newest campaign that has a closed round."""
        family = GaugeMetricFamily("govcrawl_alarm", "Our own work looks odd", labels=["campaign", "kind", "subject"])
        for id_ in watching.newest(self._store):
            campaign = self._store.campaign(id_)
            packs = [p for p in self._store.packs(id_) if campaign.standard in (p, p.partition("@")[0])]
            for alarm in watching.alarms(self._store, campaign, max(packs, default="")):
                family.add_metric([id_, alarm.kind, alarm.subject], 1.0)
                if alarm not in self._said:
                    self._said.add(alarm)
                    logger.warning("%s: %s", id_, alarm.sentence)
        return [family]


def serve(where: str, store: Store, frontier: Frontier) -> None:
    """Until it is interrupted.  Raises InputError and OSError, as ``served.bound``."""
    pulse, registry = _Always(), CollectorRegistry(auto_describe=False)
    shared = Shared(store, frontier, pulse)
    registry.register(shared)
    with bound(where, pulse, registry) as server:
        list(shared.collect())  # whether the stores answer, before anybody asks
        server.serve_forever()


class _Always(Pulse):
    """A process that answers lives: nothing else runs in it."""

    def alive(self) -> str:
        return ""
