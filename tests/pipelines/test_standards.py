"""Loading rule packs: what is in 2015, and that a malformed file is refused with the key that is wrong."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from govcrawl.errors import InputError
from pipelines.standards import FOLDER, known_packs, load_pack, read_pack

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
    assert pack.veto.site_unreachable.failed_share == Fraction(5, 100)
    assert (pack.veto.columns_not_updated.key_count, pack.veto.columns_not_updated.all_count) == (5, 10)
    assert pack.deduction.dead_link.points_other == Fraction(1, 10)
    assert pack.deduction.column_stale.points["personnel"] == 5


def test_every_rule_has_words_and_says_whether_it_counts():
    for name, rule in load_pack("2015").rules().items():
        assert rule.word, name
        assert rule.clause, name
        assert rule.counted == (not rule.unscored), name
    assert not load_pack("2015").veto.serious_error.counted


def test_the_bulletins_words():
    rules = load_pack("2015").rules()
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
        pack.veto = None
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
    ("plan = \"5\" }", "plan = \"5\", survey = \"5\" }", "deduction.column_stale.points"),
    ("points = { news = \"3\", notice = \"4\"", "points = { news = 3, notice = \"4\"", "deduction.column_stale.points.news"),
    ("\nnews = 14\n", "\nnuws = 14\n", "windows.nuws"),
    ("\nnews = 14\n", "\n", "veto.columns_not_updated.key_classes"),
    ("word = \"站点无法访问\"", "word = \" \"", "veto.site_unreachable.word"),
    ("judged = \"crawl\"\nfailed_share", "judged = \"robot\"\nfailed_share", "veto.site_unreachable.judged"),
    ("judged = \"crawl\"\nfailed_share", "judged = \"person\"\nfailed_share", "site_unreachable.unscored"),
    ("unscored = \"内容是否属严重错误须人工认定\"\n", "", "serious_error.unscored"),
    ("valid_from = 2015-03-24", "valid_from = \"2015-03-24\"", "pack.valid_from"),
    ("name = \"2015\"", "name = \"2016\"", "pack.name"),
    ("[pass_line]\n", "[pass_lin]\n", "pass_lin"),
    ("[windows]\n", "[windows\n", "TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key"), MALFORMED)
def test_a_malformed_pack_names_file_and_key(tmp_path: Path, old: str, new: str, key: str):
    assert TEXT.count(old) == 1
    path = tmp_path / "2015.toml"
    path.write_text(TEXT.replace(old, new), "utf-8")
    with pytest.raises(InputError) as caught:
        read_pack(path)
    assert caught.value.file == "2015.toml"
    assert key in caught.value.message


@pytest.mark.parametrize(("text", "key"), [("veto = 3\n" + TEXT.replace("[veto.", "[vetoes."), "veto"), ("", "pack")])
def test_a_table_must_be_a_table(tmp_path: Path, text: str, key: str):
    path = tmp_path / "2015.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=key):
        read_pack(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="TOML"):
        read_pack(path)
