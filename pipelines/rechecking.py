"""整改复查: what became of a confirmed finding.  ``judge`` reads what a recheck saw of a site; ``compare`` is pure.

What the rules of the finding's own standard find again, under the same id, is not mended.  What they don't find again is mended only where
every page that the finding rests on could be read again, and shows it no more; a page that is gone was deleted, which is for a person to
weigh.  Whatever else keeps us from seeing is 未能判断, and accuses nobody.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Literal

from govcrawl.contracts import Finding, Observation, RecheckState, Task, Verdict
from govcrawl.documents import StoredRecheck
from govcrawl.errors import BadMessage
from govcrawl.frontier.codec import decode, host_of
from govcrawl.linked import MARK, mark, named
from govcrawl.reading.urls import identity
from govcrawl.rechecks import OF_VISITS
from govcrawl.spiders.guise import MAX_SCRIPTS
from pipelines.dead_links import SOFT
from pipelines.judged_notices import CLOSED_NOTICE
from pipelines.seen import day_of

#: ``read``: it was there to see; ``gone``: 404, 410, an error page, or the home page in its place; ``away``: it leads to another site.
PlaceState = Literal["read", "gone", "away", "unread"]
MENDED: tuple[RecheckState, ...] = ("mended", "moved", "deleted")
#: What no look at single pages can tell.
_WHOLE = {
    "score_below_pass": "总分须全面检查后才能重新计算",
    "repost_missing": "是否转载须全面检查后才能判断",
    "notice_missing": "须人工核对",
}
FEW_LINKS = 10  #: of a home page; with fewer another page may well have the same
_CODE = ("script", "style")  #: roles of files that nobody reads as a page
_NEAR = timedelta(minutes=5)  #: a link that gave no answer is dead only where another host answered about then
_SEEN_NOTHING = (
    "empty",
    "script",
    "frames",
    "challenge",
    "redirect",
)  #: kinds of pages on which a reader may see what we don't
_FAILED = {
    "our_fault": "本方网络故障", "refused_by_us": "地址不在允许范围", "challenge": "为防火墙验证页面",
    "timeout": "超时", "dns": "域名无法解析",
    "refused": "拒绝连接", "reset": "连接中断", "too_large": "网页过大", "bad_answer": "应答无法识别", "http_error": "应答为错误代码",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A page that a finding rests on, as it was found again."""

    asked: str
    url: str  #: where redirects led
    state: PlaceState
    why: str = ""
    at: datetime | None = None
    page: str = ""  #: its _id
    role: str = ""
    links: bytes = b""
    alive: bool = False  #: its server answered as if it were there
    whole: bool = False  #: a browser drew it, or nothing of it was left to one
    loads: frozenset[str] = frozenset()  #: script files on it that were read too, by the identity of their addresses
    styles: frozenset[str] = frozenset()  #: style sheets, likewise
    hops: int = 0  #: redirects by which the crawl had come to it: no page names its address

    @property
    def moved(self) -> bool:
        return identity(self.asked) != identity(self.url)


@dataclass(frozen=True, slots=True)
class Looked:
    """One site at a recheck."""

    verdict: Verdict
    home: str  #: URL of its home page
    observations: Sequence[Observation] = ()
    answers: Sequence[
        tuple[datetime, str]
    ] = ()  #: when a host answered anything, of all sites of the recheck, in order
    places: Mapping[bytes, Place] = field(default_factory=dict)  #: by the message of the task

    def standing(self, id_: str) -> Finding | None:
        return next((f for f in self.verdict.findings if f.id == id_), None)

    def of(self, kind: str) -> Iterator[Observation]:
        return (o for o in self.observations if o.kind == kind)

    def doubt(self, *begins: str) -> str:
        return next((d for d in self.verdict.doubts if d.startswith(begins)), "")


@dataclass(frozen=True, slots=True)
class Told:
    state: RecheckState
    why: str = ""
    place: Place | None = None


