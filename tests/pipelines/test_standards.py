"""Loading rule packs: what is in 2015, and that a malformed file is refused with the key that is wrong."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from govcrawl.errors import InputError
from pipelines.standards import FOLDER, known_packs, load_pack, read_pack
from pipelines.standards.rules import (
    ColumnsNotUpdated,
    ColumnStale,
    DeadLink,
    PoorResponse,
    ServiceNotUseful,
    Unreachable,
)

TEXT = (FOLDER / "2015.toml").read_text("utf-8")


def test_known_packs_and_labels():
    assert "2015" in known_packs()
    assert load_pack("2015").label == load_pack("2015@1").label == "2015@1"


@pytest.mark.parametrize("name", ["2014", "2015@2", "2015@", "", "../standards/2015", "2015.toml"])
def test_unknown_pack_is_named(name: str):
    with pytest.raises(InputError, match="2015"):
        load_pack(name)


def test_the_numbers_of_2015():
    pack = load_pack("2015")
    assert pack.pack.valid_from == date(2015, 3, 24)
    assert pack.pass_line.deductions == 40
    assert dict(pack.windows) == {"news": 14, "notice": 180, "policy": 180, "personnel": 365, "plan": 365, "other": 365}
    assert pack.rule(Unreachable).failed_share == Fraction(5, 100)
    columns = pack.rule(ColumnsNotUpdated)
    assert (columns.key_count, columns.all_count, columns.first_level) == (5, 10, ())
    assert pack.rule(DeadLink).points_other == Fraction(1, 10)
    assert pack.rule(ColumnStale).points_by_class["personnel"] == 5
    assert (pack.covers(date(2019, 3, 31)), pack.covers(date(2019, 4, 1)), pack.covers(date(2015, 3, 23))) == (
        True,
        False,
        False,
    )


def test_the_numbers_of_2019():
    pack = load_pack("2019")
    line = pack.pass_line
    assert (line.score, line.full, line.bonus_above, line.bonus_full, line.applies_to) == (60, 100, 80, 30, ("portal",))
    assert (pack.groups["services"].points, pack.groups["services"].applies_to) == (25, ("service",))
    assert [r.id for r in pack.rules.values() if r.table == "veto"] == [
        "security_incident", "site_unreachable", "home_not_updated", "columns_not_updated", "columns_blank", "poor_response",
        "service_not_useful",
    ]  # fmt: skip
    assert pack.rule(ColumnsNotUpdated).first_level == ("notice", "policy")
    useful = pack.rule(ServiceNotUseful)
    assert (useful.missing, useful.count, useful.applies_to, useful.verified) == (4, 5, ("service",), False)
    assert pack.rule(PoorResponse).channel_wanted
    assert not load_pack("2015").rule(PoorResponse).channel_wanted
    assert load_pack("2015").rule(ServiceNotUseful) is None
    assert [r.id for r in pack.rules.values() if r.table == "deduction" and r.counted] == ["column_stale"]


def test_accounts_of_2019():
    accounts = load_pack("2019").accounts
    assert {name: rule.table for name, rule in accounts.items()} == {
        "account_serious": "veto", "account_not_updated": "veto", "account_no_interaction": "veto", "account_unregistered": "listed",
    }  # fmt: skip
    assert accounts["account_not_updated"].window_days == 14
    assert load_pack("2015").accounts == {}


def test_yunnan_says_only_what_differs():
    yunnan, census = load_pack("2015-yunnan"), load_pack("2015")
    assert (yunnan.rules["typo"].table, census.rules["typo"].table) == ("veto", "listed")
    assert {n: r for n, r in yunnan.rules.items() if n != "typo"} == {
        n: r for n, r in census.rules.items() if n != "typo"
    }
    assert (yunnan.pass_line, yunnan.windows, yunnan.pack.valid_to) == (
        census.pass_line,
        census.windows,
        census.pack.valid_to,
    )
    assert (yunnan.label, yunnan.pack.inherits) == ("2015-yunnan@1", "2015")


def test_every_rule_has_words_and_says_whether_it_counts():
    for name, rule in load_pack("2015").rules.items():
        assert rule.word, name
        assert rule.clause, name
        assert rule.counted == (not rule.unscored), name
    assert not load_pack("2015").rules["serious_error"].counted


def test_the_bulletins_words():
    rules = load_pack("2015").rules
    assert [rules[name].word for name in ("site_unreachable", "home_not_updated", "columns_not_updated")] == [
        "站点无法访问", "首页不更新", "多个栏目不更新",
    ]  # fmt: skip
    assert [rules[name].word for name in ("columns_blank", "poor_response")] == ["多个栏目空白", "互动回应差"]


def test_what_has_no_points_is_listed_as_unscored():
    unscored = load_pack("2015").unscored()
    assert {"column_blank", "consult_missing", "guide_incomplete"} <= set(unscored)
    assert not {"dead_link", "column_stale", "home_unavailable", "home_few_updates"} & set(unscored)


def test_a_pack_cannot_be_changed():
    pack = load_pack("2015")
    with pytest.raises(FrozenInstanceError):
        pack.rules = None
    with pytest.raises(TypeError):
        pack.windows["news"] = 1


MALFORMED = [
    ("failed_share = \"0.05\"\n", "", "veto.site_unreachable.failed_share"),
    ("failed_share = \"0.05\"", "failed_share = 0.05", "veto.site_unreachable.failed_share"),
    ("failed_share = \"0.05\"", "failed_share = \"五\"", "veto.site_unreachable.failed_share"),
    ("failed_share = \"0.05\"", "failed_share = \"nan\"", "veto.site_unreachable.failed_share"),
    ("points_home = \"1\"", "points_home = \"-1\"", "deduction.dead_link.points_home"),
    ("key_count = 5", "key_count = true", "veto.columns_not_updated.key_count"),
    ("key_count = 5", "key_count = 0", "veto.columns_not_updated.key_count"),
    ("key_count = 5", "key_count = 5\nkey_cuont = 6", "veto.columns_not_updated.key_cuont"),
    ("boards = [\"consult\"]", "boards = [\"konsult\"]", "veto.poor_response.boards"),
    ("boards = [\"consult\"]", "boards = \"consult\"", "veto.poor_response.boards"),
    ("plan = \"5\" }", "plan = \"5\", survey = \"5\" }", "deduction.column_stale.points_by_class"),
    ("points_by_class = { news = \"3\", notice = \"4\"", "points_by_class = { news = 3, notice = \"4\"", "deduction.column_stale.points_by_class.news"),
    ("\nnews = 14\n", "\nnuws = 14\n", "windows.nuws"),
    ("\nnews = 14\n", "\n", "veto.columns_not_updated.key_classes"),
    ("word = \"站点无法访问\"", "word = \" \"", "veto.site_unreachable.word"),
    ("judged = \"crawl\"\nfailed_share", "judged = \"robot\"\nfailed_share", "veto.site_unreachable.judged"),
    ("judged = \"crawl\"\nfailed_share", "judged = \"person\"\nfailed_share", "site_unreachable.unscored"),
    ("unscored = \"内容是否属严重错误须人工认定\"\n", "", "serious_error.unscored"),
    ("valid_from = 2015-03-24", "valid_from = \"2015-03-24\"", "pack.valid_from"),
    ("name = \"2015\"", "name = \"2016\"", "pack.name"),
    ("[pass_line]\n", "[pass_lin]\n", "pass_lin"),
    ("[windows]\n", "[windows\n", "TOML 语法错误（表头的方括号不成对"),
    ("key_count = 5", "key_count = 5\nkey_count = 6", "写了两次"),
    ("failed_share = \"0.05\"", "failed_share = \"5\"", "veto.site_unreachable.failed_share：大于1（全部访问）；5%请写成 \"0.05\""),
    ("late_months = 3", "late_months = 14", "veto.poor_response.late_months：不短于 within_days"),
    ("key_count = 5", "key_count = \"5\"", "veto.columns_not_updated.key_count：应为整数，如 14"),
    ("key_count = 5", "key_cuont = 5", "不认识的键；是否想写 key_count？"),
    ("fewer_than = 10", "fewer_than = 10.0", "deduction.home_few_updates.fewer_than"),
    ("verified = true\n\n# 2周", "verified = 1\n\n# 2周", "pass_line.verified"),
    ("valid_to = 2019-03-31", "valid_to = 2015-03-01", "pack.valid_to"),
    ("valid_to = 2019-03-31", "valid_to = 2019-03-31T00:00:00", "pack.valid_to"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key"), MALFORMED)
def test_a_malformed_pack_names_file_and_key(tmp_path: Path, old: str, new: str, key: str):
    assert TEXT.count(old) == 1
    path = tmp_path / "2015.toml"
    path.write_text(TEXT.replace(old, new), "utf-8")
    with pytest.raises(InputError) as caught:
        read_pack(path)
    assert caught.value.file == "2015.toml"
    assert caught.value.line > 0
    assert key in caught.value.message


def refused(folder: Path, name: str, body: str) -> InputError:
    """What is said of a pack laid over 2019; the body begins on line 6."""
    head = f'[pack]\nname = "{name}"\nversion = 1\ninherits = "2019"\ntitle = "自定"\n'
    (folder / f"{name}.toml").write_text(f"{head}{body}", "utf-8")
    with pytest.raises(InputError) as caught:
        read_pack(folder / f"{name}.toml")
    return caught.value


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        ('[windows]\nnews = "14"\n', 7, "windows.news：应为整数，如 14"),
        ('[deduction.page_tags]\npoints = "200"\n', 7, "deduction.page_tags.points：大于全部指标合计的100分"),
        ('[deduction.page_tags]\npoints = "2"\ncap = "200"\n', 8, "deduction.page_tags.cap：大于全部指标合计的100分"),
        ('[bonus.bonus_services]\ncap = "31"\n', 7, "bonus.bonus_services.cap：大于全部指标合计的30分"),
        ("[veto.service_not_useful]\nmissing = 9\n", 7, "veto.service_not_useful.missing：办事指南的要素共8类"),
        ('[deduction.dead_link]\npoints_home = "1"\n', 6, "没有写明 points_other，请补上分值"),
        ('[deduction.dead_link]\napplies_to = ["portl"]\n', 7, "应为 portal、service 之一；是否想写 portal？"),
        ("[pass_lines]\n", 6, "pass_lines：不认识的部分；是否想写 pass_line？"),
        ('[windows\nnews = "14"\n', 6, "TOML 语法错误（表头的方括号不成对，应为 [名称]）"),
        ("[windows]\nnews = 14 15\n", 7, "一个值的后面还有别的内容"),
    ],
)
def test_a_fault_of_an_own_pack_names_its_line_and_the_fix(tmp_path: Path, body: str, line: int, said: str):
    fault = refused(tmp_path, "own", body)
    assert (fault.file, fault.line) == ("own.toml", line)
    assert said in fault.message


def test_a_fault_that_stands_in_an_inherited_file_is_named_there(tmp_path: Path):
    (tmp_path / "base.toml").write_text('[pack]\nname = "base"\nversion = 1\ninherits = "2015"\n[windows]\nnews = 0\n')
    (tmp_path / "own.toml").write_text('[pack]\nname = "own"\ninherits = "base"\n[windows]\nnotice = 90\n')
    with pytest.raises(InputError, match=r"windows\.news：应大于0（读到的是 0）") as caught:
        read_pack(tmp_path / "own.toml")
    assert (caught.value.file, caught.value.line) == ("base.toml", 6)


def test_points_given_for_what_the_crawl_judges_make_it_count(tmp_path: Path):
    body = '[deduction.dead_link]\npoints_home = "1"\npoints_other = "0.1"\n[deduction.page_tags]\npoints = "2"\n'
    head = '[pack]\nname = "own"\nversion = 1\ninherits = "2019"\n'
    (tmp_path / "own.toml").write_text(head + body, "utf-8")
    pack = read_pack(tmp_path / "own.toml")
    assert pack.rules["dead_link"].counted
    assert "dead_link" not in pack.unscored()
    assert "page_tags" in pack.unscored()  # a person must judge it


@pytest.mark.parametrize(("text", "key"), [("veto = 3\n" + TEXT.replace("[veto.", "[vetoes."), "veto"), ("", "pack")])
def test_a_table_must_be_a_table(tmp_path: Path, text: str, key: str):
    path = tmp_path / "2015.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=key):
        read_pack(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="这一行不是 UTF-8 编码") as caught:
        read_pack(path)
    assert caught.value.line == 1
