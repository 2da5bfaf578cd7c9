"""政务新媒体 under the rules of 2019; nobody is accused by a cell that says nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from govcrawl.contracts import Account
from pipelines.judged_accounts import judge_accounts
from pipelines.standards import load_pack

AS_OF = date(2021, 3, 31)
PACK = load_pack("2019")
GOOD = Account("法治示例", "微信", "示例市司法局", "示例", "", AS_OF, True, True)
WORDS = {name: rule.word for name, rule in PACK.accounts.items()}


def judge(**more):
    (verdict,) = judge_accounts([replace(GOOD, **more)], PACK, AS_OF)
    return verdict


def test_a_good_one():
    verdict = judge()
    assert (verdict.verdict, verdict.pack) == ("pass", PACK.label)
    assert verdict.reasons == verdict.faults == verdict.doubts == ()


@pytest.mark.parametrize(("age", "outcome"), [(0, "pass"), (14, "pass"), (15, "fail"), (400, "fail")])
def test_two_weeks_without_update(age, outcome):
    verdict = judge(updated=AS_OF - timedelta(days=age))
    assert verdict.verdict == outcome
    assert verdict.reasons == ((WORDS["account_not_updated"],) if outcome == "fail" else ())


def test_no_interaction_fails_and_a_missing_registration_is_only_told():
    assert judge(interactive=False).reasons == (WORDS["account_no_interaction"],)
    unregistered = judge(registered=False)
    assert (unregistered.verdict, unregistered.faults) == ("pass", (WORDS["account_unregistered"],))


@pytest.mark.parametrize("day", [None, AS_OF + timedelta(days=1)])
def test_a_date_that_tells_nothing_accuses_nobody(day):
    verdict = judge(updated=day)
    assert (verdict.verdict, verdict.reasons, len(verdict.doubts)) == ("insufficient", (), 1)
    assert judge(updated=day, interactive=False).verdict == "fail"  # what is plain stands


def test_an_unknown_cell_accuses_nobody():
    assert judge(interactive=None).verdict == "insufficient"
    unsaid = judge(registered=None)
    assert (unsaid.verdict, unsaid.faults, len(unsaid.doubts)) == ("pass", (), 1)


def test_only_running_ones_are_judged():
    assert judge(status="永久关停", interactive=False).verdict == "not_checked"


def test_a_standard_without_rules_for_accounts_judges_none():
    assert judge_accounts([replace(GOOD, interactive=False)], load_pack("2015"), AS_OF) == []
