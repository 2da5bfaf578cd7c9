"""Which row of 附件1 a site is counted in.

The rows follow from who signs: under a province its prefectures, under a 直辖市 its districts, under a prefecture its
counties; the issuer's own departments are one row, ``issuer.direct``, and a county has only that one.  Prefectures are
printed short (昆明, 楚雄, 西双版纳), counties in full (梁河县), as the bulletins do; ``issuer.order`` may spell them
otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from govcrawl.contracts import Issuer
from govcrawl.register.codes import LAST_YEAR, name_of, standing, tenures

UNKNOWN_REGION = (
    "地区“{}”既不是下级行政区划，也不在 issuer.order 中；在表中单独成一行"  #: hint of whoever asked ``is_row``
)
_MUNICIPALITIES = ("11", "12", "31", "50")
_DIRECT_COUNTIES = "90"  #: 省直辖县级: 429004 仙桃市 belongs to no prefecture
_HEADING = re.compile(r"市辖区|县|市|林区|.*直辖.*|")  #: entries of the table that are no unit

_NATIONS = (
    "(?:各|回|藏|彝|壮|苗|侗|瑶|白|傣|水|佤|羌|黎|满|土|畲|怒|京|蒙古|维吾尔|布依|朝鲜|土家|哈尼|哈萨克|傈僳|高山|拉祜|东乡|纳西"
    "|景颇|柯尔克孜|达斡尔|仫佬|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|塔塔尔|独龙"
    "|鄂伦春|赫哲|门巴|珞巴|基诺)族|蒙古|哈萨克|柯尔克孜|锡伯|塔吉克|维吾尔"
)
_AUTONOMOUS = re.compile(rf"(.{{2,}}?)(?:{_NATIONS})*自治[区州县旗]")
_SUFFIXED = re.compile(r"(.{2,}?)(?:地区|林区|特区|[省市州盟县区旗])")


@lru_cache(maxsize=8192)
def stem(name: str) -> str:
    """The bare place name, at least two characters: 德宏傣族景颇族自治州 → 德宏, 昆明市 → 昆明, 芒市 → 芒市."""
    found = _AUTONOMOUS.fullmatch(name) or _SUFFIXED.fullmatch(name)
    return found[1] if found else name


def group_of(code: str, region: str, issuer: Issuer, year: int = LAST_YEAR) -> str:
    """The row's name, never empty.

    ``region`` (地区) goes before ``code``; one that is no division is a row of its own, as written.
    ``year``: divisions as of its end, so that a county's sites stay in one row whichever of its codes they carry.
    Raises ``ValueError`` with the reason where neither says which row it is.
    """
    return _by_region(region, issuer, year) if region else _by_code(code, issuer, year)


def is_row(name: str, issuer: Issuer, year: int = LAST_YEAR) -> bool:
    """Whether the name is a division's row, or one that the issuer lists."""
    return name in (*_rows(issuer, year).values(), *issuer.order)


def _by_region(region: str, issuer: Issuer, year: int) -> str:
    if is_row(region, issuer, year):
        return region
    rows = _rows(issuer, year)
    rest = region.removeprefix(name_of(issuer.division, year)) or region
    full = _find(rest, tuple(rows)) or next((full for full in rows if rest.startswith(full)), None)
    return rows[full] if full else region


def _by_code(code: str, issuer: Issuer, year: int) -> str:
    unit, division = code[:6], issuer.division
    if code.isdecimal() and tenures(unit) and unit.startswith(_code_head(division)):
        if unit == division:
            return issuer.direct
        name, rows = name_of(_row_code(unit, division), year), _rows(issuer, year)
        full = _find(name, tuple(rows))
        if not _is_county(division):
            return rows[full] if full else issuer.direct if _HEADING.fullmatch(name) else _printed(name, division)
        if full and rows[full] == issuer.direct:
            return issuer.direct
    raise ValueError(
        f"标识码 {code or '（空）'} 不属于{name_of(division, year)}（{division}）；请核对，或在“地区”一列写明归入哪一行"
    )


@lru_cache(maxsize=32)
def _rows(issuer: Issuer, year: int) -> dict[str, str]:
    """Full name of every division that may have a row → the row's name."""
    division = issuer.division
    own = name_of(division, year)
    rows = {name: _printed(name, division) for name in _names_below(division, year)} | {own: issuer.direct}
    for listed in issuer.order:
        full = _find(listed, tuple(rows))
        if full and listed != issuer.direct and full != own:
            rows[full] = listed
    return rows


@lru_cache(maxsize=8192)
def _find(name: str, fulls: Collection[str]) -> str | None:
    """The division a name means: in full, shortened with its last character (德宏州), else bare if only one fits."""
    for full in fulls:
        if name in (full, stem(full) + full[-1]):
            return full
    same = [full for full in fulls if stem(full) == stem(name)]
    return same[0] if len(same) == 1 else None


def _names_below(division: str, year: int) -> list[str]:
    head = _code_head(division)
    if len(head) == 4:
        heads = [head]
    elif head in _MUNICIPALITIES:
        heads = [f"{head}{n:02}" for n in (1, 2, 3)]
    else:
        heads = [head, head + _DIRECT_COUNTIES]
    units = (f"{head}{n:02}".ljust(6, "0") for head in heads for n in range(1, 100))
    names = (standing(unit, year) for unit in units)
    return [name for name in names if not _HEADING.fullmatch(name)]


def _row_code(unit: str, division: str) -> str:
    """The division of the row a unit is counted in."""
    whole = division.endswith("0000") and unit[:2] not in _MUNICIPALITIES and unit[2:4] != _DIRECT_COUNTIES
    return unit[:4] + "00" if whole else unit


def _code_head(division: str) -> str:
    """What the codes of a division begin with; of a county, whose own may have changed, those of its prefecture."""
    return division[:2] if division.endswith("0000") or division[:2] in _MUNICIPALITIES else division[:4]


def _is_county(division: str) -> bool:
    return not division.endswith("00")


def _printed(name: str, division: str) -> str:
    return stem(name) if division.endswith("0000") and division[:2] not in _MUNICIPALITIES else name
