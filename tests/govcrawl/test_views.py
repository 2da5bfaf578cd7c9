"""The analyst's views: each row is what the dictionary says, the figures are right, and nothing of a person or a page shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import msgspec
import pytest
from pymongo.errors import OperationFailure

from govcrawl import schema, services, views
from govcrawl.store import Store
from reporting.stages import snapshot_of
from reporting.tables import counts
from tests.govcrawl.analysed import CLOSED, FINE_ONE, MENDED, PACK, SECRET, SHUT, SITES, SPRING, SUMMER, WALLED, write

Rows = dict[str, list[dict[str, Any]]]
BOTH = [SPRING.id, SUMMER.id]


@pytest.fixture(scope="module")
def own(urls: services.Urls) -> Iterator[Store]:
    """A database of these tests' own, filled once."""
    store = Store(urls.mongodb.replace("/govcrawl?", "/analysed?"))
    write(store)
    views.prepare(store.db)
    yield store
    store.client.drop_database(store.db.name)
    store.close()


@pytest.fixture(scope="module")
def found(own: Store) -> Rows:
    return {view.name: list(views.found(own.db, view, BOTH)) for view in views.VIEWS}


def of(rows: list[dict[str, Any]], **wanted: Any) -> list[dict[str, Any]]:
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


@pytest.mark.parametrize("view", views.VIEWS, ids=lambda v: v.name)
def test_every_row_is_what_the_dictionary_says(view: views.View, found: Rows) -> None:
    rows, names = found[view.name], {f.name for f in fields(view.row)}
    assert rows
    assert all(row.keys() <= names for row in rows)
    typed = [msgspec.convert(row, view.row) for row in rows]
    keys = [tuple(getattr(one, name) for name in view.key) for one in typed]
    assert not view.key or len(set(keys)) == len(keys)
    assert [name for name, _, meaning in schema._rows(view.row) if not meaning] == []


@pytest.mark.parametrize("view", views.VIEWS, ids=lambda v: v.name)
def test_a_view_of_the_server_shows_the_same(view: views.View, own: Store, found: Rows) -> None:
    field = "campaigns" if view.name == "repeat_offenders" else "campaign"
    shown = list(own.db[view.name].find({field: {"$in": BOTH}}))
    assert sorted(map(repr, map(sorted, (d.items() for d in shown)))) == sorted(
        map(repr, map(sorted, (d.items() for d in found[view.name])))
    )


def test_anyone_can_read_it_and_nothing_of_a_person_or_a_page_shows(own: Store, found: Rows) -> None:
    """Plain values for mongosh and Compass; the findings' addresses and words stay where they are."""
    plain = (str, int, float, bool, datetime, type(None))
    for rows in found.values():
        for row in rows:
            values = [one for value in row.values() for one in (value if isinstance(value, list) else [value])]
            assert all(isinstance(one, plain) for one in values), row
    stored = repr([list(own.db[name].find()) for name in own.db.list_collection_names()])
    assert stored.count(SECRET) > 10
    shown = repr(found)
    for hidden in (SECRET, "gone.html", "host-1-abc", "另一封", "13800000000"):
        assert hidden in stored
        assert hidden not in shown


@pytest.mark.parametrize("campaign", [SPRING, SUMMER], ids=lambda c: c.id)
def test_the_trend_has_the_figures_of_the_bulletin(campaign: Any, own: Store, found: Rows) -> None:
    for pack in own.packs(campaign.id):
        printed = counts(snapshot_of(own, campaign.id, pack.partition("@")[0]))
        rows = of(found["prefecture_trend"], campaign=campaign.id, pack=pack)
        assert {r["group"]: tuple(r[n] for n in ("running", "checked", "passed", "failed", "insufficient")) for r in rows} == {
            c.name: (c.running, c.checked, c.passed, c.failed, c.insufficient) for c in printed
        }  # fmt: skip
        assert {r["own"] for r in rows} == {pack == PACK}
    (walled,) = of(found["prefecture_trend"], campaign=SUMMER.id, pack=PACK, group="大理")
    assert (walled["pass_rate"], walled["title"], walled["ends"]) == (0.0, SUMMER.title, "2018-06-15")


def test_verdicts_have_their_site_and_its_visits(found: Rows) -> None:
    (shut,) = of(found["site_verdicts"], campaign=SUMMER.id, pack=PACK, site=SHUT.code)
    assert (shut["verdict"], shut["vetoes"], shut["name"], shut["group"]) == (
        "fail",
        ["site_unreachable"],
        SHUT.name,
        "昆明",
    )
    assert (shut["visits"], shut["failed"], shut["failed_share"], shut["findings"], shut["unreviewed"]) == (
        10,
        10,
        1.0,
        1,
        1,
    )
    (walled,) = of(found["site_verdicts"], campaign=SUMMER.id, pack=PACK, site=WALLED.code)
    assert (walled["verdict"], walled["inconclusive"]) == ("insufficient", 1)
    (closed,) = of(found["site_verdicts"], campaign=SUMMER.id, pack=PACK, site=CLOSED.code)
    assert (closed["verdict"], closed["status"]) == ("not_checked", "暂时关停")
    (links,) = of(found["scored_items"], campaign=SUMMER.id, pack=PACK, indicator="dead_link")
    assert (links["site"], links["points"], links["part"], links["findings"]) == (FINE_ONE.code, 0.2, "deduction", 2)


def test_indicators_are_counted_by_what_people_decided(found: Rows) -> None:
    (one,) = of(found["indicator_counts"], campaign=SPRING.id, pack=PACK, indicator="site_unreachable")
    told = {name: one[name] for name in ("findings", "pending", "confirmed", "dismissed", "sites")}
    assert told == {"findings": 3, "pending": 1, "confirmed": 1, "dismissed": 1, "sites": 2}


