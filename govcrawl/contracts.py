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

from govcrawl.facts import ColumnClass, Facts

# --- the inputs -------------------------------------------------------------------------------------------------

#: 运行状态 of the register; only ``RUNNING`` counts as 在运行 in a table.
RUNNING = "正常运行"
STATUSES = (RUNNING, "申请例外", "暂时关停", "永久关停")
CLOSED = STATUSES[2:]


@dataclass(frozen=True, slots=True)
class Site:
    """One row of the register (普查单位 of the bulletin)."""

    code: str  #: 网站标识码; ``row-N`` where the register gives none (滇中新区 has no GB/T 2260 code)
    name: str  #: 网站名称
    home: str  #: 首页网址, absolute, http or https
    group: str  #: the row of 附件1 this site is counted in (a prefecture, a county, or ``issuer.direct``)
    organiser: str = ""  #: 主办单位
    region: str = ""  #: 地区 as written
    level: str = ""  #: 层级
    status: str = RUNNING  #: 运行状态; only 正常运行 is inspected
    serves_public: bool = True  #: 对外服务
    line: int = 0  #: row of the file it was read from, 1 = header
    extra: dict[str, str] = field(default_factory=dict)  #: further columns, kept as they are


@dataclass(frozen=True, slots=True)
class RegisteredColumn:
    """One row of columns.csv: a column (栏目) the site itself registered."""

    site: str  #: 网站标识码
    name: str  #: 栏目名称
    url: str  #: 栏目网址
    cls: ColumnClass | None = None  #: None: to be told from the name
    department: str = ""  #: 责任部门


@dataclass(frozen=True, slots=True)
class Message:
    """One row of messages.csv: a reader's report of a fault (“我为政府网站找错”网民留言)."""

    number: str  #: 留言编号
    site: str  #: 网站标识码
    accepted: date  #: 受理时间
    closed: date | None  #: 办结时间; None: not closed yet
    platform: str  #: 平台


@dataclass(frozen=True, slots=True)
class Account:
    """One row of accounts.csv: a 政务新媒体 account.  ``updated``, ``interactive``, ``registered`` None: the register doesn't say."""

    name: str  #: 名称
    platform: str  #: 平台: 微信, 微博 …
    organiser: str  #: 主办单位
    group: str  #: the row of the accounts' table it is counted in
    region: str = ""  #: 地区 as written
    updated: date | None = None  #: 最近更新
    interactive: bool | None = None  #: 互动功能
    registered: bool | None = None  #: 备案状态
    status: str = RUNNING  #: 运行状态
    line: int = 0  #: row of the file it was read from, 1 = header


@dataclass(frozen=True, slots=True)
class Named:
    """One row of superior.csv: a site of ours that a bulletin of our superior named."""

    name: str  #: 网站名称
    reason: str  #: 存在问题
    bulletin: str = ""  #: 通报: which one, as the clerk calls it
    place: str = ""  #: 地区 as the superior has it
    code: str = ""  #: 网站标识码
    state: str = ""  #: 整改情况, such as 仍未整改到位
    line: int = 0  #: row of the file it was read from, 1 = header


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
    name: str  #: 发文机关
    division: str  #: 行政区划代码, six digits
    direct: str = "省直"  #: name of the row of its own departments
    order: tuple[str, ...] = ()  #: rows of 附件1 in this order; others follow by code
    number: str = ""  #: 发文字号
    contact: str = ""  #: 联系人、电话
    deadline: str = ""  #: 整改期限
    copies_to: str = ""  #: 抄送
    addressees: str = ""  #: 主送


@dataclass(frozen=True, slots=True)
class ProbePlan:
    per_round: int = 20  #: visits to each home page
    spacing_s: float = 1800.0  #: seconds between two visits to one site
    timeout_s: float = 15.0  #: seconds after which a visit has failed


