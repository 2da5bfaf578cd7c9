"""问题台账 followed to its end: who is told, what comes back, what a recheck saw, and what no clerk and no sheet can do to it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from govcrawl import ledger, rechecks, reviews
from govcrawl.cli import main
from govcrawl.contracts import Finding, LedgerPlan, Notice, RegisteredColumn, ScoredItem, Site
from govcrawl.documents import StoredFinding, StoredRecheck
from govcrawl.errors import InputError
from govcrawl.private import masked
from govcrawl.reviews import Wish
from govcrawl.services import Urls
from govcrawl.store import Store
from reporting import book, followed, notices, replies
from reporting.tables import sums
from tests.govcrawl.filled import NOTICE, ONE, verdict

AT = datetime(2018, 6, 20, 1, 0, tzinfo=UTC)
ON, DUE = date(2018, 6, 20), date(2018, 7, 15)
A = Site("5301000001", "甲网站", "http://a.gov.cn/", "昆明", "昆明市甲局")
B = Site("5303000002", "乙网站", "http://b.gov.cn/", "曲靖", "曲靖市乙局")
CAMPAIGN = replace(ONE, ledger=LedgerPlan(15, "云督〔{年}〕{号}号"))


def typo(n: int, site: Site = A, **more: Any) -> Finding:
    url = f"{site.home}{n}"
    one = Finding(f"{n:020x}", ONE.id, site.code, "typo", url, "", "典型案列", {"wrong": "案列", "right": "案例"})
    return replace(one, **more)


@pytest.fixture
def judged(store: Store) -> Store:
    """Of site A three confirmed faults, one under a department's column, and one unreviewed; of B a veto nobody reviewed."""
    store.prepare()
    column = RegisteredColumn(A.code, "专栏", "http://a.gov.cn/zl/", department="市教育局")
    store.save_plan(CAMPAIGN, [A, B], [A.code, B.code], [column])
    own = (typo(1), typo(2, found_on="http://a.gov.cn/zl/"), typo(3), typo(4))
    shut = typo(5, B, indicator="home_not_updated", excerpt="首页两周未更新", url=B.home)
    item = ScoredItem("home_not_updated", "veto", None, None, (shut.id,), ())
    failed = replace(verdict(), site=B.code, vetoes=("home_not_updated",), findings=(shut, typo(6, B)), items=(item,))
    store.save_verdicts([replace(verdict(), site=A.code, verdict="pass", vetoes=(), findings=own), failed])
    reviews.decide(store.db, [Wish(typo(n).id, 0, "confirmed") for n in (1, 2, 3)], "甲", AT)
    return store


def send(store: Store, *sites: str, on: date = ON, at: datetime = AT, deadline: date = DUE) -> list[Notice]:
    return list(notices.notify(store, book.load(store, "", "", at), sites, deadline, on, "承办人", at))


def looked(store: Store, number: int, day: date, **states: str) -> None:
    """A recheck as it is stored: ``f1="mended"``."""
    docs = []
    for name, state in states.items():
        f = typo(int(name[1:]), B if name == "f5" else A)
        docs.append(
            StoredRecheck(ONE.id, number, f.id, "2015@1", f.site, f.indicator, f.url, "", state, "所见", day=day)
        )  # type: ignore[arg-type]
    rechecks.save(store, docs)


def states(store: Store) -> dict[int, str]:
    return {int(e.finding.id, 16): e.state for e in book.load(store, "", "", AT).entries}


# --- who is told ------------------------------------------------------------------------------------------------------


def test_only_what_stands_is_in_the_ledger_and_each_site_has_one_notice(judged: Store) -> None:
    assert states(judged) == dict.fromkeys((1, 2, 3, 5), "found")
    a, b = send(judged)
    assert (a.number, a.addressee, a.deadline, a.day) == ("云督〔2018〕1号", "昆明市甲局", DUE, ON)
    assert (b.number, b.addressee, [row.kind for row in b.rows]) == ("云督〔2018〕2号", "曲靖市乙局", ["首页不更新"])
    assert [(row.url, row.office) for row in a.rows] == [
        ("http://a.gov.cn/1", "昆明市甲局"),
        ("http://a.gov.cn/2", "市教育局"),
        ("http://a.gov.cn/3", "昆明市甲局"),
    ]
    assert states(judged) == dict.fromkeys((1, 2, 3, 5), "notified")
    assert send(judged) == []  # nobody is told twice


