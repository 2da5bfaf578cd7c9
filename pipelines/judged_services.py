"""Services (办事服务): whether their guides say what a person needs to know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from govcrawl.contracts import Finding, Observation
from govcrawl.reading.urls import identity
from pipelines.rulings import Case, Doubt, Ruling, Weight
from pipelines.standards.rules import ServiceNotUseful


def rule_on_services(case: Case) -> list[Ruling]:
    """Bad guides are counted by matter; one whose text may lie in a file to download is only a doubt.

    That a site provides no services at all, or few, the crawl can't tell: a service hall is often another site.
    """
    rule = case.rule(ServiceNotUseful)
    if rule is None:
        return []
    guides = _guides(case)
    poor = [looks for looks in guides if len(_missing(looks)) >= rule.missing]
    bad = [looks for looks in poor if not any(o.data["forms"] for o in looks)]
    if len(bad) >= rule.count:
        return [Ruling("service_not_useful", tuple(_finding(case, looks) for looks in bad))]
    few = bool(guides) and len(guides) < rule.count and len(poor) == len(guides)
    weight = Weight.MAY_FAIL if few or len(poor) >= rule.count else Weight.NOTE
    text = f"所见{len(guides)}项办事指南中{len(poor)}项缺少{rule.missing}类以上要素（部分可能在附件或其他网站），须人工核对"
    return [Ruling("service_not_useful", doubts=(Doubt(text, weight),) if poor else ())]


def _guides(case: Case) -> list[Sequence[Observation]]:
    """All looks at each matter; one name, or one address, is one matter."""
    matters: dict[str, list[Observation]] = defaultdict(list)
    for o in case.seen.of("guide"):
        matters[o.data["name"].strip() or identity(o.url)].append(o)
    return [matters[name] for name in sorted(matters)]


def _missing(looks: Sequence[Observation]) -> list[str]:
    """Elements that no look found."""
    return [e for e in looks[0].data["missing"] if all(e in o.data["missing"] for o in looks)]


def _finding(case: Case, looks: Sequence[Observation]) -> Finding:
    shown, missing = looks[-1], _missing(looks)
    name = shown.data["name"]
    detail = {"title": name, "missing": missing}
    excerpt = f"{name}：缺少{'、'.join(missing)}"
    return case.finding("service_not_useful", detail, shown, url=shown.url, excerpt=excerpt, key=name, seen=looks)
