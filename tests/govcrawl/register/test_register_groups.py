import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.contracts import Issuer
from govcrawl.register.codes import standing, tenures
from govcrawl.register.groups import group_of, is_row, stem

YUNNAN = Issuer("云南省人民政府办公厅", "530000")
DEHONG = Issuer("德宏州人民政府办公室", "533100", direct="州直")
YEAR = 2018

#: 州、市/部门 and 网站标识码 of annex 2 of the Yunnan bulletin of 2018Q2.
ANNEX_2 = """省直 5300000010 5300000064 5300000051 5300000057
昆明 5301120004 5301110005 5301030005 5301000032
曲靖 5303000015 5303000001
玉溪 5304000026 5304210001 5304260001
保山 5305220003 5305020001 5305230001 5305240001 5305000018
普洱 5308270046
大理 5329230001 5329220040 5329000041
德宏 5331030001
怒江 5333250001 5333000006
迪庆 5334230003
临沧 5309000055 5309000049 5309000040"""
ROWS = [(code, group) for group, *codes in map(str.split, ANNEX_2.splitlines()) for code in codes]


@pytest.mark.parametrize(("code", "group"), ROWS)
def test_the_rows_of_a_real_bulletin(code, group):
    assert group_of(code, "", YUNNAN, YEAR) == group


def test_every_prefecture_is_printed_as_the_bulletin_prints_it():
    printed = {group_of(f"53{n:02}000001", "", YUNNAN, YEAR) for n in range(1, 35) if standing(f"53{n:02}00", YEAR)}
    assert printed == set("昆明 昭通 曲靖 玉溪 保山 楚雄 红河 文山 普洱 西双版纳 大理 德宏 丽江 怒江 迪庆 临沧".split())


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("恩施土家族苗族自治州", "恩施"),
        ("博尔塔拉蒙古自治州", "博尔塔拉"),
        ("克孜勒苏柯尔克孜自治州", "克孜勒苏"),
        ("巴音郭楞蒙古自治州", "巴音郭楞"),
        ("海西蒙古族藏族自治州", "海西"),
        ("双江拉祜族佤族布朗族傣族自治县", "双江"),
        ("隆林各族自治县", "隆林"),
        ("内蒙古自治区", "内蒙古"),
        ("广西壮族自治区", "广西"),
        ("锡林郭勒盟", "锡林郭勒"),
        ("大兴安岭地区", "大兴安岭"),
        ("神农架林区", "神农架"),
        ("达州市", "达州"),
        ("芒市", "芒市"),
        ("丘县", "丘县"),
        ("昆明", "昆明"),
    ],
)
def test_stem(name, bare):
    assert stem(name) == bare


def test_no_nationality_is_left_in_any_name_of_the_tables():
    prefectures = [f"{n}" for n in range(1101, 6591) if tenures(f"{n}00")]
    units = [f"{prefecture}{n:02}" for prefecture in prefectures for n in range(100)]
    names = {tenure.name for unit in units for tenure in tenures(unit) if "自治" in tenure.name}
    assert len(names) > 150
    left = {name for name in names if len(stem(name)) > 3 and stem(name).endswith("族")}
    assert left == {"鄂温克族自治旗"}  # is called by its nationality alone


def test_counties_below_a_prefecture_and_its_own_departments():
    assert group_of("5331000012", "", DEHONG, YEAR) == "州直"
    assert group_of("5331030001", "", DEHONG, YEAR) == "芒市"
    assert group_of("5331220007", "", DEHONG, YEAR) == "梁河县"


def test_sites_of_one_county_stay_in_one_row_whichever_code_they_carry():
    yuxi = Issuer("玉溪市人民政府办公室", "530400", direct="市直")
    assert group_of("5304210001", "", yuxi, YEAR) == group_of("5304030002", "", yuxi, YEAR) == "江川区"
    assert group_of("5304210001", "", yuxi, 2014) == group_of("5304030002", "", yuxi, 2014) == "江川县"


def test_two_living_counties_of_one_bare_name_are_never_mixed():
    hetian = Issuer("和田地区行政公署办公室", "653200", direct="地直", order=("和田县",))
    assert group_of("6532010001", "", hetian, YEAR) == "和田市"
    assert group_of("6532210001", "", hetian, YEAR) == "和田县"
    assert group_of("6532210001", "和田", hetian, YEAR) == "和田"
    assert not is_row("和田", hetian, YEAR)
    city = Issuer("和田市人民政府办公室", "653201", direct="市直")
    with pytest.raises(ValueError, match="不属于和田市"):
        group_of("6532210001", "", city, YEAR)


