"""Samples, and what changed since earlier campaigns (“比三季度提高2.14个百分点”, “仍未整改到位”, “反弹”)."""

from dataclasses import replace
from datetime import date

import pytest
from made_up import CAMPAIGN, result, sampling, snapshot

from govcrawl.errors import Irreconcilable
from reporting.annexes import annexes, reconcile
from reporting.bulletin import build
from reporting.formats.results_json import as_dict
from reporting.snapshot import Earlier


def earlier(
    passed=(), failed=(), title="2018年一季度全省政府网站普查", ends=date(2018, 3, 15), sample=False, running=0
):
    passed, failed = list(passed), list(failed)
    checked = len(passed) + len(failed)
    reasons = dict.fromkeys(failed, ("多个栏目空白",))
    return Earlier(title, ends, sample, running or checked, checked, frozenset(passed), reasons)


def code(n):
    return f"530100000{n}"


LAST = earlier(passed=map(code, (1, 2, 3)), failed=map(code, (4, 5, 6, 7, 8)))
LONG_AGO = earlier(failed=map(code, (1, 2)), title="2017年四季度普查", ends=date(2017, 12, 15))
NOW = (
    result(code(1), "fail"),  # failed long ago, passed last time
    result(code(2)),
    result(code(3), "fail"),  # never failed before
    result(code(4), "fail"),
    result(code(5)),
    result(code(6), "insufficient"),
    result(code(7), "not_checked"),
    result(code(8), "not_checked", status="永久关停"),
    result(code(9)),
)


def tables_of(made):
    return {t.key: t for t in annexes(made)}


def told(made, lead="整改情况"):
    found = [p.text for p in build(made).sections[0].paragraphs if lead in p.lead]
    return found[0] if found else ""


def test_what_became_of_every_site_that_failed():
    table = tables_of(snapshot(*NOW, before=(LAST, LONG_AGO)))["changes"]
    assert dict(zip(table.column("网站标识码"), table.column("变化"), strict=True)) == {
        code(1): "反弹",
        code(4): "仍未整改到位",
        code(5): "已整改",
        code(6): "证据不足",
        code(7): "本次未检查",
        code(8): "不再运行",
    }
    new = tables_of(snapshot(*NOW, before=(LAST, LONG_AGO)))["new"]
    assert [(row[3], row[-1]) for row in new.rows] == [(code(3), "新增")]
    row = dict(zip(table.header, table.rows[1], strict=True))
    assert (row["上次存在问题"], row["本次存在问题"]) == ("多个栏目空白", "首页不更新")


def test_one_that_left_the_register_is_still_told():
    table = tables_of(snapshot(result(code(1)), before=(earlier(failed=["5309999999"]),)))["changes"]
    assert [row[3:] for row in table.rows] == [("5309999999", "多个栏目空白", "", "已不在登记表中")]


def test_only_the_last_judgement_before_asks_for_a_recheck():
    """Mended long ago and good ever since: nothing to tell."""
    made = snapshot(result(code(1)), result(code(2), "fail"), before=(LAST, LONG_AGO))
    found = tables_of(made)
    codes = found["changes"].column("网站标识码")
    assert code(1) not in codes
    assert code(2) in codes


def test_the_paragraph():
    assert told(snapshot(*NOW, before=(LAST, LONG_AGO))) == (
        "与2018年一季度全省政府网站普查相比，总体合格率由38%变为50%，提高12个百分点。以往检查不合格、需要复查的网站6个，其中反弹1个、"
        "仍未整改到位1个、已整改1个、证据不足1个、本次未检查1个、不再运行1个（见附件4）。本次新发现不合格网站1个。"
    )


@pytest.mark.parametrize(
    ("passed", "failed", "words"),
    [
        (["a", "b"], [], "总体合格率由100%变为50%，下降50个百分点。"),
        (["a"], ["b"], "总体合格率50%，与2018年一季度全省政府网站普查持平。"),
        ([], [], ""),
    ],
)
def test_the_rate_against_the_last(passed, failed, words):
    text = told(snapshot(result(code(1)), result(code(2), "fail"), before=(earlier(passed, failed),)))
    assert words in text
    assert "百分点" in words or "百分点" not in text


