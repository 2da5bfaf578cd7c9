"""公开信息涉及个人隐私: a person's identity number, mobile number, bank card or door, where it is published for no one's good.

An identity number is a leak wherever it stands whole.  For the others the words around decide, and in doubt nothing is said: the
number of an office, of somebody to ask or to complain to, is there to be called.  A number is a leak in a person's own words
(本人电话), in the record of a person (beside an identity number, or sex, birth and home), and in a list of people who get something
(低保, 补助, 助学 …), beside a name.

Clause: listed.privacy_leak of the packs; 个人信息保护法 §§ 25, 28.  ``detail``: ``kind``, ``masked`` and ``hash`` of the first, ``count``;
``others``: [masked, hash] of the next ones.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from govcrawl.private import Private, born, find, fingerprint, is_division, masked
from pipelines.checks import Look, Sighting

NAME = "privacy"
INDICATORS = ("privacy_leak",)
FILES = True

MOST = 30  #: numbers of one kind that are named one by one
ENOUGH = 2000  #: numbers that are looked at
NEAR, ROW, HEAD, ABOVE = (
    40,
    90,
    300,
    4000,
)  #: characters: a label; a row, cell by cell; the head of a page; the heading of a table
GROWN_UP, OLDEST = 16, 120  #: years; an unlabelled number with a younger birth date is as often one that counts cases
FEWEST = 2  #: mobile numbers beside a name make a list

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江"
    "尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴"
    "霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾"
    "隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝普尼木岩罕佤撒召玉"
)
_NO_NAMES = frozenset(
    (
        "金额 高中 方式 安全 安置 方案 方法 成绩 成人 成员 万元 单位 单价 单元 白族 "
        "黄色 江苏 江西 马上 牛羊 田地 路费 车辆 车牌 通知 项目 应急 应发 任务 常住 "
        "平房 文化 文件 房屋 武装 于是 余额 党员 包括 左右 全部 全县 全市 全年 全额 "
        "解决 计划 符合 经理 关系 简介 查询 查看 时间 时限 和平 明细 明确 农户 农业 "
        "农村 司法 司机 严重 石油 温室 许可 元旦 向上 管理 管护 苗族 普通 商铺 师范 "
        "古城 施工 文盲 章程 季度 连续 吉林 兰州 宁夏 广西 常年 应届 成功 易地 华侨 "
        "申请 申报 时段 张数 高等 高级 高职 牛奶 玉米 尚未 关于 严禁 安装 石材 车间 "
        "江川 普洱 安宁 盛世 白天 项数 万人 明年 季节 全家 全村 毕业 和谐 文山 玉溪 "
        "麻栗坡"
    ).split()
)
_NAME = re.compile(
    rf"(?<![\u4e00-\u9fff])(?:[{_SURNAMES}]|欧阳|司马|上官|诸葛)(?:[\u4e00-\u9fff·]{{1,3}}|[*＊某]{{1,2}}[\u4e00-\u9fff]?)(?![\u4e00-\u9fff*])"
)
_IDENTITY = re.compile(r"身份证|公民身份|证件号|身份号码|残疾证")
_SPECIMEN = re.compile(r"(?:例如?|样[例本张]|示例|比如|格式|填写说明|如)[：:，,]?\s*\S{0,6}$")
_COUNTED = re.compile(
    r"(?:编号|文号|案号|单号|流水号|项目代码|许可证号?|合同号|信用代码|批次号?|档案号|受理号|备案号)\D{0,4}$"
)
#: Words of a label or sentence that names whom to call.
_OFFICE = re.compile(
    r"联系人|联络|咨询|值班|投诉|举报|监督|热线|传真|客服|服务|办公|报名|预约|受理|经办|承办|负责|主管|经理|主任|[科局所处股院校站队镇乡县区书河湖林路田村组班会部厅团社馆]长|书记|干事|老师|医生|律师|"
    r"先生|女士|小姐|同志|招聘|求职|代理|公司|企业|销售|订购|维修|技术|法定代表|法人|采购|招标|致电|拨打|来电|异议|记者|通讯员|编辑|来函|应聘|电商|店|调解|网格|责任人|帮扶|驻村|管理员"
)
#: Of a whole list: its people are to be called, or are no private persons.
_CALLED = re.compile(
    r"值班|通讯录|联系方式|联系电话|电话表|联系人|联络员|河长|湖长|林长|路长|田长|网格|包保|责任人|责任表|负责人|挂钩|挂包|帮扶(?:干部|责任)|驻村|工作队|服务|律师|公证|企业|公司|机构|单位|医院|"
    r"药店|学校|幼儿园|门店|经营|中介|村医|医师|调解员|志愿|供应商|经销|合作社|干部|领导|委员|代表|专家|防汛|应急|安全员|辅导员|农技|施工|业主|招聘|岗位|经办|专干|协理员|专员|工作人员|办事|宣讲|教师"
)
_RECIPIENTS = re.compile(
    r"公示|名单|名册|花名册|发放|补助|补贴|救助|低保|五保|特困|抚恤|优抚|资助|助学|奖学金|危房|脱贫|贫困|受助|受益|中签|公租房|廉租房|保障房|失业|退休|录取|入学|参保|慰问"
)
_HEADING = re.compile(r"姓\s*名|户\s*主|学生|申请人|受益人|领取人|受助人|家长|监护人")
#: Of a heading: the table is of private persons.
_RECORD = re.compile(r"身份证|家庭(?:住址|地址|人口)|户\s*主|监护人|家长|一卡通|银行卡|存折|开户|残疾")
_PERSON = re.compile(r"[，,、\s][男女][，,、\s]|出生于|生于|家住|家庭住址|身份证")
_OWN = re.compile(r"(?:本人|我|我们|我家|家里|自己)的?(?:联系)?(?:电话|手机|号码|手机号码?|联系方式)\D{0,8}$")
_WRITER = re.compile(
    r"(?:来信|留言|写信|提问|咨询|投诉|举报|反映|诉求)人(?:姓名)?[：:\s](?:(?!回复|答复|办理|受理|内容|单位)[^。])*$"
)
_BARE = re.compile(r"\s*(?:联系|移动|手机|办公)?(?:电话|手机|方式|号码|手机号码?)[：:]\s*")
_ABOVE_BARE = re.compile(r"身份证\S{0,4}[：:]\s*[\dXx]{15,18}\D{0,40}$")
_ACCOUNT = re.compile(r"卡\s*号|账\s*号|帐\s*号|银行卡|一卡通|存折|账户|帐户")
_ORGANISATION = re.compile(
    r"公司|单位名称|专户|捐|缴[款费纳存]|保证金|汇款|收款单位|财政|法院|协会|(?:户名|户\s名|全称)[：:\s]*\S{2,30}?[局会院社所厅部委中心校馆]"
)
_SENTENCE = re.compile(r"[。；！？]")


def look(page: Look) -> Iterator[Sighting]:
    text, found = page.facts.text, list(islice(find(page.facts.text), ENOUGH))
    if not found or page.task.role in ("as_engine", "script"):
        return
    seen = _Page(page, text, found)
    tests = {
        "id_card": seen.is_identity,
        "mobile": seen.is_private,
        "bank_card": seen.is_account,
        "address": seen.is_home,
    }
    for kind, leaks in tests.items():
        leaked = [one for one in found if one.kind == kind and leaks(one)]
        if leaked:
            yield _sighting(text, leaked)


def _sighting(text: str, leaked: list[Private]) -> Sighting:
    """One for a page and kind: whoever mends it mends the page.  The same numbers on another page are the same fault."""
    each = {fingerprint(one.kind, one.plain): one.masked(text) for one in leaked}
    (digest, shown), *others = each.items()
    first, kind = leaked[0], leaked[0].kind
    detail = {
        "kind": kind,
        "masked": shown,
        "hash": digest,
        "count": len(each),
        "others": [[m, h] for h, m in others[:MOST]],
    }
    return Sighting(
        "privacy_leak", _sentence(text, first), detail, f"{kind} {fingerprint(kind, ' '.join(sorted(each)))}",
        (first.start, first.end),
    )  # fmt: skip


def _sentence(text: str, one: Private) -> str:
    start = max(one.start - NEAR, text.rfind("\n\n", 0, one.start) + 1)
    # masked first, with what is around: a number that is cut in two is no longer seen to be one
    wide = max(start - ROW, 0)
    return masked(text[wide : one.end + ROW])[start - wide : one.end - wide + NEAR // 2].strip()


class _Page:
    """The words around a number, and what they say."""

    def __init__(self, page: Look, text: str, found: Iterable[Private]) -> None:
        self.text, self.at = text, page.page.at.date()
        self.head = f"{page.facts.title} {text[:HEAD]}"
        self.board = page.facts.kind in ("board", "letter")
        self.identities = [one.start for one in found if one.kind == "id_card" and self.is_identity(one)]
        self.in_rows = {one.start for one in found if one.kind == "mobile" and self._in_row(one)}

    def _before(self, one: Private, length: int) -> str:
        return self.text[max(one.start - length, 0) : one.start]

    def _around(self, one: Private) -> str:
        """The row: its cells are lines of their own."""
        return self.text[max(one.start - ROW, 0) : one.end + NEAR]

    def _line(self, one: Private) -> str:
        """What stands before it in its sentence."""
        return _SENTENCE.split(self._before(one, ROW).rpartition("\n")[2])[-1]

    # --- identity numbers ---

    def is_identity(self, one: Private) -> bool:
        near, day = self._before(one, NEAR), born(one.plain)
        labelled = bool(_IDENTITY.search(self._before(one, HEAD)))
        if day is None or _SPECIMEN.search(near) or not day <= self.at or _age(day, self.at) > OLDEST:
            return False
        if len(one.plain) == 15:  # without a check digit
            return bool(_IDENTITY.search(near)) and is_division(one.plain[:6])
        if not one.sure or (_COUNTED.search(near) and not _IDENTITY.search(near)):
            return False
        return labelled or _age(day, self.at) >= GROWN_UP or bool(_names(near))

    # --- mobile numbers ---

    def is_private(self, one: Private) -> bool:
        line = self._line(one)
        if _OWN.search(line) or (self.board and _WRITER.search(self._before(one, ROW))):
            return True
        if _OFFICE.search(line):
            return False
        listed = one.start in self.in_rows and len(self.in_rows) >= FEWEST
        return (listed or self._beside_identity(one) or bool(_PERSON.search(line))) and bool(_names(self._around(one)))

    def _beside_identity(self, one: Private) -> bool:
        """In one sentence or row with it; a line that only says 电话：is an office's below a table, a person's below 身份证号：."""
        if _BARE.fullmatch(self._line(one)):
            return bool(_ABOVE_BARE.search(self._before(one, ROW)))
        first = bisect_left(self.identities, one.start - ROW)
        near = self.identities[first : bisect_left(self.identities, one.start + ROW)]
        return any(not _SENTENCE.search(self.text[min(at, one.start) : max(at, one.start)]) for at in near)

    def _in_row(self, one: Private) -> bool:
        """A cell of its own, or words without a sentence, beside a name, under a heading, in a list of people who get something."""
        above = self._before(one, ABOVE)
        heading = list(_HEADING.finditer(above))
        if not heading or _OFFICE.search(self._line(one)) or _SENTENCE.search(self._line(one)):
            return False
        table = above[heading[-1].start() - NEAR if heading[-1].start() > NEAR else 0 :][: 2 * ROW]
        if _CALLED.search(self.head.replace("联系方式", "").replace("联系电话", "")) or _is_called(table):
            return False
        wanted = _RECIPIENTS.search(self.head) or _RECORD.search(table)
        return bool(wanted and _names(self._before(one, ROW)))

    # --- bank cards, homes ---

    def is_account(self, one: Private) -> bool:
        around = self._before(one, ROW) + self.text[one.end : one.end + NEAR]
        told = _ACCOUNT.search(self._before(one, ABOVE if self.identities or self._is_list() else ROW))
        return one.sure and bool(told and _names(around)) and not _ORGANISATION.search(around)

    def _is_list(self) -> bool:
        return bool(_RECIPIENTS.search(self.head) and _HEADING.search(self.text))

    def is_home(self, one: Private) -> bool:
        around = self._before(one, ROW)
        return bool(_names(around)) and not _OFFICE.search(self._line(one)) and not _ORGANISATION.search(around)


def _is_called(table: str) -> bool:
    """The heading of a table whose people are to be called; a column of numbers is named 联系电话 in any."""
    return bool(_CALLED.search(re.sub(r"联系(?:电话|方式)|工作单位|单位", "", table[:ROW])))


def _names(text: str) -> list[str]:
    return [name for name in _NAME.findall(text) if name not in _NO_NAMES and name[:2] not in _NO_NAMES]


def _age(day: date, at: date) -> float:
    return (at - day).days / 365.25