def test_where_review_is_required_only_what_was_confirmed_stands(judged: Store) -> None:
    strict = replace(CAMPAIGN, report=replace(CAMPAIGN.report, require_review=True))
    judged.save_plan(strict, [A, B], [A.code, B.code], [])
    assert states(judged).keys() == {1, 2, 3}


def test_one_site_alone_and_the_rest_later(judged: Store) -> None:
    (b,) = send(judged, B.code)
    (a,) = send(judged, on=date(2019, 1, 3), at=AT, deadline=date(2019, 1, 31))
    assert (b.number, a.number) == ("云督〔2018〕1号", "云督〔2019〕1号")


def test_two_clerks_at_once_tell_nobody_twice(judged: Store) -> None:
    seen = book.load(judged, "", "", AT)
    first = list(notices.notify(judged, seen, [A.code], DUE, ON, "一", AT))
    second = list(notices.notify(judged, seen, [], DUE, ON, "二", AT))
    assert [(n.number, len(n.rows)) for n in (*first, *second)] == [("云督〔2018〕1号", 3), ("云督〔2018〕3号", 1)]
    assert [n.number for n in notices.stored(judged, ONE.id)] == ["云督〔2018〕1号", "云督〔2018〕3号"]
    assert notices.stored_one(judged, "云督〔2018〕2号") is None  # void: it went to nobody


def test_what_was_cut_off_between_number_and_faults_is_told_by_the_next(judged: Store) -> None:
    seen = book.load(judged, "", "", AT)
    ledger.append(judged.db, [notices._step(seen.entries[0], replace(NOTICE, number="云督〔2018〕1号"))])
    a, _ = send(judged)
    assert [int(row.finding, 16) for row in a.rows] == [2, 3]


@pytest.mark.parametrize(
    ("plan", "text", "named", "due"),
    [
        (LedgerPlan(), "", DUE, DUE),
        (LedgerPlan(3), "2018年7月15日", DUE, DUE),
        (LedgerPlan(3), "2018年7月15日", None, date(2018, 6, 25)),  # the weekend doesn't count
        (LedgerPlan(), "2018年7月15日", None, DUE),
        (LedgerPlan(), "2018-07-15", None, DUE),
        (LedgerPlan(), "7月15日", None, None),
        (LedgerPlan(), "2018年2月30日", None, None),
        (LedgerPlan(), "2018年6月19日", None, None),
        (LedgerPlan(), "", None, None),
        (LedgerPlan(), "", ON, None),
    ],
)
def test_the_deadline_is_the_clerks_else_the_files_else_the_bulletins(
    plan: LedgerPlan, text: str, named: date | None, due: date | None
) -> None:
    campaign = replace(CAMPAIGN, ledger=plan, issuer=replace(CAMPAIGN.issuer, deadline=text))
    if due:
        assert notices.due(campaign, named, ON) == due
    else:
        with pytest.raises(InputError, match=r"整改期限.*--deadline"):
            notices.due(campaign, named, ON)


def test_a_year_that_the_calendar_does_not_know() -> None:
    with pytest.raises(InputError, match=r"工作日历.*--deadline"):
        notices.due(CAMPAIGN, None, date(2099, 1, 1))


# --- the document -----------------------------------------------------------------------------------------------------


def words_of(made: bytes) -> tuple[list[str], list[list[str]]]:
    document = Document(BytesIO(made))
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    return [p.text for p in document.paragraphs if p.text], rows


def test_the_notice_says_what_where_why_and_by_when(judged: Store) -> None:
    a, _ = send(judged)
    text, rows = words_of(notices.render(a))
    assert text[0] == "云督〔2018〕1号"
    assert "关于“甲网站”问题的整改通知书" in text
    assert "昆明市甲局：" in text
    assert any("请于2018年7月15日前逐项整改" in one and "由市教育局负责" in one for one in text)
    assert "2018年6月20日" in text
    assert rows[0] == ["序号", "问题类型", "问题页面", "摘录", "具体表现", "依据条款", "责任单位", "整改期限"]
    assert rows[2] == ["2", "错字漏字", "http://a.gov.cn/2（见于http://a.gov.cn/zl/）", "典型案列", "错误：案列；应为：案例",
                       "", "市教育局", "2018-07-15"]  # fmt: skip


