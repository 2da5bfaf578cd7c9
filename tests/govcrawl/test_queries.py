"""Every query that the project makes is served by an index: recorded from the driver, proved from the indexes, and asked of the server."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient, monitoring

from govcrawl import desk, ledger, rechecks, reviews, services, views, watching
from govcrawl.documents import COLLECTIONS
from govcrawl.store import Store
from tests.govcrawl import filled
from tests.govcrawl.filled import KEY, ONE, SITE

#: They only thin out what an index has found: most of a site's documents have the same value.
THINNING = frozenset({"outcome", "role", "chosen", "verdict", "failed", "claimed", "kind", "state", "decided"})
#: Small ones that are read whole.
WHOLE = frozenset({"campaigns", "users", "rounds"})
Query = tuple[str, str, Mapping[str, Any]]  #: collection, command, filter

ID = filled.verdict().findings[0].id
#: Every way that the store is asked; those that write are in ``filled.write``.
READS: dict[str, Callable[[Store], Any]] = {
    "campaign": lambda s: s.campaign(ONE.id),
    "series": lambda s: s.series("t"),
    "deleted": lambda s: s.deleted(ONE.id, "pages"),
    "sites": lambda s: (s.sites(ONE.id), s.sites(ONE.id, chosen_only=True)),
    "registered_columns": lambda s: s.registered_columns(ONE.id),
    "messages": lambda s: s.messages(ONE.id),
    "accounts": lambda s: s.accounts(ONE.id),
    "named": lambda s: s.named(ONE.id),
    "bulletins": lambda s: s.bulletins(ONE.id),
    "bulletin_file": lambda s: s.bulletin_file(filled.BULLETIN, "a.txt", 0),
    "looks": lambda s: s.looks(ONE.id, [SITE.code, "row-3"]),
    "outlinks": lambda s: s.outlinks(["p"]),
    "observations": lambda s: s.observations(ONE.id, SITE.code),
    "observations_of": lambda s: s.observations_of(["o"]),
    "checked": lambda s: list(s.checked(ONE.id, "typos")),
    "probes": lambda s: list(s.probes(ONE.id, SITE.code)),
    "visits": lambda s: list(s.visits(ONE.id)),
    "failing": lambda s: s.failing(ONE.id, 1),
    "pages": lambda s: s.pages(["p"]),
    "pages_at": lambda s: s.pages_at(ONE.id, SITE.code, SITE.home),
    "finished": lambda s: list(s.finished(ONE.id, 1)),
    "led_to": lambda s: list(s.led_to(ONE.id, 1)),
    "open_rounds": lambda s: (s.open_rounds(), s.open_rounds(ONE.id)),
    "closed_rounds": lambda s: s.closed_rounds(ONE.id),
    "dead": lambda s: s.dead(ONE.id),
    "forget_dead": lambda s: s.forget_dead(KEY),
    "findings": lambda s: s.findings(ID[:6]),
    "dismissed": lambda s: s.dismissed([ONE.id]),
    "decided": lambda s: s.decided([ONE.id]),
    "verdict": lambda s: s.verdict(ONE.id, SITE.code, "2015@1"),
    "decided_since": lambda s: s.decided_since(ONE.id, "2015@1"),
    "site": lambda s: s.site(ONE.id, SITE.code),
    "verdicts": lambda s: s.verdicts(ONE.id, "2015@1"),
    "packs": lambda s: s.packs(ONE.id),
    "failed_sites": lambda s: s.failed_sites([ONE.id]),
    "answers": lambda s: s.answers(["t"]),
    "traces": lambda s: list(s.traces(ONE.id)),
    "suspicions": lambda s: s.suspicions(ONE.id),
    "seen": lambda s: s.seen(ONE.id, "closed"),
    "duties": lambda s: s.duties(ONE.id),
    "site_names": lambda s: s.site_names(ONE.id, [SITE.code]),
    "message_verdicts": lambda s: s.message_verdicts(ONE.id),
    "account_verdicts": lambda s: s.account_verdicts(ONE.id, "2019@1"),
}


WANTED = desk.Wanted(ONE.id, "2015@1", "pending")
#: As the reviewer's desk asks; its writing is in ``filled.write``.
OTHERS: tuple[Callable[[Any], Any], ...] = (
    lambda db: (desk.findings(db, WANTED), desk.findings(db, replace(WANTED, indicator="typo"))),
    lambda db: desk.findings(db, replace(WANTED, site=SITE.code)),
    lambda db: list(desk.every(db, ONE.id, "2015@1")),
    lambda db: (desk.finding(db, ID), list(desk.some(db, [ID]))),
    lambda db: (desk.campaigns(db), desk.users(db), desk.user(db, "甲")),
    lambda db: (desk.counts(db, ONE.id, "2015@1"), desk.outcomes(db, ONE.id, "2015@1")),
    lambda db: (desk.past(db, SITE.code), desk.counts_of_site(db, ONE.id, "2015@1", SITE.code)),
    lambda db: (reviews.history(db, ID), reviews.histories(db, [ID]), reviews.held(db, [ONE.id], [SITE.code])),
    lambda db: reviews.catch_up(db, ONE.id, [SITE.code], {}),
    lambda db: (
        ledger.is_begun(db, ONE.id),
        ledger.histories(db, ONE.id),
        ledger.histories_of(db, [ID]),
        ledger.notified(db, ONE.id),
    ),
    lambda db: (
        ledger.follow(db, ONE.id, filled.AT),
        ledger.notices(db, ONE.id),
        ledger.notice(db, filled.NOTICE.number),
    ),
    lambda db: (ledger.standing(db, ONE.id, "2015@1", frozenset()), ledger.vetoed(db, ONE.id, "2015@1")),
)
#: As a recheck asks; its planning is in ``filled.write``.
AGAIN: tuple[Callable[[Store], Any], ...] = (
    lambda s: (rechecks.numbers(s, ONE.id), rechecks.of_recheck(s, ONE.id, 1), rechecks.before(s, ONE.id, 2)),
    lambda s: (rechecks.pages_of(s, ONE.id, SITE.code), rechecks.answers(s, ONE.id)),
    lambda s: rechecks.titles(s, ONE.id, SITE.code, SITE.home),
    lambda s: rechecks.save(s, rechecks.of_recheck(s, ONE.id, 1)),
)
#: As the exporter asks, and who watches over our own work.
WATCH: tuple[Callable[[Store], Any], ...] = (
    lambda s: (watching.newest(s), watching.alarms(s, ONE, "2015@1"), watching.look(s, ONE.id, 1)),
    lambda s: list(watching.tally(s, "verdicts", [ONE.id], "pack", "verdict")),
    lambda s: list(watching.tally(s, "findings", [ONE.id], "pack", "review")),
    lambda s: list(watching.tally(s, "dead", [ONE.id], "round")),
    # as export asks; who failed again and again is told from all verdicts there are
    lambda s: [list(views.found(s.db, one, [ONE.id])) for one in views.VIEWS if one.name != "repeat_offenders"],
)


class Recorder(monitoring.CommandListener):
    def __init__(self) -> None:
        self.queries: list[Query] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        command, name = event.command, event.command_name
        where = str(command.get(name))
        if name == "find" and event.database_name == services.DATABASE:
            self.queries.append((where, name, dict(command["filter"])))
        elif name in ("distinct", "count"):
            self.queries.append((where, name, dict(command.get("query", {}))))
        elif name == "aggregate":
            self.queries.append((where, name, dict(command["pipeline"][0]["$match"])))
        elif name in ("update", "delete"):
            self.queries += [(where, name, dict(one["q"])) for one in command[f"{name}s"]]

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


@pytest.fixture
def recorded(urls: services.Urls, store: Store) -> Iterator[tuple[Store, Recorder]]:
    """A store whose driver tells what it asks."""
    store.prepare()
    one, recorder = Store(urls.mongodb), Recorder()
    one.close()
    one.client = MongoClient(urls.mongodb, tz_aware=True, event_listeners=[recorder])
    one.db = one.client.get_default_database()
    yield one, recorder
    one.close()


def wanted(query: Mapping[str, Any]) -> set[str]:
    """Keys that say which documents: not those that only leave some out."""
    return {
        key for key, value in query.items() if key not in THINNING and not (isinstance(value, dict) and "$nin" in value)
    }


def server(collection: str, query: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The index that leads to the documents of a query, without reading others."""
    indexes = [("_id",)] + [keys for c in COLLECTIONS if c.name == collection for keys in c.indexes]
    keys = wanted(query)
    return next((index for index in indexes if keys and ("_id" in keys or keys == set(index[: len(keys)]))), None)


