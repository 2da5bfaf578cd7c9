"""The collections of MongoDB: what a document of each is, its ``_id``, and the indexes that the project's queries need.

A document is a dataclass of ``contracts.py``, with the keys that say whose it is.  The comments beside the fields are what
``govcrawl schema`` prints, and their types what MongoDB checks: ``schema.py`` makes both from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from govcrawl.contracts import (
    Account,
    AccountVerdict,
    Campaign,
    Decision,
    Duty,
    Evidence,
    Finding,
    LedgerStep,
    Message,
    MessageVerdict,
    Named,
    Notice,
    Observation,
    Outcome,
    Probe,
    Recheck,
    RegisteredColumn,
    Role,
    Site,
    Suspicion,
    Trace,
    Verdict,
)
from govcrawl.facts import PageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSite(Site):
    """A site of a campaign's register (普查单位)."""

    campaign: str  #: _id of the campaign
    chosen: bool  #: in its scope: a sample leaves sites out


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredColumn(RegisteredColumn):
    """A column (栏目) that a site registered."""

    campaign: str  #: _id of the campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage(Message):
    """A reader's report of a fault (“我为政府网站找错”网民留言)."""

    campaign: str  #: _id of the campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccount(Account):
    """A 政务新媒体 account of the register."""

    campaign: str  #: _id of the campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNamed(Named):
    """A site that a bulletin of the superior named (上级通报)."""

    campaign: str  #: _id of the campaign


@dataclass(frozen=True, slots=True)
class StoredBulletin:
    """A final bulletin (定稿), as it was signed; its files are in bulletin_files."""

    campaign: str  #: _id of the campaign
    version: int  #: from 1; what changed since is another version
    snapshot: str  #: SHA-256 of all it was made from, hexadecimal
    pack: str  #: rule pack and version, "2015@1"
    title: str  #: of the bulletin
    at: datetime  #: when it was made final
    tables: tuple[dict[str, Any], ...]  #: key, title, header, rows of each
    files: tuple[dict[str, Any], ...]  #: name, and in how many parts each is stored


@dataclass(frozen=True, slots=True)
class StoredBulletinFile:
    """A part of a file of a final bulletin."""

    campaign: str  #: _id of the campaign
    version: int  #: of the bulletin
    snapshot: str  #: of the bulletin
    name: str  #: such as bulletin.docx
    part: int  #: from 0
    packed: bytes  #: zlib; the parts of a file are packed as one


@dataclass(frozen=True, slots=True)
class StoredPage:
    """One exchange with a site: a page that was read, a link that was checked, a visit; also what failed."""

    campaign: str  #: _id of the campaign
    round: int  #: 轮, from 1
    site: str  #: 网站标识码
    url: str  #: that was asked for
    role: Role  #: what the crawler took the URL for
    kind: PageKind | None  #: what reading found it to be; None: not read
    title: str  #: of the page
    rendered: bool  #: its text is what a browser drew
    outcome: Outcome  #: ok: an answer below 400; our_fault and refused_by_us are never the site's fault
    status: int | None  #: of HTTP; None: no answer
    error: str  #: why there is none
    at: datetime  #: when the answer was there, by Redis's clock
    seconds: float  #: from the first byte sent, or dialled, to the last one read
    size: int  #: bytes of the body, decompressed
    sha256: str  #: of the body, hexadecimal; empty without one
    worker: str  #: <host>-<process>-<random>; its evidence lies on that host
    attempt: int  #: at this page, 1 for the first
    claimed: float  #: Unix time of the lease: what was claimed later replaces what was claimed earlier
    evidence: Evidence | None  #: where the stored exchange lies: WARC file below EVIDENCE_DIR, its bytes
    task: bytes  #: the message of the queue (JSON) that led here
    children: tuple[bytes, ...]  #: the messages that this page led to
    links: bytes = b""  #: marks of the links on it, 6 bytes each: which pages name a link (``linked.py``)
    absent: str = ""  #: digest of its words, where the page says of itself that it isn't there
    shared: bool = False  #: of a link: the answer that another site's task got; its target was not asked again


@dataclass(frozen=True, slots=True)
class StoredTarget:
    """A link's target that was asked in a round, for all sites that name it."""

    campaign: str  #: _id of the campaign
    page: str  #: _id of the page that holds its answer


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObservation(Observation):
    """What was seen on a page, before anybody judged it."""

    claimed: float  #: as of its page; one that differs from its page's is left over and counts for nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProbe(Probe):
    """One availability visit (首页可用性监测)."""

    campaign: str  #: _id of the campaign
    claimed: float  #: Unix time of the lease


@dataclass(frozen=True, slots=True)
class StoredRound:
    """A round (轮) of a campaign."""

    campaign: str  #: _id of the campaign
    open: bool  #: its work goes on
    incomplete: tuple[str, ...] = ()  #: of a closed round, sites whose work was cut short
    why: str = ""  #: it was closed before its end: a sentence for the bulletin


