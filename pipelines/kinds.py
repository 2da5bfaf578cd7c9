"""What kind of site a row of the register is, for rules that are not for all: 门户网站, 提供对外服务.

The register has no column for it.  A portal (县级以上人民政府门户网站, 国务院部门网站) is told by its name and its
organiser; where they leave a doubt it is none, for a portal has more to answer for.
"""

from __future__ import annotations

import re
from functools import lru_cache

from govcrawl.contracts import Site
from pipelines.standards.rules import Kind

_AREA = r"(?:省|自治区|市|自治州|州|盟|地区|县|区|旗)"
#: 昆明市西山区人民政府网站, 隆阳区门户网站, 昌宁县人民政府门户网.
_PORTAL_NAME = re.compile(rf"(?:中国)?\S*{_AREA}(?:人民政府(?:(?:门户)?网站?)?|(?:政府)?门户网站?)(?:[（(]\S*[）)])?")
_GOVERNMENT = re.compile(rf"\S*{_AREA}(?:人民政府|政府)(?:办公[厅室])?(?:、\S+|[（(]\S*[）)])?")
_MINISTRY = re.compile(r"bm\d{2}00\d{4}")
#: Nor what ends on 区 and is no division: of the 新区 only these two are districts.
_BELOW_COUNTY = re.compile(
    r"[乡镇]|街道|社区|委员会|管委会|[园景]区|(?:开发|高新|经开|经济|工业|产业|保税|空港|度假|保护|风景|名胜|示范|试验|实验|合作|先行|集聚|管理"
    r"|功能|生态|科技|商务)区|(?<!浦东)(?<!滨海)新区"
)
#: Organs of the Party, courts and others that the rules of government sites don't bind; what is called 局 or 委员会 and is no organ.
_APART = re.compile(
    r"中共|共青团|党委|[省市县区州盟旗]委$|纪检?委|纪律检查|人大|人民代表大会|政协|政治协商|法院|检察院|民革|民盟|民建|民进|农工|九三|致公|台盟|工商联|仲裁|残联"
    r"|[居村]民?委|[组筹]委|(?:组织|筹备)委员会|(?:供电|电力|铁路|港务|邮政|电信|石油|勘[查探察]|地矿|地勘)(?:管理)?局"
)
_PERHAPS = re.compile(r"门户|人民政府")


@lru_cache(maxsize=4096)
def _kinds(code: str, name: str, organiser: str, level: str, serves_public: bool) -> frozenset[Kind]:
    kinds: set[Kind] = {"service"} if serves_public else set()
    if _is_portal(code, name.strip(), organiser.strip(), level):
        kinds.add("portal")
    return frozenset(kinds)


def kinds_of(site: Site) -> frozenset[Kind]:
    return _kinds(site.code, site.name, site.organiser, site.level, site.serves_public)


def is_apart(name: str) -> bool:
    """Of a body: no organ of a government, though it may be called like one."""
    return bool(_APART.search(name))


def may_be_portal(site: Site) -> bool:
    """Its name speaks of one, and it could not be told."""
    return "portal" not in kinds_of(site) and bool(_PERHAPS.search(site.name)) and not _BELOW_COUNTY.search(site.name)


def _is_portal(code: str, name: str, organiser: str, level: str) -> bool:
    if _BELOW_COUNTY.search(f"{name}{level}"):
        return False
    if _MINISTRY.fullmatch(code):
        return name.endswith(("门户网站", "门户网"))
    return bool(_PORTAL_NAME.fullmatch(name)) and (not organiser or bool(_GOVERNMENT.fullmatch(organiser)))
