from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import FAILED_ROWS, SUMMARY_ROWS, finding, reporting_as, result, sampling, snapshot, yunnan

from govcrawl.errors import Irreconcilable
from reporting.annexes import annexes, reconcile
from reporting.tables import base_title, counts, group_heading, total


def test_annex_1_of_the_yunnan_bulletin_cell_by_cell():
    table = annexes(yunnan())[0]
    assert table.header == ("州、市/部门", "在运行网站数", "不合格网站数", "合格率")
    printed = [list(row) for row in SUMMARY_ROWS]
    lincang = printed[16]
    assert lincang == ["临沧", "46", "3", "94%"]
    lincang[3] = "93%"  # 43/46 = 93.478%: the printed 94% is a slip
    assert [[str(cell) for cell in row] for row in table.rows] == printed
    assert table.totals
    assert table.note == "注：数据采样时间截至2018年6月15日，包含4—6月数据"


def test_annex_2_of_the_yunnan_bulletin_cell_by_cell():
    table = annexes(yunnan())[1]
    assert table.header == ("序号", "州、市/部门", "网站名称", "网站标识码", "存在问题")
    assert table.column("序号") == tuple(range(1, 30))
    assert sorted(row[1:] for row in table.rows) == sorted(FAILED_ROWS)
    groups = list(dict.fromkeys(row[0] for row in FAILED_ROWS))
    assert list(dict.fromkeys(table.column("州、市/部门"))) == groups
    for group in groups:
        codes = [row[3] for row in table.rows if row[1] == group]
        assert codes == sorted(codes)


def test_yunnan_reconciles_and_has_no_third_annex():
    tables = annexes(yunnan())
    reconcile(yunnan(), tables)
    assert [table.key for table in tables] == ["summary", "failed"]


def test_what_could_not_be_told_counts_neither_way():
    sites = [result(f"530100000{n}") for n in range(8)]
    unclear = result("5301000008", "insufficient", doubts=("首页返回验证页", "栏目由脚本生成"))
    made = snapshot(*sites, unclear, result("row-5", "fail"))
    summary, failed, insufficient = annexes(made)
    assert summary.header == ("州、市/部门", "在运行网站数", "不合格网站数", "证据不足", "合格率")
    assert summary.rows == (("昆明", 10, 1, 1, "89%"), ("总计", 10, 1, 1, "89%"))
    assert failed.rows == ((1, "昆明", "昆明网站row-5", "", "首页不更新"),)
    assert insufficient.header[-1] == "证据不足的原因"
    assert insufficient.rows[0][4] == "首页返回验证页；栏目由脚本生成"
    reconcile(made, (summary, failed, insufficient))


def test_a_sample_prints_what_was_checked():
    some = [result("5301000001"), result("5301000002", "not_checked"), result("5303000001", "not_checked", "曲靖")]
    table = annexes(snapshot(*some, campaign=sampling()))[0]
    assert table.header == ("州、市/部门", "在运行网站数", "检查网站数", "抽查比例", "不合格网站数", "合格率")
    rows = (("昆明", 2, 1, "50%", 0, "100%"), ("曲靖", 1, 0, "0%", 0, "—"), ("总计", 3, 1, "33.3%", 0, "100%"))
    assert table.rows == rows


def test_closed_sites_are_in_no_table():
    closed = result("5303000001", "fail", "曲靖", status="暂时关停")
    tables = annexes(snapshot(result(), closed))
    assert [row[0] for row in tables[0].rows] == ["昆明", "总计"]
    assert tables[1].rows == ()
    reconcile(snapshot(result(), closed), tables)


def test_the_campaign_decides_the_digits():
    three = [result(f"530100000{n}") for n in range(2)] + [result("5301000009", "fail")]
    rates = {
        annexes(snapshot(*three, campaign=reporting_as(digits=d, rounding=r)))[0].rows[0][-1]
        for d, r in ((0, "half_up"), (1, "half_up"), (2, "truncate"))
    }
    assert rates == {"67%", "66.7%", "66.66%"}


def test_headings_and_titles():
    assert (group_heading("530000"), group_heading("533100")) == ("州、市/部门", "县、市/部门")
    for title in ("普查", "普查情况", "普查情况的通报", "普查的通报"):
        assert base_title(title) == "普查"


