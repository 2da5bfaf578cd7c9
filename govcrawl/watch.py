"""Whether our own work can be trusted: what a round looks like from above, held against the round before.  Pure.

It accuses nobody: an alarm says that we should look before anybody is named.  The exporter raises it as a metric and a log line, and the
bulletin's draft names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Alarm_kind = Literal["coverage", "finds_nothing", "finds_everything", "worker_fails"]
COVERED = 0.95  #: share of the sites that must have a verdict
FEW = 20  #: sites, or fetches: of fewer nothing is said
NOTHING_BEFORE = 0.05  #: share of the sites on which a check found something, for its finding nothing now to be odd
NEARLY_ALL, HALF = 0.9, 0.5  #: shares of now and before, for its finding everything to be odd
OTHERS_WELL = 0.5  #: share of the fetches that other workers brought home, for one that fails to be odd

#: What is seen on sites, in the words of a bulletin; a check that is not named here goes by its own name.
WORDS = {
    "home": "首页识别", "column": "栏目识别", "article": "文章识别", "letter": "留言识别", "guide": "办事指南识别", "notice": "公告识别",
    "dead_link": "死链检查", "footer": "底部标识识别", "challenge": "防火墙测试页", "unread": "未能读取的网页", "check:typos": "错字检查",
    "check:privacy": "个人信息检查", "check:hijack": "暗链、挂马检查", "style": "样式表读取",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoundLook:
    """``sites``: inspected; ``seen``: kind of observation (``check:<name>`` of a check) → sites where there was one; ``workers``: name →
    fetches, and those of them that brought an answer of whatever status.
    """

    key: str
    sites: int
    seen: Mapping[str, int] = field(default_factory=dict)
    workers: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alarm:
    kind: Alarm_kind
    subject: str  #: the round, the check, the worker
    sentence: str  #: for a bulletin's draft, without its full stop


def coverage(key: str, sites: int, judged: int) -> Iterator[Alarm]:
    """``judged``: sites that pass or fail; the others are 证据不足 or were not checked."""
    if sites and judged < COVERED * sites:
        share = f"{100 * judged / sites:.1f}%"
        yield Alarm(
            "coverage", key,
            f"本次应检查网站{sites}个，得出合格或不合格结论的{judged}个（{share}），不足{COVERED:.0%}，比率仅供参考，请先查明原因",
        )  # fmt: skip


def compared(now: RoundLook, before: RoundLook | None) -> Iterator[Alarm]:
    """Checks that suddenly find nothing, or something nearly everywhere."""
    if before is None or min(now.sites, before.sites) < FEW:
        return
    for name in sorted({*now.seen, *before.seen}):
        was, is_ = before.seen.get(name, 0) / before.sites, now.seen.get(name, 0) / now.sites
        word = WORDS.get(name, name.removeprefix("check:"))
        then = f"{before.key}有{before.seen.get(name, 0)}个网站（{was:.0%}）"
        if not is_ and was >= NOTHING_BEFORE:
            yield Alarm(
                "finds_nothing",
                name,
                f"“{word}”在{now.key}的{now.sites}个网站上一无所见，而{then}有所见，可能是检查本身失效",
            )
        elif is_ >= NEARLY_ALL and was < HALF:
            yield Alarm(
                "finds_everything", name,
                f"“{word}”在{now.key}的{is_:.0%}的网站上有所见，而{then}有所见，可能是检查本身误报",
            )  # fmt: skip


def failing_workers(now: RoundLook) -> Iterator[Alarm]:
    """Workers to which nobody answers, while others are answered: what they saw says more of their own line than of the sites."""
    for name, (fetches, answered) in sorted(now.workers.items()):
        others = [counts for other, counts in now.workers.items() if other != name]
        total, well = sum(n for n, _ in others), sum(n for _, n in others)
        if fetches >= FEW and not answered and total >= FEW and well >= OTHERS_WELL * total:
            yield Alarm(
                "worker_fails", name,
                f"采集进程{name}在{now.key}的{fetches}次访问全部失败，而其他进程大多成功，可能是其网络故障，相关网站请复核",
            )  # fmt: skip
