from dataclasses import replace
from datetime import timedelta

import pytest
from made_up import CAMPAIGN, ENDS, result, snapshot

from govcrawl.contracts import Account
from govcrawl.errors import Irreconcilable
from pipelines.judged_accounts import judge_accounts
from pipelines.standards import load_pack
from reporting.annexes import annexes, reconcile
from reporting.bulletin import build
from reporting.formats.results_json import as_dict

RULES = load_pack("2019")
ONE = Account("甲", "微信公众号", "甲局", "昆明", "昆明市", ENDS, True, True)
OLD = ENDS - timedelta(days=30)
ACCOUNTS = (
    ONE,
    replace(ONE, name="乙", platform="微博", updated=OLD, registered=False),
    replace(ONE, name="丙", group="曲靖", updated=None),
    replace(ONE, name="丁", group="曲靖", registered=False),
    replace(ONE, name="戊", group="曲靖", interactive=False),
    replace(ONE, name="己", group="曲靖", status="永久关停", updated=OLD),
)


def with_accounts(*accounts):
    """Its sites have no verdict that another standard would not give."""
    sites = result(outcome="not_checked"), result("5303000001", "not_checked", "曲靖")
    made = snapshot(*sites, campaign=replace(CAMPAIGN, standard="2019", ends=ENDS))
    return replace(made, pack=RULES.label, accounts=tuple(judge_accounts(accounts, RULES, ENDS)))


def paragraph(made):
    found = [p.text for p in build(made).sections[0].paragraphs if "政务新媒体检查情况" in p.lead]
    return found[0] if found else ""


def tables_of(made):
    return {t.key: t for t in annexes(made)}


def test_counts_by_group_and_platform():
    found = tables_of(with_accounts(*ACCOUNTS))
    assert found["accounts"].header == ("州、市/部门", "在运行账号数", "不合格账号数", "证据不足", "合格率")
    assert found["accounts"].rows == (("昆明", 2, 1, 0, "50%"), ("曲靖", 3, 1, 1, "50%"), ("总计", 5, 2, 1, "50%"))
    assert found["accounts_platforms"].rows == (
        ("微信公众号", 4, 1, 1, "67%"),
        ("微博", 1, 1, 0, "0%"),
        ("总计", 5, 2, 1, "50%"),
    )


def test_the_lists_with_their_reasons():
    found = tables_of(with_accounts(*ACCOUNTS))
    assert found["accounts_failed"].rows == (
        (1, "昆明", "乙", "微博", "甲局", "2018-05-16", "内容不更新、未备案"),
        (2, "曲靖", "戊", "微信公众号", "甲局", "2018-06-15", "互动回应差"),
    )
    assert [row[2] for row in found["accounts_insufficient"].rows] == ["丙"]
    assert [(row[2], row[-1]) for row in found["accounts_faults"].rows] == [("丁", "未备案")]


def test_the_paragraph_and_its_annexes():
    bulletin = build(with_accounts(*ACCOUNTS))
    assert paragraph(with_accounts(*ACCOUNTS)) == (
        "截至2018年6月15日，全省在运行政务新媒体5个，其中微信公众号4个、微博1个。发现不合格政务新媒体2个，总体合格率50%（见附件2）。"
        "另有1个证据不足，未判定合格与否，不计入合格率（见附件4）。1个政务新媒体有其他问题，不影响合格与否（见附件5）。"
    )
    assert [(a.label, a.table.key) for a in bulletin.annexes] == [
        ("附件1", "summary"),
        ("附件2", "accounts"),
        ("附件3", "accounts_failed"),
        ("附件4", "accounts_insufficient"),
        ("附件5", "accounts_faults"),
    ]


def test_nothing_wrong_nothing_running_nothing_listed():
    assert "未发现不合格政务新媒体，总体合格率100%（见附件2）。" in paragraph(with_accounts(ONE))
    assert paragraph(with_accounts(replace(ONE, status="永久关停"))) == "全省没有在运行的政务新媒体账号。"
    assert paragraph(snapshot(result())) == ""


def test_groups_stand_as_in_annex_1():
    strays = (replace(ONE, group="外地", name="子"), replace(ONE, group="临沧", name="丑"))
    found = tables_of(with_accounts(*strays, *ACCOUNTS))
    assert found["accounts"].column("州、市/部门") == ("昆明", "曲靖", "临沧", "外地", "总计")


def test_programs_get_them_too():
    found = as_dict(with_accounts(*ACCOUNTS))["accounts"]
    assert [g["在运行账号数"] for g in found["groups"]] == [2, 3, 5]
    assert {a["name"]: a["verdict"] for a in found["accounts"]} == {
        "甲": "pass", "乙": "fail", "丙": "insufficient", "丁": "pass", "戊": "fail", "己": "not_checked",
    }  # fmt: skip
    assert "accounts" not in as_dict(snapshot(result()))


@pytest.mark.parametrize("key", ["accounts", "accounts_platforms"])
@pytest.mark.parametrize(("row", "at"), [(0, 1), (0, 2), (1, 3), (-1, 1), (-1, 2)])
def test_one_wrong_figure_stops_the_bulletin(key, row, at):
    made = with_accounts(*ACCOUNTS)
    table = tables_of(made)[key]
    rows = [list(cells) for cells in table.rows]
    rows[row][at] += 1
    wrong = replace(table, rows=tuple(map(tuple, rows)))
    with pytest.raises(Irreconcilable):
        reconcile(made, [wrong if t.key == key else t for t in annexes(made)])


@pytest.mark.parametrize("key", ["accounts_failed", "accounts_insufficient"])
def test_a_missing_line_stops_the_bulletin(key):
    made = with_accounts(*ACCOUNTS)
    with pytest.raises(Irreconcilable, match=r"名单：[01]个"):
        reconcile(made, [replace(t, rows=t.rows[:-1]) if t.key == key else t for t in annexes(made)])


def test_another_packs_verdict_and_one_without_reason_stop_the_bulletin():
    made = with_accounts(*ACCOUNTS)
    foreign = replace(made.accounts[0], pack="2021@1")
    bare = replace(made.accounts[1], reasons=())
    for wrong, words in ((foreign, "判定依据 2021@1"), (bare, "结论与存在问题不符")):
        with pytest.raises(Irreconcilable, match=words):
            build(replace(made, accounts=(wrong,)))
