"""What a recheck saw, read from the store and judged, site by site; and where its second round has to look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from govcrawl import desk, rechecks
from govcrawl.contracts import Campaign, Finding, Observation, RegisteredColumn, Site, Task
from govcrawl.documents import StoredRecheck
from govcrawl.frontier.codec import decode, encode, task_id
from govcrawl.frontier.frontier import round_key
from govcrawl.reading.urls import identity, same_site
from govcrawl.rechecks import before, home, number_of, of_recheck, save
from govcrawl.reviews import as_finding, held
from govcrawl.seeds import HOME
from govcrawl.store import Store
from govcrawl.stored import page_id
from pipelines.judging import Brief, Terms, verdict_on
from pipelines.outages import Visit, outages, spells
from pipelines.rechecking import Looked, Place, as_home, children, compare, place
from pipelines.rulings import NOTHING_BESIDE
from pipelines.seen import day_of

MAX_HOPS = 12  #: redirects followed; the spider follows fewer
MIN_TITLE = 8  #: characters; a shorter title may well be another text's
MIN_FILE = 12  #: characters of a file's name; 附件1.xlsx and 1.xlsx are everybody's
LISTED_TITLE = 60  #: characters that an observation keeps of an entry's title
ELSEWHERE = 3  #: addresses looked at for one text


def judge(store: Store, recheck: Campaign) -> list[StoredRecheck]:
    """What became of each finding of a recheck whose rounds are over; stored when it returns."""
    number = number_of(recheck.id)
    earlier, told = before(store, recheck.rechecks, number), []
    common = _Common.of(store, recheck)
    for site, plans in _by_site(of_recheck(store, recheck.rechecks, number)).items():
        looked, found = common.look(store, site), _findings(store, plans)
        for plan in plans:
            states = [one.state for one in earlier.get(plan.finding, ())]
            told.append(compare(plan, found[plan.finding], looked, states))
    save(store, told)
    return told


def search(store: Store, recheck: Campaign) -> bool:
    """Plans the second round: where a list names the title of a page that is gone, or a page a file that is.  Returns whether there is
    anything to look at.
    """
    common, changed = _Common.of(store, recheck, rounds=1), []
    plans = of_recheck(store, recheck.rechecks, number_of(recheck.id))
    for site, own in _by_site(plans).items():
        places, entries = common.places(store, site, own)[0], None
        gone = [p for p in own if p.tasks and p.tasks[0] in places and places[p.tasks[0]].state == "gone"]
        for plan in gone:
            task = decode(plan.tasks[0])
            if task.role == "file":
                changed.append(replace(plan, elsewhere=tuple(map(encode, _put_again(store, recheck, task)))))
            if task.role in ("article", "page"):
                entries = entries if entries is not None else _entries(store, recheck.id, site)
                tasks = _elsewhere(task, _titles(store, recheck.rechecks, task), entries)
                changed.append(replace(plan, elsewhere=tuple(map(encode, tasks))))
    save(store, changed)
    return any(plan.elsewhere for plan in changed)


def _by_site(plans: Sequence[StoredRecheck]) -> dict[str, list[StoredRecheck]]:
    sites: dict[str, list[StoredRecheck]] = defaultdict(list)
    for plan in plans:
        sites[plan.site].append(plan)
    return sites


def _findings(store: Store, plans: Sequence[StoredRecheck]) -> dict[str, Finding]:
    """As they stand; one that a scoring left out meanwhile, as it was confirmed."""
    found: dict[str, Finding] = {p.finding: _bare(p) for p in plans}
    decided = held(store.db, {p.campaign for p in plans}, sorted({p.site for p in plans}))
    found |= {id_: as_finding(decided[id_]) for id_ in found if id_ in decided}
    return found | {f.id: f for f in desk.some(store.db, list(found)) if f.pack == plans[0].pack}


def _bare(plan: StoredRecheck) -> Finding:
    return Finding(plan.finding, plan.campaign, plan.site, plan.indicator, plan.url, "", plan.excerpt, {})


@dataclass(frozen=True)
class _Common:
    """What is the same for all sites of a recheck."""

    recheck: Campaign
    terms: Terms
    sites: Mapping[str, Site]
    columns: Mapping[str, Mapping[str, RegisteredColumn]]
    cut_off: Mapping[str, Mapping[Visit, bool]]
    cut_off_at: Sequence[tuple[datetime, datetime]]
    answers: Sequence[tuple[datetime, str]]
    plans: Mapping[str, Sequence[StoredRecheck]]
    rounds: int

    @classmethod
    def of(cls, store: Store, recheck: Campaign, rounds: int = 2) -> _Common:
        columns: defaultdict[str, dict[str, RegisteredColumn]] = defaultdict(dict)
        for column in store.registered_columns(recheck.id):
            columns[column.site][identity(column.url)] = column
        ours = outages(store.visits(recheck.id), recheck.probe.spacing_s)
        cut_off: defaultdict[str, dict[Visit, bool]] = defaultdict(dict)
        for visit, proven in ours.items():
            cut_off[visit[1]][visit] = proven
        answers = rechecks.answers(store, recheck.id)
        # ages are measured back from the last look; ids of faults are those of the campaign they were found in
        ends = day_of(answers[-1][0]) if answers else recheck.ends
        terms = Terms(replace(recheck, id=recheck.rechecks, rounds=1, ends=max(ends, recheck.ends)), recheck.standard)
        plans = _by_site(of_recheck(store, recheck.rechecks, number_of(recheck.id)))
        return cls(
            recheck, terms, {s.code: s for s in store.sites(recheck.id)}, columns, cut_off,
            spells(ours, recheck.probe.spacing_s), answers, plans, rounds,
        )  # fmt: skip

    def look(self, store: Store, code: str) -> Looked:
        site, looks = self.sites[code], store.looks(self.recheck.id, [code])[code]
        observations = [replace(o, round=1) for o in looks.observations]  # the second round only adds
        looks = replace(looks, observations=observations, named=[(1, *rest) for _, *rest in looks.named])  # type: ignore[misc]
        brief = Brief(site, True, True, self.columns.get(code, {}), self.cut_off.get(code, {}), self.cut_off_at)
        verdict = verdict_on(self.terms, brief, looks, NOTHING_BESIDE)
        places, front = self.places(store, code, self.plans.get(code, ()))
        return Looked(verdict, front, observations, self.answers, places)

    def places(self, store: Store, code: str, plans: Sequence[StoredRecheck]) -> tuple[dict[bytes, Place], str]:
        """By task, those of which a result is stored; and where the home page is."""
        pages = rechecks.pages_of(store, self.recheck.id, code)
        proofs = {
            (o.data["host"], o.data["absent"]) for o in store.observations(self.recheck.id, code) if o.kind == "nowhere"
        }
        trails = {
            raw: list(self._trail(decode(raw), pages)) for raw in (encode(home(self.sites[code])), *self._tasks(plans))
        }
        at_home = [trail[-1]["url"] for trail in trails.values() if trail and trail[-1]["role"] == "home"]
        front = at_home[0] if at_home else self.sites[code].home
        found = {raw: place(decode(raw).url, trail, front, proofs) for raw, trail in trails.items() if trail}
        found = as_home(found)
        return {raw: replace(p, hops=decode(raw).hops) for raw, p in found.items()}, front

    def _tasks(self, plans: Sequence[StoredRecheck]) -> Iterator[bytes]:
        for plan in plans:
            yield from (*plan.tasks, *(plan.elsewhere if self.rounds > 1 else ()))

    def _trail(self, task: Task, pages: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """From the page that was asked to where redirects led; last, as a browser showed it, if one did."""
        for _ in range(MAX_HOPS):
            page = self._stored(task, pages)
            if page is None:
                return
            yield page
            onward = _onward(task, page)
            if onward is None:
                shown = self._stored(replace(task, kind="render"), pages)
                if shown and shown["rendered"] and shown["outcome"] == "ok":
                    yield shown
                return
            task = onward

    def _stored(self, task: Task, pages: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
        keys = [round_key(self.recheck.id, n) for n in range(1, self.rounds + 1)]
        return next((pages[id_] for key in keys if (id_ := page_id(key, task_id(task))) in pages), None)


def _onward(task: Task, page: Mapping[str, Any]) -> Task | None:
    if page["outcome"] != "redirect" and page["kind"] != "redirect":
        return None
    return next((one for one in children(page) if one.role == task.role and one.hops == task.hops + 1), None)


# --- texts that are elsewhere now -------------------------------------------------------------------------------------


def _titles(store: Store, campaign: str, task: Task) -> set[str]:
    """Of the text that stood at this address."""
    own = map(_plain, rechecks.titles(store, campaign, task.site, task.url))
    return {title for title in own if len(title) >= MIN_TITLE}


def _entries(store: Store, recheck: str, site: str) -> list[tuple[Observation, str, str]]:
    """Of every list that was read: where, address, title."""
    lists = [o for o in store.observations(recheck, site) if o.kind in ("column", "home")]
    return [(o, item[0], _plain(item[1])[:LISTED_TITLE]) for o in lists for item in o.data["items"]]


def _elsewhere(task: Task, titles: set[str], entries: Sequence[tuple[Observation, str, str]]) -> Iterator[Task]:
    wanted = {title[:LISTED_TITLE] for title in titles}
    found = {
        identity(url): Task(task.site, "site", "article", url, task.depth, o.url, task.text, HOME)
        for o, url, title in entries
        if title in wanted and same_site(url, task.url) and identity(url) != identity(task.url)
    }
    yield from list(found.values())[:ELSEWHERE]


def _put_again(store: Store, recheck: Campaign, gone: Task) -> list[Task]:
    """Attachments that the campaign had not seen, and that are called as the one that is gone, or by the same words on its page."""
    pages = rechecks.pages_of(store, recheck.id, gone.site).values()
    files = [one for page in pages for one in children(page) if one.role == "file"]
    known = rechecks.known(store, recheck.rechecks, gone.site, [one.url for one in files])
    alike = {identity(one.url): one for one in files if identity(one.url) not in known and _is_called(one, gone)}
    return list(alike.values())[:ELSEWHERE]


def _is_called(one: Task, gone: Task) -> bool:
    words, file = _plain(one.text), unquote(one.url.rpartition("/")[2])
    if words and words == _plain(gone.text):
        return len(words) >= MIN_TITLE or identity(one.found_on) == identity(gone.found_on)
    return len(file) >= MIN_FILE and file == unquote(gone.url.rpartition("/")[2])


def _plain(title: str) -> str:
    return "".join(title.split())
