"""One file, a campaign a month: what it is, that it is planned once, and that a quarter's bulletin gathers its months."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from govcrawl import recurring
from govcrawl.campaign import load_campaign, series_of
from govcrawl.cli import main
from govcrawl.contracts import Campaign, Finding, Verdict
from govcrawl.documents import StoredDeletion
from govcrawl.errors import InputError, NotDue
from govcrawl.plan import Plan, plan
from govcrawl.recurring import Recurring, linked, missed, month_of
from govcrawl.rounds import PARTIAL
from govcrawl.services import Urls
from govcrawl.store import Store
from reporting import stages
from tests.govcrawl.build import campaign

FILE = """[campaign]
id = "yn-spot"
title = "全省政府网站抽查"
standard = "2015"
starts = 2018-01-01
ends = 2018-12-31
[recurring]
every = "month"
days = [2, 31]
[issuer]
name = "测试省人民政府办公厅"
division = "530000"
[registry]
sites = "sites.csv"
[scope]
mode = "sample"
ratio = 0.3
seed = 7
always = ["previous_failed"]
[crawl]
allow_networks = ["127.0.0.0/8"]
"""
HEADER = "网站标识码,网站名称,首页网址,主办单位,地区,层级,运行状态,对外服务\n"
SITES = HEADER + "".join(
    f"53000000{n:02},测试网站{n},http://127.70.9.{n}:9/,测试局,,,正常运行,是\n" for n in range(1, 13)
)
SERIES = replace(campaign("yn-spot"), title="全省政府网站抽查", starts=date(2018, 2, 10), ends=date(2018, 8, 20))


def month(number: int, **how: object) -> Campaign:
    return month_of(SERIES, Recurring(**how), date(2018, number, 15))  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "sites.csv").write_text(SITES, encoding="utf-8")
    (tmp_path / "spot.toml").write_text(FILE, encoding="utf-8")
    return tmp_path / "spot.toml"


def planned(file: Path, store: Store, on: str, again: bool = False) -> Plan:
    return plan(str(file), store, lambda *_: "", date.fromisoformat(on), again)


def chosen(store: Store, id_: str) -> set[str]:
    return {site.code for site in store.sites(id_, chosen_only=True)}


def judged(store: Store, id_: str, failed: str = "") -> None:
    """All that was drawn passes, but for one."""
    ends, verdicts = store.campaign(id_).ends, []
    for code in chosen(store, id_):
        found = Finding(f"{id_[-7:]}-{code}", id_, code, "columns_blank", f"http://{code}/", "", "", {})
        bad = {"vetoes": ("columns_blank",), "reasons": ("空白栏目",), "findings": (found,)} if code == failed else {}
        verdicts.append(Verdict(id_, code, "2015@1", ends, "fail" if bad else "pass", **bad))  # type: ignore[arg-type]
    store.save_verdicts(verdicts)


# --- a month ---


@pytest.mark.parametrize(
    ("number", "days", "span"),
    [
        (4, (1, 31), ("2018-04-01", "2018-04-30")),
        (4, (3, 20), ("2018-04-03", "2018-04-20")),
        (2, (1, 31), ("2018-02-10", "2018-02-28")),
        (8, (1, 31), ("2018-08-01", "2018-08-20")),
    ],
)
def test_a_month_has_its_days_within_the_series(number: int, days: tuple[int, int], span: tuple[str, str]) -> None:
    one = month(number, days=days)
    assert (one.id, one.series) == (f"yn-spot-2018-{number:02}", "yn-spot")
    assert (one.title, str(one.starts), str(one.ends)) == (f"2018年{number}月全省政府网站抽查", *span)


@pytest.mark.parametrize(("on", "days"), [("2018-01-31", (1, 31)), ("2018-09-01", (1, 31)), ("2018-02-20", (1, 9))])
def test_a_month_without_a_day_of_the_series_has_no_check(on: str, days: tuple[int, int]) -> None:
    with pytest.raises(NotDue, match="没有抽查；周期自 2018-02-10 至 2018-08-20"):
        month_of(SERIES, Recurring(days), date.fromisoformat(on))


def test_the_seed_is_the_months_own_and_anyone_can_work_it_out() -> None:
    seeds = {month(n).scope.seed for n in range(2, 9)}
    assert len(seeds) == 7
    assert all(0 <= seed < 2**48 for seed in seeds)
    assert recurring.seed_of(7, date(2018, 4, 9)) == 155072021220165  # sha256sum: 8d0984bd4b45…


def test_the_last_month_of_a_quarter_or_of_the_series_gathers_those_before_it() -> None:
    months = [month(n) for n in range(2, 9)]
    made = {one.starts.month: linked(one, months) for one in months}
    assert {n: one.report.months for n, one in made.items() if one.report.months} == {
        3: ("yn-spot-2018-02",), 6: ("yn-spot-2018-04", "yn-spot-2018-05"), 8: ("yn-spot-2018-07",),
    }  # fmt: skip
    assert {n: one.previous for n, one in made.items()} == {
        2: (), 3: (), 4: ("yn-spot-2018-03",), 5: ("yn-spot-2018-04",), 6: ("yn-spot-2018-03",), 7: ("yn-spot-2018-06",),
        8: ("yn-spot-2018-06",),
    }  # fmt: skip
    assert [made[n].report.title for n in (3, 6, 8)] == [f"2018年{q}季度全省政府网站抽查" for q in "一二三"]
    assert [n for n in range(2, 8) if month(n, days=(21, 28)).report.title] == [3, 6, 7]  # August has no such day
    assert linked(month(6, quarterly=False), months).report.months == ()
    assert missed(month(6), [months[0], months[2]]) == ["2018-05"]
    assert missed(month(3), [months[0]]) == missed(month(6), []) == []  # January was before the series


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('every = "month"', 'every = "week"', "spot.toml:8: every 只能是 month"),
        ("days = [2, 31]", "days = [20, 2]", "spot.toml:9: days 应为两个日子"),
        ("days = [2, 31]", "days = [2, 32]", "spot.toml:9: days 不能大于 31"),
        ('every = "month"\n', "", r"spot.toml:7: \[recurring\] 一节缺少 every"),
        ('title = "全省', 'title = "2018年全省', "spot.toml:3: 周期抽查的 title 不写年月"),
        ("[crawl]", '[report]\nmonths = ["a"]\n[crawl]', "spot.toml:21: 周期抽查的 months 由程序按季度填写"),
    ],
)
def test_a_file_that_cannot_recur_so(file: Path, old: str, new: str, why: str) -> None:
    file.write_text(FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=why):
        series_of(file)


def test_a_standard_is_held_against_the_month_not_the_series(file: Path) -> None:
    def trouble(_: str, ends: date) -> str:
        return "zu spät" if ends > date(2018, 6, 30) else ""

    assert load_campaign(file, trouble, date(2018, 6, 9)).ends == date(2018, 6, 30)
    with pytest.raises(InputError, match="zu spät"):
        load_campaign(file, trouble, date(2018, 7, 9))


# --- from the file to a quarter's bulletin ---


def test_a_quarter_from_one_file(file: Path, store: Store, tmp_path: Path) -> None:
    april, may = (planned(file, store, day).campaign.id for day in ("2018-04-02", "2018-04-30"))
    assert may == april == "yn-spot-2018-04"  # planned once
    drawn = chosen(store, april)
    assert len(drawn) == 4
    with pytest.raises(
        InputError, match=r"尚未评判，不知道上次哪些网站不合格；请先运行 govcrawl score yn-spot-2018-04"
    ):
        planned(file, store, "2018-05-02")
    failed = min(drawn)
    judged(store, april, failed)
    may = planned(file, store, "2018-05-02").campaign.id
    assert failed in chosen(store, may) != drawn
    assert store.campaign(may).previous == (april,)
    judged(store, may)
    june = planned(file, store, "2018-06-30").campaign
    assert failed in chosen(store, june.id)  # it failed in this quarter
    assert june.report.months == (april, may)
    assert june.previous == ()
    judged(store, june.id)
    stages.report(store, june.id, "", tmp_path / "out")
    page = (tmp_path / "out" / "bulletin.html").read_text(encoding="utf-8")
    assert "测试省人民政府办公厅关于2018年二季度全省政府网站抽查情况的通报" in page
    rows = (tmp_path / "out/tables/months.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows if row.startswith("2018年")] == [
        f"2018年{n}月全省政府网站抽查" for n in (4, 5, 6)
    ] + [row.split(",")[0] for row in rows if row.startswith("2018年二季度")]
    assert stages.snapshot_of(store, june.id).of("fail")[0].site.code == failed
    september = planned(file, store, "2018-09-02").campaign
    assert september.previous == (june.id,)
    judged(store, september.id)
    store.save_plan(
        replace(september, report=replace(september.report, months=("yn-spot-2018-07",))), store.sites(june.id), [], []
    )
    store.save_plan(replace(june, id="yn-spot-2018-07"), store.sites(june.id), chosen(store, june.id), [])
    judged(store, "yn-spot-2018-07")
    (before,) = stages.snapshot_of(store, september.id).before
    assert (before.title, set(before.failed)) == ("2018年二季度全省政府网站抽查", {failed})  # of the whole quarter


def test_what_is_drawn_stays_until_it_is_planned_again(file: Path, store: Store) -> None:
    first = planned(file, store, "2018-04-02")
    before = list(store.db["sites"].find().sort("_id", 1))
    (file.parent / "sites.csv").write_text(SITES.replace("127.70.9.1:", "127.70.9.77:"), encoding="utf-8")
    kept = planned(file, store, "2018-04-02")
    assert (kept.kept, kept.campaign, kept.sites, kept.chosen) == (True, first.campaign, 12, first.chosen)
    assert list(store.db["sites"].find().sort("_id", 1)) == before
    assert not planned(file, store, "2018-04-02", again=True).kept
    assert "127.70.9.77" in store.sites("yn-spot-2018-04")[0].home


def test_planned_again_with_other_days_a_month_is_not_before_itself(file: Path, store: Store) -> None:
    april = planned(file, store, "2018-04-02").campaign.id
    judged(store, april)
    planned(file, store, "2018-06-02")
    file.write_text(FILE.replace("[2, 31]", "[9, 31]"), encoding="utf-8")
    june = planned(file, store, "2018-06-09", again=True).campaign
    assert (june.starts, june.report.months, june.previous) == (date(2018, 6, 9), (april,), ())


@pytest.mark.parametrize(
    ("on", "why"), [("2018-04-01", "自 2018-04-02 起"), ("2019-01-01", "2019-01 没有抽查"), ("2017-12-31", "2017-12")]
)
def test_on_a_day_without_a_check_nothing_is_planned(file: Path, store: Store, on: str, why: str) -> None:
    with pytest.raises(NotDue, match=why):
        planned(file, store, on)
    assert store.db["campaigns"].count_documents({}) == 0


def test_a_month_that_was_missed_is_told(file: Path, store: Store) -> None:
    file.write_text(FILE.replace("[2, 31]", "[2, 9]").replace('always = ["previous_failed"]', ""), encoding="utf-8")
    planned(file, store, "2018-04-02")
    with pytest.raises(NotDue, match="已于 2018-05-09 结束而未曾计划；如要在别的日子计划，请加 --on 日期"):
        planned(file, store, "2018-05-20")
    june = planned(file, store, "2018-06-02")
    assert (june.missed, june.campaign.report.months) == (("2018-05",), ("yn-spot-2018-04",))


def test_the_commands_take_the_file(
    file: Path,
    urls: Urls,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Planned as a timer does, judged and reported as a CronJob does."""
    for name, url in urls.environment().items():
        monkeypatch.setenv(name, url)

    def govcrawl(*words: str) -> str:
        assert main(words) == 0
        return capsys.readouterr().out

    spot = str(file)
    assert "自 2018-04-02 起" in govcrawl("plan", spot, "--on", "2018-04-01")
    assert "第 1 轮已在队列中" in govcrawl("plan", spot, "--on", "2018-04-02")
    assert "本月已计划，名单不变" in govcrawl("plan", spot, "--on", "2018-04-30")
    assert "insufficient 4" in govcrawl("score", spot)
    govcrawl("report", spot, "--out", str(tmp_path / "out"))
    assert "4月" in (tmp_path / "out/yn-spot-2018-04/bulletin.html").read_text(encoding="utf-8")
    assert [one.id for one in store.series("yn-spot")] == ["yn-spot-2018-04"]
    # a month that was never judged keeps no other from its draft
    assert "第 1 轮已在队列中" in govcrawl("plan", spot, "--on", "2018-05-02")
    shutil.rmtree(tmp_path / "out")
    assert main(["report", spot, "--out", str(tmp_path / "out")]) == 2
    assert "yn-spot-2018-05: 还没有按标准 2015 的评判" in capsys.readouterr().err
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["yn-spot-2018-04"]
    # once its pages are past their term, April keeps its verdicts though its round was cut short, and May goes on
    store.close_round("yn-spot-2018-04", 1, [], PARTIAL)
    april = StoredDeletion(
        campaign="yn-spot-2018-04", what="pages", at=datetime(2019, 5, 1, tzinfo=UTC), days=365, documents=1, bytes=1
    )
    kept = msgspec.to_builtins(april, builtin_types=(datetime,)) | {"_id": "yn-spot-2018-04:pages"}
    store.db["deletions"].insert_one(kept)
    told = govcrawl("score", spot)
    assert "yn-spot-2018-04：网页记录已过保存期限删除，不再评判" in told
    assert "insufficient" in told
    assert "第 1 轮已在队列中" in govcrawl("plan", spot, "--on", "2018-05-03")
    assert "数据已过保存期限删除，不再采集" in govcrawl("plan", spot, "--on", "2018-04-03")
    assert main(["score", "yn-spot-2018-04"]) == 2
    assert "已过保存期限删除，不能重新评判" in capsys.readouterr().err
