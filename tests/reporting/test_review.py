"""人工复核 in a spreadsheet: what goes out comes back decided, and nothing that was decided is lost to an older sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from govcrawl import reviews
from govcrawl.cli import main
from govcrawl.contracts import Finding
from govcrawl.errors import InputError, OutputError
from govcrawl.reviews import Wish
from govcrawl.services import Urls
from govcrawl.store import Store
from reporting import review
from tests.govcrawl.filled import ONE, SITE, plan, verdict

AT = datetime(2018, 6, 20, 1, 30, tzinfo=UTC)
PACK = "2015@1"
EVIL = (
    '=HYPERLINK("http://evil.example/","点")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "＝1+1",
    "＋1",
    "＠x",
)


def finding(n: int, excerpt: str = "典型案列", **more: object) -> Finding:
    one = Finding(
        f"{n:020x}", ONE.id, SITE.code, "typo", f"http://a.gov.cn/{n}", "", excerpt, {"wrong": "案列", "right": "案例"}
    )
    return replace(one, **more)  # type: ignore[arg-type]


@pytest.fixture
def judged(store: Store) -> Store:
    store.prepare()
    plan(store)
    evil = tuple(finding(10 + n, text) for n, text in enumerate(EVIL))
    found = (*(finding(n) for n in range(1, 6)), finding(6, indicator="score_below_pass"), *evil)
    store.save_verdicts([replace(verdict(PACK), findings=found)])
    return store


@pytest.fixture
def sheet(judged: Store, tmp_path: Path) -> Path:
    file = tmp_path / "复核.xlsx"
    assert "14 个问题" in review.exported(judged, "", "", file)
    return file


def fill(file: Path, changes: dict[int, dict[str, object]], save_as: Path | None = None) -> Path:
    """As a clerk does: finding → column → what is typed."""
    book = load_workbook(file)
    cells = book.active
    heads = {cell.value: n for n, cell in enumerate(cells[1])}
    for row in cells.iter_rows(min_row=2):
        for name, value in changes.get(int(row[heads["问题编号"]].value, 16), {}).items():
            row[heads[name]].value = value
    book.save(save_as or file)
    return save_as or file


def take(store: Store, file: Path, by: str = "甲") -> review.Imported:
    return review.take(store, file, by, AT)


def held(store: Store, n: int) -> tuple[str, str, str, str] | None:
    d = store.decided([ONE.id]).get(f"{n:020x}")
    return (d.review, d.reason, d.wording, d.by) if d else None


def returned(done: review.Imported) -> dict[int, str]:
    """Finding → why; what the sheet that was given back says."""
    if done.file is None:
        return {}
    rows = list(load_workbook(done.file).active.values)
    heads = {name: n for n, name in enumerate(rows[0])}
    assert [(r[heads["原行号"]], r[heads["退回原因"]]) for r in rows[1:]] == [
        (line, why) for line, _, why in done.returned
    ]
    return {int(str(r[heads["问题编号"]]) or "0", 16) if r[heads["问题编号"]] else 0: str(r[0]) for r in rows[1:]}


def test_what_a_clerk_decides_in_the_sheet_is_decided(judged: Store, sheet: Path) -> None:
    fill(
        sheet,
        {1: {"复核结论": "已确认", "采用表述": "“案例”误为“案列”"}, 2: {"复核结论": "已排除", "理由": "书名\n如此 "}},
    )
    done = take(judged, sheet)
    assert (done.made, done.unchanged, done.returned, done.file) == (2, 12, (), None)
    assert held(judged, 1) == ("confirmed", "", "“案例”误为“案列”", "甲")
    assert held(judged, 2) == ("dismissed", "书名 如此", "", "甲")
    again = take(judged, sheet)
    assert (again.made, again.unchanged, again.returned) == (0, 14, ())


def test_an_export_shows_what_holds_and_an_untouched_import_changes_nothing(judged: Store, tmp_path: Path) -> None:
    reviews.decide(judged.db, [Wish(finding(1).id, 0, "dismissed", "引文")], "乙", AT)
    file = tmp_path / "b.xlsx"
    review.exported(judged, ONE.id, "2015", file)
    rows = list(load_workbook(file).active.values)
    (row,) = [dict(zip(rows[0], r, strict=True)) for r in rows if r[-1] == finding(1).id]
    assert [row[k] for k in ("复核结论", "理由", "复核人", "复核时间", "版本")] == [
        "已排除",
        "引文",
        "乙",
        "2018-06-20 09:30:00",
        1,
    ]
    assert take(judged, file).made == 0
    assert len(reviews.history(judged.db, finding(1).id)) == 1


def test_an_older_sheet_overwrites_nothing_and_says_who_was_faster(judged: Store, sheet: Path) -> None:
    fill(sheet, {n: {"复核结论": "已排除", "理由": "误报"} for n in (1, 2, 3)})
    reviews.decide(judged.db, [Wish(finding(n).id, 0, "confirmed") for n in (1, 2, 4)], "乙", AT)
    done = take(judged, sheet)
    assert done.made == 1, "the third; the fourth row was not touched and says nothing"
    assert returned(done).keys() == {1, 2}
    assert "乙 已于2018-06-20 09:30定为已确认（版本1，本行为0），未覆盖" in returned(done)[1]
    assert [held(judged, n) for n in (1, 3, 4)] == [
        ("confirmed", "", "", "乙"), ("dismissed", "误报", "", "甲"), ("confirmed", "", "", "乙"),
    ]  # fmt: skip
    assert done.file is not None
    fill(done.file, {1: {"版本": 1}})  # who insists says so
    assert take(judged, done.file, "丙").made == 1
    assert held(judged, 1) == ("dismissed", "误报", "", "丙")


BAD = {
    1: ({"复核结论": "好像是"}, "复核结论“好像是”不是"),
    2: ({"复核结论": "已排除"}, "排除须写明理由"),
    3: ({"复核结论": "已确认", "版本": "二"}, "版本“二”不是整数"),
    4: ({"复核结论": "已确认", "理由": "长" * 501}, "不得超过500字"),
    5: ({"复核结论": "已确认", "版本": 9}, "没有这个编号、版本的问题"),
    6: ({"复核结论": "已排除", "理由": "不对"}, "不能单独排除"),
    10: ({"问题编号": None, "复核结论": "已确认"}, "缺少问题编号"),
    11: ({"问题编号": "zz" * 10, "复核结论": "已确认"}, "没有这个编号"),
}


def test_what_cannot_be_read_comes_back_with_its_row_and_the_rest_is_taken(judged: Store, sheet: Path) -> None:
    fill(sheet, {n: change for n, (change, _) in BAD.items()} | {12: {"复核结论": "已确认"}})
    done = take(judged, sheet)
    assert (done.made, len(done.returned)) == (1, len(BAD))
    reasons = [why for _, _, why in done.returned]
    for _, why in BAD.values():
        assert sum(why in reason for reason in reasons) >= 1, why
    assert {line for line, _, _ in done.returned} <= set(range(2, 16))
    assert judged.db["decisions"].count_documents({}) == 1
    assert done.file is not None
    again = take(judged, done.file)  # put right or not, it can be handed in as it is
    assert len(again.returned) == len(BAD)
    assert again.file not in (None, done.file), "nothing is written over"


def test_two_rows_that_contradict_each_other_come_back_both(judged: Store, sheet: Path) -> None:
    book = load_workbook(sheet)
    cells = book.active
    heads = {cell.value: n for n, cell in enumerate(cells[1])}
    rows = [[c.value for c in row] for row in cells.iter_rows(min_row=2)]
    one = next(r for r in rows if r[heads["问题编号"]] == finding(1).id)
    one[heads["复核结论"]] = "已确认"
    cells.append(one)
    book.save(sheet)
    done = take(judged, sheet)
    assert (done.made, len(done.returned)) == (0, 2)
    assert all("几行" in why for _, _, why in done.returned)


def test_no_cell_is_a_formula_whatever_was_crawled(judged: Store, sheet: Path) -> None:
    cells = list(load_workbook(sheet).active.iter_rows(min_row=2))
    assert {c.data_type for row in cells for c in row} <= {"s", "n"}
    shown = {c.value: c.quotePrefix for row in cells for c in row if isinstance(c.value, str)}
    for text in EVIL:
        assert shown[text.strip()], text


def test_a_formula_that_somebody_typed_is_not_computed(judged: Store, sheet: Path) -> None:
    fill(sheet, {1: {"复核结论": '=IF(1,"已确认","")'}})
    done = take(judged, sheet)
    assert (done.made, len(done.returned)) == (0, 1)


def test_a_sheet_is_never_written_over(judged: Store, sheet: Path) -> None:
    before = sheet.read_bytes()
    with pytest.raises(InputError, match="文件已存在"):
        review.exported(judged, "", "", sheet)
    assert sheet.read_bytes() == before
    with pytest.raises(OutputError):
        review.exported(judged, "", "", sheet / "no" / "folder.xlsx")
    assert [p.name for p in sheet.parent.iterdir()] == [sheet.name]


def test_very_many_findings_are_several_sheets(judged: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "ROWS", 5)
    (tmp_path / "a-2.xlsx").touch()
    with pytest.raises(InputError, match="a-2"):
        review.exported(judged, "", "", tmp_path / "a.xlsx")
    assert [p.name for p in tmp_path.iterdir()] == ["a-2.xlsx"], "all or none"
    told = review.exported(judged, "", "", tmp_path / "b.xlsx")
    assert [f"{n} 个问题已写入 {tmp_path / name}" in told for n, name in ((5, "b.xlsx"), (5, "b-2.xlsx"), (4, "b-3.xlsx"))] == [
        True, True, True,
    ]  # fmt: skip
    for name in ("b.xlsx", "b-2.xlsx", "b-3.xlsx"):
        fill(tmp_path / name, {n: {"复核结论": "已确认"} for n in range(1, 20)})
        take(judged, tmp_path / name)
    assert len(judged.decided([ONE.id])) == 14


def test_of_what_is_no_such_sheet_nothing_is_taken(judged: Store, tmp_path: Path) -> None:
    other = tmp_path / "a.csv"
    other.write_text("问题编号,复核结论\n1,已确认\n", "utf-8")
    with pytest.raises(InputError, match="版本"):
        take(judged, other)
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04nonsense")
    with pytest.raises(InputError):
        take(judged, tmp_path / "b.xlsx")
    assert judged.db["decisions"].count_documents({}) == 0


def test_a_campaign_that_nobody_judged(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="还没有普查"):
        review.exported(store, "", "", tmp_path / "a.xlsx")
    plan(store)
    with pytest.raises(InputError, match="govcrawl score"):
        review.exported(store, "", "", tmp_path / "a.xlsx")


def test_the_commands(
    judged: Store, urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in urls.environment().items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "a.xlsx"
    assert main(["review", "export", str(file)]) == 0
    assert "14 个问题" in capsys.readouterr().out
    fill(file, {1: {"复核结论": "已确认"}, 2: {"复核结论": "已排除"}})
    assert main(["review", "import", str(file), "--by", "丁"]) == 2
    told = capsys.readouterr()
    assert "已导入 1 条复核结论（丁）" in told.out
    assert "排除须写明理由" in told.err
    assert "a.退回.xlsx" in told.err
    assert held(judged, 1) == ("confirmed", "", "", "丁")
    assert main(["review", "export", str(file)]) == 2
