"""Builders of observations for the tests of the judge.  Ages are days before ``AS_OF``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from govcrawl.contracts import Observation, ObservationKind, Outcome, Probe, Site, Verdict
from pipelines.scoring import score
from pipelines.standards import load_pack

AS_OF = date(2018, 6, 15)
NOON = datetime(2018, 6, 15, 4, tzinfo=UTC)
PACK = load_pack("2015")
CAMPAIGN = "yn-2018q2"
HOME = "http://www.example.gov.cn/"
SITE = Site("5301000001", "示例市人民政府网", HOME, "昆明")
MARKS = ("site_code", "icp", "police", "party_badge", "error_report", "organiser")


def day(age: int | None) -> str | None:
    return None if age is None else (AS_OF - timedelta(days=age)).isoformat()


def see(
    kind: ObservationKind, url: str, data: dict[str, Any], *, round: int = 1, seen: int = 0, **more: str
) -> Observation:
    """``seen``: how many days before the cut-off it was looked at."""
    at = NOON - timedelta(days=seen)
    return Observation(CAMPAIGN, round, SITE.code, kind, url, at, data, page=f"page of {url}", **more)


def home(*ages: int | None, nav_only: bool = False, **more: Any) -> Observation:
    items = [[f"{HOME}a/{n}.html", f"第{n}条", day(age)] for n, age in enumerate(ages)]
    return see("home", HOME, {"items": items, "nav_only": nav_only, "title": "首页"}, **more)


def column(
    path: str, cls: str, *ages: int | None, state: str = "listed", part: str = "", level: int = 1, **more: Any
) -> Observation:
    """``part``: the page of its list, for a further page."""
    first = f"{HOME}{path}/"
    items = [[f"{first}{part}{n}.html", day(age)] for n, age in enumerate(ages)]
    data = {
        "column": first, "name": path, "cls": cls, "level": level, "state": state, "items": items, "why": "", "registered": False,
    }  # fmt: skip
    return see("column", first + part, data, **more)


def article(url: str, age: int | None) -> Observation:
    return see("article", url, {"title": "标题", "published": day(age), "column": ""})


def letter(
    asked: int | None,
    answered: int | None = None,
    *,
    state: str = "",
    cls: str = "consult",
    title: str = "咨询",
    board_name: str = "咨询",
    **more: Any,
) -> Observation:
    board = f"{HOME}xx/"
    data = {
        "title": title, "asked": day(asked), "answered": day(answered), "board": board, "board_name": board_name, "board_cls": cls,
        "state": state or ("open" if answered is None else "answered"),
    }  # fmt: skip
    return see("letter", board, data, key=more.pop("key", title), **more)


def dead(
    path: str, *, on_home: bool = False, status: int | str = 404, found_on: str = HOME, **more: Any
) -> Observation:
    data = {"target": HOME + path, "status": status, "on_home": on_home, "text": "链接"}
    return see("dead_link", HOME + path, data, found_on=found_on, **more)


def footer(missing: Iterable[str] = (), *, path: str = "", code: str = SITE.code, **more: Any) -> Observation:
    data = {mark: "" if mark in missing else "有" for mark in MARKS}
    if data["site_code"]:
        data["site_code"] = code
    return see("footer", HOME + path, data, **more)


def unread(path: str, role: str, cls: str = "other", **more: Any) -> Observation:
    data = {"outcome": "timeout", "status": None, "role": role, "name": path, "cls": cls, "level": 1}
    return see("unread", HOME + path, data, **more)


def challenge(path: str, role: str, **more: Any) -> Observation:
    return see("challenge", HOME + path, {"status": 412, "role": role}, **more)


def probes(good: int, failed: int = 0, inconclusive: int = 0) -> list[Probe]:
    kinds: list[tuple[Outcome, bool | None]] = [("ok", False)] * good + [("timeout", True)] * failed
    kinds += [("our_fault", None)] * inconclusive
    return [Probe(SITE.code, 1, n, NOON, 1.0, outcome, None, bad) for n, (outcome, bad) in enumerate(kinds, 1)]


#: A site with nothing wrong: enough new on its home page, one fresh column of each class that has a window.
FINE = [
    home(*range(12)),
    footer(),
    *(column(f"fine-{cls}", cls, 3, 40) for cls in ("news", "notice", "policy", "personnel", "plan", "other")),
]


def judge(observations: Iterable[Observation] = FINE, visits: Iterable[Probe] | None = None, **more: Any) -> Verdict:
    site = more.pop("site", SITE)
    options: dict[str, Any] = {
        "campaign": CAMPAIGN,
        "as_of": AS_OF,
        "pages": 10,
        "visits": more.pop("planned", 0),
        **more,
    }
    return score(site, observations, probes(20) if visits is None else visits, options.pop("pack", PACK), **options)


def fine_with(*observations: Observation, but: str = "") -> list[Observation]:
    """The faultless site with these observations added, and without those of the kind ``but``."""
    return [o for o in FINE if o.kind != but] + list(observations)
