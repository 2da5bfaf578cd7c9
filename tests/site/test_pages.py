"""The pages of the sample province are what the plan says: dates, encodings, marks, letters, size."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from datetime import date
from itertools import combinations

import plan
import serve
from looking import HERE, PROVINCE_HERE, decodes, html_pages, site_of, sites, style_of, text_of
from selectolax.lexbor import LexborHTMLParser


def digest() -> str:
    whole = hashlib.sha256()
    for host, served in sites().items():
        for path, answer in served.pages.items():
            whole.update(f"{host}{path}{answer.content_type}".encode() + answer.body)
    return whole.hexdigest()


def test_generator_is_deterministic() -> None:
    script = "import test_pages; print(test_pages.digest())"
    other = subprocess.run([sys.executable, "-c", script], cwd=HERE, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == digest()


def test_size_of_the_province() -> None:
    pages = [html_pages(s) for s in sites().values() if s.pages]
    assert 1200 <= sum(map(len, pages)) <= 1800
    assert all(15 <= len(p) <= 70 for p in pages)
    bodies = sorted(len(b) for p in pages for path, b in p.items() if not path.startswith("/html/"))
    assert bodies[len(bodies) // 20] > 15_000
    assert bodies[-1] < 60_000


def test_encodings_as_declared_unless_planted() -> None:
    wrong = {}
    for served in sites().values():
        for path, body in html_pages(served).items():
            declared = (re.search(rb"charset=([\w-]+)", body) or [b"", b"utf-8"])[1].decode()
            if not decodes(body, "gbk" if declared == "gb2312" else declared):
                wrong.setdefault(served.site.name, set()).add(declared)
            header = served.pages[path].content_type.partition("charset=")[2]
            assert header in ("", declared) or path.startswith("/html/")
    assert wrong == {"双柏县虎笙文化网": {"gb2312"}, "德宏州古茶树网": {"utf-8"}}


def shapes(day: date) -> tuple[str, ...]:
    return (day.isoformat(), f"{day:%Y/%m/%d}", f"{day:%Y.%m.%d}", f"{day:%Y年%m月%d日}", f"{day:%m/%d}  {day:%Y}")


def test_list_and_article_show_the_same_date() -> None:
    seen = 0
    for row in PROVINCE_HERE.rows():
        if not (served := sites().get(row.host)) or not served.pages:
            continue
        style = style_of(row)
        for column in row.site.columns:
            for item in style.items[column.name]:
                article = text_of(served, item.path)
                assert any(s in article for s in shapes(item.day)) == (column.dates != "none"), (row.host, item.path)
            if column.body == "list" and row.site.style not in ("jpage", "urldate") and column.ages:
                text = text_of(served, style.list_path(column.name))
                assert any(s in text for s in shapes(plan.day(min(column.ages)))) == (column.dates == "shown")
                seen += 1
    assert seen > 200


def test_no_page_shows_a_date_the_plan_does_not_know() -> None:
    """Else a page could be fresh by accident."""
    for served in sites().values():
        site = served.site
        ages = {a + lag for c in site.columns for a in c.ages for lag in (0, c.url_lag)}
        ages |= {a for b in site.boards for x in b.letters for a in (x.asked, x.answered) if a is not None}
        known = {plan.day(a).isoformat() for a in ages}
        for path in html_pages(served):
            found = re.findall(r"(20\d\d)[-/.年](\d\d)[-/.月](\d\d)", text_of(served, path))
            assert {"-".join(f) for f in found} <= known, (site.name, path)


def test_undated_pages_bear_no_date_at_all() -> None:
    served = site_of("易门县菌子集市网")
    board = next(style_of(r).list_path("在线咨询") for r in PROVINCE_HERE.rows() if r.site is served.site)
    for path in html_pages(served).keys() - {board}:
        assert not re.search(r"20\d\d[-/.年]\d\d?[-/.月]\d|\d月\d+日", text_of(served, path)), path


def test_dates_beside_home_links_only_where_planned() -> None:
    assert not re.search(r"20\d\d-\d\d-\d\d", text_of(site_of("官渡区饵块制作技艺网"), "/"))
    assert plan.day(14).isoformat() in text_of(site_of("昆明市古树名木网"), "/")
    assert plan.day(15).strftime("%m-%d") in text_of(site_of("昭通市峡谷栈道网"), "/")


def test_url_date_differs_from_the_shown_one_where_planned() -> None:
    paths = " ".join(site_of("曲靖市洞穴资源网").pages)
    assert f"/gzdt/201805/t{plan.day(15):%Y%m%d}_" in paths
    assert f"/gzdt/201806/t{plan.day(14):%Y%m%d}_" not in paths


def test_letters_are_shown_in_all_three_shapes() -> None:
    def page(name: str, board: str, letter: int | None = None) -> str:
        row = next(r for r in PROVINCE_HERE.rows() if r.site.name == name)
        style = style_of(row)
        path = style.list_path(board) if letter is None else style.letter_path(board, letter)
        return text_of(serve.build(PROVINCE_HERE, row), path)

    assert re.search(rf"{plan.day(93)}\s+办理中", page("江川区渔舟文化网", "在线咨询"))
    listed = page("德宏州孔雀保育网", "在线咨询")
    assert f"来信时间：{plan.day(200)}" in listed
    assert f"答复时间：{plan.day(105)}" in listed
    detail = page("德宏州傣纸工艺网", "局长信箱", 0)
    assert re.search(rf"来信时间：\s+{plan.day(93)}", detail)
    assert "受理中" in detail


def test_identity_marks_are_missing_only_where_planted() -> None:
    signs = {"icp": "ICP备", "party_badge": "dcs.conac.cn", "error_report": "jiucuo.js", "organiser": "主办"}
    for served in sites().values():
        whole = "".join(
            b.decode("gbk" if served.site.style == "tables" else "utf-8", "replace")
            for b in html_pages(served).values()
        )
        if not whole or served.site.encoding == "gbk":
            continue
        gone = {mark for mark, sign in signs.items() if sign not in whole}
        gone |= {"police"} if not re.search(r"公网安备|公安机关备案号", whole) else set()
        assert gone == set(served.site.missing), served.site.name
        assert (served.site.shows_code or served.site.code) in whole


def test_titles_are_unique_and_texts_differ() -> None:
    """Else an article could be taken for an old one under a new date."""
    for row in list(PROVINCE_HERE.rows())[::6]:
        style = style_of(row)
        items = [i for items in style.items.values() for i in items if i.column.cls != "service"]
        assert len({i.title for i in items}) == len(items)
        grams = [{t[k : k + 8] for k in range(len(t) - 8)} for t in map(style.article_text, items)]
        assert all(len(a & b) < 0.8 * len(a | b) for a, b in combinations(grams, 2)), row.site.name


def test_links_lead_only_to_loopback() -> None:
    """A crawl of the province asks nobody in the world outside: other hosts stand only in script and badge addresses."""
    for served in sites().values():
        for body in html_pages(served).values():
            tree = LexborHTMLParser(body.decode("utf-8", "replace"))
            found = [
                n.attributes.get("href") or n.attributes.get("src") or "" for n in tree.css("a,img,iframe,frame,area")
            ]
            assert all(u.startswith("http://127.") for u in found if "//" in u)
