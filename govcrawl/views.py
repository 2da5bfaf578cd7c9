"""What an analyst may read: views that join what belongs together, without the exchanges, tasks, users and excerpts behind it.

A view is a stored pipeline; who may read it need not be allowed to read what it is made from.  The same pipelines are what ``govcrawl
export`` runs, so a file and a view have the same rows; what a row holds stands in ``rows.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from govcrawl import rows
from govcrawl.contracts import RUNNING

Pipeline = list[dict[str, Any]]
BATCH = 5000  #: rows a server sends at once
FORBIDDEN = 13  #: MongoDB's error code Unauthorized


@dataclass(frozen=True, slots=True)
class View:
    """``key``: the fields that tell its rows apart."""

    name: str
    of: str  #: collection
    row: type
    key: tuple[str, ...]
    chinese: str
    pipeline: Pipeline


# --- parts of pipelines -----------------------------------------------------------------------------------------------


def _shown(row: type, **how: Any) -> dict[str, Any]:
    """The fields of a row, each as it is called in the document unless ``how`` says otherwise."""
    return {"$project": {"_id": 0} | {f.name: how.get(f.name, 1) for f in fields(row)}}


def _looked_up(collection: str, id_: Any, into: str, *keys: str) -> Pipeline:
    """The document of that ``_id``, as the field ``into``; no such field where there is none."""
    find: Pipeline = [
        {"$match": {"$expr": {"$eq": ["$_id", "$$id"]}}},
        {"$project": {"_id": 0} | dict.fromkeys(keys, 1)},
    ]
    return [
        {"$lookup": {"from": collection, "let": {"id": id_}, "pipeline": find, "as": into}},
        {"$unwind": {"path": f"${into}", "preserveNullAndEmptyArrays": True}},
    ]


def _with_site(*names: str, site: str = "$site") -> Pipeline:
    """What the register of the same campaign says of the site, as ``of``."""
    return _looked_up("sites", {"$concat": ["$campaign", ":", site]}, "of", *names)


def _of(*names: str) -> dict[str, str]:
    return {name: f"$of.{name}" for name in names}


def _with_campaign(*names: str) -> Pipeline:
    """What the campaign file says, as ``plan``."""
    return _looked_up("campaigns", "$campaign", "plan", "standard", *names)


def _part(text: Any, mark: str, at: int) -> dict[str, Any]:
    return {"$arrayElemAt": [{"$split": [text, mark]}, at]}


#: 2015@1 → 2015, 1.  A standard that is a file is called as the file is.
_PACK, _VERSION = _part("$pack", "@", 0), {"$toInt": _part("$pack", "@", 1)}
_OWN = {"$eq": [_PACK, _part(_part("$plan.standard", "/", -1), ".toml", 0)]}


def _count(condition: Any) -> dict[str, Any]:
    return {"$sum": {"$cond": [condition, 1, 0]}}


def _is(value: Any, wanted: Any) -> dict[str, Any]:
    return {"$eq": [value, wanted]}


def _share(part: str, other: str) -> dict[str, Any]:
    """``part`` ÷ (``part`` + ``other``); None of none."""
    whole = {"$add": [part, other]}
    return {"$cond": [_is(whole, 0), None, {"$divide": [part, whole]}]}


def _days(start: str, end: str) -> dict[str, Any]:
    """From one ISO day to another; None where one is missing."""
    first, last = ({"$dateFromString": {"dateString": day}} for day in (start, end))
    return {"$dateDiff": {"startDate": first, "endDate": last, "unit": "day"}}


def _number(decimal: str) -> dict[str, Any]:
    return {"$convert": {"input": decimal, "to": "double", "onError": None, "onNull": None}}


def _kept(array: str, condition: Any) -> dict[str, Any]:
    """``condition`` speaks of ``$$this``."""
    return {"$filter": {"input": array, "cond": condition}}


def _each(array: str, name: str) -> dict[str, Any]:
    """Spelt out: the embedded server knows no path through an array that a stage made."""
    return {"$map": {"input": array, "in": f"$$this.{name}"}}


def _size(array: Any) -> dict[str, Any]:
    return {"$size": {"$ifNull": [array, []]}}


#: http://host:port/path → host:port
_HOST = _part("$url", "/", 2)


# --- verdicts and findings --------------------------------------------------------------------------------------------

_SITE = ("name", "group", "organiser", "level")
_STANDING = _kept("$findings", {"$ne": ["$$this.review", "dismissed"]})
_VERDICTS: Pipeline = [
    *_with_site(*_SITE, "status"),
    *_with_campaign(),
    _shown(
        rows.SiteVerdict,
        **_of(*_SITE, "status"),
        own=_OWN,
        score=_number("$score"),
        findings=_size(_STANDING),
        unreviewed=_size(_kept("$findings", _is("$$this.review", "pending"))),
        visits="$probes.total",
        failed="$probes.failed",
        inconclusive="$probes.inconclusive",
        failed_share="$probes.share",
    ),
]
_SCORED: Pipeline = [
    {"$unwind": "$items"},
    _shown(
        rows.Scored,
        indicator="$items.indicator",
        part="$items.table",
        points=_number("$items.points"),
        cap=_number("$items.cap"),
        findings=_size("$items.findings"),
        observations=_size("$items.observations"),
    ),
]
_COLUMNS: Pipeline = [
    *_with_site("group"),
    {"$unwind": "$columns"},
    _shown(
        rows.ColumnState,
        **{name: f"$columns.{name}" for name in ("name", "url", "cls", "level", "newest", "items", "state")},
        group={"$ifNull": ["$of.group", None]},
        age=_days("$columns.newest", "$as_of"),
    ),
]
_FAULTS: Pipeline = [*_with_site(*_SITE), _shown(rows.Fault, **_of(*_SITE), finding="$id")]
_INDICATORS: Pipeline = [
    {
        "$group": {
            "_id": {"campaign": "$campaign", "pack": "$pack", "indicator": "$indicator"},
            "findings": {"$sum": 1},
            **{review: _count(_is("$review", review)) for review in ("pending", "confirmed", "dismissed")},
            "of": {"$addToSet": {"$cond": [_is("$review", "dismissed"), None, "$site"]}},
        }
    },
    _shown(
        rows.IndicatorCount,
        **{name: f"$_id.{name}" for name in ("campaign", "pack", "indicator")},
        sites=_size(_kept("$of", {"$ne": ["$$this", None]})),
    ),
]

# --- over groups and campaigns ----------------------------------------------------------------------------------------

_TREND: Pipeline = [
    *_with_site("group", "status"),
    {"$match": {"of.status": RUNNING}},
    {
        "$group": {
            "_id": {"campaign": "$campaign", "pack": "$pack", "group": "$of.group"},
            "running": {"$sum": 1},
            "checked": _count({"$ne": ["$verdict", "not_checked"]}),
            "passed": _count(_is("$verdict", "pass")),
            "failed": _count(_is("$verdict", "fail")),
            "insufficient": _count(_is("$verdict", "insufficient")),
        }
    },
    {"$set": {name: f"$_id.{name}" for name in ("campaign", "pack", "group")}},
    *_with_campaign("title", "ends"),
    _shown(
        rows.PrefectureTrend,
        title="$plan.title",
        ends="$plan.ends",
        own=_OWN,
        pass_rate=_share("$passed", "$failed"),
    ),
]
_FAILED = _kept("$every", _is("$$this.verdict", "fail"))
_VETOED = {
    "$reduce": {"input": _each("$lost", "vetoes"), "initialValue": [], "in": {"$concatArrays": ["$$value", "$$this"]}}
}
_REPEATED = {"$gt": [_size(_kept("$vetoed", _is("$$this", "$$one"))), 1]}
_REPEAT: Pipeline = [
    {"$match": {"verdict": {"$in": ["pass", "fail"]}, "site": {"$not": {"$regex": "^row-"}}}},
    *_with_campaign(),
    {"$match": {"$expr": _OWN}},
    {"$set": {"version": _VERSION}},
    {"$sort": {"as_of": 1, "campaign": 1, "version": 1}},
    # of several versions the newest: it comes last
    {
        "$group": {
            "_id": {"campaign": "$campaign", "site": "$site"},
            **{name: {"$last": f"${name}"} for name in ("campaign", "site", "as_of", "verdict", "vetoes")},
        }
    },
    {"$sort": {"as_of": 1, "campaign": 1}},
    {
        "$group": {
            "_id": "$site",
            "every": {"$push": {name: f"${name}" for name in ("campaign", "as_of", "verdict", "vetoes")}},
            "campaign": {"$last": "$campaign"},
        }
    },
    {"$set": {"lost": _FAILED}},
    {"$match": {"lost.1": {"$exists": True}}},
    {"$set": {"vetoed": _VETOED}},
    *_with_site("name", "group", "organiser", site="$_id"),
    _shown(
        rows.RepeatOffender,
        **_of("name", "group", "organiser"),
        site="$_id",
        judged=_size("$every"),
        times=_size("$lost"),
        campaigns=_each("$lost", "campaign"),
        first={"$min": _each("$lost", "as_of")},
        last={"$max": _each("$lost", "as_of")},
        still=_is({"$arrayElemAt": [_each("$every", "verdict"), -1]}, "fail"),
        vetoes={"$setUnion": ["$vetoed", []]},
        repeated={"$setUnion": [{"$filter": {"input": "$vetoed", "as": "one", "cond": _REPEATED}}, []]},
    ),
]
_BROKEN, _MENDED = ("unmended", "returned"), ("mended", "moved")
_MENDING: Pipeline = [
    {"$match": {"state": {"$ne": "planned"}}},
    {"$sort": {"number": 1}},
    {
        "$group": {
            "_id": {"campaign": "$campaign", "pack": "$pack", "finding": "$finding"},
            "looks": {"$push": {"state": "$state", "day": "$day"}},
            "state": {"$last": "$state"},
            **{name: {"$first": f"${name}"} for name in ("site", "indicator")},
        }
    },
    {"$set": {name: f"$_id.{name}" for name in ("campaign", "pack", "finding")}},
    *_looked_up("findings", {"$concat": ["$finding", ":", "$pack"]}, "fault", "first_seen", "last_seen"),
    *_with_site("name", "group"),
    {"$set": {"mends": _kept("$looks", {"$in": ["$$this.state", list(_MENDED)]})}},
    {
        "$set": {
            "mended": {"$ifNull": [{"$min": _each("$mends", "day")}, None]},
            "first_seen": {"$ifNull": ["$fault.first_seen", None]},
        }
    },
    {
        "$set": {
            "broken": _kept(
                "$looks",
                {
                    "$and": [
                        {"$in": ["$$this.state", list(_BROKEN)]},
                        {"$or": [_is("$mended", None), {"$lt": ["$$this.day", "$mended"]}]},
                    ]
                },
            )
        }
    },
    {"$set": {"last_broken": {"$ifNull": [{"$max": [{"$max": _each("$broken", "day")}, "$fault.last_seen"]}, None]}}},
    _shown(
        rows.MendingTime,
        **_of("name", "group"),
        rechecks=_size("$looks"),
        days=_days("$first_seen", "$mended"),
        days_at_least=_days("$first_seen", "$last_broken"),
        returned={"$in": ["returned", _each("$looks", "state")]},
    ),
]

# --- what was seen ----------------------------------------------------------------------------------------------------

_OPENED = {"$sortArray": {"input": _kept("$opened", {"$ne": ["$$this", None]}), "sortBy": 1}}


def _rank(share: float) -> dict[str, Any]:
    """Of ``times`` in order the first in which that share of them was through; None of none."""
    at = {"$toInt": {"$subtract": [{"$ceil": {"$multiply": [share, _size("$times")]}}, 1]}}
    return {"$cond": [_is(_size("$times"), 0), None, {"$arrayElemAt": ["$times", at]}]}


_TIMES: Pipeline = [
    {"$match": {"visit": {"$gt": 0}}},
    {
        "$group": {
            "_id": {"campaign": "$campaign", "site": "$site"},
            "visits": {"$sum": 1},
            "opened": {"$push": {"$cond": [_is("$failed", False), "$seconds", None]}},
            "failed": _count(_is("$failed", True)),
            "inconclusive": _count(_is("$failed", None)),
        }
    },
    {"$set": {"campaign": "$_id.campaign", "site": "$_id.site", "times": _OPENED}},
    *_with_site("name", "group"),
    {"$set": {"opened": _size("$times")}},
    _shown(
        rows.ResponseTime,
        **_of("name", "group"),
        availability=_share("$opened", "$failed"),
        median=_rank(0.5),
        p95=_rank(0.95),
        slowest={"$max": "$times"},
    ),
]
_LETTERS: Pipeline = [
    {"$match": {"kind": "letter"}},
    {
        "$group": {
            "_id": {"campaign": "$campaign", "site": "$site"}
            | {name: f"$data.{name}" for name in ("board", "title", "asked")},
            "answered": {"$max": "$data.answered"},
            "states": {"$addToSet": "$data.state"},
        }
    },
    _shown(
        rows.LetterTime,
        **{name: f"$_id.{name}" for name in ("campaign", "site", "board", "asked")},
        state={
            "$switch": {
                "branches": [{"case": {"$in": [word, "$states"]}, "then": word} for word in ("answered", "open")],
                "default": "unknown",
            }
        },
        days=_days("$_id.asked", "$answered"),
    ),
]

VIEWS: tuple[View, ...] = (
    View(
        "inspections", "campaigns", rows.Inspection, ("campaign",), "历次普查",
        [
            {"$match": {"rechecks": {"$in": [None, ""]}}},
            _shown(rows.Inspection, campaign="$_id", standard=_part(_part("$standard", "/", -1), ".toml", 0),
                   issuer="$issuer.name", division="$issuer.division", mode="$scope.mode"),
        ],
    ),
    View("registered_sites", "sites", rows.RegisteredSite, ("campaign", "site"), "网站登记", [_shown(rows.RegisteredSite, site="$code")]),
    View("site_verdicts", "verdicts", rows.SiteVerdict, ("campaign", "pack", "site"), "每次普查各网站的评判", _VERDICTS),
    View("scored_items", "verdicts", rows.Scored, ("campaign", "pack", "site", "indicator", "part"), "各网站的评分明细", _SCORED),
    View("column_states", "verdicts", rows.ColumnState, ("campaign", "pack", "site", "url"), "各栏目的更新情况", _COLUMNS),
    View("faults", "findings", rows.Fault, ("pack", "finding"), "问题清单：不含网址、原文和证据", _FAULTS),
    View("indicator_counts", "findings", rows.IndicatorCount, ("campaign", "pack", "indicator"), "各类问题的数量和涉及网站数", _INDICATORS),
    View("prefecture_trend", "verdicts", rows.PrefectureTrend, ("campaign", "pack", "group"), "各地区历次合格率", _TREND),
    View("repeat_offenders", "verdicts", rows.RepeatOffender, ("site",), "屡次不合格的网站", _REPEAT),
    View("mending_times", "rechecks", rows.MendingTime, ("campaign", "pack", "finding"), "问题整改用时", _MENDING),
    View("ledger_steps", "ledger", rows.LedgerEntry, ("finding", "number"), "问题台账：不含办理人和说明", [_shown(rows.LedgerEntry)]),
    View("visits", "probes", rows.Visited, ("campaign", "round", "site", "visit"), "可用性访问", [_shown(rows.Visited)]),
    View("response_times", "probes", rows.ResponseTime, ("campaign", "site"), "各网站首页的可用率和响应时间", _TIMES),
    View(
        "page_reads", "pages", rows.PageRead, (), "网页访问：不含网址",
        [{"$match": {"role": {"$nin": ["link", "probe"]}}}, _shown(rows.PageRead, host=_HOST)],
    ),
    View(
        "link_checks", "pages", rows.LinkCheck, (), "链接检查：不含网址",
        [{"$match": {"role": "link"}}, _shown(rows.LinkCheck, host=_HOST)],
    ),
    View("letter_times", "observations", rows.LetterTime, (), "网民来信的答复用时：不含来信内容", _LETTERS),
    View(
        "message_times", "message_verdicts", rows.MessageTime, ("campaign", "platform", "number"), "“我为政府网站找错”留言的办理用时",
        [
            _shown(rows.MessageTime, **{name: f"$message.{name}" for name in ("platform", "number", "site", "accepted", "closed")},
                   days=_days("$message.accepted", "$message.closed")),
        ],
    ),
)  # fmt: skip


def prepare(db: Database[dict[str, Any]]) -> None:
    """As often as you like; a view whose pipeline changed is made anew."""
    there = {c["name"]: c.get("options", {}) for c in db.list_collections(filter={"type": "view"})}
    for view in VIEWS:
        if there.get(view.name, {}).get("pipeline") == view.pipeline:
            continue
        if view.name in there:
            db.drop_collection(view.name)
        db.command("create", view.name, viewOn=view.of, pipeline=view.pipeline)


def found(db: Database[dict[str, Any]], view: View, campaigns: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """The view's rows of these campaigns, in no order, as the server has them; none named: of all, and of rechecks.

    Made from the collection, whether or not the view is there; who may not read that is given what the view shows.
    """
    try:
        yield from _sent(db[view.of], _limited(view, campaigns))
    except OperationFailure as error:
        if error.code != FORBIDDEN:
            raise
        yield from _sent(db[view.name], [_of_these(view, campaigns)])


def _sent(collection: Collection[dict[str, Any]], pipeline: Pipeline) -> Iterator[dict[str, Any]]:
    with collection.aggregate(pipeline, batchSize=BATCH, allowDiskUse=True) as cursor:
        yield from cursor


def _limited(view: View, campaigns: Sequence[str]) -> Pipeline:
    """Before anything is joined, where an index can do it; what goes over campaigns counts all of them."""
    if not campaigns:
        return view.pipeline
    if view.row is rows.RepeatOffender:
        return [*view.pipeline, _of_these(view, campaigns)]
    field = "_id" if view.of == "campaigns" else "campaign"
    return [{"$match": {field: {"$in": list(campaigns)}}}, *view.pipeline]


def _of_these(view: View, campaigns: Sequence[str]) -> dict[str, Any]:
    field = "campaigns" if view.row is rows.RepeatOffender else "campaign"
    return {"$match": {field: {"$in": list(campaigns)}} if campaigns else {}}


NAMED = {view.name: view for view in VIEWS}