def test_a_county_has_one_row():
    jiangchuan = Issuer("江川区人民政府办公室", "530403", direct="区直")
    assert group_of("5304030002", "", jiangchuan, YEAR) == "区直"
    assert group_of("5304210001", "", jiangchuan, YEAR) == "区直"
    miyun = Issuer("密云区人民政府办公室", "110118", direct="区直")
    assert group_of("1102280001", "", miyun, YEAR) == "区直"
    with pytest.raises(ValueError, match="不属于江川区"):
        group_of("5304260001", "", jiangchuan, YEAR)


def test_municipalities_have_districts_and_provinces_counties_of_their_own():
    beijing = Issuer("北京市人民政府办公厅", "110000", direct="市直")
    assert group_of("1101050001", "", beijing, YEAR) == "朝阳区"
    assert group_of("1102280001", "", beijing, YEAR) == "密云区"
    assert group_of("1100000001", "", beijing, YEAR) == group_of("1101000001", "", beijing, YEAR) == "市直"
    hubei = Issuer("湖北省人民政府办公厅", "420000", order=("省直", "武汉市", "恩施州", "仙桃市"))
    assert group_of("4290040001", "", hubei, YEAR) == "仙桃市"
    assert group_of("4290210001", "", hubei, YEAR) == "神农架"
    assert group_of("4228010001", "", hubei, YEAR) == "恩施州"


@pytest.mark.parametrize(
    ("region", "group"),
    [
        ("昆明", "昆明"),
        ("昆明市", "昆明"),
        ("云南省昆明市西山区", "昆明"),
        ("德宏州", "德宏"),
        ("德宏傣族景颇族自治州", "德宏"),
        ("省直", "省直"),
        ("云南省", "省直"),
        ("滇中新区", "滇中新区"),
    ],
)
def test_region_goes_before_code(region, group):
    assert group_of("5303000015", region, YUNNAN, YEAR) == group
    assert group_of("bm29030010", region, YUNNAN, YEAR) == group
    assert group_of("", region, YUNNAN, YEAR) == group


def test_order_decides_the_spelling():
    issuer = Issuer("云南省人民政府办公厅", "530000", order=("省直", "昆明市", "德宏州", "滇中新区"))
    assert group_of("5301120004", "", issuer, YEAR) == group_of("", "昆明", issuer, YEAR) == "昆明市"
    assert group_of("5331030001", "", issuer, YEAR) == group_of("", "德宏", issuer, YEAR) == "德宏州"
    assert is_row("滇中新区", issuer, YEAR)
    assert not is_row("滇中新区", YUNNAN, YEAR)
    short = Issuer("德宏州人民政府办公室", "533100", direct="州直", order=("州直", "梁河"))
    assert group_of("5331220007", "", short, YEAR) == group_of("", "梁河县", short, YEAR) == "梁河"


def test_a_prefecture_is_told_from_its_county_of_the_same_name():
    dali = Issuer("大理州人民政府办公室", "532900", direct="州直")
    assert group_of("", "大理州", dali, YEAR) == "州直"
    assert group_of("", "大理市", dali, YEAR) == "大理市"
    jilin = Issuer("吉林省人民政府办公厅", "220000")
    assert group_of("", "吉林市", jilin, YEAR) == group_of("2202000001", "", jilin, YEAR) == "吉林"
    assert group_of("", "吉林省", jilin, YEAR) == "省直"


@pytest.mark.parametrize("code", ["5100000101", "bm29030010", "row-12", "", "5399990001", "533"])
def test_a_foreign_code_has_no_row(code):
    with pytest.raises(ValueError, match="不属于云南省（530000）"):
        group_of(code, "", YUNNAN, YEAR)


@given(
    st.sampled_from([YUNNAN, DEHONG, Issuer("重庆市", "500000"), Issuer("某市", "659001"), Issuer("某县", "533122")]),
    st.from_regex(r"\A(?:53|50|65)[0-9]{8}\Z"),
    st.sampled_from(["", "", "昆明", "市", "某某区", "云南省", " "]),
    st.integers(2000, 2030),
)
def test_a_row_is_never_empty(issuer, code, region, year):
    try:
        group = group_of(code, region, issuer, year)
    except ValueError:
        assert not region
        return
    assert group
    assert group_of(code, region, issuer, year) == group