@dataclass(frozen=True, slots=True)
class CrawlPlan:
    max_pages: int = 300  #: per site and round
    max_depth: int = 4  #: clicks from the home page
    delay_s: float = 1.0  #: seconds between two requests to one host, over all workers together
    allow_networks: tuple[str, ...] = ()  #: CIDR; else only public addresses are fetched
    browser: bool = False  #: pages that a script draws are rendered by Chromium
    as_engine: bool = True  #: home pages are asked for once more under a search engine's name


@dataclass(frozen=True, slots=True)
class Scope:
    mode: Literal["all", "sample"] = "all"  #: 全面检查 or 抽查
    ratio: float = 1.0  #: share of each stratum that is drawn
    seed: int = 0  #: of the draw; the same seed draws the same sites
    always: tuple[str, ...] = ()  #: "previous_failed": last campaign's failed sites are always drawn


@dataclass(frozen=True, slots=True)
class ReportPlan:
    digits: int = 0  #: decimals of a rate
    rounding: Literal["half_up", "truncate"] = "half_up"  #: of rates
    require_review: bool = False  #: only findings that a person confirmed count
    template: str = ""  #: path of the issuer's own text (Jinja2), empty: the usual one
    rows: Literal["code", "register"] = "code"  #: order of the sites of a group
    months: tuple[str, ...] = ()  #: ids of earlier spot checks that this bulletin gathers with its own campaign
    title: str = ""  #: of a bulletin that gathers months, empty: the campaign's


@dataclass(frozen=True, slots=True)
class Repost:
    """A topic that every site of a campaign was to pass on (转载)."""

    name: str  #: as the tables call it
    starts: date  #: an entry dated earlier is another one
    ends: date  #: last day in time
    keywords: tuple[str, ...] = ()  #: a title that holds one of them is a repost; ``甲+乙``: both
    urls: tuple[str, ...] = ()  #: so is a link to one of these addresses


@dataclass(frozen=True, slots=True)
class LedgerPlan:
    """How faults are followed up (问题台账)."""

    working_days: int = 0  #: from a 整改通知书 to its deadline, by the official calendar; 0: the clerk names a date
    number: str = "整改〔{年}〕{号}号"  #: 文号 of a 整改通知书


@dataclass(frozen=True, slots=True)
class Campaign:
    """campaign.toml, checked.  ``as_of`` of every judgement is ``ends``."""

    id: str  #: [a-z0-9-]+, names the data of the campaign everywhere
    title: str  #: 普查名称
    standard: str  #: name of a rule pack: "2015", "2019", "2015-yunnan"
    starts: date  #: first day
    ends: date  #: 数据采样截止: every age is measured back from this day
    issuer: Issuer  #: who signs the bulletin
    sites_file: str  #: path of the register
    rounds: int = 1  #: 轮: each visits every site once
    columns_file: str = ""  #: path, empty: none
    messages_file: str = ""  #: path, empty: none
    accounts_file: str = ""  #: path, empty: none
    superior_file: str = ""  #: path of what a superior's bulletins said, empty: none
    previous: tuple[str, ...] = ()  #: ids of earlier campaigns, for 比上季度 and 仍未整改到位
    scope: Scope = Scope()  #: which of the sites are inspected
    probe: ProbePlan = ProbePlan()  #: the visits of 首页可用性
    crawl: CrawlPlan = CrawlPlan()  #: limits of the crawl
    report: ReportPlan = ReportPlan()  #: how the bulletin is written
    ledger: LedgerPlan = LedgerPlan()  #: how faults are followed up
    allowed: tuple[str, ...] = ()  #: words that are no typos: 词语, or 网站标识码:词语 for one site
    reposts: tuple[Repost, ...] = ()  #: topics that every site was to pass on
    rechecks: str = ""  #: _id of the campaign whose confirmed findings this one looks at again (复查); no file has it
    series: str = ""  #: id in the recurring file of which this is one month (周期抽查), empty: none

    @property
    def earlier(self) -> tuple[str, ...]:
        """Campaigns whose failed sites a sample draws again, and whose decisions hold here too."""
        return (*self.previous, *self.report.months)


# --- the crawl --------------------------------------------------------------------------------------------------

