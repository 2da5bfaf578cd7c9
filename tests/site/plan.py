"""What a site of the sample province is made of.  A plan is data; the truth about a site follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

END = date(2018, 6, 15)  #: 数据采样截止; every age below is in days before it

#: Days within which a list of a class must have something new (国办发〔2015〕15号: 2 周, 6 个月, 1 年).
WINDOWS = {"news": 14, "notice": 180, "policy": 180, "personnel": 365, "plan": 365, "other": 365}

MARKS = ("site_code", "icp", "police", "party_badge", "error_report", "organiser")

#: list: entries; text, short: words; blank: nothing at all; nothing: “暂无内容”; channel: only sub-columns; stub: a meta
#: refresh to the first sub-column; script: drawn by Vue.
Body = Literal["list", "text", "short", "blank", "nothing", "channel", "stub", "script"]


def day(age: int) -> date:
    return END - timedelta(days=age)


@dataclass(frozen=True, slots=True)
class Column:
    """A column (栏目).  ``ages``: one article each, in the order they are shown; a pinned old article stands first."""

    name: str
    cls: str
    ages: tuple[int, ...] = ()
    body: Body = "list"
    dates: Literal["shown", "article", "none"] = "shown"  #: beside the link; only in the article; nowhere
    url_lag: int = 0  #: the date in the URL is this many days older than the one shown
    on_home: bool = True
    under: str = ""

    @property
    def newest(self) -> date | None:
        """What a reader can know; None: undated, which counts as not updated."""
        if self.dates == "none" or not self.ages or self.body != "list":
            return None
        return day(min(self.ages))

    @property
    def state(self) -> str:
        """fresh, stale, blank, unknown; "" = not a list that is judged."""
        if self.body in ("blank", "nothing"):
            return "blank"
        if self.cls not in WINDOWS or self.body in ("text", "short", "channel", "stub"):
            return ""
        if self.body == "script":
            return "unknown"
        return "fresh" if self.newest and (END - self.newest).days <= WINDOWS[self.cls] else "stale"

    def truth(self) -> dict[str, object]:
        newest = self.newest.isoformat() if self.newest else None
        return {"name": self.name, "class": self.cls, "newest": newest, "state": self.state}


@dataclass(frozen=True, slots=True)
class Letter:
    """``asked`` and ``answered`` in days before the end; ``answered`` None: still open."""

    asked: int
    answered: int | None = None


@dataclass(frozen=True, slots=True)
class Board:
    name: str
    cls: Literal["consult", "survey", "interview", "other"]
    shape: Literal["table", "list", "detail"]
    letters: tuple[Letter, ...]


@dataclass(frozen=True, slots=True)
class Dead:
    """A link to nothing.  ``path`` "" = an address of the province where nothing listens."""

    path: str
    on_home: bool = False
    kind: Literal["a", "file", "img"] = "a"

    def truth(self, home: str, nowhere: str) -> dict[str, object]:
        return {"url": home.rstrip("/") + self.path if self.path else nowhere, "on_home": self.on_home}


Gate = Literal["", "closed", "error500", "firewall", "slow"]
Trap = Literal["", "calendar", "session", "loop", "deeper", "stub_home"]
Home = Literal["full", "undated", "nav_only"]
Script = Literal["", "menu", "news"]  #: moves what is there; gets what the box is for


@dataclass(frozen=True, slots=True)
class Site:
    code: str
    name: str
    organiser: str
    group: str
    style: str
    why: str
    columns: tuple[Column, ...] = ()
    boards: tuple[Board, ...] = ()
    verdict: Literal["pass", "fail", "insufficient", "not_checked"] = "pass"
    vetoes: tuple[str, ...] = ()
    deductions: str = ""
    status: str = "正常运行"
    home: Home = "full"
    gate: Gate = ""
    slow_on: tuple[int, ...] = ()  #: which GETs of "/" are answered after the campaign's timeout
    trap: Trap = ""
    dead: tuple[Dead, ...] = ()
    missing: tuple[str, ...] = ()
    shows_code: str = ""  #: of another site, copied with its footer; "" = its own
    encoding: str = ""  #: of the bytes, and what header and meta say instead; "" = as the style has them
    declared: str = ""
    register: bool = False  #: its columns are in columns.csv
    script: Script = ""  #: a file of its own beside an empty box of the home page
    region: str = ""  #: 地区 as written; needed only without a code
    suspicion: str = ""  #: what 名录核对 is to say of it

    @property
    def readable(self) -> bool:
        return self.gate in ("", "slow") and self.status == "正常运行"

    @property
    def level(self) -> str:
        """层级 as the register writes it."""
        if self.group == "省直":
            return "省级"
        return "市级" if self.code[4:6] in ("00", "") else "县级"

    def truth(self, home: str, nowhere: str) -> dict[str, object]:
        """The entry of truth.json; ``nowhere`` is the address where nothing listens."""
        judged = [c for c in self.columns if c.state] if self.readable else []
        dead = self.dead if self.readable else ()
        return {
            "name": self.name,
            "group": self.group,
            "verdict": self.verdict,
            "vetoes": sorted(self.vetoes),
            "columns": [c.truth() for c in judged],
            "dead_links": [d.truth(home, nowhere) for d in dead],
            "missing_identity": sorted(self.missing) if self.readable else [],
            **({"code_shown": self.shows_code} if self.shows_code else {}),
            **({"deductions": self.deductions} if self.deductions else {}),
            **({"suspicion": self.suspicion} if self.suspicion else {}),
            "why": self.why,
        }
