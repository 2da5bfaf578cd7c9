"""What a site has to publish: reposts (转载), its yearly report, forms of 依申请公开, explanations of its policies.

``judge_duties`` tells what was seen, for the tables; it accuses nobody, for no crawl reads all of a site.  A repost is called missing only
where the home page and every list could be read, and news reach back to the first day of the topic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Literal
from unicodedata import normalize

from govcrawl.contracts import RUNNING, Campaign, Duty, DutyKind, Finding, Observation, Repost, Site
from govcrawl.reading.urls import identity
from pipelines.checks.redated import NO_NEWS, YOUNGER
from pipelines.rulings import Case, Ruling
from pipelines.seen import as_day, is_drawn

MAX_URLS = 5  #: of one duty
FIRST_REPORT = date(2018, 1, 31)  #: 国办函〔2018〕12号: 上一年度的报表于每年1月31日前发布

CUT_AFTER = 2  #: characters of a word that a title which is cut short still shows
CUT_AT = 60  #: characters that are kept of a title
_CUT = ("…", "...", "..")

State = Literal["seen", "late", "file", "not_seen", "unknown"]


def judge_duties(campaign: Campaign, site: Site, observations: Sequence[Observation]) -> list[Duty]:
    """Pure; none of a site that isn't 正常运行."""
    if site.status != RUNNING:
        return []
    told = _Told(campaign, site, observations)
    return [*told.reposts(), *told.report(), *told.requests(), *told.explained()]


class _Told:
    """One site."""

    def __init__(self, campaign: Campaign, site: Site, observations: Sequence[Observation]) -> None:
        self.campaign, self.site, self.observations = campaign, site, observations
        self.read = any(o.kind == "home" for o in observations)
        self.checked: dict[str, list[Observation]] = defaultdict(list)
        for o in observations:
            if o.kind == "check" and o.data["check"] == "duties":
                self.checked[o.data["indicator"]].append(o)

    def duty(self, kind: DutyKind, name: str, found: Mapping[str, date | None], state: State | None = None) -> Duty:
        """``found``: address → its day."""
        days = [day for day in found.values() if day]
        urls = sorted(found, key=lambda url: (found[url] or date.max, len(url), url))
        none: State = "not_seen" if self.read else "unknown"
        first = min(days, default=None)
        return Duty(
            self.campaign.id, self.site.code, kind, name, state or ("seen" if found else none), tuple(urls[:MAX_URLS]), first,
            len(found),
        )  # fmt: skip

    def reposts(self) -> Iterator[Duty]:
        if not self.campaign.reposts:
            return
        entries = list(_entries(self.observations))
        for topic in self.campaign.reposts:
            found = reposted(topic, entries)
            if not found and self.read and may_be_cut(topic, entries):
                yield self.duty("repost", topic.name, found, "unknown")
                continue
            late = bool(found) and all(day and day > topic.ends for day in found.values())
            yield self.duty("repost", topic.name, found, "late" if late else None)

    def report(self) -> Iterator[Duty]:
        """Of the last year whose report is due."""
        ends = self.campaign.ends
        if ends < FIRST_REPORT:
            return
        year = ends.year - 1 if (ends.month, ends.day) >= (1, 31) else ends.year - 2
        reports = [o.data["detail"] for o in self.checked["annual_report"] if o.data["detail"]["year"] == year]
        pages = {d["url"] for d in reports if not d["file"]}
        days = _days(self.observations) if reports else {}
        found = {url: days.get(identity(url)) for url in pages or {d["url"] for d in reports}}
        late = bool(found) and all(day and day > date(year + 1, 1, 31) for day in found.values())
        only_file: State | None = "file" if found and not pages else None
        yield self.duty("annual_report", str(year), _once(found), only_file or ("late" if late else None))

    def requests(self) -> Iterator[Duty]:
        kinds: tuple[DutyKind, ...] = ("request_form", "request_chart")
        for kind in kinds:
            yield self.duty(kind, "", _once({o.data["detail"]["url"]: None for o in self.checked[kind]}))

    def explained(self) -> Iterator[Duty]:
        """A policy has an explanation where it leads to one, or one leads to it or bears its title; it is linked where both lead."""
        policies = {identity(o.url): o for o in self.checked["policy"]}
        if not policies:
            return
        to: dict[str, set[str]] = defaultdict(set)
        for o in self.checked["explanation"]:
            title = o.data["detail"]["title"]
            led = {identity(url) for url in o.data["detail"]["to"]}
            named = {p for p, policy in policies.items() if _bears(title, policy.data["detail"]["title"])}
            for p in (led & policies.keys()) | named:
                to[p].add("led" if p in led else "named")
        leading = {p for p, o in policies.items() if o.data["detail"]["to"]}
        found: dict[str, date | None] = {policies[p].url: None for p in policies if p in leading or to[p]}
        duty = self.duty("explained", "", found, "seen" if found else "not_seen")
        linked = sum("led" in to[p] for p in leading)
        yield Duty(
            duty.campaign,
            duty.site,
            duty.kind,
            duty.name,
            duty.state,
            duty.urls,
            None,
            len(found),
            len(policies),
            linked,
        )