def test_the_same_notice_is_the_same_bytes_whatever_was_decided_since(judged: Store) -> None:
    first = [notices.render(n) for n in send(judged)]
    reviews.decide(
        judged.db, [Wish(typo(1).id, 1, "confirmed", "", "别的话"), Wish(typo(2).id, 1, "dismissed", "误报")], "甲", AT
    )
    assert [notices.render(n) for n in notices.stored(judged, ONE.id)] == first
    assert notices.render(notices.stored_one(judged, "云督〔2018〕1号")) == first[0]  # type: ignore[arg-type]


def test_what_was_crawled_stays_words_and_numbers_of_persons_stay_cut(judged: Store) -> None:
    evil = '<w:p/>\x07{{ 1 }} PAGE \u202e=HYPERLINK("x")'
    leak = typo(
        1, indicator="privacy_leak", excerpt="张三 13800138000", detail={"kind": "mobile", "masked": "138****8000"}
    )
    site = replace(A, name=evil, organiser=evil, code="../../x")
    entry = book.Entry(
        StoredFinding(**{f: getattr(leak, f) for f in leak.__dataclass_fields__}, pack="2015@1"), site, evil, ""
    )
    row = notices._row(entry)
    assert "13800138000" not in str(row)
    assert "138****" in row.excerpt
    one = replace(
        NOTICE, site=site.code, name=evil, addressee=evil, rows=(replace(row, shown=evil, url="http://a/" + evil),)
    )
    text, rows = words_of(notices.render(one))
    assert '<w:p/>{{ 1 }} PAGE =HYPERLINK("x")：' in text
    assert rows[1][4] == '<w:p/>{{ 1 }} PAGE =HYPERLINK("x")'
    assert notices.file_name(one) == "整改通知书-整改〔2018〕1号-_x.docx"


def test_very_many_faults_make_a_second_notice(judged: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "ROWS", 2)
    assert [len(n.rows) for n in send(judged, A.code)] == [2, 1]


# --- what became of it ------------------------------------------------------------------------------------------------


def test_a_recheck_moves_what_was_told_and_the_rest_waits(judged: Store) -> None:
    send(judged)
    looked(judged, 1, date(2018, 7, 20), f1="mended", f2="unmended", f3="deleted", f5="unknown")
    assert states(judged) == {1: "closed", 2: "unmended", 3: "rechecked", 5: "notified"}
    assert send(judged, on=DUE, deadline=date(2018, 8, 1)) == []  # the time that it was given still runs
    (a,) = send(judged, on=date(2018, 7, 21), deadline=date(2018, 8, 1))
    assert [(int(row.finding, 16), row.shown) for row in a.rows] == [(2, "错误：案列；应为：案例；所见（复查）")]


def test_what_was_dismissed_leaves_the_figures_and_stays_in_the_history(judged: Store) -> None:
    send(judged)
    wishes = [
        Wish(typo(1).id, 1, "dismissed", "引文"),
        Wish(typo(2).id, 1, "pending"),
        Wish(typo(5).id, 0, "dismissed", "误报"),
    ]
    reviews.decide(judged.db, wishes, "乙", AT)
    judged.save_verdicts([replace(verdict(), site=A.code, verdict="pass", findings=(typo(1), typo(2)))])
    now = book.load(judged, "", "", AT)
    assert now.entries == ()
    assert [(int(one.steps[0].finding, 16), one.why) for one in now.left] == [
        (1, "复核排除"), (2, "复核结论已收回，或未复核而不再计入"), (3, "重新评判后不再列为问题"), (5, "复核排除"),
    ]  # fmt: skip
    assert followed.tables(now, DUE)[1].rows == (("总计", *[0] * 9),)
    reviews.decide(judged.db, [Wish(typo(2).id, 2, "confirmed")], "乙", AT)
    assert states(judged) == {2: "notified"}


