"""错字漏字: pages and what is found on them, the lists themselves, hostile text."""

from __future__ import annotations

import json
import random
import time
from itertools import islice
from pathlib import Path

import pytest

from govcrawl import settings
from govcrawl.contracts import Page, Task
from govcrawl.facts import Facts
from govcrawl.reading import read
from pipelines.checks import MAX_SIGHTINGS, Look, Sighting, typos
from pipelines.checks._typos.model import load
from tests.pipelines.test_observe import AT

FOLDER = Path(__file__).parent / "typos"
URL = "http://a.gov.cn/tzgg/1.html"


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    typos.forget()
    monkeypatch.setattr(settings, "SUSPECT_TYPOS", True)


def found(text: str) -> list[Sighting]:
    facts = Facts("article", "标题", "utf-8", text=text)
    look = typos.look(Look(Task("5300000001", "site", "article", URL), Page(URL, "ok", 200, AT, 0.1), facts))
    return list(islice(look, MAX_SIGHTINGS))


def words(text: str) -> list[tuple[str, str]]:
    return [(s.detail["wrong"], s.detail["right"]) for s in found(text)]


@pytest.mark.parametrize("name", sorted(p.stem for p in FOLDER.glob("*.html")))
def test_pages(name: str) -> None:
    text = read((FOLDER / f"{name}.html").read_bytes(), URL, role="article").text
    assert text, "the fixture must be readable"
    seen = [[s.indicator, s.detail["wrong"], s.detail["right"]] for s in found(text)]
    assert sorted(seen) == sorted(json.loads((FOLDER / f"{name}.json").read_text("utf-8")))


def test_a_sighting_has_its_place_its_sentence_and_its_confidence() -> None:
    text = "第一句没有问题。\n请认真研究典型案列，抓好整改。"
    (one,) = found(text)
    assert one.span is not None
    assert text[slice(*one.span)] == "案列"
    assert one.excerpt == "请认真研究典型案列，抓好整改。"
    assert one.detail == {"wrong": "案列", "right": "案例", "term": "典型案列，抓", "confidence": 1.0}


def test_a_suspected_character_is_shown_in_a_word_and_is_never_serious() -> None:
    text = "各级各部门要切实加强对安全生产工作的领导，落实安全生产责人制，防止事故发生。"
    (one,) = found(text)
    assert one.indicator == "typo"
    assert "责人" in one.detail["wrong"]
    assert "责任" in one.detail["right"]
    assert typos.SUSPECTED <= one.detail["confidence"] < 1


def test_the_same_sentence_is_the_same_fault_on_every_page() -> None:
    assert {s.key for s in found("典型案列")} == {s.key for s in found("首页\n典型案列\n")}


def test_a_sentence_without_a_fault_is_looked_at_once_one_with_a_fault_each_time() -> None:
    text = "请认真研究典型案列，抓好整改。\n本通知自印发之日起施行。"
    assert [len(found(text)) for _ in range(3)] == [1, 1, 1]
    assert len(typos._faultless) == 1


def test_no_entry_is_wrong_in_what_is_right() -> None:
    entries = load().certain.entries
    right = "\n".join(sorted({e.right for e in entries}))
    assert list(load().certain.find(right)) == []
    assert all(e.wrong != e.right for e in entries)
    assert all(e.wrong in word for e in entries for word in e.unless)
    assert {e.serious for e in entries} == {True, False}


def test_words_that_hold_a_wrong_one_are_right() -> None:
    unless = [word for e in load().certain.entries for word in e.unless]
    assert unless
    assert [word for word in unless if words(f"关于{word}的说明")] == []


@pytest.mark.parametrize(
    "text",
    [
        "拔" * 200_000,
        "案列" * 100_000,
        "".join(random.Random(1).choices([chr(c) for c in range(0x4E00, 0x9FA5)], k=200_000)),
        "“" * 200_000 + "案列应为" + "”" * 1000,
        "\ud800\udfff" + "案列\udc00",
        "𠮷" * 10_000 + "案列",
        "。" * 200_000,
        "",
    ],
    ids=[
        "one character",
        "one fault",
        "rubbish",
        "quotes",
        "lone surrogates",
        "beyond the plane",
        "full stops",
        "empty",
    ],
)
def test_hostile_text_costs_little(text: str) -> None:
    load()
    started = time.process_time()
    assert len(found(text)) <= MAX_SIGHTINGS
    assert time.process_time() - started < 5


