"""The rows of an analyst's tables: what a view of MongoDB shows, and what ``govcrawl export`` writes, name for name.

The comments beside the fields are the data dictionary (``govcrawl schema``), their types the columns of a Parquet file.  Shares are 0 to
1, not rounded; None where nothing was counted.  No row has a page's words, a finding's address, or who decided or watched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One campaign (普查); rechecks are none."""

    campaign: str  #: id of the campaign
    title: str  #: 普查名称
    standard: str  #: name of its own standard: 2015, 2019 …
    starts: date  #: first day
    ends: date  #: 数据采样截止
    rounds: int  #: 轮
    issuer: str  #: 发文机关
    division: str  #: 行政区划代码 of the issuer
    mode: str  #: all 全面检查, sample 抽查
    previous: tuple[str, ...]  #: ids of the earlier campaigns it is compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredSite:
    """One row of a campaign's register (普查单位); of a recheck <campaign>.r<number> the sites it looks at."""

    campaign: str  #: id of the campaign
    site: str  #: 网站标识码; row-N: the register gives none, and N is another site in another campaign
    name: str  #: 网站名称
    home: str  #: 首页网址
    group: str  #: the row of 附件1 it is counted in: a prefecture, a county, or the issuer's own departments
    organiser: str  #: 主办单位
    region: str  #: 地区 as written
    level: str  #: 层级
    status: str  #: 运行状态; only 正常运行 is inspected
    serves_public: bool  #: 对外服务
    chosen: bool  #: in its scope: a sample leaves sites out


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteVerdict:
    """The verdict on one site in one campaign by one version of a standard."""

    campaign: str  #: id of the campaign
    pack: str  #: standard and version, 2015@1
    own: bool  #: by the campaign's own standard; false: judged by another one to compare
    site: str  #: 网站标识码
    name: str = ""  #: 网站名称
    group: str = ""  #: the row of 附件1
    organiser: str = ""  #: 主办单位
    level: str = ""  #: 层级
    status: str = ""  #: 运行状态
    as_of: date  #: day of judgement; all ages are counted back from it
    verdict: str  #: pass 合格, fail 不合格, insufficient 证据不足, not_checked 未检查
    vetoes: tuple[str, ...]  #: 单项否决: indicators
    deductions: float | None = None  #: points lost; None: a veto ended the scoring, or nothing could be scored
    score: (
        float | None
    )  #: points, of a standard that takes them from 100; an upper bound where it has items without points
    reasons: tuple[str, ...]  #: the words of 存在问题
    doubts: tuple[str, ...]  #: why 证据不足, and what could not be told
    findings: int  #: faults that nobody dismissed, as of the last scoring
    unreviewed: int  #: of them, those that nobody has decided on
    pages: int  #: distinct pages read, over all rounds
    visits: int  #: availability visits made
    failed: int  #: of them 打不开
    inconclusive: int  #: of them our own fault, or not to be told; they count neither way
    failed_share: float | None = None  #: failed ÷ conclusive visits


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One line of a site's scoring: an indicator that was found broken."""

    campaign: str  #: id of the campaign
    pack: str  #: standard and version
    site: str  #: 网站标识码
    indicator: str  #: id of the indicator
    part: str  #: of the standard: veto 单项否决, deduction 扣分, bonus 加分, listed 只列出
    points: float | None = None  #: lost (or gained), within cap; None: it costs none
    cap: float | None = None  #: most points this indicator can cost
    findings: int  #: faults it rests on
    observations: int  #: observations it rests on


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnState:
    """One column (栏目) of a site, as it was judged."""

    campaign: str  #: id of the campaign
    pack: str  #: standard and version
    site: str  #: 网站标识码
    group: str | None = None  #: the row of 附件1 its site is counted in
    name: str  #: 栏目名称
    url: str  #: of its first page
    cls: str  #: 栏目类别: news, notice, policy, consult … (what is demanded of it depends on this)
    level: int  #: 1 = 一级栏目
    newest: date | None = None  #: day of its newest entry; None: undated or blank
    items: int  #: entries seen
    state: str  #: fresh 已更新, stale 超期未更新, blank 空白, unknown: can't be told
    age: int | None = None  #: days from its newest entry to the day of judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One finding (问题线索) by one version of a standard, without its address, words and evidence."""

    campaign: str  #: id of the campaign
    pack: str  #: standard and version
    finding: str  #: its number, for govcrawl evidence
    site: str  #: 网站标识码
    name: str = ""  #: 网站名称
    group: str = ""  #: the row of 附件1
    organiser: str = ""  #: 主办单位
    level: str = ""  #: 层级
    indicator: str  #: id of the indicator
    review: str  #: 人工复核, the newest: pending 待复核, confirmed 已确认, dismissed 已排除
    first_seen: date | None = None  #: day of the first look that found it
    last_seen: date | None = None  #: day of the last look that found it


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorCount:
    """How often an indicator was found broken in one campaign (问题频次)."""

    campaign: str  #: id of the campaign
    pack: str  #: standard and version
    indicator: str  #: id of the indicator
    findings: int  #: all of them
    pending: int  #: 待复核
    confirmed: int  #: 已确认
    dismissed: int  #: 已排除
    sites: int  #: sites with at least one that nobody dismissed


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefectureTrend:
    """One row of 附件1 in one campaign: a prefecture, a county, or the issuer's own departments, to be followed over campaigns."""

    campaign: str  #: id of the campaign
    title: str  #: 普查名称
    ends: date  #: 数据采样截止
    pack: str  #: standard and version
    own: bool  #: by the campaign's own standard
    group: str  #: the row of 附件1
    running: int  #: 在运行网站数
    checked: int  #: 检查网站数
    passed: int  #: 合格
    failed: int  #: 不合格
    insufficient: int  #: 证据不足: counts neither way
    pass_rate: float | None = None  #: passed ÷ (passed + failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatOffender:
    """A site that failed in two campaigns or more (屡查屡犯), each by its own standard in the newest version it was judged by.

    All campaigns that are stored count, whichever are exported.
    """

    site: str  #: 网站标识码; sites without one can't be followed
    name: str  #: 网站名称, as in the last campaign that judged it
    group: str  #: the row of 附件1, likewise
    organiser: str  #: 主办单位, likewise
    judged: int  #: campaigns that passed or failed it
    times: int  #: of them, those that failed it
    campaigns: tuple[str, ...]  #: ids of those that failed it, the earliest first
    first: date  #: day of judgement of the first that failed it
    last: date  #: day of judgement of the last that failed it
    still: bool  #: the last that judged it failed it
    vetoes: tuple[str, ...]  #: indicators that vetoed it, in any of them
    repeated: tuple[str, ...]  #: indicators that vetoed it more than once


