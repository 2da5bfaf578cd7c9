"""找错留言 before the calendar: the rows of the Yunnan bulletin of 2018-06-26, holidays, and years that nobody announced yet."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.contracts import Message
from pipelines.judged_messages import deadline, judge_messages

AS_OF = date(2018, 6, 15)


def judge(accepted, closed=None, as_of=AS_OF):
    (verdict,) = judge_messages([Message("1", "5300000001", accepted, closed, "政府网站找错")], as_of)
    return verdict


@pytest.mark.parametrize(
    ("accepted", "closed", "due"),
    [
        (date(2018, 4, 2), date(2018, 4, 11), date(2018, 4, 8)),
        (date(2018, 4, 2), date(2018, 4, 18), date(2018, 4, 8)),  # two messages
        (date(2018, 5, 17), date(2018, 5, 23), date(2018, 5, 22)),
        (date(2018, 4, 20), date(2018, 4, 26), date(2018, 4, 25)),
        (date(2018, 4, 2), date(2018, 4, 10), date(2018, 4, 8)),
    ],
)
def test_the_six_rows_of_the_bulletin(accepted, closed, due):
    verdict = judge(accepted, closed)
    assert (verdict.state, verdict.deadline) == ("late", due)
    assert judge(accepted, due).state == "in_time"
    assert judge(accepted, due + timedelta(days=1)).state == "late"


@pytest.mark.parametrize(
    ("accepted", "due"),
    [
        (date(2018, 4, 4), date(2018, 4, 10)),  # 清明 5-7 April off, Sunday the 8th worked
        (date(2018, 2, 14), date(2018, 2, 24)),  # 春节 15-21 February off, Saturday the 24th worked
        (date(2018, 6, 8), date(2018, 6, 13)),  # a Friday
        (date(2018, 6, 9), date(2018, 6, 13)),  # a Saturday
        (date(2018, 12, 28), date(2019, 1, 3)),  # Saturday the 29th worked, 30 December - 1 January off
    ],
)
def test_holidays_and_the_days_worked_for_them(accepted, due):
    assert deadline(accepted) == due


def test_what_is_not_closed():
    assert judge(date(2018, 6, 11)).state == "overdue"
    assert judge(date(2018, 6, 12)).state == "pending"  # due on the cut-off day itself
    assert judge(date(2018, 6, 12), as_of=date(2018, 6, 19)).state == "overdue"


def test_what_was_closed_after_the_cut_off_was_open_then():
    assert judge(date(2018, 6, 14), date(2018, 6, 15)).state == "in_time"
    for closed in (date(2018, 6, 20), date(2018, 6, 21), date(2081, 6, 12)):
        assert judge(date(2018, 6, 14), closed).state == "pending"  # 端午 16-18 June off: due on the 20th
        assert judge(date(2018, 6, 8), closed).state == "overdue"


@pytest.mark.parametrize("accepted", [date(2999, 3, 1), date(1999, 3, 1)])
@pytest.mark.parametrize("waited", [None, 0, 300])
def test_a_year_the_calendar_does_not_know_is_never_guessed(accepted, waited):
    closed = None if waited is None else accepted + timedelta(days=waited)
    verdict = judge(accepted, closed, as_of=date(3000, 1, 1))
    assert (verdict.state, verdict.deadline) == ("unknown", None)
    assert verdict.why.startswith(f"{accepted.year}年受理的留言")


DAYS = st.dates(date(2005, 1, 1), date(2024, 12, 1))


@given(DAYS, st.integers(0, 40))
def test_a_later_close_is_never_better(accepted, waited):
    worth = ["in_time", "late"]
    end = date(2030, 1, 1)
    first, then = (judge(accepted, accepted + timedelta(days=n), end).state for n in (waited, waited + 1))
    assert worth.index(first) <= worth.index(then)
    assert timedelta(days=3) <= deadline(accepted) - accepted <= timedelta(days=14)