def test_without_the_second_look_only_what_is_certain_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "市人民政府召开会议，研究部署安全生产工做，要求各部门切实履行职责。"
    assert [s.detail["wrong"] for s in found(text) if s.detail["confidence"] < 1]
    typos.forget()
    monkeypatch.setattr(settings, "SUSPECT_TYPOS", False)
    assert not [s for s in found(text) if s.detail["confidence"] < 1]


SAMPLE = [line.split("\t") for line in (Path(__file__).parent / "typos_sample.tsv").read_text("utf-8").splitlines()]


def test_of_errors_in_official_sentences_most_are_found_and_nothing_else_is() -> None:
    """What was measured on other text (docs/figures.md) must not fall unseen: a worse model fails here."""
    told = [[(sentence[f.start : f.end], f.start, f.end) for f in typos.faults(sentence)] for sentence, _ in SAMPLE]
    assert sum(map(len, told)) == sum(
        any(wrong in word for word, _, _ in words) for (_, wrong), words in zip(SAMPLE, told, strict=True)
    )
    assert sum(map(bool, told)) >= 10


@pytest.mark.parametrize(
    "text",
    [
        "本乡现有林地三万余亩，木耳、香菇等食用菌合作社十二家，去年户均增收四千余元。",
        "请各参训人员携带本人身份证、近期免冠一寸照片，于九月三日前到县委党校报到。",
        "景区内有溶洞、飞瀑、古榕树群，春季杜鹃花开，适宜徒步和露营。",
        "县融媒体中心开通“掌上办事”小程序，群众可在线预约挂号、缴纳水费。",
        "老人家说，从前翻山要走三个时辰，如今硬化路通到家门口，骑摩托一刻钟就到。",
        "我局拟采购台式计算机二十台、激光打印机六台，欢迎合格供应商报名。",
        "傣族泼水节期间，县城主干道实行交通管制，过往车辆请绕行环城南路。",
        "各村要抓好红火蚁防控、秋粮收割和冬小麦播种，备足化肥、地膜等农资。",
        "选拔给予优先考虑，海拔给人以挑战。",
        "《云南省气象条例》《昆明市城镇绿化条例》《某某县烟花爆竹燃放规定》",
        "《中华人民共和国行政许可法》《行政许可法》《中华人民共和国监察官法》",
    ],
)
def test_nothing_is_said_of_what_is_right(text: str) -> None:
    assert words(text) == []


@pytest.mark.parametrize(
    ("title", "right"),
    [
        ("中华人民共和国行政许可珐", "中华人民共和国行政许可法"),
        ("中华人民共国行政许可法", "中华人民共和国行政许可法"),
        ("中华人民共和国政府政府信息公开条例", ""),
        ("中华人民共和国职业病防止法", "中华人民共和国职业病防治法"),
        ("中华人民共和国行政诉诉讼法", "中华人民共和国行政诉讼法"),
        ("中华人民共和国道路通交安全法", "中华人民共和国道路交通安全法"),
    ],
)
def test_a_law_whose_title_is_one_slip_away_is_a_serious_error(title: str, right: str) -> None:
    seen = [(s.indicator, s.detail["right"]) for s in found(f"依照《{title}》的规定，制定本办法。")]
    assert seen == ([("serious_error", right)] if right else [])


def test_titles_that_may_be_another_law_s_are_left_alone() -> None:
    titles = load().titles
    assert titles.meant("山东省农村公路条例") is None
    assert [
        titles.meant(t) for t in ("山西省农村公路条例", "山车省农村公路条例", "出口商品检验法", "行政处罚法第二修正案")
    ] == [None] * 4


def test_what_stands_beside_a_suspect_is_looked_at_again_with_that_one_mended() -> None:
    text = "深化医药卫生体智改各，完善制度。"
    assert {text[f.start]: f.right for f in typos.faults(text)} == {"智": "制", "各": "革"}
