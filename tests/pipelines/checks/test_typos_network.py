"""What the network expects at a place."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.checks import typos
from pipelines.checks._typos.model import load
from pipelines.checks._typos.network import EDGE, FIRST, RARE, REACH, Network, packed, unpacked, windows
from pipelines.checks._typos.suspected import candidates


@pytest.fixture(scope="module")
def network() -> Network:
    return load().judge.network


def test_a_window_ends_with_its_sentence(network: Network) -> None:
    text = "前一句话。依法追究刑事责任；后一句话。"
    (row,) = windows(network.numbers(text), np.array([text.index("刑")]))
    seen = [network.numbers(c)[0] for c in "依法追究事责任"]
    assert row.tolist() == [EDGE] * (REACH - 4) + seen + [EDGE] * (REACH - 3)


def test_marks_and_rare_characters_are_kinds(network: Network) -> None:
    full, half, comma, rare, law = network.numbers("。;，龘法")
    assert full == half == EDGE
    assert EDGE < comma < rare == RARE < FIRST <= law
    assert len(set(network.numbers("“《（【").tolist())) == 1


def test_it_knows_what_official_text_says(network: Network) -> None:
    text = "依法追究形事责任"
    at = np.array([4])
    logs = network.logs(windows(network.numbers(text), at))[0]
    assert np.exp(logs).sum() == pytest.approx(1, abs=1e-3)
    meant, written = network.numbers("刑形")
    assert logs.argmax() == meant
    assert logs[meant] - logs[written] > 5


def test_a_byte_a_weight_is_enough(network: Network) -> None:
    rng = np.random.default_rng(1)
    own = Network(
        network.tokens,
        rng.normal(size=(20, 3)).astype(np.float32),
        tuple(rng.normal(size=s).astype(np.float32) for s in ((60, 8), (8, 8), (8, 5), (5, 20))),
        tuple(rng.normal(size=s).astype(np.float32) for s in (8, 8, 5, 20)),
    )
    seen = rng.integers(0, 20, (50, 2 * REACH)).astype(np.uint16)
    again = unpacked(packed(own))
    assert np.abs(again.weights[0] - own.weights[0]).max() <= np.abs(own.weights[0]).max() / 254 + 1e-6
    assert np.corrcoef(again.logs(seen).ravel(), own.logs(seen).ravel())[0, 1] > 0.99


def test_a_candidate_may_stand_beside_another_error() -> None:
    judge, text = load().judge, "落实安全生产责人制渡，防止事故"
    found = candidates(judge.grams.numbers(text), judge.grams, judge.confusions)
    wanted = judge.grams.numbers("任")[0]
    assert any(text[at] == "人" and row[4] == wanted for at, row in zip(found.at.tolist(), found.meant, strict=True))


@pytest.mark.parametrize(
    "text",
    ["我局党组书记、局长管礼伦同志主持会议并讲话。", "为重点，努力提升社保工作服务水平，单次个人自付费用未达标准。"],
)
def test_names_before_a_title_and_newer_words_are_left_alone(text: str) -> None:
    assert [text[f.start : f.end] for f in typos.faults(text)] == []


def test_newer_words_are_words() -> None:
    terms = load().terms
    assert len(terms) > 100
    assert all(2 <= len(term) <= 6 for term in terms)
