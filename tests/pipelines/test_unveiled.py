"""Links that a style sheet in a file of its own hides, and what looks like them: page and sheets in, findings out."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from govcrawl.contracts import Finding, Lease, Observation, Page, Result, Task
from govcrawl.facts import StyleFacts
from govcrawl.reading import read, sheets
from govcrawl.spiders.guise import apart, look_apart, taken_in
from govcrawl.spiders.site import look
from pipelines.observe import observe
from tests.pipelines.build import CAMPAIGN, FINE, HOME, NOON, SITE, judge

STRONG = ("http://www.planted-a.com/", "澳门百家乐"), ("http://www.planted-b.com/", "真人娱乐城")
WEAK = ("http://www.planted-a.com/", "代开发票"), ("http://www.planted-b.com/", "某市癫痫医院")
PLAIN = tuple((f"http://www.firm-{n}.com/", f"某某公司{n}") for n in range(6))
OFFICIAL = (
    ("http://www.other.gov.cn/", "代开发票"),
    ("http://www.more.gov.cn/", "打击博彩"),
    ("http://www.school.edu.cn/", "自考"),
)
HIDES = ".qx7{position:absolute;left:-9999px}"


def home(
    *links: tuple[str, str], box: str = 'class="qx7"', head: str = '<link rel="stylesheet" href="/css/a.css">'
) -> str:
    rows = "".join(f'<a href="{url}">{words}</a>' for url, words in links)
    title = f'<html><head><meta charset="utf-8"><title>示例市人民政府网</title>{head}</head>'
    return f"{title}<body><p>全市召开农村工作会议。</p><div><div {box}>{rows}</div></div></body></html>"


def seen(body: str, files: Mapping[str, str], role: str = "home") -> list[Observation]:
    """Of a page and of all that it asks for beside it; a file that is not there is a 404."""
    task = Task(SITE.code, "site", role, HOME)  # type: ignore[arg-type]
    page = Page(HOME, "ok", 200, NOON, 0.1, body=body.encode())
    facts = look(page, task)
    looks = [(task, page, facts)]
    wanted = list(apart(task, facts, as_engine=False))
    for one in wanted:
        there = files.get(one.url.removeprefix(HOME[:-1]))
        answer = Page(one.url, "ok" if there is not None else "http_error", 200, NOON, 0.1, body=(there or "").encode())
        looks.append((one, answer, look_apart(answer, one)))  # type: ignore[arg-type]
        wanted += taken_in(one, looks[-1][2])
    results = [Result(Lease(f"{CAMPAIGN}:1", bytes([n]), "w", 1, t), p, f) for n, (t, p, f) in enumerate(looks)]
    return [o for result in results for o in observe(result) if o.kind in ("check", "style")]


def found(observations: list[Observation]) -> list[Finding]:
    verdict = judge([*FINE, *observations])
    return [f for f in verdict.findings if f.indicator in ("hidden_link", "malicious_code")]


def told(body: str, files: Mapping[str, str] | None = None, role: str = "home") -> list[tuple[str, str, str]]:
    every = found(seen(body, {"/css/a.css": HIDES} if files is None else files, role))
    return sorted((f.indicator, f.detail.get("how") or f.detail["what"], f.detail["target"]) for f in every)


@pytest.mark.parametrize("links", [STRONG, WEAK])
@pytest.mark.parametrize("role", ["home", "page"])
def test_links_that_sell_in_a_box_that_a_sheet_hides(links: tuple[tuple[str, str], ...], role: str) -> None:
    assert told(home(*links), role=role) == [("hidden_link", "off-screen", url) for url, _ in links]
    for path, css, how in (
        ("/css/a.css", "#qx7, .other{display:none}", "display-none"),
        ("/css/b.css", "@media print{.x{color:red}} #qx7{height:0;overflow:hidden}", "zero-size"),
    ):
        head = '<link rel=stylesheet media="screen" href="/css/a.css"><link rel="StyleSheet" href="css/b.css">'
        files = {"/css/a.css": "p{color:#333}", "/css/b.css": ""} | {path: css}
        body = home(*links, box='id="qx7"', head=head)
        assert told(body, files) == [("hidden_link", how, url) for url, _ in links]


def test_it_is_told_with_its_sheet_and_as_the_same_fault_as_if_the_page_hid_it() -> None:
    (one,) = (f for f in found(seen(home(*WEAK), {"/css/a.css": HIDES})) if f.excerpt == "代开发票")
    assert one.detail == {
        "target": WEAK[0][0], "how": "off-screen", "within": '<div class="qx7">', "sheet": f"{HOME}css/a.css",
    }  # fmt: skip
    inline = home(*WEAK, box='style="position:absolute;left:-9999px"')
    assert one.id in {f.id for f in found(seen(inline, {}))}


@pytest.mark.parametrize(
    ("links", "body", "files"),
    [
        ("official", home(*OFFICIAL), None),
        ("words that sell nothing", home(*PLAIN), None),
        ("one of them", home(WEAK[0], PLAIN[0]), None),
        ("a sheet that hides something else", home(*WEAK), {"/css/a.css": ".qx8{display:none} .qx7 .sub{display:none}"}),
        ("a menu", home(*WEAK, box='class="nav-sub"'), {"/css/a.css": ".nav-sub{display:none}"}),
        ("a tab", home(*WEAK, box='class="qx7" id="tab2"'), None),
        ("a drop-down", home(*WEAK), {"/css/a.css": "div:hover .qx7{display:block} .qx7{display:none}"}),
        ("shown in another sheet", home(*WEAK, head='<link rel=stylesheet href=/css/a.css><link rel=stylesheet href=/b.css>'),
         {"/css/a.css": HIDES, "/b.css": ".open .qx7{display:block}"}),
        ("shown in the page", home(*WEAK, head='<link rel=stylesheet href=/css/a.css><style>.on .qx7{display:block}</style>'), None),
        ("a script opens it", home(*WEAK, head="<link rel=stylesheet href=/css/a.css><script>$('.qx7').show()</script>"), None),
        ("for print alone", home(*WEAK), {"/css/a.css": f"@media print {{ {HIDES} }}"}),
        ("a sheet for print", home(*WEAK, head='<link rel=stylesheet media=print href="/css/a.css">'), None),
        ("another style", home(*WEAK, head='<link rel="alternate stylesheet" href="/css/a.css">'), None),
        ("what stands elsewhere", home(*WEAK), {"/css/a.css": ".other .qx7{display:none} .qx7 > a{display:none} .qx7 b{display:none}"}),
        ("another element", home(*WEAK), {"/css/a.css": "ul.qx7 a{display:none} div.qx7 a.b{display:none}"}),
        ("all links of a menu", home(*WEAK, box='class="subnav"'), {"/css/a.css": ".subnav a{display:none}"}),
        ("opened from above", home(*WEAK), {"/css/a.css": ".qx7 a{display:none} .head:hover .qx7 a{display:block}"}),
        ("taken in for print", home(*WEAK), {"/css/a.css": '@import "b.css" print;', "/css/b.css": HIDES}),
        ("taken in under a condition of layers", home(*WEAK), {"/css/a.css": f'@import "b.css" layer(x);{HIDES}', "/css/b.css": ""}),
        ("taken in and not there", home(*WEAK), {"/css/a.css": f'@import "b.css";{HIDES}'}),
        ("taken in twice over", home(*WEAK), {"/css/a.css": '@import "b.css";', "/css/b.css": f'@import "c.css";{HIDES}', "/css/c.css": ""}),
        ("taken in from strangers", home(*WEAK), {"/css/a.css": f'@import "http://cdn.firm.com/b.css";{HIDES}'}),
        ("shown by what is taken in", home(*WEAK), {"/css/a.css": f'@import "b.css";{HIDES}', "/css/b.css": ".x .qx7{display:block}"}),
        ("a sheet of strangers", home(*WEAK, head='<link rel=stylesheet href="http://cdn.firm.com/css/a.css">'), None),
        ("a sheet that isn't there", home(*WEAK), {}),
        ("one of two isn't", home(*WEAK, head='<link rel=stylesheet href=/css/a.css><link rel=stylesheet href=/b.css>'), None),
        ("a sheet that takes in another", home(*WEAK), {"/css/a.css": f"@import url(b.css); {HIDES}"}),
        ("an error page in its place", home(*WEAK), {"/css/a.css": f"<html><style>{HIDES}</style></html>"}),
        ("too long", home(*WEAK), {"/css/a.css": HIDES + " " * sheets.MAX_SHEET}),
    ],
)  # fmt: skip
def test_in_doubt_nothing_is_said(links: str, body: str, files: dict[str, str] | None) -> None:
    assert told(body, files) == []


@pytest.mark.parametrize(
    ("box", "css", "how"),
    [
        ('class="qx7"', ".qx7 a{display:none}", "display-none"),
        ('class="qx7"', ".qx7 a, .qx7 b{left:-9999px;position:absolute}", "off-screen"),
        ('class="qx7" id="y"><p class="in"', "#y p.in a{display:none}", "display-none"),
        ('class="qx7 b2"', "div.qx7.b2{display:none}", "display-none"),
        ('class="w5"><div class="k"><div class="qx7"', ".w5  .qx7{height:0;overflow:hidden}", "zero-size"),
        ('class="qx7"', '@charset "utf-8";.qx7{display:none}', "display-none"),
        ('class="qx7"', ".qx7{display:none}/* never closed .qx7{display:block}", "display-none"),
    ],
)
def test_selectors_of_several_names(box: str, css: str, how: str) -> None:
    """As a file of its own, and in the page."""
    want = [("hidden_link", how, url) for url, _ in WEAK]
    assert told(home(*WEAK, box=box), {"/css/a.css": css}) == want
    assert told(home(*WEAK, box=box, head=f"<style>{css}</style>"), {}) == want


@pytest.mark.parametrize(
    "taking",
    ['@import "b.css";', "@import url(b.css) screen;", "@import url('/css/b.css');", "/* x */@import url( b.css )"],
)
def test_sheets_that_a_sheet_takes_in(taking: str) -> None:
    want = [("hidden_link", "off-screen", url) for url, _ in WEAK]
    assert told(home(*WEAK), {"/css/a.css": taking, "/css/b.css": HIDES}) == want
    inline = home(*WEAK, head=f"<style>{taking.replace('b.css', '/css/b.css').replace('/css//', '/')}</style>")
    assert told(inline.replace("/css/css", "/css"), {"/css/b.css": HIDES}) == want


def test_sheets_of_strangers_are_a_doubt_that_names_them() -> None:
    def doubts(*links: tuple[str, str]) -> list[str]:
        head = '<link rel=stylesheet href="http://cdn.firm.com/a.css"><link rel=stylesheet href=/b.css>'
        return [d for d in judge([*FINE, *seen(home(*links, head=head), {"/b.css": HIDES})]).doubts if "样式表" in d]

    assert doubts(*WEAK) == ["2个疑似推广链接所在网页引用其他网站的样式表（cdn.firm.com），未读取，未能判断是否为暗链"]
    assert doubts(*PLAIN) == doubts(WEAK[0]) == doubts(*OFFICIAL) == []


def test_links_that_sell_and_that_a_sheet_does_not_hide_stay_what_they_are() -> None:
    plain = [("malicious_code", "link", url) for url, _ in STRONG]
    assert told(home(*STRONG), {"/css/a.css": ""}) == plain
    assert told(home(*STRONG), {}) == plain
    assert told(home(*STRONG)) == [("hidden_link", "off-screen", url) for url, _ in STRONG]  # and are told once


def test_sheets_are_asked_for_only_where_several_strangers_stand_in_boxes_with_names() -> None:
    def asked(body: str) -> int:
        return len(read(body.encode(), HOME, role="home").foreign.sheets)

    assert asked(home(*PLAIN)) == 1
    assert asked(home(*OFFICIAL)) == asked(home(PLAIN[0])) == asked(home(*PLAIN, box="")) == 0
    many = "".join(f"<link rel=stylesheet href=/{n}.css>" for n in range(sheets.MAX_SHEETS + 1))
    assert asked(home(*PLAIN, head=many)) == 0
    facts = read(home(*PLAIN).encode(), HOME)
    assert [t.role for t in apart(Task(SITE.code, "site", "article", HOME), facts, as_engine=True)] == ["style"]
    assert list(apart(Task(SITE.code, "render", "article", HOME), facts, as_engine=True)) == []


@pytest.mark.parametrize(
    "css",
    [
        "@media a{b{" * 15_000,
        ".a{display:none}" * 12_000,
        "{" * 200_000,
        ".a" * 100_000,
        "/*" * 100_000,
        "/*x" * 60_000,
        ".a " * 60_000 + "{display:none}",
        ".a .b{display:none}" * 10_000,
        "@import " * 25_000,
        ("@import 'x'" + " " * 100) * 1800,
        ".a{left:-" * 20_000,
    ],
)
def test_hostile_sheets_cost_bounded_time(css: str) -> None:
    started = time.process_time()
    sheets.read(css[: sheets.MAX_SHEET])
    assert time.process_time() - started < 3


def test_a_sheet_with_more_names_than_any_person_writes_tells_nothing() -> None:
    css = "".join(f".n{n}{{display:none}}" for n in range(sheets.MAX_NAMES))
    assert isinstance(sheets.read(css), StyleFacts)
    assert sheets.read(css + ".more{display:block}") is None