def ask_all(store: Store) -> None:
    filled.write(store)
    for ask in READS.values():
        ask(store)
    for ask in OTHERS:
        ask(store.db)
    for again in (*AGAIN, *WATCH):
        again(store)


def test_every_method_of_the_store_is_asked_here() -> None:
    public = {name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")}
    written = set(re.findall(r"store\.(\w+)\(", inspect.getsource(filled)))
    assert public - written - {"prepare", "close"} == READS.keys()


def test_nobody_else_asks_mongodb() -> None:
    root = Path(__file__).parents[2]
    others = {
        str(path.relative_to(root))
        for package in ("govcrawl", "pipelines", "reporting")
        for path in (root / package).rglob("*.py")
        if re.search(r"\bdb\[|\.db\[", path.read_text("utf-8"))
    }
    assert others == {
        "govcrawl/store.py",
        "govcrawl/schema.py",
        "govcrawl/reviews.py",
        "govcrawl/desk.py",
        "govcrawl/ledger.py",
        "govcrawl/rechecks.py",
        "govcrawl/watching.py",
        "govcrawl/views.py",
        # these read all of a campaign, or of the store, on purpose
        "govcrawl/backup.py",
        "govcrawl/migrations.py",
        "pipelines/retention.py",
    }


def test_every_query_is_served_by_an_index(recorded: tuple[Store, Recorder]) -> None:
    store, recorder = recorded
    ask_all(store)
    assert {name for _, name, _ in recorder.queries} >= {"find", "update", "delete", "distinct"}
    assert [q for q in recorder.queries if server(q[0], q[2]) is None and (q[0] not in WHOLE or q[2])] == []


def test_the_server_says_so_too(recorded: tuple[Store, Recorder]) -> None:
    """Of queries by equality; the embedded server's explain takes further conditions for a scan."""
    store, recorder = recorded
    ask_all(store)
    asked = set()
    for collection, _, query in recorder.queries:
        plain = {key: query[key] for key in wanted(query) if not isinstance(query[key], dict)}
        index = server(collection, query)
        if plain and plain.keys() == wanted(query):
            plan = store.db[collection].find(plain).explain()["queryPlanner"]["winningPlan"]
            assert "IXSCAN" in str(plan), (collection, query)
            asked.add((collection, index))
    assert len(asked) > 15


def test_an_analysts_examples_are_served_and_run(store: Store) -> None:
    store.prepare()
    for collection in COLLECTIONS:
        for _, _, method, argument in collection.examples:
            query = argument if method == "find" else argument[0]["$match"]
            assert server(collection.name, query), (collection.name, query)
            list(getattr(store.db[collection.name], method)(argument))


def test_the_judge_of_indexes_can_say_no() -> None:
    assert server("pages", {"campaign": "c", "site": "s"}) == ("campaign", "site", "url")
    assert server("pages", {"campaign": "c", "url": "u"}) is None
    assert server("pages", {"outcome": "ok"}) is None
    assert server("findings", {"campaign": "c", "_id": {"$nin": ["a"]}}) == ("campaign", "pack", "site")
    assert server("verdicts", {"pack": "p"}) is None
    assert server("verdicts", {}) is None
