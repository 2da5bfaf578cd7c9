"""What the checks saw (``pipelines/checks``) becomes findings: one for each fault of a site, on however many pages it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from govcrawl.contracts import Finding, Observation
from pipelines.kinds import kinds_of
from pipelines.rulings import Case, Doubt, Ruling
from pipelines.standards.rules import Rule
from pipelines.unveiled import unsettled, unveiled


def rule_on_checks(case: Case) -> list[Ruling]:
    """Only what the last round still saw, as with dead links: what was mended meanwhile is no fault any more.

    What the pack knows no rule for, nor counts under another one, is no fault under it.
    """
    found: dict[str, list[Finding]] = defaultdict(list)
    every = unveiled(case.seen.of("check"), case.seen.of("style"))
    for indicator, looks in _faults(every, case.seen.last_round).items():
        rule = _rule(case, indicator[0])
        finding = rule and _finding(case, rule, looks)
        if rule and finding and not case.allowed.silences(finding):
            found[rule.id].append(finding)
    return [*(Ruling(rule, tuple(findings)) for rule, findings in found.items()), *_files(case), *_veiled(case)]


def _files(case: Case) -> list[Ruling]:
    """Attachments that may list people, and were not read."""
    last = (o for o in case.seen.of("unread") if o.data["role"] == "file" and o.round == case.seen.last_round)
    count = sum(o.data["count"] for o in last)
    told = (Doubt(f"{count}个可能含名单的附件未能读取，未检查其中有无个人隐私"),) if count else ()
    return [Ruling("privacy_leak", doubts=told)] if told and _rule(case, "privacy_leak") else []


def _veiled(case: Case) -> list[Ruling]:
    """Links that sell, on pages with style sheets of other hosts, which are not read."""
    count, hosts = unsettled(o for o in case.seen.of("check") if o.round == case.seen.last_round)
    if not count or not _rule(case, "hidden_link"):
        return []
    text = f"{count}个疑似推广链接所在网页引用其他网站的样式表（{'、'.join(hosts[:3])}），未读取，未能判断是否为暗链"
    return [Ruling("hidden_link", doubts=(Doubt(text),))]


def _faults(looks: Iterable[Observation], last: int) -> dict[tuple[str, str], list[Observation]]:
    """(indicator, fault) → where it stands."""
    faults: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for o in looks:
        if o.round == last:
            faults[o.data["indicator"], o.key].append(o)
    return faults


def _rule(case: Case, indicator: str) -> Rule | None:
    rules = case.pack.rules
    wider = (r for r in rules.values() if indicator in r.covers)
    rule = rules.get(indicator) or next(wider, None)
    return rule if rule and kinds_of(case.site).issuperset(rule.applies_to) else None


def _finding(case: Case, rule: Rule, looks: Sequence[Observation]) -> Finding:
    """Shown on the page with the shortest address; the fault's id doesn't hang on which pages were read."""
    shown = min(looks, key=lambda o: (len(o.url), o.url))
    pages = len({o.url for o in looks})
    detail = shown.data["detail"] | ({"pages": pages} if pages > 1 else {})
    finding = case.finding(rule.id, detail, shown, key=shown.key, seen=looks)
    return replace(finding, url=shown.url)