def test_the_figures_agree_for_every_office_place_and_the_whole(judged: Store) -> None:
    send(judged)
    looked(judged, 1, date(2018, 7, 10), f1="mended", f2="unmended")
    now = book.load(judged, "", "", AT)
    kinds, groups, organisers = followed.tables(now, date(2018, 7, 16))
    assert kinds.name == "全省"
    assert groups.header == (
        "州、市/部门",
        "问题数",
        "待通知",
        "已通知",
        "报称已整改",
        "复查待认定",
        "已销号",
        "未整改",
        "反弹",
        "超期",
    )
    assert groups.rows == (
        ("昆明", 3, 0, 1, 0, 0, 1, 1, 0, 2), ("曲靖", 1, 0, 1, 0, 0, 0, 0, 0, 1), ("总计", 4, 0, 2, 0, 0, 1, 1, 0, 3),
    )  # fmt: skip
    assert [row[:3] for row in organisers.rows] == [
        ("昆明", "昆明市甲局", 3),
        ("曲靖", "曲靖市乙局", 1),
        ("总计", "", 4),
    ]
    for table in (kinds, groups, organisers):
        assert list(sums(table.name, table)) == []
        assert table.rows[-1][-9:] == groups.rows[-1][-9:]
        assert all(row[-9] == sum(row[-8:-1]) for row in table.rows)  # type: ignore[arg-type]
    assert followed.tables(now, DUE)[1].rows[-1][-1] == 0  # on its last day nothing is overdue


# --- in a spreadsheet -------------------------------------------------------------------------------------------------


@pytest.fixture
def sheet(judged: Store, tmp_path: Path) -> Path:
    send(judged)
    replies.exported(judged, "", "", tmp_path / "台账.xlsx", DUE, AT)
    return tmp_path / "台账.xlsx"


def fill(file: Path, changes: dict[int, dict[str, object]], to: str = "回.xlsx") -> Path:
    """As an office does: finding → column → what is typed."""
    filled = load_workbook(file)
    cells = filled.worksheets[0]
    heads = {cell.value: n for n, cell in enumerate(cells[1])}
    for row in cells.iter_rows(min_row=2):
        for name, value in changes.get(int(row[heads["问题编号"]].value, 16), {}).items():
            row[heads[name]].value = value
    filled.save(file.with_name(to))
    return file.with_name(to)


def rows_of(file: Path, name: str) -> list[dict[str, object]]:
    head, *rows = load_workbook(file)[name].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


LATER = datetime(2018, 7, 1, 2, 0, tzinfo=UTC)


def test_the_sheet_shows_state_deadline_office_and_delay_and_is_never_written_over(judged: Store, sheet: Path) -> None:
    first = rows_of(sheet, "问题台账")
    assert [row["责任单位"] for row in first] == ["昆明市甲局", "市教育局", "昆明市甲局", "曲靖市乙局"]
    assert {(row["状态"], row["整改期限"], row["超期天数"], row["版本"]) for row in first} == {
        ("已通知", "2018-07-15", None, 1)
    }
    assert load_workbook(sheet).sheetnames == ["问题台账", "全省", "地区", "主办单位"]
    with pytest.raises(InputError, match="xlsx"):
        replies.exported(judged, "", "", sheet.with_suffix(".csv"), DUE, AT)
    with pytest.raises(InputError, match="文件已存在"):
        replies.exported(judged, "", "", sheet, DUE, AT)
    now = book.load(judged, "", "", AT)
    assert replies.sheet(now, followed.tables(now, DUE), DUE) == sheet.read_bytes()
    late = sheet.with_name("迟.xlsx")
    replies.exported(judged, "", "", late, date(2018, 7, 20), AT)
    assert {row["超期天数"] for row in rows_of(late, "问题台账")} == {5}


def test_a_sheet_for_one_office_has_nothing_of_the_others(judged: Store, sheet: Path) -> None:
    for n, (sites, organiser, own) in enumerate(
        [((), "市教育局", [2]), ([B.code], "", [5]), ((), "昆明市甲局", [1, 2, 3])]
    ):
        part = sheet.with_name(f"{n}.xlsx")
        replies.exported(judged, "", "", part, DUE, AT, sites, organiser)
        assert [int(str(row["问题编号"]), 16) for row in rows_of(part, "问题台账")] == own
    with pytest.raises(InputError, match="台账中没有这样的问题"):
        replies.exported(judged, "", "", sheet.with_name("x.xlsx"), DUE, AT, [B.code], "昆明市甲局")