def compare(
    plan: StoredRecheck, finding: Finding, looked: Looked, earlier: Sequence[RecheckState] = ()
) -> StoredRecheck:
    """``finding`` as it was confirmed; ``earlier``: what former rechecks found, in order."""
    places = [looked.places[raw] for raw in plan.tasks if raw in looked.places]
    missed = len(plan.tasks) - len(places)
    if missed:
        places.append(Place("", "", "unread", f"{missed}个网页未能访问"))
    there = [p for raw in plan.elsewhere if (p := looked.places.get(raw))]
    elsewhere = [p for p in there if p.state == "read"]
    told = _told(finding, looked, places)
    if told.state in ("mended", "moved") and plan.drawn and not all(p.whole for p in places):
        told = Told("unknown", "问题原见于浏览器渲染后的网页，本次未能渲染", told.place)
    if told.state == "deleted" and elsewhere:
        told = Told("moved", "原网页已不存在，同一标题的内容在新址，新址未见该问题", elsewhere[0])
    elif told.state == "deleted" and (unread := next((p for p in there if p.state != "gone"), None)):
        told = Told("unknown", f"原网页已不存在，疑似在新址{unread.url}，未能读取", told.place)
    place = told.place or next((p for p in places if p.moved and p.state in ("read", "away")), None)
    if told.state == "unmended" and elsewhere and not (place and place.moved):
        place = elsewhere[0]
    if told.state == "unmended" and _returns(earlier):
        told = replace(told, state="returned")
    looks = [p.at for p in (*places, *elsewhere) if p.at]
    return replace(
        plan,
        state=told.state,
        why=told.why,
        moved_to=place.url if place and (place.moved or place in elsewhere) else "",
        day=day_of(max(looks)) if looks else looked.verdict.as_of,
        pages=tuple(dict.fromkeys(p.page for p in (*places, *elsewhere) if p.page)),
    )


def _returns(earlier: Sequence[RecheckState]) -> bool:
    """What could not be told tells nothing."""
    last = next((state for state in reversed(earlier) if state != "unknown"), "planned")
    return last in (*MENDED, "returned")


def _told(finding: Finding, looked: Looked, places: Sequence[Place]) -> Told:
    if looked.verdict.verdict == "not_checked":
        return Told("unknown", "登记为不在运行，未作评判")
    if finding.indicator in _WHOLE:
        return Told("unknown", _WHOLE[finding.indicator])
    by = _BY_INDICATOR.get(finding.indicator, _on_pages)
    return by(finding, looked, places)


def _on_pages(finding: Finding, looked: Looked, places: Sequence[Place]) -> Told:
    """Faults that stand on pages: the check saw them again, or every page was read and shows them no more."""
    if places and places[0].role == "script" and (told := _unloaded(finding, places)):
        return told
    if now := looked.standing(finding.id):
        return Told("unmended", now.excerpt if now.excerpt != finding.excerpt else "", _shown(now, places))
    if finding.detail.get("sheet") and (told := _unstyled(looked, places)):
        return told
    return _pages_told(finding, places) or Told("mended", "网页仍在，该问题已不存在")


def _unstyled(looked: Looked, places: Sequence[Place]) -> Told | None:
    """That a style sheet which may hide it was not read."""
    read = {identity(o.url): o for o in looked.of("style")}
    taken = {identity(url) for o in read.values() for url in o.data.get("imports", ())}
    missing = sorted({*taken, *(url for p in places for url in p.styles)} - read.keys())
    return Told("unknown", f"样式表{missing[0]}未能读取") if missing else None


def _unloaded(finding: Finding, places: Sequence[Place]) -> Told | None:
    """A stranger's script goes on doing what it does, whether a page loads it or not; None: the page does."""
    page = next((p for p in places[1:] if identity(p.asked) == identity(finding.found_on)), None)
    if page is None or page.state != "read":
        return Told("unknown", "引用该脚本的网页未能读取")
    if identity(places[0].asked) in page.loads:
        return None
    full = len(page.loads) >= MAX_SCRIPTS  # it may be one more
    return Told("unknown", "网页是否仍引用该脚本未能判断") if full else Told("mended", "网页已不再引用该脚本", page)


def _shown(now: Finding, places: Iterable[Place]) -> Place | None:
    return next((p for p in places if p.page and p.page == now.evidence), None)


