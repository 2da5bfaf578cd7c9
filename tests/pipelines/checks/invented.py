"""Numbers that no person has, with the check digits of real ones; fixtures name them: ``{{id 3}}``, ``{{mobile 3}}``, ``{{card 3}}``."""

from __future__ import annotations

import re

from stdnum import luhn
from stdnum.cn import ric

SURNAMES, GIVEN = "赵钱孙李周吴郑王", "甲乙丙丁戊己庚辛壬癸"


def identity(n: int, born: str = "", division: str = "530102") -> str:
    first = f"{division}{born or f'19{40 + n % 50}{1 + n % 12:02}{1 + n % 28:02}'}{n % 1000:03}"
    return first + ric.calc_check_digit(first + "0")


def mobile(n: int) -> str:
    return f"139{n * 7919 % 10**8:08}"


def card(n: int) -> str:
    first = f"62170038{n * 104729 % 10**10:010}"
    return first + luhn.calc_check_digit(first)


def name(n: int) -> str:
    return SURNAMES[n % 8] + GIVEN[n % 10] + GIVEN[n // 10 % 10]


MADE = {"id": identity, "mobile": mobile, "card": card, "name": name}


def filled(words: str) -> str:
    return re.sub(r"\{\{(\w+) (\d+)\}\}", lambda m: MADE[m[1]](int(m[2])), words)
