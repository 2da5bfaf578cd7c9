"""Finding, masking and knowing again; the key of the hash."""

from __future__ import annotations

import logging
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl import private
from govcrawl.private import find, masked, masked_in, masked_url
from tests.pipelines.checks.invented import card, identity, mobile

WORDS = st.text("张三 电话：,，-0129Xx.\n１https://a.gov.cn/?=家庭住址路号栋", max_size=80)
NUMBERS = st.one_of(*(st.integers(0, 9999).map(made) for made in (identity, mobile, card)))


@given(WORDS, NUMBERS, WORDS)
def test_a_text_keeps_its_length_and_whole_numbers_are_hidden(before, number, after):
    text = f"{before}，{number}，{after}"
    shown = masked(text)
    assert len(shown) == len(text)
    assert number not in shown
    assert masked(shown) == shown


@given(WORDS)
def test_only_digits_change(text):
    shown = masked(text)
    assert all(a == b or (b == "*" and a.isalnum()) for a, b in zip(text, shown, strict=True))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13900012345。", "电话139****2345。"),
        ("139 0001 2345", "139 **** 2345"),
        ("139-0001-2345", "139-****-2345"),
        ("+8613900012345", "+86139****2345"),
        ("１３９０００１２３４５", "１３９****２３４５"),
        (identity(1), f"530***********{identity(1)[-4:]}"),
        (card(1), f"6217***********{card(1)[-4:]}"),
        ("家庭住址：昆明市太平路12号3栋501室", "家庭住址：昆明市太平路**号*栋***室"),
        (f"见http://a.gov.cn/q?sjh=13900012345&id={identity(1)}", f"见http://a.gov.cn/q?sjh=139****2345&id=530***********{identity(1)[-4:]}"),
        ("http://a.gov.cn/art/13900012345.html", "http://a.gov.cn/art/13900012345.html"),
        ("0871-65550000", "0871-65550000"),
        ("2018-06-15 10:30:00", "2018-06-15 10:30:00"),
        ("t20180615_1391234567890.html", "t20180615_1391234567890.html"),
        ("统一社会信用代码91530102MA6K000000", "统一社会信用代码91530102MA6K000000"),
        ("滇公网安备53010202000123号", "滇公网安备53010202000123号"),
        ("金额13900012345.67元", "金额13900012345.67元"),
        ("a3900012345b13900012345c", "a3900012345b13900012345c"),
    ],
)  # fmt: skip
def test_what_is_hidden(text, shown):
    assert masked(text) == shown


def test_cards_are_told_by_issuer_and_check_digit():
    good = next(find(card(7)))
    assert (good.kind, good.sure) == ("bank_card", True)
    wrong = card(7)[:-1] + str((int(card(7)[-1]) + 1) % 10)
    assert not next(find(wrong)).sure
    assert not list(find("5" + card(7)[1:]))


def test_what_holds_no_number_is_given_back_as_it_is():
    data = {"items": [["http://a.gov.cn/1.html", "公示", "2018-06-15"]], "n": 3, "none": None}
    assert masked_in(data) is data
    assert masked_in({"a": [("x", mobile(2))], "n": 13900012345}) == {"a": [("x", masked(mobile(2)))], "n": 13900012345}


def test_an_address_still_leads_where_it_led():
    assert (
        masked_url("http://a.gov.cn/139000123456/t13900012345.html") == "http://a.gov.cn/139000123456/t13900012345.html"
    )


def test_logs_and_tracebacks_show_numbers_masked(caplog):
    log = logging.getLogger("of.the.tests")
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(private.MaskedRecord)
    try:
        raise ValueError(f"no {mobile(4)}")
    except ValueError:
        log.exception("at %s %d", f"http://a.gov.cn/?mobile={mobile(4)}", 7)
    finally:
        logging.setLogRecordFactory(before)
    assert mobile(4) not in caplog.text
    assert masked(mobile(4)) in caplog.text
    assert "Traceback" in caplog.text


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GOVCRAWL_HOME", str(tmp_path))
    monkeypatch.delenv("GOVCRAWL_PRIVACY_KEY", raising=False)
    private._key.cache_clear()
    yield tmp_path
    private._key.cache_clear()


def test_the_key_is_made_once_and_for_its_owner_alone(home):
    first = private.fingerprint("mobile", mobile(1))
    private._key.cache_clear()
    assert private.fingerprint("mobile", mobile(1)) == first != private.fingerprint("id_card", mobile(1))
    assert stat.S_IMODE((home / "privacy.key").stat().st_mode) == 0o600
    assert [file.name for file in home.iterdir()] == ["privacy.key"]


def test_a_key_that_is_given_is_taken(home, monkeypatch):
    own = private.fingerprint("mobile", mobile(1))
    private._key.cache_clear()
    monkeypatch.setenv("GOVCRAWL_PRIVACY_KEY", "of all machines")
    assert private.fingerprint("mobile", mobile(1)) != own


def test_long_runs_of_digits_cost_little():
    for text in ("1" * 5_000_000, "139 " * 500_000, "家住" * 500_000, "家住1号" * 100_000):
        assert len(masked(text)) == len(text)
