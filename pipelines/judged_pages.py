"""Faults of single pages: letters left unanswered, dead links."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from govcrawl.contracts import Finding, Observation
from govcrawl.reading.urls import identity, same_site
from pipelines.dead_links import SHOWN, SOFT, dead_links, proofs
from pipelines.judged_columns import Columns
from pipelines.rulings import Case, Doubt, Ruling
from pipelines.seen import as_day
from pipelines.standards.rules import DeadLink, PoorResponse

_NO_LETTER = re.compile(r"[\W\d_]*|\W*(?:测试|试一下|试试|test|asdf)[\w\W]{0,6}|[a-z]{1,6}", re.I)


def rule_on_letters(case: Case) -> list[Ruling]:
    """One letter that waited too long is enough; a late answer was itself missing for too long."""
    rule = case.rule(PoorResponse)
    if rule is None:
        return []
    late = [letter for looks in _letters(case, rule).values() if (letter := _late(case, rule, looks))]
    findings = tuple(_letter_finding(case, letter) for letter in late)
    return [
        Ruling(
            "poor_response",
            findings,
            doubts=(*_closed_boards(case, rule), *_long_boards(case, rule), *_no_channel(case, rule)),
        )
    ]


def _no_channel(case: Case, rule: PoorResponse) -> tuple[Doubt, ...]:
    """That the crawl met no board proves nothing: it may lie on another site, or behind a script."""
    kinds = ("column", "unread", "letter")
    named = ((o.data.get("name", ""), o.data.get("cls", "")) for kind in kinds[:2] for o in case.seen.of(kind))
    met = any(_must_answer(rule, name, cls) for name, cls in named) or case.seen.of("letter")
    return (Doubt("抓取未见网上咨询建言渠道，须人工确认"),) if rule.channel_wanted and not met else ()


def _closed_boards(case: Case, rule: PoorResponse) -> tuple[Doubt, ...]:
    """Boards whose letters nobody could read here; a form alone, or a script, shows none."""
    shown: dict[str, set[str]] = defaultdict(set)
    for o in case.seen.of("column"):
        if _must_answer(rule, o.data["name"], o.data["cls"]):
            unknown = "script" if o.data["state"] == "unknown" else ""
            shown[identity(o.data["column"])].add(o.data.get("board") or unknown)
    for o in case.seen.unread("column"):
        if _must_answer(rule, o.data.get("name", ""), o.data.get("cls", "")):
            shown[identity(o.url)].add("script")
    silent = [kinds - {""} for kinds in shown.values() if not kinds & {"letters", "empty"}]
    forms, scripts = sum(kinds == {"form"} for kinds in silent), sum("script" in kinds for kinds in silent)
    told = ((forms, "只有提交表单，未公开来信"), (scripts, "由脚本生成或无法读取"))
    return tuple(Doubt(f"{n}个政务咨询类栏目{what}，未能判断回应情况") for n, what in told if n)


def _long_boards(case: Case, rule: PoorResponse) -> tuple[Doubt, ...]:
    """Boards of which neither the last page was read nor one as old as the rule looks back."""
    since = (case.seen.as_of - timedelta(days=rule.within_days)).isoformat()
    looks: dict[str, list[Observation]] = defaultdict(list)
    for o in case.seen.of("column"):
        if o.data.get("onward") is not None and _must_answer(rule, o.data["name"], o.data["cls"]):
            looks[identity(o.data["column"])].append(o)
    cut = [own for own in looks.values() if _is_cut(own, since)]
    text = f"{len(cut)}个政务咨询类栏目的来信未能逐页读到一年前（翻页须提交表单或运行脚本，或页数过多），未读的来信未作判断"
    return (Doubt(text),) if cut else ()


def _is_cut(looks: Sequence[Observation], since: str) -> bool:
    """Whether there are further pages than ``looks``; one without letters is no last page, but an error."""
    ended = any(o.data["items"] and not o.data["onward"] for o in looks)
    newest = (
        max((item[-1] or "" for item in o.data["items"]), default="") for o in looks
    )  # a pinned letter may be older
    return any(o.data["onward"] for o in looks) and not (ended or any("" < day <= since for day in newest))


def _letters(case: Case, rule: PoorResponse) -> dict[tuple[str, str, str], list[Observation]]:
    """The looks at each letter that count as evidence.  Boards move on: a letter is known by board, title and day."""
    boards = {identity(o.url): (o.data["name"], o.data["cls"]) for o in case.seen.of("column")}
    letters: dict[tuple[str, str, str], list[Observation]] = defaultdict(list)
    for o in case.seen.of("letter"):
        name, cls = boards.get(identity(o.data["board"]), (o.data["board_name"], o.data["board_cls"]))
        names = (name, *o.data.get("trail", ()))
        if (
            all(_must_answer(rule, n, cls) for n in names)
            and _effective(o)
            and _waited_too_long(case, rule, o) is not None
        ):
            letters[o.data["board"], o.data["title"], o.data["asked"]].append(o)
    return letters


def _must_answer(rule: PoorResponse, name: str, cls: str) -> bool:
    """Whether the standard wants letters of this board answered; complaints and the like have rules of their own."""
    excluded = any(word in name for word in rule.excludes) and not any(word in name for word in rule.includes)
    return cls in rule.boards and not excluded


def _effective(o: Observation) -> bool:
    """有效留言: a letter that asks something; not a test of the form, nor figures and marks without a word."""
    return not _NO_LETTER.fullmatch(o.data["title"].strip())


def _late(case: Case, rule: PoorResponse, looks: Sequence[Observation]) -> Observation | None:
    """The letter, if the last round that saw it saw nothing but a wait that was too long."""
    last = [o for o in looks if o.round == looks[-1].round]
    return last[0] if all(_waited_too_long(case, rule, o) for o in last) else None


def _waited_too_long(case: Case, rule: PoorResponse, o: Observation) -> bool | None:
    """As far as it was seen; None: the letter is no evidence."""
    asked, answered, until = as_day(o.data["asked"]), as_day(o.data["answered"]), case.seen.until([o])
    if asked is None or not 0 <= (case.seen.as_of - asked).days <= rule.within_days:
        return None
    due = months_after(asked, rule.late_months)
    if o.data["state"] == "open":
        return until > due
    if o.data["state"] == "answered" and answered and answered >= asked:
        return min(answered, until) > due
    return None


def months_after(day: date, months: int) -> date:
    """The same day so many months on; the month's last one where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _letter_finding(case: Case, o: Observation) -> Finding:
    board, title, asked = o.data["board"], o.data["title"], o.data["asked"]
    detail = {"asked": asked, "answered": o.data["answered"]}
    key = f"{board} {title} {asked}"
    return case.finding("poor_response", detail, o, url=o.url, excerpt=o.excerpt or title, key=key)