def _bears(title: str, policy: str) -> bool:
    """《…》 of an explanation's title, in the title of the policy."""
    start, end = title.find("《"), title.rfind("》")
    return end - start > 6 and title[start + 1 : end] in policy


def _once(found: Mapping[str, date | None]) -> dict[str, date | None]:
    return dict({identity(url): (url, day) for url, day in sorted(found.items(), reverse=True)}.values())


def _days(observations: Iterable[Observation]) -> dict[str, date]:
    """Address → the earliest day shown of it."""
    days: dict[str, date] = {}
    for _, url, day in _entries(observations):
        if day:
            days[identity(url)] = min(day, days.get(identity(url), day))
    return days


# --- reposts ---

Entry = tuple[str, str, date | None]  #: title, address, shown day


def _entries(observations: Iterable[Observation]) -> Iterator[Entry]:
    """All that was seen with a title: entries of lists, articles, and what else the home page leads to."""
    for o in observations:
        if o.kind in ("home", "column"):
            yield from ((item[1] if len(item) > 2 else "", item[0], as_day(item[-1])) for item in o.data["items"])
        elif o.kind == "article":
            yield o.data["title"], o.url, as_day(o.data["published"])
        elif o.kind == "check" and o.data["indicator"] == "linked":
            yield from ((words, url, None) for url, words in o.data["detail"]["links"])


@lru_cache(maxsize=16384)
def _plain(words: str) -> str:
    return "".join(normalize("NFKC", words).split())


def _words(topic: Repost) -> list[list[str]]:
    return [_plain(word).split("+") for word in topic.keywords]


def may_be_cut(topic: Repost, entries: Iterable[Entry]) -> bool:
    """Whether a title that a list cuts short (…) may hold what names the topic."""
    words = _words(topic)
    cut = (
        t for t, _, day in entries if (t.endswith(_CUT) or len(t) >= CUT_AT) and (day is None or day >= topic.starts)
    )
    return any(_ends_in(title, parts) for title in cut for parts in words)


def _ends_in(title: str, parts: Sequence[str]) -> bool:
    """Its end begins a part; the others stand in it, or may follow."""
    seen = _plain(title).rstrip("….·")
    begun = any(seen.endswith(part[:n]) for part in parts for n in range(CUT_AFTER, len(part)))
    return begun or (len(parts) > 1 and any(part in seen for part in parts))


