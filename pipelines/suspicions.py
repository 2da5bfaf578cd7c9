"""The register against the web (名录核对): what a person should look into.  Nothing of it counts against a site.

A site's own pages tell whom it links to and whether it is still there (``trace``); all of them together, held against the register, tell
who is closed and runs, runs and is closed, is linked to and nowhere registered, or bears another's name (``suspicions``).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final
from urllib.parse import urlsplit

from govcrawl.contracts import CLOSED, Observation, Outlink, Probe, Site, Suspicion, SuspicionKind, Trace, Verdict
from govcrawl.reading.domains import OFFICIAL, host_of, registered, stranger
from govcrawl.reading.urls import identity, same_site, site_of
from pipelines.judged_notices import CLOSED_NOTICE
from pipelines.kinds import is_apart

MOST_LINKS = 300  #: hosts kept of a site
VISITS = 3  #: fewer tell nothing of a name that can't be resolved
OWN_LINKS, ENTRIES = 10, 5  #: of a home page: one of a real site has as many
ALIKE = 0.9  #: of two names, by the letters they share in order
SHORTEST = 6  #: characters of a name that is compared: shorter ones are everybody's
GOVERNMENT: Final = tuple(f".{suffix}" for suffix in OFFICIAL if suffix in ("gov.cn", "政务"))
ALIVE = ("ok", "redirect")
_BODY: Final = re.compile(r"人民政府|政府网|政务网|(?:局|委员会|办公室|厅|管委会)(?:网站|门户网站)?$")
#: First labels of hosts that serve others and are no sites: mail, log-in, search, pictures, services on line, for telephones.
_SERVES: Final = re.compile(
    r"(?:e?mail|smtp|pop3?|imap|webmail|exchange|oa|vpn|sso|cas|auth|login|passport|uc|tyrz|img|image|images|pic|static|file|files|upload|cdn|res|"
    r"so|search|api|app|apps|m|wap|mobile|3g|video|vod|live|stat|tj|count|zwfw|wsbs|wsdt|bsdt|xfw|jiucuo|map|gis|ns|dns|ftp|test|english|en)\d{0,2}"
)
_AROUND: Final = re.compile(
    r"^(?:欢迎(?:访问|光临|来到)|您好|首页)|(?:官方网站|门户网站|政府网站|网站|官网|首页|主页|欢迎您)+$|[\s\W_]+"
)
_PLACE: Final = re.compile(r"[^省市县区州盟旗乡镇]{1,3}[省市县区州盟旗乡镇]")
_ROOT: Final = ("", "/")
Links = Mapping[str, list[tuple[str, Outlink]]]  #: host → code of a site that links to it, and how


# --- one site -----------------------------------------------------------------------------------------------------


def trace(site: Site, links: Iterable[Outlink], probes: Iterable[Probe], verdict: Verdict) -> Trace:
    """``probes``: without those that failed by a fault of ours."""
    hosts: dict[str, Outlink] = {}
    for link in links:
        host = site_of(link.url)
        if host and not same_site(link.url, site.home) and _matters(link.url):
            hosts[host] = min(hosts.get(host, link), link, key=_worth)
    kept = sorted(hosts.values(), key=_worth)[:MOST_LINKS]
    return Trace(site.code, tuple(kept), _notice(verdict) or _unresolved(probes, verdict))


def _matters(url: str) -> bool:
    """A public body's host, a stranger's, or one of a campaign's own network; not what everybody links to."""
    host = host_of(url)
    return host.endswith(GOVERNMENT) or bool(stranger(url, "")) or not re.search("[a-z]", host)


def _worth(link: Outlink) -> tuple[bool, bool, str]:
    """The best example first: one that answered, the host's home page."""
    return link.outcome not in ALIVE, urlsplit(link.url).path not in _ROOT, link.url


def _notice(verdict: Verdict) -> str:
    return next((doubt.partition("，未按")[0] for doubt in verdict.doubts if doubt.startswith(CLOSED_NOTICE)), "")


def _unresolved(probes: Iterable[Probe], verdict: Verdict) -> str:
    """The name is gone at every visit, which is more than a site that can't be reached."""
    told = [p for p in probes if p.failed is not None and p.visit > 0]
    if len(told) < VISITS or verdict.pages or any(p.outcome != "dns" for p in told):
        return ""
    return f"{len(told)}次访问中域名均无法解析，网站疑似已自行下线"


# --- all of them ----------------------------------------------------------------------------------------------------