def _pages_told(finding: Finding, places: Sequence[Place]) -> Told | None:
    """What the state of the pages alone tells; None: all of them are there and were read."""
    rests = (
        [p for p in places if identity(p.asked) != identity(finding.found_on) or p is places[0]]
        if finding.found_on
        else list(places)
    )
    if not rests:
        return Told("unknown", "原网页记录已不在库中")
    first = rests[0]
    if first.state == "gone":
        return Told("deleted", f"原网页已不存在（{first.why}）", first)
    if first.state == "away":
        return Told("unknown", "原网页转到其他网站，须人工核对", first)
    if blind := next((p for p in rests if p.state in ("unread", "away")), None):
        return Told("unknown", f"{blind.asked}{blind.why}" if blind.asked else blind.why)
    if first.moved:
        return Told("moved", "原网页转到新址，新址未见该问题", first)
    gone = sum(p.state == "gone" for p in rests)
    return Told("mended", f"该问题已不存在，其中{gone}个网页已删除") if gone else None


def _dead_link(finding: Finding, looked: Looked, places: Sequence[Place]) -> Told:
    """A link is mended when its target answers, or when no page names it any more."""
    target = next((p for p in places if identity(p.asked) == identity(finding.url)), None)
    pages = [p for p in places if p is not target]
    if target and target.alive:
        return Told("mended", "链接已能打开", target)
    one = mark(finding.url)
    naming = [p for p in pages if p.state == "read" and named([one], p.links)]
    if not naming and target and target.hops:
        return Told("unknown", "链接经转址仍打不开，须人工核对")
    if pages and not naming and all(p.state in ("read", "gone") for p in pages):
        if all(p.state == "gone" for p in pages):
            return Told("deleted", "链接所在的网页已不存在", pages[0])
        return Told("mended", "链接已撤下")
    now = looked.standing(finding.id)
    if not now:
        return Told("unknown", f"链接{target.why}，未能判断" if target else "链接未能访问")
    if not naming:
        return Told("unknown", "链接仍打不开，是否仍挂在网页上未能判断")
    if not isinstance(now.detail["status"], int) and now.detail["status"] != SOFT and not _online(target, looked):
        return Told("unknown", "链接没有应答，同时段本方网络未打开其他网站，未能判断")
    return Told("unmended", f"链接仍打不开（{now.detail['status']}），仍挂在{naming[0].url}")


def _online(target: Place | None, looked: Looked) -> bool:
    if not target or not target.at:
        return False
    own = host_of(target.url)
    begins = bisect_left(looked.answers, target.at - _NEAR, key=itemgetter(0))
    ends = bisect_right(looked.answers, target.at + _NEAR, key=itemgetter(0))
    return any(host != own for _, host in looked.answers[begins:ends])


def _of_visits(finding: Finding, looked: Looked, places: Sequence[Place]) -> Told:
    count = looked.verdict.probes
    words = f"复查访问首页{count.total}次，打不开{count.failed}次，未能判断{count.inconclusive}次"
    if looked.standing(finding.id):
        return Told("unmended", words)
    if doubt := looked.doubt("首页可用性", "首页的", "首页打不开", f"首页{count.failed}次"):
        return Told("unknown", doubt)
    if not count.total - count.inconclusive or (finding.indicator == "home_unavailable" and count.failed):
        return Told("unknown", words)
    return Told("mended", words)


def _home(finding: Finding, looked: Looked, places: Sequence[Place]) -> Told:
    if looked.standing(finding.id):
        return Told("unmended", _newest(looked.standing(finding.id)))
    if doubt := looked.doubt("首页"):
        return Told("unknown", doubt)
    return Told("mended", "首页已有更新") if any(looked.of("home")) else Told("unknown", "首页未能读取")


def _newest(now: Finding | None) -> str:
    newest = now.detail.get("newest") if now else None
    return f"最新信息为{newest}" if newest else ""


def _column(finding: Finding, looked: Looked, places: Sequence[Place]) -> Told:
    now = looked.standing(finding.id)
    if now:
        return Told("unmended", _newest(now))
    if told := _first_gone(places):
        return told
    return _column_now(finding, looked, places)


def _first_gone(places: Sequence[Place]) -> Told | None:
    if places and places[0].state == "gone":
        return Told("deleted", f"栏目已不存在（{places[0].why}）", places[0])
    if places and places[0].state in ("away", "unread"):
        return Told("unknown", places[0].why or "栏目转到其他网站，须人工核对", places[0])
    return None


