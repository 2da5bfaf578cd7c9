"""The application: what every answer bears, who may ask what, and which page is where."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from govcrawl.contracts import Campaign
from govcrawl.errors import GovcrawlError
from govcrawl.store import Store
from pipelines.shown import clock
from reporting.console.books import Books
from reporting.console.doors import ROLES, WINDOW_S, Doors, Role, Session
from reporting.console.tallies import Tallies
from reporting.deciding import WORDS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FORM_MOST = 512 * 1024  #: bytes of a form; 500 findings with a reason are 30 kB
#: Everything from here alone, no frame around it; the stored page in its frame has a stricter one of its own.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser calls the origin of our own forms null
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
STATIC = {"console.css": "text/css", "console.js": "text/javascript"}
VERDICTS = {"pass": "合格", "fail": "不合格", "insufficient": "证据不足", "not_checked": "未检查"}


@dataclass(frozen=True, slots=True)
class Setting:
    evidence: Path  #: folder of the WARC files
    secure: bool = False  #: reached by https alone: cookies say so
    behind_proxy: bool = False  #: whose word on the visitor's address is taken


@dataclass(slots=True)
class Desk:
    """What all pages share."""

    store: Store
    setting: Setting
    doors: Doors
    tallies: Tallies
    books: Books

    @property
    def cookie(self) -> str:
        """Browsers take the prefixed name from https for the whole host only."""
        return "__Host-govcrawl" if self.setting.secure else "govcrawl"


DESK: web.AppKey[Desk] = web.AppKey("desk", Desk)
SESSION = web.RequestKey("session", Session)


def make(store: Store, setting: Setting) -> web.Application:
    from reporting.console import cases, ledgers, pages  # they build on this module

    app = web.Application(middlewares=[_guarded], client_max_size=FORM_MOST)
    app[DESK] = Desk(store, setting, Doors(store), Tallies(store), Books(store))
    finding = "/finding/{id:[0-9a-f]{20}}"
    number = "{n:[0-9]{1,2}}"
    app.add_routes([
        web.get("/static/{name:[a-z.]+}", _static),
        web.get("/login", login_form), web.post("/login", login), web.post("/logout", logout),
        web.get("/", pages.dashboard), web.get("/sites", pages.sites), web.get("/site/{code:[0-9A-Za-z-]{1,40}}", pages.site),
        web.get("/queue", pages.queue), web.post("/decide", cases.decide),
        web.get(finding, cases.finding), web.post(finding + "/pictures", cases.pictures),
        web.get(finding + "/text/" + number, cases.text), web.get(finding + "/page/" + number, cases.frame),
        web.get(finding + "/picture/" + number, cases.picture),
        web.get("/ledger", ledgers.ledger), web.post("/ledger", ledgers.write), web.get("/notice", ledgers.notice),
        web.get("/users", pages.users), web.post("/users", pages.change_user),
    ])  # fmt: skip
    app.cleanup_ctx.append(_closed)
    return app


async def _closed(app: web.Application) -> AsyncIterator[None]:
    await app[DESK].tallies.ready()
    yield
    await app[DESK].tallies.close()
    await app[DESK].books.close()


# --- what holds for every request -----------------------------------------------------------------------------------


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Knows who asks, refuses forged forms, and gives every answer its headers."""
    try:
        answer = await _let_in(request, handler)
    except web.HTTPException as error:
        if error.status < 400:
            _head(request, error)
            raise
        text = error.text or error.reason
        answer = render(request, "message.html", status=error.status, title=error.reason, text=text)
    except GovcrawlError as error:
        answer = render(request, "message.html", status=409, title="不能显示", text=str(error))
    _head(request, answer)
    return answer