@dataclass(frozen=True, slots=True, kw_only=True)
class MendingTime:
    """A confirmed finding that was looked at again (整改复查): when it was seen broken, and when mended.

    The true time lies between ``days_at_least`` and ``days``: nobody looked in between.  Where ``mended`` is None it is not over yet
    (``days_at_least`` goes on), so a mean of ``days`` alone is too low; the notebook estimates with both.
    """

    campaign: str  #: id of the campaign of the finding
    pack: str  #: standard and version by which it was confirmed
    finding: str  #: number of the finding
    site: str  #: 网站标识码
    name: str = ""  #: 网站名称
    group: str = ""  #: the row of 附件1
    indicator: str  #: id of the indicator
    rechecks: int  #: how often it was looked at again
    state: str  #: by the last one: unmended 未整改, mended 已整改, moved 已迁移, deleted 删除网页, returned 反弹, unknown 未能判断
    first_seen: date | None = None  #: day of the first look that found it; None: no scoring finds it any more
    last_broken: date | None = None  #: last day it was seen broken before it was mended
    mended: date | None = None  #: day of the first recheck that saw it no more, also where its page has moved to
    days: int | None = None  #: days from first_seen to mended
    days_at_least: int | None = None  #: days from first_seen to last_broken
    returned: bool  #: 反弹: seen again after it was mended


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """One availability visit to a home page (首页可用性监测)."""

    campaign: str  #: id of the campaign, <campaign>.r<number>: of its recheck
    round: int  #: 轮, from 1
    site: str  #: 网站标识码
    visit: int  #: 1, 2, …; -n only confirms the failed visit n, and counts in no share
    at: datetime  #: its end (UTC)
    seconds: float  #: it took, redirects included
    outcome: str  #: how it ended: ok, timeout, dns, refused …
    status: int | None = None  #: of HTTP; None: no answer
    failed: bool | None = None  #: 打不开; None: inconclusive, in no share


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTime:
    """How fast and how surely a home page opened in one campaign, over all its visits but those that only confirm."""

    campaign: str  #: id of the campaign, <campaign>.r<number>: of its recheck
    site: str  #: 网站标识码
    name: str = ""  #: 网站名称
    group: str = ""  #: the row of 附件1
    visits: int  #: availability visits made
    opened: int  #: of them, those that opened it
    failed: int  #: 打不开
    inconclusive: int  #: counted neither way
    availability: float | None = None  #: opened ÷ (opened + failed)
    median: float | None = None  #: seconds, of the visits that opened it
    p95: float | None = None  #: seconds in which 95 % of them were through
    slowest: float | None = None  #: seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """One exchange with a site, but for links and visits: a page that was asked for, also what failed."""

    campaign: str  #: id of the campaign, <campaign>.r<number>: of its recheck
    round: int  #: 轮, from 1
    site: str  #: 网站标识码
    host: str | None = None  #: with port
    role: str  #: what the crawler took it for: home, column, article …
    kind: str | None = None  #: what reading found it to be; None: not read
    outcome: str  #: ok: an answer below 400; our_fault and refused_by_us are never the site's fault
    status: int | None = None  #: of HTTP; None: no answer
    at: datetime  #: when the answer was there (UTC)
    seconds: float  #: from the first byte sent, or dialled, to the last one read
    size: int  #: bytes of the body, decompressed
    rendered: bool  #: its text is what a browser drew
    attempt: int  #: at this page, 1 for the first


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCheck:
    """One link of a site and how its target answered."""

    campaign: str  #: id of the campaign, <campaign>.r<number>: of its recheck
    round: int  #: 轮, from 1
    site: str  #: 网站标识码 of the site that has the link
    host: str | None = None  #: of the target, with port
    outcome: str  #: how the look at the target ended
    status: int | None = None  #: of HTTP; None: no answer
    at: datetime  #: when the answer was there (UTC)
    seconds: float  #: it took
    shared: bool = False  #: the answer that another site's check got: leave it out of times


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterTime:
    """A citizen's letter on a message board (互动回应), once however often it was seen; without its words."""

    campaign: str  #: id of the campaign
    site: str  #: 网站标识码
    board: str  #: URL of the board
    asked: date | None = None  #: day of the letter; None: not shown
    answered: date | None = None  #: day of the answer; None: none was seen, or undated
    state: str  #: answered, open, or unknown: can't be told
    days: int | None = None  #: from asked to answered


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTime:
    """A reader's report of a fault (“我为政府网站找错”网民留言) and how long it took."""

    campaign: str  #: id of the campaign
    platform: str  #: 平台
    number: str  #: 留言编号
    site: str  #: 网站标识码
    accepted: date  #: 受理时间
    closed: date | None = None  #: 办结时间; None: not closed
    deadline: date | None = None  #: the last day in time; None: unknown
    state: str  #: in_time 按期办结, late 超期办结, overdue 未办结, pending 未到期, unknown: can't be told
    days: int | None = None  #: calendar days from accepted to closed


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One step of following up a finding (问题台账): the highest number holds.  Who did it, and what was said, it does not tell."""

    campaign: str  #: id of the campaign of the finding
    site: str  #: 网站标识码
    finding: str  #: number of the finding
    indicator: str  #: id of the indicator
    number: int  #: 1, 2, … of this finding
    state: str  #: since this step: notified 已通知, mended 报称已整改, rechecked 复查待认定, closed 已销号, unmended 未整改, returned 反弹
    at: datetime  #: when it was written down (UTC)
    deadline: date | None = None  #: 整改期限 that it set
    day: date | None = None  #: of the 整改通知书, or of the recheck's look
    recheck: int = 0  #: 第几次复查; 0: it was none


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """What a standard calls an indicator (指标名称), one in a file of its own as the built-in ones do; in exported files only."""

    pack: str  #: standard and version
    indicator: str  #: id of the indicator
    word: str  #: 指标名称, as the bulletin prints it
