"""Which sites are portals: told by name and organiser, and in doubt not."""

from __future__ import annotations

import pytest

from govcrawl.contracts import Site
from pipelines.kinds import kinds_of, may_be_portal


def site(name: str, organiser: str = "", code: str = "5301120001", level: str = "", serves: bool = True) -> Site:
    return Site(code, name, "http://a.gov.cn/", "昆明", organiser=organiser, level=level, serves_public=serves)


PORTALS = [
    ("昆明市西山区人民政府网站", ""), ("江川区人民政府", ""), ("隆阳区门户网站", ""), ("昌宁县人民政府门户网", "昌宁县人民政府办公室"),
    ("维西傈僳族自治县人民政府门户网站", "维西傈僳族自治县人民政府"), ("云南省人民政府门户网站", "云南省人民政府办公厅"),
    ("上海市浦东新区人民政府门户网站", ""), ("天津市滨海新区政府门户网站", ""), ("示例市矿区人民政府网站", ""), ("神农架林区人民政府网站", ""),
    ("西安市新城区人民政府门户网站", ""), ("楚雄州政府门户网站", "楚雄州人民政府"), ("大理白族自治州人民政府网", ""), ("广西壮族自治区人民政府门户网站", ""),
]  # fmt: skip
OTHERS = [
    ("昆明市统计局网站", "昆明市统计局"), ("昆明市教育局门户网站", "昆明市教育局"), ("孟连政务信息网", ""), ("兰坪网", ""),
    ("示例县人民政府门户网站", "示例县教育局"), ("示例县示例镇人民政府网站", ""), ("示例市人民政府金融办公室网站", ""),
    ("示例区人民政府教育局", ""), ("示例市人民政府办公室", ""), ("示例市人民政府信息网", ""), ("示例经济开发区门户网站", "示例区人民政府"), ("示例县人民政府驻京办事处", ""), ("示例市人民政府网", "示例市新区管委会"),
]  # fmt: skip


NO_DIVISIONS = ["滇池旅游度假区", "示例自然保护区", "示例国家级风景名胜区", "示例市示例社区", "示例高新区", "示例综合保税区", "示例经济技术开发区", "示例新区",
                "示例工业园区", "示例景区", "示例先行示范区", "示例自由贸易试验区", "示例空港经济区"]  # fmt: skip


@pytest.mark.parametrize("name", NO_DIVISIONS)
def test_areas_that_are_no_divisions_have_no_portals(name: str):
    for words in ("门户网站", "门户网", "政府门户网站", "人民政府网站"):
        assert kinds_of(site(name + words)) == {"service"}
        assert not may_be_portal(site(name + words))


@pytest.mark.parametrize(("name", "organiser"), PORTALS)
def test_portals(name: str, organiser: str):
    assert kinds_of(site(name, organiser)) == {"portal", "service"}
    assert not may_be_portal(site(name, organiser))


@pytest.mark.parametrize(("name", "organiser"), OTHERS)
def test_others(name: str, organiser: str):
    assert kinds_of(site(name, organiser)) == {"service"}


def test_ministries_levels_and_services():
    assert "portal" in kinds_of(site("示例部门户网站", code="bm07000001"))
    assert "portal" not in kinds_of(site("示例部门户网站", code="bm07010001"))
    assert "portal" not in kinds_of(site("示例部网站", code="bm07000001"))
    assert "portal" not in kinds_of(site("示例县人民政府门户网站", level="乡镇"))
    assert kinds_of(site("昆明市统计局网站", serves=False)) == frozenset()


def test_what_is_said_of_doubtful_ones():
    assert may_be_portal(site("孟连政务门户"))
    assert may_be_portal(site("示例县人民政府门户网站", "示例县教育局"))
    assert not may_be_portal(site("示例县示例镇人民政府网站"))
    assert not may_be_portal(site("昆明市统计局网站"))
