"""MongoDB: the plan and the results, the truth that everything else can be rebuilt from.

Every ``_id`` follows from what the document is (campaign, round, task, site …), and every write is an upsert: twice is once.  Results
bear ``claimed``, when their lease was given (Unix seconds of Redis's clock): what was claimed later is never replaced by what was claimed
earlier, so a worker that slept and lost its lease changes nothing.

What the documents of each collection hold stands in ``documents.py``, and for an analyst in what ``govcrawl schema`` prints.
Days are ISO strings, moments are BSON dates (UTC).
"""

from __future__ import annotations

import atexit
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import msgspec
import pymongo
from pymongo import ASCENDING, DeleteMany
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from govcrawl import answers, migrations, reviews, schema
from govcrawl.contracts import (
    Account,
    AccountVerdict,
    Answer,
    Campaign,
    Decision,
    Duty,
    Finding,
    Message,
    MessageVerdict,
    Named,
    Observation,
    Outlink,
    Probe,
    RegisteredColumn,
    Result,
    Site,
    Suspicion,
    Task,
    Trace,
    Verdict,
)
from govcrawl.documents import StoredBulletin, StoredBulletinFile
from govcrawl.errors import UnknownCampaign
from govcrawl.frontier.codec import decode
from govcrawl.frontier.frontier import Dead, round_key, split_round
from govcrawl.patience import end_soon
from govcrawl.services import DATABASE
from govcrawl.stored import (
    Document,
    account_id,
    as_document,
    duty_id,
    message_id,
    of_observation,
    of_page,
    of_probe,
    page_id,
    part_id,
    replace_earlier,
    upsert,
)

#: Scrapy lets every logger speak; the driver's account of its commands, which nobody keeps, is a fifth of a write.
logging.getLogger("pymongo").setLevel(logging.INFO)

logger = logging.getLogger(__name__)
T = TypeVar("T")
#: Roles of exchanges that are no page of the site.
NOT_READ = ("link", "file", "probe", "as_engine", "script", "style", "nowhere", "closed")
#: Of a page, for judging its site.  Each field of each page is a third of a second for 1,000 sites of the embedded server's time.
LOOKED_AT = ("site", "url", "outcome", "role", "claimed", "links")
OUTLINK = ("url", "outcome", "status", "title", "task")
AT_ONCE = 500  #: ids in one query: the embedded server's time grows with their square


@cache
def shared(uri: str) -> Store:
    """The one of this process: spiders and pipelines need no connections of their own."""
    store = Store(uri)
    atexit.register(end_soon, store.close)
    return store


@dataclass(frozen=True, slots=True)
class Looks:
    """What the crawl saw of one site, over all rounds."""

    observations: list[Observation] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)
    read: set[str] = field(default_factory=set)  #: URLs of the pages that were read
    #: round, URL, role of each, marks of its links
    named: list[tuple[int, str, str, bytes]] = field(default_factory=list)
    links: dict[str, str] = field(
        default_factory=dict
    )  #: _id of the page → URL, of those that were checked, on its own host too


