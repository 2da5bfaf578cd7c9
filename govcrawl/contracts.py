"""What passes between the rooms of the house; nothing else does.

Read this page first.  The way of the data:

    Campaign + Site  --plan-->  Task  --fetch-->  Page  --read-->  Facts  --observe-->  Observation
                                                                              |
                                  bulletin  <--report--  Verdict, Finding  <--score

Dates are ``datetime.date`` (a site's day, Beijing time); moments are aware UTC ``datetime``; seconds are ``float``.
Every dataclass is frozen: a stage that learns something makes a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

# --- the inputs -------------------------------------------------------------------------------------------------

#: 运行状态 of the register; only ``RUNNING`` counts as 在运行 in a table.
RUNNING = "正常运行"
STATUSES = (RUNNING, "申请例外", "暂时关停", "永久关停")

ColumnClass = Literal[
    "news", "notice", "policy", "personnel", "plan", "consult", "survey", "interview", "service", "static", "other"
]


@dataclass(frozen=True, slots=True)
class Site:
    """One row of the register (普查单位 of the bulletin)."""

    code: str  #: 网站标识码; ``row-N`` where the register gives none (滇中新区 has no GB/T 2260 code)
    name: str
    home: str  #: 首页网址, absolute, http or https
    group: str  #: the row of 附件1 this site is counted in (a prefecture, a county, or ``issuer.direct``)
    organiser: str = ""
    region: str = ""  #: 地区 as written
    level: str = ""
    status: str = RUNNING
    serves_public: bool = True  #: 对外服务
    line: int = 0  #: row of the file it was read from, 1 = header
    extra: dict[str, str] = field(default_factory=dict)  #: further columns, kept as they are


@dataclass(frozen=True, slots=True)
class RegisteredColumn:
    """One row of columns.csv: a column (栏目) the site itself registered."""

    site: str
    name: str
    url: str
    cls: ColumnClass | None = None  #: None: to be told from the name
    department: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong with one row of an input file; ``fatal`` rows were left out."""

    file: str
    line: int
    column: str
    reason: str
    fatal: bool

    def __str__(self) -> str:
        kind = "错误" if self.fatal else "提示"
        return f"{self.file}:{self.line} [{self.column}] {kind}：{self.reason}"


@dataclass(frozen=True, slots=True)
class Issuer:
    name: str
    division: str
    direct: str = "省直"
    order: tuple[str, ...] = ()
    number: str = ""
    contact: str = ""
    deadline: str = ""
    copies_to: str = ""
    addressees: str = ""


@dataclass(frozen=True, slots=True)
class ProbePlan:
    per_round: int = 20
    spacing_s: float = 1800.0
    timeout_s: float = 15.0


@dataclass(frozen=True, slots=True)
class CrawlPlan:
    max_pages: int = 300
    max_depth: int = 4
    delay_s: float = 1.0
    allow_networks: tuple[str, ...] = ()
    browser: bool = False  #: pages that a script draws are rendered by Chromium


@dataclass(frozen=True, slots=True)
class Scope:
    mode: Literal["all", "sample"] = "all"
    ratio: float = 1.0
    seed: int = 0
    always: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportPlan:
    digits: int = 0
    rounding: Literal["half_up", "truncate"] = "half_up"
    require_review: bool = False


@dataclass(frozen=True, slots=True)
class Campaign:
    """campaign.toml, checked.  ``as_of`` of every judgement is ``ends``."""

    id: str
    title: str
    standard: str
    starts: date
    ends: date
    issuer: Issuer
    sites_file: str
    rounds: int = 1
    columns_file: str = ""
    messages_file: str = ""
    accounts_file: str = ""
    previous: tuple[str, ...] = ()
    scope: Scope = Scope()
    probe: ProbePlan = ProbePlan()
    crawl: CrawlPlan = CrawlPlan()
    report: ReportPlan = ReportPlan()


# --- the crawl --------------------------------------------------------------------------------------------------

Kind = Literal["site", "probe", "render"]  #: the spider that does a task
#: What a task's URL is believed to be; reading decides what it is.
Role = Literal["home", "fragment", "column", "more", "article", "page", "link", "probe"]


