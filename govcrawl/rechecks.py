"""整改复查: the confirmed findings of a campaign looked at again.

A recheck is a campaign of its own, ``<campaign>.r<number>``, so it has its own queue, pages and evidence, and touches no verdict.  Its
work are the pages that its findings rest on, as they were asked for the first time, and the home page of each site; a second round looks
where a list names the text of a page that is gone.  Sites that could not be opened are visited again, beside some that could, for where
nothing opens the fault may be ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import msgspec

from govcrawl import desk, ledger
from govcrawl.contracts import Campaign, Role, Scope, Site, Task
from govcrawl.documents import StoredFinding, StoredRecheck
from govcrawl.errors import InputError
from govcrawl.frontier.codec import decode, encode, host_of
from govcrawl.linked import mark, named
from govcrawl.reading.urls import canonical, identity
from govcrawl.seeds import HOME, visit
from govcrawl.store import AT_ONCE, NOT_READ, Store
from govcrawl.stored import as_document, upsert
from govcrawl.visits import beat

OF_VISITS = ("site_unreachable", "home_unavailable")
MOST_VISITS = 20  #: to one site: what a quarter's standard asks of a campaign is not asked of each recheck
WITNESSES = 3  #: sites that could be opened, visited beside those that could not
MOST_PAGES = 100  #: looked at again of one finding
MOST_FEET = 10  #: likewise, of one that every page of a site shows
ROOM = 300  #: pages of a site beside those planned: further pages of their lists
#: Of a page, to tell what became of it.
_OF_PAGES = ("url", "role", "kind", "outcome", "status", "at", "absent", "links", "children", "rendered")
#: Roles in which nothing is asked for again by itself.
_NOT_AGAIN: tuple[Role, ...] = ("probe", "closed", "nowhere")


def begin(store: Store, campaign: Campaign, pack: str, today: date) -> Campaign:
    """The recheck that is not judged yet, else a new one.  ``pack``: by which the findings were confirmed.  InputError where none was."""
    number = max(numbers(store, campaign.id), default=0)
    if number and store.db["rechecks"].find_one({"campaign": campaign.id, "number": number, "state": "planned"}):
        return store.campaign(f"{campaign.id}.r{number}")
    registered = {site.code for site in store.sites(campaign.id)}
    found = [f for f in _confirmed(store, campaign.id, pack) if f.site in registered]
    if not found:
        raise InputError(
            campaign.id, 0, f"按标准 {pack} 没有已确认的问题，无可复查；请先用 govcrawl review 或 govcrawl console 复核"
        )
    return _planned(store, campaign, number + 1, pack, today, found)


def numbers(store: Store, campaign: str) -> list[int]:
    """Of the rechecks that were begun."""
    return sorted(number_of(d["_id"]) for d in store.db["campaigns"].find({"rechecks": campaign}, {"_id": 1}))


def number_of(recheck: str) -> int:
    """``yn-2018q2.r3`` → 3"""
    return int(recheck.rpartition(".r")[2])


def _confirmed(store: Store, campaign: str, pack: str) -> list[StoredFinding]:
    """And those that an office was told of though nobody reviewed them."""
    found = store.db["findings"].find({"campaign": campaign, "pack": pack, "review": "confirmed"})
    told = desk.some(store.db, sorted(ledger.notified(store.db, campaign)))
    every = [msgspec.convert(d, StoredFinding) for d in found]
    every += [f for f in told if f.pack == pack and f.review == "pending"]
    return sorted(every, key=lambda f: (f.site, f.indicator, f.id))


def _planned(
    store: Store, campaign: Campaign, number: int, pack: str, today: date, findings: Sequence[StoredFinding]
) -> Campaign:
    """The work first: a recheck whose campaign is stored has all of it."""
    by_site: dict[str, list[StoredFinding]] = {}
    for finding in findings:
        by_site.setdefault(finding.site, []).append(finding)
    plans = [
        plan for site, own in by_site.items() for plan in _plans(store, campaign.id, number, pack, _Stored(store, campaign.id, site), own)
    ]  # fmt: skip
    _replace(store, campaign.id, number, plans)
    sites = {site.code: site for site in store.sites(campaign.id)}
    wanted = {
        *by_site,
        *(_witnesses(store, campaign.id, by_site) if any(f.indicator in OF_VISITS for f in findings) else ()),
    }
    most = max(sum(len(p.tasks) for p in plans if p.site == code) for code in by_site)
    recheck = replace(
        campaign,
        id=f"{campaign.id}.r{number}",
        title=f"{campaign.title}第{number}次复查",
        rechecks=campaign.id,
        series="",
        standard=pack,
        starts=today,
        ends=today,
        rounds=2,
        scope=Scope(),
        previous=(),
        reposts=(),
        probe=replace(campaign.probe, per_round=min(campaign.probe.per_round, MOST_VISITS)),
        crawl=replace(campaign.crawl, max_pages=max(campaign.crawl.max_pages, most + ROOM)),
    )
    columns = [c for c in store.registered_columns(campaign.id) if c.site in by_site]
    store.save_plan(recheck, [sites[code] for code in sorted(wanted & sites.keys())], wanted, columns)
    return recheck


def _witnesses(store: Store, campaign: str, but: Mapping[str, Any]) -> list[str]:
    """Sites that opened at every visit."""
    query = {"campaign": campaign, "failed": False}
    failed = set(store.db["probes"].distinct("site", {"campaign": campaign, "failed": True}))
    return sorted(set(store.db["probes"].distinct("site", query)) - failed - but.keys())[:WITNESSES]


@dataclass
class _Stored:
    """What the campaign has of one site: pages by the identity of their URL."""

    store: Store
    campaign: str
    site: str

    def __post_init__(self) -> None:
        wanted = dict.fromkeys(("url", "role", "task", "links", "outcome", "rendered"), 1)
        query = {"campaign": self.campaign, "site": self.site, "role": {"$nin": list(_NOT_AGAIN)}}
        self.by_id: dict[str, dict[str, Any]] = {}
        self.at: dict[str, dict[str, Any]] = {}
        for d in self.store.db["pages"].find(query, wanted).sort("_id", 1):
            self.by_id[d["_id"]] = d
            if d["role"] not in NOT_READ and d["outcome"] == "ok":
                self.at.setdefault(identity(d["url"]), d)

    def naming(self, url: str) -> Iterator[dict[str, Any]]:
        """Pages on which a link to ``url`` stands."""
        one = mark(url)
        return (d for d in self.at.values() if named([one], d.get("links", b"")))


def _plans(
    store: Store, campaign: str, number: int, pack: str, stored: _Stored, findings: Sequence[StoredFinding]
) -> Iterator[StoredRecheck]:
    ids = sorted({id_ for f in findings for id_ in f.seen})
    pages: dict[str, str] = {}
    for n in range(0, len(ids), AT_ONCE):
        pages |= {o.id: o.page for o in store.observations_of(ids[n : n + AT_ONCE])}
    for f in findings:
        own = dict.fromkeys([f.evidence, *(pages[id_] for id_ in f.seen if id_ in pages)])
        tasks = [_again(stored.by_id[id_]) for id_ in own if id_ in stored.by_id]
        tasks = tasks[: MOST_FEET if f.indicator == "missing_identity" else MOST_PAGES]
        if f.indicator == "dead_link":
            tasks += [_again(d) for d in stored.naming(f.url)][:MOST_PAGES]
        if there := stored.at.get(identity(f.found_on)) if f.found_on else None:
            tasks.append(_again(there))
        yield StoredRecheck(
            campaign,
            number,
            f.id,
            pack,
            f.site,
            f.indicator,
            f.url,
            f.wording or f.excerpt,
            tasks=tuple(dict.fromkeys(map(encode, tasks))),
            drawn=any(stored.by_id[id_]["rendered"] for id_ in own if id_ in stored.by_id),
        )


def _again(page: Mapping[str, Any]) -> Task:
    """As it was asked for then; a browser draws it again where the plain page leaves anything open."""
    return replace(decode(page["task"]), kind="site", priority=HOME)


def _replace(store: Store, campaign: str, number: int, plans: Iterable[StoredRecheck]) -> None:
    scope = {"campaign": campaign, "number": number}
    store.db["rechecks"].delete_many(scope)  # what a command left that was cut off before its plan was whole
    save(store, plans)


def save(store: Store, rechecks: Iterable[StoredRecheck]) -> None:
    """Each replaces what is stored of the same finding and number."""
    every = list(rechecks)
    for n in range(0, len(every), AT_ONCE):
        upsert(store.db["rechecks"], [as_document(r, f"{r.finding}:{r.number}") for r in every[n : n + AT_ONCE]])


def of_recheck(store: Store, campaign: str, number: int) -> list[StoredRecheck]:
    """In the order of sites, indicators and findings."""
    found = store.db["rechecks"].find({"campaign": campaign, "number": number})
    return sorted((msgspec.convert(d, StoredRecheck) for d in found), key=lambda r: (r.site, r.indicator, r.finding))


def before(store: Store, campaign: str, number: int) -> dict[str, list[StoredRecheck]]:
    """Finding → what earlier rechecks found, the first one first."""
    earlier: dict[str, list[StoredRecheck]] = {}
    for d in store.db["rechecks"].find({"campaign": campaign, "number": {"$lt": number}}):
        earlier.setdefault(d["finding"], []).append(msgspec.convert(d, StoredRecheck))
    return {finding: sorted(own, key=lambda r: r.number) for finding, own in earlier.items()}


def seeds(recheck: Campaign, number: int, store: Store, now: float) -> Iterator[Task]:
    """The first tasks of a round; ``number`` 2: texts that are elsewhere now."""
    plans = of_recheck(store, recheck.rechecks, number_of(recheck.id))
    if number > 1:
        yield from (decode(raw) for plan in plans for raw in plan.elsewhere)
        return
    codes = {plan.site for plan in plans}
    shut = {plan.site for plan in plans if plan.indicator in OF_VISITS}
    for site in store.sites(recheck.id, chosen_only=True):
        if site.code in codes:
            yield home(site)
        if site.code in shut or site.code not in codes:
            yield visit(site, beat(site.code, recheck.probe.spacing_s, now))
    yield from (decode(raw) for plan in plans for raw in plan.tasks)


# --- what a recheck saw ----------------------------------------------------------------------------------------------


def pages_of(store: Store, recheck: str, site: str) -> dict[str, dict[str, Any]]:
    """By ``_id``: what tells what became of each page."""
    found = store.db["pages"].find({"campaign": recheck, "site": site}, dict.fromkeys(_OF_PAGES, 1))
    return {d["_id"]: d for d in found}


def answers(store: Store, recheck: str) -> list[tuple[datetime, str]]:
    """When a host answered anything, in order."""
    found = store.db["pages"].find({"campaign": recheck}, {"url": 1, "at": 1, "status": 1})
    return sorted((d["at"], host_of(d["url"])) for d in found if d["status"] is not None)


def titles(store: Store, campaign: str, site: str, url: str) -> list[str]:
    """Of the texts that stood at an address."""
    query = {"campaign": campaign, "site": site, "kind": "article"}
    seen = store.db["observations"].find(query, {"url": 1, "data.title": 1})
    return [d["data"]["title"] for d in seen if identity(d["url"]) == identity(url)]


def known(store: Store, campaign: str, site: str, urls: Iterable[str]) -> set[str]:
    """Which of the addresses a campaign asked for, by their identity."""
    wanted = sorted(set(urls))
    found = store.db["pages"].find({"campaign": campaign, "site": site, "url": {"$in": wanted}}, {"url": 1})
    return {identity(d["url"]) for d in found} if wanted else set()


def home(site: Site) -> Task:
    return Task(site.code, "site", "home", canonical(site.home), priority=HOME)