def reposted(topic: Repost, entries: Iterable[Entry]) -> dict[str, date | None]:
    """Address → earliest day of what passes the topic on; an entry that nothing dates is taken for one."""
    wanted, words = {identity(url) for url in topic.urls}, _words(topic)
    found: dict[str, tuple[str, list[date]]] = {}
    undated_only: dict[str, list[date]] = defaultdict(list)
    for title, url, day in entries:
        place = identity(url)
        if day:
            undated_only[place].append(day)
        plain = _plain(title)
        if place in wanted or any(all(part in plain for part in parts) for parts in words):
            found.setdefault(place, (url, undated_only[place]))
    timely = {url: [day for day in days if day >= topic.starts] for url, days in found.values()}
    return {url: min(timely[url], default=None) for url, days in found.values() if timely[url] or not days}


def rule_on_reposts(case: Case) -> list[Ruling]:
    """Nothing where anything that might show the repost was not read."""
    topics = [t for t in case.beside.reposts if t.ends < case.seen.as_of]
    if "repost_missing" not in case.pack.rules or not topics or _in_the_dark(case):
        return []
    seen = [o for kind in ("home", "column", "article", "check") for o in case.seen.of(kind)]
    entries = list(_entries(seen))
    unseen = [t for t in topics if not reposted(t, entries) and not may_be_cut(t, entries)]
    found = tuple(_missing(case, t) for t in unseen if _reach_back(case, t.starts))
    return [Ruling("repost_missing", found)] if found else []


def _missing(case: Case, topic: Repost) -> Finding:
    detail = {"title": topic.name, "from": topic.starts.isoformat(), "until": topic.ends.isoformat()}
    excerpt = f"所读页面中未见“{topic.name}”的转载"
    return case.finding("repost_missing", detail, excerpt=excerpt, key=topic.name, seen=case.seen.of("home"))


def _in_the_dark(case: Case) -> bool:
    homes, columns = case.seen.of("home"), case.seen.of("column")
    roles = ("home", "part", "column", "more", "fragment")
    return bool(
        not homes
        or is_drawn(homes)
        or any(case.seen.unread(role) for role in roles)
        or case.seen.clouded
        or any(o.data["state"] == "unknown" or o.data.get("drawn") for o in columns)
    )


def _reach_back(case: Case, day: date) -> bool:
    """Every list of news shows what is older than the topic: nothing of it has left the page that was read."""
    oldest: dict[str, date] = {}
    for o in case.seen.of("column"):
        if o.data["cls"] in ("news", "notice"):
            days = [d for item in o.data["items"] if (d := as_day(item[-1]))]
            place = identity(o.data["column"])
            oldest[place] = min([*days, oldest.get(place, date.max)])
    return bool(oldest) and max(oldest.values()) < day


# --- one text, two days ---


def rule_on_twice_dated(case: Case) -> list[Ruling]:
    """The same long text under the same title, shown half a year younger, within the last year: 旧文新发."""
    if "redated_old_text" not in case.pack.rules:
        return []
    texts: dict[tuple[str, str], dict[date, Observation]] = defaultdict(dict)
    for o in case.seen.of("article"):
        title = "".join(o.data["title"].split())
        day = as_day(o.data["published"])
        if day and o.data.get("digest") and not o.data.get("unread") and not any(word in title for word in NO_NEWS):
            texts[o.data["digest"], title].setdefault(day, o)
    found = [f for looks in texts.values() if (f := _twice(case, looks))]
    return [Ruling("redated_old_text", tuple(found))] if found else []


def _twice(case: Case, looks: Mapping[date, Observation]) -> Finding | None:
    first, last = min(looks), max(looks)
    if (last - first).days < YOUNGER or not 0 <= (case.seen.as_of - last).days <= 365:
        return None
    old, new = looks[first], looks[last]
    detail: dict[str, Any] = {
        "title": new.data["title"],
        "newest": last.isoformat(),
        "earlier": first.isoformat(),
        "target": old.url,
    }
    return case.finding(
        "redated_old_text", detail, new, url=new.url, excerpt=new.data["title"], key=first.isoformat(), seen=[old, new]
    )