@dataclass(frozen=True, slots=True)
class StoredDead:
    """A task that was given up, of a closed round."""

    campaign: str  #: _id of the campaign
    round: int  #: 轮, from 1
    site: str  #: 网站标识码
    reason: str  #: why it was given up
    url: str  #: empty where the message could not be read
    role: str  #: what the crawler took its URL for


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessageVerdict(MessageVerdict):
    """Whether a message was closed in time (留言办理情况)."""

    campaign: str  #: _id of the campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccountVerdict(AccountVerdict):
    """The verdict on an account under a pack."""

    campaign: str  #: _id of the campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFinding(Finding):
    """A fault found by the machine; a person confirms or dismisses it."""

    pack: str  #: rule pack and version that made it, "2015@1"
    order: str = ""  #: of the review: the surest first, those of a site together


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecheck(Recheck):
    """What became of a confirmed finding (整改复查)."""

    tasks: tuple[bytes, ...] = ()  #: the messages of the queue, one for each page to look at; that of the fault first
    elsewhere: tuple[bytes, ...] = ()  #: likewise, where a list names its text at another address
    drawn: bool = False  #: a browser had drawn the page on which the fault was found


@dataclass(frozen=True, slots=True)
class StoredUser:
    """Who may log in to the console."""

    name: str  #: as decisions name them
    role: Literal["reviewer", "clerk", "admin"]  #: 复核员, 承办人, 管理员
    hash: str  #: of the password, Argon2id
    active: bool  #: may log in
    since: datetime  #: made, or given a new password


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTrace(Trace):
    """What one site tells of the register (名录核对线索)."""

    campaign: str  #: _id of the campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSuspicion(Suspicion):
    """Where the register and the web disagree (名录核对)."""

    campaign: str  #: _id of the campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredState:
    """What is to be known of the store as a whole: ``schema``, the form of what it holds; ``restore``, a restore under way."""

    at: datetime  #: when it became so
    version: int = 0  #: of the form: migrations lead from one to the next
    backup: str = ""  #: SHA-256 of the list of the backup that is being restored
    replaces: bool = False  #: what was there is deleted first


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDeletion:
    """What was deleted when its term was over (保存期限)."""

    campaign: str  #: _id of the campaign
    what: Literal["pages", "evidence", "personal"]  #: kind of data
    at: datetime  #: when it was done
    days: int  #: the term, days after the end of the campaign
    documents: int  #: that were deleted, or cleared; so far, where it was cut off
    bytes: int  #: likewise
    whole: bool = False  #: it was done to its end
    looks: tuple[dict[str, Any], ...] = ()  #: what the rounds showed from above, for the alarms of a bulletin


Index = tuple[str, ...]  #: keys, all ascending
#: What an analyst asks: in Chinese, in English, the collection's method, its argument (a filter or a pipeline).
Example = tuple[str, str, str, Any]


@dataclass(frozen=True, slots=True)
class Collection:
    """``refuses``: a document that does not fit is refused; else it is stored and the server's log says so (see ``schema.py``)."""

    name: str
    chinese: str
    of: type
    id: str
    indexes: tuple[Index, ...] = ()
    refuses: bool = True
    examples: tuple[Example, ...] = ()


def _grouped(match: Mapping[str, Any], by: str) -> list[dict[str, Any]]:
    return [{"$match": dict(match)}, {"$group": {"_id": f"${by}", "n": {"$sum": 1}}}, {"$sort": {"n": -1}}]


_Q: dict[str, Any] = {"campaign": "yn-2018q2"}
_JUDGED = _Q | {"pack": "2015@1"}
_SITE = _Q | {"site": "5300000001"}

