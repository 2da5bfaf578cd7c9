"""Packs that contradict themselves, and packs that build on others: one sentence that names the file and the key."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from govcrawl.errors import InputError
from pipelines.stages import standard_trouble
from pipelines.standards import FOLDER, load_pack, read_pack
from pipelines.standards.rules import ColumnBlank, ColumnStale, DeadLink

COMMON = 'word = "甲"\nclause = "乙"\nsource = "丙"\nverified = false\n'
PERSON = COMMON + 'judged = "person"\nunscored = "须人工"\n'
CENSUS, INDICATORS = ((FOLDER / f"{name}.toml").read_text("utf-8") for name in ("2015", "2019"))


def refused(folder: Path, name: str, text: str) -> str:
    (folder / f"{name}.toml").write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        read_pack(folder / f"{name}.toml")
    assert caught.value.file.endswith(".toml")
    assert "\n" not in caught.value.message
    return caught.value.message


def own(text: str = "", parent: str = "2015", name: str = "own", version: int = 1) -> str:
    head = f'[pack]\nname = "{name}"\nversion = {version}\ninherits = "{parent}"\ntitle = "自定"\nsource = "自定"\n'
    return head + text


CONTRADICTIONS = [
    (CENSUS, f"[listed.dead_link]\n{PERSON}", "listed.dead_link：同一指标已列在 deduction"),
    (CENSUS, f"[veto.column_stale]\n{PERSON}", "同一指标已列在"),
    (CENSUS, f"[account.typo]\ntable = \"veto\"\n{PERSON}", "同一指标已列在 listed"),
    (CENSUS, f"[bonus.nice]\n{PERSON}", "bonus.nice"),
    (CENSUS, f"[listed.extra]\n{PERSON}points = \"1\"\n", "listed.extra：单项否决和只列出的指标没有分值"),
    (CENSUS, f"[veto.extra]\n{PERSON}cap = \"1\"\n", "veto.extra：单项否决和只列出的指标没有分值"),
    (CENSUS, f"[deduction.extra]\n{COMMON}judged = \"crawl\"\npoints = \"1\"\n", "deduction.extra.judged：没有判定 extra 的程序"),
    (CENSUS, f"[deduction.extra]\n{COMMON}judged = \"person\"\npoints = \"1\"\n", "deduction.extra.unscored"),
    (CENSUS, f"[deduction.extra]\n{PERSON}points = \"2\"\ncap = \"1\"\n", "deduction.extra.cap：小于一处问题的扣分"),
    (CENSUS, f"[deduction.extra]\n{PERSON}group = \"none\"\n", "deduction.extra.group：没有 group.none"),
    (CENSUS, f"[deduction.extra]\n{PERSON}applies_to = [\"town\"]\n", "deduction.extra.applies_to：应为 portal、service 之一"),
    (CENSUS, f"[account.extra]\ntable = \"deduction\"\n{PERSON}", "account.extra.table"),
    (CENSUS, f"[account.extra]\ntable = \"veto\"\n{COMMON}judged = \"crawl\"\n", "account.extra：政务新媒体不由抓取判定"),
    (CENSUS, f"[account.account_not_updated]\ntable = \"veto\"\n{COMMON}judged = \"register\"\n", "account.account_not_updated.window_days：缺少"),
    (CENSUS, "[veto2.x]\n", "veto2：不认识的部分；是否想写 veto？"),
]  # fmt: skip


@pytest.mark.parametrize(("base", "more", "words"), CONTRADICTIONS)
def test_contradictory_items(tmp_path: Path, base: str, more: str, words: str):
    assert words in refused(tmp_path, "2015" if base is CENSUS else "2019", f"{base}\n{more}")


CHANGES = [
    (CENSUS, 'deductions = "40"\n', 'deductions = "40"\nscore = "60"\nfull = "100"\n', "pass_line：deductions"),
    (CENSUS, 'deductions = "40"\n', "", "pass_line：deductions"),
    (INDICATORS, 'full = "100"\n', "", "pass_line.full"),
    (INDICATORS, 'bonus_full = "30"\n', "", "pass_line.bonus_above"),
    (INDICATORS, 'score = "60"', 'score = "90"', "pass_line.score"),
    (INDICATORS, 'word = "办事服务"\npoints = "25"\n', 'word = "办事服务"\n', "group.services.points"),
    (INDICATORS, '[group.functions]\nword = "功能设计"', '[group.functions]\nword = "功能设计"\npoints = "90"', "group（deduction）：各项合计115分，应为100分"),
    (INDICATORS, 'points = "2"\ncap = "2"', 'points = "2"\ncap = "26"', "group.services：各项合计26分，应为25分"),
    (INDICATORS, 'points_by_class = { policy = "5" }', 'points_by_class = { policy = "6" }', "deduction.column_stale.cap"),
    (INDICATORS, 'points_by_class = { policy = "5" }', 'points = "5"', "deduction.column_stale.points：此指标的分值请写在 points_by_class"),
    (INDICATORS, 'first_level = ["notice", "policy"]', 'first_level = ["survey"]', "veto.columns_not_updated.key_classes：survey"),
]  # fmt: skip


@pytest.mark.parametrize(("base", "old", "new", "words"), CHANGES)
def test_contradictory_numbers(tmp_path: Path, base: str, old: str, new: str, words: str):
    assert base.count(old) == 1
    assert words in refused(tmp_path, "2015" if base is CENSUS else "2019", base.replace(old, new))


# --- inheritance ------------------------------------------------------------------------------------------------


def write(folder: Path, **packs: str) -> None:
    for name, text in packs.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")


def test_an_overlay_changes_key_by_key(tmp_path: Path):
    more = '[deduction.dead_link]\npoints_home = "2"\n[deduction.column_blank]\npoints = "1"\nunscored = ""\n[windows]\nnews = 7\n'
    write(tmp_path, own=own(more))
    pack = read_pack(tmp_path / "own.toml")
    assert (pack.rule(DeadLink).points_home, pack.rule(DeadLink).points_other) == (2, Fraction(1, 10))
    assert (pack.rule(ColumnBlank).counted, pack.unscored("deduction")[0]) == (True, "inaccurate_info")
    assert (pack.windows["news"], pack.windows["notice"]) == (7, 180)


def test_an_overlay_moves_an_item_to_another_table_without_its_points(tmp_path: Path):
    write(tmp_path, own=own("[listed.dead_link]\n[listed.column_stale]\nword = '不更新'\n"))
    pack = read_pack(tmp_path / "own.toml")
    assert (pack.rules["dead_link"].table, pack.rule(DeadLink).points_home) == ("listed", None)
    assert (pack.rules["column_stale"].word, pack.rule(ColumnStale).amounts) == ("不更新", ())


def test_overlays_of_overlays_and_a_corrected_pack_of_the_same_name(tmp_path: Path):
    corrected = '[pack]\nname = "2015"\nversion = 2\ninherits = "2015"\n[pass_line]\ndeductions = "39"\n'
    write(tmp_path, one=own(parent="2015-yunnan", name="one"), two=own(parent="one", name="two"))
    write(tmp_path, **{"2015": corrected})
    assert read_pack(tmp_path / "two.toml").rules["typo"].table == "veto"
    again = read_pack(tmp_path / "2015.toml")
    assert (again.label, again.pass_line.deductions) == ("2015@2", 39)


def test_a_file_must_not_bear_the_label_of_another_pack(tmp_path: Path):
    write(tmp_path, **{"2015": CENSUS.replace('deductions = "40"', 'deductions = "50"')})
    with pytest.raises(InputError, match=r"pack\.version：2015@1 是内置标准的版本"):
        load_pack(str(tmp_path / "2015.toml"))


def test_loops_and_missing_parents(tmp_path: Path):
    write(tmp_path, a=own(parent="b", name="a"), b=own(parent="c", name="b"), c=own(parent="a", name="c"))
    with pytest.raises(InputError, match="所继承的 a 又回到自己，形成循环"):
        read_pack(tmp_path / "a.toml")
    assert "所继承的 own 又回到自己" in refused(tmp_path, "own", own(parent="own"))
    assert "所继承的 2014 找不到；可用的有：2015、" in refused(tmp_path, "own", own(parent="2014"))
    assert "pack.inherits" in refused(tmp_path, "own", own(parent="../2015"))
    assert "pack.inherits" in refused(tmp_path, "own", own().replace('"2015"', "2015"))
    assert "pack.inherits" in refused(tmp_path, "own", own().replace('"2015"', '""'))


def test_a_misspelt_key_of_an_overlay_is_named(tmp_path: Path):
    assert "deduction.dead_link.points_hmoe：不认识的键" in refused(
        tmp_path, "own", own('[deduction.dead_link]\npoints_hmoe = "2"\n')
    )
    assert "deduction.dead_links.word：缺少" in refused(tmp_path, "own", own('[deduction.dead_links]\npoints = "2"\n'))
    assert "veto：应为一节" in refused(tmp_path, "own", "veto = 3\n" + own())


# --- years ------------------------------------------------------------------------------------------------------


def test_a_campaign_outside_the_years_of_its_standard(tmp_path: Path):
    assert standard_trouble("2015", date(2019, 3, 31)) == ""
    late = standard_trouble("2015-yunnan", date(2020, 6, 30))
    assert (
        late
        == "标准 2015-yunnan@1 自 2015-03-24 至 2019-03-31施行，本次普查截止于 2020-06-30；请改用 2019，或改正 ends"
    )
    assert "请改用 2015、2015-yunnan" in standard_trouble("2019@1", date(2018, 6, 15))
    assert standard_trouble("2015", date(2014, 1, 1)).endswith("请改正 ends")
    assert standard_trouble("2051", date(2018, 1, 1)).startswith("没有标准“2051”；可用的有 2015、")
    assert "没有 2015@7 这一版本" in standard_trouble("2015@7", date(2018, 1, 1))
    write(tmp_path, own=own())
    assert standard_trouble(str(tmp_path / "own.toml"), date(2018, 1, 1)) == ""
    assert "找不到这个文件" in standard_trouble(str(tmp_path / "none.toml"), date(2018, 1, 1))
