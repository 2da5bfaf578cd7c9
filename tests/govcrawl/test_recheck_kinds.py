"""``govcrawl recheck`` from end to end, for each kind of fault that no plain page shows: visits, attachments, identity marks, planted
links, what only a search engine or a browser is shown.  Small sites in folders of one server change between the run and the recheck.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from govcrawl import desk, reviews
from govcrawl.frontier.frontier import Frontier
from govcrawl.rendering.chromium import find
from govcrawl.reviews import Wish
from govcrawl.store import Store
from tests.govcrawl.rendering.pages import VUE, VUE_PAGE
from tests.govcrawl.test_files import pdf, word, xlsx
from tests.govcrawl.test_recheck import CAMPAIGN, bare, govcrawl, rows, wall
from tests.pathologies import Handler, Server, redirect, served, status
from tests.pipelines.checks.invented import identity, name

FOLDERS = "up down walled files marked bare foot plants engine drawn"
CODES = {folder: f"53000000{n:02}" for n, folder in enumerate(FOLDERS.split(), 1)}
BROWSER = bool(find())
#: Nobody listens there.
SHUT = "http://127.70.0.24:9/"
PLANT = '<div style="position:absolute;left:-9999px"><a href="http://www.bocai-{}.com/">澳门博彩公司</a></div>'
#: Hidden by a style sheet.
STYLED = (
    '<link rel="stylesheet" href="a.css"><div class="zq8"><a href="http://www.bocai-home.com/">代开发票</a>'
    '<a href="http://www.bocai-two.com/">手机彩票</a></div>'
)
MARKS = (
    '<div class="footer">主办单位：测试局　网站标识码：{code}　滇ICP备18000001号　滇公网安备 53010202000123号'
    '<script src="http://dcs.conac.cn/js/26/000/0000/12345678/CA260000000123456780001.js"></script>'
    "<span onclick=\"Link('{code}')\">找错</span></div>"
)
NO_CODE = MARKS.replace("网站标识码：{code}", "")
DRAWN = '<div id="foot"></div><script src="/js/app.js"></script>'


def page(folder: str, body: str, title: str = "测试局", foot: str = MARKS) -> str:
    head = f"<head><meta charset='utf-8'><title>{title}</title></head>"
    return f"<html>{head}<body><div class='r'>{body}</div>{foot.format(code=CODES[folder])}</body></html>"


def text(more: str = "") -> str:
    return f"<h1>测试局召开工作会议</h1><p>发布时间：2018-06-02</p><p>{'会议讨论了有关事项。' * 40}</p>{more}"


def listed(*paths: str) -> str:
    """Each under words of its own."""
    rows = (f'<li><a href="{p}">{p[0]}村救助对象名单公示</a><span>2018-06-10</span></li>' for p in paths)
    return f"<ul>{''.join(rows)}</ul>"


def drawn(*words: str) -> str:
    rows = (f'{{"title": "{w}", "url": "/drawn/c.html", "day": "2018-05-30"}}' for w in words)
    return f'{{"rows": [{", ".join(rows)}]}}'


def as_engine(title: str) -> Handler:
    """To everybody else nothing is sold."""

    async def handler(request: web.Request) -> web.StreamResponse:
        asks = "Baiduspider" in request.headers["User-Agent"]
        words = page("engine", text(), title if asks else "测试局")
        return web.Response(text=words, content_type="text/html")

    return handler


def people(n: int, shown: bool) -> list[list[str]]:
    number = identity(n)
    return [["姓名", "身份证号"], [name(n), number if shown else f"{number[:6]}********{number[-4:]}"]]


FILES: dict[str, Callable[[bool], bytes]] = {
    "a.xlsx": lambda shown: xlsx(people(1, shown)), "b.docx": lambda shown: word(["救助名单"], people(2, shown)),
    "c.pdf": lambda shown: pdf([identity(3) if shown else "-"]), "d.xlsx": lambda shown: xlsx(people(4, shown)),
    "e.xlsx": lambda shown: xlsx(people(5, shown)), "f.xlsx": lambda shown: xlsx(people(6, shown)),
    "g.xlsx": lambda shown: xlsx(people(7, shown)), "h.xlsx": lambda shown: xlsx(people(8, shown)),
}  # fmt: skip


def as_run(server: Server) -> None:
    pages = server.pages
    pages |= {f"/{folder}/": status(500) for folder in ("up", "down", "walled")}
    pages["/files/"] = page("files", listed(*FILES))
    pages |= {f"/files/{path}": made(True) for path, made in FILES.items()}
    pages |= {f"/{folder}/": page(folder, text(), foot=NO_CODE) for folder in ("marked", "bare", "foot")}
    shut = f'<p><a href="{SHUT}">下属单位网站</a></p>'
    pages["/plants/"] = page("plants", STYLED + listed("mended.html", "left.html", "gone.html") + shut)
    pages["/plants/a.css"] = ".zq8{position:absolute;top:-9999px}"
    pages |= {f"/plants/{path}.html": page("plants", text(PLANT.format(path))) for path in ("mended", "left", "gone")}
    pages["/engine/"] = as_engine("澳门新葡京娱乐城")
    pages["/drawn/"] = page(
        "drawn", '<div class="nav"><ul><li><a href="tzgg/">通知公告</a></li></ul></div>' + listed("c.html")
    )
    pages["/drawn/c.html"] = page("drawn", text())
    pages["/drawn/tzgg/"] = VUE_PAGE.replace("['','api','list']", "['','drawn','list']").replace(
        'href="/', 'href="/drawn/'
    )
    pages |= {
        "/js/vue.min.js": VUE,
        "/js/app.js": "var app = 1",
        "/drawn/list": drawn("关于研究教育案列的通知", "关于研究卫生案列的通知"),
    }


def as_mended(server: Server) -> None:
    pages = server.pages
    pages["/up/"], pages["/walled/"] = page("up", text()), wall
    pages["/files/"] = page("files", re.sub("([fgh])[.]xlsx", r"new/\1.xlsx", listed(*FILES)))
    pages["/files/a.xlsx"] = FILES["a.xlsx"](False)
    pages["/files/d.xlsx"] = b"PK\x03\x04 not a workbook"
    pages["/files/e.xlsx"] = redirect("/files/new/e.xlsx")
    pages |= {f"/files/new/{path}": FILES[path](path != "g.xlsx") for path in ("e.xlsx", "f.xlsx", "g.xlsx")}
    pages["/files/new/h.xlsx"] = b"PK\x03\x04 not a workbook"
    pages["/marked/"] = page("marked", text())
    pages["/foot/"] = page("foot", text(), foot=DRAWN)
    pages["/plants/"] = str(pages["/plants/"]).replace(STYLED, "")
    pages["/plants/mended.html"] = page("plants", text())
    pages["/engine/"] = as_engine("测试局")
    pages["/drawn/list"] = drawn("关于研究教育案例的通知", "关于研究卫生案列的通知")
    for path in ("/files/c.pdf", "/files/f.xlsx", "/files/g.xlsx", "/files/h.xlsx", "/plants/gone.html"):
        del pages[path]


#: (kind of fault, page, words that tell several apart) → (result, new address)
EXPECTED = {
    ("站点无法访问", "/up/", ""): ("已整改", ""), ("站点无法访问", "/down/", ""): ("未整改", ""),
    ("站点无法访问", "/walled/", ""): ("未能判断", ""),
    ("个人隐私", "/files/a.xlsx", ""): ("已整改", ""), ("个人隐私", "/files/b.docx", ""): ("未整改", ""),
    ("个人隐私", "/files/c.pdf", ""): ("删除网页", ""), ("个人隐私", "/files/d.xlsx", ""): ("未能判断", ""),
    ("个人隐私", "/files/e.xlsx", ""): ("未整改", "/files/new/e.xlsx"), ("个人隐私", "/files/f.xlsx", ""): ("未整改", "/files/new/f.xlsx"),
    ("个人隐私", "/files/g.xlsx", ""): ("已迁移", "/files/new/g.xlsx"), ("个人隐私", "/files/h.xlsx", ""): ("未能判断", ""),
    ("缺少标识", "/marked/", ""): ("已整改", ""), ("缺少标识", "/bare/", ""): ("未整改", ""),
    ("缺少标识", "/foot/", ""): ("未能判断", ""),
    ("暗链", "/plants/", ""): ("已整改", ""), ("暗链", "/plants/mended.html", ""): ("已整改", ""),
    ("暗链", "/plants/left.html", ""): ("未整改", ""), ("暗链", "/plants/gone.html", ""): ("删除网页", ""),
    ("挂马", "/engine/", ""): ("已整改", ""), ("链接可用性", "/", ""): ("未整改", ""),
}  # fmt: skip
OF_BROWSER = {
    ("错字漏字", "/drawn/tzgg/", "教育"): ("已整改", ""), ("错字漏字", "/drawn/tzgg/", "卫生"): ("未整改", ""),
}  # fmt: skip


WANTED = ("site_unreachable", "privacy_leak", "missing_identity", "hidden_link", "malicious_code", "typo")


@pytest.fixture
def server() -> Iterator[Server]:
    with served("127.70.0.22") as one:
        as_run(one)
        yield one


def write(folder: Path, server: Server) -> None:
    head = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务"
    sites = [f"{code},{name}网站,{server.url(f'/{name}/')},测试局,,,," for name, code in CODES.items()]
    (folder / "sites.csv").write_text("\n".join([head, *sites]), encoding="utf-8")
    words = CAMPAIGN.replace('columns = "columns.csv"\n', "").replace("per_round = 1", "per_round = 3")
    browser = f"browser = {str(BROWSER).lower()}"
    (folder / "campaign.toml").write_text(words.replace("as_engine = false", browser), encoding="utf-8")


def test_what_became_of_every_kind_of_fault(
    tmp_path: Path, server: Server, environment: dict[str, str], store: Store, frontier: Frontier
) -> None:
    write(tmp_path, server)
    done = govcrawl(tmp_path, environment, "run", "campaign.toml")
    assert done.returncode == 0, done.stderr
    found = [f for f in desk.every(store.db, "t-again", "2015@1") if f.indicator in WANTED or f.url == SHUT]
    reviews.decide(store.db, [Wish(f.id, 0, "confirmed") for f in found], "甲", datetime.now(UTC))
    as_mended(server)
    done = govcrawl(tmp_path, environment, "recheck", "t-again")
    assert done.returncode == 0, done.stderr
    assert told(tmp_path) == EXPECTED | (OF_BROWSER if BROWSER else {})


def told(folder: Path) -> dict[tuple[str, str, str], tuple[str, str]]:
    every = rows(folder, "recheck")
    words = {r["证据"]: r["问题"][4:6] if r["问题类型"] == "错字漏字" else "" for r in every}
    return {(r["问题类型"], bare(r["问题页面"]), words[r["证据"]]): (r["复查结果"], bare(r["新址"])) for r in every}
