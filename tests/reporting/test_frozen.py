"""Final bulletins: what may become one, and that it stays what it was."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from govcrawl.campaign import load_campaign
from govcrawl.contracts import Finding, RegisteredColumn, ReportPlan, Site, Verdict
from govcrawl.errors import InputError
from govcrawl.store import Store
from reporting import stages
from reporting.frozen import freeze, identity
from reporting.snapshot import SiteResult, Snapshot
from reporting.write import contents
from tests.govcrawl.build import campaign
from tests.reporting.made_up import finding, reporting_as, result, snapshot, yunnan

AT = datetime(2018, 6, 26, 2, tzinfo=UTC)


def test_a_final_bulletin_is_kept_byte_for_byte_and_a_change_is_another_version(store):
    store.prepare()
    first = yunnan()
    files = freeze(store, first, AT)
    assert files == contents(first)
    assert freeze(store, yunnan(), AT) == files  # nothing changed: no new version
    mended = replace(first, results=first.results[1:])
    freeze(store, mended, AT)
    kept = store.bulletins("yn-2018q2")
    assert [(one.version, one.pack, one.at) for one in kept] == [(1, "2015-yunnan@1", AT), (2, "2015-yunnan@1", AT)]
    assert kept[0].snapshot == identity(first) != kept[1].snapshot == identity(mended)
    assert [table["key"] for table in kept[0].tables] == ["summary", "failed"]
    assert kept[0].tables[0]["rows"][-1] == ["总计", 457, 29, "94%"]
    assert stages.frozen.files(store, "yn-2018q2", 1) == files


def test_the_same_words_have_the_same_identity_wherever_the_text_lies():
    made = yunnan()
    moved = replace(made, campaign=replace(made.campaign, report=ReportPlan(template="/a/b.j2")))
    assert identity(made) == identity(moved) != identity(replace(moved, form="好。"))


def test_what_nobody_reviewed_is_no_final_bulletin(store):
    store.prepare()
    found = (finding("dead_link"), finding("typo", n=2, review="confirmed"))
    with pytest.raises(InputError, match="还有1条问题线索未经人工复核，只能出草稿"):
        freeze(store, snapshot(result(findings=found)), AT)
    strict = snapshot(result(findings=found), campaign=reporting_as(require_review=True))
    page = freeze(store, strict, AT)["bulletin.html"].decode()
    assert "草稿" not in page
    assert "尚未复核1条" in page
    assert "草稿" in contents(strict)["bulletin.html"].decode()


def test_a_site_that_fails_by_what_nobody_reviewed_is_in_no_final_bulletin(store):
    store.prepare()
    failed = result(outcome="fail", vetoes=(), reasons=("扣分大于40分",), findings=(finding("dead_link"),))
    strict = snapshot(failed, campaign=reporting_as(require_review=True))
    with pytest.raises(InputError, match="还有1条问题线索未经人工复核"):
        freeze(store, strict, AT)


def test_while_visits_are_missing_nothing_is_final(store):
    store.prepare()
    with pytest.raises(InputError, match="访问尚未完成，不能定稿"):
        freeze(store, snapshot(result(), partial="可用性访问尚未完成。"), AT)


def test_of_two_at_once_one_is_told_and_neither_is_lost(store):
    """The other's version comes between the look and the write."""
    store.prepare()
    late, files = Store(store.uri), {}

    class Slow(Store):
        def bulletins(self, campaign):
            there = super().bulletins(campaign)
            if not files:
                files.update(freeze(late, yunnan(), AT))
            return there

    slow = Slow(store.uri)
    with pytest.raises(InputError, match="第 1 版刚由别人定稿"):
        freeze(slow, replace(yunnan(), notes=("另一份",)), AT)
    assert stages.frozen.files(store, "yn-2018q2", 1) == files
    late.close()
    slow.close()


def test_a_version_that_is_not_there(store, tmp_path):
    store.prepare()
    with pytest.raises(InputError, match="没有第 3 版定稿；还没有定稿"):
        stages.report(store, "yn-2018q2", "", tmp_path, version=3)


def _stored(store, one, outcomes):
    """A campaign of three sites, judged."""
    sites = [Site(f"530000000{n}", f"网站{n}", f"http://s{n}.gov.cn/", "省直", line=n) for n in range(3)]
    store.save_plan(
        one, sites, [s.code for s in sites], [RegisteredColumn(sites[0].code, "动态", "http://s0.gov.cn/d/")]
    )
    verdicts = []
    for site, (word, veto) in zip(sites, outcomes, strict=True):
        given = {}
        if word == "fail":
            url = f"{site.home}{veto}"
            found = Finding(f"{one.id}-{site.code}"[-20:], one.id, site.code, veto, url, "", "", {}, review="confirmed")
            given = {"vetoes": (veto,), "reasons": (veto,), "findings": (found,)}
        verdicts.append(Verdict(one.id, site.code, "2015@1", one.ends, word, **given))
    store.save_verdicts(verdicts)