COLLECTIONS: tuple[Collection, ...] = (
    Collection("campaigns", "普查", Campaign, "<campaign>, or <campaign>.r<number> of a recheck", (("rechecks",), ("series",))),
    Collection(
        "sites", "网站登记", StoredSite, "<campaign>:<site code>", (("campaign",),),
        examples=(("各组网站数", "sites of each group", "aggregate", _grouped(_Q, "group")),),
    ),
    Collection("columns", "登记栏目", StoredColumn, "<campaign>:<number in its file, from 0>", (("campaign",),)),
    Collection("messages", "网民留言", StoredMessage, "<campaign>:<platform>:<number>", (("campaign",),)),
    Collection("accounts", "政务新媒体账号", StoredAccount, "<campaign>:<platform>:<name>:<organiser>", (("campaign",),)),
    Collection("named", "上级通报的网站", StoredNamed, "<campaign>:<line of its file>", (("campaign",),)),
    Collection(
        "bulletins", "定稿通报", StoredBulletin, "<campaign>:<version>", (("campaign",),),
        examples=(("一次普查的定稿", "final bulletins of a campaign", "find", _Q),),
    ),
    Collection("bulletin_files", "定稿文件", StoredBulletinFile, "<campaign>:<version>:<snapshot>:<name>:<part>"),
    Collection(
        "rounds", "轮次", StoredRound, "<campaign>:<round>", (("open",), ("campaign", "open")),
    ),
    Collection(
        "pages", "网页访问", StoredPage, "<campaign>:<round>:<task: 16 bytes of the task's hash, hexadecimal>",
        (("campaign", "site", "url"), ("campaign", "round")), refuses=False,
        examples=(
            ("一个网站各种访问结果的次数", "outcomes at one site", "aggregate", _grouped(_SITE, "outcome")),
            ("某一网址的全部访问", "every exchange of one URL", "find", _SITE | {"url": "http://www.example.gov.cn/"}),
        ),
    ),
    Collection("targets", "链接目标", StoredTarget, "<campaign>:<round>:<hash of the URL, hexadecimal>", refuses=False),
    Collection(
        "observations", "所见事实", StoredObservation, "<_id of the page>:<claimed, milliseconds>:<kind>:<key>",
        (("campaign", "site"), ("page", "claimed"), ("campaign", "kind")), refuses=False,
        examples=(("一个网站的全部死链", "dead links of a site", "find", _SITE | {"kind": "dead_link"}),),
    ),
    Collection(
        "probes", "可用性访问", StoredProbe, "<campaign>:<round>:<site code>:<visit>",
        (("campaign", "site"), ("campaign", "at"), ("campaign", "round", "failed", "site")), refuses=False,
        examples=(("一个网站打不开的访问", "failed visits of a site", "find", _SITE | {"failed": True}),),
    ),
    Collection(
        "dead", "放弃的任务", StoredDead, "<campaign>:<round>:<task>", (("campaign", "round"),), refuses=False,
    ),
    Collection(
        "verdicts", "网站评判", Verdict, "<campaign>:<site code>:<pack>", (("campaign", "pack"), ("site",)),
        examples=(
            ("不合格网站", "sites that fail", "find", _JUDGED | {"verdict": "fail"}),
            ("各种评判的网站数", "sites by verdict", "aggregate", _grouped(_JUDGED, "verdict")),
        ),
    ),
    Collection(
        "findings", "问题", StoredFinding, "<finding id>:<pack>",
        (
            ("campaign", "pack", "site"), ("campaign", "pack", "indicator"), ("campaign", "pack", "review", "order"),
            ("campaign", "pack", "review", "indicator", "order"), ("id",),
        ),
        examples=(
            ("各类问题的数量", "faults by indicator", "aggregate", _grouped(_JUDGED, "indicator")),
            ("全部死链问题", "every dead link", "find", _JUDGED | {"indicator": "dead_link"}),
        ),
    ),
    Collection(
        "decisions", "人工复核", Decision, "<finding id>:<number>", (("campaign", "site"), ("finding",)),
        examples=(
            ("谁作了多少决定", "decisions by person", "aggregate", _grouped(_Q, "by")),
            ("一个网站的复核历史", "all decisions on a site", "find", _SITE),
        ),
    ),
    Collection(
        "rechecks", "整改复查", StoredRecheck, "<finding id>:<number>", (("campaign", "number", "site"), ("finding",)),
        examples=(("仍未整改的问题", "faults that are not mended", "find", _Q | {"state": {"$in": ["unmended", "returned"]}}),),
    ),
    Collection(
        "ledger", "问题台账", LedgerStep, "<finding id>:<number>", (("campaign",), ("finding",)),
        examples=(("一次普查的通知、报告、复查和销号", "all steps of a campaign", "find", _Q),),
    ),
    Collection("notices", "整改通知书", Notice, "<its number>", (("campaign",), ("series",))),
    Collection("users", "用户", StoredUser, "<name>"),
    Collection("traces", "名录核对线索", StoredTrace, "<campaign>:<site code>", (("campaign", "site"),)),
    Collection(
        "suspicions", "名录核对", StoredSuspicion, "<campaign>:<kind>:<host or site code>", (("campaign",),),
        examples=(("未纳入监管的网站", "hosts that no register has", "find", _Q | {"kind": "unregistered_site"}),),
    ),
    Collection(
        "message_verdicts", "留言办理评判", StoredMessageVerdict, "<campaign>:<platform>:<number>", (("campaign",),),
        examples=(("超期办结或未办结的留言", "messages closed late, or not at all", "find", _Q | {"state": {"$in": ["late", "overdue"]}}),),
    ),
    Collection(
        "account_verdicts", "账号评判", StoredAccountVerdict, "<_id of the account>:<pack>", (("campaign", "pack"),),
        examples=(("不合格账号", "accounts that fail", "find", _JUDGED | {"verdict": "fail"}),),
    ),
    Collection(
        "duties", "内容职责", Duty, "<campaign>:<site code>:<kind>:<name>", (("campaign", "site"),),
        examples=(("未见转载的网站", "sites where no repost was seen", "find", _Q | {"kind": "repost", "state": "not_seen"}),),
    ),
    Collection("state", "库的状态", StoredState, "schema or restore"),
    Collection("deletions", "到期删除", StoredDeletion, "<campaign>:<what>", (("campaign",),)),
)  # fmt: skip
