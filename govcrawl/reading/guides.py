"""Service guides (办事指南): which of the eight elements the standards name are there, and the forms to download."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from govcrawl.facts import GuideFacts
from govcrawl.reading.document import Document
from govcrawl.reading.regions import Regions

#: The eight elements with what sites call them.  办理时限 is taken for 办理时间: tables of the time held either.
_LABELS: dict[str, str] = {
    "事项名称": r"(?:事项|项目|服务|业务)名称|(?:服务|办理|办事|许可|审批|申请)事项|办事项目",
    "设定依据": r"(?:设[定立]|法律|法定|办理|办事|政策|审批|许可|实施|受理|审查|文件)?依据|法律法规",
    "申请条件": r"(?:申请|申报|办理|受理|审批|许可|办事|准予批准|享受)?的?条件|(?:申请|办理|受理|服务|适用)(?:对象|范围)",
    "办理材料": r"(?:申请|申报|办理|所需|受理|报送|办事|应交|需?要?应?(?:提交|提供)|需要)的?(?:全部)?(?:材料|资料|要件|证件)(?:目录|清单)?"
    r"|材料(?:目录|清单)",
    "办理地点": r"(?:办理+|受理|办公|办事|服务|咨询|联系|窗口|单位)(?:窗口)?地[点址]|(?:办理|受理|服务)(?:窗口|机构|单位|部门)|地[点址]",
    "办理时间": r"(?:办理|(?:对外)?办公|受理|工作|服务|上班|接待)的?时间|(?:办理|办结|承诺|法定|办事|审批|工作)(?:办结|办理)?(?:时限|期限)",
    "联系电话": r"(?:联系|咨询|办公|服务|受理|窗口|监督|投诉|业务)?(?:投诉)?(?:电话|热线)|(?:联系|咨询)方式",
    "办理流程": r"(?:窗口|网上)?(?:办理|办事|审批|许可|申请|申报|受理|工作|服务|业务|审核|运行|外部|内部)?(?:流程|程序|步骤)图?",
}
ELEMENTS: Final = tuple(_LABELS)
_NUMBER: Final = r"(?:[（(【\[]? *(?:[一二三四五六七八九十]{1,3}|\d{1,2}) *[】\]）)、.．:：] *|[【\[●■◆★▪·※] *)?"
_ANY: Final = "|".join(_LABELS.values())
#: Further elements of one label: 申请条件及材料, 办理地点、时间和联系电话.
_MORE: Final = "条件|材料|资料|流程|程序|步骤|时间|时限|期限|地[点址]|电话|依据|对象|范围"
_LINE: Final = re.compile(
    rf"^{_NUMBER}(?P<label>(?:{_ANY})(?:(?:及其?|以及|和|与|、|/|[（(])(?:{_ANY}|{_MORE}|[\u4e00-\u9fff]{{2,6}}))*+)"
    r"(?:[）)]|[（(][^）)\n]{0,20}[）)])? *(?:[】\]：:]|$|(?= )) *[】\]：:]? *(?P<rest>.*)$",
    re.M,
)
_PARTS: Final = re.compile(r"及其?|以及|[和与、/（(）)]")
_PART: Final = tuple(
    (name, re.compile(words))
    for name, words in {
        **_LABELS, "申请条件": rf"{_LABELS['申请条件']}|条件|对象|范围", "办理材料": rf"{_LABELS['办理材料']}|材料|资料",
        "办理时间": rf"{_LABELS['办理时间']}|时间|时限|期限", "设定依据": rf"{_LABELS['设定依据']}|依据",
    }.items()
)  # fmt: skip
#: A label whose letters are set apart to fill its line: 地　　点：, 办 理 依 据：.
_SPACED: Final = re.compile(rf"^{_NUMBER}(?:[\u4e00-\u9fff] ){{1,7}}[\u4e00-\u9fff](?= ?[:：]|$)", re.M)
_TITLED: Final = re.compile(r"指南|办事|流程|须知|服务事项|审批事项|许可事项|怎么办|如何办理|如何申请")
_FILE: Final = re.compile(r"\.(?:docx?|xlsx?|pdf|wps|et|rtf|ofd|zip|rar)(?:$|\?)", re.I)
_FORM: Final = re.compile(
    r"(?:申请|申报|登记|审批|备案|报名|信息|情况|备案|核准|审核|呈报)[^，。；\s]{0,8}(?:表|书)|表格|样表|空表"
)
_NOTHING: Final = re.compile(r"^[\s—\-/:：]*(?:暂无|无|略|待定|空)?[\s。]*$")
#: Words without which a page has too few elements: looking for them is cheap.
_SOME: Final = (("材料", "流程", "程序", "资料"),)
_MOST: Final = (("材料", "资料", "证件"), ("条件", "对象", "范围"), ("流程", "程序", "步骤"), ("电话", "热线", "咨询"))
FEW, MANY = 3, 5  #: labelled elements of a page whose title says guide, and of another


def read(doc: Document, regions: Regions, names: Sequence[str]) -> GuideFacts | None:
    """The guide that the page is; None where it is none.  ``names``: what the page and its column are called.

    An element is there if its label has words, or a picture, behind it; the title of the page names the matter.
    """
    titled = any(_TITLED.search(name) for name in names)
    if not all(_speaks_of(doc.words, words) for words in (_SOME if titled else _MOST)):
        return None
    start, end = regions.area
    text = _SPACED.sub(_closed, doc.text(start, end))  # hidden parts too: the tabs of a guide
    tabs = frozenset(doc.text(i) for i in doc.all("li", "a") if start <= i < end)
    found = dict(_elements(text, doc.holds(start, end, "img"), tabs))
    if len(found) < (FEW if titled else MANY):
        return None
    found["事项名称"] = found.get("事项名称", False) or bool(names and names[0])
    links = (a for a in doc.anchors_in(start, end) if a.url)
    forms = dict.fromkeys(a.url for a in links if _FILE.search(a.href) or _FILE.search(a.words))
    present = tuple(e for e in ELEMENTS if found.get(e))
    missing = tuple(e for e in ELEMENTS if not found.get(e))
    return GuideFacts(names[0] if names else "", present, missing, tuple(forms), bool(_FORM.search(text)))


def _speaks_of(text: str, words: Sequence[str]) -> bool:
    """Whether one of the words is there, its letters together or set apart."""
    return any(word in text for word in words) or any(" ".join(word) in text for word in words)


def _named(label: str) -> Iterator[str]:
    """The elements that a label names; a part of it that names none is about the one before."""
    for part in (label, *_PARTS.split(label)):
        yield from (name for name, words in _PART if words.fullmatch(part))


def _closed(m: re.Match[str]) -> str:
    return m[0].replace(" ", "")


def _elements(text: str, pictured: bool, tabs: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """Each labelled element, and whether anything stands behind its label before the next one; what a tab shows can't be told."""
    labels = list(_LINE.finditer(text))
    filled: dict[str, bool] = {}
    for k, m in enumerate(labels):
        words = text[m.start("rest") : labels[k + 1].start() if k + 1 < len(labels) else len(text)]
        label = m[0][: m.start("rest") - m.start()].strip()
        for name in _named(m["label"]):
            there = (
                not _NOTHING.match(words) or (pictured and name == "办理流程") or label in tabs or m[0].strip() in tabs
            )
            filled[name] = filled.get(name, False) or there
    yield from filled.items()