@pytest.fixture
def quarter(store, tmp_path):
    """Three monthly checks in the store; the last one's campaign gathers the others."""
    store.prepare()
    form = tmp_path / "own.j2"
    form.write_text("\ufeff共{{ 总.检查网站数 }}个，不合格{{ 总.不合格网站数 }}个。\n{{ 附表('不合格网站') }}", "utf-8")
    plan = ReportPlan(template=str(form), months=("dh-1", "dh-2"))
    blank, stale = ("fail", "columns_blank"), ("fail", "home_not_updated")
    outcomes = (
        [blank, ("pass", ""), ("insufficient", "")],
        [stale, ("pass", ""), ("not_checked", "")],
        [("pass", ""), ("pass", ""), ("not_checked", "")],
    )
    for month, words in enumerate(outcomes, 1):
        one = replace(
            campaign(f"dh-{month}"),
            title=f"2017年{month}月抽查",
            starts=date(2017, month, 1),
            ends=date(2017, month, 28),
        )
        _stored(store, replace(one, report=plan if month == 3 else ReportPlan()), words)
    return store


def test_a_quarter_of_three_months(quarter, tmp_path):
    made = stages.snapshot_of(quarter, "dh-3")
    first, second, third = (r.verdict for r in made.results)
    assert (first.verdict, first.vetoes, first.as_of) == (
        "fail",
        ("columns_blank", "home_not_updated"),
        date(2017, 3, 28),
    )
    assert (second.verdict, third.verdict) == ("pass", "insufficient")
    assert [(m.checked, len(m.failed)) for m in made.months] == [(3, 1), (2, 1), (2, 0)]
    assert made.campaign.starts == date(2017, 1, 1)
    paths = stages.report(quarter, "dh-3", "", tmp_path / "out")
    page = (tmp_path / "out" / "bulletin.html").read_text()
    assert "共3个，不合格1个。" in page
    assert tmp_path / "out" / "tables" / "months.csv" in paths
    assert (
        "省直,网站0,5300000000,columns_blank、home_not_updated,1月、2月"
        in (tmp_path / "out/tables/failed.csv").read_text()
    )


def test_the_command_freezes_and_writes_again(quarter, tmp_path):
    stages.report(quarter, "dh-3", "", tmp_path / "a", final=True)
    Path(stages.snapshot_of(quarter, "dh-3").campaign.report.template).write_text("改了。", "utf-8")
    stages.report(quarter, "dh-3", "", tmp_path / "b", final=True)
    stages.report(quarter, "dh-3", "", tmp_path / "c", version=1)

    def found(folder):
        return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    assert found(tmp_path / "a") == found(tmp_path / "c") != found(tmp_path / "b")
    assert [one.version for one in quarter.bulletins("dh-3")] == [1, 2]


def test_months_by_another_pack_are_refused(quarter):
    quarter.save_verdicts([Verdict("dh-3", "5300000000", "2015@2", date(2017, 3, 28), "pass")])
    with pytest.raises(InputError, match="各月须按同一标准评判，本次为 2015@2；请先运行 govcrawl score dh-1"):
        stages.snapshot_of(quarter, "dh-3")


def test_a_text_that_cannot_be_read_is_told(quarter):
    path = Path(stages.snapshot_of(quarter, "dh-3").campaign.report.template)
    path.write_bytes(b"\xd6\xd0")
    with pytest.raises(InputError, match="文稿读不出"):
        stages.snapshot_of(quarter, "dh-3")
    path.unlink()
    with pytest.raises(InputError, match="文稿读不出"):
        stages.snapshot_of(quarter, "dh-3")


def test_the_campaign_file_names_the_text_and_the_months(tmp_path):
    file = tmp_path / "c.toml"
    text = (
        '[campaign]\nid = "a-3"\ntitle = "抽查"\nstandard = "2015"\nstarts = 2017-03-01\nends = 2017-03-31\n'
        '[issuer]\nname = "甲"\ndivision = "533100"\n[registry]\nsites = "s.csv"\nsuperior = "up.csv"\n'
        '[report]\ntemplate = "own.j2"\nrows = "register"\nmonths = ["a-1", "a-2"]\n'
    )
    file.write_text(text)
    with pytest.raises(InputError, match="找不到文件") as caught:
        load_campaign(file)
    assert caught.value.line == 14
    (tmp_path / "own.j2").write_text("好。")
    one = load_campaign(file)
    assert (one.report.rows, one.report.months) == ("register", ("a-1", "a-2"))
    assert (one.report.template, one.superior_file) == (str(tmp_path / "own.j2"), str(tmp_path / "up.csv"))
    file.write_text(text.replace('"a-1"', '"a-3"'))
    with pytest.raises(InputError, match="months 含有本次普查自己的编号"):
        load_campaign(file)


def test_sites_in_the_order_of_the_register():
    sites = [result(f"530100000{n}") for n in (1, 2, 3)]
    sites = [replace(r, site=replace(r.site, line=9 - n)) for n, r in enumerate(sites)]
    made = snapshot(*sites, campaign=reporting_as(rows="register"))
    assert isinstance(made, Snapshot)
    assert [r.site.line for r in made.results] == [7, 8, 9]
    assert all(isinstance(r, SiteResult) for r in made.results)
