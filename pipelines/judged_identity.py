"""Who a site says it is, held against the register: marks of its footer, its codes, its name, its address.

What is said here is listed, never counted, and for a person to confirm.  Where the register, or what was read, leaves a doubt, nothing is
said.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from govcrawl.contracts import Observation
from govcrawl.reading.domains import host_of
from govcrawl.reading.urls import identity
from pipelines.kinds import is_apart, kinds_of
from pipelines.rulings import Case, Doubt, Ruling
from pipelines.standards.rules import MissingIdentity

MARKS = ("site_code", "icp", "police", "party_badge", "error_report", "organiser")
#: 国办发〔2017〕47号 was published that day: English domains end in .gov.cn, Chinese ones in .政务; portals are www.□□□.gov.cn.
GUIDE = date(2017, 6, 8)
_OFFICIAL = re.compile(r"(?:^|\.)(?:gov\.cn|政务|xn--zfr164b)$")
_PORTAL = re.compile(r"(?:www\.)?(?:[^.]+\.)?gov\.cn|(?:www\.)?[^.]+\.(?:政务|xn--zfr164b)")
#: Whom the rule binds: a body without administrative functions (中心, 院, 馆 …) shall not even use .gov.cn.
_ORGAN = re.compile(r"(?:人民政府|政府|[厅局委]|委员会|管委会|人民政府办公[厅室])$")
_SITE_WORDS = re.compile(r"(?:门户|政务|公众|信息)*网站?$")
_CODE = re.compile(r"bm\d{8}|\d{12}|\d{10}", re.I)
_SHOWN_CODE = re.compile(r"bm\d{5,10}|\d{7,13}", re.I)  #: also one that lacks a digit
_NEW_ADDRESS = re.compile(r"域名|新网址|网址变更|更换网址")
_PORT = {"http": 80, "https": 443}


def rule_on_identity(case: Case) -> list[Ruling]:
    """A mark is missing only if no page that was read shows it, and nothing that may show it went unread.

    A site without a registered code can't show one.
    """
    if case.rule(MissingIdentity) is None:
        return []
    footers = case.seen.of("footer")
    registered = not case.site.code.startswith("row-")
    missing = [m for m in MARKS if (registered or m != "site_code") and not any(o.data[m] for o in footers)]
    unseen = bool(missing) and _may_be_unseen(case, footers)
    detail: dict[str, Any] = {"missing": [] if unseen else missing}
    detail |= _codes(case, footers) if registered else {}
    doubts = (Doubt("底部功能区由脚本生成或部分未能读取，未能判断网站标识是否齐全"),) if footers and unseen else ()
    if not footers or detail == {"missing": []}:
        return [Ruling("missing_identity", doubts=doubts)]
    found = case.finding("missing_identity", detail, footers[0], seen=footers)
    return [Ruling("missing_identity", (found,), doubts=doubts)]


def _may_be_unseen(case: Case, footers: Sequence[Observation]) -> bool:
    """Whether the foot of the site may be in a part that was not read, or drawn by a script."""
    homes = {identity(o.url) for o in case.seen.of("home")}
    drawn = [o for o in footers if o.data.get("drawn")]
    return bool(
        case.seen.unread("fragment")
        or case.seen.unread("home")
        or homes & case.seen.clouded
        or len(drawn) == len(footers)
        or any(identity(o.url) in homes for o in drawn)
    )


def _has(codes: Iterable[str], code: str) -> bool:
    return code.casefold() in {shown.casefold() for shown in codes}


def _codes(case: Case, footers: Sequence[Observation]) -> dict[str, str]:
    """Codes that are not the site's own: of the footer, and of the 找错 entry, whose messages then reach another site."""
    told: dict[str, str] = {}
    for mark, key in (("site_code", "site_code_shown"), ("error_report", "error_report_code")):
        codes = {code for o in footers if _SHOWN_CODE.fullmatch(code := o.data[mark])}
        beside = {code for o in footers for code in o.data.get("others", ())} if mark == "site_code" else set[str]()
        if codes and not _has(codes | beside, case.site.code):
            told[key] = min(codes)
    others = [case.beside.names[code] for code in told.values() if code in case.beside.names]
    return told | ({"site_code_of": others[0]} if others else {})


def other_codes(observations: Iterable[Observation], own: str) -> set[str]:
    """What a site's pages show as its code, and isn't."""
    shown = {o.data[mark] for o in observations if o.kind == "footer" for mark in ("site_code", "error_report")}
    return {code for code in shown if _CODE.fullmatch(code) and not _has([own], code)}