@dataclass(frozen=True, slots=True)
class Task:
    """What to fetch.  Its identity within a round: ``frontier.codec.task_id``."""

    site: str
    kind: Kind
    role: Role
    url: str
    depth: int = 0
    found_on: str = ""
    text: str = ""  #: name of the column it is, or belongs to; at most 60 characters
    priority: int = 50  #: 0 first … 99 last
    visit: int = 0  #: probes: 1…per_round; pages: looks at the same page after a redirect to itself
    hops: int = 0  #: redirects followed so far
    spent_s: float = 0.0  #: probes: seconds used by earlier hops of the same visit
    not_before: float = 0.0  #: probes: Unix time of the visit; 0 = at once
    on_home: bool = False  #: found on the home page (dead links weigh more there)


@dataclass(frozen=True, slots=True)
class Lease:
    """A claimed task, held by ``token`` for as long as its worker says so in time."""

    round_key: str  #: "<campaign>:<round>"
    id: bytes
    token: str
    attempt: int  #: at the page, 1 for the first; a lease that was lost with its worker is none
    task: Task
    at: float = 0.0  #: Unix time of the claim, by Redis's clock
    delay_s: float = 0.0  #: between two requests to one host, as its campaign has it


#: How a fetch ended.  ``ok``: an answer below 400; ``http_error``: 4xx/5xx; ``challenge``: a firewall's test page (412, 521 …);
#: ``refused_by_us``: our own guard, never the site's fault; ``our_fault``: our network or a worker's error.
Outcome = Literal[
    "ok", "redirect", "http_error", "challenge", "timeout", "dns", "refused", "reset", "too_large", "bad_answer",
    "refused_by_us", "our_fault",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """What came back for one task (one exchange; a redirect is a page of its own)."""

    url: str
    outcome: Outcome
    status: int | None
    at: datetime
    seconds: float
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    worker: str = ""
    error: str = ""
    rendered: bool = False  #: ``body`` is what a browser made of the answer


@dataclass(frozen=True, slots=True)
class Probe:
    """One availability visit.  ``failed`` None: inconclusive, left out of the share."""

    site: str
    round: int
    visit: int
    at: datetime
    seconds: float
    outcome: Outcome
    status: int | None
    failed: bool | None
    worker: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the stored exchange of a page lies: a gzip member of a WARC file."""

    file: str
    offset: int
    length: int


# --- what reading finds (pure: bytes and headers in, these out) ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list.  ``date`` None: no date is shown; never a guess."""

    url: str
    title: str
    date: date | None
    dated_by: Literal["shown", "url", ""] = ""


@dataclass(frozen=True, slots=True)
class ColumnLink:
    """A link that names a column (from navigation, side list, breadcrumb, 更多)."""

    url: str
    name: str
    cls: ColumnClass
    level: int  #: 1 = 一级栏目 (main navigation)
    source: Literal["nav", "side", "crumb", "more", "tab", "registered"]


#: listed: entries are shown; text: words instead of a list; channel: only leads to further columns; blank: a reader sees nothing
#: in it; unknown: drawn by a script, behind a frame, or not understood.
ColumnState = Literal["listed", "text", "channel", "blank", "unknown"]


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    name: str
    cls: ColumnClass
    state: ColumnState
    items: tuple[Item, ...] = ()
    #: further pages of this list that may hold newer items, best first; of an unknown column also its frames, fragments and the
    #: addresses that its scripts ask for entries
    next_pages: tuple[str, ...] = ()
    why: str = ""  #: for blank and unknown: what was seen, in Chinese


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    title: str
    published: date | None
    source: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A citizen's letter on a message board (政务咨询类)."""

    title: str
    asked: date | None
    answered: date | None
    state: Literal["answered", "open", "unknown"]
    url: str = ""


@dataclass(frozen=True, slots=True)
class HomeFacts:
    items: tuple[Item, ...]  #: every article-like link of the home page, dated where a date is shown
    nav_only: bool  #: the page is only an entry (导航页): second-level pages are judged instead
    #: frames and lists of this site that the page shows within itself
    parts: tuple[str, ...] = ()
    drawn: str = ""  #: why a reader may see more entries than were read, in Chinese


@dataclass(frozen=True, slots=True)
class FooterFacts:
    """Identity marks; an empty string means not seen on this page."""

    site_code: str = ""
    icp: str = ""
    police: str = ""
    party_badge: str = ""
    error_report: str = ""
    organiser: str = ""
    drawn: bool = False  #: a script draws the page or its foot: what wasn't seen may be there


#: letters: some can be read by anyone; empty: it says that it has none; form: only a form to write one; script: a script draws it.
BoardShows = Literal["letters", "empty", "form", "script", ""]


@dataclass(frozen=True, slots=True)
class BoardFacts:
    """A message board's page, or a letter's; ``trail``: what breadcrumb and title call it, for what the standards exclude."""

    shows: BoardShows
    trail: tuple[str, ...] = ()


NoticeKind = Literal["closed", "moved", "domain", "paused"]


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A site's own word on its home page: 关停, 迁移, 域名变更, 暂停服务."""

    kind: NoticeKind
    text: str  #: the sentence
    target: str = ""  #: the address it leads to, absolute, where it names one


@dataclass(frozen=True, slots=True)
class GuideFacts:
    """A service guide (办事指南) and which of its eight elements are there."""

    name: str
    present: tuple[str, ...]
    missing: tuple[str, ...]
    forms: tuple[str, ...] = ()  #: URLs of files to download
    names_form: bool = False  #: its text speaks of a form to fill in


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    text: str
    tag: Literal["a", "area", "img", "frame", "iframe"] = "a"


PageKind = Literal[
    "home", "list", "article", "board", "letter", "text", "channel", "redirect", "frames", "script", "challenge", "empty"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """All that reading says about one page."""

    kind: PageKind
    title: str
    encoding: str
    redirect: str = ""  #: where a meta refresh or a ``location=`` script sends the reader
    home: HomeFacts | None = None
    column: ColumnFacts | None = None
    article: ArticleFacts | None = None
    letters: tuple[Letter, ...] = ()
    board: BoardFacts | None = None
    guide: GuideFacts | None = None
    notices: tuple[NoticeFacts, ...] = ()
    columns: tuple[ColumnLink, ...] = ()
    links: tuple[Link, ...] = ()  #: every http(s) link, absolute, fragment removed, in order, once each
    fragments: tuple[str, ...] = ()  #: same-site URLs whose HTML a script puts into the page ($.load, includes)
    footer: FooterFacts = FooterFacts()
    #: visible text without scripts, styles and hidden parts; but for the home page and fragments also without navigation, trail,
    #: side lists, friend links and footer, which are read there once
    text: str = ""


# --- the judge --------------------------------------------------------------------------------------------------

ObservationKind = Literal[
    "home", "column", "article", "letter", "guide", "notice", "dead_link", "footer", "challenge", "unread", "check"
]


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen, where, when, with which evidence.  ``data`` is JSON-ready; its keys per kind: ``pipelines/observe.py``."""

    campaign: str
    round: int
    site: str
    kind: ObservationKind
    url: str
    at: datetime
    data: dict[str, Any]
    found_on: str = ""
    excerpt: str = ""
    page: str = ""  #: _id of the page it was seen on
    key: str = ""  #: tells several of one kind on one URL apart


@dataclass(frozen=True, slots=True)
class Result:
    """One finished task on its way through the pipelines: the item that every spider yields, exactly one a lease."""

    lease: Lease
    page: Page
    facts: Facts | None = None
    children: tuple[Task, ...] = ()
    probe: Probe | None = None
    observations: tuple[Observation, ...] = ()
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """An observation that breaks a rule.  ``id`` is the same whenever the same fault is found again."""

    id: str
    campaign: str
    site: str
    indicator: str
    url: str
    found_on: str
    excerpt: str
    detail: dict[str, Any]
    evidence: str = ""  #: _id of the page (its stored exchange)
    review: Literal["pending", "confirmed", "dismissed"] = "pending"
    clause: str = ""


@dataclass(frozen=True, slots=True)
class ColumnVerdict:
    name: str
    url: str
    cls: ColumnClass
    newest: date | None
    items: int
    state: Literal["fresh", "stale", "blank", "unknown"]
    level: int = 1


@dataclass(frozen=True, slots=True)
class ProbeCount:
    total: int = 0
    failed: int = 0
    inconclusive: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Site × campaign × pack.  ``deductions`` None: a veto ended the scoring, or nothing could be scored."""

    campaign: str
    site: str
    pack: str  #: "2015@1"
    as_of: date
    verdict: Literal["pass", "fail", "insufficient", "not_checked"]
    vetoes: tuple[str, ...] = ()
    deductions: float | None = None
    reasons: tuple[str, ...] = ()  #: the words of 存在问题
    doubts: tuple[str, ...] = ()  #: why 证据不足, and what could not be told
    unscored: tuple[str, ...] = ()  #: indicators the pack lists without points
    pages: int = 0
    probes: ProbeCount = ProbeCount()
    columns: tuple[ColumnVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()