def suspicions(
    sites: Sequence[Site], traces: Iterable[Trace], closed: Iterable[Observation], unreachable: Collection[str]
) -> list[Suspicion]:
    """``closed``: what the home pages of closed sites showed; ``unreachable``: codes of sites that could not be opened."""
    by_code, gone = {site.code: site for site in sites}, dict[str, str]()
    links: defaultdict[str, list[tuple[str, Outlink]]] = defaultdict(list)
    for one in traces:
        if one.gone and one.site in by_code:
            gone[one.site] = one.gone
        for link in one.links:
            links[site_of(link.url)].append((one.site, link))
    found = [_of_site("gone", by_code[code], why) for code, why in gone.items()]
    found += _still_running(by_code, closed)
    found += _linked(sites, links, gone, unreachable)
    found += (copies := list(_counterfeits(sites, links)))
    known = {one.host for one in copies}
    found += _unregistered(sites, {host: some for host, some in links.items() if host not in known})
    return sorted(found, key=lambda s: (s.kind, -s.linked_by, s.host, s.site))


def _of_site(kind: SuspicionKind, site: Site, why: str) -> Suspicion:
    return Suspicion(kind, site_of(site.home), site.home, site.name, why, site.code, site.group)


def _still_running(by_code: Mapping[str, Site], closed: Iterable[Observation]) -> Iterator[Suspicion]:
    last = {o.site: o for o in sorted(closed, key=lambda o: (o.round, o.at))}
    open_ = [site for site in by_code.values() if site.status not in CLOSED]
    named, homes = _names(open_), {identity(site.home) for site in open_}
    for code, o in last.items():
        site, seen = by_code.get(code), o.data
        real = seen["own"] >= OWN_LINKS or seen["items"] >= ENTRIES
        if site is None or seen["outcome"] != "ok" or not real or seen.get("notice") in ("closed", "moved", "domain"):
            continue
        shown = by_code.get(seen["code"])  # a portal in its place: where its address leads now
        if identity(o.url) in homes or (shown and shown.code != code and shown.status not in CLOSED):
            continue
        if not _bears(seen["title"], site.name) and named(seen["title"]):
            continue
        own = seen["code"].casefold() == code.casefold() or _bears(seen["title"], site.name)
        other = "" if own else "，标题与登记名称不符，域名可能已由他人使用"
        title = f"（标题“{seen['title'][:60]}”）" if seen["title"] else ""
        yield _of_site("closed_but_running", site, f"登记为{site.status}，首页仍可打开{title}{other}")


def _linked(
    sites: Iterable[Site], links: Links, gone: Mapping[str, str], unreachable: Collection[str]
) -> Iterator[Suspicion]:
    """Links to the hosts of sites that are closed; not where another site shares the host and is open."""
    rows = defaultdict(list)
    for site in sites:
        rows[site_of(site.home)].append(site)
    for host, shared in rows.items():
        why = {s.code: _why_closed(s, gone, unreachable) for s in shared}
        if host in links and all(why.values()):
            first = shared[0]
            yield _shown(_of_site("link_to_closed", first, why[first.code]), links[host])


def _why_closed(site: Site, gone: Mapping[str, str], unreachable: Collection[str]) -> str:
    if site.status in CLOSED:
        return f"登记为{site.status}"
    return gone.get(site.code) or ("本次普查站点无法访问" if site.code in unreachable else "")


def _shown(suspicion: Suspicion, links: Sequence[tuple[str, Outlink]]) -> Suspicion:
    example = min((link for _, link in links), key=_worth).found_on
    return replace(suspicion, linked_by=len({code for code, _ in links}), example=example)


def _unregistered(sites: Sequence[Site], links: Links) -> Iterator[Suspicion]:
    """Governmental hosts below one of the register, or called after a body of a place of the register.  Those of other places, and of
    bodies above, are linked to everywhere and are in registers of their own; so are those beside a site, unless the whole domain is
    that of a site.
    """
    own = {site_of(site.home) for site in sites}
    hosts = {host_of(site.home) for site in sites if urlsplit(site.home).path in _ROOT}
    families = tuple(f".{host.removeprefix('www.')}" for host in hosts if registered(host).endswith(GOVERNMENT))
    places = {name for site in sites for name in (site.group, site.region.rstrip("市县区州")) if len(name) > 1}
    for host, some in links.items():
        alive = [(code, link) for code, link in some if link.outcome in ALIVE]
        name, words = host.partition(":")[0], _words(alive)
        if (
            host in own
            or not alive
            or _is_address(host)
            or _SERVES.fullmatch(name.partition(".")[0])
            or is_apart(words)
        ):
            continue
        related = name.endswith(GOVERNMENT) and name.endswith(families)
        if not related and not (_BODY.search(words) and any(place in words for place in places)):
            continue
        why = "与登记网站在同一政府域名下，名录中没有" if related else "链接文字为本地政府机构，名录中没有"
        example = min((link for _, link in alive), key=_worth)
        yield _shown(Suspicion("unregistered_site", host, example.url, _called(alive), why), alive)