# --- the name ---


@cache
def _abolished() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    offices = tomllib.loads(Path(__file__).with_name("abolished.toml").read_text("utf-8"))["office"]
    return tuple((re.compile(rf"(?<!原)(?:{'|'.join(o['old'])})"), re.compile("|".join(o["new"]))) for o in offices)


def rule_on_name(case: Case) -> list[Ruling]:
    """The home page's title, or its footer, still names an office that the register has under its new name."""
    last = max((o.round for o in case.seen.of("home")), default=0)
    homes = [o for o in case.seen.of("home") if o.round == last and not o.data.get("part")]
    at = {identity(o.url) for o in homes}
    feet = [o for o in case.seen.of("footer") if o.round == last and identity(o.url) in at]
    shown = [(o, "title", o.data["title"]) for o in homes] + [(o, "organiser", o.data["organiser"]) for o in feet]
    found = [(o, where, text, old) for o, where, text in shown if (old := outdated(text, _registered(case)))]
    if "name_mismatch" not in case.pack.rules or not found:
        return []
    o, where, text, old = found[0]
    detail = {"registered": case.site.name, "organiser": case.site.organiser, "shown": old, "where": where}
    finding = case.finding("name_mismatch", detail, o, url=o.url, excerpt=text[:100], seen=[one[0] for one in found])
    return [Ruling("name_mismatch", (finding,))]


def _registered(case: Case) -> str:
    return f"{case.site.name} {case.site.organiser}"


def outdated(text: str, registered: str) -> str:
    """The abolished office that ``text`` names, where ``registered`` has its successor and not itself; "" where it names both."""
    for old, new in _abolished():
        m = old.search(text)
        if m and new.search(registered) and not old.search(registered) and not new.search(text):
            return m[0]
    return ""


# --- the address ---


def rule_on_domain(case: Case) -> list[Ruling]:
    rule = case.pack.rules.get("domain_irregular")
    if rule is None or case.seen.as_of < GUIDE or not kinds_of(case.site).issuperset(rule.applies_to):
        return []
    url, host = case.site.home, host_of(case.site.home)
    faults = list(irregular(url, case.site.organiser or case.site.name, "portal" in kinds_of(case.site)))
    if not faults:
        return []
    found = case.finding("domain_irregular", {"host": host, "why": faults}, url=url, excerpt=url)
    return [Ruling(rule.id, (found,))]


def irregular(url: str, organiser: str, portal: bool) -> Iterator[str]:
    """ip: an address in the place of a name; suffix: another than .gov.cn, of an organ; structure: a portal's that is not www.□□□.gov.cn;
    port: the structure has none.  A private address is of a network that nobody judges.
    """
    host = host_of(url)
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        if not _OFFICIAL.search(host):
            if "." in host and _is_organ(organiser):
                yield "suffix"
        elif portal and not _PORTAL.fullmatch(host):
            yield "structure"
    else:
        if not address.is_global:
            return
        yield "ip"
    parts = urlsplit(url)
    with suppress(ValueError):  # no port that there could be
        if parts.port not in (None, _PORT.get(parts.scheme)):
            yield "port"


def _is_organ(organiser: str) -> bool:
    name = _SITE_WORDS.sub("", organiser.strip())
    return bool(_ORGAN.search(name)) and not is_apart(name)


# --- a changed address ---


def rule_on_notice(case: Case) -> list[Ruling]:
    """Whether a site whose address changed since the last campaign says so.  The old address was not asked: only a person can tell."""
    former = case.beside.former
    if "notice_missing" not in case.pack.rules or not former or host_of(former) == host_of(case.site.home):
        return []
    told = any(o.data["notice"] in ("domain", "moved") for o in case.seen.of("notice"))
    if told or _bare(former) == _bare(case.site.home) or any(map(_NEW_ADDRESS.search, _entries(case))):
        return []
    text = (
        f"登记的首页网址由{former}改为{case.site.home}，首页未见域名变更公告（公告须悬挂3个月），须核对变更日期和原网址"
    )
    return [Ruling("notice_missing", doubts=(Doubt(text),))]


def _entries(case: Case) -> Iterator[str]:
    """Words of all that its home page leads to."""
    for o in case.seen.of("home"):
        yield from (item[1] for item in o.data["items"] if len(item) > 2)
    for o in case.seen.of("check"):
        if o.data["indicator"] == "linked":
            yield from (words for _, words in o.data["detail"]["links"])


def _bare(url: str) -> str:
    return host_of(url).removeprefix("www.")
