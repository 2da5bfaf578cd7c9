"""Which of the eight elements a guide has; whole pages: ``shapes/guide-*``."""

import pytest

from govcrawl.facts import GuideFacts
from govcrawl.reading.guides import ELEMENTS

from .pages import HOST, facts, frame

LINES = {
    "事项名称": "事项名称：身份证申领", "设定依据": "法律依据：《居民身份证法》", "申请条件": "受理条件：年满十六周岁", "办理材料": "申报材料：户口簿",
    "办理地点": "受理地点：县政务中心", "办理时间": "工作时间：周一至周五", "联系电话": "咨询电话：0871-00000000", "办理流程": "办理程序：受理、审核、发证",
}  # fmt: skip


def guide(*lines: str, title: str = "身份证申领办事指南", more: str = "") -> GuideFacts | None:
    main = f"<h1>{title}</h1>" + "".join(f"<p>{line}</p>" for line in lines) + more
    return facts(frame(main, name=title), f"{HOST}/bsfw/1001.html", "article").guide


def test_all_eight() -> None:
    found = guide(*LINES.values())
    assert found is not None
    assert (found.name, found.present, found.missing) == ("身份证申领办事指南", ELEMENTS, ())


@pytest.mark.parametrize("element", ELEMENTS[1:])
def test_one_left_out_or_left_empty_is_missing(element: str) -> None:
    others = [line for name, line in LINES.items() if name != element]
    for lines in (others, [*others, LINES[element].partition("：")[0] + "："]):
        found = guide(*lines)
        assert found is not None
        assert found.missing == (element,)


@pytest.mark.parametrize(
    "line",
    ["一、设定依据：《条例》", "（二）设定依据", "【设定依据】《条例》", "1.设立依据 《条例》", "●法律依据：《条例》"],
)
def test_labels_are_numbered_and_framed(line: str) -> None:
    others = [text for name, text in LINES.items() if name != "设定依据"]
    found = guide(line, "《条例》第五条", *others)
    assert found is not None
    assert found.missing == ()


def test_forms_are_files_of_the_guide() -> None:
    files = "<a href=/f/a.doc>申请表</a><a href=/f/b.pdf?x=1>样表</a><a href=/other.html>相关链接</a>"
    found = guide(*LINES.values(), more=files)
    assert found is not None
    assert (found.forms, found.names_form) == ((f"{HOST}/f/a.doc", f"{HOST}/f/b.pdf?x=1"), True)


def test_words_about_materials_make_no_guide() -> None:
    assert guide("本次会议材料齐全，流程规范。", "联系电话：0871-00000000", title="县政府召开会议") is None
    assert guide(*list(LINES.values())[4:7], "材料另行通知", title="关于报名的通知") is None