def test_an_early_report_says_so_under_every_table():
    for table in annexes(snapshot(result(), partial="可用性监测尚未结束。")):
        assert table.note.endswith("数据；可用性监测尚未结束")


def test_long_names_are_shortened_and_still_reconcile():
    made = snapshot(result("5301000001", "fail", name="长" * 10_000, reasons=("因" * 10_000,)))
    tables = annexes(made)
    assert all(len(str(cell)) <= 300 for cell in tables[1].rows[0])
    reconcile(made, tables)


OUTCOMES = st.sampled_from(["pass", "fail", "insufficient", "not_checked"])
STATUS = st.sampled_from(["正常运行", "正常运行", "正常运行", "永久关停"])
RESULTS = st.lists(st.tuples(OUTCOMES, st.sampled_from(["省直", "昆明", "曲靖", "外地"]), STATUS), max_size=30)


def made_from(rows):
    return snapshot(*(result(f"{5301000000 + n}", o, g, status=s) for n, (o, g, s) in enumerate(rows)))


@given(RESULTS)
def test_every_snapshot_reconciles_and_adds_up(rows):
    made = made_from(rows)
    reconcile(made, annexes(made))
    whole = total(counts(made))
    running = [o for o, _, s in rows if s == "正常运行"]
    assert (whole.running, whole.failed) == (len(running), running.count("fail"))
    assert whole.checked + running.count("not_checked") == whole.running


@given(RESULTS.filter(bool), st.data())
def test_one_wrong_cell_anywhere_is_found(rows, data):
    made = made_from(rows)
    tables = annexes(made)
    at = data.draw(st.sampled_from([n for n, table in enumerate(tables) if table.rows]))
    table = tables[at]
    r = data.draw(st.integers(0, len(table.rows) - 1))
    c = data.draw(st.integers(1, min(3, len(table.header) - 1) if at else len(table.header) - 1))
    cells = list(table.rows[r])
    cells[c] = cells[c] + 1 if isinstance(cells[c], int) else f"{cells[c]}错"
    wrong = replace(table, rows=(*table.rows[:r], tuple(cells), *table.rows[r + 1 :]))
    with pytest.raises(Irreconcilable) as caught:
        reconcile(made, [wrong if n == at else other for n, other in enumerate(tables)])
    assert caught.value.rows


def test_a_missing_row_is_named():
    made = yunnan()
    summary, failed = annexes(made)
    with pytest.raises(Irreconcilable, match="附件1 临沧 不合格网站名单：2，应为3") as caught:
        reconcile(made, (summary, replace(failed, rows=failed.rows[:-1])))
    assert "临沧、临沧工商红盾信息网、5309000055：名单与判定不一致" in caught.value.rows


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"site": "5301000002"}, "属于其他网站"),
        ({"campaign": "yn-2018q1"}, "属于其他普查"),
        ({"pack": "2019@1"}, "判定依据 2019@1"),
        ({"as_of": date(2018, 3, 15)}, "截至 2018-03-15"),
        ({"reasons": ()}, "没有存在问题"),
        ({"vetoes": ()}, "没有存在问题"),
        ({"findings": (finding("home_not_updated", review="dismissed"),)}, "请重新评分"),
        ({"findings": (finding("dead_link", "5301000002"),)}, "属于其他网站"),
        ({"verdict": "pass"}, "合格但有单项否决"),
    ],
)
def test_a_verdict_that_would_accuse_wrongly_stops_the_bulletin(change, words):
    one = result(outcome="fail")
    made = snapshot(replace(one, verdict=replace(one.verdict, **change)))
    with pytest.raises(Irreconcilable, match=words):
        reconcile(made, annexes(made))


def test_with_required_review_a_veto_needs_a_confirmed_finding():
    for review, stands in (("pending", False), ("confirmed", True)):
        one = result(outcome="fail", findings=(finding("home_not_updated", review=review),))
        made = snapshot(one, campaign=reporting_as(require_review=True))
        if stands:
            reconcile(made, annexes(made))
        else:
            with pytest.raises(Irreconcilable, match="请重新评分"):
                reconcile(made, annexes(made))


def test_a_site_twice_is_found():
    made = snapshot(result(), result())
    with pytest.raises(Irreconcilable, match="5301000001 出现2次"):
        reconcile(made, annexes(made))