def test_who_failed_twice_is_followed_by_its_code_and_the_campaigns_own_standard(own: Store, found: Rows) -> None:
    (one,) = found["repeat_offenders"]
    assert (one["site"], one["campaigns"], one["times"], one["judged"]) == (SHUT.code, BOTH, 2, 2)
    assert (one["first"], one["last"], one["still"]) == ("2018-03-15", "2018-06-15", True)
    assert one["vetoes"] == one["repeated"] == ["site_unreachable"]
    assert "row-6" in {r["site"] for r in of(found["site_verdicts"], campaign=SPRING.id, verdict="fail")}
    # mended in summer; another standard, and an older version of its own, would both have it fail twice
    one = own.db["verdicts"].find_one({"_id": f"{SPRING.id}:{MENDED.code}:{PACK}"})
    assert one
    for pack in ("2019@9", "2015@0"):
        own.db["verdicts"].insert_one(one | {"_id": pack, "campaign": SUMMER.id, "as_of": "2018-06-15", "pack": pack})
    assert [r["site"] for r in views.found(own.db, views.NAMED["repeat_offenders"])] == [SHUT.code]
    own.db["verdicts"].delete_many({"_id": {"$in": ["2019@9", "2015@0"]}})


def test_a_mend_lies_between_two_looks_or_is_not_over(found: Rows) -> None:
    told = {r["state"]: r for r in found["mending_times"]}
    names = ("first_seen", "last_broken", "mended", "days_at_least", "days", "returned", "rechecks")
    assert [told["returned"][n] for n in names] == ["2018-03-15", "2018-03-25", "2018-04-04", 10, 20, True, 3]
    assert [told["unmended"][n] for n in names] == ["2018-03-15", "2018-04-14", None, 30, None, False, 3]
    assert [told["moved"][n] for n in names] == ["2018-03-11", "2018-03-15", "2018-03-25", 4, 14, False, 3]


def test_times_are_those_of_visits_that_opened_the_page(own: Store, found: Rows) -> None:
    (fine,) = of(found["response_times"], campaign=SUMMER.id, site=FINE_ONE.code)
    names = ("visits", "opened", "failed", "inconclusive", "availability", "median", "p95", "slowest", "name")
    assert [fine[n] for n in names] == [10, 9, 0, 1, 1.0, 0.5, 0.9, 0.9, FINE_ONE.name]
    (shut,) = of(found["response_times"], campaign=SUMMER.id, site=SHUT.code)
    assert [shut[n] for n in names[:-1]] == [10, 0, 10, 0, 0.0, None, None, None]
    visit = own.db["probes"].find_one({"campaign": SUMMER.id, "site": SHUT.code})
    assert visit
    own.db["probes"].insert_one(visit | {"_id": "confirming", "visit": -1, "failed": False, "seconds": 7.0})
    assert shut in views.found(own.db, views.NAMED["response_times"], BOTH)
    own.db["probes"].delete_one({"_id": "confirming"})


def test_a_letter_seen_twice_is_one(own: Store, found: Rows) -> None:
    letters = of(found["letter_times"], campaign=SUMMER.id)
    assert {(r["state"], r["asked"], r["days"]) for r in letters} == {
        ("answered", "2018-04-16", 10),
        ("open", "2018-06-07", None),
    }
    assert len(letters) == 2
    again = own.db["observations"].find_one({"campaign": SUMMER.id, "kind": "letter", "data.state": "open"})
    assert again
    answered = again | {
        "_id": "again",
        "round": 2,
        "data": again["data"] | {"state": "answered", "answered": "2018-06-14"},
    }
    own.db["observations"].insert_one(answered)
    now = of(list(views.found(own.db, views.NAMED["letter_times"], [SUMMER.id])), asked="2018-06-07")
    assert [(r["state"], r["days"]) for r in now] == [("answered", 7)]
    own.db["observations"].delete_one({"_id": "again"})


def test_one_campaign_alone(own: Store) -> None:
    for view in views.VIEWS:
        rows = [msgspec.convert(d, view.row) for d in views.found(own.db, view, [SUMMER.id])]
        campaigns = {getattr(r, "campaign", SUMMER.id) for r in rows}
        assert campaigns <= {SUMMER.id}
    assert len(list(views.found(own.db, views.NAMED["registered_sites"], [SUMMER.id]))) == len(SITES)
    assert {d["campaign"] for d in views.found(own.db, views.NAMED["inspections"])} == set(BOTH)  # and no recheck


class Guarded:
    """A server that lets an analyst read views alone; the embedded one knows no rights."""

    def __init__(self, store: Store, code: int = views.FORBIDDEN) -> None:
        self.db, self.code = store.db, code

    def __getitem__(self, name: str) -> Any:
        return self.db[name] if name in views.NAMED else self

    def aggregate(self, *_: Any, **__: Any) -> None:
        raise OperationFailure("not authorized on govcrawl to execute command", self.code)


def test_who_may_read_views_alone_gets_the_same(own: Store) -> None:
    for view in views.VIEWS:
        shown = list(views.found(Guarded(own), view, BOTH))  # type: ignore[arg-type]
        assert len(shown) == len(list(views.found(own.db, view, BOTH))) > 0
    with pytest.raises(OperationFailure):
        list(views.found(Guarded(own, 99), views.VIEWS[0]))  # type: ignore[arg-type]


def test_the_last_day_is_a_day(found: Rows) -> None:
    """Ages and times are whole days of the calendar."""
    for row in of(found["column_states"], campaign=SUMMER.id):
        assert row["age"] == (SUMMER.ends - date.fromisoformat(row["newest"])).days
