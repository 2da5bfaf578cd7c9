"""What an analyst may read: views that join what belongs together, without the exchanges, tasks, users and excerpts behind it.

A view is a stored pipeline; who may read it need not be allowed to read what it is made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

Pipeline = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class View:
    name: str
    of: str  #: collection
    pipeline: Pipeline
    chinese: str


def _with_site(id_: str = "$site") -> Pipeline:
    """Name and group of the site, from the register of the same campaign."""
    key = {"$concat": ["$campaign", ":", id_]}
    find: Pipeline = [
        {"$match": {"$expr": {"$eq": ["$_id", "$$key"]}}},
        {"$project": {"_id": 0, "name": 1, "group": 1, "organiser": 1, "level": 1}},
    ]
    return [
        {"$lookup": {"from": "sites", "let": {"key": key}, "pipeline": find, "as": "of"}},
        {"$unwind": {"path": "$of", "preserveNullAndEmptyArrays": True}},
    ]


def _only(**more: Any) -> Mapping[str, Any]:
    of_site = {name: f"$of.{name}" for name in ("name", "group", "organiser", "level")}
    return {"$project": {"campaign": 1, "site": 1} | of_site | more}


VIEWS: tuple[View, ...] = (
    View(
        "site_verdicts", "verdicts",
        [*_with_site(), dict(_only(pack=1, verdict=1, vetoes=1, deductions=1, score=1, reasons=1, doubts=1, pages=1, probes=1, as_of=1))],
        "每次普查各网站的评判",
    ),
    View(
        "indicator_counts", "findings",
        [
            {"$group": {
                "_id": {"campaign": "$campaign", "pack": "$pack", "indicator": "$indicator", "review": "$review"},
                "findings": {"$sum": 1}, "of": {"$addToSet": "$site"},
            }},
            {"$project": {
                "_id": 0, "campaign": "$_id.campaign", "pack": "$_id.pack", "indicator": "$_id.indicator", "review": "$_id.review",
                "findings": 1, "sites": {"$size": "$of"},
            }},
        ],
        "各类问题的数量和涉及网站数",
    ),
    View(
        "faults", "findings",
        [*_with_site(), dict(_only(pack=1, indicator=1, review=1, first_seen=1, last_seen=1, gone=1))],
        "问题清单：不含网址、原文和证据",
    ),
    View(
        "visits", "probes",
        [*_with_site(), dict(_only(round=1, visit=1, at=1, seconds=1, outcome=1, status=1, failed=1))],
        "可用性访问和响应时间",
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
