"""What is a leak and what isn't; what is shown of it; what hostile text costs.  Every number is made up here."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from govcrawl.contracts import Page, Task
from govcrawl.facts import Facts
from govcrawl.private import find
from govcrawl.reading import read
from pipelines.checks import Look, Sighting
from pipelines.checks.privacy import look
from tests.pipelines.checks.invented import card, filled, identity, mobile, name

FOLDER = Path(__file__).parent / "privacy"
URL = "http://www.a.gov.cn/tzgg/t20180502_1.html"
AT = datetime(2018, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setattr("govcrawl.private._key", lambda: b"of the tests")


def seen(text: str, title: str = "", kind: str = "article") -> list[Sighting]:
    page = Page(URL, "ok", 200, AT, 0.1)
    return list(look(Look(Task("5301000001", "site", "article", URL), page, Facts(kind, title, "utf-8", text=text))))


def told(sightings: list[Sighting]) -> list[list[object]]:
    return [[s.detail["kind"], s.detail["count"]] for s in sightings]


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.html")), ids=lambda f: f.stem)
def test_the_words_around_a_number_decide(file):
    facts = read(filled(file.read_text()).encode(), URL, role="article")
    sightings = seen(facts.text, facts.title, facts.kind)
    assert told(sightings) == json.loads(file.with_suffix(".json").read_text())


def test_no_number_is_shown_whole():
    numbers = [identity(3), card(3), mobile(3)]
    text = f"补贴发放名单\n姓名\n身份证号\n银行卡号\n电话\n{name(3)}\n" + "\n".join(numbers)
    sightings = seen(text, "补贴发放名单")
    assert told(sightings) == [["id_card", 1], ["mobile", 1], ["bank_card", 1]]
    shown = repr(sightings)
    assert not any(number in shown for number in numbers)
    assert not list(find(shown.replace("'", "\n")))
    assert f"139****{mobile(3)[-4:]}" in sightings[1].excerpt


def test_a_number_is_known_again_by_its_hash_alone():
    once, again = (seen(f"身份证号：{number}")[0].detail for number in (identity(5), identity(5).lower()))
    other = seen(f"身份证号：{identity(6)}")[0].detail
    assert once["hash"] == again["hash"] != other["hash"]
    assert once["hash"].isalpha()


def test_the_same_numbers_are_one_fault_on_any_page_and_others_are_not():
    first, second = seen(f"身份证号：{identity(5)}"), seen(f"另页，身份证：{identity(5)}")
    assert first[0].key == second[0].key != seen(f"身份证号：{identity(6)}")[0].key


def test_many_numbers_are_one_sighting_of_a_kind():
    text = "身份证号\n" + "\n".join(identity(n) for n in range(1, 200))
    (sighting,) = seen(text)
    assert sighting.detail["count"] == 199
    assert len(sighting.detail["others"]) == 30
    start, end = sighting.span
    assert text[start:end] == identity(1)


@pytest.mark.parametrize(
    "number",
    [
        identity(1)[:-1] + ("0" if identity(1)[-1] != "0" else "1"),  # check digit
        identity(1, "19900230"),  # no day
        identity(1, "20190101"),  # born after the page was read
        identity(1, "18900101"),  # too old
        identity(1, division="990102"),  # no division
        "1" + identity(1),
        identity(1) + "7890",
    ],
)
def test_what_only_looks_like_an_identity_number_is_none(number):
    assert seen(f"身份证号：{number}。") == []


def test_a_number_that_counts_cases_is_no_child():
    assert seen(f"见附件 {identity(18, '20180315')} 号文件") == []
    assert told(seen(f"身份证号：{identity(18, '20180315')}")) == [["id_card", 1]]


def test_a_letter_writer_on_a_board_is_a_person():
    text = f"来信人：{name(6)}\n联系电话：{mobile(6)}\n来信内容：我村道路年久失修。\n回复单位电话：{mobile(7)}"
    assert told(seen(text, kind="letter")) == [["mobile", 1]]
    assert seen(text, kind="article") == []


@pytest.mark.parametrize(
    "text",
    [
        "1" * 1_000_000, "139 " * 250_000, (mobile(1) + "\n") * 80_000, "姓名\n" * 200_000 + mobile(1), "家庭住址：" + "号1" * 400_000,
        "\n".join(f"{name(n)}\n{mobile(n)}\n{identity(n)}" for n in range(20_000)), "家庭住址：" * 200_000, "[" * 1_000_000,
    ],
    ids="ones groups mobiles headings address rows labels brackets".split(),
)  # fmt: skip
def test_hostile_text_costs_bounded_time(text):
    start = time.process_time()
    seen(f"低保名单公示\n姓名\n{text}", "低保名单公示")
    assert time.process_time() - start < 4
