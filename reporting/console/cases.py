"""One finding with all that lies behind it, and what is decided on it, or on many."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from markupsafe import Markup
from multidict import MultiMapping
from yarl import URL

from govcrawl import desk, ledger, reviews, services, settings
from govcrawl.contracts import Finding, Page, Review
from govcrawl.errors import UnknownFinding
from govcrawl.private import masked
from govcrawl.reading.encoding import decode
from govcrawl.rendering.masks import masked_page
from govcrawl.reviews import Wish
from pipelines import exhibits
from pipelines import pictures as drawn
from pipelines.exhibits import Behind, Exhibit
from pipelines.shown import MOST, OUTCOMES, alarms
from reporting.book import STATES
from reporting.console.app import DESK, Desk, render, who
from reporting.console.doors import Session
from reporting.console.marked import highlighted, live, marked
from reporting.console.tallies import word
from reporting.deciding import WORDS, tidy, trouble
from reporting.rechecked import STATES as LOOKS
from reporting.wording import detail_words

AT_ONCE = 500  #: findings of one form
FRAMED = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"
T = TypeVar("T")
PICK = re.compile(r"([0-9a-f]{20}):(\d{1,9})")


async def finding(request: web.Request) -> web.Response:
    session = who(request)
    shared, id_ = request.app[DESK], request.match_info["id"]
    judged = await asyncio.to_thread(desk.finding, shared.store.db, id_)
    if not judged:
        raise web.HTTPNotFound(text="没有这个问题；重新评判后它可能已不存在")
    one = judged[-1]
    tally = await shared.tallies.of(one.campaign)
    case, told = await _case(shared, id_)
    history = await asyncio.to_thread(reviews.history, shared.store.db, id_)
    steps = (await asyncio.to_thread(ledger.histories_of, shared.store.db, [id_])).get(id_, [])
    return render(
        request, "finding.html", f=one, judged=judged, campaign=tally.campaign, site=tally.sites.get(one.site),
        kind=word(tally.words, one.indicator, one.pack), excerpt=marked(one), detail=_detail(one), live=live,
        exhibits=[(n, e, _context(e), _can_be_shown(e)) for n, e in enumerate(case.exhibits[:MOST], 1)] if case else [],
        told=told, outcomes=OUTCOMES, history=history, steps=steps, looks=LOOKS, ledger_states=STATES, token=session.token,
        pictures={n for n in range(1, MOST + 1) if _picture(id_, n).is_file()}, note=request.query.get("told", "")[:300],
        back=own(request.query.get("back", "")) or f"/queue?campaign={one.campaign}",
    )  # fmt: skip


def _detail(one: Finding) -> str:
    return detail_words({key: value for key, value in one.detail.items() if key != "confidence"})


async def _case(shared: Desk, id_: str) -> tuple[Behind | None, list[str]]:
    """And what is wrong with the evidence."""
    try:
        case = await asyncio.to_thread(exhibits.behind, shared.store, id_, shared.setting.evidence)
    except UnknownFinding as error:
        return None, [str(error)]
    return case, alarms(case)


def _context(one: Exhibit) -> Markup | None:
    """The words in the text that stands around them."""
    p = one.place
    return (
        highlighted(p.before, ()) + Markup("<mark>{}</mark>").format(p.words) + highlighted(p.after, ()) if p else None
    )


def _can_be_shown(one: Exhibit) -> bool:
    return one.record is not None and one.task.role != "file" and b"<" in one.record.body


# --- the stored page --------------------------------------------------------------------------------------------------


async def text(request: web.Request) -> web.Response:
    """What was stored, as letters: nothing in it is run, drawn or fetched."""
    return _stored(masked(await _source(request)), "text/plain")


async def frame(request: web.Request) -> web.Response:
    """In a frame that may do nothing: no script, no form, no address but its own."""
    return _stored(masked_page(await _source(request)), "text/html")


def _stored(body: str, kind: str) -> web.Response:
    headers = {"Content-Security-Policy": FRAMED, "X-Frame-Options": "SAMEORIGIN"}
    return web.Response(body=body.encode("utf-8", "replace"), content_type=kind, charset="utf-8", headers=headers)


async def _source(request: web.Request) -> str:
    who(request)
    case, _ = await _case(request.app[DESK], request.match_info["id"])
    number = int(request.match_info["n"])
    shown = case.exhibits[:MOST] if case else ()
    if not 1 <= number <= len(shown) or not _can_be_shown(one := shown[number - 1]) or one.record is None:
        raise web.HTTPNotFound(text="没有可显示的网页")
    return decode(one.record.body, one.record.headers)[0]


# --- pictures ---------------------------------------------------------------------------------------------------------

_drawing = asyncio.Lock()  # a browser at a time


def _picture(id_: str, number: int) -> Path:
    return services.home() / "pictures" / f"{id_}-{number}.png"


async def picture(request: web.Request) -> web.FileResponse:
    who(request)
    path = _picture(request.match_info["id"], int(request.match_info["n"]))
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Content-Type": "image/png"})


async def pictures(request: web.Request) -> web.Response:
    """Draws the stored pages anew, on this machine, where it has Chromium."""
    who(request)
    shared, id_ = request.app[DESK], request.match_info["id"]
    case, _ = await _case(shared, id_)
    if case is None:
        raise web.HTTPNotFound
    folder = _picture(id_, 1).parent

    def draw() -> list[str]:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = partial(_found, shared, case)
        return drawn.take(case, found, folder, settings.CHROMIUM, settings.RENDER_MEMORY_MB)

    async with _drawing:
        told = await asyncio.to_thread(draw)
    failed = [line for line in told if line.startswith("未生成")]
    raise web.HTTPSeeOther(with_told(f"/finding/{id_}", failed[0] if failed else "" if told else "没有可绘制的网页"))


def _found(shared: Desk, case: Behind, url: str) -> Page | None:
    stored = exhibits.stored_page(shared.store, case.finding, url, shared.setting.evidence)
    return drawn.as_page(stored) if stored else None


# --- deciding ---------------------------------------------------------------------------------------------------------


def picked(form: MultiMapping[Any], wanted: T | None) -> tuple[dict[str, int], T]:
    """Finding → the number that was on the screen, and what is wanted of them.  Raises HTTPBadRequest."""
    picks = [PICK.fullmatch(str(pick)) for pick in form.getall("pick", [])]
    if not picks or None in picks or wanted is None:
        raise web.HTTPBadRequest(text="没有选中任何问题" if not picks else "表单不可用")
    if len(picks) > AT_ONCE:
        raise web.HTTPBadRequest(text=f"一次最多处理 {AT_ONCE} 个问题")
    return {match[1]: int(match[2]) for match in picks if match}, wanted


async def decide(request: web.Request) -> web.Response:
    """One or many: ``pick`` is a finding with the number of the decision that was on the screen."""
    session, shared = who(request), request.app[DESK]
    form = await request.post()
    wanted: Review | None = next((r for r in WORDS if r == form.get("review")), None)
    review: Review
    seen, review = picked(form, wanted)
    reason, words = tidy(str(form.get("reason", ""))), form.get("wording")
    told = await asyncio.to_thread(
        _decide, shared, session, seen, review, reason, None if words is None else tidy(str(words))
    )
    raise web.HTTPSeeOther(with_told(own(str(form.get("next", ""))) or "/queue", told))


def _decide(
    shared: Desk, session: Session, seen: Mapping[str, int], review: Review, reason: str, wording: str | None
) -> str:
    """``wording`` None: it stays.  What was done, in a sentence."""
    db = shared.store.db
    findings = {f.id: f for f in desk.some(db, list(seen))}
    held = {id_: own[-1] for id_, own in reviews.histories(db, list(seen)).items()}
    wishes, refused = [], []
    for id_, after in seen.items():
        last, one = held.get(id_), findings.get(id_)
        words = wording if wording is not None else last.wording if last else ""
        if last and last.by != session.user.name and last.review != "pending" and not session.may("clerk"):
            refused.append(f"{last.by} 已定为{WORDS[last.review]}，须由承办人更改")
        elif why := trouble(one.indicator if one else "", review, reason, words):
            refused.append(why)
        else:
            wishes.append(Wish(id_, after, review, reason, words))
    outcome = reviews.decide(db, wishes, session.user.name, datetime.now(UTC).replace(microsecond=0))
    refused += [f"{d.by} 刚刚已定为{WORDS[d.review]}，未覆盖" for _, d in outcome.overtaken]
    refused += ["已不存在" for _ in outcome.unknown]
    told = f"{len(outcome.made)} 个问题{WORDS[review]}" if outcome.made or not refused else ""
    return "；".join(
        filter(None, [told, f"{len(refused)} 个未改（{'、'.join(sorted(set(refused))[:3])}）" if refused else ""])
    )


def own(address: str) -> str:
    """A page of this console, else empty: a form may not lead elsewhere."""
    parts = urlsplit(address)
    plain = not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if plain and address.isprintable() else ""


def with_told(address: str, told: str) -> str:
    url = URL(address)
    return str(url.update_query(told=told) if told else url.without_query_params("told"))