def _column_now(finding: Finding, looked: Looked, places: Sequence[Place]) -> Told:
    """By what the column at this address is by now."""
    state = _column_states(looked).get(identity(finding.url), "")
    if not state and places and places[0].moved:
        state = _column_states(looked).get(identity(places[0].url), "")
    blank = finding.indicator == "column_blank"
    there: RecheckState = "moved" if places and places[0].moved else "mended"
    if state == "fresh":
        return Told(there, "栏目已更新")
    if blank and state in ("stale", "listed", "text", "channel"):
        return Told(there, "栏目已有内容" + ("，但超期未更新" if state == "stale" else ""))
    if state == "blank" and not blank:
        return Told("unmended", "栏目现为空白")
    return Told("unknown", "栏目由脚本生成，或形式已变，须人工核对")


def _column_states(looked: Looked) -> dict[str, str]:
    """By the identity of the URL; what the standard makes of a column, else what was seen."""
    seen = {identity(o.data["column"]): str(o.data["state"]) for o in looked.of("column")}
    return seen | {identity(c.url): c.state for c in looked.verdict.columns}


def _columns(finding: Finding, looked: Looked, places: Sequence[Place]) -> Told:
    """Too many columns at once: mended where they are few enough by now, though nobody deleted one, and each could be told."""
    if now := looked.standing(finding.id):
        return Told("unmended", f"仍有：{now.excerpt}")
    if doubt := looked.doubt(CLOSED_NOTICE):
        return Told("unknown", doubt)
    states = _column_states(looked)
    unknown = [p for p in places if p.state in ("unread", "away") or states.get(identity(p.url)) == "unknown"]
    if unknown:
        return Told("unknown", f"{len(unknown)}个栏目未能判断")
    gone = [p for p in places if p.state == "gone"]
    if gone:
        return Told("deleted", f"其中{len(gone)}个栏目已不存在", gone[0])
    return Told("mended", "栏目已更新或补充内容") if places else Told("unknown", "原网页记录已不在库中")


def _identity(finding: Finding, looked: Looked, places: Sequence[Place]) -> Told:
    if now := looked.standing(finding.id):
        left = "、".join(_MARKS.get(m, m) for m in now.detail.get("missing", ()))
        return Told("unmended", f"仍缺少：{left}" if left else "")
    if doubt := looked.doubt("底部功能区"):
        return Told("unknown", doubt)
    read = any(identity(o.url) == identity(looked.home) for o in looked.of("footer"))
    return Told("mended", "网站标识已补齐") if read else Told("unknown", "首页未能读取")


_MARKS = {
    "site_code": "网站标识码", "icp": "ICP备案号", "police": "公安备案号", "party_badge": "党政机关标识", "error_report": "找错入口",
    "organiser": "主办单位",
}  # fmt: skip


def _letter(finding: Finding, looked: Looked, places: Sequence[Place]) -> Told:
    asked = finding.detail.get("asked")
    looks = [o for o in looked.of("letter") if o.data["title"] == finding.excerpt and o.data["asked"] == asked]
    if any(o.data["state"] == "answered" for o in looks):
        return Told("mended", "来信已答复")
    if looked.standing(finding.id) or any(o.data["state"] == "open" for o in looks):
        return Told("unmended", "来信仍未答复")
    told = _pages_told(finding, places)
    return (
        told if told and told.state in ("deleted", "unknown") else Told("unknown", "来信已不在所见网页上，须人工核对")
    )


def _guide(finding: Finding, looked: Looked, places: Sequence[Place]) -> Told:
    then = finding.detail.get("missing", ())
    looks = [o for o in looked.of("guide") if o.data["name"] == finding.detail.get("title")]
    if not looks:
        told = _pages_told(finding, places)
        return (
            told if told and told.state in ("deleted", "unknown") else Told("unknown", "办事指南未能读出，须人工核对")
        )
    left = [e for e in looks[0].data["missing"] if all(e in o.data["missing"] for o in looks)]
    if not left:
        return Told("mended", "办事指南要素已补齐")
    words = f"仍缺少：{'、'.join(left)}"
    if any(o.data["forms"] for o in looks):
        return Told("unknown", f"{words}（部分可能在附件中）")
    return Told("unmended" if set(left) >= set(then) else "unknown", words)


