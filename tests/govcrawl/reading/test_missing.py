"""What a page says that isn't there, and the address that proves it."""

from __future__ import annotations

import pytest

from govcrawl.reading import read
from govcrawl.reading.missing import absent, is_error_page, nowhere


def digest(text: str, title: str = "提示", url: str = "http://a.gov.cn/x.html") -> str:
    return absent(read(f"<html><title>{title}</title><body><p>{text}</p></body></html>".encode(), url))


@pytest.mark.parametrize(
    "text",
    [
        "对不起，您访问的页面不存在", "页面未找到", "该文章已被删除！", "抱歉，找不到您要的网页", "您要查看的信息不存在或已删除",
        "HTTP 404 错误", "The requested URL /a/b.html was not found on this server.", "This page does not exist.",
        "没有找到该栏目", "链接地址已失效",
    ],
)  # fmt: skip
def test_words_of_a_page_that_is_gone(text: str) -> None:
    assert digest(text)


@pytest.mark.parametrize(
    "text",
    ["关于印发2018年工作要点的通知", "该事项不存在收费", "某省政府令第404号", "经查，举报内容不属实", "", "暂无内容"],
)
def test_words_of_any_other_page(text: str) -> None:
    assert not digest(text, "通知")


def test_a_long_page_or_a_list_says_it_of_something_else() -> None:
    assert not digest("该页面不存在。" + "本次检查发现部分网站栏目长期不更新。" * 30)
    rows = "".join(
        f"<li><a href=/{n}.html>关于第{n}批文件不存在的说明</a><span>2018-06-0{n}</span></li>" for n in range(1, 8)
    )
    assert not absent(read(f"<title>404</title><ul>{rows}</ul>".encode(), "http://a.gov.cn/x/"))


def test_two_such_pages_of_one_host_are_alike_whatever_was_asked_for() -> None:
    one = digest("您访问的页面 /a/b.html 不存在，时间：2018-06-01 10:20:30，编号 88a.1")
    assert one == digest("您访问的页面 /9f3c.html 不存在，时间：2018-06-02 09:00:01，编号 77b.2")
    assert one != digest("您访问的栏目不存在，时间：2018-06-01")
    assert one != digest("您访问的页面 /a/b.html 不存在，时间：2018-06-01 10:20:30，编号 88a.1", "某县政府")


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("http://a.gov.cn/404.html", True), ("http://a.gov.cn/error/index.jsp", True), ("http://a.gov.cn/page_not_found", True),
        ("http://a.gov.cn/", False), ("http://a.gov.cn/index.html", False), ("http://a.gov.cn/art/2018/4040.html", False),
        ("http://a.gov.cn/terror/1.html", False),
    ],
)  # fmt: skip
def test_the_name_of_an_error_page(url: str, is_one: bool) -> None:
    assert is_error_page(url) is is_one


def test_an_address_that_cannot_exist_is_one_a_host_and_round() -> None:
    one = nowhere("http://a.gov.cn/x/y.html?z=1", "c:1")
    assert one.startswith("http://a.gov.cn/")
    assert one == nowhere("http://a.gov.cn/other", "c:1")
    assert len({one, nowhere("http://a.gov.cn/", "c:2"), nowhere("http://b.gov.cn/", "c:1")}) == 3
