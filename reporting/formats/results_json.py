"""results.json: the campaign for other programs, keys as in the public contract."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec

from govcrawl.contracts import AccountVerdict, Finding, MessageVerdict

from ..annexes import annexes
from ..snapshot import SiteResult, Snapshot
from ..tables import Count, Table, counts, total
from ..text import without_numbers


def render(snapshot: Snapshot) -> bytes:
    """UTF-8, two spaces of indent, keys in the order of the contract; dates ISO; no NaN: null."""
    return msgspec.json.format(msgspec.json.encode(as_dict(snapshot), enc_hook=_refused), indent=2) + b"\n"


def as_dict(snapshot: Snapshot) -> dict[str, Any]:
    """The document before it is written as JSON."""
    rows, plan = counts(snapshot), snapshot.campaign.report
    whole = _figures(total(rows))
    rate = total(rows).rate(plan)
    duties = _duties(snapshot)
    return {
        "campaign": snapshot.campaign.id,
        "standard": snapshot.pack,
        "as_of": snapshot.campaign.ends.isoformat(),
        "total": {**whole, "insufficient": total(rows).insufficient, "rate": rate},
        "groups": [{"name": row.name, **_figures(row), "rate": row.rate(plan)} for row in rows],
        "sites": [_site(result) | duties.get(result.site.code, {}) for result in snapshot.results],
        **_registers(snapshot),
    }


def _registers(snapshot: Snapshot) -> dict[str, Any]:
    """Only what the campaign has: its messages, accounts, and the comparison with earlier campaigns as the tables print it."""
    found = {table.key: table for table in annexes(snapshot)}
    parts: dict[str, Any] = {}
    if snapshot.messages:
        parts["messages"] = {
            "platforms": _rows(found["messages"]),
            "messages": [_message(v) for v in snapshot.messages],
        }
    if snapshot.accounts:
        parts["accounts"] = {"groups": _rows(found["accounts"]), "accounts": [_account(v) for v in snapshot.accounts]}
    if snapshot.suspicions:
        parts["suspicions"] = [asdict(s) for s in snapshot.suspicions]
    for key in ("sample", "trend", "changes", "new"):
        if key in found:
            parts[key] = _rows(found[key])
    return parts


def _rows(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def _message(verdict: MessageVerdict) -> dict[str, Any]:
    judged = {"deadline": verdict.deadline, "state": verdict.state, "why": verdict.why}
    return asdict(verdict.message) | judged


def _account(verdict: AccountVerdict) -> dict[str, Any]:
    judged = {
        "verdict": verdict.verdict,
        "reasons": verdict.reasons,
        "faults": verdict.faults,
        "doubts": verdict.doubts,
    }
    account = asdict(verdict.account)
    del account["line"]
    return account | judged


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
        **({} if verdict.score is None else {"score": verdict.score}),
        "reasons": list(verdict.reasons),
        "pages": verdict.pages,
        "probes": asdict(probes),
        "columns": [
            {"name": c.name, "url": c.url, "class": c.cls, "newest": c.newest, "items": c.items, "state": c.state}
            for c in verdict.columns
        ],
        "findings": [_finding(finding) for finding in verdict.findings],
        **({"transient": [_finding(finding) for finding in verdict.transient]} if verdict.transient else {}),
    }


def _duties(snapshot: Snapshot) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """By site."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for duty in snapshot.duties:
        told = {k: v for k, v in asdict(duty).items() if k not in ("campaign", "site")}
        found.setdefault(duty.site, {"duties": []})["duties"].append(told)
    return found


def _finding(finding: Finding) -> dict[str, Any]:
    private, detail = finding.indicator == "privacy_leak", finding.detail
    if private:
        detail = {k: without_numbers(v) if isinstance(v, str) else v for k, v in detail.items()}
    return {
        "id": finding.id,
        "indicator": finding.indicator,
        "url": finding.url,
        "found_on": finding.found_on,
        "excerpt": without_numbers(finding.excerpt) if private else finding.excerpt,
        "detail": detail,
        "evidence": finding.evidence,
        "review": finding.review,
        **{name: day for name in ("first_seen", "last_seen", "gone") if (day := getattr(finding, name))},
    }


def _refused(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} has no place in results.json")