def rule_on_links(case: Case, columns: Columns, outage: Fraction) -> list[Ruling]:
    """Points once for each target, however many pages link to it; on the home page it weighs more.

    Nothing is charged twice: a column that costs more already, nor what failed because the site was down, of which ``outage`` points
    were taken already.
    """
    rule = case.rule(DeadLink)
    if rule is None:
        return []
    targets, doubted = _dead_targets(case)
    answered = _answered(case)
    charged = {identity(c.url) for c in columns.judged if c.points}
    home, links, down = identity(case.site.home), Fraction(0), Fraction(0)
    found = {target: _link_finding(case, o.data["target"], o) for target, o in targets.items()}
    for target, o in targets.items():
        price = Fraction(0) if found[target].id in case.allowed.dismissed else _price(rule, o)
        if target == home or (target not in answered and same_site(o.data["target"], case.site.home)):
            down += price
        elif target not in charged:
            links += price
    findings = tuple(found.values())
    possible = sum((_price(rule, o) for o in doubted.values()), Fraction(0))
    told = (Doubt(f"{len(doubted)}个链接在本方网络中断时检查，未能判断是否可用"),) if doubted else ()
    return [Ruling("dead_link", findings, links + max(Fraction(0), down - outage), possible, told)]


def _price(rule: DeadLink, o: Observation) -> Fraction:
    return (rule.points_home if o.data["on_home"] else rule.points_other) or Fraction(0)


def _dead_targets(case: Case) -> tuple[dict[str, Observation], dict[str, Observation]]:
    """By identity: those that are dead, and those asked for only while we were cut off.  Only what the last round still found dead: a
    link that was mended meanwhile is no fault any more.
    """
    last = case.seen.last_round
    targets: dict[str, Observation] = {}
    doubted: dict[str, Observation] = {}
    for o in sorted(dead_links(case.seen), key=lambda o: not o.data["on_home"]):
        if o.round == last:
            (doubted if o.data.get("cut_off") else targets).setdefault(identity(o.data["target"]), o)
    return targets, {target: o for target, o in doubted.items() if target not in targets}


def _answered(case: Case) -> set[str]:
    """Targets of which a server said that they are not there."""
    told = (o for o in dead_links(case.seen) if isinstance(o.data["status"], int) or o.data["status"] == SOFT)
    return {identity(o.data["target"]) for o in told}


def _link_finding(case: Case, target: str, o: Observation) -> Finding:
    detail = {"status": o.data["status"], "on_home": o.data["on_home"]}
    if o.data.get("pages", 1) > 1:
        further = [url for url in o.data["on"] if url != o.found_on]
        detail |= {"pages": o.data["pages"], "also_on": further[:SHOWN]}
    proof = proofs(case.seen, o) if o.data["status"] == SOFT else ()
    excerpt = o.excerpt or o.data["text"]
    return case.finding("dead_link", detail, o, url=target, excerpt=excerpt, seen=(o, *proof))