Kind = Literal["site", "probe", "render"]  #: the spider that does a task
#: What a task's URL is believed to be; reading decides what it is.  part: a frame of the home page, or a list that it asks for; as_engine,
#: script, style: the home page as a search engine gets it, a script file on it, a style sheet of a page (``spiders/guise.py``); link: only
#: checked; file: an attachment that may list people, checked and read; nowhere: an address that can't exist; closed: the home page of a
#: site that the register calls closed.
Role = Literal[
    "home", "part", "fragment", "column", "more", "article", "page", "link", "file", "probe", "as_engine", "script",
    "style", "nowhere", "closed",
]  # fmt: skip


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
    #: probes: 1…per_round, -n confirms the failed visit n; pages: looks at the same page after a redirect to itself
    visit: int = 0
    hops: int = 0  #: redirects followed so far; of a part also the frames it lies in, of a board's further page the pages before it
    spent_s: float = 0.0  #: probes: seconds used by earlier hops of the same visit
    not_before: float = 0.0  #: probes: Unix time of the visit; 0 = at once
    on_home: bool = False  #: found on the home page (dead links weigh more there)
    avoid: str = ""  #: confirming visits: the monitor that saw the failure; another one is to look
    #: its address stood in what a script gets, or in a hidden part: whether a reader's link leads there can't be told
    guessed: bool = False


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
    answer: Answer | None = None  #: of a link: what its target told the site that asked first; it is not asked again


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
class Answer:
    """What the target of a link said, whichever site's page named it.  ``page`` has no body; ``size``, ``sha256`` are of what it had."""

    page: Page
    attempt: int  #: the second and later ones were GET
    size: int
    sha256: str
    title: str  #: of the page, where it was read
    absent: str  #: as in ``Facts``
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Outlink:
    """A link from a site to another host, and how its target answered."""

    url: str  #: of its target
    text: str  #: words of the link
    found_on: str  #: URL of the page that named it first
    outcome: Outcome  #: how the look at its target ended
    status: int | None = None  #: of HTTP
    title: str = ""  #: of the target, where it was read


@dataclass(frozen=True, slots=True)
class Probe:
    """One availability visit.  ``failed`` None: inconclusive, left out of the share."""

    site: str  #: 网站标识码
    round: int  #: 轮, from 1
    visit: int  #: 1…per_round; -n: only confirms the failed visit n, and counts in no share
    at: datetime  #: its end
    seconds: float  #: redirects included
    outcome: Outcome  #: how it ended
    status: int | None  #: of HTTP; None: no answer
    failed: bool | None  #: None: inconclusive, in no share
    worker: str = ""  #: process that made it: <host>-<process>-<random>
    due: datetime | None = None  #: when the plan wanted it
    error: str = ""  #: what failed, as the crawler says it
    address: str = ""  #: addresses of the last host asked, as they were known
    page: str = ""  #: _id of the page that holds its stored exchange, where there was an answer


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the stored exchange of a page lies: a gzip member of a WARC file."""

    file: str  #: WARC file, below EVIDENCE_DIR
    offset: int  #: bytes before the record
    length: int  #: bytes of the record, packed


# --- the judge --------------------------------------------------------------------------------------------------

ObservationKind = Literal[
    "home", "column", "article", "letter", "guide", "notice", "dead_link", "footer", "challenge", "unread", "check",
    "missing", "nowhere", "closed", "script", "style",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen, where, when, with which evidence.  ``data`` is JSON-ready; its keys per kind: ``pipelines/observe.py``."""

    campaign: str  #: _id of the campaign
    round: int  #: 轮, from 1
    site: str  #: 网站标识码
    kind: ObservationKind  #: what it is about
    url: str  #: of the page
    at: datetime  #: when the page had come (UTC)
    data: dict[str, Any]  #: by kind, see below
    found_on: str = ""  #: URL of the page that led there
    excerpt: str = ""  #: words of the page that show it; empty: ``data`` says all
    page: str = ""  #: _id of the page it was seen on
    key: str = ""  #: tells several of one kind on one URL apart
    id: str = field(default="", compare=False)  #: its _id, once it is stored


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


