from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.rates import rate, share


@pytest.mark.parametrize(
    ("passed", "total", "digits", "rounding", "printed"),
    [
        (428, 457, 0, "half_up", "94%"),
        (43, 46, 0, "half_up", "93%"),  # 93.478…; the bulletin of 2018-06-26 prints 94% for it
        (572, 579, 2, "half_up", "98.79%"),
        (27, 29, 1, "half_up", "93.1%"),
        (3, 19, 1, "truncate", "15.7%"),
        (3, 19, 1, "half_up", "15.8%"),
        (1, 8, 1, "half_up", "12.5%"),
        (1, 8, 0, "half_up", "13%"),  # exactly 12.5
        (2943, 2944, 0, "half_up", "99%"),
        (2943, 2944, 1, "half_up", "99.9%"),
        (1, 2944, 0, "half_up", "1%"),
        (1, 2944, 2, "truncate", "0.03%"),
        (30, 30, 2, "half_up", "100%"),
        (0, 5, 1, "half_up", "0%"),
        (0, 0, 0, "half_up", "—"),
    ],
)
def test_printed(passed, total, digits, rounding, printed):
    assert rate(passed, total, digits, rounding) == printed


@pytest.mark.parametrize(("passed", "total", "digits"), [(-1, 5, 0), (6, 5, 0), (1, 2, -1)])
def test_what_is_no_rate(passed, total, digits):
    with pytest.raises(ValueError, match="no rate"):
        rate(passed, total, digits)


@given(st.integers(1, 10**9), st.data(), st.integers(0, 6), st.sampled_from(["half_up", "truncate"]))
def test_close_to_the_exact_value_and_never_a_false_extreme(total, data, digits, rounding):
    passed = data.draw(st.integers(0, total))
    printed = rate(passed, total, digits, rounding)
    value, exact, unit = Fraction(printed[:-1]), Fraction(100 * passed, total), Fraction(1, 10**digits)
    assert (printed == "100%") == (passed == total)
    assert (printed == "0%") == (passed == 0)
    assert abs(value - exact) < unit
    if unit <= exact <= 100 - unit:
        assert 0 <= exact - value < unit if rounding == "truncate" else abs(value - exact) <= unit / 2


@given(st.integers(1, 5000), st.integers(0, 3), st.data())
def test_one_more_site_that_passes_never_lowers_the_rate(total, digits, data):
    passed = data.draw(st.integers(0, total - 1))
    low, high = (Fraction(rate(n, total, digits)[:-1]) for n in (passed, passed + 1))
    assert low <= high


def test_shares_in_running_text():
    assert (share(2, 40), share(23, 99), share(1, 3000)) == ("5%", "23.2%", "0.1%")
