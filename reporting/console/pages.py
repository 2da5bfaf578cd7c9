"""Pages of many: the dashboard, the queue, a group's sites, one site over all campaigns, users."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from functools import partial
from urllib.parse import urlencode

from aiohttp import web

from govcrawl import desk
from govcrawl.contracts import Campaign, Review
from govcrawl.desk import Past, Wanted
from reporting.charts import bars
from reporting.console.app import DESK, VERDICTS, campaign_of, render, who
from reporting.console.doors import ROLES, Role, change, tidy_name
from reporting.console.marked import marked
from reporting.console.tallies import Tally, word
from reporting.deciding import WORDS

PAGE = 50  #: findings of the queue at once
ORDER = re.compile(r"[0-9]{2}[0-9a-f]{28}")  #: of a finding in the queue
SITES = 200  #: sites of a list at once
STATES: tuple[Review, ...] = ("pending", "confirmed", "dismissed")


async def dashboard(request: web.Request) -> web.Response:
    who(request)
    shared, campaign = request.app[DESK], await campaign_of(request)
    tally = await shared.tallies.of(campaign.id)
    rows = tally.of_groups
    judged = bars("各地区网站的评判", VERDICTS, [(name, verdicts) for name, verdicts, _ in rows])
    reviewed = bars("各地区问题的复核进度", WORDS, [(name, states) for name, _, states in rows])
    kinds = sorted(tally.of_indicator.items(), key=lambda one: -one[1].total())
    return render(
        request, "dashboard.html", campaign=campaign, campaigns=await shared.tallies.campaigns(), tally=tally, rows=rows,
        judged=judged, reviewed=reviewed, kinds=[(k, word(tally.words, k, tally.pack), n) for k, n in kinds],
    )  # fmt: skip


async def queue(request: web.Request) -> web.Response:
    """By key: the address of a page bears the last finding of the one before it."""
    session = who(request)
    shared, campaign = request.app[DESK], await campaign_of(request)
    tally = await shared.tallies.of(campaign.id)
    asked = request.query
    review: Review = next((s for s in STATES if s == asked.get("review")), "pending")
    wanted = Wanted(campaign.id, tally.pack, review, asked.get("indicator", ""), asked.get("site", "").strip())
    after = asked.get("after", "")
    if after and not ORDER.fullmatch(after):
        raise web.HTTPBadRequest(text="地址中的 after 不可用")
    found = await asyncio.to_thread(desk.findings, shared.store.db, wanted, after, PAGE + 1)
    shown, more = found[:PAGE], len(found) > PAGE
    filters = {"campaign": campaign.id, "review": review, "indicator": wanted.indicator, "site": wanted.site}
    return render(
        request, "queue.html", campaign=campaign, campaigns=await shared.tallies.campaigns(), tally=tally, filters=filters,
        rows=[(f, tally.sites.get(f.site), word(tally.words, f.indicator, tally.pack), marked(f)) for f in shown],
        kinds=[(kind, word(tally.words, kind, tally.pack)) for kind in sorted({*tally.of_indicator, *tally.words})],
        known=_known(tally, wanted), token=session.token, after=after, told=asked.get("told", "")[:200],
        here="/queue?" + urlencode(filters | ({"after": after} if after else {})),
        following="/queue?" + urlencode(filters | {"after": shown[-1].order}) if more else "",
    )  # fmt: skip


def _known(tally: Tally, wanted: Wanted) -> int | None:
    """How many there are, where the tally tells."""
    if not tally.at or (wanted.site and wanted.indicator):
        return None
    counts = tally.of_site.get(wanted.site) if wanted.site else tally.total
    counts = tally.of_indicator.get(wanted.indicator) if wanted.indicator else counts
    return counts[wanted.review] if counts else 0


async def sites(request: web.Request) -> web.Response:
    who(request)
    shared, campaign = request.app[DESK], await campaign_of(request)
    tally = await shared.tallies.of(campaign.id)
    group, verdict, after = (request.query.get(name, "") for name in ("group", "verdict", "after"))
    every = [
        (tally.sites[code], tally.verdicts.get(code, "not_checked"), tally.of_site.get(code, Counter()))
        for code in sorted(tally.sites)
        if code > after
        and group in ("", tally.sites[code].group)
        and verdict in ("", tally.verdicts.get(code, "not_checked"))
    ]
    shown = every[:SITES]
    filters = {"campaign": campaign.id, "group": group, "verdict": verdict}
    following = "/sites?" + urlencode(filters | {"after": shown[-1][0].code}) if len(every) > SITES else ""
    return render(
        request, "sites.html", campaign=campaign, tally=tally, rows=shown, filters=filters, following=following
    )


async def site(request: web.Request) -> web.Response:
    """What was found of it, in this campaign and in those before."""
    who(request)
    shared, code = request.app[DESK], request.match_info["code"]
    campaign = await campaign_of(request)
    tally = await shared.tallies.of(campaign.id)
    one = tally.sites.get(code)
    if one is None:
        raise web.HTTPNotFound(text="这次普查的登记中没有这个网站")
    verdict = await asyncio.to_thread(shared.store.verdict, campaign.id, code, tally.pack)
    counts = await asyncio.to_thread(desk.counts_of_site, shared.store.db, campaign.id, tally.pack, code)
    titles = {c.id: c for c in await shared.tallies.campaigns()}
    past = [p for p in await asyncio.to_thread(desk.past, shared.store.db, code) if p.campaign in titles]
    history = [await _past(request, titles[p.campaign], p, code) for p in past]
    kinds = sorted({kind for kind, _ in counts})
    rows = [
        (kind, word(tally.words, kind, tally.pack), {s: counts.get((kind, s), 0) for s in STATES}) for kind in kinds
    ]
    chart = bars("历次普查的问题", WORDS, [(f"{p.as_of:%Y-%m}", found) for _, p, found in history])
    return render(
        request,
        "site.html",
        campaign=campaign,
        tally=tally,
        site=one,
        verdict=verdict,
        rows=rows,
        history=history,
        chart=chart,
    )


async def _past(
    request: web.Request, campaign: Campaign, past: Past, code: str
) -> tuple[Campaign, Past, dict[str, int]]:
    found = await asyncio.to_thread(desk.counts_of_site, request.app[DESK].store.db, past.campaign, past.pack, code)
    return campaign, past, {s: sum(n for (_, state), n in found.items() if state == s) for s in STATES}


# --- users ------------------------------------------------------------------------------------------------------------


async def users(request: web.Request) -> web.Response:
    session = who(request, "admin")
    known = await asyncio.to_thread(desk.users, request.app[DESK].store.db)
    return render(request, "users.html", users=known, token=session.token)


async def change_user(request: web.Request) -> web.Response:
    """Another role, or no way in any more; passwords are set on the command line."""
    session = who(request, "admin")
    form, store = await request.post(), request.app[DESK].store
    user = await asyncio.to_thread(desk.user, store.db, tidy_name(str(form.get("name", ""))))
    role: Role | None = next((r for r in ROLES if r == form.get("role")), None)
    if user is None or role is None:
        raise web.HTTPBadRequest(text="没有这个用户或角色")
    if user.name == session.user.name:
        raise web.HTTPBadRequest(text="不能更改自己的角色；请由另一位管理员更改")
    await asyncio.to_thread(partial(change, store, user, role, active=form.get("active") == "yes"))
    raise web.HTTPSeeOther("/users")