def test_what_an_office_replied_is_taken_once(judged: Store, sheet: Path) -> None:
    said = "已删去张三的身份证号码530102199003078512"
    back = fill(sheet, {1: {"办理": "报称已整改", "说明": said}, 5: {"办理": "报称已整改"}})
    done = replies.take(judged, back, "承办人", LATER, clerk=False)
    assert (done.made, done.untouched, done.returned) == (2, 2, ())
    assert states(judged) == {1: "mended", 2: "notified", 3: "notified", 5: "mended"}
    again = replies.take(judged, back, "承办人", LATER, clerk=False)
    assert (again.made, again.untouched, again.returned) == (0, 4, ())
    step = ledger.histories(judged.db, ONE.id)[typo(1).id][-1]
    assert (step.number, step.by, step.at, step.reason) == (2, "承办人", LATER, masked(said))
    assert "19900307" not in step.reason


def test_an_older_sheet_writes_nothing_over(judged: Store, sheet: Path) -> None:
    looked(judged, 1, date(2018, 7, 20), f1="mended")
    back = fill(sheet, {1: {"办理": "报称已整改", "说明": "晚到"}, 2: {"办理": "报称已整改"}})
    done = replies.take(judged, back, "承办人", LATER, clerk=False)
    assert (done.made, [line for line, _, _ in done.returned]) == (1, [2])
    assert "复查 已于2018-07-01 10:00记为“已销号”（版本2，本行为1），未覆盖" in done.returned[0][2]
    assert states(judged)[1] == "closed"
    assert done.file is not None
    (row,) = rows_of(done.file, "退回")
    assert (row["原行号"], row["说明"]) == (2, "晚到")


CANT: list[tuple[dict[str, object], str]] = [
    ({"办理": "改" * 900}, "办理“改{18}……”不是"),
    ({"办理": "改了"}, "办理“改了”不是 报称已整改、已销号、未整改、反弹 之一"),
    ({"说明": "已改正"}, "写了说明，但没有写办理"),
    ({"办理": "已销号", "说明": "看过"}, "须由承办人认定.*--clerk"),
    ({"办理": "报称已整改", "版本": "x"}, "版本“x”不是整数"),
    ({"办理": "报称已整改", "版本": 7}, "版本“7”还没有"),
    ({"办理": "报称已整改", "问题编号": "f" * 20}, "台账中没有这个编号的问题"),
    ({"办理": "报称已整改", "问题编号": typo(4).id}, "台账中没有这个编号的问题"),
    ({"办理": "报称已整改", "问题编号": None}, "缺少问题编号"),
    ({"办理": "报称已整改", "说明": "长" * 501}, "不得超过500字"),
]


def test_what_cannot_be_taken_comes_back_with_its_row(judged: Store, sheet: Path) -> None:
    for typed, why in CANT:
        done = replies.take(judged, fill(sheet, {1: typed, 2: {"办理": "报称已整改"}}), "承办人", LATER, clerk=False)
        assert [line for line, _, _ in done.returned] == [2], typed
        assert re.search(why, done.returned[0][2]), typed
        assert states(judged) == {1: "notified", 2: "mended", 3: "notified", 5: "notified"}
    assert len(list(sheet.parent.glob("回.退回*.xlsx"))) == len(CANT)


def test_a_clerk_may_strike_off_and_blame_with_a_reason(judged: Store, sheet: Path) -> None:
    typed = {1: {"办理": "已销号", "说明": "实地看过"}, 2: {"办理": "未整改", "说明": "仍在"}, 3: {"办理": "反弹", "说明": "又有"},
             5: {"办理": "已销号"}}  # fmt: skip
    done = replies.take(judged, fill(sheet, typed), "承办人", LATER, clerk=True)
    assert {line: why for line, _, why in done.returned} == {
        4: "现为“已通知”，不能记为“反弹”",
        5: "记为“已销号”须写明说明",
    }
    assert states(judged) == {1: "closed", 2: "unmended", 3: "notified", 5: "notified"}


def test_two_rows_that_disagree_and_a_file_that_is_no_sheet(judged: Store, sheet: Path) -> None:
    back = fill(
        sheet,
        {1: {"办理": "报称已整改", "说明": "一"}, 2: {"办理": "报称已整改", "说明": "二", "问题编号": typo(1).id}},
    )
    done = replies.take(judged, back, "承办人", LATER, clerk=False)
    assert (done.made, {why for _, _, why in done.returned}) == (0, {"同一问题在表中有几行，且内容不同；请只留一行"})
    other = sheet.with_name("x.csv")
    other.write_text("甲,乙\n1,2\n", "utf-8")
    with pytest.raises(InputError, match="表头缺少“问题编号"):
        replies.take(judged, other, "承办人", LATER, clerk=False)