def _head(request: web.Request, answer: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if request.app[DESK].setting.secure:
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"


async def _let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    desk = request.app[DESK]
    cookie = request.cookies.get(desk.cookie, "")
    if session := await desk.doors.who(cookie) if cookie else None:
        request[SESSION] = session
    if request.method not in ("GET", "HEAD") and not _is_ours(request):
        raise _forbidden("表单来自别的网站")
    if request.path == "/login" or request.path.startswith("/static/"):
        return await handler(request)
    if session is None:
        if request.method == "GET":
            raise web.HTTPSeeOther("/login")
        raise _forbidden("登录已失效，刚才的操作没有保存；请重新登录")
    if request.method == "POST":
        form = await request.post()
        if not secrets.compare_digest(str(form.get("token", "")).encode(), session.token.encode()):
            raise _forbidden("表单已失效，刚才的操作没有保存；请刷新页面再试")
    return await handler(request)


def _is_ours(request: web.Request) -> bool:
    """By what browsers say of themselves; who says nothing is held by the form's token."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _forbidden(why: str) -> web.HTTPForbidden:
    return web.HTTPForbidden(reason="Forbidden", text=why)


def who(request: web.Request, role: Role = "reviewer") -> Session:
    """Raises HTTPForbidden for whoever may not."""
    session: Session | None = request.get(SESSION)
    if session is None or not session.may(role):
        raise _forbidden(f"此页须由{ROLES[role]}使用")
    return session


# --- how a page is made ---------------------------------------------------------------------------------------------


@cache
def _templates() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.PackageLoader("reporting.console"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.globals |= {"ROLES": ROLES, "REVIEWS": WORDS, "VERDICTS": VERDICTS, "clock": clock}
    return env


def render(request: web.Request, template: str, status: int = 200, **shown: Any) -> web.Response:
    session = request.get(SESSION)
    body = _templates().get_template(template).render(session=session, path=request.path, **shown)
    return web.Response(text=body, status=status, content_type="text/html", charset="utf-8")


async def campaign_of(request: web.Request) -> Campaign:
    """The one that the address names, else the one that ends last."""
    known = await request.app[DESK].tallies.campaigns()
    name = request.query.get("campaign", "")
    found = next((c for c in known if c.id == name or not name), None)
    if found is None:
        raise web.HTTPNotFound(
            text="没有这次普查" if name else "数据库中还没有普查；请先运行 govcrawl plan 或 govcrawl run"
        )
    return found


async def _static(request: web.Request) -> web.Response:
    """Of a fixed list: no path leads anywhere else."""
    name = request.match_info["name"]
    if name not in STATIC:
        raise web.HTTPNotFound
    body = files("reporting.console").joinpath("static", name).read_bytes()
    return web.Response(body=body, content_type=STATIC[name], charset="utf-8", headers={"Cache-Control": "max-age=300"})


# --- log-in ---------------------------------------------------------------------------------------------------------


async def login_form(request: web.Request, told: str = "", status: int = 200) -> web.Response:
    desk, cookie = request.app[DESK], secrets.token_urlsafe(24)
    answer = render(request, "login.html", status, told=told, form_token=desk.doors.form_token(cookie))
    answer.set_cookie(
        f"{desk.cookie}-form",
        cookie,
        max_age=int(WINDOW_S),
        httponly=True,
        secure=desk.setting.secure,
        samesite="Strict",
        path="/",
    )
    return answer


async def login(request: web.Request) -> web.Response:
    desk, form = request.app[DESK], await request.post()
    given = request.cookies.get(f"{desk.cookie}-form", "")
    if not given or not secrets.compare_digest(
        str(form.get("token", "")).encode(), desk.doors.form_token(given).encode()
    ):
        return await login_form(request, "登录页已失效，请再试一次", 403)
    cookie, wait = await desk.doors.enter(str(form.get("name", "")), str(form.get("password", "")), _address(request))
    if wait:
        answer = await login_form(request, f"失败次数过多，请在 {-(-wait // 60)} 分钟后再试", 429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    if not cookie:
        return await login_form(request, "姓名或口令不对", 403)
    desk.doors.leave(request.cookies.get(desk.cookie, ""))
    answer = web.HTTPSeeOther("/")
    answer.set_cookie(desk.cookie, cookie, httponly=True, secure=desk.setting.secure, samesite="Lax", path="/")
    raise answer


async def logout(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    desk.doors.leave(request.cookies.get(desk.cookie, ""))
    answer = web.HTTPSeeOther("/login")
    answer.del_cookie(desk.cookie, path="/", secure=desk.setting.secure, httponly=True, samesite="Lax")
    raise answer


def _address(request: web.Request) -> str:
    """A proxy appends whom it speaks for; what stands before that anybody can write."""
    told = request.headers.getall("X-Forwarded-For", [])
    if request.app[DESK].setting.behind_proxy and told:
        return told[-1].rpartition(",")[2].strip()
    return request.remote or ""