def _domain(finding: Finding, looked: Looked, places: Sequence[Place]) -> Told:
    """The register alone proves nothing: nobody may have told it of a new address."""
    home = next((p for p in looked.places.values() if p.role == "home"), None)
    if home is None or home.state != "read":
        return Told("unknown", home.why if home else "首页未能读取")
    if host_of(home.url) != host_of(finding.url):
        return Told("moved", "首页转到新址，须核对登记", home)
    return (
        Told("unmended", "首页仍以原网址提供")
        if looked.standing(finding.id)
        else Told("unknown", "登记已变，须人工核对")
    )


_BY_INDICATOR: dict[str, Callable[[Finding, Looked, Sequence[Place]], Told]] = {
    **dict.fromkeys(OF_VISITS, _of_visits), "dead_link": _dead_link, "home_not_updated": _home, "home_few_updates": _home,
    "column_stale": _column, "column_blank": _column, "columns_not_updated": _columns, "columns_blank": _columns,
    "missing_identity": _identity, "poor_response": _letter, "service_not_useful": _guide, "domain_irregular": _domain,
}  # fmt: skip


# --- places ---------------------------------------------------------------------------------------------------------


def place(asked: str, trail: Sequence[Mapping[str, Any]], home: str, nowhere: Iterable[tuple[str, str]]) -> Place:
    """``trail``: stored pages from the one that was asked to where redirects led; ``nowhere``: (host, digest) of what hosts say of an
    address that can't exist.
    """
    first, last = trail[0], trail[-1]
    state, why = _state(first, last, home, nowhere)
    alive = last["outcome"] in ("ok", "redirect") and not last.get("absent") and last["status"] not in (404, 410)
    below = [one for page in trail for one in children(page)]
    whole = bool(last["rendered"]) or not any(one.kind == "render" for one in below)
    loads, styles = (frozenset(identity(one.url) for one in below if one.role == role) for role in ("script", "style"))
    return Place(
        asked, last["url"], state, why, last["at"], last["_id"], last["role"], last.get("links", b""), alive, whole, loads, styles
    )  # fmt: skip


def as_home(places: Mapping[bytes, Place]) -> dict[bytes, Place]:
    """Servers that show their home page for whatever isn't there: such a page is gone, though its answer says 200."""
    front = {
        p.links for p in places.values() if p.role == "home" and p.state == "read" and len(p.links) >= FEW_LINKS * MARK
    }
    same = (
        raw for raw, p in places.items() if p.role in ("article", "page") and p.state == "read" and p.links in front
    )
    return dict(places) | {raw: replace(places[raw], state="gone", why="显示的是首页") for raw in same}


def children(page: Mapping[str, Any]) -> Iterator[Task]:
    """What a stored page led to, as far as its messages can be read."""
    for raw in page["children"]:
        with suppress(BadMessage):
            yield decode(raw)


def _state(
    first: Mapping[str, Any], last: Mapping[str, Any], home: str, nowhere: Iterable[tuple[str, str]]
) -> tuple[PlaceState, str]:
    outcome, status, absent = last["outcome"], last["status"], last.get("absent", "")
    if status in (404, 410):
        return "gone", f"应答为{status}"
    if absent:
        known = (host_of(last["url"]), absent) in nowhere
        return ("gone", "网页显示内容不存在") if known else ("unread", "网页疑似显示内容不存在")
    if outcome == "redirect":
        return ("read", "") if last["role"] == "link" else ("away", "转到其他网站")
    if outcome != "ok":
        return "unread", f"{_FAILED.get(outcome, outcome)}（{status}）" if outcome == "http_error" else _FAILED.get(
            outcome, outcome
        )
    if first["role"] != "home" and identity(first["url"]) != identity(last["url"]) == identity(home):
        return "gone", "转到首页"
    if last["role"] not in _CODE and (
        last["kind"] in _SEEN_NOTHING or (last["kind"] is None and last["role"] != "link")
    ):
        return "unread", "网页内容由脚本生成或未能读出"
    return "read", ""