def _words(links: Sequence[tuple[str, Outlink]]) -> str:
    """What most links to a host's home page call it."""
    words = Counter(link.text for _, link in links if link.text and urlsplit(link.url).path in _ROOT)
    return max(words, key=lambda word: (words[word], word), default="")


def _called(links: Sequence[tuple[str, Outlink]]) -> str:
    return _words(links) or next((link.title for _, link in sorted(links, key=lambda n: n[1].url) if link.title), "")


def _is_address(host: str) -> bool:
    return not re.search(r"[^\d.:\[\]a-f]", host) and bool(re.search(r"^\[|^\d+\.\d+\.\d+\.\d+", host))


def _counterfeits(sites: Sequence[Site], links: Links) -> Iterator[Suspicion]:
    """A stranger's host whose home page bears a registered site's name, or whose own name looks like a registered one."""
    domains = {registered(host_of(site.home)) for site in sites}
    named = _names(sites)
    looks = {look: site for site in sites for look in _looks(site_of(site.home))}
    for host, some in links.items():
        home = [(code, link) for code, link in some if stranger(link.url, "") and link.outcome in ALIVE]
        if not home or registered(host.partition(":")[0]) in domains:
            continue
        titles = {link.title for _, link in home if link.title and urlsplit(link.url).path in _ROOT}
        bearer, title = next(((site, title) for title in sorted(titles) if (site := named(title))), (None, ""))
        if bearer:
            why = f"外部网站首页标题“{title[:60]}”与登记网站“{bearer.name}”相同或相近"
        elif site := _looks_like(host, looks):
            bearer, why = site, f"域名与登记网站“{site.name}”的 {site_of(site.home)} 相似"
        else:
            continue
        shown = Suspicion(
            "counterfeit_site", host, min(home, key=lambda h: _worth(h[1]))[1].url, _called(home), why, bearer.code
        )
        yield _shown(replace(shown, group=bearer.group), home)


def _names(sites: Sequence[Site]) -> Callable[[str], Site | None]:
    """Whose name a title bears."""
    plain = {name: site for site in sites if len(name := _plain(site.name)) >= SHORTEST}
    by_size: dict[int, list[tuple[int, str, frozenset[str]]]] = defaultdict(list)
    for number, name in enumerate(plain):
        by_size[len(name)].append((number, name, frozenset(name)))

    def bearer(title: str) -> Site | None:
        words = _plain(title)
        if len(words) < SHORTEST or words in plain:
            return plain.get(words)
        signs, size = frozenset(words), len(words)
        some = (one for near in (size - 1, size, size + 1) for one in by_size.get(near, ()))
        alike = [number for number, n, own in some if len(own - signs) <= _spare(n, words) and _near(n, words)]
        return list(plain.values())[min(alike)] if alike else None

    return bearer


def _spare(a: str, b: str) -> float:
    """So many letters of ``a`` may be missing in ``b`` at most, if they are alike: told sooner than whether they are."""
    return len(a) - ALIKE * (len(a) + len(b)) / 2 + 1e-6


def _near(a: str, b: str) -> bool:
    return len(a) > SHORTEST and SequenceMatcher(None, a, b).ratio() >= ALIKE and not _is_elsewhere(a, b)


def _is_elsewhere(a: str, b: str) -> bool:
    """Two names that differ in that of a place: 某州勐海县人民政府, 某州勐腊县人民政府."""
    at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)
    return bool(_PLACE.match(a, at) and _PLACE.match(b, at))


def _bears(title: str, name: str) -> bool:
    return bool(_plain(name)) and _plain(name) in _plain(title)


def _plain(name: str) -> str:
    """``欢迎访问 昆明市人民政府-门户网站`` → ``昆明市人民政府``"""
    before = ""
    while before != name:
        before, name = name, _AROUND.sub("", name)
    return name


def _looks(host: str) -> Iterator[str]:
    """``km.gov.cn`` → ``kmgov``, ``kmgovcn``: what stays of names like km-gov.com or kmgov.cn."""
    domain = registered(host.partition(":")[0])
    if domain.endswith(".gov.cn"):
        label = re.sub(r"[^a-z0-9]", "", domain.removesuffix(".gov.cn"))
        yield from (f"{label}gov", f"{label}govcn")


def _looks_like(host: str, looks: Mapping[str, Site]) -> Site | None:
    name = host.partition(":")[0]
    first = re.sub(r"[^a-z0-9]", "", registered(name).partition(".")[0])
    inside = re.match(r"(?:.*\.)?([a-z0-9-]+)\.gov\.cn\.", name)  # km.gov.cn.a.com
    return looks.get(f"{inside[1]}gov" if inside else first)
