"""results.json: the campaign for other programs, keys as in the public contract."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from govcrawl.contracts import Finding

from ..snapshot import SiteResult, Snapshot
from ..tables import Count, counts, total
from ..text import without_numbers


def render(snapshot: Snapshot) -> bytes:
    """UTF-8, two spaces of indent, keys in the order of the contract; dates ISO; no NaN."""
    content = json.dumps(as_dict(snapshot), ensure_ascii=False, indent=2, allow_nan=False, default=_iso)
    return f"{content}\n".encode()


def as_dict(snapshot: Snapshot) -> dict[str, Any]:
    """The document before it is written as JSON."""
    rows, plan = counts(snapshot), snapshot.campaign.report
    whole = _figures(total(rows))
    rate = total(rows).rate(plan)
    return {
        "campaign": snapshot.campaign.id,
        "standard": snapshot.pack,
        "as_of": snapshot.campaign.ends.isoformat(),
        "total": {**whole, "insufficient": total(rows).insufficient, "rate": rate},
        "groups": [{"name": row.name, **_figures(row), "rate": row.rate(plan)} for row in rows],
        "sites": [_site(result) for result in snapshot.results],
    }


def _figures(row: Count) -> dict[str, int]:
    return {"running": row.running, "checked": row.checked, "failed": row.failed}


def _site(result: SiteResult) -> dict[str, Any]:
    site, verdict, probes = result.site, result.verdict, result.verdict.probes
    return {
        "code": site.code,
        "name": site.name,
        "group": site.group,
        "status": site.status,
        "verdict": verdict.verdict,
        "vetoes": sorted(verdict.vetoes),
        "deductions": verdict.deductions,
        "reasons": list(verdict.reasons),
        "pages": verdict.pages,
        "probes": {"total": probes.total, "failed": probes.failed, "inconclusive": probes.inconclusive},
        "columns": [
            {"name": c.name, "url": c.url, "class": c.cls, "newest": c.newest, "items": c.items, "state": c.state}
            for c in verdict.columns
        ],
        "findings": [_finding(finding) for finding in verdict.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    private = finding.indicator == "privacy_leak"
    detail = {k: without_numbers(v) if private and isinstance(v, str) else v for k, v in finding.detail.items()}
    return {
        "id": finding.id,
        "indicator": finding.indicator,
        "url": finding.url,
        "found_on": finding.found_on,
        "excerpt": without_numbers(finding.excerpt) if private else finding.excerpt,
        "detail": detail,
        "evidence": finding.evidence,
        "review": finding.review,
    }


def _iso(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in results.json")
