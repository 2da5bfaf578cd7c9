from datetime import date

from made_up import finding, result, snapshot

from govcrawl.contracts import ProbeCount
from reporting.ledger import dismissed, header, problems, transient

DAYS = {"first_seen": date(2018, 5, 26), "last_seen": date(2018, 6, 5)}


def rows(*results, which=problems):
    made = snapshot(*results)
    return [dict(zip(header(made), row, strict=True)) for row in which(made)]


def test_a_row_for_each_finding():
    typo = finding("typo", review="confirmed", detail={"wrong": "案列", "right": "案例"}, clause="附件 四", **DAYS)
    (row,) = rows(result(outcome="fail", vetoes=("typo",), reasons=("错字漏字",), findings=(typo,)))
    assert row == {
        "序号": 1,
        "州、市/部门": "昆明",
        "网站名称": "昆明网站5301000001",
        "网站标识码": "5301000001",
        "问题类型": "错字漏字",
        "单项否决": "是",
        "问题页面": "http://5301000001.example.cn/p1.html",
        "所在页面": "http://5301000001.example.cn/",
        "摘录": "摘录",
        "详情": "错误：案列；应为：案例",
        "依据条款": "附件 四",
        "证据": "5301000001-typo-1",
        "复核状态": "已确认",
        "首次发现": "2018-05-26",
        "最近发现": "2018-06-05",
        "其后未再发现": "",
    }


def test_a_veto_without_a_finding_has_a_row_too():
    down = result(
        "5301000002", "fail", vetoes=("site_unreachable",), reasons=("站点无法访问",), probes=ProbeCount(40, 4)
    )
    poor = result("5301000003", "fail", vetoes=(), deductions=42.5, reasons=("扣分大于40分",))
    first, second = rows(down, poor)
    assert (first["问题类型"], first["详情"]) == ("站点无法访问", "监测访问40次，失败4次（10%）")
    assert (first["单项否决"], first["复核状态"]) == ("是", "系统判定")
    assert (second["详情"], second["单项否决"]) == ("扣42.5分", "否")


def test_what_was_dismissed_is_kept_apart():
    found = (finding("dead_link"), finding("dead_link", review="dismissed", n=2))
    assert [row["证据"] for row in rows(result(findings=found))] == ["5301000001-dead_link-1"]
    (row,) = rows(result(findings=found), which=dismissed)
    assert (row["序号"], row["证据"], row["复核状态"]) == (1, "5301000001-dead_link-2", "已排除")


def test_what_not_all_rounds_found_is_kept_apart():
    mended = finding("dead_link", gone=date(2018, 6, 13), **DAYS)
    seen_once = finding("column_blank", n=2, **DAYS)
    site = result(transient=(mended, seen_once))
    assert rows(site) == []
    first, second = rows(site, which=transient)
    assert (first["问题类型"], first["其后未再发现"], first["序号"]) == ("链接可用性", "2018-06-13", 1)
    assert (second["问题类型"], second["其后未再发现"], second["序号"]) == ("栏目空白", "", 2)


def test_personal_numbers_are_cut_and_long_words_shortened():
    leak = finding("privacy_leak", excerpt="张某 13800000000", detail={"kind": "mobile", "masked": "13800000000"})
    long = finding("dead_link", excerpt="长" * 10_000, n=2)
    first, second = rows(result(findings=(leak, long)))
    assert "13800000000" not in str(first)
    assert first["详情"] == "类别：手机号码；内容（已隐去）：138****"
    assert len(second["摘录"]) == 300