def test_the_comparison_uses_the_figures_as_printed():
    """53.9% after 51.8%: a reader's own sum agrees."""
    sites = [result(f"53010{n:05}", "pass" if n < 579 else "not_checked") for n in range(1076)]
    before = earlier(passed=[f"x{n}" for n in range(557)], sample=True, running=1076)
    made = snapshot(*sites, campaign=sampling(), before=(before,))
    assert "本次抽查579个，抽查比例为53.8%，比上次提高2个百分点。" in told(made, "检查情况")
    assert tables_of(made)["trend"].column("抽查比例") == ("51.8%", "53.8%")


def test_a_census_before_a_sample_has_no_ratio_to_compare():
    made = snapshot(result(code(1)), result(code(2), "not_checked"), campaign=sampling(), before=(LAST,))
    assert "抽查比例为50%。" in told(made, "检查情况")
    assert tables_of(made)["trend"].column("抽查比例") == ("", "50%")


def test_the_ratio_by_group_and_stratum():
    sites = [result(code(n), "pass" if n % 2 else "not_checked") for n in range(1, 7)]
    sites = [replace(r, site=replace(r.site, level="市级" if n < 4 else "县级")) for n, r in enumerate(sites, 1)]
    made = snapshot(*sites, result("5303000001", group="曲靖"), campaign=sampling())
    found = tables_of(made)
    assert found["sample"].rows == (
        ("昆明", "市级", 3, 2, "66.7%"),
        ("昆明", "县级", 3, 1, "33.3%"),
        ("曲靖", "", 1, 1, "100%"),
        ("总计", "", 7, 4, "57.1%"),
    )
    assert found["summary"].column("抽查比例") == ("50%", "100%", "57.1%")
    assert "sample" not in tables_of(snapshot(*sites))


def test_without_an_earlier_campaign_nothing_is_compared():
    made = snapshot(*NOW)
    assert told(made) == ""
    assert not {"trend", "changes"} & tables_of(made).keys()
    assert not {"trend", "changes", "sample"} & as_dict(made).keys()


def test_programs_get_it_too():
    found = as_dict(snapshot(*NOW, before=(LAST,)))
    assert [row["检查名称"] for row in found["trend"]] == [
        "2018年一季度全省政府网站普查",
        "2018年二季度全省政府网站普查",
    ]
    assert (len(found["changes"]), len(found["new"])) == (5, 2)


@pytest.mark.parametrize(
    ("key", "row", "at"), [("sample", -1, 2), ("sample", 0, 3), ("trend", -1, 4), ("trend", -1, 1)]
)
def test_one_wrong_figure_stops_the_bulletin(key, row, at):
    made = snapshot(*NOW, campaign=replace(CAMPAIGN, scope=sampling().scope), before=(LAST,))
    table = tables_of(made)[key]
    rows = [list(cells) for cells in table.rows]
    rows[row][at] += 1
    wrong = replace(table, rows=tuple(map(tuple, rows)))
    with pytest.raises(Irreconcilable):
        reconcile(made, [wrong if t.key == key else t for t in annexes(made)])


def test_a_failed_site_that_the_changes_forget_stops_the_bulletin():
    made = snapshot(*NOW, before=(LAST,))
    short = [replace(t, rows=t.rows[1:]) if t.key == "changes" else t for t in annexes(made)]
    with pytest.raises(Irreconcilable, match="整改情况：仍未整改到位、反弹、新增共2个，不合格网站3个"):
        reconcile(made, short)


def test_a_site_without_a_code_is_another_in_another_register():
    """``row-7`` of one file and ``row-7`` of the next need not be the same site."""
    before = earlier(passed=["row-8"], failed=["row-7"])
    made = snapshot(result("row-7", "fail"), result("row-8"), result(code(1)), before=(before,))
    found = tables_of(made)
    assert found["changes"].rows == ()
    assert [row[3:] for row in found["new"].rows] == [("", "", "首页不更新", "无标识码，未对比")]
    assert "本次新发现" not in told(made)
