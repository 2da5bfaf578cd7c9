"""The truth of the sample province follows from its plan, and its input files say the same."""

from __future__ import annotations

import csv
import json
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import inputs
import plan
import pytest
import serve
from looking import PROVINCE_HERE
from plan import END, Board, Site
from province import PROVINCE
from styles import STYLES

KEY = ("news", "notice", "policy")
POINTS = {"news": 3, "notice": 4, "policy": 4, "personnel": 5, "plan": 5, "other": 0}


# --- the truth follows from the plan: the rules of 国办发〔2015〕15号, written down once more ---------------------------


def newest_on_home(site: Site) -> int | None:
    """Days between the newest dated item a reader meets on the home page (or one level below an entry page) and the end."""
    shown = [c for c in site.columns if c.dates != "none" and c.ages and (c.on_home or site.home == "nav_only")]
    return min((age for c in shown for age in c.ages), default=None)


def three_months_on(day: date) -> date:
    """Of days that every month has."""
    return day.replace(year=day.year + (day.month > 9), month=(day.month + 2) % 12 + 1)


def late(board: Board) -> bool:
    asked_this_year = [x for x in board.letters if x.asked <= 365]
    waits = ((plan.day(x.asked), plan.day(x.answered or 0)) for x in asked_this_year)
    return board.cls == "consult" and any(until > three_months_on(asked) for asked, until in waits)


def vetoes(site: Site) -> set[str]:
    states = Counter(c.state for c in site.columns)
    stale = [c for c in site.columns if c.state == "stale"]
    age = newest_on_home(site)
    rules = {
        "site_unreachable": site.gate in ("closed", "error500") or len(site.slow_on) / 40 >= 0.05,
        "home_not_updated": age is None or age > 14,
        "columns_not_updated": sum(c.cls in KEY for c in stale) >= 5 or len(stale) >= 10,
        "columns_blank": states["blank"] >= 5,
        "poor_response": any(map(late, site.boards)),
    }
    return {name for name, broken in rules.items() if broken}


def tenths(site: Site) -> int:
    """Deductions in tenths of a point, without the availability of the home page."""
    stale = sum(POINTS[c.cls] for c in site.columns if c.state == "stale")
    shown = [a for c in site.columns if c.on_home and c.body in ("list", "script") for a in c.ages[:6]]
    few = 5 if sum(age <= 14 for age in shown) < 10 else 0
    on_home = sum(d.on_home for d in site.dead)
    return 10 * (stale + few + on_home) + len(site.dead) - on_home


RUNNING = [s for s in PROVINCE if s.status == "正常运行"]
JUDGED = [s for s in RUNNING if s.verdict != "insufficient"]


@pytest.mark.parametrize("site", JUDGED, ids=lambda s: s.code or s.name)
def test_verdict_follows_from_the_plan(site: Site) -> None:
    unreachable = "site_unreachable" in site.vetoes and not site.readable
    assert set(site.vetoes) == ({"site_unreachable"} if unreachable else vetoes(site))
    assert (site.verdict == "fail") == bool(site.vetoes or tenths(site) > 400)


def test_designed_deductions_are_exact_and_all_others_small() -> None:
    designed = {s.deductions: tenths(s) for s in PROVINCE if s.deductions}
    assert designed == {"40": 400, "40.1": 401}
    passing = [s for s in RUNNING if s.verdict == "pass" and not s.deductions]
    availability = {s.code: 125 for s in passing if s.slow_on}  # 1 of 40 visits: 2.5 %, 5 points per 1 %
    assert max(tenths(s) + availability.get(s.code, 0) for s in passing) < 400


def test_every_veto_is_planted_on_both_sides_of_its_threshold() -> None:
    stale = [sum(c.state == "stale" and c.cls in KEY for c in s.columns) for s in JUDGED if s.readable]
    all_stale = [sum(c.state == "stale" for c in s.columns) for s in JUDGED if s.readable]
    blank = [sum(c.state == "blank" for c in s.columns) for s in JUDGED]
    waits = {x.asked - (x.answered or 0) for s in JUDGED for b in s.boards if b.cls == "consult" for x in b.letters}
    assert {4, 5} <= set(stale)
    assert {9, 10} <= set(all_stale)
    assert {4, 5} <= set(blank)
    assert {90, 92, 93, 95} <= waits  # 92 and 90 days are three months here
    assert {14, 15} <= {newest_on_home(s) for s in JUDGED}
    assert {1, 2} <= {len(s.slow_on) for s in JUDGED}


def test_a_column_changes_state_the_day_after_its_window() -> None:
    for cls, days in plan.WINDOWS.items():
        assert [plan.Column("通知公告", cls, (age,)).state for age in (days, days + 1)] == ["fresh", "stale"]


def test_the_province_is_spread_as_a_bulletin_needs_it() -> None:
    groups = Counter(s.group for s in RUNNING)
    failed = Counter(s.group for s in RUNNING if s.verdict == "fail")
    assert all(4 <= n <= 6 for g, n in groups.items() if g != "滇中新区")
    assert failed["楚雄"] == 0
    assert len(RUNNING) >= 32
    assert {s.status for s in PROVINCE} == {"正常运行", "永久关停", "申请例外"}
    assert len({s.code for s in PROVINCE}) == len({s.name for s in PROVINCE}) == len(PROVINCE)
    assert {m for s in RUNNING for m in s.missing} | {"site_code"} == set(plan.MARKS)
    assert {s.style for s in JUDGED if s.verdict == "pass" and not vetoes(s)} == set(STYLES)


# --- the files ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("province")
    inputs.write(folder, PROVINCE_HERE)
    return folder


def read_csv(path: Path, encoding: str) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def test_register_rows_stand_where_the_truth_says(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    rows = read_csv(folder / "sites.csv", "gbk")
    keys = [row["网站标识码"] or f"row-{line}" for line, row in enumerate(rows, 2)]
    assert set(keys) - set(truth["sites"]) == {"53060090X"}
    assert set(truth["sites"]) < set(keys)
    assert [r["地区"] for r in rows if not r["网站标识码"]] == ["滇中新区"]
    with pytest.raises(UnicodeDecodeError):
        (folder / "sites.csv").read_text(encoding="utf-8")


def test_campaign_and_totals_agree(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    campaign = tomllib.loads((folder / "campaign.toml").read_text(encoding="utf-8"))
    assert campaign["campaign"]["ends"] == END
    assert campaign["campaign"]["id"] == truth["campaign"]
    assert campaign["issuer"]["order"][0] == campaign["issuer"]["direct"] == "省直"
    assert campaign["probe"] == {"per_round": 40, "spacing_s": 0.8, "timeout_s": inputs.TIMEOUT_S}
    verdicts = Counter(s["verdict"] for s in truth["sites"].values())
    assert truth["total"]["running"] == truth["total"]["checked"] == len(RUNNING)
    assert truth["total"]["failed"] == verdicts["fail"]
    assert truth["total"]["insufficient"] == verdicts["insufficient"] == 2
    assert verdicts["not_checked"] == 2


def test_registered_columns_are_pages_of_their_sites(folder: Path) -> None:
    province = PROVINCE_HERE
    rows = read_csv(folder / "columns.csv", "utf-8-sig")
    pages = {r.key: serve.build(province, r).pages for r in province.rows() if r.site.register}
    assert {r["网站标识码"] for r in rows} == set(pages)
    assert all(urlsplit(r["栏目网址"]).path in pages[r["网站标识码"]] for r in rows)