def test_before_any_notice_nobody_can_have_mended(judged: Store, tmp_path: Path) -> None:
    replies.exported(judged, "", "", tmp_path / "台账.xlsx", DUE, AT)
    done = replies.take(judged, fill(tmp_path / "台账.xlsx", {1: {"办理": "报称已整改"}}), "甲", LATER, clerk=False)
    assert [why for _, _, why in done.returned] == [
        "现为“待通知”，不能记为“报称已整改”；还没有通知，请先发整改通知书（govcrawl ledger notify）"
    ]


def test_formulas_stay_words(judged: Store, tmp_path: Path) -> None:
    found = (typo(1, excerpt="=1+1", url="http://a.gov.cn/1"), typo(2, excerpt="＠x"))
    judged.save_verdicts([replace(verdict(), site=A.code, verdict="pass", vetoes=(), findings=found)])
    replies.exported(judged, "", "", tmp_path / "台账.xlsx", DUE, AT)
    cells = list(load_workbook(tmp_path / "台账.xlsx")["问题台账"].iter_rows(min_row=2))
    shown = {
        cell.value: (cell.data_type, cell.quotePrefix) for row in cells for cell in row if cell.value in ("=1+1", "＠x")
    }
    assert shown == {"=1+1": ("s", True), "＠x": ("s", True)}


# --- by the command line ----------------------------------------------------------------------------------------------


@pytest.fixture
def command(urls: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in urls.environment().items():
        monkeypatch.setenv(name, value)


def test_notify_export_import_and_the_notices_again(
    judged: Store, command: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, file = tmp_path / "通知书", tmp_path / "台账.xlsx"
    notify = ["ledger", "notify", str(out), "--on", "2018-06-20", "--deadline", "2018-07-15", "--by", "承办人"]
    assert main(notify) == 0
    told = capsys.readouterr().out
    assert f"{ONE.title}（{ONE.id}）：整改通知书 1 份（3 个问题，整改期限 2018-07-15）" in told
    assert "另有 1 个通报计入的单项否决未经人工复核，没有通知" in told
    assert main(notify) == 0  # nor is it told by the next
    assert "没有待通知的问题" in capsys.readouterr().out
    assert main([*notify, "--unreviewed"]) == 0
    assert "整改通知书 1 份（1 个问题，整改期限 2018-07-15）" in capsys.readouterr().out
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    assert sorted(first) == ["整改通知书-云督〔2018〕1号-5301000001.docx", "整改通知书-云督〔2018〕2号-5303000002.docx"]
    assert main(["ledger", "notices", str(tmp_path / "再")]) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "再").iterdir()} == first
    assert main(["ledger", "notify", str(out)]) == 0  # nobody is left: no deadline is asked for
    assert main(["ledger", "export", str(file), "--on", "2018-07-20"]) == 0
    assert re.search(r"\n总计 +4 +0 +4 +0 +0 +0 +0 +0 +4\n", capsys.readouterr().out)
    assert (
        main(["ledger", "import", str(fill(file, {1: {"办理": "报称已整改"}, 2: {"办理": "？"}})), "--by", "甲"]) == 2
    )
    told = capsys.readouterr()
    assert "已记下 1 个问题的办理情况（甲），2 行没有改动，1 行退回" in told.out
    assert "办理“？”不是" in told.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--site", "5399999999", "--deadline", "2099-01-01"], "台账中没有网站 5399999999 的问题"),
        (["--deadline", "2018-06-01", "--on", "2018-06-20"], "不晚于通知日期"),
        (["--campaign", "nix"], "没有编号为 nix 的普查"),
        (
            ["--organiser", "昆明市甲局", "--deadline", "2099-01-01"],
            "--organiser 只用于 export",
        ),  # else all would be told
    ],
)
def test_what_cannot_be_notified_is_one_sentence_and_leaves_nothing(
    judged: Store, command: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["ledger", "notify", str(tmp_path / "x"), *words]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
    assert ledger.notices(judged.db, ONE.id) == []