Review = Literal["pending", "confirmed", "dismissed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """An observation that breaks a rule.  ``id`` is the same whenever the same fault is found again."""

    id: str  #: 20 hexadecimal digits
    campaign: str  #: _id of the campaign
    site: str  #: 网站标识码
    indicator: str  #: site_unreachable, dead_link …: the keys of the rule packs
    url: str  #: of the fault
    found_on: str  #: URL of the page that led there
    excerpt: str  #: the words that show it; their place: ``govcrawl evidence``
    detail: dict[str, Any]  #: by indicator; see the contract of results.json
    evidence: str = ""  #: _id of the page (its stored exchange)
    review: Review = "pending"  #: 人工复核, as of ``decided``; the collection findings always has the newest
    clause: str = ""  #: what the standard demands
    seen: tuple[str, ...] = ()  #: _ids of the observations it rests on
    first_seen: date | None = None  #: day of the first look that found it
    last_seen: date | None = None  #: day of the last look that found it
    gone: date | None = None  #: day of the first later look, in another round, that didn't; None: there was none
    wording: str = ""  #: a person's words in place of the excerpt; empty: the excerpt
    decided: int = 0  #: number of the last decision on it; 0: none


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided on a finding (人工复核).  The history only grows: the highest ``number`` holds, under every pack."""

    campaign: str  #: _id of the campaign
    site: str  #: 网站标识码
    finding: str  #: id of the finding
    indicator: str  #: of the finding, as are url, excerpt and detail: what the person saw
    url: str  #: of the fault
    excerpt: str  #: the words that show it
    detail: dict[str, Any]  #: by indicator
    number: int  #: 1, 2, … of this finding
    review: Review  #: confirmed 确认, dismissed 排除, pending 退回待复核
    reason: str  #: why; never empty where it was dismissed
    wording: str  #: words for the bulletin in place of the excerpt; empty: the excerpt
    by: str  #: who
    at: datetime  #: when


#: planned 待复查, unmended 未整改, mended 已整改, moved 已迁移: not seen at its new address; deleted 删除网页: gone, not mended;
#: returned 反弹: mended at an earlier recheck; unknown 未能判断.
RecheckState = Literal["planned", "unmended", "mended", "moved", "deleted", "returned", "unknown"]


@dataclass(frozen=True, slots=True)
class Recheck:
    """What became of a confirmed finding (整改复查).  The history only grows: each recheck has a number of its own."""

    campaign: str  #: _id of the campaign of the finding
    number: int  #: 第几次复查, from 1; its pages are those of the campaign <campaign>.r<number>
    finding: str  #: id of the finding
    pack: str  #: rule pack and version by which it is a fault, "2015@1"
    site: str  #: 网站标识码
    indicator: str  #: of the finding, as are url and excerpt
    url: str  #: of the fault
    excerpt: str  #: the words that show it, or those of the person who confirmed it
    state: RecheckState = "planned"  #: 复查结果
    why: str = ""  #: what was seen, in Chinese
    moved_to: str = ""  #: where its page is now, if that is elsewhere
    day: date | None = None  #: when its page was looked at
    pages: tuple[str, ...] = ()  #: _ids of the pages that were looked at: their stored exchanges


#: found 待通知, notified 已通知, mended 报称已整改: its office says so; rechecked 复查待认定: its page is gone, or a
#: person struck it off and it is seen again, for a person to weigh; closed 已销号, unmended 未整改, returned 反弹.
LedgerState = Literal["found", "notified", "mended", "rechecked", "closed", "unmended", "returned"]


@dataclass(frozen=True, slots=True)
class LedgerStep:
    """What was done about a finding (问题台账).  The history only grows: the highest ``number`` holds."""

    campaign: str  #: _id of the campaign
    site: str  #: 网站标识码
    finding: str  #: id of the finding
    indicator: str  #: of the finding, as is url
    url: str  #: of the fault
    number: int  #: 1, 2, … of this finding
    state: LedgerState  #: since this step
    by: str  #: who; “复查” of a recheck
    at: datetime  #: when it was written down
    reason: str = ""  #: what the office or the clerk said, or what a recheck saw
    notice: str = ""  #: 文号 of the 整改通知书 that this step sent out
    deadline: date | None = None  #: 整改期限 that it set
    office: str = ""  #: 责任单位 that it named
    day: date | None = None  #: of the notice; of the look of a recheck
    recheck: int = 0  #: 第几次复查; 0: it was none
    result: RecheckState | None = None  #: of that recheck


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A fault as a 整改通知书 lists it."""

    finding: str  #: id of the finding
    kind: str  #: what the standard calls it
    url: str  #: of the fault
    found_on: str  #: URL of the page that led there
    excerpt: str  #: the words that show it, persons' numbers cut
    shown: str  #: how it shows
    clause: str  #: what the standard demands
    office: str  #: 责任单位


@dataclass(frozen=True, slots=True)
class Notice:
    """A 整改通知书 as it was sent: of its rows those stand whose finding has a step with its number."""

    number: str  #: 文号
    series: str  #: what is alike in the numbers that are counted together
    serial: int  #: 1, 2, … of the series
    campaign: str  #: _id of the campaign
    title: str  #: of the campaign
    site: str  #: 网站标识码
    name: str  #: 网站名称
    issuer: str  #: 发文机关
    contact: str  #: 联系人、电话
    addressee: str  #: 主送: 主办单位, else the site
    basis: str  #: rule pack and version, "2015@1"
    ends: date  #: 数据采样截止
    day: date  #: 成文日期
    deadline: date  #: 整改期限
    rows: tuple[NoticeRow, ...]  #: its faults
    by: str  #: who made it
    at: datetime  #: when


@dataclass(frozen=True, slots=True)
class ColumnVerdict:
    name: str  #: 栏目名称
    url: str  #: of its first page
    cls: ColumnClass  #: what is demanded of it depends on this
    newest: date | None  #: day of its newest entry, not after the day of judgement; None: undated or blank
    items: int  #: entries seen, each URL once
    #: fresh 已更新, stale 超期未更新, blank 空白, unknown: can't be told
    state: Literal["fresh", "stale", "blank", "unknown"]
    level: int = 1  #: 1 = 一级栏目, by the clicks from the home page


@dataclass(frozen=True, slots=True)
class ProbeCount:
    """``share``: failed ÷ conclusive visits; ``low``, ``high``: its 95 % interval (Wilson); None without a conclusive visit."""

    total: int = 0  #: visits of the plan that were made
    failed: int = 0  #: 打不开
    inconclusive: int = 0  #: not counted for or against the site
    share: float | None = None  #: of the failed among the conclusive
    low: float | None = None  #: lower end of the interval
    high: float | None = None  #: upper end of the interval


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """One line of a scoring: an indicator that was found broken.  ``points`` None: it costs none (a veto, listed, not counted)."""

    indicator: str  #: key of the rule pack
    table: Literal["veto", "deduction", "bonus", "listed"]  #: of the standard, where it stands
    points: str | None  #: in exact decimals, within ``cap``
    cap: str | None  #: most points this indicator can cost, where the standard has one
    findings: tuple[str, ...]  #: ids
    observations: tuple[str, ...]  #: ids


@dataclass(frozen=True, slots=True)
class Verdict:
    """Site × campaign × pack.  ``deductions`` None: a veto ended the scoring, or nothing could be scored."""

    campaign: str  #: _id of the campaign
    site: str  #: 网站标识码
    pack: str  #: "2015@1"
    as_of: date  #: day of judgement
    verdict: Literal["pass", "fail", "insufficient", "not_checked"]  #: 合格, 不合格, 证据不足, 未检查
    vetoes: tuple[str, ...] = ()  #: 单项否决: indicators
    deductions: float | None = None  #: points lost
    reasons: tuple[str, ...] = ()  #: the words of 存在问题
    doubts: tuple[str, ...] = ()  #: why 证据不足, and what could not be told
    unscored: tuple[str, ...] = ()  #: indicators the pack lists without points
    pages: int = 0  #: distinct pages read, over all rounds
    probes: ProbeCount = ProbeCount()  #: visits to the home page
    columns: tuple[ColumnVerdict, ...] = ()  #: every column that a rule judges
    findings: tuple[Finding, ...] = ()  #: all faults, as in the collection findings
    #: found in some round, but not by all rounds together: mended, or contradicted; never counted
    transient: tuple[Finding, ...] = ()
    items: tuple[ScoredItem, ...] = ()  #: where the verdict comes from, in the order of the standard
    #: under a standard that takes points from 100, in decimals; an upper bound where ``unscored`` isn't empty
    score: str | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What one site tells of the register: whom it links to, and whether it is there itself."""

    site: str  #: 网站标识码
    links: tuple[Outlink, ...] = ()  #: to other hosts, one each
    gone: str = ""  #: why it seems to be closed, though the register calls it running


#: gone 违规关停, closed_but_running 关停后仍运行, link_to_closed 错链断链, unregistered_site 未纳入监管, counterfeit_site 仿冒,
#: notice_missing 未挂公告.
SuspicionKind = Literal[
    "gone", "closed_but_running", "link_to_closed", "unregistered_site", "counterfeit_site", "notice_missing"
]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Where the register and the web disagree (名录核对).  A person is to find out why; it counts against no site."""

    kind: SuspicionKind  #: what it may be
    host: str  #: with port, without www.
    url: str  #: of the site, or of the page that was seen
    title: str  #: registered name, or what the page or the link to it is called
    why: str  #: what was seen, in Chinese
    site: str = ""  #: 网站标识码 of the row of the register; empty: it has none
    group: str = ""  #: of that row
    linked_by: int = 0  #: sites whose pages link to it
    example: str = ""  #: URL of such a page


MessageState = Literal["in_time", "late", "overdue", "pending", "unknown"]


@dataclass(frozen=True, slots=True)
class MessageVerdict:
    """in_time 按期办结, late 超期办结, overdue 未办结 and past its deadline, pending not closed but not due yet, unknown: can't be told."""

    message: Message  #: the row of messages.csv
    state: MessageState  #: 办理情况
    deadline: date | None = None  #: the last day in time; None: unknown
    why: str = ""  #: for unknown: the reason


@dataclass(frozen=True, slots=True)
class AccountVerdict:
    """``reasons`` fail an account, ``faults`` are only listed, ``doubts`` could not be told.  The verdicts are those of a site."""

    account: Account  #: the row of accounts.csv
    pack: str  #: "2019@1"
    verdict: Literal["pass", "fail", "insufficient", "not_checked"]  #: as of a site
    reasons: tuple[str, ...] = ()  #: why it fails, in the words of 存在问题
    faults: tuple[str, ...] = ()  #: listed only
    doubts: tuple[str, ...] = ()  #: what could not be told


#: repost 转载; annual_report 政府网站年度报表; request_form, request_chart 依申请公开的申请表、流程图; explained 政策解读
DutyKind = Literal["repost", "annual_report", "request_form", "request_chart", "explained"]


@dataclass(frozen=True, slots=True)
class Duty:
    """What a site was seen to publish of what it has to; only told, never counted.  not_seen proves nothing: no crawl reads all."""

    campaign: str  #: _id of the campaign
    site: str  #: 网站标识码
    kind: DutyKind  #: what it had to publish
    name: str  #: the topic, the year; else empty
    state: Literal[
        "seen", "late", "file", "not_seen", "unknown"
    ]  #: late: after the last day; file: only as a file to download
    urls: tuple[str, ...] = ()  #: where, a few of them
    day: date | None = None  #: the earliest it is dated
    count: int = 0  #: pages; of explained: policies with an explanation
    of: int = 0  #: of explained: policies seen
    linked: int = 0  #: of explained: policy and explanation lead to each other
