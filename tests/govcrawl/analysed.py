"""Two campaigns as an analyst finds them: six sites, visited, judged by the real scoring, reviewed, rechecked and followed up.

``SECRET`` stands wherever a person or a page could have put what no view may show.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from govcrawl import ledger, rechecks, reviews
from govcrawl.contracts import Campaign, Lease, LedgerStep, Message, Observation, Page, Probe, ProbePlan, Result, Site
from govcrawl.frontier.codec import task_id
from govcrawl.frontier.frontier import round_key
from govcrawl.reviews import Wish
from govcrawl.store import Store
from govcrawl.stored import page_id
from pipelines import stages
from tests.govcrawl.build import campaign, task
from tests.pipelines.build import AS_OF, FINE, HOME, NOON, challenge, dead, letter

SECRET = "某人甲13800000000"
VISITS = 10
PACK = "2015@1"
SUMMER = replace(
    campaign("yn-2018q2", probe=ProbePlan(VISITS, 0.1, 2.0)), title="2018年二季度普查", previous=("yn-2018q1",)
)
SUMMER = replace(SUMMER, issuer=replace(SUMMER.issuer, contact=SECRET))
SPRING = replace(
    SUMMER, id="yn-2018q1", title="2018年一季度普查", starts=date(2018, 1, 1), ends=date(2018, 3, 15), previous=()
)
FINE_ONE, SHUT, MENDED, WALLED, NAMELESS, CLOSED = SITES = tuple(
    Site(code, name, f"http://s{n}.gov.cn/", group, organiser=f"{name}主办", level="市级", status=status, line=n, extra={"备注": SECRET})
    for n, (code, name, group, status) in enumerate(
        [
            ("5300000001", "好网站", "省直", "正常运行"), ("5301000001", "打不开网站", "昆明", "正常运行"),
            ("5301000002", "改好的网站", "昆明", "正常运行"), ("5329000001", "有墙的网站", "大理", "正常运行"),
            ("row-6", "没有标识码的网站", "大理", "正常运行"), ("5329000003", "关停的网站", "大理", "暂时关停"),
        ],
        2,
    )
)  # fmt: skip
#: Sites that no visit opened, in either campaign.
UNREACHABLE = {SPRING.id: (SHUT, MENDED, NAMELESS), SUMMER.id: (SHUT, NAMELESS)}
LETTERS = (letter(60, 50, title=SECRET), letter(8, None, title="另一封", key="2"))


def write(store: Store) -> None:
    """The stand-in's test database is emptied before each test, so this is done for each that needs it."""
    store.prepare()
    for one in (SPRING, SUMMER):
        messages = [Message("m1", FINE_ONE.code, one.ends - timedelta(days=30), one.ends - timedelta(days=28), "找错")]
        store.save_plan(one, SITES, [s.code for s in SITES], [], messages)
        store.save_results([result for site in SITES[:5] for result in _crawled(one, site)])
        store.close_round(one.id, 1, [], "")
        stages.score(store, one.id, "", set())
    stages.score(store, SUMMER.id, "2019", set())  # to compare
    _followed_up(store)


def _crawled(of: Campaign, site: Site) -> Iterator[Result]:
    """One page for each observation, ten visits, a link that works."""
    seen: Sequence[Observation] = FINE
    if site is FINE_ONE:
        seen = [*FINE, *LETTERS, dead("gone.html"), dead("gone2.html", excerpt=SECRET)]
    if site is WALLED and of is SUMMER:
        seen = [challenge("", "home")]
    for n, one in enumerate(seen):
        yield _result(of, site, n, _moved(one, of, site))
    yield _result(of, site, 900, None, role="link", url=f"http://links.example.cn/{SECRET}")
    shut = site in UNREACHABLE[of.id]
    for n in range(1, VISITS + 1):
        at = _noon(of) - timedelta(hours=10 * n) + timedelta(minutes=7 * site.line)
        outcome, seconds = ("http_error", 2.0) if shut else ("our_fault", 9.0) if n == 10 else ("ok", n / 10)
        failed = None if outcome == "our_fault" else shut
        status = {"ok": 200, "http_error": 500}.get(outcome)
        probe = Probe(site.code, 1, n, at, seconds, outcome, status, failed, "host-1-abc")  # type: ignore[arg-type]
        yield _result(of, site, 1000 + n, None, probe=probe, kind="probe", role="probe", url=site.home, visit=n)


def _result(
    of: Campaign, site: Site, n: int, seen: Observation | None, probe: Probe | None = None, **more: object
) -> Result:
    given = {"role": "page", "url": f"{site.home}{n}"} | more
    one = task(n, site=site.code, **given)
    key = round_key(of.id, 1)
    lease = Lease(key, task_id(one), "w", 1, one, 10.0)
    page = Page(one.url, "ok", 200, _noon(of), 0.25, worker="host-1-abc")
    found = (replace(seen, page=page_id(key, lease.id)),) if seen else ()
    return Result(lease, page, None, (), probe, found)


def _noon(of: Campaign) -> datetime:
    return NOON - (AS_OF - of.ends)


def _moved(seen: Observation, of: Campaign, site: Site) -> Observation:
    """What was seen of another site on other days."""
    earlier = AS_OF - of.ends
    text = re.sub(
        r"\d{4}-\d\d-\d\d",
        lambda m: (date.fromisoformat(m[0]) - earlier).isoformat(),
        json.dumps(seen.data, ensure_ascii=False),
    )
    url, found_on = (address.replace(HOME, site.home) for address in (seen.url, seen.found_on))
    data = json.loads(text.replace(HOME, site.home))
    return replace(seen, campaign=of.id, site=site.code, at=seen.at - earlier, url=url, found_on=found_on, data=data)


def _followed_up(store: Store) -> None:
    """Of the spring's findings one was mended at the second look and came back, one is not mended; a third is none."""
    found = store.verdicts(SPRING.id, PACK)
    first, second = (f.id for f in found[FINE_ONE.code].findings if f.indicator == "dead_link")
    (shut,) = (f.id for f in found[SHUT.code].findings if f.indicator == "site_unreachable")
    (doubted,) = (f.id for f in found[MENDED.code].findings if f.indicator == "site_unreachable")
    at = datetime(2018, 3, 20, tzinfo=UTC)
    wishes = [Wish(id_, 0, "confirmed", SECRET, SECRET) for id_ in (first, second, shut)]
    reviews.decide(store.db, [*wishes, Wish(doubted, 0, "dismissed", SECRET)], SECRET, at)
    looks = {
        first: ("unmended", "mended", "returned"),
        second: ("unmended", "unknown", "unmended"),
        shut: ("moved",) * 3,
    }
    for number, day in enumerate((date(2018, 3, 25), date(2018, 4, 4), date(2018, 4, 14)), 1):
        rechecks.begin(store, SPRING, PACK, day)
        plans = rechecks.of_recheck(store, SPRING.id, number)
        rechecks.save(store, [replace(p, state=looks[p.finding][number - 1], why=SECRET, day=day) for p in plans])  # type: ignore[arg-type]
    step = LedgerStep(
        SPRING.id, FINE_ONE.code, first, "dead_link", f"{FINE_ONE.home}gone.html", 1, "notified", SECRET, at, SECRET, SECRET,
        date(2018, 4, 20), SECRET, at.date(),
    )  # fmt: skip
    ledger.append(store.db, [step])
