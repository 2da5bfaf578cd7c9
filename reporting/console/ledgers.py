"""问题台账: faults by place, office and state; what a clerk writes down of them; and the notices that were sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime
from urllib.parse import quote, urlencode

from aiohttp import web

from govcrawl import desk
from govcrawl import ledger as history
from govcrawl.contracts import LedgerState, LedgerStep
from govcrawl.private import masked
from reporting import notices
from reporting.book import DECISIONS, STATES, Book, Entry, step, trouble
from reporting.console.app import DESK, Desk, campaign_of, render, who
from reporting.console.cases import own, picked, with_told
from reporting.console.marked import marked
from reporting.deciding import tidy
from reporting.rechecked import STATES as LOOKS

PAGE = 50  #: faults at once
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FILTERS = ("group", "organiser", "state", "overdue", "site")


async def ledger(request: web.Request) -> web.Response:
    session = who(request)
    shared, campaign = request.app[DESK], await campaign_of(request)
    lying = await shared.books.of(campaign.id)
    filters = {name: request.query.get(name, "").strip()[:200] for name in FILTERS}
    found = [e for e in lying.book.entries if _wanted(e, filters, lying.on)]
    page = max(int(told) if (told := request.query.get("page", "1")).isascii() and told.isdecimal() else 1, 1)
    shown = found[(page - 1) * PAGE : page * PAGE]
    address = {"campaign": campaign.id} | {name: value for name, value in filters.items() if value}
    return render(
        request, "ledger.html", campaign=campaign, campaigns=await shared.tallies.campaigns(), lying=lying, filters=filters,
        known=len(found), late=sum(bool(e.overdue(lying.on)) for e in found), STATES=STATES, LOOKS=LOOKS, DECISIONS=DECISIONS,
        rows=[(e, marked(e.finding), e.overdue(lying.on)) for e in shown], may=session.may("clerk"), token=session.token,
        groups=dict.fromkeys(e.site.group for e in lying.book.entries), organisers=_organisers(lying.book, filters["group"]),
        here="/ledger?" + urlencode(address | {"page": page}), told=request.query.get("told", "")[:300],
        following="/ledger?" + urlencode(address | {"page": page + 1}) if len(found) > page * PAGE else "",
    )  # fmt: skip


def _wanted(e: Entry, filters: Mapping[str, str], on: date) -> bool:
    return (
        filters["group"] in ("", e.site.group)
        and filters["organiser"] in ("", e.site.organiser)
        and filters["state"] in ("", e.state)
        and filters["site"] in ("", e.site.code)
        and (not filters["overdue"] or e.overdue(on) > 0)
    )


def _organisers(book: Book, group: str) -> list[str]:
    return list(
        dict.fromkeys(e.site.organiser for e in book.entries if e.site.organiser and group in ("", e.site.group))
    )


# --- writing ----------------------------------------------------------------------------------------------------------


async def write(request: web.Request) -> web.Response:
    """One fault or many: ``pick`` is a finding with the number of the step that was on the screen."""
    session, shared = who(request, "clerk"), request.app[DESK]
    form = await request.post()
    wanted: LedgerState | None = next((s for s in DECISIONS if s == form.get("state")), None)
    state: LedgerState
    seen, state = picked(form, wanted)
    campaign = await campaign_of(request)
    book = (await shared.books.of(campaign.id)).book
    reason = masked(tidy(str(form.get("reason", ""))))
    made, refused = await asyncio.to_thread(_write, shared, book, seen, state, reason, session.user.name)
    await shared.books.took(campaign.id, made)
    told = [f"{len(made)} 个问题记为“{STATES[state]}”"] if made or not refused else []
    told += [f"{len(refused)} 个未记（{'；'.join(sorted(set(refused))[:3])}）"] if refused else []
    raise web.HTTPSeeOther(with_told(own(str(form.get("next", ""))) or "/ledger", "；".join(told)))


def _write(
    shared: Desk, book: Book, seen: Mapping[str, int], state: LedgerState, reason: str, by: str
) -> tuple[list[LedgerStep], list[str]]:
    """The steps made, and why others were not."""
    db, at = shared.store.db, datetime.now(UTC).replace(microsecond=0)
    entries = {e.finding.id: e for e in book.entries if e.finding.id in seen}
    reviewed = {f.id: f.review for f in desk.some(db, list(seen)) if f.pack == book.pack}
    steps, refused = list[LedgerStep](), list[str]()
    for id_, after in seen.items():
        entry = entries.get(id_)
        if entry is None or reviewed.get(id_) != entry.finding.review:
            refused.append("已不在台账中")
        elif after != len(entry.steps):
            refused.append("他人已记下新的一步，请看过再记")
        elif why := trouble(entry.state, state, reason):
            refused.append(why)
        else:
            steps.append(step(entry, state, reason, by, at))
    made = history.append(db, steps)
    refused += ["他人刚刚记下了新的一步，未覆盖"] * (len(steps) - len(made))
    return made, refused


async def notice(request: web.Request) -> web.Response:
    """A 整改通知书 as it was sent."""
    who(request)
    number, shared = request.query.get("number", "")[:100], request.app[DESK]
    found = await asyncio.to_thread(notices.stored_one, shared.store, number)
    if found is None:
        raise web.HTTPNotFound(text="没有这份整改通知书")
    body = await asyncio.to_thread(notices.render, found)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(notices.file_name(found))}"}
    return web.Response(body=body, content_type=WORD, headers=headers)