class Store:
    """One MongoDB database.  ``uri`` may name it; ``govcrawl`` otherwise."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        # the driver retries a write once by itself; waiting for a store that is away is the caller's work
        self.client: pymongo.MongoClient[Document] = pymongo.MongoClient(
            uri, tz_aware=True, serverSelectionTimeoutMS=5000, retryWrites=True, w="majority"
        )
        self.db: Database[Document] = self.client.get_default_database(DATABASE)

    def close(self) -> None:
        self.client.close()

    def prepare(self) -> None:
        """Collections, their indexes, and validators where the server has them; before anything is written."""
        schema.prepare(self.db)

    # --- the plan ---

    def save_plan(
        self,
        campaign: Campaign,
        sites: Sequence[Site],
        chosen: Iterable[str],
        columns: Sequence[RegisteredColumn],
        messages: Sequence[Message] = (),
        accounts: Sequence[Account] = (),
        named: Sequence[Named] = (),
    ) -> None:
        """The campaign and its register; replaces what an earlier plan of the same campaign wrote."""
        migrations.stamp_new(self.db)
        picked = set(chosen)
        of_campaign = {"campaign": campaign.id}
        for name, found in (
            (
                "sites",
                [as_document(s, f"{campaign.id}:{s.code}", **of_campaign, chosen=s.code in picked) for s in sites],
            ),
            ("columns", [as_document(c, f"{campaign.id}:{n}", **of_campaign) for n, c in enumerate(columns)]),
            ("messages", [as_document(m, message_id(campaign.id, m), **of_campaign) for m in messages]),
            ("accounts", [as_document(a, account_id(campaign.id, a), **of_campaign) for a in accounts]),
            ("named", [as_document(n, f"{campaign.id}:{n.line:06}", **of_campaign) for n in named]),
        ):
            self._replace_all(name, of_campaign, found)
        # last: a campaign that is stored has all of its plan
        upsert(self.db["campaigns"], [as_document(campaign, campaign.id)])

    def campaign(self, id_: str) -> Campaign:
        document = self.db["campaigns"].find_one({"_id": id_})
        if document is None:
            raise UnknownCampaign(id_)
        return _load(document, Campaign)

    def series(self, name: str) -> list[Campaign]:
        """The months of a recurring file that were planned, the first one first."""
        found = self.db["campaigns"].find({"series": name})
        return sorted((_load(d, Campaign) for d in found), key=lambda c: c.starts)

    def sites(self, campaign: str, chosen_only: bool = False) -> list[Site]:
        found = self.db["sites"].find({"campaign": campaign} | ({"chosen": True} if chosen_only else {}))
        return sorted((_load(d, Site) for d in found), key=lambda s: s.code)

    def site(self, campaign: str, code: str) -> Site | None:
        document = self.db["sites"].find_one({"_id": f"{campaign}:{code}"})
        return _load(document, Site) if document else None

    def registered_columns(self, campaign: str) -> list[RegisteredColumn]:
        found = self.db["columns"].find({"campaign": campaign})
        return [_load(d, RegisteredColumn) for d in sorted(found, key=lambda d: int(d["_id"].rpartition(":")[2]))]

    def messages(self, campaign: str) -> list[Message]:
        return [_load(d, Message) for d in self.db["messages"].find({"campaign": campaign}).sort("_id", 1)]

    def accounts(self, campaign: str) -> list[Account]:
        return [_load(d, Account) for d in self.db["accounts"].find({"campaign": campaign}).sort("_id", 1)]

    def named(self, campaign: str) -> list[Named]:
        return [_load(d, Named) for d in self.db["named"].find({"campaign": campaign}).sort("_id", 1)]

    def _replace_all(self, collection: str, scope: Mapping[str, Any], documents: Sequence[Document]) -> None:
        """What the collection holds within ``scope`` becomes ``documents``; never is one missing that stays."""
        there = {d["_id"]: d for d in self.db[collection].find(scope)}
        wanted = {d["_id"]: d for d in documents}
        upsert(self.db[collection], [d for id_, d in wanted.items() if there.get(id_) != d])
        gone = [id_ for id_ in there if id_ not in wanted]
        for n in range(0, len(gone), AT_ONCE):
            self.db[collection].delete_many({**scope, "_id": {"$in": gone[n : n + AT_ONCE]}})

    # --- results ---

    def save_results(self, results: Sequence[Result]) -> None:
        """Pages, visits and observations of finished tasks, in bulk.  Durable when it returns."""
        pages = [of_page(r) for r in results]
        upsert(self.db["observations"], [of_observation(o, r.lease) for r in results for o in r.observations])
        replace_earlier(self.db["probes"], [of_probe(r.probe, r.lease) for r in results if r.probe])
        # after them: a page that is stored has all of its observations
        replace_earlier(self.db["pages"], pages)
        self._forget_overtaken([page["_id"] for page in pages])
        upsert(self.db["targets"], answers.targets(results, [page["_id"] for page in pages]))

    def _forget_overtaken(self, pages: Sequence[str]) -> None:
        """Observations of these pages that an earlier exchange left, or a late worker just wrote."""
        stored = self.db["pages"].find({"_id": {"$in": pages}}, {"claimed": 1})
        old = [DeleteMany({"page": d["_id"], "claimed": {"$lt": d["claimed"]}}) for d in stored]
        if old:
            self.db["observations"].bulk_write(old, ordered=False)

    def looks(self, campaign: str, sites: Sequence[str]) -> dict[str, Looks]:
        """Site → all that was seen of it, in the exchanges that the pages hold; not what a worker left that died over another."""
        query = {"campaign": campaign, "site": {"$in": list(sites)}}
        found, claimed = {site: Looks() for site in sites}, {}
        for d in self.db["pages"].find(query, dict.fromkeys(LOOKED_AT, 1)):
            claimed[d["_id"]] = d["claimed"]
            if d["outcome"] == "ok" and d["role"] not in NOT_READ:
                found[d["site"]].read.add(d["url"])
                number = split_round(d["_id"].rpartition(":")[0])[1]
                found[d["site"]].named.append((number, d["url"], d["role"], d.get("links", b"")))
            elif d["role"] == "link":
                found[d["site"]].links[d["_id"]] = d["url"]
        for d in self.db["observations"].find(query):
            if d["claimed"] == claimed.get(d["page"]):
                d["id"] = d["_id"]
                found[d["site"]].observations.append(_load(d, Observation))
        for d in self.db["probes"].find(query):
            found[d["site"]].probes.append(_load(d, Probe))
        return found

    def outlinks(self, pages: Sequence[str]) -> dict[str, Outlink]:
        """_id → the link that was checked, of those of these pages that are one."""
        some = [{"_id": {"$in": list(pages[n : n + AT_ONCE])}} for n in range(0, len(pages), AT_ONCE)]
        found = (d for query in some for d in self.db["pages"].find(query, dict.fromkeys(OUTLINK, 1)))
        return {d["_id"]: answers.outlink(d) for d in found}

    def observations(self, campaign: str, site: str) -> list[Observation]:
        return self.looks(campaign, [site])[site].observations

    def observations_of(self, ids: Iterable[str]) -> list[Observation]:
        """Those of these ``_id``s that no later exchange has replaced."""
        return [
            _load(d | {"id": d["_id"]}, Observation) for d in self.db["observations"].find({"_id": {"$in": list(ids)}})
        ]

    def checked(self, campaign: str, check: str) -> Iterator[Observation]:
        """What one of the checks saw, on all sites."""
        for document in self.db["observations"].find({"campaign": campaign, "kind": "check"}):
            if document["data"]["check"] == check:
                yield _load(document | {"id": document["_id"]}, Observation)

    def probes(self, campaign: str, site: str) -> Iterator[Probe]:
        for document in self.db["probes"].find({"campaign": campaign, "site": site}):
            yield _load(document, Probe)

    def visits(self, campaign: str) -> Iterator[tuple[str, str, datetime, float, str]]:
        """(worker, site, moment of its end, seconds, outcome) of every availability visit, in the order of their ends."""
        wanted = {"_id": 0, "worker": 1, "site": 1, "at": 1, "seconds": 1, "outcome": 1}
        in_time = [("campaign", ASCENDING), ("at", ASCENDING)]
        for d in self.db["probes"].find({"campaign": campaign}, wanted).sort(in_time):
            yield d["worker"], d["site"], d["at"], d["seconds"], d["outcome"]

    def failing(self, campaign: str, number: int) -> int:
        """Sites of which a visit of the round failed."""
        query = {"campaign": campaign, "round": number, "failed": True}
        return len(self.db["probes"].distinct("site", query))

    def pages(self, ids: Iterable[str]) -> list[Document]:
        return list(self.db["pages"].find({"_id": {"$in": list(ids)}}))

    def pages_at(self, campaign: str, site: str, url: str) -> list[Document]:
        """Every exchange of one URL that brought a page to read, earlier ones first."""
        query = {"campaign": campaign, "site": site, "url": url, "outcome": "ok", "role": {"$nin": list(NOT_READ)}}
        return sorted(self.db["pages"].find(query), key=lambda d: d["at"])

    def finished(self, campaign: str, number: int) -> Iterator[Task]:
        """Tasks of a round whose result is stored.  Raises BadMessage, as ``led_to``: together all that fills the queue again."""
        for document in self.db["pages"].find({"campaign": campaign, "round": number}, {"task": 1}):
            yield decode(document["task"])

    def led_to(self, campaign: str, number: int) -> Iterator[Task]:
        """What they led to."""
        for document in self.db["pages"].find({"campaign": campaign, "round": number}, {"children": 1}):
            yield from map(decode, document["children"])

    # --- rounds ---

    def open_round(self, campaign: str, number: int) -> None:
        """From now on workers serve it, and put it back on a Redis that lost it."""
        key = round_key(campaign, number)
        self.db["rounds"].update_one({"_id": key}, {"$set": {"campaign": campaign, "open": True}}, upsert=True)

    def close_round(self, campaign: str, number: int, incomplete: Iterable[str], why: str) -> None:
        """``incomplete``: sites whose work in this round was cut short; ``why``: a sentence for the bulletin, or empty."""
        document = {
            "_id": round_key(campaign, number),
            "campaign": campaign,
            "open": False,
            "incomplete": sorted(incomplete),
            "why": why,
        }
        upsert(self.db["rounds"], [document])

    def open_rounds(self, campaign: str = "") -> list[str]:
        """Keys of the rounds that are not closed, of one campaign or of all."""
        query = {"open": True} | ({"campaign": campaign} if campaign else {})
        return sorted(d["_id"] for d in self.db["rounds"].find(query, {"_id": 1}))

    def closed_rounds(self, campaign: str) -> dict[str, tuple[set[str], str]]:
        """Round key → incomplete sites and why."""
        found = self.db["rounds"].find({"campaign": campaign, "open": False})
        return {d["_id"]: (set(d["incomplete"]), d["why"]) for d in found}

    def save_dead(self, campaign: str, number: int, dead: Sequence[Dead]) -> None:
        """Tasks of a round that were given up, before its memory on Redis is freed."""
        key = round_key(campaign, number)
        documents = [
            {
                "_id": page_id(key, one.id), "campaign": campaign, "round": number, "site": one.site, "reason": one.reason,
                "url": one.task.url if one.task else "", "role": one.task.role if one.task else "",
            }
            for one in dead
        ]  # fmt: skip
        self.forget_dead(key)
        upsert(self.db["dead"], documents)

    def dead(self, campaign: str) -> dict[str, list[Document]]:
        """Round key → tasks given up in it, of closed rounds."""
        result: dict[str, list[Document]] = {}
        for document in self.db["dead"].find({"campaign": campaign}).sort("_id", 1):
            result.setdefault(round_key(campaign, document["round"]), []).append(document)
        return result

    def forget_dead(self, key: str) -> None:
        campaign, number = split_round(key)
        self.db["dead"].delete_many({"campaign": campaign, "round": number})

    # --- verdicts ---

    def save_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Replaces the verdicts and findings of the same campaign, site and pack; what people decided on findings stays."""
        for campaign, pack in {(v.campaign, v.pack) for v in verdicts}:
            same = [v for v in verdicts if (v.campaign, v.pack) == (campaign, pack)]
            sites = [v.site for v in same]
            decided = reviews.held(self.db, [campaign], sites)
            same = [reviews.laid_over(v, decided) for v in same]
            findings = [
                as_document(f, f"{f.id}:{pack}", pack=pack, order=reviews.order(f)) for v in same for f in v.findings
            ]
            self._replace_all("findings", {"campaign": campaign, "pack": pack, "site": {"$in": sites}}, findings)
            reviews.catch_up(self.db, campaign, sites, decided)
            upsert(self.db["verdicts"], [as_document(v, f"{v.campaign}:{v.site}:{v.pack}") for v in same])

    def findings(self, prefix: str) -> list[Document]:
        """Those whose id begins so, each once a pack."""
        return list(self.db["findings"].find({"id": {"$gte": prefix, "$lt": f"{prefix}~"}}))

    def dismissed(self, campaigns: Iterable[str]) -> list[Finding]:
        """Those of these campaigns that a person found to be none, as that person saw them."""
        return [reviews.as_finding(d) for d in self.decided(campaigns).values() if d.review == "dismissed"]

    def decided(self, campaigns: Iterable[str]) -> dict[str, Decision]:
        """Finding → the decision that holds."""
        return reviews.held(self.db, campaigns)

    def verdicts(self, campaign: str, pack: str) -> dict[str, Verdict]:
        """By site; their findings as people decided by now."""
        found, decided = self.db["verdicts"].find({"campaign": campaign, "pack": pack}), self.decided([campaign])
        return {d["site"]: reviews.laid_over(_load(d, Verdict), decided) for d in found}

    def decided_since(self, campaign: str, pack: str) -> int:
        """Findings that people see otherwise now than when these verdicts were given."""
        decided = self.decided([campaign])
        found = self.db["verdicts"].find({"campaign": campaign, "pack": pack}, {"findings": 1})
        findings = (f for d in found for f in d["findings"] if f["id"] in decided)
        return sum(decided[f["id"]].review != f["review"] for f in findings)

    def verdict(self, campaign: str, site: str, pack: str) -> Verdict | None:
        document = self.db["verdicts"].find_one({"_id": f"{campaign}:{site}:{pack}"})
        if document is None:
            return None
        return reviews.laid_over(_load(document, Verdict), reviews.held(self.db, [campaign], [site]))

    def packs(self, campaign: str) -> list[str]:
        """By which the campaign was judged: "2015@1" …"""
        found: list[str] = self.db["verdicts"].distinct("pack", {"campaign": campaign})
        return found

    def failed_sites(self, campaigns: Iterable[str]) -> set[str]:
        """Codes that failed in any of these, under any pack."""
        query = {"campaign": {"$in": list(campaigns)}, "verdict": "fail"}
        return {d["site"] for d in self.db["verdicts"].find(query, {"site": 1})}

    def save_duties(self, campaign: str, sites: Sequence[str], duties: Sequence[Duty]) -> None:
        """Replaces those of these sites."""
        scope = {"campaign": campaign, "site": {"$in": list(sites)}}
        self._replace_all("duties", scope, [as_document(d, duty_id(d)) for d in duties])

    def duties(self, campaign: str) -> list[Duty]:
        return [_load(d, Duty) for d in self.db["duties"].find({"campaign": campaign}).sort("_id", 1)]

    def site_names(self, campaign: str, codes: Iterable[str]) -> dict[str, str]:
        """Code → 网站名称 of those that the register has."""
        found = self.db["sites"].find(
            {"_id": {"$in": [f"{campaign}:{code}" for code in codes]}}, {"code": 1, "name": 1}
        )
        return {d["code"]: d["name"] for d in found}

    def answers(self, targets: Iterable[str]) -> dict[str, Answer]:
        """Target (``codec.target_of``) → what it said to whoever asked it in that round."""
        asked = {d["page"]: d["_id"] for d in self.db["targets"].find({"_id": {"$in": list(targets)}})}
        return {asked[d["_id"]]: answers.answer(d) for d in self.pages(asked)}

    def save_traces(self, campaign: str, sites: Sequence[str], traces: Sequence[Trace]) -> None:
        """Replaces those of the sites."""
        found = [as_document(t, f"{campaign}:{t.site}", campaign=campaign) for t in traces]
        self._replace_all("traces", {"campaign": campaign, "site": {"$in": list(sites)}}, found)

    def traces(self, campaign: str) -> Iterator[Trace]:
        for document in self.db["traces"].find({"campaign": campaign}).sort("_id", 1):
            yield _load(document, Trace)

    def save_suspicions(self, campaign: str, suspicions: Sequence[Suspicion]) -> None:
        """Replaces those of the campaign."""
        found = [as_document(s, f"{campaign}:{s.kind}:{s.site or s.host}", campaign=campaign) for s in suspicions]
        self._replace_all("suspicions", {"campaign": campaign}, found)

    def suspicions(self, campaign: str) -> list[Suspicion]:
        return [_load(d, Suspicion) for d in self.db["suspicions"].find({"campaign": campaign}).sort("_id", 1)]

    def seen(self, campaign: str, kind: str) -> list[Observation]:
        """All observations of one kind, of all sites."""
        found = self.db["observations"].find({"campaign": campaign, "kind": kind})
        return [_load(d | {"id": d["_id"]}, Observation) for d in found]

    def save_message_verdicts(self, campaign: str, verdicts: Sequence[MessageVerdict]) -> None:
        """Replaces those of the campaign."""
        found = [as_document(v, message_id(campaign, v.message), campaign=campaign) for v in verdicts]
        self._replace_all("message_verdicts", {"campaign": campaign}, found)

    def message_verdicts(self, campaign: str) -> list[MessageVerdict]:
        return [
            _load(d, MessageVerdict) for d in self.db["message_verdicts"].find({"campaign": campaign}).sort("_id", 1)
        ]

    def save_account_verdicts(self, campaign: str, pack: str, verdicts: Sequence[AccountVerdict]) -> None:
        """Replaces those of the campaign and pack."""
        found = [as_document(v, f"{account_id(campaign, v.account)}:{pack}", campaign=campaign) for v in verdicts]
        self._replace_all("account_verdicts", {"campaign": campaign, "pack": pack}, found)

    def account_verdicts(self, campaign: str, pack: str) -> list[AccountVerdict]:
        found = self.db["account_verdicts"].find({"campaign": campaign, "pack": pack}).sort("_id", 1)
        return [_load(d, AccountVerdict) for d in found]

    def deleted(self, campaign: str, *what: str) -> bool:
        """Whether data of these kinds (none named: of any) was deleted, or begun to be, when its term was over."""
        query = {"_id": {"$in": [f"{campaign}:{kind}" for kind in what]}} if what else {"campaign": campaign}
        return self.db["deletions"].find_one(query, {"_id": 1}) is not None

    # --- final bulletins ---

    def save_bulletin(self, bulletin: StoredBulletin, parts: Sequence[StoredBulletinFile]) -> bool:
        """The files first: a bulletin that is stored has all of its files.  False: that version is another's, and nothing changed."""
        for part in parts:
            upsert(self.db["bulletin_files"], [as_document(part, part_id(bulletin, part.name, part.part))])
        try:
            self.db["bulletins"].insert_one(as_document(bulletin, f"{bulletin.campaign}:{bulletin.version}"))
        except DuplicateKeyError:
            there = next(one for one in self.bulletins(bulletin.campaign) if one.version == bulletin.version)
            return there.snapshot == bulletin.snapshot
        return True

    def bulletins(self, campaign: str) -> list[StoredBulletin]:
        """By version."""
        found = [_load(d, StoredBulletin) for d in self.db["bulletins"].find({"campaign": campaign})]
        return sorted(found, key=lambda one: one.version)

    def bulletin_file(self, bulletin: StoredBulletin, name: str, part: int) -> bytes:
        document = self.db["bulletin_files"].find_one({"_id": part_id(bulletin, name, part)})
        return _load(document or {}, StoredBulletinFile).packed


def _load(document: Mapping[str, Any], kind: type[T]) -> T:
    return msgspec.convert(document, kind)
