"""All sites of a campaign, judged from what is stored: some together, and on every core.

What must be known of a site beside its pages and visits is put together before (``Brief``); whoever judges it reads the rest himself,
and stores the verdict.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from multiprocessing import get_context, parent_process

from govcrawl.contracts import Campaign, Observation, RegisteredColumn, Site, Trace, Verdict
from govcrawl.reading.urls import identity, same_site
from govcrawl.store import Looks, Store, shared
from pipelines.allowed import NOTHING, Allowed
from pipelines.dead_links import placed
from pipelines.history import dated
from pipelines.judged_duties import judge_duties
from pipelines.judged_identity import other_codes
from pipelines.outages import CutOff, without
from pipelines.rulings import Beside
from pipelines.scoring import score
from pipelines.standards import load_pack
from pipelines.standards.packs import Pack
from pipelines.suspicions import trace

TOGETHER = 50  #: sites whose documents are read at once: some tens of megabytes
WORTH_IT = 4 * TOGETHER  #: sites; fewer are judged before other processes have started
YOUNG_OBJECTS = 100_000  #: some sites' documents; looking for cycles among them at every 700 is a fifth of the time


@dataclass(frozen=True, slots=True)
class Terms:
    """By what all sites of a campaign are judged; each process reads the pack for itself."""

    campaign: Campaign
    standard: str  #: as ``load_pack`` takes it
    allowed: Allowed = NOTHING  #: words that are no typos

    @property
    def pack(self) -> Pack:
        return load_pack(self.standard)


@dataclass(frozen=True, slots=True)
class Brief:
    """One site.  ``complete`` False: its crawl goes on, or was cut short."""

    site: Site
    chosen: bool = True  #: in the campaign's scope
    complete: bool = True
    columns: Mapping[str, RegisteredColumn] = field(default_factory=dict)  #: by the identity of their URL
    cut_off: CutOff = field(default_factory=dict)  #: visits that failed while we were, or may have been, cut off
    cut_off_at: Sequence[tuple[datetime, datetime]] = ()  #: when we were, wherever
    former: str = ""  #: its home page in the last earlier campaign


def judge_all(store: Store, terms: Terms, briefs: Sequence[Brief], cores: int = 0) -> Iterator[Verdict]:
    """Verdicts in the order of the briefs; each is stored when it comes.  ``cores`` 0: all that this process may use."""
    cores = cores or len(os.sched_getaffinity(0))
    some = [briefs[n : n + TOGETHER] for n in range(0, len(briefs), TOGETHER)]
    if cores < 2 or len(briefs) < WORTH_IT:
        for few in some:
            yield from judge(store, terms, few)
        return
    # a process that is forked would share this one's connections
    with ProcessPoolExecutor(cores, get_context("spawn"), _begin) as pool:
        try:
            with _undisturbed():  # it starts the processes: one that is half started would be waited for in vain
                found = pool.map(partial(_judge, store.uri, terms), some)
            for verdicts in found:
                yield from verdicts
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Ctrl-C is for whoever started this process, which doesn't outlive him."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # what is loaded by now stays
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _judge(uri: str, terms: Terms, briefs: Sequence[Brief]) -> list[Verdict]:
    return judge(shared(uri), terms, briefs)


def judge(store: Store, terms: Terms, briefs: Sequence[Brief]) -> list[Verdict]:
    """Reads, judges, and stores the verdicts under the pack's version."""
    campaign = terms.campaign
    looks = store.looks(campaign.id, [one.site.code for one in briefs if one.chosen])
    codes = {
        one.site.code: other_codes(looks[one.site.code].observations, one.site.code) for one in briefs if one.chosen
    }
    names = store.site_names(campaign.id, every) if (every := set().union(*codes.values())) else {}
    verdicts = []
    for one in briefs:
        own = {code: names[code] for code in codes.get(one.site.code, ()) if code in names}
        beside = Beside(own, one.former, campaign.reposts)
        verdicts.append(verdict_on(terms, one, looks[one.site.code], beside) if one.chosen else _unchecked(terms, one))
    store.save_verdicts(verdicts)
    store.save_traces(campaign.id, [one.site.code for one in briefs], _traces(store, briefs, looks, verdicts))
    duties = [
        duty
        for one in briefs
        if one.chosen
        for duty in judge_duties(campaign, one.site, looks[one.site.code].observations)
    ]
    store.save_duties(campaign.id, [one.site.code for one in briefs], duties)
    return verdicts


def _traces(
    store: Store, briefs: Sequence[Brief], looks: Mapping[str, Looks], verdicts: Iterable[Verdict]
) -> list[Trace]:
    outward = {
        code: [page for page, url in looks[code].links.items() if not same_site(url, one.site.home)]
        for one in briefs
        if one.chosen
        for code in [one.site.code]
    }
    links = store.outlinks([page for own in outward.values() for page in own])
    return [
        trace(one.site, [links[page] for page in outward[code]], without(looks[code].probes, one.cut_off), verdict)
        for one, verdict in zip(briefs, verdicts, strict=True)
        if one.chosen
        for code in [one.site.code]
    ]


def _unchecked(terms: Terms, brief: Brief) -> Verdict:
    return Verdict(terms.campaign.id, brief.site.code, terms.pack.label, terms.campaign.ends, "not_checked")


def verdict_on(terms: Terms, brief: Brief, looks: Looks, beside: Beside) -> Verdict:
    campaign, site = terms.campaign, brief.site
    seen = [_when_cut_off(_as_registered(o, brief.columns), brief.cut_off_at) for o in looks.observations]
    seen = placed(seen, looks.named)
    probes = without(looks.probes, brief.cut_off)
    by = partial(
        score, site, pack=terms.pack, campaign=campaign.id, as_of=campaign.ends, allowed=terms.allowed, beside=beside
    )
    verdict = by(
        seen, probes, pages=len(looks.read), visits=campaign.rounds * campaign.probe.per_round,
        rounds=campaign.rounds, complete=brief.complete,
    )  # fmt: skip
    return dated(verdict, seen, probes, partial(by, probes=(), pages=0))


def _when_cut_off(seen: Observation, spells: Sequence[tuple[datetime, datetime]]) -> Observation:
    """A link that gave no answer says so itself where it was asked for while we were cut off."""
    silent = seen.kind == "dead_link" and isinstance(seen.data["status"], str)
    if not silent or not any(begins <= seen.at <= ends for begins, ends in spells):
        return seen
    return replace(seen, data=seen.data | {"cut_off": True})


def _as_registered(seen: Observation, columns: Mapping[str, RegisteredColumn]) -> Observation:
    """A column's name and class are what the site registered, where it did; else what reading made of the page."""
    column = columns.get(identity(seen.data["column"])) if columns and seen.kind == "column" else None
    if column is None:
        return seen
    told = {"registered": True, "name": column.name} | ({"cls": column.cls} if column.cls else {})
    return replace(seen, data=seen.data | told)
